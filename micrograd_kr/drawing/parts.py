"""The graph taken apart into what may be drawn: its Values, and the steps inside those that are expanded.

>>> x = Value(3.0, label="x")
>>> [(part.id, part.kind, part.name, part.spelling) for part in parts_of(Graph(x * x), expand=False)]
[('n0', 'input', 'x', ''), ('n1', 'operation', 'out', 'x * x')]
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from ..elementary import Number
from ..engine import Constant, Value
from ..graph import Graph, Group, format_number
from ..ops import Op
from .expansion import Expansion, expansion


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
        group: the group where it stands.
    """

    id: str
    kind: str
    value: Value
    op: Op | None
    args: tuple[Value, ...]
    grad: Number
    name: str
    spelling: str
    group: Group


def parts_of(graph: Graph, expand: bool | Collection[Value]) -> Iterator[Part]:
    """The parts, arguments first: the steps inside the n-ary nodes if expand is True, or inside the nodes in it."""
    chosen: Collection[Value] = () if isinstance(expand, bool) else set(expand)
    names = graph.names
    for index, (node, group) in enumerate(zip(graph.nodes, graph.home, strict=True)):
        wanted = node in chosen or (expand is True and node.op is not None and node.op.arity is None)
        inside = expansion(node) if wanted else None
        if inside is not None:
            yield from _steps(f"n{index}", node, inside, group, graph)
            continue
        kind, args = graph.kind(node), node.args if node.op else ()
        yield Part(f"n{index}", kind, node, node.op, args, node.grad, names[node], names.spell(node), group)


def _steps(id: str, node: Value, inside: Expansion, group: Group, graph: Graph) -> Iterator[Part]:
    """The parts of an expanded node: its steps, and the numbers that its rule itself brings along."""
    names = graph.names
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
