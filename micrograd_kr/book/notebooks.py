"""A chapter as a notebook that has not been run, in one language: for Jupyter, or as a script in percent format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from micrograd_kr.locale import translate

from .chapters import Chapter
from .links import to_files, with_heading
from .questions import Question


class NotebookCell(NamedTuple):
    """A cell of a notebook; `kind` is `markdown` or `code`, and the tag `answer` is on what is to be folded."""

    kind: str
    source: str
    tags: tuple[str, ...] = ()


def as_notebook(chapter: Chapter, lang: str) -> str:
    """The chapter as a Jupyter notebook."""
    cells = []
    for number, cell in enumerate(notebook_cells(chapter, lang)):
        source = _folded(cell, ".ipynb", lang).splitlines(keepends=True)
        common = {"id": f"cell-{number}", "metadata": {"tags": [*cell.tags]}, "source": source}
        if cell.kind == "code":
            cells.append({"cell_type": "code", "execution_count": None, "outputs": [], **common})
        else:
            cells.append({"cell_type": "markdown", **common})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def as_percent(chapter: Chapter, lang: str) -> str:
    """The chapter as a script in percent format, which many editors, and Jupyter with jupytext, open as a notebook."""
    parts = []
    for cell in notebook_cells(chapter, lang):
        tags = f" tags={json.dumps(list(cell.tags))}" if cell.tags else ""
        if cell.kind == "code":
            parts.append(f"# %%{tags}\n{cell.source}\n")
        else:
            lines = [f"# {line}".rstrip() for line in _folded(cell, ".py", lang).splitlines()]
            parts.append("\n".join([f"# %% [markdown]{tags}", *lines]) + "\n")
    return "\n".join(parts)


def notebook_cells(chapter: Chapter, lang: str, small: bool | None = False) -> Iterator[NotebookCell]:
    """The cells of the chapter, its headings put in, and its questions each with a folded answer.

    Args:
        chapter: which one.
        lang: its language.
        small: with the small numbers where the chapter has two sizes; None leaves the choice to `size`.
    """
    asked = 0
    for cell in chapter.cells(lang):
        if cell.kind == "question":
            asked += 1
            if asked == 1:
                yield NotebookCell("markdown", f"## {translate('book.questions', lang)}")
            yield from _question(Question.of(cell), asked, lang)
        elif cell.kind == "markdown":
            yield NotebookCell("markdown", with_heading(cell))
        else:
            yield NotebookCell("code", cell.as_read(small), cell.tags)


def _question(question: Question, number: int, lang: str) -> Iterator[NotebookCell]:
    options = "\n".join(f"{place}. {option}" for place, option in enumerate(question.options, 1))
    heading = f"**{translate(f'book.kind.{question.kind}', lang, number=number)}**"
    yield NotebookCell("markdown", "\n\n".join(part for part in (heading, question.asked, options) if part))
    if question.code:
        yield NotebookCell("code", question.code, ("question",))
    answer = [f"```\n{question.answer}\n```"]
    if question.mended:
        answer.append(f"```python\n{question.mended}\n```")
    yield NotebookCell("markdown", "\n\n".join([*answer, question.reason]), ("answer",))


def _folded(cell: NotebookCell, ending: str, lang: str) -> str:
    """The text of a cell, with links to files of this ending; an answer is folded."""
    text = to_files(cell.source, ending) if cell.kind == "markdown" else cell.source
    if "answer" not in cell.tags:
        return text
    return f"<details><summary>{translate('book.answer', lang)}</summary>\n\n{text}\n\n</details>"
