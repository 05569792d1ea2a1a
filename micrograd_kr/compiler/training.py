"""fit: the training loop in machine code: mini-batches, gradients and the optimizer's own rule, step after step.

The optimizer's rule for one scalar is recorded as a loss is, and runs on vectors of parameters. Python looks in about
twenty times a second, for the progress bar, for the callback at the end of an epoch, and for Ctrl-C; what it finds is
always whole steps.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from ..engine import put_numbers
from ..nn.history import History
from ..nn.training import as_arrays, in_use, progress_bar, sorted_out
from ..trace import Recording
from .execution import Stretch
from .machine_code import vector_name
from .programs import Programs, mean_alone, mean_and_gradient
from .training_code import FIELDS, REACHED, Rule, train_loop

if TYPE_CHECKING:
    from .execution import Array, Batch

_GLANCE = 0.05  # seconds between looks at what Python has to do


@dataclass(frozen=True, slots=True)
class Task:
    """What there is to train, read and checked.

    Attributes:
        recording: of the loss.
        arrays: the examples.
        optimizer: what moves the parameters.
        epochs: how many passes over the examples.
        count: how many examples there are.
        batch: how many of them a step takes; the last step of a pass perhaps fewer.
        validation: arrays on which the loss is computed after each pass, if there are any.
    """

    recording: Recording
    arrays: list[Array]
    optimizer: Any
    epochs: int
    count: int
    batch: int
    validation: Sequence[Any] | None

    @property
    def steps(self) -> int:
        """How many steps a pass has."""
        return -(-self.count // self.batch)

    def record(self, history: History, losses: Array, begun: int) -> None:
        """Put an epoch into the history.

        Args:
            history: what it goes into.
            losses: the mean loss of each step.
            begun: how many steps the optimizer had taken before the first epoch of the history.
        """
        import numpy as np

        sizes = np.full(self.steps, float(self.batch))
        sizes[-1] = self.count - (self.steps - 1) * self.batch
        lr = self.optimizer.lr
        rate = lr(begun + (len(history) + 1) * self.steps - 1) if callable(lr) else lr
        history.record(float(losses @ sizes) / self.count, learning_rate=float(rate))


def read_task(
    programs: Programs,
    arguments: Sequence[Any],
    optimizer: Any,
    epochs: int,
    batch_size: int | None,
    validation: Sequence[Any] | None = None,
) -> Task:
    """The arguments of a `fit`: arrays, then an optimizer, which epochs and batch_size may follow.

    Raises:
        TypeError: there is no optimizer, or there are too many arguments.
        ValueError: arrays, epochs or batch_size do not fit, or the optimizer has none of the loss's parameters.
    """
    arguments, optimizer, epochs, batch_size = sorted_out("f.fit(", arguments, optimizer, epochs, batch_size)
    _check(optimizer)
    recording, arrays = programs.read(arguments, "fit")
    if not recording.single:
        raise ValueError(f"fit needs one output, the loss, but there are {len(recording.outputs)}")
    count = len(arrays[0])
    batch = count if batch_size is None else batch_size
    if not any(parameter in set(recording.parameters) for parameter in optimizer.parameters):
        raise ValueError(
            f"none of the {len(optimizer.parameters)} parameters of the optimizer take part in "
            f"{programs.title}: was the optimizer made for another model?"
        )
    if validation is not None:
        programs.read(as_arrays(validation), "fit")  # what does not fit is said before the training
    return Task(recording, arrays, optimizer, epochs, count, min(batch, count), validation)


def fit(
    programs: Programs,
    task: Task,
    shuffle: bool,
    seed: int | None,
    callback: Callable[[int, float], Any] | None,
    progress: bool | None,
) -> History:
    """See `Compiled.fit`."""
    import numpy as np

    recording, arrays, optimizer = task.recording, task.arrays, task.optimizer
    epochs, count, validation = task.epochs, task.count, task.validation
    loop = _Loop(programs, task)
    source = np.random.default_rng(seed)
    history = History()
    with history.kept_in(optimizer), progress_bar(progress, epochs * loop.steps) as advance:
        try:
            while len(history) < epochs:
                alone = callback is not None or validation is not None or recording.random_count
                together = 1 if alone else min(epochs - len(history), loop.together)
                examples = programs.batch(recording, arrays)
                orders = None
                if shuffle:
                    orders = np.array([source.permutation(count) for _ in range(together)], np.int64)
                loop.epochs(together, examples, orders, advance, history)
                if end_of_pass(programs, task, loop, history, callback):
                    break
        finally:  # also after Ctrl-C, which Python hears between two calls of the machine code
            try:
                loop.write_back()
            except BaseException:
                loop.write_back()  # Ctrl-C in the middle: finish, then stop
                raise
    return history


class _Loop:
    """The memory of a training loop."""

    def __init__(self, programs: Programs, task: Task) -> None:
        self.task, self.optimizer, self.count, self.batch = task, task.optimizer, task.count, task.batch
        self.steps, recording, optimizer = task.steps, task.recording, task.optimizer
        place_of = {parameter: place for place, parameter in enumerate(recording.parameters)}
        loss_place = len(place_of)
        size = loss_place + 1
        for parameter in optimizer.parameters:  # without influence on the loss: gradient 0, but weight decay moves it
            if parameter not in place_of:
                place_of[parameter] = size
                size += 1
        self.places = [place_of[parameter] for parameter in optimizer.parameters]
        rule, machine = Rule(optimizer, loss_place), programs.host.machine
        self.program, _ = programs.compiled(
            recording,
            mean_and_gradient,
            ("fit", size, rule.key),
            lambda functions: train_loop(machine, rule, size, functions, lambda each: vector_name(each, machine)),
            entry="train",
        )
        self.rows = -(-size // machine.lanes) * machine.lanes
        aligned = _aligned((3 + optimizer.state_size, self.rows), self.program.host.dtype)
        self.parameters, self.gradients, self.masks, self.states = aligned[0], aligned[1], aligned[2], aligned[3:]
        for parameter, place in place_of.items():
            self.parameters[place] = float(parameter.data)
        self.masks[self.places] = 1.0
        for state, numbers in zip(self.states, zip(*optimizer.state, strict=True), strict=False):
            state[self.places] = [float(number) for number in numbers]
        # steps before, and what the machine code reads and writes: one attribute, so that Ctrl-C finds both or none
        self.progress: tuple[int, array[int]] = int(optimizer.steps), array("q", [0] * len(FIELDS))
        self.begun = self.written = optimizer.steps
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
        self, epochs: int, examples: Batch, orders: Any, advance: Callable[[int, float], None], history: History
    ) -> None:
        """So many passes over the examples, in these orders; the mean loss of each goes into the history.

        A loss is taken at each step. An error or Ctrl-C leaves the losses of the whole epochs before it.
        """
        import numpy as np

        end, step = epochs * self.steps, 0
        self.progress = self.taken, array("q", [0] * len(FIELDS))
        losses, before = np.zeros((epochs, self.steps), self.program.host.dtype), len(history)
        try:
            while step < end:
                last = min(step + self.pace, end)
                started = perf_counter()
                self._run(examples, orders, step, last, losses.reshape(-1)[step:last])
                seconds = perf_counter() - started
                if self.progress[1][REACHED] < last:
                    self._stop_at_nonfinite()
                advance(last - step, float(losses.reshape(-1)[last - 1]))
                self.pace = max(1, min(1 << 20, int((last - step) * _GLANCE / max(seconds, 1e-9))))
                step = last
        finally:
            try:
                self._write_down(losses, history, before)
            except BaseException:
                self._write_down(losses, history, before)  # Ctrl-C in the middle: finish, then stop
                raise

    def _write_down(self, losses: Array, history: History, before: int) -> None:
        """Put the mean losses of the whole epochs into the history, as far as they are not in it yet.

        Args:
            losses: of each step, a row for each epoch.
            history: what they go into.
            before: how many epochs it had before these.
        """
        for epoch in range(len(history) - before, self.progress[1][REACHED] // self.steps):
            self.task.record(history, losses[epoch], self.begun)

    def _run(self, examples: Batch, orders: Any, first: int, last: int, losses: Array) -> None:
        """Steps first ... last, or fewer if a gradient is not finite; writes down the loss of each."""
        import numpy as np

        taken, fields = self.progress
        lr = self.optimizer.lr
        rates = [lr(taken + step) for step in range(first, last)] if callable(lr) else lr
        rates = np.full(last - first, rates, self.program.host.dtype)
        parameters, gradients = self.parameters.ctypes.data, self.gradients.ctypes.data
        memory = self.program.memory()
        frame = self.program.fill(memory, examples, parameters, Stretch(0, 0, results=gradients))
        given = [frame, self.count, self.batch, self.steps, 0 if orders is None else orders.ctypes.data]
        given += [first, last, rates.ctypes.data, parameters, gradients]
        given += [self.states.ctypes.data if len(self.states) else 0, self.masks.ctypes.data, losses.ctypes.data]
        fields[:REACHED] = array("q", given)  # in the order of FIELDS
        memoryview(fields).cast("B")[-8:] = array("d", [float(taken)]).tobytes()
        self.program.code.run(fields.buffer_info()[0])
        self.program.give_back(memory)

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
        put_numbers(self.optimizer.parameters, numbers)
        self.optimizer.state = [tuple(state) for state in states]
        self.optimizer.steps = self.written = self.taken


class WritesBack(Protocol):
    """A training loop that keeps the parameters elsewhere meanwhile."""

    def write_back(self) -> None:
        """Put the numbers of the last whole step into the Values and the optimizer."""


def end_of_pass(
    programs: Programs,
    task: Task,
    loop: WritesBack,
    history: History,
    callback: Callable[[int, float], Any] | None,
) -> bool:
    """Compute the loss on the validation arrays and call the callback; returns whether it ends the training."""
    if task.validation is not None:
        loop.write_back()
        history.validation.append(_mean_in_use(programs, task.recording, task.validation))
    if callback is None:
        return False
    loop.write_back()
    return bool(callback(len(history) - 1, history[-1]))


def _mean_in_use(programs: Programs, recording: Recording, arrays: Sequence[Any]) -> float:
    """The mean of the function on other arrays, while no module is in training."""
    last = programs.last
    with in_use(recording.modules):
        call = programs.call(arrays, "fit", mean_alone, single=True)
        mean = float(call.sums(programs.threads)[-1])
        programs.done(mean_alone, call)
    programs.last = last  # what the caller asked for was the training
    return mean


def _aligned(shape: tuple[int, int], dtype: str) -> Any:
    """Zeros whose rows begin at multiples of a vector's size, as the rows are whole vectors."""
    import numpy as np

    memory = np.zeros(shape[0] * shape[1] + 16, dtype)
    skipped = -memory.ctypes.data % 64 // memory.itemsize
    return memory[skipped : skipped + shape[0] * shape[1]].reshape(shape)


def _check(optimizer: Any) -> None:
    needed = ("parameters", "rule", "state", "state_size", "steps", "lr")
    missing = [name for name in needed if not hasattr(optimizer, name)]
    if missing:
        raise TypeError(
            f"fit takes an optimizer such as nn.SGD(model, lr=0.1) or nn.Adam(model), got {optimizer!r:.60} "
            f"(it has no {', '.join(missing)})"
        )
