"""The gradient as a program: the table's own rules, run backwards over the recorded graph on traced numbers.

This is backward() with one difference: what flows into a Value is kept as it came (local derivative, upstream gradient)
until all has arrived. Flows whose locals are parameters at even steps are a column of a weight matrix, and their sum
of products is kept whole as a dot, so that it can become a loop as the forward pass does.

An exact 0 that a rule wrote is no path, and stays 0 even times infinity. What flows to a Value is 0 where no path leads
to it, and 0 * inf is nan. So a product with a local derivative that may be infinite is computed only where a path
leads: `Path` says where that is, as a number that is 1 there and else 0 (a mask). Most Values are reached by a path
whatever the inputs are, and need none of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any, NamedTuple

from ..elementary import ADD, DIV, MUL, NEG, SUB, WHERE, Function, Number
from ..engine import Value
from ..interpreted import Interpreted
from ..ops import Op
from .program import CONSTANT, PARAMETER, Trace, Traced
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


# --- where a gradient flows -----------------------------------------------------------------------------------------

Mask = bool | Traced  # where something holds: everywhere, nowhere, or where the number is not 0


class Path:
    """Where a path leads from the output to a Value.

    Args:
        edges: for each way to the Value, the path to where it begins (None: reached in any case), and where the rule
            wrote an exact 0 on it.
    """

    __slots__ = ("_edges", "_mask")

    def __init__(self, edges: Sequence[tuple[Path | None, Mask]]) -> None:
        self._edges = edges
        self._mask: Mask | None = None

    def mask(self, trace: Trace) -> Mask:
        """Where it leads there; made when it is needed for the first time, and without recursion."""
        stack = [self]
        while stack:
            path = stack[-1]
            before = [parent for parent, _ in path._edges if parent is not None and parent._mask is None]
            stack += before
            if before:
                continue
            stack.pop()
            found: Mask = False
            for parent, cut in path._edges:
                open_before = True if parent is None or parent._mask is None else parent._mask
                found = either(trace, choose(trace, cut, False, open_before), found)
            path._mask = found
        assert self._mask is not None
        return self._mask


class Flow(NamedTuple):
    """What flows along one way to a Value: local * upstream.

    Attributes:
        local: the local derivative.
        upstream: the gradient of where the way begins.
        cut: where the rule wrote local as an exact 0.
        path: to where the way begins; None if it is reached in any case.
    """

    local: Number
    upstream: Number
    cut: Mask = False
    path: Path | None = None


def path_along(flows: Sequence[Flow]) -> Path | None:
    """The path to the Value to which these lead."""
    edges: dict[tuple[int, int], tuple[Path | None, Mask]] = {}
    for flow in flows:
        if flow.path is None and flow.cut is False:
            return None
        edges[id(flow.path), id(flow.cut)] = flow.path, flow.cut
    found = [*edges.values()]
    return found[0][0] if len(found) == 1 and found[0][1] is False else Path(found)


def product(trace: Trace, flow: Flow) -> Any:
    """local * upstream, and 0 where nothing flows."""
    local, upstream, cut, path = flow
    if isinstance(cut, Traced):
        if type(local) is Traced and local.function is cut.function is WHERE and local.args[0] is cut.args[0]:
            sides = [
                product(trace, Flow(side, upstream, _as_mask(side_cut), path))
                for side, side_cut in zip(local.args[1:], cut.args[1:], strict=True)
            ]
            return trace.choose(cut.args[0], *sides)
        return choose(trace, cut, 0.0, product(trace, Flow(local, upstream, False, path)))
    if cut:
        return 0.0
    if path is None:
        return local * upstream
    mask = path.mask(trace)
    inner = upstream
    if isinstance(mask, Traced) and mask.function is WHERE and type(upstream) is Traced:
        condition, first, second = [_as_mask(arg) for arg in mask.args]
        if upstream.function is WHERE and upstream.args[0] is condition and (first is False or second is False):
            inner = upstream.args[2 if first is False else 1]  # the other side is not asked for
    if inner is upstream and _is_finite(local):
        return local * upstream
    return choose(trace, mask, local * inner, 0.0)


def _is_finite(local: Number) -> bool:
    number = local.value if type(local) is Traced and local.function is CONSTANT else local
    return isinstance(number, float | int) and isfinite(number)


# --- masks ----------------------------------------------------------------------------------------------------------


def choose(trace: Trace, mask: Mask, x: Any, y: Any) -> Any:
    """x where the mask holds, else y."""
    if isinstance(mask, bool):
        return x if mask else y
    if mask.function is WHERE:
        condition, first, second = mask.args
        first, second = _as_mask(first), _as_mask(second)
        if first is True and second is False:
            return _as_mask(trace.choose(condition, x, y))
        if first is False and second is True:
            return _as_mask(trace.choose(condition, y, x))
    return _as_mask(trace.choose(mask != 0.0, x, y))


def either(trace: Trace, x: Mask, y: Mask) -> Mask:
    """Where one of two masks holds."""
    if x is True or y is True:
        return True
    return choose(trace, x, True, y)  # type: ignore[no-any-return]


def _as_mask(number: Any) -> Any:
    """A mask, where it is the same everywhere, as True or False."""
    if type(number) is Traced and number.function is CONSTANT and number.value in (0.0, 1.0):
        return number.value == 1.0
    return number


# --- what a rule writes ---------------------------------------------------------------------------------------------


class Marked(Interpreted):
    """A traced number in a rule that knows where the rule wrote it as an exact 0; see `interpreted.Chosen`.

    Attributes:
        number: the traced number, or a plain one.
        cut: where it is an exact 0.
    """

    __slots__ = ("cut", "number", "trace")

    def __init__(self, trace: Trace, number: Any, cut: Mask = False) -> None:
        self.trace, self.number, self.cut = trace, number, cut

    def __apply__(self, function: Function, *args: Any) -> Any:
        numbers = [x.number if isinstance(x, Marked) else x for x in args]
        result = function(*numbers)
        if result is True or result is False:
            return result
        cuts = [cut_of(x) for x in args]
        cut: Mask = False
        if function is WHERE:
            cut = cuts[1]
            if cuts[1] is not cuts[2]:
                condition = numbers[0]
                known = not isinstance(condition, Traced)
                cut = cuts[1 if condition else 2] if known else self.trace.choose(condition, cuts[1], cuts[2])
        elif function is MUL:
            cut = either(self.trace, *cuts)
        elif function is NEG or function is DIV:
            cut = cuts[0]
        elif function is ADD or function is SUB:
            cut = choose(self.trace, cuts[0], cuts[1], False)
        return Marked(self.trace, result, cut)


def cut_of(x: Any) -> Mask:
    """Where x is an exact 0 that a rule wrote."""
    return x.cut if isinstance(x, Marked) else type(x) is int and x == 0
