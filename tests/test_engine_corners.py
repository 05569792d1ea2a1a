"""What an engine must not get wrong in silence: no path, every order, lanes, threads, arrays, faults, help()."""

import copy
import inspect
import itertools
import math
import pydoc
import signal
import subprocess
import sys
import threading
import warnings
from decimal import Decimal
from fractions import Fraction
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_kr
from micrograd_kr import (
    Stepper,
    Value,
    define_op,
    elementary,
    engine,
    exp,
    grad,
    hessian,
    jacobian,
    jit,
    jvp,
    logaddexp,
    maximum,
    minimum,
    nn,
    no_grad,
    relu,
    sqrt,
    value_and_grad,
    watch,
    where,
)
from micrograd_kr.elementary import define_function, remove_function
from micrograd_kr.interpreted import Ieee, Interpreted
from micrograd_kr.ops import OPS, remove_op

inf = math.inf


def backward(function, number):
    x = Value(number)
    function(x).backward()
    return x.grad


def by_grad(function, number):
    x = Value(number)
    return grad(function(x), x)


def by_graph(function, number):
    x = Value(number)
    return grad(function(x), x, create_graph=True).data


def by_stepper(function, number):
    x = Value(number)
    Stepper(function(x)).run()
    return x.grad


WAYS = [backward, by_grad, by_graph, by_stepper]

# --- rules and calls that are no good -------------------------------------------------------------------------------


def test_a_rule_that_returns_nothing_is_named():
    def nothing(out, *xs):
        pass

    for forward, partials, call in (
        (lambda x: nothing(x), (1,), lambda op: op(Value(2.0))),
        (lambda x, y: nothing(x), (1, 1), lambda op: op(Value(2.0), 3)),
        (lambda x: nothing(x), (1,), lambda op: Value(2.0).mine()),
        (lambda x: 2 * x, (nothing,), lambda op: op(Value(2.0)).backward()),
        (lambda x: 2 * x, nothing, lambda op: op(Value(2.0)).backward()),
        (lambda *xs: sum(xs), nothing, lambda op: op(Value(2.0), 3).backward()),
        (lambda x, y: x + y, (1, nothing), lambda op: op(Value(2.0), Value(3.0)).exp().backward()),
        (lambda x: 2 * x, (nothing,), lambda op: by_grad(op, 2.0)),
        (lambda x: 2 * x, (nothing,), lambda op: by_graph(op, 2.0)),
        (lambda x: 2 * x, (nothing,), lambda op: by_stepper(op, 2.0)),
    ):
        op = define_op("mine", forward, partials)
        try:
            with pytest.raises(TypeError, match=r"of mine returned None for .*2.0.*: is a `return` missing\?"):
                call(op)
        finally:
            remove_op("mine")


def test_calls_of_micrograd_and_of_pow_that_do_not_fit_say_why():
    a = Value(1.0)
    for arguments in ((1.0, (a,)), (1.0, (a,), "+"), (1.0, (), "+", "label")):
        with pytest.raises(TypeError, match="a label is text, not the tuple .*: a node with arguments is made by"):
            Value(*arguments)
    with pytest.raises(TypeError, match=r"pow\(x, y, m\) of a Value: a remainder is not differentiable"):
        pow(Value(2.0), 2, 3)
    assert pow(Value(2.0), 3).data == 8.0


# --- an exact 0 in a rule means no path ------------------------------------------------------------------------------

NO_PATH = {
    "a condition with an infinite slope": (lambda x: where(x.sqrt() > 0.5, x * 2, x * 3), 0.0, 3.0),
    "a condition as a factor": (lambda x: (x.log() > 1) * x + x, 0.0, 1.0),
    "a condition of 1 / x": (lambda x: where(1 / x > 2, x, x * 5), 0.0, 1.0),
    "a shut relu under a square root": (lambda x: x.relu().sqrt(), -1.0, 0.0),
    "a square root behind a shut relu": (lambda x: (x.sqrt() - 1).relu(), 0.0, 0.0),
    "two shut paths into one square root": (lambda x: (lambda s: (s - 1).relu() + (s - 2).relu())(x.sqrt()), 0.0, 0.0),
    "the smaller side of a maximum": (lambda x: maximum(x.log(), 5.0), 0.0, 0.0),
    "the larger side of a minimum": (lambda x: minimum(1 / x, 5.0), 0.0, 0.0),
    "the side not taken of where": (lambda x: where(x > 1, x.log(), x * 2), 0.0, 2.0),
    "a flat op of infinity": (lambda x: (1 / x).sign() + x, 0.0, 1.0),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NO_PATH)
