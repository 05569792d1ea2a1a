"""What every scalar engine must get right, as checks that any engine can be put through.

Each check is a function of a `Lab`, which speaks to the engine through an adapter, compares with derivatives found
without any engine, and notes a `Finding` in words with the smallest graph that shows it.
"""

from __future__ import annotations

import math
import random
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..engine import Value
from ..locale import translate
from ..ops import OPS, Op
from .adapters import Engine, Micrograd, NotOffered
from .expression import Expression
from .growing import Row, grow, rows_of
from .oracles import Estimate, NotApplicableError, complex_step, high_precision, is_number, plain_differences
from .reducing import reduced
from .samples import sample_points

# What an engine raises where it does not have something, as opposed to getting it wrong.
LACKING = (NotOffered, TypeError, AttributeError, NotImplementedError, AssertionError, NameError)


@dataclass(frozen=True)
class Finding:
    """Something that the engine gets wrong.

    Attributes:
        check: the check that found it.
        message: the key of what is said about it, in the catalog `testing`.
        pieces: what the sentence names.
        code: the smallest graph that shows it, as Python.
    """

    check: str
    message: str
    pieces: dict[str, str]
    code: str

    def say(self, lang: str | None = None) -> str:
        """The finding in words, and the code below it."""
        text = translate(f"testing.{self.message}", lang, **self.pieces)
        return text + "".join(f"\n    {line}" for line in self.code.splitlines())


class Lab:
    """An engine on the bench: what it offers, and what was found."""

    def __init__(self, engine: Engine, attempt: Callable[[str], None] = lambda code: None) -> None:
        self.engine, self.attempt = engine, attempt
        self.findings: list[Finding] = []
        self.check = ""
        self.ran = False  # whether the current check came to look at anything

    def found(self, message: str, code: str, **pieces: Any) -> None:
        """Note a finding."""
        shown = {name: _shown(piece) for name, piece in pieces.items()}
        self.findings.append(Finding(self.check, message, shown, code))

    def try_it(self, code: str, action: Callable[[], Any]) -> Any:
        """action(), noted beforehand; None (and a finding) if it breaks; NotOffered if the engine lacks it."""
        self.attempt(code)
        try:
            result = action()
        except LACKING as error:
            raise NotOffered(str(error)) from error
        except RecursionError:
            self.ran = True
            self.found("recursion", code)
            return None
        except Exception as error:
            self.ran = True
            self.found("raises", code, error=f"{type(error).__name__}: {error}")
            return None
        self.ran = True
        return result

    def same(self, got: Any, expected: float, what: str, code: str) -> bool:
        """Compare a number; note a finding if it is another one."""
        if agrees(got, expected):
            return True
        self.found("wrong_number", code, what=what, got=got, expected=expected)
        return False

    # --- expressions ------------------------------------------------------------------------------------------------

    def code(self, expression: Expression) -> str:
        """The expression as the engine's user would write it, with the backward pass."""
        lines = [f"{name} = Value({number!r})" for name, number in expression.point.items()]
        for number, (row, *operands) in enumerate(expression.steps, start=1):
            texts = [x if isinstance(x, str) else repr(x) for x in operands]
            name = "out" if number == len(expression.steps) else f"v{number}"
            lines.append(f"{name} = {self.engine.spell(OPS[row], texts)}")
        return "\n".join([*lines, "out.backward()"])

    def run(self, expression: Expression) -> tuple[Any, list[Any]]:
        """The engine's value and gradient of an expression at its point."""
        leaves = [self.engine.make(float(x)) for x in expression.point.values()]
        output = expression.evaluate(self.engine.apply, *leaves)
        value = self.engine.number(output)
        self.engine.backward(output)
        return value, [self.engine.gradient(leaf) for leaf in leaves]

    def wrong(self, expression: Expression) -> tuple[str, Any, float] | None:
        """What is wrong about the engine's answer: (what, got, expected); None if nothing is."""
        expected_value, expected = truth(expression)  # before an engine written in C may damage any number
        value, gradient = self.run(expression)
        if not agrees(value, expected_value):
            return "out.data", value, expected_value
        for name, got, want in zip(expression.point, gradient, expected, strict=True):
            if not agrees(got, want):
                return f"{name}.grad", got, want
        return None

    def expect(self, expression: Expression, reduce: bool = False) -> bool:
        """Check value and gradient of an expression; a finding shows the smallest one that is wrong."""

        def fails(each: Expression) -> bool:
            self.attempt(self.code(each))
            try:
                return self.wrong(each) is not None
            except (*LACKING, NotApplicableError):
                return False
            except Exception:
                return True

        code = self.code(expression)
        wrong: Any = None
        before = len(self.findings)
        try:
            wrong = self.try_it(code, lambda: self.wrong(expression))
        except NotApplicableError:
            return True
        if len(self.findings) == before and wrong is None:
            return True
        if reduce:
            del self.findings[before:]
            return self.expect(reduced(expression, fails))
        if wrong is not None:
            what, got, expected = wrong
            self.found("wrong_number", code, what=what, got=got, expected=expected)
        return False


