"""gradcheck: right on what is right, loud on what is wrong, and honest where nothing can be told."""

import linecache
import math
import sys
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import micrograd_kr as mk
from micrograd_kr import Value, nn
from micrograd_kr.ops import OPS, define_op, remove_op
from micrograd_kr.testing import GradientError, InconclusiveError, adapters, gradcheck, mutants
from micrograd_kr.testing.adapters import Engine

RIGHT = {
    "polynomial": (lambda x, y: x**3 * y - y / x, [1.5, -2.0]),
    "exact": (lambda x, y: x**3 * y - y / x, [Fraction(1, 3), Fraction(-2, 7)]),
    "ints": (lambda x, y: x * y + x / y, [3, 4]),
    "complex": (lambda z: (z * z).sin() / z, [0.5 + 0.25j]),
    "one number": (lambda x: x.exp(), 0.5),
    "a list": (lambda xs: xs[0] * xs[1] + xs[2], [1.0, 2.0, 3.0]),
    "a nested list": (lambda w, x: mk.dot(w, [x, x], 1.0), [[0.5, -1.0], 2.0]),
    "several outputs": (lambda x: [x.sin(), x * x], [0.7]),
    "a branch": (lambda x: x * x if x > 1 else x, [2.0]),
    "where": (lambda x, y: mk.where(x > y, x * y, y.exp()), [0.5, 0.75]),
    "steep": (lambda x: (x * 1e10).sin(), [3.0]),
    "small": (lambda x: 1e-200 * x**2, [3.0]),
    "a row": (OPS["gelu"], [0.3]),
    "constant in one input": (lambda x, y: x * 2 + 0 * y, [1.0, 2.0]),
    "unused input": (lambda x, y: x * 2, [1.0, 2.0]),
    "relu at its kink": (lambda x: x.relu(), [0.0]),
    "abs at its kink": (lambda x: abs(x), [0.0]),
    "a tie": (mk.maximum, [3.0, 3.0]),
    "a kink inside": (lambda x, y: (x - y).relu() * x + y.sin(), [2.0, 2.0]),
    "two kinks that cancel": (lambda x: x.relu() - (-x).relu(), [0.0]),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_passes(name):
    fn, inputs = RIGHT[name]
    report = gradcheck(fn, inputs)
    assert any(line.verdict in ("right", "kink") for line in report.lines)


@pytest.mark.parametrize(
    ("inputs", "oracle"),
    [([Fraction(1, 2)], "240 bits"), ([0.5], "240 bits"), ([0.5 + 1j], "240 bits")],
)
def test_the_best_oracle_is_taken(inputs, oracle):
    assert gradcheck(lambda x: x * x, inputs).lines[0].oracle == oracle


def test_plain_differences_are_the_last_resort():
    op = define_op("outside", lambda x: math.sin(x) * x, (lambda out, x: math.cos(x) * x + math.sin(x),))
    try:
        assert gradcheck(lambda x: op(x) * 2, [0.5]).lines[0].oracle == "plain differences"
    finally:
        remove_op("outside")


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("shape", [[3, 1], [8, 8, 2]])
def test_modules_are_checked_with_their_parameters_and_left_as_they_were(shape, order):
    if order == 2 and len(shape) > 2:
        with pytest.raises(ValueError, match="smaller module"):
            gradcheck(nn.MLP(2, shape), [0.5, -0.25], order=2)
        return
    model = nn.MLP(2, shape)
    for parameter in model.parameters():
        parameter.grad = 7.0
    before = [parameter.data for parameter in model.parameters()]
    report = gradcheck(model, [0.5, -0.25], order)
    assert [parameter.data for parameter in model.parameters()] == before
    assert {parameter.grad for parameter in model.parameters()} == {7.0}
    assert len(report.lines) > 2


def test_a_leaf_that_is_closed_over_is_checked_too():
    w = Value(3.0, label="w")
    assert [line.name for line in gradcheck(lambda x: x * w, [2.0]).lines] == ["x", "w"]


@pytest.fixture
def wrong_cube():
    """An op with a wrong partial derivative: 3 x in place of 3 x * x."""
    yield define_op("wrong_cube", lambda x: x * x * x, (lambda out, x: 3 * x,))
    del OPS["wrong_cube"]


@pytest.mark.parametrize("inputs", [[2.0], [Fraction(2)], [2], [2.0 + 1j]])
def test_a_wrong_rule_is_blamed_with_the_line_of_its_node(wrong_cube, inputs):
    def fn(x):
        a = x * 2
        b = wrong_cube(a)  # here
        return b + x

    with pytest.raises(GradientError) as caught:
        gradcheck(fn, inputs)
    error = caught.value
    assert isinstance(error, AssertionError)
    assert error.op is wrong_cube
    assert error.input == "x"
    line = int(error.line.rpartition(":")[2])
    assert error.line.startswith(__file__) and "# here" in linecache.getline(__file__, line)
    assert all(word in str(error) for word in ("wrong_cube", "expected", "got", "x = ", "# here"))


def test_a_wrong_second_derivative_is_found():
    # right as a number, but the graph of the gradient has lost its dependence on x
    op = define_op("frozen", lambda x: x * x, (lambda out, x: 2 * (x.data if isinstance(x, Value) else x),))
    try:
        gradcheck(op, [3.0])
        with pytest.raises(GradientError):
            gradcheck(op, [3.0], order=2)
    finally:
        del OPS["frozen"]


@pytest.mark.parametrize("mutant", ["assigned, not added", "parents as a set", "recursion, no topological order"])
def test_a_wrong_mechanism_is_told_from_a_wrong_rule(mutant):
    def fn(a):
        b = a * a
        return b * b + b

    with next(each for each in mutants() if each.name == mutant), pytest.raises(GradientError) as caught:
        gradcheck(fn, [3.0])
    assert caught.value.op is None
    assert "adds up wrongly" in str(caught.value)


@pytest.mark.parametrize("fn", [lambda x: x * x.data, lambda x: x + math.sin(x.data), lambda x: x * x.detach()])
def test_what_is_computed_outside_of_the_graph_is_found(fn):
    with pytest.raises(GradientError, match="not in the graph"):
        gradcheck(fn, [3.0])


FLAT = {
    "x * x at 0": (lambda x: x * x, [0.0]),
    "the same, exactly": (lambda x: x * x, [Fraction(0)]),
    "a dead relu": (lambda x: x.relu(), [-1.0]),
    "sigmoid far out": (lambda x: x.sigmoid(), [-800.0]),
    "tanh far out": (lambda x: x.tanh(), [40.0]),
    "a constant": (lambda x: 3.0, [1.0]),
    "a comparison": (lambda x: mk.where(x > 1, 1.0, 2.0), [3.0]),
    "nan": (lambda x: x.log(), [-1.0]),
    "inf": (lambda x: 1 / x, [0.0]),
    "the edge of a domain": (lambda x: x.sqrt(), [0.0]),
    "an infinite input": (lambda x: x * 2, [math.inf]),
}


@pytest.mark.parametrize("name", FLAT)
def test_what_is_too_flat_to_tell_is_no_pass(name):
    fn, inputs = FLAT[name]
    with pytest.raises(InconclusiveError):
        gradcheck(fn, inputs)


def test_each_input_has_a_verdict_of_its_own():
    report = gradcheck(lambda x, y, z: x + y * y + z.relu(), [1.0, 0.0, 0.0])
    assert [line.verdict for line in report.lines] == ["right", "flat", "kink"]
    with pytest.raises(InconclusiveError) as caught:
        gradcheck(lambda x, y: x * x + y.relu(), [0.0, -1.0])
    assert [line.verdict for line in caught.value.report.lines] == ["flat", "constant"]


def test_a_wrong_rule_is_no_pass_where_it_cannot_be_seen(wrong_cube):
    with pytest.raises(InconclusiveError):
        gradcheck(wrong_cube, [0.0])


@pytest.mark.parametrize("fn", [lambda x: x.relu() + x, lambda x: x.erf(), lambda x: x.sigmoid() * x])
def test_without_mpmath_there_is_an_oracle_still(fn, monkeypatch):
    monkeypatch.setitem(sys.modules, "mpmath", None)
    for x in (0.0, 0.3):
        assert gradcheck(fn, [x])


def test_a_wrong_subgradient_is_found():
    op = define_op("wrong_relu", lambda x: mk.where(x > 0, x, 0), (lambda out, x: 1.5,), kink=lambda x: x)
    try:
        with pytest.raises(GradientError, match="wrong_relu"):
            gradcheck(op, [0.0])
    finally:
        del OPS["wrong_relu"]


@settings(max_examples=30, deadline=None, database=None)
@given(st.integers(-3, 3).map(float))
def test_under_hypothesis_an_inconclusive_example_is_discarded(x):
    gradcheck(lambda a: a * a, [x])  # 0.0 among them


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: gradcheck(lambda x: x, ["3"]), TypeError, "plain numbers"),
        (lambda: gradcheck(lambda x: None, [3.0]), TypeError, "must return a Value"),
        (lambda: gradcheck(lambda x: x > 1, [3.0]), TypeError, "must return a Value"),
        (lambda: gradcheck(lambda x: x, []), ValueError, "at least one"),
        (lambda: gradcheck(lambda x: x, [1.0], order=3), ValueError, "order is 1 or 2"),
    ],
)
def test_wrong_calls_are_told(call, error, match):
    with pytest.raises(error, match=match):
        call()


