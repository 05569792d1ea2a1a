"""What the calls of a chapter hand over."""

from __future__ import annotations

from typing import Any

from . import palette
from .shapes import DASHES


def numbers_of(values: Any) -> list[float]:
    return [float(value) for value in values]


def refuse(call: str, style: dict[str, Any], *known: str) -> None:
    """An option that is not drawn here must not pass silently."""
    unknown = style.keys() - set(known) - {"horizontalalignment", "verticalalignment"}
    if unknown:
        raise TypeError(f"{call} in the browser has no {', '.join(sorted(unknown))}")


def line_style(style: dict[str, Any]) -> tuple[str, float, str, float, str]:
    style = dict(style)
    paint = palette.color(style.pop("color", style.pop("colors", style.pop("c", None))))
    width = float(style.pop("linewidth", style.pop("linewidths", style.pop("lw", 1.5))))
    dashes = DASHES.get(style.pop("linestyle", style.pop("linestyles", style.pop("ls", "-"))), "none")
    alpha, label = float(style.pop("alpha", 1) or 1), str(style.pop("label", "") or "")
    refuse("a line", style, "zorder")
    return paint, width, dashes, alpha, label
