"""Speed and memory of the engine, as ratios against peers, measured side by side.

    python demos/bench.py               the whole table, about two minutes
    python demos/bench.py gpt mlp       some rows of it
    python demos/bench.py jit           the compiler against its peers (demos/bench_jit.py)

Each contender runs in a process of its own, in turn (A B A B ...), so that one's garbage does not slow another down
and a drift of the machine's speed hits all of them. A figure is the median over the rounds, a ratio the median of the
rounds' ratios. Peers that are not installed are left out with a word: `pip install micrograd minigrad`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

ROUNDS = 5


class StoredDerivatives:
    """The usual minimal node: arguments and local derivatives, stored as two tuples; a recursive topological sort."""

    __slots__ = ("_args", "_locals", "data", "grad")

    def __init__(self, data, args=(), local_derivatives=()):
        self.data = data
        self.grad = 0
        self._args = args
        self._locals = local_derivatives

    def __add__(self, other):
        other = other if isinstance(other, StoredDerivatives) else StoredDerivatives(other)
        return StoredDerivatives(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other):
        other = other if isinstance(other, StoredDerivatives) else StoredDerivatives(other)
        return StoredDerivatives(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, exponent):
        return StoredDerivatives(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))

    def exp(self):
        e = math.exp(self.data)
        return StoredDerivatives(e, (self,), (e,))

    def log(self):
        return StoredDerivatives(math.log(self.data), (self,), (1 / self.data,))

    def relu(self):
        return StoredDerivatives(max(0.0, self.data), (self,), (float(self.data > 0),))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def __truediv__(self, other):
        return self * other**-1

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for arg in node._args:
                    visit(arg)
                order.append(node)

        visit(self)
        self.grad = 1
        for node in reversed(order):
            for arg, local in zip(node._args, node._locals, strict=True):
                arg.grad += local * node.grad


def value_class(contender: str) -> Any:
    if contender == "stored":
        sys.setrecursionlimit(10**6)
        return StoredDerivatives
    if contender == "micrograd":
        from micrograd.engine import Value

        sys.setrecursionlimit(10**6)
        Value.exp = lambda self: _micrograd_unary(Value, self, math.exp(self.data), math.exp(self.data))
        Value.log = lambda self: _micrograd_unary(Value, self, math.log(self.data), 1 / self.data)
        return Value
    if contender == "minigrad":
        return None  # a workload of its own: every node must be kept alive, or the interpreter crashes
    from micrograd_kr import Value

    return Value


def _micrograd_unary(value, x, data, local):
    """micrograd has no exp and log: add them the way its own relu is written."""
    out = value(data, (x,), "f")

    def _backward():
        x.grad += local * out.grad

    out._backward = _backward
    return out


# --- the workloads: each returns a function that does one step ------------------------------------------------------


def gpt(value: Any, width: int = 20, heads: int = 4, length: int = 8, letters: int = 27) -> Callable[[], float]:
    """A small GPT on one name, forward, backward and update, in scalars, `sum` and generators alone."""
    draw = random.Random(42)

    def matrix(rows, columns):
        return [[value(draw.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]

    tokens = [0, 5, 13, 13, 1, 20, 3, 9, 0][: length + 1]
    embedding, position, head = matrix(letters, width), matrix(length, width), matrix(letters, width)
    query, key, read, mix = (matrix(width, width) for _ in range(4))
    widen, narrow = matrix(4 * width, width), matrix(width, 4 * width)
    weights = [embedding, position, head, query, key, read, mix, widen, narrow]
    parameters = [p for rows in weights for row in rows for p in row]

    def linear(x, rows):
        return [sum(w * xi for w, xi in zip(row, x, strict=True)) for row in rows]

    def softmax(logits):
        largest = max(v.data for v in logits)
        exps = [(v - largest).exp() for v in logits]
        total = sum(exps)
        return [e / total for e in exps]

    def normalized(x):
        scale = (sum(xi * xi for xi in x) * (1 / len(x)) + 1e-5) ** -0.5
        return [xi * scale for xi in x]

    def logits_at(place, keys, reads):
        x = normalized([t + p for t, p in zip(embedding[tokens[place]], position[place], strict=True)])
        before = x
        x = normalized(x)
        q = linear(x, query)
        keys.append(linear(x, key))
        reads.append(linear(x, read))
        attended = []
        size = width // heads
        for start in range(0, width, size):
            span = range(start, start + size)
            scores = [sum(q[j] * k[j] for j in span) * size**-0.5 for k in keys]
            shares = softmax(scores)
            attended += [sum(share * v[j] for share, v in zip(shares, reads, strict=True)) for j in span]
        x = [a + b for a, b in zip(linear(attended, mix), before, strict=True)]
        hidden = [h.relu() for h in linear(normalized(x), widen)]
        return linear([a + b for a, b in zip(linear(hidden, narrow), x, strict=True)], head)

    def step():
        keys, reads, losses = [], [], []
        for place in range(length):
            losses.append(-softmax(logits_at(place, keys, reads))[tokens[place + 1]].log())
        loss = sum(losses) * (1 / length)
        loss.backward()
        for p in parameters:
            p.data -= 0.01 * p.grad
            p.grad = 0
        return loss.data

    return step


def moons(count: int = 100) -> tuple[list[list[float]], list[int]]:
    draw = random.Random(1)
    points, labels = [], []
    for index in range(count):
        angle, side = math.pi * draw.random(), index % 2
        x, y = (math.cos(angle), math.sin(angle)) if side else (1 - math.cos(angle), 0.5 - math.sin(angle))
        points.append([x + draw.gauss(0, 0.1), y + draw.gauss(0, 0.1)])
        labels.append(2 * side - 1)
    return points, labels


class ScalarMLP:
    """MLP(2, [16, 16, 1]) of scalar multiplications and additions, for engines without a `dot`."""

    def __init__(self, value):
        draw = random.Random(1)
        self.layers = []
        for inputs, outputs in ((2, 16), (16, 16), (16, 1)):
            rows = [[value(draw.uniform(-1, 1)) for _ in range(inputs)] for _ in range(outputs)]
            self.layers.append((rows, [value(0.0) for _ in range(outputs)]))

    def parameters(self):
        return [p for rows, biases in self.layers for p in [*(w for row in rows for w in row), *biases]]

    def __call__(self, x):
        for depth, (rows, biases) in enumerate(self.layers):
            # reduce, as minigrad's nodes cannot be added by sum()
            x = [
                reduce(add, (w * xi for w, xi in zip(row, x, strict=True)), b)
                for row, b in zip(rows, biases, strict=True)
            ]
            if depth < 2:
                x = [h.relu() for h in x]
        return x[0]


def minigrad_mlp() -> Callable[[], float]:
    """The same step as `mlp` on minigrad's nodes themselves, kept in a list; there is no update, as none is needed."""
    from minigrad import Value

    points, labels = moons()
    kept: list[Any] = []

    def keep(node):
        kept.append(node)
        return node

    one, model = Value(1.0), ScalarMLP(lambda data: keep(Value(float(data))))

    def step():
        total = None
        for point, label in zip(points, labels, strict=True):
            x = [keep(Value(xi)) for xi in point]
            for depth, (rows, biases) in enumerate(model.layers):
                out = []
                for row, node in zip(rows, biases, strict=True):
                    for w, xi in zip(row, x, strict=True):
                        node = keep(node + keep(w * xi))
                    out.append(keep(node.relu()) if depth < 2 else node)
                x = out
            loss = keep(keep(one + keep(keep(Value(float(-label))) * x[0])).relu())
            total = loss if total is None else keep(total + loss)
        total.backward()
        return total.data

    return step


