"""Exported files: ONNX run by onnxruntime, PyTorch source run by PyTorch; values and gradients are the engine's."""

import math
import runpy
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import micrograd_kr
from micrograd_kr import (
    Value,
    atan2,
    clip,
    cos,
    define_op,
    dot,
    export,
    leaky_relu,
    maximum,
    nn,
    sigmoid,
    where,
)
from micrograd_kr.elementary import FUNCTIONS, define_function, remove_function
from micrograd_kr.ops import OPS, remove_op
from micrograd_kr.testing import expressions, points
from micrograd_kr.testing.generation.samples import sample_points

np = pytest.importorskip("numpy")

FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
IN_32_BITS = {"erf", "gelu"}  # by the reference of ONNX
NO_64_BIT_KERNEL = {"Erf"}  # ONNX has it, onnxruntime not for 64-bit floats


def close(x, y, tolerance=1e-12):
    return x == y or (x != x and y != y) or abs(x - y) <= tolerance * max(1.0, abs(x), abs(y))


def onnx_run(path, *arrays):
    """What the file computes, by onnxruntime, or by the reference of ONNX where onnxruntime has no such operator."""
    onnx = pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    model = onnx.load(path)
    names = [each.name for each in model.graph.input]
    given = dict(zip(names, [np.asarray(array, float) for array in arrays], strict=True))
    if NO_64_BIT_KERNEL.isdisjoint(node.op_type for node in model.graph.node):
        return runtime.InferenceSession(str(path)).run(None, given)[0]
    from onnx.reference import ReferenceEvaluator

    with np.errstate(all="ignore"):
        return ReferenceEvaluator(model).run(None, given)[0]


def torch_run(path):
    """The names of an exported Python file."""
    pytest.importorskip("torch")
    return runpy.run_path(str(path))


def torch_gradients(names, rows):
    """The outputs of `forward` on a batch of scalars, and the gradients of their sum by the inputs."""
    torch = pytest.importorskip("torch")
    inputs = [torch.tensor(column, dtype=torch.float64, requires_grad=True) for column in np.array(rows, float).T]
    outputs = names["forward"](*inputs)
    if outputs.requires_grad:  # a condition has no slope
        outputs.sum().backward()
    return outputs.detach().numpy(), np.array([np.zeros(len(rows)) if x.grad is None else x.grad for x in inputs]).T


def is_in_onnx(op):
    """Whether each function that the op's rules are made of has an onnx cell."""
    return op.name != "atan2"


# --- each op and random graphs --------------------------------------------------------------------------------------


def cases(op):
    """The op as a function of numbers, and rows of numbers; conditions are made by a comparison."""
    rows = [tuple(map(float, point)) for point in sample_points(op)]
    width = max(map(len, rows))
    rows = [row for row in rows if len(row) == width]
    flags = [not domain for domain in op.domain] if op.arity else [False] * width

    def function(*xs):
        return op(*[x > 0.5 if flag else x for x, flag in zip(xs, flags, strict=True)]) * 1.0

    return function, rows


@pytest.mark.parametrize("op", [op for op in OPS.values() if is_in_onnx(op)], ids=lambda op: op.name)
def test_each_op_in_onnx_has_the_same_value(op, tmp_path):
    function, rows = cases(op)
    path = tmp_path / "f.onnx"
    export(function, path, rows[0])
    found = onnx_run(path, *np.array(rows).T)
    assert found.dtype == np.float64
    tolerance = 1e-6 if op.name in IN_32_BITS else 1e-12
    for row, x in zip(rows, found, strict=True):
        assert close(x, function(*map(Value, row)).data, tolerance), row


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_each_op_in_pytorch_has_the_same_value_and_slopes(op, tmp_path):
    function, rows = cases(op)
    path = tmp_path / "f.py"
    export(function, path, rows[0])
    outputs, slopes = torch_gradients(torch_run(path), rows)
    for row, x, slope in zip(rows, outputs, slopes, strict=True):
        values = list(map(Value, row))
        out = function(*values)
        assert close(x, out.data), row
        out.backward()
        assert all(close(float(value.grad), s) for value, s in zip(values, slope, strict=True)), (row, slope)