def test_nothing_flows_where_there_is_no_path(name, way):
    function, number, expected = NO_PATH[name]
    assert way(function, number) == expected


def inside(x):
    """Slope 2 between 0 and 1, else 3; beyond 9, 5."""
    return where((x > 0) & (x < 1), x * 2, where(~(x > 9) | (x != x), x * 3, x * 5))


@pytest.mark.parametrize(("number", "slope"), [(-0.5, 3), (0, 3), (0.5, 2), (1, 3), (9.5, 5)])
def test_joined_conditions_are_decided_again_wherever_the_graph_goes(number, slope):
    assert [way(inside, float(number)) for way in WAYS] == [slope] * 4
    compiled = jit(inside)
    assert compiled.grad(np.array([float(number)])).tolist() == [slope] and compiled(number).data == slope * number
    x = Value(7.0)
    choice = inside(x)
    assert [node.op.spell(*"ab"[: node.op.arity]) for node in choice.args[:1]] == ["a and b"]
    lanes = inside(Value(np.array([number, number + 0.25])))
    assert lanes.data[0] == slope * number


def test_joined_conditions_keep_to_the_logic_and_to_conditions():
    yes, no = Value(1.0) > 0, Value(1.0) < 0
    assert [bool(a & b) for a in (yes, no) for b in (yes, no)] == [True, False, False, False]
    assert [bool(a | b) for a in (yes, no) for b in (yes, no)] == [True, True, True, False]
    assert (bool(~yes), bool(~no), bool(True & yes), bool(yes | False)) == (False, True, True, True)
    for other in (1, 2.0, "x", None):
        with pytest.raises(TypeError, match="unsupported operand"):
            yes & other
    for _ in range(5000):
        yes = yes & (Value(1.0) > 0)
    assert yes and where(yes, 1.0, 2.0).data == 1.0


def test_a_rule_may_join_conditions():
    op = define_op(
        "between", lambda x: where((x > 0) & (x < 1), x, 0), (lambda out, x: where((x <= 0) | (x >= 1), 0, 1),)
    )
    try:
        for number, slope in ((-0.5, 0), (0.5, 1), (1.5, 0)):
            assert [way(op, number) for way in WAYS] == [slope] * 4
            assert jit(op).grad(np.array([number])).tolist() == [slope]
        assert op.compute(np.array([-0.5, 0.5, 1.5])).tolist() == [0, 0.5, 0]
    finally:
        remove_op("between")


@pytest.mark.parametrize("way", [backward, by_grad, by_graph])
@pytest.mark.parametrize("name", [name for name in NO_PATH if name != "a condition as a factor"])
def test_nor_in_lanes_and_without_a_warning(name, way):
    function, number, expected = NO_PATH[name]
    with np.errstate(all="ignore"):
        got = way(function, np.array([number, 4.0]))
    assert np.broadcast_to(got, 2)[0] == expected
    assert np.broadcast_to(got, 2)[1] == way(function, 4.0)


MIXED_NO_PATH = {  # the outcome depends on w alone, with an infinite second derivative where w is 0
    "the smaller side of a maximum": lambda x, w: maximum(x, w) ** 1.5,
    "a number below the bounds of a clip": lambda x, w: x.clip(w, 5.0) ** 1.5,
    "the side not taken of where": lambda x, w: where(x > 0, x * 2, w) ** 1.5,
    "a shut relu": lambda x, w: (x.relu() + w) ** 1.5,
}


@pytest.mark.parametrize("name", MIXED_NO_PATH)
def test_nor_does_the_derivative_of_the_upstream_gradient(name):
    x, w = Value(-1.0), Value(0.0)
    slope = grad(MIXED_NO_PATH[name](x, w), x, create_graph=True)
    assert slope.data == 0
    assert grad(slope, w) == grad(slope, x) == 0
    x, w = Value(np.array([-1.0, -2.0, 3.0])), Value(np.array([0.0, 4.0, 1.0]))
    with np.errstate(all="ignore"):
        slope = grad(MIXED_NO_PATH[name](x, w), x, create_graph=True)
        mixed = np.broadcast_to(grad(slope, w), 3)
    one_by_one = [Value(3.0), Value(1.0)]
    alone = grad(MIXED_NO_PATH[name](*one_by_one), one_by_one[0], create_graph=True)
    assert mixed.tolist() == [0, 0, grad(alone, one_by_one[1])]


