"""RandomState: the older generator of numpy, a Mersenne Twister like Python's, seeded in another way."""

from __future__ import annotations

import random
from collections.abc import Sequence

_32 = (1 << 32) - 1


class RandomState:
    """Random orders, as numpy's RandomState draws them.

    >>> RandomState(0).permutation(6)
    [5, 2, 1, 3, 0, 4]
    """

    def __init__(self, seed: int) -> None:
        words = [seed & _32]
        for place in range(1, 624):
            words.append(1812433253 * (words[-1] ^ words[-1] >> 30) + place & _32)
        self._twister = random.Random()
        self._twister.setstate((3, (*words, 624), None))

    def permutation(self, what: int | Sequence[int]) -> list[int]:
        """The numbers 0 ... what - 1, or those given, in random order."""
        order = list(range(what)) if isinstance(what, int) else list(what)
        for place in range(len(order) - 1, 0, -1):
            other = self._twister.getrandbits(32) & (1 << place.bit_length()) - 1
            while other > place:
                other = self._twister.getrandbits(32) & (1 << place.bit_length()) - 1
            order[place], order[other] = order[other], order[place]
        return order
