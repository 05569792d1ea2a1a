"""Bad data, answered in words that a beginner can act on, before it turns into a strange cost.

>>> import os; os.environ["MICROGRAD_KR_LANG"] = "en"
>>> check_labels([0, 1, 5, 1], classes=3)
Traceback (most recent call last):
    ...
micrograd_kr.book.data_checks.BadDataError: the label in row 2 is 5, but with 3 classes a label is 0, 1 or 2. Is this
row mistyped, or does the model need more outputs?
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from micrograd_kr.locale import translate


class BadDataError(ValueError):
    """The data cannot be learnt from as they are; the message says where and what to do."""

    def __init__(self, key: str, **pieces: object) -> None:
        super().__init__(translate(f"book.data.{key}", **pieces))


def _name(names: Sequence[str], column: int) -> str:
    return names[column] if column < len(names) else translate("book.data.feature", column=column)


def check_features(rows: Sequence[Sequence[float]], names: Sequence[str] = ()) -> None:
    """Raise BadDataError unless every row has the same number of features, and every feature is a finite number.

    Args:
        rows: the examples, each a row of features.
        names: what the features are called, for the message.
    """
    if len(rows) == 0:
        raise BadDataError("empty")
    width = len(rows[0])
    for index, row in enumerate(rows):
        if len(row) != width:
            raise BadDataError("width", row=index, count=len(row), first=width)
        for column, cell in enumerate(row):
            if cell is None or (isinstance(cell, float) and math.isnan(cell)):
                raise BadDataError("gap", row=index, name=_name(names, column), cell=str(cell))
            try:
                finite = math.isfinite(cell)
            except TypeError:
                finite = False
            if not finite:
                raise BadDataError("no_number", row=index, name=_name(names, column), cell=repr(cell))


def check_labels(labels: Iterable[int], classes: int) -> None:
    """Raise BadDataError unless every label is one of 0 ... classes - 1, and every class has an example."""
    counts: Counter[int] = Counter()
    for index, given in enumerate(labels):
        try:
            whole = int(given) == given
        except (TypeError, ValueError):
            whole = False
        if not whole or not 0 <= given < classes:
            allowed = ", ".join(map(str, range(classes - 1)))
            raise BadDataError(
                "label", row=index, label=repr(given), classes=classes, allowed=allowed, last=classes - 1
            )
        counts[int(given)] += 1
    for number in range(classes):
        if not counts[number]:
            raise BadDataError("no_example", number=number)


def check_cost(cost: float, rows: Sequence[Sequence[float]] = (), names: Sequence[str] = ()) -> None:
    """Raise BadDataError if the cost is nan or beyond all bounds; with `rows`, it names the features of unlike scale.

    >>> import os; os.environ["MICROGRAD_KR_LANG"] = "en"
    >>> check_cost(float("inf"), [[2400.0, 3.0], [1800.0, 2.0]], names=["area", "rooms"])
    Traceback (most recent call last):
        ...
    micrograd_kr.book.data_checks.BadDataError: the cost has exploded (inf). 'area' is about 2100, 'rooms' about 2.5:
    features so unlike in size pull the weights out of step. Scale them (subtract the mean, divide by the standard
    deviation), or take a smaller learning rate.
    """
    if math.isfinite(cost) and abs(cost) < 1e30:
        return
    sizes = [sum(abs(row[column]) for row in rows) / len(rows) for column in range(len(rows[0]))] if len(rows) else []
    if not sizes or max(sizes) <= 10 * min(sizes):
        raise BadDataError("exploded", cost=f"{cost:.2g}")
    large, small = sizes.index(max(sizes)), sizes.index(min(sizes))
    raise BadDataError(
        "exploded_by_scale",
        cost=f"{cost:.2g}",
        large=_name(names, large),
        large_size=f"{sizes[large]:.4g}",
        small=_name(names, small),
        small_size=f"{sizes[small]:.4g}",
    )
