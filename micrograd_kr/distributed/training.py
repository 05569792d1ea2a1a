"""fit: the training loop on a cluster. The workers compute gradients, the client adds them up and takes the steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..compiler import Compiled
from ..compiler.training import Task, end_of_pass, read_task
from ..compiler.training_code import Rule
from ..engine import put_numbers
from ..nn.history import History
from ..nn.training import progress_bar
from .crew import Crew, check_client
from .shares import Dealing, Pass, shard_count

if TYPE_CHECKING:
    from ..compiler.execution import Array


def fit(
    f: Compiled[Any],
    client: Any,
    *arrays_and_optimizer: Any,
    optimizer: Any = None,
    epochs: int = 1,
    batch_size: int | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    callback: Callable[[int, float], Any] | None = None,
    progress: bool | None = None,
    validation: Sequence[Any] | None = None,
) -> History:
    """`f.fit` on the workers of a Dask cluster: fit(f, client, X, Y, optimizer, epochs, batch_size).

    Each worker holds its share of the examples, and compiles f once or finds it in its own cache. In each step the
    parameters go out, and the gradients come back. They are added up in an order that does not depend on the workers:
    one worker or a hundred, of the same kind of processor, end with the same bits, and these are those of the local
    `f.fit` up to rounding. When a worker is lost, another one takes over its share, and only what it had not
    answered is computed again.

    Args:
        f: the compiled loss, jit(loss).
        client: a `dask.distributed.Client`; the workers need micrograd_kr.
        *arrays_and_optimizer, optimizer, epochs, batch_size, shuffle, seed, callback, progress: as of `f.fit`.
        validation: as of `f.fit`; the loss on these arrays is computed in this process.

    Returns:
        A `History`, as `f.fit` does.

    Raises:
        ImportError: Dask is missing.
        TypeError: f is not compiled, or client is not a client.
        ValueError: what `f.fit` refuses.
        FloatingPointError: a gradient is inf or nan; the parameters are those of the last good step.
        KeyboardInterrupt: Ctrl-C; the parameters are those of the last whole step.
        RuntimeError: there are no workers, or they are lost again and again.
    """
    import numpy as np

    if not isinstance(f, Compiled):
        raise TypeError(f"fit takes a compiled loss, jit(loss), got {f!r:.60}")
    check_client(client)
    task = read_task(f.programs, arrays_and_optimizer, optimizer, epochs, batch_size, validation)
    loop = _Loop(task, f.programs.host.dtype)
    source, history = np.random.default_rng(seed), History()
    dealing = Dealing(task.count, task.batch, shard_count(task.batch))
    steps = task.epochs * task.steps
    with history.kept_in(task.optimizer), progress_bar(progress, steps) as advance:
        crew = Crew(client, f, task.arrays, dealing)
        try:
            while len(history) < task.epochs:
                crew.spread_out()
                order = drawing = None
                if shuffle:
                    order = source.bit_generator.state
                    source.permutation(task.count)  # as the workers do
                if task.recording.random_count:
                    generator = f.programs.random.bit_generator
                    drawing = generator.state
                    generator.advance(task.count * task.recording.random_count)
                current, losses = Pass(len(history), order, drawing), np.empty(task.steps)
                for step in range(task.steps):
                    losses[step] = loop.take(crew.sums(loop.parameters, current, step), step)
                    advance(1, float(losses[step]))
                task.record(history, losses, loop.begun)
                if end_of_pass(f.programs, task, loop, history, callback):
                    break
        finally:  # also after Ctrl-C
            try:
                loop.write_back()
            except BaseException:
                loop.write_back()  # Ctrl-C in the middle: finish, then stop
                raise
            crew.close()
    return history


class _Moved(NamedTuple):
    """Where the parameters are: one attribute of the loop, so that Ctrl-C finds all of a step or nothing."""

    numbers: Array
    state: tuple[Array, ...]
    steps: int


class _Loop:
    """The parameters and the optimizer's state as arrays, on which its rule for one scalar runs as it is.

    Attributes:
        parameters: the numbers of the loss's parameters, in its order.
        begun: how many steps the optimizer had taken before.
    """

    def __init__(self, task: Task, dtype: str) -> None:
        import numpy as np

        self._task, self._optimizer, self._dtype = task, task.optimizer, dtype
        Rule(self._optimizer, 0)  # a rule with a branch is refused, as by f.fit
        place_of = {parameter: place for place, parameter in enumerate(task.recording.parameters)}
        places = [place_of.get(parameter, -1) for parameter in self._optimizer.parameters]
        self._places = np.array(places)  # -1: without influence on the loss
        self._reached = self._places >= 0
        self.parameters = np.array([float(parameter.data) for parameter in place_of], dtype)
        numbers = np.array([float(parameter.data) for parameter in self._optimizer.parameters], dtype)
        state = np.array(self._optimizer.state, dtype).reshape(len(numbers), -1).T
        self.begun = self._written = int(self._optimizer.steps)
        self._now = _Moved(numbers, tuple(state), self.begun)

    def take(self, sums: Array, step: int) -> float:
        """Take a step, given the sums of the gradient and the loss over its examples; returns the mean loss."""
        import numpy as np

        task, optimizer, (numbers, state, steps) = self._task, self._optimizer, self._now
        means = sums / min(task.batch, task.count - step * task.batch)
        gradient = np.zeros(len(numbers), self._dtype)
        gradient[self._reached] = means[self._places[self._reached]]
        if not np.isfinite(gradient).all():
            self._stop_at_nonfinite(gradient)
        rate = optimizer.lr(steps) if callable(optimizer.lr) else optimizer.lr
        with np.errstate(all="ignore"):
            moved, new_state = optimizer.rule(numbers, gradient, state, float(steps + 1), float(rate))
        arrays = [np.array(np.broadcast_to(each, numbers.shape), self._dtype) for each in (moved, *new_state)]
        self._now = _Moved(arrays[0], tuple(arrays[1:]), steps + 1)
        self.parameters[self._places[self._reached]] = arrays[0][self._reached]
        return float(means[-1])

    def _stop_at_nonfinite(self, gradient: Array) -> None:
        self.write_back()
        for parameter, number in zip(self._optimizer.parameters, gradient.tolist(), strict=True):
            parameter.grad = number
        self._optimizer.step()  # raises the optimizer's own error, which names the parameter
        raise FloatingPointError(f"a gradient is inf or nan in step {self._now.steps + 1}")

    def write_back(self) -> None:
        """Put the numbers of the last whole step into the Values and the optimizer."""
        numbers, state, steps = self._now
        if steps == self._written:
            return
        put_numbers(self._optimizer.parameters, numbers.tolist())
        self._optimizer.state = list(zip(*[each.tolist() for each in state], strict=True)) or [()] * len(numbers)
        self._optimizer.steps = self._written = steps
