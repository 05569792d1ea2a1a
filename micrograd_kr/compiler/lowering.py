"""A plan as LLVM text: straight code node by node, calls of the loops, and the loop over the batch.

LLVM gets no optimising passes, as the program has been reduced already; writing the text is much faster than building
it through llvmlite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

from ..elementary import DOT, Function
from ..trace import CONSTANT, LONG, PARAMETER, Shape, Traced
from .assembly import Machine, Routine, is_instruction
from .kernels import COLUMNS, declarations, intrinsics
from .matrices import Layer, Outer
from .planning import Plan, Straight

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
    places = ", ".join(f"i64 {place}" for place in plan.lane_places)
    text = [
        f"@no_bias = internal constant {machine.number} 0.0",
        f"@places = internal constant [{len(plan.lane_places)} x i64] [{places}]",
    ]
    parts = [step for step in plan.steps if isinstance(step, Straight)]
    names = {id(step): f"part{number}" for number, step in enumerate(parts)}
    text += [_Part(plan, machine, functions, vector_name, names[id(step)]).write(step) for step in parts]
    pointers = "ptr %values, ptr %scratch, ptr %parameters, ptr %sums"
    for vectors in sorted({1, machine.vectors}):
        block = Routine(machine, f"block_{vectors}", pointers, "internal ")
        for step in plan.steps:
            if isinstance(step, Layer):
                _call_layer(block, plan, step, vectors)
            else:
                size = vectors * machine.bytes
                block.call(f"{names[id(step)]}({pointers}, i64 {size})")
        text.append(block.end())
        outers = Routine(machine, f"outers_{vectors}", "ptr %values, ptr %sums, i64 %end", "internal ")
        for outer in plan.outers:
            _call_outer(outers, plan, outer, vectors)
        text.append(outers.end())
    text.append(batch_loop(machine, plan, [prod(shape) for shape in shapes], output_count))
    if extra is not None:
        text.append(extra(functions))
    text += [_function(function, name, machine, vector_name) for function, name in functions.items()]
    text += [declarations(machine), intrinsics(machine)]
    return "\n".join(text) + "\n"


def _call_layer(block: Routine, plan: Plan, layer: Layer, vectors: int) -> None:
    machine = block.machine
    x = block.at(*plan.place(layer.input_slot, machine))
    out = block.at(*plan.place(layer.output_slot, machine))
    weight = block.at("%parameters", layer.weight * machine.size)
    bias = "@no_bias" if layer.bias is None else block.at("%parameters", layer.bias * machine.size)
    gate = block.at(*plan.place(layer.gate_slot, machine)) if layer.gates else "null"
    row, column, bias_step = [step * machine.size for step in (layer.row_step, layer.column_step, layer.bias_step)]
    block.call(
        f"layer_{vectors}(ptr {x}, ptr {out}, ptr {weight}, i64 {row}, i64 {column}, ptr {bias}, i64 {bias_step}, "
        f"i64 {len(layer.nodes)}, i64 {len(layer.inputs)}, i64 {layer.gate.value}, ptr {gate})"
    )


def _call_outer(outers: Routine, plan: Plan, outer: Outer, vectors: int) -> None:
    """The calls for all blocks at once; without whole blocks (`vectors` is 1) for the vectors of a block."""
    machine = outers.machine
    block = plan.block_size(machine) if vectors > 1 else machine.bytes
    upstream, x = [outers.at(*plan.place(slot, machine)) for slot in (outer.upstream_slot, outer.input_slot)]
    row = (upstream, len(outer.upstreams), outer.row_step)
    column = (x, len(outer.inputs), outer.column_step)
    turned = outer.row_step == 1 != outer.column_step and len(outer.upstreams) >= COLUMNS
    if turned or len(outer.inputs) < min(COLUMNS, len(outer.upstreams)):  # tiles are wide, at best of neighbours
        row, column = column, row
    sums = outers.at("%sums", outer.weight * machine.size)
    steps = f"i64 {row[2] * machine.size}, i64 {column[2] * machine.size}"
    outers.call(
        f"outer_{vectors}(ptr {row[0]}, ptr {column[0]}, ptr {sums}, {steps}, i64 {row[1]}, i64 {column[1]}, "
        f"i64 {block}, i64 %end)"
    )
    if outer.bias is not None:
        sums = outers.at("%sums", outer.bias * machine.size)
        outers.call(
            f"sum_rows_{vectors}(ptr {upstream}, ptr {sums}, i64 {outer.bias_step * machine.size}, "
            f"i64 {len(outer.upstreams)}, i64 {block}, i64 %end)"
        )


class StraightCode(Routine):
    """A function that computes node by node; what is not computed here must have a name already.

    Attributes:
        functions: the names of the C library's functions in use.
        names: of the vectors known by now, by the index of their node.
    """

    def __init__(
        self,
        machine: Machine,
        functions: dict[Function, str],
        vector_name: VectorName,
        name: str,
        parameters: str,
        linkage: str = "",
    ) -> None:
        super().__init__(machine, name, parameters, linkage)
        self.functions, self.vector_name = functions, vector_name
        self._templates: dict[Function, str] = {}
        self.names: dict[int, str] = {}

    def operand(self, node: Traced) -> str:
        """The name of the node's vector."""
        known = self.names.get(node.index)
        if known is not None:
            return known
        machine = self.machine
        if node.function is CONSTANT:
            return f"<{', '.join([f'{machine.number} {machine.constant(node.value)}'] * machine.lanes)}>"
        if node.function is PARAMETER:  # splat anew at each use: it becomes part of the instruction that uses it
            return self.splat(self.load(machine.number, self.at("%parameters", machine.size * node.value)))
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
        function, emit = node.function, self.lines.append
        name = self.names[node.index] = f"%n{node.index}"
        if function is DOT:
            self.compute_dot(node, name)
            return
        xs = [self.operand(arg) for arg in node.args]
        template = self._templates.get(function) or self._template(function)
        emit(f"{name} = {template.format(*xs)}")

    def _template(self, function: Function) -> str:
        """The instruction of a function, with {0}, {1} ... for its arguments; kept, as many nodes ask for it."""
        machine, kind = self.machine, self.machine.kind
        cell = function.written("c")
        if is_instruction(cell):
            places = dict(zip("xyz", "\0\1\2", strict=True))
            text = cell.format(kind=kind, condition=machine.condition, suffix=machine.suffix, **places)
            text = text.replace("{", "{{").replace("}", "}}")
            for k, place in enumerate(places.values()):
                text = text.replace(place, f"{{{k}}}")
        else:
            called = self.functions.get(function)
            if called is None:
                called = self.functions[function] = self.vector_name(function) or f"each_{cell}"
            text = f"call {kind} @{called}({', '.join(f'{kind} {{{k}}}' for k in range(function.arity))})"
        self._templates[function] = text
        return text

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
    """A function of straight code: a loop over the vectors of a block around an instruction or two for each node."""

    def __init__(
        self, plan: Plan, machine: Machine, functions: dict[Function, str], vector_name: VectorName, name: str
    ) -> None:
        parameters = "ptr %values, ptr %scratch, ptr %parameters, ptr %sums, i64 %bytes"
        super().__init__(machine, functions, vector_name, name, parameters, "internal ")
        self.plan = plan

    def write(self, step: Straight) -> str:
        """The function's text."""
        with self.loop(0, "%bytes", self.machine.bytes) as (offset, _):
            self.lanes = {name: self.at(name, offset) for name in ("%values", "%scratch")}
            sums: dict[int, list[int]] = {}
            for place, node in step.sums:
                sums.setdefault(node.index, []).append(place)
            for node in step.nodes:
                self.compute(node)
                result = self.names[node.index]
                slot = self.plan.slots.get(node.index)
                if slot is not None:
                    self.store(self.machine.kind, result, self.address(slot))
                for place in sums.pop(node.index, ()):
                    self.add_to_sum(place, result)
            for place, node in step.sums:
                if node.index in sums:
                    self.add_to_sum(place, self.operand(node))
            for node, slot in step.copies:
                self.store(self.machine.kind, self.operand(node), self.address(slot))
        return self.end()

    def address(self, slot: int) -> str:
        """Where the slot is for the vector that is computed."""
        pointer, offset = self.plan.place(slot, self.machine)
        return self.at(self.lanes[pointer], offset)

    def add_to_sum(self, place: int, what: str) -> None:
        """Add a vector to a sum over the batch."""
        kind = self.machine.kind
        at = self.at("%sums", self.plan.lane_sum(place, self.machine))
        self.store(kind, self.let(f"fadd {kind} {self.load(kind, at)}, {what}"), at)

    def kept(self, node: Traced) -> str:
        """Loaded from the node's slot."""
        return self.load(self.machine.kind, self.address(self.plan.slots[node.index]), f"%n{node.index}")


