"""Value: what its users count on, and what breaks the engines before it."""

import copy
import gc
import math
import pickle
import threading
import weakref
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd_kr import (
    Value,
    define_op,
    grad,
    maximum,
    no_grad,
    ops,
    stop_at_nonfinite,
    topological_order,
    watch,
    where,
)
from micrograd_kr.engine import contributions

finite = st.floats(-3, 3)


def a_graph(x, y):
    """Sharing, reflected operators, constants, unary, binary and n-ary ops."""
    h = (x * y + 1).tanh() - y / 2
    s = ops.OPS["sum"](h, x, h * h, 3)
    return 2 - maximum(s, h) ** 2 * ops.dot((x, y), (h, s), x) + where(x > y, x * 3, y).sigmoid()


# --- backward -------------------------------------------------------------------------------------------------------


def test_backward_twice_adds_the_same_again_in_leaves_and_overwrites_inside():
    x = Value(3.0)
    square = x * x
    cube = square * x
    cube.backward()
    cube.backward()
    assert (x.grad, square.grad, cube.grad) == (54.0, 3.0, 1)


def test_two_losses_that_share_leaves_accumulate():
    x = Value(2.0)
    shared = x * x
    (shared * 3).backward()
    (shared * 5).backward()
    assert x.grad == 12 + 20 and shared.grad == 5


def test_a_node_used_many_times_is_visited_once_after_all_its_uses():
    a = Value(1.0)
    b = a + a
    c = b + b
    d = c * b * a
    d.backward()
    assert a.grad == 24.0  # d = 8 a^3


def test_backward_on_a_leaf_and_on_what_does_not_depend():
    x = Value(2.0)
    x.backward()
    x.backward()
    assert x.grad == 2
    assert grad(Value(1.0) * 2, x) == 0


@given(finite, finite)
def test_grad_and_contributions_repeat_backward_bit_for_bit_and_touch_no_grad(x, y):
    leaves = [Value(x), Value(y)]
    output = a_graph(*leaves)
    inner = [node for node in topological_order(output) if node.op]
    by_grad = grad(output, leaves)
    assert all(leaf.grad == 0 for leaf in (*leaves, *inner))
    output.backward()
    assert [leaf.grad.hex() for leaf in leaves] == [float(value).hex() for value in by_grad]
    for leaf in leaves:
        total = 0
        for node in reversed(inner):
            for arg, _, product in contributions(node, node.grad):
                if arg is leaf:
                    total = total + product
        assert total == leaf.grad


@given(st.fractions(-4, 4), st.fractions(-4, 4))
def test_fractions_are_exact_to_the_third_derivative(x, y):
    a, b = Value(x), Value(y)
    f = a**3 * b - a / 7 + b * b * a
    first = grad(f, a, create_graph=True)
    second = grad(first, a, create_graph=True)
    assert (f.data, first.data) == (x**3 * y - x / 7 + y * y * x, 3 * x**2 * y - Fraction(1, 7) + y * y)
    assert (second.data, grad(second, a), grad(first, b)) == (6 * x * y, 6 * y, 3 * x**2 + 2 * y)


@given(finite, finite)
def test_a_leaf_changed_after_the_forward_pass_does_not_change_the_gradient(x, y):
    def gradient(change):
        leaves = [Value(x), Value(y)]
        output = a_graph(*leaves)
        if change:
            for leaf in leaves:
                leaf.data = 100.0
        output.backward()
        return [leaf.grad for leaf in leaves]

    assert gradient(change=True) == gradient(change=False)


def test_a_graph_of_the_gradient_names_the_leaf_that_changed():
    x = Value(2.0, label="width")
    output = x * x
    x.data = 5.0
    with pytest.raises(RuntimeError, match=r"'width' was 2\.0 .* 5\.0"):
        grad(output, x, create_graph=True)


def test_computed_data_cannot_be_set():
    with pytest.raises(AttributeError, match="result of 'add'"):
        (Value(1.0) + 1).data = 3.0


# --- size -----------------------------------------------------------------------------------------------------------


def test_a_long_chain_runs_backward_is_copied_pickled_and_freed_without_recursion():
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = y + x
    y.backward()
    assert x.grad == 20_001
    again = pickle.loads(pickle.dumps([x, y]))
    assert again[1].data == y.data and grad(again[1], again[0]) == 20_001
    twin_x, twin_y = copy.deepcopy([x, y])
    assert grad(twin_y, twin_x) == 20_001 and grad(twin_y, x) == 0


