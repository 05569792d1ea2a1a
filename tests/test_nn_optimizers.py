"""What optimizers refuse, clip, remember and continue; their arithmetic is tested in test_nn and test_nn_layers."""

import copy
import json
import math
import random
from contextlib import suppress

import pytest

from micrograd_kr import Value, nn, no_grad


def test_an_array_for_a_scalar_parameter_is_an_error():
    np = pytest.importorskip("numpy")
    w = Value(1.0, label="w")
    ((w * Value(np.array([1.0, 2.0]))) ** 2).backward()
    for optimizer in (nn.SGD([w], lr=0.1), nn.Adam([w])):
        with pytest.raises(TypeError, match=r"gradient of w is an array of shape \(2,\).*a single number.*the mean"):
            optimizer.step()
    assert w.data == 1.0
    lanes = Value(np.array([1.0, 2.0]))  # a parameter that is an array takes such a gradient, and one number for all
    optimizer = nn.SGD([lanes], lr=0.5)
    (lanes * 2).backward()
    optimizer.step()
    assert lanes.data.tolist() == [0.0, 1.0]
    lanes.grad = np.ones(3)
    with pytest.raises(TypeError, match=r"an array of shape \(3,\), the parameter is of shape \(2,\)"):
        optimizer.step()


@pytest.mark.parametrize("gradient", [None, "1", [1.0]])
def test_a_gradient_that_is_no_number_is_named(gradient):
    model = nn.MLP(1, [1], seed=0)
    model.layers[0].neurons[0].b.grad = gradient
    with pytest.raises(TypeError, match=r"gradient of layers.0.neurons.0.b is .*zero_grad\(\) sets to 0"):
        nn.SGD(model).step()


@pytest.mark.parametrize("lr", [None, [0.1], "0.1", -0.1, math.nan, 1j])
def test_a_learning_rate_is_a_number(lr):
    with pytest.raises(ValueError, match="lr is a number of at least 0, got"):
        nn.SGD([Value(1.0)], lr=lr)


# --- clipping -------------------------------------------------------------------------------------------------------


def test_gradients_are_clipped_by_their_norm_and_one_by_one():
    model = nn.MLP(2, [3, 1], seed=0)
    source = random.Random(0)
    before = [source.gauss(0, 3) for _ in model.parameters()]

    def set_gradients():
        for p, gradient in zip(model.parameters(), before, strict=True):
            p.grad = gradient

    set_gradients()
    norm = math.sqrt(sum(g * g for g in before))
    assert nn.clip_grad_norm(model, 2.0) == pytest.approx(norm)
    assert [p.grad for p in model.parameters()] == pytest.approx([g * 2.0 / norm for g in before])
    assert nn.clip_grad_norm(model.parameters(), 3.0) == pytest.approx(2.0)  # small enough: as they are
    assert math.hypot(*[p.grad for p in model.parameters()]) == pytest.approx(2.0)
    set_gradients()
    nn.clip_grad_value(model, 0.5)
    assert [p.grad for p in model.parameters()] == [max(-0.5, min(0.5, g)) for g in before]
    model.parameters()[0].grad = math.inf
    with pytest.raises(FloatingPointError, match="norm of the gradients is inf"):
        nn.clip_grad_norm(model, 1.0)
    assert model.parameters()[1].grad == max(-0.5, min(0.5, before[1]))
    nn.clip_grad_value(model, 0.5)
    assert model.parameters()[0].grad == 0.5
    for wrong in (-1.0, None, math.nan):
        with pytest.raises(ValueError, match="max_norm is a number of at least 0"):
            nn.clip_grad_norm(model, wrong)
    with pytest.raises(TypeError, match="a model or a list"):
        nn.clip_grad_value(Value(1.0), 1.0)


# --- to continue later ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda m: nn.SGD(m, 0.1),
        lambda m: nn.SGD(m, 0.1, momentum=0.9, nesterov=True),
        lambda m: nn.Adam(m, lr=nn.ExponentialDecay(0.1, 0.9)),
        lambda m: nn.AdamW(m, 0.1),
    ],
)
def test_training_goes_on_as_if_it_had_not_stopped(make):
    def train(model, optimizer, steps):
        for _ in range(steps):
            optimizer.zero_grad()
            nn.mean_squared_error([model([x, -x]) for x in (0.5, 1.0)], [1.0, 0.0]).backward()
            optimizer.step()

    model = nn.MLP(2, [3, 1], activation="tanh", seed=1)
    optimizer = make(model)
    train(model, optimizer, 3)
    saved = json.loads(json.dumps([model.state_dict(), optimizer.state_dict()]))
    train(model, optimizer, 3)
    again = nn.MLP(2, [3, 1], activation="tanh", seed=2)
    continued = make(again)
    again.load_state_dict(saved[0])
    continued.load_state_dict(saved[1])
    train(again, continued, 3)
    assert [p.data for p in again.parameters()] == [p.data for p in model.parameters()]
    assert continued.state_dict() == optimizer.state_dict()


