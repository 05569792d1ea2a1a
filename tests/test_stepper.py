"""The stepper against backward() itself, its sentences against the numbers they tell, why() against enumeration."""

from __future__ import annotations

import copy
import io
import itertools
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from micrograd_kr import Stepper, Value, define_op, dot, grad, nn, topological_order, where, why
from micrograd_kr.engine import Constant
from micrograd_kr.graph import format_number, names_of
from micrograd_kr.interpreted import Chosen, ieee, no_path
from micrograd_kr.ops import OPS
from micrograd_kr.stepper import view
from micrograd_kr.stepper.formula import LONGEST_FORMULA, Formula, local_formulas

NUMBERS = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 2, -1, 0, 1e200, math.inf, math.nan])
FRACTIONS = st.fractions(-3, 3, max_denominator=6)
RATIONAL = ("add", "sub", "mul", "neg", "abs", "relu", "maximum", "sum", "dot", "leaky_relu")


@st.composite
def graphs(draw: st.DrawFn, numbers: st.SearchStrategy[Any] = NUMBERS, names: tuple[str, ...] = ()) -> list[Value]:
    """Values of a random graph, the output last: any ops, shared and repeated arguments, constants, stale gradients."""
    values = [Value(draw(numbers), label=label) for label in "abc"]
    for _ in range(draw(st.integers(0, 8))):
        op = OPS[draw(st.sampled_from(names or sorted(OPS)))]
        count = op.arity or draw(st.sampled_from((1, 3, 5)))
        args = [draw(st.sampled_from(values)) for _ in range(count)]
        args = [arg if index == 0 or draw(st.integers(0, 3)) else draw(numbers) for index, arg in enumerate(args)]
        try:
            values.append(op(*args))
        except (TypeError, ArithmeticError):  # 1 / Fraction(0)
            continue
    for value in values:
        value.grad = draw(numbers)
    return values


def gradients(values: list[Value]) -> list[tuple[type, str]]:
    """Kind and digits: this tells -0.0 from 0.0, and 1 from 1.0."""
    return [(type(value.grad), repr(value.grad)) for value in values]


def below(output: Value) -> list[Value]:
    return [node for node in topological_order(output) if not isinstance(node, Constant)]


# --- the same mathematics as backward() -----------------------------------------------------------------------------


@given(st.one_of(graphs(), graphs(FRACTIONS, RATIONAL)))
def test_run_leaves_bit_for_bit_what_backward_leaves(values: list[Value]) -> None:
    twins = copy.deepcopy(values)
    before = gradients(values)
    twins[-1].backward()
    stepper = Stepper(values[-1])
    stepper.run()
    assert gradients(values) == gradients(twins)
    stepper.reset()
    assert gradients(values) == before


@given(graphs(), st.lists(st.booleans(), max_size=60))
def test_every_position_has_its_gradients_however_it_is_reached(values: list[Value], walk: list[bool]) -> None:
    stepper = Stepper(values[-1])
    snapshots = [gradients(values)]
    steps = []
    for step in stepper:
        steps.append(step)
        snapshots.append(gradients(values))
        assert stepper.position == step.index == len(steps)
    assert len(stepper) == len(steps) == steps[0].total
    stepper.reset()
    for forward in walk:
        position = stepper.position
        step = stepper.next() if forward else stepper.back()
        at_end = position == (len(stepper) if forward else 0)
        assert (step is None) == at_end
        assert repr(step) == repr(None if at_end else steps[position if forward else position - 1])
        assert gradients(values) == snapshots[stepper.position]
        assert repr(stepper.last) == repr(steps[stepper.position - 1] if stepper.position else None)