def mlp(value: Any) -> Callable[[], float]:
    """One training step of MLP(2, [16, 16, 1]) with a hinge loss on 100 points: ours through nn, peers in scalars."""
    if value is None:
        return minigrad_mlp()
    points, labels = moons()
    if value.__module__.startswith("micrograd_kr"):
        from micrograd_kr import nn

        random.seed(1)
        model = nn.MLP(2, [16, 16, 1])
    else:
        model = ScalarMLP(value)
    parameters = model.parameters()

    def step():
        losses = [
            (1 + -label * model([value(xi) for xi in point])).relu()
            for point, label in zip(points, labels, strict=True)
        ]
        loss = losses[0]
        for term in losses[1:]:
            loss = loss + term
        loss = loss * (1 / len(losses))
        for p in parameters:
            p.grad = 0
        loss.backward()
        for p in parameters:
            p.data -= 1e-9 * p.grad  # a real update, yet every step has the same work
        return loss.data

    return step


WORKLOADS = {"gpt": gpt, "mlp": mlp}


# --- measuring ------------------------------------------------------------------------------------------------------


def available_cores() -> set[int]:
    """The cores that this process may use; none where a system does not say."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def pin(cores: set[int]) -> str:
    """Keep this process, and those that it starts, on these cores; none where a system cannot do that."""
    if not cores:
        return "not pinned to a core, as this system cannot"
    os.sched_setaffinity(0, cores)
    return f"pinned to core {', '.join(map(str, sorted(cores)))}"


def processor_name() -> str:
    """The processor's name, as the system has it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def worker(workload: str, contender: str) -> None:
    """In a process of its own: one warm-up, then steps for about a second; prints their mean and the last loss."""
    step = WORKLOADS[workload](value_class(contender))
    step()
    times: list[float] = []
    while len(times) < 5 or (sum(times) < 1.0 and len(times) < 50):
        begin = time.perf_counter()
        loss = step()
        times.append(time.perf_counter() - begin)
    print(json.dumps({"seconds": statistics.mean(times), "loss": loss}), flush=True)
    os._exit(0)  # minigrad crashes when the interpreter takes its nodes apart