@pytest.mark.parametrize(
    "corner", [0.0, -0.0, 1.0, -1.0, 1e-9, -1e-9, 25.0, -25.0, 700.0, -700.0, 1e10, math.inf, -math.inf]
)
def test_the_rules_for_onnx_hold_at_the_corners(corner, tmp_path):
    for name in (
        "exp2",
        "expm1",
        "log1p",
        "log2",
        "log10",
        "cbrt",
        "sinh",
        "cosh",
        "asinh",
        "acosh",
        "atanh",
        "cos",
        "tan",
    ):
        path = tmp_path / f"{name}.onnx"
        export(OPS[name], path, 0.5)
        expected = FUNCTIONS[name].float(corner)
        assert close(float(onnx_run(path, [corner])[0]) / (expected or 1.0), expected / (expected or 1.0)), name


def exported_expression(data, ops, path):
    expression = data.draw(expressions(ops=ops, max_nodes=14))
    rows = [tuple(expression.point.values()), *[data.draw(points(expression)) for _ in range(2)]]
    closed_over = data.draw(st.integers(0, len(expression.inputs) - 1))
    parameters = [Value(number) for number in rows[0][:closed_over]]
    rows = [row[closed_over:] for row in rows]

    def function(*inputs):
        return expression(*parameters, *inputs)

    export(function, path, rows[0])
    return function, parameters, rows


