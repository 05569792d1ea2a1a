"""Which op is to blame for a wrong gradient: each node's local derivatives are held against its row's forward rule."""

from __future__ import annotations

import linecache
import os
import sys
from fractions import Fraction
from typing import Any, NamedTuple

from ..engine import Constant, Value, contributions, topological_order, watch
from ..interpreted import ieee
from ..ops import Op
from .oracles import DiscontinuousError, NotApplicableError, high_precision, is_number, plain_differences

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Blame(NamedTuple):
    """The first node, from the output down, whose rule or sum is wrong."""

    text: str = ""
    op: Op | None = None
    node: Value | None = None
    line: str = ""
    source: str = ""


def _local(op: Op, numbers: list[Any], index: int, side: int = 0) -> Any:
    """d out / d numbers[index] of one row, from its forward rule alone."""

    def forward(arguments: list[Any]) -> Any:
        try:
            return op.forward(*arguments)
        except ArithmeticError:
            return ieee(op.forward, *arguments)

    conditions = [isinstance(x, bool) for x in numbers]

    def on_numbers(arguments: list[Any]) -> Any:
        return forward(
            [original if fixed else x for x, original, fixed in zip(arguments, numbers, conditions, strict=True)]
        )

    try:
        return high_precision(on_numbers, numbers, index, side=side).number
    except DiscontinuousError:
        raise
    except NotApplicableError:
        if side:  # no mpmath: near enough for an interval
            step = side * 2.0**-24 * max(1.0, abs(numbers[index]))
            beside = [x + step if i == index else x for i, x in enumerate(numbers)]
            return (on_numbers(beside) - on_numbers(numbers)) / step
        return plain_differences(on_numbers, [float(x) if isinstance(x, int) else x for x in numbers], index).number


def kinks(order: list[Value]) -> list[Value]:
    """The nodes that stand at their kink, where one-sided derivatives differ."""
    found = []
    for node in order:
        if node.op is None or node.op.kink is None or not any(type(arg) is Value for arg in node.args):
            continue
        numbers = node.arg_numbers
        try:
            distance = abs(node.op.kink(*numbers))
            if (
                distance <= 1e-10 * max([abs(x) for x in numbers]) and not isinstance(node.data, bool)
            ) or distance == 0:
                found.append(node)
        except (TypeError, ArithmeticError):
            continue
    return found


def rounding(order: list[Value]) -> dict[Value, Any]:
    """For each node how far rounding may put d last / d node off, to first order.

    A local derivative is off by as much as it moves when its arguments and the result move by a rounding error, and
    what is added up along the paths is off by a rounding error of its size, though it may cancel.
    """
    sizes: dict[Value, Any] = {order[-1]: 1.0}
    errors: dict[Value, Any] = {order[-1]: 0.0}
    for node in reversed(order):
        if node.op is None or node not in sizes:
            continue
        given = [node.data, *node.arg_numbers]
        for index, arg in enumerate(node.args):
            if type(arg) is not Value:
                continue
            local = node.op.derivative(index, *given)
            moved = 0.0
            for place, number in enumerate(given):
                if not isinstance(number, bool):
                    beside = [*given[:place], number * (1 + 2.0**-51), *given[place + 1 :]]
                    moved += abs(node.op.derivative(index, *beside) - local)
            sizes[arg] = sizes.get(arg, 0.0) + abs(local) * sizes[node]
            errors[arg] = errors.get(arg, 0.0) + abs(local) * errors[node] + moved * sizes[node]
    return {node: 16 * error + 1e-11 * sizes[node] for node, error in errors.items()}


def spans(order: list[Value]) -> dict[Value, tuple[Any, Any]]:
    """For each node the interval of d last / d node that the subgradients at kinks allow, from forward rules alone."""
    at_kink = set(kinks(order))
    found: dict[Value, tuple[Any, Any]] = {order[-1]: (1, 1)}
    for node in reversed(order):
        if node.op is None or node not in found:
            continue
        low, high = found[node]
        numbers = list(node.arg_numbers)
        for index, arg in enumerate(node.args):
            if type(arg) is not Value or isinstance(numbers[index], bool):
                continue
            if isinstance(node.data, bool):
                locals_: list[Any] = [0]
            elif node in at_kink:
                locals_ = [_local(node.op, numbers, index, side) for side in (-1, 1)]
            else:
                locals_ = [_local(node.op, numbers, index)]
            products = [each * bound for each in locals_ for bound in (low, high)]
            before = found.get(arg, (0, 0))
            found[arg] = (before[0] + min(products), before[1] + max(products))
    return found


