"""The graph taken apart into what may be drawn: its Values, and the steps inside those that are expanded.

>>> x = Value(3.0, label="x")
>>> [(part.id, part.kind, part.name, part.spelling) for part in take_apart(x * x, expand=False).parts]
[('n0', 'input', 'x', ''), ('n1', 'operation', 'out', 'x * x')]
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ..elementary import Number
from ..engine import Constant, Value, topological_order
from ..naming import Names, format_number, names_of
from ..ops import Op
from .expansion import Expansion, expansion
from .groups import Group, Groups, common


class Part(NamedTuple):
    """A Value of the graph, or a step inside one that is expanded.

    Attributes:
        id: of its box.
        kind: `input`, `parameter`, `constant` or `operation`.
        value: the Value; of the last step inside a node that node itself.
        op, args: how it is computed, () for a leaf.
        grad: its gradient.
        name: what it is called, "" for a step without a name.
        spelling: what it computes, "" for a leaf.
        group: the module that computed it, holds it, or uses it.
    """

    id: str
    kind: str
    value: Value
    op: Op | None
    args: tuple[Value, ...]
    grad: Number
    name: str
    spelling: str
    group: Group | None


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a graph, arguments first.

    Attributes:
        parts: all of them.
        groups: the modules around them.
        recorded: for each leaf the number that the forward pass saw.
    """

    parts: list[Part]
    groups: Groups
    recorded: dict[Value, Number]


def take_apart(root: Value, expand: bool | Collection[Value]) -> Parts:
    """The parts of the graph below `root`: of n-ary nodes the steps inside if expand is True, or of the nodes in it."""
    order, groups, names = topological_order(root), Groups(), names_of(root)
    leaves, recorded = _place_leaves(order, groups, names)
    parts = list(_parts(order, groups, names, leaves, expand))
    return Parts(parts, groups, recorded)


def _place_leaves(
    order: list[Value], groups: Groups, names: Names
) -> tuple[dict[Value, tuple[str, Group | None]], dict[Value, Number]]:
    """For each leaf its kind and where it stands: a parameter in its module, a constant where it is used.

    A parameter without label is from now on called what its module calls it.
    """
    for node in order:
        groups.of(node.scope)
    owned = groups.parameters()
    leaves: dict[Value, tuple[str, Group | None]] = {}
    recorded: dict[Value, Number] = {}
    for node in order:
        if isinstance(node, Constant):
            continue  # its group is that of the first node that uses it, see below
        if node.op is None:
            name, group = owned.get(id(node), ("", None))
            leaves[node] = ("parameter" if name else "input"), group
            if name and not node.label:
                names[node] = name
            continue
        for arg, number in zip(node.args, node.arg_numbers, strict=True):
            if isinstance(arg, Constant):
                group = groups.of(node.scope)
                leaves[arg] = "constant", common(leaves[arg][1], group) if arg in leaves else group
            elif arg.op is None:
                recorded[arg] = number
    return leaves, recorded


def _parts(
    order: list[Value],
    groups: Groups,
    names: Names,
    leaves: dict[Value, tuple[str, Group | None]],
    expand: bool | Collection[Value],
) -> Iterator[Part]:
    chosen: Collection[Value] = () if isinstance(expand, bool) else set(expand)
    for index, node in enumerate(order):
        id, op = f"n{index}", node.op
        if op is None:
            kind, group = leaves.get(node, ("constant", None))
            yield Part(id, kind, node, None, (), node.grad, names[node], "", group)
            continue
        group = groups.of(node.scope)
        wanted = node in chosen or (expand is True and op.arity is None)
        inside = expansion(node) if wanted else None
        if inside is None:
            yield Part(id, "operation", node, op, node.args, node.grad, names[node], names.spell(node), group)
        else:
            yield from _steps(id, node, inside, group, names)


def _steps(id: str, node: Value, inside: Expansion, group: Group | None, names: Names) -> Iterator[Part]:
    """The parts of an expanded node: its steps, and the numbers that its rule itself brings along."""
    for number, step in enumerate(inside.steps):
        op, value, own_id, name = step.op, step, f"{id}-{number}", ""
        assert op is not None
        if step is inside.steps[-1]:
            value, own_id, name = node, id, names[node]
        args = tuple([inside.originals.get(arg, arg) for arg in step.args])
        texts = []
        for index, arg in enumerate(args):
            text = names.get(arg, "")
            if not text and isinstance(arg, Constant):
                text = format_number(arg.data)
                yield Part(f"{own_id}-{index}c", "constant", arg, None, (), 0, text, "", group)
            texts.append(text)
        spelling = op.spell(*texts) if all(texts) else op.symbol
        yield Part(own_id, "operation", value, op, args, inside.gradients[step], name, spelling, group)
