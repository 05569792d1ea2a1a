"""Examples divided into those to learn from and those to be examined with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from lacking import lacking
from numpy.random import RandomState

__getattr__ = lacking("sklearn.model_selection")


def train_test_split(
    *arrays: Sequence[Any], test_size: float, random_state: int, stratify: Sequence[Any] | None = None
) -> list[list[Any]]:
    """Lists in two parts, in the order that scikit-learn gives them.

    Args:
        *arrays: lists of the same length.
        test_size: the share of the second part.
        random_state: the seed.
        stratify: a label for each example, of which both parts have the same shares.

    >>> train_test_split([*"abcdef"], test_size=1 / 3, random_state=0)
    [['b', 'd', 'a', 'e'], ['f', 'c']]
    """
    count = len(arrays[0])
    tested = math.ceil(count * test_size)
    source = RandomState(random_state)
    if stratify is None:
        order = source.permutation(count)
        test, train = order[:tested], order[tested:]
    else:
        train, test = _stratified(list(stratify), count - tested, tested, source)
    return [[array[place] for place in places] for array in arrays for places in (train, test)]


def _stratified(labels: list[Any], train: int, test: int, source: RandomState) -> tuple[list[int], list[int]]:
    kinds = sorted(set(labels))
    members = [[place for place, label in enumerate(labels) if label == kind] for kind in kinds]
    counts = [len(one) for one in members]
    trained = _shares(counts, train, source)
    tested = _shares([all_ - some for all_, some in zip(counts, trained, strict=True)], test, source)
    parts: tuple[list[int], list[int]] = [], []
    for places, some, others in zip(members, trained, tested, strict=True):
        order = [places[place] for place in source.permutation(len(places))]
        parts[0].extend(order[:some])
        parts[1].extend(order[some : some + others])
    return source.permutation(parts[0]), source.permutation(parts[1])


def _shares(counts: list[int], drawn: int, source: RandomState) -> list[int]:
    """How many of each kind when so many are drawn; what is left over goes to the largest remainders, by lot."""
    wanted = [count / sum(counts) * drawn for count in counts]
    shares = [math.floor(number) for number in wanted]
    remainders = [number - math.floor(number) for number in wanted]
    left = drawn - sum(shares)
    for remainder in sorted(set(remainders), reverse=True):
        if left <= 0:
            break
        alike = [place for place, one in enumerate(remainders) if one == remainder]
        for place in source.permutation(len(alike))[: min(len(alike), left)]:
            shares[alike[place]] += 1
        left -= min(len(alike), left)
    return shares
