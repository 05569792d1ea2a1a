"""ExpressionError: what is wrong in an expression, with a caret under the place, in Korean or English."""

from __future__ import annotations

import unicodedata
from typing import Any

from ...locale import translate

_SHOWN = 72  # columns of a long expression that are shown around its mistake


class ExpressionError(ValueError):
    """A mistake in an expression.

    Args:
        text: the expression.
        start, end: the characters in it that are wrong, text[start:end].
        problem: the key of the sentence that says what is wrong and how to mend it.
        facts: what the sentence mentions.

    >>> print(ExpressionError("가중치 * bb", 6, 8, "missing_value", name="bb", names="bb", values="bb=1").say("en"))
    No number was given for bb: add bb=1 after the expression.
      가중치 * bb
               ^^
    """

    def __init__(self, text: str, start: int, end: int, problem: str, **facts: Any) -> None:
        super().__init__(text, start, end, problem)
        self.text, self.start, self.end, self.problem, self.facts = text, start, end, problem, facts

    def say(self, lang: str | None = None) -> str:
        """The sentence, and below it the expression with a caret under the mistake."""
        pieces = {name: str(fact) for name, fact in self.facts.items()}
        sentence = translate(f"expression.{self.problem}", lang, **pieces)
        return f"{sentence}\n{underlined(self.text, self.start, self.end)}" if self.text else sentence

    def __str__(self) -> str:
        return self.say()


def columns(character: str) -> int:
    """How many columns of a terminal a character takes: a Hangul syllable two, a combining mark none."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def underlined(text: str, start: int, end: int) -> str:
    """Two lines: the text, cut to what surrounds the mistake, and carets under text[start:end]."""
    shown = "".join(character if character.isprintable() else "?" for character in text)
    end = min(max(end, start + 1), max(len(text), start + 1), start + _SHOWN // 2)
    first = 0 if len(text) <= _SHOWN else max(0, start - _SHOWN // 2)
    before = ("…" if first else "") + shown[first:start]
    marked = shown[start:end] or " "
    after = shown[end : first + _SHOWN] + ("…" if len(text) > max(first + _SHOWN, end) else "")
    carets = " " * sum(map(columns, before)) + "^" * max(1, sum(map(columns, marked)))
    return f"  {before}{marked}{after}".rstrip() + f"\n  {carets}"
