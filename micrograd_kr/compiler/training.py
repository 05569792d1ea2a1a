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
from .recording import Recording
from .training_code import FIELDS, REACHED, Rule, train_loop

if TYPE_CHECKING:
    from .function import Compiled

_GLANCE = 0.05  # seconds between looks at what Python has to do


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
        rule = Rule(optimizer, compiled._host.machine, loss_place)
        key = (id(recording), "fit", size, *rule.once, "", *rule.each, "", *rule.results)
        if key not in compiled._programs:
            compiled._programs[key] = compiled._compile_with(
                recording,
                started=perf_counter(),
                outputs=[],
                terms=gradient_program(recording, [1])[0],
                sums=[(loss_place, recording.trace.lift(recording.outputs[0].data))],
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
            self.parameters[place] = float(parameter.data)
        self.masks[self.places] = 1.0
        for state, numbers in zip(self.states, zip(*optimizer.state, strict=True), strict=False):
            state[self.places] = [float(number) for number in numbers]
        # steps before, and what the machine code reads and writes: one attribute, so that Ctrl-C finds both or none
        self.progress: tuple[int, array[int]] = int(optimizer.steps), array("q", [0] * len(FIELDS))
        self.written = optimizer.steps
        self.pace = 1

    @property
    def taken(self) -> int:
        """How many steps the parameters have made: the machine code itself keeps count, as Ctrl-C may come any time."""
        before, fields = self.progress
        return before + fields[REACHED]

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
        self.progress = self.taken, array("q", [0] * len(FIELDS))
        found = np.empty(end)
        while step < end:
            last = min(step + self.pace, end)
            started = perf_counter()
            losses = self._run(addresses, orders, step, last)
            seconds = perf_counter() - started
            if self.progress[1][REACHED] < last:
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
        fields[:REACHED] = array("q", [*numbers, losses.buffer_info()[0]])
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
            parameter.data = number
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