def test_a_graph_is_freed_by_reference_counting_alone():
    gc.disable()
    try:
        x = Value(0.5)
        output = a_graph(x, Value(0.25))
        output.backward()
        grad(grad(output, x, create_graph=True), x)
        inner = weakref.ref(topological_order(output)[-2])
        assert inner() is not None
        del output
        assert inner() is None
    finally:
        gc.enable()


@given(finite, finite)
def test_pickle_and_deepcopy_keep_numbers_sharing_labels_and_gradients(x, y):
    leaves = [Value(x, label="가중치"), Value(y)]
    output = a_graph(*leaves)
    output.backward()
    for loads in (copy.deepcopy, lambda things: pickle.loads(pickle.dumps(things))):
        (a, b), twin = loads((leaves, output))
        assert (a.label, a.grad, twin.data) == ("가중치", leaves[0].grad, output.data)
        assert len(topological_order(twin)) == len(topological_order(output))
        assert grad(twin, [a, b]) == grad(output, leaves)


# --- numbers --------------------------------------------------------------------------------------------------------


def test_python_numeric_habits():
    v = Value(2.75)
    assert (float(v), int(v), round(v), round(v, 1), complex(v), bool(v), bool(Value(0))) == (
        2.75,
        2,
        3,
        2.8,
        2.75 + 0j,
        True,
        False,
    )
    assert f"{v:.1f}" == "2.8" and f"{v}" == "Value(data=2.75, grad=0)" and format(v, "8.2f") == "    2.75"
    assert repr(Value(2)) == "Value(data=2, grad=0)" and repr(Value(2, label="a")) == "Value(data=2, grad=0, label='a')"
    assert sum([Value(1), Value(2), 3]).data == 6 and abs(Value(-2)).data == 2
    assert (2 ** Value(3.0)).data == 8 and (7 - Value(2)).data == 5 and (1 / Value(4)).data == 0.25
    assert (Value(2.0) ** Value(3.0)).data == 8.0


def test_comparisons_decide_now_and_are_remembered_by_where():
    a, b = Value(1.0), Value(2.0)
    assert a < b and b > 1 and 1 <= a and not a >= b and (a < b) == True and hash(a < b) == hash(True)  # noqa: E712
    assert sorted([b, a]) == [a, b] and max(a, b) is b and sum(v > 0 for v in (a, b)) == 2
    assert a != Value(1.0) and len({a, b, a}) == 2
    chosen = where(a > b, a * 10, b * 10)
    assert chosen.data == 20.0 and chosen.args[0].op.name == "greater" and grad(chosen, [a, b]) == [0, 10.0]


def test_numpy_scalars_and_arrays_on_either_side():
    np = pytest.importorskip("numpy")
    for number in (np.float64(2), np.float32(2), np.int64(2)):
        for product in (number * Value(3.0), Value(3.0) * number):
            assert type(product) is Value and product.data == 6 and type(product.data) in (int, float)
        assert type(Value(number).data) in (int, float)
    for spread in (np.array([1.0, 2.0]) * Value(3.0), Value(3.0) * np.array([1.0, 2.0])):
        assert [v.data for v in spread] == [3.0, 6.0]
    lanes = Value(np.array([1.0, -2.0]))
    ((lanes * 3).relu() + lanes).backward()
    assert lanes.grad.tolist() == [4.0, 1.0]


@pytest.mark.parametrize("wrong", ["3", None, b"3", [1.0], (1.0,), {}, Value(1.0), object(), print])
def test_what_is_no_number_is_refused_with_what_to_do(wrong):
    with pytest.raises(TypeError, match=r"number|Value already"):
        Value(wrong)
    with pytest.raises(TypeError, match="number|Value already"):
        Value(1.0).data = wrong
    if not isinstance(wrong, Value):
        with pytest.raises(TypeError):
            Value(1.0) + wrong
        with pytest.raises(TypeError):
            wrong * Value(1.0)


def test_errors_name_the_op_the_value_and_the_kind():
    with pytest.raises(TypeError, match=r"exp.*Fraction.*float"):
        Value(Fraction(1, 2)).exp()
    with pytest.raises(TypeError, match=r"relu.*complex"):
        Value(1 + 2j).relu()
    with pytest.raises(ZeroDivisionError, match=r"Fraction\(1, 2\) / Fraction\(0, 1\)"):
        Value(Fraction(1, 2)) / Value(Fraction(0))
    with pytest.raises(TypeError, match="maximum takes 2 arguments, got 1"):
        maximum(Value(1.0))
    with pytest.raises(ValueError, match="3 weights and 1 inputs"):
        ops.dot([Value(1.0), 2.0, 3.0], [1.0], 0.0)
    with pytest.raises(TypeError, match="odd number of arguments; got 4"):
        ops.OPS["dot"](Value(1.0), 2.0, 3.0, 4.0)
    with pytest.raises(AttributeError, match="tahn"):
        Value(1.0).tahn()
    with pytest.raises(TypeError, match="cannot be subclassed"):
        type("Mine", (Value,), {})


