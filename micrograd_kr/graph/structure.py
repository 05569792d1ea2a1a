"""Graph: the nodes below an output in order, and the nn modules in which they were computed, as nested groups.

>>> class Layer:
...     def __init__(self, *neurons):
...         self.neurons = neurons
>>> from micrograd_kr.engine import enter_scope, leave_scope
>>> neurons = Layer(), Layer()
>>> scopes = [enter_scope(Layer(*neurons)), enter_scope(neurons[1])]
>>> out = Value(2.0, label="x") * 3.0
>>> for scope in reversed(scopes):
...     leave_scope(scope)
>>> Graph(out).groups[2].path
'Layer > neuron 1'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from ..elementary import Number
from ..engine import Constant, Scope, Value, topological_order
from .layout import printable
from .names import Names

Kind = Literal["operation", "parameter", "input", "constant"]
Path = tuple[str | int, ...]  # ("layers", 0): the way from a module to what it holds


@dataclass(eq=False, slots=True)
class Group:
    """One call of a module: calling a model twice gives two groups. The graph itself is the group number 0.

    Attributes:
        number: 0 for the whole graph; a group comes after the one around it.
        module: the module that was called, None for the whole graph.
        outer: the group of the module that called it, None for the whole graph.
        depth: 0 for the whole graph, 1 for an outermost module, ...
        title: what it is called within the outer one: `layer 0`.
    """

    number: int
    module: Any
    outer: Group | None
    depth: int
    title: str
    _scope: Any = field(repr=False)  # kept alive, as its id() is the key under which the group is found

    def around(self) -> Iterator[Group]:
        """The group itself, then the ones around it, the whole graph last."""
        here: Group | None = self
        while here is not None:
            yield here
            here = here.outer

    @property
    def path(self) -> str:
        """Its title after those of the groups around it: `MLP > layer 0 > neuron 3`."""
        return " > ".join([group.title for group in self.around() if group.depth][::-1])


def common(one: Group, other: Group) -> Group:
    """The innermost group around both."""
    while one is not other:
        if one.depth >= other.depth and one.outer is not None:
            one = one.outer
        elif other.outer is not None:
            other = other.outer
    return one


class Graph:
    """The nodes below `root`, each after its arguments, by number.

    Attributes:
        root: the output.
        nodes: the Values; the root comes last.
        number: for each node its place in `nodes`.
        arguments: for each node the numbers of its arguments.
        recorded: for each leaf the number that the forward pass saw when it used it first.
        groups: the whole graph, then the modules that were called.
        home: for each node the group where it stands: a computed node in the module that computed it, a parameter in
            the module that holds it, a constant where it is used, an input in the whole graph.
        parameters: the leaves that belong to these modules.
        names: what the nodes are called.
    """

    def __init__(self, root: Value) -> None:
        self.root = root
        self.nodes = topological_order(root)

    @cached_property
    def number(self) -> dict[Value, int]:  # noqa: D102 - these are the class's attributes
        return {node: index for index, node in enumerate(self.nodes)}

    @cached_property
    def arguments(self) -> list[list[int]]:  # noqa: D102
        number = self.number
        return [[number[arg] for arg in node.args] for node in self.nodes]

    @cached_property
    def recorded(self) -> dict[Value, Number]:  # noqa: D102
        recorded: dict[Value, Number] = {}
        for node in self.nodes:
            for arg, number in zip(node.args, node.arg_numbers, strict=True):
                if arg.op is None:
                    recorded.setdefault(arg, number)
        return recorded

    def number_of(self, node: Value) -> Number:
        """What a node was in the recorded forward pass, also if it is a leaf that was changed later."""
        return self.recorded.get(node, node.data) if node.op is None else node.data

    @cached_property
    def names(self) -> Names:  # noqa: D102
        return Names(self.nodes, self._parameter_names)

    def kind(self, node: Value) -> Kind:
        """What a node is."""
        if node.op is not None:
            return "operation"
        if isinstance(node, Constant):
            return "constant"
        return "parameter" if node in self.parameters else "input"

    # --- modules ------------------------------------------------------------------------------------------------------

    @cached_property
    def groups(self) -> list[Group]:  # noqa: D102
        return list(self._groups.values())

    @cached_property
    def _groups(self) -> dict[int, Group]:
        """Each group by the id() of its scope, made as the scopes are met."""
        whole = Group(0, None, None, 0, "", None)
        groups = {id(None): whole}
        for node in self.nodes:
            unknown, scope = [], node.scope
            while scope is not None and id(scope) not in groups:
                unknown.append(scope)
                scope = scope[1]
            group = groups[id(scope)]
            for inner in reversed(unknown):
                way = self._held_by(group.module).get(id(inner[0]))
                title = _spoken(way) if way else printable(type(inner[0]).__name__)
                group = Group(len(groups), inner[0], group, group.depth + 1, title, inner)
                groups[id(inner)] = group
        return groups

    def group_of(self, scope: Scope) -> Group:
        """The group of one of the nodes' scopes."""
        return self._groups[id(scope)]

    @cached_property
    def home(self) -> list[Group]:  # noqa: D102
        whole, holders = self.groups[0], self._holders
        home = [self.group_of(node.scope) if node.op else holders.get(id(node), whole) for node in self.nodes]
        placed: set[int] = set()
        for node, group, arguments in zip(self.nodes, list(home), self.arguments, strict=True):
            for arg in arguments if node.op else ():
                if isinstance(self.nodes[arg], Constant):
                    home[arg] = common(home[arg], group) if arg in placed else group
                    placed.add(arg)
        return home

    @cached_property
    def parameters(self) -> set[Value]:  # noqa: D102
        return set(self._parameter_names)

    @cached_property
    def _parameter_names(self) -> dict[Value, str]:
        """The leaves that belong to the outermost modules, as these name them, else as each module's attribute."""
        leaves = {id(node): node for node in self.nodes if type(node) is Value and node.op is None}
        names: dict[Value, str] = {}
        for module in {id(group.module): group.module for group in self.groups if group.depth == 1}.values():
            for path, parameter in getattr(module, "named_parameters", tuple)():
                if id(parameter) in leaves:
                    names.setdefault(parameter, re.sub(r"(\w+?)s?\.(\d+)", r"\1\2", path))
        for group in self.groups:
            outermost = [*group.around()][-2:][0].module
            if not hasattr(outermost, "named_parameters"):
                for key, way in self._held_by(group.module).items():
                    if key in leaves:
                        names.setdefault(leaves[key], _written(way))
        return names

    @cached_property
    def _holders(self) -> dict[int, Group]:
        """By its id() each parameter with the group of the module that holds it, or the one around all of these."""
        direct: dict[int, Group] = {}
        within: dict[int, Group] = {}
        for group in self.groups:
            for key in self._held_by(group.module):
                direct[key] = common(direct.get(key, group), group)
            if group.depth == 1:
                for _, parameter in getattr(group.module, "named_parameters", tuple)():
                    within[id(parameter)] = common(within.get(id(parameter), group), group)
        holders = within | direct
        return {id(parameter): holders[id(parameter)] for parameter in self.parameters}

    @cached_property
    def _held(self) -> dict[int, dict[int, Path]]:
        return {}

    def _held_by(self, module: Any) -> dict[int, Path]:
        """The way to everything in the attributes of a module and in lists, tuples and dicts there, by its id()."""
        found = self._held.get(id(module))
        if found is None:
            found = self._held[id(module)] = {}
            waiting: list[tuple[Path, Any]] = [
                ((name,), held) for name, held in getattr(module, "__dict__", {}).items()
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


def names_of(output: Value) -> Names:
    """A name for every Value below `output` and for itself: a dict in topological order, see `Names`.

    >>> x = Value(3.0)
    >>> w = [Value(1.0, label="w"), Value(2.0, label="w")]
    >>> list(names_of(w[0] * x + w[1] * x).values())
    ['w', 'v1', 'v2', 'w#2', 'v3', 'out']
    """
    return Graph(output).names


def _spoken(way: Path) -> str:
    """A way as a title: ("layers", 0) is `layer 0`, ("encoder",) is `encoder`."""
    name, *rest = way
    if rest and isinstance(name, str) and name.endswith("s") and not name.endswith("ss") and len(name) > 2:
        name = name[:-1]
    return " ".join([str(part) for part in (name, *rest)])


def _written(way: Path) -> str:
    """A way as it is written in Python: ("w", 1) is `w[1]`."""
    return "".join([f"[{part}]" if index else str(part) for index, part in enumerate(way)])
