"""Run the user's function once on traced numbers, and tell its parameters from its inputs and constants.

The first run finds the leaf Values that the function meets, the second runs it again with a traced number in each of
them: leaves met both times existed before and are parameters; those made anew in each run are constants.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from math import prod
from types import CellType
from typing import Any, NamedTuple

from ..engine import Value, topological_order
from .tracing import Trace, Traced

Shape = tuple[int, ...]

_one_at_a_time = threading.RLock()  # parameters hold traced numbers while a function is recorded


@dataclass(frozen=True, slots=True)
class Recording:
    """What one run of the function left behind.

    Attributes:
        trace: the program of its forward pass.
        outputs: the Values it returned.
        single: whether it returned one Value rather than a list.
        parameters: the leaf Values that it closes over, whose numbers are the trace's parameters in this order.
        inputs: the Values that stood for the numbers of its arguments, flattened.
        shapes: the shape of each argument for one example; last comes that of the random numbers, if it draws any.
        modules: the nn modules that took part or might have, and whether each was being trained.
    """

    trace: Trace
    outputs: list[Value]
    single: bool
    parameters: list[Value]
    inputs: list[Value]
    shapes: tuple[Shape, ...]
    modules: list[tuple[Any, bool]]

    @property
    def random_count(self) -> int:
        """How many random numbers an example draws."""
        return sum(map(prod, self.shapes)) - len(self.inputs)


def record(function: Callable[..., Any], shapes: Sequence[Shape]) -> Recording:
    """Record `function` for arguments of these shapes, each for one example.

    Raises:
        TypeError: it does not return a Value, or a list of them, or a parameter is not a real number.
        TracingError: it asks for the number of a traced Value, as an `if` on it does.
    """
    with _one_at_a_time:
        reachable = _reachable(function)
        met = [leaf for leaf in _leaves(_run(function, shapes, Trace())) if not isinstance(leaf.data, Traced)]
        met = list(dict.fromkeys([*met, *[found for found in reachable if type(found) is Value and found.op is None]]))
        trace = Trace()
        with _traced(met, trace) as at_first:
            run = _run(function, shapes, trace)
            met_again = _leaves(run)
            parameters = [leaf for leaf in met_again if leaf in at_first]
            if len(parameters) < len(met):  # number them as they are met in this run, without gaps
                trace = Trace()
                with _traced(parameters, trace, at_first):
                    run = _run(function, shapes, trace)
        shapes = (*shapes, *[(run.random_count,)] * (run.random_count > 0))
        modules = _modules(reachable, run)
        return Recording(trace, run.outputs, run.single, parameters, run.inputs, shapes, modules)


class _Run(NamedTuple):
    outputs: list[Value]
    single: bool
    inputs: list[Value]
    random_count: int


@contextmanager
def _traced(leaves: list[Value], trace: Trace, numbers: dict[Value, Any] | None = None) -> Iterator[dict[Value, Any]]:
    """The leaves with traced numbers in them; yields the numbers that they had."""
    numbers = numbers or {leaf: leaf.data for leaf in leaves}
    for leaf, number in numbers.items():
        if not isinstance(number, float | int):
            try:
                float(number)
            except (TypeError, ValueError):
                raise TypeError(
                    f"jit computes with real numbers, but the parameter {leaf.label or leaf!r} holds a "
                    f"{type(number).__name__}"
                ) from None
    try:
        for place, leaf in enumerate(leaves):
            leaf.data = trace.parameter(place)
        yield numbers
    finally:
        for leaf, number in numbers.items():
            leaf.data = number


def _run(function: Callable[..., Any], shapes: Sequence[Shape], trace: Trace) -> _Run:
    inputs = [Value(trace.input(place)) for place in range(sum(map(prod, shapes)))]
    flat = iter(inputs)
    draws: list[Traced] = []

    def draw() -> Traced:
        draws.append(trace.input(len(inputs) + len(draws)))
        return draws[-1]

    with _random_numbers_from(draw):
        result = function(*[_nested(shape, flat) for shape in shapes])
    single = not isinstance(result, list | tuple)
    outputs = []
    for output in [result] if single else result:
        if isinstance(output, bool | float | int):
            output = Value(float(output))
        if not isinstance(output, Value):
            raise TypeError(
                f"jit needs a function that returns a Value or a list of Values, but {_name(function)} returned "
                f"{'a list with ' * (not single)}a {type(output).__name__}: is a `return` missing?"
            )
        outputs.append(output)
    if not outputs:
        raise TypeError(f"{_name(function)} returned an empty list: jit needs a Value or a list of Values")
    return _Run(outputs, single, inputs, len(draws))


def _nested(shape: Shape, flat: Iterator[Value]) -> Any:
    if not shape:
        return next(flat)
    return [_nested(shape[1:], flat) for _ in range(shape[0])]


def _random_numbers_from(draw: Callable[[], Traced]) -> AbstractContextManager[None]:
    """Let the modules of nn draw their random numbers from the program's inputs; nothing to do if nn is not in use."""
    dropout = sys.modules.get(f"{__package__.partition('.')[0]}.nn.dropout")
    return nullcontext() if dropout is None else dropout.random_numbers_from(draw)


def _leaves(run: _Run) -> list[Value]:
    """The leaves below the outputs that are not inputs, in the order in which the program meets them."""
    known = set(run.inputs)
    return [
        leaf
        for leaf in topological_order(*run.outputs)
        if type(leaf) is Value and leaf.op is None and leaf not in known
    ]


def _reachable(function: Callable[..., Any]) -> list[Any]:
    """The Values and nn modules that the function's own names lead to: closed over, global, or what it belongs to."""
    holders: list[Any] = [function, getattr(function, "__self__", None)]
    code = getattr(function, "__code__", None)
    if code is not None:
        names = getattr(function, "__globals__", {})
        holders += [names.get(name) for name in code.co_names]
        holders += [cell.cell_contents for cell in getattr(function, "__closure__", None) or () if _is_full(cell)]
    found: list[Any] = []
    for holder in holders:
        within = (
            holder if isinstance(holder, list | tuple) else holder.values() if isinstance(holder, dict) else [holder]
        )
        for each in within:
            if isinstance(each, Value):
                found.append(each)
            elif callable(getattr(type(each), "modules", None)) and hasattr(each, "training"):
                found += [*each.modules(), *each.parameters()]
    return found


def _is_full(cell: CellType) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True


def _modules(reachable: list[Any], run: _Run) -> list[tuple[Any, bool]]:
    """The nn modules that the function may have called: the program belongs to what each `training` is now."""
    found = {id(each): each for each in reachable if not isinstance(each, Value)}
    for node in topological_order(*run.outputs):
        scope = node.scope
        while scope is not None and id(scope[0]) not in found:
            found[id(scope[0])] = scope[0]
            scope = scope[1]
    return [(module, module.training) for module in found.values() if hasattr(module, "training")]


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", type(function).__name__)
