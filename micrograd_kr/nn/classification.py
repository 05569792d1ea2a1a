"""Losses of classes, and the probabilities behind them; all take scores (logits), however large.

As with the losses of numbers, each takes one example or a list of them and gives one Value, the mean over the list.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

from .. import elementary
from ..engine import Value
from ..ops import maximum, relu, softplus
from .tables import as_lists
from .terms import check_label, mean_of, pairs_of, total_of


def hinge_loss(scores: Any, labels: Any) -> Value:
    """The mean of max(0, 1 - label * score), for labels -1 and 1: no loss once a score is on the right side by 1.

    Shape: two numbers, or two lists of equal shape -> one Value.

    Raises:
        ValueError: a label is neither -1 nor 1.

    >>> hinge_loss([Value(0.25), Value(3.0)], [1, 1]).data
    0.375
    """
    pairs = pairs_of("hinge_loss", scores, labels)
    for _, label in pairs:
        check_label(label, lambda y: y in (-1, 1), "hinge_loss takes labels -1 or 1 (of 0 or 1 make 2 * y - 1)")
    found: Value = mean_of([relu(1 - label * score) for score, label in pairs])
    return found


def binary_cross_entropy(logits: Any, labels: Any, pos_weight: float = 1.0) -> Value:
    """The mean of -log(probability of the label), where sigmoid(logit) is the probability of 1.

    It is computed from the logits, as PyTorch's `binary_cross_entropy_with_logits`, so that no score is too large.

    Args:
        logits: scores before any sigmoid.
        labels: 0 or 1, or the probability of 1.
        pos_weight: how many times the loss of label 1 counts, such as zeros / ones where ones are rare.

    Shape: two numbers, or two lists of equal shape -> one Value.

    Raises:
        ValueError: a label is not in 0 ... 1, or pos_weight is negative.

    >>> binary_cross_entropy([Value(0.0), Value(1000.0)], [1, 0]).data
    500.34657359027995
    """
    pairs = pairs_of("binary_cross_entropy", logits, labels)
    for _, label in pairs:
        check_label(
            label, lambda y: 0 <= y <= 1, "binary_cross_entropy takes labels 0 or 1 (of -1 or 1 make (y + 1) / 2)"
        )
    if not pos_weight >= 0:
        raise ValueError(f"pos_weight is a number of at least 0, got {pos_weight!r}")
    found: Value = mean_of([_one_binary_cross_entropy(logit, label, pos_weight) for logit, label in pairs])
    return found


def _one_binary_cross_entropy(logit: Any, label: Any, pos_weight: float) -> Any:
    # -log sigmoid(z) is softplus(-z), and -log(1 - sigmoid(z)) is softplus(z): neither overflows nor cancels.
    if not isinstance(label, Value):
        if label == 1:
            return softplus(-logit) if pos_weight == 1 else pos_weight * softplus(-logit)
        if label == 0:
            return softplus(logit)
    return label * softplus(-logit) * pos_weight + (1 - label) * softplus(logit)


def softmax(logits: Sequence[Any], temperature: float = 1.0) -> list[Value]:
    """Probabilities of classes: exp(logit / temperature), divided by their sum.

    Shape: a list of k logits -> a list of k Values that add up to 1; no logit is too large.

    >>> [p.data for p in softmax([Value(1000.0), Value(1000.0), Value(-1000.0)])]
    [0.5, 0.5, 0.0]
    """
    powers = [elementary.exp(z) for z in _shifted(_tempered(logits, temperature))]
    total = total_of(powers)
    return [power / total for power in powers]


def log_softmax(logits: Sequence[Any], temperature: float = 1.0) -> list[Value]:
    """The logarithms of `softmax`, without the rounding of a probability near 0.

    Shape: a list of k logits -> a list of k Values.

    >>> [p.data for p in log_softmax([Value(0.0), Value(-1000.0)])]
    [0.0, -1000.0]
    """
    shifted = _shifted(_tempered(logits, temperature))
    log_total = _log_total(shifted)
    return [z - log_total for z in shifted]


def cross_entropy(
    logits: Any, labels: Any, weight: Sequence[float] | None = None, label_smoothing: float = 0.0
) -> Value:
    """The mean of -log(probability of the right class), where softmax(logits) are the probabilities.

    Args:
        logits: scores before any softmax: a list with a number for each class, or a list of such lists.
        labels: for each example the number of its class, from 0; or a probability for each class.
        weight: how many times each class counts. One example is multiplied by the weight of its class; the sum over a
            list of examples is divided by the sum of their weights, as in PyTorch.
        label_smoothing: the share of the label, 0 ... 1, that is spread evenly over all classes.

    Shape: k logits and a label, or n lists of k logits and n labels -> one Value.

    Source: label smoothing: Szegedy et al.: Rethinking the Inception Architecture, 2016; the arithmetic is PyTorch's.

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
    if not isinstance(label_smoothing, float | int) or not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing is a number from 0 to 1, got {label_smoothing!r}")
    if not isinstance(logits[0], list | tuple):
        found: Value = _one_cross_entropy(logits, labels, weight, label_smoothing)[0]
        return found
    if not isinstance(labels, list | tuple) or len(labels) != len(logits):
        got = len(labels) if isinstance(labels, list | tuple) else repr(labels)
        raise ValueError(f"cross_entropy takes one label for each example: {len(logits)} examples, labels {got}")
    each = [_one_cross_entropy(row, label, weight, label_smoothing) for row, label in zip(logits, labels, strict=True)]
    if weight is None:
        found = mean_of([loss for loss, _ in each])
    else:
        found = total_of([loss for loss, _ in each]) / total_of([counted for _, counted in each])
    return found


