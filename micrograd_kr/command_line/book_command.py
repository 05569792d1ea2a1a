"""`micrograd-kr book`: list the chapters of the book, run some, bind them into a file or a site, or make notebooks."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..extras import install_command
from ..locale import language, translate
from .output import CommandError, console, output_path, program, show, show_lines, write

if TYPE_CHECKING:
    from rich.console import Console

    from ..book.chapters import Chapter
    from ..book.running import Performance, Shown


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the parser of this command."""
    parser = subparsers.add_parser("book", help=_say("command.help"), description=_say("command.help"))
    parser.add_argument("chapters", nargs="*", metavar="N", help=_say("command.chapters"))
    parser.add_argument("--html", metavar="FILE.html", help=_say("command.html"))
    parser.add_argument("--site", metavar="FOLDER", help=_say("command.site"))
    parser.add_argument("--notebooks", metavar="FOLDER", help=_say("command.notebooks"))
    parser.add_argument("--small", action="store_true", help=_say("command.small"))
    jobs = min(2, os.cpu_count() or 1)
    parser.add_argument("--jobs", type=int, default=jobs, metavar="K", help=_say("command.jobs"))


def _say(key: str, **pieces: object) -> str:
    return translate(f"book.{key}", **pieces)


def run(arguments: argparse.Namespace) -> int:
    """List, run, bind or write notebooks."""
    chapters = _chosen(arguments.chapters)
    if arguments.html:
        path = output_path(arguments.html, (".html", ".htm"))
        if not path.absolute().parent.is_dir():
            raise CommandError(_say("no_folder", folder=path.parent))
        _bind(chapters or _all(), path, arguments.small, arguments.jobs)
    elif arguments.site:
        _bind_site(chapters or _all(), _folder(arguments.site), arguments.small, arguments.jobs)
    elif arguments.notebooks:
        _write_notebooks(chapters or _all(), _folder(arguments.notebooks))
    elif chapters:
        _run(chapters, arguments.small)
    else:
        _list()
    return 0


def _all() -> list[Chapter]:
    from ..book.chapters import find_chapters

    return find_chapters()


def _chosen(wishes: Sequence[str]) -> list[Chapter]:
    """The chapters asked for, in the order asked for."""
    chapters = {str(chapter.number): chapter for chapter in _all()}
    if "all" in wishes:
        return list(chapters.values())
    unknown = [wish for wish in wishes if wish.lstrip("0") not in chapters]
    if unknown:
        raise CommandError(_say("no_chapter", chapter=unknown[0], count=len(chapters)))
    return [chapters[wish.lstrip("0")] for wish in wishes]


def _list() -> None:
    out = console()
    for chapter in _all():
        show(out, chapter.title(language()))
    out.print()
    show_lines(out, _say("how", program=program()))


# --- run in the terminal --------------------------------------------------------------------------------------------


def _run(chapters: Sequence[Chapter], small: bool) -> None:
    from ..book.running import perform

    out = console()
    for chapter in chapters:
        with _missing_packages_explained():
            performance = perform(chapter, language(), small, each=lambda shown: _print(shown, out))
        _print_questions(performance, out)


def _print(shown: Shown, out: Console) -> None:
    """A cell in the terminal: the text, the code, what it printed, and where its figures are."""
    from rich.syntax import Syntax

    from ..book.links import with_heading
    from ..book.pictures import save

    if shown.cell.kind == "markdown":
        _print_markdown(with_heading(shown.cell), out)
    elif shown.cell.kind == "code":
        if "hide-input" not in shown.cell.tags and out.is_terminal:
            out.print(Syntax(shown.cell.as_read(), "python", theme="ansi_dark", padding=(0, 2)))
        if shown.printed:
            show_lines(out, shown.printed.rstrip())
        for picture in shown.pictures:
            show(out, _say("figure_saved", caption=picture.caption, path=save(picture)))
    out.print()


def _print_markdown(text: str, out: Console) -> None:
    from rich.markdown import Markdown

    from ..book.links import without_links

    text = without_links(text)
    out.print(Markdown(text) if out.is_terminal else text, soft_wrap=not out.is_terminal)


