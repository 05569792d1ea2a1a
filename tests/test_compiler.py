"""jit: machine code against the interpreter, bit for bit where both round alike."""

import math
import os
import pickle
import random
import re
import signal
import subprocess
import sys
import threading
import time
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from micrograd_kr import Value, define_op, elementary, exp, grad, jit, maximum, nn, no_grad, tanh, where
from micrograd_kr.compiler import (
    assembly,
    cache,
    execution,
    kernels,
    leaves,
    machine_code,
    matrices,
    planning,
    programs,
)
from micrograd_kr.ops import OPS, remove_op
from micrograd_kr.testing import expressions, points
from micrograd_kr.trace import record

pytest.importorskip("llvmlite")
np = pytest.importorskip("numpy")


@pytest.fixture(autouse=True, scope="module")
def _own_cache(tmp_path_factory):
    before = os.environ.get("MICROGRAD_KR_CACHE")
    os.environ["MICROGRAD_KR_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    os.environ.pop("MICROGRAD_KR_CACHE")
    if before is not None:
        os.environ["MICROGRAD_KR_CACHE"] = before


W = Value(1.0)


def eager_mean(loss, *arrays):
    rows = list(zip(*[array.tolist() for array in arrays], strict=True))
    return sum((loss(*row) for row in rows), Value(0.0)) / len(rows)


def gradients(parameters, output):
    for parameter in parameters:
        parameter.grad = 0
    output.backward()
    return [parameter.grad for parameter in parameters]


def points_data(count, inputs=2, seed=0):
    source = np.random.default_rng(seed)
    return source.normal(size=(count, inputs)), np.sign(source.normal(size=count))


def same(x, y, tolerance):
    return x == y or (x != x and y != y) or abs(x - y) <= tolerance * max(abs(x), abs(y))


# --- random graphs --------------------------------------------------------------------------------------------------


def check_expression(data, corners):
    expression = data.draw(expressions(ops=[*OPS], corners=corners, max_nodes=14))
    rows = [tuple(expression.point.values())]
    rows += [data.draw(points(expression, corners=corners)) for _ in range(2)]
    closed_over = data.draw(st.integers(0, len(expression.inputs) - 1))
    parameters = [Value(number) for number in rows[0][:closed_over]]
    rows = [row[closed_over:] for row in rows]

    def function(*inputs):
        return expression(*parameters, *inputs)

    compiled = jit(function, lanes=data.draw(st.sampled_from([2, 4, 8])))
    outputs = compiled.batch(*np.array(rows, float).T)
    for row, output in zip(rows, outputs, strict=True):
        numbers = []
        for computed in (function, compiled):
            inputs = [Value(number) for number in row]
            value = computed(*inputs)
            numbers.append([value.data, *gradients([*parameters, *inputs], value)])
        (value, *slopes), (found, *found_slopes) = numbers
        assert same(value, found, 0.0), (numbers, expression)
        for slope, compiled_slope in zip(slopes, found_slopes, strict=True):
            assert same(slope, compiled_slope, 0.0), (numbers, expression)
        assert same(output, numbers[0][0], 0.0)


FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def multiplied_power(x, y, power=elementary.power):
    """What compiled code makes of a small whole power; the interpreter asks the C library, which rounds once."""
    return {2.0: x * x, 3.0: x * x * x, -1.0: elementary.DIV.float(1.0, x)}[y] if y in (2.0, 3.0, -1.0) else power(x, y)


@pytest.mark.parametrize("corners", [False, True])
def test_random_graphs_are_the_interpreters_to_the_last_bit(corners, monkeypatch):
    monkeypatch.setattr(execution, "vector_name", lambda primitive, machine: "")  # the C library's own functions
    monkeypatch.setattr(elementary, "power", multiplied_power)

    @FEW
    @given(st.data())
    def check(data):
        check_expression(data, corners)

    check()


def test_small_whole_powers_are_multiplied_to_within_one_unit_in_the_last_place():
    source = np.random.default_rng(0)
    xs = source.normal(size=2000) * 10.0 ** source.uniform(-110, 110, 2000)
    xs = np.array([*xs, 0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, -1e-108, 1e155, 1.7e308])
    for exponent in (2, 3, -1, 2.0):
        compiled = jit(lambda x, y=exponent: x**y).batch(xs)
        for x, found in zip(xs.tolist(), compiled.tolist(), strict=True):
            expected, multiplied = elementary.pow(x, exponent), multiplied_power(x, exponent)
            assert same(found, multiplied, 0.0) and math.copysign(1, found) == math.copysign(1, expected)
            assert same(found, expected, 0.0) or abs(found - expected) <= math.ulp(expected), x


CORNERS = [-math.inf, -1000.0, -5.0, -2.0, -1.0, -0.3, -0.0, 0.0, 1e-300, 0.3, 1.0, 2.0, 5.0, 700.0, math.inf, math.nan]


CALLED = [row for row in elementary.FUNCTIONS.values() if row.c and "{" not in row.c]


@pytest.mark.parametrize("function", CALLED, ids=lambda function: function.name)
def test_each_function_is_within_few_units_in_the_last_place(function):
    if function.arity == 2:
        pairs = [(x, y) for x in CORNERS for y in CORNERS]
        found = jit(lambda x, y: function(x, y)).batch(*np.array(pairs).T)
        expected = [function.float(*pair) for pair in pairs]
    else:
        xs = np.array([*CORNERS, *np.linspace(-3, 3, 57)])
        found = jit(lambda x: function(x)).batch(xs)
        expected = [function.float(x) for x in xs.tolist()]
    for x, y in zip(found.tolist(), expected, strict=True):
        assert same(x, y, 1e-15)


def test_an_op_of_the_users_own_is_compiled_with_nothing_else_written():
    op = define_op("shifted_cube", lambda x: x * x * x + 1, (lambda out, x: 3 * x * x,))
    try:
        w = Value(2.0)
        loss = jit(lambda x: op(w * x)).mean(np.array([1.0, 2.0]))
        loss.backward()
        assert (loss.data, w.grad) == (37.0, (3 * 4 * 1 + 3 * 16 * 2) / 2)
    finally:
        remove_op("shifted_cube")


SHUT = {
    "relu": lambda w, x: (w * x).relu().sqrt() * w,
    "where": lambda w, x: where(x > 0, (w * x).log(), 2 * w),
    "maximum": lambda w, x: maximum(w * x, -(1 / x)) ** 0.5,
    "condition": lambda w, x: where(w > x, 1.0, 0.0) * w + (w - x).abs().sqrt(),
    "clip": lambda w, x: where(x > 1, where(w < 0, w * x, 0.0), w) / x,
    "choices": lambda w, x: sum(where(x > k, 0.0, (w * x) ** k) for k in range(3)),
    "sum of choices": lambda w, x: (lambda s: where(x > 0, 0.0, s) + where(w > 0, 0.0, s))((w * x).abs().sqrt()),
    "sums of sums": lambda w, x: (lambda s: (s.relu() + where(w > x, s, 0.0)) * x + s.relu())(-((w * x).abs().log())),
    "a computed 0": lambda w, x: (w.relu() * x).abs().sqrt() + (w - x).relu() * (w * x).log(),
}


@pytest.mark.parametrize("name", SHUT)
def test_nothing_flows_along_a_shut_path_even_at_infinities(name):
    numbers = [-math.inf, -2.0, -0.0, 0.0, 1.0, 3.0, math.inf]
    for number in numbers:
        w = Value(number)
        compiled = jit(lambda x, w=w: SHUT[name](w, x))
        of_x = compiled.grad(np.array(numbers))
        for x, found in zip(numbers, of_x.tolist(), strict=True):
            eager = [w, Value(x)]
            expected = gradients(eager, SHUT[name](*eager))
            assert same(found, expected[1], 1e-15), (number, x)
            assert same(compiled.value_and_grad([x])[1].item(), expected[0], 1e-15), (number, x)


@pytest.mark.parametrize("step", [lambda t, k: t.relu(), lambda t, k: where(t > k + 100.5, 0.0, t) * 1.5 - 0.25 * t])
def test_thousands_of_choices_in_a_row_compile_without_recursion_in_linear_time(step):
    w = Value(2.0)

    def loss(x):
        total = w * x
        for k in range(1200):
            total = step(total, k)
        return total.sqrt()

    x = np.array([1.0, -1.0, 0.0, 200.0, math.inf])
    compiled = jit(loss)
    for example in x:
        eager = [w, Value(example)]
        assert same(compiled.grad([example]).item(), gradients(eager, loss(eager[1]))[1], 1e-9)
    assert compiled.stats.nodes < 24_000


@pytest.mark.parametrize("activation", ["relu", "elu", "tanh", "sigmoid"])
def test_an_infinite_weight_in_a_loop_gives_the_interpreters_number_or_nan(activation):
    source = random.Random(activation)
    model = nn.MLP(2, [5, 5, 1], activation=activation, seed=1)
    parameters = model.parameters()
    finite = [parameter.data for parameter in parameters]
    compiled = jit(lambda x: where(model(x) > 0, model(x), 0.5 * x[0]))
    nans = 0
    for round_ in range(40):
        for parameter, number in zip(parameters, finite, strict=True):
            parameter.data = number
        for parameter in source.sample(parameters, round_ % 4):
            parameter.data = source.choice([math.inf, -math.inf, math.nan])
        x = [0.0, 0.0] if round_ % 5 == 4 else [source.uniform(-1, 1), source.uniform(-1, 1)]
        inputs = [Value(number) for number in x]
        expected = gradients([*parameters, *inputs], compiled.function(inputs))
        gradient = compiled.value_and_grad([x])[1].tolist()
        found = dict(zip(compiled.parameters, gradient, strict=True))
        of_x = compiled.grad([x])[0].tolist()
        for want, got in zip(expected, [*[found[each] for each in parameters], *of_x], strict=True):
            assert same(want, got, 1e-9) or (got != got and round_ % 4), (round_, want, got)
            nans += not same(want, got, 1e-9)
    assert compiled.stats.loops and nans < 40 * len(expected) / 4


# --- networks: loops ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lanes", [2, 4, 8])
@pytest.mark.parametrize("sizes", [[5, 7, 1], [16, 16, 1], [4, 3]])
def test_the_mean_and_its_gradients_are_the_interpreters(sizes, lanes):
    model = nn.MLP(3, sizes, activation="tanh", seed=1)

    def loss(x, y):
        out = model(x)
        return (1 - y * out).relu() if len(sizes) > 2 else (out[0] - y) ** 2 + out[1] * out[2]

    compiled = jit(loss, lanes=lanes)
    for count in (1, 2, 7, 8, 33, 77):
        x, y = points_data(count, 3)
        mean, eager = compiled.mean(x, y), eager_mean(loss, x, y)
        assert mean.data == pytest.approx(eager.data, rel=1e-13)
        parameters = model.parameters()
        assert gradients(parameters, mean) == pytest.approx(gradients(parameters, eager), rel=1e-11, abs=1e-14)
        assert compiled.batch(x, y) == pytest.approx([loss(*row).data for row in zip(x.tolist(), y, strict=True)])


@pytest.mark.parametrize("lanes", [2, 4, 8])
def test_a_relu_net_is_the_interpreters_whatever_tiles_and_idle_lanes_it_has(lanes):
    model = nn.MLP(2, [17, 6, 1], seed=3)

    def loss(x, y):
        return (1 - y * model(x)).relu()

    compiled, parameters = jit(loss, lanes=lanes), model.parameters()
    x, y = points_data(130)
    each = []
    for row, label in zip(x.tolist(), y.tolist(), strict=True):
        each.append(gradients(parameters, loss(row, label)))
    for count in (1, 3, 15, 16, 18, 31, 97, 130):
        expected = np.mean(each[:count], axis=0)
        assert compiled.value_and_grad(x[:count], y[:count])[1] == pytest.approx(expected, rel=1e-11, abs=1e-14)


def test_a_relu_and_its_backward_step_are_part_of_the_loops():
    model = nn.MLP(2, [16, 16, 1], seed=1)
    recording = record(lambda x, y: (1 - y * model(x)).relu(), [(2,), ()])
    plan = planning.plan(recording.trace, recording.shapes, *programs.mean_and_gradient(recording))
    layers = [step for step in plan.steps if isinstance(step, matrices.Layer)]
    assert [layer.gate.name for layer in layers] == ["OWN", "OWN", "NONE", "OTHER"]
    assert [outer.bias_step for outer in plan.outers if outer.bias is not None] == [17, 3]
    assert plan.straight_count < 60 and len(plan.lane_places) == 2  # the last bias and the loss


@pytest.mark.parametrize(("cpu", "shape"), [("znver3", (4, 4, 2, 3)), ("skylake-avx512", (8, 4, 4, 4))])
def test_the_tiles_of_the_loops_stay_in_registers(cpu, shape):
    import llvmlite.binding as llvm

    machine_code.find_host()
    module = llvm.parse_assembly(kernels.library(assembly.Machine(*shape)))
    try:
        target = llvm.Target.from_triple("x86_64-unknown-linux-gnu").create_target_machine(cpu=cpu, opt=2)
    except RuntimeError:
        pytest.skip("LLVM is not built for x86 here")
    module.triple, module.data_layout = target.triple, str(target.target_data)
    text = target.emit_assembly(module)
    for name in ("layer_4", "outer_4"):
        body = text[text.index(f"\n{name}:") :].partition(".Lfunc_end")[0]
        assert body.count("vfmadd") >= 12
        assert not re.search(r"vmov\w+\t[^\n]*\(%rsp\)[^\n]*%[yz]mm|vmov\w+\t%[yz]mm\d+, [^\n]*\(%rsp\)", body)


def test_a_relu_in_a_loop_keeps_nan_and_the_sign_of_zero():
    layer = nn.Layer(2, 9, activation="relu", seed=1)
    for neuron in layer.neurons[:4]:
        neuron.w[0].data, neuron.w[1].data, neuron.b.data = 0.0, 0.0, -0.0
    x = np.array([[-0.0, -0.0], [math.nan, 1.0], [math.inf, 0.5], [-1.0, 2.0]] * 5)
    compiled = jit(lambda x: layer(x))
    found = compiled.batch(x)
    expected = np.array([[out.data for out in layer(row)] for row in x.tolist()])
    assert np.array_equal(found, expected, equal_nan=True)
    assert np.array_equal(np.signbit(found[0]), np.signbit(expected[0])) and np.signbit(found[0, 0])


def test_what_idle_lanes_repeat_reaches_no_gradient_though_it_is_infinite():
    model = nn.MLP(1, [8, 1], seed=1)
    x = np.array([[1.0], [0.5], [1e308]])
    model.layers[0].neurons[0].w[0].data = 1e10  # inf for the last example, which idle lanes repeat

    def loss(x):
        return -exp(-model(x))

    for count in (2, 3):
        found = jit(loss).value_and_grad(x[:count])[1]
        expected = gradients(model.parameters(), eager_mean(loss, x[:count]))
        assert [same(a, b, 1e-12) for a, b in zip(found, expected, strict=True)] == [True] * len(found)


def test_layers_become_loops_and_the_code_does_not_grow_with_them():
    sizes = []
    for width in (16, 64):
        model = nn.MLP(2, [width, width, 1], seed=1)
        compiled = jit(lambda x, model=model: model(x))
        compiled.mean(np.zeros((1, 2)))
        assert compiled.stats.loops >= 3 * width * width
        sizes.append(len(compiled.ir))
    assert sizes[1] < 5 * sizes[0]  # 4 times the neurons, 16 times the weights


def test_a_weight_used_twice_and_a_recurrent_layer():
    cell = nn.Linear(5, 4, seed=2)

    def loss(xs):
        state = [Value(0.0)] * 4
        for x in xs:
            state = [tanh(s) for s in cell([x, *state])]
        return sum(state) + state[0] * cell.neurons[0].w[1]

    x = np.random.default_rng(1).normal(size=(9, 6))
    assert gradients(cell.parameters(), jit(loss).mean(x)) == pytest.approx(
        gradients(cell.parameters(), eager_mean(loss, x)), rel=1e-12
    )


def test_long_straight_code_is_cut_into_functions():
    w = [Value(0.01 * k) for k in range(50)]

    def loss(x):
        total = x
        for each in w * 10:
            total = tanh(total * each + x) - where(total > 0, each, total)
        return total

    x = np.linspace(-1, 1, 11)
    compiled = jit(loss)
    assert gradients(w, compiled.mean(x)) == pytest.approx(gradients(w, eager_mean(loss, x)), rel=1e-9, abs=1e-13)
    assert compiled.ir.count("define internal void @part") > 2


# --- what a call means ----------------------------------------------------------------------------------------------


def test_parameters_are_read_at_each_call_and_inner_leaves_are_constants():
    w, frozen = Value(2.0), 3.0
    compiled = jit(lambda x: w * x + Value(5.0) * frozen)
    assert compiled.batch([1.0]).tolist() == [17.0]
    w.data = 4
    assert compiled.batch([1.0]).tolist() == [19.0]
    assert compiled(1.0).data == 19.0 and compiled.parameters == [w]


def test_the_mean_is_a_value_like_any_other():
    w = Value(3.0, label="w")
    compiled = jit(lambda x, y: (w * x - y) ** 2)
    x, y = np.array([1.0, 2.0]), np.array([0.0, 1.0])
    total = compiled.mean(x, y) + 0.5 * w * w
    total.backward()
    assert (total.data, w.grad) == (17 + 4.5, (2 * 3 + 2 * 5 * 2) / 2 + 3)
    total.backward()
    assert w.grad == 2 * (13 + 3)
    assert grad(compiled.mean(x, y), w) == 13 and w.grad == 32
    mean = compiled.mean(x, y)
    w.data = 100.0  # after the forward pass: the gradient stays that of the recorded one
    assert gradients([w], mean) == [13.0]
    with no_grad():
        assert compiled.mean(x, y).op is None
    with pytest.raises(TypeError, match="derivatives of derivatives"):
        grad(compiled.mean(x, y), w, create_graph=True)


def test_a_first_call_within_no_grad_records_the_function():
    w = Value(2.0)
    with no_grad():
        mean, gradient = jit(lambda x: w * x).value_and_grad([1.0, 3.0])
        assert (mean, gradient.tolist()) == (4.0, [2.0])
        assert (w * 3).op is None


def test_the_mean_draws_and_steps_as_one_node():
    from micrograd_kr import Stepper, draw

    w = Value(3.0, label="w")
    output = jit(lambda x: w * x).mean([1.0, 3.0]) * 2
    assert "mean" in draw(output).source
    steps = list(Stepper(output))
    assert w.grad == 4.0
    assert all(step.say(lang) for step in steps for lang in ("ko", "en"))


def test_gradients_with_respect_to_inputs():
    w = [Value(2.0), Value(-1.0)]
    compiled = jit(lambda x, y: exp(w[0] * x[0] + w[1] * x[1]) * y)
    x, y = np.array([[1.0, 2.0], [0.5, 3.0]]), np.array([2.0, 1.0])
    of_x, of_y = compiled.grad(x, y)
    e = np.exp(2 * x[:, 0] - x[:, 1])
    assert of_x == pytest.approx(np.stack([2 * e * y, -e * y], axis=1)) and of_y == pytest.approx(e)
    inputs = [Value(1.0), Value(2.0)]
    compiled(inputs, 2.0).backward()
    assert [value.grad for value in inputs] == pytest.approx([4.0, -2.0])
    assert jit(lambda x: x * x).grad([3.0, 4.0]).tolist() == [6.0, 8.0]


def test_several_outputs_and_nested_arguments():
    w = Value(2.0)
    compiled = jit(lambda rows: [sum(row) * w for row in rows])
    x = np.arange(12.0).reshape(2, 3, 2)
    assert compiled.batch(x).tolist() == (2 * x.sum(axis=2)).tolist()
    first, second, _ = compiled(x[0])
    assert gradients([w], first) == [1.0] and gradients([w], second) == [5.0]
    with pytest.raises(ValueError, match="one output"):
        compiled.mean(x)


@pytest.mark.parametrize("dtype", ["float64", "float32", "int32", "bool"])
def test_arrays_of_any_kind_and_layout(dtype):
    compiled = jit(lambda x, y: x[0] - 2 * x[1] * y)
    x = np.arange(42).reshape(7, 6).astype(dtype)[:, :2]
    y = np.arange(14).astype(dtype)[::2]
    expected = (x[:, 0].astype(float) - 2.0 * x[:, 1] * y).tolist()
    x.flags.writeable = False
    for layout in (x, np.asfortranarray(x), np.ascontiguousarray(x), np.repeat(x, 2, axis=0)[::2], x.tolist()):
        assert compiled.batch(layout, y).tolist() == expected
    assert compiled.batch(x[::-1], y[::-1]).tolist() == expected[::-1]


def test_nan_rows_stay_nan_and_touch_no_others():
    w = Value(1.0)
    compiled = jit(lambda x: (w * x).relu())
    assert str(compiled.batch([1.0, math.nan, -1.0, math.inf]).tolist()) == "[1.0, nan, 0.0, inf]"
    x = np.array([2.0] * 8 + [0.5, 1e-320])  # idle lanes repeat a row: what they compute is dropped
    few = jit(lambda x: (w / x).exp())
    assert gradients([w], few.mean(x)) == [math.inf] and gradients([w], few.mean(x[:9])) != [math.inf]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda f: f.batch(np.zeros((0, 2)), np.zeros(0)), ValueError, r"x is an empty batch of shape \(0, 2\)"),
        (lambda f: f.batch(np.zeros((3, 2)), np.zeros(4)), ValueError, r"y has 4 examples .*x has 3"),
        (lambda f: f.batch(np.zeros((3, 2))), TypeError, r"takes 2 arguments \(x, y\), got 1"),
        (lambda f: f.batch(np.zeros((3, 2)), 1.0), ValueError, "y is a single number"),
        (lambda f: f.batch(np.zeros((3, 5)), np.zeros(3)), ValueError, r"\(3, 5\).*"),
        (lambda f: f.batch([["a", "b"]], [1.0]), TypeError, "x is no array of real numbers"),
        (lambda f: f.batch([[1.0], [1.0, 2.0]], [1.0, 2.0]), ValueError, "x is no array of real numbers"),
        (lambda f: f.batch(np.zeros((3, 2), complex), np.zeros(3)), TypeError, "x is no array of real numbers"),
        (lambda f: jit(3), TypeError, "jit takes a function"),
        (lambda f: jit(lambda x: None)(1.0), TypeError, "returned a NoneType: is a `return` missing"),
        (lambda f: jit(lambda x: [])(1.0), TypeError, "empty list"),
        (lambda f: jit(lambda x: x, lanes=3), ValueError, "2, 4 or 8"),
        (lambda f: jit(lambda x: x, lanes=2, dtype="float32"), ValueError, "4, 8 or 16"),
        (lambda f: jit(lambda x: x, dtype="float16"), ValueError, "'float64' or 'float32'"),
        (lambda f: jit(lambda x: x, threads=0), ValueError, "at least 1"),
        (lambda f: jit(lambda x: x).ir, RuntimeError, "call it first"),
        (lambda f: jit(lambda x: x + Value(1j))(1.0), TypeError, "complex"),
        (lambda f: f.fit(np.zeros((3, 2)), np.zeros(3)), TypeError, "then an optimizer"),
        (lambda f: f.fit(np.zeros((3, 2)), np.zeros(3), nn.SGD([W]), 0), ValueError, "epochs"),
        (lambda f: f.fit(np.zeros((3, 2)), np.zeros(3), nn.SGD([Value(1.0)])), ValueError, "another model"),
    ],
)
def test_errors_say_what_is_wrong(call, error, message):
    def loss(x, y):
        a, b = x
        return W * a * b - y

    with pytest.raises(error, match=message):
        call(jit(loss))


