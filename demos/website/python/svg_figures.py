"""The book's figures without matplotlib: what its chapters draw, written as SVG.

`figure()` and `label()` take the place of those in micrograd_kr.book where matplotlib cannot be had. They know the
calls that the chapters make, with matplotlib's names and defaults, and no more: another raises an AttributeError.

>>> canvas, axes = figure(width=4, height=3)
>>> _ = axes.plot([1, 2, 3], [1, 4, 9], color="red", label="squares")
>>> axes.set(xlabel="x", title="growth")
>>> canvas.pipe(format="svg").decode().count("<polyline")
1
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import chain
from typing import Any

from micrograd_kr import book
from micrograd_kr.book import prose
from micrograd_kr.locale import language

INCH = 96
FONT = "Segoe UI, Helvetica Neue, Arial, Malgun Gothic, Apple SD Gothic Neo, Noto Sans CJK KR, NanumGothic, sans-serif"
CYCLE = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf")
_NAMED = {"w": "white", "k": "black", "r": "red", "g": "green", "b": "blue"}
_DASHES = {"--": "6 4", ":": "1.5 3", "-.": "7 3 1.5 3", "dashed": "6 4", "dotted": "1.5 3"}
# Colour maps, as the colours at equal distances
_MAPS = {
    "gray": ("#000000", "#ffffff"),
    "coolwarm": ("#3b4cc0", "#7c9ff9", "#c0d4f5", "#dddddd", "#f2cab5", "#ee8468", "#b40426"),
    "RdBu": ("#67001f", "#c94741", "#f7b799", "#f7f7f7", "#a7d0e4", "#3783bb", "#053061"),
    "Blues": ("#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b"),
    "viridis": ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"),
}


def install() -> None:
    """Let the chapters' `figure` and `label` be these."""
    book.figure = figure
    book.label = label


def label(key: str, /, **pieces: object) -> str:
    """A text inside a figure: the words of a chapter. The browser has the letters."""
    return prose.words(key, language(), pieces)


def figure(
    rows: int = 1, columns: int = 1, *, width: float = 6.4, height: float = 4.0, narrow: Any = None, **options: Any
) -> Any:
    """A canvas and its panels, as micrograd_kr.book.figure makes them; `narrow` is for printed books."""
    unknown = options.keys() - {"sharex", "sharey", "squeeze", "width_ratios"}
    if unknown:
        raise TypeError(f"figure in the browser has no {', '.join(sorted(unknown))}")
    canvas = Canvas(width, height, rows, columns, options)
    panels: Any = canvas.panels
    if rows == columns == 1:
        return canvas, panels[0]
    if rows == 1 or columns == 1:
        return canvas, Panels(panels)
    return canvas, Panels(Panels(panels[row * columns : (row + 1) * columns]) for row in range(rows))


class Panels(list[Any]):
    """Panels in a row, or rows of them."""

    @property
    def flat(self) -> Iterable[Any]:
        """All of them, one after the other."""
        return chain.from_iterable(one.flat if isinstance(one, Panels) else [one] for one in self)

    def ravel(self) -> Panels:
        """All of them in one row."""
        return Panels(self.flat)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, tuple):
            row, column = place
            return self[row][column]
        return super().__getitem__(place)


# --- numbers and colours --------------------------------------------------------------------------------------------


def _numbers(values: Any) -> list[float]:
    return [float(value) for value in values]


def _color(color: Any, fallback: str = CYCLE[0]) -> str:
    if color is None:
        return fallback
    if isinstance(color, str):
        if len(color) == 2 and color[0] == "C":
            return CYCLE[int(color[1]) % len(CYCLE)]
        if color.replace(".", "", 1).isdigit():
            return _grey(float(color))
        return _NAMED.get(color, color)
    return "#" + "".join(f"{round(255 * float(part)):02x}" for part in list(color)[:3])


def _grey(part: float) -> str:
    return "#" + f"{round(255 * part):02x}" * 3


def _mapped(name: str | None, part: float) -> str:
    """The colour of a map at a part from 0 to 1."""
    name = name or "viridis"
    if name.endswith("_r"):
        name, part = name[:-2], 1 - part
    if name == "Greys":
        name, part = "gray", 1 - part
    stops = _MAPS[name]
    place = min(max(part, 0.0), 1.0) * (len(stops) - 1)
    low = min(int(place), len(stops) - 2)
    mixed = []
    for at in (1, 3, 5):
        first, second = int(stops[low][at : at + 2], 16), int(stops[low + 1][at : at + 2], 16)
        mixed.append(f"{round(first + (second - first) * (place - low)):02x}")
    return "#" + "".join(mixed)


