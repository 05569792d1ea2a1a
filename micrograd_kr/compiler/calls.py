"""One call of compiled code as a node of the graph: an op whose forward rule and partials are the machine code."""

from __future__ import annotations

import functools
import inspect
from array import array
from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from ..engine import Value, is_recording, record
from ..ops import Op
from .recording import Recording

if TYPE_CHECKING:
    from .execution import Array
    from .function import Compiled


class MeanCall:
    """One call of mean: the op whose forward rule and partial derivatives are the machine code on these arrays."""

    def __init__(self, compiled: Compiled, recording: Recording, arrays: Sequence[Array], count: int) -> None:
        recorded = is_recording()
        self.program = compiled._program(recording, "mean" if recorded else "sum")
        self.addresses, self.kept = compiled._addresses(recording, arrays, count)
        self.count, self.threads, self.title = count, compiled.threads, compiled._title()
        self.numbers: tuple[Any, ...] | None = None
        self.gradient: list[float] = []
        self.mean = 0.0

    def op(self) -> Op:
        """The row of this call; it holds on to the call, not the other way round, so that no cycle keeps them alive."""
        name = f"mean_of_{self.title}"
        return Op(name, self.forward, self.partials, None, symbol=f"mean {self.title}")

    def forward(self, *numbers: Any) -> float:
        """The mean at these numbers of the parameters."""
        if numbers != self.numbers:
            parameters = _floats(numbers)
            address, _ = parameters.buffer_info()
            self.gradient = self.program.sums(self.addresses, self.count, address, self.threads)
            self.mean = self.gradient.pop()
            self.numbers = numbers
        return self.mean

    def partials(self, out: Any, *numbers: Any) -> list[float]:
        """Its derivatives, which came along with the mean."""
        if numbers != self.numbers:
            self.forward(*_plain(numbers))
        return self.gradient


class PointCall:
    """One call on one example: an op for each output, whose arguments are the parameters and the Values passed in."""

    def __init__(self, compiled: Compiled, recording: Recording, arrays: list[Array], places: list[int]) -> None:
        self.compiled, self.recording, self.arrays, self.places = compiled, recording, arrays, places

    def outputs(self, parameters: list[Value], inputs: list[Value]) -> list[Value]:
        """A node for each output."""
        title = self.compiled._title()
        args = [*parameters, *inputs]
        found = []
        for place in range(len(self.recording.outputs)):
            rules = (functools.partial(self.forward, place), functools.partial(self.partials, place))
            op = Op(f"compiled_{title}", *rules, None, symbol=title)
            found.append(record(op, args) if args else Value(op.forward()))
        return found

    def run(self, kind: str, numbers: tuple[Any, ...]) -> tuple[list[float], list[float]]:
        """Outputs and sums of the program of this kind, at these numbers of the args."""
        import numpy as np

        recording = self.recording
        program = self.compiled._program(recording, kind)
        count = len(recording.parameters)
        parameters = _floats(numbers[:count])
        flat = np.concatenate([each.reshape(-1) for each in self.arrays]) if self.arrays else np.empty(0)
        for place, number in zip(self.places, numbers[count:], strict=True):
            flat[place] = number
        addresses, start = [], flat.ctypes.data
        for shape in recording.shapes:
            addresses.append((start, 0))
            start += 8 * prod(shape)
        outputs, sums = np.empty(max(1, program.output_count)), np.empty(max(1, program.sum_count))
        program.run(addresses, 0, 1, parameters.buffer_info()[0], outputs.ctypes.data, sums.ctypes.data)
        return outputs.tolist(), sums.tolist()

    def forward(self, output: int, *numbers: Any) -> float:
        """One of the outputs at these numbers of the args."""
        return self.run("outputs", numbers)[0][output]

    def partials(self, output: int, out: Any, *numbers: Any) -> list[float]:
        """Its derivatives with respect to the args."""
        of_inputs, of_parameters = self.run(str(output), _plain(numbers))
        count = len(self.recording.parameters)
        padded = (of_parameters + [0.0] * count)[:count]
        return [*padded, *[of_inputs[place] for place in self.places]]


def _plain(numbers: tuple[Any, ...]) -> tuple[Any, ...]:
    """The numbers, or an error if they are Values, which ask for a graph of the gradient."""
    if Value in map(type, numbers):
        raise TypeError(
            "compiled code has first derivatives only: for derivatives of derivatives (create_graph=True) call the "
            "function itself instead of jit(function)"
        )
    return numbers


def _floats(numbers: Sequence[Any]) -> array[float]:
    try:
        return array("d", numbers)
    except TypeError as error:
        raise TypeError(
            f"compiled code computes on floats only ({error}): for other kinds of numbers call the function itself "
            "instead of jit(function)"
        ) from None


def numbers_of(argument: Any) -> Any:
    """A nested list with the numbers of the Values in it."""
    if isinstance(argument, Value):
        return argument.data
    if isinstance(argument, list | tuple):
        return [numbers_of(each) for each in argument]
    return argument


def flat_values(argument: Any) -> list[Any]:
    """What stands in nested lists, in order; an array counts as its numbers."""
    if isinstance(argument, list | tuple):
        return [value for each in argument for value in flat_values(each)]
    return argument.reshape(-1).tolist() if hasattr(argument, "reshape") else [argument]


def argument_names(function: Callable[..., Any]) -> tuple[int, list[str], bool]:
    """The least number of arguments, their names, and whether there may be more."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 0, [], True
    named = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    least = sum(p.default is p.empty for p in named)
    return least, [p.name for p in named], any(p.kind is p.VAR_POSITIONAL for p in parameters)
