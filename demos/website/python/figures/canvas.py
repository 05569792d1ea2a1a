"""The canvas: a figure with its panels, as SVG."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from . import shapes
from .palette import Image
from .panel import Panel
from .scale import ColorBar, color_scale

INCH = 96
FONT = "Segoe UI, Helvetica Neue, Arial, Malgun Gothic, Apple SD Gothic Neo, Noto Sans CJK KR, NanumGothic, sans-serif"


class Canvas:
    """A figure: its panels, and the whole as SVG."""

    def __init__(self, width: float, height: float, rows: int, columns: int, options: dict[str, Any]) -> None:
        self.width, self.height = width * INCH, height * INCH
        self.rows, self.columns, self.options = rows, columns, options
        self.panels = [Panel(self) for _ in range(rows * columns)]
        self.title = ""
        self.color_bar: ColorBar | None = None  # of all panels
        self.axes = self.panels

    def suptitle(self, text: str, **style: Any) -> None:
        """A heading over all panels."""
        self.title = text

    def colorbar(self, image: Image, ax: Any = None, **options: Any) -> ColorBar:
        """A scale of the colours beside the panel of an image, or beside all panels."""
        bar = ColorBar(image, str(options.get("label", "")))
        if isinstance(ax, Panels):
            self.color_bar = bar
        else:
            (image.panel if ax is None else ax).color_bar = bar
        return bar

    def pipe(self, format: str = "svg") -> bytes:
        """The figure as SVG."""
        self._share()
        top = 26.0 if self.title else 0.0
        ratios = self.options.get("width_ratios") or [1.0] * self.columns
        parts = [self._heading()] if self.title else []
        left, beside = 0.0, 76.0 if self.color_bar else 0.0
        for column in range(self.columns):
            width = (self.width - beside) * ratios[column] / sum(ratios)
            for row in range(self.rows):
                height = (self.height - top) / self.rows
                panel = self.panels[row * self.columns + column]
                parts.append(panel.svg(left, top + row * height, width, height))
            left += width
        if self.color_bar:
            parts.append(color_scale(self.color_bar, left, top + 0.15 * self.height, 0.7 * self.height - top))
        size = f'width="{self.width:g}" height="{self.height:g}" viewBox="0 0 {self.width:g} {self.height:g}"'
        body = "".join(parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}" font-size="12.5" fill="#222">'
            f'<rect width="100%" height="100%" fill="white"/>{body}</svg>'
        ).encode()

    def _heading(self) -> str:
        return shapes.text(self.width / 2, 18, self.title, "middle", size=15)

    def _share(self) -> None:
        for axis, shared in ((0, self.options.get("sharex")), (1, self.options.get("sharey"))):
            if shared:
                spans = [panel.span(axis) for panel in self.panels if panel.marks]
                if spans:
                    span = min(low for low, _ in spans), max(high for _, high in spans)
                    for panel in self.panels:
                        panel.limits[axis] = panel.limits[axis] or span


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
