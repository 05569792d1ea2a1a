"""Reverse-mode differentiation: a topological order, and one sweep against it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, overload

from .. import elementary
from ..elementary import Number
from ..ops import Op, first, one, second
from . import value as state
from .value import Value


def _computed_order(output: Value) -> list[Any]:
    """The computed Values below `output`, arguments before what uses them; without recursion.

    A node stays on the stack while its arguments are put into the order, and follows when it is met again.
    """
    order: list[Any] = []  # Any, as a computed Value's op is never None
    stack = [output] if output.op is not None else []
    push, pop, append = stack.append, stack.pop, order.append
    opened, done = object(), object()  # this walk's own marks, so that none has to be wiped off
    settled = None  # arguments, shared by neighbours, that are in the order all of them
    while stack:
        node = stack[-1]
        mark = node._mark
        if mark is done:
            pop()
            continue
        if mark is not opened:
            node._mark = opened
            x, y = node._x, node._y
            if type(y) is Value and y.op is not None and y._mark is not done:
                push(y)
            if type(x) is Value:
                if x.op is not None and x._mark is not done:
                    push(x)
            elif type(x) is tuple:
                among = node._y_number or x
                if among is not settled:
                    for arg in reversed(among):
                        if arg.op is not None and arg._mark is not done:
                            push(arg)
                    if stack[-1] is node:
                        settled = among
            if stack[-1] is not node:
                continue
        pop()
        node._mark = done
        append(node)
    return order


def topological_order(*outputs: Value) -> list[Value]:
    """Every Value below the outputs, leaves and constants too, each after its arguments; without recursion.

    backward() visits the computed ones among them in just the opposite order.

    >>> a = Value(1.0, label="a")
    >>> [node.op.symbol if node.op else node.data for node in topological_order(a * a + 2.0)]
    [1.0, '*', 2.0, '+']
    """
    order: dict[Value, None] = {}
    for output in outputs:
        for node in _computed_order(output):
            for arg in node.args:
                order.setdefault(arg)
            order.setdefault(node)
        order.setdefault(output)
    return list(order)


def backward(output: Value) -> None:
    """What `output.backward()` does: see there."""
    if output.op is None:
        output.grad = output.grad + 1
        return
    order = _computed_order(output)
    order.reverse()
    for node in order:
        node.grad = 0
    output.grad = 1
    for node in order:  # the two arguments in the same words twice, as a call or a loop would cost more than they do
        upstream, x, y, rules = node.grad, node._x, node._y, node.op._rules
        if y is not None:
            if type(x) is Value:
                rule = rules[0]
                if rule is one:
                    x.grad = x.grad + upstream
                elif rule is second:
                    x.grad = x.grad + node._y_number * upstream
                else:
                    try:
                        local = rule(node._number, node._x_number, node._y_number)
                    except ArithmeticError:
                        local = node.op.derivative(0, node._number, *node.arg_numbers)
                    x.grad = x.grad + local * upstream
            if type(y) is Value:
                rule = rules[1]
                if rule is one:
                    y.grad = y.grad + upstream
                elif rule is first:
                    y.grad = y.grad + node._x_number * upstream
                else:
                    try:
                        local = rule(node._number, node._x_number, node._y_number)
                    except ArithmeticError:
                        local = node.op.derivative(1, node._number, *node.arg_numbers)
                    y.grad = y.grad + local * upstream
        elif type(x) is Value:
            try:
                local = rules[0](node._number, node._x_number)
            except ArithmeticError:
                local = node.op.derivative(0, node._number, node._x_number)
            x.grad = x.grad + local * upstream
        elif type(x) is tuple:
            if type(upstream) is float and upstream == 0.0 and _stays_finite(node):
                continue
            try:
                locals_ = node.op.partials(node._number, *node._x_number)
            except ArithmeticError:
                locals_ = _partials(node, node._number, node._x_number)
            for arg, local in zip(x, locals_):  # noqa: B905 - as long as each other: partials() has seen to it
                arg.grad = arg.grad + local * upstream
    if state.special_blocks:
        for watcher in state.watchers.get():
            if hasattr(watcher, "after_backward"):
                watcher.after_backward(order)


def _stays_finite(node: Any) -> bool:
    """Whether an upstream gradient of 0 flows through an n-ary node as 0: no partial derivative is inf or nan."""
    return node.op.multilinear and type(node._number) is float and math.isfinite(node._number)


def _partials(node: Any, out: Any, xs: Sequence[Any]) -> tuple[Number, ...]:
    """All partial derivatives at a node; where Python's floats raise, each by itself, as IEEE 754 has it."""
    op: Op = node.op
    try:
        return op.partials(out, *xs)
    except ArithmeticError:
        return tuple([op.derivative(index, out, *xs) for index in range(len(xs))])