def _ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two, not more than so many."""
    if not high > low:
        return [low]
    rough = (high - low) / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * unit for unit in (1, 2, 2.5, 5, 10) if power * unit >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _written(number: float) -> str:
    return f"{round(number, 10):g}".replace("-", "−")


# --- the canvas -----------------------------------------------------------------------------------------------------


class Canvas:
    """A figure: its panels, and the whole as SVG."""

    def __init__(self, width: float, height: float, rows: int, columns: int, options: dict[str, Any]) -> None:
        self.width, self.height = width * INCH, height * INCH
        self.rows, self.columns, self.options = rows, columns, options
        self.panels = [Panel(self) for _ in range(rows * columns)]
        self.title = ""
        self.axes = self.panels

    def suptitle(self, text: str, **style: Any) -> None:
        """A heading over all panels."""
        self.title = text

    def colorbar(self, image: Image, ax: Any = None, **options: Any) -> ColorBar:
        """A scale of the colours beside the panel of an image."""
        bar = ColorBar(image, str(options.get("label", "")))
        panels = [image.panel] if ax is None else list(ax.flat) if isinstance(ax, Panels) else [ax]
        panels[-1].bar = bar
        return bar

    def pipe(self, format: str = "svg") -> bytes:
        """The figure as SVG."""
        self._share()
        top = 26.0 if self.title else 0.0
        ratios = self.options.get("width_ratios") or [1.0] * self.columns
        parts = [self._heading()] if self.title else []
        left = 0.0
        for column in range(self.columns):
            width = self.width * ratios[column] / sum(ratios)
            for row in range(self.rows):
                height = (self.height - top) / self.rows
                panel = self.panels[row * self.columns + column]
                parts.append(panel.svg(left, top + row * height, width, height))
            left += width
        size = f'width="{self.width:g}" height="{self.height:g}" viewBox="0 0 {self.width:g} {self.height:g}"'
        body = "".join(parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}" font-size="12.5" fill="#222">'
            f'<rect width="100%" height="100%" fill="white"/>{body}</svg>'
        ).encode()

    def _heading(self) -> str:
        return _text(self.width / 2, 18, self.title, "middle", size=15)

    def _share(self) -> None:
        for axis, shared in ((0, self.options.get("sharex")), (1, self.options.get("sharey"))):
            if shared:
                spans = [panel.span(axis) for panel in self.panels if panel.marks]
                if spans:
                    span = min(low for low, _ in spans), max(high for _, high in spans)
                    for panel in self.panels:
                        panel.limits[axis] = panel.limits[axis] or span


def _text(x: float, y: float, text: str, anchor: str, *, size: float = 12.5, color: str = "#222", turn: float = 0,
          weight: str = "normal", spacing: float = 1.2) -> str:  # fmt: skip
    lines = str(text).split("\n")
    rows = "".join(
        f'<tspan x="{x:.1f}" dy="{0 if index == 0 else spacing * size:.1f}">{escape(line)}</tspan>'
        for index, line in enumerate(lines)
    )
    turned = f' transform="rotate({turn:g} {x:.1f} {y:.1f})"' if turn else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size:g}" font-weight="{weight}" '
        f'fill="{escape(color)}"{turned}>{rows}</text>'
    )


class ColorBar:
    """The scale of an image's colours."""

    def __init__(self, image: Image, label: str) -> None:
        self.image, self.label = image, label

    def set_label(self, text: str, **style: Any) -> None:
        """What the numbers of the scale are."""
        self.label = text


class Image:
    """A painted matrix."""

    def __init__(self, panel: Panel, low: float, high: float, colors: str | None) -> None:
        self.panel, self.low, self.high, self.colors = panel, low, high, colors


class Spine:
    """One side of a panel's frame."""

    def __init__(self, is_shown: bool) -> None:
        self.is_shown, self.color = is_shown, "#222"

    def set_visible(self, is_shown: bool) -> None:
        """Show or hide it."""
        self.is_shown = is_shown

    def set_color(self, color: str) -> None:
        """Paint it."""
        self.color = _color(color)


