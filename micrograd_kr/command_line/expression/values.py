"""The numbers of an expression's names, as they are typed: `a=2 b=-1e-3 c=1/3`."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Iterable

from .mistakes import ExpressionError
from .parser import parse


def parse_values(texts: Iterable[str]) -> dict[str, float]:
    """The numbers of `name=number` texts; a number may be written as `1/3` or `2*pi` too.

    Raises:
        ExpressionError: a text is no such thing, or a name is given twice.

    >>> parse_values(["a=2", "b=-1e-3", "가중치=1/4"])
    {'a': 2.0, 'b': -0.001, '가중치': 0.25}
    """
    values: dict[str, float] = {}
    for text in texts:
        text = unicodedata.normalize("NFC", " ".join(text.split()))
        name, equals, number = text.partition("=")
        name = unicodedata.normalize("NFKC", name.strip())
        if not equals or not name.isidentifier():
            raise ExpressionError(text, 0, len(name) if equals else len(text), "no_assignment")
        if keyword.iskeyword(name):
            raise ExpressionError(text, 0, len(name), "keyword", name=name)
        if name in values:
            raise ExpressionError(text, 0, len(name), "given_twice", name=name)
        if not number.strip():
            raise ExpressionError(text, len(text) - 1, len(text), "no_number", name=name)
        offset = len(text) - len(number.lstrip())
        try:
            values[name] = float(parse(number).data)
        except ExpressionError as error:
            moved = error.start + offset, error.end + offset
            if error.problem in ("missing_value", "similar_value"):
                raise ExpressionError(text, *moved, "value_of_names", name=error.facts["name"]) from None
            raise ExpressionError(text, *moved, error.problem, **error.facts) from None
    return values
