"""Shapes as SVG: lines, texts, markers, arrows."""

from __future__ import annotations

import math
from html import escape
from typing import Any

from . import palette

DASHES = {"--": "6 4", ":": "1.5 3", "-.": "7 3 1.5 3", "dashed": "6 4", "dotted": "1.5 3"}


def text(x: float, y: float, content: str, anchor: str, *, size: float = 12.5, color: str = "#222", turn: float = 0,
          weight: str = "normal", spacing: float = 1.2) -> str:  # fmt: skip
    lines = str(content).split("\n")
    rows = "".join(
        f'<tspan x="{x:.1f}" dy="{0 if index == 0 else spacing * size:.1f}">{escape(line)}</tspan>'
        for index, line in enumerate(lines)
    )
    turned = f' transform="rotate({turn:g} {x:.1f} {y:.1f})"' if turn else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size:g}" font-weight="{weight}" '
        f'fill="{escape(color)}"{turned}>{rows}</text>'
    )


def wide(text: str, size: float) -> float:
    return size * max(
        (sum(1.0 if ord(letter) > 0x1100 else 0.56 for letter in line) for line in text.split("\n")), default=0
    )


def line(
    start: tuple[float, float], end: tuple[float, float], color: str, width: float, dashes: str, alpha: float
) -> str:
    return (
        f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" stroke="{color}" '
        f'stroke-width="{1.33 * width:g}" stroke-dasharray="{dashes}" opacity="{alpha:g}"/>'
    )


def rectangle(first: tuple[float, float], second: tuple[float, float], color: str, alpha: float) -> str:
    x, y = min(first[0], second[0]), min(first[1], second[1])
    width, height = abs(first[0] - second[0]), abs(first[1] - second[1])
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{color}" opacity="{alpha:g}"/>'
    )


def marker(
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
    if kind == "*":
        turns = [math.pi * (place / 5 - 0.5) for place in range(10)]
        reach = [1.4 * radius * (1.0 if place % 2 == 0 else 0.4) for place in range(10)]
        corners = zip(turns, reach, strict=True)
        points = " ".join(f"{x + far * math.cos(turn):.1f},{y + far * math.sin(turn):.1f}" for turn, far in corners)
        return f'<polygon points="{points}" fill="{color}" {style}/>'
    if kind in ("x", "+"):
        arms = ((1, 1), (1, -1)) if kind != "+" else ((1, 0), (0, 1))
        way = "".join(
            f"M{x - a * radius:.1f} {y - b * radius:.1f}L{x + a * radius:.1f} {y + b * radius:.1f}" for a, b in arms
        )
        return f'<path d="{way}" stroke="{color}" stroke-width="1.8" opacity="{alpha:g}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius / 2 if kind == "." else radius:.1f}" fill="{color}" {style}/>'


def boxed(x: float, y: float, content: str, ha: str, va: str, size: float, color: str, turn: float,
           box: dict[str, Any] | None, spacing: float, weight: str) -> str:  # fmt: skip
    lines = content.count("\n") + 1
    height = size * (1 + spacing * (lines - 1))
    rise = {"top": 0.85 * size, "center": 0.85 * size - height / 2, "bottom": 0.85 * size - height, "baseline": 0.0}
    baseline = y + rise.get(va, rise["baseline"])
    anchor = {"center": "middle", "left": "start", "right": "end"}[ha]
    parts = []
    if box:
        pad = 0.6 * size if "0.6" in str(box.get("boxstyle", "")) else 0.35 * size
        width = wide(content, size)
        left = {"center": x - width / 2, "left": x, "right": x - width}[ha]
        fill = palette.color(box.get("facecolor", box.get("fc", "white")))
        edge = palette.color(box.get("edgecolor", box.get("ec", "none")))
        parts.append(
            f'<rect x="{left - pad:.1f}" y="{baseline - 0.85 * size - pad:.1f}" width="{width + 2 * pad:.1f}" '
            f'height="{height + 2 * pad:.1f}" rx="{min(pad, 7):.1f}" fill="{fill}" stroke="{edge}" '
            f'opacity="{float(box.get("alpha", 1)):g}"/>'
        )
    parts.append(text(x, baseline, content, anchor, size=size, color=color, turn=-turn, weight=weight, spacing=spacing))
    return "".join(parts)


def arrow(start: tuple[float, float], end: tuple[float, float], style: dict[str, Any]) -> str:
    color = palette.color(style.get("color", "#222"))
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
