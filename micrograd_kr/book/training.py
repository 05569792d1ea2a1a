"""The training loop of the later chapters: the same for every model, compiled by jit where it is installed."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from micrograd_kr import Value, nn, no_grad
from micrograd_kr.locale import translate

from .data_checks import check_cost

EAGER_VARIABLE = "MICROGRAD_KR_BOOK_EAGER"

MANY = 300  # so many examples are worth compiling for, where nothing is to be learnt from them

# What was compiled for a function that is still in use, so that it is compiled once.
_compilations: WeakKeyDictionary[Callable[..., Any], Any] = WeakKeyDictionary()

Cost = Callable[[Any, Any], Value]  # of one example: its features (a list) and its label
MeanCost = Callable[[Sequence[Any], Sequence[Any]], Value]


def mean_cost(cost: Cost) -> MeanCost:
    """`cost` for one example, made into the mean over many: `mean_cost(cost)(X, Y)`.

    Where jit is installed the mean is computed in machine code, else in plain Python; the Value is the same.

    >>> w = Value(2.0)
    >>> mean_cost(lambda x, y: (w * x - y) ** 2)([1.0, 2.0], [1.0, 1.0]).data
    5.0
    """
    compiled = _compiled(cost)
    return _eager_mean(cost) if compiled is None else compiled.mean


def _eager_mean(cost: Cost) -> MeanCost:
    def mean(X: Sequence[Any], Y: Sequence[Any]) -> Value:  # noqa: N803
        costs = [cost(x, y) for x, y in zip(X, Y, strict=True)]
        total: Value = sum(costs[1:], costs[0]) / len(costs)
        return total

    return mean


def _compiled(function: Callable[..., Any]) -> Any:
    """jit(function), or None where jit is not installed or the reader asked for plain Python."""
    if os.environ.get(EAGER_VARIABLE, "") not in ("", "0"):
        return None
    try:
        from micrograd_kr import jit

        if function not in _compilations:
            _compilations[function] = jit(function, seed=0)
    except ImportError:
        return None
    return _compilations[function]


def train(
    cost: Cost,
    X: Sequence[Any],  # noqa: N803
    Y: Sequence[Any],  # noqa: N803
    optimizer: Any,
    *,
    epochs: int,
    batch_size: int = 16,
    seed: int = 0,
    after_epoch: Callable[[int], None] | None = None,
    augment: Callable[[Any], Any] | None = None,
    penalty: Callable[[], Value] | None = None,
    names: Sequence[str] = (),
) -> list[float]:
    """Predict, compare, correct, repeat: go through the examples `epochs` times, in small batches, in random order.

    Args:
        cost: the cost of one example, `cost(features, label)`.
        X, Y: the examples and their labels.
        optimizer: of nn, for the parameters of the model.
        epochs: how often all the examples are seen.
        batch_size: after how many examples the weights are moved.
        seed: of the random order.
        after_epoch: called with the number of each finished epoch, to measure something.
        augment: changes an example a little each time before the model sees it.
        penalty: a regularisation term, added to the mean cost of each batch.
        names: what the features are called, for messages.

    Returns:
        The mean cost in each epoch, without the penalty.

    Raises:
        BadDataError: the cost has exploded.
    """
    mean = mean_cost(cost)
    order = list(range(len(X)))
    shuffle = random.Random(seed).shuffle
    history = []
    for epoch in _progress(range(epochs)):
        shuffle(order)
        total = 0.0
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            optimizer.zero_grad()
            examples = [augment(X[i]) if augment else X[i] for i in batch]
            batch_cost = mean(examples, [Y[i] for i in batch])
            total += float(batch_cost.data) * len(batch)
            if penalty:
                batch_cost = batch_cost + penalty()
            check_cost(batch_cost.data, _rows(X), names)
            batch_cost.backward()
            optimizer.step()
        history.append(total / len(order))
        if after_epoch:
            after_epoch(epoch)
    return history


def _rows(X: Sequence[Any]) -> Sequence[Sequence[float]]:  # noqa: N803
    """The examples if each is a row of plain numbers, else none: only those can be looked at for their size."""
    return X if isinstance(X[0], list) and isinstance(X[0][0], float | int) else ()


def outputs(model: Callable[[Any], Any], X: Sequence[Any]) -> list[Any]:  # noqa: N803
    """What the model answers to each example, as plain numbers: one number, or a list of them, an example.

    A model of nn is in use meanwhile (`model.eval()`): dropout leaves nothing out.

    >>> w = Value(2.0)
    >>> outputs(lambda x: [w * x, w + x], [1.0, 5.0])
    [[2.0, 3.0], [10.0, 7.0]]
    """
    module = model if isinstance(model, nn.Module) else None
    was_training = module is not None and module.training
    if module and was_training:
        module.eval()
    try:
        compiled = _compiled(model) if len(X) >= MANY else None
        if compiled is not None:
            batch: list[Any] = compiled.batch(X).tolist()
            return batch
        with no_grad():
            answers = [model(x) for x in X]
    finally:
        if module and was_training:
            module.train()
    return [[float(v) for v in answer] if isinstance(answer, list) else float(answer) for answer in answers]


def likeliest(answers: Sequence[Sequence[float]]) -> list[int]:
    """For each example the number of the class with the greatest output.

    >>> likeliest([[0.1, 0.9], [3.0, -1.0]])
    [1, 0]
    """
    return [max(range(len(answer)), key=answer.__getitem__) for answer in answers]


def _progress(epochs: range) -> Iterable[int]:
    """The epochs, with a bar that shows how far they are where there is a terminal to show it in."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    if not console.is_terminal:
        return epochs
    return track(epochs, translate("book.training"), console=console, transient=True)
