"""Convolution, norms, dropout, schedules and saving: equal to PyTorch on the same weights.

PyTorch's figures are stored in torch_figures.json; where PyTorch is installed, they are computed again and compared.
`python tests/test_nn_layers.py` writes them anew.
"""

import json
import math
import pickle
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd_kr import Value, maximum, nn, no_grad, relu, topological_order
from micrograd_kr.engine import Constant

FIGURES = Path(__file__).with_name("torch_figures.json")


def pattern(shape, phase):
    """Numbers that look like none in particular, as nested lists of a shape."""
    counter = iter(range(10**6))

    def filled(axes):
        return [filled(axes[1:]) for _ in range(axes[0])] if axes else math.sin(1.7 * next(counter) + phase)

    return filled(shape)


def flat(x):
    return [each for row in x for each in flat(row)] if isinstance(x, list) else [x]


# name: (our model, PyTorch's from torch.nn, shape of the input)
MODELS = {
    "mlp": (
        lambda: nn.MLP(3, [4, 3, 2], activation="tanh"),
        lambda t: t.Sequential(t.Linear(3, 4), t.Tanh(), t.Linear(4, 3), t.Tanh(), t.Linear(3, 2)),
        (3,),
    ),
    "sequential": (
        lambda: nn.Sequential(nn.Linear(3, 4), "gelu", nn.Linear(4, 2), "sigmoid"),
        lambda t: t.Sequential(t.Linear(3, 4), t.GELU(), t.Linear(4, 2), t.Sigmoid()),
        (3,),
    ),
    "more_activations": (
        lambda: nn.Sequential(nn.Linear(3, 3), "softplus", nn.Linear(3, 3), "leaky_relu", nn.softmax),
        lambda t: t.Sequential(t.Linear(3, 3), t.Softplus(), t.Linear(3, 3), t.LeakyReLU(0.01), t.Softmax(0)),
        (3,),
    ),
    "conv": (
        lambda: nn.Sequential(nn.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=(1, 0))),
        lambda t: t.Sequential(t.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=(1, 0))),
        (2, 5, 4),
    ),
    "conv_without_bias": (
        lambda: nn.Sequential(nn.Conv2d(1, 2, 3, stride=2, padding=2, bias=False)),
        lambda t: t.Sequential(t.Conv2d(1, 2, 3, stride=2, padding=2, bias=False)),
        (1, 4, 5),
    ),
    "max_pool": (
        lambda: nn.Sequential(nn.Conv2d(1, 2, 2), nn.MaxPool2d((2, 3), stride=(1, 2))),
        lambda t: t.Sequential(t.Conv2d(1, 2, 2), t.MaxPool2d((2, 3), stride=(1, 2))),
        (1, 5, 7),
    ),
    "avg_pool": (
        lambda: nn.Sequential(nn.Conv2d(1, 2, 2), nn.AvgPool2d(2)),
        lambda t: t.Sequential(t.Conv2d(1, 2, 2), t.AvgPool2d(2)),
        (1, 6, 5),
    ),
    "cnn": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 3, 3, padding=1), "relu", nn.MaxPool2d(2), nn.Flatten(), nn.Linear(12, 4), nn.log_softmax
        ),
        lambda t: t.Sequential(
            t.Conv2d(1, 3, 3, padding=1), t.ReLU(), t.MaxPool2d(2), t.Flatten(0), t.Linear(12, 4), t.LogSoftmax(0)
        ),
        (1, 4, 4),
    ),
    "layer_norm": (
        lambda: nn.Sequential(nn.LayerNorm(5), nn.Linear(5, 2)),
        lambda t: t.Sequential(t.LayerNorm(5), t.Linear(5, 2)),
        (5,),
    ),
    "rms_norm": (
        lambda: nn.Sequential(nn.RMSNorm(5), nn.Linear(5, 3), nn.RMSNorm(3, eps=0.5)),
        lambda t: t.Sequential(t.RMSNorm(5), t.Linear(5, 3), t.RMSNorm(3, eps=0.5)),
        (5,),
    ),
}

