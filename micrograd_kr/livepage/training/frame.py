"""The graph page inside the training page: one example's own computation graph, opened by a click.

For layers Python prepares what does not depend on their sizes: the rules of all ops that can be met, the loss, and the
activations, node by node; script/training/scalar.js puts a graph of any size together from them. The graph of any
other model is drawn here, as page() draws it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...engine import Value
from ...graph import Graph
from ...locale import preferred, translate
from ...ops import OPS
from ..assembling import assemble, json_number, knowledge_of, rules_of, variants_of, words_of
from ..document import MOST_NODES, page
from .printing import replayed
from .structure import Anatomy, Function

# Where the script puts the views and the graph; what an activation's argument is called
VIEWS, DATA, SUM = "@views@", "@data@", "□"
_TRIAL = 0.5


def layered_frame(anatomy: Anatomy, functions: Mapping[str, Function], widths: Sequence[int], lang: str) -> Any:
    """What the script needs to put the graph of any net of these activations and widths together.

    Args:
        functions: the activations by name.
        widths: the numbers of inputs that a neuron can have.
    """
    head = _head(anatomy)
    dots = {width: OPS["dot"](*[Value(_TRIAL) for _ in range(2 * width + 1)]) for width in widths}
    activations = {name: _activation(function) for name, function in functions.items()}
    sampler = Graph(OPS["sum"](head, *dots.values(), *activations.values()))
    variants = variants_of(sampler)
    return {
        "shell": _shell(sampler, lang),
        "parts": [VIEWS, f'"{DATA}"', SUM],
        "symbols": [op.symbol for op, _ in variants],
        "dots": {width: variants[dot.op, len(dot.args)] for width, dot in dots.items() if dot.op},
        "activations": {name: _listed(root, variants) for name, root in activations.items()},
        "head": _listed(head, variants),
    }


def _head(anatomy: Anatomy) -> Value:
    """The loss on named scores and targets."""
    head = anatomy.head
    assert head is not None
    scores, targets = head.shapes[0][0], head.shapes[1][0]
    labels = [f"score{i + 1}" if scores > 1 else "score" for i in range(scores)]
    labels += [f"y{i + 1}" if targets > 1 else "y" for i in range(targets)]
    leaves = [Value(_TRIAL, label=label) for label in labels]
    loss = replayed(head.outputs[0], dict(zip(head.inputs, leaves, strict=True)))
    loss.label = "loss"
    return loss


def _activation(function: Function) -> Value:
    result: Value = function(Value(_TRIAL, label=SUM))
    return result


def _listed(root: Value, variants: Any) -> list[dict[str, Any]]:
    """The graph below the root, node by node; a leaf that the script fills in has no number."""
    graph = Graph(root)
    found = []
    for node, arguments in zip(graph.nodes, graph.arguments, strict=True):
        entry: dict[str, Any] = {"name": graph.names[node], "tight": graph.names.precedence(node), "args": arguments}
        if node.op is not None:
            entry |= {"op": variants[node.op, len(node.args)], "spelling": graph.names.spell(node)}
        elif graph.kind(node) == "constant":
            entry |= {"op": -2, "number": json_number(node.data)}
        else:
            entry |= {"op": -1}
        found.append(entry)
    return found


def _shell(sampler: Graph, lang: str) -> str:
    """The graph page with every op that can be met, and without a graph."""
    rules, ops = rules_of(sampler)
    words = {code: words_of(sampler, code) for code in preferred(lang)}
    return assemble(
        "graph_page",
        lang=lang,
        title=translate("livepage.graph", lang),
        parts={"heading": ' data-w="graph"', "rate": "0.1", "descent": "", "views": VIEWS},
        data=DATA,
        knowledge=knowledge_of(sampler, words, ops),
        rules=rules,
    )


# --- any other model --------------------------------------------------------------------------------------------------


def recorded_frame(
    loss: Any,
    parameters: Sequence[Value],
    trained: set[Value],
    x: Any,
    y: Any,
    names: Sequence[str],
    lang: str,
) -> Any:
    """The graph of one example as page() draws it, and which of its leaves are parameters, inputs and targets.

    Args:
        trained: those of the parameters that training moves.
        x, y: an example, with the shapes that the loss takes.
        names: of the inputs.

    Returns:
        None if the graph is too large to be shown.
    """
    inputs = [Value(number, label=name) for number, name in zip(_flat(x), names, strict=True)]
    several = isinstance(y, list)
    targets = [Value(number, label=f"y{i + 1}" if several else "y") for i, number in enumerate(_flat(y))]
    root = loss(inputs if isinstance(x, list) else inputs[0], targets if several else targets[0])
    root.label = root.label or "loss"
    graph = Graph(root)
    if len(graph.nodes) > MOST_NODES:
        return None
    numbers = graph.number
    moved = [each for each in parameters if each in numbers and each in trained]
    opening = '<script type="application/json" id="graph">{'
    return {
        "parts": [opening],
        "count": len(graph.nodes),
        "shell": page(root, lang=lang, train=moved).html,
        "places": {
            name: [numbers.get(leaf, -1) for leaf in leaves]
            for name, leaves in (("parameters", parameters), ("inputs", inputs), ("targets", targets))
        },
    }


def _flat(numbers: Any) -> list[float]:
    return list(numbers) if isinstance(numbers, list) else [numbers]
