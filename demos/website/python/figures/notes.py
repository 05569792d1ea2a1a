"""Texts and arrows."""

from __future__ import annotations

from typing import Any

from . import palette, shapes
from .arguments import refuse
from .plane import Place, Plane


class Notes(Plane):
    """What a chapter writes into a panel."""

    def text(self, x: float, y: float, text: str, ha: str = "left", va: str = "baseline", color: Any = "#222",
             fontsize: float = 10, rotation: float = 0, bbox: dict[str, Any] | None = None, linespacing: float = 1.2,
             **style: Any) -> None:  # fmt: skip
        """A text at a point, in a box if asked for."""
        refuse("text", style, "zorder", "weight", "fontweight", "clip_on", "family", "style", "alpha")
        ha, va = style.pop("horizontalalignment", ha), style.pop("verticalalignment", va)
        weight = str(style.get("weight", style.get("fontweight", "normal")))
        self.seen[0].append(float(x)), self.seen[1].append(float(y))
        size, paint = 1.25 * fontsize, palette.color(color)

        def draw(place: Place) -> str:
            return shapes.boxed(
                *place(float(x), float(y)), str(text), ha, va, size, paint, rotation, bbox, linespacing, weight
            )

        self._draw(4, draw)

    def annotate(self, text: str, xy: Any, xytext: Any = None, arrowprops: dict[str, Any] | None = None,
                 ha: str = "left", va: str = "baseline", color: Any = "#222", fontsize: float = 10,
                 textcoords: Any = None, **style: Any) -> None:  # fmt: skip
        """An arrow to a point, with a text at its beginning."""
        refuse("annotate", style, "zorder", "bbox")
        self._see([float(xy[0])], [float(xy[1])])
        offset = textcoords is not None
        size, paint = 1.25 * fontsize, palette.color(color)
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
            parts = [shapes.arrow(start, end, arrowprops)] if arrowprops is not None and start != end else []
            if text:
                parts.append(shapes.boxed(*start, text, ha, va, size, paint, 0, style.get("bbox"), 1.2, "normal"))
            return "".join(parts)

        self._draw(3, draw)