def test_shapes_that_were_compiled_stay_and_new_ones_compile_anew():
    compiled = jit(lambda x: sum(v * v for v in x) * W)
    for size in (2, 3, 2):
        assert compiled.batch(np.ones((4, size))).tolist() == [size] * 4
    assert len(compiled.programs) == 2


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x if x > 0 else -x,
        lambda x: max(x, 0.0),
        lambda x: x * float(x),
        lambda x: math.exp(x),
        lambda x: x if W > 0 else -x,
    ],
)
def test_a_branch_names_its_line_and_where(function):
    with pytest.raises(TypeError, match=r"test_compiler.py, line \d+.*where"):
        jit(function).batch([1.0])


def test_where_and_maximum_choose_for_each_example():
    compiled = jit(lambda x: where(x > 1, x * x, maximum(-x, 0.0)))
    assert compiled.batch([2.0, 0.5, -3.0]).tolist() == [4.0, 0.0, 3.0]


@pytest.mark.parametrize("count", [1, 7, 100, execution.CHUNK + 5])
def test_value_and_grad_is_the_mean_and_its_gradient(count):
    model = nn.MLP(2, [5, 1], seed=1)
    compiled = jit(lambda x, y: (1 - y * model(x)).relu())
    x, y = points_data(count)
    for _ in range(3):  # the same arrays again are not looked at anew, but their numbers and the parameters are
        value, gradient = compiled.value_and_grad(x, y)
        mean = compiled.mean(x, y)
        assert (value, gradient.tolist()) == (mean.data, gradients(compiled.parameters, mean))
        assert type(value) is float and gradient.shape == (len(compiled.parameters),)
        x[0] += 1.0
        model.parameters()[0].data += 0.5
    kept = gradient.copy()
    assert compiled.value_and_grad(-x, y)[0] != value and (gradient == kept).all()
    assert all(parameter.grad == before for parameter, before in zip(compiled.parameters, kept, strict=True))


