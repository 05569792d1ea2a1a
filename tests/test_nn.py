"""Neurons, layers, losses and optimizers, against plain floats computed here by other means."""

import copy
import math
import pickle
import random
from array import array
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd_kr import Value, define_op, nn, no_grad, topological_order, watch
from micrograd_kr.nn import MLP, Layer, Module, Neuron
from micrograd_kr.ops import OPS, remove_op

FINITE = st.floats(-5, 5, allow_nan=False)


# --- micrograd, written down here as its numbers come about -----------------------------------------------------------


def micrograd_weights(sizes):
    """The weights that micrograd draws: for each neuron its weights from -1 to 1, and a bias of 0."""
    return [[([random.uniform(-1, 1) for _ in range(nin)], 0) for _ in range(nout)] for nin, nout in pairwise(sizes)]


def plain_forward(layers, x):
    for depth, layer in enumerate(layers):
        x = [sum(wi * xi for wi, xi in zip(w, x, strict=True)) + b for w, b in layer]
        if depth < len(layers) - 1:
            x = [max(0.0, each) for each in x]
    return x


def test_mlp_is_micrograds():
    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    random.seed(1337)
    layers = micrograd_weights([2, 16, 16, 1])
    flat = [number for layer in layers for w, b in layer for number in (*w, b)]
    assert [p.data for p in model.parameters()] == flat
    assert len(flat) == 337
    assert repr(model) == "MLP of [{}, {}, {}]".format(
        "Layer of [" + ", ".join(["ReLUNeuron(2)"] * 16) + "]",
        "Layer of [" + ", ".join(["ReLUNeuron(16)"] * 16) + "]",
        "Layer of [LinearNeuron(16)]",
    )
    out = model([Value(0.3), Value(-1.2)])
    assert math.isclose(out.data, plain_forward(layers, [0.3, -1.2])[0], rel_tol=1e-12)
    assert repr(Neuron(3, nonlin=False)) == "LinearNeuron(3)"
    assert repr(Layer(1, 2, nonlin=False)) == "Layer of [LinearNeuron(1), LinearNeuron(1)]"
    assert isinstance(MLP(2, [3])([1.0, 2.0]), list)


def test_a_neuron_is_one_dot_and_its_activation():
    neuron = Neuron(3, activation="tanh", seed=1)
    out = neuron([1.0, Value(2.0), 3])
    assert [node.op.name for node in topological_order(out) if node.op] == ["dot", "tanh"]
    assert topological_order(out)[-2].args[:3] == tuple(neuron.w)
    assert out.scope == (neuron, None)
    assert out.args[0].scope == (neuron, None)


@given(st.lists(FINITE, min_size=3, max_size=3), st.integers(0, 1000))
def test_gradients_by_central_differences(x, seed):
    model = MLP(3, [4, 2], activation="tanh", seed=seed)

    def loss():
        return nn.squared_error(model(x), [0.5, -0.5])

    output = loss()
    output.backward()
    for parameter in random.Random(seed).sample(model.parameters(), 6):
        at, step = parameter.data, 1e-5
        parameter.data = at + step
        above = loss().data
        parameter.data = at - step
        below = loss().data
        parameter.data = at
        assert math.isclose((above - below) / (2 * step), parameter.grad, rel_tol=1e-5, abs_tol=1e-5)


def test_gradients_are_exact_on_fractions():
    layer = Layer(2, 2, activation="relu")
    for parameter, number in zip(layer.parameters(), (1, 2, 3, -4, 5, 6), strict=True):
        parameter.data = Fraction(number, 7)
    left, right = layer([Fraction(1, 3), Fraction(2, 3)])
    (left * right).backward()
    values = [Fraction(n, 7) for n in (1, 2, 3, -4, 5, 6)]
    first = values[0] / 3 + values[1] * Fraction(2, 3) + values[2]
    second = values[3] / 3 + values[4] * Fraction(2, 3) + values[5]
    expected = [second / 3, second * Fraction(2, 3), second, first / 3, first * Fraction(2, 3), first]
    assert [p.grad for p in layer.parameters()] == expected


