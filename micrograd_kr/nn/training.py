"""train: the training loop, step by step in Python, with the arguments of a compiled function's `fit`.

`nn.train(loss, X, Y, optimizer, epochs, batch_size)` and `jit(loss).fit(X, Y, optimizer, epochs, batch_size)` take the
same batches in the same order and end with the same parameters; the first can be watched, the second is fast.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from time import perf_counter
from typing import Any

from ..engine import Value, no_grad, topological_order
from ..locale import translate
from .history import History
from .module import Module
from .optimizers import Optimizer
from .tables import apply, shape_of
from .terms import mean_of

Examples = list[tuple[Any, ...]]  # for each example its arguments, such as (x, y), as Values in nested lists


def train(
    loss: Callable[..., Any],
    *arrays_and_optimizer: Any,
    optimizer: Optimizer | None = None,
    epochs: int = 1,
    batch_size: int | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    callback: Callable[[int, float], Any] | None = None,
    progress: bool | None = None,
    validation: Sequence[Any] | None = None,
) -> History:
    """Train in plain Python: for each batch the mean loss, its gradient, and a step of the optimizer.

    Args:
        loss: takes one example as Values, such as loss(x, y), and returns a Value.
        *arrays_and_optimizer: the arrays (or lists) of examples, then the optimizer; epochs and batch_size may follow.
        optimizer: such as nn.SGD(model, lr=0.1).
        epochs: how many passes over the data.
        batch_size: how many examples each step takes, the last step of a pass perhaps fewer; None takes all.
        shuffle: take the examples in another order in each pass.
        seed: for the same orders in every run: with numpy installed those of `fit`.
        callback: called with (epoch, mean loss) after each pass; True ends the training.
        progress: show a bar; None shows one in a terminal or a notebook.
        validation: arrays like those of the examples, such as (X, Y), on which the loss is computed after each pass;
            modules are in use (`eval()`) meanwhile, so that dropout does nothing.

    Returns:
        The mean loss of each pass; it is in `optimizer.history`, too, also after Ctrl-C.

    Raises:
        ValueError: arrays of different lengths, or no examples.
        FloatingPointError: a gradient is inf or nan; the parameters are those of the last good step.
        KeyboardInterrupt: Ctrl-C; the parameters are those of the last whole step.

    >>> from micrograd_kr.nn import SGD
    >>> w = Value(0.0)
    >>> train(lambda x, y: (w * x - y) ** 2, [1.0, 2.0], [2.0, 4.0], SGD([w], lr=0.1), epochs=20)
    History of 20 epochs: loss 10 -> 3.638e-11
    >>> round(w.data, 4)
    2.0
    """
    arrays, optimizer, epochs, batch_size = sorted_out(
        "nn.train(loss, ", arrays_and_optimizer, optimizer, epochs, batch_size
    )
    examples = _examples(arrays)
    unseen = None if validation is None else _examples(as_arrays(validation))
    if unseen and (found := _shapes(unseen)) != _shapes(examples):
        raise ValueError(f"an example of validation has the shapes {found}, an example to learn {_shapes(examples)}")
    batch = len(examples) if batch_size is None else batch_size
    history, modules = History(), None
    orders = shuffled_orders(len(examples), seed) if shuffle else None
    steps = -(-len(examples) // batch)
    with history.kept_in(optimizer), progress_bar(progress, epochs * steps) as advance:
        for epoch in range(epochs):
            order = next(orders) if orders else range(len(examples))
            total, rate = 0.0, 0.0
            for start in range(0, len(examples), batch):
                chosen = [examples[place] for place in order[start : start + batch]]
                mean = _mean_loss(loss, chosen)
                rate = optimizer.learning_rate()
                optimizer.zero_grad()
                mean.backward()
                optimizer.step()
                total += float(mean.data) * len(chosen)
                modules = modules or _modules_of(mean)
                advance(1, float(mean.data))
            after = None if unseen is None else _loss_in_use(loss, unseen, modules or [])
            history.record(total / len(examples), after, rate)
            if callback is not None and callback(epoch, history[-1]):
                break
    return history


def shuffled_orders(count: int, seed: int | None) -> Iterator[Sequence[int]]:
    """The places 0 ... count - 1 in a new order for each epoch: numpy's, as `fit` takes them, where numpy is installed.

    >>> sorted(next(shuffled_orders(4, seed=0)))
    [0, 1, 2, 3]
    """
    try:
        import numpy
    except ImportError:
        source = random.Random(seed)
        while True:
            yield source.sample(range(count), count)
    generator = numpy.random.default_rng(seed)
    while True:
        yield generator.permutation(count).tolist()


def sorted_out(
    call: str, arguments: Sequence[Any], optimizer: Any, epochs: int, batch_size: int | None
) -> tuple[Sequence[Any], Any, int, int | None]:
    """The arrays, the optimizer, epochs and batch_size from what stands in their order.

    Args:
        call: how a call begins, for messages.
        arguments: the arrays, then perhaps the optimizer, epochs and batch_size.
        optimizer: if it was given by name.
        epochs: likewise.
        batch_size: likewise.

    Raises:
        TypeError: there is no optimizer, there are no arrays, or too much follows the optimizer.
        ValueError: epochs or batch_size is no whole number of at least 1.
    """
    place = next((place for place, each in enumerate(arguments) if hasattr(each, "rule")), None)
    if optimizer is None and place is not None:
        arguments, optimizer, rest = arguments[:place], arguments[place], arguments[place + 1 :]
        if len(rest) > 2:
            raise TypeError(f"after the optimizer come epochs and batch_size, got {len(rest)} arguments")
        epochs = rest[0] if rest else epochs
        batch_size = rest[1] if len(rest) > 1 else batch_size
    if not arguments or not hasattr(optimizer, "rule"):
        got = f", got {optimizer!r:.60}" if optimizer is not None else ""
        raise TypeError(
            f"{call.partition('(')[0]} takes the arrays, then an optimizer: "
            f"{call}X, Y, nn.SGD(model, lr=0.1), epochs=100){got}"
        )
    for name, number in (("epochs", epochs), ("batch_size", 1 if batch_size is None else batch_size)):
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise ValueError(f"{name} is a whole number of at least 1, got {number!r}")
    return arguments, optimizer, epochs, batch_size


def as_arrays(validation: Any) -> Sequence[Any]:
    """What `validation` is given: arrays like those of the examples, in a tuple or a list.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(validation, tuple | list):
        raise TypeError(f"validation takes arrays like those of the examples, such as (X, Y), got {validation!r:.60}")
    return validation


