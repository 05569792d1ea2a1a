"""The regression of the main job: 88 houses, a linear neuron, gradient descent, and beside it least squares."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from statistics import fmean, pstdev
from typing import NamedTuple

from ... import nn
from ...houses import HOUSES, House

FEATURES = ("lot", "area", "bedrooms")  # what the neuron sees of a house: all but the price
SHARE, LEARNING_RATE, SEED = 0.8, 0.1, 0


def split(houses: Sequence[House] = HOUSES, seed: int = SEED) -> tuple[list[House], list[House]]:
    """The houses in two groups, the same every time: 80 % to learn from, and the others to be asked about.

    >>> seen, unseen = split()
    >>> len(seen), len(unseen)
    (70, 18)
    """
    shuffled = random.Random(seed).sample(houses, len(houses))
    return shuffled[: int(SHARE * len(houses))], shuffled[int(SHARE * len(houses)) :]


def features(house: House) -> tuple[int, ...]:
    """What the neuron sees of a house, in the order of FEATURES."""
    return tuple([getattr(house, name) for name in FEATURES])


class Scale(NamedTuple):
    """Features as distances from the average, in standard deviations, so that one learning rate suits all of them."""

    means: tuple[float, ...]
    deviations: tuple[float, ...]

    @classmethod
    def of(cls, houses: Sequence[House]) -> Scale:
        """The averages and standard deviations of these houses."""
        columns = list(zip(*map(features, houses), strict=True))
        return cls(tuple(map(fmean, columns)), tuple(map(pstdev, columns)))

    def __call__(self, house: House) -> list[float]:
        """The scaled features of a house."""
        return [(x - m) / d for x, m, d in zip(features(house), self.means, self.deviations, strict=True)]


def train(neuron: nn.Neuron, inputs: list[list[float]], prices: list[float], epochs: int) -> Iterator[float]:
    """Gradient descent on the mean squared error of all houses: yields the error before each step, after taking it.

    An interrupted step is undone: the parameters are always those of a whole step.
    """
    optimizer = nn.SGD(neuron, lr=LEARNING_RATE)
    for _ in range(epochs):
        loss = nn.mean_squared_error([neuron(x) for x in inputs], prices)
        optimizer.zero_grad()
        loss.backward()
        before = [parameter.data for parameter in neuron.parameters()]
        try:
            optimizer.step()
        except KeyboardInterrupt:
            for parameter, number in zip(neuron.parameters(), before, strict=True):
                parameter.data = number
            raise
        yield loss.data


class Line(NamedTuple):
    """A price as a linear function of the features as they are: dollars (in thousands) a square foot, a bedroom."""

    weights: tuple[float, ...]
    bias: float

    def __call__(self, house: House) -> float:
        """The price of a house, in 1,000 dollars."""
        return self.bias + sum(w * x for w, x in zip(self.weights, features(house), strict=True))

    def error(self, houses: Sequence[House]) -> float:
        """The mean squared error on houses."""
        return fmean((self(house) - house.price) ** 2 for house in houses)


def line_of(neuron: nn.Neuron, scale: Scale) -> Line:
    """What a neuron that sees scaled features computes, in terms of the features as they are."""
    weights = tuple(w.data / deviation for w, deviation in zip(neuron.w, scale.deviations, strict=True))
    return Line(weights, neuron.b.data - sum(w * m for w, m in zip(weights, scale.means, strict=True)))


def least_squares(houses: Sequence[House]) -> Line:
    """The line with the least squared error there is: the normal equations, solved exactly in fractions.

    >>> line = least_squares([House(2 * lot + bedrooms + 5, lot, lot % 3, bedrooms)
    ...                       for lot, bedrooms in ((1, 2), (2, 1), (3, 3), (5, 4))])
    >>> line.weights, line.bias
    ((2.0, 0.0, 1.0), 5.0)
    """
    rows = [(*features(house), 1) for house in houses]
    prices = [Fraction(house.price) for house in houses]
    columns = list(zip(*rows, strict=True))
    matrix = [[Fraction(_dot(a, b)) for b in columns] + [Fraction(_dot(a, prices))] for a in columns]
    *weights, bias = map(float, _solve(matrix))
    return Line(tuple(weights), bias)


def _dot(a: Sequence[Fraction | int], b: Sequence[Fraction | int]) -> Fraction | int:
    return sum(x * y for x, y in zip(a, b, strict=True))


def _solve(matrix: list[list[Fraction]]) -> list[Fraction]:
    """Gauss-Jordan elimination on equations whose right-hand side is the last column."""
    for column in range(len(matrix)):
        pivot = next(row for row in range(column, len(matrix)) if matrix[row][column])
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        matrix[column] = [x / matrix[column][column] for x in matrix[column]]
        for row in range(len(matrix)):
            if row != column:
                factor = matrix[row][column]
                matrix[row] = [x - factor * y for x, y in zip(matrix[row], matrix[column], strict=True)]
    return [row[-1] for row in matrix]


def is_printed(epoch: int, epochs: int) -> bool:
    """Whether an epoch is printed where there is no progress bar: 1, 2, 5, 10, 20, 50, ... and the last.

    >>> [epoch for epoch in range(1, 301) if is_printed(epoch, 300)]
    [1, 2, 5, 10, 20, 50, 100, 200, 300]
    """
    return epoch == epochs or (str(epoch)[0] in "125" and not str(epoch)[1:].strip("0"))
