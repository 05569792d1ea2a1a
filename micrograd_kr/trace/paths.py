"""Where a gradient flows: an exact 0 that a rule wrote is no path, and stays 0 even times infinity.

What flows to a Value is 0 where no path leads to it, and 0 * inf is nan. So a product with a local derivative that may
be infinite is computed only where a path leads: `Path` says where that is, as a number that is 1 there and else 0
(a mask). Most Values are reached by a path whatever the inputs are, and need none of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any, NamedTuple

from ..elementary import ADD, DIV, MUL, NEG, SUB, WHERE, Function, Number
from ..interpreted import Interpreted
from .program import CONSTANT, Trace, Traced

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