def agrees(got: Any, expected: float) -> bool:
    """Whether a float is what it should be; inf and nan are numbers here."""
    try:
        got = float(got)
    except (TypeError, ValueError, OverflowError):
        return False
    if math.isnan(expected) or math.isinf(expected):
        return bool(got == expected or (math.isnan(expected) and math.isnan(got)))
    return bool(abs(got - expected) <= 1e-6 * abs(expected) + 1e-12)


def truth(expression: Expression) -> tuple[float, list[float]]:
    """Value and gradient of an expression without any engine: by the complex step, or at 240 bits."""
    point: list[Any] = [float(x) for x in expression.point.values()]
    value = expression(*point)
    gradient = []
    for index in range(len(point)):
        oracles: list[Callable[[], Estimate]] = [
            partial(complex_step, expression, point, index, value),
            partial(high_precision, expression, point, index),
            partial(plain_differences, expression, point, index),
        ]
        for oracle in oracles:
            try:
                gradient.append(float(oracle().number))
                break
            except NotApplicableError:
                continue
        else:
            raise NotApplicableError("no oracle")
    return float(value), gradient


def _shown(piece: Any) -> str:
    return f"{piece:.10g}" if isinstance(piece, float) else str(piece)


# --- the checks, from the simplest graph to the largest -------------------------------------------------------------

CHECKS: dict[str, Callable[[Lab], None]] = {}


def _check(function: Callable[[Lab], None]) -> Callable[[Lab], None]:
    CHECKS[function.__name__.strip("_")] = function
    return function


def _each(lab: Lab, expressions: Sequence[Expression]) -> None:
    """Check each expression that the engine offers."""
    for expression in expressions:
        try:
            lab.expect(expression)
        except NotOffered:
            continue


def _infix(op: Op) -> bool:
    return op.precedence > 0


@_check
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


@_check
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
            for constant in (2, 3, -1, 0.5, 1):
                tried.append(Expression({"x": 1.7}, [(op.name, "x", constant)]))
    _each(lab, _one_finding_each(lab, tried))


@_check
def reflected_operators(lab: Lab) -> None:
    """A number on the left: 2 + x, 2 - x, 2 * x, 2 / x, 2 ** x."""
    rows = [op for op in OPS.values() if _infix(op) and op.arity == 2]
    _each(lab, [Expression({"x": 4.0}, [(op.name, 2, "x")]) for op in rows])


@_check
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


@_check
def functions(lab: Lab) -> None:
    """Each function that the engine has: its value and its derivative."""
    tried = []
    for op in OPS.values():
        if not _infix(op) and op.arity is not None and not Row(op).makes_condition:
            for point in sample_points(op):
                if not any(isinstance(x, bool) for x in point):
                    names = {f"x{index}" if len(point) > 1 else "x": x for index, x in enumerate(point)}
                    tried.append(Expression(names, [(op.name, *names)]))
    _each(lab, _one_finding_each(lab, tried))


def _one_finding_each(lab: Lab, tried: Sequence[Expression]) -> list[Expression]:
    """Check the expressions here, only the first wrong one of each op; nothing is left to check."""
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
    return []