@pytest.mark.parametrize(
    "name", [name for name in nn.ACTIVATIONS if name in OPS and name not in ("acos", "asin", "atanh")]
)
def test_every_row_of_one_argument_is_an_activation(name):
    neuron = Neuron(1, activation=name, seed=3)
    neuron.w[0].data, neuron.b.data = 2.0, 0.25
    assert neuron([0.5]).data == OPS[name](1.25)
    with no_grad():
        assert neuron([0.5]).op is None


def test_a_users_row_and_a_users_function_are_activations():
    define_op("soft_sign", lambda x: x / (1 + abs(x)), (lambda out, x: 1 / (1 + abs(x)) ** 2,))
    try:
        layer = Layer(1, 2, activation="soft_sign", initialization=lambda source, fan_in, fan_out: 3.0)
        assert [out.data for out in layer([1.0])] == [0.75, 0.75]
        assert repr(layer.neurons[0]) == "SoftSignNeuron(1)"
    finally:
        del OPS["soft_sign"]
    assert Neuron(1, activation=lambda z: z * z + 1, seed=0)([0.0]).data == 1
    for wrong in ("rleu", "ReLU"):
        with pytest.raises(ValueError, match=rf"no activation '{wrong}': did you mean 'relu'. .*linear.*tanh"):
            MLP(2, [3, 1], activation=wrong)
        with pytest.raises(ValueError, match=f"no activation '{wrong}'"):
            MLP(2, [1], activation=wrong)  # there is no hidden layer that would use it


# --- modules ---------------------------------------------------------------------------------------------------------


def test_names_lead_to_the_parameters():
    model = MLP(2, [4, 3, 1], seed=0)
    names = dict(model.named_parameters())
    assert names["layers.0.neurons.3.w.1"] is model.layers[0].neurons[3].w[1]
    assert names["layers.2.neurons.0.b"] is model.layers[2].neurons[0].b
    assert list(names.values()) == model.parameters()
    assert [path for path, _ in model.named_modules()][:3] == ["", "layers.0", "layers.0.neurons.0"]


class Own(Module):
    """Finds its parameters in every kind of place."""

    def __init__(self):
        self.scale = Value(2.0)
        self.parts = {"a": Layer(2, 1, seed=1), "b": (Value(1.0), [Value(3.0)])}
        self.shared = self.scale
        self.back = self  # no endless search
        self.cached = self.scale * 2  # computed: no parameter

    def __call__(self, x):
        return self.parts["a"](x) * self.scale


class OwnWay(Module):
    """As with micrograd: parameters() and __call__ only."""

    def __init__(self):
        self.layer, self.frozen = Layer(2, 1, seed=1), Value(1.0)

    def __call__(self, x):
        return self.layer(x) * self.frozen

    def parameters(self):
        return self.layer.parameters()


def test_subclasses():
    own = Own()
    names = [name for name, _ in own.named_parameters()]
    assert names == [
        "scale",
        *(f"parts.a.neurons.0.{each}" for each in ("w.0", "w.1", "b")),
        *("parts.b.0", "parts.b.1.0"),
    ]
    out = own([1.0, 2.0])
    assert out.scope == (own, None)
    assert out.args[0].scope == (own.parts["a"].neurons[0], (own.parts["a"], (own, None)))
    out.backward()
    own.zero_grad()
    assert all(p.grad == 0 for p in own.parameters())

    own_way = OwnWay()
    assert len(own_way.parameters()) == 3
    outer = Module()
    outer.inner = own_way
    assert outer.parameters() == own_way.parameters()
    names = [name for name, _ in outer.named_parameters()]
    assert names == [f"inner.layer.neurons.0.{each}" for each in ("w.0", "w.1", "b")]
    assert [m.training for m in outer.eval().modules()] == [False] * 4
    assert all(m.training for m in outer.train().modules())
    with pytest.raises(NotImplementedError, match="define forward"):
        Module()(1)


