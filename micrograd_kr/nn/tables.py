"""Nested lists of Values: their shape, their numbers, and weights that print as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from ..engine import Value
from ..html_table import html_table

_EDGE = 8  # rows and columns that are shown at each end of a large table


class Table(list[Any]):
    """A nested list of Values, such as a weight matrix, whose repr is its numbers in columns.

    The Values are the parameters themselves, so a table read after a training step shows the new numbers. A notebook
    shows the numbers on blue where they are positive and on red where they are negative.

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
        """The length along each axis."""
        return shape_of(self)

    def numbers(self) -> Any:
        """The data, as plain nested lists."""
        return numbers_of(self)

    def __repr__(self) -> str:
        if len(self.shape) > 2:
            return "\n\n".join(repr(Table(block)) for block in _ends(self, None) if block is not None)
        cells = [["..." if number is None else _cell(number) for number in row] for row in _shown(self)]
        width = max((len(cell) for row in cells for cell in row), default=0)
        return "\n".join(" ".join(cell.rjust(width) for cell in row) for row in cells)

    def _repr_html_(self) -> str:
        if len(self.shape) > 2:
            return "".join(Table(block)._repr_html_() for block in _ends(self, None) if block is not None)
        rows = _shown(self)
        largest = max((abs(x) for row in rows for x in row if isinstance(x, float | int)), default=0)
        cells = [[_coloured(number, largest) for number in row] for row in rows]
        return html_table(cells, caption=f"shape {self.shape}")


class TableView(Table):
    """The weights of a layer as a table. Its places cannot be assigned to, as the Values belong to the neurons.

    >>> TableView([Value(1.0)])[0] = Value(2.0)
    Traceback (most recent call last):
        ...
    TypeError: this table only shows the parameters: set the number of one of them, as in table[0].data = 0.5
    """

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(
            "this table only shows the parameters: set the number of one of them, as in table[0].data = 0.5"
        )

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = extend = insert = pop = remove = clear = sort = reverse = _refuse

    def __reduce__(self) -> Any:
        return Table, (list(self),)  # a copy belongs to no layer


def view(nested: Sequence[Any]) -> TableView:
    """A nested list whose places cannot be assigned to, on any level."""
    return TableView([view(each) if isinstance(each, list) else each for each in nested])


def _shown(table: Any) -> list[list[Any]]:
    """The rows of numbers to show, with None for what a large table leaves out."""
    rows = table if len(shape_of(table)) > 1 else [table]
    return [
        [None if value is None else numbers_of(value) for value in _ends(row, None)]
        for row in _ends(rows, [None] * min(len(rows[0]) if rows else 0, 2 * _EDGE + 1))
    ]


def _ends(items: Any, left_out: Any) -> list[Any]:
    """The items, or the first and the last of many with something else between."""
    return list(items) if len(items) <= 2 * _EDGE + 1 else [*items[:_EDGE], left_out, *items[-_EDGE:]]


def _cell(number: Any) -> str:
    return f"{number:.4f}" if isinstance(number, float | int) else str(number)


def _coloured(number: Any, largest: float) -> tuple[str, str]:
    if number is None:
        return "\u2026", ""
    colour = ""
    if isinstance(number, float | int) and 0 < largest < float("inf") and number == number:
        hue = "31,119,180" if number > 0 else "214,39,40"
        colour = f"background:rgba({hue},{0.6 * abs(number) / largest:.2f})"
    return _cell(number), colour


def shape_of(nested: Any) -> tuple[int, ...]:
    """The shape of a nested list, by its first elements; () for a single thing."""
    shape = []
    while isinstance(nested, list | tuple):
        shape.append(len(nested))
        if not nested:
            break
        nested = nested[0]
    return tuple(shape)


def is_tensor(nested: Any) -> bool:
    """Whether a list holds leaf Values and nothing else, in rows of equal length."""
    if isinstance(nested, Value):
        return nested.op is None
    if not isinstance(nested, list | tuple) or not nested:
        return False
    return all(map(is_tensor, nested)) and len({shape_of(each) for each in nested}) == 1


def numbers_of(nested: Any) -> Any:
    """The data of a nested list of Values; a plain number stays as it is."""
    if isinstance(nested, list | tuple):
        return [numbers_of(each) for each in nested]
    return nested.data if isinstance(nested, Value) else nested


def flat(nested: Any) -> list[Any]:
    """The elements of a nested list in one list; arrays are read as lists.

    >>> flat([1, [2, [3]]]), flat(4)
    ([1, 2, 3], [4])
    """
    nested = as_lists(nested)
    return [each for part in nested for each in flat(part)] if isinstance(nested, list | tuple) else [nested]


def as_lists(x: Any) -> Any:
    """An array or tensor as nested lists; anything else as it is."""
    return x.tolist() if hasattr(x, "tolist") else x


def apply(function: Callable[[Any], Any], x: Any) -> Any:
    """The function on each number of a list, however deeply nested; on the thing itself if it is no list.

    >>> apply(lambda x: x + 1, [1, [2, 3]])
    [2, [3, 4]]
    """
    x = as_lists(x)
    return [apply(function, each) for each in x] if isinstance(x, list | tuple) else function(x)