Place = Callable[[float, float], tuple[float, float]]


class Panel:
    """One pair of axes."""

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
        self.bar: ColorBar | None = None
        self.tick_size = 12.0
        self.spines = {side: Spine(side in ("left", "bottom")) for side in ("left", "bottom", "right", "top")}
        self._next = 0

    # --- what a chapter draws -----------------------------------------------------------------------------------------

    def plot(self, *data: Any, color: Any = None, linestyle: str = "-", linewidth: float = 1.5, marker: str = "",
             label: str = "", alpha: float = 1, markersize: float = 6, zorder: int = 2,
             **style: Any) -> list[Any]:  # fmt: skip
        """A line through points, or only their markers."""
        format = data[-1] if isinstance(data[-1], str) else ""
        data = data[:-1] if format else data
        ys = _numbers(data[-1])
        xs = _numbers(data[0]) if len(data) > 1 else [float(number) for number in range(len(ys))]
        for sign in format:
            if sign in "osx^.":
                marker = sign
            elif sign in _NAMED:
                color = sign
        if format and not any(sign in format for sign in "-:"):
            linestyle = "none"
        elif "--" in format:
            linestyle = "--"
        paint = _color(style.pop("c", color), self._cycle() if color is None else "")
        linestyle, linewidth = style.pop("ls", linestyle), style.pop("lw", linewidth)
        _refuse("plot", style, "solid_capstyle", "markeredgecolor", "markerfacecolor", "clip_on")
        has_line = linestyle not in ("none", "None", "", " ")
        self._see(xs, ys)

        def draw(place: Place) -> str:
            points = [place(x, y) for x, y in zip(xs, ys, strict=True) if math.isfinite(x) and math.isfinite(y)]
            parts = []
            if has_line:
                way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
                parts.append(
                    f'<polyline points="{way}" fill="none" stroke="{paint}" stroke-width="{1.33 * linewidth:g}" '
                    f'stroke-linejoin="round" stroke-dasharray="{_DASHES.get(linestyle, "none")}" opacity="{alpha:g}"/>'
                )
            if marker:
                parts += [_marker(x, y, 0.66 * markersize, paint, alpha, marker) for x, y in points]
            return "".join(parts)

        self._draw(zorder, draw)
        kind = "line" if has_line else "dot"
        self._name(label, paint, kind, _DASHES.get(linestyle, "none"))
        return [None]

    def scatter(self, xs: Any, ys: Any, s: Any = 36, c: Any = None, color: Any = None, alpha: float = 1,
                edgecolors: Any = None, linewidths: float = 0.6, marker: str = "o", label: str = "", zorder: int = 1,
                cmap: str | None = None, vmin: float | None = None, vmax: float | None = None,
                **style: Any) -> Image:  # fmt: skip
        """Points, each in its colour and size."""
        _refuse("scatter", style, "edgecolor", "linewidth")
        edgecolors, linewidths = style.get("edgecolor", edgecolors), style.get("linewidth", linewidths)
        xs, ys = _numbers(xs), _numbers(ys)
        chosen = c if c is not None else color
        image = Image(self, 0.0, 1.0, cmap)
        if chosen is None or isinstance(chosen, str):
            colors = [_color(chosen, self._cycle() if chosen is None else "")] * len(xs)
        elif len(chosen) and not isinstance(chosen[0], str) and not hasattr(chosen[0], "__len__"):
            image = Image(self, *_span_of(_numbers(chosen), vmin, vmax), cmap)
            colors = [_mapped(cmap, _part(value, image)) for value in _numbers(chosen)]
        else:
            colors = [_color(one) for one in chosen]
        sizes = [float(s)] * len(xs) if isinstance(s, int | float) else _numbers(s)
        edge = "none" if edgecolors in (None, "none", "face") else _color(edgecolors)
        self._see(xs, ys)

        def draw(place: Place) -> str:
            parts = []
            for x, y, paint, size in zip(xs, ys, colors, sizes, strict=True):
                left, top = place(x, y)
                parts.append(_marker(left, top, 0.66 * math.sqrt(size), paint, alpha, marker, edge, linewidths))
            return "".join(parts)

        self._draw(zorder, draw)
        self._name(label, colors[0] if colors else "none", "dot")
        return image

    def bar(self, xs: Any, heights: Any, width: float = 0.8, color: Any = None, label: str = "", alpha: float = 1,
            bottom: Any = 0, **style: Any) -> list[Any]:  # fmt: skip
        """Upright bars."""
        _refuse("bar", style, "edgecolor", "linewidth", "zorder", "align", "yerr", "tick_label")
        places = self._categories(0, xs)
        self._bars(places, _numbers(heights), width, color, label, alpha, bottom, is_upright=True)
        return [None] * len(places)

    def barh(self, ys: Any, widths: Any, height: float = 0.8, color: Any = None, label: str = "", alpha: float = 1,
             **style: Any) -> list[Any]:  # fmt: skip
        """Lying bars."""
        _refuse("barh", style, "edgecolor", "linewidth", "zorder", "left")
        places = self._categories(1, ys)
        self._bars(places, _numbers(widths), height, color, label, alpha, 0, is_upright=False)
        return [None] * len(places)

    def _categories(self, axis: int, names: Any) -> list[float]:
        names = list(names)
        if names and isinstance(names[0], str):
            self.ticks[axis] = [float(number) for number in range(len(names))]
            self.tick_labels[axis] = names
            return [float(number) for number in range(len(names))]
        return _numbers(names)

    def _bars(self, places: list[float], lengths: list[float], thickness: float, color: Any, label: str, alpha: float,
              bottom: Any, is_upright: bool) -> None:  # fmt: skip
        several = isinstance(color, list | tuple) and not (color and isinstance(color[0], float | int))
        colors = [_color(one) for one in color] if several else [_color(color, self._cycle())] * len(places)
        feet = [float(bottom)] * len(places) if isinstance(bottom, int | float) else _numbers(bottom)
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
                parts.append(_rectangle(first, second, paint, alpha))
            return "".join(parts)

        self._draw(1, draw)
        self._name(label, colors[0] if colors else "none", "box")

    def axhline(self, y: float = 0, **style: Any) -> None:
        """A line across the panel."""
        self._across(y, 1, style)

    def axvline(self, x: float = 0, **style: Any) -> None:
        """A line up the panel."""
        self._across(x, 0, style)

    def _across(self, at: float, axis: int, style: dict[str, Any]) -> None:
        paint, width, dashes, alpha, label = _line_style(style)
        self.seen[axis].append(float(at))

        def draw(place: Place) -> str:
            (left, right), (low, high) = self.span(0), self.span(1)
            ends = ((left, at), (right, at)) if axis else ((at, low), (at, high))
            return _line(place(*ends[0]), place(*ends[1]), paint, width, dashes, alpha)

        self._draw(2, draw)
        self._name(label, paint, "line", dashes)

    def vlines(self, xs: Any, low: Any, high: Any, **style: Any) -> None:
        """Upright lines, each from one number to another."""
        self._lines(xs, low, high, style, is_upright=True)

    def hlines(self, ys: Any, left: Any, right: Any, **style: Any) -> None:
        """Lying lines, each from one number to another."""
        self._lines(ys, left, right, style, is_upright=False)

    def _lines(self, at: Any, starts: Any, ends: Any, style: dict[str, Any], is_upright: bool) -> None:
        at = _numbers(at) if hasattr(at, "__iter__") else [float(at)]
        starts = _numbers(starts) if hasattr(starts, "__iter__") else [float(starts)] * len(at)
        ends = _numbers(ends) if hasattr(ends, "__iter__") else [float(ends)] * len(at)
        paint, width, dashes, alpha, label = _line_style(style)
        self._see(*(at, [*starts, *ends]) if is_upright else ([*starts, *ends], at))

        def draw(place: Place) -> str:
            parts = []
            for one, start, end in zip(at, starts, ends, strict=True):
                first, second = ((one, start), (one, end)) if is_upright else ((start, one), (end, one))
                parts.append(_line(place(*first), place(*second), paint, width, dashes, alpha))
            return "".join(parts)

        self._draw(1, draw)
        self._name(label, paint, "line", dashes)

    def fill_between(self, xs: Any, low: Any, high: Any = 0, color: Any = None, alpha: float = 1, label: str = "",
                     **style: Any) -> None:  # fmt: skip
        """The area between two lines."""
        _refuse("fill_between", style, "linewidth", "zorder", "edgecolor")
        xs, paint = _numbers(xs), _color(color, self._cycle() if color is None else "")
        sides = [[float(one)] * len(xs) if isinstance(one, int | float) else _numbers(one) for one in (low, high)]
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
        _refuse("imshow", style, "interpolation", "zorder")
        rows = [_numbers(row) for row in matrix]
        image = Image(self, *_span_of([value for row in rows for value in row], vmin, vmax), cmap)
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
                    squares.append(
                        f'<rect x="{x + j * width:.2f}" y="{y + i * height:.2f}" width="{width + 0.3:.2f}" '
                        f'height="{height + 0.3:.2f}" fill="{_mapped(cmap, _part(value, image))}"/>'
                    )
            return f'<g opacity="{alpha:g}" shape-rendering="crispEdges">{"".join(squares)}</g>'

        self._draw(0, draw)
        return image

    def text(self, x: float, y: float, text: str, ha: str = "left", va: str = "baseline", color: Any = "#222",
             fontsize: float = 10, rotation: float = 0, bbox: dict[str, Any] | None = None, linespacing: float = 1.2,
             **style: Any) -> None:  # fmt: skip
        """A text at a point, in a box if asked for."""
        _refuse("text", style, "zorder", "weight", "fontweight", "clip_on", "family", "style", "alpha")
        ha, va = style.pop("horizontalalignment", ha), style.pop("verticalalignment", va)
        weight = str(style.get("weight", style.get("fontweight", "normal")))
        self.seen[0].append(float(x)), self.seen[1].append(float(y))
        size, paint = 1.25 * fontsize, _color(color)

        def draw(place: Place) -> str:
            return _boxed(
                *place(float(x), float(y)), str(text), ha, va, size, paint, rotation, bbox, linespacing, weight
            )

        self._draw(4, draw)

    def annotate(self, text: str, xy: Any, xytext: Any = None, arrowprops: dict[str, Any] | None = None,
                 ha: str = "left", va: str = "baseline", color: Any = "#222", fontsize: float = 10,
                 textcoords: Any = None, **style: Any) -> None:  # fmt: skip
        """An arrow to a point, with a text at its beginning."""
        _refuse("annotate", style, "zorder", "bbox")
        self._see([float(xy[0])], [float(xy[1])])
        offset = textcoords is not None
        size, paint = 1.25 * fontsize, _color(color)
        if xytext is not None and not offset:
            self._see([float(xytext[0])], [float(xytext[1])])

        def draw(place: Place) -> str:
            end = place(float(xy[0]), float(xy[1]))
            if xytext is None:
                start = end
            elif offset:
                start = end[0] + 1.33 * float(xytext[0]), end[1] - 1.33 * float(xytext[1])
            else:
                start = place(float(xytext[0]), float(xytext[1]))
            parts = [_arrow(start, end, arrowprops)] if arrowprops is not None and start != end else []
            if text:
                parts.append(_boxed(*start, text, ha, va, size, paint, 0, style.get("bbox"), 1.2, "normal"))
            return "".join(parts)

        self._draw(3, draw)

    # --- how it looks -------------------------------------------------------------------------------------------------

    def set(self, **properties: Any) -> None:
        """Titles, limits, ticks and scales by their names."""
        for name, value in properties.items():
            getattr(self, f"set_{name}")(value)

    def set_title(self, text: str, **style: Any) -> None:
        """The heading of the panel."""
        self.titles["title"] = text

    def set_xlabel(self, text: str, **style: Any) -> None:
        """What runs across."""
        self.titles["xlabel"] = text

    def set_ylabel(self, text: str, **style: Any) -> None:
        """What runs up."""
        self.titles["ylabel"] = text

    def set_xlim(self, low: Any = None, high: Any = None) -> None:
        """From where to where the panel runs across."""
        self._limit(0, low, high)

    def set_ylim(self, low: Any = None, high: Any = None, *, bottom: Any = None, top: Any = None) -> None:
        """From where to where the panel runs up."""
        self._limit(1, bottom if bottom is not None else low, top if top is not None else high)

    def _limit(self, axis: int, low: Any, high: Any) -> None:
        if isinstance(low, list | tuple):
            low, high = low
        spans = self.span(axis)
        self.limits[axis] = (
            float(low) if low is not None else spans[0],
            float(high) if high is not None else spans[1],
        )

    def set_xscale(self, scale: str) -> None:
        """`linear` or `log`."""
        self.is_log[0] = scale == "log"

    def set_yscale(self, scale: str) -> None:
        """`linear` or `log`."""
        self.is_log[1] = scale == "log"

    def set_xticks(self, ticks: Any, labels: Any = None, **style: Any) -> None:
        """The marked numbers across."""
        self.ticks[0] = _numbers(ticks)
        self.tick_labels[0] = None if labels is None else list(labels)

    def set_yticks(self, ticks: Any, labels: Any = None, **style: Any) -> None:
        """The marked numbers upwards."""
        self.ticks[1] = _numbers(ticks)
        self.tick_labels[1] = None if labels is None else list(labels)

    def set_xticklabels(self, labels: Any, **style: Any) -> None:
        """What the marks across are called."""
        self.tick_labels[0] = list(labels)

    def set_yticklabels(self, labels: Any, **style: Any) -> None:
        """What the marks upwards are called."""
        self.tick_labels[1] = list(labels)

    def set_aspect(self, aspect: Any, **options: Any) -> None:
        """`equal`: a unit is as long across as upwards."""
        self.is_equal = aspect in ("equal", 1)

    def invert_yaxis(self) -> None:
        """Small numbers at the top."""
        self.is_upside_down = not self.is_upside_down

    def tick_params(self, axis: str = "both", length: float | None = None, labelsize: float | None = None,
                    **options: Any) -> None:  # fmt: skip
        """How the marks look."""
        self.has_tick_marks = length != 0
        self.tick_size = 1.25 * labelsize if isinstance(labelsize, int | float) else self.tick_size

    def axis(self, what: str) -> None:
        """`off`: no frame, no marks; `equal`."""
        self.is_bare = self.is_bare or what == "off"
        self.is_equal = self.is_equal or what == "equal"

    def legend(self, *args: Any, **options: Any) -> None:
        """The names of what is drawn."""
        self.has_legend = True

    def grid(self, *args: Any, **options: Any) -> None:
        """No grid: the frame's marks are enough."""

    # --- how it is drawn ----------------------------------------------------------------------------------------------

    def _cycle(self) -> str:
        self._next += 1
        return CYCLE[(self._next - 1) % len(CYCLE)]

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

    def svg(self, left: float, top: float, width: float, height: float) -> str:
        """The panel inside the rectangle that it has."""
        room_left = 12 if self.is_bare else 20 + (18 if self.titles["ylabel"] else 0) + self._widest_tick()
        room_right = 14 + (66 if self.bar and self.bar.label else 48 if self.bar else 0)
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
            parts.append(_text(x + w / 2, top + 19, self.titles["title"], "middle", size=13.8))
        if self.bar:
            parts.append(self._scale(x + w + 12, y, h))
        if self.has_legend and self.entries:
            parts.append(self._legend(x, y, w, h, place))
        return "".join(parts)

    def _widest_tick(self) -> float:
        labels = self.tick_labels[1] or [_written(tick) for tick in self._marked(1, 6)]
        return max([0.0, *(_wide(str(text), self.tick_size) for text in labels)])

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
            return _ticks(low, high, most)
        return [tick for tick in ticks if low - 1e-9 * abs(low) <= tick <= high + 1e-9 * abs(high)]

    def _frame(self, x: float, y: float, w: float, h: float, spans: Any, place: Place) -> list[str]:
        parts = []
        corners = {"left": (x, y, x, y + h), "right": (x + w, y, x + w, y + h),
                   "top": (x, y, x + w, y), "bottom": (x, y + h, x + w, y + h)}  # fmt: skip
        for side, (x1, y1, x2, y2) in corners.items():
            spine = self.spines[side]
            if spine.is_shown:
                parts.append(_line((x1, y1), (x2, y2), spine.color, 0.8, "none", 1))
        length = 4 if self.has_tick_marks else 0
        for axis, most in ((0, max(2, int(w / 60))), (1, max(2, int(h / 42)))):
            ticks, labels = self._marked(axis, most), self.tick_labels[axis]
            for index, tick in enumerate(ticks):
                at = place(tick, spans[1][0])[0] if axis == 0 else place(spans[0][0], tick)[1]
                text = str(labels[index]) if labels and index < len(labels) else "" if labels else _written(tick)
                if axis == 0:
                    parts.append(_line((at, y + h), (at, y + h + length), "#222", 0.8, "none", 1))
                    parts.append(_text(at, y + h + length + 13, text, "middle", size=self.tick_size))
                else:
                    parts.append(_line((x - length, at), (x, at), "#222", 0.8, "none", 1))
                    parts.append(_text(x - length - 4, at + 4.3, text, "end", size=self.tick_size))
        if self.titles["xlabel"]:
            parts.append(_text(x + w / 2, y + h + 37, self.titles["xlabel"], "middle"))
        if self.titles["ylabel"]:
            across = x - 16 - self._widest_tick()
            parts.append(_text(across, y + h / 2, self.titles["ylabel"], "middle", turn=-90))
        return parts

    def _scale(self, x: float, y: float, h: float) -> str:
        bar = self.bar
        assert bar is not None
        image, steps = bar.image, 48
        parts = []
        for step in range(steps):
            top = y + h * (1 - (step + 1) / steps)
            color = _mapped(image.colors, (step + 0.5) / steps)
            parts.append(f'<rect x="{x:.1f}" y="{top:.2f}" width="12" height="{h / steps + 0.4:.2f}" fill="{color}"/>')
        for tick in _ticks(image.low, image.high, max(2, int(h / 42))):
            at = y + h * (1 - _part(tick, image))
            parts += [
                _line((x + 12, at), (x + 15, at), "#222", 0.8, "none", 1),
                _text(x + 18, at + 4, _written(tick), "start", size=11),
            ]
        if bar.label:
            parts.append(_text(x + 54, y + h / 2, bar.label, "middle", turn=-90))
        return "".join(parts)

    def _legend(self, x: float, y: float, w: float, h: float, place: Place) -> str:
        """The legend in the corner where the least is drawn."""
        width = 34 + max(_wide(label, 11.5) for label, *_ in self.entries)
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
                parts.append(_line((left + 4, middle), (left + 24, middle), color, 1.5, dashes, 1))
            elif kind == "dot":
                parts.append(_marker(left + 14, middle, 3.6, color, 1, "o"))
            else:
                parts.append(_rectangle((left + 4, middle - 4), (left + 24, middle + 5), color, 1))
            parts.append(_text(left + 29, middle + 4, label, "start", size=11.5))
        return "".join(parts)

    def _thinned(self) -> tuple[list[float], list[float]]:
        xs, ys = self.seen
        if len(xs) != len(ys):
            return [], []
        return xs, ys