LOGITS, CLASSES, BITS = pattern((3, 4), 0.3), [3, 0, 2], [[1.0, 0.0, 0.25, 1.0]] * 3
# name: (our loss of logits, PyTorch's from torch.nn.functional and torch.tensor)
LOSSES = {
    "cross_entropy": (
        lambda z: nn.cross_entropy(z, CLASSES),
        lambda f, tensor, z: f.cross_entropy(z, tensor(CLASSES)),
    ),
    "binary_cross_entropy": (
        lambda z: nn.binary_cross_entropy(z, BITS),
        lambda f, tensor, z: f.binary_cross_entropy_with_logits(z, tensor(BITS, dtype=z.dtype)),
    ),
    "mean_squared_error": (
        lambda z: nn.mean_squared_error(z, BITS),
        lambda f, tensor, z: f.mse_loss(z, tensor(BITS, dtype=z.dtype)),
    ),
}

GRADIENTS = [0.5, -1.0, 2.0, 0.0, 1e-3, -7.0]
# name: (our optimizer, PyTorch's from torch.optim)
OPTIMIZERS = {
    "sgd": (lambda p: nn.SGD(p), lambda o, p: o.SGD(p, 0.01)),
    "momentum": (
        lambda p: nn.SGD(p, 0.1, momentum=0.9, weight_decay=0.1),
        lambda o, p: o.SGD(p, 0.1, momentum=0.9, weight_decay=0.1),
    ),
    "nesterov": (
        lambda p: nn.SGD(p, 0.1, momentum=0.9, nesterov=True),
        lambda o, p: o.SGD(p, 0.1, momentum=0.9, nesterov=True),
    ),
    "adam": (lambda p: nn.Adam(p), lambda o, p: o.Adam(p)),
    "adam_decay": (
        lambda p: nn.Adam(p, 0.1, betas=(0.8, 0.9), weight_decay=0.1),
        lambda o, p: o.Adam(p, 0.1, betas=(0.8, 0.9), weight_decay=0.1),
    ),
    "adamw": (lambda p: nn.AdamW(p, 0.1), lambda o, p: o.AdamW(p, 0.1)),
}
# name: (our schedule, PyTorch's from torch.optim.lr_scheduler)
SCHEDULES = {
    "step": (nn.StepDecay(0.5, every=3, factor=0.2), lambda s, o: s.StepLR(o, 3, 0.2)),
    "exponential": (nn.ExponentialDecay(0.5, 0.9), lambda s, o: s.ExponentialLR(o, 0.9)),
    "cosine": (nn.CosineDecay(0.5, steps=7, final=0.05), lambda s, o: s.CosineAnnealingLR(o, 7, 0.05)),
    "linear": (nn.LinearDecay(0.5, steps=7), lambda s, o: s.LinearLR(o, 1.0, 0.0, 7)),
    "warmup": (nn.Warmup(0.5, steps=4), lambda s, o: s.LinearLR(o, 0.25, 1.0, 3)),
}


# --- ours ---------------------------------------------------------------------------------------------------------


def with_pattern(model):
    shapes = {name: nn.tables.shape_of(tensor) for name, tensor in model.named_tensors()}
    model.load_state_dict({name: pattern(shape, len(name) + i) for i, (name, shape) in enumerate(shapes.items())})
    return model


def our_model(name):
    make, _, shape = MODELS[name]
    model = with_pattern(make())
    x = nn.tables.apply(Value, pattern(shape, 0.5))
    out = flat(model(x))
    sum(z * w for z, w in zip(out, pattern((len(out),), 2.0), strict=True)).backward()
    gradients = {key: [v.grad for v in flat(tensor)] for key, tensor in model.named_tensors()}
    return {"output": [z.data for z in out], "input": [v.grad for v in flat(x)], **gradients}


def our_loss(name):
    logits = nn.tables.apply(Value, LOGITS)
    loss = LOSSES[name][0](logits)
    loss.backward()
    return {"loss": [loss.data], "gradient": [z.grad for z in flat(logits)]}


def our_optimizer(name):
    parameter = Value(1.0)
    optimizer, path = OPTIMIZERS[name][0]([parameter]), []
    for gradient in GRADIENTS:
        optimizer.zero_grad()
        parameter.grad = gradient
        optimizer.step()
        path.append(parameter.data)
    return {"parameter": path}


def our_schedule(name):
    optimizer, rates = nn.SGD([Value(1.0)], lr=SCHEDULES[name][0]), []
    for _ in range(7):
        rates.append(optimizer.learning_rate())
        optimizer.parameters[0].grad = 0.0
        optimizer.step()
    return {"lr": rates}


KINDS = {"model": (MODELS, our_model), "loss": (LOSSES, our_loss), "optimizer": (OPTIMIZERS, our_optimizer)}
KINDS["schedule"] = (SCHEDULES, our_schedule)
CASES = [(kind, name) for kind, (table, _) in KINDS.items() for name in table]


