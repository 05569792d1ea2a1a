"""gradcheck: an engine's gradient against the best independent derivative that the function allows."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ..elementary import Number
from ..engine import Value, grad, no_grad, topological_order
from . import blame
from .adapters import Engine, Micrograd
from .expression import Expression
from .oracles import (
    PRECISION,
    DiscontinuousError,
    Estimate,
    NotApplicableError,
    complex_step,
    exact,
    high_precision,
    is_number,
    plain_differences,
)

_TOLERANCE = 1e-6  # relative, on floats; a rule off by one in a hundred is far beyond it
_MANY = 20  # so many parameters are checked one by one; more, along random directions


class GradientError(AssertionError):
    """A gradient is wrong: the report says which, what was expected, and which op is to blame.

    Attributes:
        op: the row to blame, None if every rule is right (then the engine adds them up wrongly) or unknown.
        input: the name of the input or parameter.
        expected, got: the derivative by the oracle, and by the engine.
        line: where the node to blame was made, "file:number"; "" if unknown.
    """

    def __init__(self, message: str, found: blame.Blame, name: str, expected: Any, got: Any) -> None:
        super().__init__(message)
        self.op, self.line, self.node = found.op, found.line, found.node
        self.input, self.expected, self.got = name, expected, got


class InconclusiveError(AssertionError):
    """Nothing could be told: the derivative is 0 or too flat to see, or there is none at this point."""


@dataclass(frozen=True)
class Line:
    """One derivative that was checked."""

    name: str
    expected: Any
    got: Any
    oracle: str
    verdict: str  # "right", "independent", "constant" or "flat"


@dataclass(frozen=True)
class Report:
    """What gradcheck found: every derivative beside its oracle."""

    order: int
    lines: list[Line] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(
            f"d/d{line.name}: {_short(line.got)}, expected {_short(line.expected)} by {line.oracle}: {line.verdict}"
            for line in self.lines
        )


def gradcheck(
    fn: Callable[..., Any],
    inputs: Any,
    order: int = 1,
    *,
    engine: Engine | None = None,
    names: Sequence[str] | None = None,
) -> Report:
    """Check the gradient of fn at inputs against an independent oracle.

    The oracle is the best that fn allows: exact Fractions (if the inputs are Fractions or ints), the complex step,
    differences at 240 bits, and plain differences last. At a kink (relu at 0) any subgradient is right. The leaves
    that fn closes over, such as the parameters of a module, are checked, too, and left as they were.

    Args:
        fn: a function of Values that returns a Value (or a list of them, which are added up with unlike weights): any
            callable, a `nn` module, an op of one's own, an `Expression`.
        inputs: a number for each argument of fn; a list of numbers where fn takes a list. A module, or a function of
            one parameter when there are several inputs, gets one list.
        order: 1, or 2 for the second derivatives as well.
        engine: an adapter for another engine's values (see `adapters`); micrograd_kr's own if None.
        names: what to call the inputs in the report; else the names of fn's parameters.

    Returns:
        The report, each derivative with its oracle.

    Raises:
        GradientError: a derivative is wrong; says which, and blames an op and a line. It is an AssertionError.
        InconclusiveError: it cannot be told, as the derivative is 0 or too small at this point, or there is none. In
            a test by Hypothesis such an example is discarded instead, as by `assume`.
        ValueError: order is not 1 or 2, or fn is not a function (it gave two results for the same inputs).

    >>> print(gradcheck(lambda x, y: x * y.tanh(), [3.0, 0.5]))
    d/dx: 0.4621171573, expected 0.4621171573 by complex step: right
    d/dy: 2.359343199, expected 2.359343199 by complex step: right
    >>> gradcheck(lambda x: x * x, [0.0])
    Traceback (most recent call last):
        ...
    micrograd_kr.testing.checking.InconclusiveError: d/dx is 0 at x = 0.0, where a wrong rule gives 0, too: ...
    """
    if order not in (1, 2):
        raise ValueError(f"order is 1 or 2, got {order!r}")
    subject = Subject(fn, inputs, engine or Micrograd(), names)
    try:
        report = _checked(subject, order)
    except InconclusiveError:
        _discard_under_hypothesis()
        raise
    return report


def _discard_under_hypothesis() -> None:
    hypothesis = sys.modules.get("hypothesis")
    if hypothesis is not None and hypothesis.currently_in_test_context():
        hypothesis.event("gradcheck: inconclusive")
        hypothesis.reject()


def _short(x: Any) -> str:
    if isinstance(x, Fraction | int | str):
        return str(x)
    try:
        return f"{float(x):.10g}"
    except TypeError:
        return f"{complex(x):.10g}"


class Subject:
    """The function under test: how it is called on numbers of any kind, and which leaves it depends on."""

    def __init__(self, fn: Callable[..., Any], inputs: Any, engine: Engine, names: Sequence[str] | None) -> None:
        self.fn, self.engine = fn, engine
        self.own = isinstance(engine, Micrograd)
        inputs = _as_list(inputs)
        self.shape = inputs
        self.numbers: list[Number] = [_plain(x) for x in _flat(inputs)]
        if not self.numbers:
            raise ValueError("gradcheck needs at least one input number")
        self.as_list = _takes_a_list(fn, inputs)
        self.names = list(names) if names is not None else _names_of(fn, inputs, self.as_list)
        self.parameters: list[Value] = []
        if self.own:
            self.output, self.leaves = self.record()
            self.below = topological_order(self.output)
            self._find_parameters()

    def _find_parameters(self) -> None:
        """The leaves that two calls have in common: fn closes over them."""
        known = set(self.leaves)
        others = [x for x in self.below if x.op is None and type(x) is Value and x not in known]
        if not others:
            return
        again = set(topological_order(self.record()[0]))
        self.parameters = [leaf for leaf in others if leaf in again]
        self.numbers += [parameter.data for parameter in self.parameters]
        for index, parameter in enumerate(self.parameters):
            self.names.append(parameter.label or f"parameter{index}")

    @property
    def inputs(self) -> int:
        """How many of the numbers are inputs: the parameters follow."""
        return len(self.numbers) - len(self.parameters)

    def call(self, leaves: list[Any]) -> Any:
        """fn on the leaves, put into the shape of the inputs; several outputs are added up with unlike weights."""
        rest = iter(leaves)
        arguments = _shaped(self.shape, rest)
        output = self.fn(arguments) if self.as_list else self.fn(*arguments)
        if isinstance(output, list | tuple):
            total: Any = 0
            for index, each in enumerate(_flat(output)):
                total = total + each * (1 + Fraction(index, 2) if self.exact else 1 + index / 2)
            output = total
        return output

    @property
    def exact(self) -> bool:
        """Whether Fractions are among the inputs: then everything must agree exactly."""
        return any(isinstance(x, Fraction) for x in self.numbers)

    def record(self) -> tuple[Any, list[Any]]:
        """The graph at the inputs, and its input leaves."""
        leaves = [self.engine.make(x) for x in self.numbers[: len(self.numbers) - len(self.parameters)]]
        output = self.call(leaves)
        if self.own and not isinstance(output, Value):
            if not is_number(output):
                raise TypeError(
                    f"fn must return a Value or a list of Values, got the {type(output).__name__} {output!r:.60}"
                )
            output = Value(output)  # fn does not depend on its inputs
        return output, leaves

    def evaluate(self, numbers: list[Any]) -> Any:
        """fn's number at other numbers, of any kind: the plain function that oracles differentiate."""
        if not self.own:
            return self.engine.number(self.call([self.engine.make(x) for x in numbers]))
        if isinstance(self.fn, Expression):
            return self.fn(*numbers)
        with self.parameters_at(numbers[self.inputs :]), no_grad():
            output = self.call([Value(x) for x in numbers[: self.inputs]])
        return output.data if isinstance(output, Value) else output

    @contextmanager
    def parameters_at(self, numbers: list[Any]) -> Iterator[None]:
        """The parameters at other numbers for a while."""
        try:
            for parameter, number in zip(self.parameters, numbers, strict=True):
                parameter.data = number
            yield
        finally:
            for parameter, number in zip(self.parameters, self.numbers[self.inputs :], strict=True):
                parameter.data = number

    def gradient(self, numbers: list[Any] | None = None) -> list[Any]:
        """The engine's gradient by its own backward(), at the inputs or at other numbers."""
        if not self.own:
            output, leaves = self.record()
            self.engine.backward(output)
            return [self.engine.gradient(leaf) for leaf in leaves]
        numbers = self.numbers if numbers is None else numbers
        saved = [parameter.grad for parameter in self.parameters]
        try:
            with self.parameters_at(numbers[self.inputs :]):
                leaves = [Value(x) for x in numbers[: self.inputs]]
                output = self.call(leaves)
                everything = leaves + self.parameters
                for leaf in everything:
                    leaf.grad = 0
                if isinstance(output, Value):
                    output.backward()
                return [leaf.grad for leaf in everything]
        finally:
            for parameter, before in zip(self.parameters, saved, strict=True):
                parameter.grad = before

    def hessian(self, numbers: list[Any] | None = None) -> list[list[Any]]:
        """The second derivatives by differentiating the graph of the gradient."""
        numbers = self.numbers if numbers is None else numbers
        with self.parameters_at(numbers[self.inputs :]):
            leaves = [Value(x) for x in numbers[: self.inputs]]
            output = self.call(leaves)
            everything = leaves + self.parameters
            if not isinstance(output, Value):
                return [[0] * len(everything) for _ in everything]
            return [grad(first, everything) for first in grad(output, everything, create_graph=True)]


