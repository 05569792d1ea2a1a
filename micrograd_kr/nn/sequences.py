"""Building blocks of sequence models: Embedding, LayerNorm and RMSNorm."""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Sequence
from typing import Any

from .. import elementary
from ..engine import Value
from ..ops import OPS
from .initialization import Draw, find_scheme, random_source
from .layers import check_size, read_inputs
from .module import Module, path_of
from .tables import Table

_SUM, _DOT = OPS["sum"], OPS["dot"]


class Embedding(Module):
    """A list of numbers for each word (or character) of a vocabulary, trained like any weights.

    Args:
        num_embeddings: the size of the vocabulary.
        embedding_dim: how many numbers represent a word.
        initialization, seed: as of a `Neuron`.

    Attributes:
        weight: shape (num_embeddings, embedding_dim), a row for each word.

    Shape: the index of a word, from 0 -> a list of embedding_dim Values; a list of indices -> a list of lists.

    >>> words = Embedding(10, 3, seed=1)
    >>> words(7) == words.weight[7], len(words([1, 2]))
    (True, 2)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        initialization: str | Draw = "normal",
        seed: int | random.Random | None = None,
    ) -> None:
        check_size("num_embeddings", num_embeddings)
        check_size("embedding_dim", embedding_dim)
        draw, source = find_scheme(initialization).weight, random_source(seed)
        self.weight = Table(
            [Value(draw(source, num_embeddings, embedding_dim)) for _ in range(embedding_dim)]
            for _ in range(num_embeddings)
        )

    def forward(self, index: Any) -> Any:
        """The row of the word, or of each word."""
        if hasattr(index, "tolist"):
            index = index.tolist()
        if isinstance(index, list | tuple):
            return [self.forward(each) for each in index]
        number = index.data if isinstance(index, Value) else index
        if number is None or isinstance(number, str | bytes):
            raise TypeError(f"{path_of(self)} expects the number of a word, got the {type(number).__name__} {number!r}")
        if isinstance(number, int | float) and number not in range(len(self.weight)):
            raise ValueError(f"{path_of(self)} expects a number among 0 ... {len(self.weight) - 1}, got {number!r}")
        if not isinstance(index, Value):
            return list(self.weight[int(index)])
        # The index is part of the graph and may change from example to example: choose the row by arithmetic.
        chosen = [elementary.where(elementary.equal(index, i), 1, 0) for i in range(len(self.weight))]
        # An unknown index (jit, numpy lanes) was not checked above: one that is out of range gives nan, not zeros.
        known = isinstance(number, int | float)
        bias = 0 if known else elementary.where(elementary.equal(sum(chosen), 1), 0, math.nan)
        return [_DOT(*chosen, *column, bias) for column in zip(*self.weight, strict=True)]

    def __repr__(self) -> str:
        return f"Embedding{self.weight.shape}"


class LayerNorm(Module):
    """Numbers shifted and scaled to mean 0 and variance 1, then times a weight, plus a bias, for each of them.

    Args:
        size: how many numbers.
        eps: added to the variance, so that nothing is divided by 0.

    Attributes:
        weight, bias: shape (size,); they start as 1 and 0.

    Shape: a list of `size` numbers or Values -> a list of as many Values.

    Source: Ba, Kiros, Hinton: Layer Normalization, 2016; the variance is divided by the size, not by size - 1.

    >>> [f"{out.data:.4f}" for out in LayerNorm(2)([3.0, 7.0])]
    ['-1.0000', '1.0000']
    """

    def __init__(self, size: int, eps: float = 1e-5) -> None:
        check_size("size", size)
        self.weight = Table([Value(1.0) for _ in range(size)])
        self.bias = Table([Value(0.0) for _ in range(size)])
        self.eps = eps

    def forward(self, x: Sequence[Any]) -> list[Value]:
        """(x - mean) / sqrt(variance + eps) * weight + bias."""
        inputs, _ = read_inputs(self, x, len(self.weight))
        mean = _SUM(*inputs) / len(inputs)
        centred = [value - mean for value in inputs]
        deviation = elementary.sqrt(_DOT(*centred, *centred, 0) / len(inputs) + self.eps)
        return [
            _DOT(weight, value / deviation, bias)
            for weight, value, bias in zip(self.weight, centred, self.bias, strict=True)
        ]

    def __repr__(self) -> str:
        return f"LayerNorm({len(self.weight)})"


class RMSNorm(Module):
    """Numbers divided by the root of the mean of their squares, then times a weight for each of them.

    Args:
        size: how many numbers.
        eps: added to the mean square; by default the spacing of floats at 1, as in PyTorch.

    Attributes:
        weight: shape (size,); it starts as 1.

    Shape: a list of `size` numbers or Values -> a list of as many Values.

    Source: Zhang, Sennrich: Root Mean Square Layer Normalization, 2019.

    >>> [f"{out.data:.4f}" for out in RMSNorm(2)([1.0, 7.0])]
    ['0.2000', '1.4000']
    """

    def __init__(self, size: int, eps: float = sys.float_info.epsilon) -> None:
        check_size("size", size)
        self.weight = Table([Value(1.0) for _ in range(size)])
        self.eps = eps

    def forward(self, x: Sequence[Any]) -> list[Value]:
        """x / sqrt(mean of x**2 + eps) * weight."""
        inputs, _ = read_inputs(self, x, len(self.weight))
        size = elementary.sqrt(_DOT(*inputs, *inputs, 0) / len(inputs) + self.eps)
        return [value / size * weight for weight, value in zip(self.weight, inputs, strict=True)]

    def __repr__(self) -> str:
        return f"RMSNorm({len(self.weight)})"
