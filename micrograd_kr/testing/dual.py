"""Dual numbers: a derivative carried through + - * / and whole powers, exactly over Fractions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar


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