def _one_cross_entropy(
    logits: Sequence[Any], label: Any, weight: Sequence[float] | None, smoothing: float
) -> tuple[Any, Any]:
    """The loss of one example, and how many examples it counts as."""
    count = len(logits)
    weights: Sequence[Any] = [1] * count if weight is None else as_lists(weight)
    if len(weights) != count or any(not number >= 0 for number in weights):
        raise ValueError(f"cross_entropy with {count} logits takes {count} weights of at least 0, got {weights!r:.60}")
    shifted = _shifted(logits)
    log_total = _log_total(shifted)
    if isinstance(label, list | tuple):
        if len(label) != count:
            raise ValueError(f"cross_entropy got {count} logits but {len(label)} class probabilities")
        shares = [p * (1 - smoothing) + smoothing / count for p in label] if smoothing else label
        return total_of([p * w * (log_total - z) for p, w, z in zip(shares, weights, shifted, strict=True)]), 1
    check_label(
        label,
        lambda y: y in range(count),
        f"cross_entropy with {count} logits takes a class among 0 ... {count - 1}",
    )
    right, counted = _chosen(shifted, label), 1 if weight is None else _chosen(weights, label)
    loss = log_total - right
    if weight is not None:
        loss = loss * counted
    if smoothing:
        spread = total_of([w * (log_total - z) for w, z in zip(weights, shifted, strict=True)])
        loss = (1 - smoothing) * loss + smoothing / count * spread
    return loss, counted


def _chosen(numbers: Sequence[Any], label: Any) -> Any:
    """The number of a class; by arithmetic if the class is part of the graph: perhaps another one in the next call."""
    if not isinstance(label, Value):
        return numbers[int(label)]
    chosen: Any = math.nan  # a class that could not be checked (jit, numpy lanes) is no class unless it is one of these
    for i, number in enumerate(numbers):
        chosen = elementary.where(elementary.equal(label, i), number, chosen)
    return chosen


# --- softmax without overflow ---------------------------------------------------------------------------------------


def _tempered(logits: Any, temperature: float) -> Sequence[Any]:
    logits = as_lists(logits)
    if not isinstance(logits, list | tuple) or not logits:
        raise ValueError(f"softmax takes a list with a logit for each class, got {logits!r:.60}")
    if isinstance(temperature, float | int) and not temperature > 0:
        raise ValueError(f"the temperature of a softmax is greater than 0, got {temperature!r}")
    return logits if temperature == 1.0 else [logit / temperature for logit in logits]


def _shifted(logits: Sequence[Any]) -> list[Any]:
    """The logits less the largest, so that no exp overflows; softmax and its derivatives stay the same.

    The largest is a plain number where the numbers are plain, and a part of the graph where they are not known yet, as
    while a compiler records.
    """
    numbers = [logit.data if isinstance(logit, Value) else logit for logit in logits]
    if all(isinstance(number, float | int) for number in numbers):
        largest = max(numbers)
    else:
        largest = reduce(maximum, logits)
    return [logit - largest for logit in logits]


def _log_total(shifted: Sequence[Any]) -> Any:
    return elementary.log(total_of([elementary.exp(z) for z in shifted]))
