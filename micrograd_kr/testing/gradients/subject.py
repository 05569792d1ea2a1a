"""The function under test: how it is called, on which leaves it depends, and the graph that a call records."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from ...elementary import Number
from ...engine import Value, grad, topological_order
from .precision import is_number
from .report import InconclusiveError


class Subject:
    """A function with the numbers at which it is checked, as Values of this engine record it.

    Attributes:
        numbers: the inputs, one after the other, then the parameters: leaves that fn closes over.
        names: what each of them is called.
        arrays: whether an array among the inputs is handed to fn as an array; else as a list.
    """

    def __init__(self, fn: Callable[..., Any], inputs: Any, names: Sequence[str] | None, arrays: bool = False) -> None:
        self.fn = fn
        self.shape = _as_list(inputs, arrays)
        self.numbers: list[Number] = [_plain(x) for x in _flat(self.shape)]
        if not self.numbers:
            raise ValueError("gradcheck needs at least one input number")
        self.inputs = len(self.numbers)
        self.as_list = not arrays and _takes_a_list(fn, self.shape)
        self.names = list(names) if names is not None else _names_of(fn, self.shape, self.as_list)
        self.parameters: list[Value] = []
        self.outside: list[Value] = []  # computed before fn is called

    def close_over(self, order: Sequence[Value], again: Sequence[Value], leaves: Sequence[Value]) -> None:
        """Find what two recorded graphs have in common: parameters, and Values computed outside of fn."""
        both = set(again)
        self.outside = [node for node in order if node.op is not None and node in both]
        below = set(topological_order(*self.outside)) if self.outside else set()
        known = {*leaves, *below}
        self.parameters = [x for x in order if x.op is None and type(x) is Value and x in both and x not in known]
        self.numbers += [parameter.data for parameter in self.parameters]
        for index, parameter in enumerate(self.parameters):
            self.names.append(parameter.label or f"parameter{index}")

    def call(self, leaves: Sequence[Any]) -> Any:
        """fn on the leaves, put into the shape of the inputs; several outputs are added up with unlike weights."""
        arguments = _shaped(self.shape, iter(leaves))
        output = self.fn(arguments) if self.as_list else self.fn(*arguments)
        if getattr(output, "shape", ()):
            output = list(output.reshape(-1))
        if isinstance(output, list | tuple):
            total: Any = 0
            for index, each in enumerate(_flat(output)):
                total = total + each * (1 + Fraction(index, 2) if self.exact else 1 + index / 2)
            output = total
        return output

    @property
    def exact(self) -> bool:
        """Whether Fractions are among the inputs: then everything must agree exactly."""
        return any(isinstance(x, Fraction) for x in self.numbers)

    def record(self, numbers: Sequence[Number] | None = None) -> tuple[Value, list[Value]]:
        """The graph at the inputs or at other numbers, and its input leaves."""
        numbers = self.numbers if numbers is None else numbers
        leaves = [Value(x) for x in numbers[: self.inputs]]
        with self.parameters_at(numbers[self.inputs :]):
            output = self.call(leaves)
        if not isinstance(output, Value):
            if not isinstance(output, int | float | complex | Fraction):
                raise TypeError(
                    f"fn must return a Value or a list of Values, got the {type(output).__name__} {output!r:.60}"
                )
            output = Value(output)  # fn does not depend on its inputs
        return output, leaves

    @contextmanager
    def parameters_at(self, numbers: Sequence[Number]) -> Iterator[None]:
        """The parameters at other numbers for a while."""
        try:
            for parameter, number in zip(self.parameters, numbers, strict=False):
                parameter.data = number
            yield
        finally:
            for parameter, number in zip(self.parameters, self.numbers[self.inputs :], strict=True):
                parameter.data = number

    def backward(self, output: Value, leaves: Sequence[Value]) -> tuple[list[Any], dict[Value, Any]]:
        """The gradient by the engine's own backward(), and what it left in every node; leaves keep their .grad."""
        order = topological_order(output)
        before = [(node, node.grad) for node in order if node.op is None or node in self.outside]
        try:
            for node, _ in before:
                node.grad = 0
            output.backward()
            return [leaf.grad for leaf in (*leaves, *self.parameters)], {node: node.grad for node in order}
        finally:
            for node, gradient in before:
                node.grad = gradient

    def hessian(self) -> list[list[Any]]:
        """The second derivatives by differentiating the graph of the gradient."""
        output, leaves = self.record()
        everything = leaves + self.parameters
        return [grad(first, everything) for first in grad(output, everything, create_graph=True)]

    def notes(self) -> list[str]:
        """What cannot be looked at."""
        return [
            f"{node.label or node.op} ({node.data}) was computed before fn was called: what it was computed from "
            "is not checked; compute it inside fn"
            for node in self.outside
            if not any(node in user.args for user in self.outside)
        ]

    def place(self) -> str:
        """The numbers, as the report says them."""
        shown = [f"{name} = {number}" for name, number in zip(self.names, self.numbers, strict=False)]
        return ", ".join(shown[:8]) + (", ..." if len(shown) > 8 else "")


