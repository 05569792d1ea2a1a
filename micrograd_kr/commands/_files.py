"""The files that commands write."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ._output import CommandError, say

if TYPE_CHECKING:
    from .. import Value

PICTURES = (".svg", ".png", ".gv", ".dot")


def output_path(text: str, suffixes: Iterable[str]) -> Path:
    """The file to write, if its suffix says what to write.

    Raises:
        CommandError: the suffix is another one.
    """
    path, known = Path(text), list(suffixes)
    if path.suffix.lower() not in known:
        raise CommandError(say("suffix", path=text, suffixes=", ".join(known)))
    return path


def write(path: Path, content: bytes) -> None:
    """Write a file.

    Raises:
        CommandError: it cannot be written; the message says why.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(say("not_written", path=path, error=error.strerror or error)) from None


def draw_into(path: Path, root: Value, expand: bool = False, mark: bytes = b"") -> None:
    """Draw a graph into a file of the kind that its suffix names, with `mark` at its end.

    Raises:
        CommandError: it cannot be drawn, or not be written; the message says why.
    """
    from ..drawing import draw

    suffix = path.suffix.lower().lstrip(".")
    try:
        drawing = draw(root, expand=expand)
        content = drawing.source.encode() if suffix in ("gv", "dot") else drawing.pipe(format=suffix)
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise CommandError(f"{error}") from error
    write(path, content + mark)