def test_the_scope_is_left_also_after_an_error():
    model = MLP(2, [3, 1], seed=0)
    with pytest.raises(ValueError, match="expects"):
        model([1.0])
    assert (Value(1.0) + 1).scope is None
    assert model([1.0, 2.0]).scope == (model.layers[1].neurons[0], (model.layers[1], (model, None)))


class Doubled(Neuron):
    def __call__(self, x):
        return super().__call__(x) * 2


class DoubledLayer(Layer):
    def forward(self, x):
        return [out * 2 for out in super().forward(x)]


def test_a_neuron_of_ones_own_and_a_weight_that_is_shared():
    layer = Layer(2, 2, activation="linear", seed=0)
    plain = [out.data for out in layer([1.0, 2.0])]
    layer.neurons[1] = doubled = Doubled(2, activation="linear")
    doubled.w = layer.neurons[0].w
    outs = layer([1.0, 2.0])
    assert [out.data for out in outs] == [plain[0], plain[0] * 2]
    assert [out.scope[0] for out in outs] == list(layer.neurons)
    assert len(layer.parameters()) == 4  # two weights, shared, and two biases
    doubled_layer = DoubledLayer(2, 2, seed=0)
    assert [out.scope for out in doubled_layer([1.0, 2.0])] == [(doubled_layer, None)] * 2
    layer.neurons[0].b = 1.0  # a plain number
    assert layer([1.0, 2.0])[0].data == plain[0] + 1


def test_a_layer_records_what_its_neurons_record():
    """Where the layer takes its short way, and where it cannot: a watcher, an int beyond the floats."""
    seen = []
    for layer, x in [
        (Layer(3, 4, "tanh", seed=1), [Value(0.5), -1.0, Value(2.0)]),
        (Layer(2, 2, seed=1), [Value(Fraction(1, 3)), 10**400]),
        (Layer(1, 2, lambda z: z * z, seed=1), [Value(2j)]),
    ]:
        one_by_one = [neuron(x) for neuron in layer.neurons]
        with watch(seen.append):
            watched = layer(x)
        for outs in (layer(x), watched):
            for out, expected in zip(outs, one_by_one, strict=True):
                assert repr(out.data) == repr(expected.data)
                assert [n.op for n in topological_order(out)] == [n.op for n in topological_order(expected)]
                dots = [next(n for n in topological_order(each) if n.op is OPS["dot"]) for each in (out, expected)]
                assert dots[0].arg_numbers == dots[1].arg_numbers
                assert dots[0].args[: len(x)] == dots[1].args[: len(x)]
                assert dots[0].scope[0] is dots[1].scope[0]
        assert all(out in seen for out in watched)


def test_a_neuron_of_the_wrong_size_is_named():
    layer = Layer(2, 3, seed=0)
    layer.neurons[1].w.append(Value(1.0))
    with pytest.raises(ValueError, match=r"neurons.1 expects 3 inputs .* got 2"):
        layer([1.0, 2.0])


@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        ([1.0], ValueError, "layers.0 expects 2 inputs .*, got 1"),
        ([1.0, 2.0, 3.0], ValueError, "layers.0 expects 2 inputs .*, got 3"),
        (3.0, TypeError, "layers.0 expects 2 inputs .*, got the float 3.0"),
        (Value(3.0), TypeError, "layers.0 expects 2 inputs .*, got the Value"),
        ("ab", TypeError, "layers.0 expects 2 inputs .*, got the str 'ab'"),
        (None, TypeError, "layers.0 expects 2 inputs .*, got the NoneType"),
        ({1.0, 2.0}, TypeError, "layers.0 expects 2 inputs .*, got the set"),
        ((x for x in (1.0, 2.0)), TypeError, "layers.0 expects 2 inputs .*, got the generator"),
        (["a", 2.0], TypeError, "layers.0 expects 2 inputs .*got 'a' among them"),
        ([None, 2.0], TypeError, "layers.0 .*got None among them"),
        ([[1.0, 2.0], [3.0, 4.0]], TypeError, "layers.0 .*a list within the list"),
    ],
)
def test_wrong_inputs(x, error, words):
    with pytest.raises(error, match=words):
        MLP(2, [3, 1], seed=0)(x)


