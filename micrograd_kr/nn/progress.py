"""A progress bar for training: in a terminal with rich, in a notebook with what the notebook itself brings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from time import perf_counter
from typing import Any

from ..locale import translate

Advance = Callable[[int, float], None]  # (steps taken since the last call, the loss now)

_PAUSE = 0.1  # seconds between two updates of a notebook


@contextmanager
def progress_bar(wanted: bool | None, steps: int) -> Iterator[Advance]:
    """Yield a function to call after some steps, with their number and the loss, which moves the bar.

    Args:
        wanted: whether to show a bar; None shows one in a terminal and in a notebook, where somebody looks at it.
        steps: how many steps there will be.

    Raises:
        ImportError: a terminal's bar needs rich, which is missing.

    >>> with progress_bar(False, steps=2) as advance:
    ...     advance(1, 0.5)
    """
    if wanted is False:
        yield lambda count, loss: None
    elif in_notebook():
        yield from _in_notebook(steps)
    elif wanted or sys.stderr.isatty():
        yield from _in_terminal(steps)
    else:
        yield lambda count, loss: None


def in_notebook() -> bool:
    """Whether this code runs in a Jupyter kernel, where a terminal's bar would be a heap of lines."""
    interactive = sys.modules.get("IPython")  # a kernel has loaded it
    shell = interactive.get_ipython() if interactive else None
    return getattr(shell, "kernel", None) is not None


def _in_terminal(steps: int) -> Iterator[Advance]:
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    except ImportError as error:
        raise ImportError(f'the progress bar needs rich ({error}): pip install "rich"') from error
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(f"{translate('nn.loss')} {{task.fields[loss]:.6g}}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=steps, loss=float("nan"))
        yield lambda count, loss: bar.update(task, advance=count, loss=loss)


def _in_notebook(steps: int) -> Iterator[Advance]:
    display = import_module("IPython.display").display
    done, loss, shown_at = 0, float("nan"), perf_counter()
    handle: Any = display(_Bar(0, steps, loss), display_id=True)

    def advance(count: int, loss_now: float) -> None:
        nonlocal done, loss, shown_at
        done, loss = done + count, loss_now
        if perf_counter() - shown_at >= _PAUSE:
            shown_at = perf_counter()
            handle.update(_Bar(done, steps, loss))

    try:
        yield advance
    finally:
        handle.update(_Bar(done, steps, loss))


class _Bar:
    """What a notebook shows: a bar of HTML, or a line of text where there is no HTML."""

    def __init__(self, done: int, steps: int, loss: float) -> None:
        self.done, self.steps, self.loss = done, steps, loss

    def __repr__(self) -> str:
        return f"{self.done}/{self.steps} {translate('nn.loss')} {self.loss:.6g}"

    def _repr_html_(self) -> str:
        return f'<progress value="{self.done}" max="{self.steps}"></progress> {self!r}'
