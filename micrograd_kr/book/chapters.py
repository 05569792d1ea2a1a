r"""The chapters as files: where they are, and the cells that they are made of.

>>> cells = split('# %% [markdown] start\n\n# %% tags=["hide-input"]\nprint(1)\n')
>>> [(cell.kind, cell.name, cell.tags, cell.source) for cell in cells]
[('markdown', 'start', (), ''), ('code', '', ('hide-input',), 'print(1)')]
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from .prose import section
from .wording import worded

_MARKER = re.compile(
    r"^# %%(?: \[(?P<kind>markdown|question)\])?(?: (?P<name>[\w-]+)(?= (?:predict|choose|mend)$|$))?(?P<rest>.*)$"
)
_TAGS = re.compile(r"tags=\[(?P<tags>[^\]]*)\]")
_FILE = re.compile(r"^(?P<number>\d\d)_\w+\.py$")


@dataclass(frozen=True)
class Cell:
    """A cell of a chapter.

    Attributes:
        kind: `markdown`, `code` or `question`.
        name: of the section that is its text, for a text cell or a question.
        tags: `hide-input` for code that only draws a figure; of a question, its kind.
        source: the code as it runs, or the text.
        text: of a question, what is asked and answered.
        line: the line of the file on which the source begins.
        chapter, lang: of which chapter it is, and in which language.
    """

    kind: str
    name: str
    tags: tuple[str, ...]
    source: str
    line: int
    chapter: str = ""
    lang: str = ""
    text: str = ""

    def as_read(self, small: bool | None = False) -> str:
        """The source as a reader sees it: in code, `say` is `print`, and labels, captions and comments are text.

        Args:
            small: with the small numbers where the chapter has two sizes; None leaves the choice to `size`.
        """
        return self.source if self.kind == "markdown" else worded(self.source, self.chapter, self.lang, small)


@dataclass(frozen=True)
class Chapter:
    """One file of the book."""

    number: int
    path: Path

    @property
    def name(self) -> str:
        """The name of the file without its ending, `03_linear_regression`."""
        return self.path.stem

    def cells(self, lang: str) -> list[Cell]:
        """All its cells, in order, with the text in this language, or in English where the language lacks it.

        Raises:
            LookupError: a cell has no text in any language.
        """
        return [self._with_text(cell, lang) for cell in split(self.path.read_text(encoding="utf-8"))]

    def _with_text(self, cell: Cell, lang: str) -> Cell:
        cell = replace(cell, chapter=self.name, lang=lang)
        if cell.kind == "code":
            return cell
        text = section(self.name, cell.name, lang) or ("" if cell.kind == "question" else cell.source)
        if not text:
            raise LookupError(f"{self.path.name}, line {cell.line}: the cell {cell.name!r} has no text in any language")
        return replace(cell, text=text) if cell.kind == "question" else replace(cell, source=text)

    def title(self, lang: str) -> str:
        """Its first heading in the language."""
        for cell in self.cells(lang):
            if cell.kind == "markdown" and cell.source.startswith("# "):
                return cell.source.splitlines()[0].removeprefix("# ")
        raise ValueError(f"{self.path.name} has no heading in {lang!r}: begin the text of a cell with '# ...'")


def split(text: str) -> list[Cell]:
    """The cells of a file in percent format; what stands before the first marker belongs to none."""
    cells: list[Cell] = []
    lines = text.splitlines()
    starts = [index for index, line in enumerate(lines) if _MARKER.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        marker, body = _MARKER.match(lines[start]), lines[start + 1 : end]
        assert marker is not None
        found = _TAGS.search(marker["rest"])
        tags = tuple(re.findall(r'"([^"]+)"', found["tags"])) if found else ()
        kind = marker["kind"] or "code"
        if kind == "question":
            tags = (marker["rest"].strip(),)
        if kind == "markdown":
            body = [line.removeprefix("#").removeprefix(" ") for line in body]
        source = "\n".join(body).strip("\n")
        if source or marker["name"]:
            blank = next((index for index, line in enumerate(body) if line), 0)
            cells.append(Cell(kind, marker["name"] or "", tags, source, start + 2 + blank))
    return cells


def folder() -> Path:
    """Where the chapters are: beside this file when installed, in demos/book in a checkout."""
    here = Path(__file__).resolve()
    for place in (here.parent / "texts", here.parents[2] / "demos" / "book"):
        if place.is_dir():
            return place
    raise FileNotFoundError("the chapters of the book are missing from this installation: install micrograd-kr again")


def find_chapters() -> list[Chapter]:
    """All the chapters there are, in order.

    >>> [chapter.number for chapter in find_chapters()][:2]
    [1, 2]
    """
    matches = [(path, _FILE.match(path.name)) for path in sorted(folder().iterdir())]
    return [Chapter(int(match["number"]), path) for path, match in matches if match]
