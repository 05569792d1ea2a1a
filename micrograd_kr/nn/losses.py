"""Losses: how far predictions are from the truth, as one Value to call backward() on.

Each takes one example or a list of them; a list gives the mean over it, so that the size of a batch does not change
the size of the steps. Predictions and targets may be Values or plain numbers, in lists or arrays of equal shape.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

from .. import elementary
from ..engine import Value
from ..ops import OPS, maximum, relu, softplus
from .module import Module
from .tables import as_lists, flat, shape_of

_SUM, _DOT = OPS["sum"], OPS["dot"]


def squared_error(predictions: Any, targets: Any) -> Any:
    """The sum of (prediction - target)**2.

    Shape: two numbers, or two lists of equal shape -> one Value.

    >>> squared_error([Value(1.0), Value(2.0)], [0.0, 4.0]).data
    5.0
    """
    return _total([(p - t) ** 2 for p, t in _pairs("squared_error", predictions, targets)])


def mean_squared_error(predictions: Any, targets: Any) -> Any:
    """The mean of (prediction - target)**2 over all numbers (PyTorch's `mse_loss`).

    Shape: two numbers, or two lists of equal shape -> one Value.

    >>> mean_squared_error([Value(1.0), Value(2.0)], [0.0, 4.0]).data
    2.5
    """
    return mean_of([(p - t) ** 2 for p, t in _pairs("mean_squared_error", predictions, targets)])


def hinge_loss(scores: Any, labels: Any) -> Any:
    """The mean of max(0, 1 - label * score), for labels -1 and 1: no loss once a score is on the right side by 1.

    Shape: two numbers, or two lists of equal shape -> one Value.

    Raises:
        ValueError: a label is neither -1 nor 1.

    >>> hinge_loss([Value(0.25), Value(3.0)], [1, 1]).data
    0.375
    """
    pairs = _pairs("hinge_loss", scores, labels)
    for _, label in pairs:
        _check_label(label, lambda y: y in (-1, 1), "hinge_loss takes labels -1 or 1 (of 0 or 1 make 2 * y - 1)")
    return mean_of([relu(1 - label * score) for score, label in pairs])


def binary_cross_entropy(logits: Any, labels: Any) -> Any:
    """The mean of -log(probability of the label), where sigmoid(logit) is the probability of 1.

    It is computed from the logits, as PyTorch's `binary_cross_entropy_with_logits`, so that none is too large.

    Args:
        logits: scores before any sigmoid.
        labels: 0 or 1, or the probability of 1.

    Shape: two numbers, or two lists of equal shape -> one Value.

    Raises:
        ValueError: a label is not in 0 ... 1.

    >>> binary_cross_entropy([Value(0.0), Value(1000.0)], [1, 0]).data
    500.34657359027995
    """
    pairs = _pairs("binary_cross_entropy", logits, labels)
    for _, label in pairs:
        _check_label(
            label, lambda y: 0 <= y <= 1, "binary_cross_entropy takes labels 0 or 1 (of -1 or 1 make (y + 1) / 2)"
        )
    return mean_of([_one_binary_cross_entropy(logit, label) for logit, label in pairs])


def _one_binary_cross_entropy(logit: Any, label: Any) -> Any:
    # -log sigmoid(z) is softplus(-z), and -log(1 - sigmoid(z)) is softplus(z): neither overflows nor cancels.
    if not isinstance(label, Value):
        if label == 1:
            return softplus(-logit)
        if label == 0:
            return softplus(logit)
    return label * softplus(-logit) + (1 - label) * softplus(logit)


def softmax(logits: Sequence[Any], temperature: float = 1.0) -> list[Any]:
    """Probabilities of classes: exp(logit / temperature), divided by their sum.

    Shape: a list of k logits -> a list of k Values that add up to 1; none of the logits is too large.

    >>> [p.data for p in softmax([Value(1000.0), Value(1000.0), Value(-1000.0)])]
    [0.5, 0.5, 0.0]
    """
    powers = [elementary.exp(z) for z in _shifted(_tempered(logits, temperature))]
    total = _total(powers)
    return [power / total for power in powers]


def log_softmax(logits: Sequence[Any], temperature: float = 1.0) -> list[Any]:
    """The logarithms of `softmax`, without the rounding of a probability near 0.

    Shape: a list of k logits -> a list of k Values.

    >>> [p.data for p in log_softmax([Value(0.0), Value(-1000.0)])]
    [0.0, -1000.0]
    """
    shifted = _shifted(_tempered(logits, temperature))
    log_total = elementary.log(_total([elementary.exp(z) for z in shifted]))
    return [z - log_total for z in shifted]


def cross_entropy(logits: Any, labels: Any) -> Any:
    """The mean of -log(probability of the right class), where softmax(logits) are the probabilities.

    Args:
        logits: scores before any softmax: a list a class, or a list of such lists.
        labels: for each example the number of its class, from 0; or a probability for each class.

    Shape: k logits and a label, or n lists of k logits and n labels -> one Value.

    Raises:
        ValueError: a label names no class, or there is not one label for each example.

    >>> round(cross_entropy([Value(1.0), Value(2.0), Value(3.0)], 2).data, 6)
    0.407606
    >>> cross_entropy([[Value(1e4), Value(0.0)], [Value(1e4), Value(0.0)]], [0, 1]).data
    5000.0
    """
    logits, labels = as_lists(logits), as_lists(labels)
    if not isinstance(logits, list | tuple) or not logits:
        raise ValueError(f"cross_entropy takes a list with a logit for each class, got {logits!r:.60}")
    if not isinstance(logits[0], list | tuple):
        return _one_cross_entropy(logits, labels)
    if not isinstance(labels, list | tuple) or len(labels) != len(logits):
        got = len(labels) if isinstance(labels, list | tuple) else repr(labels)
        raise ValueError(f"cross_entropy takes one label for each example: {len(logits)} examples, labels {got}")
    return mean_of([_one_cross_entropy(example, label) for example, label in zip(logits, labels, strict=True)])


def _one_cross_entropy(logits: Sequence[Any], label: Any) -> Any:
    count = len(logits)
    if isinstance(label, list | tuple):
        if len(label) != count:
            raise ValueError(f"cross_entropy got {count} logits but {len(label)} class probabilities")
        return -_total([p * z for p, z in zip(label, log_softmax(logits), strict=True)])
    _check_label(
        label,
        lambda y: y in range(count),
        f"cross_entropy with {count} logits takes a class among 0 ... {count - 1}",
    )
    shifted = _shifted(logits)
    if isinstance(label, Value):  # the class is part of the graph: perhaps another one in the next example
        right: Any = math.nan  # what no check above could see (jit, numpy lanes) must not pass for a class
        for i, z in enumerate(shifted):
            right = elementary.where(elementary.equal(label, i), z, right)
    else:
        right = shifted[int(label)]
    return elementary.log(_total([elementary.exp(z) for z in shifted])) - right


def l1_penalty(parameters: Module | Iterable[Value], strength: float = 1e-4) -> Any:
    """strength * the sum of |p|: added to a loss, it draws parameters to 0 and leaves only those that are needed.

    >>> l1_penalty([Value(2.0), Value(-3.0)], strength=0.1).data
    0.5
    """
    return strength * _total([abs(parameter) for parameter in _listed(parameters)])


def l2_penalty(parameters: Module | Iterable[Value], strength: float = 1e-4) -> Any:
    """strength * the sum of p**2: added to a loss, it keeps parameters small, so that a model overfits less.

    >>> l2_penalty([Value(2.0), Value(-3.0)], strength=0.1).data
    1.3
    """
    values = _listed(parameters)
    return strength * _DOT(*values, *values, 0)


# --- sums, pairs and checks -----------------------------------------------------------------------------------------


def _total(terms: Sequence[Any]) -> Any:
    return _SUM(*terms) if len(terms) > 1 else terms[0]


def mean_of(terms: Sequence[Any]) -> Any:
    """The sum of the terms, divided by their number."""
    return _total(terms) / len(terms) if len(terms) > 1 else terms[0]


def _listed(parameters: Module | Iterable[Value]) -> list[Value]:
    values = parameters.parameters() if isinstance(parameters, Module) else list(parameters)
    if not values or not all(isinstance(value, Value) for value in values):
        raise ValueError("a penalty needs at least one parameter: pass the model, or model.parameters()")
    return values


def _tempered(logits: Any, temperature: float) -> Sequence[Any]:
    logits = as_lists(logits)
    if not isinstance(logits, list | tuple) or not logits:
        raise ValueError(f"softmax takes a list with a logit for each class, got {logits!r:.60}")
    if isinstance(temperature, float | int) and not temperature > 0:
        raise ValueError(f"the temperature of a softmax is greater than 0, got {temperature!r}")
    return logits if temperature == 1.0 else [logit / temperature for logit in logits]


def _shifted(logits: Sequence[Any]) -> list[Any]:
    """The logits less the largest, so that no exp overflows; softmax and its derivatives stay the same.

    The largest is taken as a plain number where the numbers are plain, and is a part of the graph where they are not
    known yet, as while a compiler records.
    """
    numbers = [logit.data if isinstance(logit, Value) else logit for logit in logits]
    if all(isinstance(number, float | int) for number in numbers):
        largest = max(numbers)
    else:
        largest = reduce(maximum, logits)
    return [logit - largest for logit in logits]


def _pairs(name: str, predictions: Any, targets: Any) -> list[tuple[Any, Any]]:
    """Each prediction with its target; a ValueError that tells both shapes if they differ."""
    predictions, targets = as_lists(predictions), as_lists(targets)
    left, right = flat(predictions), flat(targets)
    shapes = shape_of(predictions), shape_of(targets)
    alike = shapes[0] == shapes[1] or len(left) == 1  # one prediction may stand alone or in a list
    if len(left) != len(right) or not alike or not left:
        raise ValueError(
            f"{name} needs a target for each prediction: got shapes {shapes[0]} and {shapes[1]} "
            f"({len(left)} predictions, {len(right)} targets)"
        )
    for number in (*left, *right):
        if number is None or isinstance(number, str | bytes | dict | set):
            raise TypeError(f"{name} takes numbers and Values, got the {type(number).__name__} {number!r:.60}")
    return list(zip(left, right, strict=True))


def _check_label(label: Any, fits: Callable[[Any], bool], rule: str) -> None:
    """Raise a ValueError with the rule unless the label fits; one that is not known yet passes."""
    number = label.data if isinstance(label, Value) else label
    if number is None or isinstance(number, str | bytes):
        raise TypeError(f"{rule}, got the {type(number).__name__} {number!r:.60}")
    if isinstance(number, float | int) and not fits(number):
        raise ValueError(f"{rule}, got {number!r}")
