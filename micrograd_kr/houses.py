"""Eighty-eight real houses that were sold in the area of Boston, Massachusetts, in 1990.

The facts are those of the data set ``hprice1`` of J. M. Wooldridge, *Introductory Econometrics: A Modern Approach*;
they were collected from the real estate pages of the Boston Globe. Four of its ten columns are kept here.

>>> len(HOUSES), HOUSES[0]
(88, House(price=300.0, lot=6126, area=2438, bedrooms=4))
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

SOURCE = "J. M. Wooldridge, Introductory Econometrics, data set hprice1 (Boston Globe, 1990)"


class House(NamedTuple):
    """One sale: what was paid, and for what."""

    price: float  # in 1,000 dollars (`price`)
    lot: int  # size of the lot in square feet (`lotsize`)
    area: int  # size of the house in square feet (`sqrft`)
    bedrooms: int  # number of bedrooms (`bdrms`)


def _house(row: str) -> House:
    price, lot, area, bedrooms = row.split(",")
    return House(float(price), int(lot), int(area), int(bedrooms))


# In the order of the data set, whose names of the columns are in the first row.
HOUSES = tuple(map(_house, Path(__file__).with_suffix(".csv").read_text(encoding="utf-8").splitlines()[1:]))
