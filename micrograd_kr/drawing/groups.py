"""The nn modules around the nodes, as nested groups: which there are, what they are called, what they own.

A group is one call of a module, recorded in `Value.scope`: calling a model twice gives two groups.

>>> class Layer:
...     def __init__(self, *neurons):
...         self.neurons = neurons
>>> neurons = Layer(), Layer()
>>> groups = Groups()
>>> groups.of((neurons[1], (Layer(*neurons), None))).title
'neuron 1'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..engine import Scope
from .text import printable

Path = tuple[str | int, ...]  # ("layers", 0): the way from a module to what it holds


@dataclass(eq=False, slots=True)
class Group:
    """One call of a module.

    Attributes:
        id: of its element in the drawing: `c0`, `c1`, ...
        module: the module that was called.
        outer: the group of the module that called it, None for an outermost one.
        depth: 1 for an outermost group, 2 for one inside it, ...
        title: what it is called within the outer one: `layer 0`.
    """

    id: str
    module: Any
    outer: Group | None
    depth: int
    title: str
    scope: Any = field(repr=False)  # kept alive, as its id() is the key under which the group is found

    def around(self) -> Iterator[Group]:
        """The group itself, then the ones around it, the outermost last."""
        here: Group | None = self
        while here is not None:
            yield here
            here = here.outer

    def at_depth(self, depth: int) -> Group:
        """The group itself if it is no deeper than that, else the one around it at that depth."""
        return next(group for group in self.around() if group.depth <= depth)

    @property
    def path(self) -> str:
        """Its title after those of the groups around it: `MLP > layer 0 > neuron 3`."""
        return " > ".join([group.title for group in self.around()][::-1])


class Groups:
    """The groups of a drawing, made as their scopes are met."""

    def __init__(self) -> None:
        self._by_scope: dict[int, Group] = {}
        self._held: dict[int, dict[int, Path]] = {}

    def __iter__(self) -> Iterator[Group]:
        return iter(self._by_scope.values())

    def of(self, scope: Scope) -> Group | None:
        """The group of a scope, None for None."""
        unknown = []
        while scope is not None and id(scope) not in self._by_scope:
            unknown.append(scope)
            scope = scope[1]
        group = self._by_scope[id(scope)] if scope is not None else None
        for inner in reversed(unknown):
            title = self._title(inner[0], group.module if group else None)
            depth = group.depth + 1 if group else 1
            group = Group(f"c{len(self._by_scope)}", inner[0], group, depth, title, inner)
            self._by_scope[id(inner)] = group
        return group

    def _title(self, module: Any, outer: Any) -> str:
        way = self._held_by(outer).get(id(module)) if outer is not None else None
        return _spoken(way) if way else printable(type(module).__name__)

    def parameters(self) -> dict[int, tuple[str, Group | None]]:
        """By its id() each thing that a module holds: what it is called there, and the group that it belongs to.

        That is the group of the module; the one around all of them if it was called more than once.
        """
        owned: dict[int, tuple[str, Group | None]] = {}
        for group in self:
            for key, way in self._held_by(group.module).items():
                name, known = owned.get(key, (_written(way), group))
                owned[key] = name, common(known, group)
        return owned

    def _held_by(self, module: Any) -> dict[int, Path]:
        """The way to everything in the attributes of a module and in lists, tuples and dicts there, by its id()."""
        found = self._held.get(id(module))
        if found is None:
            found = self._held[id(module)] = {}
            waiting: list[tuple[Path, Any]] = [
                ((name,), value) for name, value in getattr(module, "__dict__", {}).items()
            ]
            for way, held in waiting:  # grows meanwhile
                if isinstance(held, float | int | str) or id(held) in found:
                    continue
                found[id(held)] = way
                if isinstance(held, list | tuple):
                    waiting += [((*way, index), item) for index, item in enumerate(held)]
                elif isinstance(held, dict):
                    waiting += [((*way, printable(key)), item) for key, item in held.items()]
        return found


def common(one: Group | None, other: Group | None) -> Group | None:
    """The innermost group around both."""
    if one is other or one is None or other is None:
        return one if one is other else None
    around = set(one.around())
    return next((group for group in other.around() if group in around), None)


def _spoken(way: Path) -> str:
    """A way as a title: ("layers", 0) is `layer 0`, ("encoder",) is `encoder`."""
    name, *rest = way
    if rest and isinstance(name, str) and name.endswith("s") and not name.endswith("ss") and len(name) > 2:
        name = name[:-1]
    return " ".join([str(part) for part in (name, *rest)])


def _written(way: Path) -> str:
    """A way as it is written in Python: ("w", 1) is `w[1]`."""
    return "".join([f"[{part}]" if index else str(part) for index, part in enumerate(way)])
