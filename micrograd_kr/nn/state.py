"""A model's numbers by name, and back: state_dict and load_state_dict.

The names and shapes are those of PyTorch, so that numbers go from one to the other: `0.weight` of shape (out, in).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..engine import Value
from .tables import numbers_of, shape_of

if TYPE_CHECKING:
    from .module import Module


def tensors_within(name: str, found: Any) -> Iterator[tuple[str, Any]]:
    """What an attribute holds, as named nested lists of leaf Values: a Value, lists of them, modules, or neither."""
    if hasattr(found, "named_tensors"):
        for inner, tensor in found.named_tensors():
            yield (f"{name}.{inner}" if inner else name), tensor
    elif isinstance(found, Value):
        if found.op is None:
            yield name, found
    elif isinstance(found, list | tuple) and is_tensor(found):
        yield name, found
    elif isinstance(found, list | tuple | dict):
        for key, each in found.items() if isinstance(found, dict) else enumerate(found):
            yield from tensors_within(f"{name}.{key}", each)


def is_tensor(nested: Any) -> bool:
    """Whether a list holds leaf Values and nothing else, in rows of equal length."""
    if isinstance(nested, Value):
        return nested.op is None
    if not isinstance(nested, list | tuple) or not nested:
        return False
    return all(map(is_tensor, nested)) and len({shape_of(each) for each in nested}) == 1


def read_state(module: Module) -> dict[str, Any]:
    """Every parameter's number, by name, as nested lists."""
    return {name: numbers_of(tensor) for name, tensor in module.named_tensors()}


def write_state(module: Module, state: Mapping[str, Any], strict: bool) -> None:
    """Set every parameter from the numbers of its name; all of them, or none if anything does not fit."""
    if not isinstance(state, Mapping):
        raise TypeError(f"a state is a dict of numbers by name, as of state_dict(); got the {type(state).__name__}")
    own = dict(module.named_tensors())
    given = {name: each.tolist() if hasattr(each, "tolist") else each for name, each in state.items()}
    faults = []
    if strict:
        faults += [f"missing: {name}, of shape {shape_of(tensor)}" for name, tensor in own.items() if name not in given]
        faults += [f"unexpected: {name}, of shape {shape_of(each)}" for name, each in given.items() if name not in own]
    changes: list[tuple[Value, Any]] = []
    for name, tensor in own.items():
        if name in given:
            try:
                changes += _paired(tensor, given[name])
            except ValueError:
                faults.append(f"{name}: expected shape {shape_of(tensor)}, got {shape_of(given[name])}")
            except TypeError as error:
                faults.append(f"{name}: {error}")
    if faults:
        raise ValueError(
            f"this state does not fit {type(module).__name__}, and nothing has been loaded:\n  " + "\n  ".join(faults)
        )
    for value, number in changes:
        value.data = number


def _paired(tensor: Any, numbers: Any) -> list[tuple[Value, Any]]:
    if isinstance(tensor, Value):
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