def test_what_is_no_function_is_told():
    import random

    with pytest.raises(ValueError, match="random"):
        gradcheck(lambda x: x * random.random(), [1.0])


class Doubling:
    """A tiny engine of another make; its product rule is wrong if told so."""

    def __init__(self, data, parents=(), wrong=False):
        self.data, self.grad, self.parents = data, 0.0, parents

    def __mul__(self, other):
        return Doubling(self.data * other.data, ((self, other.data * Doubling.factor), (other, self.data)))

    def backward(self, upstream=1.0):
        self.grad += upstream
        for parent, local in self.parents:
            parent.backward(local * upstream)


@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_another_engine_through_an_adapter(factor):
    Doubling.factor = factor
    check = lambda: gradcheck(lambda x, y: x * y * x, [2.0, 3.0], engine=Engine(Doubling))  # noqa: E731
    if factor == 1.0:
        assert {line.oracle for line in check().lines} == {"240 bits"}
    else:
        with pytest.raises(GradientError, match="the engine's 'mul'"):
            check()


# --- what the first version got wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [1e-7, -1e-7, 1e-300, 5e-324, 2.0**-90, -1e300, 1e300, 0.0])
def test_right_near_a_kink_as_at_it(x):
    assert gradcheck(lambda a: a.relu() + a * 2, [x]).lines[0].verdict in ("right", "kink")


