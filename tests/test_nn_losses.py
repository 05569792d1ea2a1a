"""The losses that the stored figures of PyTorch do not cover, against their formulas; and every loss at order 2."""

import math

import pytest

from micrograd_kr import Value, grad, nn

LOGITS = [[0.5, -1.0, 2.0], [0.0, 0.0, 0.0], [-3.0, 1.0, 1.5], [1e4, -1e4, 0.0]]
CLASSES, WEIGHT = [2, 0, 1, 0], [0.5, 2.0, 1.25]


def log_probabilities(row):
    largest = max(row)
    total = largest + math.log(sum(math.exp(z - largest) for z in row))
    return [z - total for z in row]


def test_absolute_and_huber_errors():
    p, t = [1.0, -0.25, 3.0, 0.0], [0.0, 0.0, -1.0, 0.0]
    values = [Value(x) for x in p]
    assert nn.mean_absolute_error(values, t).data == (1 + 0.25 + 4 + 0) / 4
    loss = nn.huber_loss(values, t, delta=1.5)
    assert loss.data == pytest.approx((0.5 + 0.25**2 / 2 + 1.5 * (4 - 0.75) + 0) / 4)
    loss.backward()
    assert [v.grad for v in values] == [1 / 4, -0.25 / 4, 1.5 / 4, 0]
    assert nn.huber_loss(p, t, delta=1.5) == loss.data
    for wrong in (0, -1.0, math.nan):
        with pytest.raises(ValueError, match="delta is a number greater than 0"):
            nn.huber_loss(values, t, delta=wrong)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("weight", [None, WEIGHT])
@pytest.mark.parametrize("in_graph", [False, True])
def test_class_weights_and_label_smoothing(smoothing, weight, in_graph):
    weights = weight or [1.0] * 3
    total = counted = 0.0
    for row, y in zip(LOGITS, CLASSES, strict=True):
        logs = log_probabilities(row)
        right = -weights[y] * logs[y]
        spread = -sum(w * q for w, q in zip(weights, logs, strict=True)) / 3
        one = (1 - smoothing) * right + smoothing * spread
        found = nn.cross_entropy([Value(z) for z in row], Value(y) if in_graph else y, weight, smoothing)
        assert found.data == pytest.approx(one)
        total, counted = total + one, counted + weights[y]
    labels = [Value(y) for y in CLASSES] if in_graph else CLASSES
    logits = nn.tables.apply(Value, LOGITS)
    assert nn.cross_entropy(logits, labels, weight, smoothing).data == pytest.approx(total / counted)
    shares = [[0.2, 0.3, 0.5]] * 4
    smooth = [p * (1 - smoothing) + smoothing / 3 for p in shares[0]]
    expected = [
        -sum(p * w * q for p, w, q in zip(smooth, weights, log_probabilities(row), strict=True)) for row in LOGITS
    ]
    assert nn.cross_entropy(logits, shares, weight, smoothing).data == pytest.approx(sum(expected) / 4)


def test_rare_ones_count_more():
    logits, labels = [0.5, -1.0, 2.0], [1, 0, 0.25]
    sigmoid = [1 / (1 + math.exp(-z)) for z in logits]
    expected = [-(3 * y * math.log(q) + (1 - y) * math.log(1 - q)) for q, y in zip(sigmoid, labels, strict=True)]
    for given in (labels, [Value(y) for y in labels]):
        found = nn.binary_cross_entropy([Value(z) for z in logits], given, pos_weight=3)
        assert found.data == pytest.approx(sum(expected) / 3)


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (lambda z: nn.cross_entropy(z, 0, weight=[1.0, 2.0]), r"takes 3 weights of at least 0, got \[1.0, 2.0\]"),
        (lambda z: nn.cross_entropy(z, 0, weight=[1.0, 2.0, -1.0]), "3 weights of at least 0"),
        (lambda z: nn.cross_entropy(z, 0, label_smoothing=1.5), "label_smoothing is a number from 0 to 1, got 1.5"),
        (lambda z: nn.cross_entropy(z, 0, label_smoothing="0.1"), "label_smoothing is a number"),
        (lambda z: nn.binary_cross_entropy(z, [0, 1, 1], pos_weight=-1), "pos_weight is a number of at least 0"),
        (lambda z: nn.mean_squared_error([], []), "mean_squared_error needs at least one prediction, got empty lists"),
        (lambda z: nn.mean_absolute_error(z, [1.0]), r"shapes \(3,\) and \(1,\)"),
    ],
)
def test_wrong_use(loss, words):
    with pytest.raises(ValueError, match=words):
        loss([Value(1.0), Value(2.0), Value(3.0)])


