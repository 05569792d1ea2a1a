"""Which node is to blame for a wrong gradient, and where in the user's file it was made."""

from __future__ import annotations

import linecache
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...engine import Constant, Value, topological_order, watch
from ...ops import Op
from .chain import Derivative
from .report import apart
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


def faulty_rule(subject: Subject, order: Sequence[Value], fault: tuple[Value, Any, str]) -> Blame:
    """A node with a wrong rule: of a partial derivative, or of one that is differentiated."""
    node, index, what = fault
    assert node.op is not None
    shown = ", ".join(str(x) for x in node.arg_numbers)
    if isinstance(index, tuple):
        which = f"{index[0] + 1}, differentiated by argument {index[1] + 1}"
    else:
        which = f"{index + 1}"
    text = f"to blame: the op {node.op.name!r}, whose partial derivative number {which} at ({shown}) {what}"
    return with_line(subject, order, node, text, node.op)


def faulty_sum(
    subject: Subject, order: Sequence[Value], reached: Mapping[Value, Derivative], grads: Mapping[Value, Any]
) -> Blame | None:
    """The first node from the output down where what backward() left is not the sum of what flows into it."""
    users = Counter(arg for node in order for arg in node.args)
    for node in reversed(order):
        known, got = reached.get(node, Derivative(0, 0)), grads.get(node, 0)
        if type(node) is Constant or known.allows(got):
            continue
        name = node.label or (f"the result of {node.op.name!r}" if node.op else "an input")
        texts = apart(got, known.low)
        text = (
            f"every rule is right, but backward() adds up wrongly: first at {name} ({node.data}), used "
            f"{users[node]} time(s): its grad is {texts[0]}, and should be {texts[1]}"
        )
        return with_line(subject, order, node, text)
    return None
