"""Columns brought to one scale."""

from __future__ import annotations

from typing import Any

from lacking import lacking
from numpy import asarray

__getattr__ = lacking("sklearn.preprocessing")


class StandardScaler:
    """Each column less its mean, divided by its standard deviation.

    >>> StandardScaler().fit_transform([[1.0, 7.0], [3.0, 7.0]]).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """

    def fit(self, X: Any) -> StandardScaler:  # noqa: N803
        """Find the mean and the deviation of each column."""
        self.mean_, self.scale_ = asarray(X).mean(axis=0), asarray(X).std(axis=0)
        self.scale_ = asarray([scale or 1.0 for scale in self.scale_])
        return self

    def transform(self, X: Any) -> Any:  # noqa: N803
        """Bring columns to the scale that was found."""
        return (asarray(X) - self.mean_) / self.scale_

    def fit_transform(self, X: Any) -> Any:  # noqa: N803
        """Both at once."""
        return self.fit(X).transform(X)