@given(graphs())
def test_the_steps_are_the_graph_in_order(values: list[Value]) -> None:
    nodes = below(values[-1])
    steps = list(Stepper(values[-1]))
    forward = [step for step in steps if step.phase == "forward"]
    seed, *backward = [step for step in steps if step.phase == "backward"]
    assert [step.node for step in forward] == nodes
    assert seed.is_seed
    assert seed.node is values[-1]
    assert [step.node for step in backward] == [node for node in reversed(nodes) if node.op]
    paths = uses_on_a_path(nodes)
    for step in backward:
        assert [flow.arg for flow in step.flows] == [arg for arg in step.node.args if type(arg) is Value]
        for flow in step.flows:
            assert step.node.args[flow.index] is flow.arg
            product = flow.local * step.upstream
            if sends_nothing(step) or (math.isnan(product) and (step.node, flow.index) not in paths):
                assert flow.product == 0 and flow.grad is flow.before
            else:
                assert repr(flow.product) == repr(product)
                assert repr(flow.grad) == repr(flow.before + product)


def sends_nothing(step: Any) -> bool:
    """Whether a sum or a dot has nothing to send, as its own gradient is 0 and all of its numbers are finite."""
    op, upstream = step.node.op, step.upstream
    nothing = isinstance(upstream, float) and upstream == 0
    return nothing and op.arity is None and op.multilinear and math.isfinite(step.node.data)


def writes_zero(node: Any, index: int) -> bool:
    """Whether the rule writes an exact 0 for this argument, at these numbers."""
    try:
        return bool(no_path(node.op.derivative(index, *[Chosen(x) for x in (node.data, *node.arg_numbers)])))
    except ArithmeticError:  # an int divided by 0: no rule wrote that
        return False


def uses_on_a_path(nodes: list[Value]) -> set[tuple[Value, int]]:
    """The uses (node, index of an argument) on a path from the output: none leads through a 0 that a rule wrote."""
    reached, paths = {nodes[-1]}, set()
    for node in reversed(nodes):
        for index, arg in enumerate(node.args if node in reached else ()):
            if not writes_zero(node, index):
                paths.add((node, index))
                reached.add(arg)
    return paths


def test_a_product_without_a_number_is_0_where_no_path_leads_and_nan_where_one_does() -> None:
    x = Value(-1.0)
    for output, sent in ((x.relu().sqrt(), [math.inf, 0]), ((x + 1).relu() * math.inf, [math.inf, 0, 0])):
        flows = [flow for step in Stepper(output) if step.phase == "backward" for flow in step.flows]
        assert [flow.product for flow in flows] == sent and [flow.before for flow in flows[1:]] == [0] * (len(sent) - 1)
    open_path = Stepper((x + 1) * math.inf * 0.0)
    *_, last = open_path
    assert math.isnan(last.flows[0].product) and math.isnan(x.grad)


def test_steps_are_immutable_records() -> None:
    step = Stepper(Value(1.0)).next()
    with pytest.raises(AttributeError, match="cannot assign"):
        step.number = 2.0  # type: ignore[misc, union-attr]


def test_a_leaf_changed_after_recording_is_told_as_recorded() -> None:
    a = Value(2.0, label="a")
    out = a * a
    a.data = 100.0
    said = [step.say("en") for step in Stepper(out)]
    assert said[:2] == ["a = 2 is given.", "out = a * a = 2 * 2 = 4."]
    assert a.grad == 4.0


def test_until() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    product = a * b
    stepper = Stepper(product + b)
    step = stepper.until(product)
    assert (step.phase, step.node) == ("forward", product)
    step = stepper.until(product)
    assert (step.phase, step.node) == ("backward", product)
    stepper.reset()
    stepper.until(lambda step: step.is_seed)
    assert stepper.until(b).node is stepper.output  # a leaf: where it receives gradient
    assert stepper.until(lambda step: False) is None
    assert stepper.position == len(stepper)
    with pytest.raises(ValueError, match="not among the Values"):
        stepper.until(Value(1.0))
    with pytest.raises(TypeError, match="a Value or a function"):
        stepper.until("b")