# --- the check ------------------------------------------------------------------------------------------------------


def _checked(subject: Subject, order: int) -> Report:
    value = subject.evaluate(subject.numbers)
    if not is_number(value):
        raise InconclusiveError(f"fn is {value} at {_where(subject)}: there is no derivative to check")
    again = subject.evaluate(subject.numbers)
    if again != value:
        raise ValueError(f"fn gave {value}, then {again}, for the same inputs: is something random in it?")
    report = Report(order)
    got = subject.gradient()
    kinked = subject.own and blame.kinks(subject.below)
    if kinked:
        _check_with_kinks(subject, got, report)
    else:
        _check_each(subject, value, got, report)
        if order == 2:
            _check_second(subject, report)
    informative = [line for line in report.lines if line.verdict == "right"]
    flat = [line for line in report.lines if line.verdict == "flat"]
    if flat:
        raise InconclusiveError(_flat_text(subject, flat[0]))
    if not informative:
        raise InconclusiveError(_flat_text(subject, report.lines[0]))
    return report


def _where(subject: Subject) -> str:
    shown = [f"{name} = {number}" for name, number in zip(subject.names, subject.numbers, strict=False)]
    return ", ".join(shown[:8]) + (", ..." if len(shown) > 8 else "")


def _flat_text(subject: Subject, line: Line) -> str:
    if line.verdict == "flat" and line.expected != 0:
        what = f"is too flat to tell: {_short(line.expected)} by {line.oracle}, {_short(line.got)} by the engine"
    else:
        what = "is 0"
    return (
        f"d/d{line.name} {what} at {_where(subject)}, where a wrong rule gives 0, too: "
        "check at another point, where the function is not flat"
    )