@pytest.mark.parametrize(
    ("fn", "x"),
    [
        (lambda x: (x * 1e3).sin(), 1e300),
        (lambda x: x.sin() / x, 1e300),
        (lambda x: x.log(), 1e-300),
        (lambda x: x.exp(), -700.0),
        (lambda x: x * x, 1e-150),
        (lambda x: 1 / x, 1e150),
        (lambda x: x.gelu() + x, -9.5),
    ],
)
def test_scale_does_not_matter(fn, x):
    assert gradcheck(fn, [x]).lines[0].verdict == "right"


@pytest.mark.parametrize("x", [3, Fraction(3), 3.0])
@pytest.mark.parametrize(
    "fn", [lambda x: x * math.sin(x.data), lambda x: x + 1e-5 * x.data * x.data, lambda x: x * x.data + x.relu()]
)
def test_an_escape_is_found_on_any_kind_of_number_however_small(fn, x):
    with pytest.raises(GradientError, match="not in the graph"):
        gradcheck(fn, [x])


def test_what_rounding_has_left_nothing_of_is_flat_and_no_alarm():
    with pytest.raises(InconclusiveError, match="too flat"):
        gradcheck(lambda x: x * (1 / x).sin(), [1e300])


@pytest.mark.parametrize(
    ("fn", "point"),
    [
        (lambda x: (x * x * 1e300).exp().exp(), [0.0]),  # beside the point beyond what memory holds
        (lambda x: abs((math.inf + x) ** -math.inf), [5e-324]),  # there is no smaller step
        (lambda y, z: mk.atan2(z**y, z**y).sign() + z.sign(), [-8e-224, 1.4e-155]),  # complex beside the point
    ],
)
def test_what_cannot_be_computed_beside_the_point_is_no_crash(fn, point):
    with pytest.raises(InconclusiveError):
        gradcheck(fn, point)


