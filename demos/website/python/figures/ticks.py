"""The numbers that are marked on an axis."""

from __future__ import annotations

import math


def ticks_between(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two, not more than so many."""
    if not high > low:
        return [low]
    rough = (high - low) / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * unit for unit in (1, 2, 2.5, 5, 10) if power * unit >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def written(number: float) -> str:
    return f"{round(number, 10):g}".replace("-", "−")