def _estimate(subject: Subject, numbers: list[Any], value: Any, index: int) -> Estimate:
    """d fn / d numbers[index] by the best oracle that applies."""
    attempts: list[Callable[[], Estimate]] = [
        lambda: exact(subject.evaluate, numbers, index),
        lambda: complex_step(subject.evaluate, [_as_float(x) for x in numbers], index, value),
        lambda: high_precision(subject.evaluate, numbers, index),
    ]
    for attempt in attempts if subject.own else ():
        try:
            return attempt()
        except DiscontinuousError as error:
            raise InconclusiveError(f"fn has no derivative at {_where(subject)}: {error}") from None
        except NotApplicableError:
            continue
    try:
        return plain_differences(subject.evaluate, [_as_float(x) for x in numbers], index)
    except NotApplicableError as error:
        raise InconclusiveError(f"d/d{subject.names[index]} has no oracle at {_where(subject)}: {error}") from None


def _as_float(x: Number) -> Number:
    return float(x) if isinstance(x, int | Fraction) else x


def _check_each(subject: Subject, value: Number, got: list[Any], report: Report) -> None:
    reachable = _reachable(subject)
    directions = len(subject.parameters) > _MANY
    for index in range(subject.inputs if directions else len(subject.numbers)):
        estimate = _estimate(subject, subject.numbers, value, index)
        report.lines.append(_judged(subject, index, estimate, got[index], index in reachable))
    if subject.own:
        _check_escapes(subject, report)
    if directions:
        _check_directions(subject, value, got, report)


def _reachable(subject: Subject) -> set[int]:
    """Which inputs the recorded graph leads to."""
    if not subject.own:
        return set(range(len(subject.numbers)))
    below = set(subject.below)
    return {index for index, leaf in enumerate([*subject.leaves, *subject.parameters]) if leaf in below}


