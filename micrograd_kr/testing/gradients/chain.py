"""The chain rule over a recorded graph, written once more: the derivatives of the nodes put together without engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...engine import Constant, Value, topological_order
from .local_derivatives import NotApplicableError, at_high_precision, has_high_precision, is_number, precise, slopes
from .nodes import NOTHING, Edge, edges
from .tolerances import ROUNDING, TINIEST

EdgesOf = Mapping[Value, Sequence[Edge]]


def true_gradient(order: Sequence[Value], edges_of: EdgesOf) -> dict[Value, Any]:
    """d last / d node for each node that a gradient reaches, by the true derivatives of the nodes."""
    found: dict[Value, Any] = {order[-1]: precise(1)}
    for node in reversed(order):
        if node in edges_of and node in found:
            upstream = found[node]
            for arg, edge in zip(node.args, edges_of[node], strict=True):
                if not edge.is_shut:
                    product = edge.true * upstream
                    found[arg] = found[arg] + product if arg in found else product
    return found


@dataclass(slots=True)
class Total:
    """What is known of d last / d node.

    Attributes:
        true: the true derivative; where a node's is not known, with that of its rule.
        engine: the sum of products of what the rules gave, as the engine should have it.
        size: the sum of the absolute values over all paths.
        rounding: how far off floats may put that sum of products.
        doubt: how far off the rules' own rounding may put it.
        faults: a bound of what wrong rules add to it.
        kink, undecided, on_floats: whether a path with a gradient leads through a kink, through a node without an
            oracle, or through one whose oracle are differences of floats.
    """

    true: Any = 0
    engine: Any = 0
    size: Any = 0
    rounding: Any = 0
    doubt: Any = 0
    faults: Any = 0
    kink: bool = False
    undecided: bool = False
    on_floats: bool = False


def totals(order: Sequence[Value], edges_of: EdgesOf) -> dict[Value, Total]:
    """Everything that is known of d last / d node, for each node that is reached."""
    found = {order[-1]: Total(true=precise(1), engine=1, size=precise(1))}
    for node in reversed(order):
        if node not in edges_of or node not in found:
            continue
        above = found[node]
        for arg, edge in zip(node.args, edges_of[node], strict=True):
            if type(arg) is Constant or (edge.is_shut and not edge.is_kink):
                continue
            below = found.setdefault(arg, Total())
            if edge.is_shut:
                below.kink |= above.size != 0
                continue
            got = precise(edge.got) if is_number(edge.got) else precise(0)
            true = got if edge.true is None else edge.true
            exact = isinstance(edge.got, int | Fraction) and isinstance(above.engine, int | Fraction)
            below.true += true * above.true
            below.engine = _plus_product(below.engine, edge.got, above.engine)
            below.size += max(abs(true), abs(got), 1 if edge.is_kink else 0) * above.size
            below.rounding += abs(got) * above.rounding
            below.rounding += 0 if exact else ROUNDING * abs(got) * above.size + precise(2 * TINIEST)
            off = abs(got - true)
            below.doubt += abs(got) * above.doubt + (0 if edge.fault else off * above.size)
            below.faults += abs(got) * above.faults
            if edge.fault:
                below.faults += (off or 1) * above.size
            if above.size != 0:
                below.kink |= edge.is_kink or (above.kink and true != 0)
                below.undecided |= edge.true is None or (above.undecided and (true != 0 or got != 0))
                below.on_floats |= edge.on_floats or above.on_floats
    return found


def _plus_product(total: Any, local: Any, upstream: Any) -> Any:
    try:
        return total + local * upstream
    except (TypeError, ArithmeticError):
        return None


def true_hessian(
    order: Sequence[Value],
    edges_of: EdgesOf,
    second_edges_of: Mapping[Value, Mapping[tuple[int, int], Edge]],
    inputs: Sequence[Value],
    value: Any,
) -> list[list[Any]]:
    """d2 last / d input d input: for each input the graph is run forward with its change, and backward with its own.

    Args:
        value: which number of an Edge to use: a function of an Edge.
    """
    firsts: dict[Value, Any] = {order[-1]: precise(1)}
    for node in reversed(order):
        for arg, edge in _edges_below(node, edges_of):
            firsts[arg] = firsts.get(arg, 0) + value(edge) * firsts.get(node, 0)
    rows = []
    for start in inputs:
        change: dict[Value, Any] = {start: precise(1)}
        for node in order:
            moved = [value(edge) * change[arg] for arg, edge in _edges_below(node, edges_of) if arg in change]
            if moved:
                change[node] = sum(moved)
        seconds: dict[Value, Any] = {}
        for node in reversed(order):
            for arg, edge in _edges_below(node, edges_of):
                if node in seconds:
                    seconds[arg] = seconds.get(arg, 0) + value(edge) * seconds[node]
            for (i, j), edge in second_edges_of.get(node, {}).items():
                if node.args[j] in change and node in firsts:
                    added = value(edge) * firsts[node] * change[node.args[j]]
                    seconds[node.args[i]] = seconds.get(node.args[i], 0) + added
        rows.append([seconds.get(each, precise(0)) for each in inputs])
    return rows


def _edges_below(node: Value, edges_of: EdgesOf) -> Iterable[tuple[Value, Edge]]:
    if node in edges_of:
        for arg, edge in zip(node.args, edges_of[node], strict=True):
            if not edge.is_shut:
                yield arg, edge


def gradient_of(output: Value, inputs: Sequence[Value]) -> list[Any]:
    """d output / d input for each input, from the forward rules alone: no rule of the table has a say.

    Raises:
        NotApplicableError: a node has no derivative, or several.
    """
    order = topological_order(output)
    with at_high_precision() if has_high_precision() else nullcontext():
        edges_of = {node: edges(node) for node in order if node.op is not None}
        if any(edge.true is None or edge.is_kink for each in edges_of.values() for edge in each):
            raise NotApplicableError("a node has no derivative there, or several")
        reached = true_gradient(order, edges_of)
        return [reached.get(leaf, precise(0)) for leaf in inputs]


def span_of(order: Sequence[Value], edges_of: EdgesOf) -> dict[Value, tuple[Any, Any, Any]]:
    """The least and the greatest d last / d node that the two sides of every kink allow, and the size of what adds up.

    Raises:
        NotApplicableError: a node has no derivative there.
    """
    start, nothing = precise(1), precise(0)
    found = {order[-1]: (start, start, start)}
    for node in reversed(order):
        if node not in edges_of or node not in found:
            continue
        low, high, size = found[node]
        for index, (arg, edge) in enumerate(zip(node.args, edges_of[node], strict=True)):
            if edge is NOTHING:
                continue
            if edge.true is None:
                raise NotApplicableError(f"{node.op!r} has no derivative there")
            sides = slopes(node.op, node.arg_numbers, index)[:2] if edge.is_kink and node.op else (edge.true,)
            before = found.get(arg, (nothing, nothing, nothing))
            most = max(map(abs, sides)) * size
            if len(sides) == 1 and low is high:
                product = sides[0] * low
                total = before[0] + product
                found[arg] = (total, total if before[0] is before[1] else before[1] + product, before[2] + most)
            else:
                products = [side * bound for side in sides for bound in (low, high)]
                found[arg] = (before[0] + min(products), before[1] + max(products), before[2] + most)
    return found
