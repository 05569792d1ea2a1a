"""numpy's random numbers: a seed gives the order that it gives everywhere else, and normal numbers alike to 14 digits.

The generator is PCG64 (M. E. O'Neill: PCG, 2014), seeded by a hash of the seed (M. E. O'Neill: Developing a seed_seq
alternative, 2015); normal numbers come from a ziggurat (Marsaglia, Tsang, 2000) of 256 layers.
"""

from __future__ import annotations

import functools
import math
import secrets
from itertools import cycle
from typing import Any

from lacking import lacking

from .arrays import ndarray
from .legacy import RandomState as RandomState

__getattr__ = lacking("numpy.random")

_32, _64, _128 = (1 << 32) - 1, (1 << 64) - 1, (1 << 128) - 1
_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645


def default_rng(seed: int | None = None) -> Generator:
    """A generator of random numbers.

    >>> default_rng(0).permutation(6).tolist()
    [3, 2, 5, 4, 0, 1]
    >>> [round(number, 12) for number in default_rng(0).normal(size=2)]
    [0.125730221093, -0.132104863291]
    """
    return Generator(secrets.randbits(128) if seed is None else seed)


class Generator:
    """Random numbers, as numpy's Generator draws them."""

    def __init__(self, seed: int) -> None:
        words = _seeded(seed)
        self._increment = (words[2] << 65 | words[3] << 1 | 1) & _128
        self._state = 0
        self._next()
        self._state = (self._state + (words[0] << 64 | words[1])) & _128
        self._next()
        self._half: int | None = None  # of a number that was drawn, what is still to be used

    def permutation(self, count: int) -> ndarray:
        """The numbers 0 ... count - 1 in random order."""
        order = list(range(count))
        for place in range(count - 1, 0, -1):
            other = self._at_most(place)
            order[place], order[other] = order[other], order[place]
        return ndarray(order)

    def random(self, size: Any = None) -> Any:
        """Numbers from 0 to 1."""
        return _shaped(lambda: (self._next() >> 11) * 2.0**-53, size)

    def uniform(self, low: float = 0.0, high: float = 1.0, size: Any = None) -> Any:
        """Numbers between two."""
        return _shaped(lambda: low + (high - low) * self.random(), size)

    def normal(self, loc: float = 0.0, scale: float = 1.0, size: Any = None) -> Any:
        """Numbers around one, most of them near it."""
        return _shaped(lambda: loc + scale * self._normal(), size)

    def _next(self) -> int:
        state = self._state = (self._state * _MULTIPLIER + self._increment) & _128
        mixed, turn = (state >> 64) ^ (state & _64), state >> 122
        return (mixed >> turn | mixed << (64 - turn)) & _64

    def _next_half(self) -> int:
        if self._half is not None:
            half, self._half = self._half, None
            return half
        both = self._next()
        self._half = both >> 32
        return both & _32

    def _at_most(self, largest: int) -> int:
        mask = (1 << largest.bit_length()) - 1
        while (drawn := self._next_half() & mask) > largest:
            pass
        return drawn

    def _normal(self) -> float:
        edges = _edges()
        while True:
            drawn = self._next()
            layer, sign, inside = drawn & 0xFF, -1.0 if drawn >> 8 & 1 else 1.0, drawn >> 9 & (1 << 52) - 1
            x = inside * (edges[layer] / 2.0**52)
            if inside < int((edges[layer - 1] if layer else _LAST) / edges[layer] * 2.0**52) and layer != 1:
                return sign * x
            if layer == 0:
                while True:
                    beyond = -math.log1p(-self.random()) / _LAST
                    if -2 * math.log1p(-self.random()) > beyond * beyond:
                        return (-1.0 if inside >> 8 & 1 else 1.0) * (_LAST + beyond)
            above, below = _height(edges[layer - 1]) if layer > 1 else 1.0, _height(edges[layer])
            if below + (above - below) * self.random() < _height(x):
                return sign * x


def _seeded(seed: int) -> list[int]:
    """Four words of 64 bits from a seed."""
    if seed < 0:
        raise ValueError("expected non-negative integer")
    entropy = [seed >> shift & _32 for shift in range(0, max(1, seed.bit_length()), 32)]
    pool, constant = [], 0x43B0D7E5

    def hashed(value: int) -> int:
        nonlocal constant
        value ^= constant
        constant = constant * 0x931E8875 & _32
        value = value * constant & _32
        return value ^ value >> 16

    def mixed(x: int, y: int) -> int:
        value = (0xCA01F9DD * x - 0x4973F715 * y) & _32
        return value ^ value >> 16

    for place in range(4):
        pool.append(hashed(entropy[place] if place < len(entropy) else 0))
    for source in range(4):
        for target in range(4):
            if source != target:
                pool[target] = mixed(pool[target], hashed(pool[source]))
    for more in entropy[4:]:
        for target in range(4):
            pool[target] = mixed(pool[target], hashed(more))
    words, constant = [], 0x8B51F9DD
    for value, _ in zip(cycle(pool), range(8), strict=False):
        value ^= constant
        constant = constant * 0x58F38DED & _32
        value = value * constant & _32
        words.append(value ^ value >> 16)
    return [low | high << 32 for low, high in zip(words[::2], words[1::2], strict=True)]


def _shaped(draw: Any, size: Any) -> Any:
    if size is None:
        return draw()
    if isinstance(size, int):
        return ndarray([draw() for _ in range(size)])
    rows = [_shaped(draw, size[1:] if len(size) > 2 else size[1]) for _ in range(size[0])] if len(size) > 1 else None
    return ndarray([row.tolist() for row in rows]) if rows is not None else _shaped(draw, size[0])


# --- the ziggurat ---------------------------------------------------------------------------------------------------

_LAST = 3.6541528853610088  # where the tail of the bell curve begins


def _height(x: float) -> float:
    return math.exp(-x * x / 2)


@functools.cache
def _edges() -> list[float]:
    """How far each layer reaches: the lowest one, which holds the tail, then from the top down."""
    area = _LAST * _height(_LAST) + math.sqrt(math.pi / 2) * math.erfc(_LAST / math.sqrt(2))
    edges = [_LAST]
    while len(edges) < 255:
        edges.append(math.sqrt(-2 * math.log(area / edges[-1] + _height(edges[-1]))))
    return [area / _height(_LAST), *reversed(edges)]