def _recorded(subject: Any) -> tuple[Value, dict[Value, tuple[str, str]]]:
    """The graph again, with the line of the user's code that made each node."""
    lines: dict[Value, tuple[str, str]] = {}

    def note(node: Value) -> None:
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
            frame = frame.f_back
        path, number = frame.f_code.co_filename, frame.f_lineno
        lines[node] = (f"{path}:{number}", linecache.getline(path, number).strip())

    with watch(note):
        output, _ = subject.record()
    return output, lines


def find(subject: Any) -> Blame:
    """The node to blame: one with a wrong local derivative, else the first whose gradient does not add up."""
    output, lines = _recorded(subject)
    order = topological_order(output)
    seen: set[Op] = set()
    for node in reversed(order):
        if node.op is None or isinstance(node.data, bool):
            continue
        wrong = _wrong_local(node)
        if wrong is not None:
            index, expected, got = wrong
            line, source = lines.get(node, ("", ""))
            shown = ", ".join(str(x) for x in node.arg_numbers)
            text = (
                f"to blame: the op {node.op.name!r}, whose partial derivative number {index + 1} at ({shown}) "
                f"is {_text(got)}, and should be {_text(expected)}"
            )
            return Blame(text, node.op, node, line, source)
        seen.add(node.op)
    return _wrong_sum(output, order, lines)


def _text(x: Any) -> str:
    try:
        return f"{float(x):.10g}"
    except TypeError:
        return str(x)


def _wrong_local(node: Value) -> tuple[int, Any, Any] | None:
    op = node.op
    assert op is not None
    numbers = list(node.arg_numbers)
    for index, arg in enumerate(node.args):
        if type(arg) is Constant or isinstance(numbers[index], bool):
            continue
        got = op.derivative(index, node.data, *numbers)
        got = float(got) if isinstance(got, Fraction) else got
        try:
            sides = (-1, 1) if node in kinks([node]) else (0,)
            expected = [_local(op, numbers, index, side) for side in sides]
        except NotApplicableError:
            continue
        if isinstance(numbers[index], complex):
            wrong = abs(got - expected[0]) > 1e-6 * abs(expected[0]) + 1e-12
        else:
            slack = 1e-6 * max(abs(x) for x in expected) + 1e-12
            wrong = not is_number(got) or not min(expected) - slack <= got <= max(expected) + slack
        if wrong:
            return index, expected[0] if len(expected) == 1 else expected, got
    return None


def _wrong_sum(output: Value, order: list[Value], lines: dict[Value, tuple[str, str]]) -> Blame:
    """Every rule is right: find the first node where what backward() left is not the sum of what flows into it."""
    for node in order:
        node.grad = 0
    output.backward()
    total: dict[Value, Any] = {output: 1}
    users: dict[Value, int] = {}
    for node in reversed(order):
        for arg, _, product in contributions(node, total.get(node, 0)):
            total[arg] = total.get(arg, 0) + product
            users[arg] = users.get(arg, 0) + 1
    for node in reversed(order):
        expected = total.get(node, 0)
        if type(node) is Constant or not is_number(node.grad) or abs(node.grad - expected) <= 1e-9 * abs(expected):
            continue
        line, source = lines.get(node, ("", ""))
        name = node.label or (f"the result of {node.op.name!r}" if node.op else "an input")
        text = (
            f"every rule is right, but backward() adds up wrongly: first at {name} ({node.data}), used "
            f"{users.get(node, 0)} time(s): its grad is {_text(node.grad)}, and should be {_text(expected)}"
        )
        return Blame(text, None, node, line, source)
    return Blame()
