"""What losses are made of: predictions with their targets, checked; and sums and means of terms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..engine import Value
from ..ops import OPS
from .tables import as_lists, flat, shape_of

_SUM = OPS["sum"]


def total_of(terms: Sequence[Any]) -> Any:
    """The sum of the terms, as one node."""
    return _SUM(*terms) if len(terms) > 1 else terms[0]


def mean_of(terms: Sequence[Any]) -> Any:
    """The sum of the terms, divided by their number."""
    return total_of(terms) / len(terms) if len(terms) > 1 else terms[0]


def pairs_of(name: str, predictions: Any, targets: Any) -> list[tuple[Any, Any]]:
    """Each prediction with its target; a ValueError with both shapes if they differ."""
    predictions, targets = as_lists(predictions), as_lists(targets)
    left, right = flat(predictions), flat(targets)
    shapes = shape_of(predictions), shape_of(targets)
    if not left and not right:
        raise ValueError(f"{name} needs at least one prediction, got empty lists (0 predictions, 0 targets)")
    alike = shapes[0] == shapes[1] or len(left) == 1  # one prediction may stand alone or in a list
    if len(left) != len(right) or not alike:
        raise ValueError(
            f"{name} needs a target for each prediction: got shapes {shapes[0]} and {shapes[1]} "
            f"({len(left)} predictions, {len(right)} targets)"
        )
    for number in (*left, *right):
        if number is None or isinstance(number, str | bytes | dict | set):
            raise TypeError(f"{name} takes numbers and Values, got the {type(number).__name__} {number!r:.60}")
    return list(zip(left, right, strict=True))


def check_label(label: Any, fits: Callable[[Any], bool], rule: str) -> None:
    """Raise a ValueError with the rule unless the label fits; one that is not known yet passes."""
    number = label.data if isinstance(label, Value) else label
    if number is None or isinstance(number, str | bytes):
        raise TypeError(f"{rule}, got the {type(number).__name__} {number!r:.60}")
    if isinstance(number, float | int) and not fits(number):
        raise ValueError(f"{rule}, got {number!r}")
