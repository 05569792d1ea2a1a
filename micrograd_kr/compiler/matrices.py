"""Find the matrices in a program of scalars: layers of dots that share their inputs, and gradients of their weights.

Weights that lie in memory at even steps, row by row, are a matrix; a loop over it does the work of all its scalars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from math import copysign

from ..elementary import DOT, LESS, LESS_EQUAL, WHERE
from ..trace import CONSTANT, PARAMETER, Flow, Term, Trace, Traced, sum_of_products

WORTH_A_LOOP = 16  # multiply-adds
LEAST_BIASES = 4  # fewer are added up in straight code


class Gate(Enum):
    """Where a layer's results become 0: nowhere, where they are below 0, or where other numbers are not above 0.

    These are a relu, and its step backwards.
    """

    NONE = 0
    OWN = 1
    OTHER = 2


@dataclass(eq=False, slots=True)
class Layer:
    """rows dots over the same columns inputs: out[j] = bias[j] + sum over i of weight[j, i] * input[i].

    Attributes:
        nodes: the results.
        gate: where they become 0.
        gates: the other numbers that decide this.
        absorbed: nodes that are computed on the way, and needed nowhere else.
    """

    nodes: list[Traced]
    inputs: tuple[Traced, ...]
    weight: int
    row_step: int
    column_step: int
    bias: int | None
    bias_step: int
    gate: Gate = Gate.NONE
    gates: tuple[Traced, ...] = ()
    absorbed: tuple[Traced, ...] = ()
    input_slot: int = -1
    output_slot: int = -1
    gate_slot: int = -1

    @property
    def needed(self) -> tuple[Traced, ...]:
        """What is computed before."""
        return (*self.inputs, *self.gates)

    def move(self, new: dict[int, int]) -> None:
        """Give the slots their new numbers."""
        self.input_slot, self.output_slot = new[self.input_slot], new[self.output_slot]
        if self.gates:
            self.gate_slot = new[self.gate_slot]


@dataclass(eq=False, slots=True)
class Outer:
    """The gradients of a weight matrix: gradient[j, i] += upstream[j] * input[i].

    Where there is a bias, its gradient is gradient[bias + j * bias_step] += upstream[j].
    """

    upstreams: tuple[Traced, ...]
    inputs: tuple[Traced, ...]
    weight: int
    row_step: int
    column_step: int
    bias: int | None = None
    bias_step: int = 0
    upstream_slot: int = -1
    input_slot: int = -1

    def move(self, new: dict[int, int]) -> None:
        """Give the slots their new numbers."""
        self.upstream_slot, self.input_slot = new[self.upstream_slot], new[self.input_slot]


def find_outers(trace: Trace, terms: Sequence[Term]) -> tuple[list[Outer], list[tuple[int, Traced]]]:
    """Matrices of gradients among the terms; for all other parameters, place and gradient of one example."""
    runs: dict[tuple[int, ...], list[list[Term]]] = {}
    others: list[Term] = []

    def close(run: list[Term]) -> None:
        if len(run) < 2:
            others.extend(run)
        else:
            key = (run[1].place - run[0].place, *[term.flow.local.index for term in run])
            runs.setdefault(key, []).append(run)

    run: list[Term] = []
    for term in terms:
        flow = term.flow
        if not isinstance(flow.local, Traced) or not isinstance(flow.upstream, Traced) or flow.cut is not False:
            others.append(term)
            continue
        fits = run and flow.upstream is run[-1].flow.upstream
        if fits and (len(run) < 2 or term.place - run[-1].place == run[1].place - run[0].place):
            run.append(term)
        else:
            close(run)
            run = [term]
    close(run)
    outers: list[Outer] = []
    for (column_step, *_), rows in runs.items():
        rows.sort(key=lambda row: row[0].place)
        for start, stop, row_step in _even_runs([row[0].place for row in rows]):
            matrix = rows[start:stop]
            if len(matrix) * len(matrix[0]) < WORTH_A_LOOP:
                for row in matrix:
                    others += row
                continue
            upstreams = tuple([row[0].flow.upstream for row in matrix])
            inputs = tuple([term.flow.local for term in matrix[0]])
            outers.append(Outer(upstreams, inputs, matrix[0][0].place, row_step, column_step))
    others = _without_biases(outers, others)
    flows: dict[int, list[Flow]] = {}
    position = {id(term): number for number, term in enumerate(terms)}
    for term in sorted(others, key=lambda term: position[id(term)]):  # added up in the order of backward()
        flows.setdefault(term.place, []).append(term.flow)
    return outers, [(place, trace.lift(sum_of_products(trace, found))) for place, found in sorted(flows.items())]


def _without_biases(outers: Sequence[Outer], terms: Sequence[Term]) -> list[Term]:
    """The terms without those of the biases that belong to outers: their upstreams themselves, at even steps."""
    ones: dict[int, list[Term]] = {}
    for term in terms:
        local, upstream, cut, _ = term.flow
        if not isinstance(local, Traced) and local == 1 and isinstance(upstream, Traced) and cut is False:
            ones.setdefault(upstream.index, []).append(term)
    taken: set[int] = set()
    for outer in outers:
        found = [ones.get(upstream.index, []) for upstream in outer.upstreams]
        if len(found) < LEAST_BIASES or any(len(each) != 1 for each in found):
            continue
        biases = [each[0] for each in found]
        runs = _even_runs([term.place for term in biases])
        if len(runs) == 1 and taken.isdisjoint(map(id, biases)):
            outer.bias, outer.bias_step = biases[0].place, runs[0][2]
            taken.update(map(id, biases))
    return [term for term in terms if id(term) not in taken]


def find_layers(live: Sequence[Traced]) -> list[Layer]:
    """Dots with the same inputs over parameters at even steps."""
    rows: dict[tuple[object, ...], list[tuple[int, int | None, Traced]]] = {}
    inputs_of: dict[tuple[object, ...], tuple[Traced, ...]] = {}
    for node in live:
        if node.function is not DOT:
            continue
        n = node.value
        weights, inputs, bias = node.args[:n], node.args[n:-1], node.args[-1]
        if any(weight.function is not PARAMETER for weight in weights):
            weights, inputs = inputs, weights
        if any(weight.function is not PARAMETER for weight in weights):
            continue
        if bias.function is PARAMETER:
            bias_place = bias.value
        elif bias.function is CONSTANT and bias.value == 0:
            bias_place = None
        else:
            continue
        places = [weight.value for weight in weights]
        step = places[1] - places[0] if n > 1 else 1
        if any(after - before != step for before, after in pairwise(places)):
            continue
        key = (step, bias_place is None, *[x.index for x in inputs])
        inputs_of[key] = inputs
        rows.setdefault(key, []).append((places[0], bias_place, node))
    layers = []
    for key, found in rows.items():
        found.sort(key=lambda row: row[0])
        for start, stop, row_step in _even_runs([place for place, _, _ in found]):
            biases = [bias for _, bias, _ in found[start:stop] if bias is not None]
            evenly = _even_runs(biases) if biases else [(0, stop - start, 0)]
            for first, last, bias_step in evenly:
                matrix = found[start + first : start + last]
                inputs = inputs_of[key]
                if len(matrix) * len(inputs) >= WORTH_A_LOOP:
                    nodes = [node for _, _, node in matrix]
                    step = key[0]
                    assert isinstance(step, int)
                    layers.append(Layer(nodes, inputs, matrix[0][0], row_step, step, matrix[0][1], bias_step))
    layers.sort(key=lambda layer: layer.nodes[0].index)
    return layers


def take_in_gates(layers: Sequence[Layer], live: Sequence[Traced], roots: Sequence[Traced]) -> None:
    """Let layers do what follows them, where this sets results to 0 and nothing else needs the results before."""
    if not layers:
        return
    users: dict[int, list[Traced]] = {}
    for node in live:
        for arg in node.args:
            users.setdefault(arg.index, []).append(node)
    kept = {root.index for root in roots}
    for layer in layers:
        found = [_gate(node, users) for node in layer.nodes if node.index not in kept]
        chosen = [each for each in found if each is not None]
        if len(chosen) < len(layer.nodes) or len({each[0] for each in chosen}) > 1:
            continue
        gates = tuple([other for _, _, others, _ in chosen for other in others])
        first = min(node.index for node in layer.nodes)
        if any(other.index >= first for other in gates):  # it may depend on the layer itself
            continue
        conditions = [condition for *_, condition in chosen if len(users[condition.index]) == 1]
        layer.absorbed = (*layer.nodes, *conditions)
        layer.nodes = [choice for _, choice, _, _ in chosen]
        layer.gate, layer.gates = chosen[0][0], gates


def _gate(node: Traced, users: dict[int, list[Traced]]) -> tuple[Gate, Traced, tuple[Traced, ...], Traced] | None:
    """What sets a node to 0: the gate, its result, the other number that decides, and the condition."""
    found = users.get(node.index, [])
    for choice in found:
        if choice.function is not WHERE or choice.args[2] is not node or not _is_zero(choice.args[1]):
            continue
        condition = choice.args[0]
        if not condition.args or not _is_zero(condition.args[-1]):
            continue
        decisive = condition.args[0]
        if condition.function is LESS and decisive is node and users[condition.index] == [choice]:
            if {user.index for user in found} == {choice.index, condition.index}:
                return Gate.OWN, choice, (), condition
        elif condition.function is LESS_EQUAL and decisive is not node and len(found) == 1:
            return Gate.OTHER, choice, (decisive,), condition
    return None


def _is_zero(node: Traced) -> bool:
    return node.function is CONSTANT and node.value == 0 and copysign(1.0, node.value) > 0


def _even_runs(places: Sequence[int]) -> list[tuple[int, int, int]]:
    """Cut a list of numbers into runs with even steps: (start, stop, step)."""
    runs = []
    start = 0
    while start < len(places):
        stop = start + 1
        step = places[stop] - places[start] if stop < len(places) else 0
        while stop < len(places) and places[stop] - places[stop - 1] == step:
            stop += 1
        runs.append((start, stop, step))
        start = stop
    return runs
