"""What is known of a derivative, and the chain rule over a recorded graph, by which it is put together.

The chain rule is written here once more, without the engine whose gradients are judged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ...engine import Value
from .precision import agree, is_complex, is_number, precise, size_of
from .tolerances import LARGEST, ROUNDING, SMALLEST, TINIEST


@dataclass(slots=True)
class Derivative:
    """What is known of a derivative. Products and sums of them are what is known of products and sums.

    Attributes:
        low, high: between which it lies; the same number, but at and behind kinks.
        slack: how far off an engine may be that does nothing wrong but round.
        kink, undecided, on_floats: whether a kink, a node of unknown derivative, or differences of floats have a say.
        fault: the wrong rule nearest to the output that has a say: the node, the arguments, and what is wrong.
    """

    low: Any
    high: Any
    slack: float = 0.0
    kink: bool = False
    undecided: bool = False
    on_floats: bool = False
    fault: tuple[Any, Any, str] | None = None
    _size: float = field(default=-1.0, init=False)

    @property
    def size(self) -> float:
        """The greatest absolute value that it may have."""
        if self._size < 0:
            self._size = size_of(self.low)
            if self.high is not self.low:
                self._size = max(self._size, size_of(self.high))
        return self._size

    @property
    def is_zero(self) -> bool:
        """Whether it is known to be 0."""
        return not self.low and not self.high and not self.undecided

    def __mul__(self, above: Derivative) -> Derivative:
        """The product of a node's derivative with that of the nodes above it."""
        if self.high is self.low and above.high is above.low:
            low = high = self.low * above.low
        else:
            products = [x * y for x in (self.low, self.high) for y in (above.low, above.high)]
            low, high = min(products), max(products)
        size, other = self.size, above.size
        slack = size * above.slack + self.slack * (other + above.slack) + TINIEST
        return Derivative(
            low,
            high,
            slack if slack >= 0 else math.inf,
            (self.kink and not above.is_zero) or (above.kink and not self.is_zero),
            self.undecided or above.undecided or not size * other <= LARGEST,
            self.on_floats or above.on_floats,
            above.fault or (None if above.is_zero else self.fault),
        )

    def __add__(self, other: Derivative) -> Derivative:
        low = self.low + other.low
        return Derivative(
            low,
            low if self.high is self.low and other.high is other.low else self.high + other.high,
            self.slack + other.slack,
            self.kink or other.kink,
            self.undecided or other.undecided,
            self.on_floats or other.on_floats,
            self.fault or other.fault,
        )

    def allows(self, x: Any, share: float = 0.0) -> bool:
        """Whether a number is the derivative, or lies between the sides of the kinks, to within slack and a share."""
        if not is_number(x):
            return False
        if agree(x, self.low, share, self.slack) or (
            self.high is not self.low and agree(x, self.high, share, self.slack)
        ):
            return True
        return self.high is not self.low and not is_complex(x) and bool(self.low <= precise(x) <= self.high)


def known(true: Any, got: Any, kink: bool = False, on_floats: bool = False) -> Derivative:
    """A derivative that is known, and what the rule gave in its place."""
    size = size_of(true)
    if type(got) is float and SMALLEST < size < LARGEST and not is_complex(true):
        off = abs(got - float(true))
    else:
        off = 0.0 if got == true else max(size_of(precise(got) - true), TINIEST)
    rounded = 0.0 if isinstance(got, Fraction) else ROUNDING * size
    return Derivative(true, true, off + rounded, kink, False, on_floats)


def unknown(got: Any = None) -> Derivative:
    """A derivative that is not known; whether an engine adds up what the rule gave can be seen nevertheless."""
    x = precise(got if is_number(got) else 0)
    return Derivative(x, x, ROUNDING * size_of(x), undecided=True)


Locals = Callable[[Value], Sequence[Derivative | None]]


def reach(order: Sequence[Value], locals_of: Locals) -> dict[Value, Derivative]:
    """d last / d node for each node that a gradient reaches.

    Args:
        locals_of: the derivatives of a node by its arguments, None where nothing flows; () for a leaf.
    """
    found: dict[Value, Derivative] = {order[-1]: _one()}
    for node in reversed(order):
        if node in found:
            for arg, local in _below(node, locals_of):
                _add(found, arg, local * found[node])
    return found


def hessian(
    order: Sequence[Value],
    locals_of: Locals,
    seconds: Mapping[Value, Mapping[tuple[int, int], Derivative]],
    inputs: Sequence[Value],
) -> list[list[Derivative]]:
    """d2 last / d input d input: for each input the graph is run forward with its change, and backward with its own."""
    firsts = reach(order, locals_of)
    rows = []
    for start in inputs:
        change: dict[Value, Derivative] = {start: _one()}
        for node in order:
            for arg, local in _below(node, locals_of):
                if arg in change:
                    _add(change, node, local * change[arg])
        found: dict[Value, Derivative] = {}
        for node in reversed(order):
            if node in found:
                for arg, local in _below(node, locals_of):
                    _add(found, arg, local * found[node])
            if node in firsts:
                for (i, j), second in seconds.get(node, {}).items():
                    if node.args[i] in change:
                        _add(found, node.args[j], second * firsts[node] * change[node.args[i]])
        rows.append([found.get(each, Derivative(0, 0)) for each in inputs])
    return rows


def _one() -> Derivative:
    one = precise(1)
    return Derivative(one, one)


def _add(found: dict[Value, Derivative], node: Value, more: Derivative) -> None:
    found[node] = found[node] + more if node in found else more


def _below(node: Value, locals_of: Locals) -> Iterator[tuple[Value, Derivative]]:
    return ((arg, local) for arg, local in zip(node.args, locals_of(node), strict=False) if local is not None)