def test_wrong_sizes_between_layers_and_numpy_rows():
    np = pytest.importorskip("numpy")
    model = MLP(2, [3, 1], seed=0)
    expected = model([0.5, -1.0]).data
    assert model(np.array([0.5, -1.0])).data == expected
    assert model(np.array([0.5, -1.0], dtype=np.float32)).data == expected
    assert model([np.float64(0.5), np.float32(-1.0)]).data == expected
    assert model(np.array([Value(0.5), Value(-1.0)])).data == expected
    assert model(array("d", [0.5, -1.0])).data == model(nn.Table([0.5, -1.0])).data == expected
    with pytest.raises(ValueError, match=r"layers.0 expects 2 inputs .* got 3"):
        model(np.zeros(3))
    with pytest.raises(ValueError, match=r"layers.0 .*shape \(4, 2\); pass one example"):
        model(np.zeros((4, 2)))
    model.layers[1] = Layer(5, 1)
    with pytest.raises(ValueError, match=r"layers.1 expects 5 inputs .* got 3"):
        model([1.0, 2.0])
    with pytest.raises(ValueError, match="^Layer expects 5 inputs"):
        Layer(5, 1)([1.0, 2.0])
    assert repr(MLP(np.int64(2), np.array([1]))) == "MLP of [Layer of [LinearNeuron(2)]]"
    assert MLP(1, [1, 1], seed=0)(2.0).data == MLP(1, [1, 1], seed=0)([2.0]).data
    for wrong in (0, -1, 2.5, "2", None, True, np.array([2])):
        with pytest.raises(ValueError, match="nin is a number"):
            MLP(wrong, [1])
    assert repr(MLP(2, iter([1]))) == "MLP of [Layer of [LinearNeuron(2)]]"
    for wrong in ("a", 1.5):
        with pytest.raises(TypeError, match="a seed is a whole number"):
            MLP(2, [1], seed=wrong)
    for wrong in (3, [], "ab", {3: 1}):
        with pytest.raises(ValueError, match="nouts is a list"):
            MLP(2, wrong)


def test_the_weight_matrix():
    np = pytest.importorskip("numpy")
    layer = Layer(3, 2, seed=5)
    assert layer.weight.shape == (2, 3)
    assert layer.weight[1][2] is layer.neurons[1].w[2]
    assert layer.bias.numbers() == [0, 0]
    assert np.array(layer.weight, dtype=float).tolist() == layer.weight.numbers()
    layer.neurons[0].w[0].data = -12.5
    assert str(layer.weight).splitlines()[0].startswith("-12.5000")
    assert len({len(line) for line in str(layer.weight).splitlines()}) == 1


