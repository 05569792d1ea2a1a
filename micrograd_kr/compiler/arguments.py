"""What the caller passed: names and numbers of the arguments, arrays in any layout."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from ..engine import Value
from ..trace import Shape

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Batch:
    """The arrays of a call as the machine code finds them.

    Attributes:
        rows: for each argument its address, and how many bytes lie between the rows of two examples.
        count: how many examples there are.
        kept: the arrays, which must stay alive meanwhile.
    """

    rows: list[int]
    count: int
    kept: list[Array]


def batch_of(arrays: Sequence[Array], shapes: Sequence[Shape], count: int) -> Batch:
    """The arrays, copied where the numbers of an example do not lie side by side."""
    rows: list[int] = []
    kept = []
    for array, shape in zip(arrays, shapes, strict=True):
        flags = array.flags
        if not flags.c_contiguous:
            size = array.itemsize
            side_by_side = prod(shape) == 1 or (array.ndim == 2 and array.strides[1] == size)
            if not side_by_side or array.strides[0] % size or not flags.aligned:
                import numpy as np

                array = np.ascontiguousarray(array)
        elif not flags.aligned:
            array = array.copy()
        rows += (array.__array_interface__["data"][0], array.strides[0])
        kept.append(array)
    return Batch(rows, count, kept)


def read_arguments(
    arguments: Sequence[Any], names: Sequence[str], what: str, dtype: str = "float64"
) -> tuple[list[Array], int]:
    """The arguments as arrays of floats with a leading batch axis of the same length.

    Raises:
        ValueError: a batch is empty, lengths differ, or an argument is ragged.
        TypeError: an argument is not made of real numbers.
    """
    import numpy as np

    if len(arguments) != len(names):
        raise TypeError(
            f"{what} takes {len(names)} argument{'s'[: len(names) != 1]} ({', '.join(names)}), got {len(arguments)}"
        )
    if not arguments:
        raise TypeError(f"{what} needs at least one argument, whose first axis counts examples")
    arrays: list[Array] = []
    for argument, name in zip(arguments, names, strict=True):
        if isinstance(argument, np.ndarray) and argument.dtype == dtype:
            array = argument
        else:
            try:
                array = np.asarray(argument)
                if array.dtype.kind not in "fiub":
                    raise TypeError(f"it holds {array.dtype}")
                array = array.astype(dtype)
            except (ValueError, TypeError) as error:
                kind = ValueError if isinstance(error, ValueError) else TypeError
                raise kind(f"{name} is no array of real numbers: {error}") from None
        arrays.append(array)
    for array, name in zip(arrays, names, strict=True):
        if array.ndim == 0:
            raise ValueError(
                f"{name} is a single number, but {what} takes a batch: an array whose first axis counts examples"
            )
        if len(array) == 0:
            raise ValueError(f"{name} is an empty batch of shape {array.shape}: {what} needs at least one example")
        if len(array) != len(arrays[0]):
            raise ValueError(
                f"{name} has {len(array)} examples (shape {array.shape}), but {names[0]} has {len(arrays[0])} "
                f"(shape {arrays[0].shape})"
            )
    return arrays, len(arrays[0])


class Signature:
    """The arguments that a function takes: at least `least` of `names`, perhaps more."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.least, self.names, self.open_ended = 0, list[str](), True
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            return
        named = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        self.least = sum(p.default is p.empty for p in named)
        self.names = [p.name for p in named]
        self.open_ended = any(p.kind is p.VAR_POSITIONAL for p in parameters)

    def names_for(self, count: int) -> Sequence[str]:
        """The names of so many arguments; all the names if the function does not take so many."""
        if self.least <= count <= len(self.names):
            return self.names[:count]
        if self.open_ended and count >= self.least:
            return [*self.names, *[f"argument {place + 1}" for place in range(len(self.names), count)]]
        return self.names


def plain_numbers(argument: Any) -> Any:
    """A nested list with the numbers of the Values in it."""
    if isinstance(argument, Value):
        return argument.data
    if isinstance(argument, list | tuple):
        return [plain_numbers(each) for each in argument]
    return argument


def flat_values(argument: Any) -> list[Any]:
    """What stands in nested lists, in order; an array counts as its numbers."""
    if isinstance(argument, list | tuple):
        return [value for each in argument for value in flat_values(each)]
    return argument.reshape(-1).tolist() if hasattr(argument, "reshape") else [argument]
