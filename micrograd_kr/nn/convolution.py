"""Convolution and pooling over images: nested lists of shape (channels, height, width)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import Any

from ..engine import Constant, Value, numbers_of
from ..ops import OPS, maximum
from .initialization import Draw, find_scheme, random_source
from .layers import Neuron, as_constant, check_size, fire
from .module import Module, path_of
from .tables import Table, shape_of, view

_SUM = OPS["sum"]
_PADDING = Constant(0.0)

Size = int | tuple[int, int]


class Conv2d(Module):
    """Filters that slide over an image: each output is a neuron on one patch, and all patches share its weights.

    Args:
        in_channels: the number of channels of the image (numbers for each pixel).
        out_channels: the number of filters.
        kernel_size: height and width of a patch; or one number for both.
        stride: how many pixels a filter moves at a time.
        padding: how many zeros surround the image on each side.
        bias: whether a filter has a bias.
        initialization, seed: as of a `Neuron`; "torch" starts as PyTorch does.

    Attributes:
        filters: a linear neuron for each output channel, with in_channels * height * width weights.
        weight: shape (out_channels, in_channels, kernel height, kernel width).
        bias: shape (out_channels,); empty without bias.

    Shape: (in_channels, H, W), or (H, W) for one channel -> (out_channels, H', W'), with
        H' = (H + 2 * padding - kernel height) // stride + 1, and W' likewise. As in PyTorch, a filter is not flipped.

    >>> edges = Conv2d(1, 1, (1, 2), bias=False)
    >>> edges.filters[0].w[0].data, edges.filters[0].w[1].data = -1.0, 1.0
    >>> [[out.data for out in row] for row in edges([[0.0, 0.0, 5.0, 5.0]])[0]]
    [[0.0, 5.0, 0.0]]
    """

    filters: list[Neuron]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        bias: bool = True,
        initialization: str | Draw = "torch",
        seed: int | random.Random | None = None,
    ) -> None:
        check_size("in_channels", in_channels)
        check_size("out_channels", out_channels)
        self.in_channels = in_channels
        self.kernel_size = _height_and_width("kernel_size", kernel_size)
        self.stride = _height_and_width("stride", stride)
        self.padding = _height_and_width("padding", padding, least=0)
        source = random_source(seed) if seed is not None else None
        area = self.kernel_size[0] * self.kernel_size[1]
        find_scheme(initialization)
        self.filters = [
            Neuron(in_channels * area, False, "linear", initialization, source, out_channels * area)
            for _ in range(out_channels)
        ]
        self.has_bias = bias
        if not bias:
            for each in self.filters:
                each.b = Constant(0.0)

    @property
    def weight(self) -> Table:
        """The filters, shape (out_channels, in_channels, kernel height, kernel width)."""
        height, width = self.kernel_size
        return view([_folded(each.w, height, width) for each in self.filters])

    @property
    def bias(self) -> Table:
        """The biases, shape (out_channels,); empty without bias."""
        return view([each.b for each in self.filters] if self.has_bias else [])

    def forward(self, x: Any) -> list[list[list[Value]]]:
        """Each filter on each patch."""
        image = read_image(self, x, self.in_channels)
        image = [_padded(channel, *self.padding) for channel in image]
        pixels = [
            [fire(self.filters, patch, numbers_of(patch)) for patch in row]
            for row in windows(self, image, self.kernel_size, self.stride)
        ]
        return [[[pixel[channel] for pixel in row] for row in pixels] for channel in range(len(self.filters))]

    def named_tensors(self) -> Iterator[tuple[str, Any]]:
        """`weight`, and `bias` if there is one."""
        yield "weight", self.weight
        if self.has_bias:
            yield "bias", self.bias

    def _summary_parts(self) -> list[tuple[str, Module]]:
        return []

    def __repr__(self) -> str:
        return f"Conv2d({self.in_channels}, {len(self.filters)}, kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding})"  # fmt: skip  # noqa: E501


class _Pool2d(Module):
    """What the pooling modules share: windows over each channel by itself."""

    _pooled: Callable[[Sequence[Any]], Any]

    def __init__(self, kernel_size: Size, stride: Size | None = None) -> None:
        self.kernel_size = _height_and_width("kernel_size", kernel_size)
        self.stride = _height_and_width("stride", self.kernel_size if stride is None else stride)

    def forward(self, x: Any) -> list[list[list[Value]]]:
        """One number for each window of each channel."""
        image = read_image(self, x, None)
        return [
            [
                [type(self)._pooled(window) for window in row]
                for row in windows(self, [c], self.kernel_size, self.stride)
            ]
            for c in image
        ]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.kernel_size}, stride={self.stride})"


class MaxPool2d(_Pool2d):
    """The largest number of each window.

    Args:
        kernel_size: height and width of a window; one number for both.
        stride: how far the window moves at a time; the kernel size by default.

    Shape: (C, H, W) -> (C, H', W'), with H' = (H - kernel height) // stride + 1, and W' likewise.

    Numbers that tie for the largest share the gradient, as `maximum` does; PyTorch gives it to the first of them.

    >>> MaxPool2d(2)([[[Value(1.0), Value(5.0)], [Value(3.0), Value(2.0)]]])[0][0][0].data
    5.0
    """

    _pooled = staticmethod(lambda window: reduce(maximum, window))


class AvgPool2d(_Pool2d):
    """The mean of each window.

    Args:
        kernel_size: height and width of a window; one number for both.
        stride: how far the window moves at a time; the kernel size by default.

    Shape: (C, H, W) -> (C, H', W'), with H' = (H - kernel height) // stride + 1, and W' likewise.

    >>> AvgPool2d(2)([[[Value(1.0), Value(5.0)], [Value(3.0), Value(2.0)]]])[0][0][0].data
    2.75
    """

    _pooled = staticmethod(lambda window: _SUM(*window) / len(window))


# --- images and windows ---------------------------------------------------------------------------------------------


def read_image(module: Module, x: Any, channels: int | None) -> list[list[list[Value]]]:
    """An image as (channels, height, width) Values; else a ValueError that names the module and both shapes."""
    if hasattr(x, "tolist"):
        x = x.tolist()
    if len(shape_of(x)) == 2 and channels in (1, None):
        x = [x]
    shape = shape_of(x)
    expected = f"{path_of(module)} expects an image of shape ({channels or 'channels'}, height, width)"
    if len(shape) != 3 or (channels is not None and shape[0] != channels) or 0 in shape:
        got = f"shape {shape}" if shape else f"the {type(x).__name__} {x!r:.60}"
        raise ValueError(f"{expected}, got {got}")
    if any(shape_of(channel)[:1] != shape[1:2] or any(len(row) != shape[2] for row in channel) for channel in x):
        raise ValueError(f"{expected}, got rows of different lengths")
    try:
        return [[[v if isinstance(v, Value) else as_constant(v) for v in row] for row in channel] for channel in x]
    except TypeError as error:
        raise TypeError(f"{expected}, got {error}") from None


def windows(
    module: Module, image: list[list[list[Value]]], size: tuple[int, int], stride: tuple[int, int]
) -> list[list[list[Value]]]:
    """For each place of the window, its Values: channel by channel, row by row."""
    (height, width), (down, right) = size, stride
    rows, columns = len(image[0]), len(image[0][0])
    if rows < height or columns < width:
        raise ValueError(f"{path_of(module)}: a window of {height} x {width} does not fit into {rows} x {columns}")
    return [
        [
            [value for channel in image for row in channel[top : top + height] for value in row[left : left + width]]
            for left in range(0, columns - width + 1, right)
        ]
        for top in range(0, rows - height + 1, down)
    ]


def _padded(channel: list[list[Value]], above: int, beside: int) -> list[list[Value]]:
    if not above and not beside:
        return channel
    empty: list[Value] = [_PADDING] * (len(channel[0]) + 2 * beside)
    sides: list[Value] = [_PADDING] * beside
    return [empty] * above + [[*sides, *row, *sides] for row in channel] + [empty] * above


def _folded(weights: list[Value], height: int, width: int) -> list[list[list[Value]]]:
    area = height * width
    return [
        [weights[start + row * width : start + (row + 1) * width] for row in range(height)]
        for start in range(0, len(weights), area)
    ]


def _height_and_width(name: str, size: Any, least: int = 1) -> tuple[int, int]:
    pair = (size, size) if isinstance(size, int) else tuple(size) if isinstance(size, list | tuple) else ()
    if len(pair) != 2 or not all(isinstance(n, int) and not isinstance(n, bool) and n >= least for n in pair):
        raise ValueError(f"{name} is a whole number of at least {least}, or (height, width) of such; got {size!r}")
    return pair
