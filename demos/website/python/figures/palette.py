"""Colours: by their names, in the order of matplotlib's cycle, and of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .panel import Panel

CYCLE = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf")
NAMED = {"w": "white", "k": "black", "r": "red", "g": "green", "b": "blue"}
# Colour maps, as the colours at equal distances
_MAPS = {
    "gray": ("#000000", "#ffffff"),
    "coolwarm": ("#3b4cc0", "#7c9ff9", "#c0d4f5", "#dddddd", "#f2cab5", "#ee8468", "#b40426"),
    "RdBu": ("#67001f", "#c94741", "#f7b799", "#f7f7f7", "#a7d0e4", "#3783bb", "#053061"),
    "Greens": ("#f7fcf5", "#c7e9c0", "#74c476", "#238b45", "#00441b"),
    "Blues": ("#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b"),
    "viridis": ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"),
}


def color(color: Any, fallback: str = CYCLE[0]) -> str:
    if color is None:
        return fallback
    if isinstance(color, str):
        if len(color) == 2 and color[0] == "C":
            return CYCLE[int(color[1]) % len(CYCLE)]
        if color.replace(".", "", 1).isdigit():
            return _grey(float(color))
        return NAMED.get(color, escape(color))
    return "#" + "".join(f"{round(255 * float(part)):02x}" for part in list(color)[:3])


def _grey(part: float) -> str:
    return "#" + f"{round(255 * part):02x}" * 3


def mapped(colors: Any, part: float) -> str:
    """The colour of a map, given by its name or as a ListedColormap, at a part from 0 to 1."""
    if listed := getattr(colors, "colors", None):
        return color(listed[min(int(max(part, 0.0) * len(listed)), len(listed) - 1)])
    name = colors or "viridis"
    if name.endswith("_r"):
        name, part = name[:-2], 1 - part
    if name == "Greys":
        name, part = "gray", 1 - part
    if name not in _MAPS:
        raise ValueError(
            f"figures in the browser have the colour maps {', '.join(_MAPS)}, each also with _r; not {name}"
        )
    stops = _MAPS[name]
    place = min(max(part, 0.0), 1.0) * (len(stops) - 1)
    low = min(int(place), len(stops) - 2)
    mixed = []
    for at in (1, 3, 5):
        first, second = int(stops[low][at : at + 2], 16), int(stops[low + 1][at : at + 2], 16)
        mixed.append(f"{round(first + (second - first) * (place - low)):02x}")
    return "#" + "".join(mixed)


class Image:
    """A painted matrix, or painted points: which numbers have the first and the last colour of the map."""

    def __init__(self, panel: Panel, low: float, high: float, colors: Any) -> None:
        self.panel, self.low, self.high, self.colors = panel, low, high, colors

    def set_clim(self, vmin: float | None = None, vmax: float | None = None) -> None:
        """Give these numbers the first and the last colour."""
        self.low = self.low if vmin is None else float(vmin)
        self.high = self.high if vmax is None else float(vmax)


def span_of(values: Sequence[float], low: float | None, high: float | None) -> tuple[float, float]:
    known = [value for value in values if math.isfinite(value)] or [0.0]
    return float(min(known) if low is None else low), float(max(known) if high is None else high)


def part_of(value: float, image: Image) -> float:
    return (value - image.low) / ((image.high - image.low) or 1.0)
