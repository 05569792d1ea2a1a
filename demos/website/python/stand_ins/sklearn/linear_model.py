"""The straight line with the least squared error."""

from __future__ import annotations

import math
from typing import Any

from lacking import lacking
from numpy import array, asarray

__getattr__ = lacking("sklearn.linear_model")


class LinearRegression:
    """Least squares, by making the columns perpendicular to one another one after the other (Gram and Schmidt).

    >>> line = LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> line.coef_.tolist(), line.intercept_, line.predict([[10.0]]).tolist()
    ([2.0], 1.0, [21.0])
    """

    def fit(self, X: Any, y: Any) -> LinearRegression:  # noqa: N803
        """Find the weights `coef_` and the bias `intercept_`."""
        table, answers = asarray(X), asarray(y)
        means, mean = table.mean(axis=0), answers.mean()
        columns = [list(column) for column in (table - means).T.tolist()]
        rest = [answer - mean for answer in answers.tolist()]
        parts: list[dict[int, float]] = []  # of each column the earlier ones that it holds, and how often
        for place, column in enumerate(columns):
            held = {}
            for other in range(place):
                held[other] = _dot(columns[other], column) / (_dot(columns[other], columns[other]) or 1.0)
                for row in range(len(column)):
                    column[row] -= held[other] * columns[other][row]
            parts.append(held)
        weights = []
        for column in columns:
            weights.append(_dot(column, rest) / (_dot(column, column) or 1.0))
            rest = [left - weights[-1] * number for left, number in zip(rest, column, strict=True)]
        for place in reversed(range(len(columns))):
            for other, times in parts[place].items():
                weights[other] -= times * weights[place]
        self.coef_ = array(weights)
        self.intercept_ = mean - _dot(weights, means.tolist())
        return self

    def predict(self, X: Any) -> Any:  # noqa: N803
        """What the line says."""
        return asarray(X) @ self.coef_ + self.intercept_


def _dot(first: list[float], second: list[float]) -> float:
    return math.fsum(one * two for one, two in zip(first, second, strict=True))
