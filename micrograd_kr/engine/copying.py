"""Pickling, copying and freeing of graphs, without recursion, so that a chain of a million nodes works like any other.

A pickler recurses into what an object refers to. So the ancestors of a node are pickled before it, as a list, arguments
first: each then finds its own arguments in the pickler's memo.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

from .gradients import topological_order
from .value import Value, method

_new = object.__new__
_pickling = threading.local()


@method
def __reduce__(self: Value) -> tuple[Any, ...]:  # noqa: N807 - a method of Value
    """For pickle. The scope is left behind: a pickled graph does not carry its modules."""
    ancestors = None
    if self.op is not None and not getattr(_pickling, "in_order", False):
        ancestors = _InOrder(topological_order(self)[:-1])
    return _restored, (ancestors, type(self), _state(self, self._x, self._y))


def _state(value: Value, x: Any, y: Any) -> tuple[Any, ...]:
    y = None if type(x) is tuple else y  # arguments shared with neighbours: found again
    return value._number, value.grad, value.label, value.op, x, y, value._x_number, value._y_number


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


@method
def __deepcopy__(self: Value, memo: dict[int, Any]) -> Value:  # noqa: N807 - a method of Value
    """A copy of the whole graph below, sharing what was shared."""

    def copied(x: Any) -> Any:
        if type(x) is tuple:
            return tuple([memo[id(arg)] for arg in x])
        return memo[id(x)] if isinstance(x, Value) else x

    for node in topological_order(self):
        if id(node) not in memo:
            y = None if type(node._x) is tuple else copied(node._y)
            copy = memo[id(node)] = _restored(None, type(node), _state(node, copied(node._x), y))
            copy.scope = node.scope
    result: Value = memo[id(self)]
    return result


def _popped(pending: list[Any]) -> tuple[Any, int]:
    """The last object of a list, and the number of references to it."""
    last = pending.pop()
    return last, sys.getrefcount(last)


# Measured, as it depends on the interpreter: up to Python 3.13 the argument of a call counts, from 3.14 on it does not.
_REFERENCES_IF_UNUSED = _popped([object()])[1]


def unlink(node: Value) -> None:
    """Free what `node` alone holds on to, node by node, whatever the depth of the interpreter's own stack.

    It is the finalizer of Values in Pyodide, where dropping a chain of 3,000 of them would overflow the stack.
    """
    pending: list[Any] = [node]
    while pending:
        freed = None  # else it would be counted, should the next one be the same
        freed, references = _popped(pending)
        if freed is not node and references > _REFERENCES_IF_UNUSED:
            continue
        x, y = getattr(freed, "_x", None), getattr(freed, "_y", None)  # missing if Value(...) raised an error
        freed._x = freed._y = None
        pending += [arg for arg in (x if type(x) is tuple else (x, y)) if isinstance(arg, Value) and arg.op is not None]
        del x, y


if sys.platform == "emscripten":
    Value.__del__ = unlink  # type: ignore[attr-defined]
