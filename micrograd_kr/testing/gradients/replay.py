"""What escapes the graph: fn called beside the point, against the graph that was recorded at the point.

No derivative is involved, so no kink matters. Where the recorded graph, run again on the inputs beside the point, gives
the number of fn, nothing has escaped. Where it gives another (x.data, math.sin(x.data)), both graphs are run at high
precision: a shift that cancels, as in a stable softmax, gives the same number; an escape does not. A Python `if` may
take another branch there; nearer to the point it takes the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from ...elementary import Number
from ...engine import Value, topological_order
from . import tolerances as limit
from .precision import NotApplicableError, at_high_precision, precise
from .subject import Subject


def escapes(subject: Subject, order: Sequence[Value], inputs: Sequence[Value]) -> str:
    """The name of an input on which fn depends otherwise than by its graph; "" if there is none."""
    if not _differs(subject, order, inputs, range(len(inputs))):
        return ""
    found = (name for index, name in enumerate(subject.names) if _differs(subject, order, inputs, [index]))
    return next(found, subject.names[0])


def _differs(subject: Subject, order: Sequence[Value], inputs: Sequence[Value], moving: Iterable[int]) -> bool:
    """Whether fn is another function than its graph wherever it records the same ops beside the point."""
    found = False
    for share in limit.MOVES:
        numbers = [_moved(x, share, turn) if turn in moving else x for turn, x in enumerate(subject.numbers)]
        try:
            output, leaves = subject.record(numbers)
        except Exception:  # fn is not defined there
            continue
        beside = topological_order(output)
        if [node.op for node in beside] != [node.op for node in order]:
            continue
        try:
            found = replayed(order, inputs, numbers, lambda x: x) != output.data and all(
                _is_apart(order, inputs, beside, [*leaves, *subject.parameters], numbers, bits)
                for bits in (limit.PRECISION, limit.ALL_BITS)
            )
        except NotApplicableError:
            continue
        if not found:
            return False
    return found


def _moved(x: Number, share: float, turn: int) -> Number:
    """x, and a little more; each input by another share, so that a difference of inputs moves, too."""
    share *= 1 + turn % 5 / 8
    return x + (abs(x) or 1) * (Fraction(share) if isinstance(x, Fraction) else share)


def _is_apart(order: Any, inputs: Any, beside: Any, others: Any, numbers: Sequence[Number], bits: int) -> bool:
    """Whether two graphs, with the inputs at the same numbers, give different results at high precision."""
    with at_high_precision(bits):
        recorded = replayed(order, inputs, numbers, precise)
        called = replayed(beside, others, numbers, precise)
        change = abs(called - precise(order[-1].data))
        return bool(abs(recorded - called) > limit.ESCAPE * change + limit.ESCAPE_ROUNDING * abs(called))


def replayed(
    order: Sequence[Value], inputs: Sequence[Value], numbers: Sequence[Number], kind: Callable[..., Any]
) -> Any:
    """The last number of a graph whose inputs are at other numbers, on numbers of another kind."""
    known = {leaf: kind(x) for leaf, x in zip(inputs, numbers, strict=True)}
    for node in order:
        if node.op is None:
            known.setdefault(node, kind(node.data))
        elif node not in known:
            try:
                known[node] = kind(node.op.compute(*[known[arg] for arg in node.args]))
            except Exception as error:  # a function of mpmath's raises what it likes where it has no real number
                raise NotApplicableError(str(error)) from error
            mpf = getattr(known[node], "_mpf_", None)
            if mpf is not None and abs(mpf[2]) > limit.MOST_EXPONENT:
                raise NotApplicableError(f"{node.op.name} is beyond all floats there")
    return known[order[-1]]
