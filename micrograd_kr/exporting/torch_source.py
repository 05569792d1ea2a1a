"""PyTorch: a number that writes Python source with the `torch` columns of the tables.

An op that PyTorch has is called by its name, and PyTorch differentiates it. Any other op becomes a class with the row's
own rules, forward and backward, so that gradients are the table's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from keyword import iskeyword
from typing import Any

from ..elementary import FUNCTIONS, MUL, WHERE, Function, nearest_float
from ..graph import ATOM, bracketed, number_precedence
from ..ops import OPS, Op
from ..trace import Shape
from .tensors import Tensor
from .writing import FileNumber, Layers, Writer

_LONGEST = 60  # characters of an expression that gets no line of its own
_DOUBLE = "dtype=torch.float64"
_IMPORTS = ("torch", "nn", "self", "number", "model", "Model", "forward")


# What an nn.Module has already.
_MODULE_ATTRIBUTES = (
    "T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches "
    "eval extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict "
    "modules mtia named_buffers named_children named_modules named_parameters parameters register_buffer "
    "register_module register_parameter requires_grad_ set_extra_state set_submodule share_memory state_dict to "
    "to_empty train training type xpu zero_grad"
)


class Source(FileNumber):
    """An expression: rules of the table run on it unedited, and lines that are too long get a name."""

    __slots__ = ("block", "precedence", "text")

    def __init__(self, block: Block, text: str, precedence: float = ATOM, is_condition: bool = False) -> None:
        super().__init__(is_condition)
        self.block, self.text, self.precedence = block, text, precedence

    def __apply__(self, function: Function, *args: Any) -> Any:
        if not args:
            return function.float()
        return self.block.call(function, function.written("torch"), args)


class Block:
    """The lines of one function of the file."""

    def __init__(self, taken: Sequence[str] = ()) -> None:
        self.lines: list[str] = []
        self.taken = {*_IMPORTS, *taken}
        self.name_of: dict[str, str] = {}  # of each expression that has one

    def call(self, row: Function | Op, cell: str, args: Sequence[Any]) -> Source:
        """The cell of a row of table 1 or 2, filled with its arguments."""
        if row.name == WHERE.name:
            condition, x, y = args
            if not isinstance(condition, Source):  # a number that is known: nan is true, as in Python
                return self.operand(x if condition else y)
            args = (condition.as_condition(), x, y)
        template = cell if "{" in cell else f"{cell}({', '.join(['{}'] * len(args))})"
        op = OPS.get(row.name) if row.symbol else None
        is_call = re.fullmatch(r"[\w.]+\(([^()]|\([^()]*\))*\)", template) is not None
        texts = []
        for index, arg in enumerate(args):
            if is_call and row.name == WHERE.name and index == 0:
                texts.append(arg.text)
            elif is_call and not isinstance(arg, Source):
                texts.append(f"number({_written(arg)})")
            else:
                operand = self.operand(arg)
                if "{0}" in template:
                    texts.append(self.named(operand).text)
                elif is_call:
                    texts.append(operand.text)
                elif op is not None and op.precedence:
                    texts.append(bracketed(op, index, operand.text, operand.precedence))
                else:
                    texts.append(operand.text if operand.precedence == ATOM else f"({operand.text})")
        precedence = ATOM if is_call else op.precedence if op is not None and op.precedence else -1
        out = Source(self, template.format(*texts), precedence, row.gives == "condition")
        return out if len(out.text) <= _LONGEST else self.named(out)

    def operand(self, x: Any) -> Source:
        """A number as an expression; a condition as 1.0 or 0.0."""
        if not isinstance(x, Source):
            text = _written(x)
            return Source(self, text, ATOM if text.startswith("float") else number_precedence(text))
        if not x.is_condition:
            return x
        return Source(self, f"{x.text if x.precedence == ATOM else f'({x.text})'}.double()")

    def named(self, x: Source, name: str = "") -> Source:
        """The expression under a name of its own."""
        if x.text.isidentifier() or (x.precedence == ATOM and x.text[0].isdigit()):
            return x
        if x.text not in self.name_of:
            self.name_of[x.text] = self.fresh(name or "t")
            self.lines.append(f"{self.name_of[x.text]} = {x.text}")
        return Source(self, self.name_of[x.text], ATOM, x.is_condition)

    def fresh(self, name: str) -> str:
        """A name that nothing has yet."""
        found, count = name, 1
        while found in self.taken:
            count += 1
            found = f"{name}{count}"
        self.taken.add(found)
        return found


class TorchWriter(Writer[Source]):
    """A function `forward` of tensors, with a module around it if there are parameters."""

    def begin(self, names: Sequence[str], shapes: Sequence[Shape], tensors: Sequence[Tensor], layers: Layers) -> None:
        """Attributes for the parameters: nn.Linear for a layer, nn.Parameter for other tensors."""
        self.names, self.shapes = names, shapes
        self.block = Block(names)
        self.classes: dict[tuple[str, int], tuple[str, str]] = {}  # the name and source, by op and number of arguments
        self.layers = layers
        self.numbers: dict[str, Any] = {}  # by the name in state_dict
        self.attributes: list[str] = []
        self.text_of: dict[Tensor, str] = {}
        attributes = Block(_MODULE_ATTRIBUTES.split())
        for tensor in tensors:
            if tensor in layers.values():
                continue
            if tensor in layers:
                size, width = tensor.shape
                name = attributes.fresh(_identifier(tensor.name.removesuffix("weight").strip(".") or "layer"))
                self.attributes.append(f"self.{name} = nn.Linear({width}, {size}, {_DOUBLE})")
                self._keep(tensor, f"{name}.weight")
                self._keep(layers[tensor], f"{name}.bias")
            else:
                name = attributes.fresh(_identifier(tensor.name))
                self.attributes.append(f"self.{name} = nn.Parameter(torch.zeros({tensor.shape}, {_DOUBLE}))")
                self._keep(tensor, name)

    def _keep(self, tensor: Tensor, name: str) -> None:
        self.text_of[tensor] = f"self.{name}"
        self.numbers[name] = tensor.numbers

    def argument(self, name: str, shape: Shape) -> Source:
        """Nested lists are flattened."""
        found = Source(self.block, name)
        return self.block.named(Source(self.block, f"{name}.flatten(1)"), f"{name}_flat") if len(shape) > 1 else found

    def element(self, tensor: Tensor, place: tuple[int, ...]) -> Source:
        """`self.w[0, 1]`."""
        indices = f"[{', '.join(map(str, place))}]" if place else ""
        return Source(self.block, f"{self.text_of[tensor]}{indices}")

    def constant(self, number: float) -> Source:
        """The number as Python writes it."""
        return _Literal(self.block, number)

    def column(self, numbers: Source, index: int) -> Source:
        """`h[:, 0]`."""
        return Source(self.block, f"{numbers.text}[:, {index}]")

    def stack(self, numbers: Sequence[Source]) -> Source:
        """torch.stack along a second axis."""
        texts = [self.block.operand(number).text for number in numbers]
        return Source(self.block, f"torch.stack([{', '.join(texts)}], dim=1)")

    def filled(self, number: Source) -> Source:
        """As many as the first argument has examples."""
        count = f"len({self.names[0]})"
        if isinstance(number, _Literal):
            return Source(self.block, f"torch.full(({count},), {number.text}, {_DOUBLE})")
        number = self.block.operand(number)
        text = number.text if number.precedence == ATOM else f"({number.text})"
        return Source(self.block, f"{text}.expand({count})")

    def layer(self, numbers: Source, weight: Tensor, bias: Tensor) -> Source:
        """A call of the nn.Linear."""
        module = self.text_of[weight].removesuffix(".weight")
        return self.block.named(Source(self.block, f"{module}({numbers.text})"), "h")

    def operation(self, op: Op, operands: Sequence[Source], label: str, on_list: bool, used_once: bool) -> Source:
        """The op as PyTorch calls it, or its own rules."""
        function = FUNCTIONS.get(op.name)
        cell = op.torch or (function.torch if function is not None else None)
        numbers = [each.number if isinstance(each, _Literal) else each for each in operands]
        try:
            if cell:
                out = self.block.call(op, cell, numbers)
            elif op.multilinear or op.gives == "condition":
                out = op.forward(*numbers)
            else:
                text = f"{self._class(op, len(numbers))}.apply"
                out = self.block.call(op, text, numbers)
        except TypeError as error:
            raise TypeError(f"{op.name} cannot be exported: {error}") from error
        out = self.block.operand(out) if not isinstance(out, Source) else out
        label = label if label.isidentifier() and not iskeyword(label) else ""
        return out if used_once and not label else self.block.named(out, label or ("h" if on_list else "t"))

    def _class(self, op: Op, count: int) -> str:
        """The name of the class that has the rules of the op."""
        key = (op.name, count)
        if key not in self.classes:
            title = "".join(word.capitalize() for word in op.name.split("_"))
            name = title if (op.name, count) not in self.classes and op.arity is not None else f"{title}{count}"
            name = self.block.fresh(name)
            self.classes[key] = name, _class_source(op, count, name)
        return self.classes[key][0]

    def finish(self, result: Source, shape: Shape) -> str:
        """The whole file."""
        from .. import __version__

        result = self.block.operand(result)
        body = [*self.block.lines, f"return {result.text}"]
        classes = [source for _, source in self.classes.values()]
        written = "\n".join([*body, *classes])
        shapes = ", ".join(
            f"{name} of shape {_shape(shape)}" for name, shape in zip(self.names, self.shapes, strict=True)
        )
        parts = [f'"""{self.title} in PyTorch, written by micrograd_kr {__version__}: 64-bit tensors, {shapes}."""']
        parts.append("import torch" + "\nfrom torch import nn" * ("nn." in written or bool(self.attributes)))
        if "number(" in written:
            parts.append(f"\ndef number(x):\n    return torch.tensor(x, {_DOUBLE})")
        parts += [f"\n{source}" for source in classes]
        if self.attributes:
            signature = f"def forward({', '.join(['self', *self.names])}):"
            lines = ["class Model(nn.Module):", "    def __init__(self):", "        super().__init__()"]
            lines += [f"        {line}" for line in self.attributes]
            lines += ["", f"    {signature}", *[f"        {line}" for line in body]]
            state = [f"    {name!r}: {_nested(numbers)}," for name, numbers in self.numbers.items()]
            parts.append("\n" + "\n".join(lines))
            parts.append("\n" + "\n".join(["NUMBERS = {", *state, "}"]))
            load = f"{{name: torch.tensor(numbers, {_DOUBLE}) for name, numbers in NUMBERS.items()}}"
            parts.append(f"model = Model()\nmodel.load_state_dict({load})\nforward = model.forward")
        else:
            lines = [f"def forward({', '.join(self.names)}):", *[f"    {line}" for line in body]]
            parts.append("\n" + "\n".join(lines))
        return "\n\n".join(parts) + "\n"


class _Literal(Source):
    """A number that is known, which stands in calls as a tensor."""

    __slots__ = ("number",)

    def __init__(self, block: Block, number: float) -> None:
        super().__init__(block, _written(number))
        self.number = number


def _class_source(op: Op, count: int, name: str) -> str:
    """A torch.autograd.Function with the forward rule and the partial derivatives of the row."""
    names = ["x", "y", "z"][:count] if count <= 3 else [f"x{index}" for index in range(count)]
    arguments = ", ".join(names)
    forward, backward = (Block([*names, "ctx", "out", "upstream"]) for _ in range(2))
    result = op.forward(*[Source(forward, each) for each in names])
    if not isinstance(result, Source):
        text = f"torch.full_like({names[0]}, {_written(result)})"
    else:
        text = forward.operand(result).text
        text = f"{text}.clone()" if text in names else text
    partials = op.partials(Source(backward, "out"), *[Source(backward, each) for each in names])
    slopes = []
    for partial in partials:
        if type(partial) is int and partial == 0:  # no path: nothing flows
            slopes.append("None")
        else:
            is_one = not isinstance(partial, Source) and partial == 1
            upstream = Source(backward, "upstream")
            slopes.append("upstream" if is_one else backward.call(MUL, MUL.written("torch"), (upstream, partial)).text)
    lines = [
        f"class {name}(torch.autograd.Function):",
        "    @staticmethod",
        f"    def forward(ctx, {arguments}):",
        *[f"        {line}" for line in [*forward.lines, f"out = {text}", f"ctx.save_for_backward(out, {arguments})"]],
        "        return out",
        "",
        "    @staticmethod",
        "    def backward(ctx, upstream):",
        f"        out, {arguments} = ctx.saved_tensors",
        *[f"        {line}" for line in [*backward.lines, f"return {', '.join(slopes)}"]],
    ]
    return "\n".join(lines)


def _identifier(name: str) -> str:
    found = re.sub(r"\W", "_", name)
    return found if found.isidentifier() and not iskeyword(found) else f"_{found}"


def _written(number: Any) -> str:
    """A float as Python source.

    >>> _written(2), _written(float("-inf"))
    ('2.0', "float('-inf')")
    """
    text = repr(nearest_float(number))
    return text if text[-1].isdigit() else f"float({text!r})"


def _nested(numbers: Any) -> str:
    if not isinstance(numbers, list):
        return _written(numbers)
    if isinstance(numbers[0], list):
        return "[\n" + "".join(f"        {_nested(row)},\n" for row in numbers) + "    ]"
    return f"[{', '.join(map(_written, numbers))}]"


def _shape(shape: Shape) -> str:
    return f"({', '.join(['n', *map(str, shape)])}{',' * (not shape)})"