def close(got: Any, expected: Any, tolerance: float) -> bool:
    """Whether two numbers of whatever kind agree, relative to their size."""
    if isinstance(got, int | Fraction) and isinstance(expected, int | Fraction):
        return got == expected
    if not is_number(got):
        return False
    if isinstance(got, Fraction):
        got = float(got)
    if isinstance(expected, Fraction):
        expected = float(expected)
    difference = abs(got - expected)
    return bool(difference <= tolerance * abs(expected))


def _judged(subject: Subject, index: int, estimate: Estimate, got: Any, reachable: bool) -> Line:
    expected, oracle, error = estimate
    name = subject.names[index]
    if expected == 0 and got == 0:
        if not reachable:
            return Line(name, expected, got, oracle, "independent")
        verdict = "constant" if _is_constant_around(subject, index) else "flat"
        return Line(name, expected, got, oracle, verdict)
    if oracle == "plain differences":
        allowed = 10 * error + _TOLERANCE * abs(expected)
        if not is_number(got) or abs(got - expected) > allowed:
            _fail(subject, index, expected, got, oracle)
        if allowed > 1e-3 * abs(expected):  # the difference could not have told a wrong rule from a right one
            return Line(name, expected, got, oracle, "flat")
        return Line(name, expected, got, oracle, "right")
    if close(got, expected, _TOLERANCE):
        return Line(name, expected, got, oracle, "right")
    return _arbitrated(subject, index, got, oracle, expected)


def _is_constant_around(subject: Subject, index: int) -> bool:
    """Whether the derivative is 0 beside the point as well (a dead relu), and not at the point alone (x * x at 0)."""
    try:
        for step in (Fraction(1, 97), Fraction(-1, 89)):
            moved = list(subject.numbers)
            x = moved[index]
            moved[index] = x + step if isinstance(x, int | Fraction) else x + float(step)
            value = subject.evaluate(moved)
            if not is_number(value) or _estimate(subject, moved, value, index).number != 0:
                return False
    except (InconclusiveError, ArithmeticError):
        return False
    return True


def _arbitrated(subject: Subject, index: int, got: Any, oracle: str, expected: Any) -> Line:
    """Floats disagree with the oracle: a wrong rule, or rounding? The engine itself tells, run on more bits."""
    name = subject.names[index]
    if subject.exact:
        _fail(subject, index, expected, got, oracle)
    try:
        truth = high_precision(subject.evaluate, subject.numbers, index).number
        precise = _gradient_at(subject, PRECISION)[index]
        coarse = [_gradient_at(subject, bits)[index] for bits in (34, 40)]
    except (NotApplicableError, TypeError, ImportError):
        return _settled_by_differences(subject, index, got)
    resolved = truth != 0 and close(precise, truth, 1e-15)
    noise = abs(precise - truth) <= 1e-30
    if not (resolved or noise) or not is_number(got):
        _fail(subject, index, truth, got, "differences at 240 bits")
    # Rounding explains as much as it does on fewer bits, and a little of all that is added up (it may cancel).
    rounding = 8 * max([abs(each - truth) for each in coarse]) + _TOLERANCE * abs(truth) + sys.float_info.min
    leaf = [*subject.leaves, *subject.parameters][index]
    rounding += 1e-11 * blame.magnitudes(subject.below).get(leaf, 0)
    if abs(got - truth) > rounding:
        _fail(subject, index, truth, got, "differences at 240 bits")
    # The rule holds at 240 bits; the float result is what its rounding leaves of it.
    if resolved and abs(got - truth) <= 0.01 * abs(truth):
        return Line(name, truth, got, "differences at 240 bits", "right")
    verdict = "constant" if truth == 0 and _is_constant_around(subject, index) else "flat"
    return Line(name, truth, got, "differences at 240 bits", verdict)


def _settled_by_differences(subject: Subject, index: int, got: Any) -> Line:
    try:
        estimate = plain_differences(subject.evaluate, [_as_float(x) for x in subject.numbers], index)
    except NotApplicableError as error:
        raise InconclusiveError(f"d/d{subject.names[index]} has no oracle at {_where(subject)}: {error}") from None
    return _judged(subject, index, estimate, got, True)


def _gradient_at(subject: Subject, bits: int) -> list[Any]:
    import mpmath

    with mpmath.workprec(bits):
        return subject.gradient(
            [mpmath.mpc(x) if isinstance(x, complex) else mpmath.mpf(x) for x in map(_as_float, subject.numbers)]
        )


