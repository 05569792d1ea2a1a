"""Numbers x + ih for the complex step, whose comparisons look at x."""

from __future__ import annotations

from typing import Any

from ..elementary import ABS, FUNCTIONS, POW, Function
from ..interpreted import Interpreted


class Stepped(Interpreted):
    """x + ih, whose comparisons look at x: the complex step through functions that choose between smooth pieces.

    >>> from micrograd_kr import softplus
    >>> softplus(Stepped(complex(0.5, 1e-30))).number.imag / 1e-30
    0.6224593312018546
    """

    __slots__ = ("number",)

    def __init__(self, number: complex) -> None:
        self.number = number

    def __apply__(self, function: Function, *args: Any) -> Any:
        numbers = [unstepped(x) for x in args]
        if function.gives == "condition":
            return bool(function.float(*[x.real for x in numbers]))
        if function is ABS:
            return Stepped(-self.number) if self.number.real < 0 else self
        if function is POW and isinstance(numbers[1], float) and numbers[1].is_integer():
            numbers[1] = int(numbers[1])  # by multiplication: a logarithm would turn a negative base around
        if function is FUNCTIONS["erf"]:
            return Stepped(_complex_erf(numbers[0]))
        result = function.on(complex)(*numbers)
        return Stepped(result) if args else result

    def __bool__(self) -> bool:
        return self.number.real != 0

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