def test_value_and_grad_follows_shapes_kinds_of_number_and_modes(monkeypatch):
    w, dropout = Value(2), nn.Dropout(1.0)
    compiled = jit(lambda x: w * sum(x) + dropout([w])[0])
    x = np.arange(12.0)
    x.shape = (3, 4)
    assert compiled.value_and_grad(x)[0] == 2 * x.sum() / 3
    dropout.eval()
    assert compiled.value_and_grad(x)[0] == 2 * x.sum() / 3 + 2
    dropout.training = True
    assert compiled.value_and_grad(x)[0] == 2 * x.sum() / 3
    del dropout.training
    monkeypatch.setattr(nn.Dropout, "training", False)  # for all of them, as none has its own
    assert compiled.value_and_grad(x)[0] == 2 * x.sum() / 3 + 2
    x = np.ascontiguousarray(x.reshape(6, 2))
    assert compiled.value_and_grad(x)[1].tolist() == [x.sum() / 6 + 1]
    assert compiled.value_and_grad(x.astype(int).tolist())[0] == 2 * x.sum() / 6 + 2
    w.data = 1j
    with pytest.raises(TypeError, match="floats only"):
        compiled.value_and_grad(x)
    with pytest.raises(ValueError, match="value_and_grad needs one output"):
        jit(lambda x: [x, x]).value_and_grad([1.0])


