"""Put the program into an order of steps, and give each number that outlives its step a place in memory.

A step is a stretch of straight code, a `Layer` (dots that share their inputs, whose weights lie in memory as a matrix
does: a matrix times a vector, as a loop) or an `Outer` (the gradients of such a matrix: a column times a row).
Memory is a row of slots, each holding one number for every example of a block; vectors of loops lie in slots side by
side.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..elementary import DOT
from .gradient import Term
from .matrices import Layer, Outer, find_layers, find_outers
from .tracing import CONSTANT, PARAMETER, Trace, Traced

SEGMENT = 300  # LLVM's time grows faster than a function does: cut straight code into functions of so many nodes


@dataclass(eq=False, slots=True)
class Straight:
    """Code for one node after the other."""

    nodes: list[Traced] = field(default_factory=list)
    sums: list[tuple[int, Traced]] = field(default_factory=list)  # (place among the sums, what is added to it)
    copies: list[tuple[Traced, int]] = field(default_factory=list)  # (node, slot)


Step = Layer | Outer | Straight


@dataclass(slots=True)
class Plan:
    """The steps of a program, and where its numbers are.

    Attributes:
        steps: in order.
        slots: of each node that is kept beyond its step, by index.
        slot_count: how many slots there are.
        output_slot: the first slot of the outputs, which lie side by side.
        sum_count: how many sums over the batch there are.
        multiply_adds: how many multiply-adds an example needs in the loops.
        live: how many nodes are computed.
    """

    steps: list[Step]
    slots: dict[int, int]
    slot_count: int
    output_slot: int
    sum_count: int
    multiply_adds: int
    live: int


class _Planner:
    def __init__(self, trace: Trace, input_count: int) -> None:
        self.trace = trace
        self.slots: dict[int, int] = {trace.input(place).index: place for place in range(input_count)}
        self.slot_count = input_count
        self.copies: dict[tuple[int, ...], tuple[int, list[tuple[Traced, int]]]] = {}

    def vector(self, nodes: Sequence[Traced]) -> int:
        """The first of the slots in which these nodes lie side by side; copies are planned where they cannot."""
        indices = tuple([node.index for node in nodes])
        if indices in self.copies:
            return self.copies[indices][0]
        places = [self.slots.get(index) for index in indices]
        first = places[0]
        if first is not None and places == list(range(first, first + len(places))):
            return first
        start = self.slot_count
        self.slot_count += len(nodes)
        fresh = all(place is None for place in places) and len(set(indices)) == len(indices)
        if fresh and not any(node.function in (CONSTANT, PARAMETER) for node in nodes):
            for offset, index in enumerate(indices):
                self.slots[index] = start + offset
        else:
            self.copies[indices] = start, [(node, start + offset) for offset, node in enumerate(nodes)]
        return start


def plan(
    trace: Trace, input_count: int, outputs: Sequence[Traced], terms: Sequence[Term], sums: Sequence[tuple[int, Traced]]
) -> Plan:
    """The steps that compute the outputs, and add the terms and sums up over the batch."""
    outers, totals = find_outers(trace, terms)
    totals += sums
    sum_count = max([place + 1 for place, _ in totals] + [term.place + 1 for term in terms], default=0)
    roots = [*outputs, *[node for _, node in totals]]
    for outer in outers:
        roots += [*outer.upstreams, *outer.inputs]
    live = _live(trace, roots)
    layers = find_layers(live)
    planner = _Planner(trace, input_count)
    for layer in layers:
        layer.output_slot = planner.vector(layer.nodes)
    for layer in layers:
        layer.input_slot = planner.vector(layer.inputs)
    for outer in outers:
        outer.upstream_slot = planner.vector(outer.upstreams)
        outer.input_slot = planner.vector(outer.inputs)
    output_slot = planner.vector(outputs) if outputs else 0
    steps = _order(live, layers, outers, totals, list(planner.copies.values()))
    _keep(steps, planner)
    work = sum(len(layer.nodes) * len(layer.inputs) for layer in layers)
    work += sum(len(outer.upstreams) * len(outer.inputs) for outer in outers)
    return Plan(steps, planner.slots, planner.slot_count, output_slot, sum_count, work, len(live))


def _live(trace: Trace, roots: Sequence[Traced]) -> list[Traced]:
    """The nodes that the roots need, in order."""
    needed = bytearray(len(trace.nodes))
    for root in roots:
        needed[root.index] = 1
    for node in reversed(trace.nodes):
        if needed[node.index]:
            for arg in node.args:
                needed[arg.index] = 1
    return [node for node in trace.nodes if needed[node.index]]


# --- order and memory -----------------------------------------------------------------------------------------------


def _order(
    live: Sequence[Traced],
    layers: Sequence[Layer],
    outers: Sequence[Outer],
    totals: Sequence[tuple[int, Traced]],
    copies: Sequence[tuple[int, list[tuple[Traced, int]]]],
) -> list[Step]:
    """Steps in an order in which each finds its arguments computed; straight code first, in its own order."""
    units: list[tuple[int, int, object, list[Traced]]] = []  # (0 straight or 1 loop, index, what, needed nodes)
    grouped = {node.index: layer for layer in layers for node in layer.nodes}
    for node in live:
        if node.args and node.index not in grouped:
            units.append((0, node.index, node, list(node.args)))
    for place, node in totals:
        units.append((0, node.index, (place, node), [node]))
    vector_unit: dict[int, int] = {}
    for start, copied in copies:
        vector_unit[start] = len(units)
        units.append((0, max(node.index for node, _ in copied), copied, [node for node, _ in copied]))
    for layer in layers:
        units.append((1, layer.nodes[0].index, layer, list(layer.inputs)))
    for outer in outers:
        last = max(node.index for node in (*outer.upstreams, *outer.inputs))
        units.append((1, last, outer, [*outer.upstreams, *outer.inputs]))
    producer: dict[int, int] = {}
    for number, (_, _, what, _) in enumerate(units):
        for node in what.nodes if isinstance(what, Layer) else [what] if isinstance(what, Traced) else []:
            producer[node.index] = number
    waiting = [0] * len(units)
    users: list[list[int]] = [[] for _ in units]
    for number, (_, _, what, needed) in enumerate(units):
        before = {producer[node.index] for node in needed if node.index in producer}
        if isinstance(what, Layer) and what.input_slot in vector_unit:
            before.add(vector_unit[what.input_slot])
        if isinstance(what, Outer):
            slots = (what.upstream_slot, what.input_slot)
            before.update(vector_unit[slot] for slot in slots if slot in vector_unit)
        waiting[number] = len(before)
        for producer_number in before:
            users[producer_number].append(number)
    ready = [(units[number][0], units[number][1], number) for number, count in enumerate(waiting) if count == 0]
    heapq.heapify(ready)
    steps: list[Step] = []
    size = 0
    while ready:
        _, _, number = heapq.heappop(ready)
        what = units[number][2]
        if isinstance(what, Layer | Outer):
            steps.append(what)
        else:
            if not steps or not isinstance(steps[-1], Straight) or size >= SEGMENT:
                steps.append(Straight())
                size = 0
            straight = steps[-1]
            assert isinstance(straight, Straight)
            if isinstance(what, Traced):
                straight.nodes.append(what)
                size += what.value if what.function is DOT else 1
            elif isinstance(what, tuple):
                straight.sums.append(what)
                size += 1
            elif isinstance(what, list):
                straight.copies += what
                size += len(what)
        for user in users[number]:
            waiting[user] -= 1
            if waiting[user] == 0:
                heapq.heappush(ready, (units[user][0], units[user][1], user))
    return steps


def _keep(steps: Sequence[Step], planner: _Planner) -> None:
    """Give a slot to every node of straight code that a later step needs; slots are used again after the last use."""
    made: dict[int, int] = {}
    last_use: dict[int, int] = {}
    for number, step in enumerate(steps):
        if isinstance(step, Straight):
            for node in step.nodes:
                made[node.index] = number
                for arg in node.args:
                    last_use[arg.index] = number
                    if arg.is_condition:  # made again where it is used
                        for operand in arg.args:
                            last_use[operand.index] = number
            for node in [node for _, node in step.sums] + [node for node, _ in step.copies]:
                last_use[node.index] = number
    expiring: dict[int, list[int]] = {}
    free: list[int] = []
    for number, step in enumerate(steps):
        if isinstance(step, Straight):
            for node in step.nodes:
                end = last_use.get(node.index, number)
                if end > number and node.index not in planner.slots and not node.is_condition:
                    if free:
                        slot = free.pop()
                    else:
                        slot = planner.slot_count
                        planner.slot_count += 1
                    planner.slots[node.index] = slot
                    expiring.setdefault(end, []).append(slot)
        free += expiring.pop(number, [])
