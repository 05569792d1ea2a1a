"""What escapes the graph: fn called beside the point, against the graph that was recorded at the point.

No derivative is involved, so no kink matters. Where fn records the same ops on the same constants beside the point as
at it, nothing has escaped. Where a constant has changed (x.data, math.sin(x.data)), both graphs are computed at high
precision: a shift that cancels, as in a stable softmax, gives the same number; an escape does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ...elementary import Number
from ...engine import Value, topological_order
from .local_derivatives import NotApplicableError, at_high_precision, has_high_precision, precise
from .subject import Subject
from .tolerances import ALL_BITS, ESCAPE, ESCAPE_ROUNDING, MOST_EXPONENT, MOVES, PRECISION


def escapes(subject: Subject, order: Sequence[Value], leaves: Sequence[Value]) -> str:
    """The name of an input on which fn depends otherwise than by its graph; "" if there is none."""
    everything = [*leaves, *subject.parameters]
    every = range(len(everything))
    if not _differs(subject, order, everything, every):
        return ""
    for index in every:
        if _differs(subject, order, everything, [index]):
            return subject.names[index]
    return subject.names[0]


def _differs(subject: Subject, order: Sequence[Value], leaves: Sequence[Value], moving: Sequence[int]) -> bool:
    for share in MOVES:
        numbers = [_moved(x, share, turn) if turn in moving else x for turn, x in enumerate(subject.numbers)]
        try:
            output, new_leaves = subject.record(numbers)
        except Exception:  # fn is not defined there
            continue
        beside = topological_order(output)
        everything = [*new_leaves, *subject.parameters]
        if not _is_same_graph(order, leaves, beside, everything):
            continue
        return not _is_same_data(order, beside, {*leaves}) and _is_other_number(
            order, leaves, beside, everything, numbers
        )
    return False


def _moved(x: Number, share: float, turn: int) -> Number:
    """x, and a little more; each input by another share, so that a difference of inputs moves, too."""
    share *= 1 + turn % 5 / 8
    if isinstance(x, Fraction):
        return x + (abs(x) or 1) * Fraction(share)
    return x + (abs(x) or 1) * share


def _is_same_graph(
    order: Sequence[Value], leaves: Sequence[Value], beside: Sequence[Value], others: Sequence[Value]
) -> bool:
    """Whether the same ops are wired in the same way; other leaves may hold other numbers."""
    if len(order) != len(beside):
        return False
    twin: dict[Value, Value] = dict(zip(leaves, others, strict=True))
    for node, other in zip(order, beside, strict=True):
        if node.op is not other.op or twin.setdefault(node, other) is not other:
            return False
        if node.op is not None and any(twin[x] is not y for x, y in zip(node.args, other.args, strict=True)):
            return False
    return True


def _is_same_data(order: Sequence[Value], beside: Sequence[Value], leaves: set[Value]) -> bool:
    return all(
        node.op is not None or node in leaves or node.data == other.data
        for node, other in zip(order, beside, strict=True)
    )


def _is_other_number(
    order: Sequence[Value],
    leaves: Sequence[Value],
    beside: Sequence[Value],
    others: Sequence[Value],
    numbers: Sequence[Number],
) -> bool:
    """Whether the two graphs, with the inputs at the same numbers, give different results."""
    try:
        if not has_high_precision():
            raise NotApplicableError
        for bits in (PRECISION, ALL_BITS):
            with at_high_precision(bits):
                if not _is_apart(order, leaves, beside, others, [precise(x) for x in numbers], precise):
                    return False
        return True
    except NotApplicableError:
        return _is_apart(order, leaves, beside, others, list(numbers), lambda x: x)


def _is_apart(order: Any, leaves: Any, beside: Any, others: Any, numbers: list[Any], convert: Any) -> bool:
    recorded = computed(order, dict(zip(leaves, numbers, strict=True)), convert)
    called = computed(beside, dict(zip(others, numbers, strict=True)), convert)
    change = abs(called - convert(order[-1].data))
    return bool(abs(recorded - called) > ESCAPE * change + ESCAPE_ROUNDING * abs(called))


def computed(order: Sequence[Value], known: dict[Value, Any], convert: Any) -> Any:
    """The last number of a graph, from those of its leaves."""
    for node in order:
        if node in known:
            continue
        if node.op is None:
            known[node] = convert(node.data)
            continue
        try:
            known[node] = convert(node.op.compute(*[known[arg] for arg in node.args]))
        except Exception as error:  # a function of mpmath's raises what it likes where it has no real number
            raise NotApplicableError(str(error)) from error
        mpf = getattr(known[node], "_mpf_", None)
        if mpf is not None and abs(mpf[2]) > MOST_EXPONENT:
            raise NotApplicableError(f"{node.op.name} is beyond all floats there")
    return known[order[-1]]
