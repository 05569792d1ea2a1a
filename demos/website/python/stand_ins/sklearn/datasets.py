"""The data sets of the book, as scikit-learn has them; build.py wrote them into the folder `data`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lacking import lacking
from numpy import array

__getattr__ = lacking("sklearn.datasets")


class Bunch(dict[str, Any]):
    """What is known of a data set, by its names; also as attributes."""

    def __getattr__(self, name: str) -> Any:
        if name in self:
            return self[name]
        raise AttributeError(name)


def load_iris() -> Bunch:
    """150 irises of three kinds: length and width of their sepals and petals, in cm."""
    return _read("iris")


def load_wine() -> Bunch:
    """178 wines of three growers: 13 numbers of a chemical analysis."""
    return _read("wine")


def load_diabetes(*, scaled: bool = True) -> Bunch:
    """442 patients: ten numbers at the beginning, and how far the illness was a year later."""
    if scaled:
        raise NotImplementedError(
            "the scikit-learn of this page has the numbers as measured: load_diabetes(scaled=False)"
        )
    return _read("diabetes")


def _read(name: str) -> Bunch:
    text = (Path(__file__).parent / "data" / f"{name}.json").read_text(encoding="utf-8")
    return Bunch((key, array(value)) for key, value in json.loads(text).items())
