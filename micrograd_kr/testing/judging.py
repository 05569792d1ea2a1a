"""Judging a gradient: which oracle is asked, what counts as agreement, and what as too flat to tell."""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ..elementary import Number
from . import blame
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
from .report import GradientError, InconclusiveError, Line, Report, short
from .subject import Subject

_TOLERANCE = 1e-6  # relative, on floats; a rule off by one in a hundred is far beyond it
_MANY = 20  # so many parameters are checked one by one; more, along random directions


def checked(subject: Subject, order: int) -> Report:
    """Judge every derivative of the subject; raises GradientError or InconclusiveError."""
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
        what = f"is too flat to tell: {short(line.expected)} by {line.oracle}, {short(line.got)} by the engine"
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
        lambda: complex_step(subject.evaluate, [as_float(x) for x in numbers], index, value),
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
        return plain_differences(subject.evaluate, [as_float(x) for x in numbers], index)
    except NotApplicableError as error:
        raise InconclusiveError(f"d/d{subject.names[index]} has no oracle at {_where(subject)}: {error}") from None


def as_float(x: Number) -> Number:
    """An int or a Fraction as a float; other numbers as they are."""
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
    rounding += blame.rounding(subject.below).get(leaf, 0)
    if abs(got - truth) > rounding:
        _fail(subject, index, truth, got, "differences at 240 bits")
    # The rule holds at 240 bits; the float result is what its rounding leaves of it.
    if resolved and abs(got - truth) <= 0.01 * abs(truth):
        return Line(name, truth, got, "differences at 240 bits", "right")
    verdict = "constant" if truth == 0 and _is_constant_around(subject, index) else "flat"
    return Line(name, truth, got, "differences at 240 bits", verdict)


def _settled_by_differences(subject: Subject, index: int, got: Any) -> Line:
    try:
        estimate = plain_differences(subject.evaluate, [as_float(x) for x in subject.numbers], index)
    except NotApplicableError as error:
        raise InconclusiveError(f"d/d{subject.names[index]} has no oracle at {_where(subject)}: {error}") from None
    return _judged(subject, index, estimate, got, True)


def _gradient_at(subject: Subject, bits: int) -> list[Any]:
    import mpmath

    with mpmath.workprec(bits):
        return subject.gradient(
            [mpmath.mpc(x) if isinstance(x, complex) else mpmath.mpf(x) for x in map(as_float, subject.numbers)]
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
            [mpmath.mpc(x) if isinstance(x, complex) else mpmath.mpf(x) for x in map(as_float, subject.numbers)]
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
        between = f"[{short(low)}, {short(high)}]"
        if not inside:
            _fail(subject, index, between, got[index], "the one-sided derivatives at a kink")
        verdict = "right" if low != 0 or high != 0 else "constant"
        report.lines.append(Line(subject.names[index], between, got[index], "one-sided derivatives", verdict))


def _fail(subject: Subject, index: int, expected: Any, got: Any, oracle: str, second: int | None = None) -> Any:
    found = blame.find(subject) if subject.own else blame.Blame()
    name = subject.names[index]
    what = f"d/d{name}" if second is None else f"d2/d{name} d{subject.names[second]}"
    message = [
        f"{what} is wrong: got {short(got)}, expected {short(expected)} by {oracle}",
        f"  at {_where(subject)}",
    ]
    if found.text:
        message.append(f"  {found.text}")
    elif subject.own:
        message.append("  every node's rule is right: a part of fn is not in the graph (x.data, float(x), detach?)")
    if found.line:
        message.append(f"  made at {found.line}{': ' + found.source if found.source else ''}")
    raise GradientError("\n".join(message), found, name, expected, got)
