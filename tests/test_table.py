"""The table, held against all that knows better: sympy, exact numbers, 240 bits, PyTorch; and its mutants die."""

import json
import math
from fractions import Fraction
from pathlib import Path

import pytest

from micrograd_kr import Value, grad
from micrograd_kr.ops import OPS, Op
from micrograd_kr.testing import check_row, mutation_score
from micrograd_kr.testing.generation.growing import is_condition
from micrograd_kr.testing.generation.samples import sample_points
from micrograd_kr.testing.gradients.local_derivatives import slopes
from micrograd_kr.testing.mutation.mutants import rule_mutants

ROWS = list(OPS.values())
COMPARISONS = [op for op in ROWS if op.gives == "condition"]
WITHOUT_COMPLEX = {"erf", "gelu"}  # Python has no complex erf
SMOOTH = [op for op in ROWS if op not in COMPARISONS]
FLAT = [op for op in SMOOTH if op.partial == (0,)]
SLOPED = [op for op in SMOOTH if op not in FLAT]


def name_of(op: Op) -> str:
    return op.name


def conditions(op: Op) -> list[int]:
    return [index for index in range(op.arity or 0) if is_condition(op, index)]


def arguments(op: Op) -> list[tuple]:
    """Sample points, with the indices of the arguments to differentiate by."""
    return [(point, [i for i in range(len(point)) if i not in conditions(op)]) for point in sample_points(op)]


# --- mutants --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", SLOPED, ids=name_of)
def test_each_mutant_of_each_rule_dies(op):
    mutants = rule_mutants(op)
    score = mutation_score(lambda: check_row(op, order=1), mutants)
    assert mutants
    assert not score.survived, score


@pytest.mark.parametrize("op", COMPARISONS, ids=name_of)
def test_no_gradient_flows_through_a_comparison(op):
    assert op.partial == (0,) * op.arity
    xs = [Value(2.0), Value(3.0)][: op.arity]
    op(*xs).backward()
    assert [x.grad for x in xs] == [0] * op.arity


# --- orders 1 and 2 on Values, against independent oracles -----------------------------------------------------------


@pytest.mark.parametrize("op", FLAT, ids=name_of)
def test_no_gradient_flows_through_a_flat_op(op):
    for (point,) in sample_points(op):
        x = Value(point)
        y = op(x)
        assert op.compute(point - 1e-6) == y.data == op.compute(point + 1e-6)
        (y * x).backward()
        assert x.grad == y.data


@pytest.mark.parametrize("op", SLOPED, ids=name_of)
def test_first_and_second_derivatives(op):
    assert check_row(op, order=2) > 0


# --- formulas -------------------------------------------------------------------------------------------------------


def pieces(op: Op):
    """Symbols for the arguments, for each piece on which the row is one formula: both signs of what it looks at."""
    import sympy

    x, y, w = sympy.symbols("x y w", real=True)
    positive = sympy.Symbol("p", positive=True)
    if op.arity is None:
        return [(x, y, w, positive, x * y)]
    if conditions(op):
        return [(sympy.Symbol("c") > 0, x, y)]
    if op.arity == 2:
        both_signs = [(y + positive, y), (y - positive, y)]
        return [(positive, y)] if op.holomorphic else both_signs
    if op.arity == 3:
        more = sympy.Symbol("q", positive=True)
        return [(y - positive, y, y + more), (y + positive, y, y + positive + more), (y + 2 * more, y, y + more)]
    one_sided = all(low >= 0 for low, _ in op.domain[0])
    return [(positive,)] if one_sided else [(x,)] if op.holomorphic else [(positive,), (-positive,)]


