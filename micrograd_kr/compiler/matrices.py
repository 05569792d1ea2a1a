"""Find the matrices in a program of scalars: layers of dots that share their inputs, and gradients of their weights.

Weights that lie in memory at even steps, row by row, are a matrix; a loop over it does the work of all its scalars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..elementary import DOT
from ..trace import CONSTANT, PARAMETER, Flow, Term, Trace, Traced, sum_of_products

WORTH_A_LOOP = 16  # multiply-adds


@dataclass(eq=False, slots=True)
class Layer:
    """rows dots over the same columns inputs: out[j] = bias[j] + sum over i of weight[j, i] * input[i]."""

    nodes: list[Traced]
    inputs: tuple[Traced, ...]
    weight: int
    row_step: int
    column_step: int
    bias: int | None
    bias_step: int
    input_slot: int = -1
    output_slot: int = -1

    def move(self, new: dict[int, int]) -> None:
        """Give the slots their new numbers."""
        self.input_slot, self.output_slot = new[self.input_slot], new[self.output_slot]


@dataclass(eq=False, slots=True)
class Outer:
    """The gradients of a weight matrix: gradient[j, i] += upstream[j] * input[i]."""

    upstreams: tuple[Traced, ...]
    inputs: tuple[Traced, ...]
    weight: int
    row_step: int
    column_step: int
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
    flows: dict[int, list[Flow]] = {}
    position = {id(term): number for number, term in enumerate(terms)}
    for term in sorted(others, key=lambda term: position[id(term)]):  # added up in the order of backward()
        flows.setdefault(term.place, []).append(term.flow)
    return outers, [(place, trace.lift(sum_of_products(trace, found))) for place, found in sorted(flows.items())]


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
