r"""The text of the chapters: one Markdown file a chapter and language, locale/LANGUAGE/chapters/NAME.md.

A line `<!-- NAME -->` begins the section for the cell `# %% [markdown] NAME`. A block of TOML holds the words that the
code uses, as templates by their keys; a key that is no name is a comment of the code, with its translation.

>>> prose = parse('<!-- start -->\n# The title\n\n```toml\nprice = "{amount} dollars"\n"in dollars" = "달러"\n```\n')
>>> prose.sections, prose.words["price"]
({'start': '# The title'}, '{amount} dollars')
"""

from __future__ import annotations

import functools
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from micrograd_kr import locale

_SECTION = re.compile(r"^<!-- *([\w-]+) *-->\n", re.MULTILINE)
_WORDS = re.compile(r"^```toml\n(.*?)^```\n?", re.MULTILINE | re.DOTALL)


class Prose(NamedTuple):
    """The text of a chapter in one language: sections by the names of their cells, and words by their keys."""

    sections: Mapping[str, str]
    words: Mapping[str, str]


def parse(text: str) -> Prose:
    """The sections and words of a chapter's Markdown file.

    Raises:
        ValueError: it has a name or a key twice.
    """
    words = [entry for block in _WORDS.findall(text) for entry in tomllib.loads(block).items()]
    _, *parts = _SECTION.split(_WORDS.sub("", text))
    sections = [(name, body.strip("\n")) for name, body in zip(parts[::2], parts[1::2], strict=True)]
    for entries in (words, sections):
        names = [name for name, _ in entries]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"{twice!r} occurs twice in the text of the chapter")
    return Prose(dict(sections), dict(words))


def prose_of(chapter: str, lang: str) -> Prose:
    """The text of a chapter in a language; empty if the language has none."""
    return _read(locale.folder(lang) / "chapters" / f"{chapter}.md")


@functools.cache
def _read(file: Path) -> Prose:
    if not file.is_file():
        return Prose({}, {})
    try:
        return parse(file.read_text(encoding="utf-8"))
    except ValueError as error:  # of TOML, too
        raise ValueError(f"{file}: {error}") from None


def section(chapter: str, name: str, lang: str) -> str | None:
    """The text of a cell in a language, or in English if the language lacks it; None if there is none."""
    texts = (prose_of(chapter, spoken).sections.get(name) for spoken in locale.preferred(lang))
    return next(filter(None, texts), None)


def template(chapter: str, key: str, lang: str) -> tuple[str, str] | None:
    """The words of this key as a template, after the language that they are in; None if the chapter has none."""
    for spoken in locale.preferred(lang):
        if text := prose_of(chapter, spoken).words.get(key):
            return spoken, text
    return None


_running: list[str] = []


@contextmanager
def running(chapter: str) -> Iterator[None]:
    """The chapter whose words are meant inside the block."""
    _running.append(chapter)
    try:
        yield
    finally:
        _running.pop()


def _chapters() -> list[str]:
    """The chapter that runs, by the book or as a script, and then all others: their words can be used too."""
    script = getattr(sys.modules["__main__"], "__file__", None)
    current = _running[-1:] or ([Path(script).stem] if script else [])
    files = (locale.folder(locale.FALLBACK) / "chapters").glob("*.md")
    return list(dict.fromkeys([*current, *sorted(file.stem for file in files)]))


def words(key: str, lang: str, pieces: Mapping[str, object]) -> str:
    """The words of this key in a language, with the pieces in their places.

    Raises:
        LookupError: no chapter has the key, or the words name a piece that is not given.
    """
    for chapter in _chapters():
        if found := template(chapter, key, lang):
            return locale.fill(found[1], found[0], pieces, key)
    raise LookupError(f"no chapter has the words {key!r}: add them to its text in locale/{locale.FALLBACK}/chapters")
