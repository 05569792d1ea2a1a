"""Adapters: how to speak to another engine's values, so that the same checks run on it."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from ..elementary import FUNCTIONS, Function
from ..engine import Value
from ..interpreted import Interpreted
from ..ops import Op

_INFIX: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}


class NotOffered(Exception):  # noqa: N818
    """The engine does not have this."""


def as_engine(subject: Any) -> Engine:
    """The adapter for a class of values (or a function that makes one), or the adapter itself."""
    if isinstance(subject, Engine):
        return subject
    if isinstance(subject, type) and issubclass(subject, Engine):
        return subject()  # type: ignore[call-arg]
    if subject is Value:
        return Micrograd()
    if not callable(subject):
        raise TypeError(
            f"an engine is a class of values or an adapter, not the {type(subject).__name__} {subject!r:.60}"
        )
    return Engine(subject)


class Engine:
    """An engine whose values have .data, .grad and .backward(), as micrograd's have; others override what differs.

    Args:
        value: the class of the engine's values, or a function that makes one from a float.

    >>> engine = Engine(Value)
    >>> x = engine.make(3.0)
    >>> engine.backward(x * x); engine.gradient(x)
    6.0
    """

    takes_arrays = False  # whether gradcheck hands an array to the function as an array

    def __init__(self, value: Callable[[float], Any]) -> None:
        self.value = value
        self.by_hand: list[str] = []  # functions in the recorded one that bring a derivative of their own
        self.name = getattr(value, "__name__", type(value).__name__)

    def make(self, number: float) -> Any:
        """A leaf. It gets a float of its own: engines written in C have been seen to free the one they were given."""
        return self.value(number * 1.0 if type(number) is float else number)

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

    def evaluate(self, fn: Callable[[Sequence[Any]], Any], numbers: Sequence[Any], shape: Sequence[Any]) -> Any:
        """fn's number, where fn takes the inputs one after the other."""
        return self.number(fn([self.make(x) for x in numbers]))

    def value_and_gradient(
        self, fn: Callable[[Sequence[Any]], Any], numbers: Sequence[Any], shape: Sequence[Any]
    ) -> tuple[Any, list[Any]]:
        """fn's number and its gradient, in the order of the numbers.

        Args:
            fn: takes the inputs one after the other; an array among them is one input.
            numbers: all numbers of the inputs.
            shape: the inputs as the caller gave them: an array has a `shape`.
        """
        leaves = [self.make(x) for x in numbers]
        output = fn(leaves)
        if not hasattr(output, "backward") and type(self).backward is Engine.backward:
            return output, [0.0] * len(leaves)  # fn does not depend on its inputs
        value = self.number(output)
        self.backward(output)
        return value, [self.gradient(leaf) for leaf in leaves]

    def hessian(
        self, fn: Callable[[Sequence[Any]], Any], numbers: Sequence[Any], shape: Sequence[Any]
    ) -> list[list[Any]]:
        """The second derivatives; NotOffered if the engine has none."""
        raise NotOffered(f"{self.name} gives no second derivatives")

    def record(self, fn: Callable[[Sequence[Any]], Any], leaves: Sequence[Any], shape: Sequence[Any]) -> Any:
        """fn on this package's Values in place of numbers: its output is a graph of them, or this raises."""
        return fn(list(leaves))

    def spell(self, op: Op, operands: Sequence[str]) -> str:
        """The node as Python for the report."""
        if op.precedence > 0 and op.symbol in _INFIX:
            return op.spell(*operands)
        return f"{operands[0]}.{op.name}()" if op.arity == 1 else f"{op.name}({', '.join(operands)})"


class ArrayEngine(Engine):
    """An engine whose functions take arrays: gradcheck runs them over one vector that holds all numbers.

    A child says how the engine makes a vector, and gives the derivatives of a function of it.
    """

    takes_arrays = True

    def vector(self, numbers: Sequence[float]) -> Any:
        """The engine's array of these numbers."""
        raise NotImplementedError

    def gradient_of(self, fn: Callable[[Any], Any], vector: Any) -> tuple[Any, Any]:
        """fn(vector) as a number, and its gradient as an array."""
        raise NotImplementedError

    def hessian_of(self, fn: Callable[[Any], Any], vector: Any) -> Any:
        """The second derivatives of fn as an array."""
        raise NotImplementedError

    def evaluate(self, fn: Callable[[Sequence[Any]], Any], numbers: Sequence[Any], shape: Sequence[Any]) -> Any:
        """fn's number at other inputs."""
        return self.number(fn(pieces_of(self.vector(numbers), shape)))

    def value_and_gradient(
        self, fn: Callable[[Sequence[Any]], Any], numbers: Sequence[Any], shape: Sequence[Any]
    ) -> tuple[Any, list[Any]]:
        """By the derivative of the function of one vector."""
        value, gradient = self.gradient_of(lambda v: fn(pieces_of(v, shape)), self.vector(numbers))
        return float(value), [float(x) for x in gradient]

    def hessian(
        self, fn: Callable[[Sequence[Any]], Any], numbers: Sequence[Any], shape: Sequence[Any]
    ) -> list[list[Any]]:
        """By the second derivative of the function of one vector."""
        rows = self.hessian_of(lambda v: fn(pieces_of(v, shape)), self.vector(numbers))
        return [[float(x) for x in row] for row in rows]

    def record(self, fn: Callable[[Sequence[Any]], Any], leaves: Sequence[Any], shape: Sequence[Any]) -> Any:
        """By arrays of Values, on which the functions of numpy, and PyTorch's of the same name, run."""
        from .gradients.value_arrays import array_of

        return fn(pieces_of(array_of(leaves), shape))