def test_a_learning_rate_that_is_a_number_is_continued():
    optimizer = nn.SGD([Value(1.0)], lr=0.1)
    optimizer.load_state_dict({**optimizer.state_dict(), "lr": 0.01})
    assert optimizer.lr == 0.01
    schedule = nn.StepDecay(0.1, 3)
    scheduled = nn.SGD([Value(1.0)], lr=schedule)
    scheduled.load_state_dict(optimizer.state_dict())
    assert scheduled.lr is schedule and scheduled.state_dict()["lr"] is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s.update(kind="SGD"), "it is of SGD"),
        (lambda s: s["state"].pop("layers.0.neurons.0.b"), "missing: layers.0.neurons.0.b"),
        (lambda s: s["state"].update({"x\x1b[31m": [1.0, 2.0]}), r"unexpected: 'x\\x1b\[31m'"),
        (lambda s: s["state"].update({"layers.0.neurons.0.b": [1.0]}), r"b: expected 2 numbers, got \[1.0\]"),
        (lambda s: s["state"].update({"layers.0.neurons.0.b": ["1", "2"]}), "b: expected 2 numbers"),
        (lambda s: s.update(steps=-1), "steps: expected a whole number"),
        (lambda s: s.update(lr="fast"), "lr is a number"),
        (lambda s: s.pop("steps"), "no state of an optimizer.*'steps'"),
        (lambda s: s.update(state=3), "no state of an optimizer"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, words):
    optimizer = nn.Adam(nn.MLP(1, [1], seed=0))
    optimizer.parameters[0].grad = 1.0
    optimizer.step()
    before = optimizer.state_dict()
    state = copy.deepcopy(before)
    change(state)
    with pytest.raises(ValueError, match=words):
        optimizer.load_state_dict(state)
    assert optimizer.state_dict() == before


def test_labels_that_are_not_unique_are_numbered():
    optimizer = nn.SGD([Value(1.0, "w"), Value(2.0, "w")], momentum=0.5)
    assert list(optimizer.state_dict()["state"]) == ["parameter 0", "parameter 1"]


# --- training that trains nothing -----------------------------------------------------------------------------------


def a_model_and_its_optimizer():
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    return model, nn.SGD(model, lr=0.1, momentum=0.5)


def not_recorded(model):
    with no_grad():
        loss = (model([1.0, 2.0]) - 1) ** 2
    return loss


@pytest.mark.parametrize(
    "make",
    [
        not_recorded,
        lambda model: Value(((model([1.0, 2.0]) - 1) ** 2).data),
        lambda model: (Value(model([1.0, 2.0]).data) - 1) ** 2,
        lambda model: (model([1.0, 2.0]).detach() - 1) ** 2,
        lambda model: nn.MLP(2, [1], seed=0)([1.0, 2.0]),  # of another model
    ],
)
def test_a_step_after_a_loss_that_reaches_no_parameter_is_an_error(make):
    model, optimizer = a_model_and_its_optimizer()
    before = model.state_dict()
    for clear in (optimizer.zero_grad, model.zero_grad):
        clear()
        with suppress(RuntimeError):  # the engine may refuse such a loss itself
            loss = make(model)
            loss.backward()
        with pytest.raises(RuntimeError, match=r"no gradient has reached any of the 13 parameters.*no_grad.*\.data"):
            optimizer.step()
    assert (model.state_dict(), optimizer.steps) == (before, 0)


def test_a_step_without_backward_or_after_a_late_zero_grad_is_an_error():
    model, optimizer = a_model_and_its_optimizer()
    loss = model([1.0, 2.0])
    loss.backward()
    optimizer.zero_grad()
    with pytest.raises(RuntimeError, match="no gradient has reached"):
        optimizer.step()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    with pytest.raises(RuntimeError, match="no gradient has reached"):
        optimizer.step()


def test_gradients_that_are_rightly_zero_are_no_error():
    model = nn.MLP(2, [3, 1], seed=0)
    for neuron in model.layers[0].neurons:
        neuron.b.data = -100.0  # every relu is shut
    hidden, optimizer = nn.SGD(model.layers[0]), nn.SGD(model)
    x = [1.0, 2.0]
    for _ in range(2):
        optimizer.zero_grad()
        loss = model(x)
        loss.backward()
        hidden.step()
        optimizer.step()
        optimizer.zero_grad()
        loss = nn.hinge_loss(model(x) + 100.0, 1)  # on the right side: no loss, no gradient
        loss.backward()
        assert [p.grad for p in model.parameters()] == [0] * 13
        optimizer.step()
        optimizer.zero_grad()
        nn.hinge_loss(model(x) + 100.0, 1).backward()  # nobody holds the graph
        optimizer.step()
    w, unused = Value(1.0), Value(1.0)
    optimizer = nn.SGD([w, unused])
    optimizer.zero_grad()
    loss, other = nn.hinge_loss(w + 100, 1), unused * 2
    loss.backward()
    Value(3.0).exp().backward()  # of something else, after it
    optimizer.step()
    assert (w.data, optimizer.steps, other.data) == (1.0, 1, 2.0)


def test_an_optimizer_made_after_backward_may_step():
    w = Value(1.0)
    nn.hinge_loss(w + 100, 1).backward()
    nn.SGD([w]).step()
    assert w.data == 1.0


def test_gradients_set_by_hand_are_taken():
    w = Value(1.0)
    optimizer = nn.SGD([w], lr=0.1, weight_decay=0.5)
    for gradient in (1.0, 0.0, 2):
        optimizer.zero_grad()
        w.grad = gradient
        optimizer.step()
    assert optimizer.steps == 3