@pytest.mark.parametrize("way", WAYS)
def test_a_zero_that_was_computed_is_no_such_zero(way):
    assert math.isnan(way(lambda x: (x * x).sqrt(), 0.0))  # 0 * inf: |x| has no derivative there
    assert math.isnan(way(lambda x: (x * x * x).cbrt(), 0))  # it is 1, which no product of 0 and inf can know
    assert math.isnan(way(lambda x: (x**3).cbrt(), 0))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("zero", [0.0, 0])
def test_a_gradient_of_zero_passes_a_sum_or_dot_and_still_meets_the_infinite_slope_behind(way, zero):
    for name, others in (("sum", (1.0,)), ("dot", (2.0, 1.0))):
        assert math.isnan(way(lambda x: OPS[name](x.sqrt(), *others) * zero, 0.0)), name  # noqa: B023


def test_compiled_code_has_no_path_either():
    pytest.importorskip("llvmlite")
    for function, number, expected in NO_PATH.values():
        got = micrograd_kr.jit(function).grad([number, 4.0]).tolist()
        assert got[0] == expected
        assert got[1] == pytest.approx(by_grad(function, 4.0), rel=1e-14)


# --- right at every order --------------------------------------------------------------------------------------------


def derivatives(function, x, orders=4):
    """The derivatives of orders 1 to 4 by grad of grad."""
    leaf = Value(x)
    found, slope = [], function(leaf)
    for _ in range(orders):
        slope = grad(slope, leaf, create_graph=True)
        found.append(slope.data)
    return found


# Where a rule branches although the function is smooth there: 0 for those that are written with abs or where.
BRANCHES = {"sigmoid": [0.0], "softplus": [0.0], "silu": [0.0], "gelu": [0.0], "erf": [0.0], "tanh": [0.0]}


@pytest.mark.parametrize("name", [op.name for op in OPS.values() if op.arity == 1 and op.partial != (0,)])
def test_orders_one_to_four_against_taylor_series_at_240_bits(name):
    mpmath = pytest.importorskip("mpmath")
    from micrograd_kr.testing.generation.samples import sample_points

    op = OPS[name]
    points = [point for (point,) in sample_points(op)] + BRANCHES.get(name, [])
    for point in points:
        with mpmath.workprec(240):
            if name in ("sigmoid", "softplus", "silu"):
                smooth = {
                    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
                    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
                    "silu": lambda x: x / (1 + mpmath.exp(-x)),
                }[name]
            else:
                smooth = op.compute
            truth = [mpmath.diff(smooth, mpmath.mpf(point), order) for order in range(1, 5)]
            got = [mpmath.mpf(each) for each in derivatives(op, point)]
            for order, (mine, true) in enumerate(zip(got, truth, strict=True), 1):
                assert abs(mine - true) <= 1e-10 * (1 + abs(true)), (point, order)


SEVERAL = [op.name for op in OPS.values() if op.arity in (2, 3) and op.gives == "number" and op.name != "where"]
TIES = {
    "logaddexp": [(0.0, 0.0), (2.5, 2.5)],
    "pow": [(2.0, 0.0), (0.5, 3.0)],
    "atan2": [(0.0, 1.0)],
    "div": [(0.0, 2.0)],
}


@pytest.mark.parametrize("name", SEVERAL)
def test_mixed_derivatives_of_orders_one_to_four_against_differences_at_300_bits(name):
    mpmath = pytest.importorskip("mpmath")
    from micrograd_kr.testing.generation.samples import sample_points

    op = OPS[name]
    count = op.arity
    assert count is not None
    compared = 0
    for point in [*sample_points(op)[:2], *TIES.get(name, [])]:
        with mpmath.workprec(300):
            smooth = op.compute
            if name == "logaddexp":
                smooth = lambda x, y: mpmath.log(mpmath.exp(x) + mpmath.exp(y))  # noqa: E731
            at = tuple(map(mpmath.mpf, point))
            for orders in itertools.product(range(4), repeat=count):
                if not 1 <= sum(orders) <= (4 if count == 2 else 2):
                    continue
                leaves = [Value(float(x)) for x in point]
                out = op(*leaves)
                for leaf, order in zip(leaves, orders, strict=True):
                    for _ in range(order):
                        out = grad(out, leaf, create_graph=True)
                true = mpmath.diff(smooth, at, orders, h=mpmath.mpf(2) ** -60)
                assert abs(out.data - true) <= 1e-10 * (1 + abs(true)), (point, orders)
                compared += 1
    assert compared >= 18