@pytest.mark.parametrize("wrong", [3.0, "x", None, [Value(1.0)], Value(1.0) > 0])
def test_only_a_value_can_be_stepped_through(wrong: Any) -> None:
    with pytest.raises(TypeError, match="steps through the graph of one Value"):
        Stepper(wrong)


def interrupted_at(line: int, action: Callable[[], Any]) -> bool:
    """Run `action` with a Ctrl-C at the line-th line of stepping.py that it executes; whether it came that far."""
    remaining = itertools.count(line, -1)

    def trace(frame: Any, event: str, arg: Any) -> Any:
        if not frame.f_code.co_filename.endswith("stepping.py"):
            return None
        if event == "line" and next(remaining) == 0:
            raise KeyboardInterrupt
        return trace

    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(previous)
    return False


@pytest.mark.parametrize("action", ["next", "back", "run", "reset"])
def test_ctrl_c_leaves_a_step_taken_wholly_or_not_at_all(action: str) -> None:
    a = Value(2.0, label="a")
    shared = a * a
    values = [a, shared, shared * shared + a]
    a.grad = 0.25
    snapshots = [gradients(values), *(gradients(values) for _ in Stepper(values[-1]))]
    for line in itertools.count():
        stepper = Stepper(values[-1])
        Stepper.reset(stepper)
        for value in values:
            value.grad = 0
        a.grad = 0.25
        while stepper.position < {"next": 4, "back": 6, "run": 0, "reset": len(stepper)}[action]:
            stepper.next()
        interrupted = interrupted_at(line, getattr(stepper, action))
        stepper.last  # noqa: B018 - reading it must not disturb anything
        position = stepper.position
        assert gradients(values) == snapshots[position]
        stepper.run()
        assert gradients(values) == snapshots[-1]
        stepper.reset()
        assert gradients(values) == snapshots[0]
        if not interrupted:
            break
    assert line > 10


def test_a_long_chain_is_stepped_without_recursion_or_quadratic_time() -> None:
    x = out = Value(1.0)
    for _ in range(10_000):
        out = out + x
    stepper = Stepper(out)
    stepper.run()
    assert x.grad == 10_001.0
    assert len(str(stepper).splitlines()) < 30
    stepper.reset()
    assert x.grad == 0
    explanation = why(out, x, limit=2)
    assert (explanation.count, explanation.total) == (10_001, 10_001.0)
    assert len(str(explanation)) < 1_000


# --- what the steps say ---------------------------------------------------------------------------------------------


def one_of_each_op() -> Iterator[Value]:
    numbers = (0.5, 0.25, 3.0, -2.0, 0.75)
    for op in list(OPS.values()):
        labelled = [Value(number, label=label) for number, label in zip(numbers, "abcde", strict=True)]
        yield op(*labelled[: op.arity])


def test_every_op_is_told_in_both_languages_with_its_numbers() -> None:
    for out in one_of_each_op():
        for step in Stepper(out):
            korean, english = step.say("ko"), step.say("en")
            assert korean != english or step.phase == "forward"
            for said in (korean, english):
                assert not set("{}") & set(said)
                assert format_number(step.number) in said or step.phase == "backward"
                for flow in step.flows[:3]:
                    assert format_number(flow.local) in said
                    assert format_number(flow.product) in said or flow.product == 0


def test_formulas_of_local_derivatives_have_the_value_of_the_local_derivative() -> None:
    names = {name: getattr(math, name) for name in dir(math)} | {"abs": abs, "π": math.pi}
    names["sigmoid"] = lambda x: 1 / (1 + math.exp(-x))
    found = 0
    for out in one_of_each_op():
        numbers = {name: node.data for node, name in names_of(out).items()}
        formulas = local_formulas(out, names_of(out))
        for arg, formula, local in zip(out.args, formulas, out.op.partials(out.data, *out.arg_numbers), strict=True):
            assert len(formula) <= LONGEST_FORMULA, arg
            if formula:
                found += 1
                assert eval(formula, names, numbers) == pytest.approx(local, nan_ok=True), formula
    assert found > 20


