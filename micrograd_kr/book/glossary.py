"""The terms of the book: what they mean, and which word it uses for which idea.

locale/LANGUAGE/glossary.toml explains each term by its id; locale/LANGUAGE/terms.toml has, for a word that the book
uses, the words for the same idea that it does not use.

>>> glossary("en")["epoch"].term
'epoch'
>>> "레이블" in other_words("ko")["정답"]
True
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from micrograd_kr import locale


class Term(NamedTuple):
    """A term and what it means; `also` are other names under which it is met."""

    term: str
    explanation: str
    also: Sequence[str] = ()


def glossary(lang: str) -> Mapping[str, Term]:
    """The terms by their ids, in a language; those that it lacks in English."""
    found: dict[str, Term] = {}
    for spoken in reversed(locale.preferred(lang)):
        entries = _read(locale.folder(spoken) / "glossary.toml")
        found |= {key: Term(each["term"], each["explanation"], each.get("also", ())) for key, each in entries.items()}
    return found


def other_words(lang: str) -> Mapping[str, Sequence[str]]:
    """For each word that the book uses for an idea, the words that it does not use for it."""
    return {word: entry["never"] for word, entry in _read(locale.folder(lang) / "terms.toml").items()}


@functools.cache
def _read(file: Path) -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
