"""What type checkers know of numbers. The engine stands above: here a Value is just a number that records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, SupportsIndex, TypeVar, overload

# Any number with + - * / **: float, int, Fraction, complex, Decimal, mpmath, numpy, sympy, Value, a code writer, ...
Number = Any
Gives = Literal["number", "condition"]


class Divisible(Protocol):
    """What is taken for a number: text, lists and None cannot be divided."""

    def __truediv__(self, other: Any, /) -> Any:
        """The number divided by another."""


class Recorder(Protocol):
    """A number that records the ops that are applied to it: a Value."""

    def __record_op__(self, op: Any, args: Sequence[Any], /) -> Any:
        """The result of the op, recorded."""


Operand = Divisible | SupportsIndex  # a condition counts as 0 or 1
Recorded = TypeVar("Recorded", bound=Recorder)
Remembered = TypeVar("Remembered", covariant=True)


class RememberedCondition(Protocol[Remembered]):
    """A comparison of Values, which `where` records."""

    def record(self) -> Remembered:
        """The comparison as a node."""


class FunctionOfOne(Protocol):
    """A function of one number of any kind; of a Value it is a Value."""

    @overload
    def __call__(self, x: Recorded, /) -> Recorded: ...
    @overload
    def __call__(self, x: float, /) -> float: ...
    @overload
    def __call__(self, x: Operand, /) -> Any: ...


class FunctionOfTwo(Protocol):
    """A function of two numbers of any kind; with a Value it is a Value."""

    @overload
    def __call__(self, x: Recorded, y: Operand, /) -> Recorded: ...
    @overload
    def __call__(self, x: Operand, y: Recorded, /) -> Recorded: ...
    @overload
    def __call__(self, x: float, y: float, /) -> float: ...
    @overload
    def __call__(self, x: Operand, y: Operand, /) -> Any: ...
