"""A number that writes down what is done to it: the rules of the table run on it, and leave a program behind.

The same operation on the same numbers is one and the same traced number (so nothing is computed twice), operations on
constants are carried out at once, and what changes nothing (`x * 1`) leaves no trace.

>>> trace = Trace()
>>> x, y = trace.input(0), trace.input(1)
>>> (x * y + 1) is (y * x + 1), x * 1 is x, (trace.constant(2.0) * 3).value
(True, True, 6.0)
"""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Callable
from fractions import Fraction
from struct import pack
from typing import Any

from ..elementary import (
    ADD,
    DIV,
    DOT,
    EQUAL,
    GREATER,
    GREATER_EQUAL,
    LESS,
    LESS_EQUAL,
    MUL,
    NEG,
    NOT_EQUAL,
    POW,
    SUB,
    WHERE,
    Function,
    nearest_float,
)
from ..interpreted import Interpreted, Shared

# The traced numbers that no function computes.
INPUT, PARAMETER, CONSTANT = (Function(name, lambda: None) for name in ("input", "parameter", "constant"))

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class TracingError(TypeError):
    """The function asks for the number of a Value while it is being compiled, when there is none yet."""


class Traced(Interpreted):
    """A number of a program that is being written; make one with `Trace.input` or by arithmetic on others.

    Attributes:
        trace: the program that it belongs to.
        function: what computes it: a row of table 1, or INPUT, PARAMETER, CONSTANT or DOT.
        args: the traced numbers it is computed from.
        value: the float of a constant, the place of an input or parameter, the length of a dot.
        index: its place in the program, after all its args.
        is_condition: whether it is true or false, and no number.
    """

    __slots__ = ("args", "function", "index", "is_condition", "trace", "value")

    keeps_dot = True
    args: tuple[Traced, ...]

    def __init__(self, trace: Trace, function: Function, args: tuple[Traced, ...], value: Any, index: int) -> None:
        self.trace, self.function, self.args, self.value, self.index = trace, function, args, value, index
        self.is_condition = function.gives == "condition"

    def __apply__(self, function: Function, *args: Any) -> Any:
        return self.trace.apply(function, *args)

    def __eq__(self, other: object) -> Any:
        return self.trace.apply(EQUAL, self, other)

    def __ne__(self, other: object) -> Any:
        return self.trace.apply(NOT_EQUAL, self, other)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TracingError(
            f"a branch (if, and, or, while, max, min) on a traced value{_line_of_the_user()}: jit compiles one "
            "program for all inputs, so write both sides and choose with where(condition, a, b), or maximum(a, b), "
            "minimum(a, b)"
        )

    def _has_no_number(self) -> Any:
        raise TracingError(
            f"a traced value has no number yet{_line_of_the_user()}: inside jit compute with Values and the functions "
            "of micrograd_kr (exp, log, where, ...), not with float(), int() or math"
        )

    __float__ = __int__ = __index__ = __complex__ = __round__ = __trunc__ = __floor__ = __ceil__ = _has_no_number

    def __repr__(self) -> str:
        given = repr(self.value) if self.value is not None else ", ".join(f"%{arg.index}" for arg in self.args)
        return f"%{self.index} = {self.function.name}({given})"


