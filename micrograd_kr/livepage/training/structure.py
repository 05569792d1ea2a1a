"""What a model and its loss are made of: layers of neurons and what follows them, found in the recorded graph.

Nothing here looks at classes: an MLP, a Sequential, a single Neuron and a class of the user's own are all layers if
what they record is. Other models have no layers; they are trained as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...elementary import DOT
from ...engine import Value, topological_order
from ...nn import ACTIVATIONS
from ...trace import PARAMETER, Recording, Traced, record
from .printing import forward_function, head_recording, replayed

Function = Callable[[Value], Any]


@dataclass(frozen=True)
class DenseLayer:
    """Neurons side by side that all see the same inputs.

    Attributes:
        places: for each neuron the places of its weights and its bias among the parameters.
        activation: the function of each neuron's sum.
    """

    places: list[list[int]]
    activation: Function


@dataclass(frozen=True)
class Anatomy:
    """A model and its loss, taken apart.

    Attributes:
        parameters: the Values that training moves; for layers in the order of the layers.
        layers: None unless the model is layers, and its loss a function of their outputs and the target.
        head: that function, recorded.
        loss, scores: the loss of one example and the model's outputs, recorded whole.
        targets: how many numbers the target of an example has, () for a single one.
    """

    parameters: list[Value]
    layers: list[DenseLayer] | None
    head: Recording | None
    loss: Recording
    scores: Recording


def take_apart(
    model: Callable[..., Any], loss: Callable[..., Any], inputs: tuple[int, ...], target: tuple[int, ...]
) -> Anatomy:
    """Record the model and its loss, and find the layers.

    Args:
        model: x -> scores.
        loss: (x, y) -> a Value.
        inputs, target: the shapes of x and y.

    Raises:
        TypeError: as `micrograd_kr.trace.record`.
        ValueError: the loss depends on no parameter, or draws random numbers.
    """

    def both(x: Any, y: Any) -> list[Any]:
        scores = model(x)
        return [loss(x, y), *(scores if isinstance(scores, list | tuple) else [scores])]

    together = record(both, [inputs, target])
    if together.random_count:
        raise ValueError(
            "the model draws random numbers, as dropout does, which the page cannot draw again: call model.eval() first"
        )
    if set(together.parameters).isdisjoint(topological_order(together.outputs[0])):
        raise ValueError(
            "the loss depends on no parameter: compute it from model(x), not from .data, nor under no_grad"
        )
    count = len(together.inputs) - _size(target)
    whole = _part(together, together.outputs[:1])
    scores = _part(together, together.outputs[1:])
    layers = _layers(together, together.inputs[:count])
    head = None
    if layers is not None:
        twins = [_twin(together.outputs[0], output.data) for output in together.outputs[1:]]
        met = [twin for twin in twins if twin is not None]
        if len(met) == len(twins):
            head = head_recording(together, met, together.inputs[count:])
    places = [place for layer in layers or () for neuron in layer.places for place in neuron]
    if head is None or sorted(places) != list(range(len(together.parameters))):
        return Anatomy(together.parameters, None, None, whole, scores)
    return Anatomy([together.parameters[place] for place in places], layers, head, whole, scores)


def _size(shape: tuple[int, ...]) -> int:
    return shape[0] if shape else 1


def _part(recording: Recording, outputs: Sequence[Value]) -> Recording:
    """The same recording with some of its outputs."""
    return replace(recording, outputs=list(outputs), order=topological_order(*outputs))


def _twin(root: Value, number: Traced) -> Value | None:
    """The Value below the root that holds this number."""
    stack, seen = [root], {root}
    while stack:
        node = stack.pop()
        if node.data is number:
            return node
        for arg in node.args:
            if arg not in seen:
                seen.add(arg)
                stack.append(arg)
    return None


def _layers(together: Recording, inputs: Sequence[Value]) -> list[DenseLayer] | None:
    """From the outputs back to the inputs: each a function of one sum, the sums all of the same numbers."""
    found: list[DenseLayer] = []
    trace, given = together.trace, {*together.parameters, *together.inputs}

    def indices(row: Sequence[Value]) -> list[int]:
        return [trace.lift(each.data).index for each in row]

    wanted, current = indices(inputs), together.outputs[1:]
    while indices(current) != wanted:
        sums = [_sum_below(output, given) for output in current]
        known = [each for each in sums if each is not None]
        if len(known) < len(sums) or len(set(known)) < len(sums):
            return None
        count = known[0].data.value
        before = [list(each.args[count:-1]) for each in known]
        if any(indices(row) != indices(before[0]) for row in before):
            return None
        functions = [_between(output, each) for output, each in zip(current, known, strict=True)]
        texts = {forward_function(function) for function in functions}
        if len(texts) > 1:
            return None
        places = [[arg.value for arg in (*each.data.args[:count], each.data.args[-1])] for each in known]
        found.append(DenseLayer(places, functions[0]))
        current = before[0]
    return found[::-1] or None


def _is_neuron(node: Value) -> bool:
    """Whether it is a dot of parameters with other numbers, plus a parameter."""
    number = node.data
    if not isinstance(number, Traced) or number.function is not DOT:
        return False
    weights, bias = number.args[: number.value], number.args[-1]
    return len(node.args) == 2 * number.value + 1 and all(each.function is PARAMETER for each in (*weights, bias))


def _sum_below(output: Value, given: set[Value]) -> Value | None:
    """The one neuron's sum that the output is a function of; None if there are several, or something else."""
    stack, seen = [output], set()
    found: Value | None = None
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if _is_neuron(node):
            if found is not None and found is not node:
                return None
            found = node
        elif node.op is None:
            if node in given:
                return None
        else:
            stack += node.args
    return found


def _between(output: Value, total: Value) -> Function:
    return lambda x: replayed(output, {total: x})


def name_of_activation(function: Function) -> str:
    """The name under which nn knows the activation, "" if it is of the user's own."""
    text = forward_function(function)
    for name, known in ACTIVATIONS.items():
        try:
            if forward_function(known) == text:
                return name
        except TypeError:  # a row that cannot be written here
            continue
    return ""
