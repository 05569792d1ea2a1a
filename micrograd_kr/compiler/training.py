"""fit: the training loop in machine code: mini-batches, gradients and the optimizer's own rule, step after step.

The optimizer's rule for one scalar is recorded as a loss is, and runs on vectors of parameters. Python looks in about
twenty times a second, for the progress bar, for the callback at the end of an epoch, and for Ctrl-C; what it finds is
always whole steps.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any

from .execution import read_arguments
from .gradient import gradient_program
from .kernels import Machine
from .lowering import StraightCode
from .machine_code import vector_name
from .primitives import Primitive
from .recording import Recording
from .tracing import Trace

if TYPE_CHECKING:
    from .function import Compiled

_GLANCE = 0.05  # seconds between looks at what Python has to do
# what `train` reads and writes, each 8 bytes: see train_loop
_FIELDS = [
    *["frame", "count", "batch", "steps", "orders", "first", "last", "rates"],
    *["parameters", "gradients", "states", "masks", "losses", "reached", "taken"],
]
_REACHED = _FIELDS.index("reached")
_WHOLE = {"count", "batch", "steps", "first", "last", "reached"}


def train_loop(machine: Machine, rule: _Rule, gradient_count: int, functions: dict[Primitive, str]) -> str:
    """The function `train(fields)`: steps first ... last of several epochs of `steps` steps each.

    It stops before a step whose gradient is not finite, and says in `reached` how far it has come.
    """
    functions.update(rule.functions)
    kind, width = machine.kind, machine.bytes
    text = ["define void @train(ptr %fields) {", "begin:"]
    for place, name in enumerate(_FIELDS):
        what = "i64" if name in _WHOLE else "double" if name == "taken" else "ptr"
        text += [f"%{name}_at = getelementptr i64, ptr %fields, i64 {place}", f"%{name} = load {what}, ptr %{name}_at"]
    size = -(-gradient_count // machine.lanes) * width
    text += [
        "%start_at = getelementptr i64, ptr %frame, i64 0",
        "%stop_at = getelementptr i64, ptr %frame, i64 1",
        "%divisor_at = getelementptr i64, ptr %frame, i64 8",
        "%order_at = getelementptr i64, ptr %frame, i64 2",
        "%shuffled = icmp ne ptr %orders, null",
        "%order_size = mul i64 %count, 8",
        "br label %step",
        "step:",
        "%s = phi i64 [ %first, %begin ], [ %next, %moved ]",
        "store i64 %s, ptr %reached_at",
        "%going = icmp slt i64 %s, %last",
        "br i1 %going, label %compute, label %end",
        "compute:",
        "%next = add i64 %s, 1",
        "%epoch = udiv i64 %s, %steps",
        "%before = mul i64 %epoch, %steps",
        "%in_epoch = sub i64 %s, %before",
        "%start = mul i64 %in_epoch, %batch",
        "%order_offset = mul i64 %epoch, %order_size",
        "%this_order = getelementptr i8, ptr %orders, i64 %order_offset",
        "%order = select i1 %shuffled, ptr %this_order, ptr null",
        "store ptr %order, ptr %order_at",
        "%far = add i64 %start, %batch",
        "%beyond = icmp sgt i64 %far, %count",
        "%stop = select i1 %beyond, i64 %count, i64 %far",
        "%examples = sub i64 %stop, %start",
        "%divisor = sitofp i64 %examples to double",
        "store i64 %start, ptr %start_at",
        "store i64 %stop, ptr %stop_at",
        "store double %divisor, ptr %divisor_at",
        "call void @run(ptr %frame)",
        f"%loss_at = getelementptr double, ptr %gradients, i64 {rule.loss_place}",
        "%loss = load double, ptr %loss_at",
        "%done = sub i64 %s, %first",
        "%loss_to = getelementptr double, ptr %losses, i64 %done",
        "store double %loss, ptr %loss_to",
        "%rate_at = getelementptr double, ptr %rates, i64 %done",
        "%rate = load double, ptr %rate_at",
        "%so_far = sitofp i64 %next to double",
        "%number = fadd double %taken, %so_far",
        *machine.splat("%lr", "%rate"),
        *machine.splat("%step_number", "%number"),
        *rule.once,
        "br label %check",
        "check:",
        "%c = phi i64 [ 0, %compute ], [ %cnext, %check ]",
        f"%nothing = phi {kind} [ zeroinitializer, %compute ], [ %sum, %check ]",
        "%cg_at = getelementptr i8, ptr %gradients, i64 %c",
        machine.load("%cg", "%cg_at"),
        "%cm_at = getelementptr i8, ptr %masks, i64 %c",
        machine.load("%cm", "%cm_at"),
        f"%cfree = fcmp one {kind} %cm, zeroinitializer",
        f"%zero = fsub {kind} %cg, %cg",
        f"%seen = select {machine.condition} %cfree, {kind} %zero, {kind} zeroinitializer",
        f"%sum = fadd {kind} %nothing, %seen",
        f"%cnext = add i64 %c, {width}",
        f"%cmore = icmp slt i64 %cnext, {size}",
        "br i1 %cmore, label %check, label %checked",
        "checked:",
        f"%total = call double @llvm.vector.reduce.fadd.{machine.suffix}(double -0.0, {kind} %sum)",
        "%finite = fcmp oeq double %total, 0.0",
        "br i1 %finite, label %move, label %end",
        "move:",
        "%at = phi i64 [ 0, %checked ], [ %at_next, %move ]",
    ]
    places = [("%parameter", "%parameters", 0), ("%gradient", "%gradients", 0)]
    places += [(f"%state{k}", "%states", k * size) for k in range(rule.state_size)]
    for name, base, offset in [*places, ("%mask", "%masks", 0)]:
        text += [
            f"{name}.base = getelementptr i8, ptr {base}, i64 {offset}",
            f"{name}.at = getelementptr i8, ptr {name}.base, i64 %at",
            machine.load(name, f"{name}.at"),
        ]
    text += [f"%free = fcmp one {kind} %mask, zeroinitializer", *rule.each]
    for (name, *_), result in zip([places[0], *places[2:]], rule.results, strict=True):
        text += [
            f"{name}.new = select {machine.condition} %free, {kind} {result}, {kind} {name}",
            machine.store(f"{name}.new", f"{name}.at"),
        ]
    text += [
        f"%at_next = add i64 %at, {width}",
        f"%at_more = icmp slt i64 %at_next, {size}",
        "br i1 %at_more, label %move, label %moved",
        "moved:",
        "br label %step",
        "end:",
        "ret void",
        "}",
    ]
    return "\n".join(text)


class _Rule:
    """An optimizer's rule as code: what is computed once a step, and what is computed for each parameter."""

    def __init__(self, optimizer: Any, machine: Machine, loss_place: int) -> None:
        self.state_size, self.loss_place = optimizer.state_size, loss_place
        trace = Trace()
        parameter, gradient = trace.input(0), trace.input(1)
        state = tuple([trace.input(2 + k) for k in range(self.state_size)])
        step_number, lr = trace.parameter(0), trace.parameter(1)
        moved, new_state = optimizer.rule(parameter, gradient, state, step_number, lr)
        wanted = [trace.lift(x) for x in (moved, *new_state)]
        self.functions: dict[Primitive, str] = {}
        code = StraightCode(machine, self.functions, lambda primitive: vector_name(primitive, machine.lanes))
        named = {parameter: "%parameter", gradient: "%gradient", step_number: "%step_number", lr: "%lr"}
        named.update({number: f"%state{k}" for k, number in enumerate(state)})
        code.names = {number.index: name for number, name in named.items()}
        varying = {number.index for number in (parameter, gradient, *state)}
        for number in trace.nodes:
            if any(arg.index in varying for arg in number.args):
                varying.add(number.index)
        self.once, self.each = self._lines(code, trace, varying, False), self._lines(code, trace, varying, True)
        self.results = [code.operand(number) for number in wanted]

    @staticmethod
    def _lines(code: StraightCode, trace: Trace, varying: set[int], vary: bool) -> list[str]:
        code.lines = []
        for number in trace.nodes:
            if number.args and (number.index in varying) is vary:
                code.compute(number)
        return code.lines


