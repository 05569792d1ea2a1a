"""Long runs of the testing kit, to see whether it ever cries wolf, and whether it ever misses a wrong rule.

    python demos/long_gradcheck.py graphs [how many graphs] [first seed] [address of a Dask scheduler]
    python demos/long_gradcheck.py alarms [how many pairs] [first seed]     # right functions: is any called wrong?
    python demos/long_gradcheck.py misses [how many errors] [first seed]    # wrong rules: is any called right?
    python demos/long_gradcheck.py mutants [how many seeds] [first seed]    # which mutants live, seed by seed

graphs: random graphs whose gradients are right; with an address they are checked by a cluster.
alarms: random graphs of any op of the table, many of them at corners, at points of floats as Hypothesis draws them
(near kinks, huge, tiny). Each gradient is right, as the rules are proven elsewhere: so each alarm is a false one.
misses: one rule of a random graph is multiplied by 1 + e, where e is 1e-6 or larger; a miss is a check that passes
although the gradient has moved by more than a half of e.
mutants: every mutant, against gradcheck on its row at random points of that seed, to order 2.
"""

import random
import sys
import time
from collections import Counter
from functools import partial

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st
from hypothesis.errors import UnsatisfiedAssumption

from micrograd_kr import grad
from micrograd_kr.ops import OPS, Op
from micrograd_kr.testing import (
    GradientError,
    InconclusiveError,
    expressions,
    gradcheck,
    mutants,
    mutation_score,
    random_expression,
)
from micrograd_kr.testing.generation.samples import sample_points
from micrograd_kr.testing.mutation.mutants import engine_mutants, rule_with

BLOCK = 500  # pairs between two lines of the report


def graphs(count: int = 1000, first: int = 0, address: str = "") -> int:
    """How many right gradients of random graphs are called wrong."""
    from micrograd_kr.distributed import LongRun, check_seeds, long_gradcheck

    start, shown = time.perf_counter(), 0

    def report(run: LongRun) -> None:
        nonlocal shown
        if run.count - shown >= BLOCK:
            shown = run.count
            print(run.count, dict(run.verdicts), f"{time.perf_counter() - start:.0f} s", flush=True)

    if address:
        from distributed import Client

        with Client(address) as client:
            run = long_gradcheck(client, count, first, callback=report)
    else:
        run = LongRun()
        for seed in range(first, first + count, BLOCK):
            run.add(check_seeds(seed, min(BLOCK, first + count - seed)))
            report(run)
    for seed, alarm in run.alarms:
        print(f"seed {seed}: {alarm}")
    print(f"{run.count} graphs in {time.perf_counter() - start:.1f} s: {dict(run.verdicts)}")
    return len(run.alarms)