# --- PyTorch's ----------------------------------------------------------------------------------------------------


def torch_figures(torch, kind, name):
    def numbers(tensor):
        return tensor.detach().double().flatten().tolist()

    if kind == "model":
        ours, make, shape = MODELS[name]
        model = make(torch.nn).double()
        state = with_pattern(ours()).state_dict()
        model.load_state_dict({key: torch.tensor(each, dtype=torch.float64) for key, each in state.items()})
        x = torch.tensor(pattern(shape, 0.5), dtype=torch.float64, requires_grad=True)
        out = model(x)
        (out.flatten() * torch.tensor(pattern((out.numel(),), 2.0), dtype=x.dtype)).sum().backward()
        gradients = {key: numbers(parameter.grad) for key, parameter in model.named_parameters()}
        return {"output": numbers(out), "input": numbers(x.grad), **gradients}
    if kind == "loss":
        logits = torch.tensor(LOGITS, dtype=torch.float64, requires_grad=True)
        loss = LOSSES[name][1](torch.nn.functional, torch.tensor, logits)
        loss.backward()
        return {"loss": numbers(loss), "gradient": numbers(logits.grad)}
    parameter = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    if kind == "schedule":
        optimizer, rates = torch.optim.SGD([parameter], lr=0.5), []
        scheduler = SCHEDULES[name][1](torch.optim.lr_scheduler, optimizer)
        for _ in range(7):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        return {"lr": rates}
    optimizer, path = OPTIMIZERS[name][1](torch.optim, [parameter]), []
    for gradient in GRADIENTS:
        parameter.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        path.append(parameter.item())
    return {"parameter": path}


def close(found, expected):
    return found.keys() == expected.keys() and all(
        found[key] == pytest.approx(expected[key], rel=1e-9, abs=1e-11) for key in expected
    )


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_equal_to_the_stored_figures_of_pytorch(kind, name):
    assert close(KINDS[kind][1](name), json.loads(FIGURES.read_text())[kind][name])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("kind", "name"), CASES)
def test_equal_to_pytorch(kind, name):
    assert close(KINDS[kind][1](name), torch_figures(pytest.importorskip("torch"), kind, name))


# --- convolution and pooling ---------------------------------------------------------------------------------------


def test_a_convolution_is_one_dot_node_an_output_on_shared_weights():
    conv = nn.Conv2d(2, 3, 2, padding=1, seed=0)
    image = nn.tables.apply(Value, pattern((2, 3, 3), 0))
    out = conv(image)
    assert nn.tables.shape_of(out) == (3, 4, 4)
    assert {node.op.name for node in flat(out)} == {"dot"}
    assert len([node for node in topological_order(*flat(out)) if node.op]) == 3 * 4 * 4
    assert out[2][0][0].args[:8] == tuple(flat(list(conv.weight[2])))
    assert out[2][0][0].scope == (conv.filters[2], (conv, None))
    assert type(out[0][0][0].args[8]) is Constant  # padding
    assert len(conv.parameters()) == 3 * 8 + 3
    assert next(iter(conv.named_parameters()))[0] == "filters.0.w.0"
    assert len(nn.Conv2d(2, 3, 2, bias=False).parameters()) == 24
    with no_grad():
        assert conv(image)[0][0][0].data == out[0][0][0].data


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda c: c(pattern((3, 8, 8), 0)),
            r"^layers.0 expects an image of shape \(2, height, width\), got shape \(3, 8, 8\)",
        ),
        (lambda c: c(pattern((8, 8), 0)), r"got shape \(8, 8\)"),
        (lambda c: c(3.0), r"got the float 3.0"),
        (lambda c: c("abc"), r"got the str 'abc'"),
        (lambda c: c([[[1.0, 2.0], [3.0]]] * 2), "rows of different lengths"),
        (lambda c: c(pattern((2, 2, 2), 0)), "layers.0: a window of 3 x 3 does not fit into 2 x 2"),
        (lambda c: c([[["a"] * 3] * 3] * 2), "got 'a' among them"),
        (lambda c: nn.Conv2d(0, 1, 3), "in_channels is"),
        (lambda c: nn.Conv2d(1, 1, (3, 3, 3)), "kernel_size is"),
        (lambda c: nn.Conv2d(1, 1, 3, padding=-1), "padding is a whole number of at least 0"),
        (lambda c: nn.MaxPool2d(0), "kernel_size is"),
        (lambda c: nn.MaxPool2d(2)([1.0, 2.0]), r"MaxPool2d expects an image of shape \(channels, height, width\)"),
        (lambda c: nn.Embedding(3, 2)(3), "among 0 ... 2, got 3"),
        (lambda c: nn.Embedding(3, 2)(-1), "among 0 ... 2, got -1"),
        (lambda c: nn.Embedding(3, 2)(0.5), "among 0 ... 2, got 0.5"),
        (lambda c: nn.Embedding(3, 2)("a"), "got the str 'a'"),
        (lambda c: nn.LayerNorm(3)([1.0]), "LayerNorm expects 3 inputs .* got 1"),
        (lambda c: nn.Sequential(3), "takes modules"),
        (lambda c: nn.Sequential([nn.Flatten()]), "one by one"),
        (lambda c: nn.Sequential("rleu"), "no activation"),
        (lambda c: nn.Dropout(1.5), "probability"),
        (lambda c: nn.CosineDecay(0.1, steps=0), "steps is a number of steps"),
    ],
)
def test_wrong_use(call, words):
    with pytest.raises((ValueError, TypeError), match=words):
        call(nn.Sequential(nn.Conv2d(2, 1, 3)))


