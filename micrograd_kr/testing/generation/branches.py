"""Where the rules of a row branch: what a random point never meets, and where a careless rule is wrong.

A rule that is written with `abs`, with `where` or with a comparison takes another branch where the two sides are equal,
even where the function itself is smooth, as softplus is at 0. The rules are run on a number that notes what it is
compared with; where a difference changes its sign, there is a branch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from ...elementary import ABS, Function, Number
from ...interpreted import Interpreted
from ...ops import Op

_GRID = [step / 4 for step in range(-16, 17)]


class _Noting(Interpreted):
    """A number that notes the difference of whatever is compared, and what an absolute value is taken of."""

    __slots__ = ("notes", "number")

    def __init__(self, number: Number, notes: list[Number]) -> None:
        self.number, self.notes = number, notes

    def __apply__(self, function: Function, *args: Any) -> Any:
        numbers = [x.number if isinstance(x, _Noting) else x for x in args]
        if function is ABS:
            self.notes.append(numbers[0])
        elif function.gives == "condition":
            self.notes.append(numbers[0] - numbers[1])
        result = function(*numbers)
        return result if result is True or result is False else _Noting(result, self.notes)


def _differences(op: Op, numbers: Sequence[Number]) -> list[Number]:
    notes: list[Number] = []
    xs = [x if isinstance(x, bool) else _Noting(x, notes) for x in numbers]
    for rule in (op.forward, lambda *xs: op.partials(op.compute(*numbers), *xs), op.kink):
        try:
            result = rule(*xs)  # type: ignore[misc]
        except Exception:  # not defined there, or there is no such rule
            continue
        if rule is op.kink:
            notes.append(result.number if isinstance(result, _Noting) else result)
    return notes


def branches(op: Op, numbers: Sequence[Number], index: int) -> tuple[float, ...]:
    """The numbers for one argument at which a rule of the row branches, where the other arguments are as they are.

    >>> from micrograd_kr.ops import OPS
    >>> branches(OPS["softplus"], [2.0], 0), branches(OPS["maximum"], [1.0, 3.0], 0), branches(OPS["exp"], [2.0], 0)
    ((0.0,), (3.0,), ())
    """
    others = tuple([0.0 if turn == index else x for turn, x in enumerate(numbers)])
    return _branches(op, op.rules, op.partial, others, index)


@lru_cache(maxsize=4096)
def _branches(op: Op, rules: Any, partial: Any, others: tuple[Number, ...], index: int) -> tuple[float, ...]:
    """As `branches`; the rules are a part of the key, as a mutant may have changed them."""

    def at(x: float) -> list[Number]:
        return _differences(op, [x if turn == index else other for turn, other in enumerate(others)])

    grid = sorted({*_GRID, *[float(x) for x in others if not isinstance(x, bool) and abs(x) < 1e6]})
    return tuple(dict.fromkeys(_roots(at, grid)))[:8]


def _roots(at: Any, grid: Sequence[float]) -> Iterator[float]:
    noted = [at(x) for x in grid]
    for (low, before), (high, after) in zip(
        zip(grid, noted, strict=True), [*zip(grid[1:], noted[1:], strict=True), (math.nan, [])], strict=True
    ):
        if any(x == 0 for x in before):
            yield low
        if len(before) != len(after):
            continue
        for turn, (x, y) in enumerate(zip(before, after, strict=True)):
            if x * y < 0:
                yield _bisected(at, turn, low, high)


def _bisected(at: Any, turn: int, low: float, high: float) -> float:
    below = at(low)[turn] < 0
    for _ in range(60):
        middle = (low + high) / 2
        found = at(middle)
        if turn >= len(found):
            break
        if found[turn] == 0:
            return middle
        low, high = (middle, high) if (found[turn] < 0) == below else (low, middle)
    return high