# --- the shape of the inputs ----------------------------------------------------------------------------------------


class ArrayShape:
    """An array among the inputs: its numbers in order, and the shape that they are handed to fn in."""

    def __init__(self, array: Any) -> None:
        self.shape: tuple[int, ...] = tuple(array.shape)
        self.numbers: list[Number] = array.reshape(-1).tolist()

    def indices(self) -> Iterator[tuple[int, ...]]:
        """The index of each number, in order."""
        for place in range(math.prod(self.shape)):
            index = []
            for size in reversed(self.shape):
                place, rest = divmod(place, size)
                index.append(rest)
            yield tuple(reversed(index))


def _as_list(inputs: Any, arrays: bool) -> list[Any]:
    if isinstance(inputs, dict):
        inputs = list(inputs.values())
    if isinstance(inputs, str | bytes):
        raise TypeError(f"inputs are plain numbers, one for each argument, got {inputs!r}")
    if arrays:
        inputs = [inputs] if hasattr(inputs, "shape") or not hasattr(inputs, "__iter__") else list(inputs)
        return [ArrayShape(each) if getattr(each, "shape", ()) else each for each in inputs]
    if hasattr(inputs, "tolist"):
        inputs = inputs.tolist()
    inputs = list(inputs) if hasattr(inputs, "__iter__") else [inputs]
    return [each.tolist() if hasattr(each, "tolist") else each for each in inputs]


def _flat(inputs: Any) -> Iterator[Any]:
    stack = [iter([inputs])]
    while stack:
        for each in stack[-1]:
            if isinstance(each, list | tuple | ArrayShape):
                stack.append(iter(each.numbers if isinstance(each, ArrayShape) else each))
                break
            yield each
        else:
            stack.pop()


def _plain(x: Any) -> Number:
    x = x.data if isinstance(x, Value) else x
    x = x.item() if hasattr(x, "item") and not isinstance(x, Value) else x
    if isinstance(x, bool) or not isinstance(x, int | float | complex | Fraction):
        raise TypeError(
            f"inputs are plain numbers (float, int, Fraction or complex), got the {type(x).__name__} {x!r:.60}"
        )
    if isinstance(x, float | complex) and not is_number(x):
        raise InconclusiveError(f"an input is {x}: there is no derivative to check")
    return x


def _shaped(shape: Any, leaves: Iterator[Any]) -> list[Any]:
    return [_shaped(each, leaves) if isinstance(each, list | tuple) else next(leaves) for each in shape]


def _takes_a_list(fn: Callable[..., Any], inputs: list[Any]) -> bool:
    if hasattr(fn, "parameters") and not inspect.isroutine(fn):
        return not (len(inputs) == 1 and isinstance(inputs[0], list | tuple))
    if len(inputs) < 2:
        return False
    try:
        parameters = list(inspect.signature(fn).parameters.values())
    except (TypeError, ValueError):
        return False
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return len(positional) == 1 and not any(p.kind is p.VAR_POSITIONAL for p in parameters)


def _names_of(fn: Callable[..., Any], inputs: list[Any], as_list: bool) -> list[str]:
    count = len(list(_flat(inputs)))
    names = getattr(fn, "inputs", None)
    if isinstance(names, list) and len(names) == count:
        return list(names)
    numbered = [f"x{index}" for index in range(count)] if count > 1 else ["x"]
    if as_list:
        return numbered
    try:
        parameters = [
            p.name for p in inspect.signature(fn).parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        ]
    except (TypeError, ValueError):
        return numbered
    found = []
    for index, each in enumerate(inputs):
        name = parameters[index] if index < len(parameters) else f"x{index}"
        if isinstance(each, ArrayShape):
            found += [f"{name}[{', '.join(map(str, place))}]" for place in each.indices()]
        elif isinstance(each, list | tuple):
            found += [f"{name}[{k}]" for k in range(len(list(_flat(each))))]
        else:
            found.append(name)
    return found
