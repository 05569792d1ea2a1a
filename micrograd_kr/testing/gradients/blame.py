"""Which node is to blame for a wrong gradient, and where in the user's file it was made."""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...engine import Constant, Value, topological_order, watch
from ...ops import Op
from .chain import Total
from .local_derivatives import is_number, precise
from .nodes import Edge
from .report import apart, short
from .subject import Subject

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@dataclass(frozen=True)
class Blame:
    """A node whose rule or sum is wrong: what is wrong about it, and the line that made it."""

    text: str
    op: Op | None = None
    node: Value | None = None
    line: str = ""
    source: str = ""

    def __str__(self) -> str:
        return "\n".join(
            [
                self.text,
                *([f"made at {self.line}"] if self.line else []),
                *([f"  {self.source:.70}"] if self.source else []),
            ]
        )


def with_line(subject: Subject, order: Sequence[Value], node: Value, text: str, op: Op | None = None) -> Blame:
    """Blame a node: the graph is recorded again, to see which line of the user's code makes it."""
    lines: dict[Value, tuple[str, int]] = {}

    def note(made: Value) -> None:
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
            frame = frame.f_back
        lines[made] = frame.f_code.co_filename, frame.f_lineno

    with watch(note):
        again = topological_order(subject.record()[0])
    twin = again[order.index(node)] if len(again) == len(order) else node
    if twin not in lines or lines[twin][0].startswith(_PACKAGE):
        return Blame(text, op, node)
    path, number = lines[twin]
    return Blame(text, op, node, f"{path}:{number}", linecache.getline(path, number).strip())


def faulty_rule(subject: Subject, order: Sequence[Value], edges_of: Mapping[Value, Sequence[Edge]]) -> Blame | None:
    """The first node from the output down with a wrong rule."""
    for node in reversed(order):
        for index, edge in enumerate(edges_of.get(node, ())):
            if edge.fault:
                assert node.op is not None
                shown = ", ".join(str(x) for x in node.arg_numbers)
                got = "" if edge.fault.startswith(("raised", "returned")) else f"is {short(edge.got)}, and "
                text = (
                    f"to blame: the op {node.op.name!r}, whose partial derivative number {index + 1} at ({shown}) "
                    f"{got}{edge.fault}"
                )
                return with_line(subject, order, node, text, node.op)
    return None


def faulty_sum(
    subject: Subject, order: Sequence[Value], found: Mapping[Value, Total], grads: Mapping[Value, Any]
) -> Blame | None:
    """The first node from the output down where what backward() left is not the sum of what flows into it."""
    users: dict[Value, int] = {}
    for node in order:
        for arg in node.args:
            users[arg] = users.get(arg, 0) + 1
    for node in reversed(order):
        total = found.get(node, Total())
        got = grads.get(node, 0)
        if type(node) is Constant or got == total.engine:
            continue
        if is_number(got) and abs(precise(got) - precise(total.engine or 0)) <= total.rounding:
            continue
        name = node.label or (f"the result of {node.op.name!r}" if node.op else "an input")
        texts = apart(got, total.engine)
        text = (
            f"every rule is right, but backward() adds up wrongly: first at {name} ({node.data}), used "
            f"{users.get(node, 0)} time(s): its grad is {texts[0]}, and should be {texts[1]}"
        )
        return with_line(subject, order, node, text)
    return None


def faulty_second_rule(
    subject: Subject, order: Sequence[Value], second_edges_of: Mapping[Value, Mapping[tuple[int, int], Edge]]
) -> Blame | None:
    """The first node from the output down whose rule is wrong when it is differentiated."""
    for node in reversed(order):
        for (first, second), edge in second_edges_of.get(node, {}).items():
            if edge.fault:
                assert node.op is not None
                shown = ", ".join(str(x) for x in node.arg_numbers)
                text = (
                    f"to blame: the op {node.op.name!r}, whose partial derivative number {first + 1}, differentiated "
                    f"by argument {second + 1} at ({shown}), {edge.fault}"
                )
                return with_line(subject, order, node, text, node.op)
    return None