@example(("/", Formula("x", -1.5), ("/", Formula("x", -1.5), ("-", Formula("x", -1.5), Formula("x", -1.5)))))
@given(st.recursive(st.sampled_from([Formula("x", -1.5), Formula("y", 2.5), -3.0, 0.5]), lambda sub: st.tuples(
    st.sampled_from(["+", "-", "*", "/", "**2", "neg"]), sub, sub), max_leaves=8))  # fmt: skip
def test_formulas_have_the_brackets_they_need(tree: Any) -> None:
    def build(tree: Any) -> Any:
        if not isinstance(tree, tuple):
            return tree
        sign, x, y = tree[0], build(tree[1]), build(tree[2])
        return eval({"**2": "x ** 2", "neg": "-x"}.get(sign, f"x {sign} y"), {"x": x, "y": y})

    try:
        built = build(tree)
    except (ZeroDivisionError, OverflowError):
        return
    if isinstance(built, Formula) and math.isfinite(built.number):

        def evaluate(x: Any, y: Any) -> Any:
            return eval(built.text, {"x": x, "y": y, "inf": math.inf})

        # by IEEE 754, as the formula's own number: x / (x / (x - x)) is 0
        assert ieee(evaluate, -1.5, 2.5) == pytest.approx(built.number, rel=1e-3)


def test_an_op_of_ones_own_is_told_by_the_general_sentence_or_by_its_own() -> None:
    from micrograd_kr.locale import add_messages, catalog

    softsign = define_op("soft_sign", lambda x: x / (1 + abs(x)), (lambda out, x: 1 / (1 + abs(x)) ** 2,))
    key = "stepper.rule.soft_sign"
    try:
        step = Stepper(softsign(Value(3.0, label="x"))).run()
        assert step.say("en") == (
            "The gradient of out is 1. Each argument gets this gradient times its local derivative: "
            "x gets (1 / (1 + abs(x)) ** 2) × 1 = 0.0625 × 1 = 0.0625."
        )
        assert "국소 미분을 곱한" in step.say("ko")
        add_messages("en", {key: "soft_sign flattens out at both ends"})
        assert "soft_sign flattens out at both ends: x gets" in step.say("en")
        assert "soft_sign flattens" in step.say("ko")  # there is none in Korean: better that than nothing
    finally:
        del OPS["soft_sign"]
        catalog("en").pop(key, None)


def test_told_in_full() -> None:
    a, b = Value(2.0, label="손실"), Value(-3.0, label="기울기")
    said = [step.say("ko") for step in Stepper((a * b).relu() + a)]
    assert said == [
        "손실 = 2가 주어졌습니다.",
        "기울기 = -3이 주어졌습니다.",
        "손실 * 기울기 = 2 * (-3) = -6.",
        "relu는 양수는 그대로 두고 나머지는 0으로 만듭니다: v1 = relu(손실 * 기울기) = relu(-6) = 0.",
        "out = v1 + 손실 = 0 + 2 = 2.",
        "역전파는 끝에서 시작합니다. out을 자기 자신으로 미분하면 1이므로, out의 기울기는 1입니다.",
        "out의 기울기는 1입니다. 덧셈은 기울기를 그대로 전달합니다: v1에 1 × 1 = 1, 손실에 1 × 1 = 1.",
        "v1의 기울기는 1입니다. 입력이 양수가 아니라 relu의 문이 닫혀 있으므로 아무것도 지나가지 못합니다: "
        "손실 * 기울기에 0 × 1 = 0.",
        "손실 * 기울기의 기울기가 0이므로 뒤로 보낼 것이 없습니다.",
    ]
    x = Value(3.0, label="x")
    assert (
        Stepper(x * x)
        .run()
        .say("en")
        .endswith("x gets x × 1 = 3 × 1 = 3; x gets x × 1 = 3 × 1 = 3, added to the 3 it had: 6.")
    )
    weights = [Value(float(index), label="w") for index in range(9)]
    last = Stepper(dot(weights, [1.0] * 9, 0.5)).run().say("en")
    assert last.endswith("w#3 gets 1 × 1 = 1; and so on for 6 more.")


