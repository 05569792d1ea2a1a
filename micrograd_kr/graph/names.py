"""What the nodes of a graph are called and how numbers are written, wherever a person reads them.

Sentences, paths, pictures and pages take their names from here, so they agree.

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
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ..elementary import Number
from ..engine import Constant, Value
from ..ops import OPS, Op

LONGEST_LABEL = 24
LONGEST_SPELT_NAME = 12
MOST_OPERANDS = 6  # of a call such as dot(w1, w2, …, b), before the middle is left out

ATOM = 100  # binds tighter than every symbol
MINUS = OPS["neg"].precedence

_FRACTION = re.compile(r"-?\d+/\d+")
_PLAIN_NUMBER = re.compile(r"…|\d[\d.]*(e[-+]?\d+)?|\w+(\(.*\))?|\[.*\]")  # also inf, True, a symbol, an array


# --- numbers --------------------------------------------------------------------------------------------------------


def format_number(number: Number) -> str:
    """Five significant digits, or all digits before the point; a minus zero is written 0.

    >>> [format_number(x) for x in (2.0, -0.0, 0.1 + 0.2, 1e-05, 1 / 3, 123456.7, 12345678901.0, float("inf"))]
    ['2', '0', '0.3', '1e-05', '0.33333', '123457', '1.2346e+10', 'inf']
    >>> format_number(Fraction(-1, 3)), format_number(1.5 - 2j), format_number(True), format_number(10**400)
    ('-1/3', '1.5-2j', 'True', '1e+400')
    """
    if isinstance(number, bool):
        return str(number)
    if isinstance(number, int | Fraction):
        if abs(number.numerator) < 10**10 and number.denominator < 10**6:
            return str(number)
        number = (Decimal(number.numerator) / number.denominator).normalize()
    try:
        is_large = isinstance(number, float) and 1e5 <= abs(number) < 1e10
        text = format(number, ".0f" if is_large else ".5g")
    except (TypeError, ValueError, ArithmeticError):
        return _format_other(number)
    return "0" if text == "-0" else text


def _format_other(number: Number) -> str:
    """An array, a symbol, an mpmath number: as it prints if that is short, else as a float."""
    text = " ".join(str(number).split())
    if len(text) > 13:
        try:
            return format_number(float(number))
        except (TypeError, ValueError, ArithmeticError):
            pass
    return text if len(text) <= 40 else text[:39] + "…"


def number_precedence(text: str) -> float:
    """How tightly a written number binds: a fraction less than *, a complex number less than +."""
    if _FRACTION.fullmatch(text):
        return 1.5
    if _PLAIN_NUMBER.fullmatch(text.removeprefix("-")):
        return MINUS if text.startswith("-") else ATOM
    return 0


def bracketed(op: Op, index: int, text: str, precedence: float) -> str:
    """The operand `text`, which binds as tightly as `precedence`, in brackets if `op` needs them around it.

    >>> bracketed(OPS["mul"], 0, "a + b", 1), bracketed(OPS["add"], 0, "a * b", 2), bracketed(OPS["sub"], 1, "-3", 3)
    ('(a + b)', 'a * b', '(-3)')
    """
    if not op.precedence:
        return text
    chained = precedence == op.precedence and index == 0 and op.precedence < MINUS  # a - b - c
    if precedence > op.precedence or chained:
        return f"({text})" if text.startswith("-") and index > 0 else text
    return f"({text})"


def joined(op: Op, sign: str, numbers: Iterable[str]) -> str:
    """Written numbers with a sign between them, in brackets where a reader might go wrong without.

    Args:
        op: the op that the sign stands for.
        sign: what is written between the numbers.
        numbers: as `format_number` gives them.

    >>> joined(OPS["mul"], "×", ["-2", "-3", "1/2"]), joined(OPS["add"], "+", ["1/2", "-3", "1+2j"])
    ('-2 × (-3) × (1/2)', '1/2 + (-3) + (1+2j)')
    """
    texts = list(numbers)
    if len(texts) > 1:
        texts = [bracketed(op, index, text, number_precedence(text)) for index, text in enumerate(texts)]
    return f" {sign} ".join(texts)


# --- names ----------------------------------------------------------------------------------------------------------


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