class Contribution(NamedTuple):
    """What a node adds to the gradient of one of its arguments: product = local * upstream."""

    arg: Value
    local: Number
    product: Number


def contributions(node: Value, upstream: Number, create_graph: bool = False) -> list[Contribution]:
    """What `node` adds to the gradient of each argument, given d output / d node; nothing to constants.

    The arithmetic is that of backward(), bit for bit. With create_graph=True locals and products are Values.
    """
    op = node.op
    if op is None:
        return []
    xs: Sequence[Any] = node.arg_numbers
    out: Any = node._number
    if create_graph:
        out = node
        xs = [_unchanged(arg, x) for arg, x in zip(node.args, xs, strict=True)]
    found = []
    all_locals = _partials(node, out, xs) if op.arity is None else ()
    if all_locals and type(upstream) is float and upstream == 0.0 and _stays_finite(node):
        return [
            Contribution(arg, local, 0) for arg, local in zip(node.args, all_locals, strict=True) if type(arg) is Value
        ]
    for index, arg in enumerate(node.args):
        if type(arg) is Value:
            local = all_locals[index] if all_locals else op.derivative(index, out, *xs)
            product = upstream if create_graph and type(local) is int and local == 1 else local * upstream
            found.append(Contribution(arg, local, product))
    return found


def _unchanged(arg: Value, number: Number) -> Any:
    """The argument as a rule on Values takes it: its Value, or its number if it is a constant."""
    if type(arg) is not Value:
        return number
    if arg._number is not number and not elementary.equal(arg._number, number):
        raise RuntimeError(
            f"the leaf {arg.label or arg!r} was {number!r} in the forward pass and is {arg._number!r} now: "
            "compute the output again before asking for a graph of its gradient"
        )
    return arg


@overload
def grad(output: Value, inputs: Value, create_graph: bool = ...) -> Any: ...
@overload
def grad(output: Value, inputs: Sequence[Value], create_graph: bool = ...) -> list[Any]: ...
def grad(output: Value, inputs: Value | Sequence[Value], create_graph: bool = False) -> Any:
    """d output / d input for each input, leaving every .grad as it is.

    Args:
        output: the Value to differentiate.
        inputs: a Value, or a sequence of Values: leaves or computed ones, of which output may depend or not.
        create_graph: return Values, which can be differentiated again.

    Returns:
        One derivative for a Value, a list of them for a sequence; 0 where output does not depend on the input.

    Raises:
        TypeError: output or an input is not a Value.
        RuntimeError: create_graph, and a leaf was changed after the forward pass.

    >>> x, y = Value(2.0), Value(5.0)
    >>> grad(x * x * y, [x, y])
    [20.0, 4.0]
    """
    wanted = [inputs] if isinstance(inputs, Value) else list(inputs)
    for value in (output, *wanted):
        if not isinstance(value, Value):
            raise TypeError(
                f"grad differentiates Values with respect to Values, got the {type(value).__name__} {value!r:.60}"
            )
    gradients: dict[Value, Any] = {output: Value(1) if create_graph else 1}
    for node in reversed(_computed_order(output)):
        for arg, _, product in contributions(node, gradients[node], create_graph):
            if create_graph and arg not in gradients:
                gradients[arg] = product
            else:
                gradients[arg] = gradients.get(arg, 0) + product
    found = [gradients.get(value, 0) for value in wanted]
    if create_graph:
        found = [value if isinstance(value, Value) else Value(value) for value in found]
    return found[0] if isinstance(inputs, Value) else found
