"""What modules hold: parameters that must not be lost in silence, freezing, summaries, tables of weights."""

import copy
import math
import pickle
from collections import deque

import pytest

from micrograd_kr import Value, nn, no_grad


class Line(nn.Module):
    def __init__(self):
        self.slope, self.ends = Value(2.0), [Value(1.0), Value(3.0)]


# --- nothing lost in silence ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "assign"),
    [
        ("slope", lambda m: setattr(m, "slope", m.slope - 0.1 * m.slope.grad)),
        ("slope", lambda m: setattr(m, "slope", [m.slope * 2])),
        ("ends", lambda m: setattr(m, "ends", [end - 0.1 for end in m.ends])),
        ("ends", lambda m: setattr(m, "ends", {"a": (m.ends[0], m.ends[1] * 2)})),
    ],
)
def test_a_parameter_that_would_become_computed_is_named(name, assign):
    model = Line()
    before = model.state_dict()
    with pytest.raises(AttributeError, match=rf"{name} of Line is a parameter.*{name}.data = {name}.data - lr"):
        assign(model)
    assert model.state_dict() == before


def test_what_may_be_assigned():
    model = Line()
    model.slope = Value(5.0)
    model.ends = [Value(7.0)]
    model.cached = model.slope * 2  # computed, but never a parameter
    model.cached = model.slope * 3
    with no_grad():
        model.slope = model.slope - 1  # a leaf
    assert model.state_dict() == {"slope": 4.0, "ends": [7.0]}
    model.slope = 3.0
    assert [name for name, _ in model.named_parameters()] == ["ends.0"]
    del model.slope
    model.slope = model.ends[0] * 2


@pytest.mark.parametrize("ask", [Line.parameters, Line.state_dict, Line.zero_grad, lambda m: nn.SGD(m)])
def test_a_list_with_parameters_and_computed_values_is_named(ask):
    outer = Line()
    outer.part = Line()
    outer.part.ends[1] = outer.part.ends[1] - 0.1
    with pytest.raises(TypeError, match=r"part.ends: number 1 of a list of parameters is the result of 'sub'"):
        ask(outer)
    outer.part.ends[0] = outer.part.ends[0] - 0.1  # all of them computed: perhaps a cache
    ask(outer)


def test_parameters_in_any_ordered_container():
    np = pytest.importorskip("numpy")
    model = nn.Module()
    model.queue = deque([Value(1.0), nn.Linear(1, 1, seed=0)])
    model.array = np.array([[Value(2.0), Value(3.0)], [Value(4.0), Value(5.0)]])
    model.numbers = np.array([1.0, 2.0])
    names = ["queue.0", "queue.1.neurons.0.w.0", "queue.1.neurons.0.b"]
    names += ["array.0.0", "array.0.1", "array.1.0", "array.1.1"]
    assert [name for name, _ in model.named_parameters()] == names
    assert [p for _, p in model.named_parameters()] == model.parameters()
    state = model.state_dict()
    assert state.keys() == {"queue.0", "queue.1.weight", "queue.1.bias", "array"}
    model.load_state_dict({**state, "array": [[0.0, 1.0], [2.0, 3.0]]})
    assert model.array[1][0].data == 2.0
    for refused in ({Value(1.0)}, frozenset([nn.Linear(1, 1)])):
        model.bag = {"deep": [refused]}
        for ask in (model.parameters, model.state_dict):
            with pytest.raises(TypeError, match=r"Module.bag.deep.0: a set has no order.*use a list"):
                ask()
    model.bag = {1.0, "a"}
    assert len(model.parameters()) == 7


def test_attributes_that_a_subclass_adds_are_saved():
    class Scaled(nn.MLP):
        def __init__(self):
            super().__init__(1, [2, 1], seed=0)
            self.scale, self.layers[0].extra = Value(5.0), [Value(6.0)]

    model = Scaled()
    state = model.state_dict()
    assert list(state) == ["0.weight", "0.bias", "2.weight", "2.bias", "layers.0.extra.0", "scale"]
    assert sum(len(nn.tables.flat(each)) for each in state.values()) == len(model.parameters())
    model.load_state_dict({**state, "scale": 7.0})
    assert model.scale.data == 7.0


def test_parts_that_point_back_at_their_owner_are_saved_once():
    outer = Line()
    outer.part = Line()
    outer.part.owner = outer
    assert list(outer.state_dict()) == ["slope", "ends", "part.slope", "part.ends"]


