"""Training as the chapters do it: the same for every model, compiled by jit where it is installed."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from micrograd_kr import Value, nn, no_grad
from micrograd_kr.data import batches
from micrograd_kr.nn.containers import random_numbers_from
from micrograd_kr.nn.training import progress_bar

from .data_checks import check_cost

EAGER_VARIABLE = "MICROGRAD_KR_BOOK_EAGER"

MANY = 300  # so many examples are worth compiling for, where nothing is to be learnt from them

# What was compiled for a function that is still in use, so that it is compiled once.
_compilations: WeakKeyDictionary[Callable[..., Any], Any] = WeakKeyDictionary()

Loss = Callable[[Any, Any], Value]  # of one example: its features (a list) and its label
MeanCost = Callable[[Sequence[Any], Sequence[Any]], Value]


def mean_cost(loss: Loss) -> MeanCost:
    """The cost: the mean of the losses of many examples, `mean_cost(loss)(X, Y)`, where `loss` is of one.

    Where jit is installed the mean is computed in machine code, else in plain Python; the Value is the same.

    >>> w = Value(2.0)
    >>> mean_cost(lambda x, y: (w * x - y) ** 2)([1.0, 2.0], [1.0, 1.0]).data
    5.0
    """
    compiled = _compiled(loss)
    return _eager_mean(loss) if compiled is None else compiled.mean


def _eager_mean(loss: Loss) -> MeanCost:
    def mean(X: Sequence[Any], Y: Sequence[Any]) -> Value:  # noqa: N803
        return _mean([loss(x, y) for x, y in zip(X, Y, strict=True)])

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
    loss: Loss,
    X: Sequence[Any],  # noqa: N803
    Y: Sequence[Any],  # noqa: N803
    optimizer: nn.Optimizer,
    *,
    epochs: int,
    batch_size: int = 16,
    seed: int = 0,
    after_epoch: Callable[[int], object] | None = None,
    validation: tuple[Sequence[Any], Sequence[Any]] | None = None,
    model: nn.Module | None = None,
    augment: Callable[[Any], Any] | None = None,
    penalty: Callable[[], Value] | None = None,
    names: Sequence[str] = (),
) -> nn.History:
    """Predict, compare, correct, repeat: go through the examples `epochs` times, in small batches, in random order.

    It is `nn.train`, or `fit` of the compiled loss where jit is installed; the order of the examples is the same.

    Args:
        loss: the loss of one example, `loss(features, label)`.
        X, Y: the examples and their labels.
        optimizer: of nn, for the parameters of the model.
        epochs: how often all the examples are seen.
        batch_size: after how many examples the weights are moved.
        seed: of the random order, and of the numbers that dropout draws.
        after_epoch: called with the number of each finished epoch, to measure something.
        validation: examples and labels whose mean loss is computed after each epoch.
        model: in use (`model.eval()`) while the validation loss is computed, so that dropout leaves nothing out.
        augment: changes an example a little each time before the model sees it.
        penalty: a regularization term, added to the cost.
        names: what the features are called, for messages.

    Returns:
        The mean loss (and penalty) of each epoch; `.validation` has the mean loss of the validation data.

    Raises:
        BadDataError: the cost has exploded.
    """
    draws, one_epoch = _draws(loss, X[0], Y[0]), _one_epoch(loss, penalty)
    history, dice = nn.History(), random.Random(seed)
    with progress_bar(None, epochs) as advance:
        for epoch in range(epochs):
            order = dice.sample(range(len(X)), len(X))
            examples = [augment(X[place]) if augment else X[place] for place in order]
            columns = [examples, [Y[place] for place in order]]
            if draws:
                columns.append([[dice.random() for _ in range(draws)] for _ in order])
            try:
                cost = one_epoch(columns, optimizer, batch_size)
            except FloatingPointError:
                cost = math.inf
            check_cost(cost, _rows(X), names)
            history.record(cost, mean_in_use(loss, *validation, model=model) if validation else None)
            if after_epoch:
                after_epoch(epoch)
            advance(1, cost)
    optimizer.history = history
    return history


def _draws(loss: Loss, x: Any, y: Any) -> int:
    """How many random numbers the loss of an example draws, as dropout does."""
    counted: list[float] = []

    def draw() -> float:
        counted.append(0.5)
        return 0.5

    with random_numbers_from(draw), no_grad():
        loss(x, y)
    return len(counted)


def _one_epoch(loss: Loss, penalty: Callable[[], Value] | None) -> Callable[..., float]:
    """A function of the columns of examples, the optimizer and the batch size: it trains once, and returns the cost."""

    def of_one(x: Any, y: Any, numbers: Sequence[Any] = ()) -> Value:
        """The loss; what it draws are these numbers, so that it is the same with and without jit."""
        with random_numbers_from(iter(numbers).__next__):
            return loss(x, y)

    def whole(x: Any, y: Any, numbers: Sequence[Any] = ()) -> Value:
        return of_one(x, y, numbers) if penalty is None else of_one(x, y, numbers) + penalty()

    compiled = _compiled(whole)

    def in_machine_code(columns: Sequence[Any], optimizer: nn.Optimizer, size: int) -> float:
        return float(compiled.fit(*columns, optimizer, epochs=1, batch_size=size, progress=False)[-1])

    def in_python(columns: Sequence[Any], optimizer: nn.Optimizer, size: int) -> float:
        total = 0.0
        for batch in batches(*columns, batch_size=size):
            cost = _mean([of_one(*example) for example in zip(*batch, strict=True)])
            if penalty:
                cost = cost + penalty()  # once for the batch, not once for each example
            optimizer.zero_grad()
            cost.backward()
            optimizer.step()
            total += float(cost.data) * len(batch[0])
        return total / len(columns[0])

    return in_python if compiled is None else in_machine_code


def _mean(losses: Sequence[Value]) -> Value:
    return sum(losses[1:], losses[0]) / len(losses)


def mean_in_use(loss: Loss, X: Sequence[Any], Y: Sequence[Any], model: nn.Module | None = None) -> float:  # noqa: N803
    """The mean loss of examples that are not learnt from, the model in use (`model.eval()`) meanwhile."""
    with _in_use(model):
        compiled = _compiled(loss)
        if compiled is not None:
            return float(compiled.mean(X, Y).data)
        # A graph that is dropped at once takes half the time of a block of no_grad, which goes the general way.
        losses = [float(loss(x, y).data) for x, y in zip(X, Y, strict=True)]
        return sum(losses) / len(losses)


def _rows(X: Sequence[Any]) -> Sequence[Sequence[float]]:  # noqa: N803
    """The examples if each is a row of plain numbers, else none: only those can be looked at for their size."""
    return X if isinstance(X[0], list) and isinstance(X[0][0], float | int) else ()


@contextmanager
def _in_use(model: object) -> Iterator[None]:
    """Whatever is computed inside the block leaves nothing out; afterwards the model is as it was."""
    module = model if isinstance(model, nn.Module) and model.training else None
    if module:
        module.eval()
    try:
        yield
    finally:
        if module:
            module.train()


def outputs(model: Callable[[Any], Any], X: Sequence[Any]) -> list[Any]:  # noqa: N803
    """What the model answers to each example, as plain numbers: one number, or a list of them, an example.

    A model of nn is in use meanwhile (`model.eval()`): dropout leaves nothing out.

    >>> w = Value(2.0)
    >>> outputs(lambda x: [w * x, w + x], [1.0, 5.0])
    [[2.0, 3.0], [10.0, 7.0]]
    """
    with _in_use(model):
        compiled = _compiled(model) if len(X) >= MANY else None
        if compiled is not None:
            batch: list[Any] = compiled.batch(X).tolist()
            return batch
        return [_numbers(model(x)) for x in X]


def _numbers(answer: Any) -> Any:
    return [float(v) for v in answer] if isinstance(answer, list) else float(answer)


def likeliest(answers: Sequence[Sequence[float]]) -> list[int]:
    """For each example the number of the class with the greatest output.

    >>> likeliest([[0.1, 0.9], [3.0, -1.0]])
    [1, 0]
    """
    return [max(range(len(answer)), key=answer.__getitem__) for answer in answers]