def test_seeds_and_initializations():
    def numbers(**options):
        return [p.data for p in MLP(4, [50, 2], **options).parameters()]

    assert numbers(seed=3) == numbers(seed=3) != numbers(seed=4)
    random.seed(3)
    state = random.getstate()
    numbers(seed=3)
    assert random.getstate() == state  # a seed leaves the module's numbers alone
    assert numbers() == numbers(seed=3)  # random.seed(3) and random.Random(3) are the same numbers
    layer = Layer(100, 300, initialization="xavier_uniform", seed=1)
    weights = [w for row in layer.weight.numbers() for w in row]
    assert 0.98 * math.sqrt(6 / 400) < max(weights) <= math.sqrt(6 / 400)
    spread = {
        "he_normal": math.sqrt(2 / 100),
        "he_uniform": math.sqrt(2 / 100),
        "xavier_normal": math.sqrt(2 / 400),
        "lecun_normal": 0.1,
        "torch": math.sqrt(1 / 300),
        "uniform": math.sqrt(1 / 3),
        "normal": 1.0,
    }
    for name, deviation in spread.items():
        drawn = [w for row in Layer(100, 300, initialization=name, seed=1).weight.numbers() for w in row]
        found = math.sqrt(sum(w * w for w in drawn) / len(drawn))
        assert math.isclose(found, deviation, rel_tol=0.02), name
    assert numbers(seed=3, initialization="he") == numbers(seed=3, initialization="kaiming_normal")
    with pytest.raises(ValueError, match="no initialization 'xaver'.*xavier_uniform"):
        Layer(2, 2, initialization="xaver")


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_of_a_model_is_its_own(duplicate):
    model = MLP(2, [3, 1], activation="gelu", seed=2)
    twin = duplicate(model)
    assert twin([1.0, 2.0]).data == model([1.0, 2.0]).data
    twin.layers[0].neurons[0].w[0].data = 9.0
    assert model.layers[0].neurons[0].w[0].data != 9.0
    assert repr(twin) == repr(model)


# --- losses ----------------------------------------------------------------------------------------------------------


@given(st.lists(FINITE, min_size=2, max_size=5), st.data())
def test_losses_are_their_formulas(scores, data):
    count = len(scores)
    values = [Value(z) for z in scores]
    targets = data.draw(st.lists(FINITE, min_size=count, max_size=count))
    squares = sum((z - t) ** 2 for z, t in zip(scores, targets, strict=True))
    assert math.isclose(nn.squared_error(values, targets).data, squares, abs_tol=1e-12)
    assert math.isclose(nn.mean_squared_error(values, targets).data, squares / count, abs_tol=1e-12)
    bits = data.draw(st.lists(st.sampled_from([0, 1]), min_size=count, max_size=count))
    p = [1 / (1 + math.exp(-z)) for z in scores]
    expected = -sum(math.log(q if y else 1 - q) for q, y in zip(p, bits, strict=True)) / count
    for labels in (bits, [Value(float(y)) for y in bits]):
        loss = nn.binary_cross_entropy(values, labels)
        assert math.isclose(loss.data, expected, rel_tol=1e-9)
    for value in values:
        value.grad = 0
    loss.backward()
    assert [v.grad for v in values] == pytest.approx([(q - y) / count for q, y in zip(p, bits, strict=True)])
    signs = [2 * y - 1 for y in bits]
    expected = sum(max(0.0, 1 - s * z) for s, z in zip(signs, scores, strict=True)) / count
    assert math.isclose(nn.hinge_loss(values, signs).data, expected, abs_tol=1e-12)

    total = sum(math.exp(z) for z in scores)
    assert [q.data for q in nn.softmax(values)] == pytest.approx([math.exp(z) / total for z in scores])
    assert [q.data for q in nn.log_softmax(values)] == pytest.approx([z - math.log(total) for z in scores])
    label = data.draw(st.integers(0, count - 1))
    one_hot = [float(i == label) for i in range(count)]
    for given_label in (label, float(label), Value(label), one_hot, [Value(y) for y in one_hot]):
        for value in values:
            value.grad = 0
        loss = nn.cross_entropy(values, given_label)
        assert math.isclose(loss.data, math.log(total) - scores[label], rel_tol=1e-9, abs_tol=1e-12)
        loss.backward()
        assert [v.grad for v in values] == pytest.approx(
            [math.exp(z) / total - y for z, y in zip(scores, one_hot, strict=True)], abs=1e-12
        )


