"""The parameters of a recorded function as tensors with names: those of the modules, of the user's names, of labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from ..elementary import nearest_float
from ..engine import Value
from ..nn.module import Module, tensors_within
from ..nn.tables import apply, flat, numbers_of, shape_of
from ..trace import Recording, Shape


@dataclass(frozen=True, eq=False, slots=True)
class Tensor:
    """Parameters that belong together.

    Attributes:
        name: such as `model.0.weight`.
        values: a leaf Value, or nested lists of them.
    """

    name: str
    values: Any

    @property
    def shape(self) -> Shape:
        """() for a single Value."""
        return shape_of(self.values)

    @property
    def leaves(self) -> list[Value]:
        """The Values in order, the last axis first."""
        return flat(self.values)

    @property
    def numbers(self) -> Any:
        """The floats that the Values hold now, nested as they are."""
        return apply(nearest_float, numbers_of(self.values))

    @property
    def places(self) -> Iterator[tuple[Value, tuple[int, ...]]]:
        """Each Value with its indices."""
        return zip(self.leaves, product(*map(range, self.shape)), strict=True)


def read_tensors(function: Callable[..., Any], recording: Recording) -> list[Tensor]:
    """Tensors with all parameters of the recording; each Value is in one of them."""
    wanted, found = set(recording.parameters), list[Tensor]()
    known: set[Value] = set()
    taken: set[str] = set()

    def keep(name: str, values: Any) -> None:
        leaves = flat(values)
        if wanted.isdisjoint(leaves) or not known.isdisjoint(leaves):
            return
        name = next(each for each in _numbered(name) if each not in taken)
        taken.add(name)
        known.update(leaves)
        found.append(Tensor(name, values))

    for owner, held in _named_holders(function, recording):
        for name, values in tensors_within(owner, held):
            keep(name, values)
    for leaf in recording.parameters:
        keep(leaf.label if leaf.label.isidentifier() else f"parameter_{len(found)}", leaf)
    return found


def _numbered(name: str) -> Iterator[str]:
    yield name
    count = 2
    while True:
        yield f"{name}_{count}"
        count += 1


def _named_holders(function: Callable[..., Any], recording: Recording) -> Iterator[tuple[str, Any]]:
    """What the function's own names lead to, then the modules that took part, the outermost first."""
    if isinstance(function, Module):
        yield "model", function
    owner = getattr(function, "__self__", None)
    if owner is not None:
        yield "model", owner
    code = getattr(function, "__code__", None)
    if code is not None:
        cells = zip(code.co_freevars, getattr(function, "__closure__", None) or (), strict=False)
        for name, cell in cells:
            try:
                yield name, cell.cell_contents
            except ValueError:  # a name that has no content yet
                continue
        names = getattr(function, "__globals__", {})
        yield from ((name, names[name]) for name in code.co_names if name in names)
    modules = [module for module in recording.modules if isinstance(module, Module)]
    for module in sorted(modules, key=lambda module: -len(list(module.modules()))):
        yield type(module).__name__.lower(), module
