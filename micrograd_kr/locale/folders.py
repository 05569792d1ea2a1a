"""The folders of the languages: those in this package, and those of MICROGRAD_KR_LOCALES.

A language is a folder named by its code, with
    messages.toml    everything that the project says, by key
    agreement.toml   which forms follow which words, if the language needs that (particles, plurals)
    glossary.toml    what the field's terms mean
    terms.toml       which word the book uses for an idea
    chapters/*.md    the prose of the book
"""

from __future__ import annotations

import functools
import os
from pathlib import Path

PLACES_VARIABLE = "MICROGRAD_KR_LOCALES"
FALLBACK = "en"  # the language in which everything is said


def folders() -> dict[str, Path]:
    """The folder of each language; a later place replaces a language of an earlier one."""
    return _folders(os.environ.get(PLACES_VARIABLE, ""))


@functools.cache
def _folders(more: str) -> dict[str, Path]:
    places = [Path(__file__).parent, *map(Path, filter(None, more.split(os.pathsep)))]
    return {
        child.name: child
        for place in places
        for child in sorted(place.iterdir())
        if (child / "messages.toml").is_file()
    }


def folder(lang: str) -> Path:
    """The folder of one language."""
    return folders()[lang]
