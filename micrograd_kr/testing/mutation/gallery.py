"""The gallery of famous mistakes: each on a small graph, beside the right answer, and where the two first part."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from ...engine import Value, topological_order
from ...locale import translate
from ..generation.expression import Expression
from .mutants import Mutant, mutants


@dataclass(frozen=True)
class Exhibit:
    """A mistake, and the story that brings it out.

    Attributes:
        key: its name in the catalog.
        mutant: the name of the mutant that makes the mistake.
        expression: the graph.
        story: what is done with its output and its leaves; one backward pass, if nothing else.
        code: how the story reads after the graph.
    """

    key: str
    mutant: str
    expression: Expression
    story: Callable[[Value, list[Value]], None] = lambda output, leaves: output.backward()
    code: str = "out.backward()"


@dataclass(frozen=True)
class NodeGradient:
    """A node of the graph: its gradient as it should be, and with the mistake."""

    name: str
    right: Any
    mistaken: Any

    @property
    def parts(self) -> bool:
        """Whether the two differ."""
        return bool(self.right != self.mistaken)


def _twice(output: Value, leaves: list[Value]) -> None:
    output.backward()
    output.backward()


def _with_a_changed_leaf(output: Value, leaves: list[Value]) -> None:
    leaves[0].data = 5.0
    output.backward()


def _two_steps(output: Value, leaves: list[Value]) -> None:
    """Two steps of training a module that is the one leaf, cleared in between."""
    from ...nn import Module

    class Weight(Module):
        def __init__(self) -> None:
            self.w = leaves[0]

    output.backward()
    Weight().zero_grad()
    output.backward()


EXHIBITS = [
    Exhibit(
        "assigned",
        "assigned, not added",
        Expression({"a": 3.0}, [("mul", "a", 2.0), ("mul", "a", 5.0), ("add", "v1", "v2")]),
    ),
    Exhibit(
        "recursive", "recursion, no topological order", Expression({"a": 1.0}, [("add", "a", "a"), ("add", "v1", "v1")])
    ),
    Exhibit(
        "unordered",
        "no topological order",
        Expression({"a": 3.0}, [("mul", "a", 2.0), ("mul", "v1", 5.0), ("add", "v1", "v2")]),
    ),
    Exhibit("set_of_parents", "parents as a set", Expression({"x": 3.0}, [("mul", "x", "x")])),
    Exhibit(
        "stale",
        "inner gradients not cleared",
        Expression({"x": 3.0}, [("mul", "x", "x"), ("mul", "v1", "x")]),
        _twice,
        "out.backward()\nout.backward()",
    ),
    Exhibit(
        "reread",
        "changed leaves read again",
        Expression({"x": 3.0}, [("mul", "x", "x")]),
        _with_a_changed_leaf,
        "x.data = 5.0\nout.backward()",
    ),
    Exhibit(
        "zero_grad",
        "zero_grad forgotten",
        Expression({"w": 3.0}, [("mul", "w", "w")]),
        _two_steps,
        "out.backward()\nmodel.zero_grad()\nout.backward()",
    ),
    Exhibit("sign", "sub[1]: sign flipped", Expression({"a": 3.0, "b": 2.0}, [("sub", "a", "b")])),
    Exhibit("swapped", "div: arguments swapped", Expression({"a": 3.0, "b": 2.0}, [("div", "a", "b")])),
]


def _gradients(exhibit: Exhibit, mutant: Mutant | None) -> dict[str, Any]:
    """The gradient of every node by name, the output first; with the mistake or without."""
    output, leaves = exhibit.expression.build()
    computed = [node for node in topological_order(output) if node.op is not None]
    for number, node in enumerate(computed, start=1):
        node.label = "out" if node is output else f"v{number}"
    with mutant or nullcontext():
        exhibit.story(output, leaves)
    return {node.label: node.grad for node in [*reversed(computed), *leaves]}


def compare(exhibit: Exhibit) -> list[NodeGradient]:
    """Every node's gradient with and without the mistake, from the output down.

    >>> [(row.name, row.right, row.mistaken) for row in compare(EXHIBITS[3])]
    [('out', 1, 1), ('x', 6.0, 3.0)]
    """
    mutant = next(each for each in mutants() if each.name == exhibit.mutant)
    right, mistaken = _gradients(exhibit, None), _gradients(exhibit, mutant)
    return [NodeGradient(name, right[name], mistaken[name]) for name in right]


def code_of(exhibit: Exhibit) -> str:
    """The exhibit as Python."""
    lines = [f"{name} = Value({number!r})" for name, number in exhibit.expression.point.items()]
    body = exhibit.expression.python().splitlines()[1:]
    return "\n".join([*lines, *[line.strip().replace("return ", "out = ") for line in body], exhibit.code])


def show(lang: str | None = None) -> str:
    """The whole gallery as text."""

    def say(key: str) -> str:
        return translate(f"testing.gallery.{key}", lang)

    texts = []
    for number, exhibit in enumerate(EXHIBITS, start=1):
        lines = [f"{number}. {say(exhibit.key)}", ""]
        lines += [f"       {line}" for line in code_of(exhibit).splitlines()]
        lines += ["", f"   {say(exhibit.key + '.why')}", ""]
        rows = compare(exhibit)
        first = next((row for row in rows if row.parts), None)
        for row in rows:
            mark = f"   <- {say('parts')}" if row is first else ""
            lines.append(
                f"       {row.name + '.grad':<10} {say('right')} {_short(row.right):<9} "
                f"{say('mistaken')} {_short(row.mistaken):<9}{mark}".rstrip()
            )
        texts.append("\n".join(lines))
    return "\n\n".join(texts)


def _short(x: Any) -> str:
    return f"{x:.6g}"