def test_reading_in_bulk_is_reading_one_by_one(monkeypatch):
    values = [Value(x) for x in (1.5, 2, -0.0, math.inf, Fraction(1, 4), True)]
    found = []
    for known in (True, False):
        monkeypatch.setattr(leaves, "_loops", leaves._loops if known else lambda host: (None, None))
        for some in (values, values[:1], []):
            read = leaves.Leaves(some, machine_code.find_host())
            read.read()
            found.append(repr(read.numbers))
    assert found[:3] == found[3:] and "1.5, 2.0, -0.0, inf, 0.25, 1.0" in found[0]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_gradients_are_delivered_in_bulk_as_one_by_one(dtype, known, monkeypatch):
    monkeypatch.setattr(leaves, "_loops", leaves._loops if known else lambda host: (None, None))
    weights = [Value(0.5) for _ in range(6)]

    def loss(x):
        return (sum(k * w for k, w in enumerate(weights)) * x).exp() + weights[5]

    compiled = jit(loss, dtype=dtype)
    for before in (0, 0.25, -0.0, Fraction(1, 2), True, 10**30):
        for upstream in (1, -2.5, 0, math.inf):
            found = []
            for computed in (compiled.mean, eager_mean):
                for w in weights:
                    w.grad = before
                output = computed(np.ones(1)) if computed == compiled.mean else eager_mean(loss, np.ones(1))
                output.backward(upstream)
                found.append([float(w.grad) for w in weights])
            assert found[0] == pytest.approx(found[1], rel=1e-5, nan_ok=True)
    floats = [sys.getrefcount(w.grad) for w in weights]
    assert max(floats) <= 3  # none is held by anything else


