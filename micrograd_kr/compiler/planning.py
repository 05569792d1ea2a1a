"""Put the program into an order of steps, and give each number that outlives its step a place in memory.

A step is a stretch of straight code or a `Layer` (dots that share their inputs, whose weights lie in memory as a
matrix does: a matrix times a vector, as a loop). The gradients of such matrices, the `Outer`s (a column times a row),
come after the steps, as nothing waits for them.
Memory is a row of slots, each holding one number for every example of a block; vectors of loops lie in slots side by
side. Several blocks are computed before the outers take them all at once; so the slots that outers read come first,
and each block has its own, while the others are scratch that all blocks share.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

from ..elementary import DOT
from ..trace import CONSTANT, PARAMETER, Shape, Term, Trace, Traced
from .assembly import Machine
from .matrices import Layer, Outer, find_layers, find_outers, take_in_gates

SEGMENT = 300  # LLVM's time grows faster than a function does: cut straight code into functions of so many nodes
MOST_BLOCKS = 8  # more blocks at once save no more loads and stores of gradients
BLOCKS_MEMORY = 200_000  # bytes of values: most of what a core has of the second cache


@dataclass(eq=False, slots=True)
class Straight:
    """Code for one node after the other."""

    nodes: list[Traced] = field(default_factory=list)
    sums: list[tuple[int, Traced]] = field(default_factory=list)  # (place among the sums, what is added to it)
    copies: list[tuple[Traced, int]] = field(default_factory=list)  # (node, slot)


Step = Layer | Straight


@dataclass(slots=True)
class Plan:
    """The steps of a program, and where its numbers are.

    Attributes:
        steps: in order.
        outers: what follows once they are done.
        slots: of each node that is kept beyond its step, by index.
        arguments: the first slot of each argument.
        own_count: how many slots each block has of its own; they come first.
        scratch_count: how many slots follow, the same for all blocks.
        output_slot: the first slot of the outputs, which lie side by side.
        sum_count: how many sums over the batch there are.
        lane_places: the places of those that straight code adds to, lane by lane.
        live: how many nodes are computed.
    """

    steps: list[Step]
    outers: list[Outer]
    slots: dict[int, int]
    arguments: list[int]
    own_count: int
    scratch_count: int
    output_slot: int
    sum_count: int
    lane_places: list[int]
    live: int

    @property
    def multiply_adds(self) -> int:
        """How many multiply-adds an example needs in the loops."""
        layers = [step for step in self.steps if isinstance(step, Layer)]
        of_layers = sum(len(layer.nodes) * len(layer.inputs) for layer in layers)
        return of_layers + sum(len(outer.upstreams) * len(outer.inputs) for outer in self.outers)

    @property
    def straight_count(self) -> int:
        """How many nodes are computed in straight code."""
        return sum(len(step.nodes) for step in self.steps if isinstance(step, Straight))

    def block_size(self, machine: Machine) -> int:
        """A block's own memory in bytes: an odd number of cache lines, so that blocks do not evict each other."""
        return 64 * (-(-self.own_count * machine.slot // 64) | 1)

    def blocks(self, machine: Machine) -> int:
        """How many blocks are computed before the outers add up their gradients."""
        return max(2, min(MOST_BLOCKS, BLOCKS_MEMORY // self.block_size(machine))) if self.outers else 1

    def memory_size(self, machine: Machine) -> int:
        """The memory of all blocks and the scratch in bytes."""
        return self.blocks(machine) * self.block_size(machine) + (self.scratch_count + 1) * machine.slot

    def lane_sums(self, machine: Machine) -> int:
        """Where the vectors that straight code adds to begin, after a number for each sum, in bytes."""
        return -(-self.sum_count * machine.size // 64) * 64

    def lane_sum(self, place: int, machine: Machine) -> int:
        """Where the vector is that straight code adds to for this place among the sums."""
        return self.lane_sums(machine) + bisect_left(self.lane_places, place) * machine.bytes

    def sums_size(self, machine: Machine) -> int:
        """The memory of the sums in bytes."""
        return self.lane_sums(machine) + len(self.lane_places) * machine.bytes

    def place(self, slot: int, machine: Machine) -> tuple[str, int]:
        """Where a slot is: a pointer's name, and the offset from it in bytes."""
        if slot < self.own_count:
            return "%values", slot * machine.slot
        return "%scratch", (slot - self.own_count) * machine.slot


class _Slots:
    """The slots given out so far, by the index of the node; and the copies that put nodes side by side."""

    def __init__(self, trace: Trace, arguments: Sequence[int]) -> None:
        self.count = sum(arguments)
        self.of = {trace.input(place).index: place for place in range(self.count)}
        self.copies: list[tuple[Traced, int]] = []
        self.vectors = [range(sum(arguments[:k]), sum(arguments[: k + 1])) for k in range(len(arguments))]
        self._copied: dict[tuple[int, ...], int] = {}

    def vector(self, nodes: Sequence[Traced]) -> int:
        """The first of the slots in which these nodes lie side by side; copies are planned where they cannot."""
        start = self._start(nodes)
        self.vectors.append(range(start, start + len(nodes)))
        return start

    def _start(self, nodes: Sequence[Traced]) -> int:
        indices = tuple([node.index for node in nodes])
        if indices in self._copied:
            return self._copied[indices]
        places = [self.of.get(index) for index in indices]
        first = places[0]
        if first is not None and places == list(range(first, first + len(places))):
            return first
        start = self.count
        self.count += len(nodes)
        fresh = all(place is None for place in places) and len(set(indices)) == len(indices)
        if fresh and not any(node.function in (CONSTANT, PARAMETER) for node in nodes):
            self.of.update(zip(indices, range(start, self.count), strict=True))
        else:
            self._copied[indices] = start
            self.copies += zip(nodes, range(start, self.count), strict=True)
        return start

    def own_first(self, own: set[int]) -> dict[int, int]:
        """New numbers for the slots, by the old ones: these, and the vectors that they are part of, come first."""
        before = -1
        while len(own) > before:
            before = len(own)
            for vector in self.vectors:
                if not own.isdisjoint(vector):
                    own.update(vector)
        order = sorted(own) + [slot for slot in range(self.count) if slot not in own]
        return {old: new for new, old in enumerate(order)}


def plan(
    trace: Trace,
    shapes: Sequence[Shape],
    outputs: Sequence[Traced],
    terms: Sequence[Term],
    sums: Sequence[tuple[int, Traced]],
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
    take_in_gates(layers, live, roots)
    absorbed = {node.index for layer in layers for node in layer.absorbed}
    live = [node for node in live if node.index not in absorbed]
    slots = _Slots(trace, list(map(prod, shapes)))
    for layer in layers:
        layer.output_slot = slots.vector(layer.nodes)
    for layer in layers:
        layer.input_slot = slots.vector(layer.inputs)
        if layer.gates:
            layer.gate_slot = slots.vector(layer.gates)
    for outer in outers:
        outer.upstream_slot = slots.vector(outer.upstreams)
        outer.input_slot = slots.vector(outer.inputs)
    output_slot = slots.vector(outputs) if outputs else 0
    steps = _order(live, layers, totals, slots)
    _keep(steps, slots)
    own: set[int] = set()
    for outer in outers:
        own.update(range(outer.upstream_slot, outer.upstream_slot + len(outer.upstreams)))
        own.update(range(outer.input_slot, outer.input_slot + len(outer.inputs)))
    new = slots.own_first(own)
    for layer in layers:
        layer.move(new)
    for outer in outers:
        outer.move(new)
    for step in steps:
        if isinstance(step, Straight):
            step.copies = [(node, new[slot]) for node, slot in step.copies]
    places = {index: new[slot] for index, slot in slots.of.items()}
    arguments = [new.get(vector.start, 0) for vector in slots.vectors[: len(shapes)]]
    output = new.get(output_slot, 0)
    lane_places = sorted({place for place, _ in totals})
    counts = len(own), slots.count - len(own)
    return Plan(steps, outers, places, arguments, *counts, output, sum_count, lane_places, len(live))


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


@dataclass(slots=True)
class _Stage:
    """Straight code that needs no later layer, and the layers that then have all their inputs."""

    nodes: list[Traced] = field(default_factory=list)
    sums: list[tuple[int, Traced]] = field(default_factory=list)
    copies: list[tuple[Traced, int]] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)


def _order(
    live: Sequence[Traced], layers: Sequence[Layer], totals: Sequence[tuple[int, Traced]], slots: _Slots
) -> list[Step]:
    """Stage by stage, a node's stage being the number of layers in a row that come before it, or before its use."""
    layer_of = {node.index: layer for layer in layers for node in layer.nodes}
    stage_of = dict.fromkeys([node.index for node in live], 0)
    if layers:
        for node in live:
            layer = layer_of.get(node.index)
            before = max([stage_of[arg.index] for arg in (node.args if layer is None else layer.needed)], default=0)
            stage_of[node.index] = before if layer is None else before + 1
        _put_off(live, layer_of, stage_of, slots)
    stages = [_Stage() for _ in range(max(stage_of.values(), default=0) + 1)]
    for node in live:
        layer = layer_of.get(node.index)
        if layer is None and node.args and not node.is_condition:  # these are made where they are needed
            stages[stage_of[node.index]].nodes.append(node)
        elif layer is not None and node is layer.nodes[0]:
            stages[stage_of[node.index] - 1].layers.append(layer)
    for place, node in totals:
        stages[stage_of[node.index]].sums.append((place, node))
    for node, slot in slots.copies:
        stages[stage_of[node.index]].copies.append((node, slot))
    steps: list[Step] = []
    for stage in stages:
        steps += [*_cut(stage), *stage.layers]
    return steps


def _put_off(live: Sequence[Traced], layer_of: dict[int, Layer], stage_of: dict[int, int], slots: _Slots) -> None:
    """Move what needs only numbers that stay in memory to the stage of its first use, as there it needs no slot."""
    placed = {node.index for node, _ in slots.copies}.union(slots.of)
    lasting = {node.index for node in live if node.index in slots.of or not node.args}
    movable = set[int]()
    for node in live:
        if node.args and node.index not in placed and all(arg.index in lasting for arg in node.args):
            lasting.add(node.index)
            movable.add(node.index)
    first_use: dict[int, int] = {}
    for node in reversed(live):
        layer = layer_of.get(node.index)
        if node.index in movable:
            stage_of[node.index] = first_use.get(node.index, stage_of[node.index])
        used = stage_of[node.index] - (layer is not None)
        for arg in node.args if layer is None else layer.needed:
            first_use[arg.index] = min(used, first_use.get(arg.index, used))


def _cut(stage: _Stage) -> list[Straight]:
    """The straight code of a stage in pieces; a sum follows its node, so that it finds it in a register."""
    sums: dict[int, list[tuple[int, Traced]]] = {}
    for total in stage.sums:
        sums.setdefault(total[1].index, []).append(total)
    pieces = [Straight()]
    size = 0
    for node in stage.nodes:
        if size >= SEGMENT:
            pieces.append(Straight())
            size = 0
        added = sums.pop(node.index, [])
        pieces[-1].nodes.append(node)
        pieces[-1].sums += added
        size += len(added) + (node.value if node.function is DOT else 1)
    rest = [total for each in sums.values() for total in each]
    for start in range(0, max(len(rest), len(stage.copies)), SEGMENT):
        stop = start + SEGMENT
        pieces.append(Straight(sums=rest[start:stop], copies=stage.copies[start:stop]))
    return [piece for piece in pieces if piece.nodes or piece.sums or piece.copies]


def _keep(steps: Sequence[Step], slots: _Slots) -> None:
    """Give a slot to every node of straight code that a later step needs; slots are used again after the last use."""
    last_use: dict[int, int] = {}
    for number, step in enumerate(steps):
        if isinstance(step, Straight):
            for node in step.nodes:
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
                if end > number and node.index not in slots.of and not node.is_condition:
                    if not free:
                        free.append(slots.count)
                        slots.count += 1
                    slots.of[node.index] = slot = free.pop()
                    expiring.setdefault(end, []).append(slot)
        free += expiring.pop(number, [])
