"""Expressions that a user types: the same numbers as Python's, every op of the table, and every mistake answered."""

from __future__ import annotations

import contextlib
import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import micrograd_kr
from micrograd_kr import Value, define_op
from micrograd_kr.command_line.expression import ExpressionError, parse, parse_values
from micrograd_kr.locale import catalog
from micrograd_kr.ops import OPS, remove_op

NUMBERS = {"a": 2.0, "b": -3.0, "c": 10.0, "x": 0.5, "가중치": 1.5}


# --- right expressions ----------------------------------------------------------------------------------------------


@st.composite
def arithmetic(draw: st.DrawFn, depth: int = 4) -> str:
    """An expression that Python itself can compute, with all the ways to write spaces, signs and brackets."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from([*NUMBERS, "pi", "2", "0.25", "1e-3", ".5", "3.", "1_000"]))
    left, right = draw(arithmetic(depth - 1)), draw(arithmetic(depth - 1))
    space = draw(st.sampled_from(["", " ", "  "]))
    forms = [
        "({0}) {s}+{s} {1}",
        "{0} -{s}{1}",
        "{0}{s}*{s}({1})",
        "({0})/{s}({1})",
        "({0}){s}**2",
        "-{s}{0}",
        "+({0})",
    ]
    forms += ["tanh({0})", "(({0}))", "relu({s}{0}{s})", "-{0}**2", "maximum({0},{s}{1})"]
    forms += ["max({0}, {1},)", "where({0} > {1}, {1}, {0})", "where(({0}) <= {1}, {0}, 1)", "sum([{0}, {1}, 1])"]
    forms += ["sum({0}, {1})", "dot([{0}, 2], [{1}, 3], {0})", "abs({0})"]
    return draw(st.sampled_from(forms)).format(left, right, s=space)


def by_python(text: str) -> float:
    """What Python itself makes of an expression, with plain floats."""
    functions = {
        "tanh": math.tanh,
        "relu": lambda x: max(x, 0.0),
        "maximum": max,
        "max": max,
        "abs": abs,
        "where": lambda condition, x, y: x if condition else y,
        "sum": lambda *xs: math.fsum(xs[0] if isinstance(xs[0], list) else xs),
        "dot": lambda w, x, b: b + sum(p * q for p, q in zip(w, x, strict=True)),
    }
    return float(eval(text, {"__builtins__": {}}, {**functions, **NUMBERS, "pi": math.pi}))


@given(arithmetic())
def test_the_numbers_are_those_of_python(text: str) -> None:
    try:
        expected = by_python(text)
    except (ZeroDivisionError, OverflowError):
        return  # where Python stops, IEEE 754 goes on
    assert parse(text, NUMBERS).data == pytest.approx(expected, rel=1e-12, abs=1e-300, nan_ok=True)


@given(arithmetic())
def test_a_method_is_the_function(text: str) -> None:
    as_method, as_function = parse(f"({text}).tanh()", NUMBERS), parse(f"tanh({text})", NUMBERS)
    assert as_method.op is as_function.op is OPS["tanh"]
    assert as_method.data == pytest.approx(as_function.data, nan_ok=True)


@pytest.mark.parametrize("name", sorted(OPS))
def test_every_op_of_the_table_is_understood(name: str) -> None:
    op = OPS[name]
    count = 3 if op.arity is None else op.arity
    numbers = dict(zip("xyz", (0.5, 0.25, 0.75), strict=True))
    args = list(numbers)[:count]
    node = parse(f"{name}({', '.join(args)})", numbers)
    assert node.op is op
    assert [arg.label for arg in node.args] == args
    assert node.data == pytest.approx(op.compute(*[numbers[arg] for arg in args]), rel=0, nan_ok=True)
    if count > 1:
        assert parse(f"{args[0]}.{name}({', '.join(args[1:])})", numbers).op is op


def test_a_users_own_op_and_sign_are_understood() -> None:
    define_op("soft_sign", lambda x: x / (1 + abs(x)), (lambda out, x: 1 / (1 + abs(x)) ** 2,))
    define_op("remainder", lambda x, y: x % y, (1, 0), symbol="%", precedence=2)
    try:
        assert parse("soft_sign(c % 4)", {"c": 11}).data == 0.75
        assert parse("c.soft_sign()", {"c": 3}).data == 0.75
    finally:
        remove_op("soft_sign")
        remove_op("remainder")
    with pytest.raises(ExpressionError, match="%"):
        parse("c % 4", {"c": 11})


def test_a_variable_is_one_leaf_and_gradients_flow() -> None:
    out = parse("tanh(a*b + c) * a", {"a": 2, "b": -3, "c": 6.5})
    out.backward()
    leaves = {node.label: node for node in micrograd_kr.topological_order(out) if node.label}
    assert sorted(leaves) == ["a", "b", "c"]
    assert sum(node.label == "a" for node in micrograd_kr.topological_order(out)) == 1
    slope = 1 - math.tanh(0.5) ** 2
    assert leaves["a"].grad == pytest.approx(math.tanh(0.5) + 2 * -3 * slope)


def test_every_number_is_a_float() -> None:
    started = time.process_time()
    assert parse("10**10**10").data == math.inf
    assert time.process_time() - started < 1  # an int of so many digits would take hours
    assert type(parse("3").data) is type(parse("a", {"a": 3}).data) is float
    assert type(parse("3")) is Value


def test_long_sums_within_the_limit_are_read() -> None:
    assert parse("+".join("a" * 500), {"a": 1}).data == 500
    assert parse("-" * 500 + "a", {"a": 1}).data == 1
    assert parse("(" * 99 + "a" + ")" * 99, {"a": 1}).data == 1
    assert parse(f"sum({', '.join('a' * 2000)})", {"a": 1}).data == 2000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-3**2", -9),
        ("2**-1", 0.5),
        ("-x**2", -0.25),
        ("2**3**2", 512),
        ("a\n* b\t", -6),
        ("e - e", 0),
        ("1/0", math.inf),
        ("ln(e)", 1),
        ("π", math.pi),
        ("(가중치)*2", 3),
        ("0*-1", 0),
        ("--a", 2),
        ("where(a, b, c)", -3),
        ("inf", math.inf),
    ],
)
def test_spellings(text: str, expected: float) -> None:
    assert parse(text, NUMBERS).data == pytest.approx(expected)


def test_decomposed_hangul_is_the_same_name() -> None:
    import unicodedata

    decomposed = unicodedata.normalize("NFD", "가중치")
    assert decomposed != "가중치"
    assert parse(f"{decomposed} * 2", {"가중치": 3}).data == parse("가중치 * 2", {decomposed: 3}).data == 6
    assert parse_values([f"{decomposed}=3"]) == {"가중치": 3.0}


# --- mistakes -------------------------------------------------------------------------------------------------------

MISTAKES = [  # expression, what is under the carets, the problem, what the answer mentions
    ("", "", "empty", "tanh(a*b + c)"),
    ("tanh(a", "(", "never_closed", ")"),
    ("(a*b))", ")", "never_opened", ")"),
    ("(a]", "]", "wrong_bracket", ")"),
    ("'a'*2", "'a'", "string", ""),
    ("a + 'b", "'b", "string", ""),
    ("a +", "+", "ends_early", "+"),
    ("* a", "*", "no_left", "*"),
    ("a * / b", "/", "no_between", "/"),
    ("a b", "a b", "no_sign", "a * b"),
    ("2가중치", "가중치", "times", "2*가중치"),
    ("3j", "j", "times", "3*j"),
    ("2(a)", "2", "no_sign_before_bracket", "*"),
    ("(a + b)(c)", "a + b", "no_sign_before_bracket", "*"),
    ("a(2)", "a", "no_sign_before_bracket", "*"),
    ("a, b", "a, b", "list", "sum(a, b)"),
    ("tanh(a, b)", "tanh", "wrong_count", "tanh(x)"),
    ("가중치.tanh(b)", "tanh", "wrong_count", "tanh(x)"),
    ("sum()", "sum", "wrong_count", "sum("),
    ("tahn(a)", "tahn", "similar_function", "tanh"),
    ("가중치 + a.sigmod()", "sigmod", "similar_function", "sigmoid"),
    ("quux(a)", "quux", "unknown_function", "leaky_relu"),
    ("가중치 * alpha + beta", "alpha", "missing_value", "alpha=1 beta=2"),
    ("가중치 + 가중지", "가중지", "missing_value", "가중지=1"),
    ("tanh * 2", "tanh", "function_without_call", "tanh(x)"),
    ("np.tanh(a)", "np", "library", "tanh(...)"),
    ("a.data", "a.data", "attribute", ""),
    ("a.__class__.__mro__", "a.__class__.__mro__", "attribute", ""),
    ("__import__(os)", "__import__", "unknown_function", ""),
    ("lambda: a", "lambda: a", "forbidden", ""),
    ("lambda * a", "lambda", "keyword", "lambda_"),
    ("[a for a in b]", "[a for a in b]", "forbidden", ""),
    ("a[0]", "a[0]", "subscript", "x0"),
    ("(y := a)", "y := a", "assignment", ""),
    ("y = a", "=", "assignment", "a=2"),
    ("a if b else c", "a if b else c", "use_where", "where"),
    ("a and b", "a and b", "use_nested_where", "where"),
    ("0 < a", "0 < a", "comparison", "where"),
    ("(가중치 > 0) * a", "가중치 > 0", "comparison", "where"),
    ("where(0 < a < 1, a, b)", "0 < a < 1", "chain", "where"),
    ("where(a != b, a, b)", "!=", "use_equal", "=="),
    ("가중치 ^ 2", "^", "power_sign", "**"),
    ("a % b", "%", "no_such_sign", "%"),
    ("a²", "²", "character_instead", "**2"),
    ("가중치 × b", "×", "character_instead", "*"),
    ("a # b", "#", "character", "#"),
    ("a \x1b[31m", "\x1b", "character", "U+001B"),
    ("None", "None", "forbidden", ""),
    ("-True", "True", "forbidden", ""),
    ("007", "007", "number", "007"),
    ("tanh(x=1)", "x=1", "keyword_argument", "tanh"),
    ("sum(*a)", "*a", "starred", ""),
    ("1" + "0" * 400, None, "too_large", "e308"),
    ("(" * 101 + "a" + ")" * 101, None, "too_deep", ""),
    ("-" * 502 + "a", None, "too_deep", ""),
    ("-" * 9000 + "a", None, "too_deep", ""),
    ("-" * 100_000 + "a", None, "too_long", "10000"),
    ("+".join("a" * 4500), None, "too_deep", "sum("),
    ("**".join("a" * 3000), None, "too_deep", ""),
]


@pytest.mark.parametrize(("text", "marked", "problem", "mentioned"), MISTAKES, ids=[m[0][:24] for m in MISTAKES])
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_mistakes_are_shown_and_mended(text: str, marked: str | None, problem: str, mentioned: str, lang: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, NUMBERS if problem != "missing_value" else {"가중치": 1.0, "a": 1.0})
    error = caught.value
    assert (error.problem, mentioned in error.say(lang)) == (problem, True)
    if marked is not None:
        assert text[error.start : error.end] == marked


def test_a_similar_name_is_offered() -> None:
    with pytest.raises(ExpressionError, match="학습률") as caught:
        parse("학슴률 * a", {"학습률": 0.1, "a": 1})
    assert caught.value.problem == "similar_value"


def test_the_caret_stands_under_wide_characters() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("가중치 * 입력 + zz", {"가중치": 1, "입력": 2})
    *_, expression, carets = caught.value.say("en").splitlines()
    assert (expression, carets) == ("  가중치 * 입력 + zz", "  " + " " * (6 + 3 + 4 + 3) + "^^")


def test_a_long_expression_is_cut_around_its_mistake() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("가중치 * " * 100 + "zz" + " + 가중치" * 100, {"가중치": 1})
    *_, expression, carets = caught.value.say("ko").splitlines()
    assert "zz" in expression and expression.startswith("  …") and expression.endswith("…")
    assert len(expression) < 90 and carets.endswith("^^")


def test_an_op_that_fails_is_named() -> None:
    def fails(x: float) -> float:
        raise RuntimeError("not today")

    define_op("fails", fails, (1,))
    try:
        with pytest.raises(ExpressionError, match="fails.*not today"):
            parse("1 + fails(a)", NUMBERS)
    finally:
        remove_op("fails")


def test_every_problem_is_tried_above_and_has_its_sentences() -> None:
    known = {key.removeprefix("expression.") for key in catalog("en") if key.startswith("expression.")}
    assert known == {key.removeprefix("expression.") for key in catalog("ko") if key.startswith("expression.")}
    elsewhere = {"similar_value", "failed", "grammar", "no_assignment", "no_number", "given_twice", "value_of_names"}
    assert known == {problem for _, _, problem, _ in MISTAKES} | elsewhere


SIGNS = [
    "+",
    "-",
    "*",
    "/",
    "**",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    ":",
    "=",
    "==",
    "<",
    ">",
    "!",
    "@",
    "%",
    "&",
    "|",
]
SIGNS += [
    "~",
    "^",
    " ",
    "a",
    "b",
    "가중치",
    "1",
    "0.5",
    "tanh",
    "where",
    "sum",
    "dot",
    "lambda",
    "if",
    "else",
    "not",
    "and",
]
SIGNS += [
    "'",
    '"',
    "\\",
    "\n",
    "_",
    "×",
    "²",
    "\x00",
    "\ud800",
    "·",
    "ﷺ",
    "ｘ",
    "for",
    "in",
    "await",
    "yield",
    ":=",
    "->",
    "f'",
]


@given(st.lists(st.sampled_from(SIGNS), max_size=20).map("".join) | st.text(max_size=30))
@settings(max_examples=400)
def test_nothing_but_expression_errors(text: str) -> None:
    try:
        out = parse(text, NUMBERS)
    except ExpressionError as error:
        told = [line for lang in ("ko", "en") for line in error.say(lang).splitlines()]
        unprintable = [line for line in told if not line.isprintable()]
    else:
        told, unprintable = [repr(out)], []
    assert told
    assert not unprintable


# --- numbers of names -----------------------------------------------------------------------------------------------


def test_values() -> None:
    texts = ["a=2", "b=-1e-3", "c=1/3", "d = 2*pi", "e=inf", "가중치=+.5"]
    assert parse_values(texts) == {
        "a": 2.0,
        "b": -0.001,
        "c": 1 / 3,
        "d": 2 * math.pi,
        "e": math.inf,
        "가중치": 0.5,
    }


@pytest.mark.parametrize(
    ("texts", "marked", "problem"),
    [
        (["a"], "a", "no_assignment"),
        (["2=a"], "2", "no_assignment"),
        (["a b=2"], "a b", "no_assignment"),
        (["a="], "=", "no_number"),
        (["a=1", "a=2"], "a", "given_twice"),
        (["lambda=1"], "lambda", "keyword"),
        (["a=b"], "b", "value_of_names"),
        (["가중치=1 2"], "1 2", "no_sign"),
        (["a=2)"], ")", "never_opened"),
        (["a='2'"], "'2'", "string"),
    ],
)
def test_mistakes_in_values(texts: list[str], marked: str, problem: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_values(texts)
    error = caught.value
    assert (error.problem, error.text[error.start : error.end]) == (problem, marked)
    assert error.say("ko") != error.say("en")


@given(st.text(max_size=12))
def test_values_raise_nothing_but_expression_errors(text: str) -> None:
    for value in (text, f"a={text}"):
        with contextlib.suppress(ExpressionError):
            parse_values([value])