def test_the_mean_of_an_unbounded_loss_sends_inf_to_the_parameters_that_it_reaches():
    w, unused = Value(0.0), Value(1.0)
    mean = jit(lambda x: (w * x).abs().sqrt() + where(x > 0, 0.0, unused)).mean([1.0, 2.0])
    eager = eager_mean(lambda x: (w * x).abs().sqrt() + where(x > 0, 0.0, unused), np.array([1.0, 2.0]))
    assert str(gradients([w, unused], mean)) == str([float(g) for g in gradients([w, unused], eager)])


@pytest.mark.parametrize("lanes", [4, 8, 16, None])
def test_float32_is_float64_with_half_the_digits(lanes):
    model = nn.MLP(2, [9, 5, 1], activation="tanh", seed=1)

    def loss(x, y):
        return where(y > 0, exp(-model(x)), abs(model(x)) ** 1.5) + 1e-9

    double, single = jit(loss), jit(loss, dtype="float32", lanes=lanes)
    x, y = points_data(77)
    value, gradient = single.value_and_grad(x, y)
    expected, of_parameters = double.value_and_grad(x, y)
    assert gradient.dtype == np.float32 and value == pytest.approx(expected, rel=1e-6)
    assert gradient == pytest.approx(of_parameters, rel=1e-4, abs=1e-6)
    assert np.abs(gradient - of_parameters).max() > 1e-10  # it is not float64 in disguise
    assert single.batch(x, y) == pytest.approx(double.batch(x, y), rel=1e-5)
    assert single.grad(x, y)[0] == pytest.approx(double.grad(x, y)[0], rel=1e-4, abs=1e-6)
    assert single(x[0], y[0]).data == pytest.approx(loss(x[0].tolist(), y[0]).data, rel=1e-6)
    losses = [f.fit(x, y, nn.Adam([*model.parameters()], lr=1e-9), 3, 20) for f in (double, single)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    parameter = model.parameters()[0]
    single.fit(x, y, nn.SGD(model, lr=0.1), 1)
    assert np.float32(parameter.data) == parameter.data


def test_float32_overflows_where_it_does():
    w = Value(1e30)
    found = jit(lambda x: [w * x, x * 1e300, x.exp()], dtype="float32").batch([1e-5, 1e10, 100.0])
    assert found.dtype == np.float32 and np.isinf(found[1:]).tolist() == [[True] * 3, [False, True, True]]


@jit
def of_a_module(x):
    return W * x * x


def test_compiled_functions_are_pickled():
    assert pickle.loads(pickle.dumps(of_a_module)) is of_a_module
    model = nn.MLP(2, [3, 1], seed=1)
    again = pickle.loads(pickle.dumps(jit(model, lanes=2)))
    x, _ = points_data(5)
    assert again.batch(x).tolist() == pytest.approx(jit(model).batch(x).tolist())
    assert again.function is not model and len(again.parameters) == 13


# --- randomness, modes, embeddings ----------------------------------------------------------------------------------


def test_dropout_draws_for_each_call_and_example_and_not_in_use():
    model = nn.Sequential(nn.Dropout(0.5)) if hasattr(nn, "Sequential") else nn.Dropout(0.5)
    compiled = jit(lambda x: model([x])[0], seed=1)
    x = np.ones(1000)
    first, second = compiled.batch(x), compiled.batch(x)
    assert set(first) == {0.0, 2.0} and 0.4 < np.mean(first == 0) < 0.6 and (first != second).any()
    assert (jit(lambda x: model([x])[0], seed=1).batch(x) == first).all()
    model.eval()
    assert set(compiled.batch(x)) == {1.0}
    model.train()
    assert set(compiled.batch(x)) == {0.0, 2.0}


def test_an_embedding_chooses_its_row_by_an_input():
    words = nn.Embedding(5, 3, seed=1)
    compiled = jit(lambda word: sum(words(word)))
    rows = np.array([[v.data for v in row] for row in words.weight])
    chosen = np.array([0, 4, 4, 2])
    assert compiled.batch(chosen) == pytest.approx(rows[chosen].sum(axis=1))
    found = gradients(words.parameters(), compiled.mean(chosen))
    assert found == pytest.approx(np.repeat([0.25, 0, 0.25, 0, 0.5], 3).tolist())
    assert np.isnan(compiled.batch(np.array([5, -1, 0.5, 1]))).tolist() == [True, True, True, False]


def test_a_class_that_does_not_exist_has_no_loss():
    compiled = jit(lambda logits, label: nn.cross_entropy(logits, label))
    logits, labels = np.array([[1.0, 2.0, 3.0]] * 5), np.array([2.0, 0.0, 3.0, -1.0, 0.5])
    losses = compiled.batch(logits, labels)
    assert losses[:2].tolist() == pytest.approx([nn.cross_entropy([1.0, 2.0, 3.0], y) for y in (2, 0)])
    assert np.isnan(losses[2:]).all()


# --- training -------------------------------------------------------------------------------------------------------

OPTIMIZERS = {
    "sgd": lambda p: nn.SGD(p, lr=0.1),
    "momentum": lambda p: nn.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-3, nesterov=True),
    "schedule": lambda p: nn.SGD(p, lr=lambda step: 0.1 / (1 + step)),
    "adam": lambda p: nn.Adam(p, lr=0.01),
    "adamw": lambda p: nn.AdamW(p, lr=0.01),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fit_ends_where_the_eager_loop_ends(name):
    x, y = points_data(23)
    models = [nn.MLP(2, [6, 1], seed=3) for _ in range(2)]
    unused = [Value(1.0), Value(1.0)]
    optimizers = [OPTIMIZERS[name]([*m.parameters(), u]) for m, u in zip(models, unused, strict=True)]

    def loss_of(model):
        return lambda x, y: (1 - y * model(x)).relu() ** 2

    seen = []
    compiled = jit(loss_of(models[0]))
    losses = compiled.fit(x, y, optimizers[0], 3, 10, callback=lambda epoch, loss: seen.append((epoch, loss)))
    compiled.fit(x, y, optimizers[0], epochs=2, batch_size=10)
    for _ in range(5):
        for start in range(0, 23, 10):
            optimizers[1].zero_grad()
            eager_mean(loss_of(models[1]), x[start : start + 10], y[start : start + 10]).backward()
            optimizers[1].step()
    numbers = [[p.data for p in optimizer.parameters] for optimizer in optimizers]
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-9, abs=1e-12)
    assert optimizers[0].steps == optimizers[1].steps == 15
    assert [list(s) for s in optimizers[0].state] == [
        pytest.approx(list(s), rel=1e-9, abs=1e-12) for s in optimizers[1].state
    ]
    assert seen == list(enumerate(losses))


