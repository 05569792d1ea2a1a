"""long_gradcheck: random graphs by the million, each gradient checked, on the workers of a Dask cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from importlib import import_module
from typing import Any

from ..engine import Value
from ..ops import OPS, Op
from ..testing import GradientError, InconclusiveError, gradcheck, random_expression
from ..testing.adapters import Engine, as_engine
from .crew import check_client

_BLOCK, _BLOCKS = 100, 10_000  # graphs in a task, at least; tasks, at most
_PROBES = (0.5, 1.5)  # inputs at which most ops are defined


@dataclass(slots=True)
class LongRun:
    """What came out of many graphs.

    Attributes:
        verdicts: how many graphs were "right", "inconclusive" (a derivative too flat to tell), or "wrong".
        alarms: seed and report of each graph that was wrong, the smallest seed first.
    """

    verdicts: Counter[str] = field(default_factory=Counter)
    alarms: list[tuple[int, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many graphs were checked."""
        return self.verdicts.total()

    def add(self, other: LongRun) -> None:
        """Take in the graphs of another run."""
        self.verdicts += other.verdicts
        self.alarms = sorted([*self.alarms, *other.alarms])


def check_seeds(first: int, count: int, engine: Any = None, order: int = 1) -> LongRun:
    """Check the gradients of the random graphs of these seeds, in this process.

    Each graph has up to 12 nodes of any op of the table, on floats (every tenth on Fractions, every tenth on complex
    numbers). For another engine they are on floats, of the ops that the engine has.

    Args:
        first: the first seed.
        count: how many seeds.
        engine: as `gradcheck` takes it.
        order: 1, or 2 for the second derivatives as well.

    >>> check_seeds(0, 10).verdicts["wrong"]
    0
    """
    with suppress(ImportError):  # gradcheck says what is missing
        import_module("mpmath")  # whole, before another thread of the worker can meet half of it
    run = LongRun()
    adapter = None if engine is None else as_engine(engine)
    ops = None if adapter is None else offered_ops(adapter)
    for seed in range(first, first + count):
        numbers = float if adapter else {0: Fraction, 1: complex}.get(seed % 10, float)
        expression = random_expression(seed, ops, 1 + seed % 3, 1 + seed % 12, numbers)
        function: Callable[..., Any] = expression
        point: Any = expression.point
        if adapter is not None:
            function, point = partial(expression.evaluate, partial(_apply, adapter)), [*point.values()]
        try:
            gradcheck(function, point, order, engine=adapter, names=expression.inputs)
            run.verdicts["right"] += 1
        except InconclusiveError:
            run.verdicts["inconclusive"] += 1
        except GradientError as alarm:
            run.verdicts["wrong"] += 1
            run.alarms.append((seed, f"{expression!r}\n{alarm}"))
    return run


def offered_ops(engine: Engine) -> list[Op]:
    """The ops of the table that another engine has, so far as trying each of them tells.

    >>> names = [op.name for op in offered_ops(Engine(Value))]
    >>> "mul" in names, "where" in names             # where is a function of ours, and no method of a value
    (True, False)
    """
    found = []
    for op in OPS.values():
        for number in _PROBES:
            operands = [engine.make(number + k / 4) for k in range(op.arity or 3)]
            try:
                engine.number(engine.apply(op, operands))
            except Exception:  # whatever an engine raises for what it does not have
                continue
            found.append(op)
            break
    return found


def _apply(engine: Engine, op: Op, operands: Sequence[Any]) -> Any:
    """A node on the engine's values, or on our own; a plain number becomes a value if it comes first."""
    first, *rest = operands
    if isinstance(first, float | int):
        first = Value(first) if any(isinstance(each, Value) for each in rest) else engine.make(first)
    return engine.apply(op, [first, *rest])


def long_gradcheck(
    client: Any,
    count: int,
    first: int = 0,
    engine: Any = None,
    order: int = 1,
    callback: Callable[[LongRun], Any] | None = None,
) -> LongRun:
    """Check the gradients of random graphs on the workers of a Dask cluster: see `check_seeds`.

    A lost worker costs the graphs that it was at. The verdicts do not depend on the workers.

    Args:
        client: a `dask.distributed.Client`; the workers need micrograd_kr with its extra `testing`.
        count: how many graphs.
        first: the first seed; the seeds that follow make the other graphs.
        engine: as `gradcheck` takes it; micrograd_kr's own if None.
        order: 1, or 2 for the second derivatives as well.
        callback: called with the graphs so far, some hundreds at a time; True ends the run.

    Raises:
        ImportError: Dask is missing.
        TypeError: client is not a client.
        ValueError: count is not a whole number of at least 1.
    """
    check_client(client)
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ValueError(f"count is a whole number of at least 1, got {count!r}")
    import distributed

    finished: Any = distributed.as_completed
    block = max(_BLOCK, -(-count // _BLOCKS))
    starts = range(first, first + count, block)
    counts = [min(block, first + count - start) for start in starts]
    tasks = client.map(check_seeds, list(starts), counts, engine=engine, order=order, pure=False)
    run = LongRun()
    try:
        for _, part in finished(tasks, with_results=True):
            run.add(part)
            if callback is not None and callback(run):
                break
    finally:  # also after Ctrl-C
        client.cancel(tasks)
    return run