def _examples(arrays: Sequence[Any]) -> Examples:
    """The arrays read row by row."""
    rows = [each.tolist() if hasattr(each, "tolist") else each for each in arrays]
    for each in rows:
        if not isinstance(each, list | tuple):
            raise TypeError(f"train takes lists or arrays with one row for each example, got {each!r:.60}")
    lengths = [len(each) for each in rows]
    if len(set(lengths)) != 1 or not lengths[0]:
        raise ValueError(f"train needs as many rows in each array, and at least one; got {lengths}")
    return [tuple(apply(_as_value, argument) for argument in example) for example in zip(*rows, strict=True)]


def _shapes(examples: Examples) -> list[tuple[int, ...]]:
    return [shape_of(argument) for argument in examples[0]]


def _as_value(number: Any) -> Value:
    return number if isinstance(number, Value) else Value(number)


def _mean_loss(loss: Callable[..., Any], examples: Examples) -> Value:
    losses = [loss(*example) for example in examples]
    if not isinstance(losses[0], Value):
        raise TypeError(f"the loss of one example is a Value, got the {type(losses[0]).__name__} {losses[0]!r:.60}")
    mean: Value = mean_of(losses)
    return mean


def _modules_of(output: Value) -> list[Module]:
    """The modules that computed the Values below the output, and those within them."""
    found: dict[int, Module] = {}
    for node in topological_order(output):
        scope = node.scope
        while scope is not None and id(scope[0]) not in found:
            if isinstance(scope[0], Module):
                found.update({id(module): module for module in scope[0].modules()})
            scope = scope[1]
    return list(found.values())