def in_process(*arguments: str) -> Any:
    done = subprocess.run([sys.executable, __file__, "--worker", *arguments], capture_output=True, text=True)
    return json.loads(done.stdout) if done.returncode == 0 else None


def compare(workload: str, floors: dict[str, float]) -> tuple[float, dict[str, float]]:
    """Print what each contender takes; returns our seconds, and how many times as long each peer takes."""
    contenders = ["micrograd_kr"]
    for peer in floors:
        if peer != "stored" and importlib.util.find_spec(peer) is None:
            print(f"  {peer}: not installed, left out")
        else:
            contenders.append(peer)
    rounds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name in contenders:
            result = in_process(workload, name)
            if result is not None:
                rounds[name].append(result["seconds"])
    ours = rounds["micrograd_kr"]
    if not ours:
        sys.exit("micrograd_kr cannot be imported here: install it first, with `pip install -e .`")
    print(f"  {'micrograd_kr':14} {statistics.median(ours) * 1e3:9.1f} ms a step")
    ratios: dict[str, float] = {}
    for name in contenders[1:]:
        theirs = rounds[name]
        if len(theirs) < len(ours):
            print(f"  {name:14} failed (it crashed or raised)")
            continue
        ratios[name] = ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
        verdict = "ok" if ratio >= floors[name] else "BELOW"
        milliseconds = statistics.median(theirs) * 1e3
        print(f"  {name:14} {milliseconds:9.1f} ms a step, {ratio:6.2f} times ours (floor {floors[name]:g}: {verdict})")
    return statistics.median(ours), ratios


def gpt_step() -> tuple[float, dict[str, float]]:
    return compare("gpt", {"stored": 2, "micrograd": 10})


def mlp_step() -> tuple[float, dict[str, float]]:
    return compare("mlp", {"stored": 9, "micrograd": 10, "minigrad": 1})


def readme() -> None:
    """The table of README.md, in Markdown."""
    peers = ["stored", "micrograd", "minigrad"]
    lines = ["| step, ours | stored derivatives | micrograd | minigrad (C) |", "|---|---|---|---|"]
    titles = {
        "a small GPT training step in scalars, 90,000 nodes": gpt_step,
        "a training step of MLP(2, [16, 16, 1]) on 100 points": mlp_step,
    }
    for title, measure in titles.items():
        seconds, ratios = measure()
        cells = [f"{ratios[peer]:.{int(ratios[peer] < 10)}f}" if peer in ratios else "-" for peer in peers]
        lines.append(f"| {title}, {seconds * 1e3:.0f} ms | {' | '.join(cells)} |")
    print("\n".join(lines))


