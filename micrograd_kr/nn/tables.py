"""Nested lists of Values: their shape, their numbers, and weights that print as a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Table(list[Any]):
    """A nested list of Values, such as a weight matrix, whose repr is its numbers in columns.

    The Values are the parameters themselves, so a table read after a training step shows the new numbers.

    >>> from micrograd_kr import Value
    >>> table = Table([[Value(0.5), Value(-2.0)], [Value(1.25), Value(0.0)]])
    >>> table
     0.5000 -2.0000
     1.2500  0.0000
    >>> table.shape, table[0][1].data, table.numbers()
    ((2, 2), -2.0, [[0.5, -2.0], [1.25, 0.0]])
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """How many there are along each axis."""
        return shape_of(self)

    def numbers(self) -> Any:
        """The data, as plain nested lists."""
        return numbers_of(self)

    def __repr__(self) -> str:
        rows = self if len(self.shape) > 1 else [self]
        if len(self.shape) > 2:
            return "\n\n".join(repr(Table(block)) for block in self)
        cells = [[_cell(value.data) for value in row] for row in rows]
        width = max((len(cell) for row in cells for cell in row), default=0)
        return "\n".join(" ".join(cell.rjust(width) for cell in row) for row in cells)


def _cell(number: Any) -> str:
    return f"{number:.4f}" if isinstance(number, float | int) else str(number)


def shape_of(nested: Any) -> tuple[int, ...]:
    """The shape of a nested list, by its first elements; () for a single thing."""
    shape = []
    while isinstance(nested, list | tuple):
        shape.append(len(nested))
        if not nested:
            break
        nested = nested[0]
    return tuple(shape)


def numbers_of(nested: Any) -> Any:
    """The data of a nested list of Values."""
    return [numbers_of(each) for each in nested] if isinstance(nested, list | tuple) else nested.data


def apply(function: Callable[[Any], Any], x: Any) -> Any:
    """The function on each number of a list, however deeply nested; on the thing itself if it is no list.

    >>> apply(lambda x: x + 1, [1, [2, 3]])
    [2, [3, 4]]
    """
    if hasattr(x, "tolist"):
        x = x.tolist()
    return [apply(function, each) for each in x] if isinstance(x, list | tuple) else function(x)
