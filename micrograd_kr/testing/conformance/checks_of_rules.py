"""Checks of an engine's rules: each op alone, at its corners, and in random graphs."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any

from ...ops import OPS, Op
from ..adapters import Micrograd, NotOffered
from ..generation.expression import Expression
from ..generation.growing import grow, ops_of
from ..generation.samples import sample_points
from ..gradients.precision import NotApplicableError, is_number
from .lab import LACKING, Lab, truth

_CONSTANTS = (2, 3, -1, 0.5, 1, -2, -0.3, 10, -7.5, 0.01, 100)  # of both signs, whole and not, small and large


def leaves(lab: Lab) -> None:
    """A leaf holds its number, has gradient 0, and d x / d x is 1."""
    engine, code = lab.engine, "x = Value(3.0)"
    leaf = lab.try_it(code, lambda: engine.make(3.0))
    if leaf is None:
        return
    lab.same(engine.number(leaf), 3.0, "x.data", code)
    lab.same(engine.gradient(leaf), 0.0, "x.grad", code)
    code += "\nx.backward()"
    before = len(lab.findings)
    lab.try_it(code, lambda: engine.backward(leaf))
    if len(lab.findings) == before:
        lab.same(engine.gradient(leaf), 1.0, "x.grad", code)


def operators(lab: Lab) -> None:
    """Each operator on two Values, and on a Value and a number."""
    tried = []
    for op in OPS.values():
        if not _infix(op):
            continue
        for point in sample_points(op):
            names = dict(zip("xy", point, strict=False))
            tried.append(Expression(names, [(op.name, *names)]))
        if op.arity == 2:
            for constant in _CONSTANTS:
                tried.append(Expression({"x": 1.7}, [(op.name, "x", constant)]))
    _one_finding_each(lab, tried)


def reflected_operators(lab: Lab) -> None:
    """A number on the left: c + x, c - x, c * x, c / x, c ** x, for c of every sign and size."""
    if not lab.takes_numbers:
        raise NotOffered("no number beside an operator: numbers are put into Values")
    tried = []
    for op in OPS.values():
        if _infix(op) and op.arity == 2:
            for constant in _CONSTANTS:
                if any(low < constant < high for low, high in op.domain[0]):
                    tried.append(Expression({"x": 1.4}, [(op.name, constant, "x")]))
    _one_finding_each(lab, tried)


def integers(lab: Lab) -> None:
    """Values of ints compute as numbers do."""
    engine = lab.engine
    for code, compute, expected in (
        ("x = Value(3)\nout = x / 2", lambda x: x / 2, 1.5),
        ("x = Value(3)\nout = x ** 2", lambda x: x**2, 9.0),
        ("x = Value(3)\nout = x ** -1", lambda x: x**-1, 1 / 3),
        ("x = Value(3)\nout = 1 / x", lambda x: 1 / x, 1 / 3),
    ):
        try:
            value = lab.try_it(code, partial(lambda compute: engine.number(compute(engine.make(3))), compute))
        except NotOffered:
            continue
        if value is not None:
            lab.same(value, expected, "out.data", code)


def functions(lab: Lab) -> None:
    """Each function that the engine has: its value and its derivative."""
    tried = []
    for op in OPS.values():
        if not _infix(op) and op.arity is not None and op.gives == "number":
            for point in sample_points(op):
                if not any(isinstance(x, bool) for x in point):
                    names = {f"x{index}" if len(point) > 1 else "x": x for index, x in enumerate(point)}
                    tried.append(Expression(names, [(op.name, *names)]))
    _one_finding_each(lab, tried)


def _one_finding_each(lab: Lab, tried: Sequence[Expression]) -> None:
    """Check the expressions of one op each; of each op only the first wrong one is a finding."""
    wrong: set[str] = set()
    for expression in tried:
        name = expression.steps[0][0]
        if name in wrong:
            continue
        try:
            if not lab.expect(expression):
                wrong.add(name)
        except NotOffered:
            continue


def _infix(op: Op) -> bool:
    return op.precedence > 0


def corners(lab: Lab) -> None:
    """Kinks, saturated functions and zeros, where a careless rule raises or gives nan."""
    cases: list[tuple[Expression, float, float, float]] = [  # value, and the least and greatest gradient
        (Expression({"x": 0.0}, [("pow", "x", 2)]), 0.0, 0.0, 0.0),
        (Expression({"x": 0.0}, [("pow", "x", 1)]), 0.0, 1.0, 1.0),
        (Expression({"x": 0.0}, [("pow", "x", 0)]), 1.0, 0.0, 0.0),
        (Expression({"x": -2.0}, [("pow", "x", 3)]), -8.0, 12.0, 12.0),
        (Expression({"x": 0.0}, [("mul", "x", "x")]), 0.0, 0.0, 0.0),
    ]
    for op in OPS.values():
        if op.arity != 1 or _infix(op):
            continue
        jumps = op.partial == (0,)
        if op.kink is not None and op.kink(0.0) == 0 and not jumps:  # any subgradient will do
            sides = [(op.compute(h) - op.compute(0.0)) / h for h in (-1e-9, 1e-9)]
            cases.append(
                (Expression({"x": 0.0}, [(op.name, "x")]), float(op.compute(0.0)), float(min(sides)), float(max(sides)))
            )
        for far in (-1000.0, 1000.0):  # saturated: finite here, so finite there
            value, slope = op.compute(far), op.derivative(0, op.compute(far), far)
            inside = any(low < far < high for low, high in op.domain[0])
            if inside and is_number(value) and is_number(slope):
                cases.append((Expression({"x": far}, [(op.name, "x")]), float(value), float(slope), float(slope)))
    for expression, value, low, high in cases:
        code, lab.graph = lab.code(expression), expression
        try:
            got = lab.try_it(code, partial(lab.run, expression))
        except NotOffered:
            continue
        if got is None:
            continue
        if lab.same(got[0], value, "out.data", code) and not (low - 1e-9 <= got[1][0] <= high + 1e-9):
            lab.found("corner", code, got=got[1][0], low=low, high=high)


def not_a_number(lab: Lab) -> None:
    """nan goes through every function: none hides it."""
    for op in OPS.values():
        if op.arity != 1 or op.partial == (0,) or not math.isnan(op.compute(math.nan)):
            continue
        lab.graph = expression = Expression({"x": math.nan}, [(op.name, "x")])
        code = lab.code(expression).replace("nan", "float('nan')").replace("\nout.backward()", "")

        def action(expression: Expression = expression) -> Any:
            return lab.engine.number(expression.evaluate(lab.apply, lab.engine.make(math.nan)))

        try:
            got = lab.try_it(code, action)
        except NotOffered:
            continue
        if got is not None and not math.isnan(got):
            lab.found("hides_nan", code, got=got)


def random_graphs(lab: Lab) -> None:
    """Random graphs of the ops that the engine offers, small ones first."""
    offered = _offered(lab)
    if not offered:
        return
    rows = ops_of(offered)
    for expression in _well_conditioned_graphs(tuple(rows)):
        try:
            if not lab.expect(expression, reduce=True):
                return
        except NotOffered:
            continue


@lru_cache(maxsize=16)
def _well_conditioned_graphs(rows: tuple[Op, ...]) -> list[Expression]:
    """The graphs, the same in each run, that rounding cannot account for a difference in."""
    generator = random.Random(2024)
    found = [
        grow(generator.randrange, list(rows), ["x", "y"][: 1 + turn % 2], (1 + turn // 24,) * 2) for turn in range(240)
    ]
    return [expression for expression in found if expression.steps and _well_conditioned(expression)]


def _offered(lab: Lab) -> list[Op]:
    """The rows that the engine has, on Values alone or with a number."""
    found = []
    for op in OPS.values():
        if op.arity is None and not isinstance(lab.engine, Micrograd):
            continue
        point = next(iter(sample_points(op)), ())
        if not point or any(isinstance(x, bool) for x in point):
            continue
        if isinstance(op.compute(*point), bool):
            continue
        inputs = {f"x{index}": x for index, x in enumerate(point)}
        probes = [Expression(inputs, [(op.name, *inputs)])]
        if op.arity == 2:
            probes.append(Expression({"x": point[0]}, [(op.name, "x", 2.0)]))
        if any(_is_offered(lab, probe) for probe in probes):
            found.append(op)
    return found


def _is_offered(lab: Lab, probe: Expression) -> bool:
    lab.attempt(lab.code(probe), probe)
    try:
        lab.run(probe)
    except LACKING:
        return False
    except Exception:  # offered, if only to fail
        return True
    return True


def _well_conditioned(expression: Expression) -> bool:
    """Whether rounding cannot account for a difference: the gradient hardly moves when the point hardly does."""
    try:
        _, gradient = truth(expression)
        nudged = {name: x * (1 + 1e-12) + 1e-13 for name, x in expression.point.items()}
        _, beside = truth(Expression(nudged, expression.steps))
    except NotApplicableError:
        return False
    return all(abs(x - y) <= 1e-8 * abs(x) and abs(x) < 1e8 for x, y in zip(gradient, beside, strict=True))
