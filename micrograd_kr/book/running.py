"""Running a chapter cell by cell, keeping what each cell printed and showed."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from .chapters import Cell, Chapter
from .pictures import Picture, collected
from .prose import running
from .questions import Question
from .saying import SMALL_VARIABLE


@dataclass(frozen=True)
class Shown:
    """A cell after it ran: what it printed, and the pictures it showed.

    A question shows what its right code prints; `wrong` is what the code to be mended prints, or its error.
    """

    cell: Cell
    printed: str = ""
    pictures: Sequence[Picture] = field(default=())
    wrong: str = ""


@dataclass(frozen=True)
class Performance:
    """A chapter after it ran, in one language; `seconds` is how long it took."""

    chapter: Chapter
    language: str
    cells: Sequence[Shown]
    seconds: float


def perform(
    chapter: Chapter,
    language: str,
    small: bool = False,
    each: Callable[[Shown], None] | None = None,
    for_page: bool = False,
) -> Performance:
    """Run the chapter, one cell after the other in one namespace.

    Args:
        chapter: which one.
        language: its code, such as `ko`.
        small: train just enough to show that it runs.
        each: called with each cell as soon as it is done.
        for_page: draw the figures for a page: without background, and a second time for phones.

    Returns:
        The cells, with what they printed and showed.

    Raises:
        Whatever a cell raises; its traceback names the file and the line.
    """
    shown: list[Shown] = []
    namespace: dict[str, Any] = {"__name__": "__main__", "__file__": str(chapter.path)}
    start = perf_counter()
    with _environment(MICROGRAD_KR_LANG=language, **{SMALL_VARIABLE: "1" if small else "0"}), running(chapter.name):
        for cell in chapter.cells(language):
            if cell.kind == "markdown":
                done = Shown(cell)
            elif cell.kind == "question":
                done = _answered(cell, namespace)
            else:
                code = compile("\n" * (cell.line - 1) + cell.source, str(chapter.path), "exec")
                with redirect_stdout(io.StringIO()) as printed, collected(for_page) as pictures:
                    exec(code, namespace)  # our own chapter, shipped with the package
                done = Shown(cell, printed.getvalue(), tuple(pictures))
            shown.append(done)
            if each:
                each(done)
    return Performance(chapter, language, tuple(shown), perf_counter() - start)


def _answered(cell: Cell, namespace: dict[str, Any]) -> Shown:
    """A question after its code ran, in a namespace like the chapter's: one answer does not change the next."""
    question = Question.of(cell)
    wrong = ""
    if question.kind == "mend":
        try:
            wrong = _printed(cell.source, namespace)
        except Exception as error:
            wrong = f"{type(error).__name__}: {error}"
    return Shown(cell, _printed(question.right, namespace), wrong=wrong)


def _printed(source: str, namespace: dict[str, Any]) -> str:
    with redirect_stdout(io.StringIO()) as printed:
        exec(compile(source, "<question>", "exec"), dict(namespace))  # our own chapter, shipped with the package
    return printed.getvalue()


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, setting in before.items():
            if setting is None:
                del os.environ[name]
            else:
                os.environ[name] = setting
