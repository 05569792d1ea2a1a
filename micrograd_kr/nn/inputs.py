"""Reading a module's inputs as Values, or raising an error that names the module, what it expects and what it got."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..elementary import Number
from ..engine import Constant, Value, checked_number, numbers_of
from .module import Module, path_of


def check_size(name: str, size: Any) -> None:
    """Raise a ValueError that names the argument unless it is a whole number of at least 1."""
    # numpy's whole numbers have __index__, too
    if not hasattr(size, "__index__") or isinstance(size, bool) or getattr(size, "shape", None) or size < 1:
        raise ValueError(f"{name} is a number of neurons or inputs, at least 1; got {size!r}")


def read_inputs(module: Module, x: Any, count: int) -> tuple[Sequence[Value], list[Number]]:
    """`count` inputs as Values, and their numbers; otherwise an error that names the module and the input."""
    if type(x) is not list and type(x) is not tuple:
        x = as_list(module, x, count)
    if len(x) != count:
        got = f"{len(x)}"
        if x and all(isinstance(each, list | tuple) for each in x):
            got = f"a list of {len(x)} such list{'s'[: len(x) != 1]}; pass one example at a time: [model(x) for x in X]"
        raise ValueError(wrong_input(module, count, got))
    try:
        return x, numbers_of(x)
    except AttributeError:
        try:
            values = [value if isinstance(value, Value) else as_constant(value) for value in x]
        except TypeError as error:
            raise TypeError(wrong_input(module, count, str(error))) from None
        return values, numbers_of(values)


def as_list(module: Module, x: Any, count: int) -> Sequence[Any]:
    """A numpy row or another sequence as a list, one number for one input as a list of one; else an error."""
    if isinstance(x, Sequence) and not isinstance(x, str | bytes):
        return list(x)
    shape = getattr(x, "shape", None)
    if shape is not None and len(shape) == 1:
        return x.tolist()  # type: ignore[no-any-return]
    if shape is not None and len(shape) > 1:
        raise ValueError(wrong_input(module, count, f"an array of shape {shape}; pass one example (one row) at a time"))
    if count == 1 and not isinstance(x, str | bytes | dict | set) and not hasattr(x, "__iter__"):
        return [x]
    raise TypeError(wrong_input(module, count, f"the {type(x).__name__} {x!r:.60}"))


def as_constant(x: Any) -> Value:
    """A plain number as an input through which no gradient flows back."""
    if isinstance(x, list | tuple) or (hasattr(x, "tolist") and len(x.shape)):
        raise TypeError(f"a list within the list, {x!r:.60}; pass one example at a time")
    try:
        return Constant(checked_number(x))
    except TypeError as error:
        raise TypeError(f"{x!r:.60} among them; {error}") from None


def wrong_input(module: Module, count: int, got: str) -> str:
    """The message for an input that does not fit: the module, what it expects, what it got."""
    return f"{path_of(module)} expects {count} input{'s'[: count != 1]} (a list of numbers or Values), got {got}"
