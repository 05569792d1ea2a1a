"""numpy's random numbers, bit for bit: a seed gives the order that it gives everywhere else.

The generator is PCG64 (M. E. O'Neill: PCG, 2014), seeded by a hash of the seed (M. E. O'Neill: Developing a seed_seq
alternative, 2015).
"""

from __future__ import annotations

import secrets
from itertools import cycle

from lacking import lacking

from .arrays import ndarray

__getattr__ = lacking("numpy.random")

_32, _64, _128 = (1 << 32) - 1, (1 << 64) - 1, (1 << 128) - 1
_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645


def default_rng(seed: int | None = None) -> Generator:
    """A generator of random numbers.

    >>> default_rng(0).permutation(6).tolist()
    [3, 2, 5, 4, 0, 1]
    >>> default_rng(0).random()
    0.6369616873214543
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

    def random(self) -> float:
        """A number from 0 to 1."""
        return (self._next() >> 11) * 2.0**-53

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
