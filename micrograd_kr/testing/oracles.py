"""Independent derivatives of plain functions, to hold an engine's against: none of them reads a rule of the table.

From the best to the last resort: dual numbers over Fractions (exact), the complex step (exact to rounding, for
holomorphic functions), central differences at 240 bits with mpmath, and central differences of floats with
Richardson's extrapolation, which tell how far they can be trusted.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from ..elementary import Number
from ..extras import install_command
from .dual import Dual
from .stepped import Stepped, unstepped

# A function of a flat list of numbers, of whatever kind the oracle chooses.
PlainFunction = Callable[[list[Any]], Any]

PRECISION = 240  # bits of the high-precision differences
_STEP_BITS = 80
_SECOND_STEP_BITS = 50


class NotApplicableError(Exception):
    """The oracle cannot be used on this function here; the next one is asked."""


class DiscontinuousError(NotApplicableError):
    """The function jumps here, as complex functions do at their branch cuts: it has no derivative."""


class Estimate(NamedTuple):
    """A derivative, how it was found, and how far off it may be."""

    number: Number
    oracle: str
    error: float


def is_number(x: Any) -> bool:
    """Whether x is a finite real or complex number of some kind."""
    try:
        return cmath.isfinite(complex(x))
    except (TypeError, ValueError, OverflowError):
        return False


def _called(function: PlainFunction, numbers: list[Any]) -> Any:
    """function(numbers); what it cannot do on this kind of number makes the oracle inapplicable."""
    try:
        return function(numbers)
    except (TypeError, ValueError, ArithmeticError, AttributeError, ImportError) as error:
        raise NotApplicableError(str(error)) from error


def _shifted(point: Sequence[Any], *shifts: tuple[int, Any]) -> list[Any]:
    shifted = list(point)
    for index, step in shifts:
        shifted[index] = shifted[index] + step
    return shifted


def exact(function: PlainFunction, point: Sequence[Number], index: int, second: int | None = None) -> Estimate:
    """By dual numbers over Fractions; in both arguments, dual numbers of dual numbers."""
    if not all(isinstance(x, int | Fraction) for x in point):
        raise NotApplicableError("the inputs are no Fractions")
    numbers: list[Any] = [Dual(Fraction(x), Fraction(i == index)) for i, x in enumerate(point)]
    if second is not None:
        numbers = [Dual(x, Dual(Fraction(i == second))) for i, x in enumerate(numbers)]
    out = _called(function, numbers)
    if isinstance(out, Dual):
        out = out.slope
        if second is not None:
            out = out.slope if isinstance(out, Dual) else 0
    elif isinstance(out, int | Fraction):
        out = 0  # a constant
    if not isinstance(out, int | Fraction):
        raise NotApplicableError("the result is no Fraction")
    return Estimate(Fraction(out), "exact fractions", 0.0)


def complex_step(function: PlainFunction, point: Sequence[Number], index: int, value: Number) -> Estimate:
    """Im f(x + ih) / h: no difference is taken, so nothing cancels; for functions of smooth, holomorphic pieces."""
    if not all(isinstance(x, float) for x in point):
        raise NotApplicableError("the inputs are no floats")
    step = 2.0**-100
    numbers = [Stepped(complex(x, step)) if i == index else x for i, x in enumerate(point)]
    out = unstepped(_called(function, numbers))
    if not isinstance(out, complex | float | int) or not cmath.isfinite(out):
        raise NotApplicableError("the function leaves the complex numbers")
    if abs(out.real - value) > 1e-9 * (1e-3 + abs(value)):
        raise NotApplicableError("the function is another one on complex numbers")
    return Estimate(out.imag / step, "complex step", 1e-9)


def high_precision(
    function: PlainFunction, point: Sequence[Number], index: int, second: int | None = None, side: int = 0
) -> Estimate:
    """Differences at 240 bits, central or (side = 1 or -1) one-sided: right to some 30 digits."""
    mpmath = _mpmath()
    with mpmath.workprec(PRECISION):
        numbers = [_precise(mpmath, x) for x in point]
        bits = _STEP_BITS if second is None else _SECOND_STEP_BITS
        h = mpmath.ldexp(1, -bits) * max(1, abs(numbers[index]))

        def at(*shifts: tuple[int, Any]) -> Any:
            out = _called(function, _shifted(numbers, *shifts))
            if isinstance(out, int) or out != out:
                out = mpmath.mpf(out)
            real = all(isinstance(x, mpmath.mpf) for x in numbers)
            if not isinstance(out, mpmath.mpf if real else mpmath.mpf | mpmath.mpc) or not mpmath.isfinite(out):
                raise NotApplicableError("the function leaves the real numbers of high precision")
            return out

        if second is None and side:
            slope = (at((index, side * h)) - at()) / (side * h)
        elif second is None:
            high, low = at((index, h)), at((index, -h))
            slope = (high - low) / (2 * h)
            if abs(slope * h) > mpmath.sqrt(h) * (1 + abs(high)):
                raise DiscontinuousError("the function jumps there")
        else:
            k = mpmath.ldexp(1, -bits) * max(1, abs(numbers[second]))
            high, low = at((index, h), (second, k)), at((index, h), (second, -k))
            slope = (high - low - at((index, -h), (second, k)) + at((index, -h), (second, -k))) / (4 * h * k)
        # What is left of rounding where the true derivative is 0.
        noise = mpmath.ldexp(1, -PRECISION + bits * (1 if second is None else 2) + 40) * (1 + abs(at()))
        return Estimate(slope if abs(slope) > noise else mpmath.mpf(0), "differences at 240 bits", 1e-20)


def _precise(mpmath: Any, x: Number) -> Any:
    if isinstance(x, complex):
        return mpmath.mpc(x)
    return mpmath.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else mpmath.mpf(x)


def _mpmath() -> Any:
    try:
        import mpmath
    except ImportError as error:
        raise NotApplicableError(f"high precision needs mpmath: {install_command('testing')}") from error
    return mpmath


def plain_differences(function: PlainFunction, point: Sequence[Number], index: int) -> Estimate:
    """Central differences of floats, extrapolated after Richardson; the error is the spread of the last two rows."""
    x = point[index]
    step = 2.0**-6 * max(1.0, abs(x))
    rows: list[list[Any]] = []
    best: Any = math.nan
    error = math.inf
    for row in range(6):
        high, low = [_called(function, _shifted(point, (index, sign * step))) for sign in (1, -1)]
        if not (is_number(high) and is_number(low)):
            step /= 4
            continue
        rounding = 4e-16 * (abs(high) + abs(low)) / step
        current = [(high - low) / (2 * step)]
        if rows:
            for column, before in enumerate(rows[-1][:4], start=1):
                factor = 16.0**column
                current.append((factor * current[-1] - before) / (factor - 1))
            spread = max(abs(current[-1] - current[-2]), abs(current[-1] - rows[-1][-1])) + rounding
            if spread < error:
                best, error = current[-1], spread
            elif row > 3:
                break
        rows.append(current)
        step /= 4
    if not is_number(best):
        raise NotApplicableError("the function is not finite around the point")
    return Estimate(best, "plain differences", float(error))