@pytest.mark.parametrize("op", SLOPED, ids=name_of)
def test_partials_are_the_derivatives_of_the_forward_rule_as_formulas(op):
    sympy = pytest.importorskip("sympy")
    for arguments in pieces(op):
        # A symbol of its own for each argument while differentiating; what they stand for is put in afterwards.
        symbols = [a if i in conditions(op) else sympy.Symbol(f"a{i}", real=True) for i, a in enumerate(arguments)]
        meaning = {s: a for i, (s, a) in enumerate(zip(symbols, arguments, strict=True)) if i not in conditions(op)}
        out = op.forward(*symbols)
        partials = op.partials(out, *symbols)
        for index, symbol in enumerate(symbols):
            if index in conditions(op):
                assert partials[index] == 0
                continue
            difference = sympy.diff(out, symbol) - partials[index]
            difference = sympy.piecewise_fold(sympy.sympify(difference).subs(meaning, simultaneous=True)).doit()
            assert sympy.simplify(difference) == 0, (op.name, index, arguments, difference)


# --- number types ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", SMOOTH, ids=name_of)
def test_on_mpmath_to_thirty_digits(op):
    mpmath = pytest.importorskip("mpmath")
    for point, indices in arguments(op):
        for index in indices:
            truth = slopes(op.forward, point, index).high
            with mpmath.workprec(240):
                numbers = [x if isinstance(x, bool) else mpmath.mpf(x) for x in point]
                got = op.derivative(index, op.compute(*numbers), *numbers)
                assert abs(got - truth) <= mpmath.mpf(10) ** -30 * (1 + abs(truth)), (point, index)


@pytest.mark.parametrize("op", SMOOTH, ids=name_of)
def test_on_fractions_exactly_or_not_at_all(op):
    mpmath = pytest.importorskip("mpmath")
    told = 0
    for point, indices in arguments(op):
        numbers = [x if isinstance(x, bool) else Fraction(x).limit_denominator(50) for x in point]
        for index in indices:
            try:
                got = op.derivative(index, op.compute(*numbers), *numbers)
            except TypeError:
                continue  # not rational: the table says so
            if op.name == "pow" and isinstance(got, float):
                continue  # roots and logarithms, which are no Fractions
            assert isinstance(got, int | Fraction), (point, index)
            with mpmath.workprec(240):
                expected = Fraction(mpmath.nstr(slopes(op.forward, numbers, index).high, 60))
            assert got == expected.limit_denominator(10**12), (point, index)
            told += 1
    if not told and op.arity == 1:
        with pytest.raises(TypeError, match=f"{op.name}|Fraction"):
            op.compute(Fraction(1, 2))


@pytest.mark.parametrize("op", SMOOTH, ids=name_of)
def test_on_ints_as_on_floats(op):
    for point, indices in arguments(op):
        ints = [x if isinstance(x, bool) else round(x) for x in point]
        inside = all(
            isinstance(x, bool) or any(low < x < high for low, high in op.domain[min(i, len(op.domain) - 1)])
            for i, x in enumerate(ints)
        )
        if not inside or (op.kink is not None and op.kink(*ints) == 0):
            continue
        floats = [x if isinstance(x, bool) else float(x) for x in ints]
        assert op.compute(*ints) == pytest.approx(op.compute(*floats), rel=1e-12)
        for index in indices:
            got = op.derivative(index, op.compute(*ints), *ints)
            assert got == pytest.approx(op.derivative(index, op.compute(*floats), *floats), rel=1e-12)


