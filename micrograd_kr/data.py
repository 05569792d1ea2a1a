"""Small data sets to learn with, and what every training needs of them: split, batches, standardise.

Everything is plain Python: a set of examples is a list X with a list of numbers for each example, and a list Y with
its label. The same seed gives the same examples everywhere.

>>> X, Y = moons(200, seed=1)
>>> (X_train, Y_train), (X_test, Y_test) = split(X, Y, parts=(0.8, 0.2), seed=1)
>>> X_train, X_test = standardise(X_train, X_test)
>>> [len(points) for points, labels in batches(X_train, Y_train, batch_size=64)]
[64, 64, 32]
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any, NamedTuple

__all__ = [
    "Points",
    "Scale",
    "batches",
    "circles",
    "digits",
    "gaussians",
    "houses",
    "line",
    "moons",
    "spiral",
    "split",
    "standardise",
    "wave",
    "xor",
]

Points = list[list[float]]

# --- points in the plane --------------------------------------------------------------------------------------------


def moons(count: int = 100, noise: float = 0.1, seed: int | None = 0) -> tuple[Points, list[int]]:
    """Two half circles that reach into each other, labelled 0 and 1; no straight line separates them.

    Args:
        count: how many points; every other one belongs to the second half circle.
        noise: the standard deviation by which each coordinate is off.
        seed: for the same points every time; None gives new ones.

    >>> points, labels = moons(2, noise=0.0, seed=1)
    >>> [[round(number, 2) for number in point] for point in points], labels
    ([[0.91, 0.41], [0.3, -0.22]], [0, 1])
    """

    def point(draw: random.Random, label: int) -> tuple[float, float]:
        angle = math.pi * draw.random()
        x, y = math.cos(angle), math.sin(angle)
        return (1 - x, 0.5 - y) if label else (x, y)

    return _drawn(point, count, 2, noise, seed)


def circles(count: int = 100, noise: float = 0.1, seed: int | None = 0, inner: float = 0.5) -> tuple[Points, list[int]]:
    """A circle of radius 1, labelled 0, around a smaller one, labelled 1.

    Args:
        count, noise, seed: as of `moons`.
        inner: the radius of the smaller circle.
    """

    def point(draw: random.Random, label: int) -> tuple[float, float]:
        angle, radius = 2 * math.pi * draw.random(), inner if label else 1.0
        return radius * math.cos(angle), radius * math.sin(angle)

    return _drawn(point, count, 2, noise, seed)


def spiral(
    count: int = 100, noise: float = 0.05, seed: int | None = 0, classes: int = 2, turns: float = 0.75
) -> tuple[Points, list[int]]:
    """Arms that wind around the origin, an arm for each class.

    Args:
        count, noise, seed: as of `moons`.
        classes: how many arms.
        turns: how many times an arm goes around.
    """

    def point(draw: random.Random, label: int) -> tuple[float, float]:
        radius = draw.random()
        angle = 2 * math.pi * (turns * radius + label / classes)
        return radius * math.cos(angle), radius * math.sin(angle)

    return _drawn(point, count, classes, noise, seed)


def xor(count: int = 4, noise: float = 0.0, seed: int | None = 0) -> tuple[Points, list[int]]:
    """The corners of a square, labelled 1 where exactly one of the two numbers is 1.

    >>> xor()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """

    def point(draw: random.Random, corner: int) -> tuple[float, float]:
        return float(corner // 2), float(corner % 2)

    points, corners = _drawn(point, count, 4, noise, seed)
    return points, [int(corner in (1, 2)) for corner in corners]


def gaussians(count: int = 100, noise: float = 0.5, seed: int | None = 0, classes: int = 2) -> tuple[Points, list[int]]:
    """A cloud of points for each class, around centres on a circle of radius 1.

    Args:
        count, seed: as of `moons`.
        noise: the standard deviation of a cloud.
        classes: how many clouds.
    """

    def point(draw: random.Random, label: int) -> tuple[float, float]:
        angle = 2 * math.pi * label / classes
        return math.cos(angle), math.sin(angle)

    return _drawn(point, count, classes, noise, seed)


def line(count: int = 100, noise: float = 0.1, seed: int | None = 0) -> tuple[Points, list[float]]:
    """Numbers from -1 to 1 and 0.8 * x - 0.2 of each, which a straight line fits.

    Args:
        count, seed: as of `moons`.
        noise: the standard deviation by which each result is off.

    >>> X, Y = line(2, noise=0.0)
    >>> [round(0.8 * x - 0.2 - y, 9) for (x,), y in zip(X, Y)]
    [0.0, 0.0]
    """
    return _measured(lambda x: 0.8 * x - 0.2, count, noise, seed)


def wave(count: int = 100, noise: float = 0.1, seed: int | None = 0) -> tuple[Points, list[float]]:
    """Numbers from -1 to 1 and sin(4 * x) of each, which no straight line fits.

    Args:
        count, noise, seed: as of `line`.
    """
    return _measured(lambda x: math.sin(4 * x), count, noise, seed)


def _measured(
    curve: Callable[[float], float], count: int, noise: float, seed: int | None
) -> tuple[Points, list[float]]:
    """`count` numbers and a function of each, which is off a little."""
    _check(count, noise)
    draw = random.Random(seed)
    pairs = [(x, curve(x) + draw.gauss(0.0, noise)) for _ in range(count) for x in [draw.uniform(-1, 1)]]
    return [[x] for x, _ in pairs], [y for _, y in pairs]


def _check(count: int, noise: float) -> None:
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ValueError(f"count is a whole number of points, at least 1; got {count!r}")
    if not noise >= 0:
        raise ValueError(f"noise is a standard deviation of at least 0, got {noise!r}")


def _drawn(point: Any, count: int, classes: int, noise: float, seed: int | None) -> tuple[Points, list[int]]:
    """`count` points, of each class in turn, each moved a little."""
    _check(count, noise)
    if not isinstance(classes, int) or classes < 1:
        raise ValueError(f"classes is a whole number of at least 1, got {classes!r}")
    draw = random.Random(seed)
    labels = [index % classes for index in range(count)]
    return [[number + draw.gauss(0.0, noise) for number in point(draw, label)] for label in labels], labels


# --- measured data --------------------------------------------------------------------------------------------------


def digits(count: int | None = None) -> tuple[Points, list[int]]:
    """Handwritten digits: 1,797 pictures of 8 x 8 pixels, row by row from 0 (white) to 1 (black), and what they show.

    They are the test part of "Optical Recognition of Handwritten Digits" (E. Alpaydin, C. Kaynak, UCI Machine Learning
    Repository, 1998, https://doi.org/10.24432/C50P49, licence CC BY 4.0), and the digits of scikit-learn.

    Args:
        count: how many of them; None takes all.

    >>> X, Y = digits(2)
    >>> X[0][:8], Y
    ([0.0, 0.0, 0.3125, 0.8125, 0.5625, 0.0625, 0.0, 0.0], [0, 1])
    """
    # Of each picture the digit, and a letter for each pixel: its number of sixteenths, with the digits of base 17.
    lines = Path(__file__).with_name("digits.csv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split(",") for line in lines[:count]]
    return [[int(pixel, 17) / 16 for pixel in pixels] for _, pixels in rows], [int(digit) for digit, _ in rows]


def houses() -> tuple[Points, list[float]]:
    """88 houses that were sold near Boston in 1990: size of the lot and of the house, bedrooms; and the price.

    Sizes are in square feet, prices in 1,000 dollars. The source is that of `micrograd_kr.houses`.

    >>> X, Y = houses()
    >>> len(X), X[0], Y[0]
    (88, [6126.0, 2438.0, 4.0], 300.0)
    """
    from .houses import HOUSES

    return [[float(each.lot), float(each.area), float(each.bedrooms)] for each in HOUSES], [
        each.price for each in HOUSES
    ]


# --- before training ------------------------------------------------------------------------------------------------


def split(
    *columns: Sequence[Any], parts: Sequence[float] = (0.6, 0.2, 0.2), seed: int | None = 0
) -> list[tuple[list[Any], ...]]:
    """The examples in random order, divided into parts: to train, to validate, to test.

    Args:
        *columns: lists or arrays with a row for each example, such as X and Y.
        parts: the shares of the parts, which add up to 1.
        seed: for the same parts every time; None gives others.

    Returns:
        For each part a tuple of lists, one for each column.

    Raises:
        ValueError: columns of different lengths, or shares that do not add up to 1.

    >>> (X, Y), (X_validation, Y_validation), (X_test, Y_test) = split([1, 2, 3, 4, 5], [1, 4, 9, 16, 25])
    >>> X, Y, X_test
    ([4, 5, 1], [16, 25, 1], [3])
    """
    rows, count = _read(columns)
    if not parts or any(not 0 <= part <= 1 for part in parts) or not math.isclose(sum(parts), 1, abs_tol=1e-6):
        raise ValueError(f"the parts are shares that add up to 1, such as (0.8, 0.2); got {tuple(parts)!r}")
    order = random.Random(seed).sample(range(count), count)
    found, first = [], 0
    for place in range(len(parts)):
        last = count if place == len(parts) - 1 else round(count * sum(parts[: place + 1]))
        found.append(tuple([[column[index] for index in order[first:last]] for column in rows]))
        first = last
    return found


def batches(
    *columns: Sequence[Any], batch_size: int, shuffle: bool = False, seed: int | None = None
) -> Iterator[tuple[list[Any], ...]]:
    """The examples in groups of batch_size, the last group perhaps smaller.

    Args:
        *columns: lists or arrays with a row for each example, such as X and Y.
        batch_size: how many examples a group has.
        shuffle: take them in random order.
        seed: for the same order every time.

    Yields:
        A tuple of lists, one for each column.

    >>> list(batches([1, 2, 3], ["a", "b", "c"], batch_size=2))
    [([1, 2], ['a', 'b']), ([3], ['c'])]
    """
    rows, count = _read(columns)
    if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size < 1:
        raise ValueError(f"batch_size is a whole number of at least 1, got {batch_size!r}")
    order = random.Random(seed).sample(range(count), count) if shuffle else range(count)
    return (
        tuple([[column[index] for index in order[first : first + batch_size]] for column in rows])
        for first in range(0, count, batch_size)
    )


class Scale(NamedTuple):
    """What brings each feature to mean 0 and standard deviation 1, so that one learning rate suits all of them.

    >>> scale = Scale.of([[1.0, 100.0], [3.0, 500.0]])
    >>> scale([[2.0, 500.0]]), scale.undo([[0.0, 1.0]])
    ([[0.0, 1.0]], [[2.0, 500.0]])
    """

    means: tuple[float, ...]
    deviations: tuple[float, ...]

    @classmethod
    def of(cls, X: Sequence[Sequence[float]]) -> Scale:  # noqa: N803
        """The scale of these examples; a feature that is the same in all of them is only shifted."""
        (rows,), _ = _read([X])
        if not isinstance(rows[0], list | tuple) or len({len(row) for row in rows}) != 1:
            raise ValueError(
                "a scale needs a list of as many numbers for each example, such as [[1.0, 2.0], [3.0, 4.0]]"
            )
        columns = list(zip(*rows, strict=True))
        return cls(tuple(map(fmean, columns)), tuple([pstdev(column) or 1.0 for column in columns]))

    def __call__(self, X: Sequence[Sequence[float]]) -> Points:  # noqa: N803
        """The examples in standard deviations from the mean."""
        return [
            [(x - mean) / deviation for x, mean, deviation in zip(row, self.means, self.deviations, strict=True)]
            for row in X
        ]

    def undo(self, X: Sequence[Sequence[float]]) -> Points:  # noqa: N803
        """The examples as they were before."""
        return [
            [x * deviation + mean for x, mean, deviation in zip(row, self.means, self.deviations, strict=True)]
            for row in X
        ]


def standardise(X: Sequence[Sequence[float]], *others: Sequence[Sequence[float]]) -> Any:  # noqa: N803
    """Each feature shifted and scaled to mean 0 and standard deviation 1 in X; the others in the same way as X.

    Examples to validate and to test are scaled by the figures of the training examples: the model must not know
    anything of them.

    >>> standardise([[1.0], [3.0]], [[5.0]])
    ([[-1.0], [1.0]], [[3.0]])
    """
    scale = Scale.of(X)
    scaled = tuple([scale(each) for each in (X, *others)])
    return scaled if others else scaled[0]


def _read(columns: Sequence[Any]) -> tuple[list[Sequence[Any]], int]:
    """The columns as lists, and how many examples they have."""
    rows: list[Sequence[Any]] = [column.tolist() if hasattr(column, "tolist") else column for column in columns]
    lengths = [len(each) for each in rows]
    if len(set(lengths)) != 1 or not lengths[0]:
        raise ValueError(f"each column needs a row for each example, and at least one; got lengths {lengths}")
    return rows, lengths[0]
