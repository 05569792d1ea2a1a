"""Words that agree with what they follow: Korean particles, an English plural, by the rules of the language's folder.

A folder may hold `agreement.toml`: `endings`, a list of kinds of words, each with a regular expression for the end of
such a word, and `form`, which of two forms follows each kind. The live page reads the same rules (script/words.js).

>>> [word + agreeing(word, "을/를", "ko") for word in ("손실", "기울기", "3", "-1.25", "1000000000000", "x", "(n)")]
['손실을', '기울기를', '3을', '-1.25를', '1000000000000를', 'x를', '(n)을']
>>> [word + agreeing(word, "으로/로", "ko") for word in ("기울기", "손실", "값", "1/3", "relu", "model", "☆")]
['기울기로', '손실로', '값으로', '1/3로', 'relu로', 'model로', '☆(으)로']
>>> [count + agreeing(count, " step/ steps", "en") for count in ("1", "21", "2")]
['1 step', '21 steps', '2 steps']
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

from .folders import folder

_LONGEST_READ = 100  # characters at the end of a word that are looked at


def agreeing(word: str, forms: str, lang: str) -> str:
    """The one of two `forms` that follows `word` in a language.

    Args:
        word: what the form follows; it is not changed.
        forms: such as "을/를": two forms with a slash between them.
        lang: the code of a language.

    Returns:
        The form; both of them, as in "을(를)", if the language has no rule for this word.
    """
    first, second = forms.split("/")
    skipped, endings, form = _compiled(folder(lang))
    end = unicodedata.normalize("NFD", skipped.sub("", word[-_LONGEST_READ:]))
    kind = next((kind for kind, ending in endings if end and ending.search(end)), None)
    if kind is not None:
        return (first, second)[form.get(kind + first[:1], form.get(kind, 1)) - 1]
    if first.endswith(second):  # (으)로
        return f"({first.removesuffix(second)}){second}"
    return f"{first}({second})"


@functools.cache
def rules(place: Path) -> dict[str, Any]:
    """The rules of a language's folder, as they stand there; none if it has no agreement.toml."""
    file = place / "agreement.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


@functools.cache
def _compiled(place: Path) -> tuple[re.Pattern[str], list[tuple[str, re.Pattern[str]]], dict[str, int]]:
    found = rules(place)

    def at_the_end(pattern: str) -> re.Pattern[str]:
        return re.compile(f"(?:{pattern})$", re.ASCII)

    endings = [(kind, at_the_end(pattern)) for kind, pattern in found.get("endings", [])]
    return at_the_end(found.get("skipped", "")), endings, found.get("form", {})