def test_fit_shuffles_by_its_seed_and_each_example_comes_once_in_a_pass():
    def train(**options):
        w = Value(0.0)
        jit(lambda x: w * x).fit(np.arange(10.0), nn.SGD([w], lr=1.0), 1, 3, progress=False, **options)
        return w.data

    assert train(shuffle=True, seed=1) == train(shuffle=True, seed=1) != train(shuffle=True, seed=2)
    order = np.random.default_rng(1).permutation(10)
    expected = -sum(np.mean(order[start : start + 3]) for start in range(0, 10, 3))
    assert train(shuffle=True, seed=1) == pytest.approx(expected)
    assert train() == pytest.approx(-(1 + 4 + 7 + 9))


def test_fit_stops_with_whole_steps_when_interrupted_or_told():
    w = Value(0.0)
    compiled = jit(lambda x: (w - x) ** 2)

    def interrupt(epoch, loss):
        if epoch == 2:
            raise KeyboardInterrupt

    optimizer = nn.SGD([w], lr=0.25)
    with pytest.raises(KeyboardInterrupt):
        compiled.fit([1.0], optimizer, 10, callback=interrupt)
    assert (w.data, optimizer.steps) == (1 - 0.5**3, 3)
    assert optimizer.history == [1.0, 0.25, 0.0625] and optimizer.history.learning_rates == [0.25] * 3
    assert len(compiled.fit([1.0], optimizer, 10, callback=lambda epoch, loss: epoch == 1)) == 2


