"""Adapters: how to speak to another engine's values, so that the same checks run on it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from ..engine import Value
from ..ops import Op

_INFIX: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}


class NotOffered(Exception):  # noqa: N818: not an error, but a reason to skip
    """The engine does not have this."""


class Engine:
    """An engine whose values have .data, .grad and .backward(), as micrograd's have; others override what differs.

    Args:
        value: the class of the engine's values, or a function that makes one from a float.

    >>> engine = Engine(Value)
    >>> x = engine.make(3.0)
    >>> engine.backward(x * x); engine.gradient(x)
    6.0
    """

    def __init__(self, value: Callable[[float], Any]) -> None:
        self.value = value
        self.name = getattr(value, "__name__", type(value).__name__)

    def make(self, number: float) -> Any:
        """A leaf."""
        return self.value(number)

    def number(self, value: Any) -> Any:
        """The number that a value holds."""
        return float(value.data) if hasattr(value, "data") else float(value)

    def backward(self, output: Any) -> None:
        """Add the gradients of output to its leaves."""
        output.backward()

    def gradient(self, leaf: Any) -> Any:
        """The gradient that a leaf has been given; 0 if none."""
        return 0.0 if leaf.grad is None else float(leaf.grad)

    def clear(self, leaf: Any) -> None:
        """Set a leaf's gradient to 0."""
        leaf.grad = 0.0

    def change(self, leaf: Any, number: float) -> None:
        """Give a leaf another number."""
        leaf.data = number

    def apply(self, op: Op, operands: Sequence[Any]) -> Any:
        """A node for a row of the table, by Python's operator or by the method of that name."""
        if op.precedence > 0 and op.arity == 2 and op.symbol in _INFIX:
            return _INFIX[op.symbol](*operands)
        if op.precedence > 0 and op.arity == 1 and op.symbol == "-":
            return -operands[0]
        method = getattr(operands[0], op.name, None)
        if op.arity == 1 and callable(method):
            return method()
        if op.arity == 1 and hasattr(type(operands[0]), f"__{op.name}__"):
            return getattr(operands[0], f"__{op.name}__")()
        raise NotOffered(f"no {op.name}")

    def spell(self, op: Op, operands: Sequence[str]) -> str:
        """The node as Python for the report."""
        if op.precedence > 0 and op.symbol in _INFIX:
            return op.spell(*operands)
        return f"{operands[0]}.{op.name}()"


class Micrograd(Engine):
    """micrograd_kr's own Value."""

    def __init__(self) -> None:
        super().__init__(Value)

    def number(self, value: Any) -> Any:
        return value.data

    def gradient(self, leaf: Any) -> Any:
        return leaf.grad

    def apply(self, op: Op, operands: Sequence[Any]) -> Any:
        return op(*operands)