# --- shapes ---------------------------------------------------------------------------------------------------------


def _refuse(call: str, style: dict[str, Any], *known: str) -> None:
    """An option that is not drawn here must not pass silently."""
    unknown = style.keys() - set(known) - {"horizontalalignment", "verticalalignment"}
    if unknown:
        raise TypeError(f"{call} in the browser has no {', '.join(sorted(unknown))}")


def _span_of(values: Sequence[float], low: float | None, high: float | None) -> tuple[float, float]:
    return float(min(values) if low is None else low), float(max(values) if high is None else high)


def _part(value: float, image: Image) -> float:
    return (value - image.low) / ((image.high - image.low) or 1.0)


def _wide(text: str, size: float) -> float:
    return size * max(
        (sum(1.0 if ord(letter) > 0x1100 else 0.56 for letter in line) for line in text.split("\n")), default=0
    )


def _line_style(style: dict[str, Any]) -> tuple[str, float, str, float, str]:
    style = dict(style)
    paint = _color(style.pop("color", style.pop("colors", style.pop("c", None))))
    width = float(style.pop("linewidth", style.pop("linewidths", style.pop("lw", 1.5))))
    dashes = _DASHES.get(style.pop("linestyle", style.pop("linestyles", style.pop("ls", "-"))), "none")
    alpha, label = float(style.pop("alpha", 1) or 1), str(style.pop("label", "") or "")
    _refuse("a line", style, "zorder")
    return paint, width, dashes, alpha, label


