"""The judge of another engine's gradients: the same function is recorded as a graph of this engine's Values.

Where fn runs on Values and gives the same number, the truth comes from the forward rules of that graph, as for our own
gradients, with the interval between the one-sided derivatives at kinks; and each node can be run alone through the
other engine, to see which op it gets wrong. Where fn cannot be recorded (it calls the engine's own functions), it is
differenced on floats.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ...engine import Value, topological_order
from ..adapters import Engine, NotOffered
from . import blame
from .chain import span_of, true_gradient, true_hessian
from .local_derivatives import NotApplicableError, agree, at_high_precision, is_number, plain_differences, precise
from .nodes import edges, second_edges
from .report import GradientError, InconclusiveError, Judgement, Report, Verdict, apart, folded
from .subject import Subject
from .tolerances import CLOSE, LOST_IN_SUMS, OTHER_ENGINE, SEEN, SMALLEST


def judge_engine(engine: Engine, subject: Subject, order: int) -> Report:
    """The verdicts; raises GradientError or InconclusiveError."""
    numbers = [float(x) if isinstance(x, int | Fraction) else x for x in subject.numbers]
    value, got = engine.value_and_gradient(subject.call, numbers, subject.shape)
    if not is_number(value):
        raise InconclusiveError(f"fn is {value} at {subject.place()}: there is no derivative to check")
    report = Report(order)
    graph = _recorded(engine, subject, numbers, value)
    spans = _spans(graph) if graph else [None] * len(numbers)
    for index, x in enumerate(got):
        report.lines.append(_line(engine, subject, numbers, index, x, spans[index], graph))
    if order == 2:
        report.lines.extend(_second(engine, subject, numbers, graph))
    if not any(line.verdict in ("right", "kink") for line in report.lines):
        line = report.lines[0]
        text = f"d/d{line.name} is {line.verdict} at {subject.place()}: check at another point"
        raise InconclusiveError(folded(text), report)
    return report


def _recorded(engine: Engine, subject: Subject, numbers: list[Any], value: Any) -> tuple[Value, list[Value]] | None:
    """fn as a graph of Values, if it can be recorded and is the same function there."""
    leaves = [Value(x) for x in numbers]
    try:
        engine.by_hand.clear()
        output = engine.record(subject.call, leaves, subject.shape)
        output = output.item() if hasattr(output, "shape") else output
    except Exception:
        return None
    if not isinstance(output, Value) or not is_number(output.data) or not agree(output.data, value, CLOSE):
        return None
    return output, leaves


def _spans(graph: tuple[Value, list[Value]]) -> list[Any]:
    output, leaves = graph
    order = topological_order(output)
    with at_high_precision():
        edges_of = {node: edges(node) for node in order if node.op is not None}
        try:
            found = span_of(order, edges_of)
        except NotApplicableError:
            return [None] * len(leaves)
        return [found.get(leaf, (precise(0), precise(0), precise(0))) for leaf in leaves]


def _line(
    engine: Engine,
    subject: Subject,
    numbers: list[Any],
    index: int,
    got: Any,
    span: Any,
    graph: tuple[Value, list[Value]] | None,
) -> Judgement:
    name = subject.names[index]
    oracle = "240 bits"
    if span is None:
        oracle = "plain differences"

        def on_floats(moved: list[Any]) -> Any:
            return engine.evaluate(subject.call, moved, subject.shape)

        try:
            number, error = plain_differences(on_floats, numbers, index)
        except NotApplicableError:
            return Judgement(name, None, got, oracle, "undecided")
        if error > SEEN * abs(number) and not (number == got == 0):
            if is_number(got) and abs(got - number) <= 10 * error:
                return Judgement(name, number, got, oracle, "flat")
            return Judgement(name, number, got, oracle, "undecided")
        low = high = number
        slack = 10 * error + OTHER_ENGINE * abs(number)
    else:
        low, high, size = span
        # The other engine's forward pass rounds as well: what is lost in a sum that cancels is no fault.
        slack = OTHER_ENGINE * max(abs(low), abs(high)) + LOST_IN_SUMS * size + SMALLEST
    if not is_number(got) or not _within(precise(got), low, high, slack):
        _fail(engine, subject, index, low, got, oracle, graph)
    verdict: Verdict = "right" if agree(low, high) else "kink"
    if low == high == 0:
        verdict = "flat"
    return Judgement(name, _number(low), got, oracle, verdict)


def _within(x: Any, low: Any, high: Any, slack: Any) -> bool:
    if any(isinstance(each, complex) or hasattr(each, "_mpc_") for each in (x, low)):
        return bool(abs(x - low) <= slack)
    return bool(low - slack <= x <= high + slack)


def _number(x: Any) -> Any:
    return complex(x) if hasattr(x, "_mpc_") or isinstance(x, complex) else float(x)


def _second(
    engine: Engine, subject: Subject, numbers: list[Any], graph: tuple[Value, list[Value]] | None
) -> list[Judgement]:
    try:
        got = engine.hessian(subject.call, numbers, subject.shape)
    except NotOffered as error:
        raise ValueError(f"order=2: {error}") from None
    if graph is None:
        raise InconclusiveError("order=2 needs a function that can be recorded: it calls functions of its own engine")
    output, leaves = graph
    order = topological_order(output)
    computed = [node for node in order if node.op is not None]
    with at_high_precision():
        firsts = {node: edges(node) for node in computed}
        seconds = {node: second_edges(node) for node in computed if node.op.gives != "condition"}
        if any(e.true is None or e.is_kink for each in firsts.values() for e in each) or any(
            e.true is None or e.is_kink for each in seconds.values() for e in each.values()
        ):
            raise InconclusiveError(f"no second derivative at {subject.place()}")
        expected = true_hessian(order, firsts, seconds, leaves, lambda edge: edge.true)
        found = []
        for i, row in enumerate(expected):
            for j, want in enumerate(row):
                scale = max(abs(x) for x in row)
                if (
                    not is_number(got[i][j])
                    or abs(precise(got[i][j]) - want) > OTHER_ENGINE * abs(want) + LOST_IN_SUMS * scale
                ):
                    _fail(engine, subject, i, want, got[i][j], "240 bits", graph, second=j)
                name = f"{subject.names[i]} d{subject.names[j]}"
                found.append(
                    Judgement(name, _number(want), got[i][j], "240 bits", "right" if want != 0 else "constant")
                )
    return found


def _fail(
    engine: Engine,
    subject: Subject,
    index: int,
    expected: Any,
    got: Any,
    oracle: str,
    graph: tuple[Value, list[Value]] | None,
    second: int | None = None,
) -> None:
    accused = _faulty_op(engine, subject, graph) if graph is not None and second is None else None
    name = subject.names[index]
    what = f"d/d{name}" if second is None else f"d2/d{name} d{subject.names[second]}"
    texts = apart(got, expected)
    lines = [f"{what} is wrong: got {texts[0]}, expected {texts[1]} by {oracle}", f"  at {subject.place()}"]
    lines += [f"  {line}" for line in str(accused or "").splitlines()]
    raise GradientError(folded("\n".join(lines)), name, expected, got, accused)


def _faulty_op(engine: Engine, subject: Subject, graph: tuple[Value, list[Value]]) -> blame.Blame | None:
    """The first node from the output down that the engine gets wrong when it is all there is."""
    order = topological_order(graph[0])
    for node in reversed(order):
        if (
            node.op is None
            or node.op.gives == "condition"
            or not all(isinstance(x, float | int) for x in node.arg_numbers)
        ):
            continue
        twins: list[Any] = [Value(float(x)) for x in node.arg_numbers]
        try:
            with at_high_precision():
                reached = true_gradient(topological_order(alone := node.op(*twins)), {alone: edges(alone)})
                wanted = [reached.get(twin, 0) for twin in twins]
            numbers = [float(x) for x in node.arg_numbers]
            _, got = engine.value_and_gradient(lambda leaves: engine.apply(node.op, leaves), numbers, numbers)  # noqa: B023
        except Exception:
            continue
        for index, (x, want) in enumerate(zip(got, wanted, strict=True)):
            if not is_number(x) or not agree(precise(x), want, OTHER_ENGINE, LOST_IN_SUMS):
                texts = apart(x, want)
                shown = ", ".join(map(str, node.arg_numbers))
                text = (
                    f"to blame: the engine's {node.op.name!r}, whose partial derivative number {index + 1} "
                    f"at ({shown}) is {texts[0]}, and should be {texts[1]}"
                )
                if any(hasattr(each, "shape") for each in subject.shape):
                    return blame.Blame(text, node.op, node)
                return blame.with_line(subject, order, node, text, node.op)
    if engine.by_hand:
        names = ", ".join(dict.fromkeys(engine.by_hand))
        return blame.Blame(f"every op by itself is right; to blame: the derivative written by hand of {names}")
    return blame.Blame(
        "every op by itself is right: a derivative written by hand is wrong, a part of fn is not in the engine's graph "
        "(detach, stop_gradient?), or the engine adds up wrongly"
    )
