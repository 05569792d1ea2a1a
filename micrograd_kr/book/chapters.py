r"""The chapters as files: where they lie, and the cells they are made of.

A chapter is a Python file in percent format. A cell begins with a line `# %%`; `[markdown]` says that it is text, and
its tags say the rest: `ko` and `en` the language of a text, `hide-input` code that only draws a figure.

>>> cells = split('# %% [markdown] tags=["ko"]\n# # 1장\n\n# %%\nprint(1)\n')
>>> [(cell.kind, cell.tags, cell.source) for cell in cells]
[('markdown', ('ko',), '# 1장'), ('code', (), 'print(1)')]
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path

_MARKER = re.compile(r"^# %%(?P<rest>.*)$")
_TAGS = re.compile(r"tags=\[(?P<tags>[^\]]*)\]")
_IN_BOTH = re.compile(r'^(?P<start>.*?(?:# |"""))(?P<ko>[^"#]*[가-힣][^"#]*?) / (?P<en>[^가-힣"]+)(?P<end>"""|)$')
_FILE = re.compile(r"^(?P<number>\d\d)_\w+\.py$")


@dataclass(frozen=True)
class Cell:
    """A cell: `kind` is `markdown` or `code`, `line` the line of the file on which its source begins."""

    kind: str
    tags: tuple[str, ...]
    source: str
    line: int

    def as_read(self, language: str) -> str:
        """The source as a reader of this language sees it: what is said and remarked in both, in that language alone.

        >>> print(Cell("code", (), 'say(ko="안녕", en="hello")  # 인사 / a greeting', 1).as_read("en"))
        print("hello")  # a greeting
        """
        if self.kind == "markdown":
            return self.source
        lines = [_IN_BOTH.sub(rf"\g<start>\g<{language}>\g<end>", line) for line in self.source.splitlines()]
        return _said_in("\n".join(lines), language)

    def is_for(self, language: str) -> bool:
        """Whether a reader of this language sees the cell: code, and text in that language or in none."""
        return not {"ko", "en"} & set(self.tags) or language in self.tags


@dataclass(frozen=True)
class Chapter:
    """One file of the book."""

    number: int
    path: Path

    @property
    def name(self) -> str:
        """The name of the file without its ending, `03_linear_regression`."""
        return self.path.stem

    def cells(self) -> list[Cell]:
        """All its cells, in order, of both languages."""
        return split(self.path.read_text(encoding="utf-8"))

    def title(self, language: str) -> str:
        """Its first heading in the language."""
        for cell in self.cells():
            if cell.kind == "markdown" and cell.is_for(language) and cell.source.startswith("# "):
                return cell.source.splitlines()[0].removeprefix("# ")
        raise ValueError(f"{self.path.name} has no heading in {language!r}: begin it with a text cell '# ...'")


def _said_in(source: str, language: str) -> str:
    """The code with `say(ko=..., en=...)` as `print(...)` of the one text."""
    starts = [0]
    encoded = source.encode()  # positions in a syntax tree count bytes
    for line in encoded.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset), reverse=True):
        if isinstance(call.func, ast.Name) and call.func.id == "say":
            text = next(keyword.value for keyword in call.keywords if keyword.arg == language)
            said = ast.get_source_segment(source, text) or ""
            begin = starts[call.lineno - 1] + call.col_offset
            end = starts[(call.end_lineno or call.lineno) - 1] + (call.end_col_offset or 0)
            encoded = encoded[:begin] + b"print(" + said.encode() + b")" + encoded[end:]
    return encoded.decode()


def split(text: str) -> list[Cell]:
    """The cells of a file in percent format; what stands before the first marker belongs to none."""
    cells: list[Cell] = []
    lines = text.splitlines()
    starts = [index for index, line in enumerate(lines) if _MARKER.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        rest, body = lines[start], lines[start + 1 : end]
        found = _TAGS.search(rest)
        tags = tuple(re.findall(r'"([^"]+)"', found["tags"])) if found else ()
        kind = "markdown" if "[markdown]" in rest else "code"
        if kind == "markdown":
            body = [line.removeprefix("#").removeprefix(" ") for line in body]
        source = "\n".join(body).strip("\n")
        if source:
            blank = next(index for index, line in enumerate(body) if line)
            cells.append(Cell(kind, tags, source, start + 2 + blank))
    return cells


def folder() -> Path:
    """Where the chapters lie: beside this file when installed, in demos/book in a checkout."""
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


def as_notebook(chapter: Chapter, language: str) -> str:
    """The chapter as a Jupyter notebook that has not been run, in one language."""
    cells = []
    for number, cell in enumerate(cell for cell in chapter.cells() if cell.is_for(language)):
        about = {"tags": [tag for tag in cell.tags if tag not in ("ko", "en")]}
        common = {"id": f"cell-{number}", "metadata": about, "source": cell.as_read(language).splitlines(keepends=True)}
        if cell.kind == "code":
            cells.append({"cell_type": "code", "execution_count": None, "outputs": [], **common})
        else:
            cells.append({"cell_type": "markdown", **common})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