@given(st.sampled_from([-1.5, 0.0, 1.0, 2.0, 3.0]), st.sampled_from([0.5, 1.0, 2.5]))
def test_mixed_derivatives_of_powers(y, x):
    sympy = pytest.importorskip("sympy")
    a, b = sympy.symbols("a b")
    for first, second in ((1, 1), (2, 1), (1, 2), (2, 2), (3, 1)):
        truth = float(sympy.diff(a**b, a, first, b, second).subs({a: x, b: y}))
        for order in ("ab", "ba"):
            base, exponent = Value(x), Value(y)
            out = base**exponent
            for letter in order:
                for _ in range(first if letter == "a" else second):
                    out = grad(out, base if letter == "a" else exponent, create_graph=True)
            assert out.data == pytest.approx(truth, rel=1e-10, abs=1e-12), (first, second, order)


@pytest.mark.parametrize("way", WAYS)
def test_the_power_0_of_the_smallest_floats_has_a_slope(way):
    for x in (5e-324, 2.2e-313, 1e-308, 1e-200):  # 1 / x overflows for the first two: 0 * inf is nan
        assert way(lambda x: x**0, x) == way(lambda x: x ** Value(0.0), x) == 0
        with np.errstate(all="ignore"):
            assert np.all(np.broadcast_to(by_grad(lambda x: x ** Value(0.0), np.array([x, 2.0])), 2) == 0)
    base, exponent = Value(2.0), Value(0.0)
    assert grad(grad(base**exponent, base, create_graph=True), exponent) == 0.5


def test_logaddexp_is_smooth_where_its_arguments_are_equal():
    assert hessian(logaddexp, 1.5, 1.5) == [[0.25, -0.25], [-0.25, 0.25]]
    assert logaddexp(Value(inf), Value(inf)).data == inf and logaddexp(Value(-inf), -inf).data == -inf


# --- numbers of every kind -------------------------------------------------------------------------------------------


def test_decimals_are_numbers_of_the_table():
    x, y = Value(Decimal("2.5")), Value(Decimal("0.5"))
    out = abs(x**2 / 3 - y.relu()) * x.exp() + x.sqrt() / y + x.log10() + y.sigmoid() + maximum(x, y) ** y
    out.backward()
    at = [Value(2.5), Value(0.5)]
    a, b = at
    same = abs(a**2 / 3 - b.relu()) * a.exp() + a.sqrt() / b + a.log10() + b.sigmoid() + maximum(a, b) ** b
    same.backward()
    assert isinstance(x.grad, Decimal) and isinstance(y.grad, Decimal)
    assert [float(x.grad), float(y.grad)] == pytest.approx([a.grad, b.grad])
    with pytest.raises(TypeError, match=r"tanh.*Decimal.*float"):
        x.tanh()


def test_an_int_that_no_float_holds_is_infinity_to_a_float():
    x = Value(2)
    (x * 10**400 * 0.5).backward()
    assert x.grad == inf


def test_numbers_compare_and_values_are_themselves():
    x = Value(2.0)
    assert x == 2 and x != 3 and x == x and x != Value(2.0) and {x: 1}[x] == 1 and +x is x and x.item() == 2.0
    assert 1 - (x > 1) == 0 and (x > 1) * 5 == 5 and 3 + (x < 1) == 3


# --- arrays ----------------------------------------------------------------------------------------------------------