def _function(function: Function, name: str, machine: Machine, vector_name: VectorName) -> str:
    """The declaration of a vector function, or one that calls the C library's scalar function lane by lane."""
    count, scalar = function.arity, machine.c_name(function.written("c"))
    kind, number = machine.kind, machine.number
    if vector_name(function):
        return f"declare {kind} @{name}({', '.join([kind] * count)})"
    arguments = [f"%x{k}" for k in range(count)]
    lines = []
    result = "poison"
    for lane in range(machine.lanes):
        for argument in arguments:
            lines.append(f"{argument}.{lane} = extractelement {kind} {argument}, i32 {lane}")
        given = ", ".join(f"{number} {argument}.{lane}" for argument in arguments)
        lines.append(f"%y.{lane} = call {number} @{scalar}({given})")
        lines.append(f"%v.{lane} = insertelement {kind} {result}, {number} %y.{lane}, i32 {lane}")
        result = f"%v.{lane}"
    lines.append(f"ret {kind} {result}")
    body, taken = "\n".join(lines), ", ".join(f"{kind} {x}" for x in arguments)
    return (
        f"declare {number} @{scalar}({', '.join([number] * count)})\n"
        f"define internal {kind} @{name}({taken}) {{\n{body}\n}}"
    )


# --- the loop over the batch ------------------------------------------------------------------------------------------


