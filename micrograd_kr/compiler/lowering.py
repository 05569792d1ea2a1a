"""A plan as LLVM text: straight code node by node, calls of the loops, and the loop over the batch.

LLVM gets no optimising passes, as the program has been reduced already; writing the text is much faster than building
it through llvmlite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from struct import pack

from ..elementary import DOT, Function
from .batch_code import batch_loop
from .gradient import LONG
from .kernels import Machine, declarations, intrinsics, is_instruction
from .matrices import Layer, Outer
from .planning import Plan, Straight
from .recording import Shape
from .tracing import CONSTANT, PARAMETER, Traced

VectorName = Callable[[Function], str]  # the name of a vector version of a function, or "" if there is none


def lower(
    plan: Plan,
    machine: Machine,
    shapes: Sequence[Shape],
    output_count: int,
    vector_name: VectorName,
    extra: Callable[[dict[Function, str]], str] | None = None,
) -> str:
    """The whole module; its public function is `run(frame)`, and whatever `extra` adds."""
    functions: dict[Function, str] = {}
    parts: list[str] = []
    calls: list[str] = []
    for step in plan.steps:
        if isinstance(step, Straight):
            name = f"part{len(parts)}"
            parts.append(_Part(plan, machine, functions, vector_name).write(name, step))
            calls.append(f"call void @{name}(ptr %values, ptr %parameters, ptr %sums, i64 {{bytes}})")
        elif isinstance(step, Layer):
            calls += _call_layer(step, machine, len(calls))
        else:
            calls += _call_outer(step, machine, len(calls))
    text = ["@no_bias = internal constant double 0.0", *parts]
    for vectors in sorted({1, machine.vectors}):
        body = "\n".join(line.format(bytes=vectors * machine.bytes, vectors=vectors) for line in calls)
        text.append(
            f"define internal void @block_{vectors}(ptr %values, ptr %parameters, ptr %sums) {{\n{body}\nret void\n}}"
        )
    counts = [prod(shape) for shape in shapes]
    text.append(batch_loop(machine, counts, plan.sum_count, plan.output_slot, output_count))
    if extra is not None:
        text.append(extra(functions))
    text += [_function(function, name, machine, vector_name) for function, name in functions.items()]
    text += [declarations(machine), intrinsics(machine)]
    return "\n".join(text) + "\n"


def _call_layer(layer: Layer, machine: Machine, number: int) -> list[str]:
    x, out, weight, bias = f"%x{number}", f"%out{number}", f"%weight{number}", f"%bias{number}"
    place = f"ptr %parameters, i64 {8 * layer.bias}" if layer.bias is not None else "ptr @no_bias, i64 0"
    return [
        f"{x} = getelementptr i8, ptr %values, i64 {layer.input_slot * machine.slot}",
        f"{out} = getelementptr i8, ptr %values, i64 {layer.output_slot * machine.slot}",
        f"{weight} = getelementptr i8, ptr %parameters, i64 {8 * layer.weight}",
        f"{bias} = getelementptr i8, {place}",
        f"call void @layer_{{vectors}}(ptr {x}, ptr {out}, ptr {weight}, i64 {8 * layer.row_step}, "
        f"i64 {8 * layer.column_step}, ptr {bias}, i64 {8 * layer.bias_step}, i64 {len(layer.nodes)}, "
        f"i64 {len(layer.inputs)})",
    ]


def _call_outer(outer: Outer, machine: Machine, number: int) -> list[str]:
    upstream, x, sums = f"%upstream{number}", f"%row{number}", f"%gradient{number}"
    return [
        f"{upstream} = getelementptr i8, ptr %values, i64 {outer.upstream_slot * machine.slot}",
        f"{x} = getelementptr i8, ptr %values, i64 {outer.input_slot * machine.slot}",
        f"{sums} = getelementptr i8, ptr %sums, i64 {outer.weight * machine.bytes}",
        f"call void @outer_{{vectors}}(ptr {upstream}, ptr {x}, ptr {sums}, i64 {outer.row_step * machine.bytes}, "
        f"i64 {outer.column_step * machine.bytes}, i64 {len(outer.upstreams)}, i64 {len(outer.inputs)})",
    ]


class StraightCode:
    """Instructions node by node; what is not computed here must have a name already.

    Attributes:
        lines: the instructions so far.
        names: of the vectors known by now, by the index of their node.
    """

    def __init__(self, machine: Machine, functions: dict[Function, str], vector_name: VectorName) -> None:
        self.machine, self.functions, self.vector_name = machine, functions, vector_name
        self.lines: list[str] = []
        self.names: dict[int, str] = {}
        self._count = 0

    def fresh(self) -> str:
        """A name that is not in use."""
        self._count += 1
        return f"%t{self._count}"

    def operand(self, node: Traced) -> str:
        """The name of the node's vector."""
        known = self.names.get(node.index)
        if known is not None:
            return known
        machine = self.machine
        if node.function is CONSTANT:
            bits = f"0x{pack('>d', node.value).hex().upper()}"
            return f"<{', '.join([f'double {bits}'] * machine.lanes)}>"
        if node.function is PARAMETER:  # splat anew at each use: it becomes part of the instruction that uses it
            at, scalar, name = self.fresh(), self.fresh(), self.fresh()
            self.lines.append(f"{at} = getelementptr i8, ptr %parameters, i64 {8 * node.value}")
            self.lines.append(f"{scalar} = load double, ptr {at}")
            self.lines += machine.splat(name, scalar)
            return name
        if node.is_condition:  # conditions are not kept in memory: made again where they are needed
            self.compute(node)
        else:
            self.names[node.index] = self.kept(node)
        return self.names[node.index]

    def kept(self, node: Traced) -> str:
        """The name of a vector that another step has made."""
        raise KeyError(f"{node!r} has not been computed")

    def compute(self, node: Traced) -> None:
        """The instructions for a node; its name is known afterwards."""
        machine, function, emit = self.machine, node.function, self.lines.append
        name = self.names[node.index] = f"%n{node.index}"
        if function is DOT:
            self.compute_dot(node, name)
            return
        xs = [self.operand(arg) for arg in node.args]
        cell = function.written("c")
        if is_instruction(cell):
            parts = dict(zip("xyz", xs, strict=False))
            text = cell.format(kind=machine.kind, condition=machine.condition, suffix=machine.suffix, **parts)
            emit(f"{name} = {text}")
        else:
            called = self.functions.get(function)
            if called is None:
                called = self.functions[function] = self.vector_name(function) or f"each_{cell}"
            emit(f"{name} = call {machine.kind} @{called}({', '.join(f'{machine.kind} {x}' for x in xs)})")

    def compute_dot(self, node: Traced, name: str) -> None:
        """bias + w * x + ...: with fused multiply-adds if it is long, else rounded at every step as Python does."""
        machine, emit, n = self.machine, self.lines.append, node.value
        total = self.operand(node.args[-1])
        for index in range(n):
            w, x = self.operand(node.args[index]), self.operand(node.args[n + index])
            after = name if index == n - 1 else self.fresh()
            if n >= LONG:
                emit(machine.multiply_add(after, w, x, total))
            else:
                product = self.fresh()
                emit(f"{product} = fmul {machine.kind} {w}, {x}")
                emit(f"{after} = fadd {machine.kind} {total}, {product}")
            total = after


