"""The function under test: how it is called on numbers of any kind, and which leaves it depends on."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from ..elementary import Number
from ..engine import Value, grad, no_grad, topological_order
from .adapters import Engine, Micrograd
from .expression import Expression
from .oracles import is_number
from .report import InconclusiveError


class Subject:
    """The function under test: how it is called on numbers of any kind, and which leaves it depends on."""

    def __init__(self, fn: Callable[..., Any], inputs: Any, engine: Engine, names: Sequence[str] | None) -> None:
        self.fn, self.engine = fn, engine
        self.own = isinstance(engine, Micrograd)
        inputs = _as_list(inputs)
        self.shape = inputs
        self.numbers: list[Number] = [_plain(x) for x in _flat(inputs)]
        if not self.numbers:
            raise ValueError("gradcheck needs at least one input number")
        self.as_list = _takes_a_list(fn, inputs)
        self.names = list(names) if names is not None else _names_of(fn, inputs, self.as_list)
        self.parameters: list[Value] = []
        if self.own:
            self.output, self.leaves = self.record()
            self.below = topological_order(self.output)
            self._find_parameters()

    def _find_parameters(self) -> None:
        """The leaves that two calls have in common: fn closes over them."""
        known = set(self.leaves)
        others = [x for x in self.below if x.op is None and type(x) is Value and x not in known]
        if not others:
            return
        again = set(topological_order(self.record()[0]))
        self.parameters = [leaf for leaf in others if leaf in again]
        self.numbers += [parameter.data for parameter in self.parameters]
        for index, parameter in enumerate(self.parameters):
            self.names.append(parameter.label or f"parameter{index}")

    @property
    def inputs(self) -> int:
        """How many of the numbers are inputs: the parameters follow."""
        return len(self.numbers) - len(self.parameters)

    def call(self, leaves: list[Any]) -> Any:
        """fn on the leaves, put into the shape of the inputs; several outputs are added up with unlike weights."""
        rest = iter(leaves)
        arguments = _shaped(self.shape, rest)
        output = self.fn(arguments) if self.as_list else self.fn(*arguments)
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

    def record(self) -> tuple[Any, list[Any]]:
        """The graph at the inputs, and its input leaves."""
        leaves = [self.engine.make(x) for x in self.numbers[: len(self.numbers) - len(self.parameters)]]
        output = self.call(leaves)
        if self.own and not isinstance(output, Value):
            if not isinstance(output, int | float | complex | Fraction):
                raise TypeError(
                    f"fn must return a Value or a list of Values, got the {type(output).__name__} {output!r:.60}"
                )
            output = Value(output)  # fn does not depend on its inputs
        return output, leaves

    def evaluate(self, numbers: list[Any]) -> Any:
        """fn's number at other numbers, of any kind: the plain function that oracles differentiate."""
        if not self.own:
            return self.engine.number(self.call([self.engine.make(x) for x in numbers]))
        if isinstance(self.fn, Expression):
            return self.fn(*numbers)
        with self.parameters_at(numbers[self.inputs :]), no_grad():
            output = self.call([Value(x) for x in numbers[: self.inputs]])
        return output.data if isinstance(output, Value) else output

    @contextmanager
    def parameters_at(self, numbers: list[Any]) -> Iterator[None]:
        """The parameters at other numbers for a while."""
        try:
            for parameter, number in zip(self.parameters, numbers, strict=True):
                parameter.data = number
            yield
        finally:
            for parameter, number in zip(self.parameters, self.numbers[self.inputs :], strict=True):
                parameter.data = number

    def gradient(self, numbers: list[Any] | None = None) -> list[Any]:
        """The engine's gradient by its own backward(), at the inputs or at other numbers."""
        if not self.own:
            output, leaves = self.record()
            self.engine.backward(output)
            return [self.engine.gradient(leaf) for leaf in leaves]
        numbers = self.numbers if numbers is None else numbers
        saved = [parameter.grad for parameter in self.parameters]
        try:
            with self.parameters_at(numbers[self.inputs :]):
                leaves = [Value(x) for x in numbers[: self.inputs]]
                output = self.call(leaves)
                everything = leaves + self.parameters
                for leaf in everything:
                    leaf.grad = 0
                if isinstance(output, Value):
                    output.backward()
                return [leaf.grad for leaf in everything]
        finally:
            for parameter, before in zip(self.parameters, saved, strict=True):
                parameter.grad = before

    def hessian(self, numbers: list[Any] | None = None) -> list[list[Any]]:
        """The second derivatives by differentiating the graph of the gradient."""
        numbers = self.numbers if numbers is None else numbers
        with self.parameters_at(numbers[self.inputs :]):
            leaves = [Value(x) for x in numbers[: self.inputs]]
            output = self.call(leaves)
            everything = leaves + self.parameters
            if not isinstance(output, Value):
                return [[0] * len(everything) for _ in everything]
            return [grad(first, everything) for first in grad(output, everything, create_graph=True)]


# --- the shape of the inputs ----------------------------------------------------------------------------------------


def _as_list(inputs: Any) -> list[Any]:
    if isinstance(inputs, dict):
        inputs = inputs.values()
    if hasattr(inputs, "tolist"):
        inputs = inputs.tolist()
    if isinstance(inputs, str | bytes):
        raise TypeError(f"inputs are plain numbers, one for each argument, got {inputs!r}")
    return list(inputs) if hasattr(inputs, "__iter__") else [inputs]


def _flat(inputs: Any) -> Iterator[Any]:
    stack = [iter([inputs])]
    while stack:
        for each in stack[-1]:
            if isinstance(each, list | tuple):
                stack.append(iter(each))
                break
            yield each
        else:
            stack.pop()


def _plain(x: Any) -> Number:
    x = x.data if isinstance(x, Value) else x
    x = x.item() if type(x).__module__ == "numpy" else x
    if isinstance(x, bool) or not isinstance(x, int | float | complex | Fraction):
        raise TypeError(
            f"inputs are plain numbers (float, int, Fraction or complex), got the {type(x).__name__} {x!r:.60}"
        )
    if isinstance(x, float | complex) and not is_number(x):
        raise InconclusiveError(f"an input is {x}: no oracle has a derivative there")
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
        parameters = [p.name for p in inspect.signature(fn).parameters.values() if p.kind is not p.VAR_POSITIONAL]
    except (TypeError, ValueError):
        return numbered
    found = []
    for index, each in enumerate(inputs):
        name = parameters[index] if index < len(parameters) else f"x{index}"
        found += [f"{name}[{k}]" for k in range(len(list(_flat(each))))] if isinstance(each, list | tuple) else [name]
    return found