def _line(
    start: tuple[float, float], end: tuple[float, float], color: str, width: float, dashes: str, alpha: float
) -> str:
    return (
        f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" stroke="{color}" '
        f'stroke-width="{1.33 * width:g}" stroke-dasharray="{dashes}" opacity="{alpha:g}"/>'
    )


def _rectangle(first: tuple[float, float], second: tuple[float, float], color: str, alpha: float) -> str:
    x, y = min(first[0], second[0]), min(first[1], second[1])
    width, height = abs(first[0] - second[0]), abs(first[1] - second[1])
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{color}" opacity="{alpha:g}"/>'
    )


def _marker(
    x: float, y: float, radius: float, color: str, alpha: float, kind: str, edge: str = "none", line: float = 0.6
) -> str:
    style = f'opacity="{alpha:g}" stroke="{edge}" stroke-width="{1.33 * line:g}"'
    if kind == "s":
        return (
            f'<rect x="{x - radius:.1f}" y="{y - radius:.1f}" width="{2 * radius:.1f}" height="{2 * radius:.1f}" '
            f'fill="{color}" {style}/>'
        )
    if kind in ("^", "v"):
        tip = -radius if kind == "^" else radius
        points = f"{x:.1f},{y + tip:.1f} {x - radius:.1f},{y - tip:.1f} {x + radius:.1f},{y - tip:.1f}"
        return f'<polygon points="{points}" fill="{color}" {style}/>'
    if kind in ("x", "+", "*"):
        arms = ((1, 1), (1, -1)) if kind != "+" else ((1, 0), (0, 1))
        way = "".join(
            f"M{x - a * radius:.1f} {y - b * radius:.1f}L{x + a * radius:.1f} {y + b * radius:.1f}" for a, b in arms
        )
        return f'<path d="{way}" stroke="{color}" stroke-width="1.8" opacity="{alpha:g}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius / 2 if kind == "." else radius:.1f}" fill="{color}" {style}/>'


