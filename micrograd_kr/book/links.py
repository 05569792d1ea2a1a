"""The links in the text of a chapter, `[손실](term:loss)` and `[3장](chapter:3)`, and the headings that all share.

>>> without_links("The [loss](term:loss) of [chapter 1](chapter:1).")
'The loss of chapter 1.'
"""

from __future__ import annotations

import re

from micrograd_kr.locale import translate

from .chapters import Cell, find_chapters

TERM = re.compile(r"\[([^\]]+)\]\(term:(\w+)\)")
CHAPTER = re.compile(r"\[([^\]]+)\]\(chapter:(\d+)\)")


def without_links(text: str) -> str:
    """The text with terms and chapters as plain words, for where there is nothing to link to."""
    return CHAPTER.sub(r"\1", TERM.sub(r"\1", text))


def to_files(text: str, ending: str) -> str:
    """The text with chapters as links to files of this ending, and terms as plain words."""
    files = {str(chapter.number): chapter.name for chapter in find_chapters()}
    return CHAPTER.sub(lambda found: f"[{found[1]}]({files[found[2]]}{ending})", TERM.sub(r"\1", text))


def with_heading(cell: Cell) -> str:
    """The text of a cell, below the book's own heading if it is the list of aims or the recap."""
    own = cell.name in ("aims", "recap")
    return f"## {translate(f'book.{cell.name}', cell.lang)}\n\n{cell.source}" if own else cell.source