def fit(
    compiled: Compiled,
    data: Sequence[Any],
    optimizer: Any,
    epochs: int,
    batch_size: int | None,
    shuffle: bool,
    seed: int | None,
    callback: Callable[[int, float], Any] | None,
    progress: bool | None,
) -> list[float]:
    """See `Compiled.fit`."""
    import numpy as np

    _check(optimizer)
    arrays, count = read_arguments(data, compiled._names_for(data), f"{compiled._title()}.fit")
    recording = compiled._recording(arrays)
    batch = count if batch_size is None else batch_size
    for name, number in (("epochs", epochs), ("batch_size", batch)):
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise ValueError(f"{name} is a whole number of at least 1, got {number!r}")
    batch = min(batch, count)
    loop = _Loop(compiled, recording, optimizer, count, batch)
    source = np.random.default_rng(seed)
    losses: list[float] = []
    with _shown(progress, epochs * loop.steps) as advance:
        try:
            while len(losses) < epochs:
                together = (
                    1 if callback is not None or recording.random_count else min(epochs - len(losses), loop.together)
                )
                addresses, kept = compiled._addresses(recording, arrays, count)
                orders = None
                if shuffle:
                    orders = np.array([source.permutation(count) for _ in range(together)], np.int64)
                losses += loop.epochs(together, addresses, orders, advance)
                del kept
                if callback is not None:
                    loop.write_back()
                    if callback(len(losses) - 1, losses[-1]):
                        break
        finally:  # also after Ctrl-C, which Python hears between two calls of the machine code
            loop.write_back()
    return losses


