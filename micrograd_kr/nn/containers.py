"""Sequential, and the modules without parameters that stand between layers: activations, Flatten, Dropout.

Modules draw their random numbers from one function, which a compiler may replace.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from .. import elementary
from ..elementary import Number
from ..engine import Value
from ..ops import OPS, Op
from .layers import Activation, activation_title, find_activation
from .module import Module, tensors_within
from .tables import apply, flat

if TYPE_CHECKING:
    from .layers import ValueOrList


class Sequential(Module):
    """Modules one after the other, each applied to the output of the one before.

    Args:
        *modules: modules; names of activations, such as "relu", for each number by itself; or functions of the
            whole output, such as nn.softmax.

    The names in `state_dict()` are those of torch.nn.Sequential with the same modules in the same places.

    >>> from micrograd_kr.nn import Linear
    >>> model = Sequential(Linear(2, 4, seed=1), "relu", Linear(4, 1, seed=2))
    >>> model
    Sequential(Linear(2, 4), ReLU(), Linear(4, 1))
    >>> list(model.state_dict()), model[0].weight.shape
    (['0.weight', '0.bias', '2.weight', '2.bias'], (4, 2))
    """

    layers: list[Module]

    def __init__(self, *modules: Module | str | Callable[[Any], Any]) -> None:
        if len(modules) == 1 and isinstance(modules[0], list | tuple):
            raise TypeError("Sequential takes modules one by one: Sequential(*modules)")
        self.layers = [_as_module(each) for each in modules]

    def forward(self, x: Any) -> ValueOrList:
        """Module after module."""
        for layer in self.layers:
            x = layer(x)
        return x  # type: ignore[no-any-return]

    def named_tensors(self) -> Iterator[tuple[str, Any]]:
        """As `Module.named_tensors`, each module by its place: `0.weight`."""
        for index, layer in enumerate(self.layers):
            yield from tensors_within(f"{index}", layer)

    def __getitem__(self, index: int) -> Module:
        return self.layers[index]

    def __len__(self) -> int:
        return len(self.layers)

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.layers))})"


def _as_module(given: Any) -> Module:
    if isinstance(given, Module):
        return given
    if isinstance(given, str | Op):
        return Elementwise(given)
    if callable(given):
        return Function(given)
    raise TypeError(f"Sequential takes modules, names of activations and functions, got {given!r:.60}")


class Elementwise(Module):
    """An activation on each number by itself.

    Shape: any -> the same.

    >>> Elementwise("relu")([-1.0, [2.0]])
    [0.0, [2.0]]
    """

    def __init__(self, activation: Activation) -> None:
        self.activation = activation.name if isinstance(activation, Op) else activation
        find_activation(self.activation)

    def forward(self, x: Any) -> Any:
        """The activation of each number."""
        name = self.activation
        op = OPS.get(name) if isinstance(name, str) else None  # a row computes on plain numbers, too
        return apply(op or find_activation(name), x)

    def __repr__(self) -> str:
        return f"{activation_title(self.activation)}()"


class Function(Module):
    """A function of the whole output of the module before it, such as nn.softmax."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def forward(self, x: Any) -> Any:
        """The function of x."""
        return self.function(x)

    def __repr__(self) -> str:
        return getattr(self.function, "__name__", repr(self.function))


class Flatten(Module):
    """All numbers in one list, as between a convolution and a layer of neurons.

    Shape: any, such as (channels, height, width) -> (channels * height * width,), the last axis changes fastest.

    >>> Flatten()([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
    [1, 2, 3, 4, 5, 6, 7, 8]
    """

    def forward(self, x: Any) -> list[Value]:
        """The numbers in order."""
        return flat(x)

    def __repr__(self) -> str:
        return "Flatten()"


# --- dropout ----------------------------------------------------------------------------------------------------------


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
