"""A panel as SVG: what is drawn in it, its frame, its legend, its scale of colours."""

from __future__ import annotations

import math
from typing import Any

from . import shapes
from .areas import Areas
from .contours import Contours
from .lines import Lines
from .notes import Notes
from .plane import Place
from .scale import color_scale
from .settings import Settings
from .ticks import ticks_between, written


class Panel(Lines, Areas, Contours, Notes, Settings):
    """One pair of axes."""

    def svg(self, left: float, top: float, width: float, height: float) -> str:
        """The panel inside the rectangle that it has."""
        room_left = 12 if self.is_bare else 20 + (18 if self.titles["ylabel"] else 0) + self._widest_tick()
        room_right = 14 + (66 if self.color_bar and self.color_bar.label else 48 if self.color_bar else 0)
        room_top = 12 + (19 * (self.titles["title"].count("\n") + 1) if self.titles["title"] else 0)
        room_bottom = 12 if self.is_bare else 28 + (20 if self.titles["xlabel"] else 0)
        if self.ticks[0] == [] and not self.titles["xlabel"]:
            room_bottom = 12
        x, y, w, h = left + room_left, top + room_top, width - room_left - room_right, height - room_top - room_bottom
        spans = [self.span(0), self.span(1)]
        if self.is_equal and not any(self.is_log):
            x, y, w, h = self._squared(x, y, w, h, spans)

        def part(axis: int, value: float) -> float:
            low, high = spans[axis]
            if self.is_log[axis]:
                low, high, value = math.log10(low), math.log10(high), math.log10(max(value, 1e-300))
            return (value - low) / ((high - low) or 1.0)

        def place(across: float, up: float) -> tuple[float, float]:
            rise = part(1, up)
            return x + w * part(0, across), y + h * (rise if self.is_upside_down else 1 - rise)

        marks = "".join(mark(place) for order, mark in sorted(self.marks, key=lambda one: one[0]) if order < 3)
        texts = "".join(mark(place) for order, mark in sorted(self.marks, key=lambda one: one[0]) if order >= 3)
        number = self.figure.panels.index(self)
        clip = f"panel{number}"
        parts = [
            f'<clipPath id="{clip}"><rect x="{x - 1:.1f}" y="{y - 1:.1f}" width="{w + 2:.1f}" height="{h + 2:.1f}"/>'
            "</clipPath>",
            f'<g clip-path="url(#{clip})">{marks}</g>',
        ]
        if not self.is_bare:
            parts += self._frame(x, y, w, h, spans, place)
        parts.append(texts)
        if self.titles["title"]:
            parts.append(shapes.text(x + w / 2, top + 19, self.titles["title"], "middle", size=13.8))
        if self.color_bar:
            parts.append(color_scale(self.color_bar, x + w + 12, y, h))
        if self.has_legend and self.entries:
            parts.append(self._legend(x, y, w, h, place))
        return "".join(parts)

    def _widest_tick(self) -> float:
        labels = self.tick_labels[1] or [written(tick) for tick in self._marked(1, 6)]
        return max([0.0, *(shapes.wide(str(text), self.tick_size) for text in labels)])

    def _squared(self, x: float, y: float, w: float, h: float, spans: list[tuple[float, float]]) -> tuple[float, ...]:
        across, up = (abs(high - low) or 1.0 for low, high in spans)
        unit = min(w / across, h / up)
        return x + (w - unit * across) / 2, y + (h - unit * up) / 2, unit * across, unit * up

    def _marked(self, axis: int, most: int) -> list[float]:
        ticks, (low, high) = self.ticks[axis], self.span(axis)
        low, high = min(low, high), max(low, high)
        if ticks is None and self.is_log[axis]:
            first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
            steps = (1,) if last - first > 2 else (1, 2, 5)
            ticks = [step * 10.0**power for power in range(first, last + 1) for step in steps]
        if ticks is None:
            return ticks_between(low, high, most)
        return [tick for tick in ticks if low - 1e-9 * abs(low) <= tick <= high + 1e-9 * abs(high)]

    def _frame(self, x: float, y: float, w: float, h: float, spans: Any, place: Place) -> list[str]:
        parts = []
        corners = {"left": (x, y, x, y + h), "right": (x + w, y, x + w, y + h),
                   "top": (x, y, x + w, y), "bottom": (x, y + h, x + w, y + h)}  # fmt: skip
        for side, (x1, y1, x2, y2) in corners.items():
            spine = self.spines[side]
            if spine.is_shown:
                parts.append(shapes.line((x1, y1), (x2, y2), spine.color, 0.8, "none", 1))
        length = 4 if self.has_tick_marks else 0
        for axis, most in ((0, max(2, int(w / 60))), (1, max(2, int(h / 42)))):
            ticks, labels = self._marked(axis, most), self.tick_labels[axis]
            for index, tick in enumerate(ticks):
                at = place(tick, spans[1][0])[0] if axis == 0 else place(spans[0][0], tick)[1]
                text = str(labels[index]) if labels and index < len(labels) else "" if labels else written(tick)
                if axis == 0:
                    parts.append(shapes.line((at, y + h), (at, y + h + length), "#222", 0.8, "none", 1))
                    parts.append(shapes.text(at, y + h + length + 13, text, "middle", size=self.tick_size))
                else:
                    parts.append(shapes.line((x - length, at), (x, at), "#222", 0.8, "none", 1))
                    parts.append(shapes.text(x - length - 4, at + 4.3, text, "end", size=self.tick_size))
        if self.titles["xlabel"]:
            parts.append(shapes.text(x + w / 2, y + h + 37, self.titles["xlabel"], "middle"))
        if self.titles["ylabel"]:
            across = x - 16 - self._widest_tick()
            parts.append(shapes.text(across, y + h / 2, self.titles["ylabel"], "middle", turn=-90))
        return parts

    def _legend(self, x: float, y: float, w: float, h: float, place: Place) -> str:
        """The legend in the corner where the least is drawn."""
        width = 34 + max(shapes.wide(label, 11.5) for label, *_ in self.entries)
        height = 17 * len(self.entries) + 4
        points = [place(a, b) for a, b in zip(*self._thinned(), strict=False)]
        corners = [
            (x + w - width - 4, y + 4),
            (x + 6, y + 4),
            (x + w - width - 4, y + h - height - 6),
            (x + 6, y + h - height - 6),
        ]
        left, top = min(
            corners,
            key=lambda corner: sum(
                corner[0] - 4 < px < corner[0] + width + 4 and corner[1] - 4 < py < corner[1] + height + 4
                for px, py in points
            ),
        )
        parts = [
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height}" fill="white" opacity=".72"/>'
        ]
        for index, (label, color, kind, dashes) in enumerate(self.entries):
            middle = top + 11 + 17 * index
            if kind == "line":
                parts.append(shapes.line((left + 4, middle), (left + 24, middle), color, 1.5, dashes, 1))
            elif kind == "dot":
                parts.append(shapes.marker(left + 14, middle, 3.6, color, 1, "o"))
            else:
                parts.append(shapes.rectangle((left + 4, middle - 4), (left + 24, middle + 5), color, 1))
            parts.append(shapes.text(left + 29, middle + 4, label, "start", size=11.5))
        return "".join(parts)

    def _thinned(self) -> tuple[list[float], list[float]]:
        xs, ys = self.seen
        if len(xs) != len(ys):
            return [], []
        return xs, ys
