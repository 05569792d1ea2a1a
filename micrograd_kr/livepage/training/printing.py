"""Traced programs as JavaScript: a function's numbers and gradient, written from the rules of the table.

>>> from micrograd_kr.ops import OPS
>>> print(slope_function(OPS["tanh"]))
(x,o,u)=>{const t3=o*o,t5=1-t3,t6=u*t5;return t6}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...elementary import DOT, WHERE
from ...engine import Value, topological_order
from ...trace import (
    CONSTANT,
    INPUT,
    PARAMETER,
    Flow,
    Recording,
    Trace,
    Traced,
    gradient_program,
    record,
    sum_of_products,
)
from ..javascript import written_number

Names = Mapping[Traced, str]


class Writer:
    """Writes the traced numbers that results need as `const` lines, each once, in the order of the trace.

    Args:
        given: the names under which some numbers are there already.
        parameters, inputs: how the number at a place is read, with a `{}` for the place.
    """

    def __init__(self, given: Names, parameters: str = "p[{}]", inputs: str = "x[{}]") -> None:
        self.given, self.parameters, self.inputs = given, parameters, inputs

    def name(self, node: Traced) -> str:
        """How a number stands in a line."""
        if node in self.given:
            return self.given[node]
        if node.function is CONSTANT:
            return written_number(node.value)
        if node.function is INPUT:
            return self.inputs.format(node.value)
        if node.function is PARAMETER:
            return self.parameters.format(node.value)
        return f"t{node.index}"

    def lines(self, results: Sequence[Traced]) -> str:
        """What computes the results, as one `const` statement; "" if they are all there already."""
        needed: dict[int, Traced] = {}
        stack = list(results)
        while stack:
            node = stack.pop()
            if node.index in needed or node in self.given or node.function in (CONSTANT, INPUT, PARAMETER):
                continue
            needed[node.index] = node
            stack += node.args
        texts = [f"{self.name(needed[index])}={self._text(needed[index])}" for index in sorted(needed)]
        return f"const {','.join(texts)};" if texts else ""

    def _text(self, node: Traced) -> str:
        names = list(map(self.name, node.args))
        if node.function is DOT:
            weights, inputs, bias = names[: node.value], names[node.value : -1], names[-1]
            return "+".join([bias, *[f"{w}*{x}" for w, x in zip(weights, inputs, strict=True)]])
        if node.function is WHERE:
            return "{}?{}:{}".format(*names)
        cell = node.function.written("javascript")
        return cell.format(*names) if "{}" in cell else f"{cell}({','.join(names)})"


# --- functions of one number ------------------------------------------------------------------------------------------


def forward_function(function: Callable[[Value], Any]) -> str:
    """A function of one Value, as a JavaScript function of x."""
    recording = record(function, [()])
    (out,) = recording.numbers
    writer = Writer({recording.trace.input(0): "x"})
    return f"(x)=>{{{writer.lines([out])}return {writer.name(out)}}}"


def slope_function(function: Callable[[Value], Any]) -> str:
    """Its derivative times what flows in from above: a function of x, the result `o` and the upstream gradient `u`.

    Where a rule wrote an exact 0 nothing flows, whatever u is.
    """
    recording = record(function, [()])
    (out,), trace = recording.numbers, recording.trace
    upstream = trace.input(1)
    _, (slope,) = gradient_program(recording, [upstream], of_inputs=True)
    given = {trace.input(0): "x", upstream: "u"}
    if out is not trace.input(0):
        given[out] = "o"
    writer = Writer(given)
    return f"(x,o,u)=>{{{writer.lines([slope])}return {writer.name(slope)}}}"


# --- a neuron ---------------------------------------------------------------------------------------------------------


def neuron_functions(dot: Any) -> dict[str, str]:
    """The op `dot` with one weight: adding an input to a sum, and what flows to the weight, the input and the sum.

    A neuron of n inputs is n of them, one after the other: dot(w1, x1, dot(w2, x2, b)).
    """
    recording = record(dot, [(), (), ()])
    (out,), trace = recording.numbers, recording.trace
    upstream = trace.input(3)
    _, gradients = gradient_program(recording, [upstream], of_inputs=True)
    names = {trace.input(place): name for place, name in enumerate("wxbu")}
    writer = Writer(names)

    def function(arguments: str, result: Traced) -> str:
        return f"({arguments})=>{{{writer.lines([result])}return {writer.name(result)}}}"

    flows = zip(("toWeight", "toInput", "toSum"), gradients, strict=True)
    return {"add": function("w,x,b", out)} | {name: function("w,x,u", flow) for name, flow in flows}


# --- a loss -----------------------------------------------------------------------------------------------------------


def head_recording(whole: Recording, scores: Sequence[Value], targets: Sequence[Value]) -> Recording | None:
    """The part of a loss from a model's scores on, as a function of (scores, targets); None if it needs more than them.

    Args:
        whole: the recording whose first output is the loss.
        scores, targets: the Values in it.
    """
    trace = Trace()
    inputs = [Value(trace.input(place)) for place in range(len(scores) + len(targets))]
    known = dict(zip([*scores, *targets], inputs, strict=True))
    given, output = {*whole.parameters, *whole.inputs}, whole.outputs[0]
    stack, seen = [output], set(known)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in given:
            return None
        stack += node.args
    again = replayed(output, known)
    return replace(
        whole,
        trace=trace,
        outputs=[again],
        parameters=[],
        inputs=inputs,
        shapes=((len(scores),), (len(targets),)),
        order=topological_order(again),
    )


def replayed(output: Value, known: Mapping[Value, Value]) -> Value:
    """The output computed again, with other Values in the place of those that are known; nothing below them is."""
    done, stack = dict(known), [output]
    while stack:
        node = stack[-1]
        waiting = [arg for arg in node.args if arg not in done] if node not in done else []
        if waiting:
            stack += waiting
            continue
        if node not in done:
            done[node] = node if node.op is None else node.op(*[done[arg] for arg in node.args])
        stack.pop()
    return done[output]


def loss_functions(recording: Recording, count: int) -> dict[str, str]:
    """A recorded head as `loss(o, y)` and `gradient(o, y, u, d)`, which returns the loss, and writes u times the
    derivative by each score into d.

    Args:
        recording: a function of (scores, targets), as `head_recording` returns it.
        count: how many scores there are.
    """
    trace = recording.trace
    names = {node: f"o[{place}]" for place in range(count) for node in [trace.input(place)]}
    names |= {
        node: f"y[{place - count}]" for place in range(count, len(recording.inputs)) for node in [trace.input(place)]
    }
    (out,) = recording.numbers
    upstream = trace.input(len(recording.inputs))
    _, gradients = gradient_program(recording, [upstream], of_inputs=True)
    writer = Writer(names | {upstream: "u"})
    written = "".join([f"d[{place}]={writer.name(each)};" for place, each in enumerate(gradients[:count])])
    return {
        "loss": f"(o,y)=>{{{writer.lines([out])}return {writer.name(out)}}}",
        "gradient": f"(o,y,u,d)=>{{{writer.lines([out, *gradients[:count]])}{written}return {writer.name(out)}}}",
    }


# --- a whole program --------------------------------------------------------------------------------------------------


def program_functions(loss: Recording, outputs: Recording, count: int) -> dict[str, str]:
    """A recorded loss of one example as it is: `loss(p, x, y)`, `gradient(p, x, y, u, g)` and `scores(p, x, o)`.

    gradient adds u times the derivative by each parameter into g, and returns the loss.

    Args:
        loss: a function of (x, y).
        outputs: the model's outputs, a function of x with the same parameters in the same order.
        count: how many numbers x has.
    """
    trace = loss.trace
    total = len(loss.inputs)
    names = {trace.input(place): f"y[{place - count}]" for place in range(count, total)}
    upstream = trace.input(total)
    (out,) = loss.numbers
    terms, _ = gradient_program(loss, [upstream])
    writer = Writer(names | {upstream: "u"})
    flows: dict[int, list[Flow]] = {}
    for term in terms:
        flows.setdefault(term.place, []).append(term.flow)
    sums = {place: trace.lift(sum_of_products(trace, each)) for place, each in sorted(flows.items())}
    moved = "".join([f"g[{place}]+={writer.name(each)};" for place, each in sums.items()])
    results = [out, *sums.values()]
    shown = Writer({})
    scores = outputs.numbers
    written = "".join([f"o[{place}]={shown.name(each)};" for place, each in enumerate(scores)])
    return {
        "loss": f"(p,x,y)=>{{{writer.lines([out])}return {writer.name(out)}}}",
        "gradient": f"(p,x,y,u,g)=>{{{writer.lines(results)}{moved}return {writer.name(out)}}}",
        "scores": f"(p,x,o)=>{{{shown.lines(scores)}{written}}}",
    }
