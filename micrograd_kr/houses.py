"""Eighty-eight real houses that were sold in the area of Boston, Massachusetts, in 1990.

The facts are those of the data set ``hprice1`` of J. M. Wooldridge, *Introductory Econometrics: A Modern Approach*;
they were collected from the real estate pages of the Boston Globe. Four of its ten columns are kept here.

>>> len(HOUSES), HOUSES[0]
(88, House(price=300.0, lot=6126, area=2438, bedrooms=4))
"""

from __future__ import annotations

from typing import NamedTuple

SOURCE = "J. M. Wooldridge, Introductory Econometrics, data set hprice1 (Boston Globe, 1990)"


class House(NamedTuple):
    """One sale: what was paid, and for what."""

    price: float  # in 1,000 dollars (`price`)
    lot: int  # size of the lot in square feet (`lotsize`)
    area: int  # size of the house in square feet (`sqrft`)
    bedrooms: int  # number of bedrooms (`bdrms`)


# price,lotsize,sqrft,bdrms of each house, in the order of the data set
_SALES = """
300,6126,2438,4 370,9903,2076,3 191,5200,1374,3 195,4600,1448,3 373,6095,2514,4 466.275,8566,2754,5
332.5,9000,2067,3 315,6210,1731,3 206,6000,1767,3 240,2892,1890,3 285,6000,2336,4 300,7047,2634,5 405,12237,3375,3
212,6460,1899,3 265,6519,2312,3 227.4,3597,1760,4 240,5922,2000,4 285,7123,1774,3 268,5642,1376,3 310,8602,1835,4
266,5494,2048,3 270,7800,2124,3 225,6003,1768,3 150,5218,1732,4 247,9425,1440,3 275,6114,1932,3 230,6710,1932,3
343,8577,2106,3 477.5,8400,3529,7 350,9773,2051,4 230,4806,1573,4 335,15086,2829,4 251,5763,1630,3 235,6383,1840,4
361,9000,2066,4 190,3500,1702,4 360,10892,2750,4 575,15634,3880,5 209.001,6400,1854,4 225,8880,1421,2
246,6314,1662,3 713.5,28231,3331,5 248,7050,1656,4 230,5305,1171,3 375,6637,2293,5 265,7834,1764,3 313,1000,2768,3
417.5,8112,3733,4 253,5850,1536,3 315,6660,1638,4 264,6637,1972,3 255,15267,1478,2 210,5146,1408,3 180,6017,1812,3
250,8410,1722,3 250,5625,1780,4 209,5600,1674,4 258,6525,1850,4 289,6060,1925,3 316,5539,2343,4 225,7566,1567,3
266,5484,1664,4 310,5348,1386,6 471.25,15834,2617,5 335,8022,2321,4 495,11966,2638,4 279.5,8460,1915,4
380,15105,2589,4 325,10859,2709,4 220,6300,1587,3 215,11554,1694,3 240,6000,1536,3 725,31000,3662,5 230,4054,1736,3
306,20700,2205,2 425,5525,1502,3 318,92681,1696,4 330,8178,2186,3 246,5944,1928,4 225,18838,1294,3 111,4315,1535,4
268.125,5167,1980,3 244,7893,2090,4 295,6056,1837,3 236,5828,1715,3 202.5,6341,1574,3 219,6362,1185,2
242,4950,1774,4
"""


def _house(sale: str) -> House:
    price, lot, area, bedrooms = sale.split(",")
    return House(float(price), int(lot), int(area), int(bedrooms))


HOUSES = tuple(map(_house, _SALES.split()))
