"""What micrograd's tests and its two notebooks do, with only the import changed."""

import random

import pytest

from micrograd_kr.engine import Value
from micrograd_kr.nn import MLP, Layer, Module, Neuron


def test_the_sanity_check_of_its_tests():
    x = Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    assert (y.data, x.grad) == (-20.0, 46.0)  # PyTorch's


def test_the_notebook_that_traces_a_graph():
    graphviz = pytest.importorskip("graphviz")

    def trace(root):
        nodes, edges = set(), set()

        def build(v):
            if v not in nodes:
                nodes.add(v)
                for child in v._prev:
                    edges.add((child, v))
                    build(child)

        build(root)
        return nodes, edges

    def draw_dot(root):
        dot = graphviz.Digraph(format="svg", graph_attr={"rankdir": "LR"})
        nodes, edges = trace(root)
        for n in nodes:
            dot.node(name=str(id(n)), label="{ data %.4f | grad %.4f }" % (n.data, n.grad), shape="record")  # noqa: UP031
            if n._op:
                dot.node(name=str(id(n)) + n._op, label=n._op)
                dot.edge(str(id(n)) + n._op, str(id(n)))
        for n1, n2 in edges:
            dot.edge(str(id(n1)), str(id(n2)) + n2._op)
        return dot

    random.seed(1337)
    n = Neuron(2)
    x = [Value(1.0), Value(-2.0)]
    y = n(x)
    y.backward()
    nodes, edges = trace(y)
    assert {n.w[0], n.w[1], n.b, *x} <= nodes and len(edges) == 6
    source = draw_dot(y).source
    assert f"data {y.data:.4f}" in source and "relu" in source


def test_the_notebook_that_learns_two_moons():
    np = pytest.importorskip("numpy")
    random.seed(1337)
    rng = np.random.default_rng(1337)
    angle = rng.uniform(0, np.pi, 40)
    upper = np.arange(40) % 2 == 0
    points = np.where(upper, [np.cos(angle), np.sin(angle)], [1 - np.cos(angle), 0.5 - np.sin(angle)]).T
    labels = np.where(upper, 1, -1)
    model = MLP(2, [8, 8, 1])
    assert repr(model).startswith("MLP of [Layer of [ReLUNeuron(2), ") and repr(model).endswith("[LinearNeuron(8)]]")
    assert len(model.parameters()) == 2 * 8 + 8 + 8 * 8 + 8 + 8 + 1

    def loss():
        inputs = [list(map(Value, row)) for row in points]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(labels, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        reg_loss = 1e-4 * sum(p * p for p in model.parameters())
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(labels, scores, strict=True)]
        return data_loss + reg_loss, sum(accuracy) / len(accuracy)

    start, _ = loss()
    for k in range(30):
        total, acc = loss()
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * 0.1 * p.grad
    assert total.data < start.data / 2 and acc >= 0.8


def test_the_random_draws_are_those_of_micrograd():
    random.seed(7)
    expected = [random.uniform(-1, 1) for _ in range(6)]
    random.seed(7)
    layer = Layer(3, 2)
    assert [w.data for neuron in layer.neurons for w in neuron.w] == expected
    assert [neuron.b.data for neuron in layer.neurons] == [0, 0] and isinstance(layer, Module)
