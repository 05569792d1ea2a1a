"""Mistakes, each on a line that ends in `# error`: a type checker finds every one (tests/test_typing.py)."""

# ruff: noqa

from micrograd_kr import Stepper, Value, atan2, data, draw, exp, export, grad, jit, nn, page, relu, tanh, where, why
from micrograd_kr import Vale  # error
from micrograd_kr import steper  # error
from micrograd_kr.drawing import Drawin  # error
from micrograd_kr.nn import MPL  # error
from micrograd_kr.testing import grad_check  # error

x, y = Value(1.0), Value(2.0)
model = nn.MLP(2, [3, 1])

# a misspelt name
x.backwards()  # error
x.gradient  # error
x.tahn()  # error
(x + y).exponential()  # error
model.paramaters()  # error
model([1.0, 2.0]).backwards()  # error
nn.Neuron(2)([1.0, 2.0]).dta  # error
nn.cross_entropy_loss([x], 0)  # error
Stepper(x).previous()  # error
why(x, x).pahts  # error
page(x).htlm  # error
nn.Sequential(nn.Linear(2, 1))([x, y]).backwards()  # error
Stepper(x).run().says("ko")  # error
nn.History().plott()  # error

# what is no number
x + "two"  # error
x * None  # error
2 * x - [1.0]  # error
Value("3.0")  # error
Value(None)  # error
Value(1.0, (x, y))  # error
tanh("x")  # error
relu([x])  # error
x.maximum("y")  # error

# arguments too many or too few
x.relu(y)  # error
x.maximum()  # error
exp(x, y)  # error
atan2(x)  # error

# something other than it is taken for
text: str = x + y  # error
name: str = tanh(x)  # error
slope: str = grad(x * y, x, create_graph=True)  # error
chosen: int = where(x > 0, x, y)  # error
grad(x, 2.0)  # error
grad(x.data, x, create_grph=True)  # error
draw(x, rankdir=1)  # error
Stepper(2.0)  # error
why(x)  # error
jit(2.0)  # error
nn.SGD(model, lr=None)  # error
nn.MLP(2, 3)  # error
jit(tanh, dtype="float16")  # error
nn.save_model(model, "net.safetensors", dtype="int8")  # error
export(tanh, "tanh.onnx")  # error
data.moons(10, nois=0.1)  # error
page(x, trained=[x])  # error


def loss(x: float, y: float) -> str:
    return (model([x]) - y) ** 2  # error


class Line(nn.Module):
    def forward(self, x: float) -> Value:
        return Value(x)


count: int = Line()(2.0)  # error
compiled: int = jit(loss)(1.0, 2.0)  # error
x.data_ = 2.0  # error
(x > 0) & x  # error