@_check
def sharing(lab: Lab) -> None:
    """What is used twice is counted twice: x * x, b = a + a, diamonds."""
    _each(
        lab,
        [
            Expression({"x": 3.0}, [("mul", "x", "x")]),
            Expression({"a": 3.0}, [("add", "a", "a")]),
            Expression({"a": 3.0}, [("add", "a", "a"), ("add", "v1", "v1")]),
            Expression({"a": 3.0}, [("mul", "a", "a"), ("mul", "v1", "v1")]),
            Expression({"a": 3.0}, [("mul", "a", 2.0), ("mul", "v1", 5.0), ("add", "v1", "v2")]),
            Expression({"a": 3.0}, [("mul", "a", 2.0), ("mul", "v1", 5.0), ("add", "v2", "v1")]),
            Expression({"a": 3.0}, [("mul", "a", 2.0), ("mul", "v1", "a"), ("add", "v2", "a"), ("mul", "v3", "v1")]),
            Expression(
                {"a": 3.0, "b": 2.0}, [("mul", "a", "b"), ("add", "a", "b"), ("mul", "v1", "v2"), ("sub", "v3", "v1")]
            ),
        ],
    )


@_check
def unused_values(lab: Lab) -> None:
    """A Value that the output does not depend on gets no gradient."""
    engine, code = lab.engine, "x, y = Value(3.0), Value(2.0)\nz = x * y\nout = x * 2.0\nout.backward()"

    def action() -> Any:
        x, y = engine.make(3.0), engine.make(2.0)
        unused = x * y
        engine.backward(x * 2.0)
        return engine.gradient(x), engine.gradient(y), unused

    got = lab.try_it(code, action)
    if got is not None:
        lab.same(got[0], 2.0, "x.grad", code)
        lab.same(got[1], 0.0, "y.grad", code)


@_check
def python_sum(lab: Lab) -> None:
    """sum([x, y, x]) starts with 0 + x."""
    engine, code = lab.engine, "x, y = Value(3.0), Value(2.0)\nout = sum([x, y, x])\nout.backward()"

    def action() -> Any:
        x, y = engine.make(3.0), engine.make(2.0)
        output = sum([x, y, x])
        engine.backward(output)
        return engine.number(output), engine.gradient(x), engine.gradient(y)

    got = lab.try_it(code, action)
    if got is not None:
        for number, expected, what in zip(got, (8.0, 2.0, 1.0), ("out.data", "x.grad", "y.grad"), strict=True):
            lab.same(number, expected, what, code)


@_check
def two_losses(lab: Lab) -> None:
    """The gradients of two results add up in the leaves they share."""
    engine = lab.engine
    code = "x = Value(3.0)\na, b = x * 2.0, x * 5.0\na.backward()\nb.backward()"

    def action() -> Any:
        x = engine.make(3.0)
        first, second = x * 2.0, x * 5.0
        engine.backward(first)
        engine.backward(second)
        return engine.gradient(x)

    got = lab.try_it(code, action)
    if got is not None and not agrees(got, 7.0):
        lab.found("no_accumulation", code, got=got, expected=7.0)


@_check
def two_losses_on_one_result(lab: Lab) -> None:
    """Two results that share an inner one: its gradient of the first pass must not be passed on again."""
    engine = lab.engine
    code = "x = Value(3.0)\nh = x * 2.0\na, b = h * 3.0, h * 5.0\na.backward()\nb.backward()"

    def action() -> Any:
        x = engine.make(3.0)
        inner = x * 2.0
        first, second = inner * 3.0, inner * 5.0
        engine.backward(first)
        engine.backward(second)
        return engine.gradient(x)

    got = lab.try_it(code, action)
    if got is not None and not agrees(got, 16.0):
        lab.found("stale_inner", code, got=got, expected=16.0)


@_check
def repeated_backward(lab: Lab) -> None:
    """backward() twice adds the same gradient twice: 54 for x ** 3 at 3, not 72."""
    engine = lab.engine
    code = "x = Value(3.0)\nout = x * x * x\nout.backward()\nout.backward()"

    def action() -> Any:
        x = engine.make(3.0)
        output = x * x * x
        engine.backward(output)
        engine.backward(output)
        return engine.gradient(x)

    got = lab.try_it(code, action)
    if got is not None and not agrees(got, 54.0):
        lab.found("repeated_backward", code, got=got, expected=54.0)


