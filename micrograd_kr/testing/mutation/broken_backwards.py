"""Backward passes with the famous mistakes in them, each as short as the right one would be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine import Constant, Value, contributions, topological_order

_VISITS = 20_000  # where a walk without an order would take exponential time, it stops here


def _pass_on(node: Value, arg: Value, product: Any) -> None:
    arg.grad = arg.grad + product


def _start(output: Value) -> list[Value]:
    order = [node for node in topological_order(output) if type(node) is not Constant]
    for node in order:
        if node.op is not None:
            node.grad = 0
    output.grad = output.grad + 1 if output.op is None else 1
    return order[::-1]


def assigned(output: Value) -> None:
    """`arg.grad = ...` where `arg.grad += ...` is meant: what is used twice keeps the last contribution only."""
    for node in _start(output):
        for arg, _, product in contributions(node, node.grad):
            arg.grad = product


def recursive(output: Value) -> None:
    """Recursion along every path, with the gradient as it stands: what is used twice passes parts on twice."""
    _start(output)
    stack, visits = [output], 0
    while stack and visits < _VISITS:
        node = stack.pop()
        visits += 1
        for arg, _, product in contributions(node, node.grad):
            _pass_on(node, arg, product)
            stack.append(arg)


def unordered(output: Value) -> None:
    """Each node once, but in the order in which they are met: before all who use it have passed on their part."""
    _start(output)
    queue, met = [output], {output}
    for node in queue:
        for arg, _, product in contributions(node, node.grad):
            _pass_on(node, arg, product)
            if arg not in met:
                met.add(arg)
                queue.append(arg)


def set_of_parents(output: Value) -> None:
    """The arguments as a set: in x * x the x is counted once."""
    for node in _start(output):
        seen = set()
        for arg, _, product in contributions(node, node.grad):
            if arg not in seen:
                seen.add(arg)
                _pass_on(node, arg, product)


def stale(output: Value) -> None:
    """Inner gradients are not set to 0 first: a second backward() counts the first one again."""
    order = [node for node in topological_order(output) if type(node) is not Constant][::-1]
    output.grad = output.grad + 1 if output.op is None else 1
    for node in order:
        for arg, _, product in contributions(node, node.grad):
            _pass_on(node, arg, product)


def reread(output: Value) -> None:
    """The rules read the leaves as they are now, not as they were in the forward pass."""
    for node in _start(output):
        if node.op is None:
            continue
        now = [arg.data for arg in node.args]
        for index, arg in enumerate(node.args):
            if type(arg) is Value:
                _pass_on(node, arg, node.op.derivative(index, node.data, *now) * node.grad)


BROKEN_BACKWARDS: dict[str, Callable[[Value], None]] = {
    "assigned, not added": assigned,
    "recursion, no topological order": recursive,
    "no topological order": unordered,
    "parents as a set": set_of_parents,
    "inner gradients not cleared": stale,
    "changed leaves read again": reread,
}