def test_ties_of_a_pool_share_the_gradient_and_numpy_images_are_welcome():
    np = pytest.importorskip("numpy")
    window = [Value(1.0), Value(1.0), Value(0.0), Value(1.0)]
    nn.MaxPool2d(2)([[window[:2], window[2:]]])[0][0][0].backward()
    assert sum(v.grad for v in window) == 1
    image = np.arange(16.0).reshape(4, 4)
    conv = nn.Conv2d(1, 1, 2, seed=0)
    assert [v.data for v in flat(conv(image))] == [v.data for v in flat(conv(image.tolist()))]
    assert nn.AvgPool2d(4)(image)[0][0][0].data == 7.5


# --- modules that look at training, and sequences -------------------------------------------------------------------


def test_dropout_leaves_out_afresh_while_training_and_none_in_use():
    dropout = nn.Dropout(0.25, seed=3)
    ones = [1.0] * 4000
    first, second = dropout(ones), dropout(ones)
    assert set(first) == {0.0, 1 / 0.75}
    assert first != second
    assert 0.22 < first.count(0.0) / 4000 < 0.28
    assert nn.Dropout(0.25, seed=3)(ones) == first
    assert pickle.loads(pickle.dumps(nn.Dropout(0.25)))(ones) != ones
    model = nn.Sequential(nn.Linear(2, 8, seed=0), nn.Dropout(0.5, seed=0))
    out = model([1.0, 2.0])
    assert {node.op.name for node in out} == {"mul"}  # by a constant: 0 or 2
    assert {node.args[1].data for node in out} == {0.0, 2.0}
    assert all(type(node.args[1]) is Constant for node in out)
    assert [z.data for z in model.eval()([1.0, 2.0])] == [z.data for z in model[0]([1.0, 2.0])]
    assert nn.Dropout(1.0)([3.0]) == [0.0]


def test_a_compiler_may_put_its_own_random_numbers_in_place():
    draws = [Value(0.4), Value(0.6)]
    with nn.random_numbers_from(iter(draws).__next__):
        low, high = nn.Dropout(0.5)([Value(3.0), Value(3.0)])
    assert (low.data, high.data) == (0.0, 6.0)
    assert draws[0] in topological_order(low)  # the draw is part of the graph


@given(st.integers(0, 3), st.booleans())
def test_an_embedding_is_its_row(word, in_graph):
    table = nn.Embedding(4, 3, seed=0)
    index = Value(word)
    out = table(index if in_graph else word)
    assert (index in topological_order(*out)) == in_graph  # so that a compiled program looks the word up itself
    assert [v.data for v in out] == [v.data for v in table.weight[word]]
    (out[0] * 2 + out[2]).backward()
    assert [v.grad for v in flat(list(table.weight))] == [g * (i == word) for i in range(4) for g in (2, 0, 1)]


def test_norms_do_what_they_are_called():
    x = [Value(3.0), Value(-1.0), Value(10.0)]
    out = nn.LayerNorm(3, eps=0.0)(x)
    assert sum(v.data for v in out) == pytest.approx(0, abs=1e-12)
    assert sum(v.data**2 for v in out) / 3 == pytest.approx(1)
    assert sum(v.data**2 for v in nn.RMSNorm(3)(x)) / 3 == pytest.approx(1)
    assert all(math.isfinite(v.data) for v in nn.LayerNorm(3)([2.0, 2.0, 2.0]))


