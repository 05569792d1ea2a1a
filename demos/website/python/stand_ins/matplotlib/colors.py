"""Colour maps of one's own."""

from __future__ import annotations

from collections.abc import Sequence

from lacking import lacking

__getattr__ = lacking("matplotlib.colors")


class ListedColormap:
    """The colours of a map, from the smallest number to the largest."""

    def __init__(self, colors: Sequence[str]) -> None:
        self.colors = tuple(colors)