def _check_escapes(subject: Subject, report: Report) -> None:
    """What fn takes out of the graph (x.data, math.sin(x)) escapes the exact oracles, but not plain differences."""
    if isinstance(subject.fn, Expression) or not all(isinstance(x, float) for x in subject.numbers):
        return
    for index, line in enumerate(report.lines):
        try:
            plain = plain_differences(subject.evaluate, subject.numbers, index)
        except NotApplicableError:
            continue
        allowed = 100 * plain.error + 1e-4 * (abs(plain.number) + abs(line.got))
        if plain.error < 1e-4 * abs(plain.number) and abs(line.got - plain.number) > allowed:
            _fail(subject, index, plain.number, line.got, "plain differences")


def _check_directions(subject: Subject, value: Number, got: list[Any], report: Report) -> None:
    """Many parameters: the derivative along a few directions that mix them all; one by one only after a mismatch."""
    count, first = len(subject.parameters), subject.inputs
    for turn in range(3):
        signs = [1 if (index * (2 * turn + 3) * 2654435761 >> 7) & 1 else -1 for index in range(count)]

        def along(step: list[Any], signs: list[int] = signs) -> Any:
            moved = [x + sign * step[0] for x, sign in zip(subject.numbers[first:], signs, strict=True)]
            return subject.evaluate([*subject.numbers[:first], *moved])

        name = f"a direction of all {count} parameters"
        try:
            estimate = high_precision(along, [0.0], 0)
        except NotApplicableError:
            try:
                estimate = plain_differences(along, [0.0], 0)
            except NotApplicableError:
                raise InconclusiveError(f"the parameters have no oracle at {_where(subject)}") from None
        total = sum(sign * each for sign, each in zip(signs, got[first:], strict=True))
        scale = max([abs(each) for each in got[first:]], default=0)
        if abs(total - estimate.number) <= 10 * estimate.error + _TOLERANCE * max(scale, abs(estimate.number)):
            verdict = "right" if scale else "constant"
            report.lines.append(Line(name, estimate.number, total, estimate.oracle, verdict))
            continue
        for index in range(first, len(subject.numbers)):
            each = _estimate(subject, subject.numbers, value, index)
            _judged(subject, index, each, got[index], True)
        _fail(subject, first, estimate.number, total, estimate.oracle)


def _check_second(subject: Subject, report: Report) -> None:
    if not subject.own:
        raise ValueError("order=2 is for micrograd_kr's own Values: another engine's gradient is not a graph here")
    if len(subject.parameters) > _MANY:
        raise ValueError(f"order=2 on {len(subject.parameters)} parameters: check a smaller module")
    got = subject.hessian()
    precise: list[list[Any]] | None = None
    for i in range(len(subject.numbers)):
        for j in range(len(subject.numbers)):
            name = f"{subject.names[i]} d{subject.names[j]}"
            try:
                estimate = exact(subject.evaluate, subject.numbers, i, j)
            except NotApplicableError:
                try:
                    estimate = high_precision(subject.evaluate, subject.numbers, i, j)
                except NotApplicableError as error:
                    raise InconclusiveError(f"d2/d{name} has no oracle: {error}") from None
            expected, oracle, _ = estimate
            if close(got[i][j], expected, _TOLERANCE) and expected != 0:
                verdict = "right"
            elif expected == 0 and got[i][j] == 0:
                verdict = "constant"
            elif subject.exact:
                _fail(subject, i, expected, got[i][j], oracle, second=j)
            else:
                if precise is None:
                    precise, coarse = _hessian_at(subject, PRECISION), _hessian_at(subject, 34)
                if abs(precise[i][j] - expected) > 1e-15 * abs(expected) + 1e-22 or not is_number(got[i][j]):
                    _fail(subject, i, expected, got[i][j], oracle, second=j)
                if abs(got[i][j] - expected) > 8 * abs(coarse[i][j] - expected) + _TOLERANCE * abs(expected) + 1e-300:
                    _fail(subject, i, expected, got[i][j], oracle, second=j)
                verdict = "right"
            report.lines.append(Line(name, expected, got[i][j], oracle, verdict))


def _hessian_at(subject: Subject, bits: int) -> list[list[Any]]:
    import mpmath

    with mpmath.workprec(bits):
        return subject.hessian(
            [mpmath.mpc(x) if isinstance(x, complex) else mpmath.mpf(x) for x in map(_as_float, subject.numbers)]
        )


