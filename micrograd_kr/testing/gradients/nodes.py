"""One node of a recorded graph, judged where it stands: each of its rules against the forward rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from ...engine import Constant, Value, grad
from ...interpreted import Chosen, no_path
from ...ops import Op
from .local_derivatives import (
    NotApplicableError,
    Slopes,
    agree,
    at_high_precision,
    curvatures,
    forward,
    has_high_precision,
    is_number,
    precise,
    slope_at,
    slopes,
    slopes_on_floats,
    stays_in_table,
)
from .report import short
from .tolerances import ALL_BITS, ALLOWED, CLOSE, EXACT, FEWER_BITS, HUGE, LARGE_EXPONENT, ON_FLOATS, SEEN, SMALLEST


class Edge(NamedTuple):
    """The derivative of a node by one of its arguments.

    Attributes:
        true: by the forward rule; at a kink what the row chose, if that is one of those allowed; None if unknown.
        got: by the row's rule on the numbers of the engine.
        fault: what is wrong with the rule, "" if nothing is.
        is_kink: whether several derivatives are right.
        on_floats: whether the true one comes from differences of floats.
        is_shut: whether the rule wrote an exact 0: then nothing flows, not even an upstream inf.
    """

    true: Any
    got: Any
    fault: str = ""
    is_kink: bool = False
    on_floats: bool = False
    is_shut: bool = False


NOTHING = Edge(0, 0, is_shut=True)


def edges(node: Value) -> list[Edge]:
    """The derivative by each argument; a constant or a condition has none. To be called at high precision."""
    return [
        edge._replace(is_shut=_is_shut(node, index))
        if edge.got == 0 and not edge.fault and edge is not NOTHING
        else edge
        for index, edge in enumerate(_edges(node))
    ]


def _is_shut(node: Value, index: int) -> bool:
    try:
        local = node.op.derivative(index, *map(Chosen, (node.data, *node.arg_numbers)))  # type: ignore[union-attr]
        return bool(no_path(local))
    except Exception:  # a rule that only takes the numbers it was written for
        return False


def _edges(node: Value) -> list[Edge]:
    op = node.op
    assert op is not None
    numbers = list(node.arg_numbers)
    wanted = _moving(node)
    if op.gives == "condition":
        return [_edge_of_condition(node, index) if each else NOTHING for index, each in enumerate(wanted)]
    if has_high_precision() and stays_in_table(op, numbers):
        try:
            xs = [precise(x) for x in numbers]
            out = forward(op, xs)
        except NotApplicableError:
            pass
        else:
            if _is_same_on_floats(node, xs, out):
                rules = _all_partials(op, out, xs) if op.arity is None else None
                return [
                    _edge(node, xs, out, index, rules[index] if rules else None) if each else NOTHING
                    for index, each in enumerate(wanted)
                ]
    return [_edge_on_floats(node, index) if each else NOTHING for index, each in enumerate(wanted)]


def _moving(node: Value) -> list[bool]:
    """Which arguments a derivative is taken by: constants and conditions are not."""
    return [
        type(arg) is not Constant and not isinstance(x, bool)
        for arg, x in zip(node.args, node.arg_numbers, strict=True)
    ]


def _all_partials(op: Op, out: Any, xs: Sequence[Any]) -> Any:
    try:
        return [*op.partials(out, *xs), *[None] * len(xs)]
    except Exception:
        return None


def _is_same_on_floats(node: Value, xs: Sequence[Any], expected: Any) -> bool:
    """Whether the forward rule is the same function on the engine's numbers as at high precision."""
    op, got = node.op, node.data
    assert op is not None
    if not is_number(got):
        return False
    if agree(got, expected, CLOSE) or abs(expected) < SMALLEST:
        return True
    return bool(abs(precise(got) - expected) <= _rounding(lambda: forward(op, xs), expected))


def _rounding(compute: Callable[[], Any], expected: Any) -> Any:
    """How far floats may be off, from how far numbers of fewer bits are, on the same inputs."""
    found: Any = 0
    for bits in FEWER_BITS:
        with at_high_precision(bits):
            try:
                coarse = compute()
            except NotApplicableError:
                continue
        found = max(found, abs(coarse - expected) * 2.0 ** (bits - 53))
    return ALLOWED * found


