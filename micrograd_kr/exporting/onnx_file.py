"""ONNX: a number that writes the operators of table 1's `onnx` column, and a layer as one Gemm."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from ..elementary import WHERE, Function, nearest_float
from ..extras import missing_extra
from ..ops import Op
from ..trace import Shape
from .onnx_substitutes import SUBSTITUTES
from .tensors import Tensor
from .writing import FileNumber, Layers, Writer

OPSET, IR_VERSION = 17, 8  # the operators of 2022, which every runtime of today has


class OnnxNumber(FileNumber):
    """The result of an operator: rules of the table run on it unedited."""

    __slots__ = ("name", "writer")

    def __init__(self, writer: OnnxWriter, name: str, is_condition: bool = False) -> None:
        super().__init__(is_condition)
        self.writer, self.name = writer, name

    def __apply__(self, function: Function, *args: Any) -> Any:
        if not args:
            return function.float()
        cell: Any = function.written("onnx")
        cell = SUBSTITUTES.get(cell, cell)
        if callable(cell):
            return cell(*args)
        if function is WHERE:
            condition, *choices = args
            names = [condition.as_condition().name, *map(self.writer.number, choices)]
        else:
            names = list(map(self.writer.number, args))
        for operator in cell.split():
            names = [self.writer.node(operator, *names)]
        return OnnxNumber(self.writer, names[0], function.gives == "condition")


class OnnxWriter(Writer[OnnxNumber]):
    """The graph of an ONNX file; equal operators on equal inputs are one node."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.onnx, self.numpy = _onnx_and_numpy()
        self.nodes: list[Any] = []
        self.initializers: dict[str, Any] = {}
        self.taken: set[str] = set()
        self.known: dict[Any, str] = {}

    def begin(self, names: Sequence[str], shapes: Sequence[Shape], tensors: Sequence[Tensor], layers: Layers) -> None:
        """Inputs for the arguments and initializers for the parameters."""
        make = self.onnx.helper.make_tensor_value_info
        self.taken.update(names, (tensor.name for tensor in tensors))
        self.inputs = [
            make(name, self.onnx.TensorProto.DOUBLE, ["batch", *shape])
            for name, shape in zip(names, shapes, strict=True)
        ]
        self.tensor_names: dict[Tensor, str] = {}
        for tensor in tensors:
            name = self.fresh(f"{tensor.name}_parameter") if tensor.name in names else tensor.name
            self.tensor_names[tensor] = self.initializer(name, self.numpy.array(tensor.numbers, "float64"))

    def argument(self, name: str, shape: Shape) -> OnnxNumber:
        """Nested lists are flattened."""
        return OnnxNumber(self, self.node("Flatten", name, axis=1) if len(shape) > 1 else name)

    def element(self, tensor: Tensor, place: tuple[int, ...]) -> OnnxNumber:
        """One element of an initializer."""
        name = self.tensor_names[tensor]
        return OnnxNumber(self, self.node("GatherND", name, self.integers(list(place))) if place else name)

    def constant(self, number: float) -> OnnxNumber:
        """An initializer without a shape."""
        key = ("constant", repr(number))
        if key not in self.known:
            self.known[key] = self.initializer(self.fresh("constant"), self.numpy.array(number, "float64"))
        return OnnxNumber(self, self.known[key])

    def column(self, numbers: OnnxNumber, index: int) -> OnnxNumber:
        """Gather along the second axis."""
        return OnnxNumber(self, self.node("Gather", numbers.name, self.integers(index), axis=1))

    def stack(self, numbers: Sequence[OnnxNumber]) -> OnnxNumber:
        """A second axis for each, along which they are joined."""
        columns = [self.node("Unsqueeze", self.number(number), self.integers([1])) for number in numbers]
        return OnnxNumber(self, self.node("Concat", *columns, axis=1))

    def filled(self, number: OnnxNumber) -> OnnxNumber:
        """Expanded to as many as the first input has examples."""
        count = self.node("Shape", self.inputs[0].name, start=0, end=1)
        return OnnxNumber(self, self.node("Expand", self.number(number), count))

    def layer(self, numbers: OnnxNumber, weight: Tensor, bias: Tensor) -> OnnxNumber:
        """Gemm, whose second matrix is transposed."""
        names = [self.tensor_names[tensor] for tensor in (weight, bias)]
        return OnnxNumber(self, self.node("Gemm", numbers.name, *names, transB=1))

    def operation(
        self, op: Op, operands: Sequence[OnnxNumber], label: str, on_list: bool, used_once: bool
    ) -> OnnxNumber:
        """The op's own forward rule, run on numbers that write it down."""
        try:
            result = op.forward(*operands)
        except TypeError as error:
            raise TypeError(f"{op.name} cannot be exported: {error}") from error
        return result if isinstance(result, OnnxNumber) else self.constant(nearest_float(result))

    def finish(self, result: OnnxNumber, shape: Shape) -> bytes:
        """The checked file."""
        onnx, output = self.onnx, self.fresh("output")
        self.nodes.append(onnx.helper.make_node("Identity", [self.number(result)], [output]))
        result_info = onnx.helper.make_tensor_value_info(output, onnx.TensorProto.DOUBLE, ["batch", *shape])
        graph = onnx.helper.make_graph(
            self.nodes, self.title, self.inputs, [result_info], list(self.initializers.values())
        )
        opset = onnx.helper.make_opsetid("", OPSET)
        model = onnx.helper.make_model(
            graph, opset_imports=[opset], ir_version=IR_VERSION, producer_name="micrograd_kr"
        )
        onnx.checker.check_model(model, full_check=True)
        return model.SerializeToString()  # type: ignore[no-any-return]

    # --- parts of the graph -----------------------------------------------------------------------------------------

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """The name of the result of an operator."""
        key = (operator, inputs, *attributes.items())
        if key not in self.known:
            self.known[key] = self.fresh(operator.lower())
            self.nodes.append(self.onnx.helper.make_node(operator, list(inputs), [self.known[key]], **attributes))
        return self.known[key]

    def number(self, x: Any) -> str:
        """The name of a number; a condition as 1.0 or 0.0."""
        if not isinstance(x, OnnxNumber):
            return self.constant(nearest_float(x)).name
        return self.node("Cast", x.name, to=self.onnx.TensorProto.DOUBLE) if x.is_condition else x.name

    def integers(self, numbers: int | list[int]) -> str:
        """An initializer of places."""
        key = ("places", repr(numbers))
        if key not in self.known:
            self.known[key] = self.initializer(self.fresh("places"), self.numpy.array(numbers, "int64"))
        return self.known[key]

    def initializer(self, name: str, array: Any) -> str:
        """Numbers that the file holds."""
        self.initializers[name] = self.onnx.numpy_helper.from_array(array, name)
        return name

    def fresh(self, name: str) -> str:
        """A name that nothing has yet."""
        found, count = name, 1
        while found in self.taken:
            count += 1
            found = f"{name}_{count}"
        self.taken.add(found)
        return found


def _onnx_and_numpy() -> tuple[ModuleType, ModuleType]:
    try:
        import numpy
        import onnx
        import onnx.checker
        import onnx.helper
        import onnx.numpy_helper
    except ImportError as error:
        raise missing_extra("writing ONNX files needs onnx and numpy", "export", error=error) from None
    return onnx, numpy
