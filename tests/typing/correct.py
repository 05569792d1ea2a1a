"""Correct programs: a type checker finds nothing to say about them (tests/test_typing.py)."""

from fractions import Fraction

from micrograd_kr import (
    Stepper,
    Value,
    atan2,
    define_op,
    dot,
    draw,
    exp,
    grad,
    hessian,
    jacobian,
    jit,
    jvp,
    maximum,
    nn,
    no_grad,
    page,
    relu,
    stop_at_nonfinite,
    tanh,
    topological_order,
    value_and_grad,
    watch,
    where,
    why,
)
from micrograd_kr.drawing import Drawing
from micrograd_kr.testing import gradcheck, mutants, random_expression


def numbers() -> tuple[Value, Value, Value, Value]:
    return Value(1), Value(2.0, label="x"), Value(Fraction(1, 3)), Value(1j)


def polynomial(x: Value) -> Value:
    return 3 * x**3 - x / 2 + (-x) + 2**x + abs(x) - 1 + True


def every_kind_of_operand(x: Value) -> list[Value]:
    return [x + 1, 1 - x, x * Fraction(1, 2), x / 2.0, 1j * x, x + (x > 0), +x]


def functions(x: Value, y: Value) -> Value:
    return exp(x) + tanh(x) * relu(y) + atan2(x, 1.0) + atan2(1, y) + maximum(0, x) + maximum(x, y)


def methods(x: Value, y: Value) -> Value:
    return x.exp().tanh() + x.relu() + x.leaky_relu() + x.leaky_relu(0.2) + x.maximum(y) + x.clip(-1, 1).sigmoid()


def on_plain_numbers(x: float) -> float:
    return tanh(x) + relu(x) + maximum(x, 0.0) + atan2(1.0, x)


def choice(x: Value) -> Value:
    inside = where((x > 0) & (x < 1) | ~(x < 5), 1.0, x)
    return inside + where(x > 0, x, 0.0) + where(x <= 1, 0, x) + where(x == 1.0, x, x * 2) + where(x < 0, 1.0, 2.0)


def control(x: Value) -> int:
    if x > 0 and not x < -1:
        return int(x)
    return len([each for each in (x, -x) if each])


def weighted(weights: list[Value], xs: list[float], bias: Value) -> Value:
    return dot(weights, xs, bias) + sum((w * w for w in weights), Value(0.0))


def slopes(x: Value, y: Value) -> Value:
    first = grad(x * y, x, create_graph=True)
    both = grad(x * y, [x, y], create_graph=True)
    plain: float = grad(x * y, x)
    several: list[float] = grad(x * y, (x, y))
    print(plain, several)
    return first + both[0]


def backward(x: Value) -> float:
    out = x.tanh()
    out.backward()
    out.backward(2.0)
    x.data -= 0.1 * x.grad
    x.grad = 0
    x.label = "x"
    gradient: float = x.grad
    return gradient + float(x.item()) + float(out)


def derivatives() -> None:
    print(value_and_grad(lambda x, y: x * y, 1.0, 2.0), jacobian(lambda x: [x, x], 1.0))
    print(hessian(lambda x: x[0] * x[1], [1.0, 2.0])[0][1], jvp(lambda x: x, [1.0], [1.0]))


model = nn.MLP(2, [4, 1], activation="tanh")
classifier = nn.Sequential(nn.Linear(2, 4), "relu", nn.Linear(4, 3), nn.LayerNorm(3))


def loss(x: list[float], y: float) -> Value:
    return (model(x) - y) ** 2


def class_loss(x: list[float], y: int) -> Value:
    layer = nn.Layer(2, 3, activation="linear")
    return nn.cross_entropy(layer(x), y) + nn.cross_entropy(classifier(x), y) + layer(x)[0]


def one_neuron(x: list[Value | float]) -> Value:
    return nn.Neuron(2)(x) + nn.MSELoss()(nn.Neuron(2)(x), 1.0)


class Line(nn.Module):
    def __init__(self) -> None:
        self.slope, self.height = Value(2.0), Value(1.0)

    def forward(self, x: float) -> Value:
        return self.slope * x + self.height


class Micrograd(nn.Module):
    def __init__(self) -> None:
        self.w = Value(2.0)

    def __call__(self, x: Value) -> Value:
        return self.w * x

    def parameters(self) -> list[Value]:
        return [self.w]


def modules(x: Value) -> Value:
    return Line()(2.0) + Micrograd()(x) + nn.mean_squared_error([Line()(1.0)], [2.0])


def training() -> None:
    optimizer = nn.SGD(model, lr=0.1, momentum=0.9)
    for _ in range(3):
        total = sum((loss(x, y) for x, y in [([1.0, 2.0], 1.0), ([0.0, 1.0], -1.0)]), Value(0.0)) / 2
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
    history = nn.train(loss, [[1.0, 2.0]], [1.0], nn.Adam(model.parameters()), epochs=2)
    print(history[-1] < 1, [name for name, parameter in model.named_parameters() if parameter.data > 0])


def compiled() -> Value:
    fast = jit(loss)
    fast.fit([[1.0, 2.0]], [1.0], nn.SGD(model), epochs=1)
    print(jit(lambda x: x * 2)(1.0).data, fast.batch([[1.0, 2.0]], [1.0])[0])
    return fast([1.0, 2.0], 1.0) + fast.mean([[1.0, 2.0]], [1.0])


def shown(x: Value) -> str:
    out = x.tanh() * 2
    stepper = Stepper(out, lang="en")
    sentences = [step.say("ko") for step in stepper]
    if (step := stepper.next()) is not None:
        sentences.append(step.say())
    stepper.reset()
    drawing: Drawing = draw(out, expand=True)
    return drawing.source + page(out, title="tanh", train=[x]).html + why(out, x).say("en") + "".join(sentences)


def blocks(x: Value) -> list[Value]:
    made: list[Value] = []
    with no_grad(), watch(made.append), stop_at_nonfinite():
        made.append(x * 2)
    return [*made, *topological_order(x), *x.args]


def own_op(x: Value) -> Value:
    cube = define_op("cube", lambda x: x * x * x, (lambda out, x: 3 * x * x,))
    result = cube(x)
    print(cube(2.0), cube.partials(8.0, 2.0))
    return result + cube(x + 1)


def checked() -> str:
    report = gradcheck(lambda x, y: x * y.tanh(), [3.0, 0.5], order=2)
    expression = random_expression(7)
    for mutant in mutants("tanh"):
        with mutant:
            print(mutant.name, expression.build())
    return str(report)
