"""Checking a row of the table by itself, at its sample points."""

from __future__ import annotations

from ...elementary import Number
from ...ops import Op
from ..generation.samples import sample_points
from .checking import gradcheck
from .report import InconclusiveError


def check_row(op: Op, order: int = 2) -> int:
    """Hold every partial derivative of a row against independent oracles, at its sample points.

    Returns:
        How many points told something; at the others the derivative is 0 (relu at -1).

    Raises:
        GradientError: a partial derivative is wrong.

    >>> from micrograd_kr.ops import OPS
    >>> check_row(OPS["tanh"]), check_row(OPS["greater"]), check_row(OPS["logical_and"])
    (3, 0, 0)
    """
    told = 0
    for point in sample_points(op):
        fixed = {index: x for index, x in enumerate(point) if isinstance(x, bool)}
        numbers = [x for x in point if not isinstance(x, bool)]
        if not numbers:
            continue  # an op of conditions alone has no derivative

        def on_numbers(*values: Number, fixed: dict[int, Number] = fixed) -> Number:
            rest = iter(values)
            return op(*[fixed[index] if index in fixed else next(rest) for index in range(len(values) + len(fixed))])

        try:
            gradcheck(on_numbers, numbers, order)
            told += 1
        except InconclusiveError:
            continue
    return told