def test_floats_follow_ieee_forward_and_backward():
    for compute, at, result, gradient in [
        (lambda x: 1 / x, 0.0, math.inf, -math.inf),
        (lambda x: x**-1, -0.0, -math.inf, -math.inf),
        (lambda x: x.log(), 0.0, -math.inf, math.inf),
        (lambda x: x.sqrt(), 0.0, 0.0, math.inf),
        (lambda x: x**0, 0.0, 1.0, 0.0),
        (lambda x: 0**x, 2.0, 0.0, 0.0),
        (lambda x: x.exp(), 1000.0, math.inf, math.inf),
        (lambda x: x.sigmoid(), -1000.0, 0.0, 0.0),
        (lambda x: x.tanh(), 1000.0, 1.0, 0.0),
        (lambda x: x.softplus(), 1000.0, 1000.0, 1.0),
        (lambda x: (x * 1e200) ** 2, 1e10, math.inf, math.inf),
    ]:
        x = Value(at)
        y = compute(x)
        y.backward()
        assert (y.data, x.grad) == (result, gradient)
    assert math.isnan(Value(-8.0).__pow__(1 / 3).data) and math.isnan(Value(-1.0).log().data)


# --- blocks ---------------------------------------------------------------------------------------------------------


def test_no_grad_and_detach_record_nothing_and_only_in_their_thread():
    x = Value(2.0, label="x")
    entered, leave = threading.Event(), threading.Event()

    def elsewhere():
        with no_grad():
            entered.set()
            leave.wait(60)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    assert entered.wait(60)
    assert (x * 3).op is not None and ops.dot((x,), (x,), 0).op is not None
    leave.set()
    thread.join()
    with no_grad():
        assert (x * 3).op is None and x.exp().op is None and (1 - x).op is None
    assert x.detach().op is None and x.detach().label == "x" and grad(x * x.detach(), x) == 2.0


def test_watch_sees_each_node_once_and_nests():
    seen, outer = [], []
    with watch(outer.append):
        with watch(seen.append):
            output = a_graph(Value(1.0), Value(2.0))
        Value(1.0) + 1
    assert {id(node) for node in seen} >= {id(node) for node in topological_order(output) if node.op}
    assert len(seen) == len({id(node) for node in seen}) and len(outer) == len(seen) + 1


def test_stop_at_nonfinite_names_the_node_forward_and_backward():
    with stop_at_nonfinite(), pytest.raises(FloatingPointError, match=r"log\(p\) is -inf, with p = 0\.0"):
        Value(0.0, label="p").log()
    x = Value(0.0, label="p")
    with stop_at_nonfinite(), pytest.raises(FloatingPointError, match=r"sqrt\(p\) sends back to 'p' is inf"):
        x.sqrt().backward()


# --- ops of one's own, and drop-in use ------------------------------------------------------------------------------


def test_an_op_of_ones_own_is_one_call():
    cube = define_op("cube_here", lambda x: x * x * x, lambda out, x: (3 * x * x,))
    try:
        x = Value(2.0)
        y = x.cube_here() + cube(x)
        y.backward()
        assert (y.data, x.grad, cube(Fraction(1, 2))) == (16.0, 24.0, Fraction(1, 8))
        assert grad(grad(cube(x), x, create_graph=True), x) == 12.0
        assert pickle.loads(pickle.dumps(y)).args[0].op is cube
        with pytest.raises(ValueError, match="defined already"):
            define_op("cube_here", lambda x: x, (1,))
    finally:
        ops.remove_op("cube_here")
    again = define_op("cube_here", lambda x: 2 * x, (2,))  # the name is free for another rule
    ops.remove_op("cube_here")
    assert Value(1.0).cube_here().op is again
    for name, forward, partials in [("a b", lambda x: x, (1,)), ("f", lambda: 1, ()), ("f", lambda x, y: x, (1,))]:
        with pytest.raises(ValueError, match=r"identifier|argument"):
            define_op(name, forward, partials)


def test_micrograds_published_example_and_its_reading_names():
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert g.data == pytest.approx(24.70408163265306, rel=1e-15)
    assert (a.grad, b.grad) == (pytest.approx(138.83381924198252), pytest.approx(645.5772594752186))
    assert (a * b)._prev == {a, b} and (a * b)._op == "*" and a._op == "" and a._prev == set()