def _check_with_kinks(subject: Subject, got: list[Any], report: Report) -> None:
    """Somewhere one-sided derivatives differ: the gradient must lie in the interval that the subgradients span."""
    everything = [*subject.leaves, *subject.parameters]
    try:
        spans = blame.spans(subject.below)
    except NotApplicableError as error:
        raise InconclusiveError(f"no oracle at the kink at {_where(subject)}: {error}") from None
    for index, leaf in enumerate(everything):
        low, high = spans.get(leaf, (0, 0))
        slack = 1e-5 * max(abs(low), abs(high), 1e-9)
        inside = is_number(got[index]) and low - slack <= got[index] <= high + slack
        between = f"[{_short(low)}, {_short(high)}]"
        if not inside:
            _fail(subject, index, between, got[index], "the one-sided derivatives at a kink")
        verdict = "right" if low != 0 or high != 0 else "constant"
        report.lines.append(Line(subject.names[index], between, got[index], "one-sided derivatives", verdict))


def _fail(subject: Subject, index: int, expected: Any, got: Any, oracle: str, second: int | None = None) -> Any:
    found = blame.find(subject) if subject.own else blame.Blame()
    name = subject.names[index]
    what = f"d/d{name}" if second is None else f"d2/d{name} d{subject.names[second]}"
    message = [
        f"{what} is wrong: got {_short(got)}, expected {_short(expected)} by {oracle}",
        f"  at {_where(subject)}",
    ]
    if found.text:
        message.append(f"  {found.text}")
    elif subject.own:
        message.append("  every node's rule is right: a part of fn is not in the graph (x.data, float(x), detach?)")
    if found.line:
        message.append(f"  made at {found.line}{': ' + found.source if found.source else ''}")
    raise GradientError("\n".join(message), found, name, expected, got)


# --- the shape of the inputs ----------------------------------------------------------------------------------------


def _as_list(inputs: Any) -> list[Any]:
    if isinstance(inputs, dict):
        inputs = inputs.values()
    if hasattr(inputs, "tolist"):
        inputs = inputs.tolist()
    if isinstance(inputs, str | bytes):
        raise TypeError(f"inputs are plain numbers, one for each argument, got {inputs!r}")
    return list(inputs) if hasattr(inputs, "__iter__") else [inputs]


def _flat(inputs: Any) -> Iterator[Any]:
    stack = [iter([inputs])]
    while stack:
        for each in stack[-1]:
            if isinstance(each, list | tuple):
                stack.append(iter(each))
                break
            yield each
        else:
            stack.pop()


def _plain(x: Any) -> Number:
    x = x.data if isinstance(x, Value) else x
    x = x.item() if type(x).__module__ == "numpy" else x
    if isinstance(x, bool) or not isinstance(x, int | float | complex | Fraction):
        raise TypeError(
            f"inputs are plain numbers (float, int, Fraction or complex), got the {type(x).__name__} {x!r:.60}"
        )
    if isinstance(x, float | complex) and not is_number(x):
        raise InconclusiveError(f"an input is {x}: no oracle has a derivative there")
    return x


def _shaped(shape: Any, leaves: Iterator[Any]) -> list[Any]:
    return [_shaped(each, leaves) if isinstance(each, list | tuple) else next(leaves) for each in shape]


def _takes_a_list(fn: Callable[..., Any], inputs: list[Any]) -> bool:
    if hasattr(fn, "parameters") and not inspect.isroutine(fn):
        return not (len(inputs) == 1 and isinstance(inputs[0], list | tuple))
    if len(inputs) < 2:
        return False
    try:
        parameters = list(inspect.signature(fn).parameters.values())
    except (TypeError, ValueError):
        return False
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return len(positional) == 1 and not any(p.kind is p.VAR_POSITIONAL for p in parameters)


def _names_of(fn: Callable[..., Any], inputs: list[Any], as_list: bool) -> list[str]:
    count = len(list(_flat(inputs)))
    names = getattr(fn, "inputs", None)
    if isinstance(names, list) and len(names) == count:
        return list(names)
    numbered = [f"x{index}" for index in range(count)] if count > 1 else ["x"]
    if as_list:
        return numbered
    try:
        parameters = [p.name for p in inspect.signature(fn).parameters.values() if p.kind is not p.VAR_POSITIONAL]
    except (TypeError, ValueError):
        return numbered
    found = []
    for index, each in enumerate(inputs):
        name = parameters[index] if index < len(parameters) else f"x{index}"
        found += [f"{name}[{k}]" for k in range(len(list(_flat(each))))] if isinstance(each, list | tuple) else [name]
    return found
