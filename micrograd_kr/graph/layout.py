"""Layout: how wide a text is, and DOT -> SVG by Graphviz, which need not be installed.

The program comes with the wheel graphviz-pure; where there is no such wheel a `dot` of the system takes its place.
Another layout engine can be given to `set_renderer`.

>>> text_width("loss", 10) < text_width("손실이다", 10)
True
>>> render_dot("digraph { a -> b }", "plain").split()[:2]
[b'graph', b'1']
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import metadata
from pathlib import Path

# Fonts that Windows, macOS and Linux bring along; each is asked in turn for the glyphs that the ones before lack.
FONT_FAMILY = (
    "Segoe UI, Helvetica Neue, Arial, Malgun Gothic, Apple SD Gothic Neo, "
    "Noto Sans CJK KR, Noto Sans KR, NanumGothic, sans-serif"
)

# For each character from the space to the tilde its width in 1/32 em as a base-36 digit: that of the widest of
# DejaVu Sans, NanumGothic and Liberation Sans, as it is not known here which font will draw.
_ASCII = "befrlzpaddkrbcbcllllllllllbbrrrixomopmkqpagmiwoqmqomkomxmmmdvdrigklilkcll99j9wlkllehdljsjjhlblr"
_WIDE_ELSEWHERE = 1.3  # of an em: emoji and other symbols
_ELSEWHERE = 1.0

_PROGRAM = "graphviz-pure"
_MOST_SECONDS = 120

Renderer = Callable[[str], str]  # DOT text -> SVG text
_renderer: Renderer | None = None
_program_found: Path | None = None


# --- text -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _character_width(character: str) -> float:
    if " " <= character <= "~":
        return int(_ASCII[ord(character) - 32], 36) / 32
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.category(character) == "So":
        return _WIDE_ELSEWHERE
    return _ELSEWHERE  # a Hangul syllable or another East Asian wide character is an em; what else there is, at most


def text_width(text: str, font_size: float) -> float:
    """The width of a line of text in points, rather too wide than too narrow."""
    return font_size * sum(map(_character_width, text))


def shortened(text: str, longest: float) -> str:
    """The text, its end replaced by … where it is wider than `longest` em.

    >>> shortened("기울기와 가중치", 6.0)
    '기울기와 …'
    """
    if text_width(text, 1) <= longest:
        return text
    room = longest - _character_width("…")
    end = 0
    for character in text:
        room -= _character_width(character)
        if room < 0:
            break
        end += 1
    return text[:end] + "…"


def printable(text: object) -> str:
    r"""The text with only what an XML file may hold: control characters become visible pictures of themselves.

    >>> printable("a\x00b\nc")
    'a␀b\nc'
    """
    try:
        line = str(text)
    except Exception:  # the drawing is worth more than one broken __str__
        line = f"<{type(text).__name__}>"
    if line.isprintable():
        return line
    return "".join([_visible(character) for character in line])


def _visible(character: str) -> str:
    code = ord(character)
    if character == "\n":
        return character
    if code < 32:
        return chr(0x2400 + code)
    return "�" if 0xD800 <= code <= 0xDFFF or code in (0x7F, 0xFFFE, 0xFFFF) or 0x80 <= code < 0xA0 else character


def one_line(text: str) -> str:
    """The text with only printable characters, in one line."""
    return text if text.isprintable() else " ".join(printable(text).split("\n"))


# --- DOT to SVG -----------------------------------------------------------------------------------------------------


def set_renderer(function: Renderer | None) -> None:
    """Let another layout engine turn DOT into SVG, in drawings and pages; None brings back Graphviz.

    Args:
        function: takes DOT text and returns SVG text as Graphviz's `dot -Tsvg` writes it, with the ids of the source.

    Raises:
        TypeError: it is no function.

    >>> set_renderer(lambda source: f"<svg><!-- {source} --></svg>")
    >>> svg_of("digraph {}")
    '<svg><!-- digraph {} --></svg>'
    >>> set_renderer(None)
    """
    global _renderer
    if function is not None and not callable(function):
        raise TypeError(f"set_renderer takes a function from DOT text to SVG text, or None, not {function!r:.60}")
    _renderer = function


def svg_of(source: str, engine: str = "dot", options: tuple[str, ...] = ()) -> str:
    """DOT source as SVG text, by the function given to `set_renderer`, else by Graphviz.

    Raises:
        TypeError: the function gave something else than text.
        RuntimeError: as `render_dot`.
    """
    if _renderer is None or engine != "dot" or options:
        return render_dot(source, "svg", engine, options).decode()
    svg = _renderer(source)
    if not isinstance(svg, str):
        raise TypeError(f"the function given to set_renderer returned a {type(svg).__name__}, not SVG text")
    return svg


def render_dot(source: str, format: str, engine: str = "dot", options: tuple[str, ...] = ()) -> bytes:
    """What Graphviz makes of DOT source.

    Args:
        source: the graph.
        format: `svg`, `json`, `plain`, ...: whatever `-T` takes.
        engine: the layout: `dot`, `neato`, ...
        options: more arguments of the command line.

    Raises:
        RuntimeError: there is no renderer, or it could not draw this, or not within two minutes.
    """
    command = [*renderer(), f"-K{engine}", f"-T{format}", *options]
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows no console window pops up
    try:
        done = subprocess.run(
            command, input=source.encode(), capture_output=True, creationflags=flags, timeout=_MOST_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(
            f"Graphviz ({command[0]}) found no layout within {_MOST_SECONDS} seconds: draw a part of the graph, "
            "collapse its modules (collapse=True), or write the .gv for another program"
        ) from None
    if done.returncode or not done.stdout:
        said = done.stderr.decode(errors="replace").strip() or "it printed nothing"
        raise RuntimeError(f"Graphviz ({command[0]}) could not draw this as {format}: {said:.500}")
    return done.stdout


def renderer() -> list[str]:
    """The command that renders: the program in the wheel graphviz-pure, else a system `dot`.

    Raises:
        RuntimeError: there is neither.
    """
    global _program_found
    for path in (_program_found,) if _program_found else _installed_programs():
        if path.is_file() and os.access(path, os.X_OK):
            _program_found = path
            return [str(path)]
    _program_found = None
    system = shutil.which("dot")
    if system:
        return [system]
    raise RuntimeError(
        "no Graphviz was found to draw with: run `pip install graphviz-pure` in this environment "
        f"({sys.prefix}), or install Graphviz so that `dot` is on PATH, or give another layout engine to "
        "micrograd_kr.drawing.set_renderer; "
        'draw(...).source and draw(..., path="graph.gv") work without it'
    )


def _installed_programs() -> Iterator[Path]:
    """Where pip may have put the program: what the wheel recorded, and the usual places should that be wrong."""
    names = (_PROGRAM, f"{_PROGRAM}.exe")
    try:
        wheel = metadata.distribution(_PROGRAM)
    except metadata.PackageNotFoundError:
        return
    for file in wheel.files or ():
        if file.name in names:
            yield Path(str(file.locate()))
    beside = Path(str(wheel.locate_file("")))  # `pip install --target` puts the scripts into a folder beside
    for folder in (
        beside / "bin",
        beside / "Scripts",
        Path(sysconfig.get_path("scripts")),
        Path(sys.executable).parent,
    ):
        for name in names:
            yield folder / name
