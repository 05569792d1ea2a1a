r"""What the pages of the website ask of Python; it runs in the browser, in a Worker, and as well in a plain Python.

The Worker calls `call(name, arguments)` with JSON on both sides. While code runs, what it prints and shows goes to the
function given to `connect`, as JSON too: {"kind": "text", "text": ...}, or "page", "html", "svg" with their content.

>>> import json
>>> answer = json.loads(call("playground", json.dumps({"text": "a*b", "values": {"a": 2, "b": "1/2"}, "lang": "en"})))
>>> answer["names"], answer["value"]
(['a', 'b'], 1.0)
>>> print(json.loads(call("playground", '{"text": "2 * (x", "values": {}, "lang": "en"}'))["message"])
The bracket ( is never closed: write ) after what belongs in it.
  2 * (x
      ^
"""

from __future__ import annotations

import ast
import codeop
import io
import json
import linecache
import os
import pydoc
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import figures

import micrograd_kr
from micrograd_kr import Value, book, drawing, page
from micrograd_kr.book import pictures, prose
from micrograd_kr.command_line.expression import ExpressionError, parse, parse_values
from micrograd_kr.engine import topological_order

MOST_TEXT = 200_000  # characters that one run may print
_PAUSE = 0.05  # seconds between two messages of printed text

sys.path.append(str(Path(__file__).with_name("stand_ins")))  # for numpy and others, where they are not installed
figures.install()
pydoc.pager = lambda text, title="": print(pydoc.plain(text))  # type: ignore[attr-defined]  # help() waits for no key

_emit: Callable[[str], object] = lambda message: None  # noqa: E731


def connect(render: Callable[[str], str] | None, emit: Callable[[str], object]) -> None:
    """Give Python its hands: what lays out DOT, and what takes the messages of a run."""
    global _emit
    _emit = emit
    drawing.set_renderer(None if render is None else _renderer(render))
    random.seed()  # the memory that Python starts from is a copy, and so would be the random numbers


def _renderer(render: Callable[[str], str]) -> Callable[[str], str]:
    def rendered(source: str) -> str:
        try:
            return str(render(source))
        except Exception as error:  # a JavaScript error
            raise RuntimeError(f"Graphviz could not draw this: {error}") from None

    return rendered


def call(name: str, arguments: str) -> str:
    """Answer one request: the name of a function below, its arguments and its answer in JSON."""
    return json.dumps(_REQUESTS[name](**json.loads(arguments)), ensure_ascii=False)


# --- the playground -------------------------------------------------------------------------------------------------


def playground(text: str, values: dict[str, Any], lang: str) -> dict[str, Any]:
    """The live page of an expression.

    Args:
        text: the expression.
        values: what stands in the inputs, as typed, by the names; a name without one gets 1.
        lang: "ko" or "en".

    Returns:
        `names` and `numbers` of the expression, and `html`, `value` and `gradients`; or, where it has a mistake,
        `message` as the terminal shows it and, if it is in an input, that input's name as `wrong`.
    """
    os.environ["MICROGRAD_KR_LANG"] = lang
    try:
        names = _names(text)
    except ExpressionError as mistake:
        return {"message": mistake.say(lang), "names": None}
    numbers: dict[str, float] = {}
    for name in names:
        try:
            numbers |= parse_values([f"{name}={values.get(name, 1)}"])
        except ExpressionError as mistake:
            return {"message": mistake.say(lang), "names": names, "wrong": name}
    try:
        root = parse(text, numbers)
        root.backward()
        made = page(root, lang=lang)
    except ExpressionError as mistake:
        return {"message": mistake.say(lang), "names": names}
    except (ValueError, TypeError, RuntimeError, OverflowError) as error:
        return {"message": str(error), "names": names}
    leaves = {node.label: node for node in topological_order(root) if node.label in numbers and not node.args}
    gradients = {name: _plain(leaves[name].grad) for name in names if name in leaves}
    return {"names": names, "numbers": numbers, "html": made.html, "value": _plain(root.data), "gradients": gradients}


def _names(text: str) -> list[str]:
    """The names in an expression that want a number."""
    try:
        parse(text)
    except ExpressionError as mistake:
        if mistake.problem != "missing_value":
            raise
        return str(mistake.facts["names"]).split(", ")
    return []


def _plain(number: float) -> float | str:
    """A number as JSON has it; inf and nan, which it has not, as text."""
    return number if abs(number) < float("inf") else str(number)


# --- running code ---------------------------------------------------------------------------------------------------


class _Printed(io.TextIOBase):
    """A standard output whose text goes to the page while the code runs, up to a limit."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._left = MOST_TEXT
        self._last = time.monotonic()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._left > 0:
            self._waiting.append(text[: self._left])
            self._left -= len(text)
            if self._left <= 0:
                self._waiting.append(" …\n")
        if time.monotonic() - self._last > _PAUSE:
            self.flush()
        return len(text)

    def flush(self) -> None:
        text, self._waiting = "".join(self._waiting), []
        self._last = time.monotonic()
        if text:
            _send("text", text=text)


def _send(kind: str, **content: object) -> None:
    _emit(json.dumps({"kind": kind, **content}, ensure_ascii=False))


@contextmanager
def _streams(lang: str) -> Iterator[None]:
    os.environ["MICROGRAD_KR_LANG"] = lang
    printed = _Printed()
    with redirect_stdout(printed), redirect_stderr(printed):  # type: ignore[type-var]
        try:
            yield
        except BaseException as error:
            if not isinstance(error, SystemExit):
                _print_error(error)
            raise
        finally:
            printed.flush()


def _print_error(error: BaseException) -> None:
    """The traceback from the user's own code on."""
    shown = traceback.TracebackException.from_exception(error)
    while shown.stack and not shown.stack[0].filename.startswith("<"):
        del shown.stack[0]
    text = "".join(shown.format())
    if not shown.stack:
        text = "".join(shown.format_exception_only())
    sys.stdout.flush()
    _send("error", text=text)


