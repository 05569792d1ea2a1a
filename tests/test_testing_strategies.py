"""The strategies: safe, shared, shrinking, pasteable, and open to every op there is."""

import cmath
import math
import os
import random
import subprocess
import sys
from contextlib import contextmanager
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st

from micrograd_kr import Value, testing
from micrograd_kr.elementary import exp, where
from micrograd_kr.engine import topological_order
from micrograd_kr.engine.gradients import Sweep
from micrograd_kr.ops import OPS, define_op
from micrograd_kr.testing import (
    Expression,
    GradientError,
    InconclusiveError,
    expressions,
    gradcheck,
    points,
    random_expression,
)
from micrograd_kr.testing.generation.branches import branches
from micrograd_kr.testing.generation.growing import grow, is_condition, is_safe, ops_of

quick = settings(max_examples=60, deadline=None, database=None)


@pytest.mark.parametrize("numbers", [float, Fraction, complex])
@quick
@given(data=st.data())
def test_every_node_is_inside_its_domain_at_every_point_drawn(numbers, data):
    expression = data.draw(expressions(numbers=numbers))
    point = data.draw(points(expression))
    assert is_safe(expression, list(expression.point.values()), numbers)
    assert is_safe(expression, point, numbers)
    for result in expression.results(lambda op, xs: op(*xs), *point):
        assert isinstance(result, int | numbers)
        assert cmath.isfinite(complex(result))


@quick
@given(expressions(min_nodes=2))
def test_something_is_always_shared(expression):
    used = [x for step in expression.steps for x in step[1:] if isinstance(x, str)]
    assert len(used) > len(set(used))


@quick
@given(st.integers(1, 20).flatmap(lambda n: st.tuples(st.just(n), expressions(min_nodes=n, max_nodes=n, inputs="a b"))))
def test_sizes_and_names_are_as_asked(case):
    count, expression = case
    assert 1 <= len(expression.steps) <= count
    assert expression.inputs == ["a", "b"]


def test_every_op_of_the_table_comes_up_and_so_does_one_defined_later():
    softsign = define_op("soft_sign", lambda x: x / (1 + abs(x)), (lambda out, x: 1 / (1 + abs(x)) ** 2,))
    try:
        seen = {step[0] for seed in range(400) for step in random_expression(seed).steps}
        assert seen == set(OPS)
        drawn = find(expressions(ops=["add", "soft_sign"]), lambda expression: ("soft_sign", "x") in expression.steps)
        assert gradcheck(drawn, [0.5] * len(drawn.inputs))
    finally:
        del OPS[softsign.name]
    assert "soft_sign" not in {step[0] for seed in range(100) for step in random_expression(seed).steps}


def test_wide_graphs_and_deep_ones_come_up():
    most_used = deepest = 0
    for seed in range(200):
        shape = random_expression(seed, nodes=10)
        used = [x for step in shape.steps for x in step[1:] if isinstance(x, str)]
        most_used = max(most_used, *[used.count(x) for x in used])
        depth = dict.fromkeys(shape.inputs, 0)
        for number, step in enumerate(shape.steps, start=1):
            depth[f"v{number}"] = 1 + max(depth[x] for x in step[1:] if isinstance(x, str))
        deepest = max(deepest, *depth.values())
    assert most_used >= 5
    assert deepest >= 8