def alarms(count: int = 10_000, first: int = 0) -> int:
    """How many right gradients are called wrong."""
    verdicts: Counter[str] = Counter()
    start = time.perf_counter()
    numbers = st.floats(allow_nan=False, allow_infinity=False)
    graphs = expressions(max_nodes=8) | expressions() | expressions(corners=True)

    def check(expression, floats):
        point = floats[: len(expression.inputs)] if floats else list(expression.point.values())
        try:
            report = gradcheck(expression, point)
        except (InconclusiveError, UnsatisfiedAssumption):
            verdicts["undecided or flat"] += 1
        except GradientError as alarm:
            verdicts["false alarm"] += 1
            print(f"{expression!r} at {point}\n{alarm}", flush=True)
        except Exception as error:
            verdicts["crash"] += 1
            print(f"{expression!r} at {point}: {error!r}", flush=True)
        else:
            kink = any(line.verdict == "kink" for line in report.lines)
            verdicts["right, at a kink" if kink else "right"] += 1

    for block in range(first, first + max(1, count // BLOCK)):
        quick = settings(
            max_examples=BLOCK,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        hypothesis_seed(block)(quick(given(graphs, st.none() | st.lists(numbers, min_size=3, max_size=3))(check)))()
        print(f"block {block}: {sum(verdicts.values())} pairs, {dict(verdicts)}", end="", flush=True)
        print(f", {time.perf_counter() - start:.0f} s", flush=True)
    return verdicts["false alarm"] + verdicts["crash"]


def misses(count: int = 200, first: int = 0) -> int:
    """How many wrong rules pass."""
    found: Counter[str] = Counter()
    seed = first
    while found["found"] + found["missed"] < count:
        generator = random.Random(seed)
        expression = random_expression(generator, inputs=1 + seed % 3, nodes=1 + seed % 10)
        seed += 1
        op = OPS[generator.choice([step[0] for step in expression.steps])]
        error = 10 ** generator.uniform(-6, -2)
        index = None if op.arity is None else generator.randrange(op.arity)
        before = _gradient(expression)
        with rule_with(op, index, lambda local, error=error: local * (1 + error)):
            after = _gradient(expression)
            moved = max(abs(x - y) / max(abs(x), abs(y), 1e-300) for x, y in zip(before, after, strict=True))
            if not moved > error / 2:
                continue  # nobody can tell at this point
            try:
                gradcheck(expression, expression.point)
            except InconclusiveError:
                found["undecided"] += 1
            except GradientError as caught:
                found["found" if caught.op is op else "found, another op blamed"] += 1
            else:
                found["missed"] += 1
                print(f"missed: {op} [{index}] * (1 + {error:.2g}) in {expression!r}", flush=True)
    print(f"errors of 1e-6 to 1e-2: {dict(found)}")
    return found["missed"] + found["found, another op blamed"]


def _gradient(expression) -> list[float]:
    output, leaves = expression.build()
    return [float(x) for x in grad(output, leaves)]


def kills(seeds: int = 10, first: int = 0) -> int:
    """How many mutants live, over all seeds: each row's by the test of that row, the mechanism's by that of it."""
    lives = 0
    for seed in range(first, first + seeds):
        generator = random.Random(seed)
        scores = [
            mutation_score(partial(row, op, generator.random()), mutants(op, second_order=True))
            for op in list(OPS.values())
        ]
        scores.append(mutation_score(partial(mechanism, generator.uniform(1, 2)), engine_mutants()))
        survived = [mutant for score in scores for mutant in score.survived]
        lives += len(survived)
        print(f"seed {seed}: {sum(len(score.killed) for score in scores)} killed, alive: {survived}", flush=True)
    return lives


def row(op: Op, seed: float) -> None:
    """A row at random points inside its domain, to order 2."""
    generator = random.Random(seed)
    for point in sample_points(op):
        if all(isinstance(x, bool) for x in point):
            continue  # of conditions alone
        moved = [x if isinstance(x, bool) else x * generator.uniform(0.97, 1.03) for x in point]
        fixed = {index: x for index, x in enumerate(moved) if isinstance(x, bool)}

        def on_numbers(*values, fixed=fixed):
            rest = iter(values)
            return op(*[fixed[i] if i in fixed else next(rest) for i in range(len(values) + len(fixed))])

        try:
            gradcheck(on_numbers, [x for x in moved if not isinstance(x, bool)], order=2)
        except InconclusiveError:
            continue


def mechanism(number: float) -> None:
    """What is shared, run twice, changed and cleared."""
    from micrograd_kr import Value, nn

    gradcheck(lambda a: (b := a * a) * b + b, [number])
    gradcheck(lambda a: (b := a * 2) + b * 5, [number])
    x = Value(number)
    out = x * x * x
    out.backward()
    out.backward()
    assert abs(x.grad - 6 * number**2) < 1e-9
    x = Value(number)
    out = x * x
    x.data = 2 * number
    out.backward()
    assert x.grad == 2 * number
    model = nn.MLP(1, [1])
    for _ in range(2):
        model.zero_grad()
        model([number]).backward()
    assert model.parameters()[0].grad == number


if __name__ == "__main__":
    runs = {"graphs": graphs, "alarms": alarms, "misses": misses, "mutants": kills}
    arguments = [int(text) if text.isdigit() else text for text in sys.argv[2:]]
    sys.exit(bool(runs[sys.argv[1] if len(sys.argv) > 1 else "alarms"](*arguments)))