def _rounding_of_rule(op: Op, xs: Sequence[Any], index: int, rule: Any) -> Any:
    def on_fewer_bits() -> Any:
        try:
            return precise(op.derivative(index, forward(op, xs), *xs))
        except (ArithmeticError, TypeError, ValueError) as error:
            raise NotApplicableError(str(error)) from error

    return _rounding(on_fewer_bits, rule)


def _edge(node: Value, xs: list[Any], out: Any, index: int, rule: Any) -> Edge:
    op = node.op
    assert op is not None
    got, fault = _engine_local(node, index)
    if fault:
        return Edge(_true_or_none(op, node.arg_numbers, index), got, fault)
    if not is_number(got) and not _is_inside(op, node.arg_numbers):
        return Edge(None, got)
    try:
        if rule is None:
            rule = op.derivative(index, out, *xs)
        rule = precise(rule)
    except Exception:  # the rule only takes the numbers of the engine
        return _edge_on_floats(node, index)
    is_kink = False
    try:
        if (op.kink is not None and op.kink(*xs) == 0) or not agree(rule, slope_at(op, xs, out, index)):
            sides = slopes(op, node.arg_numbers, index)
            is_kink = sides.is_kink
            if not is_number(rule) and not _is_inside(op, node.arg_numbers):
                return Edge(None, got)
            if not sides.allow(rule) and abs(rule - sides.right) > _rounding_of_rule(op, xs, index, rule):
                with at_high_precision(ALL_BITS):  # 1 + erf(x), where erf(x) is almost -1?
                    exact = [precise(x) for x in node.arg_numbers]
                    rule = precise(op.derivative(index, forward(op, exact), *exact))
                if not sides.allow(rule):
                    return Edge(sides.right, got, _should_be(sides))
    except NotApplicableError:
        return Edge(None, got)
    true = rule  # right to 12 digits, and exact if it is a whole number
    if is_close(got, true):
        return Edge(true, got, is_kink=is_kink)
    return _explained_on_floats(node, xs, index, Edge(true, got, is_kink=is_kink))


def _is_inside(op: Op, numbers: Sequence[Any]) -> bool:
    """Whether all arguments are inside the domain that the row names."""
    for index, x in enumerate(numbers):
        if isinstance(x, float | int) and not isinstance(x, bool):
            domain = op.domain[min(index, len(op.domain) - 1)]
            if not any(low < x < high for low, high in domain):
                return False
    return True


def _edge_of_condition(node: Value, index: int) -> Edge:
    got, fault = _engine_local(node, index)
    return Edge(0, got, fault or ("" if got == 0 else "should be 0: no gradient flows through a condition"))


def is_close(got: Any, true: Any) -> bool:
    """Whether a derivative of the engine is the true one to within ordinary rounding; a Fraction exactly."""
    return is_number(got) and (
        agree(got, true, CLOSE)
        if type(got) is float
        else agree(precise(got), true, EXACT if isinstance(got, int | Fraction) else CLOSE)
    )


def _engine_local(node: Value, index: int) -> tuple[Any, str]:
    """What the row's rule gives on the numbers of the engine; and what is wrong if that is no number."""
    op = node.op
    assert op is not None
    try:
        got = op.derivative(index, node.data, *node.arg_numbers)
    except Exception as error:
        return None, f"raised {type(error).__name__}: {error}"
    plain = isinstance(got, int | float | complex | Fraction) and not isinstance(got, bool)
    if plain or hasattr(got, "_mpf_") or hasattr(got, "_mpc_"):
        return got, ""
    return None, f"returned {got!r:.60}, which is no number"


def _true_or_none(op: Op, numbers: Sequence[Any], index: int) -> Any:
    try:
        return slopes(op, numbers, index).right
    except NotApplicableError:
        return None


def _explained_on_floats(node: Value, xs: Sequence[Any], index: int, edge: Edge) -> Edge:
    """The rule is right at high precision; on floats it is off by rounding, or by the range of floats, or wrong."""
    op = node.op
    assert op is not None
    given = [node.data, *node.arg_numbers]
    if not isinstance(edge.got, float | complex):
        return edge._replace(fault=_should_be(Slopes(edge.true, edge.true)))
    if is_number(edge.got):
        off = abs(precise(edge.got) - edge.true)
        if off <= SMALLEST or off <= _rounding_of_rule(op, xs, index, edge.true):
            return edge
    if _is_extreme(given) or abs(edge.true) > HUGE:
        return edge._replace(true=None)
    return edge._replace(fault=_should_be(Slopes(edge.true, edge.true)) + " on floats")