def _loss_in_use(loss: Callable[..., Any], examples: Examples, modules: list[Module]) -> float:
    """The mean loss while no module is in training; afterwards each is as it was."""
    with in_use(modules), no_grad():
        return float(_mean_loss(loss, examples).data)


@contextmanager
def in_use(modules: Sequence[Module]) -> Iterator[None]:
    """A block in which none of the modules is in training; afterwards each is as it was."""
    before = [module.training for module in modules]
    try:
        _put_into_mode(modules, [False] * len(before))
        yield
    finally:
        try:
            _put_into_mode(modules, before)
        except BaseException:
            _put_into_mode(modules, before)  # Ctrl-C in the middle: finish, then stop
            raise


def _put_into_mode(modules: Sequence[Module], training: list[bool]) -> None:
    for module, each in zip(modules, training, strict=True):
        module.training = each


# --- the progress bar -------------------------------------------------------------------------------------------------


Advance = Callable[[int, float], None]  # (steps taken since the last call, the loss now)

_PAUSE = 0.1  # seconds between two updates of a notebook


@contextmanager
def progress_bar(wanted: bool | None, steps: int) -> Iterator[Advance]:
    """Yield a function to call after some steps, with their number and the loss, which moves the bar.

    Args:
        wanted: whether to show a bar; None shows one in a terminal and in a notebook, where somebody looks at it.
        steps: how many steps there will be.

    Raises:
        ImportError: a terminal's bar needs rich, which is missing.

    >>> with progress_bar(False, steps=2) as advance:
    ...     advance(1, 0.5)
    """
    if wanted is False:
        yield lambda count, loss: None
    elif in_notebook():
        yield from _in_notebook(steps)
    elif wanted or sys.stderr.isatty():
        yield from _in_terminal(steps)
    else:
        yield lambda count, loss: None


def in_notebook() -> bool:
    """Whether this code runs in a Jupyter kernel, where a terminal's bar would be a heap of lines."""
    interactive = sys.modules.get("IPython")  # a kernel has loaded it
    shell = interactive.get_ipython() if interactive else None
    return getattr(shell, "kernel", None) is not None


def _in_terminal(steps: int) -> Iterator[Advance]:
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    except ImportError as error:
        raise ImportError(f'the progress bar needs rich ({error}): pip install "rich"') from error
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(f"{translate('nn.loss')} {{task.fields[loss]:.6g}}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=steps, loss=float("nan"))
        yield lambda count, loss: bar.update(task, advance=count, loss=loss)


def _in_notebook(steps: int) -> Iterator[Advance]:
    display = import_module("IPython.display").display
    done, loss, shown_at = 0, float("nan"), perf_counter()
    handle: Any = display(_Bar(0, steps, loss), display_id=True)

    def advance(count: int, loss_now: float) -> None:
        nonlocal done, loss, shown_at
        done, loss = done + count, loss_now
        if perf_counter() - shown_at >= _PAUSE:
            shown_at = perf_counter()
            handle.update(_Bar(done, steps, loss))

    try:
        yield advance
    finally:
        handle.update(_Bar(done, steps, loss))


class _Bar:
    """What a notebook shows: a bar of HTML, or a line of text where there is no HTML."""

    def __init__(self, done: int, steps: int, loss: float) -> None:
        self.done, self.steps, self.loss = done, steps, loss

    def __repr__(self) -> str:
        return f"{self.done}/{self.steps} {translate('nn.loss')} {self.loss:.6g}"

    def _repr_html_(self) -> str:
        return f'<progress value="{self.done}" max="{self.steps}"></progress> {self!r}'
