"""Numbers as text, wherever a person reads them: short, never misleading, in brackets where they need them.

>>> [format_number(x) for x in (2.0, -0.0, 0.1 + 0.2, 1e-05, 1 / 3, 123456.7, 12345678901.0, float("inf"))]
['2', '0', '0.3', '1e-05', '0.33333', '123457', '1.2346e+10', 'inf']
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from ..elementary import Number
from ..ops import OPS, Op

ATOM = 100  # binds tighter than every symbol
MINUS = OPS["neg"].precedence

_FRACTION = re.compile(r"-?\d+/\d+")
_PLAIN_NUMBER = re.compile(r"…|\d[\d.]*(e[-+]?\d+)?|\w+(\(.*\))?|\[.*\]")  # also inf, True, a symbol, an array


def format_number(number: Number) -> str:
    """Five significant digits, or all digits before the point; a minus zero is written 0.

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
