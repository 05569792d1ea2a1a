"""Condition: what a comparison of Values gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from ..elementary import Function
from ..ops import Op, find_op, logical_and, logical_not, logical_or

Recorded = TypeVar("Recorded")  # a Value: it stands above this file


class Condition(Generic[Recorded]):
    """What `x > 0` gives on Values: true or false now, and remembered, so that `where` can decide again later.

    `&`, `|` and `~` join conditions, and the result is remembered too; Python's own `and`, `or` and `not` are decided
    at once. In arithmetic a condition is the number 1 or 0.

    >>> from micrograd_kr import Value
    >>> x = Value(2.0)
    >>> x > 0, bool(x < 1), (x > 0) == True, 1 - (x > 0)
    (True, False, True, 0)
    >>> (x > 0) & (x < 1), (x > 0) | (x < 1), ~(x > 0)
    (False, True, False)
    """

    __slots__ = ("args", "op")

    def __init__(self, op: Op, *args: Any) -> None:
        self.op, self.args = op, args

    def record(self) -> Recorded:
        """The comparison as a node of the graph, for `where`."""
        return self.op(*self.args)  # type: ignore[no-any-return]

    def __record_op__(self, op: Op, args: Sequence[Any]) -> Any:
        recorded: Any = self.record()
        return recorded.__record_op__(op, args)

    def __apply__(self, function: Function, *args: Any) -> Any:
        return self.__record_op__(find_op(function.name), args)

    def __bool__(self) -> bool:
        return bool(self.op.compute(*[x.item() if _is_value(x) else x for x in self.args]))

    def __and__(self, other: Condition[Recorded] | bool) -> Condition[Recorded]:
        return self._joined(logical_and, other)  # type: ignore[no-any-return]  # or NotImplemented

    def __or__(self, other: Condition[Recorded] | bool) -> Condition[Recorded]:
        return self._joined(logical_or, other)  # type: ignore[no-any-return]

    __rand__, __ror__ = __and__, __or__

    def __invert__(self) -> Condition[Recorded]:
        return Condition(logical_not, self.record())

    def _joined(self, op: Op, other: Any) -> Any:
        # both are recorded at once, so that a chain of conditions is never deeper than the graph
        if isinstance(other, Condition):
            return Condition(op, self.record(), other.record())
        return Condition(op, self.record(), other) if isinstance(other, bool) else NotImplemented

    def __eq__(self, other: object) -> bool:
        return bool(self) == other if isinstance(other, bool) else bool(self) == bool(other)

    def __hash__(self) -> int:
        return hash(bool(self))

    def __int__(self) -> int:
        return int(bool(self))

    __index__ = __int__

    def __add__(self, other: Any) -> Any:
        return NotImplemented if _is_value(other) else int(self) + other  # a Value records it

    def __sub__(self, other: Any) -> Any:
        return NotImplemented if _is_value(other) else int(self) - other

    def __mul__(self, other: Any) -> Any:
        return NotImplemented if _is_value(other) else int(self) * other

    def __rsub__(self, other: Any) -> Any:
        return other - int(self)

    __radd__, __rmul__ = __add__, __mul__

    def __repr__(self) -> str:
        return repr(bool(self))


def _is_value(x: Any) -> bool:
    return hasattr(type(x), "__record_op__") and not isinstance(x, Condition)