def test_places_of_a_table_are_not_assigned_in_vain():
    for layer in (nn.Layer(2, 3, seed=0), nn.Conv2d(1, 2, 2, seed=0)):
        before = layer.state_dict()
        for table in (layer.bias, layer.weight):
            for change in (
                lambda t: t.__setitem__(0, Value(7.0)),
                lambda t: t.__delitem__(0),
                lambda t: t.append(Value(1.0)),
                lambda t: t.__iadd__([Value(1.0)]),
                lambda t: t.reverse(),
            ):
                with pytest.raises(TypeError, match=r"only shows the parameters: .* table\[0\].data"):
                    change(table)
        assert layer.state_dict() == before
        layer.bias[0].data = 7.0
        assert layer.state_dict()["bias"][0] == 7.0
    with pytest.raises(TypeError, match="only shows"):
        nn.Conv2d(1, 2, 2).weight[0][0][1][1] = Value(7.0)
    layer = nn.Layer(2, 3, seed=0)
    layer.weight[1][0] = Value(7.0)  # a row is the neuron's own list
    assert layer.neurons[1].w[0].data == 7.0
    words = nn.Embedding(3, 2, seed=0)
    words.weight[0] = [Value(1.0), Value(2.0)]
    assert [v.data for v in words(0)] == [1.0, 2.0]
    for duplicate in (copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))):
        assert duplicate(layer.weight).numbers() == layer.weight.numbers()


# --- freezing -------------------------------------------------------------------------------------------------------


def test_frozen_parameters_stay_and_are_saved():
    model = nn.Sequential(nn.Linear(2, 3, seed=0), "tanh", nn.Linear(3, 1, seed=1))
    everything = model.parameters()
    assert model[0].freeze() is model[0]
    assert model.parameters() == model[2].parameters() == everything[9:]
    assert model[0].parameters() == []
    assert next(model.named_parameters())[0] == "layers.2.neurons.0.w.0"
    before = model.state_dict()
    assert list(before) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    optimizer = nn.SGD(model, lr=0.1)
    model([1.0, 2.0]).backward()
    optimizer.step()
    after = model.state_dict()
    assert after["0.weight"] == before["0.weight"] and after["2.weight"] != before["2.weight"]
    model.freeze()
    with pytest.raises(ValueError, match="frozen"):
        nn.SGD(model)
    model[2].unfreeze()
    assert model.parameters() == everything[9:]
    assert model.unfreeze().parameters() == everything
    model.load_state_dict(before)
    assert copy.deepcopy(model.freeze()).parameters() == []


