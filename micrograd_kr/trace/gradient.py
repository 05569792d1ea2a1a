"""The gradient as a program: the table's own rules, run backwards over the recorded graph on traced numbers.

This is backward() with one difference: what flows into a Value is kept as it came (local derivative, upstream gradient)
until all has arrived. Flows whose locals are parameters at even steps are a column of a weight matrix, and their sum
of products is kept whole as a dot, so that it can become a loop as the forward pass does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..elementary import Number
from ..engine import Value
from ..ops import Op
from .paths import Flow, Marked, Mask, cut_of, path_along, product
from .program import PARAMETER, Trace, Traced
from .recording import Recording

LONG = 4  # sums of at least so many products are kept whole, and may be computed with fused multiply-adds


class Term(NamedTuple):
    """One product that belongs to the gradient of a parameter."""

    place: int
    flow: Flow


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
    order = recording.order
    for node in order:
        if node.op is not None and any(arg in wanted for arg in node.args):
            wanted.add(node)
    arrived: dict[Value, list[Flow]] = {}
    for output, seed in zip(recording.outputs, seeds, strict=True):
        arrived.setdefault(output, []).append(Flow(1, seed))
    terms: list[Term] = []
    cuts = _Cuts(trace)
    for node in reversed(order):
        if node not in wanted or node not in arrived or node.op is None:
            continue
        flows = arrived.pop(node)
        upstream, path = sum_of_products(trace, flows), path_along(flows)
        for arg, local, cut in _locals(node, wanted, cuts):
            if cut is True:  # no path: nothing flows
                continue
            flow = Flow(local, upstream, cut, path)
            if arg in place_of:
                terms.append(Term(place_of[arg], flow))
            else:
                arrived.setdefault(arg, []).append(flow)
    terms += [Term(place_of[leaf], flow) for leaf in place_of for flow in arrived.get(leaf, ())]
    reached = {term.place for term in terms}
    terms += [Term(place, Flow(0.0, 0.0)) for place in place_of.values() if place not in reached]
    inputs = [trace.lift(sum_of_products(trace, arrived.get(leaf, []))) for leaf in recording.inputs if of_inputs]
    return terms, inputs


def _locals(node: Value, wanted: set[Value], cuts: _Cuts) -> list[tuple[Value, Number, Mask]]:
    """Each wanted argument with the local derivative, as the row has it, and where this is an exact 0."""
    op, out, numbers, args = node.op, node.data, node.arg_numbers, node.args
    assert op is not None
    indices = [index for index, arg in enumerate(args) if arg in wanted]
    if op.arity is None:
        partials: Sequence[Number]
        try:
            partials = op.partials(out, *numbers)
        except ArithmeticError:
            partials = [op.derivative(index, out, *numbers) for index in range(len(args))]
        return [(args[index], partials[index], cuts.of(op, index, partials[index], out, numbers)) for index in indices]
    found = [(index, op.derivative(index, out, *numbers)) for index in indices]
    return [(args[index], local, cuts.of(op, index, local, out, numbers)) for index, local in found]


class _Cuts:
    """Where the rules write an exact 0: each is run once more on numbers that know it, where it may write one."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._never: dict[tuple[Op, int], bool] = {}

    def of(self, op: Op, index: int, local: Number, out: Number, numbers: Sequence[Number]) -> Mask:
        """Where the local derivative is an exact 0."""
        if type(local) is int:
            return local == 0
        if type(local) is not Traced or op.multilinear:
            return False
        if op.arity is None:
            return self._run(self._trace, op, index, out, numbers)
        never = self._never.get((op, index))
        if never is None:  # on numbers of which nothing is known
            trace = Trace()
            unknown = [trace.input(place) for place in range(1 + len(numbers))]
            never = self._never[op, index] = self._run(trace, op, index, unknown[0], unknown[1:]) is False
        return False if never else self._run(self._trace, op, index, out, numbers)

    @staticmethod
    def _run(trace: Trace, op: Op, index: int, out: Number, numbers: Sequence[Number]) -> Mask:
        xs: list[Any] = [Marked(trace, x) for x in (out, *numbers)]
        try:
            return cut_of(op.derivative(index, *xs))
        except (ArithmeticError, AttributeError, TypeError, ValueError):
            return False  # a rule that only takes the numbers it was written for


def sum_of_products(trace: Trace, flows: list[Flow]) -> Number:
    """local * upstream, added up: columns of parameters as dots, the rest in the order of backward()."""
    dots, rest = _columns(flows)
    total: Number = None
    for flow in rest:
        added = product(trace, flow)
        total = added if total is None else total + added
    for column in dots:
        column = column[::-1]  # backward() meets the last neuron first
        added = trace.dot(*[flow.local for flow in column], *[flow.upstream for flow in column], -0.0)
        total = added if total is None else total + added
    return 0.0 if total is None else total


def _columns(flows: list[Flow]) -> tuple[list[list[Flow]], list[Flow]]:
    """The runs of flows whose locals are different parameters at even steps, and the other flows."""
    if len(flows) < LONG:
        return [], flows
    dots: list[list[Flow]] = []
    rest: list[Flow] = []
    run: list[Flow] = []
    last = step = 0

    def close() -> None:
        if len(run) >= LONG:
            dots.append(run)
        else:
            rest.extend(run)

    for flow in flows:
        local = flow.local
        if type(local) is not Traced or local.function is not PARAMETER:
            close()
            run = []
            rest.append(flow)
            continue
        place = local.value
        if len(run) == 1:
            step = place - last
        if run and (step == 0 or place - last != step):
            close()
            run = []
        run.append(flow)
        last = place
    close()
    return dots, rest