# --- order 2 --------------------------------------------------------------------------------------------------------

POINTS = {"zero": [0.0, 0.0, 0.0], "ties": [0.7, 0.7, -0.3], "regular": [0.4, -1.3, 2.2], "one zero": [0.0, 1.5, -0.2]}
# name: a loss of three numbers that is smooth at all these points
SMOOTH = {
    "squared_error": lambda z: nn.squared_error(z, [1.0, 0.0, -0.5]),
    "mean_squared_error": lambda z: nn.mean_squared_error(z, [0.0, 0.0, 1.0]),
    "mean_absolute_error": lambda z: nn.mean_absolute_error(z, [5.0, -5.0, 6.0]),
    "huber_loss near": lambda z: nn.huber_loss(z, [0.0, 0.0, 0.0], delta=4.0),
    "huber_loss far": lambda z: nn.huber_loss(z, [9.0, 0.1, -7.0], delta=3.0),
    "hinge_loss": lambda z: nn.hinge_loss(z, [1, -1, 1]),
    "binary_cross_entropy": lambda z: nn.binary_cross_entropy(z, [1, 0, 0.25]),
    "binary_cross_entropy, labels in the graph": lambda z: nn.binary_cross_entropy(z, [Value(1), Value(0), Value(0.5)]),
    "binary_cross_entropy, pos_weight": lambda z: nn.binary_cross_entropy(z, [1, 0, 1], pos_weight=3.0),
    "softmax": lambda z: nn.softmax(z)[1],
    "log_softmax": lambda z: nn.log_softmax(z, temperature=0.5)[2],
    "cross_entropy": lambda z: nn.cross_entropy(z, 1),
    "cross_entropy, label in the graph": lambda z: nn.cross_entropy(z, Value(2)),
    "cross_entropy, probabilities": lambda z: nn.cross_entropy(z, [0.5, 0.25, 0.25]),
    "cross_entropy, smoothed and weighted": lambda z: nn.cross_entropy(z, 0, WEIGHT, label_smoothing=0.2),
    "l2_penalty": lambda z: nn.l2_penalty(z, 0.5),
}


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("name", SMOOTH)
def test_the_hessian_of_every_loss(name, point):
    loss, at, step = SMOOTH[name], POINTS[point], 1e-5

    def gradient(numbers):
        z = [Value(number) for number in numbers]
        return grad(loss(z), z)

    def moved(j, by):
        return [x + by * (i == j) for i, x in enumerate(at)]

    z = [Value(number) for number in at]
    first = grad(loss(z), z, create_graph=True)
    for j in range(3):
        above, below = loss([Value(x) for x in moved(j, step)]), loss([Value(x) for x in moved(j, -step)])
        assert first[j].data == pytest.approx((above.data - below.data) / (2 * step), rel=1e-6, abs=1e-8)
    columns = [[(a - b) / (2 * step) for a, b in zip(gradient(moved(j, step)), gradient(moved(j, -step)), strict=True)]
               for j in range(3)]  # fmt: skip
    for i in range(3):
        assert grad(first[i], z) == pytest.approx([columns[j][i] for j in range(3)], rel=1e-6, abs=1e-8)


def test_every_loss_is_in_this_table():
    functions = {name for name in nn.__all__ if callable(getattr(nn, name)) and name[0].islower()}
    losses = {name for name in functions if name.endswith(("_error", "_loss", "_entropy", "softmax", "_penalty"))}
    assert losses - {"l1_penalty"} == {name.split(",")[0].split()[0] for name in SMOOTH}  # |p| has its kink at 0
