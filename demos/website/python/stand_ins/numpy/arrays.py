"""Arrays as nested lists, with numpy's operators."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any


class ndarray:  # noqa: N801 - numpy's name
    """Numbers in rows, rows in tables, and so on; an operation goes through them one by one.

    >>> (array([1, 2, 3]) ** 2).tolist(), array([1, 2, 3]).mean()
    ([1, 4, 9], 2.0)
    >>> table = array([[1, 2], [3, 4]])
    >>> table.T.tolist(), table[:, 1].tolist(), table.sum(), (table > 2).tolist()
    ([[1, 3], [2, 4]], [2, 4], 10, [[False, False], [True, True]])
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    # --- looking inside -----------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """How many rows, how many numbers in each."""
        shape, rows = [], self._rows
        while isinstance(rows, list):
            shape.append(len(rows))
            rows = rows[0] if rows else None  # type: ignore[assignment]
        return tuple(shape)

    @property
    def ndim(self) -> int:
        """How many numbers name a place."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return math.prod(self.shape)

    @property
    def T(self) -> ndarray:  # noqa: N802
        """Columns as rows."""
        return self if self.ndim < 2 else ndarray([list(column) for column in zip(*self._rows, strict=True)])

    @property
    def flat(self) -> Iterator[Any]:
        """All numbers, one after the other."""
        return _numbers(self._rows)

    def tolist(self) -> list[Any]:
        """As lists of plain numbers."""
        return list(_copied(self._rows))

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return map(_wrapped, self._rows)

    def __getitem__(self, place: Any) -> Any:
        first, rest = (place[0], place[1:]) if isinstance(place, tuple) else (place, ())
        found = self._rows[operator.index(first)] if not isinstance(first, slice) else self._rows[first]
        if not rest:
            return _wrapped(found)
        inner = rest if len(rest) > 1 else rest[0]
        return (
            ndarray([_plain(_wrapped(row)[inner]) for row in found])
            if isinstance(first, slice)
            else _wrapped(found)[inner]
        )

    def __repr__(self) -> str:
        return f"array({_written(self._rows, 'array(', ', ')})"

    def __str__(self) -> str:
        return _written(self._rows, "", " ")

    # --- arithmetic ---------------------------------------------------------------------------------------------------

    def __matmul__(self, other: Any) -> Any:
        other = asarray(other)
        if self.shape[-1:] != other.shape[:1]:
            raise ValueError(f"matmul: shapes {self.shape} and {other.shape} do not fit")
        columns = other.T._rows if other.ndim == 2 else [other._rows]
        rows = self._rows if self.ndim == 2 else [self._rows]
        product = [[sum(map(operator.mul, row, column)) for column in columns] for row in rows]
        if other.ndim == 1:
            product = [row[0] for row in product]
        return _wrapped(product if self.ndim == 2 else product[0])

    def __neg__(self) -> ndarray:
        return ndarray(_each(operator.neg, self._rows))

    def __abs__(self) -> ndarray:
        return ndarray(_each(abs, self._rows))

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ValueError("The truth value of an array with more than one element is ambiguous.")
        return bool(next(self.flat))

    def round(self, decimals: int = 0) -> ndarray:
        """Each number with so many decimals."""
        return ndarray(_each(lambda number: round(number, decimals), self._rows))

    # --- all numbers, or those of each column or row ------------------------------------------------------------------

    def sum(self, axis: int | None = None) -> Any:
        """Their sum."""
        return self._reduced(sum, axis)

    def mean(self, axis: int | None = None) -> Any:
        """Their mean."""
        return self._reduced(lambda numbers: math.fsum(numbers) / len(numbers), axis)

    def std(self, axis: int | None = None) -> Any:
        """How far they are from their mean."""
        return self._reduced(_deviation, axis)

    def min(self, axis: int | None = None) -> Any:
        """The smallest."""
        return self._reduced(min, axis)

    def max(self, axis: int | None = None) -> Any:
        """The largest."""
        return self._reduced(max, axis)

    def argmax(self, axis: int | None = None) -> Any:
        """The place of the largest."""
        return self._reduced(lambda numbers: max(range(len(numbers)), key=numbers.__getitem__), axis)

    def _reduced(self, function: Callable[[list[Any]], Any], axis: int | None) -> Any:
        if axis is None:
            return function(list(self.flat))
        if self.ndim != 2:
            raise ValueError("the numpy of this page adds up along an axis of tables only")
        return ndarray([function(list(one)) for one in (self.T if axis == 0 else self)._rows])


def _operator(function: Callable[[Any, Any], Any], swapped: bool = False) -> Callable[[ndarray, Any], ndarray]:
    def operation(self: ndarray, other: Any) -> ndarray:
        other = other._rows if isinstance(other, ndarray) else other
        first, second = (other, self._rows) if swapped else (self._rows, other)
        return ndarray(_paired(function, first, second))

    return operation


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    setattr(ndarray, f"__{_name}__", _operator(getattr(operator, _name)))
    setattr(ndarray, f"__r{_name}__", _operator(getattr(operator, _name), swapped=True))
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(ndarray, f"__{_name}__", _operator(getattr(operator, _name)))


# --- making arrays --------------------------------------------------------------------------------------------------


def array(values: Any, dtype: Any = None) -> ndarray:
    """An array of what is in lists, ranges or arrays."""
    rows = _copied(values)
    return ndarray(_each(dtype, rows) if dtype in (int, float, bool) else rows)


def asarray(values: Any, dtype: Any = None) -> ndarray:
    """The same array, or one of what is in lists."""
    return values if isinstance(values, ndarray) and dtype is None else array(values, dtype)


# --- nested lists ---------------------------------------------------------------------------------------------------


def _copied(values: Any) -> Any:
    if isinstance(values, ndarray):
        return values.tolist()
    return [_copied(value) for value in values] if isinstance(values, list | tuple | range) else values


def _plain(value: Any) -> Any:
    return value._rows if isinstance(value, ndarray) else value


def _wrapped(rows: Any) -> Any:
    return ndarray(rows) if isinstance(rows, list) else rows


def _numbers(rows: Any) -> Iterator[Any]:
    for row in rows:
        if isinstance(row, list):
            yield from _numbers(row)
        else:
            yield row


def _each(function: Callable[[Any], Any], rows: Any) -> Any:
    return [_each(function, row) for row in rows] if isinstance(rows, list) else function(rows)


def _depth(rows: Any) -> int:
    return 1 + _depth(rows[0]) if isinstance(rows, list) else 0


def _paired(function: Callable[[Any, Any], Any], first: Any, second: Any) -> Any:
    """The function of the numbers at the same place; a row or a number goes with each row of the other."""
    depths = _depth(first), _depth(second)
    if depths == (0, 0):
        return function(first, second)
    if depths[0] > depths[1] or (depths[0] == depths[1] and len(second) == 1):
        inner = second[0] if depths[0] == depths[1] else second
        return [_paired(function, one, inner) for one in first]
    if depths[1] > depths[0] or len(first) == 1:
        inner = first[0] if depths[0] == depths[1] else first
        return [_paired(function, inner, one) for one in second]
    if len(first) != len(second):
        raise ValueError(f"operands could not be broadcast together: {len(first)} and {len(second)} rows")
    return [_paired(function, one, two) for one, two in zip(first, second, strict=True)]


def _deviation(numbers: list[float]) -> float:
    middle = math.fsum(numbers) / len(numbers)
    return math.sqrt(math.fsum((number - middle) ** 2 for number in numbers) / len(numbers))


def _written(rows: Any, before: str, separator: str) -> str:
    """As numpy writes arrays: numbers of a width, to eight decimals at most."""
    texts = [_number(number) for number in _numbers(rows)]
    if any("." in text for text in texts):
        left = max(text.find(".") for text in texts)
        right = max(len(text) - text.find(".") for text in texts)
        texts = [f"{' ' * (left - text.find('.'))}{text}".ljust(left + right) for text in texts]
    else:
        texts = [text.rjust(max(map(len, texts))) for text in texts]
    cells = iter(texts)

    def write(part: Any, indent: str) -> str:
        if not isinstance(part, list):
            return next(cells)
        lines = "\n" * (_depth(part) - 1) + indent + " " if _depth(part) > 1 else ""
        return (
            "["
            + f"{separator.rstrip() if lines else separator}{lines}".join(write(one, indent + " ") for one in part)
            + "]"
        )

    return write(rows, " " * len(before))


def _number(number: Any) -> str:
    return f"{number:.8f}".rstrip("0") if isinstance(number, float) else str(number)
