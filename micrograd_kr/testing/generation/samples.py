"""A few fixed points inside the domain of each row, for checks that are to be the same at each run."""

from __future__ import annotations

import math
from itertools import product

from ...elementary import Number
from ...ops import Domain, Op
from .growing import is_condition, usable


def _inside(domain: Domain, turn: int) -> list[float]:
    """Numbers well inside each interval of the domain; another set for each argument, so that they differ."""
    found = []
    for low, high in domain:
        if math.isinf(low) and math.isinf(high):
            numbers = [0.7, -1.3, 2.1]
        elif math.isinf(high):
            numbers = [low + 0.6, low + 1.7]
        elif math.isinf(low):
            numbers = [high - 0.6, high - 1.7]
        else:
            numbers = [low + (high - low) * share for share in (0.3, 0.8)]
        found += [number + 0.03 * turn for number in numbers]
    return found


def sample_points(op: Op) -> list[tuple[Number, ...]]:
    """Points at which the row is defined and smooth; where an argument is a condition, it is True and False.

    >>> from micrograd_kr.ops import OPS
    >>> sample_points(OPS["sqrt"])
    [(0.6,), (1.7,)]
    """
    count = 5 if op.arity is None else op.arity
    choices: list[list[Number]] = []
    for index in range(count):
        if is_condition(op, index):
            choices.append([True, False])
        else:
            choices.append(list(_inside(op.domain[min(index, len(op.domain) - 1)], index)))
    if op.arity is None:
        points = [tuple([each[turn % len(each)] for each in choices]) for turn in range(3)]
    else:
        points = list(product(*choices))
    return [point for point in points if usable(op, point, [False] * count, float) is not None]
