"""The base of every number that records or writes what is done to it, instead of computing.

A rule of the table runs on such a number unedited: each operator, and each elementary function, is handed to one
method, `__apply__(self, function, *args)`, with its row of table 1. A new reader of the table is a class with that
method: formulas, traces, JavaScript, dual numbers and the rest are each a child of this one.

>>> from micrograd_kr.elementary import exp
>>> class Reader(Interpreted):
...     def __apply__(self, function, *args):
...         return f"{function.name}{args!r}"
...     def __repr__(self):
...         return "x"
>>> Reader() * 2, 1 - Reader(), exp(Reader()), Reader() > 0
('mul(x, 2)', 'sub(1, x)', 'exp(x,)', 'greater(x, 0)')
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from fractions import Fraction
from typing import Any, ClassVar, Generic, TypeVar

from .elementary import (
    ABS,
    ADD,
    DIV,
    GREATER,
    GREATER_EQUAL,
    LESS,
    LESS_EQUAL,
    MUL,
    NEG,
    POW,
    SUB,
    WHERE,
    Function,
    Number,
    both,
    constant,
    either,
    nearest_float,
    where,
)

Made = TypeVar("Made")


class Interpreted:
    """A number whose operators and elementary functions all go to `__apply__`.

    Attributes:
        keeps_dot: whether `dot` is handed over whole; else it is done by * and +.
    """

    __slots__ = ()
    keeps_dot: ClassVar[bool] = False

    def __apply__(self, function: Function, *args: Any) -> Any:
        """What `function(*args)` is, where one of the args at least is a number of this class.

        Args:
            function: the row of table 1, for an operator as for an elementary function.
            args: the operands as they were written; none for a constant such as pi.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say what {function.name} is: define __apply__")

    def __constant__(self, numerator: int, denominator: int) -> Number:
        """What `constant(self, numerator, denominator)` is: a plain number, unless a child says more."""
        return constant(1.0, numerator, denominator)

    def __add__(self, other: Any) -> Any:
        return self.__apply__(ADD, self, other)

    def __radd__(self, other: Any) -> Any:
        return self.__apply__(ADD, other, self)

    def __sub__(self, other: Any) -> Any:
        return self.__apply__(SUB, self, other)

    def __rsub__(self, other: Any) -> Any:
        return self.__apply__(SUB, other, self)

    def __mul__(self, other: Any) -> Any:
        return self.__apply__(MUL, self, other)

    def __rmul__(self, other: Any) -> Any:
        return self.__apply__(MUL, other, self)

    def __truediv__(self, other: Any) -> Any:
        return self.__apply__(DIV, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self.__apply__(DIV, other, self)

    def __pow__(self, other: Any) -> Any:
        return self.__apply__(POW, self, other)

    def __rpow__(self, other: Any) -> Any:
        return self.__apply__(POW, other, self)

    def __pos__(self) -> Any:
        return self

    def __neg__(self) -> Any:
        return self.__apply__(NEG, self)

    def __abs__(self) -> Any:
        return self.__apply__(ABS, self)

    def __lt__(self, other: Any) -> Any:
        return self.__apply__(LESS, self, other)

    def __le__(self, other: Any) -> Any:
        return self.__apply__(LESS_EQUAL, self, other)

    def __gt__(self, other: Any) -> Any:
        return self.__apply__(GREATER, self, other)

    def __ge__(self, other: Any) -> Any:
        return self.__apply__(GREATER_EQUAL, self, other)

    def __and__(self, other: Any) -> Any:
        return both(self, other)

    def __or__(self, other: Any) -> Any:
        return either(self, other)

    __rand__, __ror__ = __and__, __or__


class Shared(Generic[Made]):
    """Things of which each is made once (hash-consing): whoever asks for the same again gets the same.

    Attributes:
        nodes: the things in the order in which they were made.
        known: the same by their keys.

    >>> letters = Shared()
    >>> [letters.known.get(key) or letters.keep(key, key.upper()) for key in "aba"], letters.nodes
    (['A', 'B', 'A'], ['A', 'B'])
    """

    def __init__(self) -> None:
        self.nodes: list[Made] = []
        self.known: dict[Hashable, Made] = {}

    def keep(self, key: Hashable, thing: Made) -> Made:
        """Take in the thing of a key that was not known."""
        self.known[key] = thing
        self.nodes.append(thing)
        return thing


class Ieee(Interpreted):
    """A float whose operators never raise: where Python's would, they return the inf or nan of IEEE 754.

    >>> Ieee(1.0) / 0, Ieee(-0.0) ** -1, Ieee(1e200) ** 2
    (inf, -inf, inf)
    """

    __slots__ = ("number",)

    def __init__(self, number: float) -> None:
        self.number = number

    def __apply__(self, function: Function, *args: Any) -> Any:
        numbers = [x.number if isinstance(x, Ieee) else x for x in args]
        if not all(isinstance(x, float | int | Fraction) for x in numbers):
            return NotImplemented
        result = function.float(*map(nearest_float, numbers))
        return result if function.gives == "condition" else Ieee(result)

    def __repr__(self) -> str:
        return repr(self.number)


def ieee(rule: Callable[..., Any], *numbers: Any) -> Any:
    """Run a rule again on floats that follow IEEE 754, after Python's floats raised.

    >>> ieee(lambda x: 1 / x, 0.0)
    inf
    """
    result = rule(*[Ieee(nearest_float(x)) if isinstance(x, float | int) else x for x in numbers])
    return result.number if isinstance(result, Ieee) else result


class Chosen(Interpreted):
    """A number that knows whether a rule wrote it as an exact 0: nothing flows along such a path.

    Attributes:
        number: the plain number, or an array of them.
        no_path: whether it is a 0 that stands in the rule, and not one that was computed; for an array an array.

    >>> from micrograd_kr.elementary import where
    >>> x = Chosen(-1.0)
    >>> no_path(where(x > 0, 1, 0)), no_path(x + 1), no_path(where(x > 0, 0, x))
    (True, False, False)
    """

    __slots__ = ("no_path", "number")

    def __init__(self, number: Number, no_path: Any = False) -> None:
        self.number, self.no_path = number, no_path

    def __apply__(self, function: Function, *args: Any) -> Any:
        result = function(*[x.number if isinstance(x, Chosen) else x for x in args])
        if result is True or result is False:
            return result
        marks = [no_path(x) for x in args]
        if function is WHERE:
            mark = where(args[0].number if isinstance(args[0], Chosen) else args[0], marks[1], marks[2])
        elif function is MUL:
            mark = marks[0] | marks[1]
        elif function is NEG or function is DIV:
            mark = marks[0]
        elif function is ADD or function is SUB:
            mark = marks[0] & marks[1]
        else:
            mark = False
        return Chosen(result, mark)

    def __constant__(self, numerator: int, denominator: int) -> Number:
        return constant(self.number, numerator, denominator)


def no_path(x: Any) -> Any:
    """Whether x is an exact 0 that a rule wrote; with lanes, an array with an answer for each."""
    return x.no_path if isinstance(x, Chosen) else type(x) is int and x == 0
