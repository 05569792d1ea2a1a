"""`micrograd-kr book`: list the chapters of the book, run some, bind them into one HTML file, or make notebooks."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..book.saying import choose
from ..extras import install_command
from ..locale import language
from ._files import output_path, write
from ._output import CommandError, console

if TYPE_CHECKING:
    from rich.console import Console

    from ..book.chapters import Chapter
    from ..book.running import Performance, Shown


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the parser of this command."""
    help_text = choose(
        "딥러닝 책: 장을 보고, 실행하고, HTML 한 권으로 묶습니다",
        "the book on deep learning: list and run its chapters, or bind them into one HTML file",
    )
    parser = subparsers.add_parser("book", help=help_text, description=help_text)
    parser.add_argument(
        "chapters",
        nargs="*",
        metavar="N",
        help=choose("실행할 장의 번호, 또는 all (없으면 차례만)", "chapters to run, or all (none: the contents)"),
    )
    parser.add_argument(
        "--html",
        metavar="FILE.html",
        help=choose("그림이 든 HTML 한 권으로 묶어 이 파일에 씁니다", "bind the chapters into this illustrated file"),
    )
    parser.add_argument(
        "--notebooks",
        metavar="FOLDER",
        help=choose("실행하지 않고 주피터 노트북으로 저장합니다", "write the chapters as Jupyter notebooks, not run"),
    )
    parser.add_argument(
        "--small",
        action="store_true",
        help=choose("아주 조금만 학습해서 빨리 훑어봅니다", "train only a little, for a quick look"),
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=min(2, os.cpu_count() or 1),
        metavar="K",
        help=choose("한꺼번에 실행할 장의 수 (HTML로 묶을 때)", "chapters to run at a time (for --html)"),
    )


def run(arguments: argparse.Namespace) -> int:
    """List, run, bind or write notebooks."""
    chapters = _chosen(arguments.chapters)
    if arguments.html:
        path = output_path(arguments.html, (".html", ".htm"))
        _bind(chapters or _all(), path, arguments.small, arguments.jobs)
    elif arguments.notebooks:
        _write_notebooks(chapters or _all(), Path(arguments.notebooks))
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
        raise CommandError(
            choose(
                f"{unknown[0]!r}인 장은 없습니다. 1부터 {len(chapters)}까지의 번호나 all을 쓰세요.",
                f"there is no chapter {unknown[0]!r}: give a number from 1 to {len(chapters)}, or all.",
            )
        )
    return [chapters[wish.lstrip("0")] for wish in wishes]


def _list() -> None:
    out = console()
    for chapter in _all():
        out.print(chapter.title(language()), soft_wrap=True)
    out.print(
        choose(
            "\n한 장을 실행하려면: book 1     책 한 권을 만들려면: book --html book.html",
            "\nRun a chapter: book 1     Make the whole book: book --html book.html",
        ),
        soft_wrap=True,
    )


# --- run in the terminal --------------------------------------------------------------------------------------------


def _run(chapters: Sequence[Chapter], small: bool) -> None:
    from ..book.running import perform

    out = console()
    for chapter in chapters:
        with _missing_packages_explained():
            perform(chapter, language(), small, each=lambda shown: _print(shown, out))


def _print(shown: Shown, out: Console) -> None:
    """A cell in the terminal: the text, the code, what it printed, and where its figures are."""
    from rich.markdown import Markdown
    from rich.syntax import Syntax

    from ..book.pictures import save

    if shown.cell.kind == "markdown":
        out.print(Markdown(shown.cell.source) if out.is_terminal else shown.cell.source, soft_wrap=not out.is_terminal)
    else:
        if "hide-input" not in shown.cell.tags and out.is_terminal:
            out.print(Syntax(shown.cell.as_read(language()), "python", theme="ansi_dark", padding=(0, 2)))
        if shown.printed:
            out.print(shown.printed.rstrip(), soft_wrap=True)
        for picture in shown.pictures:
            out.print(f"[{choose('그림', 'figure')}] {picture.caption} → {save(picture)}", soft_wrap=True)
    out.print()


# --- bound as one HTML file, and as notebooks -----------------------------------------------------------------------


def _bind(chapters: Sequence[Chapter], path: Path, small: bool, jobs: int) -> None:
    if not path.absolute().parent.is_dir():
        raise CommandError(choose(f"폴더가 없습니다: {path.parent}", f"there is no folder {path.parent}"))
    if jobs < 1:
        raise CommandError(choose(f"--jobs는 1 이상이어야 합니다: {jobs}", f"--jobs must be at least 1, got {jobs}"))
    from ..book.binding import bind

    performances = []
    with _missing_packages_explained():
        for performance in _performances(chapters, small, min(jobs, len(chapters))):
            performances.append(performance)
            print(f"{performance.chapter.title(language())}: {performance.seconds:.1f} s", file=sys.stderr)
    performances.sort(key=lambda performance: performance.chapter.number)
    write(path, bind(performances, language()).encode())
    print(choose(f"책이 다 되었습니다: {path}", f"The book is in {path}."))


def _performances(chapters: Sequence[Chapter], small: bool, jobs: int) -> Iterator[Performance]:
    """Each chapter after it has run, as soon as it has; in several processes if there are several jobs."""
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    from ..book.running import perform

    if jobs == 1:
        for chapter in chapters:
            yield perform(chapter, language(), small)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        # The long chapters are the last ones: begin with them, so that no process waits for another in the end.
        futures = [pool.submit(perform, chapter, language(), small) for chapter in reversed(chapters)]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _write_notebooks(chapters: Sequence[Chapter], folder: Path) -> None:
    from ..book.chapters import as_notebook

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{folder}: {error.strerror or error}") from None
    for chapter in chapters:
        path = folder / f"{chapter.name}.ipynb"
        write(path, as_notebook(chapter, language()).encode())
        print(path)


@contextmanager
def _missing_packages_explained() -> Iterator[None]:
    """Say which extras to install where a chapter cannot import a package."""
    try:
        yield
    except ImportError as error:
        raise CommandError(
            choose(
                f"이 장에는 다른 패키지가 더 필요합니다({error}). {install_command('plot', 'data')}",
                f"this chapter needs more packages ({error}): {install_command('plot', 'data')}",
            )
        ) from None
