"""What the nodes of a graph are called. Sentences, paths, pictures and pages take their names from here.

>>> from micrograd_kr.graph import names_of
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> names = names_of((a * b + 10.0).tanh())
>>> list(names.values())
['a', 'b', 'a * b', '10', 'a * b + 10', 'out']
>>> [names.spell(node) for node in names if node.op]
['a * b', 'a * b + 10', 'tanh(a * b + 10)']
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..engine import Constant, Value
from ..ops import Op
from .numbers import ATOM, bracketed, format_number, number_precedence

LONGEST_LABEL = 24
LONGEST_SPELT_NAME = 12
MOST_OPERANDS = 6  # of a call such as dot(w1, w2, …, b), before the middle is left out


class Names(dict[Value, str]):
    """The name of every Value of a graph; made by `names_of`.

    Labels come first, made harmless: printable characters only, in one line, cut when long, `w#2` for the second w.
    The parameters of the modules that computed the graph follow, as `layer0.neuron3.w1`. A constant is called by its
    number; a computed Value without label by what it computes when that is short, as in `a * b`; the output `out`;
    the others v1, v2, ... No two Values have the same name, but constants may.

    Args:
        order: the Values, arguments first, the output last.
        parameters: names that modules give to some of them.
    """

    def __init__(self, order: Sequence[Value], parameters: Mapping[Value, str] | None = None) -> None:
        super().__init__(dict.fromkeys(order, ""))  # so that the names come in the order of the graph
        self._taken: set[str] = set()
        self._counts: dict[str, int] = {}
        self._spelt: set[Value] = set()
        for node in order:
            if isinstance(node, Constant):
                self[node] = format_number(node.data)
            elif label := readable_label(node.label):
                self[node] = self._unique(label)
        for parameter, name in (parameters or {}).items():
            if self.get(parameter) == "":
                self[parameter] = self._unique(readable_label(name))
        if not self[order[-1]]:
            self[order[-1]] = self._unique("out")
        for node in order:
            self[node] = self[node] or self._short_spelling(node) or self._numbered()
        del self._taken, self._counts

    def _unique(self, name: str) -> str:
        unique, count = name, self._counts.get(name, 1)
        while unique in self._taken:
            count += 1
            unique = f"{name}#{count}"
        self._counts[name] = count
        self._taken.add(unique)
        return unique

    def _numbered(self) -> str:
        while True:
            count = self._counts["v"] = self._counts.get("v", 0) + 1
            if f"v{count}" not in self._taken:
                self._taken.add(f"v{count}")
                return f"v{count}"

    def _short_spelling(self, node: Value) -> str:
        if node.op is None or len(node.args) > MOST_OPERANDS:
            return ""
        if any(not (isinstance(arg, Constant) or arg in self._spelt or readable_label(arg.label)) for arg in node.args):
            return ""
        spelling = self.spell(node)
        if len(spelling) > LONGEST_SPELT_NAME or spelling in self._taken:
            return ""
        self._taken.add(spelling)
        self._spelt.add(node)
        return spelling

    def precedence(self, node: Value) -> float:
        """How tightly the name of `node` binds: ATOM, or the precedence of the op that it spells."""
        if node in self._spelt and node.op is not None:
            return node.op.precedence or ATOM
        return number_precedence(self[node]) if isinstance(node, Constant) else ATOM

    def spell(self, node: Value) -> str:
        """What `node` computes, on the names of its arguments; "" for a leaf."""
        if node.op is None:
            return ""
        return _spell(node.op, [(self[arg], self.precedence(arg)) for arg in _ends(node.args)], len(node.args))

    def spell_numbers(self, node: Value) -> str:
        """What `node` computes, on the numbers that its arguments had in the forward pass; "" for a leaf."""
        if node.op is None:
            return ""
        texts = [format_number(number) for number in _ends(node.arg_numbers)]
        return _spell(node.op, [(text, number_precedence(text)) for text in texts], len(node.args))


def readable_label(label: object) -> str:
    r"""A label as one short line of printable characters; in quotes if it looks like a number; "" if nothing is left.

    >>> readable_label(" house  price "), readable_label("2"), readable_label("\x1b")
    ('house price', "'2'", '')
    """
    if not label:
        return ""
    words = "".join([c if c.isprintable() else " " if c.isspace() else "" for c in str(label)[:1000]]).split()
    text = " ".join(words)
    text = text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"
    return f"'{text}'" if re.fullmatch(r"[-+]?[\d.]+(e[-+]?\d+)?", text) else text


def _ends(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """The items if they are few, else the first two and the last."""
    return items if len(items) <= MOST_OPERANDS else (*items[:2], items[-1])


def _spell(op: Op, operands: list[tuple[str, float]], count: int) -> str:
    texts = [bracketed(op, index, *operand) for index, operand in enumerate(operands)]
    if count > len(texts):
        texts.insert(-1, "…")
    return op.spell(*texts)