def test_an_array_beside_a_value_is_lanes_or_spreads():
    a, b = np.array([1.0, 2.0]), np.array([10.0, 20.0])
    lanes = Value(a)
    for out in (lanes * b, b * lanes):
        assert isinstance(out, Value) and out.data.tolist() == [10.0, 40.0]
    out = b * lanes + np.tanh(lanes)
    out.backward()
    assert lanes.grad == pytest.approx(b + 1 - np.tanh(a) ** 2)
    x = Value(3.0)
    for spread in (x * a, a * x):
        assert spread.shape == (2,) and [each.data for each in spread] == [3.0, 6.0]
    assert np.exp(x).data == math.exp(3.0) and np.sum([x, x]).data == 6.0
    assert np.array([x, Value(1.0)]).dtype == object and np.array([x], dtype=float).tolist() == [3.0]
    for reduction in (np.sum, np.mean, np.array):
        with pytest.raises(TypeError, match="lane"):
            reduction(lanes)


def test_an_array_that_changes_in_place_changes_no_gradient():
    array, factor = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    x = Value(array)
    out = (x * x * factor).tanh()
    expected = grad(out, x)
    array[:] = factor[:] = 100.0
    assert grad(out, x).tolist() == expected.tolist()
    for value in (x, out):
        with pytest.raises(ValueError, match="read-only"):
            value.data[0] = 5.0


# --- nothing lost ----------------------------------------------------------------------------------------------------


def test_no_grad_decorates_functions_and_the_steps_of_generators():
    x = Value(2.0)

    @no_grad()
    def doubled():
        return x * 2

    @no_grad()
    def steps():
        """Two of them."""
        got = yield x * 2
        try:
            yield got * 3
        except KeyError:
            yield x * 4
        return "end"

    assert doubled().op is None and (x * 2).op is not None
    generator = steps()
    assert next(generator).op is None and (x * 5).op is not None
    assert generator.send(x).op is None and generator.throw(KeyError).op is None
    with pytest.raises(StopIteration, match="end"):
        next(generator)
    assert steps.__doc__ == "Two of them."
    nested = no_grad()
    with nested, nested:
        assert (x * 2).op is None
    assert (x * 2).op is not None


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (lambda x: relu([x]), "relu takes single numbers"),
        (lambda x: Value(1.0, (x,)), "label is text"),
        (lambda x: grad(x * 2, 2.0), "float 2.0"),
        (lambda x: grad(x * 2, None), "NoneType"),
        (lambda x: OPS["clip"](x, 1.0), "clip takes 3 arguments, got 2"),
        (lambda x: x.leaky_relu(1, 2), "leaky_relu takes 1 to 2 arguments"),
        (lambda x: value_and_grad(lambda y: "three", 1.0), "should return a Value"),
    ],
)
def test_a_mistake_is_named(mistake, words):
    with pytest.raises(TypeError, match=words):
        mistake(Value(1.0))


def test_a_gradient_that_is_none_is_named():
    x = Value(1.0, label="width")
    x.grad = None
    with pytest.raises(TypeError, match="grad of width is None.*zero_grad"):
        (x * 2 + x.exp()).backward()


def test_backward_takes_a_seed():
    x = Value(3.0)
    (x * x).backward(10.0)
    assert x.grad == 60.0
    (x * x).backward(Value(Fraction(1, 2)))  # its number
    assert x.grad == 63.0 and not isinstance(x.grad, Value)
    for nothing in (None, "2"):
        with pytest.raises(TypeError, match="a Value holds a number"):
            (x * x).backward(nothing)
    assert engine.last_output() is None  # the output is gone


# --- threads ---------------------------------------------------------------------------------------------------------


def in_threads(count, work):
    errors = []

    def guarded(index):
        try:
            work(index)
        except BaseException as error:
            errors.append(error)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=guarded, args=(index,)) for index in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert not errors, errors[0]


def test_threads_run_one_model_at_once():
    model = nn.MLP(2, [8, 8, 1], seed=0)
    expected = model([0.5, -0.5])
    wanted = [each.grad for each in model.parameters() if expected.backward() is None]
    model.zero_grad()
    expected.backward()
    wanted = [each.grad for each in model.parameters()]
    model.zero_grad()
    rounds, count = 20, 4

    def work(index):
        for _ in range(rounds):
            out = model([0.5, -0.5])
            assert out.data == expected.data
            node = out
            while node.op:  # every node belongs to this model's modules
                scope = node.scope
                while scope[1] is not None:
                    scope = scope[1]
                assert scope[0] is model
                node = node.args[0]
            out.backward()

    in_threads(count, work)
    assert [each.grad for each in model.parameters()] == pytest.approx([rounds * count * each for each in wanted])


