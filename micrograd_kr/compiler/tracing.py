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
from collections.abc import Callable, Sequence
from fractions import Fraction
from struct import pack
from typing import Any

from ..elementary import inf
from .primitives import (
    ABSOLUTE,
    ADD,
    AT_MOST,
    CONSTANT,
    DIVIDE,
    DOT,
    FUNCTIONS,
    INPUT,
    LESS,
    MULTIPLY,
    NEGATE,
    PARAMETER,
    POWER,
    ROOT,
    SAME,
    SELECT,
    SUBTRACT,
    UNEQUAL,
    Primitive,
)

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class TracingError(TypeError):
    """The function asks for the number of a Value while it is being compiled, when there is none yet."""


class Traced:
    """A number of a program that is being written; make one with `Trace.input` or by arithmetic on others.

    Attributes:
        trace: the program that it belongs to.
        primitive: what computes it.
        args: the traced numbers it is computed from.
        value: the float of a constant, the place of an input or parameter, the length of a dot.
        index: its place in the program, after all its args.
    """

    __slots__ = ("args", "index", "primitive", "trace", "value")

    trace: Trace
    primitive: Primitive
    args: tuple[Traced, ...]
    value: Any
    index: int

    def __add__(self, other: Any) -> Any:
        return self.trace.add(self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self.trace.subtract(self, other)

    def __rsub__(self, other: Any) -> Any:
        return self.trace.subtract(other, self)

    def __mul__(self, other: Any) -> Any:
        return self.trace.multiply(self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self.trace.divide(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self.trace.divide(other, self)

    def __pow__(self, other: Any) -> Any:
        return self.trace.power(self, other)

    def __rpow__(self, other: Any) -> Any:
        return self.trace.power(other, self)

    def __neg__(self) -> Any:
        return self.trace.apply(NEGATE, self)

    def __abs__(self) -> Any:
        return self.trace.apply(ABSOLUTE, self)

    def __lt__(self, other: Any) -> Any:
        return self.trace.apply(LESS, self, other)

    def __gt__(self, other: Any) -> Any:
        return self.trace.apply(LESS, other, self)

    def __le__(self, other: Any) -> Any:
        return self.trace.apply(AT_MOST, self, other)

    def __ge__(self, other: Any) -> Any:
        return self.trace.apply(AT_MOST, other, self)

    def __eq__(self, other: object) -> Any:
        return self.trace.apply(SAME, self, other)

    def __ne__(self, other: object) -> Any:
        return self.trace.apply(UNEQUAL, self, other)

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
        return f"%{self.index} = {self.primitive}({given})"


def _line_of_the_user() -> str:
    """Where, outside of this package, the program is now: file, line and its text."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith(_PACKAGE) and frame.f_back is not None:
        frame = frame.f_back
    name, number = frame.f_code.co_filename, frame.f_lineno
    text = linecache.getline(name, number, frame.f_globals).strip()
    return f" in {name}, line {number}" + (f": `{text}`" if text else "")


class Trace:
    """A program in the making: traced numbers, each once, in an order in which they can be computed.

    Attributes:
        nodes: the traced numbers.
        recorded: how many operations were asked for, before reduction.
    """

    def __init__(self) -> None:
        self.nodes: list[Traced] = []
        self.recorded = 0
        self._known: dict[Any, Traced] = {}

    def make(self, primitive: Primitive, args: tuple[Traced, ...], value: Any = None) -> Traced:
        """The traced number of this primitive on these args, made if it is new."""
        key = (primitive, value, *[arg.index for arg in args])
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = Traced.__new__(Traced)
            known.trace, known.primitive, known.args, known.value = self, primitive, args, value
            known.index = len(self.nodes)
            self.nodes.append(known)
        return known

    @property
    def key(self) -> tuple[Any, ...]:
        """The same for programs that are the same."""
        nodes = [(n.primitive.name, repr(n.value), *[arg.index for arg in n.args]) for n in self.nodes]
        return tuple(nodes)

    def input(self, place: int) -> Traced:
        """The number at this place among the inputs, which every example has of its own."""
        return self.make(INPUT, (), place)

    def parameter(self, place: int) -> Traced:
        """The number at this place among the parameters, the same for all examples."""
        return self.make(PARAMETER, (), place)

    def constant(self, number: float) -> Traced:
        """A number known now; -0.0 and nan are numbers of their own."""
        key = pack("d", number)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self.make(CONSTANT, (), (key, number))
            known.value = number
        return known

    def lift(self, x: Any) -> Any:
        """x as a traced number that is no condition; NotImplemented if it is no real number."""
        if type(x) is Traced:
            if x.primitive.decides:
                return self.make(SELECT, (x, self.constant(1.0), self.constant(0.0)))
            return x
        if isinstance(x, float | int | Fraction):
            return self.constant(_nearest(x))
        return NotImplemented

    def apply(self, primitive: Primitive, *operands: Any) -> Any:
        """The primitive on traced or plain numbers."""
        self.recorded += 1
        args = tuple([self.lift(x) for x in operands])
        if NotImplemented in map(type, args) or any(arg is NotImplemented for arg in args):
            return NotImplemented
        if all(arg.primitive is CONSTANT for arg in args):
            return self.constant(primitive.fold(*[arg.value for arg in args]))
        if primitive.commutes and args[0].index > args[1].index:
            args = (args[1], args[0])
        return self.make(primitive, args)

    # --- arithmetic, leaving out what changes nothing in IEEE 754 (x + 0 turns -0.0 into 0.0, so it stays) ---------

    def add(self, x: Any, y: Any) -> Any:
        """x + y."""
        if _is(y, 0.0, -1.0):
            return self.lift(x)
        return self.apply(ADD, x, y)

    def subtract(self, x: Any, y: Any) -> Any:
        """x - y."""
        if _is(y, 0.0, 1.0):
            return self.lift(x)
        return self.apply(SUBTRACT, x, y)

    def multiply(self, x: Any, y: Any) -> Any:
        """x * y."""
        if _is(y, 1.0):
            return self.lift(x)
        if _is(x, 1.0):
            return self.lift(y)
        if _is(y, -1.0):
            return self.apply(NEGATE, x)
        if _is(x, -1.0):
            return self.apply(NEGATE, y)
        return self.apply(MULTIPLY, x, y)

    def divide(self, x: Any, y: Any) -> Any:
        """x / y."""
        if _is(y, 1.0):
            return self.lift(x)
        return self.apply(DIVIDE, x, y)

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
        return self.apply(POWER, x, y)

    def choose(self, condition: Any, x: Any, y: Any) -> Any:
        """x where the condition holds, else y."""
        if not isinstance(condition, Traced):
            return x if condition else y
        if condition.primitive is CONSTANT:
            return x if condition.value else y
        if not condition.primitive.decides:
            condition = self.make(UNEQUAL, (condition, self.constant(0.0)))
        x, y = self.lift(x), self.lift(y)
        if x is NotImplemented or y is NotImplemented:
            raise TypeError("where takes single real numbers")
        if x is y:
            return x
        self.recorded += 1
        return self.make(SELECT, (condition, x, y))

    def dot(self, weights: Sequence[Any], inputs: Sequence[Any], bias: Any) -> Any:
        """bias + weights[0] * inputs[0] + ..., kept whole."""
        args = tuple(
            [x if type(x) is Traced and not x.primitive.decides else self.lift(x) for x in (*weights, *inputs, bias)]
        )
        if not weights:
            return args[0]
        self.recorded += 2 * len(weights)
        return self.make(DOT, args, len(weights))


def _is(x: Any, number: float, sign: float = 0.0) -> bool:
    """Whether x is this very constant; for a zero, whether it has this sign too."""
    if type(x) is Traced:
        if x.primitive is not CONSTANT:
            return False
        x = x.value
    if not (isinstance(x, float | int) and x == number):
        return False
    return not sign or pack("d", x) == pack("d", number * sign)


def _nearest(x: Any) -> float:
    try:
        return float(x)
    except OverflowError:
        return inf if x > 0 else -inf


class _OnTraced:
    """The namespace that `elementary` asks what exp, where, ... mean on a traced number."""

    def __init__(self) -> None:
        for name, primitive in FUNCTIONS.items():
            setattr(self, name, self._function(primitive))
        self.sqrt = self._function(ROOT)
        self.abs = self._function(ABSOLUTE)
        self.equal = self._function(SAME)

    @staticmethod
    def _function(primitive: Primitive) -> Callable[..., Any]:
        return lambda *xs: _trace_of(xs).apply(primitive, *xs)

    @staticmethod
    def pow(x: Any, y: Any) -> Any:
        return _trace_of((x, y)).power(x, y)

    @staticmethod
    def where(condition: Any, x: Any, y: Any) -> Any:
        return _trace_of((condition, x, y)).choose(condition, x, y)

    @staticmethod
    def dot(weights: Sequence[Any], inputs: Sequence[Any], bias: Any) -> Any:
        return _trace_of((*weights, *inputs, bias)).dot(weights, inputs, bias)


def _trace_of(xs: Sequence[Any]) -> Trace:
    return next(x.trace for x in xs if type(x) is Traced)


setattr(Traced, "__elementary__", _OnTraced())  # noqa: B010 - the class does not know its own namespace
