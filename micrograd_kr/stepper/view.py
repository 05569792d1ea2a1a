"""What is shown of a stepper: where it is, the last step in words, and a window of values and gradients.

The same `Screen` is written as plain text, as HTML for a notebook, and for rich in a terminal.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType

WINDOW = 12  # rows of the table
COLOURS = {"forward": "blue", "backward": "red"}
_HTML_COLOURS = {"forward": "#1f6fd6", "backward": "#d6304a"}  # legible on white and on black
_WIDEST = (1, 24, 28, 40, 40)  # cells of a column
_NARROWEST = (1, 0, 0, 8, 8)
_MOST_SHRUNK = (1, 8, 8)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: a node, or how many nodes are left out.

    Attributes:
        cells: the mark, the name, the formula, the value and the gradient.
        state: "current", "reached", "waiting", or "hidden" for the nodes left out.
        is_touched: whether the last step has changed the gradient.
    """

    cells: tuple[str, str, str, str, str]
    state: str
    is_touched: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """What is shown of a stepper, in words of the language `lang`."""

    lang: str
    phase: str
    phase_name: str
    where: str
    done: float
    sentence: str
    headings: tuple[str, str, str, str, str]
    lines: tuple[Line, ...]

    @property
    def bar(self) -> str:
        """How far it has come, as text."""
        done = int(self.done * 30)
        return "[" + "#" * done + "." * (30 - done) + "]"


# --- plain text -----------------------------------------------------------------------------------------------------


def as_text(screen: Screen, width: int) -> str:
    """Plain text, at most `width` cells wide as far as the numbers allow."""
    table = [screen.headings, *[line.cells for line in screen.lines]]
    widths = []
    for column, (least, most) in enumerate(zip(_NARROWEST, _WIDEST, strict=True)):
        widths.append(min(most, max([least, *[_cells(cells[column]) for cells in table]])))
    for column in (2, 1):
        excess = sum(widths) + 2 * (len(widths) - 1) - width
        widths[column] -= min(max(0, excess), max(0, widths[column] - _MOST_SHRUNK[column]))
    text = [f"{screen.phase_name}  {screen.where}  {screen.bar}", *_wrapped(screen.sentence, width), ""]
    for cells in table:
        fitted = [_fitted(cell, most) for cell, most in zip(cells, widths, strict=True)]
        gaps = [" " * (most - _cells(cell)) for cell, most in zip(fitted, widths, strict=True)]
        left = [cell + gap for cell, gap in zip(fitted[:3], gaps[:3], strict=True)]
        right = [gap + cell for cell, gap in zip(fitted[3:], gaps[3:], strict=True)]
        text.append("  ".join([*left, *right]).rstrip())
    return "\n".join(text)


def _cells(text: str) -> int:
    """How many columns of a terminal the text takes: two for a Hangul syllable."""
    return sum([_cell_width(character) for character in text])


def _cell_width(character: str) -> int:
    if character < "\u0300":
        return 1
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _fitted(text: str, most: int) -> str:
    if _cells(text) <= most:
        return text
    while _cells(text) > most - 1:
        text = text[:-1]
    return text + "…"


def _wrapped(sentence: str, width: int) -> list[str]:
    lines = [""]
    for word in sentence.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if _cells(longer) <= width:
            lines[-1] = longer
        else:
            lines += textwrap.wrap(word, width) or [""]
    return lines if lines[0] else lines[1:]


# --- HTML -----------------------------------------------------------------------------------------------------------


def as_html(screen: Screen) -> str:
    """HTML that stands by itself, for a notebook in light or dark."""
    colour = f"color:{_HTML_COLOURS[screen.phase]}"
    head = "".join([_cell("th", heading, column, "") for column, heading in enumerate(screen.headings)])
    lines = []
    for line in screen.lines:
        style = {"current": f"font-weight:bold;{colour}", "reached": ""}.get(line.state, "opacity:.6")
        touched = f"color:{_HTML_COLOURS['backward']}" if line.is_touched else ""
        cells = [_cell("td", text, column, touched * (column == 4)) for column, text in enumerate(line.cells)]
        lines.append(f'<tr style="{style}">{"".join(cells)}</tr>')
    return (
        f'<div lang="{escape(screen.lang)}"><p><b style="{colour}">{escape(screen.phase_name)}</b> '
        f'{escape(screen.where)} <progress value="{screen.done:.3f}" aria-label="{escape(screen.where)}"></progress>'
        f"</p><p>{escape(screen.sentence)}</p><table><tr>{head}</tr>{''.join(lines)}</table></div>"
    )


def _cell(tag: str, text: str, column: int, style: str) -> str:
    side = "left" if column < 3 else "right"
    return f'<{tag} style="text-align:{side};padding:1px 8px;{style}">{escape(text)}</{tag}>'


def as_widget(html: Callable[[], str], actions: list[tuple[str, Callable[[], object]]]) -> Any:
    """The HTML with a button for each action, as an ipywidgets box.

    Raises:
        ImportError: ipywidgets is not installed.
    """
    import ipywidgets

    shown = ipywidgets.HTML(html())

    def button(label: str, action: Callable[[], object]) -> Any:
        def on_click(_: Any) -> None:
            action()
            shown.value = html()

        made = ipywidgets.Button(description=label, layout=ipywidgets.Layout(width="auto"))
        made.on_click(on_click)
        return made

    return ipywidgets.VBox([ipywidgets.HBox([button(*action) for action in actions]), shown])


# --- rich -----------------------------------------------------------------------------------------------------------


def as_rich(screen: Screen) -> RenderableType:
    """The screen as something that rich prints, in colour."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    colour = COLOURS[screen.phase]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column, heading in enumerate(screen.headings):
        if column < 3:
            table.add_column(heading, overflow="ellipsis", no_wrap=True, min_width=1, max_width=_WIDEST[column])
        else:
            table.add_column(heading, justify="right", no_wrap=True, min_width=_NARROWEST[column])
    for line in screen.lines:
        *cells, gradient = map(Text, line.cells)
        gradient.stylize(COLOURS["backward"] if line.is_touched else "")
        style = {"current": f"bold {colour}", "reached": ""}.get(line.state, "dim")
        table.add_row(*cells, gradient, style=style)
    head = Text.assemble((screen.phase_name, f"bold {colour}"), f"  {screen.where}  {screen.bar}")
    return Group(head, Text(screen.sentence), Text(), table)
