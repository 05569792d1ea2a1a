"""The scale of an image's colours, beside a panel or beside all."""

from __future__ import annotations

from typing import Any

from . import palette, shapes
from .palette import Image
from .ticks import ticks_between, written


class ColorBar:
    """The scale of an image's colours."""

    def __init__(self, image: Image, label: str) -> None:
        self.image, self.label = image, label

    def set_label(self, text: str, **style: Any) -> None:
        """What the numbers of the scale are."""
        self.label = text


def color_scale(bar: ColorBar, x: float, y: float, h: float) -> str:
    """The scale with its numbers and what they are, from (x, y) down."""
    image, steps = bar.image, 48
    parts = []
    for step in range(steps):
        top = y + h * (1 - (step + 1) / steps)
        color = palette.mapped(image.colors, (step + 0.5) / steps)
        parts.append(f'<rect x="{x:.1f}" y="{top:.2f}" width="12" height="{h / steps + 0.4:.2f}" fill="{color}"/>')
    for tick in ticks_between(image.low, image.high, max(2, int(h / 42))):
        at = y + h * (1 - palette.part_of(tick, image))
        parts += [
            shapes.line((x + 12, at), (x + 15, at), "#222", 0.8, "none", 1),
            shapes.text(x + 18, at + 4, written(tick), "start", size=11),
        ]
    if bar.label:
        parts.append(shapes.text(x + 54, y + h / 2, bar.label, "middle", turn=-90))
    return "".join(parts)