def test_a_message_is_a_template_and_pieces_from_which_the_sentence_is_made() -> None:
    from micrograd_kr.locale import Message, catalog

    for out in one_of_each_op():
        for step in Stepper(out):
            key, pieces = step.message()
            assert Message(key, pieces).say("ko") == step.say("ko")
            assert key in catalog("ko")
            assert all(isinstance(piece, str | Message | tuple) for piece in pieces.values())


def test_other_kinds_of_number_are_told_with_the_brackets_they_need() -> None:
    def told(number: Any) -> list[str]:
        z = Value(number, label="z")
        return [step.say("en") for step in Stepper(z * z)] + [why(z * z, z).say("en")]

    assert told(Fraction(1, 3))[1] == "out = z * z = (1/3) * (1/3) = 1/9."
    assert told(1 + 2j)[1] == "out = z * z = (1+2j) * (1+2j) = -3+4j."
    assert told(1 + 2j)[-1].endswith("Together: (1+2j) + (1+2j) = 2+4j")
    assert told(10**30)[1] == "out = z * z = 1e+30 * 1e+30 = 1e+60."
    mpmath = pytest.importorskip("mpmath")
    assert told(mpmath.mpf(1) / 3)[1] == "out = z * z = 0.33333 * 0.33333 = 0.11111."
    sympy = pytest.importorskip("sympy")
    assert "z gets z × 1 = (t + 1) × 1 = t + 1" in told(sympy.Symbol("t") + 1)[3]


# --- names ----------------------------------------------------------------------------------------------------------


@given(graphs(), st.lists(st.text(max_size=40), max_size=12))
def test_names_are_unique_printable_and_short_whatever_the_labels(values: list[Value], labels: list[str]) -> None:
    for value, label in zip(values, labels, strict=False):
        value.label = label
    names = names_of(values[-1])
    assert list(names) == topological_order(values[-1])
    variables = [name for node, name in names.items() if not isinstance(node, Constant)]
    assert len(set(variables)) == len(variables)
    assert all(name and name.isprintable() and len(name) < 40 and name == name.strip() for name in names.values())
    for step in Stepper(values[-1]):
        assert step.say("ko")
        assert step.say("en")


def test_names() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="a")
    long = Value(1.0, label="x" * 1000)
    out = (a + b) * (a + b) - long * Value(0.0, label="3") / Value(5.0, label="{a}\n<b>")
    assert list(names_of(out).values()) == [
        *("a", "a#2", "a + a#2", "v1", "v2", "x" * 23 + "…", "'3'", "v3", "{a} <b>", "v4", "out")
    ]
    model = nn.MLP(2, [2, 1])
    names = names_of(model([1.0, 2.0]))
    assert names[model.layers[0].neurons[1].w[1]] == "layer0.neuron1.w1"
    assert names[model.layers[1].neurons[0].b] == "layer1.neuron0.b"


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        (lambda x, y: (x + y) * 2, "(x + y) * 2"),
        (lambda x, y: x * y + 2, "x * y + 2"),
        (lambda x, y: x - (y - 2), "x - (y - 2)"),
        (lambda x, y: x - y - 2, "x - y - 2"),
        (lambda x, y: (-x) ** 2, "(-x) ** 2"),
        (lambda x, y: (x**y) ** 2, "(x ** y) ** 2"),
        (lambda x, y: x * -3, "x * (-3)"),
        (lambda x, y: -(x - y - x), "-(x - y - x)"),
        (lambda x, y: (x + y).tanh(), "tanh(x + y)"),
        (lambda x, y: where(x > y, x, y), "where(x > y, x, y)"),
    ],
)
def test_spelling_brackets(spelling: Callable[[Value, Value], Value], expected: str) -> None:
    out = spelling(Value(2.0, label="x"), Value(3.0, label="y"))
    assert names_of(out).spell(out) == expected


