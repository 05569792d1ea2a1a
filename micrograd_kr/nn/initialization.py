"""Initial weights: each scheme by its usual name.

A scheme draws one weight and one bias, given a source of random numbers, the number of inputs of a
neuron (`fan_in`) and the number of neurons that each input feeds (`fan_out`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from math import sqrt
from typing import Any, NamedTuple

Draw = Callable[[Any, int, int], float]  # (source of random numbers, fan_in, fan_out) -> a number


class Scheme(NamedTuple):
    """How a weight and a bias are drawn."""

    weight: Draw
    bias: Draw = lambda source, fan_in, fan_out: 0


def _uniform(bound: Callable[[int, int], float]) -> Draw:
    return lambda source, fan_in, fan_out: source.uniform(-bound(fan_in, fan_out), bound(fan_in, fan_out))


def _normal(deviation: Callable[[int, int], float]) -> Draw:
    return lambda source, fan_in, fan_out: source.gauss(0.0, deviation(fan_in, fan_out))


_torch = _uniform(lambda fan_in, fan_out: 1 / sqrt(fan_in))

INITIALIZATIONS: dict[str, Scheme] = {
    "uniform": Scheme(lambda source, fan_in, fan_out: source.uniform(-1, 1)),  # micrograd's
    "xavier_uniform": Scheme(_uniform(lambda fan_in, fan_out: sqrt(6 / (fan_in + fan_out)))),  # Glorot, Bengio 2010
    "xavier_normal": Scheme(_normal(lambda fan_in, fan_out: sqrt(2 / (fan_in + fan_out)))),
    "he_uniform": Scheme(_uniform(lambda fan_in, fan_out: sqrt(6 / fan_in))),  # He et al. 2015, for relu
    "he_normal": Scheme(_normal(lambda fan_in, fan_out: sqrt(2 / fan_in))),
    "lecun_normal": Scheme(_normal(lambda fan_in, fan_out: sqrt(1 / fan_in))),
    "torch": Scheme(_torch, _torch),  # what PyTorch's Linear and Conv2d start with
    "normal": Scheme(lambda source, fan_in, fan_out: source.gauss(0.0, 1.0)),
    "zeros": Scheme(lambda source, fan_in, fan_out: 0.0),
}

_ALSO_CALLED = {
    "xavier": "xavier_uniform",
    "glorot_uniform": "xavier_uniform",
    "glorot_normal": "xavier_normal",
    "he": "he_normal",
    "kaiming_uniform": "he_uniform",
    "kaiming_normal": "he_normal",
}


def find_scheme(initialization: str | Draw) -> Scheme:
    """The scheme of that name; a function (source, fan_in, fan_out) -> number is one for the weights.

    >>> find_scheme("he_uniform").weight(random.Random(0), 6, 3)
    0.6888437030500962
    """
    if callable(initialization):
        return Scheme(initialization)
    try:
        return INITIALIZATIONS[_ALSO_CALLED.get(initialization, initialization)]
    except (KeyError, TypeError):
        known = ", ".join(INITIALIZATIONS)
        raise ValueError(f"there is no initialization {initialization!r}: choose one of {known}") from None


def random_source(seed: int | random.Random | None) -> Any:
    """A generator for the seed; without one the module `random`, as seeded by `random.seed`."""
    if seed is None:
        return random
    if isinstance(seed, random.Random):
        return seed
    if not hasattr(seed, "__index__"):
        raise TypeError(f"a seed is a whole number (or a random.Random), got {seed!r:.60}")
    return random.Random(int(seed))