def _is_extreme(numbers: Sequence[Any]) -> bool:
    """Whether the range of floats may end within a rule: in a square, a product or an exponential."""
    sizes = [abs(x) for x in numbers if not isinstance(x, bool)]
    return any(not is_number(size) or size > LARGE_EXPONENT or 0 < size < 1 / HUGE or size == 0 for size in sizes)


def _edge_on_floats(node: Value, index: int) -> Edge:
    """The forward rule leaves the table, or there is no mpmath: differences of floats, which say how good they are."""
    op = node.op
    assert op is not None
    got, fault = _engine_local(node, index)
    if fault:
        return Edge(None, got, fault)
    if not is_number(got) and not _is_inside(op, node.arg_numbers):
        return Edge(None, got)
    try:
        sides = slopes_on_floats(op, node.arg_numbers, index)
    except NotApplicableError:
        return Edge(None, got)
    size = max(abs(sides.left), abs(sides.right))
    if sides.error > SEEN * size and not size == got == 0:
        return Edge(None, got)
    if not sides.allow(got, ON_FLOATS):
        return Edge(precise(sides.right), got, _should_be(sides), on_floats=True)
    return Edge(precise(got), got, is_kink=sides.is_kink, on_floats=True)


def _should_be(sides: Slopes) -> str:
    if sides.is_kink:
        return f"should lie between {short(min(sides.left, sides.right))} and {short(max(sides.left, sides.right))}"
    return f"should be {short(sides.right)}"


# --- second derivatives ---------------------------------------------------------------------------------------------


def second_edges(node: Value) -> dict[tuple[int, int], Edge]:
    """d2 out / d argument d argument for each pair, by the forward rule and by the graph of the row's own rules."""
    op = node.op
    assert op is not None
    numbers = list(node.arg_numbers)
    moving = [index for index, moves in enumerate(_moving(node)) if moves]
    found: dict[tuple[int, int], Edge] = {}
    try:
        got = _second_rules(op, numbers, moving)
    except Exception as error:
        return {(i, j): Edge(None, None, f"raised {type(error).__name__}: {error}") for i in moving for j in moving}
    if not has_high_precision() or not stays_in_table(op, numbers):
        return {pair: Edge(None, each) for pair, each in got.items()}
    try:
        rules = _second_rules(op, [precise(x) for x in numbers], moving)
    except Exception:  # the rule only takes the numbers of the engine, or has a pole there
        return {pair: Edge(None, each) for pair, each in got.items()}
    for pair, rule in rules.items():
        found[pair] = _second_edge(op, numbers, pair, precise(rule), got[pair])
    return found


def _second_rules(op: Op, numbers: Sequence[Any], moving: list[int]) -> dict[tuple[int, int], Any]:
    leaves = {index: Value(numbers[index]) for index in moving}
    out = op(*[leaves.get(index, x) for index, x in enumerate(numbers)])
    firsts = grad(out, list(leaves.values()), create_graph=True)
    seconds = [grad(first, list(leaves.values())) for first in firsts]
    return {(i, j): seconds[a][b] for a, i in enumerate(moving) for b, j in enumerate(moving)}


def _second_edge(op: Op, numbers: Sequence[Any], pair: tuple[int, int], rule: Any, got: Any) -> Edge:
    try:
        if any(slopes(op, numbers, index).is_kink for index in pair):
            return Edge(rule, got, is_kink=True)
        expected = curvatures(op, numbers, *pair)
    except NotApplicableError:
        return Edge(None, got)
    if not is_number(rule):
        return Edge(None, got)
    if not expected.allow(rule):  # 1 - out, where out is almost 1?
        with at_high_precision(ALL_BITS):
            moving = sorted({*pair})
            rule = precise(_second_rules(op, [precise(x) for x in numbers], moving)[pair])
    if expected.allow(rule):
        return Edge(rule, got, is_kink=expected.is_kink)
    return Edge(expected.sides[0], got, f"is {short(rule)}, and should be {short(expected.sides[0])}")