@FEW
@given(data=st.data())
def test_random_graphs_in_onnx(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "f.onnx"
    function, _, rows = exported_expression(
        data, [op.name for op in OPS.values() if is_in_onnx(op) and op.name not in IN_32_BITS], path
    )
    for row, x in zip(rows, onnx_run(path, *np.array(rows, float).T), strict=True):
        assert close(x, float(function(*map(Value, row)).data), 1e-9), path.name


@FEW
@given(data=st.data())
def test_random_graphs_in_pytorch_and_their_gradients(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("torch") / "f.py"
    function, parameters, rows = exported_expression(data, [*OPS], path)
    names = torch_run(path)
    outputs, slopes = torch_gradients(names, rows)
    for parameter in parameters:
        parameter.grad = 0
    for row, x, slope in zip(rows, outputs, slopes, strict=True):
        values = list(map(Value, row))
        out = function(*values)
        assert close(x, float(out.data), 1e-11)
        out.backward()
        assert all(close(float(value.grad), s, 1e-11) for value, s in zip(values, slope, strict=True)), path.read_text()
    if parameters and "model" in names:
        (tensor,) = names["model"].parameters()  # the list that the function closes over
        found = [0.0] * len(parameters) if tensor.grad is None else tensor.grad.tolist()
        scale = max(1.0, *(abs(float(parameter.grad)) for parameter in parameters))
        assert all(close(float(p.grad) / scale, x / scale, 1e-11) for p, x in zip(parameters, found, strict=True))


@pytest.mark.parametrize(("condition", "expected"), [(1.5, 2.0), (0.0, 3.0), (math.nan, 2.0)])
def test_a_condition_that_is_a_known_number_decides_now(condition, expected, tmp_path):
    def function(x):
        return where(Value(condition), x, 3.0)

    export(function, tmp_path / "f.py", 1.0)
    assert float(torch_run(tmp_path / "f.py")["forward"](np.array([2.0]))[0]) == expected
    export(function, tmp_path / "f.onnx", 1.0)
    assert onnx_run(tmp_path / "f.onnx", [2.0]) == [expected]


def test_a_bound_that_is_a_parameter_gets_its_gradient_in_pytorch(tmp_path):
    """PyTorch's own clamp cannot send one back to a bound that has no batch axis."""
    low, path = Value(0.5), tmp_path / "f.py"
    export(lambda x: clip(x, low, 2.0), path, 1.0)
    names = torch_run(path)
    outputs, slopes = torch_gradients(names, [[0.25], [1.0], [3.0]])
    (tensor,) = names["model"].parameters()
    assert list(outputs) == [0.5, 1.0, 2.0] and [float(slope[0]) for slope in slopes] == [0, 1, 0]
    assert tensor.grad.item() == 1


# --- models ---------------------------------------------------------------------------------------------------------


def batch(*shape):
    return np.random.default_rng(0).normal(size=shape)


def test_layers_are_linear_and_their_gradients_are_ours(tmp_path):
    torch = pytest.importorskip("torch")
    model = nn.MLP(2, [5, 3, 1], activation="tanh", seed=1)

    def loss(x, y):
        return (model(x) - y) ** 2

    export(loss, tmp_path / "loss.py", ([0.0, 0.0], 0.0))
    source = (tmp_path / "loss.py").read_text(encoding="utf-8")
    assert "self.model_0 = nn.Linear(2, 5, dtype=torch.float64)" in source
    assert "h = self.model_0(x)" in source and "torch.tanh(h)" in source and source.count("nn.Linear(") == 3
    assert "nn.Parameter" not in source
    names, (xs, ys) = torch_run(tmp_path / "loss.py"), (batch(7, 2), batch(7))
    total = names["forward"](torch.tensor(xs), torch.tensor(ys)).sum()
    total.backward()
    ours = sum(loss(list(map(Value, x)), y) for x, y in zip(xs, ys, strict=True))
    ours.backward()
    assert close(float(total.detach()), ours.data)
    state = dict(names["model"].named_parameters())
    for name, tensor in model.named_tensors():
        found = state[f"model_{name}"].grad
        expected = [[w.grad for w in row] for row in tensor] if name.endswith("weight") else [w.grad for w in tensor]
        assert np.allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_a_model_in_onnx_has_its_names_and_matrices(tmp_path):
    onnx = pytest.importorskip("onnx")
    model = nn.MLP(2, [5, 1], seed=1)
    export(model, tmp_path / "model.onnx", [0.0, 0.0])
    file = onnx.load(tmp_path / "model.onnx")
    assert [(each.name, len(each.type.tensor_type.shape.dim)) for each in file.graph.input] == [("x", 2)]
    assert {"model.0.weight", "model.0.bias", "model.2.weight"} <= {each.name for each in file.graph.initializer}
    assert [node.op_type for node in file.graph.node].count("Gemm") == 2
    xs = batch(6, 2)
    assert np.allclose(onnx_run(tmp_path / "model.onnx", xs), [model(list(x)).data for x in xs], rtol=1e-12)


@pytest.mark.parametrize("ending", ["onnx", "py"])
def test_several_outputs_shapes_shared_weights_and_outputs_without_inputs(ending, tmp_path):
    layer, w, shared = nn.Linear(3, 3, seed=2), [[Value(0.5), Value(-1.0)]], Value(3.0, label="shared")

    def function(x, output, n):
        h = layer(layer([x[0][1], x[1][0], w[0][0]]))
        t = dot(w[0], [h[0].relu(), output], shared)
        return [t, leaky_relu(x[0][0]), clip(x[1][1], -0.5, shared), w[0][1] * shared, 2.5, where(n > 0, h[1], 1.0)]

    path = tmp_path / f"f.{ending}"
    export(function, path, ([[0, 0], [0, 0]], 0, np.float64(1.0)))
    x, y, n = batch(4, 2, 2), batch(4), batch(4)
    if ending == "onnx":
        found = onnx_run(path, x, y, n)
    else:
        torch = pytest.importorskip("torch")
        found = torch_run(path)["forward"](*map(torch.tensor, (x, y, n))).detach().numpy()
    expected = [
        [value.data if isinstance(value, Value) else value for value in function(a.tolist(), b, Value(c))]
        for a, b, c in zip(x, y, n, strict=True)
    ]
    assert found.shape == (4, 6) and np.allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_convolutions_and_losses_are_written_too(tmp_path):
    model = nn.Sequential(nn.Conv2d(1, 2, 2, seed=1), "relu", nn.Flatten(), nn.Linear(8, 3, seed=1))

    def loss(image, label):
        return nn.mean_squared_error(nn.softmax(model(image)), [label, 0.0, 1.0])

    xs, ys = batch(3, 1, 3, 3), batch(3)
    expected = [loss(x.tolist(), y).data for x, y in zip(xs, ys, strict=True)]
    export(loss, tmp_path / "f.onnx", (xs[0], 0.0))
    assert np.allclose(onnx_run(tmp_path / "f.onnx", xs, ys), expected, rtol=1e-12)
    torch = pytest.importorskip("torch")
    export(loss, tmp_path / "f.py", (xs[0], 0.0))
    forward = torch_run(tmp_path / "f.py")["forward"]
    assert np.allclose(forward(torch.tensor(xs), torch.tensor(ys)).detach(), expected, rtol=1e-12)


# --- ops of the user's own ------------------------------------------------------------------------------------------


def test_an_op_that_pytorch_does_not_have_brings_its_own_rules(tmp_path):
    # a slope that is not the derivative of the forward rule shows whose slope it is
    odd = define_op(
        "odd_one", lambda x, y: where(x > y, x * y, 0) + sigmoid(x), (lambda out, x, y: 5 * out + sigmoid(y), 0)
    )
    try:
        export(lambda x: odd(x, 2.0) * 3, tmp_path / "f.py", 1.0)
        source = (tmp_path / "f.py").read_text(encoding="utf-8")
        assert "class OddOne(torch.autograd.Function):" in source
        outputs, slopes = torch_gradients(torch_run(tmp_path / "f.py"), [(0.5,), (3.0,)])
        for x, output, slope in zip((0.5, 3.0), outputs, slopes[:, 0], strict=True):
            value = Value(x)
            out = odd(value, 2.0) * 3
            out.backward()
            assert close(output, out.data) and close(slope, value.grad)
    finally:
        remove_op("odd_one")


def test_labels_become_names(tmp_path):
    def function(x):
        distance = x * 2
        distance.label = "distance"
        return distance * distance

    export(function, tmp_path / "f.py", 1.0)
    assert "    distance = x * 2.0\n    return distance * distance\n" in (tmp_path / "f.py").read_text(encoding="utf-8")


# --- errors ---------------------------------------------------------------------------------------------------------


def test_a_function_without_a_cell_is_named(tmp_path):
    pytest.importorskip("onnx")
    with pytest.raises(TypeError, match="atan2 cannot be written in ONNX: its row has no onnx cell"):
        export(lambda x, y: atan2(x, y), tmp_path / "f.onnx", (1.0, 1.0))
    triple = define_function("triple", lambda x: 3 * x, c="tgamma")
    op = define_op("triple_op", triple, (3,))
    try:
        for ending, title in (("onnx", "ONNX"), ("py", "PyTorch")):
            with pytest.raises(TypeError, match=f"triple_op cannot be exported: triple cannot be written in {title}"):
                export(op, tmp_path / f"f.{ending}", 1.0)
    finally:
        remove_op("triple_op")
        remove_function("triple")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("function", "path", "example", "words"),
    [
        (cos, "f.pt", 1.0, r"writes .onnx files and .py files \(PyTorch\), got 'f.pt'"),
        (lambda x, y: x * y, "f.py", 1.0, r"has 1 argument, and function takes 2 arguments \(x, y\)"),
        (lambda x: x[0], "f.py", ([],), "x of the example is an empty list"),
        (lambda x: x[0], "f.py", ([[1.0], 2.0],), "x of the example is ragged"),
        (lambda x: x, "f.py", None, "x of the example must be a number or a list"),
        (lambda: Value(1.0), "f.py", (), "takes no argument"),
        (nn.Dropout(0.5), "f.py", [1.0, 2.0], "call model.eval"),
    ],
)
def test_what_does_not_fit_is_an_error(function, path, example, words):
    with pytest.raises(ValueError, match=words):
        export(function, path, example)


def test_a_missing_example_or_function_is_an_error():
    with pytest.raises(TypeError, match="example"):
        export(cos, "f.py")
    with pytest.raises(TypeError, match="takes a function of Values or a model, got 'cos'"):
        export("cos", "f.py", 1.0)


def test_without_onnx_the_error_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match="writing ONNX files needs onnx and numpy"):
        export(cos, tmp_path / "f.onnx", 1.0)


def test_export_is_lazy_and_public():
    assert "export" in micrograd_kr.__all__ and micrograd_kr.export is export


def test_parameters_keep_their_numbers(tmp_path):
    w = Value(2.0)
    export(lambda x: maximum(w * x, 0.0), tmp_path / "f.py", 1.0)
    assert w.data == 2.0