def pieces_of(vector: Any, shape: Sequence[Any]) -> list[Any]:
    """The inputs of a function, cut from one vector: a number as an array of no dimension."""
    found, start = [], 0
    for each in shape:
        size = tuple(getattr(each, "shape", ()))
        stop = start + math.prod(size)
        found.append(vector[start:stop].reshape(size))
        start = stop
    return found


class PyTorch(ArrayEngine):
    """PyTorch's tensors, in double precision."""

    def __init__(self) -> None:
        import torch  # type: ignore[import-not-found,unused-ignore]

        self.torch = torch
        super().__init__(lambda number: torch.tensor(float(number), dtype=torch.float64, requires_grad=True))
        self.name = "PyTorch"

    def vector(self, numbers: Sequence[float]) -> Any:
        """A tensor of one dimension."""
        return self.torch.tensor(list(numbers), dtype=self.torch.float64)

    def gradient_of(self, fn: Callable[[Any], Any], vector: Any) -> tuple[Any, Any]:
        """By backward."""
        vector = vector.requires_grad_()
        value = fn(vector)
        if not (hasattr(value, "requires_grad") and value.requires_grad):
            return value, [0.0] * len(vector)
        value.backward()
        return value.detach(), vector.grad

    def hessian_of(self, fn: Callable[[Any], Any], vector: Any) -> Any:
        """By torch.autograd.functional."""
        return self.torch.autograd.functional.hessian(fn, vector)  # type: ignore[no-untyped-call,unused-ignore]

    def record(self, fn: Callable[[Sequence[Any]], Any], leaves: Sequence[Any], shape: Sequence[Any]) -> Any:
        """As for numpy; of an autograd.Function the forward is recorded, whose backward is on trial."""
        function: Any = self.torch.autograd.Function
        before = function.__dict__["apply"]

        def apply(cls: Any, *args: Any) -> Any:
            self.by_hand.append(cls.__name__)
            splits = cls.setup_context is not function.setup_context
            return cls.forward(*args) if splits else cls.forward(_Context(), *args)

        function.apply = classmethod(apply)
        try:
            return super().record(fn, leaves, shape)
        finally:
            function.apply = before

    def apply(self, op: Op, operands: Sequence[Any]) -> Any:
        """By operator, or by PyTorch's function of the op's name."""
        function = getattr(self.torch, op.name, None)
        return super().apply(op, operands) if op.precedence > 0 or function is None else function(*operands)

    def number(self, value: Any) -> Any:
        """The number of a tensor."""
        return float(value.detach()) if hasattr(value, "detach") else float(value)

    def backward(self, output: Any) -> None:
        """Keep the graph, so that it may run backward again."""
        output.backward(retain_graph=True)

    def clear(self, leaf: Any) -> None:
        """Forget the gradient."""
        leaf.grad = None

    def change(self, leaf: Any, number: float) -> None:
        """In place, as an optimiser does: PyTorch then notices that a recorded pass is out of date."""
        with self.torch.no_grad():
            leaf.fill_(number)


