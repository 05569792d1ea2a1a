"""The glossary: what the field's terms mean, for learners; one file a language, for the pages and the book alike.

>>> glossary("en")["leaf"].term
'leaf'
>>> glossary("ko")["leaf"].term
'잎'
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import NamedTuple

from .folders import FALLBACK, folder, folders


class Term(NamedTuple):
    """A term of the field.

    Attributes:
        term: what it is called.
        explanation: one or two sentences for a beginner.
        also: other names under which it is met.
    """

    term: str
    explanation: str
    also: tuple[str, ...] = ()


def glossary(lang: str) -> dict[str, Term]:
    """The terms by their ids, the same in every language; those that a language lacks are in English.

    Args:
        lang: a language's code.

    >>> glossary("ko").keys() == glossary("en").keys()
    True
    """
    return _read(folder(FALLBACK)) | (_read(folder(lang)) if lang in folders() else {})


@functools.cache
def _read(place: Path) -> dict[str, Term]:
    file = place / "glossary.toml"
    if not file.is_file():
        return {}
    entries = tomllib.loads(file.read_text(encoding="utf-8"))
    return {name: Term(one["term"], one["explanation"], tuple(one.get("also", ()))) for name, one in entries.items()}
