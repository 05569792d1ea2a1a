"""jit against its peers: the gradient of a hinge loss over the weights of an MLP, averaged over a batch.

    python demos/bench_jit.py                      everything (micrograd itself trains for minutes)
    python demos/bench_jit.py steps --widths 16 --batches 100 10000
    python demos/bench_jit.py compile threads      compile times, and one core against two
    python demos/bench_jit.py readme grid          the tables of README.md and docs/speed.md
    python demos/bench_jit.py limits               what bounds the figures: matrix products of others, cost of a call

All contenders run in one process, pinned to one core and through their public calls, in turn (A B A B ...), so that a
drift of the machine's speed hits all of them. A figure is the median of the rounds, each of which is the median of
many bursts of a few ms; a ratio is the median of the rounds' ratios. The machine's multiply-add peak is measured
between the rounds, as the best of several numbers of accumulators; a round before or after which it was lower than at
other times, as on a machine that others use, is repeated. Peers that are not installed are left out with a
word: `pip install ".[jit]" torch jax ddx-ad casadi micrograd`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

import numpy as np
from bench import available_cores, pin, processor_name

Step = Callable[[], Any]
ROUNDS, SECONDS, BURST = 7, 0.1, 0.002  # rounds, how long a contender runs in each, and in one burst
MOST_ROUNDS, STEADY = 40, 0.98  # a round is repeated if the peak is lower than this share of the best one around it


class Work:
    """The data, and weights in the layout of each peer: matrices (out, in) and biases."""

    def __init__(self, width: int, count: int) -> None:
        source = np.random.default_rng(0)
        self.width, self.count = width, count
        self.x = source.normal(size=(count, 2))
        self.y = np.sign(source.normal(size=count))
        self.sizes = [(2, width), (width, width), (width, 1)]
        self.weights = [source.uniform(-1, 1, (m, n)) / n**0.5 for n, m in self.sizes]
        self.biases = [source.uniform(-1, 1, m) for _, m in self.sizes]

    @property
    def multiply_adds(self) -> int:
        """A sample's: forward, gradients of the weights, and gradients of the hidden layers."""
        w = self.width
        return 2 * (2 * w + w * w + w) + w * w + w


# --- contenders: each returns a step that delivers the mean loss and all gradients ----------------------------------


def our_model(work: Work, **options: Any) -> tuple[Any, Any]:
    from micrograd_kr import jit, nn

    model = nn.MLP(2, [work.width, work.width, 1], seed=1)
    for layer, weights, biases in zip(model.layers, work.weights, work.biases, strict=True):
        for neuron, row, bias in zip(layer.neurons, weights.tolist(), biases.tolist(), strict=True):
            neuron.b.data = bias
            for w, number in zip(neuron.w, row, strict=True):
                w.data = number
    return model, jit(lambda x, y: (1 - y * model(x)).relu(), threads=1, **options)


def our_arrays(work: Work) -> Step:
    """f.value_and_grad: arrays in and out, as the other array libraries are called."""
    _, compiled = our_model(work)
    return lambda: compiled.value_and_grad(work.x, work.y)


def our_single_precision(work: Work) -> Step:
    """The same in float32."""
    _, compiled = our_model(work, dtype="float32")
    x, y = work.x.astype(np.float32), work.y.astype(np.float32)
    return lambda: compiled.value_and_grad(x, y)


def our_mean(work: Work) -> Step:
    """f.mean and backward(): gradients delivered into Values."""
    _, compiled = our_model(work)
    return lambda: compiled.mean(work.x, work.y).backward()