# --- why ------------------------------------------------------------------------------------------------------------


def all_paths(node: Value, x: Value) -> list[list[int]]:
    """Every path as the argument indices along it, found by recursion."""
    if node is x:
        return [[]]
    args = [(index, arg) for index, arg in enumerate(node.args) if type(arg) is Value]
    return [[index, *rest] for index, arg in args for rest in all_paths(arg, x)]


@given(graphs(FRACTIONS, RATIONAL), st.data())
def test_paths_add_up_exactly_to_the_derivative(values: list[Value], data: st.DataObject) -> None:
    output, x = values[-1], data.draw(st.sampled_from(values))
    before = gradients(values)
    expected = all_paths(output, x)
    explanation = why(output, x, limit=10**6)
    assert explanation.count == len(expected) == len(explanation.paths)
    assert explanation.sum == explanation.total == grad(output, x)
    sizes = [abs(path.product) for path in explanation.paths]
    assert [float(size) for size in sizes] == pytest.approx(sorted(map(float, sizes), reverse=True))
    for path in explanation.paths:
        assert (path.nodes[0], path.nodes[-1]) == (output, x)
        assert math.prod(path.locals) == path.product
        assert all(after in node.args for node, after in itertools.pairwise(path.nodes))
    some = why(output, x, limit=3)
    assert [path.product for path in some.paths] == [path.product for path in explanation.paths[:3]]
    assert some.count == explanation.count
    assert str(some)
    assert gradients(values) == before


def test_why_of_exponentially_many_paths() -> None:
    x = out = Value(1.0, label="x")
    for _ in range(3_000):
        out = out * 0.5 + out * 0.5
    explanation = why(out, x, limit=4, lang="ko")
    assert explanation.total == pytest.approx(1.0)
    assert f"{explanation.count:.3e}" == "1.230e+903"
    assert len(explanation.paths) == 4
    said = str(explanation).splitlines()
    assert "약 1.230e+903개" in said[1]
    assert "큰 것부터 4개" in said[1]
    assert len(said) == 8


def test_why_in_words() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    out = a * b + a
    assert why(out, a).say("ko").splitlines() == [
        "out을 a로 미분하면 왜 -2일까요?",
        "out에서 a로 가는 경로는 2개입니다. 경로마다 국소 미분을 곱하고, 그 곱을 모두 더합니다.",
        "  out ← a * b ← a: 1 × (-3) = -3",
        "  out ← a: 1",
        "모두 더하면: -3 + 1 = -2",
    ]
    assert "There is one path" in why(out, b).say("en")
    stranger = Value(1.0, label="c")
    assert "changing c does not change out" in why(out, stranger).say("en")
    assert why(out, out).total == 1
    with pytest.raises(TypeError, match="the float 3.0 is not a Value"):
        why(out, 3.0)
    with pytest.raises(ValueError, match="fr"):
        why(out, a, lang="fr")


# --- shown ----------------------------------------------------------------------------------------------------------


def test_print_shows_where_the_stepper_is() -> None:
    a, b = Value(2.0, label="[red]가중치[/red]"), Value(-3.0, label="b")
    stepper = Stepper((a * b).tanh(), lang="ko")
    assert "next()" in str(stepper)
    assert repr(stepper) == "<Stepper 0/7 forward of out>"
    stepper.until(b)
    assert "순전파  전체 7단계 중 2단계" in str(stepper)
    assert ">  b" in str(stepper)
    stepper.run()
    shown = str(stepper)
    assert "역전파" in shown
    assert "[red]가중치[/red]" in shown  # no markup
    assert format_number(a.grad) in shown
    for value in range(40):
        b = b * a + value
    assert len(str(Stepper(b)).splitlines()) < 20