def test_an_escape_is_found_at_a_kink():
    with pytest.raises(GradientError, match="not in the graph"):
        gradcheck(lambda x, y: x * x.data + y.relu(), [3.0, 0.0])


def test_a_shift_that_cancels_is_no_escape():
    def stable(x, y):
        shift = max(x.data, y.data)
        return ((x - shift).exp() + (y - shift).exp()).log() + shift

    assert gradcheck(stable, [2.0, 3.0])


@pytest.mark.parametrize(
    ("fn", "x"),
    [
        (lambda x: x * 2 if x.data > 1 else x * 3, 1.004),  # 2 ** -7 further down the other branch is taken
        (lambda x: x * 2 if x.data > 1 else x * 3, 1.0),
        (lambda x: x * int(x.data * 1000), 3.0001),
    ],
)
def test_a_constant_that_another_branch_brings_is_no_escape(fn, x):
    assert gradcheck(fn, [x]).lines[0].verdict == "right"


@pytest.mark.parametrize("slope", [0.3, 1.3])
def test_a_kink_that_the_row_does_not_name_is_one(slope):
    op = define_op("unnamed", lambda x: mk.where(x > 0, x, 0 * x), (lambda out, x: slope,))
    try:
        if slope < 1:
            assert gradcheck(lambda x: op(x) + x, [0.0]).lines[0].verdict == "kink"
        else:
            with pytest.raises(GradientError, match="between 0 and 1"):
                gradcheck(lambda x: op(x) + x, [0.0])
    finally:
        remove_op("unnamed")


def test_the_numbers_of_the_message_differ():
    op = define_op("nearly", lambda x: x * x * x, (lambda out, x: 3 * x * x * (1 + 1e-11),))
    try:
        with pytest.raises(GradientError, match=r"is\s+0\.2700000000027, and should be 0\.27\n"):
            gradcheck(lambda x: op(x) * 2, [0.3])
    finally:
        remove_op("nearly")


def test_what_a_right_rule_loses_in_a_tail_is_no_alarm():
    with pytest.raises(InconclusiveError, match="flat"):  # 1 + erf(x) is 0 on floats, and at 240 bits
        gradcheck(lambda a: a.gelu(), [-19.85])
    assert gradcheck(lambda a: a.gelu(), [-34.97])  # nearer than a thousandth


def test_a_wrong_rule_beside_a_kink_is_found():
    op = define_op("slightly", lambda x: x * 1.0, (lambda out, x: 1.01,))
    try:
        with pytest.raises(GradientError, match="slightly"):
            gradcheck(lambda x: op(x) + x.relu(), [0.0])
    finally:
        remove_op("slightly")


@pytest.mark.parametrize("error", [1e-6, 1e-9, 1e-11])
def test_small_errors_are_found(error):
    op = define_op("almost_sin", lambda x: mk.sin(x), (lambda out, x: mk.cos(x) * (1 + error),))
    try:
        with pytest.raises(GradientError, match="almost_sin"):
            gradcheck(lambda x: op(x * 2) * 3, [0.3])
    finally:
        remove_op("almost_sin")