SEARCH = settings(max_examples=5000, database=None, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("all_seeds", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("what", "least", "few"),
    [
        (lambda step: step[0] == "sin", 1, range(2)),
        (lambda step: step[0] == "pow", 1, range(2)),
        (lambda step: len(step) == 3 and step[1] == step[2], 1, range(4, 7)),
        (lambda step: step[0] == "where", 2, range(1, 3)),
    ],
    ids=["sin", "pow", "shared", "where"],
)
def test_a_failing_example_shrinks_to_a_minimal_graph_from_any_seed(what, least, few, all_seeds):
    seeds = range(20) if all_seeds else few

    def size(seed):
        found = find(expressions(), lambda e: any(map(what, e.steps)), settings=SEARCH, random=random.Random(seed))
        return len(found.steps)

    sizes = sorted(map(size, seeds))
    assert sizes[0] == least and sizes[len(sizes) // 2] <= least + 1 and sizes[-1] <= 4, sizes


def test_every_op_comes_up_about_as_often_as_another():
    counts = dict.fromkeys(OPS, 0)
    for seed in range(400):
        for name in {step[0] for step in random_expression(seed).steps}:
            counts[name] += 1
    assert min(counts.values()) >= 2, counts
    assert sorted(counts.values())[len(counts) // 4] >= 20


def test_there_is_always_a_node():
    assert all(random_expression(seed, nodes=1 + seed % 3).steps for seed in range(600))


def test_an_op_whose_derivative_is_zero_comes_up_as_a_number():
    signum = define_op("signum", lambda x: where(x > 0, 1.0, -1.0), (0,), kink=lambda x: x)
    try:
        seen = [step for seed in range(200) for step in random_expression(seed).steps if step[0] == "signum"]
        assert len(seen) > 10
    finally:
        del OPS[signum.name]


def test_no_draw_accepts_the_whole_numbers_that_hypothesis_finds_in_imported_modules():
    asked = []

    def choose(count):
        asked.append(count)
        return 0

    grow(choose, ops_of(None), ["x", "y"], (5, 12), corners=True)
    assert max(asked) <= 100


def test_constants_stand_on_both_sides():
    sides = set()
    for seed in range(300):
        for _, *operands in random_expression(seed, ops=["sub", "div", "pow", "add"]).steps:
            sides |= {(index, x) for index, x in enumerate(operands) if not isinstance(x, str)}
    assert len({x for index, x in sides if index == 0}) > 3 and len({x for index, x in sides if index == 1}) > 3


def test_what_is_printed_can_be_pasted():
    @settings(database=None, max_examples=500, phases=[Phase.generate, Phase.shrink])
    @given(expressions(ops=["mul", "tanh", "maximum"], inputs="x"))
    def fails(expression):
        assert not any(step[0] == "tanh" for step in expression.steps)

    with pytest.raises(AssertionError) as caught:
        fails()
    printed = "\n".join(caught.value.__notes__)
    start = printed.index("Expression(")
    pasted = eval(printed[start:].splitlines()[0].rstrip(","), {"Expression": Expression})  # as its reader would
    assert any(step[0] == "tanh" for step in pasted.steps)
    assert "def f(x):" in printed and ".tanh()" in printed and "└─" in printed


@quick
@given(expressions(max_nodes=8))
def test_repr_and_python_say_the_same_graph(expression):
    again = eval(repr(expression), {"Expression": Expression})
    assert again == expression
    scope: dict = {}
    exec(expression.python(), scope)
    leaves = [Value(x) for x in expression.point.values()]
    assert scope["f"](*leaves).data == expression(*leaves).data == expression.build().output.data


def test_an_expression_runs_on_any_kind_of_number():
    expression = Expression({"x": 2.0, "y": 3.0}, [("mul", "x", "y"), ("add", "v1", "v1")])
    assert expression(2, 3) == 12
    assert expression([Fraction(1, 2), Fraction(1, 3)]) == Fraction(1, 3)
    assert expression.build([1.0, 5.0]).output.data == expression.build({"y": 5.0, "x": 1.0}).output.data == 10.0
    assert [leaf.label for leaf in expression.build().inputs] == ["x", "y"]
    with pytest.raises(TypeError, match="takes 2 number"):
        expression(1.0)
    with pytest.raises(ValueError, match="no input and no earlier result"):
        Expression({"x": 1.0}, [("add", "x", "v1")])
    with pytest.raises(LookupError, match="nosuch"):
        Expression({"x": 1.0}, [("nosuch", "x")])


def test_its_picture_is_the_one_that_draw_makes():
    pytest.importorskip("graphviz")
    assert "digraph" in Expression({"x": 2.0}, [("mul", "x", "x")]).draw().source


@contextmanager
def softplus_by_a_sigmoid_with_abs():
    """A rule that is right as a number, and has a kink at 0 that softplus has not."""
    op = OPS["softplus"]

    def rule(out, x):
        small = exp(-abs(x))
        return where(x >= 0, 1, small) / (1 + small)

    before = op.rules
    object.__setattr__(op, "rules", (rule,))
    object.__setattr__(op, "send", None)
    try:
        yield
    finally:
        object.__setattr__(op, "rules", before)
        object.__setattr__(op, "send", None)


@contextmanager
def products_of_zero_and_inf(of_condition):
    """The backward pass multiplies 0 by inf where it should select: behind conditions, or behind masks."""
    before = Sweep.without_nan

    def without_nan(self, node, index, product):
        shut = any(other.op.gives == "condition" and node in topological_order(other) for other in self.order)
        return (product, True) if shut == of_condition else before(self, node, index, product)

    Sweep.without_nan = without_nan
    try:
        yield
    finally:
        Sweep.without_nan = before


@pytest.mark.parametrize(
    ("bug", "graphs", "order"),
    [
        (softplus_by_a_sigmoid_with_abs, expressions(), 2),
        (partial(products_of_zero_and_inf, True), expressions(corners=True), 1),
        (partial(products_of_zero_and_inf, False), expressions(corners=True), 1),
    ],
    ids=["a branch of a rule", "a condition", "a mask"],
)
def test_what_random_points_never_meet_is_found_within_two_hundred_examples(bug, graphs, order):
    """Three mistakes that the engine once had, planted again."""

    @hypothesis_seed(1)
    @settings(max_examples=200, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(graphs)
    def check(expression):
        gradcheck(expression, expression.point, order)

    with bug(), pytest.raises(GradientError):
        check()


def test_where_a_rule_branches_is_found_by_running_it():
    assert branches(OPS["softplus"], [2.0], 0) == (0.0,)
    assert branches(OPS["hard_tanh"], [2.0], 0) == (-1.0, 1.0)
    assert branches(OPS["maximum"], [2.0, 0.3], 0) == (0.3,) and branches(OPS["exp"], [2.0], 0) == ()
    op = define_op("bent", lambda x: where(x * x > 2, x, x), (1,))
    try:
        assert branches(op, [0.0], 0) == pytest.approx((-math.sqrt(2), math.sqrt(2)), abs=1e-12)
    finally:
        del OPS[op.name]


@pytest.mark.parametrize("order", [1, 2])
def test_corners_are_usable_with_gradcheck(order):
    """No alarm and no crash; and enough of them can be judged."""
    told = 0
    for turn in range(150 // order):
        choose = random.Random(turn).randrange
        expression = grow(choose, ops_of(None), "xyz"[: 1 + turn % 3], (1, 1 + turn % 8), corners=True)
        try:
            gradcheck(expression, expression.point, order)
            told += 1
        except InconclusiveError:
            continue
    assert told > 50 // order


@settings(max_examples=150, deadline=None, database=None)
@given(expressions(corners=True).flatmap(lambda e: st.tuples(st.just(e), points(e, corners=True))))
def test_corners_never_break_the_engine(case):
    expression, point = case
    output, _ = expression.build(point)
    output.backward()


def test_corners_come_up():
    def has(what):
        return find(
            expressions(corners=True),
            lambda e: any(what(x) for x in e.point.values()),
            settings=settings(
                max_examples=5000, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
            ),
        )

    assert has(math.isnan) and has(math.isinf) and has(lambda x: 0 < abs(x) < 1e-290)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"numbers": str}, TypeError),
        ({"max_nodes": 0}, ValueError),
        ({"inputs": 0}, ValueError),
        ({"ops": []}, ValueError),
        ({"ops": ["nosuch"]}, LookupError),
    ],
)
def test_wrong_arguments_are_told_at_once(arguments, error):
    with pytest.raises(error):
        expressions(**arguments)


def test_the_same_seed_gives_the_same_graphs():
    def drawn():
        seen = []

        @settings(derandomize=True, max_examples=20, database=None)
        @given(expressions())
        def collect(expression):
            seen.append(repr(expression))

        collect()
        return seen

    assert drawn() == drawn()
    assert [random_expression(n) for n in range(20)] == [random_expression(n) for n in range(20)]


def test_which_arguments_are_conditions_stands_in_the_row():
    assert [is_condition(OPS["where"], index) for index in range(3)] == [True, False, False]
    assert not is_condition(OPS["mul"], 0)


FROM_TYPE = """
import sys
{imports}
from hypothesis import find, strategies as st
assert "micrograd_kr.testing" not in sys.modules
import micrograd_kr
assert find(st.from_type(micrograd_kr.Value), lambda value: value.data > 5).data > 5
"""


@pytest.mark.parametrize(
    "imports",
    [
        "import hypothesis, _micrograd_kr_hypothesis\n_micrograd_kr_hypothesis.register()\n"
        "assert 'micrograd_kr' not in sys.modules",
        "import micrograd_kr, _micrograd_kr_hypothesis as entry; entry.register()",
    ],
    ids=["before the engine", "after the engine"],
)
def test_from_type_knows_values_and_loading_the_entry_point_imports_nothing(imports):
    root = os.path.dirname(os.path.dirname(testing.__path__[0]))
    environment = {**os.environ, "PYTHONPATH": root}
    subprocess.run([sys.executable, "-c", FROM_TYPE.format(imports=imports)], check=True, env=environment, timeout=60)


@settings(max_examples=200, deadline=None, database=None)
@given(expressions(min_nodes=30, max_nodes=30))
def test_gradients_of_thirty_nodes(expression):
    """The property of the time target: 200 examples of 30 nodes."""
    gradcheck(expression, expression.point)


@pytest.mark.parametrize("numbers", [float, Fraction, complex])
def test_no_false_alarm_on_any_kind_of_number(numbers):
    told = 0
    for seed in range(120):
        expression = random_expression(seed, nodes=1 + seed % 12, numbers=numbers)
        try:
            gradcheck(expression, expression.point)
            told += 1
        except InconclusiveError:
            continue
    assert told > 60


@pytest.mark.slow
def test_no_false_alarm_in_a_hundred_thousand_graphs():
    for seed in range(100_000):
        expression = random_expression(seed, inputs=1 + seed % 3, nodes=1 + seed % 12)
        try:
            gradcheck(expression, expression.point)
        except InconclusiveError:
            continue


def test_second_derivatives_of_random_graphs():
    for seed in range(40):
        expression = random_expression(seed, nodes=6)
        try:
            gradcheck(expression, expression.point, order=2)
        except InconclusiveError:
            continue