def test_threads_differentiate_one_graph_at_once_and_open_blocks_of_their_own():
    x = Value(0.5)
    out = x
    for _ in range(50):
        out = (out * x + out).tanh()
    expected = grad(out, x)

    def work(index):
        for _ in range(20):
            assert grad(out, x) == expected
            if index % 2:
                with no_grad():
                    assert (x * 2).op is None
            else:
                seen = []
                with watch(seen.append):
                    assert (x * 2).op is not None
                assert len(seen) == 1

    in_threads(4, work)
    assert (x * 2).op is not None


# --- Ctrl-C ----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer signal")
def test_an_interrupt_leaves_a_graph_that_differentiates_again():
    class Interruption(Exception):  # noqa: N818
        pass

    def interrupt(*_):
        raise Interruption

    x = Value(0.5)
    out = x
    for _ in range(300):
        out = (out * x + out).tanh()
    expected = grad(out, x)
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        for moment in range(200):
            signal.setitimer(signal.ITIMER_REAL, 1e-5 + moment * 1e-5)
            try:
                (out + x * 0).backward()
            except Interruption:
                pass
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            if moment % 20 == 0:
                assert grad(out, x) == expected
    except Interruption:  # it came just behind the block
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    x.grad = 0
    out.backward()
    assert x.grad == expected


# --- freeing ---------------------------------------------------------------------------------------------------------


def test_a_deep_graph_is_unlinked_node_by_node():
    import weakref

    from micrograd_kr.engine.copying import unlink

    x = Value(1.0)
    kept = x * 3
    out = kept
    for _ in range(2000):
        out = out + x * 2
    inner = weakref.ref(out.args[0])
    unlink(out)
    assert inner() is None and out.op is not None
    assert kept.args == (x, kept.args[1]) and grad(kept, x) == 3  # what somebody else holds stays whole


UNLINKING = """
import sys
counted = sys.getrefcount
sys.getrefcount = lambda x: counted(x) - 2  # as Python 3.14 counts, which Pyodide runs
from micrograd_kr import Value
from micrograd_kr.engine.copying import unlink

depth = deepest = 0
def finalizer(node):
    global depth, deepest
    depth += 1
    deepest = max(depth, deepest)
    unlink(node)
    depth -= 1

Value.__del__ = finalizer  # as in Pyodide
x = Value(2.0)
kept = x * x
further = (kept + 1.0).exp()
del further
kept.backward()
for _ in range(500):
    kept = (kept + kept) * 0.5
del kept
try:
    Value("2.0")
except TypeError:
    pass
print(x.grad, deepest < 5)
"""


def test_unlinking_leaves_what_is_in_use_and_does_not_recurse_however_references_are_counted():
    result = subprocess.run([sys.executable, "-c", UNLINKING], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["4.0", "True"]
    assert not result.stderr  # where errors in a finalizer are written


# --- functions of functions ------------------------------------------------------------------------------------------


def test_jacobian_hessian_jvp_and_value_and_grad_agree():
    def function(x, y):
        return [x[0] * y.exp(), x[1] / y + x[0] ** 2]

    at = ([1.5, -0.5], 2.0)
    rows = jacobian(function, *at)
    for index, row in enumerate(rows):
        assert value_and_grad(lambda x, y, index=index: function(x, y)[index], *at)[1] == row
    numbers, changes = jvp(function, at, ([1.0, 10.0], 100.0))
    assert numbers == [each.data for each in function([Value(1.5), Value(-0.5)], Value(2.0))]
    assert changes == pytest.approx([a + 10 * b + 100 * c for (a, b), c in rows])
    matrix = hessian(lambda x, y: function(x, y)[0] * function(x, y)[1], *at)
    assert [list(column) for column in zip(*matrix, strict=True)] == [pytest.approx(row) for row in matrix]
    assert value_and_grad(lambda x: 3.0, 1.0) == (3.0, 0)
    assert value_and_grad(lambda x: x**2 / 3, Fraction(1, 2)) == (Fraction(1, 12), Fraction(1, 3))
    with pytest.raises(ValueError, match="a tangent for each"):
        jvp(function, at, ([1.0], 1.0))


# --- the tables ------------------------------------------------------------------------------------------------------


def test_a_function_of_ones_own_is_one_row():
    cube_root = define_function("real_root", lambda x: math.copysign(abs(x) ** (1 / 3), x), numpy="cbrt", c="cbrt")
    op = define_op("real_root", cube_root, (lambda out, x: 1 / (3 * out * out),))
    try:
        x = Value(8.0)
        slope = grad(op(x), x, create_graph=True)
        assert slope.data == pytest.approx(1 / 12) and grad(slope, x) == pytest.approx(-2 / 9 / 32)
        with pytest.raises(TypeError, match="real_root is not defined on complex"):
            cube_root(1j)
        with pytest.raises(ValueError, match="defined already"):
            define_function("real_root", math.cbrt)
    finally:
        remove_op("real_root")
        remove_function("real_root")
    with pytest.raises(LookupError, match="real_root"):
        remove_function("real_root")
    assert exp(1.0) == math.e  # and nothing else has changed


class Recorder(Interpreted):
    """Writes down every call as text."""

    def __init__(self, text):
        self.text = text

    def __apply__(self, function, *args):
        return Recorder(f"{function.name}({', '.join(getattr(x, 'text', repr(x)) for x in args)})")


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.arity], ids=lambda op: op.name)
def test_every_row_runs_on_a_new_reader(op):
    args = [Recorder(letter) for letter in "xyz"[: op.arity]]
    assert isinstance(op.forward(*args), Recorder)
    for partial in op.partials(Recorder("out"), *args):
        assert isinstance(partial, Recorder | int | float)


