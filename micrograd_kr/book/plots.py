"""Figures that several chapters draw: decision boundaries, heat maps of weights, pictures of digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .pictures import BLUE, RED
from .training import outputs


def draw_boundary(
    axes: Any, score: Callable[[Any], Any], points: Sequence[Sequence[float]], labels: Sequence[int], fineness: int = 40
) -> None:
    """Paint where a model says 1 (red) and where 0 (blue), with the points and their true colours on top.

    Args:
        axes: a panel of `figure()`.
        score: the model; a score above 0 means class 1.
        points: the examples, two features each.
        labels: 0 or 1 for each.
        fineness: into how many squares each side is divided.
    """
    left, right, low, high = _limits(points)
    across = [left + (right - left) * (i + 0.5) / fineness for i in range(fineness)]
    upward = [low + (high - low) * (i + 0.5) / fineness for i in range(fineness)]
    scores = outputs(score, [[x, y] for y in upward for x in across])
    grid = [[1.0 if s > 0 else 0.0 for s in scores[row * fineness : (row + 1) * fineness]] for row in range(fineness)]
    axes.imshow(grid, extent=(left, right, low, high), origin="lower", cmap="coolwarm", alpha=0.35, aspect="auto")
    colors = [RED if label else BLUE for label in labels]
    axes.scatter(
        [x for x, _ in points],
        [y for _, y in points],
        c=colors,
        s=14 if len(points) > 20 else 90,
        edgecolors="white",
        linewidths=0.4,
    )


def _limits(points: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    margin = 0.15 * max(max(xs) - min(xs), max(ys) - min(ys))
    return min(xs) - margin, max(xs) + margin, min(ys) - margin, max(ys) + margin


def draw_heat_map(axes: Any, matrix: Sequence[Sequence[float]], digits: int = 2) -> Any:
    """Paint a matrix: red for positive numbers, blue for negative ones, the number written into each cell.

    Returns:
        The image, for `canvas.colorbar`.
    """
    largest = max(abs(number) for row in matrix for number in row) or 1.0
    image = axes.imshow(matrix, cmap="RdBu_r", vmin=-largest, vmax=largest, aspect="auto")
    for i, row in enumerate(matrix):
        for j, number in enumerate(row):
            color = "white" if abs(number) > 0.6 * largest else "black"
            axes.text(j, i, f"{number:.{digits}f}", ha="center", va="center", color=color, fontsize=9)
    return image


def draw_pixels(axes: Any, pixels: Sequence[float], title: str = "", signed: bool = False) -> Any:
    """Paint a square picture given as one long row of pixels: grey, or red and blue for signed numbers.

    Returns:
        The image, for `canvas.colorbar`.
    """
    side = round(len(pixels) ** 0.5)
    rows = [pixels[i * side : (i + 1) * side] for i in range(side)]
    largest = max(map(abs, pixels)) or 1.0
    shades = {"cmap": "RdBu_r", "vmin": -largest, "vmax": largest} if signed else {"cmap": "gray_r", "vmin": 0.0}
    axes.set(xticks=[], yticks=[], title=title)
    for side_line in axes.spines.values():
        side_line.set_visible(True)
        side_line.set_color("#cccccc")
    return axes.imshow(rows, **shades)