@_check
def zero_grad(lab: Lab) -> None:
    """After the leaves' gradients are cleared, a new graph gives its own gradient only."""
    engine = lab.engine
    code = "x = Value(3.0)\n(x * x).backward()\nx.grad = 0\n(x * x).backward()"

    def action() -> Any:
        x = engine.make(3.0)
        engine.backward(x * x)
        engine.clear(x)
        engine.backward(x * x)
        return engine.gradient(x)

    got = lab.try_it(code, action)
    if got is not None:
        lab.same(got, 6.0, "x.grad", code)


@_check
def training(lab: Lab) -> None:
    """Ten steps of gradient descent on (w * 2 - 6) ** 2 find w = 3."""
    engine = lab.engine
    code = (
        "w = Value(0.0)\nfor step in range(10):\n    w.grad = 0\n    loss = (w * 2.0 - 6.0) ** 2\n"
        "    loss.backward()\n    w.data -= 0.1 * w.grad"
    )

    def action() -> Any:
        w = engine.make(0.0)
        for _ in range(10):
            engine.clear(w)
            loss = (w * 2.0 - 6.0) ** 2
            engine.backward(loss)
            engine.change(w, engine.number(w) - 0.1 * engine.gradient(w))
        return engine.number(w)

    got = lab.try_it(code, action)
    if got is not None:
        expected = 0.0
        for _ in range(10):
            expected -= 0.1 * 4 * (expected * 2 - 6)
        lab.same(got, expected, "w.data", code)


@_check
def changed_leaves(lab: Lab) -> None:
    """A leaf that is changed between forward and backward: the recorded pass's gradient, or an error; never another."""
    engine = lab.engine
    code = "x = Value(3.0)\nout = x * x\nx.data = 5.0\nout.backward()"
    lab.attempt(code)
    try:
        x = engine.make(3.0)
        output = x * x
        engine.change(x, 5.0)
    except LACKING as error:
        raise NotOffered(str(error)) from error
    lab.ran = True
    try:
        engine.backward(output)
    except Exception:  # an error is a fair answer: nothing silent about it
        return
    if not agrees(engine.gradient(x), 6.0):
        lab.found("changed_leaf", code, got=engine.gradient(x), expected=6.0)


@_check
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
        if op.kink is not None:  # any subgradient will do
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
        code = lab.code(expression)
        try:
            got = lab.try_it(code, partial(lab.run, expression))
        except NotOffered:
            continue
        if got is None:
            continue
        if lab.same(got[0], value, "out.data", code) and not (low - 1e-9 <= got[1][0] <= high + 1e-9):
            lab.found("corner", code, got=got[1][0], low=low, high=high)


@_check
def not_a_number(lab: Lab) -> None:
    """nan goes through every function: none hides it."""
    for op in OPS.values():
        if op.arity != 1 or not math.isnan(op.compute(math.nan)):
            continue
        expression = Expression({"x": math.nan}, [(op.name, "x")])
        code = lab.code(expression).replace("nan", "float('nan')").replace("\nout.backward()", "")

        def action(expression: Expression = expression) -> Any:
            return lab.engine.number(expression.evaluate(lab.engine.apply, lab.engine.make(math.nan)))

        try:
            got = lab.try_it(code, action)
        except NotOffered:
            continue
        if got is not None and not math.isnan(got):
            lab.found("hides_nan", code, got=got)


