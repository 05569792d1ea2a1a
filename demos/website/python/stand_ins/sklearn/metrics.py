"""How good answers are."""

from __future__ import annotations

from collections.abc import Sequence

from lacking import lacking

__getattr__ = lacking("sklearn.metrics")


def accuracy_score(y_true: Sequence[object], y_pred: Sequence[object]) -> float:
    """The share of answers that are right.

    >>> accuracy_score([0, 1, 2, 2], [0, 1, 1, 2])
    0.75
    """
    return sum(true == guess for true, guess in zip(y_true, y_pred, strict=True)) / len(y_true)
