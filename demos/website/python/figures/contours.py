"""A landscape seen from above: areas between heights, each in its colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import palette
from .arguments import numbers_of, refuse
from .palette import Image
from .plane import Place, Plane
from .ticks import ticks_between


class Contours(Plane):
    """What a chapter draws of heights."""

    def contourf(self, xs: Any, ys: Any, heights: Any, levels: Any = 8, cmap: Any = None, vmin: float | None = None,
                 vmax: float | None = None, alpha: float = 1, **style: Any) -> Image:  # fmt: skip
        """Heights over a grid: rows for the numbers upwards, `levels` areas or the heights that divide them."""
        refuse("contourf", style, "antialiased", "zorder", "extend")
        xs, ys, rows = numbers_of(xs), numbers_of(ys), [numbers_of(row) for row in heights]
        flat = [height for row in rows for height in row]
        steps = ticks_between(min(flat), max(flat), levels) if isinstance(levels, int) else numbers_of(levels)
        if isinstance(levels, int) and len(steps) > 1:  # one more below: the lowest ground has a colour, too
            steps = [steps[0] - (steps[1] - steps[0]), *steps]
        middles = [(low + high) / 2 for low, high in zip(steps, [*steps[1:], max(flat)], strict=True)]
        image = Image(self, *palette.span_of(middles, vmin, vmax), cmap)
        self._see([xs[0], xs[-1]], [ys[0], ys[-1]])
        self.margins = [0.0, 0.0]

        def draw(place: Place) -> str:
            parts = []
            for step, middle in zip(steps, middles, strict=True):
                color = palette.mapped(cmap, palette.part_of(middle, image))
                way = "".join(
                    "M" + "L".join("{:.1f} {:.1f}".format(*place(*corner)) for corner in area) + "Z"
                    for area in _areas_above(step, xs, ys, rows)
                )
                parts.append(f'<path d="{way}" fill="{color}" stroke="{color}" stroke-width=".4"/>')
            return f'<g opacity="{alpha:g}">{"".join(parts)}</g>'

        self._draw(0, draw)
        return image


Corner = tuple[float, float]


def _areas_above(step: float, xs: Sequence[float], ys: Sequence[float], rows: list[list[float]]) -> list[list[Corner]]:
    """Where the ground is at least so high: cells that are as a whole, joined along a row, and parts of others."""
    areas = []
    for down in range(len(ys) - 1):
        begun: int | None = None
        for across in range(len(xs)):
            corners = _corners(across, down, xs, ys, rows) if across < len(xs) - 1 else []
            high = [height >= step for _, _, height in corners]
            if corners and all(high):
                begun = across if begun is None else begun
                continue
            if begun is not None:
                left, right, low, top = xs[begun], xs[across], ys[down], ys[down + 1]
                areas.append([(left, low), (right, low), (right, top), (left, top)])
                begun = None
            if any(high):
                areas.append(_cut(corners, step))
    return areas


def _corners(
    across: int, down: int, xs: Sequence[float], ys: Sequence[float], rows: list[list[float]]
) -> list[tuple[float, float, float]]:
    around = ((across, down), (across + 1, down), (across + 1, down + 1), (across, down + 1))
    return [(xs[i], ys[j], rows[j][i]) for i, j in around]


def _cut(corners: list[tuple[float, float, float]], step: float) -> list[Corner]:
    """The part of a cell that is at least so high, the ground between its corners taken as straight."""
    kept: list[Corner] = []
    for (x, y, height), (next_x, next_y, next_height) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if height >= step:
            kept.append((x, y))
        if (height >= step) != (next_height >= step):
            part = (step - height) / (next_height - height)
            kept.append((x + part * (next_x - x), y + part * (next_y - y)))
    return kept
