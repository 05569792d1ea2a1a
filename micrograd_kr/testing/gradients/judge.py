"""The one judge, of this engine's gradients and of any other's. What makes a gradient right is proven in four steps:

1. each node's rule gives the derivative of its forward rule, at the numbers that the node was recorded with (`nodes`);
2. the chain rule over the recorded graph puts these together to what the engine gave (`chain`);
3. so does it for second derivatives;
4. fn has no dependence on its inputs but by the recorded graph (`replay`).

As each node is looked at by itself, rounding in the forward pass does not matter, a kink is one exactly where a node
stands on it, and what is wrong has a name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ...engine import Value, topological_order
from ...extras import install_command
from . import blame
from . import tolerances as limit
from .chain import Derivative, hessian, reach
from .nodes import locals_of, seconds_of
from .precision import agree, at_high_precision, has_high_precision, is_number
from .replay import escapes
from .report import InconclusiveError, Judgement, Report, Verdict, apart, as_shown, concluded, wrong
from .subject import Subject


def judge(subject: Subject, order: int) -> Report:
    """The report on this engine's own gradient; raises GradientError or InconclusiveError."""
    output, leaves = subject.record()
    if not is_number(output.data):
        raise InconclusiveError(f"fn is {output.data} at {subject.place()}: there is no derivative to check")
    again, _ = subject.record()
    if again.data != output.data:
        both = f"{output.data}, then {again.data}"
        raise ValueError(f"fn gave {both}, for the same inputs: is something random in it?")
    nodes = topological_order(output)
    subject.close_over(nodes, topological_order(again), leaves)
    if order == 2 and len(subject.parameters) > limit.MOST_FOR_SECOND:
        raise ValueError(f"order=2 on {len(subject.parameters)} parameters: check a smaller module")
    if order == 2 and not has_high_precision():
        raise ValueError(f"order=2 needs mpmath: {install_command('testing')}")
    graph = Graph(subject, nodes, [*leaves, *subject.parameters])
    grads: dict[Value, Any] = {}

    def backward() -> list[list[Any]]:
        got, left = subject.backward(output, leaves)
        grads.update(left)
        return [got]

    with at_high_precision():
        graph.judge(1, [graph.first()], backward, lambda: blame.faulty_sum(subject, nodes, graph.reached, grads))
        if order == 2:
            graph.judge(2, graph.second(), subject.hessian, lambda: None)
        name = "" if getattr(subject.fn, "stays_in_graph", False) else escapes(subject, nodes, graph.inputs)
        if name:
            what = f"d/d{name} is wrong: fn depends on {name} otherwise than by what it recorded"
            why = "every node's rule is right: a part of fn is not in the graph (x.data, float(x), detach?)"
            raise wrong(what, subject.place(), why, name)
    return concluded(Report(order, graph.lines, subject.notes()), subject.place())


class Graph:
    """The recorded graph of a function, what is known of its derivatives, and the verdicts on those of an engine.

    Attributes:
        reached: of each node that a gradient reaches, what is known of it.
        lines: the verdicts.
        foreign: whether another engine is judged: it may choose otherwise at kinks, and rounds in ways not known.
    """

    def __init__(self, subject: Subject, nodes: Sequence[Value], inputs: Sequence[Value], foreign: bool = False):
        self.subject, self.nodes, self.inputs, self.foreign = subject, nodes, inputs, foreign
        self._recorded = {*nodes}
        self.lines: list[Judgement] = []
        self.reached: Mapping[Value, Derivative] = {}
        self._locals: dict[Value, Sequence[Derivative | None]] = dict.fromkeys(subject.outside, ())

    def first(self) -> list[Derivative]:
        """What is known of the derivative by each input."""
        self.reached = reach(self.nodes, self._locals_of)
        return [self.reached.get(each, Derivative(0, 0)) for each in self.inputs]

    def second(self) -> list[list[Derivative]]:
        """What is known of the second derivatives."""
        seconds = {node: seconds_of(node, found) for node in self.nodes if (found := self._locals_of(node))}
        return hessian(self.nodes, self._locals_of, seconds, self.inputs)

    def _locals_of(self, node: Value) -> Sequence[Derivative | None]:
        found = self._locals.get(node)
        if found is None:
            found = self._locals[node] = locals_of(node, chosen=not self.foreign)
            for each in found if self.foreign else ():
                if each is not None:
                    each.slack += limit.LOST_IN_SUMS * each.size
        return found

    def judge(
        self,
        order: int,
        known: Sequence[Sequence[Derivative]],
        engine: Callable[[], Sequence[Sequence[Any]]],
        accuse: Callable[[], blame.Blame | None],
    ) -> None:
        """Add a line for each number that the engine gives, or raise a GradientError.

        Args:
            order: of the derivatives.
            known: one row of first derivatives, or a row of second ones for each input.
            engine: gives the numbers in the same order.
            accuse: what is to blame for a number that is wrong although each rule is right.
        """
        names = self.subject.names
        firsts = [""] if order == 1 else names
        faulty = not self.foreign and any(each.fault for row in known for each in row)
        try:
            rows = engine()
        except Exception:
            if not faulty:
                raise
            rows = [[None] * len(row) for row in known]
        cells = [
            (first, name, node, each, x)
            for first, row, numbers in zip(firsts, known, rows, strict=True)
            for name, node, each, x in zip(names, self.inputs, row, numbers, strict=True)
        ]
        for first, name, _, each, x in cells if faulty else ():
            if each.fault is not None:
                raise self._wrong(first, name, each, x, blame.faulty_rule(self.subject, self.nodes, each.fault))
        for first, name, node, each, x in cells:
            verdict = self._verdict(bool(first), node, each, x)
            if verdict is None:
                raise self._wrong(first, name, each, x, accuse())
            label = f"{first} d{name}" if first else name
            self.lines.append(Judgement(label, as_shown(each, x), x, _oracle(each), verdict))

    def _verdict(self, second: bool, node: Value, known: Derivative, got: Any) -> Verdict | None:
        """None if the number is wrong."""
        slack, seen = known.slack, limit.SEEN
        if second:
            slack, seen = limit.ALLOWED * slack + limit.CLOSE * known.size, limit.SEEN_SECOND
        if self.foreign:
            slack += limit.OTHER_ENGINE * known.size
        share = limit.EXACT if isinstance(got, int | Fraction) and got else 0.0
        right = Derivative(known.low, known.high, 0.0 if share else slack).allows(got, share)
        if not right and (is_number(got) or not known.undecided):
            return None
        if known.undecided:
            return "undecided"
        if known.is_zero and got == 0 and not known.kink:
            if node in self.reached and not second:
                return "flat"
            return "constant" if node in self._recorded else "independent"
        if known.high is known.low and not agree(got, known.low, seen):
            return "flat"
        return "kink" if known.kink else "right"

    def _wrong(self, first: str, name: str, known: Derivative, got: Any, accused: Any) -> Exception:
        what = f"d2/d{first} d{name}" if first else f"d/d{name}"
        texts = apart(got, known.low)
        text = f"{what} is wrong: got {texts[0]}, expected {texts[1]} by {_oracle(known)}"
        return wrong(text, self.subject.place(), accused, first or name, known.low, got)


def _oracle(known: Derivative) -> str:
    return "240 bits" if has_high_precision() and not known.on_floats else "plain differences"
