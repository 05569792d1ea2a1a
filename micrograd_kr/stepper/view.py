"""What a terminal shows of a stepper: where it is, the last step in words, and a window of values and gradients."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING

from ..engine import Value
from ..locale import Message, language
from ..naming import format_number

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from .records import Step
    from .stepping import Stepper

WINDOW = 12  # rows of the table
COLOURS = {"forward": "blue", "backward": "red"}


def view(stepper: Stepper) -> RenderableType:
    """The stepper as something that rich prints."""
    from rich.console import Group
    from rich.text import Text

    lang = language(stepper.lang)
    step = stepper.last
    sentence = step.say(lang) if step else Message("stepper.view.start", {}).say(lang)
    return Group(_where(stepper, lang), Text(sentence), Text(), _table(stepper, step, lang))


def _where(stepper: Stepper, lang: str) -> RenderableType:
    from rich.text import Text

    index, total, phase = str(stepper.position), str(len(stepper)), stepper.phase
    told = Message("stepper.view.step", {"index": index, "total": total}).say(lang)
    name = Message(f"stepper.view.{phase}", {}).say(lang)
    return Text.assemble((name, f"bold {COLOURS[phase]}"), f"  {told}  ", _bar(stepper))


def _bar(stepper: Stepper, width: int = 30) -> str:
    done = stepper.position * width // len(stepper)
    return "[" + "#" * done + "." * (width - done) + "]"


def _table(stepper: Stepper, step: Step | None, lang: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    names, rows = stepper.names, stepper.nodes
    computed = min(stepper.position, len(rows))
    current = 0 if step is None else rows.index(step.node)
    first = max(0, min(current - WINDOW // 2, len(rows) - WINDOW))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", min_width=1)
    for column, width in (("node", 24), ("formula", 28)):
        heading = Message(f"stepper.view.{column}", {}).say(lang)
        table.add_column(heading, overflow="ellipsis", no_wrap=True, max_width=width)
    for column in ("value", "gradient"):
        heading = Message(f"stepper.view.{column}", {}).say(lang)
        table.add_column(heading, justify="right", no_wrap=True, min_width=8)
    if first:
        table.add_row("", _hidden(first, lang), style="dim")
    touched = {flow.arg for flow in step.flows} if step else set()
    for row, node in enumerate(rows[first : first + WINDOW], first):
        reached = row < computed
        formula = names.spell(node)
        is_current = step is not None and node is step.node
        style = f"bold {COLOURS[stepper.phase]}" if is_current else "" if reached else "dim"
        table.add_row(
            ">" if is_current else "",
            Text(names[node]),
            Text("" if formula == names[node] else formula),
            Text(format_number(stepper.number_of(node)) if reached else "."),
            Text(_gradient(stepper, node), style=COLOURS["backward"] if node in touched else ""),
            style=style,
        )
    if first + WINDOW < len(rows):
        table.add_row("", _hidden(len(rows) - first - WINDOW, lang), style="dim")
    return table


def _hidden(count: int, lang: str) -> str:
    return "… " + Message("stepper.view.hidden", {"count": f"{count:,}"}).say(lang)


def _gradient(stepper: Stepper, node: Value) -> str:
    return format_number(node.grad) if stepper.phase == "backward" else "."


def as_text(stepper: Stepper) -> str:
    """The same as plain text."""
    from rich.console import Console

    file = io.StringIO()
    width = max(60, min(120, shutil.get_terminal_size().columns))
    Console(file=file, width=width, color_system=None, legacy_windows=False).print(view(stepper))
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())


def show(stepper: Stepper) -> None:
    """Print it in colour in a terminal, as plain text elsewhere."""
    from rich.console import Console

    console = Console()
    if console.is_terminal:
        console.print(view(stepper))
    else:
        print(as_text(stepper))