def test_losses_at_huge_logits():
    z = [Value(1e308), Value(-1e308), Value(0.0)]
    assert [p.data for p in nn.softmax(z)] == [1, 0, 0]
    assert nn.cross_entropy(z, 0).data == 0
    assert nn.cross_entropy([Value(1e4), Value(-1e4)], 1).data == 2e4
    assert nn.binary_cross_entropy(Value(40.0), 1).data == math.log1p(math.exp(-40.0))
    assert nn.binary_cross_entropy([Value(-1e300), Value(1e300)], [0, 1]).data == 0
    loss = nn.cross_entropy([Value(-math.inf), Value(1.0)], 1)  # a class that is masked out
    loss.backward()
    assert loss.data == 0
    temperate = nn.softmax([Value(1.0), Value(2.0)], temperature=0.5)
    assert temperate[1].data == pytest.approx(1 / (1 + math.exp(-2)))


def test_losses_over_batches_and_plain_numbers():
    logits, labels = [[1.0, 2.0], [3.0, -1.0], [0.0, 0.0]], [0, 0, 1]
    each = [nn.cross_entropy([Value(z) for z in row], y).data for row, y in zip(logits, labels, strict=True)]
    assert nn.cross_entropy([[Value(z) for z in row] for row in logits], labels).data == pytest.approx(sum(each) / 3)
    assert nn.cross_entropy(logits, labels) == pytest.approx(sum(each) / 3)
    np = pytest.importorskip("numpy")
    assert nn.cross_entropy(np.array(logits), np.array(labels)) == pytest.approx(sum(each) / 3)
    assert nn.mean_squared_error(Value(3.0), [1.0]).data == 4.0
    assert nn.mean_squared_error([[Value(1.0)], [Value(2.0)]], np.array([[0.0], [0.0]])).data == 2.5
    parameters = [Value(1.0), Value(-2.0)]
    penalty = nn.l2_penalty(parameters, 0.5) + nn.l1_penalty(parameters, 0.25)
    penalty.backward()
    assert (penalty.data, [p.grad for p in parameters]) == (3.25, [1.25, -2.25])
    model = MLP(2, [1], seed=0)
    assert nn.l2_penalty(model, 2.0).data == pytest.approx(2 * sum(p.data**2 for p in model.parameters()))


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (lambda: nn.mean_squared_error([Value(1.0)] * 3, [1.0] * 4), r"shapes \(3,\) and \(4,\)"),
        (lambda: nn.mean_squared_error([[Value(1.0)], [Value(1.0)]], [1.0, 2.0]), r"shapes \(2, 1\) and \(2,\)"),
        (lambda: nn.mean_squared_error([], []), "0 predictions"),
        (lambda: nn.mean_squared_error([Value(1.0)], ["1"]), "got the str '1'"),
        (lambda: nn.hinge_loss([Value(1.0)], [0]), "labels -1 or 1 .*got 0"),
        (lambda: nn.binary_cross_entropy([Value(1.0)], [-1]), "labels 0 or 1 .*got -1"),
        (lambda: nn.binary_cross_entropy([Value(1.0)], [math.nan]), "labels 0 or 1 .*got nan"),
        (lambda: nn.cross_entropy([Value(1.0), Value(2.0)], 2), r"0 ... 1, got 2"),
        (lambda: nn.cross_entropy([Value(1.0), Value(2.0)], 0.5), r"0 ... 1, got 0.5"),
        (lambda: nn.cross_entropy([Value(1.0), Value(2.0)], "cat"), r"got the str 'cat'"),
        (lambda: nn.cross_entropy([[Value(1.0), Value(2.0)]], [0, 1]), "1 examples, labels 2"),
        (lambda: nn.cross_entropy([], []), "a logit for each class"),
        (lambda: nn.softmax([Value(1.0)], temperature=0), "greater than 0, got 0"),
        (lambda: nn.l2_penalty("abc"), "at least one parameter"),
        (lambda: nn.MLP(1, [1]).load_state_dict([1]), "a dict of numbers by name"),
        (lambda: nn.softmax([]), "a logit for each class"),
        (lambda: nn.l2_penalty([]), "at least one parameter"),
    ],
)
def test_wrong_labels_and_shapes(loss, words):
    with pytest.raises((ValueError, TypeError), match=words):
        loss()


# --- optimizers ------------------------------------------------------------------------------------------------------