class _Part(StraightCode):
    """One function of straight code: a loop over the vectors of a block around one instruction or two a node."""

    def __init__(self, plan: Plan, machine: Machine, functions: dict[Function, str], vector_name: VectorName) -> None:
        super().__init__(machine, functions, vector_name)
        self.plan = plan

    def write(self, name: str, step: Straight) -> str:
        slots, machine = self.plan.slots, self.machine
        emit = self.lines.append
        sums: dict[int, list[int]] = {}
        for place, node in step.sums:
            sums.setdefault(node.index, []).append(place)
        for node in step.nodes:
            self.compute(node)
            result = self.names[node.index]
            slot = slots.get(node.index)
            if slot is not None:
                emit(machine.store(result, self.address(slot)))
            for place in sums.pop(node.index, ()):
                self.add_to_sum(place, result)
        for place, node in step.sums:
            if node.index in sums:
                self.add_to_sum(place, self.operand(node))
        for node, slot in step.copies:
            emit(machine.store(self.operand(node), self.address(slot)))
        body = "\n".join(self.lines)
        return (
            f"define internal void @{name}(ptr %values, ptr %parameters, ptr %sums, i64 %bytes) {{\n"
            "start:\nbr label %loop\nloop:\n%at = phi i64 [ 0, %start ], [ %next, %loop ]\n"
            "%lane = getelementptr i8, ptr %values, i64 %at\n"
            f"{body}\n%next = add i64 %at, {machine.bytes}\n%more = icmp ult i64 %next, %bytes\n"
            "br i1 %more, label %loop, label %end\nend:\nret void\n}"
        )

    def address(self, slot: int) -> str:
        name = self.fresh()
        self.lines.append(f"{name} = getelementptr i8, ptr %lane, i64 {slot * self.machine.slot}")
        return name

    def add_to_sum(self, place: int, what: str) -> None:
        machine, emit = self.machine, self.lines.append
        at, before, after = self.fresh(), self.fresh(), self.fresh()
        emit(f"{at} = getelementptr i8, ptr %sums, i64 {place * machine.bytes}")
        emit(machine.load(before, at))
        emit(f"{after} = fadd {machine.kind} {before}, {what}")
        emit(machine.store(after, at))

    def kept(self, node: Traced) -> str:
        """Loaded from the node's slot."""
        name = f"%n{node.index}"
        self.lines.append(self.machine.load(name, self.address(self.plan.slots[node.index])))
        return name


def _function(function: Function, name: str, machine: Machine, vector_name: VectorName) -> str:
    """The declaration of a vector function, or one that calls the C library's scalar function lane by lane."""
    count, scalar = function.arity, function.written("c")
    kind = machine.kind
    if vector_name(function):
        return f"declare {kind} @{name}({', '.join([kind] * count)})"
    arguments = [f"%x{k}" for k in range(count)]
    lines = []
    result = "poison"
    for lane in range(machine.lanes):
        for argument in arguments:
            lines.append(f"{argument}.{lane} = extractelement {kind} {argument}, i32 {lane}")
        given = ", ".join(f"double {argument}.{lane}" for argument in arguments)
        lines.append(f"%y.{lane} = call double @{scalar}({given})")
        lines.append(f"%v.{lane} = insertelement {kind} {result}, double %y.{lane}, i32 {lane}")
        result = f"%v.{lane}"
    lines.append(f"ret {kind} {result}")
    body, taken = "\n".join(lines), ", ".join(f"{kind} {x}" for x in arguments)
    return (
        f"declare double @{scalar}({', '.join(['double'] * count)})\n"
        f"define internal {kind} @{name}({taken}) {{\n{body}\n}}"
    )
