"""Figures that several chapters draw: decision boundaries, heat maps of weights, pictures of digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .pictures import NEGATIVE, POSITIVE
from .training import outputs


def draw_boundary(
    axes: Any,
    score: Callable[[Any], Any],
    points: Sequence[Sequence[float]],
    labels: Sequence[int],
    fineness: int = 40,
    names: Sequence[str] = (),
) -> None:
    """Paint where a model says 1 (red) and where 0 (blue), with the points and their true colours on top.

    Args:
        axes: a panel of `figure()`.
        score: the model; a score above 0 means class 1.
        points: the examples, two features each.
        labels: 0 or 1 for each.
        fineness: into how many squares each side is divided.
        names: what the classes 0 and 1 are called, for `axes.legend()`.
    """
    left, right, low, high = _limits(points)
    across = [left + (right - left) * (i + 0.5) / fineness for i in range(fineness)]
    upward = [low + (high - low) * (i + 0.5) / fineness for i in range(fineness)]
    scores = outputs(score, [[x, y] for y in upward for x in across])
    grid = [[1.0 if s > 0 else 0.0 for s in scores[row * fineness : (row + 1) * fineness]] for row in range(fineness)]
    extent = (left, right, low, high)
    axes.imshow(grid, extent=extent, origin="lower", cmap="coolwarm", vmin=0, vmax=1, alpha=0.22, aspect="auto")
    for kind, (color, sign) in enumerate([(NEGATIVE, "o"), (POSITIVE, "s")]):
        mine = [point for point, label in zip(points, labels, strict=True) if label == kind]
        axes.scatter(
            [x for x, _ in mine],
            [y for _, y in mine],
            color=color,
            marker=sign,
            s=16 if len(points) > 20 else 90,
            edgecolors="white",
            linewidths=0.4,
            label=names[kind] if names else None,
        )


def _limits(points: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    margin = 0.15 * max(max(xs) - min(xs), max(ys) - min(ys))
    return min(xs) - margin, max(xs) + margin, min(ys) - margin, max(ys) + margin


def draw_heat_map(axes: Any, matrix: Sequence[Sequence[float]], digits: int = 2, largest: float | None = None) -> Any:
    """Paint a matrix: red for positive numbers, blue for negative ones, the number written into each cell.

    Args:
        axes: a panel of `figure()`.
        matrix: its rows.
        digits: how many decimals are written.
        largest: the number of the deepest red; panels that share a colour bar share it, too.

    Returns:
        The image, for `canvas.colorbar`.
    """
    largest = largest or max(abs(number) for row in matrix for number in row) or 1.0
    image = axes.imshow(matrix, cmap="RdBu_r", vmin=-largest, vmax=largest, aspect="auto")
    for i, row in enumerate(matrix):
        for j, number in enumerate(row):
            color = "white" if abs(number) > 0.6 * largest else "black"
            axes.text(j, i, f"{number:.{digits}f}", ha="center", va="center", color=color, fontsize=9)
    return image


def draw_pixels(
    axes: Any, pixels: Sequence[float], title: str = "", signed: bool = False, largest: float | None = None
) -> Any:
    """Paint a square picture given as one long row of pixels: grey, or red and blue for signed numbers.

    Args:
        axes: a panel of `figure()`.
        pixels: row by row.
        title: what is written above it.
        signed: whether the numbers have a sign: red for positive, blue for negative ones.
        largest: the number of the deepest red, or of black; panels that share a colour bar share it, too.

    Returns:
        The image, for `canvas.colorbar`.
    """
    side = round(len(pixels) ** 0.5)
    rows = [pixels[i * side : (i + 1) * side] for i in range(side)]
    deepest = largest or max(map(abs, pixels)) or 1.0
    shades: dict[str, Any] = {"cmap": "RdBu_r", "vmin": -deepest} if signed else {"cmap": "gray_r", "vmin": 0.0}
    shades["vmax"] = deepest if signed else largest
    axes.set(xticks=[], yticks=[], title=title)
    for side_line in axes.spines.values():
        side_line.set_visible(True)
        side_line.set_color("#cccccc")
    return axes.imshow(rows, **shades)
