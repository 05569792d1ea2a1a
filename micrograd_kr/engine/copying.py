"""Pickling and copying of graphs, without recursion: a million-node chain is as good as any other.

A pickler recurses into what an object refers to. So before a node come its ancestors, as a list, arguments first:
when their turn comes, each finds its own arguments in the pickler's memo already.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from .gradients import topological_order
from .value import Value

_new = object.__new__
_pickling = threading.local()


def reduced(value: Value) -> tuple[Any, ...]:
    """What `Value.__reduce__` returns. The scope is left behind: a pickled graph does not carry its modules."""
    ancestors = None
    if value.op is not None and not getattr(_pickling, "in_order", False):
        ancestors = _InOrder(topological_order(value)[:-1])
    return _restored, (ancestors, type(value), _state(value, value._x, value._y))


def _state(value: Value, x: Any, y: Any) -> tuple[Any, ...]:
    y_number = None if type(x) is tuple else value._y_number  # arguments shared with neighbours: found again
    return value._number, value.grad, value.label, value.op, x, y, value._x_number, y_number


class _InOrder:
    """Pickled as a list of Values, arguments first; each then finds its arguments in the pickler's memo."""

    def __init__(self, values: list[Value]) -> None:
        self.values = values

    def _each(self) -> Iterator[Value]:
        _pickling.in_order = True
        try:
            yield from self.values
        finally:
            _pickling.in_order = False

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (), None, self._each()


def _restored(ancestors: list[Value] | None, kind: type[Value], state: tuple[Any, ...]) -> Value:
    value = _new(kind)
    value._number, value.grad, value.label, value.op, value._x, value._y, value._x_number, value._y_number = state
    value._mark = value.scope = None
    return value


def deep_copy(value: Value, memo: dict[int, Any]) -> Value:
    """What `copy.deepcopy(value)` returns: a copy of the whole graph below, sharing what was shared."""

    def copied(x: Any) -> Any:
        if type(x) is tuple:
            return tuple([memo[id(arg)] for arg in x])
        return memo[id(x)] if isinstance(x, Value) else x

    for node in topological_order(value):
        if id(node) not in memo:
            copy = memo[id(node)] = _restored(None, type(node), _state(node, copied(node._x), copied(node._y)))
            copy.scope = node.scope
    result: Value = memo[id(value)]
    return result
