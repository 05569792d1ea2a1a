"""Derivatives of functions: value_and_grad, jacobian, hessian and jvp, all by the engine's own `grad`.

A function takes numbers or Values and returns a Value; where it may return several, a list of Values. The arguments
are given as they are for the function: one number, several numbers, or lists of them. The result has their shape.

>>> from micrograd_kr import Value, sin
>>> value_and_grad(lambda x, y: x * y + sin(x), 0.0, 3.0)
(0.0, (4.0, 0.0))
>>> hessian(lambda x: x[0] ** 2 * x[1], [3.0, 5.0])
[[10.0, 6.0], [6.0, 0]]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .elementary import Number
from .engine import Value, grad

Function = Callable[..., Any]


def value_and_grad(function: Function, *inputs: Any) -> tuple[Number, Any]:
    """The number that a function gives, and its derivative with respect to each input.

    Args:
        function: of as many arguments as there are inputs; it returns one Value.
        inputs: numbers, or lists of numbers.

    Returns:
        The number; and the derivative, in the shape of the input; a tuple of them if there are several inputs.

    Raises:
        TypeError: the function does not return one Value or number.

    >>> value_and_grad(lambda w: (w[0] * w[1]).tanh(), [2.0, 0.0])
    (0.0, [0.0, 2.0])
    """
    leaves, nested = _leaves_of(inputs)
    output = _output_of(function, nested)
    slopes = iter(grad(output, leaves))
    return output.data, _alone([_like(each, slopes) for each in inputs])


def jacobian(function: Function, *inputs: Any) -> Any:
    """The derivative of each result with respect to each input.

    Args:
        function: of as many arguments as there are inputs; it returns a Value or a list of Values.
        inputs: numbers, or lists of numbers.

    Returns:
        For each result (a list if the function returns one) what `value_and_grad` gives for it.

    >>> jacobian(lambda x, y: [x * y, x + y], 2.0, 3.0)
    [(3.0, 2.0), (1, 1)]
    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]], [2.0, 3.0])
    [[3.0, 2.0], [1, 1]]
    """
    leaves, nested = _leaves_of(inputs)
    outputs = function(*nested)

    def row(output: Any) -> Any:
        slopes = iter(grad(_as_value(function, output), leaves))
        return _alone([_like(each, slopes) for each in inputs])

    return [row(output) for output in outputs] if isinstance(outputs, list | tuple) else row(outputs)


def hessian(function: Function, *inputs: Any) -> list[list[Number]]:
    """The second derivatives of a function of n numbers.

    Args:
        function: of as many arguments as there are inputs; it returns one Value.
        inputs: numbers, or lists of numbers; n numbers in all.

    Returns:
        A matrix of n rows and n columns; the numbers of the inputs are counted in their order.

    >>> hessian(lambda x, y: x**3 * y, 2.0, 5.0)
    [[60.0, 12.0], [12.0, 0]]
    """
    leaves, nested = _leaves_of(inputs)
    slopes = grad(_output_of(function, nested), leaves, create_graph=True)
    return [grad(slope, leaves) for slope in slopes]


def jvp(function: Function, inputs: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """How the results change if the inputs move: the Jacobian times a vector, by two reverse passes.

    Args:
        function: of as many arguments as there are inputs; it returns a Value or a list of Values.
        inputs: the arguments, numbers or lists of numbers.
        tangents: how each of these numbers moves, in the same shape.

    Returns:
        The numbers that the function gives, and their changes; lists if the function returns one.

    Raises:
        ValueError: the tangents are not of the shape of the inputs.

    >>> jvp(lambda x, y: x * y, [2.0, 3.0], [1.0, 10.0])
    (6.0, 23.0)
    """
    leaves, nested = _leaves_of(inputs)
    moves = _leaves_of(tangents)[0]
    if len(moves) != len(leaves):
        raise ValueError(f"jvp needs a tangent for each of the {len(leaves)} numbers of the inputs, got {len(moves)}")
    outputs = function(*nested)
    several = isinstance(outputs, list | tuple)
    values = [_as_value(function, output) for output in (outputs if several else [outputs])]
    seeds = [Value(0.0) for _ in values]
    # sum of seed * output is linear in the seeds: the derivative of its gradient by the seeds is the Jacobian again
    weighted = sum((seed * value for seed, value in zip(seeds, values, strict=True)), Value(0.0))
    slopes = grad(weighted, leaves, create_graph=True)
    along = sum((slope * move.data for slope, move in zip(slopes, moves, strict=True)), Value(0.0))
    changes = grad(along, seeds)
    numbers = [value.data for value in values]
    return (numbers, changes) if several else (numbers[0], changes[0])


def _leaves_of(inputs: Sequence[Any]) -> tuple[list[Value], list[Any]]:
    """A leaf for each number of the inputs, and the inputs with the leaves in the numbers' places."""
    leaves: list[Value] = []

    def nested(x: Any) -> Any:
        if isinstance(x, list | tuple) or getattr(x, "shape", None):
            return [nested(each) for each in x]
        leaves.append(Value(x.data if isinstance(x, Value) else x))
        return leaves[-1]

    return leaves, [nested(x) for x in inputs]


def _like(x: Any, numbers: Any) -> Any:
    """The next numbers in the shape of x."""
    if isinstance(x, list | tuple) or getattr(x, "shape", None):
        return [_like(each, numbers) for each in x]
    return next(numbers)


def _alone(each: list[Any]) -> Any:
    return each[0] if len(each) == 1 else tuple(each)


def _output_of(function: Function, arguments: Sequence[Any]) -> Value:
    return _as_value(function, function(*arguments))


def _as_value(function: Function, output: Any) -> Value:
    if isinstance(output, Value):
        return output
    try:
        return Value(output)  # it depends on no input
    except TypeError:
        name = getattr(function, "__name__", type(function).__name__)
        raise TypeError(
            f"{name} should return a Value, but it returned the {type(output).__name__} {output!r:.60}"
        ) from None
