"""Tables as a notebook shows them, with their style in the cells: some notebooks bring none of their own."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

Cell = str | tuple[str, str]  # a text, or a text and the CSS of its cell


def html_table(rows: Sequence[Sequence[Cell]], head: Sequence[str] = (), left: int = 0, caption: str = "") -> str:
    """A table of texts, which are escaped.

    Args:
        rows: the cells; a cell may bring CSS of its own.
        head: the titles of the columns, if they have any.
        left: how many columns are aligned on the left; the others are on the right, as numbers are.
        caption: what stands above the table.

    >>> html_table([["a < b"]], left=1)
    '<table><tr><td style="padding:2px 8px;text-align:left">a &lt; b</td></tr></table>'
    """
    lines = [_line("th", head, left)] if head else []
    lines += [_line("td", row, left) for row in rows]
    return f"<table>{f'<caption>{escape(caption)}</caption>' if caption else ''}{''.join(lines)}</table>"


def _line(tag: str, cells: Sequence[Cell], left: int) -> str:
    found = []
    for place, cell in enumerate(cells):
        text, style = (cell, "") if isinstance(cell, str) else cell
        style = f"padding:2px 8px{';text-align:left' * (place < left)}{';' * bool(style)}{style}"
        found.append(f'<{tag} style="{style}">{escape(text)}</{tag}>')
    return f"<tr>{''.join(found)}</tr>"
