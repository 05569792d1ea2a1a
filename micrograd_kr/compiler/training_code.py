"""The training loop as LLVM text: steps over mini-batches, and the optimizer's own rule on vectors of parameters."""

from __future__ import annotations

from typing import Any

from ..elementary import Function
from .kernels import Machine
from .lowering import StraightCode
from .machine_code import vector_name
from .tracing import Trace

# what `train` reads and writes, each 8 bytes: see train_loop
FIELDS = [
    *["frame", "count", "batch", "steps", "orders", "first", "last", "rates"],
    *["parameters", "gradients", "states", "masks", "losses", "reached", "taken"],
]
REACHED = FIELDS.index("reached")
_WHOLE = {"count", "batch", "steps", "first", "last", "reached"}


def train_loop(machine: Machine, rule: Rule, gradient_count: int, functions: dict[Function, str]) -> str:
    """The function `train(fields)`: steps first ... last of several epochs of `steps` steps each.

    It stops before a step whose gradient is not finite, and says in `reached` how far it has come.
    """
    functions.update(rule.functions)
    kind, width = machine.kind, machine.bytes
    text = ["define void @train(ptr %fields) {", "begin:"]
    for place, name in enumerate(FIELDS):
        what = "i64" if name in _WHOLE else "double" if name == "taken" else "ptr"
        text += [f"%{name}_at = getelementptr i64, ptr %fields, i64 {place}", f"%{name} = load {what}, ptr %{name}_at"]
    size = -(-gradient_count // machine.lanes) * width
    text += [
        "%start_at = getelementptr i64, ptr %frame, i64 0",
        "%stop_at = getelementptr i64, ptr %frame, i64 1",
        "%divisor_at = getelementptr i64, ptr %frame, i64 8",
        "%order_at = getelementptr i64, ptr %frame, i64 2",
        "%shuffled = icmp ne ptr %orders, null",
        "%order_size = mul i64 %count, 8",
        "br label %step",
        "step:",
        "%s = phi i64 [ %first, %begin ], [ %next, %moved ]",
        "store i64 %s, ptr %reached_at",
        "%going = icmp slt i64 %s, %last",
        "br i1 %going, label %compute, label %end",
        "compute:",
        "%next = add i64 %s, 1",
        "%epoch = udiv i64 %s, %steps",
        "%before = mul i64 %epoch, %steps",
        "%in_epoch = sub i64 %s, %before",
        "%start = mul i64 %in_epoch, %batch",
        "%order_offset = mul i64 %epoch, %order_size",
        "%this_order = getelementptr i8, ptr %orders, i64 %order_offset",
        "%order = select i1 %shuffled, ptr %this_order, ptr null",
        "store ptr %order, ptr %order_at",
        "%far = add i64 %start, %batch",
        "%beyond = icmp sgt i64 %far, %count",
        "%stop = select i1 %beyond, i64 %count, i64 %far",
        "%examples = sub i64 %stop, %start",
        "%divisor = sitofp i64 %examples to double",
        "store i64 %start, ptr %start_at",
        "store i64 %stop, ptr %stop_at",
        "store double %divisor, ptr %divisor_at",
        "call void @run(ptr %frame)",
        f"%loss_at = getelementptr double, ptr %gradients, i64 {rule.loss_place}",
        "%loss = load double, ptr %loss_at",
        "%done = sub i64 %s, %first",
        "%loss_to = getelementptr double, ptr %losses, i64 %done",
        "store double %loss, ptr %loss_to",
        "%rate_at = getelementptr double, ptr %rates, i64 %done",
        "%rate = load double, ptr %rate_at",
        "%so_far = sitofp i64 %next to double",
        "%number = fadd double %taken, %so_far",
        *machine.splat("%lr", "%rate"),
        *machine.splat("%step_number", "%number"),
        *rule.once,
        "br label %check",
        "check:",
        "%c = phi i64 [ 0, %compute ], [ %cnext, %check ]",
        f"%nothing = phi {kind} [ zeroinitializer, %compute ], [ %sum, %check ]",
        "%cg_at = getelementptr i8, ptr %gradients, i64 %c",
        machine.load("%cg", "%cg_at"),
        "%cm_at = getelementptr i8, ptr %masks, i64 %c",
        machine.load("%cm", "%cm_at"),
        f"%cfree = fcmp one {kind} %cm, zeroinitializer",
        f"%zero = fsub {kind} %cg, %cg",
        f"%seen = select {machine.condition} %cfree, {kind} %zero, {kind} zeroinitializer",
        f"%sum = fadd {kind} %nothing, %seen",
        f"%cnext = add i64 %c, {width}",
        f"%cmore = icmp slt i64 %cnext, {size}",
        "br i1 %cmore, label %check, label %checked",
        "checked:",
        f"%total = call double @llvm.vector.reduce.fadd.{machine.suffix}(double -0.0, {kind} %sum)",
        "%finite = fcmp oeq double %total, 0.0",
        "br i1 %finite, label %move, label %end",
        "move:",
        "%at = phi i64 [ 0, %checked ], [ %at_next, %move ]",
    ]
    places = [("%parameter", "%parameters", 0), ("%gradient", "%gradients", 0)]
    places += [(f"%state{k}", "%states", k * size) for k in range(rule.state_size)]
    for name, base, offset in [*places, ("%mask", "%masks", 0)]:
        text += [
            f"{name}.base = getelementptr i8, ptr {base}, i64 {offset}",
            f"{name}.at = getelementptr i8, ptr {name}.base, i64 %at",
            machine.load(name, f"{name}.at"),
        ]
    text += [f"%free = fcmp one {kind} %mask, zeroinitializer", *rule.each]
    for (name, *_), result in zip([places[0], *places[2:]], rule.results, strict=True):
        text += [
            f"{name}.new = select {machine.condition} %free, {kind} {result}, {kind} {name}",
            machine.store(f"{name}.new", f"{name}.at"),
        ]
    text += [
        f"%at_next = add i64 %at, {width}",
        f"%at_more = icmp slt i64 %at_next, {size}",
        "br i1 %at_more, label %move, label %moved",
        "moved:",
        "br label %step",
        "end:",
        "ret void",
        "}",
    ]
    return "\n".join(text)


class Rule:
    """An optimizer's rule as code: what is computed once a step, and what is computed for each parameter."""

    def __init__(self, optimizer: Any, machine: Machine, loss_place: int) -> None:
        self.state_size, self.loss_place = optimizer.state_size, loss_place
        trace = Trace()
        parameter, gradient = trace.input(0), trace.input(1)
        state = tuple([trace.input(2 + k) for k in range(self.state_size)])
        step_number, lr = trace.parameter(0), trace.parameter(1)
        moved, new_state = optimizer.rule(parameter, gradient, state, step_number, lr)
        wanted = [trace.lift(x) for x in (moved, *new_state)]
        self.functions: dict[Function, str] = {}
        code = StraightCode(machine, self.functions, lambda function: vector_name(function, machine.lanes))
        named = {parameter: "%parameter", gradient: "%gradient", step_number: "%step_number", lr: "%lr"}
        named.update({number: f"%state{k}" for k, number in enumerate(state)})
        code.names = {number.index: name for number, name in named.items()}
        varying = {number.index for number in (parameter, gradient, *state)}
        for number in trace.nodes:
            if any(arg.index in varying for arg in number.args):
                varying.add(number.index)
        self.once, self.each = self._lines(code, trace, varying, False), self._lines(code, trace, varying, True)
        self.results = [code.operand(number) for number in wanted]

    @staticmethod
    def _lines(code: StraightCode, trace: Trace, varying: set[int], vary: bool) -> list[str]:
        code.lines = []
        for number in trace.nodes:
            if number.args and (number.index in varying) is vary:
                code.compute(number)
        return code.lines
