"""The judge of another engine's gradients: the same function is recorded as a graph of this engine's Values.

Where fn runs on Values and gives the same number, the truth comes from the forward rules of that graph, as for our own
gradients, with the interval between the one-sided derivatives at kinks; and each node can be run alone through the
other engine, to see which op it gets wrong. Where fn cannot be recorded (it calls the engine's own functions), it is
differenced on floats.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any

from ...engine import Value, topological_order
from ..adapters import Engine, NotOffered
from . import blame
from . import tolerances as limit
from .chain import Derivative, unknown
from .judge import Graph
from .local_derivatives import slopes_on_floats
from .precision import NotApplicableError, agree, at_high_precision, is_number
from .report import InconclusiveError, Report, apart, concluded
from .subject import Subject


def judge_engine(engine: Engine, subject: Subject, order: int) -> Report:
    """The report on another engine's gradient; raises GradientError or InconclusiveError."""
    numbers = [float(x) if isinstance(x, int | Fraction) else x for x in subject.numbers]
    value, got = engine.value_and_gradient(subject.call, numbers, subject.shape)
    if not is_number(value):
        raise InconclusiveError(f"fn is {value} at {subject.place()}: there is no derivative to check")
    graph = _recorded(engine, subject, numbers, value)
    with at_high_precision():
        if graph.nodes:
            graph.judge(1, [graph.first()], lambda: [got], lambda: _faulty_op(engine, graph))
        else:
            known = [_on_floats(engine, subject, numbers, index) for index in range(len(numbers))]
            graph.judge(1, [known], lambda: [got], lambda: None)
        if order == 2:
            try:
                rows = engine.hessian(subject.call, numbers, subject.shape)
            except NotOffered as error:
                raise ValueError(f"order=2: {error}") from None
            if not graph.nodes:
                raise InconclusiveError("order=2 needs a function that can be recorded: it calls its own engine's")
            graph.judge(2, graph.second(), lambda: rows, lambda: None)
    return concluded(Report(order, graph.lines), subject.place())


def _recorded(engine: Engine, subject: Subject, numbers: list[Any], value: Any) -> Graph:
    """fn as a graph of Values, of no nodes if it cannot be recorded, or is another function there."""
    leaves = [Value(x) for x in numbers]
    nothing = Graph(subject, [], leaves, foreign=True)
    try:
        engine.by_hand.clear()
        output = engine.record(subject.call, leaves, subject.shape)
        output = output.item() if hasattr(output, "shape") else output
    except Exception:
        return nothing
    if not isinstance(output, Value) or not is_number(output.data) or not agree(output.data, value, limit.CLOSE):
        return nothing
    return Graph(subject, topological_order(output), leaves, foreign=True)


def _on_floats(engine: Engine, subject: Subject, numbers: list[Any], index: int) -> Derivative:
    """What differences of fn itself say."""
    try:
        found = slopes_on_floats(lambda *xs: engine.evaluate(subject.call, list(xs), subject.shape), numbers, index)
    except NotApplicableError:
        return unknown()
    found.undecided = found.slack > limit.SEEN * found.size > 0
    return found


def _faulty_op(engine: Engine, graph: Graph) -> blame.Blame:
    """The first node from the output down that the engine gets wrong when it is all there is."""
    for node in reversed(graph.nodes):
        numbers: list[Any] = [float(x) for x in node.arg_numbers if isinstance(x, float | int)]
        op = node.op
        if op is None or op.gives == "condition" or len(numbers) < len(node.arg_numbers):
            continue
        twins = [Value(x) for x in numbers]
        alone = Graph(graph.subject, topological_order(op(*twins)), twins, foreign=True)
        try:
            _, got = engine.value_and_gradient(partial(engine.apply, op), numbers, numbers)
        except Exception:
            continue
        for index, (x, known) in enumerate(zip(got, alone.first(), strict=True)):
            if not known.undecided and not known.allows(x, limit.OTHER_ENGINE):
                texts = apart(x, known.low)
                text = (
                    f"to blame: the engine's {op.name!r}, whose partial derivative number {index + 1} "
                    f"at ({', '.join(map(str, node.arg_numbers))}) is {texts[0]}, and should be {texts[1]}"
                )
                if any(hasattr(each, "shape") for each in graph.subject.shape):
                    return blame.Blame(text, op, node)
                return blame.with_line(graph.subject, graph.nodes, node, text, op)
    if engine.by_hand:
        names = ", ".join(dict.fromkeys(engine.by_hand))
        return blame.Blame(f"every op by itself is right; to blame: the derivative written by hand of {names}")
    return blame.Blame(
        "every op by itself is right: a derivative written by hand is wrong, a part of fn is not in the engine's graph "
        "(detach, stop_gradient?), or the engine adds up wrongly"
    )