class _Loop:
    """The memory of a training loop."""

    def __init__(self, compiled: Compiled, recording: Recording, optimizer: Any, count: int, batch: int) -> None:
        if not recording.single:
            raise ValueError(f"fit needs one output, the loss, but there are {len(recording.outputs)}")
        if not any(parameter in set(recording.parameters) for parameter in optimizer.parameters):
            raise ValueError(
                f"none of the {len(optimizer.parameters)} parameters of the optimizer take part in "
                f"{compiled._title()}: was the optimizer made for another model?"
            )
        self.optimizer, self.count, self.batch, self.steps = optimizer, count, batch, -(-count // batch)
        place_of = {parameter: place for place, parameter in enumerate(recording.parameters)}
        loss_place = len(place_of)
        size = loss_place + 1
        for parameter in optimizer.parameters:  # without influence on the loss: gradient 0, but weight decay moves it
            if parameter not in place_of:
                place_of[parameter] = size
                size += 1
        self.places = [place_of[parameter] for parameter in optimizer.parameters]
        rule = _Rule(optimizer, compiled._host.machine, loss_place)
        key = (id(recording), "fit", size, *rule.once, "", *rule.each, "", *rule.results)
        if key not in compiled._programs:
            compiled._programs[key] = compiled._compile_with(
                recording,
                started=perf_counter(),
                outputs=[],
                terms=gradient_program(recording, [1])[0],
                sums=[(loss_place, recording.trace.lift(recording.outputs[0]._number))],
                extra=lambda functions: train_loop(compiled._host.machine, rule, size, functions),
                entry="train",
            )
        self.program = compiled._programs[key][0]
        compiled._last = compiled._programs[key]
        lanes = self.program.host.machine.lanes
        self.rows = -(-size // lanes) * lanes
        aligned = _aligned((3 + optimizer.state_size, self.rows))
        self.parameters, self.gradients, self.masks, self.states = aligned[0], aligned[1], aligned[2], aligned[3:]
        for parameter, place in place_of.items():
            self.parameters[place] = float(parameter._number)
        self.masks[self.places] = 1.0
        for state, numbers in zip(self.states, zip(*optimizer.state, strict=True), strict=False):
            state[self.places] = [float(number) for number in numbers]
        # steps before, and what the machine code reads and writes: one attribute, so that Ctrl-C finds both or none
        self.progress: tuple[int, array[int]] = int(optimizer.steps), array("q", [0] * len(_FIELDS))
        self.written = optimizer.steps
        self.pace = 1

    @property
    def taken(self) -> int:
        """How many steps the parameters have made: the machine code itself keeps count, as Ctrl-C may come any time."""
        before, fields = self.progress
        return before + fields[_REACHED]

    @property
    def together(self) -> int:
        """How many epochs may be given to the machine code at once: about a million examples' places in order."""
        return max(1, (1 << 20) // self.count)

    def epochs(
        self, epochs: int, addresses: list[tuple[int, int]], orders: Any, advance: Callable[[int, float], None]
    ) -> list[float]:
        """So many passes over the examples, in these orders; the mean loss of each, as it was at each step."""
        import numpy as np

        end, step = epochs * self.steps, 0
        self.progress = self.taken, array("q", [0] * len(_FIELDS))
        found = np.empty(end)
        while step < end:
            last = min(step + self.pace, end)
            started = perf_counter()
            losses = self._run(addresses, orders, step, last)
            seconds = perf_counter() - started
            if self.progress[1][_REACHED] < last:
                self._stop_at_nonfinite()
            found[step:last] = losses
            advance(last - step, losses[-1])
            self.pace = max(1, min(1 << 20, int((last - step) * _GLANCE / max(seconds, 1e-9))))
            step = last
        sizes = np.full(self.steps, float(self.batch))
        sizes[-1] = self.count - (self.steps - 1) * self.batch
        return (found.reshape(epochs, self.steps) @ sizes / self.count).tolist()  # type: ignore[no-any-return]

    def _run(self, addresses: list[tuple[int, int]], orders: Any, first: int, last: int) -> array[float]:
        taken, fields = self.progress
        rate = self.optimizer.lr
        if callable(rate):
            rates = array("d", [rate(taken + step) for step in range(first, last)])
        else:
            rates = array("d", [rate]) * (last - first)
        losses = array("d", bytes(8 * (last - first)))
        parameters, gradients = self.parameters.ctypes.data, self.gradients.ctypes.data
        memory = self.program.borrow(addresses, 0, 0, parameters, results=gradients)
        numbers = [memory[1], self.count, self.batch, self.steps, 0 if orders is None else orders.ctypes.data]
        numbers += [first, last, rates.buffer_info()[0], parameters, gradients]
        numbers += [self.states.ctypes.data if len(self.states) else 0, self.masks.ctypes.data]
        fields[:_REACHED] = array("q", [*numbers, losses.buffer_info()[0]])
        memoryview(fields).cast("B")[-8:] = array("d", [float(taken)]).tobytes()
        self.program.code.run(fields.buffer_info()[0])
        self.program.give_back(memory)
        return losses

    def _stop_at_nonfinite(self) -> None:
        self.write_back()
        for parameter, place in zip(self.optimizer.parameters, self.places, strict=True):
            parameter.grad = float(self.gradients[place])
        self.optimizer.step()  # raises the optimizer's own error, which names the parameter
        raise FloatingPointError(f"a gradient is inf or nan in step {self.taken + 1}")

    def write_back(self) -> None:
        """Put the numbers of the last whole step into the Values and the optimizer."""
        if self.taken == self.written:
            return
        numbers = self.parameters[self.places].tolist()
        states = self.states[:, self.places].T.tolist() if len(self.states) else [()] * len(numbers)
        for parameter, number in zip(self.optimizer.parameters, numbers, strict=True):
            parameter._number = number
        self.optimizer.state = [tuple(state) for state in states]
        self.optimizer.steps = self.written = self.taken


def _aligned(shape: tuple[int, int]) -> Any:
    """Zeros whose rows begin at multiples of 64 bytes, as the rows are whole vectors."""
    import numpy as np

    memory = np.zeros(shape[0] * shape[1] + 8)
    skipped = -memory.ctypes.data % 64 // 8
    return memory[skipped : skipped + shape[0] * shape[1]].reshape(shape)


def _check(optimizer: Any) -> None:
    needed = ("parameters", "rule", "state", "state_size", "steps", "lr")
    missing = [name for name in needed if not hasattr(optimizer, name)]
    if missing:
        raise TypeError(
            f"fit takes an optimizer such as nn.SGD(model, lr=0.1) or nn.Adam(model), got {optimizer!r:.60} "
            f"(it has no {', '.join(missing)})"
        )


@contextmanager
def _shown(progress: bool | None, steps: int) -> Iterator[Callable[[int, float], None]]:
    """A progress bar, if it is wanted or (None) if someone is looking at a terminal."""
    if progress is False or (progress is None and not sys.stderr.isatty()):
        yield lambda count, loss: None
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    except ImportError as error:
        raise ImportError(f'the progress bar needs rich ({error}): pip install "micrograd-kr"') from error
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("loss {task.fields[loss]:.6g}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=steps, loss=float("nan"))
        yield lambda count, loss: bar.update(task, advance=count, loss=loss)