def test_long_names_leave_room_for_the_numbers() -> None:
    x = Value(3.25, label="가" * 24)
    stepper = Stepper(x * x + x * x * x, lang="en")
    stepper.run()
    rows = str(stepper).splitlines()
    assert max(map(len, rows)) <= 80
    (row,) = [row for row in rows if row.split()[-2:] == ["3.25", format_number(x.grad)]]
    assert row.strip().startswith("가가가")


def test_shown_in_colour_in_a_terminal_and_plain_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    stepper = Stepper(Value(2.0, label="a").exp(), lang="en")
    stepper.run()
    stepper.show()
    piped = capsys.readouterr().out
    assert "\x1b" not in piped
    assert piped.rstrip() == str(stepper)
    terminal = io.StringIO()
    Console(file=terminal, force_terminal=True, color_system="standard").print(stepper)
    assert "\x1b[1;31mbackward" in terminal.getvalue()


def test_nothing_heavy_is_imported_until_it_is_shown() -> None:
    code = (
        "import sys; from micrograd_kr import Stepper, Value, why; v = Value(2.0).exp(); Stepper(v).run().say('ko');"
        "str(why(v, v)); print(*{'rich', 'numpy', 'babel', 'decimal'} & set(sys.modules))"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert set(shown.stdout.split()) <= {"decimal"}


def test_a_notebook_shows_the_stepper_its_steps_and_why_with_escaped_text() -> None:
    a = Value(2.0, label="<b>손실</b>")
    for lang, words in (
        ("ko", ("역전파", "전체 4단계 중 4단계", "기울기")),
        ("en", ("backward", "step 4 of 4", "gradient")),
    ):
        stepper = Stepper(a.exp(), lang=lang)
        step = stepper.run()
        assert step is not None
        for thing in (stepper, step, why(stepper.output, a, lang=lang)):
            shown = thing._repr_html_()
            ElementTree.fromstring(shown)
            assert f'lang="{lang}"' in shown
            assert "<b>손실" not in shown
            assert "&lt;b&gt;손실&lt;/b&gt;" in shown
        html = "".join(ElementTree.fromstring(stepper._repr_html_()).itertext())
        assert all(word in html for word in words)
        assert step.say() in html
        assert str(step) == step.say(lang)


def test_a_notebook_with_ipywidgets_has_buttons() -> None:
    pytest.importorskip("ipywidgets")
    stepper = Stepper(Value(2.0, label="a").exp(), lang="ko")
    assert "application/vnd.jupyter.widget-view+json" in stepper._repr_mimebundle_()
    assert "text/plain" not in stepper._repr_mimebundle_()
    box = view.as_widget(stepper._repr_html_, [("다음", stepper.next), ("끝으로", stepper.run)])
    buttons, html = box.children
    buttons.children[0].click()
    assert (stepper.position, html.value) == (1, stepper._repr_html_())
    buttons.children[1].click()
    assert (stepper.position, html.value) == (4, stepper._repr_html_())
    assert [button.description for button in buttons.children] == ["다음", "끝으로"]


def test_without_ipywidgets_a_notebook_shows_the_html(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert Stepper(Value(2.0).exp())._repr_mimebundle_() == {}


def test_jedi_completes_on_a_stepper() -> None:
    jedi = pytest.importorskip("jedi")
    stepper = Stepper(Value(2.0).exp())
    for start, names in (("stepper.", {"next", "back", "run", "phase"}), ("stepper.next().", {"say", "flows", "node"})):
        found = jedi.Interpreter(start, [{"stepper": stepper}]).complete()
        assert names <= {completion.name for completion in found}


def test_text_and_colour_show_the_same_words() -> None:
    from rich.console import Console

    a, b = Value(2.0, label="가중치"), Value(-3.0, label="b")
    stepper = Stepper((a * b + a).tanh() * b, lang="ko")
    for _ in stepper:
        coloured = io.StringIO()
        Console(file=coloured, width=120, color_system=None).print(stepper)
        assert str(stepper).split() == coloured.getvalue().split()