def _boxed(x: float, y: float, text: str, ha: str, va: str, size: float, color: str, turn: float,
           box: dict[str, Any] | None, spacing: float, weight: str) -> str:  # fmt: skip
    lines = text.count("\n") + 1
    height = size * (1 + spacing * (lines - 1))
    rise = {"top": 0.85 * size, "center": 0.85 * size - height / 2, "bottom": 0.85 * size - height, "baseline": 0.0}
    baseline = y + rise.get(va, rise["baseline"])
    anchor = {"center": "middle", "left": "start", "right": "end"}[ha]
    parts = []
    if box:
        pad = 0.6 * size if "0.6" in str(box.get("boxstyle", "")) else 0.35 * size
        width = _wide(text, size)
        left = {"center": x - width / 2, "left": x, "right": x - width}[ha]
        fill, edge = box.get("facecolor", box.get("fc", "white")), box.get("edgecolor", box.get("ec", "none"))
        parts.append(
            f'<rect x="{left - pad:.1f}" y="{baseline - 0.85 * size - pad:.1f}" width="{width + 2 * pad:.1f}" '
            f'height="{height + 2 * pad:.1f}" rx="{min(pad, 7):.1f}" fill="{_color(fill)}" stroke="{_color(edge)}" '
            f'opacity="{float(box.get("alpha", 1)):g}"/>'
        )
    parts.append(_text(x, baseline, text, anchor, size=size, color=color, turn=-turn, weight=weight, spacing=spacing))
    return "".join(parts)


def _arrow(start: tuple[float, float], end: tuple[float, float], style: dict[str, Any]) -> str:
    color = _color(style.get("color", "#222"))
    bend = 0.0
    if "arc3,rad=" in str(style.get("connectionstyle", "")):
        bend = float(str(style["connectionstyle"]).split("rad=")[1])
    across, down = end[0] - start[0], end[1] - start[1]
    middle = (start[0] + end[0]) / 2 - bend * down, (start[1] + end[1]) / 2 + bend * across
    away = math.atan2(end[1] - middle[1], end[0] - middle[0])
    tip = [(end[0] - 9 * math.cos(away + turn), end[1] - 9 * math.sin(away + turn)) for turn in (0.4, -0.4)]
    head = " ".join(f"{x:.1f},{y:.1f}" for x, y in [end, *tip])
    way = f"M{start[0]:.1f} {start[1]:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {end[0]:.1f} {end[1]:.1f}"
    width = 1.33 * float(style.get("linewidth", style.get("lw", 1.2)))
    line = f'<path d="{way}" fill="none" stroke="{color}" stroke-width="{width:g}"/>'
    return line if style.get("arrowstyle") == "-" else f'{line}<polygon points="{head}" fill="{color}"/>'