class _Context:
    """What a forward of PyTorch's is handed to keep things in: everything is taken, and nothing kept."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args, **options: None


class _Traced(Interpreted):
    """A number of HIPS autograd that can be differentiated afterwards: the operations are kept, and run again."""

    def __init__(self, data: float, function: Any = None, args: tuple[Any, ...] = ()) -> None:
        self.data, self.grad, self.function, self.args = data, 0.0, function, args
        self.changes = 0
        self.recorded = [x.changes for x in args if isinstance(x, _Traced)]

    def is_out_of_date(self) -> bool:
        """Whether an argument has been given another number since."""
        return self.recorded != [x.changes for x in self.args if isinstance(x, _Traced)]

    def apply(self, function: Callable[..., Any], *args: Any) -> _Traced:
        """A node: `function` of autograd.numpy on numbers and traced numbers."""
        return _Traced(float(function(*[x.data if isinstance(x, _Traced) else x for x in args])), function, args)

    def __apply__(self, function: Function, *args: Any) -> _Traced:
        if not callable(function.numpy):  # an operator's cell is the operator itself
            raise NotOffered(f"no {function.name}")
        return self.apply(function.numpy, *args)

    def order(self) -> list[_Traced]:
        """Every number below, arguments first."""
        order: dict[int, _Traced] = {}
        stack: list[tuple[_Traced, bool]] = [(self, False)]
        met: set[int] = set()
        while stack:
            node, opened = stack.pop()
            if opened:
                order[id(node)] = node
            elif id(node) not in met:
                met.add(id(node))
                stack.append((node, True))
                stack.extend((x, False) for x in node.args if isinstance(x, _Traced))
        return list(order.values())


class Autograd(ArrayEngine):
    """HIPS autograd, which differentiates functions: the operations are recorded, and autograd runs over them."""

    def __init__(self) -> None:
        import autograd
        import autograd.numpy

        self.autograd, self.numpy = autograd, autograd.numpy
        super().__init__(lambda number: _Traced(float(number)))
        self.name = "autograd"

    def vector(self, numbers: Sequence[float]) -> Any:
        """An array of one dimension."""
        return self.numpy.array(list(numbers), dtype=float)

    def gradient_of(self, fn: Callable[[Any], Any], vector: Any) -> tuple[Any, Any]:
        """By autograd.value_and_grad."""
        return self.autograd.value_and_grad(lambda v: fn(v) + 0 * self.numpy.sum(v))(vector)  # type: ignore[no-any-return]

    def hessian_of(self, fn: Callable[[Any], Any], vector: Any) -> Any:
        """By autograd.hessian."""
        return self.autograd.hessian(fn)(vector)

    def backward(self, output: Any) -> None:
        """Let autograd differentiate the recorded function with respect to its leaves."""
        order = output.order()
        if any(node.is_out_of_date() for node in order):
            raise RuntimeError("a leaf was changed after it was used: compute the output again")
        leaves = [node for node in order if node.function is None]

        def replay(numbers: Any) -> Any:
            results = {id(leaf): numbers[index] for index, leaf in enumerate(leaves)}
            for node in order:
                if node.function is not None:
                    results[id(node)] = node.function(
                        *[results[id(x)] if isinstance(x, _Traced) else x for x in node.args]
                    )
            return results[id(output)]

        gradient = self.autograd.grad(replay)(self.numpy.array([leaf.data for leaf in leaves]))
        for leaf, each in zip(leaves, gradient, strict=True):
            leaf.grad += float(each)

    def change(self, leaf: Any, number: float) -> None:
        """A function that was recorded before is out of date now, and says so."""
        leaf.data = number
        leaf.changes += 1

    def apply(self, op: Op, operands: Sequence[Any]) -> Any:
        """By operator, or by the function of autograd.numpy of that name."""
        if op.precedence > 0:
            return super().apply(op, operands)
        row = FUNCTIONS.get(op.name)
        function = getattr(self.numpy, row.numpy, None) if row and isinstance(row.numpy, str) else None
        if function is None:
            raise NotOffered(f"no {op.name}")
        traced = next((x for x in operands if isinstance(x, _Traced)), None)
        return traced.apply(function, *operands) if traced is not None else function(*operands)


class Jax(ArrayEngine):
    """JAX's arrays in double precision. It differentiates functions, and so conforms to no suite of Values."""

    def __init__(self) -> None:
        import jax  # type: ignore[import-not-found,unused-ignore]

        jax.config.update("jax_enable_x64", True)
        self.jax = jax
        super().__init__(lambda number: jax.numpy.asarray(float(number)))
        self.name = "JAX"

    def record(self, fn: Callable[[Sequence[Any]], Any], leaves: Sequence[Any], shape: Sequence[Any]) -> Any:
        """By JAX's own trace, run over Values; of a function with a custom derivative the function itself is taken."""
        from .gradients.jax_on_values import run
        from .gradients.value_arrays import array_of

        vector = self.vector([x.data for x in leaves])
        closed = self.jax.make_jaxpr(lambda v: fn(pieces_of(v, shape)))(vector)
        return run(closed.jaxpr, closed.consts, [array_of(list(leaves))], self.by_hand.append)[0]

    def apply(self, op: Op, operands: Sequence[Any]) -> Any:
        """By operator, or by the function of jax.numpy or jax.nn of the op's name."""
        if op.precedence > 0:
            return super().apply(op, operands)
        for module in (self.jax.numpy, self.jax.nn):
            if hasattr(module, op.name):
                return getattr(module, op.name)(*operands)
        raise NotOffered(f"no {op.name}")

    def vector(self, numbers: Sequence[float]) -> Any:
        """An array of one dimension."""
        return self.jax.numpy.asarray(list(numbers), dtype=float)

    def gradient_of(self, fn: Callable[[Any], Any], vector: Any) -> tuple[Any, Any]:
        """By jax.value_and_grad."""
        return self.jax.value_and_grad(fn)(vector)  # type: ignore[no-any-return]

    def hessian_of(self, fn: Callable[[Any], Any], vector: Any) -> Any:
        """By jax.hessian."""
        return self.jax.hessian(fn)(vector)

    def number(self, value: Any) -> Any:
        """The number of an array."""
        return float(value)


class Micrograd(Engine):
    """micrograd_kr's own Value."""

    def __init__(self) -> None:
        super().__init__(Value)

    def number(self, value: Any) -> Any:
        """Its number, of whatever kind."""
        return value.data

    def gradient(self, leaf: Any) -> Any:
        """Its gradient, of whatever kind."""
        return leaf.grad

    def apply(self, op: Op, operands: Sequence[Any]) -> Any:
        """By calling the row."""
        return op(*operands)