def test_one_wrong_parameter_among_many_is_found():
    op = define_op("half", lambda x: x * 1.0, (lambda out, x: 0.5,))
    try:
        weights = [Value(1.0 + i / 10, label=f"w{i}") for i in range(40)]
        with pytest.raises(GradientError, match="w17"):
            gradcheck(lambda x: sum(x * (op(w) if i == 17 else w) for i, w in enumerate(weights)) * 1e9, [1e-3])
    finally:
        remove_op("half")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (lambda out, x: None, "returned None"),
        (lambda out, x: "3", "returned '3'"),
        (lambda out, x: {}["x"], "raised KeyError"),
    ],
)
def test_a_rule_that_raises_or_returns_nonsense_is_named(rule, words):
    op = define_op("nonsense", lambda x: x * x, (rule,))
    try:
        with pytest.raises(GradientError, match="nonsense") as caught:
            gradcheck(lambda x: op(x) + x, [3.0])
        assert words in " ".join(str(caught.value).split()) and caught.value.op is op
    finally:
        remove_op("nonsense")


def test_second_order_blames_the_op_and_the_line():
    op = define_op(
        "seam",
        lambda x: mk.log(1 + mk.exp(x)),
        (lambda out, x: mk.where(x >= 0, 1, mk.exp(-abs(x))) / (1 + mk.exp(-abs(x))),),
    )
    try:
        gradcheck(op, [0.5], order=2)
        with pytest.raises(GradientError, match="'seam'") as caught:
            gradcheck(lambda x: op(x) * 1.0, [0.0], order=2)  # 0, and should be 0.25: abs has a kink that seam has not
        assert caught.value.op is op and caught.value.line.startswith(__file__)
    finally:
        remove_op("seam")


def test_a_second_derivative_that_is_right_by_half_is_found():
    op = define_op("halved", lambda x: x**3, (lambda out, x: 3 * x * (x.data if isinstance(x, Value) else x),))
    try:
        with pytest.raises(GradientError, match=r"d2/dx dx is wrong: got 1\.8, expected 3\.6"):
            gradcheck(lambda x, y: op(x) * y, [0.3, 2.0], order=2)
    finally:
        remove_op("halved")


def test_order_two_is_checked_although_a_kink_is_elsewhere():
    op = define_op("lost", lambda x: x * x, (lambda out, x: 2 * (x.data if isinstance(x, Value) else x),))
    try:
        with pytest.raises(GradientError, match="lost"):
            gradcheck(lambda x, y: op(x) + y.relu(), [3.0, 0.0], order=2)
    finally:
        remove_op("lost")


def test_a_slope_with_a_kink_of_its_own_is_said_to_have_one():
    for fn in (lambda x: x.elu(), lambda x: (x * 2).elu() * 2, lambda x: x.softsign() + x):
        (first, second) = gradcheck(fn, [0.0], order=2).lines
        assert (first.verdict, second.verdict) == ("right", "kink")  # from the left elu'' is 1, from the right 0
    report = gradcheck(lambda x, y: x.elu() + y * y, [0.0, 3.0], order=2)
    assert [line.verdict for line in report.lines[2:]] == ["kink", "constant", "constant", "right"]
    for fn in (lambda x: x.elu() * x + x, lambda x: x.silu(), lambda x: x.softplus()):
        assert all(line.verdict != "kink" for line in gradcheck(fn, [0.0], order=2).lines)


def test_a_node_that_was_computed_outside_is_explained():
    w = Value(2.0, label="w")
    h = w * 3
    h.label = "h"
    w.grad = h.grad = 5.0
    report = gradcheck(lambda x: x * h, [4.0])
    assert [line.name for line in report.lines] == ["x"] and "h (6.0) was computed before" in str(report)
    assert (w.grad, h.grad) == (5.0, 5.0)


def test_a_flat_parameter_is_a_verdict_of_its_own():
    w = Value(0.0, label="w")
    report = gradcheck(lambda x: x * x + w * w, [2.0])
    assert [line.verdict for line in report.lines] == ["right", "flat"]
    assert gradcheck(nn.MLP(2, [4, 1], seed=1), [-0.5, 0.25])


