"""Lines and points."""

from __future__ import annotations

import math
from typing import Any

from . import palette, shapes
from .arguments import line_style, numbers_of, refuse
from .palette import Image
from .plane import Place, Plane
from .shapes import DASHES


class Lines(Plane):
    """What a chapter draws of lines and points."""

    def plot(self, *data: Any, color: Any = None, linestyle: str = "-", linewidth: float = 1.5, marker: str = "",
             label: str = "", alpha: float = 1, markersize: float = 6, zorder: int = 2,
             **style: Any) -> list[Any]:  # fmt: skip
        """A line through points, or only their markers."""
        format = data[-1] if isinstance(data[-1], str) else ""
        data = data[:-1] if format else data
        data = tuple(one if hasattr(one, "__iter__") else [one] for one in data)
        ys = numbers_of(data[-1])
        xs = numbers_of(data[0]) if len(data) > 1 else [float(number) for number in range(len(ys))]
        for sign in format:
            if sign in "osx^.":
                marker = sign
            elif sign in palette.NAMED:
                color = sign
        if format and not any(sign in format for sign in "-:"):
            linestyle = "none"
        elif "--" in format:
            linestyle = "--"
        paint = palette.color(style.pop("c", color), self._cycle() if color is None else "")
        linestyle, linewidth = style.pop("ls", linestyle), style.pop("lw", linewidth)
        refuse("plot", style, "solid_capstyle", "markeredgecolor", "markerfacecolor", "clip_on")
        has_line = linestyle not in ("none", "None", "", " ")
        self._see(xs, ys)

        def draw(place: Place) -> str:
            points = [place(x, y) for x, y in zip(xs, ys, strict=True) if math.isfinite(x) and math.isfinite(y)]
            parts = []
            if has_line:
                way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
                parts.append(
                    f'<polyline points="{way}" fill="none" stroke="{paint}" stroke-width="{1.33 * linewidth:g}" '
                    f'stroke-linejoin="round" stroke-dasharray="{DASHES.get(linestyle, "none")}" opacity="{alpha:g}"/>'
                )
            if marker:
                parts += [shapes.marker(x, y, 0.66 * markersize, paint, alpha, marker) for x, y in points]
            return "".join(parts)

        self._draw(zorder, draw)
        kind = "line" if has_line else "dot"
        self._name(label, paint, kind, DASHES.get(linestyle, "none"))
        return [None]

    def scatter(self, xs: Any, ys: Any, s: Any = 36, c: Any = None, color: Any = None, alpha: float = 1,
                edgecolors: Any = None, linewidths: float = 0.6, marker: str = "o", label: str = "", zorder: int = 1,
                cmap: str | None = None, vmin: float | None = None, vmax: float | None = None,
                **style: Any) -> Image:  # fmt: skip
        """Points, each in its colour and size."""
        refuse("scatter", style, "edgecolor", "linewidth")
        edgecolors, linewidths = style.get("edgecolor", edgecolors), style.get("linewidth", linewidths)
        xs, ys = numbers_of(xs), numbers_of(ys)
        chosen = c if c is not None else color
        image = Image(self, 0.0, 1.0, cmap)
        if chosen is None or isinstance(chosen, str):
            colors = [palette.color(chosen, self._cycle() if chosen is None else "")] * len(xs)
        elif len(chosen) and not isinstance(chosen[0], str) and not hasattr(chosen[0], "__len__"):
            image = Image(self, *palette.span_of(numbers_of(chosen), vmin, vmax), cmap)
            colors = [palette.mapped(cmap, palette.part_of(value, image)) for value in numbers_of(chosen)]
        else:
            colors = [palette.color(one) for one in chosen]
        sizes = [float(s)] * len(xs) if isinstance(s, int | float) else numbers_of(s)
        edge = "none" if edgecolors in (None, "none", "face") else palette.color(edgecolors)
        self._see(xs, ys)

        def draw(place: Place) -> str:
            parts = []
            for x, y, paint, size in zip(xs, ys, colors, sizes, strict=True):
                left, top = place(x, y)
                parts.append(shapes.marker(left, top, 0.66 * math.sqrt(size), paint, alpha, marker, edge, linewidths))
            return "".join(parts)

        self._draw(zorder, draw)
        self._name(label, colors[0] if colors else "none", "dot")
        return image

    def axhline(self, y: float = 0, **style: Any) -> None:
        """A line across the panel."""
        self._across(y, 1, style)

    def axvline(self, x: float = 0, **style: Any) -> None:
        """A line up the panel."""
        self._across(x, 0, style)

    def _across(self, at: float, axis: int, style: dict[str, Any]) -> None:
        paint, width, dashes, alpha, label = line_style(style)
        self.seen[axis].append(float(at))

        def draw(place: Place) -> str:
            (left, right), (low, high) = self.span(0), self.span(1)
            ends = ((left, at), (right, at)) if axis else ((at, low), (at, high))
            return shapes.line(place(*ends[0]), place(*ends[1]), paint, width, dashes, alpha)

        self._draw(2, draw)
        self._name(label, paint, "line", dashes)

    def vlines(self, xs: Any, low: Any, high: Any, **style: Any) -> None:
        """Upright lines, each from one number to another."""
        self._lines(xs, low, high, style, is_upright=True)

    def hlines(self, ys: Any, left: Any, right: Any, **style: Any) -> None:
        """Lying lines, each from one number to another."""
        self._lines(ys, left, right, style, is_upright=False)

    def _lines(self, at: Any, starts: Any, ends: Any, style: dict[str, Any], is_upright: bool) -> None:
        at = numbers_of(at) if hasattr(at, "__iter__") else [float(at)]
        starts = numbers_of(starts) if hasattr(starts, "__iter__") else [float(starts)] * len(at)
        ends = numbers_of(ends) if hasattr(ends, "__iter__") else [float(ends)] * len(at)
        paint, width, dashes, alpha, label = line_style(style)
        self._see(*(at, [*starts, *ends]) if is_upright else ([*starts, *ends], at))

        def draw(place: Place) -> str:
            parts = []
            for one, start, end in zip(at, starts, ends, strict=True):
                first, second = ((one, start), (one, end)) if is_upright else ((start, one), (end, one))
                parts.append(shapes.line(place(*first), place(*second), paint, width, dashes, alpha))
            return "".join(parts)

        self._draw(1, draw)
        self._name(label, paint, "line", dashes)