# The frame that `run` is called with, each 8 bytes; then address and row step of each argument.
FRAME = ("start", "stop", "order", "parameters", "values", "sums", "outputs", "results", "divisor")
_KINDS = {"start": "i64", "stop": "i64", "divisor": "double"}  # the others are addresses


def batch_loop(machine: Machine, plan: Plan, counts: list[int], output_count: int) -> str:
    """The function `run`: set the sums to 0, take the examples block by block, and add up the lanes at the end.

    First comes the vector that has too few examples (what its idle lanes hold is set to 0 afterwards), then whole
    vectors; they share a block. Then come whole blocks. The gradients of weight matrices are added up over several
    blocks at once.
    """
    width, block = machine.lanes, machine.lanes * machine.vectors
    run = Routine(machine, "run", "ptr %frame")
    for place, name in enumerate(FRAME):
        run.load(_KINDS.get(name, "ptr"), run.at("%frame", 8 * place), f"%{name}")
    last = run.minus("%stop", 1)
    size = plan.block_size(machine)
    scratch = run.at("%values", plan.blocks(machine) * size)

    def take(first: str, vectors: int, examples: str, values: str) -> None:
        """Compute on the block (or single vector) of examples that begins at `first`."""
        pointers = {"%values": values, "%scratch": scratch}

        def address(slot: int) -> str:
            pointer, offset = plan.place(slot, machine)
            return run.at(pointers[pointer], offset)

        for number, (count, slot) in enumerate(zip(counts, plan.arguments, strict=True)):
            argument = run.at("%frame", 8 * (len(FRAME) + 2 * number))
            if count:
                to, size = address(slot), vectors * machine.bytes
                run.call(
                    f"load(ptr {argument}, ptr %order, ptr {to}, i64 {first}, i64 {last}, i64 {size}, i64 {count})"
                )
        run.call(f"block_{vectors}(ptr {values}, ptr {scratch}, ptr %parameters, ptr %sums)")
        if output_count:
            output = address(plan.output_slot)
            run.call(f"store(ptr %outputs, ptr {output}, i64 {first}, i64 {examples}, i64 {output_count})")

    def add_up(vectors: int, end: str) -> None:
        if plan.outers:
            run.call(f"outers_{vectors}(ptr %values, ptr %sums, i64 {end})")

    lane_sums = run.at("%sums", plan.lane_sums(machine))
    if plan.sum_count:
        run.call(f"zero(ptr %sums, i64 {plan.sums_size(machine)})")
    count = run.minus("%stop", "%start")
    few = run.let(f"urem i64 {count}, {width}")
    end = run.minus("%stop", few)
    partial = run.let(f"icmp ne i64 {few}, 0")
    with run.when(partial):
        take(end, 1, few, "%values")
        if plan.lane_places:
            run.call(f"mask(ptr {lane_sums}, i64 {machine.bytes}, i64 {len(plan.lane_places)}, i64 {few})")
        if plan.outers:
            run.call(f"mask(ptr %values, i64 {machine.slot}, i64 {plan.own_count}, i64 {few})")
    blocks_end = run.minus(end, run.let(f"urem i64 {run.minus(end, '%start')}, {block}"))
    first_used = run.let(f"select i1 {partial}, i64 {machine.bytes}, i64 0")
    whole = run.let(f"icmp slt i64 {blocks_end}, {end}")
    with run.when(whole), run.loop(blocks_end, end, width, [("i64", first_used)]) as (first, used):
        take(first, 1, str(width), run.at("%values", used[0]))
        used[0] = run.plus(used[0], machine.bytes)
    rest = run.minus("%stop", blocks_end)
    if plan.outers:
        with run.when(run.let(f"icmp ne i64 {rest}, 0")):
            used_vectors = run.let(f"udiv i64 {run.plus(rest, width - 1)}, {width}")
            add_up(1, run.times(used_vectors, machine.bytes))
    together = block * plan.blocks(machine)
    with run.when(run.let(f"icmp slt i64 %start, {blocks_end}")), run.loop("%start", blocks_end, together) as (some, _):
        beyond = run.plus(some, together)
        to = run.let(f"select i1 {run.let(f'icmp slt i64 {beyond}, {blocks_end}')}, i64 {beyond}, i64 {blocks_end}")
        with run.loop(some, to, block, [("i64", "0")]) as (first, used):
            take(first, machine.vectors, str(block), run.at("%values", used[0]))
            used[0] = run.plus(used[0], size)
        add_up(machine.vectors, used[0])
    if plan.lane_places:
        run.call(f"gather(ptr {lane_sums}, i64 {len(plan.lane_places)}, ptr @places, ptr %sums)")
    if plan.sum_count:
        run.call(f"divide(ptr %sums, i64 {plan.sum_count}, ptr %results, double %divisor)")
    return run.end()
