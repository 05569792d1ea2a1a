"""The derivatives of one op, from its forward rule alone: what the rules of the table are held against.

The forward rule is run at 240 bits and differenced over a step of 2 ** -120 of the argument, so that half of the
digits are right and no kink but one at the argument itself lies within the step. Where that raises a doubt, the
derivative is taken on all sides of the argument, at 3,000 bits: at a kink they differ. A forward rule that leaves the
table (it calls `math.sin`) is differenced on floats instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from ...elementary import Function, Number
from ...interpreted import Interpreted
from ...ops import Op
from . import tolerances as limit
from .chain import Derivative
from .precision import (
    NotApplicableError,
    agree,
    at_high_precision,
    half_of_the_bits,
    is_complex,
    is_number,
    magnitude,
    power_of_two,
    precise,
)

Rule = Callable[..., Any]


class _Sealed(Interpreted):
    """A number that only the functions of the table can look into: `float` and `math.sin` raise a TypeError."""

    __slots__ = ("number",)

    def __init__(self, number: Any) -> None:
        self.number = number

    def __apply__(self, function: Function, *args: Any) -> Any:
        result = function(*[x.number if isinstance(x, _Sealed) else x for x in args])
        return result if isinstance(result, bool) else _Sealed(result)

    def __like__(self) -> Number:
        return self.number


_stays: dict[Op, bool] = {}


def stays_in_table(op: Op, numbers: Sequence[Any]) -> bool:
    """Whether the forward rule is written with functions of the table only; looked up once for each op.

    >>> from micrograd_kr.ops import OPS
    >>> stays_in_table(OPS["tanh"], [0.5])
    True
    """
    if op not in _stays:
        if len(_stays) > limit.REMEMBERED:
            _stays.clear()
        try:
            op.forward(*[x if isinstance(x, bool) else _Sealed(x) for x in numbers])
            _stays[op] = True
        except Exception:
            _stays[op] = False
    return _stays[op]


def called(function: Rule, xs: Sequence[Any]) -> Any:
    """The function at high precision; NotApplicableError if it has no real number there, or no complex one on complex
    arguments."""
    try:
        out = function(*xs)
        mpf = getattr(out, "_mpf_", None)
        if mpf is not None and (mpf[1] or not mpf[2]):  # a real number that is finite, as nearly all are
            return out
        out = precise(out)
    except Exception as error:  # a function of mpmath's raises what it likes where it has no real number
        raise NotApplicableError(f"it cannot be computed at high precision: {error}") from error
    if not is_number(out) or (hasattr(out, "_mpc_") and not any(hasattr(x, "_mpc_") for x in xs)):
        raise NotApplicableError("it has no value there")
    return out


def _power(xs: Sequence[Any], index: int) -> int:
    """The power of two next below the size of an argument, or below 1 if that is less; at 0, below the least other."""
    own = magnitude(xs[index])
    sizes = [own] if own is not None else [each for x in xs if (each := magnitude(x)) is not None]
    return min(0, 0, *sizes)


def slope(function: Rule, xs: Sequence[Any], index: int, power: int | None = None, out: Any = None) -> Any:
    """The difference quotient by one argument, upwards from xs, over a step of 2 ** power."""
    power = _power(xs, index) - limit.STEP if power is None else power
    moved = list(xs)
    moved[index] += power_of_two(power)
    change = called(function, moved) - (called(function, xs) if out is None else out)
    return change * power_of_two(-power)


def slope_of(function: Rule, index: int) -> Rule:
    """The derivative by one argument as a function again, which has half of the block's bits."""
    return lambda *xs: slope(function, xs, index, _power(xs, index) - half_of_the_bits())


