"""How commands write: in the language asked for, to any terminal, pipe or file, and mistakes without a traceback."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ..files import write_whole
from ..locale import translate

if TYPE_CHECKING:
    from rich.console import Console

    from .. import Value
    from ..stepper import Step

PICTURES = (".svg", ".png", ".gv", ".dot")
STANDARD_OUTPUT = Path("-")

# What a narrow encoding (ascii, cp1252, cp949) lacks is written like this rather than as a question mark.
_PLAIN = {"→": "->", "←": "<-", "×": "x", "·": "*", "∂": "d", "−": "-", "–": "-", "—": "-", "…": "...", "²": "^2"}
_PLAIN |= {"“": '"', "”": '"', "‘": "'", "’": "'", "≤": "<=", "≥": ">=", "≠": "!=", "√": "sqrt", "━": "=", "─": "-"}


class CommandError(Exception):
    """A mistake of the user's, answered in one message; the exit code is 2."""


def say(key: str, **pieces: object) -> str:
    """The message `command_line.KEY` in the language of the command line.

    >>> say("picture_written", path="graph.svg")
    'The picture is in graph.svg.'
    """
    return translate(f"command_line.{key}", None, **{name: harmless(str(piece)) for name, piece in pieces.items()})


def program() -> str:
    """What was typed to start the command line, such as `python -m micrograd_kr`."""
    called = os.path.basename(sys.argv[0])
    return "python -m micrograd_kr" if called.startswith(("__main__", "-")) or not called else called


def harmless(text: str) -> str:
    r"""A text without the characters by which it could steer the terminal.

    >>> harmless("\x1b[31mred")
    '?[31mred'
    """
    return "".join([character if character.isprintable() or character == "\n" else "?" for character in text])


def console() -> Console:
    """Where commands print: in colour in a terminal, as plain text in a pipe."""
    from rich.console import Console

    class Output(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich would end the process with a failure; `main` knows better

    return Output(highlight=False, markup=False, emoji=False)


def show(out: Console, *texts: object, style: str | None = None, indent: int = 0) -> None:
    """Print a paragraph: wrapped in a terminal, and whole in a pipe, where other programs read on."""
    from rich.padding import Padding
    from rich.text import Text

    text = Text(" ".join(map(str, texts)), style=style or "")
    if out.is_terminal:
        out.print(Padding(text, (0, 0, 0, indent)))
    else:
        out.print(" " * indent + text.plain, soft_wrap=True)


def show_lines(out: Console, text: str, indent: int = 0) -> None:
    """Print lines, each with the indentation that it has: long ones are broken between words in a terminal."""
    for line in text.splitlines():
        words = line.lstrip()
        show(out, words, indent=indent + len(line) - len(words) if words else 0)


def show_step(out: Console, step: Step, digits: int = 2) -> None:
    """Print a step of a Stepper in words, after its number; in a terminal in the colour of its phase."""
    from rich.table import Table
    from rich.text import Text

    number = f"  {step.index:>{digits}}."
    if not out.is_terminal:
        out.print(f"{number} {step.say()}", soft_wrap=True)
        return
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_row(
        Text(number, style={"forward": "blue", "backward": "red"}[step.phase]), Text(step.say(), overflow="fold")
    )
    out.print(row)


def title(out: Console, key: str) -> None:
    """A heading, after an empty line."""
    out.print(f"\n{say(key)}\n", style="bold cyan")


def table(out: Console, rows: Iterable[Iterable[object]], header: Iterable[str]) -> None:
    """Print rows under a header: the first column is text, the others are numbers."""
    from rich.console import Console
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for index, name in enumerate(header):
        grid.add_column(name, justify="right" if index else "left", overflow="fold")
    for row in rows:
        grid.add_row(*map(str, row))
    if out.is_terminal:
        out.print(grid)
        return
    plain = Console(file=io.StringIO(), width=120, color_system=None)
    plain.print(grid)
    for line in plain.file.getvalue().splitlines():  # type: ignore[attr-defined]
        out.print(line.rstrip(), soft_wrap=True)


def complain(mistake: object) -> None:
    """Print a mistake on standard error."""
    print(harmless(str(mistake)), file=sys.stderr)


def prepare_streams() -> None:
    """Let both outputs write every character, put plainly where their encoding lacks it; a closed one takes all."""
    if sys.stdout is None:
        write_into_nothing()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            _never_fail_to_encode(stream)


def write_into_nothing() -> None:
    """Let whatever standard output is still given succeed, though nobody reads it any more."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (AttributeError, OSError, ValueError):
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _never_fail_to_encode(stream: TextIO) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None and not (stream.encoding or "").lower().startswith("utf"):
        codecs.register_error("micrograd_kr_plain", _plainly)
        reconfigure(errors="micrograd_kr_plain")


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(c, "?") for c in error.object[error.start : error.end]), error.end


def can_write(text: str) -> bool:
    """Whether standard output's encoding has all characters of a text."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


# --- files ----------------------------------------------------------------------------------------------------------


def output_path(text: str, suffixes: Iterable[str]) -> Path:
    """The file to write, if its suffix says what to write; `-` is standard output.

    Raises:
        CommandError: the suffix is another one.
    """
    path, known = Path(text), list(suffixes)
    if path != STANDARD_OUTPUT and path.suffix.lower() not in known:
        raise CommandError(say("suffix", path=text, suffixes=", ".join(known)))
    return path


def write(path: Path, content: bytes) -> None:
    """Write a file, or to standard output.

    Raises:
        CommandError: it cannot be written; the message says why.
    """
    if path == STANDARD_OUTPUT:
        sys.stdout.buffer.write(content)
        return
    try:
        write_whole(path, content)
    except OSError as error:
        raise CommandError(say("not_written", path=path, error=error.strerror or error)) from None


def draw_into(path: Path, root: Value, expand: bool = False, mark: bytes = b"") -> None:
    """Draw a graph into a file of the kind that its suffix names, or as SVG to standard output, with `mark` at its end.

    Raises:
        CommandError: it cannot be drawn, or not be written; the message says why.
    """
    from ..drawing import draw

    suffix = path.suffix.lower().lstrip(".") or "svg"
    try:
        drawing = draw(root, expand=expand)
        content = drawing.source.encode() if suffix in ("gv", "dot") else drawing.pipe(format=suffix)
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise CommandError(f"{error}") from error
    write(path, content + mark)
