"""Run the user's function once on traced numbers, and tell its parameters from its inputs and constants.

Most often one run will do: the leaf Values that the function's own names lead to are its parameters, if it meets all of
them and no others. Else a second run has a traced number in each leaf that the first one met: leaves met both times
existed before and are parameters; those made anew in each run are constants.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from math import prod
from operator import attrgetter
from types import CellType
from typing import Any, NamedTuple

from ..engine import Value, enable_grad, numbers_of, put_numbers, topological_order
from .program import Trace, Traced

Shape = tuple[int, ...]

_training = attrgetter("training")
no_recording = threading.RLock()  # while a function is recorded, its parameters hold traced numbers


class Modes:
    """Whether each of some nn modules is in training, as it was, at the price of a look at a few classes.

    Looking at every module takes longer than a step of a small net. So the class that all of them come from counts how
    often `training` was set (`mode_changes`), and they are looked at when that, or a class, has changed. Modules of
    another kind are looked at each time.

    Args:
        modules: with an attribute `training`.
    """

    def __init__(self, modules: Sequence[Any]) -> None:
        self._modules, self._classes = list(modules), list({type(module): None for module in modules})
        bases = [base for base in self._classes[0].__mro__ if "mode_changes" in vars(base)] if modules else []
        counted = bool(bases) and all(_is_counted(each, bases[-1]) for each in self._classes)
        self._counting: Any = bases[-1] if counted else None
        self._before = list(map(_training, modules))
        self._seen = self._now()

    def are_as_before(self) -> bool:
        """Whether each module is in training, or in use, as it was when this was made."""
        now = self._now()
        if self._counting is not None and now == self._seen:
            return True
        if list(map(_training, self._modules)) != self._before:
            return False
        self._seen = now
        return True

    def _now(self) -> tuple[Any, ...]:
        if self._counting is None:
            return ()
        return (self._counting.mode_changes, *map(_training, self._classes))


def _is_counted(kind: type, base: type) -> bool:
    """Whether setting `training` of such a module is counted by this base."""
    return kind.__setattr__ is base.__setattr__ and isinstance(getattr(kind, "training", None), bool)


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
        modules: the nn modules that took part or might have.
        modes: whether each of them was being trained, and whether that is still so.
        order: the Values below the outputs, each after its arguments.
        length: how many traced numbers the forward pass has; those of gradients follow them in the trace.
    """

    trace: Trace
    outputs: list[Value]
    single: bool
    parameters: list[Value]
    inputs: list[Value]
    shapes: tuple[Shape, ...]
    modules: list[Any]
    modes: Modes
    order: list[Value] = field(default_factory=list)
    length: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "order", self.order or topological_order(*self.outputs))  # the class is frozen
        object.__setattr__(self, "length", len(self.trace.nodes))

    @property
    def numbers(self) -> list[Traced]:
        """The traced numbers of the outputs."""
        return [self.trace.lift(output.data) for output in self.outputs]

    @property
    def fits_modules(self) -> bool:
        """Whether every module is still being trained, or still in use, as it was."""
        return self.modes.are_as_before()

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
    with no_recording, enable_grad():
        reachable = _reachable(function)
        parameters = list(dict.fromkeys([each for each in reachable if type(each) is Value and each.op is None]))
        trace, run, met = _recorded(function, shapes, parameters)
        if len(met) != len(parameters) or any(each not in met for each in parameters):
            known = set(parameters)
            found = [*[each for each in parameters if each in met], *[each for each in met if each not in known]]
            trace, run, met = _recorded(function, shapes, found)
            parameters = [each for each in found if each in met]
            if parameters != found[: len(parameters)]:  # number them without gaps
                trace, run, _ = _recorded(function, shapes, parameters)
        shapes = (*shapes, *[(run.random_count,)] * (run.random_count > 0))
        modules = _modules(reachable, run)
        modes = Modes(modules)
        return Recording(trace, run.outputs, run.single, parameters, run.inputs, shapes, modules, modes, run.order)


def _recorded(
    function: Callable[..., Any], shapes: Sequence[Shape], parameters: list[Value]
) -> tuple[Trace, _Run, dict[Value, None]]:
    """A run with a traced number in each of these leaves, and the leaves that it met, in this order."""
    trace = Trace()
    with _traced(parameters, trace):
        run = _run(function, shapes, trace)
    return trace, run, dict.fromkeys(_leaves(run))


class _Run(NamedTuple):
    outputs: list[Value]
    single: bool
    inputs: list[Value]
    random_count: int
    order: list[Value]


@contextmanager
def _traced(leaves: list[Value], trace: Trace) -> Iterator[None]:
    """The leaves with traced numbers in them, for the length of a block."""
    numbers = numbers_of(leaves)
    for leaf, number in zip(leaves, numbers, strict=True):
        if not isinstance(number, float | int):
            try:
                float(number)
            except (TypeError, ValueError):
                raise TypeError(
                    f"jit computes with real numbers, but the parameter {leaf.label or leaf!r} holds a "
                    f"{type(number).__name__}"
                ) from None
    try:
        put_numbers(leaves, list(map(trace.parameter, range(len(leaves)))))
        yield
    finally:
        put_numbers(leaves, numbers)


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
    return _Run(outputs, single, inputs, len(draws), topological_order(*outputs))


def _nested(shape: Shape, flat: Iterator[Value]) -> Any:
    if not shape:
        return next(flat)
    return [_nested(shape[1:], flat) for _ in range(shape[0])]


def _random_numbers_from(draw: Callable[[], Traced]) -> AbstractContextManager[None]:
    """Let the modules of nn draw their random numbers from the program's inputs; nothing to do if nn is not in use."""
    containers = sys.modules.get(f"{__package__.partition('.')[0]}.nn.containers")
    return nullcontext() if containers is None else containers.random_numbers_from(draw)


def _leaves(run: _Run) -> list[Value]:
    """The leaves below the outputs that are not inputs, in the order in which the program meets them."""
    known = set(run.inputs)
    return [leaf for leaf in run.order if type(leaf) is Value and leaf.op is None and leaf not in known]


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


def _modules(reachable: list[Any], run: _Run) -> list[Any]:
    """The nn modules that the function may have called: the program belongs to what each `training` is now."""
    found = {id(each): each for each in reachable if not isinstance(each, Value)}
    for node in run.order:
        scope = node.scope
        while scope is not None and id(scope[0]) not in found:
            found[id(scope[0])] = scope[0]
            scope = scope[1]
    return [module for module in found.values() if hasattr(module, "training")]


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", type(function).__name__)