def chain() -> None:
    import tracemalloc

    from micrograd_kr import Value

    per_node = {}
    for count in (10**3, 10**4, 10**5, 10**6):
        repeats = max(1, 10**5 // count)
        times = []
        for _ in range(3):
            begin = time.perf_counter()
            for _ in range(repeats):
                x = y = Value(1.0)
                for _ in range(count):
                    y = y + x
                y.backward()
            times.append((time.perf_counter() - begin) / repeats)
        per_node[count] = min(times) / count * 1e9
    print("  forward and backward:", ", ".join(f"{ns:.0f} ns a node at {count:,}" for count, ns in per_node.items()))
    seconds = per_node[10**6] / 1e3
    print(f"  a chain of 1,000,000 additions: {seconds:.2f} s (ceiling 3: {'ok' if seconds <= 3 else 'ABOVE'})")
    tracemalloc.start()
    x = y = Value(1.0)
    for index in range(10**5):
        y = y * x + 0.1 * index
    y.backward()
    bytes_a_node = tracemalloc.get_traced_memory()[0] / (3 * 10**5)
    tracemalloc.stop()
    print(f"  {bytes_a_node:.0f} bytes a node after backward (ceiling 250: {'ok' if bytes_a_node <= 250 else 'ABOVE'})")


def seconds_of_children() -> float:
    """The processor time of all processes that this one has started and waited for."""
    try:
        import resource
    except ImportError:  # Windows
        times = os.times()
        return times.children_user + times.children_system
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def import_time() -> None:
    """In processor time, so that other programs do not count; with byte code, as an installed package has it."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}

    def seconds(code: str) -> float:
        before = seconds_of_children()
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        return seconds_of_children() - before

    with tempfile.TemporaryDirectory() as folder:
        environment["PYTHONPYCACHEPREFIX"] = folder  # as the package's own folder may not be written to
        seconds("import micrograd_kr")
        pairs = [(seconds("pass"), seconds("import micrograd_kr")) for _ in range(41)]
    if not any(after for _, after in pairs):
        print("  import time: left out, as this system does not say what processes cost")
        return
    added = statistics.median(after - before for before, after in pairs) * 1e3
    alone = statistics.median(before for before, _ in pairs) * 1e3
    print(f"  import micrograd_kr adds {added:.0f} ms to Python's {alone:.0f} (ceiling 40: ", end="")
    print("ok)" if added <= 40 else "ABOVE)")


def compiled() -> None:
    """The table of the compiler has a file of its own, as its peers share one process."""
    subprocess.run([sys.executable, Path(__file__).with_name("bench_jit.py")], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "rows", nargs="*", help="gpt, mlp, chain, import (all of these, unless told otherwise), readme, jit"
    )
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        worker(*arguments.worker)
        return
    rows: dict[str, tuple[str, Callable[[], object]]] = {
        "gpt": (
            "a small GPT training step in scalars (about 90,000 nodes)",
            gpt_step,
        ),
        "mlp": (
            "a training step of MLP(2, [16, 16, 1]) on 100 points",
            mlp_step,
        ),
        "chain": ("chains of additions, and memory", chain),
        "import": ("import time", import_time),
        "readme": ("the table of README.md", readme),
        "jit": ("jit against its peers: minutes; bench_jit.py --help tells its parts", compiled),
    }
    print(f"{processor_name()}, Python {platform.python_version()}, {pin(set(sorted(available_cores())[-1:]))}")
    for name in arguments.rows or [row for row in rows if row not in ("readme", "jit")]:
        if name not in rows:
            parser.error(f"no row {name!r}: choose from {', '.join(rows)}")
        title, measure = rows[name]
        print(title)
        measure()


if __name__ == "__main__":
    main()
