"""Draws the gallery while MkDocs builds the site, so that no picture can be older than the library."""

from collections.abc import Iterator
from random import Random
from typing import Any

from mkdocs.plugins import event_priority
from mkdocs.structure.files import File

from micrograd_kr import Value, draw, nn, page, tanh


def graphs() -> Iterator[tuple[str, Value, dict[str, Any]]]:
    """The name of each picture, its graph, and how it is drawn."""
    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(10.0, label="c")
    yield "product", (a * b + c) ** 2, {}

    a = Value(3.0, label="a")
    b = a + a
    b.label = "b"
    yield "shared", b * b, {}

    w = [Value(weight, label=f"w{index}") for index, weight in enumerate((0.5, -1.0))]
    x = [Value(number, label=f"x{index}") for index, number in enumerate((2.0, 1.5))]
    yield "neuron", tanh(w[0] * x[0] + w[1] * x[1] + Value(0.75, label="bias")), {}

    model = nn.MLP(2, [3, 1], activation="tanh", seed=1)
    random = Random(1)
    yield "net", (model([random.random(), random.random()]) - 1) ** 2, {"collapse": True}


@event_priority(-200)  # after the plugin that gives each language its folder, which knows only files on disk
def on_files(files: Any, config: Any) -> Any:
    """MkDocs calls this for each language: add a picture and a live page of each graph to the site's files."""
    language = config.plugins["i18n"].current_language
    for name, root, options in graphs():
        root.label = root.label or "out"
        root.backward()
        picture = draw(root, lang=language, **options).pipe("svg")
        for source, content in (("svg", picture), ("html", page(root, lang=language).html)):
            file = File.generated(config, f"pictures/{name}.{source}", content=content)
            if language != "en":
                file.dest_uri = f"{language}/{file.src_uri}"
            files.append(file)
    return files
