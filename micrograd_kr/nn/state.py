"""A model's numbers by name, and back: what state_dict and load_state_dict do with a module's tensors.

The names and shapes are those of PyTorch, so that numbers go from one to the other: `0.weight` of shape (out, in).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..engine import Value, checked_number, put_numbers
from .tables import numbers_of, shape_of

_MANY = 20  # faults that an error lists


def read_state(tensors: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The numbers of each tensor, by name, as nested lists."""
    return {name: numbers_of(tensor) for name, tensor in tensors}


def write_state(title: str, own: Mapping[str, Any], state: Mapping[str, Any], strict: bool) -> None:
    """Set the Values of each tensor from the numbers of its name; all of them, or none if anything does not fit."""
    if not isinstance(state, Mapping):
        raise TypeError(f"a state is a dict of numbers by name, as of state_dict(); got the {type(state).__name__}")
    given = {name: each.tolist() if hasattr(each, "tolist") else each for name, each in state.items()}
    faults = []
    if strict:
        faults += [f"missing: {name}, of shape {shape_of(tensor)}" for name, tensor in own.items() if name not in given]
        faults += [
            f"unexpected: {printable(name)}, of shape {shape_of(each)}"
            for name, each in given.items()
            if name not in own
        ]
    leaves: list[Value] = []
    numbers: list[Any] = []
    for name, tensor in own.items():
        if name in given:
            try:
                for leaf, number in _paired(tensor, given[name]):
                    numbers.append(checked_number(number))
                    leaves.append(leaf)
            except ValueError:
                faults.append(f"{name}: expected shape {shape_of(tensor)}, got {shape_of(given[name])}")
            except TypeError as error:
                faults.append(f"{name}: {error}")
    if faults:
        more = [f"and {len(faults) - _MANY} more"] if len(faults) > _MANY else []
        listed = "\n  ".join([*faults[:_MANY], *more])
        raise ValueError(f"this state does not fit {title}, and nothing has been loaded:\n  {listed}")
    put_numbers(leaves, numbers)


def printable(name: Any) -> str:
    """A name from a file as it may stand in a message: short, and without characters that move the cursor."""
    text = name if isinstance(name, str) and name.isprintable() else repr(name)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _paired(tensor: Any, numbers: Any) -> list[tuple[Value, Any]]:
    if not isinstance(tensor, list | tuple):
        if isinstance(numbers, list | tuple):
            raise ValueError
        if isinstance(numbers, Value):
            numbers = numbers.data
        if isinstance(numbers, str | bytes) or not hasattr(numbers, "__float__"):
            raise TypeError(f"expected a number, got the {type(numbers).__name__} {numbers!r:.40}")
        return [(tensor, numbers)]
    if not isinstance(numbers, list | tuple) or len(numbers) != len(tensor):
        raise ValueError
    return [pair for each, number in zip(tensor, numbers, strict=True) for pair in _paired(each, number)]