def test_ctrl_c_is_heard_within_machine_code_that_would_run_for_hours():
    timer = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])

    def rate(step):
        if step and timer.ident is None:  # one step has been taken: however slow the machine, it is in the loop now
            timer.start()
        return 1e-9

    w = Value(0.0)
    optimizer = nn.SGD([w], lr=rate)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
    try:
        with pytest.raises(KeyboardInterrupt):
            jit(lambda x: w - x).fit(np.ones(1000), optimizer, epochs=10**8)
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(optimizer.history) == optimizer.steps
    assert 0 < optimizer.steps < 10**8 and w.data == pytest.approx(-1e-9 * optimizer.steps)


def test_fit_stops_before_a_gradient_that_is_not_finite():
    w, frozen = Value(1.0), Value(2.0)
    optimizer = nn.SGD([w], lr=0.1)
    with pytest.raises(FloatingPointError, match="inf"):
        jit(lambda x: w * x * frozen).fit([1.0, 2.0, math.inf], optimizer, 1, 1)
    assert (w.data, frozen.data, optimizer.steps) == (1 - 0.1 * 2 - 0.1 * 4, 2.0, 2)


def test_fit_returns_a_history_that_is_saved(tmp_path):
    w = Value(0.0)
    optimizer = nn.SGD([w], lr=lambda step: 0.1 / (1 + step))
    history = jit(lambda x: (w - x) ** 2).fit([1.0, 1.0], optimizer, 3, 1)
    assert isinstance(history, nn.History) and history is optimizer.history
    assert history == sorted(history, reverse=True) and len(history) == 3
    assert history.learning_rates == pytest.approx([0.1 / 2, 0.1 / 4, 0.1 / 6])
    history.save(tmp_path / "run.csv")
    assert nn.History.load(tmp_path / "run.csv") == history


def test_fit_shows_a_progress_bar_if_told(capsys):
    w = Value(0.0)
    jit(lambda x: (w - x) ** 2).fit([1.0], nn.SGD([w]), 3, progress=True)
    assert "3/3" in capsys.readouterr().err


# --- threads and cache ----------------------------------------------------------------------------------------------


def test_the_result_does_not_depend_on_the_number_of_threads():
    model = nn.MLP(2, [5, 1], seed=1)
    x, y = points_data(3 * execution.CHUNK + 17)
    found = []
    for threads in (1, 2, 3):
        compiled = jit(lambda x, y: (1 - y * model(x)).relu(), threads=threads)
        mean = compiled.mean(x, y)
        found.append([mean.data, *gradients(model.parameters(), mean), *compiled.batch(x, y)])
    assert found[0] == found[1] == found[2]


def test_calls_from_several_threads_do_not_mix():
    w = Value(2.0)
    compiled = jit(lambda x: w * x)
    failures = []

    def work(number):
        for _ in range(50):
            if compiled.batch(np.full(100, float(number))).tolist() != [2.0 * number] * 100:
                failures.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures and w.data == 2.0


def test_a_call_waits_while_another_thread_records_its_parameters():
    w, recording = Value(2.0), threading.Event()
    compiled = jit(lambda x: w * x)
    assert compiled.batch([1.0]).tolist() == [2.0]

    def slow(x):
        recording.set()
        time.sleep(0.3)
        return w * w * x

    thread = threading.Thread(target=lambda: jit(slow).batch([1.0]))
    thread.start()
    recording.wait()
    try:
        assert compiled.batch([1.0]).tolist() == [2.0] and compiled.value_and_grad([3.0])[0] == 6.0
    finally:
        thread.join()


