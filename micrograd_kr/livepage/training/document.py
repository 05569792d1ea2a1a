"""training_page(): the page on which a net learns, as one HTML file."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from os import PathLike
from typing import Any

from ...engine import Value
from ...graph import shortened
from ...locale import catalog, language, preferred, translate
from ...nn import INITIALIZATIONS, Optimizer
from ...ops import OPS
from ..assembling import HtmlPage, assemble, catalogs, packed
from ..document import MOST_NODES
from .frame import layered_frame, recorded_frame
from .printing import loss_functions, neuron_functions, program_functions
from .rules import (
    activation_functions,
    offered_activations,
    offered_initializations,
    offered_optimizers,
    offered_penalties,
)
from .structure import Anatomy, Function, name_of_activation, take_apart

SIZES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16)  # that a hidden layer can be given in the page
MOST_LAYERS = 4  # hidden ones
MOST_CLASSES = 10
_LONGEST_NAME = 10.0  # em


class TrainingPage(HtmlPage):
    """A page on which a net learns; in a notebook it shows itself.

    Attributes:
        html: the whole page.
        count: how many parameters the model has.
    """

    def __init__(self, html: str, count: int) -> None:
        super().__init__(html)
        self.count = count

    def __repr__(self) -> str:
        return f'<TrainingPage of {self.count} parameters: .save("net.html"), or .open() in the browser>'


def training_page(
    model: Callable[..., Any],
    X: Any,  # noqa: N803
    Y: Any,  # noqa: N803
    loss: Callable[..., Any],
    path: str | PathLike[str] | None = None,
    *,
    optimizer: Optimizer | None = None,
    batch_size: int | None = None,
    test: float = 0.2,
    seed: int = 0,
    initialization: str = "uniform",
    names: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    lang: str | None = None,
    title: str | None = None,
) -> TrainingPage:
    """One self-contained HTML file in which the model learns before your eyes: no server, no network, no Python.

    The page trains by the rules of the tables, written as JavaScript: its numbers are those of training in Python. A
    click on an example opens that example's own computation graph.

    Args:
        model: x -> one Value or a list of them, such as an nn.MLP. If what it records is layers of neurons, their
            sizes and activations can be changed in the page; any other model is trained as it is.
        X, Y: the examples, with a row for each, and their targets; whole numbers such as 0 and 1, or -1 and 1, are
            classes.
        loss: loss(x, y) of one example, as for `jit`.
        path: a file to write, too.
        optimizer: what the page begins with, such as nn.Adam(model, lr=0.01); nn.SGD with the rate 0.1 unless given. Of
            a schedule the page takes the first rate. Only the optimizer's parameters are trained, without one those of
            the model; frozen ones stay as they are.
        batch_size: how many examples each step takes to begin with; None takes all.
        test: the share of the examples that is kept for the test.
        seed: of the split, of the order of the batches, and of the first weights of a net that is changed in the page.
        initialization: how such weights start, as in nn.MLP.
        names: what the inputs are called; x1, x2, ... unless given.
        labels: what the classes are called, in their order; by their numbers unless given.
        lang: "ko" or "en", to begin with; the page can switch.
        title: the page's heading.

    Returns:
        A TrainingPage, with `.html`, `.save(path)` and `.open()`; in a notebook it shows itself.

    Raises:
        TypeError: the loss is no Value, or it uses a function that JavaScript does not have.
        ValueError: X and Y do not fit, there is nothing to train, the model draws random numbers, or an option is none.

    >>> from micrograd_kr import data, nn
    >>> X, Y = data.moons(40)
    >>> model = nn.MLP(2, [4, 1], activation="tanh", seed=1)
    >>> training_page(model, X, Y, lambda x, y: nn.binary_cross_entropy(model(x), y), lang="en")
    <TrainingPage of 17 parameters: .save("net.html"), or .open() in the browser>
    """
    lang = language(lang)
    examples = _Examples(X, Y)
    if initialization not in INITIALIZATIONS:
        raise ValueError(f"there is no initialization {initialization!r}: choose one of {', '.join(INITIALIZATIONS)}")
    if not 0 <= test < 1:
        raise ValueError(f"test is the share of the examples that is kept, from 0 to less than 1; got {test!r}")
    if not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"a seed of the page is a whole number from 0 to 2**32 - 1, got {seed!r}")
    if batch_size is not None and (not isinstance(batch_size, int) or batch_size < 1):
        raise ValueError(f"batch_size is a whole number of at least 1, got {batch_size!r}")
    anatomy = take_apart(model, loss, examples.input_shape, examples.target_shape)
    outputs = len(anatomy.scores.outputs)
    classes = examples.classes(outputs)
    named = [str(name) for name in names] if names is not None else [f"x{i + 1}" for i in range(examples.inputs)]
    if len(named) != examples.inputs:
        raise ValueError(f"names has a name for each of the {examples.inputs} inputs, got {len(named)}")
    titles = [str(label) for label in labels] if labels is not None else [f"{label:g}" for label in classes]
    if len(titles) != len(classes):
        raise ValueError(f"labels has a name for each of the {len(classes)} classes, got {len(titles)}")
    layers, functions = _named_layers(anatomy)
    trained = _trained(model, optimizer, anatomy)
    hidden = [layer["activation"] for layer in layers[:-1]] if layers else []
    sizes = sorted({*SIZES, *[layer["size"] for layer in layers or ()]})
    widths = sorted({*sizes, examples.inputs})
    frame = (
        layered_frame(anatomy, functions, widths, lang)
        if layers
        else recorded_frame(loss, anatomy.parameters, trained, *examples.first, named, lang)
    )
    inner = frame.pop("shell") if frame else ""
    optimizers, chosen = _optimizers(optimizer)
    settings = {
        "data": "own",
        "count": 200,
        "noise": 0,
        "test": test if len(examples.x) > 4 else 0,
        "seed": seed,
        "batch": batch_size or 0,
        "activation": "own",
        "hidden": [layer["size"] for layer in (layers or [])[:-1]],
        "start": "own",
        **chosen,
    }
    data = {
        "lang": lang,
        "inputs": examples.inputs,
        "targets": examples.targets,
        "outputs": outputs,
        "classes": classes,
        "labels": [shortened(label, _LONGEST_NAME) for label in titles],
        "names": [shortened(name, _LONGEST_NAME) for name in named],
        "own": {"x": examples.x, "y": examples.y},
        "frozen": [place for place, parameter in enumerate(anatomy.parameters) if parameter not in trained],
        "parameters": [_number(parameter) for parameter in anatomy.parameters],
        "layers": layers,
        "mixed": len(set(hidden)) > 1,
        "sizes": sizes,
        "mostLayers": MOST_LAYERS,
        "mostNodes": MOST_NODES,
        "start": initialization,
        "settings": settings,
        "shell": packed(inner),
    }
    knowledge = {
        **catalogs({code: _words(code) for code in preferred(lang)}),
        "initializations": offered_initializations(widths),
        "frame": frame,
    }
    rules = {
        "neuron": _object(neuron_functions(OPS["dot"])),
        "activations": _object({name: activation_functions(function) for name, function in functions.items()}),
        "optimizers": _object(optimizers),
        "penalties": _object(offered_penalties()),
        "head": "null" if anatomy.head is None else _object(loss_functions(anatomy.head, outputs)),
        "program": "null" if layers else _object(program_functions(anatomy.loss, anatomy.scores, examples.inputs)),
    }
    heading = _heading(lang, title, layers, examples.inputs, len(anatomy.parameters))
    html = assemble(
        "training_page",
        lang=lang,
        title=heading["title"],
        parts={"heading": heading["attributes"], **_words_of_template(lang)},
        data=data,
        knowledge=knowledge,
        rules=_object(rules),
        data_id="data",
    )
    if inner:
        html = _allowing(html, inner)
    made = TrainingPage(html, len(anatomy.parameters))
    if path is not None:
        made.save(path)
    return made


_POLICY = re.compile('http-equiv="Content-Security-Policy" content="([^"]*)"')


def _allowing(html: str, inner: str) -> str:
    """The page with a policy under which the script and the style of a page in a frame of it run, too."""
    policies = [dict(part.split(" ", 1) for part in text.split("; ")) for text in map(_policy, (html, inner))]
    outer = policies[0]
    for name in ("script-src", "style-src"):
        outer[name] += " " + policies[1][name]
    return html.replace(_policy(html), "; ".join([f"{name} {sources}" for name, sources in outer.items()]), 1)


def _policy(html: str) -> str:
    found = _POLICY.search(html)
    assert found is not None
    return found[1]


def _object(entries: Mapping[str, str]) -> str:
    """A JavaScript object of these expressions."""
    return "{" + ",\n".join([f'"{name}":{text}' for name, text in entries.items()]) + "}"


class _Examples:
    """The examples as lists of numbers, checked.

    Attributes:
        x, y: a list of numbers for each example.
        input_shape, target_shape: () if the examples are single numbers.
    """

    def __init__(self, X: Any, Y: Any) -> None:  # noqa: N803
        self.x, self.input_shape = _rows("X", X)
        self.y, self.target_shape = _rows("Y", Y)
        if len(self.x) != len(self.y):
            raise ValueError(f"X and Y have a row for each example: got {len(self.x)} and {len(self.y)}")
        self.inputs, self.targets = len(self.x[0]), len(self.y[0])

    @property
    def first(self) -> tuple[Any, Any]:
        """The first example as the loss takes it."""
        x, y = self.x[0], self.y[0]
        return x if self.input_shape else x[0], y if self.target_shape else y[0]

    def classes(self, outputs: int) -> list[int]:
        """The labels, if the targets are labels: two of them for one output, else 0, 1, ... for as many outputs."""
        found = {row[0] for row in self.y}
        if self.targets != 1 or self.target_shape or any(label != int(label) for label in found):
            return []
        if outputs > 1:
            return list(range(outputs)) if outputs <= MOST_CLASSES and found <= set(range(outputs)) else []
        if found <= {-1, 1} and -1 in found:
            return [-1, 1]
        return [0, 1] if found <= {0, 1} else []


def _rows(name: str, rows: Any) -> tuple[list[list[float]], tuple[int, ...]]:
    rows = rows.tolist() if hasattr(rows, "tolist") else rows
    if not isinstance(rows, list | tuple) or not rows:
        raise ValueError(
            f"{name} is a list or an array with a row for each example, and at least one; got {rows!r:.60}"
        )
    found = [each.tolist() if hasattr(each, "tolist") else each for each in rows]
    is_flat = not isinstance(found[0], list | tuple)
    lists = [[each] if is_flat else list(each) for each in found]
    if len({len(each) for each in lists}) != 1:
        raise ValueError(f"the rows of {name} have different lengths: {sorted({len(each) for each in lists})}")
    try:
        numbers = [[float(number) for number in each] for each in lists]
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} has a row that is no list of numbers: {error}") from None
    if not all(math.isfinite(number) for each in numbers for number in each):
        raise ValueError(f"{name} has a number that is inf or nan")
    return numbers, () if is_flat else (len(numbers[0]),)


def _number(parameter: Value) -> float:
    number = float(parameter.data)
    if not math.isfinite(number):
        raise ValueError(f"a parameter of the model is {number}: the page starts from finite numbers")
    return number


def _trained(model: Any, optimizer: Optimizer | None, anatomy: Anatomy) -> set[Value]:
    """The parameters that the page moves."""
    if optimizer is not None:
        return set(optimizer.parameters)
    known = model.parameters() if callable(getattr(model, "parameters", None)) else anatomy.parameters
    if anatomy.parameters and set(known).isdisjoint(anatomy.parameters):
        raise ValueError("there is nothing to train: every parameter is frozen, or the loss uses none of the model's")
    return set(known)


def _named_layers(anatomy: Anatomy) -> tuple[list[dict[str, Any]] | None, dict[str, Function]]:
    """The layers by size and name of their activation, and all activations by these names."""
    functions: dict[str, Function] = dict(offered_activations())
    if anatomy.layers is None:
        return None, functions
    layers: list[dict[str, Any]] = []
    for layer in anatomy.layers:
        name = name_of_activation(layer.activation) or f"own{len(layers)}"
        functions.setdefault(name, layer.activation)
        layers.append({"size": len(layer.places), "activation": name})
    return layers, functions


def _optimizers(given: Optimizer | None) -> tuple[dict[str, str], dict[str, Any]]:
    """All optimizers as JavaScript, and the settings that choose the given one."""
    offered = offered_optimizers()
    if given is None:
        return offered, {"optimizer": "SGD", "rate": 0.1, "penalty": "none", "strength": 0}
    (own,) = [text for name, text in offered_optimizers(given).items() if name == "own"]
    name = next((name for name, text in offered.items() if text == own), "own")
    if name == "own":
        offered["own"] = own
    decay = float(getattr(given, "weight_decay", 0))
    return offered, {
        "optimizer": name,
        "rate": float(given.learning_rate()),
        "penalty": "decay" if decay else "none",
        "strength": decay,
    }


def _heading(lang: str, title: str | None, layers: Any, inputs: int, count: int) -> dict[str, str]:
    if title:
        return {"title": str(title), "attributes": ""}
    if layers is None:
        text = translate("training_page.title_recorded", lang, count=str(count))
        return {"title": text, "attributes": f' data-w="title_recorded" data-count="{count}"'}
    net = "-".join([str(inputs), *[str(layer["size"]) for layer in layers]])
    text = translate("training_page.title", lang, net=net)
    return {"title": text, "attributes": f' data-w="title" data-net="{escape(net)}"'}


_PREFIX = "training_page."


def _words(lang: str) -> dict[str, str]:
    """The templates that the page can need."""
    return {key: text for key, text in catalog(lang).items() if key.startswith(_PREFIX)}


def _words_of_template(lang: str) -> dict[str, str]:
    """What the template's `{{t:key}}` stand for."""
    return {f"t:{key.removeprefix(_PREFIX)}": escape(text) for key, text in _words(lang).items()}