def test_a_recorded_program_can_be_copied():
    from micrograd_kr.trace import PARAMETER, record

    w = Value(2.0)
    output = copy.deepcopy(record(lambda x: (w * x).tanh(), ((),)).outputs[0].data)
    assert output.args[0].args[0].function is PARAMETER and copy.copy(elementary.exp) is elementary.exp


@pytest.mark.parametrize("function", elementary.FUNCTIONS.values(), ids=lambda function: function.name)
def test_the_row_of_a_function_says_the_same_in_every_library(function):
    """Every cell of a function against its cell for floats, at points where all are defined."""
    if function.arity > 2 or function.gives == "condition" or function.name in ("dot", "pi"):
        pytest.skip("no function of one or two numbers")
    point = [1.75, 0.5][: function.arity]
    if function.name in ("asin", "acos", "atanh"):
        point = [0.25]
    expected = function.float(*point)
    kinds = {"complex": complex, "decimal": Decimal, "mpmath": None, "sympy": None, "numpy": None}
    for column, kind in kinds.items():
        if getattr(function, column) is None:
            continue
        if kind is None:
            library = pytest.importorskip(column)
            kind = {"mpmath": "mpf", "sympy": "Float", "numpy": "array"}[column]
            kind = getattr(library, kind)
        got = function(*[kind(x) for x in point])
        got = complex(got.item() if column == "numpy" else got)
        assert got == pytest.approx(complex(expected), rel=1e-12), column


def test_ieee_numbers_never_raise():
    for name, expected in {"div": math.nan, "pow": 1.0}.items():
        got = elementary.FUNCTIONS[name](Ieee(0.0), 0).number
        assert got == expected or (math.isnan(got) and math.isnan(expected))
    assert (1 / Ieee(-0.0)).number == -inf and (Ieee(1e308) * 10).number == inf
    assert sqrt(Ieee(-1.0)).number != sqrt(Ieee(-1.0)).number


# --- help(), pydoc, autospec, deepcopy of everything public -----------------------------------------------------------


@pytest.mark.parametrize("name", micrograd_kr.__all__)
def test_help_autospec_and_deepcopy_of_every_public_name(name):
    thing = getattr(micrograd_kr, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = pydoc.render_doc(thing)
        mock.create_autospec(thing)
    assert len(text) > 40
    assert inspect.getdoc(thing)
    if not inspect.ismodule(thing):
        assert copy.deepcopy(thing) is not None


def test_help_of_a_value_and_of_the_package_lists_what_there_is():
    assert "tanh" in pydoc.render_doc(Value) and "backward" in pydoc.render_doc(Value)
    assert "jacobian" in pydoc.render_doc(micrograd_kr)
    assert set(dir(micrograd_kr)) >= set(micrograd_kr.__all__) and "TYPE_CHECKING" not in dir(micrograd_kr)
