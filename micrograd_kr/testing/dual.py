"""Dual numbers: a derivative carried through + - * / and whole powers, exactly over Fractions."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ..elementary import ABS, ADD, DIV, FUNCTIONS, MUL, NEG, POW, SUB, Function
from ..interpreted import Interpreted


class Dual(Interpreted):
    """x + dx * e with e * e = 0: carries a derivative through + - * / and whole powers, exactly over Fractions.

    >>> x = Dual(Fraction(1, 3), Fraction(1))
    >>> (x * x / (1 + x)).slope
    Fraction(7, 16)
    """

    __slots__ = ("number", "slope")

    def __init__(self, number: Any, slope: Any = 0) -> None:
        self.number, self.slope = number, slope

    def __apply__(self, function: Function, *args: Any) -> Any:
        if function.gives == "condition":
            return bool(function(*map(_base, args)))
        if not all(isinstance(x, Dual | int | Fraction) for x in args):
            return NotImplemented  # a float among them would not be exact
        rule = _RULES.get(function)
        if rule is None:
            raise TypeError(f"{function.name} is not exact on dual numbers")
        return rule(*[x if isinstance(x, Dual) else Dual(x) for x in args])

    def __constant__(self, numerator: int, denominator: int) -> Fraction:
        return Fraction(numerator, denominator)

    def __bool__(self) -> bool:
        return bool(_base(self))

    def __eq__(self, other: object) -> bool:
        return bool(_base(self) == _base(other))

    __hash__ = None  # type: ignore[assignment]


def _quotient(x: Dual, y: Dual) -> Dual:
    out = x.number / y.number
    return Dual(out, (x.slope - out * y.slope) / y.number)


def _power(x: Dual, y: Dual) -> Any:
    exponent = _base(y)
    if _has_slope(y) or int(exponent) != exponent:
        raise TypeError("only whole, constant powers are exact on dual numbers")
    out: Any = Dual(Fraction(1))
    for _ in range(abs(int(exponent))):
        out = out * x
    return out if exponent >= 0 else 1 / out


_RULES: dict[Function, Callable[..., Any]] = {
    ADD: lambda x, y: Dual(x.number + y.number, x.slope + y.slope),
    SUB: lambda x, y: Dual(x.number - y.number, x.slope - y.slope),
    MUL: lambda x, y: Dual(x.number * y.number, x.slope * y.number + y.slope * x.number),
    DIV: _quotient,
    POW: _power,
    NEG: lambda x: Dual(-x.number, -x.slope),
    ABS: lambda x: -x if x < 0 else x,
    FUNCTIONS["floor"]: lambda x: Dual(Fraction(math.floor(_base(x)))),
}


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