def our_fit(work: Work) -> Step:
    """One step of fit, out of many."""
    from micrograd_kr import nn

    model, compiled = our_model(work)
    optimizer = nn.SGD(model, lr=1e-9)
    steps = max(30, 3_000_000_000 // (work.count * work.multiply_adds))

    def step() -> None:
        compiled.fit(work.x, work.y, optimizer, epochs=steps, progress=False)

    step.steps = steps  # type: ignore[attr-defined]
    return step


def numpy_by_hand(work: Work) -> Step:
    (w1, w2, w3), (b1, b2, b3), x, y, n = work.weights, work.biases, work.x, work.y, work.count

    def step() -> Any:
        h1 = np.maximum(x @ w1.T + b1, 0)
        h2 = np.maximum(h1 @ w2.T + b2, 0)
        margin = 1 - y * (h2 @ w3.T + b3)[:, 0]
        g = np.where(margin > 0, -y / n, 0)[:, None]
        g2 = g @ w3 * (h2 > 0)
        g1 = g2 @ w2 * (h1 > 0)
        return (
            np.maximum(margin, 0).mean(),
            *[g1.T @ x, g1.sum(0), g2.T @ h1, g2.sum(0), g.T @ h2, g.sum(0)],
        )

    return step


def pytorch(work: Work) -> Step:
    import torch

    torch.set_num_threads(1)
    ws = [torch.tensor(w, requires_grad=True) for w in work.weights]
    bs = [torch.tensor(b, requires_grad=True) for b in work.biases]
    x, y = torch.tensor(work.x), torch.tensor(work.y)

    def step() -> Any:
        h = x
        for depth, (w, b) in enumerate(zip(ws, bs, strict=True)):
            h = torch.nn.functional.linear(h, w, b)
            h = torch.relu(h) if depth < 2 else h
        loss = torch.relu(1 - y * h[:, 0]).mean()
        for p in (*ws, *bs):
            p.grad = None
        loss.backward()
        return loss

    return step


def jax_jit(work: Work, idle: bool = False) -> Step:
    """jax.jit of jax.value_and_grad; if `idle`, of a function of the same arguments that computes nothing."""
    import jax
    import jax.numpy as jnp

    def loss(parameters: Any, x: Any, y: Any) -> Any:
        h = x
        for depth, (w, b) in enumerate(parameters):
            h = h @ w.T + b
            h = jnp.maximum(h, 0) if depth < 2 else h
        return jnp.maximum(1 - y * h[:, 0], 0).mean()

    parameters = [(jnp.array(w), jnp.array(b)) for w, b in zip(work.weights, work.biases, strict=True)]
    x, y = jnp.array(work.x), jnp.array(work.y)
    compiled = jax.jit((lambda parameters, x, y: (x[0, 0], parameters)) if idle else jax.value_and_grad(loss))
    return lambda: jax.block_until_ready(compiled(parameters, x, y))


def _scalar_loss(work: Work, weights: Any, biases: Any, x: Any, y: Any, relu: Any) -> Any:
    h = list(x)
    for depth, (rows, bias) in enumerate(zip(weights, biases, strict=True)):
        h = [sum((w * v for w, v in zip(row, h, strict=True)), b) for row, b in zip(rows, bias, strict=True)]
        h = [relu(v) for v in h] if depth < 2 else h
    return relu(1 - y * h[0])


def ddx_ad(work: Work) -> Step:
    import ddx

    @ddx.equation
    def model() -> Any:
        names = [[[f"w{d}_{j}_{i}" for i in range(n)] for j in range(m)] for d, (n, m) in enumerate(work.sizes)]
        weights = [[[ddx.var(name) for name in row] for row in rows] for rows in names]
        biases = [[ddx.var(f"b{d}_{j}") for j in range(m)] for d, (_, m) in enumerate(work.sizes)]
        x, y = [ddx.param("x0"), ddx.param("x1")], ddx.param("y")
        return _scalar_loss(work, weights, biases, x, y, lambda v: ddx.select(v > 0.0, v, 0.0))

    numbers = [*[w for ws in work.weights for w in ws.ravel()], *[b for bs in work.biases for b in bs]]
    point = np.empty((len(numbers) + 3, work.count))
    point[: len(numbers)] = np.array(numbers)[:, None]
    point[len(numbers) : -1], point[-1] = work.x.T, work.y

    def step() -> Any:
        value, gradient = model.jacobian(point)
        return value.mean(), gradient.sum(axis=int(np.argmax(np.array(np.shape(gradient)) == work.count)))

    step()
    return step


def casadi_sx(work: Work) -> Step:
    import casadi as ca

    weights = [ca.SX.sym(f"w{d}", m, n) for d, (n, m) in enumerate(work.sizes)]
    biases = [ca.SX.sym(f"b{d}", m) for d, (_, m) in enumerate(work.sizes)]
    x, y = ca.SX.sym("x", 2), ca.SX.sym("y")
    h = x
    for depth, (w, b) in enumerate(zip(weights, biases, strict=True)):
        h = w @ h + b
        h = ca.fmax(h, 0) if depth < 2 else h
    loss = ca.fmax(1 - y * h, 0)
    packed = ca.vertcat(*[ca.vec(p) for p in (*weights, *biases)])
    function = ca.Function("f", [packed, x, y], [loss, ca.gradient(loss, packed)])
    mapped = function.map(work.count)
    numbers = np.concatenate([*[w.ravel(order="F") for w in work.weights], *work.biases])
    parameters, xs, ys = ca.DM(numbers), ca.DM(work.x.T), ca.DM(work.y[None])

    def step() -> Any:
        losses, gradients = mapped(parameters, xs, ys)
        return ca.sum2(losses), ca.sum2(gradients)

    return step


def multiply_add_peak() -> Callable[[], float]:
    """Independent vector multiply-adds in a loop: returns a function that measures how many there are a second.

    With too few accumulators each waits for itself, with too many they do not stay in the registers: the best counts.
    """
    from micrograd_kr.compiler.assembly import Routine
    from micrograd_kr.compiler.kernels import intrinsics
    from micrograd_kr.compiler.machine_code import MachineCode, find_host

    host, turns = find_host(), 20_000
    machine, kind = host.machine, host.machine.kind
    codes: list[tuple[int, Any]] = []
    for count in (8, 10, 12, 14, 20, 24, 28):
        routine = Routine(machine, "run", "ptr %memory")
        x = routine.load(kind, "%memory")
        with routine.loop(0, turns, 1, [(kind, "zeroinitializer")] * count) as (_, sums):
            sums[:] = [routine.multiply_add(total, x, x) for total in sums]
        for place, total in enumerate(sums, 1):
            routine.store(kind, total, routine.at("%memory", machine.bytes * place))
        code = MachineCode(f"{routine.end()}\n{intrinsics(machine)}", host)
        codes.append((turns * count * machine.lanes, code))
    memory = np.full(8 * 30 + 16, 0.5)
    address = memory.ctypes.data + -memory.ctypes.data % 64

    def measure() -> float:
        rates = []
        for work, code in codes:
            begin = time.perf_counter()
            code.run(address)
            rates.append(work / (time.perf_counter() - begin))
        return max(rates) if memory.size else 0.0

    return measure


def loops_alone(width: int) -> dict[str, tuple[Step, int]]:
    """Our two loops on blocks in the cache, a layer and the gradient of its weights; with their multiply-adds."""
    from micrograd_kr.compiler.assembly import Routine
    from micrograd_kr.compiler.kernels import declarations
    from micrograd_kr.compiler.machine_code import MachineCode, find_host
    from micrograd_kr.compiler.planning import BLOCKS_MEMORY, MOST_BLOCKS

    host = find_host()
    machine, slots = host.machine, 4 * width  # of a block, as the net has them
    block = 64 * (-(-slots * machine.slot // 64) | 1)
    blocks = max(2, min(MOST_BLOCKS, BLOCKS_MEMORY // block))
    row = (width + 1) * machine.size  # a neuron's weights and its bias
    values = -(-width * row // 64) * 64
    memory = np.full((values + blocks * block) // 8 + 16, 0.5)
    address = memory.ctypes.data + -memory.ctypes.data % 64
    found: dict[str, tuple[Step, int]] = {}
    for name, count in (("a layer", 1), ("its gradient", blocks)):
        routine = Routine(machine, "run", "ptr %memory")
        x, other = routine.at("%memory", values), routine.at("%memory", values + width * machine.slot)
        turns = max(1, 1_000_000 // (width * width * count))
        with routine.loop(0, turns):
            if count == 1:
                routine.call(
                    f"layer_{machine.vectors}(ptr {x}, ptr {other}, ptr %memory, i64 {row}, i64 {machine.size}, "
                    f"ptr %memory, i64 {row}, i64 {width}, i64 {width}, i64 0, ptr null)"
                )
            else:
                routine.call(
                    f"outer_{machine.vectors}(ptr {x}, ptr {other}, ptr %memory, i64 {row}, i64 {machine.size}, "
                    f"i64 {width}, i64 {width}, i64 {block}, i64 {blocks * block})"
                )
        code = MachineCode(f"{routine.end()}\n{declarations(machine)}", host)
        work = turns * count * machine.vectors * machine.lanes * width * width
        found[name] = partial(_run_in, code, address, memory), work
    return found


def _run_in(code: Any, address: int, memory: Any) -> None:
    code.run(address)
    assert memory.size


# --- measuring ------------------------------------------------------------------------------------------------------

ARRAYS, SINGLE, FIT = "f.value_and_grad", "the same, float32", "f.fit, one step"

CONTENDERS: dict[str, tuple[Callable[[Work], Step], int, int]] = {  # with the largest width and batch worth waiting for
    ARRAYS: (our_arrays, 1000, 10**7),
    SINGLE: (our_single_precision, 1000, 10**7),
    "f.mean + backward": (our_mean, 1000, 10**7),
    FIT: (our_fit, 1000, 10**7),
    "numpy by hand": (numpy_by_hand, 1000, 10**7),
    "JAX jit": (jax_jit, 1000, 10**7),
    "PyTorch": (pytorch, 1000, 10**7),
    "ddx-ad": (ddx_ad, 16, 10**5),
    "CasADi SX": (casadi_sx, 16, 10**3),
}


OURS = list(CONTENDERS)[:4]
README_PEERS = ["JAX jit", "PyTorch", "ddx-ad", "CasADi SX", "numpy by hand"]  # the columns of the README's table


def seconds_of(step: Step) -> float:
    """The median of many short bursts."""
    inner = getattr(step, "steps", 1)
    begin = time.perf_counter()
    step()
    calls = max(1, int(BURST / (time.perf_counter() - begin)))
    bursts: list[float] = []
    end = time.perf_counter() + SECONDS
    while not bursts or time.perf_counter() < end:
        begin = time.perf_counter()
        for _ in range(calls):
            step()
        bursts.append((time.perf_counter() - begin) / (calls * inner))
    return statistics.median(bursts)


class Figures:
    """What the rounds of one comparison found.

    Args:
        work: what every contender did.
        rounds: the seconds of each, by name.
        peaks: multiply-adds a second, one for each round.
    """

    def __init__(self, work: Work, rounds: dict[str, list[float]], peaks: list[float]) -> None:
        self.work, self.rounds, self.peaks = work, rounds, peaks

    def seconds(self, name: str) -> float:
        """The median time of a step."""
        return statistics.median(self.rounds[name])

    def share(self, name: str) -> float:
        """How much of the multiply-add peak it reaches; of the peak in float32 if it computes in that."""
        faster = 2 if name == SINGLE else 1  # twice as many numbers in a register
        work = self.work.multiply_adds * self.work.count
        return statistics.median(
            work / rate / each / faster for rate, each in zip(self.peaks, self.rounds[name], strict=True)
        )

    def ratio(self, name: str, base: str) -> float:
        """How many times as long as `base` it takes."""
        return statistics.median(b / a for a, b in zip(self.rounds[base], self.rounds[name], strict=True))


def measure(width: int, count: int, names: Sequence[str] = ()) -> Figures:
    """Let the contenders (those of these names) do the same work in turn, several times."""
    work = Work(width, count)
    steps: dict[str, Step] = {}
    for name, (make, widest, longest) in CONTENDERS.items():
        if width > widest or count > longest or (names and name not in names):
            continue
        try:
            begin = time.perf_counter()
            steps[name] = make(work)
            steps[name]()
            first = time.perf_counter() - begin
            if not names and name not in ("numpy by hand", "f.mean + backward", SINGLE):
                print(f"  {name}: first step after {first * 1e3:,.0f} ms")
        except ImportError as error:
            print(f"  {name}: not installed ({error}), left out")
    peak = multiply_add_peak()
    taken: list[tuple[float, float, dict[str, float]]] = []
    good: list[tuple[float, float, dict[str, float]]] = []
    before = peak()
    while len(good) < ROUNDS and len(taken) < MOST_ROUNDS:
        seconds = {name: seconds_of(step) for name, step in steps.items()}
        after = peak()
        taken.append((min(before, after), max(before, after), seconds))
        best, before = max(highest for _, highest, _ in taken), after
        good = [each for each in taken if each[0] > STEADY * best]
    kept = good if len(good) > ROUNDS // 2 else taken
    rounds = {name: [seconds[name] for _, _, seconds in kept] for name in steps}
    return Figures(work, rounds, [highest for _, highest, _ in kept])


def compare(width: int, count: int) -> None:
    print(f"width {width}, batch {count:,}")
    figures = measure(width, count)
    rate = statistics.median(figures.peaks)
    floor = figures.work.multiply_adds * count / rate
    print(f"  peak {rate / 1e9:.1f} G multiply-adds/s: {floor * 1e6:,.1f} us is the floor")
    for name in figures.rounds:
        shown = f"{figures.seconds(name) * 1e6:12,.1f} us"
        share = f", {figures.share(name):4.0%} of the peak" if name in OURS else ""
        ratios = [
            f"{figures.ratio(name, base):.2f} times {base}"
            for base in (ARRAYS, "f.mean + backward")
            if base in figures.rounds and name not in OURS
        ]
        print(f"  {name:18} {shown}{share}{', ' * bool(ratios)}{', '.join(ratios)}")


def readme() -> None:
    """The table of README.md, in Markdown."""
    table(((16, 100), (16, 10_000), (64, 1000), (128, 1000), (128, 10_000)), README_PEERS)


def grid() -> None:
    """The table of the documentation: every width and batch, float32 and fit too, and who can do all of them."""
    rows = [(width, count) for width in (16, 32, 64, 128) for count in (100, 1000, 10_000)]
    table(rows, ["JAX jit", "PyTorch"], ours=True)


def table(rows: Sequence[tuple[int, int]], peers: Sequence[str], ours: bool = False) -> None:
    """A row for each width and batch: our time, its share of the peak, and how many times as long each peer takes.

    With `ours`, float32 follows as how many times as fast it is, and the share of the peak that a step of fit reaches.
    """
    titles = ["net, points, `value_and_grad`", "of the peak", *peers, *["float32", "`fit`, of the peak"] * ours]
    print(f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}")
    for width, count in rows:
        figures = measure(width, count, [ARRAYS, *[SINGLE, FIT] * ours, *peers])
        seconds = figures.seconds(ARRAYS)
        shown = f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.{int(seconds < 1e-5)}f} us"
        cells = [f"2-{width}-{width}-1, {count:,} points, {shown}", f"{figures.share(ARRAYS):.0%}"]
        for peer in peers:
            ratio = figures.ratio(peer, ARRAYS) if peer in figures.rounds else 0.0
            cells.append(f"{ratio:.{int(ratio < 10)}f}" if ratio else "-")
        if ours:
            cells += [f"{1 / figures.ratio(SINGLE, ARRAYS):.2f}", f"{figures.share(FIT):.0%}"]
        print(f"| {' | '.join(cells)} |", flush=True)


def limits() -> None:
    """The matrix products of numpy and PyTorch as a share of the peak, and what a call costs that has little to do.

    A layer of an MLP, and the gradient of its weights, are such products; so nobody's step is a larger share.
    """
    peak = multiply_add_peak()
    for width in (16, 64, 128):
        work = Work(width, 1000)
        h, g, w = work.x @ work.weights[0].T, np.ones((work.count, width)), work.weights[1]
        products: dict[str, Step] = {
            "numpy, layer": lambda h=h, w=w: h @ w.T,
            "numpy, gradient": lambda h=h, g=g: g.T @ h,
        }
        try:
            import torch

            torch.set_num_threads(1)
            th, tg, tw = torch.tensor(h), torch.tensor(g), torch.tensor(w)
            products["PyTorch, layer"] = partial(torch.matmul, th, tw.T)
            products["PyTorch, gradient"] = partial(torch.matmul, tg.T, th)
        except ImportError as error:
            print(f"  PyTorch: not installed ({error}), left out")
        timed = {name: (product, width * width * work.count) for name, product in products.items()}
        timed |= {f"our loop, {name}": step for name, step in loops_alone(width).items()}
        rate, seconds = 0.0, dict.fromkeys(timed, float("inf"))
        for _ in range(ROUNDS):  # the best round of each: this is about what can be reached
            rate = max(rate, peak())
            for name, (product, _) in timed.items():
                seconds[name] = min(seconds[name], seconds_of(product))
        found = ", ".join(f"{name} {timed[name][1] / rate / each:.0%}" for name, each in seconds.items())
        print(f"  a matrix product {work.count} x {width} x {width}: {found} of the peak")
    work = Work(16, 1)
    calls: dict[str, Callable[[], Step]] = {
        "f.value_and_grad": lambda: our_arrays(work),
        "JAX jit, the same arguments, no work": lambda: jax_jit(work, idle=True),
        "PyTorch": lambda: pytorch(work),
        "ddx-ad": lambda: ddx_ad(work),
        "CasADi SX": lambda: casadi_sx(work),
    }
    print("  a call on one example of 2-16-16-1:")
    for name, make in calls.items():
        try:
            step = make()
        except ImportError as error:
            print(f"    {name}: not installed ({error}), left out")
            continue
        step()
        print(f"    {name:40} {min(seconds_of(step) for _ in range(ROUNDS)) * 1e6:8.1f} us")


def compile_times() -> None:
    """Recording and compiling, with an empty cache and from it, each in a process of its own."""
    code = (
        "import sys, time, json, numpy as np\nsys.path[:0] = [{path!r}]\n"
        "from bench_jit import Work, our_model\nimport llvmlite.binding\nfrom micrograd_kr import nn\n"
        "work = Work({width}, 10)\nmodel, f = our_model(work)\nbegin = time.perf_counter(); cpu = time.process_time()\n"
        "f.mean(work.x, work.y)\nprint(json.dumps([time.perf_counter() - begin, time.process_time() - cpu, "
        "f.stats.recorded, f.stats.nodes]))"
    )
    for width in (4, 16, 64, 128, 180):
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "MICROGRAD_KR_CACHE": folder}
            runs = []
            for _ in range(2):
                program = code.format(path=os.path.dirname(os.path.abspath(__file__)), width=width)
                done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
                runs.append(json.loads(done.stdout))
            (first, cpu, recorded, nodes), (second, *_) = runs
            print(
                f"  width {width:3}: {recorded:7,} operations recorded, {nodes:6,} after reduction: "
                f"{first * 1e3:6,.0f} ms ({cpu / recorded * 1e6:.0f} us of processor time each), "
                f"from the cache {second * 1e3:5.0f} ms"
            )
    long_compile()


def long_compile() -> None:
    """About 100,000 operations of straight code that no loop can shorten."""
    code = (
        "import time, json, numpy as np\nfrom micrograd_kr import Value, jit\nimport llvmlite.binding\n"
        "w = [Value(0.01 * k) for k in range(100)]\n"
        "def loss(x):\n    t = x\n    for k in range(8000):\n"
        "        t = (t * w[k % 100] + x * w[(7 * k + 3) % 100] - 0.5 * x).tanh()\n    return t\n"
        "f = jit(loss)\nbegin = time.perf_counter(); cpu = time.process_time()\nf.mean(np.linspace(-1, 1, 10))\n"
        "print(json.dumps([time.perf_counter() - begin, time.process_time() - cpu, f.stats.recorded, f.stats.nodes]))"
    )
    environment = {**os.environ, "MICROGRAD_KR_CACHE": "off"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    seconds, cpu, recorded, nodes = json.loads(done.stdout)
    print(
        f"  straight:  {recorded:7,} operations recorded, {nodes:6,} after reduction: {seconds:.1f} s "
        f"({cpu:.1f} s of processor time, {cpu / nodes * 1e6:.0f} us a node)"
    )


def moons_processes() -> None:
    """micrograd's moons demo, whole processes from start to trained."""
    demo = os.path.join(os.path.dirname(os.path.abspath(__file__)), "moons.py")
    seconds: dict[str, list[float]] = {}
    for round_number in range(4):  # the first fills the cache
        for contender in ("jit", "torch", "micrograd"):
            if contender == "micrograd" and round_number > 1:
                continue
            begin = time.perf_counter()
            done = subprocess.run([sys.executable, demo, contender], capture_output=True, text=True)
            if done.returncode:
                print(f"  {contender}: left out ({done.stderr.strip().splitlines()[-1]})")
                continue
            if round_number:
                seconds.setdefault(contender, []).append(time.perf_counter() - begin)
            else:
                print(f"  {contender:10} {done.stdout.strip()}")
    for contender, times in seconds.items():
        ratio = statistics.median(times) / statistics.median(seconds["jit"])
        print(f"  {contender:10} {statistics.median(times):8.2f} s, {ratio:6.1f} times ours")


def thread_gain() -> None:
    """The same mean over 1,000,000 examples on one thread and on two."""
    from micrograd_kr import jit, nn

    model = nn.MLP(2, [16, 16, 1], seed=1)
    source = np.random.default_rng(0)
    x, y = source.normal(size=(10**6, 2)), np.sign(source.normal(size=10**6))
    steps = [jit(lambda x, y: (1 - y * model(x)).relu(), threads=threads) for threads in (1, 2)]
    rounds = []
    for _ in range(ROUNDS + 1):
        times = []
        for compiled in steps:
            begin = time.perf_counter()
            compiled.mean(x, y)
            times.append(time.perf_counter() - begin)
        rounds.append(times)
    ratios = [one / two for one, two in rounds[1:]]
    print(
        f"  one thread {min(r[0] for r in rounds) * 1e3:.1f} ms, two {min(r[1] for r in rounds) * 1e3:.1f} ms: ", end=""
    )
    print(f"{statistics.median(ratios):.2f} times (best round {max(ratios):.2f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usual = ["steps", "limits", "compile", "threads", "moons"]
    parser.add_argument("parts", nargs="*", help=f"{', '.join(usual)} (these are done by default), readme, grid")
    parser.add_argument("--widths", type=int, nargs="*", default=[4, 16, 64, 128])
    parser.add_argument("--batches", type=int, nargs="*", default=[1, 100, 10_000, 1_000_000])
    arguments = parser.parse_args()
    parts: dict[str, tuple[str, Callable[[], None]]] = {
        "readme": ("the table of README.md", readme),
        "grid": ("the table of docs/speed.md", grid),
        "limits": ("what bounds these figures", limits),
        "compile": ("recording and compiling one gradient program", compile_times),
        "threads": ("two threads", thread_gain),
        "moons": ("micrograd's moons demo, whole processes", moons_processes),
    }
    cores = available_cores()
    print(f"{processor_name()}, Python {platform.python_version()}, {pin(set(sorted(cores)[-1:]))}")
    for name in arguments.parts or usual:
        if name == "steps":
            for width in arguments.widths:
                for count in arguments.batches:
                    if width * width * count < 10**9:
                        compare(width, count)
        elif name in parts:
            print(parts[name][0])
            if name == "threads":
                print(f"  {pin(cores)}")
            parts[name][1]()
            pin(set(sorted(cores)[-1:]))
        else:
            parser.error(f"no part {name!r}: choose from steps, {', '.join(parts)}")


if __name__ == "__main__":
    main()
