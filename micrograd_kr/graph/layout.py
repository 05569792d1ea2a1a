"""The layout engine: DOT -> SVG by Graphviz, which need not be installed, or by a function given to `set_renderer`.

The program comes with the wheel graphviz-pure; where there is no such wheel a `dot` of the system takes its place.

>>> render_dot("digraph { a -> b }", "plain").split()[:2]
[b'graph', b'1']
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

_PROGRAM = "graphviz-pure"
_MOST_SECONDS = 120

Renderer = Callable[[str], str]  # DOT text -> SVG text
_renderer: Renderer | None = None
_program_found: Path | None = None


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