def slopes(function: Rule, numbers: Sequence[Any], index: int, kink: Rule | None = None, order: int = 1) -> Derivative:
    """The derivative by one argument on all sides, with as many bits as floats of any size may need.

    Args:
        function: of numbers of high precision, such as the forward rule of an op.
        kink: the row's; at a tie of several arguments every side of each of them counts: clip(x, x, x) may be taken
            for x, though no argument by itself moves it.
        order: 2 if the function is a `slope_of` another.

    >>> from micrograd_kr.ops import OPS
    >>> found = slopes(OPS["abs"].forward, [0.0], 0)
    >>> found.low, found.high, slopes(OPS["abs"].forward, [-1e-300], 0).kink
    (mpf('-1.0'), mpf('1.0'), False)
    """
    with at_high_precision(limit.ALL_BITS * order):
        xs = [precise(x) for x in numbers]
        numeric = [turn for turn, x in enumerate(xs) if not isinstance(x, bool)]
        around = numeric if kink is not None and kink(*xs) == 0 else [index]
        found, nearer = (_around(function, xs, index, around, bits) for bits in limit.TWO_DISTANCES)
        lost = limit.STEP + limit.TWO_DISTANCES[1] + limit.SPARE_BITS - limit.ALL_BITS - _power(xs, index)
        error = (abs(called(function, xs)) + 1) * power_of_two(lost)
        error += 2 * max(abs(x - y) for x, y in zip(found, nearer, strict=True))  # what curvature adds
        return _between([x if abs(x) > error else 0 * x for x in nearer], error + limit.TINIEST)


def _around(function: Rule, xs: Sequence[Any], index: int, around: Sequence[int], bits: int) -> list[Any]:
    """The slopes where some arguments have moved a little to the left or to the right, the later ones further."""
    found = []
    for signs in product((-1, 1), repeat=len(around)):
        near = list(xs)
        for turn, (place, sign) in enumerate(zip(around, signs, strict=True), start=1):
            near[place] += sign * turn * power_of_two(_power(xs, place) - bits)
        found.append(slope(function, near, index, _power(xs, index) - bits - limit.STEP))
    return found


def _between(sides: list[Any], error: Any, on_floats: bool = False) -> Derivative:
    """A derivative between those of the sides, which agree off kinks."""
    low, high = (sides[0], sides[-1]) if is_complex(sides[0]) else (min(sides), max(sides))
    is_kink = not agree(low, high, limit.SAME, error)
    return Derivative(low if is_kink else high, high, error, is_kink, False, on_floats)


# --- on floats, as the last resort ----------------------------------------------------------------------------------


def slopes_on_floats(function: Callable[..., Any], numbers: Sequence[Any], index: int) -> Derivative:
    """As `slopes`, by differences of floats to each side, with an error that says how far they can be trusted.

    >>> found, at_kink = slopes_on_floats(lambda x: x**3, [2.0], 0), slopes_on_floats(abs, [0.0], 0)
    >>> round(found.low, 7), found.kink, at_kink.low, at_kink.high
    (12.0, False, -1.0, 1.0)
    """
    point = [float(x) if isinstance(x, int | Fraction) and not isinstance(x, bool) else x for x in numbers]
    (left, a), (right, b) = (_extrapolated(function, point, index, sign) for sign in (-1, 1))
    error = limit.TIMES_THE_SPREAD * (a + b)
    if abs(left - right) <= error + limit.ON_FLOATS * (abs(left) + abs(right)):
        left = right = (left + right) / 2
    return _between([left, right], error, on_floats=True)


def _extrapolated(function: Callable[..., Any], point: list[Any], index: int, sign: int) -> tuple[Any, float]:
    """Differences over ever smaller steps, extrapolated after Richardson; the error is the spread of the last two."""
    before: list[Any] = []
    best: Any = math.nan
    error = math.inf
    step = sign * limit.FIRST_DIFFERENCE * (abs(point[index]) or 1.0)
    for _ in range(limit.DIFFERENCES):
        moved = [x + step if turn == index else x for turn, x in enumerate(point)]
        try:
            here, there = function(*point), function(*moved)
            current = [(there - here) / (moved[index] - point[index])]
        except (TypeError, ValueError, ArithmeticError, AttributeError, ImportError) as failure:
            raise NotApplicableError(str(failure)) from failure
        for column, coarse in enumerate(before, start=1):
            current.append(current[-1] + (current[-1] - coarse) / (4.0**column - 1))
        if before:
            spread = max(abs(current[-1] - current[-2]), abs(current[-1] - before[-1]))
            spread += limit.FLOATS * (abs(here) + abs(there)) / abs(step)
            if spread < error:
                best, error = current[-1], spread
        before = current
        step /= 4
    if not is_number(best):
        raise NotApplicableError("the function is not finite around the point")
    return best, float(error)
