"""A model in a table: its parts, the shapes of their weights, and how many parameters each has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..html_table import Cell, html_table
from ..locale import translate
from .tables import flat, shape_of

_TITLES = ("name", "module", "shapes", "parameters")
_LONGEST = 60  # characters of a module's repr


class Line(NamedTuple):
    """A part of the model."""

    name: str
    module: str
    shapes: str
    parameters: int


def summary_lines(module: Any) -> tuple[list[Line], int]:
    """A line for each part, and the number of parameters of all of them; one that is shared counts once."""
    lines, counted = [], set()
    for name, part, tensors in _parts("", module, set()):
        shapes = ", ".join(f"{inner} {shape_of(tensor) or 'a number'}" for inner, tensor in tensors)
        values = {id(value) for _, tensor in tensors for value in flat(tensor)}
        counted |= values
        lines.append(Line(name, _shortened(part), shapes, len(values)))
    return lines, len(counted)


def summary_text(module: Any) -> str:
    """The table in columns of text."""
    lines, total = summary_lines(module)
    rows = [_TITLES, *[(*line[:3], f"{line.parameters:,}") for line in lines], ("", "", "", f"{total:,}")]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join("  ".join([*[row[i].ljust(widths[i]) for i in range(3)], row[3].rjust(widths[3])]) for row in rows)


def summary_html(module: Any) -> str:
    """The table as HTML, with its heads in the language of the reader."""
    lines, total = summary_lines(module)
    rows: list[list[Cell]] = [[*line[:3], f"{line.parameters:,}"] for line in lines]
    rows.append(["", "", "", (f"{total:,}", "font-weight:bold")])
    return html_table(rows, [translate(f"nn.{title}") for title in _TITLES], left=3)


def _parts(name: str, module: Any, seen: set[int]) -> Iterator[tuple[str, Any, list[tuple[str, Any]]]]:
    """Each part with the tensors that belong to it alone: (name, module, tensors)."""
    if id(module) in seen:
        return
    seen.add(id(module))
    parts = module._summary_parts()
    inside = {id(value) for _, part in parts for _, tensor in part._all_tensors() for value in flat(tensor)}
    own = [(n, tensor) for n, tensor in module._all_tensors() if inside.isdisjoint(map(id, flat(tensor)))]
    if own or not parts:
        yield name or type(module).__name__, module, own
    for inner, part in parts:
        yield from _parts(f"{name}.{inner}" if name else inner, part, seen)


def _shortened(module: Any) -> str:
    text: str = module._summary_title()
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 4]} ..."
