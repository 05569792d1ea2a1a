"""A walk over a recorded graph that finds its layers, and what a writer must say of each thing that it meets.

The graph is of single numbers; files are of tensors with a leading batch axis. Dots of all rows of one weight matrix
on the same inputs are a layer, and an op on each number of a list, by itself, is one op on the list. Everything else
is written number by number, each of them a tensor with the batch axis alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import islice
from math import prod
from typing import Any, Generic, TypeVar

from ..elementary import DOT, EQUAL, NOT_EQUAL
from ..engine import Value, topological_order
from ..interpreted import Interpreted
from ..ops import Op
from ..trace import CONSTANT, Recording, Shape, Traced
from .tensors import Tensor


class FileNumber(Interpreted):
    """A number of a file: a child writes down what the rules of the tables do to it.

    Attributes:
        is_condition: whether it is true or false in the file.
    """

    __slots__ = ("is_condition",)

    def __init__(self, is_condition: bool) -> None:
        self.is_condition = is_condition

    def as_condition(self) -> Any:
        """For `where`: a number is true unless it is 0, so nan is true, as in Python."""
        return self if self.is_condition else self.__apply__(NOT_EQUAL, self, 0)

    def __eq__(self, other: object) -> Any:
        return self.__apply__(EQUAL, self, other)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError("a rule that is exported cannot ask what a number is: choose with where(condition, a, b)")

    __float__ = __int__ = __index__ = __bool__


Operand = TypeVar("Operand")  # a writer's own kind of number
Layers = dict[Tensor, Tensor]  # the bias of each weight matrix


class Writer(ABC, Generic[Operand]):
    """Writes one kind of file; "number" is a tensor with the batch axis alone, "list" one with a second axis.

    Args:
        title: what the function is called.
    """

    def __init__(self, title: str) -> None:
        self.title = title

    @abstractmethod
    def begin(self, names: Sequence[str], shapes: Sequence[Shape], tensors: Sequence[Tensor], layers: Layers) -> None:
        """What is known before the first operation."""

    @abstractmethod
    def argument(self, name: str, shape: Shape) -> Operand:
        """An argument: a number, or a list of all its numbers."""

    @abstractmethod
    def element(self, tensor: Tensor, place: tuple[int, ...]) -> Operand:
        """One parameter, which has no batch axis."""

    @abstractmethod
    def constant(self, number: float) -> Operand:
        """A number that is known now."""

    @abstractmethod
    def column(self, numbers: Operand, index: int) -> Operand:
        """One number of a list."""

    @abstractmethod
    def stack(self, numbers: Sequence[Operand]) -> Operand:
        """A list of numbers."""

    @abstractmethod
    def filled(self, number: Operand) -> Operand:
        """A number that does not depend on the arguments, repeated along the batch axis."""

    @abstractmethod
    def layer(self, numbers: Operand, weight: Tensor, bias: Tensor) -> Operand:
        """weight @ numbers + bias."""

    @abstractmethod
    def operation(self, op: Op, operands: Sequence[Operand], label: str, on_list: bool, used_once: bool) -> Operand:
        """An op on numbers, or on a list; the label may be empty."""

    @abstractmethod
    def finish(self, result: Operand, shape: Shape) -> bytes | str:
        """The content of the file that returns `result`, whose shape for one example is () or (length,)."""


def write(recording: Recording, names: Sequence[str], tensors: Sequence[Tensor], writer: Writer[Any]) -> bytes | str:
    """The content of the file."""
    return _Walk(recording, names, tensors, writer).content()


class _List(Generic[Operand]):
    """Values that stand side by side in one operand."""

    def __init__(self, values: Sequence[Value], operand: Operand) -> None:
        self.values, self.operand = tuple(values), operand


class _Walk(Generic[Operand]):
    def __init__(
        self, recording: Recording, names: Sequence[str], tensors: Sequence[Tensor], writer: Writer[Operand]
    ) -> None:
        self.recording, self.names, self.tensors, self.writer = recording, names, tensors, writer
        self.place_of = {leaf: (tensor, place) for tensor in tensors for leaf, place in tensor.places}
        order = topological_order(*recording.outputs)
        self.nodes = [node for node in order if node.op is not None and self.number(node) is None]
        self.uses: dict[Value, list[Value]] = {}
        self.varies = set(recording.inputs)  # what depends on the arguments
        for node in self.nodes:
            for arg in node.args:
                self.uses.setdefault(arg, []).append(node)
            if not self.varies.isdisjoint(node.args):
                self.varies.add(node)
        self.rows = {node: row for node in self.nodes if (row := self.row(node)) is not None}
        self.layers = self.find_layers()
        self.operands: dict[Value, Operand] = {}
        self.list_of: dict[Value, tuple[_List[Operand], int]] = {}

    def content(self) -> bytes | str:
        """Write every node, once its arguments are written."""
        writer, shapes, outputs = self.writer, self.recording.shapes, self.recording.outputs
        writer.begin(self.names, shapes, self.tensors, self.layers)
        inputs = iter(self.recording.inputs)
        for name, shape in zip(self.names, shapes, strict=True):
            values = list(islice(inputs, prod(shape)))
            if shape:
                self.keep(values, writer.argument(name, shape))
            else:
                self.operands[values[0]] = writer.argument(name, shape)
        for node in self.nodes:
            if node not in self.operands and node not in self.list_of:
                _ = self.write_layer(node) or self.write_on_list(node) or self.write_single(node)
        if self.recording.single:
            return writer.finish(self.single(outputs[0]), ())
        return writer.finish(self.listed(outputs), (len(outputs),))

    # --- operands ---------------------------------------------------------------------------------------------------

    def number(self, value: Value) -> float | None:
        """The number of a constant; None for what depends on arguments or parameters."""
        if value in self.place_of:
            return None
        data = value.data
        if type(data) is Traced:
            return data.value if data.function is CONSTANT else None
        return float(data)

    def operand(self, value: Value) -> Operand:
        """What stands for a Value that has been written."""
        found = self.operands.get(value)
        if found is None:
            number = self.number(value)
            if number is not None:
                found = self.writer.constant(number)
            elif value in self.place_of:
                found = self.writer.element(*self.place_of[value])
            else:
                numbers, index = self.list_of[value]
                found = self.writer.column(numbers.operand, index)
            self.operands[value] = found
        return found

    def single(self, value: Value) -> Operand:
        """The operand with a batch axis."""
        return self.operand(value) if value in self.varies else self.writer.filled(self.operand(value))

    def listed(self, values: Sequence[Value]) -> Operand:
        """The Values as a list."""
        known = self.list_of.get(values[0])
        if known is not None and known[0].values == tuple(values):
            return known[0].operand
        return self.writer.stack([self.single(value) for value in values])

    def keep(self, values: Sequence[Value], operand: Operand) -> bool:
        kept = _List(values, operand)
        self.list_of.update((value, (kept, index)) for index, value in enumerate(values))
        return True

    # --- layers -----------------------------------------------------------------------------------------------------

    def row(self, node: Value) -> tuple[Tensor, int, Tensor] | None:
        """The weight matrix, the row of it and the bias tensor, if the node is one neuron of a layer."""
        args = node.args
        if node.op is None or node.op.name != DOT.name or len(args) < 3:
            return None
        count = len(args) // 2
        weight, place = self.place_of.get(args[0], (None, ()))
        bias, bias_place = self.place_of.get(args[-1], (None, ()))
        if weight is None or bias is None or len(place) != 2 or bias_place != place[:1]:
            return None
        size, width = weight.shape
        if width != count or bias.shape != (size,) or tuple(weight.values[place[0]]) != args[:count]:
            return None
        return weight, place[0], bias

    def find_layers(self) -> Layers:
        """The bias of each weight matrix that is used with one bias only, and the bias with it only."""
        pairs = {(weight, bias) for weight, _, bias in self.rows.values()}
        weights, biases = [weight for weight, _ in pairs], [bias for _, bias in pairs]
        return {w: b for w, b in pairs if weights.count(w) == 1 and biases.count(b) == 1}

    def write_layer(self, node: Value) -> bool:
        if node not in self.rows or self.rows[node][0] not in self.layers:
            return False
        weight, _, bias = self.rows[node]
        inputs = node.args[len(node.args) // 2 : -1]
        rows: dict[int, Value] = {}
        for other in self.uses[inputs[0]]:
            if other in self.rows and self.rows[other][0] is weight and other.args[len(inputs) : -1] == inputs:
                rows.setdefault(self.rows[other][1], other)
        if len(rows) < weight.shape[0]:
            return False
        return self.keep([rows[row] for row in sorted(rows)], self.writer.layer(self.listed(inputs), weight, bias))

    def write_on_list(self, node: Value) -> bool:
        """Write the op on a whole list, if it is on one of its numbers, and the same is done to the others."""
        assert node.op is not None
        varying = {arg for arg in node.args if self.number(arg) is None}
        arg = varying.pop()
        if varying or arg not in self.list_of:
            return False
        numbers, _ = self.list_of[arg]
        pattern = self.pattern(node, arg)
        alike: list[Value] = []
        for value in numbers.values:
            same = [each for each in self.uses.get(value, ()) if self.pattern(each, value) == pattern]
            if not same or same[0] in self.list_of:
                return False
            alike.append(same[0])
        operands = [numbers.operand if each is arg else self.operand(each) for each in node.args]
        return self.keep(alike, self.writer.operation(node.op, operands, "", on_list=True, used_once=False))

    def pattern(self, node: Value, value: Value) -> tuple[Any, ...]:
        """What the node does to the value: the op, and its other arguments as they are written."""
        return (node.op, *["" if arg is value else repr(self.number(arg)) for arg in node.args])

    def write_single(self, node: Value) -> bool:
        assert node.op is not None
        operands = [self.operand(arg) for arg in node.args]
        used_once = len(self.uses.get(node, ())) + self.recording.outputs.count(node) == 1
        self.operands[node] = self.writer.operation(node.op, operands, node.label, False, used_once)
        return True
