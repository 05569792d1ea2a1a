"""The book's figures without matplotlib: what its chapters draw, written as SVG.

`figure()` and `label()` take the place of those in micrograd_kr.book where matplotlib cannot be had. They know the
calls that the chapters make, with matplotlib's names and defaults, and no more: another raises an error.

canvas.py       a figure: its panels, side by side
panel.py        one panel as SVG: its frame and legend
scale.py        the colours of an image and their numbers
lines.py  areas.py  contours.py  notes.py    what a chapter draws in it
settings.py     titles, limits, ticks
plane.py        what these share: where a number is, and what has been drawn
arguments.py  ticks.py  palette.py  shapes.py    what they are made of

>>> canvas, axes = figure(width=4, height=3)
>>> _ = axes.plot([1, 2, 3], [1, 4, 9], color="red", label="squares")
>>> axes.set(xlabel="x", title="growth")
>>> canvas.pipe(format="svg").decode().count("<polyline")
1
"""

from __future__ import annotations

from typing import Any

from micrograd_kr import book
from micrograd_kr.book import prose
from micrograd_kr.locale import language

from .canvas import Canvas, Panels


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
