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
from types import SimpleNamespace
from typing import Any, ClassVar, NamedTuple

from ..elementary import Number

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


class Dual:
    """x + dx * e with e * e = 0: carries a derivative through + - * / and whole powers, exactly over Fractions.

    >>> x = Dual(Fraction(1, 3), Fraction(1))
    >>> (x * x / (1 + x)).slope
    Fraction(7, 16)
    """

    __slots__ = ("number", "slope")
    __elementary__: ClassVar[Any]

    def __init__(self, number: Any, slope: Any = 0) -> None:
        self.number, self.slope = number, slope

    @staticmethod
    def _of(x: Any) -> Dual | None:
        if isinstance(x, Dual):
            return x
        return Dual(x) if isinstance(x, int | Fraction) else None

    def _with(self, other: Any, combine: Callable[[Dual, Dual], Dual]) -> Any:
        dual = Dual._of(other)
        if dual is None:  # a float among them would not be exact
            return NotImplemented
        return combine(self, dual)

    def __add__(self, other: Any) -> Any:
        return self._with(other, lambda x, y: Dual(x.number + y.number, x.slope + y.slope))

    def __radd__(self, other: Any) -> Any:
        return self + other

    def __neg__(self) -> Dual:
        return Dual(-self.number, -self.slope)

    def __sub__(self, other: Any) -> Any:
        return self._with(other, lambda x, y: Dual(x.number - y.number, x.slope - y.slope))

    def __rsub__(self, other: Any) -> Any:
        return self._with(other, lambda x, y: Dual(y.number - x.number, y.slope - x.slope))

    def __mul__(self, other: Any) -> Any:
        return self._with(other, lambda x, y: Dual(x.number * y.number, x.slope * y.number + y.slope * x.number))

    def __rmul__(self, other: Any) -> Any:
        return self * other

    def __truediv__(self, other: Any) -> Any:
        return self._with(other, _quotient)

    def __rtruediv__(self, other: Any) -> Any:
        return self._with(other, lambda x, y: _quotient(y, x))

    def __pow__(self, other: Any) -> Any:
        exponent = _base(other)
        if _has_slope(other) or int(exponent) != exponent:
            raise TypeError("only whole, constant powers are exact on dual numbers")
        out: Any = Dual(Fraction(1))
        for _ in range(abs(int(exponent))):
            out = out * self
        return out if exponent >= 0 else 1 / out

    def __rpow__(self, other: Any) -> Any:
        return Dual(other) ** self

    def __bool__(self) -> bool:
        return bool(_base(self))

    def __abs__(self) -> Dual:
        return -self if self < 0 else self

    def __gt__(self, other: Any) -> bool:
        return bool(_base(self) > _base(other))

    def __ge__(self, other: Any) -> bool:
        return bool(_base(self) >= _base(other))

    def __lt__(self, other: Any) -> bool:
        return bool(_base(self) < _base(other))

    def __le__(self, other: Any) -> bool:
        return bool(_base(self) <= _base(other))

    def __eq__(self, other: object) -> bool:
        return bool(_base(self) == _base(other))

    __hash__ = None  # type: ignore[assignment]


def _quotient(x: Dual, y: Dual) -> Dual:
    out = x.number / y.number
    return Dual(out, (x.slope - out * y.slope) / y.number)


def _base(x: Any) -> Any:
    while isinstance(x, Dual):
        x = x.number
    return x


def _has_slope(x: Any) -> bool:
    while isinstance(x, Dual):
        if _base(x.slope) != 0 or _has_slope(x.slope):
            return True
        x = x.number
    return False


def _constant(like: Dual, numerator: int, denominator: int) -> Fraction:
    return Fraction(numerator, denominator)


class _OnDuals:
    constant = staticmethod(_constant)


Dual.__elementary__ = _OnDuals


class Stepped:
    """x + ih, whose comparisons look at x: the complex step through functions that choose between smooth pieces.

    >>> from micrograd_kr import softplus
    >>> softplus(Stepped(complex(0.5, 1e-30))).number.imag / 1e-30
    0.6224593312018546
    """

    __slots__ = ("number",)
    __elementary__: ClassVar[Any]

    def __init__(self, number: complex) -> None:
        self.number = number

    def __neg__(self) -> Stepped:
        return Stepped(-self.number)

    def __bool__(self) -> bool:
        return self.number.real != 0

    def __abs__(self) -> Stepped:
        return Stepped(-self.number) if self.number.real < 0 else self

    def __add__(self, other: Any) -> Stepped:
        return Stepped(self.number + _unstepped(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Stepped:
        return Stepped(self.number - _unstepped(other))

    def __rsub__(self, other: Any) -> Stepped:
        return Stepped(_unstepped(other) - self.number)

    def __mul__(self, other: Any) -> Stepped:
        return Stepped(self.number * _unstepped(other))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Stepped:
        return Stepped(self.number / _unstepped(other))

    def __rtruediv__(self, other: Any) -> Stepped:
        return Stepped(_unstepped(other) / self.number)

    def __pow__(self, other: Any) -> Stepped:
        exponent = _unstepped(other)
        if isinstance(exponent, float) and exponent.is_integer():
            exponent = int(exponent)  # by multiplication: a logarithm would turn a negative base around
        return Stepped(self.number**exponent)

    def __rpow__(self, other: Any) -> Stepped:
        return Stepped(_unstepped(other) ** self.number)

    def __gt__(self, other: Any) -> bool:
        return bool(self.number.real > _unstepped(other).real)

    def __ge__(self, other: Any) -> bool:
        return bool(self.number.real >= _unstepped(other).real)

    def __lt__(self, other: Any) -> bool:
        return bool(self.number.real < _unstepped(other).real)

    def __le__(self, other: Any) -> bool:
        return bool(self.number.real <= _unstepped(other).real)

    def __eq__(self, other: object) -> bool:
        return bool(self.number.real == _unstepped(other).real)

    __hash__ = None  # type: ignore[assignment]


def _unstepped(x: Any) -> Any:
    return x.number if isinstance(x, Stepped) else x


def _complex_erf(z: complex) -> complex:
    mpmath = _mpmath()
    with mpmath.workprec(200):  # so that the tiny imaginary part keeps its digits
        return complex(mpmath.erf(z))


def _on_stepped() -> SimpleNamespace:
    def lifted(function: Callable[[complex], complex]) -> Callable[[Stepped], Stepped]:
        return lambda x: Stepped(function(x.number))

    names = ["exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan"]
    functions = {name: lifted(getattr(cmath, name)) for name in names}
    return SimpleNamespace(**functions, log1p=lifted(lambda z: cmath.log(1 + z)), erf=lifted(_complex_erf))


Stepped.__elementary__ = _on_stepped()


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
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
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
    out = _unstepped(_called(function, numbers))
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
        raise NotApplicableError('high precision needs mpmath: pip install "micrograd-kr[testing]"') from error
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