def test_machine_code_is_kept_and_damaged_files_are_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("MICROGRAD_KR_CACHE", str(tmp_path))

    def compile_anew():
        compiled = jit(lambda x: x * 3 + 1)
        assert compiled.batch([1.0]).tolist() == [4.0]
        return compiled.stats.from_cache

    assert [compile_anew(), compile_anew()] == [False, True]
    (kept,) = tmp_path.glob("*.o")
    for damaged in (b"", kept.read_bytes()[:-9], b"x" * 5000):
        kept.write_bytes(damaged)
        assert [compile_anew(), compile_anew()] == [False, True]
    assert {each.suffix for each in tmp_path.iterdir()} == {".o"}
    monkeypatch.setenv("MICROGRAD_KR_CACHE", "off")
    assert not compile_anew() and cache.folder() is None
    monkeypatch.setenv("MICROGRAD_KR_CACHE", str(kept / "no folder"))
    assert not compile_anew()


def test_another_process_starts_from_the_cache(tmp_path):
    program = (
        "from micrograd_kr import Value, jit\nw = Value(2.0)\nf = jit(lambda x: (w * x).tanh())\n"
        "print(f.batch([0.5])[0], f.stats.from_cache)"
    )
    environment = {**os.environ, "MICROGRAD_KR_CACHE": str(tmp_path)}
    found = [
        subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert [run.stdout.split()[1] for run in found] == ["False", "True"]
    assert float(found[0].stdout.split()[0]) == float(found[1].stdout.split()[0]) == pytest.approx(math.tanh(1.0))


def test_what_was_compiled_once_is_neither_planned_nor_lowered_again(monkeypatch):
    model = nn.MLP(2, [6, 1], seed=1)
    x, y = points_data(20)
    first = jit(lambda x, y: (1 - y * model(x)).relu())
    found = [first.value_and_grad(x, y), first.batch(x, y), first.fit(x, y, nn.SGD([Value(0.0), *model.parameters()]))]
    model = nn.MLP(2, [6, 1], seed=1)
    with monkeypatch.context() as patched:
        patched.setattr(programs, "plan", None)
        patched.setattr(programs, "lower", None)
        again = jit(lambda x, y: (1 - y * model(x)).relu())
        kept = [
            again.value_and_grad(x, y),
            again.batch(x, y),
            again.fit(x, y, nn.SGD([Value(0.0), *model.parameters()])),
        ]
    assert again.stats.from_cache and again.stats.nodes == first.stats.nodes
    assert str(found) == str(kept)
    again.batch(x, y)
    first.batch(x, y)
    assert again.ir == first.ir and "run" in again.asm


def test_a_fingerprint_is_the_same_for_the_same_program_and_for_no_other():
    own, host = define_op("own_square", lambda x: x * x, (lambda out, x: 2 * x,)), machine_code.find_host()
    w, v = Value(0.5), Value(0.25)

    def name(loss, shapes=((), ()), use=(), host=host):
        return cache.fingerprint(record(loss, shapes), use, host, execution.names_of_vectors(host.machine))

    def loss(x, y):
        return tanh(w * x) + 2.0 * y * v

    try:
        others = {
            "constant": lambda x, y: tanh(w * x) + 3.0 * y * v,
            "kind of constant": lambda x, y: tanh(w * x) + 2 * y * v,
            "sign of 0": lambda x, y: tanh(w * x) + 2.0 * y * v + 0.0,
            "other sign of 0": lambda x, y: tanh(w * x) + 2.0 * y * v + -0.0,
            "op": lambda x, y: exp(w * x) + 2.0 * y * v,
            "order": lambda x, y: 2.0 * y * v + tanh(w * x),
            "parameter": lambda x, y: tanh(v * x) + 2.0 * y * w,
            "one parameter": lambda x, y: tanh(w * x) + 2.0 * y * w,
            "input": lambda x, y: tanh(w * y) + 2.0 * x * v,
            "output": lambda x, y: [tanh(w * x) + 2.0 * y * v, w * x],
        }
        names = [name(other) for other in others.values()] + [
            name(loss),
            name(loss, use=("fit", 3)),
            name(lambda x: tanh(w * x[0]) + 2.0 * x[1] * v, ((2,),)),
            name(loss, host=machine_code.find_host(2)),
            name(loss, host=machine_code.find_host(None, "float32")),
        ]
        assert None not in names and len(set(names)) == len(names)
        assert name(loss) == name(lambda x, y: tanh(w * x) + 2.0 * y * v)
        assert name(lambda x, y: own(w * x)) is None
        rules = OPS["tanh"].rules
        try:
            OPS["tanh"].replace(rules=(lambda out, x: 1.01 * rules[0](out, x),))
            assert name(loss) is None
            OPS["tanh"].replace(rules=OPS["exp"].rules)
            assert name(loss) not in (None, names[-5])
        finally:
            OPS["tanh"].replace(rules=rules)
    finally:
        remove_op("own_square")


def test_the_fingerprint_sees_all_source_that_compiling_reads():
    code = "import sys, micrograd_kr.compiler as c; print(*[n for n in sys.modules if n.startswith('micrograd_kr.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    folders = {name.split(".")[1] for name in done.stdout.split() if len(name.split(".")) > 2}
    assert folders == set(cache.PARTS)


def test_the_code_can_be_looked_at():
    compiled = jit(lambda x: x * x + 1)
    compiled.batch([1.0])
    assert "fmul" in compiled.ir and "run" in compiled.asm
    assert compiled.stats.nodes >= 2 and compiled.stats.code_size > 0 and compiled.stats.recorded >= 2
    assert machine_code.find_host().machine.lanes in (2, 4, 8)


def test_a_missing_extra_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    with pytest.raises(ImportError, match=r'pip install "llvmlite>=.*pip install "\.\[jit\]"'):
        jit(lambda x: x)


def test_no_op_is_named_in_the_compiler():
    """The law of the table: the compiler knows primitives, and never compares the name of a row."""
    from pathlib import Path

    source = "".join(path.read_text(encoding="utf-8") for path in Path(machine_code.__file__).parent.glob("*.py"))
    assert "op.name ==" not in source and "find_op" not in source and 'OPS["' not in source
    assert random.Random(0) and OPS
