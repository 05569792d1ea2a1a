"""The gradient as a program: the table's own rules, run backwards over the recorded graph on traced numbers.

This is backward() with one difference: what flows into a Value is kept as pairs (local derivative, upstream gradient)
until all have arrived. Pairs whose locals are parameters at even steps are a column of a weight matrix, and their sum
of products is kept whole as a dot, so that it can become a loop as the forward pass does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..elementary import Number
from ..engine import Value, topological_order
from .program import PARAMETER, Trace, Traced
from .recording import Recording

Pair = tuple[Number, Number]  # local derivative, upstream gradient
LONG = 4  # sums of at least so many products are kept whole, and may be computed with fused multiply-adds


class Term(NamedTuple):
    """One product that belongs to the gradient of a parameter."""

    place: int
    local: Number
    upstream: Number


def gradient_program(
    recording: Recording, seeds: Sequence[Number], of_inputs: bool = False
) -> tuple[list[Term], list[Traced]]:
    """The terms of the parameters' gradients, and the gradients of the inputs if they are wanted.

    Args:
        recording: what to differentiate.
        seeds: for each output, what its gradient starts from: 1, or a traced number.
        of_inputs: whether the inputs' gradients are wanted too.
    """
    trace = recording.trace
    place_of = {leaf: place for place, leaf in enumerate(recording.parameters)}
    wanted = set(recording.parameters).union(recording.inputs if of_inputs else ())
    order = topological_order(*recording.outputs)
    for node in order:
        if node.op is not None and any(arg in wanted for arg in node.args):
            wanted.add(node)
    arrived: dict[Value, list[Pair]] = {}
    for output, seed in zip(recording.outputs, seeds, strict=True):
        arrived.setdefault(output, []).append((1, seed))
    terms: list[Term] = []
    for node in reversed(order):
        if node not in wanted or node not in arrived or node.op is None:
            continue
        upstream = sum_of_products(trace, arrived.pop(node))
        for arg, local in _locals(node, wanted):
            if type(local) is int and local == 0:  # no path: nothing flows
                continue
            if arg in place_of:
                terms.append(Term(place_of[arg], local, upstream))
            else:
                arrived.setdefault(arg, []).append((local, upstream))
    terms += [Term(place_of[leaf], *pair) for leaf in place_of for pair in arrived.get(leaf, ())]
    reached = {term.place for term in terms}
    terms += [Term(place, 0.0, 0.0) for place in place_of.values() if place not in reached]
    inputs = [trace.lift(sum_of_products(trace, arrived.get(leaf, []))) for leaf in recording.inputs if of_inputs]
    return terms, inputs


def _locals(node: Value, wanted: set[Value]) -> list[tuple[Value, Number]]:
    """Each wanted argument with the local derivative, as the row has it."""
    op, numbers = node.op, node.arg_numbers
    assert op is not None
    indices = [index for index, arg in enumerate(node.args) if arg in wanted]
    if op.arity is None:
        try:
            partials = op.partials(node.data, *numbers)
            return [(node.args[index], partials[index]) for index in indices]
        except ArithmeticError:
            pass
    return [(node.args[index], op.derivative(index, node.data, *numbers)) for index in indices]


def sum_of_products(trace: Trace, pairs: list[Pair]) -> Number:
    """local * upstream, added up: columns of parameters as dots, the rest in the order of backward()."""
    dots, rest = _columns(pairs)
    total: Number = None
    for local, upstream in rest:
        product = trace.product(local, upstream)
        total = product if total is None else total + product
    for column in dots:
        column = column[::-1]  # backward() meets the last neuron first
        product = trace.dot(*[local for local, _ in column], *[upstream for _, upstream in column], -0.0)
        total = product if total is None else total + product
    return 0.0 if total is None else total


def _columns(pairs: list[Pair]) -> tuple[list[list[Pair]], list[Pair]]:
    """The runs of pairs whose locals are parameters at even steps, and the other pairs."""
    if len(pairs) < LONG:
        return [], pairs
    dots: list[list[Pair]] = []
    rest: list[Pair] = []
    run: list[Pair] = []
    for pair in [*pairs, (None, None)]:
        place = pair[0].value if isinstance(pair[0], Traced) and pair[0].function is PARAMETER else None
        if place is not None and (len(run) < 2 or place - run[-1][0].value == run[1][0].value - run[0][0].value):
            run.append(pair)
            continue
        if len(run) >= LONG:
            dots.append(run)
        else:
            rest += run
        run = []
        if place is not None:
            run = [pair]
        elif pair[0] is not None:
            rest.append(pair)
    return dots, rest
