"""Numbers x + ih for the complex step, whose comparisons look at x."""

from __future__ import annotations

import cmath
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, ClassVar


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
        return Stepped(self.number + unstepped(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Stepped:
        return Stepped(self.number - unstepped(other))

    def __rsub__(self, other: Any) -> Stepped:
        return Stepped(unstepped(other) - self.number)

    def __mul__(self, other: Any) -> Stepped:
        return Stepped(self.number * unstepped(other))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Stepped:
        return Stepped(self.number / unstepped(other))

    def __rtruediv__(self, other: Any) -> Stepped:
        return Stepped(unstepped(other) / self.number)

    def __pow__(self, other: Any) -> Stepped:
        exponent = unstepped(other)
        if isinstance(exponent, float) and exponent.is_integer():
            exponent = int(exponent)  # by multiplication: a logarithm would turn a negative base around
        return Stepped(self.number**exponent)

    def __rpow__(self, other: Any) -> Stepped:
        return Stepped(unstepped(other) ** self.number)

    def __gt__(self, other: Any) -> bool:
        return bool(self.number.real > unstepped(other).real)

    def __ge__(self, other: Any) -> bool:
        return bool(self.number.real >= unstepped(other).real)

    def __lt__(self, other: Any) -> bool:
        return bool(self.number.real < unstepped(other).real)

    def __le__(self, other: Any) -> bool:
        return bool(self.number.real <= unstepped(other).real)

    def __eq__(self, other: object) -> bool:
        return bool(self.number.real == unstepped(other).real)

    __hash__ = None  # type: ignore[assignment]


def unstepped(x: Any) -> Any:
    """The complex number in a Stepped; other numbers as they are."""
    return x.number if isinstance(x, Stepped) else x


def _complex_erf(z: complex) -> complex:
    import mpmath

    with mpmath.workprec(200):  # so that the tiny imaginary part keeps its digits
        return complex(mpmath.erf(z))


def _on_stepped() -> SimpleNamespace:
    def lifted(function: Callable[[complex], complex]) -> Callable[[Stepped], Stepped]:
        return lambda x: Stepped(function(x.number))

    names = ["exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan"]
    functions = {name: lifted(getattr(cmath, name)) for name in names}
    return SimpleNamespace(**functions, log1p=lifted(lambda z: cmath.log(1 + z)), erf=lifted(_complex_erf))


Stepped.__elementary__ = _on_stepped()
