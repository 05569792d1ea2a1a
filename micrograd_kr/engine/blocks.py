"""Blocks in which operations are not recorded, or are watched; and the scopes of nn modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from .. import elementary
from . import value
from .gradients import contributions
from .value import Scope, Value


@contextmanager
def _special_block(variable: ContextVar[Any], content: Any) -> Iterator[None]:
    token = variable.set(content)
    value.special_blocks += 1
    try:
        yield
    finally:
        value.special_blocks -= 1
        variable.reset(token)


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: results are leaves, and cost no memory beyond themselves.

    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * 3
    >>> y.data, y.op
    (6.0, None)
    """
    with _special_block(value.recording, False):
        yield


@contextmanager
def watch(callback: Callable[[Value], None]) -> Iterator[None]:
    """Call `callback(node)` for every Value that this thread computes in the block, as soon as it is recorded.

    A callback that has a method `after_backward` is shown the order of each backward pass, too, when it is done.

    >>> x = Value(2.0)
    >>> with watch(lambda node: print(node.op.symbol, node.data)):
    ...     y = (x * 3).exp()
    * 6.0
    exp 403.4287934927351
    """
    with _special_block(value.watchers, (*value.watchers.get(), callback)):
        yield


@contextmanager
def stop_at_nonfinite() -> Iterator[None]:
    """Stop where the first inf or nan arises, forward or backward, with an error that names the op and its arguments.

    Raises:
        FloatingPointError: a computed Value, or a gradient that reaches one, is not finite.

    >>> with stop_at_nonfinite():
    ...     Value(0.0, label="p").log()
    Traceback (most recent call last):
        ...
    FloatingPointError: log(p) is -inf, with p = 0.0
    """
    with watch(_NonfiniteStop()):
        yield


class _NonfiniteStop:
    """The watcher that raises a FloatingPointError."""

    def __call__(self, node: Value) -> None:
        if not elementary.is_finite(node.data):
            spelt, given = _told(node)
            raise FloatingPointError(f"{spelt} is {node.data}, with {given}")

    def after_backward(self, order: list[Value]) -> None:
        for node in order:
            for arg, local, product in contributions(node, node.grad):
                if not elementary.is_finite(product):
                    spelt, given = _told(node)
                    raise FloatingPointError(
                        f"the gradient that {spelt} sends back to {arg.label or arg!r} is {product}: "
                        f"the local derivative {local} times {node.grad}, with {given}"
                    )


def _told(node: Value) -> tuple[str, str]:
    """The node's op spelt with the names of its arguments, and what numbers they stood for."""
    names = [arg.label or f"x{index}" for index, arg in enumerate(node.args)]
    given = ", ".join(f"{name} = {number!r}" for name, number in zip(names, node.arg_numbers, strict=True))
    return (node.op.spell(*names) if node.op else node.label), given


# --- scopes: which nn module is computing ---------------------------------------------------------------------------


def enter_scope(module: Any) -> Scope:
    """Values made from now on belong to `module`; returns the scope to go back to with `leave_scope`."""
    outer = value.scope
    value.scope = (module, outer)
    return outer


def leave_scope(outer: Scope) -> None:
    """Back to the scope that `enter_scope` returned."""
    value.scope = outer