@pytest.mark.parametrize("op", [op for op in SMOOTH if op.holomorphic], ids=name_of)
def test_on_complex_numbers(op):
    pytest.importorskip("mpmath")
    for point, indices in arguments(op):
        numbers = [complex(x, 0.25 + 0.125 * i) for i, x in enumerate(point)]
        if op.name in WITHOUT_COMPLEX:
            with pytest.raises(TypeError, match="complex"):
                op.compute(*numbers)
            continue
        out = op.compute(*numbers)
        for index in indices:
            expected = complex(slopes(op.forward, numbers, index).high)
            assert op.derivative(index, out, *numbers) == pytest.approx(expected, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("op", SMOOTH, ids=name_of)
def test_on_numpy_lanes_as_on_floats(op):
    np = pytest.importorskip("numpy")
    points = [point for point, _ in arguments(op)]
    lanes = [np.array(column) for column in zip(*points, strict=True)]
    out = op.compute(*lanes)
    assert np.allclose(out, [op.compute(*point) for point in points], rtol=1e-14)
    for index in arguments(op)[0][1]:
        got = np.broadcast_to(op.derivative(index, out, *lanes), len(points))
        expected = [op.derivative(index, op.compute(*point), *point) for point in points]
        assert np.allclose(got, expected, rtol=1e-13)


@pytest.mark.parametrize("op", SMOOTH, ids=name_of)
def test_on_values_as_on_floats(op):
    for point, indices in arguments(op):
        leaves = {index: Value(point[index]) for index in indices}
        out = op(*[leaves.get(index, x) for index, x in enumerate(point)])
        assert out.data == op.compute(*point)
        expected = [op.derivative(index, out.data, *point) for index in indices]
        assert grad(out, list(leaves.values())) == expected
        # The gradient as a graph is the rule run on Values.
        as_graph = grad(out, list(leaves.values()), create_graph=True)
        assert [each.data for each in as_graph] == pytest.approx(expected, rel=1e-12, abs=1e-300)


# --- the corners, beside PyTorch ------------------------------------------------------------------------------------

CORNERS = json.loads(Path(__file__).with_name("pytorch_corners.json").read_text())
NOT_IN_PYTORCH = {"cbrt"}

# The orders of derivative at which a row differs from PyTorch in some corner; its note explains why.
DIFFERENCES = {
    "pow": {2},
    "asin": {2},
    "acos": {2},
    "atanh": {2},
    "acosh": {1, 2},
    "atan2": {1},
    "sign": {0},
    "softsign": {1, 2},
    "logaddexp": {2},
}


def as_row(case: str) -> tuple[Op, list, list]:
    """The row that a recorded case stands for, with the arguments before and after the corner."""
    if case in OPS:
        return OPS[case], [], [1.0] if case == "dot" else []  # recorded with a bias of 1
    name, _, choice = case.rpartition("_")
    return OPS[name], [] if name == "clip" else [choice == "true"], [4.0] if choice == "low" else []


def same(got: float, expected: float, order: int) -> bool:
    tolerance = 1e-11 if order == 2 else 1e-13  # PyTorch's second derivatives cancel
    return (
        got == expected
        or (math.isnan(got) and math.isnan(expected))
        or abs(got - expected) <= tolerance * abs(expected)
    )


def test_the_corners_of_every_row_are_recorded():
    recorded = {as_row(case)[0].name for case in CORNERS if case != "torch"}
    assert recorded == {op.name for op in SMOOTH} - NOT_IN_PYTORCH


def test_a_row_has_a_note_where_it_differs_from_pytorch_and_nowhere_else():
    assert {op.name for op in ROWS if op.note} == set(DIFFERENCES)
    assert all("PyTorch" in OPS[name].note for name in DIFFERENCES)


@pytest.mark.parametrize("case", [case for case in CORNERS if case != "torch"])
def test_corners_are_as_in_pytorch_or_the_row_says_why_not(case):
    op, before, after = as_row(case)
    differences = set()
    for recorded in CORNERS[case]:
        count = {4: 1, 9: 2}[len(recorded)]
        leaves = [Value(float(x)) for x in recorded[:count]]
        args = [leaves[0], -4.0, leaves[1]] if case == "clip_high" else [*before, *leaves, *after]
        out = op(*args)
        slopes = grad(out, leaves, create_graph=True)
        second = [each for slope in slopes for each in grad(slope, leaves)]
        out.backward()
        for leaf, slope in zip(leaves, slopes, strict=True):
            assert same(float(leaf.grad), float(slope.data), 1), "backward() and grad() differ"
        got = [out.data, *[slope.data for slope in slopes], *second]
        for index, (number, expected) in enumerate(zip(got, map(float, recorded[count:]), strict=True)):
            order = 0 if index == 0 else 1 if index <= count else 2
            if not same(float(number), expected, order):
                differences.add(order)
    assert differences == DIFFERENCES.get(op.name, set())
