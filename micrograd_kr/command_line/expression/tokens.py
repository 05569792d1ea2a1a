"""The words and signs of an expression, and what is wrong with them where Python's grammar only says no."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from .mistakes import ExpressionError

MAX_LENGTH = 10_000
MAX_BRACKETS = 100  # within one another

_TOKEN = re.compile(
    r"""\s*(?: (?P<number> (?: [0-9][0-9_]* \.? [0-9_]* | \.[0-9][0-9_]* ) (?: [eE][+-]?[0-9]+ )? )
             | (?P<name> [^\W\d]\w* )
             | (?P<sign> \*\* | // | << | >> | := | [=!<>]= | [-+*/%@&|^~<>=.,:()\[\]{}] )
             | (?P<other> \S ) )""",
    re.VERBOSE,
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_QUOTES = "'\"`‘’“”"
_INSTEAD = {"×": "*", "·": "*", "⋅": "*", "∗": "*", "÷": "/", "−": "-", "–": "-", "—": "-", "²": "**2", "³": "**3"}
_INSTEAD |= {"√": "sqrt( )", "∞": "inf", "≤": "<=", "≥": ">=", "∕": "/"}


class Token(NamedTuple):
    """A number, name or sign (or `end`), and where it stands."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the next character stands."""
        return self.start + len(self.text)

    @property
    def ends_operand(self) -> bool:
        """Whether a number, a name or a bracket ends here, after which a sign is due."""
        return self.kind in ("number", "name") or self.text in (")", "]", "}")


def tokenize(text: str) -> list[Token]:
    """The tokens of an expression whose characters, brackets and numbers are in order; else an ExpressionError."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(text, MAX_LENGTH, MAX_LENGTH + 1, "too_long", count=len(text), most=MAX_LENGTH)
    tokens = [_token(found) for found in _TOKEN.finditer(text)]
    if not tokens:
        raise ExpressionError(text, 0, 1, "empty")
    for token in tokens:
        _check_characters(text, token)
    for before, token in pairwise(tokens):
        touching = before.kind == "number" and token.kind == "name" and token.start == before.end
        if touching and not keyword.iskeyword(token.text):
            raise ExpressionError(text, token.start, token.end, "times", left=before.text, right=token.text)
    _check_brackets(text, tokens)
    return tokens


def _token(found: re.Match[str]) -> Token:
    kind = found.lastgroup or "other"
    return Token(kind, found[kind], found.start(kind))


def _check_characters(text: str, token: Token) -> None:
    if token.kind == "other" and token.text in _QUOTES:
        end = text.find(token.text, token.end) + 1
        raise ExpressionError(text, token.start, end or len(text), "string")
    if token.kind == "other" or (token.kind == "name" and not token.text.isidentifier()):
        wrong = next((i for i, _ in enumerate(token.text) if not token.text[: i + 1].isidentifier()), 0)
        place, character = token.start + wrong, token.text[wrong]
        plain = unicodedata.normalize("NFKC", character)
        instead = _INSTEAD.get(character) or (plain if plain != character and plain.isascii() else "")
        name = f"U+{ord(character):04X}" if not character.isprintable() else character
        if instead:
            raise ExpressionError(text, place, place + 1, "character_instead", character=name, instead=instead)
        raise ExpressionError(text, place, place + 1, "character", character=name)


def _check_brackets(text: str, tokens: Sequence[Token]) -> None:
    opened: list[Token] = []
    for token in tokens:
        if token.text in _CLOSING:
            opened.append(token)
            if len(opened) > MAX_BRACKETS:
                raise ExpressionError(text, token.start, token.end, "too_deep")
        elif token.text in (")", "]", "}"):
            if not opened:
                raise ExpressionError(text, token.start, token.end, "never_opened", bracket=token.text)
            expected = _CLOSING[opened.pop().text]
            if token.text != expected:
                raise ExpressionError(
                    text, token.start, token.end, "wrong_bracket", bracket=token.text, expected=expected
                )
        elif token.text == "=" and not opened:
            raise ExpressionError(text, token.start, token.end, "assignment")
    if opened:
        token = opened[-1]
        raise ExpressionError(
            text, token.start, token.end, "never_closed", bracket=token.text, expected=_CLOSING[token.text]
        )


def explain(text: str, tokens: Sequence[Token], offset: int) -> ExpressionError:
    """The mistake in an expression that Python's grammar rejects somewhere about `offset`."""
    for token in tokens:
        if token.kind == "name" and keyword.iskeyword(token.text):
            return ExpressionError(text, token.start, token.end, "keyword", name=token.text)
        if re.fullmatch(r"0[0-9_]+|.*(__|_\b).*", token.text) and token.kind == "number":
            return ExpressionError(text, token.start, token.end, "number", number=token.text)
    before = None
    for token in (*tokens, Token("end", "", len(text.rstrip()))):
        after_operand = before is not None and before.ends_operand
        if before and after_operand and token.kind in ("number", "name"):
            return ExpressionError(text, before.start, token.end, "no_sign", left=before.text, right=token.text)
        needs_left = token.kind == "end" or (token.kind == "sign" and token.text not in ("+", "-", "~", "(", "[", "{"))
        if needs_left and not after_operand and not (before and before.text + token.text in ("()", "[]", "{}")):
            if token.kind == "end" and before:
                return ExpressionError(text, before.start, before.end, "ends_early", sign=before.text)
            if before is None or before.text in ("(", "[", "{", ","):
                return ExpressionError(text, token.start, token.end, "no_left", sign=token.text)
            return ExpressionError(text, token.start, token.end, "no_between", left=before.text, right=token.text)
        before = token
    return ExpressionError(text, min(offset, len(text) - 1), offset + 1, "grammar")