def _print_questions(performance: Performance, out: Console) -> None:
    """The questions of a chapter, then, further down, their answers."""
    from ..book.questions import Question

    cells = [shown.cell for shown in performance.cells if shown.cell.kind == "question"]
    questions = [Question.of(cell) for cell in cells]
    if not questions:
        return
    _print_markdown(f"## {_say('questions')}", out)
    names = [_say(f"kind.{question.kind}", number=number) for number, question in enumerate(questions, 1)]
    for name, question in zip(names, questions, strict=True):
        options = "\n".join(f"{number}. {option}" for number, option in enumerate(question.options, 1))
        code = f"```python\n{question.code}\n```" if question.code else ""
        _print_markdown("\n\n".join(filter(None, [f"**{name}**", question.asked, code, options])), out)
        out.print()
    _print_markdown(f"## {_say('answer')}", out)
    for name, question in zip(names, questions, strict=True):
        mended = f"```python\n{question.mended}\n```" if question.mended else ""
        answer = f"```\n{question.answer}\n```"
        _print_markdown("\n\n".join(filter(None, [f"**{name}**", mended, answer, question.reason])), out)
        out.print()


_LONGEST = {12: 0, 10: 1, 11: 2, 2: 3, 4: 4}  # the place of a chapter when all are run, with jit and without


# --- bound as one HTML file, and as notebooks -----------------------------------------------------------------------


def _bind(chapters: Sequence[Chapter], path: Path, small: bool, jobs: int) -> None:
    from ..book.binding import bind

    write(path, bind(_performed(chapters, small, jobs), language()).encode())
    print(_say("done", path=path))


def _bind_site(chapters: Sequence[Chapter], folder: Path, small: bool, jobs: int) -> None:
    from ..book.binding import CONTENTS, bind_site

    for name, text in bind_site(_performed(chapters, small, jobs), language()).items():
        write(folder / name, text.encode())
    print(_say("done", path=folder / CONTENTS))


def _performed(chapters: Sequence[Chapter], small: bool, jobs: int) -> list[Performance]:
    """The chapters, in order, after they have run."""
    if jobs < 1:
        raise CommandError(_say("jobs_positive", jobs=jobs))
    performances = []
    with _missing_packages_explained():
        for performance in _performances(chapters, small, min(jobs, len(chapters))):
            performances.append(performance)
            title = performance.chapter.title(language())
            print(_say("chapter_done", title=title, seconds=performance.seconds), file=sys.stderr)
    return sorted(performances, key=lambda performance: performance.chapter.number)


def _folder(name: str) -> Path:
    """The folder of this name, made if there is none."""
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{folder}: {error.strerror or error}") from None
    return folder


def _performances(chapters: Sequence[Chapter], small: bool, jobs: int) -> Iterator[Performance]:
    """Each chapter after it has run, as soon as it has; in several processes if there are several jobs."""
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    from ..book.running import perform

    if jobs == 1:
        for chapter in chapters:
            yield perform(chapter, language(), small, for_page=True)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        # Begin with the chapters that train longest, so that no process waits for another in the end.
        ordered = sorted(chapters, key=lambda chapter: _LONGEST.get(chapter.number, len(_LONGEST)))
        futures = [pool.submit(perform, chapter, language(), small, for_page=True) for chapter in ordered]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _write_notebooks(chapters: Sequence[Chapter], folder: Path) -> None:
    """Each chapter for Jupyter, and as a script in percent format."""
    from ..book.notebooks import as_notebook, as_percent

    for chapter in chapters:
        for ending, text in ((".ipynb", as_notebook), (".py", as_percent)):
            path = folder / f"{chapter.name}{ending}"
            write(path, text(chapter, language()).encode())
            print(path)


@contextmanager
def _missing_packages_explained() -> Iterator[None]:
    """Say which extras to install where a chapter cannot import a package."""
    try:
        yield
    except ImportError as error:
        install = install_command("plot", "data")
        raise CommandError(_say("packages", error=error, install=install)) from None
