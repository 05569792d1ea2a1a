"""The plane of a panel: from where to where it runs, and what is drawn in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from . import palette

if TYPE_CHECKING:
    from .canvas import Canvas
    from .scale import ColorBar

Place = Callable[[float, float], tuple[float, float]]  # from numbers to where they are on the canvas


class Spine:
    """One side of a panel's frame."""

    def __init__(self, is_shown: bool) -> None:
        self.is_shown, self.color = is_shown, "#222"

    def set_visible(self, is_shown: bool) -> None:
        """Show or hide it."""
        self.is_shown = is_shown

    def set_color(self, color: str) -> None:
        """Paint it."""
        self.color = palette.color(color)


class Plane:
    """What all parts of a panel know of it."""

    def __init__(self, canvas: Canvas) -> None:
        self.figure = canvas
        self.marks: list[tuple[int, Callable[[Place], str]]] = []
        self.seen: tuple[list[float], list[float]] = ([], [])  # the numbers that must be inside
        self.limits: list[tuple[float, float] | None] = [None, None]
        self.margins = [0.05, 0.05]
        self.is_log = [False, False]
        self.ticks: list[list[float] | None] = [None, None]
        self.tick_labels: list[list[str] | None] = [None, None]
        self.titles = {"title": "", "xlabel": "", "ylabel": ""}
        self.entries: list[tuple[str, str, str, str]] = []  # of the legend: label, colour, kind, dashes
        self.has_legend = self.is_equal = self.is_upside_down = False
        self.is_bare = False
        self.has_tick_marks = True
        self.color_bar: ColorBar | None = None
        self.tick_size = 12.0
        self.spines = {side: Spine(side in ("left", "bottom")) for side in ("left", "bottom", "right", "top")}
        self._next = 0

    def _cycle(self) -> str:
        self._next += 1
        return palette.CYCLE[(self._next - 1) % len(palette.CYCLE)]

    def _draw(self, order: int, mark: Callable[[Place], str]) -> None:
        self.marks.append((order, mark))

    def _see(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        self.seen[0].extend(x for x in xs if math.isfinite(x))
        self.seen[1].extend(y for y in ys if math.isfinite(y))

    def _name(self, label: str, color: str, kind: str, dashes: str = "none") -> None:
        if label and not str(label).startswith("_"):
            self.entries.append((str(label), color, kind, dashes))

    def span(self, axis: int) -> tuple[float, float]:
        """From where to where an axis runs."""
        limits = self.limits[axis]
        if limits is not None:
            return limits
        seen = [value for value in self.seen[axis] if not self.is_log[axis] or value > 0]
        if not seen:
            return 0.0, 1.0
        low, high = min(seen), max(seen)
        if self.is_log[axis]:
            room = (math.log10(high) - math.log10(low) or 1.0) * 0.05
            return 10 ** (math.log10(low) - room), 10 ** (math.log10(high) + room)
        if low == high:
            return low - 0.5, high + 0.5
        room = (high - low) * abs(self.margins[axis])
        return (low if self.margins[axis] < 0 else low - room), high + room