def test_freezing_values_lists_and_modules_with_parameters_of_their_own():
    class OwnWay(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(1, 1, seed=0)

        def parameters(self):
            return self.layer.parameters()[:1]

    model = Line()
    model.part = OwnWay()
    assert len(model.parameters()) == 4
    model.part.freeze()
    assert len(model.parameters()) == 3
    model.freeze()
    model.part.unfreeze()
    assert len(model.parameters()) == 1


# --- to look at -----------------------------------------------------------------------------------------------------


def test_large_models_are_short_in_a_terminal():
    assert repr(nn.MLP(2, [64, 64, 1])) == (
        "MLP of [Layer of [64 ReLUNeuron(2)], Layer of [64 ReLUNeuron(64)], Layer of [LinearNeuron(64)]]"
    )
    mixed = nn.Layer(1, 17)
    mixed.neurons[3] = nn.Neuron(2)
    assert repr(mixed).count("Neuron") == 17
    table = nn.Linear(100, 200, seed=0).weight
    lines = str(table).splitlines()
    assert len(lines) == 17 and len({len(line) for line in lines}) == 1 and lines[8].split() == ["..."] * 17
    assert [line.split()[8] for line in lines] == ["..."] * 17
    assert lines[16].split()[16] == f"{table[199][99].data:.4f}"
    assert len(str(nn.Linear(17, 17).weight).split()) == 17 * 17
    assert str(nn.Table([])) == "" and len(str(nn.Table([Value(1.0)] * 100)).split()) == 17


def test_a_summary():
    model = nn.Sequential(nn.Conv2d(1, 2, 2, seed=1), nn.Flatten(), nn.MLP(8, [3, 1], seed=2), nn.LayerNorm(1))
    model.scale, model.again = Value(1.0), model[3]
    lines = model.summary().splitlines()
    assert [line.split()[0] for line in lines] == (
        ["name", "Sequential", "layers.0", "layers.1", "layers.2.layers.0", "layers.2.layers.1", "layers.3", "44"]
    )
    assert lines[2].split()[-8:] == "weight (2, 1, 2, 2), bias (2,) 10".split()
    assert lines[4].split()[1:] == "Layer(8, 3, ReLU) weight (3, 8), bias (3,) 27".split()


def test_a_notebook_shows_a_summary_and_tables():
    class Odd(nn.Module):
        def __init__(self):
            self.w = Value(1.0)

        def __repr__(self):
            return "<b>"

    shown = nn.Sequential(Odd(), nn.Linear(2, 3, seed=0))._repr_html_()
    assert shown.count("<tr>") == 4 and "&lt;b&gt;" in shown and "<b>" not in shown and 'bold">10</td>' in shown
    table = nn.Table([[Value(0.5), Value(-1.0)], [Value(0.0), Value(math.nan)]])._repr_html_()
    assert "rgba(31,119,180,0.30)" in table and "rgba(214,39,40,0.60)" in table and "nan" in table
    assert nn.Conv2d(2, 3, 2)._repr_html_().count("<tr>") == 3
    assert nn.Conv2d(1, 2, 2).weight._repr_html_().count("<td") == 8
    assert nn.Linear(100, 200).weight._repr_html_().count("<td") == 17 * 17


def test_a_batch_of_one_row_is_called_a_batch():
    with pytest.raises(ValueError, match=r"expects 2 inputs .* got a list of 1 such list; pass one example at a time"):
        nn.MLP(2, [1])([[1, 2]])


# --- PyTorch's names ------------------------------------------------------------------------------------------------


def test_modules_by_their_names_in_pytorch():
    x = [0.5, -1.5]
    for module, expected in [
        (nn.ReLU(), [0.5, 0.0]),
        (nn.Identity(), x),
        (nn.Tanh(), [math.tanh(v) for v in x]),
        (nn.Sigmoid(), [1 / (1 + math.exp(-v)) for v in x]),
        (nn.Softplus(), [math.log1p(math.exp(v)) for v in x]),
        (nn.GELU(), [v * (1 + math.erf(v / math.sqrt(2))) / 2 for v in x]),
        (nn.Softsign(), [v / (1 + abs(v)) for v in x]),
        (nn.SiLU(), [v / (1 + math.exp(-v)) for v in x]),
        (nn.ELU(), [0.5, math.expm1(-1.5)]),
        (nn.Hardtanh(), [0.5, -1.0]),
        (nn.LeakyReLU(), [0.5, -0.015]),
        (nn.LeakyReLU(0.2), [0.5, -0.3]),
        (nn.Softmax(), [p.data for p in nn.softmax([Value(v) for v in x])]),
        (nn.LogSoftmax(), [p.data for p in nn.log_softmax([Value(v) for v in x])]),
    ]:
        assert [out.data for out in module([Value(v) for v in x])] == pytest.approx(expected), module
        assert isinstance(nn.Sequential(module)[0], type(module))
    assert (
        repr(nn.Sequential(nn.Linear(1, 1), nn.ReLU(), nn.Identity())) == "Sequential(Linear(1, 1), ReLU(), Identity())"
    )
    z = [Value(v) for v in x]
    for module, loss in [
        (nn.MSELoss(), nn.mean_squared_error(z, [1, 0])),
        (nn.L1Loss(), nn.mean_absolute_error(z, [1, 0])),
        (nn.HuberLoss(0.7), nn.huber_loss(z, [1, 0], 0.7)),
        (nn.HingeLoss(), nn.hinge_loss(z, [1, -1])),
        (nn.BCEWithLogitsLoss(3.0), nn.binary_cross_entropy(z, [1, 0], 3.0)),
    ]:
        found = module(z, [1, -1] if type(module) is nn.HingeLoss else [1, 0])
        assert found.data == loss.data and found.scope == (module, None)
    found = nn.CrossEntropyLoss([1.0, 3.0], label_smoothing=0.2)(z, 1)
    assert found.data == nn.cross_entropy(z, 1, [1.0, 3.0], 0.2).data

    class Net(nn.Module):
        def __init__(self):
            self.blocks = nn.ModuleList([nn.Linear(1, 1, seed=0)])
            self.heads = nn.ModuleDict({"a": nn.Linear(1, 1, seed=0)})

    assert list(Net().state_dict()) == ["blocks.0.weight", "blocks.0.bias", "heads.a.weight", "heads.a.bias"]
    assert len(Net().parameters()) == 4


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("BatchNorm1d", r"nn has no BatchNorm1d: .*use nn.LayerNorm"),
        ("BCELoss", "use nn.BCEWithLogitsLoss"),
        ("crossentropyloss", r"did you mean nn.CrossEntropyLoss\?"),
        ("Relu", r"did you mean nn.ReLU\?"),
        ("linear", r"did you mean nn.Linear\?"),
        ("sgd", r"did you mean nn.SGD\?"),
        ("relu", r"micrograd_kr.relu, as a module nn.Elementwise\('relu'\)"),
        ("Sin", r"use nn.Elementwise\('sin'\)"),
        ("batch_norm2d", "nn has no BatchNorm2d: .*LayerNorm"),
        ("something_else", "^nn has no something_else$"),
    ],
)
def test_what_is_not_here_is_pointed_to(name, words):
    with pytest.raises(AttributeError, match=words):
        getattr(nn, name)
    assert not hasattr(nn, name)


def test_what_is_pointed_to_is_there():
    import re

    for name, words in nn.familiar.INSTEAD.items():
        assert not hasattr(nn, name)
        for pointed in re.findall(r"\bnn\.(\w+)", words):
            assert hasattr(nn, pointed), words
    assert all(hasattr(nn, name) for name in nn.__all__)
