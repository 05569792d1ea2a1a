"""What every view of a graph shares: names and modules, and the layout engine."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import micrograd_kr
from micrograd_kr import Stepper, Value, draw, nn, page
from micrograd_kr.drawing import set_renderer
from micrograd_kr.graph import Graph, names_of, svg_of

ROOT = Path(micrograd_kr.__file__).parent


def test_stepper_picture_and_page_call_a_node_the_same():
    model = nn.MLP(2, [3, 1])
    loss = (model([Value(1.0, label="x"), 2.0]) - 1) ** 2
    names = names_of(loss)
    drawing = draw(loss, collapse=False)
    titles = dict(re.findall(r'id="(n\d+)".*?label="([^"|]*)', drawing.source))
    html = page(loss).html
    stepper = Stepper(loss)
    for parameter in model.parameters():
        assert re.fullmatch(r"layer\d\.neuron\d\.(w\d|b)", names[parameter])
        assert titles[drawing.ids[parameter]] == names[parameter] == stepper.names[parameter]
        assert f'"{names[parameter]}"' in html
    assert len({names[parameter] for parameter in model.parameters()}) == len(model.parameters())


def test_a_parameter_belongs_to_its_module_also_if_another_reads_it():
    class Tied(nn.Module):
        def __init__(self):
            self.inner, self.gain = nn.Neuron(1), Value(3.0)

        def forward(self, x):
            return self.inner.w[0] * x * self.gain

    tied, x = Tied(), Value(1.0, label="x")
    graph = Graph(tied(x) * 2.0)
    kinds = {graph.names[node]: graph.kind(node) for node in graph.nodes if node.op is None}
    assert kinds["inner.w0"] == kinds["gain"] == "parameter"
    assert graph.home[graph.number[tied.inner.w[0]]].title == "Tied"
    assert kinds["2"] == "constant"


def test_the_renderer_can_be_replaced_for_pictures_and_pages():
    asked = []

    def render(source):
        asked.append(source)
        return graphviz_svg[source] if source in graphviz_svg else svg_with_graphviz(source)

    def svg_with_graphviz(source):
        set_renderer(None)
        graphviz_svg[source] = svg_of(source)
        set_renderer(render)
        return graphviz_svg[source]

    graphviz_svg = {}
    out = Value(2.0, label="a") * 3.0
    picture, html = draw(out).pipe(encoding="utf-8"), page(out).html
    try:
        set_renderer(render)
        assert draw(out).pipe(encoding="utf-8") == picture
        assert page(out).html == html
        assert len(asked) == 2 and all(source.startswith("digraph") for source in asked)
        set_renderer(lambda source: b"<svg/>")
        with pytest.raises(TypeError, match="returned a bytes"):
            draw(out).pipe()
        with pytest.raises(TypeError, match="takes a function"):
            set_renderer("dot")
    finally:
        set_renderer(None)
    assert draw(out).pipe(encoding="utf-8") == picture


def output_of(code):
    environment = {**os.environ, "PYTHONPATH": str(ROOT.parent), "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_graphviz_and_rich_are_imported_only_where_they_are_needed():
    code = (
        "import sys; sys.modules.update(rich=None, graphviz=None); import micrograd_kr.drawing;"
        "from micrograd_kr import Value, Stepper, page; out = Value(2.0).exp(); s = Stepper(out, lang='en'); s.run();"
        "page(out); print(s); s.show(); micrograd_kr.drawing.set_renderer(None)"
    )
    assert output_of(code).count("step 4 of 4") == 2