@_check
def random_graphs(lab: Lab) -> None:
    """Random graphs of the ops that the engine offers, small ones first."""
    offered = _offered(lab)
    if not offered:
        return
    rows = rows_of(offered)
    generator = random.Random(2024)
    for turn in range(240):
        expression = grow(generator.randrange, rows, ["x", "y"][: 1 + turn % 2], (1 + turn // 24,) * 2)
        if not expression.steps or not _well_conditioned(expression):
            continue
        try:
            if not lab.expect(expression, reduce=True):
                return
        except NotOffered:
            continue


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
    lab.attempt(lab.code(probe))
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


@_check
def wide_graphs(lab: Lab) -> None:
    """One leaf used 2,000 times."""
    engine, code = lab.engine, "x = Value(1.0)\nout = x\nfor _ in range(1999):\n    out = x + out * 0.5\nout.backward()"

    def action() -> Any:
        x = engine.make(1.0)
        output = x
        for _ in range(1999):
            output = x + output * 0.5
        engine.backward(output)
        return engine.gradient(x)

    got = lab.try_it(code, action)
    if got is not None:
        lab.same(got, 2.0, "x.grad", code)


@_check
def deep_chains(lab: Lab) -> None:
    """A chain of 20,000 nodes runs backward, and is freed; where Python's stack ends, the shortest chain is found."""
    engine = lab.engine

    def code(length: int) -> str:
        return f"x = Value(1.0)\nout = x\nfor _ in range({length}):\n    out = out + 1.0\nout.backward()"

    def gradient(length: int) -> Any:
        x = engine.make(1.0)
        output = x
        for _ in range(length):
            output = output + 1.0
        engine.backward(output)
        return engine.gradient(x)

    before = len(lab.findings)
    got = lab.try_it(code(20_000), partial(gradient, 20_000))
    if len(lab.findings) > before and lab.findings[-1].message == "recursion":
        short, long = 1, 20_000
        while long - short > 1:
            middle = (short + long) // 2
            try:
                gradient(middle)
                short = middle
            except RecursionError:
                long = middle
        del lab.findings[before:]
        lab.found("recursion", code(long))
    elif got is not None:
        lab.same(got, 1.0, "x.grad", code(20_000))


# --- running them ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """How one check went: its findings, or why it was skipped ("" if it was not)."""

    check: str
    findings: list[Finding]
    skipped: str = ""


def run_check(name: str, engine: Engine, attempt: Callable[[str], None] = lambda code: None) -> Outcome:
    """Put an engine through one check."""
    lab = Lab(engine, attempt)
    lab.check = name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what an engine says on the way is its own affair
            CHECKS[name](lab)
    except LACKING as error:
        if not lab.findings:
            return Outcome(name, [], str(error) or type(error).__name__)
    if not lab.ran:
        return Outcome(name, [], "nothing of it is offered")
    return Outcome(name, lab.findings)


def as_engine(subject: Any) -> Engine:
    """The adapter for a class of values (or a function that makes one), or the adapter itself."""
    if isinstance(subject, Engine):
        return subject
    if isinstance(subject, type) and issubclass(subject, Engine):
        return subject()  # type: ignore[call-arg]
    if subject is Value:
        return Micrograd()
    if not callable(subject):
        raise TypeError(
            f"an engine is a class of values or an adapter, not the {type(subject).__name__} {subject!r:.60}"
        )
    return Engine(subject)


class EngineConformance:
    """Everything that a scalar engine must get right, as a test class to inherit from.

    `Value` is the class of the engine's values, or a function that makes one from a float; or an adapter (see
    `adapters`) where the engine does not speak of .data, .grad and .backward(). What the engine does not offer is
    skipped. With `isolated = "module:name"` the engine runs in a process of its own, so that a crash is a finding, too.

        class TestMine(EngineConformance):
            Value = MyValue
    """

    Value: Any = None
    isolated: str = ""

    def _conforms(self, name: str) -> None:
        import pytest

        if self.isolated:
            from .isolation import run_isolated

            outcome = run_isolated(self.isolated, [name])[0]
        else:
            subject = type(self).Value
            if subject is None:
                raise TypeError(f"{type(self).__name__} has no Value: set it to the class of your engine's values")
            outcome = run_check(name, as_engine(subject))
        if outcome.skipped:
            pytest.skip(outcome.skipped)
        if outcome.findings:
            raise AssertionError("\n\n".join(finding.say() for finding in outcome.findings))


def _as_method(name: str, check: Callable[[Lab], None]) -> Any:
    def method(self: EngineConformance) -> None:
        self._conforms(name)

    method.__name__ = f"test_{name}"
    method.__qualname__ = f"EngineConformance.test_{name}"
    method.__doc__ = check.__doc__
    return method


for _name, _function in CHECKS.items():
    setattr(EngineConformance, f"test_{_name}", _as_method(_name, _function))
