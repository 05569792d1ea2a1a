"""micrograd's demo: an MLP learns to tell two moons apart, in 100 steps of gradient descent on all points.

    python demos/moons.py              compiled: the loop that stands in the notebook, in machine code
    python demos/moons.py eager        the same, step by step in Python
    python demos/moons.py torch        the same in PyTorch, and with `micrograd` in micrograd itself, to compare

The data, the model MLP(2, [16, 16, 1]), the hinge loss, the penalty on large weights and the falling learning rate
are those of micrograd's notebook; every contender starts from the same weights.
"""

import math
import random
import sys

STEPS, PENALTY = 100, 1e-4


def moons(count=100):
    """Two half circles, one for each label -1 and 1, with some noise."""
    draw = random.Random(1)
    points, labels = [], []
    for index in range(count):
        angle, side = math.pi * index / count, index % 2
        x, y = (math.cos(angle), math.sin(angle)) if side else (1 - math.cos(angle), 0.5 - math.sin(angle))
        points.append([x + draw.gauss(0, 0.1), y + draw.gauss(0, 0.1)])
        labels.append(2 * side - 1)
    return points, labels


def learning_rate(step):
    return 1.0 - 0.9 * step / STEPS


def train_compiled():
    from micrograd_kr import dot, jit, nn, relu

    random.seed(1337)
    model = nn.MLP(2, [16, 16, 1])
    points, labels = moons()
    parameters = model.parameters()

    def loss(x, y):
        return relu(1 - y * model(x)) + PENALTY * dot(parameters, parameters, 0)

    jit(loss).fit(points, labels, nn.SGD(model, lr=learning_rate), epochs=STEPS)
    return accuracy(jit(lambda x: model(x)).batch(points).tolist(), labels)


def train_in_scalars(nn, value):
    """The notebook's loop, for micrograd and for this library without jit."""
    random.seed(1337)
    model = nn.MLP(2, [16, 16, 1])
    points, labels = moons()
    for step in range(STEPS):
        scores = [model([value(x) for x in point]) for point in points]
        losses = [(1 + -label * score).relu() for score, label in zip(scores, labels)]  # noqa: B905
        total = sum(losses) * (1.0 / len(losses)) + PENALTY * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= learning_rate(step) * p.grad
    return accuracy([model(point).data for point in points], labels)


def train_torch():
    import torch

    torch.set_num_threads(1)
    random.seed(1337)
    model = torch.nn.Sequential(
        *[torch.nn.Linear(2, 16), torch.nn.ReLU(), torch.nn.Linear(16, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1)]
    ).double()
    with torch.no_grad():
        for layer in model[::2]:
            for row in layer.weight:
                row.copy_(torch.tensor([random.uniform(-1, 1) for _ in row], dtype=torch.float64))
            layer.bias.zero_()
    points, labels = moons()
    x, y = torch.tensor(points, dtype=torch.float64), torch.tensor(labels, dtype=torch.float64)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        optimizer.zero_grad()
        loss = torch.relu(1 - y * model(x)[:, 0]).mean()
        (loss + PENALTY * sum((p * p).sum() for p in model.parameters())).backward()
        optimizer.step()
    return accuracy(model(x)[:, 0].tolist(), labels)


def accuracy(scores, labels):
    return sum((score > 0) == (label > 0) for score, label in zip(scores, labels)) / len(labels)  # noqa: B905


def main():
    contender = sys.argv[1] if len(sys.argv) > 1 else "jit"
    if contender == "jit":
        found = train_compiled()
    elif contender == "torch":
        found = train_torch()
    elif contender == "micrograd":
        from micrograd import nn
        from micrograd.engine import Value

        found = train_in_scalars(nn, Value)
    elif contender == "eager":
        from micrograd_kr import Value, nn

        found = train_in_scalars(nn, Value)
    else:
        raise SystemExit(f"no contender {contender!r}: choose jit, eager, torch or micrograd")
    print(f"accuracy {found:.0%} after {STEPS} steps{peak_memory()}")


def peak_memory():
    """The most memory that this process has held, where the system tells (not on Windows)."""
    try:
        import resource
    except ImportError:
        return ""
    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes, or KiB
    return f", {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit:.0f} MiB at the most"


if __name__ == "__main__":
    main()