def test_the_message_fits_a_terminal_and_the_traceback_ends_here(wrong_cube):
    with pytest.raises(GradientError) as caught:
        gradcheck(lambda first, second: wrong_cube(first * 1.25) + second.exp() * first.tanh(), [2.0, 0.5])
    assert max(map(len, str(caught.value).splitlines())) <= 80 or __file__ in str(caught.value)
    assert len(caught.traceback) == 2  # this line and gradcheck, which pytest hides
    assert caught.traceback[-1].frame.code.name == "gradcheck" and caught.traceback[-1].ishidden(caught)


def test_inf_and_nan_are_discarded_under_hypothesis():
    seen = []

    @settings(max_examples=30, deadline=None, database=None)
    @given(st.sampled_from([math.inf, math.nan, 1.0]))
    def check(x):
        gradcheck(lambda a: a * a, [x])
        seen.append(x)

    check()
    assert set(seen) == {1.0}


# --- other engines ----------------------------------------------------------------------------------------------------


def test_a_class_of_values_is_an_engine():
    Doubling.factor = 1.0
    assert gradcheck(lambda x, y: x * y * x, [2.0, 3.0], engine=Doubling)
    assert gradcheck(lambda x: x * x, [2.0], engine=Value)


def test_pytorch_on_scalars_arrays_kinks_and_order_two():
    torch = pytest.importorskip("torch")
    np = pytest.importorskip("numpy")
    engine = adapters.PyTorch
    matrix, vector = np.array([[0.5, -1.0], [2.0, 0.25]]), np.array([0.3, -0.7])
    report = gradcheck(lambda w, x: torch.tanh(w @ x).sum(), [matrix, vector], engine=engine, order=2)
    assert {line.oracle for line in report.lines} == {"240 bits"}
    assert [line.name for line in report.lines][:5] == ["w[0, 0]", "w[0, 1]", "w[1, 0]", "w[1, 1]", "x[0]"]
    assert gradcheck(lambda x: torch.relu(x) + x, [0.0], engine=engine).lines[0].verdict == "kink"
    assert gradcheck(lambda x, y: (x * y).sin().exp(), [0.5, 1.5], engine=engine, order=2).lines[0].oracle == "240 bits"
    assert gradcheck(lambda x: torch.special.i0(x), [0.5], engine=engine).lines[0].oracle == "plain differences"
    with pytest.raises(GradientError):
        gradcheck(lambda x: x * x.detach(), [3.0], engine=engine)


def test_pytorch_functions_with_a_backward_of_their_own():
    torch = pytest.importorskip("torch")
    np = pytest.importorskip("numpy")

    class Softsign(torch.autograd.Function):
        power = 2

        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x / (1 + x.abs())

        @staticmethod
        def backward(ctx, upstream):
            (x,) = ctx.saved_tensors
            return upstream / (1 + x.abs()) ** Softsign.power

    check = lambda: gradcheck(lambda x: Softsign.apply(x) * x, [np.array([0.5, -2.0])], engine=adapters.PyTorch)  # noqa: E731
    assert {line.oracle for line in check().lines} == {"240 bits"}
    Softsign.power = 1
    with pytest.raises(GradientError, match=r"written by hand of\s+Softsign"):
        check()


@pytest.fixture(scope="module")
def jax():
    return pytest.importorskip("jax")


JAX_FUNCTIONS = {
    "softplus": (lambda jax: jax.nn.softplus, [0.5, -1.2, 2.0]),
    "logsumexp": (lambda jax: jax.nn.logsumexp, [0.5, -1.2, 2.0]),
    "log_softmax": (lambda jax: lambda w: jax.nn.log_softmax(w)[0], [0.5, -1.2, 2.0]),
    "norm": (lambda jax: jax.numpy.linalg.norm, [0.5, -1.2]),
    "variance": (lambda jax: jax.numpy.var, [0.5, -1.2, 2.0]),
    "maximum of all": (lambda jax: jax.numpy.max, [0.5, -1.2]),
    "index, stack, concatenate": (
        lambda jax: lambda w: jax.numpy.concatenate([jax.numpy.stack([w[1], w[0]]), w * 2]).prod(),
        [0.5, -1.2],
    ),
    "outer and transposed": (lambda jax: lambda w: jax.numpy.outer(w, w[::-1]).T.reshape(4) ** 3, [0.5, -1.2]),
    "where": (lambda jax: lambda w: jax.numpy.where(w > 0, w * w, 2 * w), [0.5, -1.2]),
    "a batch of products": (
        lambda jax: lambda w: jax.numpy.einsum("bi,bi->b", w.reshape(2, 2), w.reshape(2, 2)),
        [0.5, -1.2, 2.0, 0.3],
    ),
}


