"""Learning-rate schedules: functions of the number of steps taken, passed to an optimizer as its `lr`.

>>> from micrograd_kr import Value
>>> from micrograd_kr.nn import SGD
>>> optimizer = SGD([Value(1.0)], lr=Warmup(CosineDecay(0.1, steps=100), steps=4))
>>> optimizer.learning_rate()
0.025

A schedule counts steps of the optimizer; to count epochs, multiply by the number of batches in an epoch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class StepDecay:
    """The learning rate times `factor` after every `every` steps (PyTorch's StepLR).

    >>> [StepDecay(1.0, every=2, factor=0.5)(step) for step in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    lr: float
    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        _check(every=self.every)

    def __call__(self, step: int) -> float:
        """The learning rate after `step` steps."""
        return self.lr * self.factor ** (step // self.every)


@dataclass(frozen=True)
class ExponentialDecay:
    """The learning rate times `factor` after each step (PyTorch's ExponentialLR).

    >>> [ExponentialDecay(1.0, factor=0.5)(step) for step in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """

    lr: float
    factor: float

    def __call__(self, step: int) -> float:
        """The learning rate after `step` steps."""
        return self.lr * self.factor**step


@dataclass(frozen=True)
class _Decay:
    """From lr to `final` within `steps` steps; constant afterwards."""

    lr: float
    steps: int
    final: float = 0.0

    def __post_init__(self) -> None:
        _check(steps=self.steps)


class LinearDecay(_Decay):
    """Linearly from lr to `final` within `steps` steps; constant afterwards.

    >>> [LinearDecay(1.0, steps=4)(step) for step in range(6)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """

    def __call__(self, step: int) -> float:
        """The learning rate after `step` steps."""
        return self.lr + (self.final - self.lr) * min(step, self.steps) / self.steps


class CosineDecay(_Decay):
    """Along half a cosine from lr to `final` within `steps` steps; constant afterwards (PyTorch's CosineAnnealingLR).

    Source: Loshchilov, Hutter: SGDR, 2017.

    >>> [round(CosineDecay(1.0, steps=4)(step), 4) for step in range(6)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0, 0.0]
    """

    def __call__(self, step: int) -> float:
        """The learning rate after `step` steps."""
        return self.final + (self.lr - self.final) * (1 + math.cos(math.pi * min(step, self.steps) / self.steps)) / 2


@dataclass(frozen=True)
class Warmup:
    """Linearly up to the learning rate within `steps` steps, then along the schedule `then`.

    >>> [Warmup(1.0, steps=4)(step) for step in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """

    then: float | Callable[[int], float]
    steps: int

    def __post_init__(self) -> None:
        _check(steps=self.steps)

    def __call__(self, step: int) -> float:
        """The learning rate after `step` steps."""
        later = max(0, step - self.steps)
        lr = self.then(later) if callable(self.then) else self.then
        return lr * min(1.0, (step + 1) / self.steps)


def _check(**counts: int) -> None:
    for name, count in counts.items():
        if not isinstance(count, int) or count < 1:
            raise ValueError(f"{name} is a number of steps, at least 1; got {count!r}")