def test_sequential_takes_rows_of_the_table_and_functions():
    model = nn.Sequential(nn.Linear(1, 2, seed=0), relu, "linear", nn.softmax, lambda p: maximum(*p))
    assert 0.5 <= model(3.0).data <= 1
    assert repr(nn.Sequential(nn.Flatten(), relu, nn.Dropout(), nn.softmax)) == "Sequential(Flatten(), ReLU(), Dropout(0.5), softmax)"  # fmt: skip  # noqa: E501
    assert len(model) == 5


# --- saving ---------------------------------------------------------------------------------------------------------


def every_kind():
    return nn.Sequential(nn.Conv2d(1, 2, 2, seed=1), nn.Flatten(), nn.MLP(8, [3, 1], seed=2))


def test_a_model_goes_through_a_file(tmp_path):
    pytest.importorskip("safetensors")
    path, model, other = tmp_path / "모형.safetensors", every_kind(), with_pattern(every_kind())
    nn.save_model(model, path)
    nn.load_model(other, path)
    assert [p.data for p in other.parameters()] == [float(p.data) for p in model.parameters()]
    assert list(tmp_path.iterdir()) == [path]
    from safetensors.numpy import load_file

    assert {name: each.shape for name, each in load_file(path).items()} == {
        "0.weight": (2, 1, 2, 2),
        "0.bias": (2,),
        "2.0.weight": (3, 8),
        "2.0.bias": (3,),
        "2.2.weight": (1, 3),
        "2.2.bias": (1,),
    }
    path.write_bytes(b"\x80\x04pickle?")
    with pytest.raises(ValueError, match="is not a safetensors file"):
        nn.load_model(other, path)
    with pytest.raises(FileNotFoundError):
        nn.load_model(other, tmp_path / "none")


def test_a_state_that_does_not_fit_changes_nothing():
    model = nn.MLP(2, [3, 1], seed=0)
    before = model.state_dict()
    wrong = {**before, "2.weight": [[1.0, 2.0]], "0.bias": ["a", 1.0, 2.0], "surplus": [1.0]}
    del wrong["2.bias"]
    with pytest.raises(ValueError, match="nothing has been loaded") as caught:
        model.load_state_dict(wrong)
    for words in (
        "missing: 2.bias, of shape (1,)",
        "unexpected: surplus, of shape (1,)",
        "2.weight: expected shape (1, 3), got (1, 2)",
        "0.bias: expected a number, got the str 'a'",
    ):
        assert words in str(caught.value)
    assert model.state_dict() == before
    model.load_state_dict({"2.bias": [7.0], "surplus": 1.0}, strict=False)
    assert model.layers[1].neurons[0].b.data == 7.0


def test_state_of_ones_own_module():
    class Own(nn.Module):
        def __init__(self):
            self.scale, self.table, self.part = Value(1.0), [[Value(1.0)], [Value(2.0)]], {"a": nn.Linear(1, 1, seed=0)}
            self.name, self.sizes = "no parameter", [1, 2]
            self.ragged = [[Value(1.0)], []]

    own = Own()
    state = own.state_dict()
    assert state.keys() == {"scale", "table", "part.a.weight", "part.a.bias", "ragged.0"}
    own.load_state_dict({**state, "scale": 3, "table": [[4.0], [5.0]]})
    assert (own.scale.data, own.table[1][0].data) == (3, 5.0)
    assert own.ragged[0][0] in own.parameters()


def test_training_with_a_schedule_and_dropout_learns():
    random.seed(0)
    model = nn.Sequential(nn.Linear(2, 8, seed=1), "tanh", nn.Dropout(0.1, seed=1), nn.Linear(8, 1, seed=2))
    optimizer = nn.AdamW(model, lr=nn.Warmup(nn.CosineDecay(0.1, steps=150), steps=10), weight_decay=1e-4)
    data = [([a, b], a ^ b) for a in (0, 1) for b in (0, 1)]
    for _ in range(160):
        loss = nn.binary_cross_entropy([model(x) for x, _ in data], [y for _, y in data])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    assert [model(x).data > 0 for x, _ in data] == [False, True, True, False]


if __name__ == "__main__":
    import torch

    found = {kind: {name: torch_figures(torch, kind, name) for name in table} for kind, (table, _) in KINDS.items()}
    FIGURES.write_text(json.dumps(found) + "\n")