CHEAP = ("logsumexp", "index, stack, concatenate", "a batch of products")


@pytest.mark.parametrize(
    "name", [name if name in CHEAP else pytest.param(name, marks=pytest.mark.slow) for name in JAX_FUNCTIONS]
)
def test_jax_functions_of_arrays_have_an_exact_oracle(name, jax):
    import numpy as np

    make, numbers = JAX_FUNCTIONS[name]
    report = gradcheck(make(jax), [np.array(numbers)], engine=adapters.Jax)
    assert {line.oracle for line in report.lines} == {"240 bits"}


def test_jax_on_scalars_kinks_order_two_and_what_values_do_not_have(jax):
    import numpy as np

    jnp, engine = jax.numpy, adapters.Jax
    matrix, vector = np.array([[0.5, -1.0], [2.0, 0.25]]), np.array([0.3, -0.7])
    report = gradcheck(lambda w, x: jnp.tanh(w @ x).sum(), [matrix[:1], vector], engine=engine, order=2)
    assert {line.oracle for line in report.lines} == {"240 bits"} and len(report.lines) == 4 + 16
    assert gradcheck(lambda x: jax.nn.relu(x) + x, [0.0], engine=engine).lines[0].verdict == "kink"
    assert gradcheck(jax.scipy.special.i0, [0.5], engine=engine).lines[0].oracle == "plain differences"
    with pytest.raises(GradientError, match="stop_gradient"):
        gradcheck(lambda x: x * jax.lax.stop_gradient(x), [3.0], engine=engine)


@pytest.mark.parametrize("order", [1, 2])
def test_jax_functions_with_a_derivative_of_their_own(jax, order):
    @jax.custom_jvp
    def softsign(x):
        return x / (1 + abs(x))

    softsign.defjvps(lambda dx, out, x: dx / (1 + abs(x)) ** softsign.power)
    softsign.power = 2
    assert gradcheck(lambda x: softsign(x) * x, [0.5], order, engine=adapters.Jax)
    softsign.power = 1
    with pytest.raises(GradientError, match=r"by hand of\s+softsign"):
        gradcheck(lambda x: softsign(x * 2) * x, [0.5], order, engine=adapters.Jax)


def test_hips_autograd_on_scalars_arrays_and_order_two():
    autograd = pytest.importorskip("autograd")
    import autograd.numpy as anp
    import numpy as np

    engine = adapters.Autograd
    matrix, vector = np.array([[0.5, -1.0], [2.0, 0.25]]), np.array([0.3, -0.7])
    report = gradcheck(lambda w, x: anp.sum(anp.tanh(anp.dot(w, x))), [matrix, vector], engine=engine, order=2)
    assert {line.oracle for line in report.lines} == {"240 bits"}
    assert gradcheck(lambda x, y: anp.sin(x * y) + anp.exp(x), [0.5, 1.5], engine=engine).lines[0].oracle == "240 bits"
    assert gradcheck(lambda x: anp.maximum(x, 0.0) + x, [0.0], engine=engine).lines[0].verdict == "kink"
    before = autograd.core.primitive_vjps[anp.sinh]
    autograd.extend.defvjp(anp.sinh, lambda out, x: lambda g: g * anp.cosh(x) * 1.001)
    try:
        with pytest.raises(GradientError, match="the engine's 'sinh'"):
            gradcheck(lambda x: anp.sinh(x * 2), [np.array([0.5, 1.0])], engine=engine)
    finally:
        autograd.core.primitive_vjps[anp.sinh] = before
