"""What an example says of a function's arguments: their names and shapes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from ..trace import Shape


def name_of(function: Callable[..., Any]) -> str:
    """What the function is called, for messages and in the file."""
    name = getattr(function, "__name__", type(function).__name__)
    return name if name.isidentifier() else "function"


def read_example(function: Callable[..., Any], example: Any) -> tuple[list[str], list[Shape]]:
    """The name and the shape of each argument.

    Raises:
        ValueError: the function does not take so many arguments, or one of them is ragged.

    >>> read_example(lambda x, y: x[0] * y, ([1.0, 2.0], 3.0))
    (['x', 'y'], [(2,), ()])
    """
    arguments = example if isinstance(example, tuple) else (example,)
    names = _names(function, len(arguments))
    if not arguments or len(names) != len(arguments):
        title = name_of(function)
        taken = f"{len(names)} argument{'s'[: len(names) != 1]}" + f" ({', '.join(names)})" * bool(names)
        raise ValueError(
            f"the example of {title} has {len(arguments)} argument{'s'[: len(arguments) != 1]}, and {title} takes "
            f"{taken}: pass one example as a tuple with a number or list for each, such as example=([0.0, 0.0], 1.0)"
            if names
            else f"{title} takes no argument that could become an input of the file"
        )
    return names, [_shape(argument, name) for name, argument in zip(names, arguments, strict=True)]


def _names(function: Callable[..., Any], count: int) -> list[str]:
    """The names of so many arguments; all that there are if the function does not take so many."""
    forward = getattr(function, "forward", None)
    try:
        parameters = inspect.signature(forward if callable(forward) else function).parameters.values()
    except (TypeError, ValueError):
        return [f"x{place}" for place in range(count)]
    named = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = [p.name for p in named]
    least = sum(p.default is p.empty for p in named)
    if least <= count <= len(names):
        return names[:count]
    if any(p.kind is p.VAR_POSITIONAL for p in parameters) and count >= len(names):
        return [*names, *[f"x{place}" for place in range(len(names), count)]]
    return names


def _shape(argument: Any, name: str) -> Shape:
    if hasattr(argument, "shape"):
        return tuple(argument.shape)
    if argument is None or isinstance(argument, str | bytes | dict | set):
        raise ValueError(f"{name} of the example must be a number or a list of numbers, got {argument!r:.60}")
    if not isinstance(argument, Sequence):
        return ()
    shapes = {_shape(each, name) for each in argument}
    if len(shapes) != 1:
        fault = "is an empty list" if not shapes else f"is ragged: it has parts of the shapes {sorted(shapes)}"
        raise ValueError(f"{name} of the example {fault}")
    return (len(argument), *shapes.pop())
