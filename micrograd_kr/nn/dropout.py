"""Dropout, and the one function from which modules draw random numbers while they compute."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from .. import elementary
from ..elementary import Number
from .module import Module
from .tables import apply

_replacement: ContextVar[Callable[[], Number] | None] = ContextVar("random numbers", default=None)


def random_uniform(source: Any = random) -> Number:
    """A fresh random number from 0 to 1, from `source`, or from the function given to `random_numbers_from`.

    Every module that needs randomness while it computes draws it here, so that a compiler may record the draw as an
    input of its program instead of freezing one number into it.
    """
    draw = _replacement.get()
    return source.random() if draw is None else draw()


@contextmanager
def random_numbers_from(draw: Callable[[], Number]) -> Iterator[None]:
    """Let `random_uniform` call `draw()` in this block; it may return any kind of number, such as a compiler's.

    >>> with random_numbers_from(iter([0.1, 0.9]).__next__):
    ...     Dropout(0.5)([1.0, 1.0])
    [0.0, 2.0]
    """
    token = _replacement.set(draw)
    try:
        yield
    finally:
        _replacement.reset(token)


class Dropout(Module):
    """In training, sets each number to 0 with probability p, newly drawn at each call; in use, changes nothing.

    The others are multiplied by 1 / (1 - p), so that the expected sum is the same with and without dropout.

    Args:
        p: the probability that a number is set to 0.
        seed: for the same choices in every run; None draws from the module `random`.

    Shape: any -> the same.

    Source: Srivastava et al.: Dropout, 2014.

    >>> dropout = Dropout(0.5, seed=1)
    >>> dropout([1.0, 1.0, 1.0]), dropout.eval()([1.0, 1.0, 1.0])
    ([0.0, 2.0, 2.0], [1.0, 1.0, 1.0])
    """

    def __init__(self, p: Any = 0.5, seed: int | random.Random | None = None) -> None:
        if isinstance(p, str) or not 0 <= p <= 1:
            raise ValueError(f"p is the probability that a number is set to 0, from 0 to 1; got {p!r}")
        self.p = p
        self.source = random.Random(seed) if isinstance(seed, int) else seed

    def forward(self, x: Any) -> Any:
        """x, or each number of x times 0 or 1 / (1 - p)."""
        if not self.training or self.p == 0:
            return x
        source, kept = self.source or random, 1 / (1 - self.p) if self.p < 1 else 0.0
        return apply(lambda each: each * elementary.where(random_uniform(source) < self.p, 0.0, kept), x)

    def __repr__(self) -> str:
        return f"Dropout({self.p})"