def _line_of_the_user() -> str:
    """Where, outside of this package, the program is now: file, line and its text."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith(_PACKAGE) and frame.f_back is not None:
        frame = frame.f_back
    name, number = frame.f_code.co_filename, frame.f_lineno
    text = linecache.getline(name, number, frame.f_globals).strip()
    return f" in {name}, line {number}" + (f": `{text}`" if text else "")


class Trace(Shared[Traced]):
    """A program in the making: traced numbers, each once, in an order in which they can be computed.

    Attributes:
        nodes: the traced numbers.
        recorded: how many operations were asked for, before reduction.
    """

    def __init__(self) -> None:
        super().__init__()
        self.recorded = 0

    def make(self, function: Function, args: tuple[Traced, ...], value: Any = None) -> Traced:
        """The traced number of this function on these args, made if it is new."""
        key = (function, value, *[arg.index for arg in args])
        known = self.known.get(key)
        return self.keep(key, Traced(self, function, args, value, len(self.nodes))) if known is None else known

    @property
    def key(self) -> tuple[Any, ...]:
        """The same for programs that are the same."""
        nodes = [(n.function.name, n.function.c, repr(n.value), *[arg.index for arg in n.args]) for n in self.nodes]
        return tuple(nodes)

    def input(self, place: int) -> Traced:
        """The number at this place among the inputs, which every example has of its own."""
        return self.make(INPUT, (), place)

    def parameter(self, place: int) -> Traced:
        """The number at this place among the parameters, the same for all examples."""
        return self.make(PARAMETER, (), place)

    def constant(self, number: float) -> Traced:
        """A number known now; -0.0 and nan are numbers of their own."""
        node = self.make(CONSTANT, (), pack("d", number))
        node.value = number
        return node

    def lift(self, x: Any) -> Any:
        """x as a traced number that is no condition; NotImplemented if it is no real number."""
        if type(x) is Traced:
            if x.is_condition:
                return self.make(WHERE, (x, self.constant(1.0), self.constant(0.0)))
            return x
        if isinstance(x, float | int | Fraction):
            return self.constant(nearest_float(x))
        return NotImplemented

    def apply(self, function: Function, *operands: Any) -> Any:
        """The function on traced or plain numbers."""
        special = _SPECIAL.get(function)
        return self.call(function, *operands) if special is None else special(self, *operands)

    def call(self, function: Function, *operands: Any) -> Any:
        """The function on traced or plain numbers, as it is; on constants alone it is computed at once.

        Raises:
            TypeError: the function cannot be compiled: its row has no c cell.
        """
        self.recorded += 1
        args = tuple([x if type(x) is Traced and not x.is_condition else self.lift(x) for x in operands])
        constants = 0
        for arg in args:
            if arg is NotImplemented:
                return arg
            constants += arg.function is CONSTANT
        if constants == len(args):
            return self.constant(float(function.float(*[arg.value for arg in args])))
        function.written("c")
        if function.commutes and args[0].index > args[1].index:
            args = (args[1], args[0])
        return self.make(function, args)

    # --- arithmetic, leaving out what changes nothing in IEEE 754 (x + 0 turns -0.0 into 0.0, so it stays) ---------

    def add(self, x: Any, y: Any) -> Any:
        """x + y."""
        if _is(y, 0.0, -1.0):
            return self.lift(x)
        return self.call(ADD, x, y)

    def subtract(self, x: Any, y: Any) -> Any:
        """x - y."""
        if _is(y, 0.0, 1.0):
            return self.lift(x)
        return self.call(SUB, x, y)

    def multiply(self, x: Any, y: Any) -> Any:
        """x * y."""
        if _is(y, 1.0):
            return self.lift(x)
        if _is(x, 1.0):
            return self.lift(y)
        if _is(y, -1.0):
            return self.call(NEG, x)
        if _is(x, -1.0):
            return self.call(NEG, y)
        return self.call(MUL, x, y)

    def divide(self, x: Any, y: Any) -> Any:
        """x / y."""
        if _is(y, 1.0):
            return self.lift(x)
        return self.call(DIV, x, y)

    def power(self, x: Any, y: Any) -> Any:
        """x to the power y; small whole powers by multiplication."""
        if _is(y, 0.0):
            return self.constant(1.0)
        if _is(y, 1.0):
            return self.lift(x)
        if _is(y, 2.0):
            return self.multiply(x, x)
        if _is(y, 3.0):
            return self.multiply(self.multiply(x, x), x)
        if _is(y, -1.0):
            return self.divide(1.0, x)
        return self.call(POW, x, y)

    def choose(self, condition: Any, x: Any, y: Any) -> Any:
        """x where the condition holds, else y."""
        if not isinstance(condition, Traced):
            return x if condition else y
        if condition.function is CONSTANT:
            return x if condition.value else y
        if not condition.is_condition:
            condition = self.make(NOT_EQUAL, (condition, self.constant(0.0)))
        x, y = self.lift(x), self.lift(y)
        if x is NotImplemented or y is NotImplemented:
            raise TypeError("where takes single real numbers")
        if x is y:
            return x
        self.recorded += 1
        return self.make(WHERE, (condition, x, y))

    def dot(self, *numbers: Any) -> Any:
        """bias + weights[0] * inputs[0] + ..., kept whole; the numbers are the weights, the inputs and the bias."""
        args = tuple([x if type(x) is Traced and not x.is_condition else self.lift(x) for x in numbers])
        count = len(numbers) // 2
        if not count:
            return args[0]
        self.recorded += 2 * count
        return self.make(DOT, args, count)


# What leaves out more than its function does, or is written with another one.
_SPECIAL: dict[Function, Callable[..., Any]] = {
    ADD: Trace.add,
    SUB: Trace.subtract,
    MUL: Trace.multiply,
    DIV: Trace.divide,
    POW: Trace.power,
    WHERE: Trace.choose,
    DOT: Trace.dot,
    GREATER: lambda trace, x, y: trace.call(LESS, y, x),
    GREATER_EQUAL: lambda trace, x, y: trace.call(LESS_EQUAL, y, x),
}


def _is(x: Any, number: float, sign: float = 0.0) -> bool:
    """Whether x is this very constant; for a zero, whether it has this sign too."""
    if type(x) is Traced:
        if x.function is not CONSTANT:
            return False
        x = x.value
    if not (isinstance(x, float | int) and x == number):
        return False
    return not sign or pack("d", x) == pack("d", number * sign)
