"""Bars, areas and painted matrices."""

from __future__ import annotations

import math
from typing import Any

from . import palette, shapes
from .arguments import numbers_of, refuse
from .palette import Image
from .plane import Place, Plane


class Areas(Plane):
    """What a chapter paints."""

    def bar(self, xs: Any, heights: Any, width: float = 0.8, color: Any = None, label: str = "", alpha: float = 1,
            bottom: Any = 0, **style: Any) -> list[Any]:  # fmt: skip
        """Upright bars."""
        refuse("bar", style, "edgecolor", "linewidth", "zorder", "align", "yerr", "tick_label")
        places = self._categories(0, xs)
        self._bars(places, numbers_of(heights), width, color, label, alpha, bottom, is_upright=True)
        return [None] * len(places)

    def barh(self, ys: Any, widths: Any, height: float = 0.8, color: Any = None, label: str = "", alpha: float = 1,
             **style: Any) -> list[Any]:  # fmt: skip
        """Lying bars."""
        refuse("barh", style, "edgecolor", "linewidth", "zorder", "left")
        places = self._categories(1, ys)
        self._bars(places, numbers_of(widths), height, color, label, alpha, 0, is_upright=False)
        return [None] * len(places)

    def _categories(self, axis: int, names: Any) -> list[float]:
        names = list(names)
        if names and isinstance(names[0], str):
            self.ticks[axis] = [float(number) for number in range(len(names))]
            self.tick_labels[axis] = names
            return [float(number) for number in range(len(names))]
        return numbers_of(names)

    def _bars(self, places: list[float], lengths: list[float], thickness: float, color: Any, label: str, alpha: float,
              bottom: Any, is_upright: bool) -> None:  # fmt: skip
        several = isinstance(color, list | tuple) and not (color and isinstance(color[0], float | int))
        chosen = color if several else [palette.color(color, self._cycle())] * len(places)
        colors = [palette.color(one) for one in chosen]
        feet = [float(bottom)] * len(places) if isinstance(bottom, int | float) else numbers_of(bottom)
        along = [place + side * thickness / 2 for place in places for side in (-1, 1)]
        across = [*feet, *(foot + length for foot, length in zip(feet, lengths, strict=True))]
        self._see(*(along, across) if is_upright else (across, along))
        if 0.0 in feet and min(across) >= 0:
            self.margins[1 if is_upright else 0] = -0.05  # bars stand on the axis

        def draw(place: Place) -> str:
            parts = []
            for at, foot, length, paint in zip(places, feet, lengths, colors, strict=True):
                corners = (at - thickness / 2, foot), (at + thickness / 2, foot + length)
                first, second = [place(*corner) if is_upright else place(corner[1], corner[0]) for corner in corners]
                parts.append(shapes.rectangle(first, second, paint, alpha))
            return "".join(parts)

        self._draw(1, draw)
        self._name(label, colors[0] if colors else "none", "box")

    def fill_between(self, xs: Any, low: Any, high: Any = 0, color: Any = None, alpha: float = 1, label: str = "",
                     **style: Any) -> None:  # fmt: skip
        """The area between two lines."""
        refuse("fill_between", style, "linewidth", "zorder", "edgecolor")
        xs, paint = numbers_of(xs), palette.color(color, self._cycle() if color is None else "")
        sides = [[float(one)] * len(xs) if isinstance(one, int | float) else numbers_of(one) for one in (low, high)]
        self._see(xs, [*sides[0], *sides[1]])

        def draw(place: Place) -> str:
            there = [place(x, y) for x, y in zip(xs, sides[0], strict=True)]
            back = [place(x, y) for x, y in zip(xs, sides[1], strict=True)]
            way = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*there, *reversed(back)])
            return f'<polygon points="{way}" fill="{paint}" opacity="{alpha:g}"/>'

        self._draw(0, draw)
        self._name(label, paint, "box")

    def imshow(self, matrix: Any, cmap: str | None = None, vmin: float | None = None, vmax: float | None = None,
               extent: Any = None, origin: str = "upper", aspect: Any = "equal", alpha: float = 1,
               **style: Any) -> Image:  # fmt: skip
        """A matrix as coloured squares."""
        refuse("imshow", style, "interpolation", "zorder")
        rows = [numbers_of(row) for row in matrix]
        image = Image(self, *palette.span_of([value for row in rows for value in row], vmin, vmax), cmap)
        across, down = len(rows[0]), len(rows)
        left, right, low, high = extent or (
            (-0.5, across - 0.5, -0.5, down - 0.5) if origin == "lower" else (-0.5, across - 0.5, down - 0.5, -0.5)
        )
        self.limits = [(left, right), (min(low, high), max(low, high))]
        self.is_upside_down = low > high
        self.is_equal = aspect == "equal"
        for side in ("right", "top"):
            self.spines[side].is_shown = True
        if origin == "lower" or (low < high and origin != "upper"):
            rows = list(reversed(rows))

        def draw(place: Place) -> str:
            # whole pixels would leave gaps: the squares overlap a little
            first, second = place(left, high), place(right, low)
            x, y = min(first[0], second[0]), min(first[1], second[1])
            width, height = abs(second[0] - first[0]) / across, abs(second[1] - first[1]) / down
            squares = []
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    if math.isnan(value):
                        continue  # nothing is painted
                    squares.append(
                        f'<rect x="{x + j * width:.2f}" y="{y + i * height:.2f}" width="{width + 0.3:.2f}" '
                        f'height="{height + 0.3:.2f}" fill="{palette.mapped(cmap, palette.part_of(value, image))}"/>'
                    )
            return f'<g opacity="{alpha:g}" shape-rendering="crispEdges">{"".join(squares)}</g>'

        self._draw(0, draw)
        return image