def _show(value: object) -> bool:
    """Show what has a picture of its own; False if there is none."""
    if isinstance(getattr(value, "html", None), str):
        _send("page", html=value.html)  # type: ignore[attr-defined]
    elif hasattr(value, "pipe"):
        _send("svg", svg=value.pipe(format="svg").decode())
    elif hasattr(value, "_repr_html_") and not isinstance(value, Value | micrograd_kr.nn.Module):
        _send("html", html=value._repr_html_())
    else:
        return False
    return True


def _display(value: object) -> None:
    """What the console shows of a value: its picture, or its repr."""
    if value is None:
        return
    sys.stdout.flush()
    if not _show(value):
        print(repr(value))


def _remember_source(name: str, source: str) -> None:
    """Let tracebacks quote the lines."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)


# --- the console ----------------------------------------------------------------------------------------------------

_console: dict[str, Any] = {}
_entries = 0


def _new_console() -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
    exec("from micrograd_kr import *", namespace)
    return namespace


def console(source: str, lang: str) -> dict[str, Any]:
    """Run one entry of the console; `more` says that it is not complete yet."""
    global _entries
    if not _console:
        _console.update(_new_console())
    name = f"<input {_entries + 1}>"
    previous, sys.displayhook = sys.displayhook, _display
    try:
        with _streams(lang):
            code = codeop.compile_command(source, name, "single") if "\n" not in source else _block(source, name)
            if code is None:
                return {"more": True}
            _entries += 1
            _remember_source(name, source)
            exec(code, _console)
    except BaseException as error:  # SystemExit ends nothing here
        return {"more": False, "failed": True, "leaving": isinstance(error, SystemExit)}
    finally:
        sys.displayhook = previous
    return {"more": False}


def _block(source: str, name: str) -> Any:
    """Several lines: statements in turn, each of which shows its value, or one that an empty line completes."""
    if not source.endswith("\n"):
        last = source.rsplit("\n", 1)[-1]
        if last[:1] in (" ", "\t") or codeop.compile_command(source, name, "exec") is None:
            return None
    tree = ast.parse(source, name)
    return compile(ast.Interactive(tree.body), name, "single")


def complete(text: str) -> dict[str, Any]:
    """What the last word of the text may become.

    >>> complete("Value(2.0).tan")["words"]
    []
    >>> "tanh(" in complete("3 + tan")["words"]
    True
    """
    import rlcompleter

    if not _console:
        _console.update(_new_console())
    start = len(text)
    while start and (text[start - 1].isidentifier() or text[start - 1].isdigit() or text[start - 1] == "."):
        start -= 1
    word = text[start:]
    found: list[str] = []
    if word:
        completer = rlcompleter.Completer(_console)
        while len(found) < 60 and (match := completer.complete(word, len(found))) is not None:
            found.append(match)
    return {"start": start, "words": sorted(dict.fromkeys(found))}


# --- the book -------------------------------------------------------------------------------------------------------

_chapter: dict[str, Any] = {}


def open_chapter(chapter: str, lang: str) -> None:
    """Begin a chapter with nothing run."""
    _chapter.clear()
    _chapter.update(new_chapter())


def new_chapter() -> dict[str, Any]:
    """What the code of a chapter can count on, as in a notebook of it."""
    names = {"say": book.say, "label": book.label, "size": book.size}  # the reader sees no import of them
    return {"__name__": "__main__", "__builtins__": __builtins__, **names}


def cell(chapter: str, number: int, source: str, lang: str) -> dict[str, Any]:
    """Run one cell of the chapter; what it shows arrives as it does.

    Args:
        chapter, number: which cell.
        source: its code, as the reader left it.
        lang: "ko" or "en".
    """
    name = f"<cell {number}>"
    _remember_source(name, source)
    start = time.perf_counter()
    failed = False
    try:
        with _streams(lang), prose.running(chapter), pictures.collected() as shown:
            try:
                _display(_run_cell(source, name))
            finally:
                sys.stdout.flush()
                for picture in shown:
                    _send_picture(picture)
    except BaseException:
        failed = True
    return {"failed": failed, "seconds": time.perf_counter() - start}


def _run_cell(source: str, name: str) -> Any:
    """Run code; the value of the last statement, where it is an expression and no call."""
    tree = ast.parse(source, name)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or _is_silent(last.value):
        exec(compile(tree, name, "exec"), _chapter)
        return None
    exec(compile(ast.Module(tree.body[:-1], []), name, "exec"), _chapter)
    return eval(compile(ast.Expression(last.value), name, "eval"), _chapter)


def _is_silent(value: ast.expr) -> bool:
    """Whether nobody asks for the value: a call is made for what it does."""
    return isinstance(value, ast.Call | ast.Constant)


def _send_picture(picture: Any) -> None:
    if picture.kind == "html":
        _send("page", html=picture.content.decode(), caption=picture.caption, height=getattr(picture, "height", 0))
    else:
        _send("svg", svg=picture.content.decode(), caption=picture.caption)


_REQUESTS: dict[str, Callable[..., Any]] = {
    function.__name__: function for function in (playground, console, complete, open_chapter, cell)
}