GRADIENTS = [0.5, -1.0, 2.0, 0.0]


def steps_of(make):
    parameter = Value(1.0)
    optimizer, path = make([parameter]), []
    for gradient in GRADIENTS:
        optimizer.zero_grad()
        parameter.grad = gradient
        optimizer.step()
        path.append(parameter.data)
    return path


def test_sgd_and_adam_by_hand():
    p, path = 1.0, []
    for g in GRADIENTS:
        p -= 0.01 * g
        path.append(p)
    assert steps_of(nn.SGD) == path
    p, velocity, path = 1.0, 0.0, []
    for g in GRADIENTS:
        velocity = 0.9 * velocity + g
        p -= 0.1 * velocity
        path.append(p)
    assert steps_of(lambda ps: nn.SGD(ps, 0.1, momentum=0.9)) == path
    p, m, v, path = 1.0, 0.0, 0.0, []
    for t, g in enumerate(GRADIENTS, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        p -= 0.1 * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)
        path.append(p)
    assert steps_of(lambda ps: nn.Adam(ps, 0.1)) == pytest.approx(path, rel=1e-12)


def test_a_step_is_whole_or_not_at_all(monkeypatch):
    model = MLP(2, [3, 1], seed=0)
    optimizer = nn.Adam(model)
    before = [p.data for p in model.parameters()]
    model.layers[0].neurons[2].w[1].grad = math.nan
    with pytest.raises(FloatingPointError, match=r"gradient of layers.0.neurons.2.w.1 is nan in step 1"):
        optimizer.step()
    assert ([p.data for p in model.parameters()], optimizer.steps) == (before, 0)

    model.zero_grad()
    for p in model.parameters():
        p.grad = 1.0
    assign, calls = optimizer._assign, []

    def interrupted(*args):
        calls.append(args)
        if len(calls) == 1:
            optimizer.parameters[0].data = args[0][0]
            raise KeyboardInterrupt
        assign(*args)

    monkeypatch.setattr(optimizer, "_assign", interrupted)
    with pytest.raises(KeyboardInterrupt):
        optimizer.step()
    assert optimizer.steps == 1
    assert all(p.data != old for p, old in zip(model.parameters(), before, strict=True))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: nn.SGD([]), "nothing to train"),
        (lambda: nn.SGD([1.0]), "leaf Values"),
        (lambda: nn.SGD([Value(1.0) * 2]), "leaf Values"),
        (lambda: nn.SGD(Value(1.0)), "a model or a list"),
        (lambda: nn.SGD([Value(1.0)], lr=-1), "lr is a number"),
        (lambda: nn.SGD([Value(1.0)], lr="fast"), "lr is a number"),
        (lambda: nn.Adam([Value(1.0)], lr=math.nan), "lr is a number"),
        (lambda: nn.Adam([Value(1.0)], betas=(1.0, 0.9)), "betas"),
    ],
)
def test_wrong_optimizers(make, words):
    with pytest.raises((ValueError, TypeError), match=words):
        make()


def test_a_shared_parameter_moves_once_and_rules_are_exact_on_fractions():
    shared = Value(Fraction(1))
    optimizer = nn.SGD([shared, shared], lr=Fraction(1, 10), momentum=Fraction(1, 2))
    for _ in range(2):
        shared.grad = Fraction(1)
        optimizer.step()
    assert shared.data == 1 - Fraction(1, 10) - Fraction(1, 10) * Fraction(3, 2)
    assert optimizer.state == [(Fraction(3, 2),)]


def test_an_op_that_is_removed_is_no_activation_any_more():
    define_op("thrice", lambda x: 3 * x, (3,))
    assert nn.MLP(1, [1, 1], activation="thrice", seed=0)([1.0])
    remove_op("thrice")
    assert "thrice" not in nn.ACTIVATIONS
    with pytest.raises(ValueError, match="there is no activation 'thrice'"):
        nn.MLP(1, [1, 1], activation="thrice")
