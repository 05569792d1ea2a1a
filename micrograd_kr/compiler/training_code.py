"""The training loop as LLVM text: steps over mini-batches, and the optimizer's own rule on vectors of parameters."""

from __future__ import annotations

from typing import Any

from ..elementary import Function
from ..trace import Trace, Traced
from .assembly import Machine
from .lowering import FRAME, StraightCode, VectorName

# what `train` reads and writes, each 8 bytes: see train_loop
FIELDS = [
    *["frame", "count", "batch", "steps", "orders", "first", "last", "rates"],
    *["parameters", "gradients", "states", "masks", "losses", "reached", "taken"],
]
REACHED = FIELDS.index("reached")
_WHOLE = {"count", "batch", "steps", "first", "last", "reached"}


def train_loop(
    machine: Machine, rule: Rule, gradient_count: int, functions: dict[Function, str], vector_name: VectorName
) -> str:
    """The function `train(fields)`: steps first ... last of several epochs of `steps` steps each.

    It stops before a step whose gradient is not finite, and leaves in `reached` how many steps were taken.
    """
    kind, number = machine.kind, machine.number
    size = -(-gradient_count // machine.lanes) * machine.bytes
    train = StraightCode(machine, functions, vector_name, "train", "ptr %fields")
    for place, name in enumerate(FIELDS):
        what = "i64" if name in _WHOLE else "double" if name == "taken" else "ptr"
        train.load(what, train.at("%fields", 8 * place), f"%{name}")
    reached_at = train.at("%fields", 8 * REACHED)
    at_frame = {name: train.at("%frame", 8 * FRAME.index(name)) for name in ("start", "stop", "order", "divisor")}
    shuffled = train.let("icmp ne ptr %orders, null")
    with train.loop("%first", "%last") as (step, _):
        train.store("i64", step, reached_at)
        epoch = train.let(f"udiv i64 {step}, %steps")
        start = train.times(train.minus(step, train.times(epoch, "%steps")), "%batch")
        far = train.plus(start, "%batch")
        beyond = train.let(f"icmp sgt i64 {far}, %count")
        stop = train.let(f"select i1 {beyond}, i64 %count, i64 {far}")
        order = train.at("%orders", train.times(epoch, train.times("%count", 8)))
        train.store("ptr", train.let(f"select i1 {shuffled}, ptr {order}, ptr null"), at_frame["order"])
        train.store("i64", start, at_frame["start"])
        train.store("i64", stop, at_frame["stop"])
        divisor = train.let(f"sitofp i64 {train.minus(stop, start)} to double")
        train.store("double", divisor, at_frame["divisor"])
        train.call("run(ptr %frame)")
        done = train.times(train.minus(step, "%first"), machine.size)
        loss = train.load(number, train.at("%gradients", rule.loss_place * machine.size))
        train.store(number, loss, train.at("%losses", done))
        taken = train.let(f"fadd double %taken, {train.let(f'sitofp i64 {train.plus(step, 1)} to double')}")
        step_number = taken if number == "double" else train.let(f"fptrunc double {taken} to {number}")
        train.names[rule.lr.index] = train.splat(train.load(number, train.at("%rates", done)))
        train.names[rule.step_number.index] = train.splat(step_number)
        for node in rule.once:
            train.compute(node)
        with train.loop(0, size, machine.bytes, [(kind, "zeroinitializer")]) as (at, nothing):
            gradient = train.load(kind, train.at("%gradients", at))
            mask = train.load(kind, train.at("%masks", at))
            free = train.let(f"fcmp one {kind} {mask}, zeroinitializer")
            zero = train.let(f"fsub {kind} {gradient}, {gradient}")  # nan if the gradient is inf or nan
            seen = train.let(f"select {machine.condition} {free}, {kind} {zero}, {kind} zeroinitializer")
            nothing[0] = train.let(f"fadd {kind} {nothing[0]}, {seen}")
        total = train.let(
            f"call {number} @llvm.vector.reduce.fadd.{machine.suffix}({number} -0.0, {kind} {nothing[0]})"
        )
        train.stop_unless(train.let(f"fcmp oeq {number} {total}, 0.0"))
        with train.loop(0, size, machine.bytes) as (at, _):
            places = [train.at("%parameters", at)]
            places += [train.at(train.at("%states", k * size), at) for k in range(len(rule.remembered) - 1)]
            before = [train.load(kind, place) for place in places]
            for remembered, name in zip(rule.remembered, before, strict=True):
                train.names[remembered.index] = name
            train.names[rule.gradient.index] = train.load(kind, train.at("%gradients", at))
            mask = train.load(kind, train.at("%masks", at))
            free = train.let(f"fcmp one {kind} {mask}, zeroinitializer")
            for node in rule.each:
                train.compute(node)
            for to, old, new in zip(places, before, rule.results, strict=True):
                moved = train.let(f"select {machine.condition} {free}, {kind} {train.operand(new)}, {kind} {old}")
                train.store(kind, moved, to)
    train.store("i64", "%last", reached_at)
    return train.end()


class Rule:
    """An optimizer's rule as a program: what is computed once in each step, and what for each parameter.

    Attributes:
        loss_place: the place of the loss among the sums.
        gradient, lr, step_number: what the rule is given.
        remembered: the parameter and the state, which it replaces.
        once: the numbers that are the same for all parameters.
        each: the others.
        results: the new parameter and the new state.
    """

    def __init__(self, optimizer: Any, loss_place: int) -> None:
        self.loss_place = loss_place
        self.trace = trace = Trace()
        self.remembered = [trace.input(k) for k in range(1 + optimizer.state_size)]
        self.gradient = trace.input(len(self.remembered))
        self.step_number, self.lr = trace.parameter(0), trace.parameter(1)
        parameter, *state = self.remembered
        moved, new_state = optimizer.rule(parameter, self.gradient, tuple(state), self.step_number, self.lr)
        self.results: list[Traced] = [trace.lift(x) for x in (moved, *new_state)]
        varying = {node.index for node in (*self.remembered, self.gradient)}
        for node in trace.nodes:
            if any(arg.index in varying for arg in node.args):
                varying.add(node.index)
        computed = [node for node in trace.nodes if node.args]
        self.once = [node for node in computed if node.index not in varying]
        self.each = [node for node in computed if node.index in varying]

    @property
    def key(self) -> tuple[Any, ...]:
        """The same for rules that do the same."""
        return (*self.trace.key, *[result.index for result in self.results])
