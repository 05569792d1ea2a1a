"""The judge of this engine's own gradients. What makes a gradient right is proven in four steps:

1. each node's rule gives the derivative of its forward rule, at the numbers that the node was recorded with (`nodes`);
2. the chain rule over the recorded graph puts these together to what backward() left in the leaves (`chain`);
3. so does it for second derivatives, from the second differences of the forward rules;
4. fn has no dependence on its inputs but by the recorded graph (`replay`).

As each node is looked at by itself, rounding in the forward pass does not matter, a kink is one exactly where a node
stands on it, and what is wrong has a name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from ...engine import Value, topological_order
from ...extras import install_command
from . import blame
from .chain import Total, totals, true_gradient, true_hessian
from .local_derivatives import NotApplicableError, at_high_precision, has_high_precision, is_number, precise
from .nodes import Edge, edges, is_close, second_edges
from .replay import computed, escapes
from .report import GradientError, InconclusiveError, Judgement, Report, Verdict, apart, folded, short
from .subject import Subject
from .tolerances import CLOSE, LARGEST, SEEN, SEEN_SECOND, SMALLEST

_MOST_FOR_SECOND = 20  # parameters: the second derivatives are as many as their square


class Judge:
    """The recorded graph of a subject, its nodes judged, and the verdicts."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.output, self.leaves = subject.record()
        self.order = topological_order(self.output)
        self.value = self.output.data
        if not is_number(self.value):
            raise InconclusiveError(f"fn is {self.value} at {subject.place()}: there is no derivative to check")
        again, _ = subject.record()
        if again.data != self.value:
            raise ValueError(
                f"fn gave {self.value}, then {again.data}, for the same inputs: is something random in it?"
            )
        subject.close_over(self.order, topological_order(again), self.leaves)
        self.everything = [*self.leaves, *subject.parameters]
        outside = {*subject.outside}
        self.computed = [node for node in self.order if node.op is not None and node not in outside]
        self.oracle = "240 bits" if has_high_precision() else "plain differences"

    def judge(self, order: int) -> Report:
        """The report; raises GradientError or InconclusiveError."""
        with_precision = at_high_precision() if has_high_precision() else _nothing()
        with with_precision:
            report = Report(order, notes=self._notes())
            self.edges_of: dict[Value, Sequence[Edge]] = {node: edges(node) for node in self.computed}
            try:
                got, self.grads = self.subject.backward(self.output, self.leaves)
            except Exception:
                known = totals(self.order, self.edges_of)
                self._blame_rule([known.get(leaf, Total()) for leaf in self.everything], [None] * len(self.everything))
                raise
            report.lines.extend(self._first_order(got))
            if order == 2:
                report.lines.extend(self._second_order())
            self._check_escapes()
            self._conclude(report)
            return report

    def _notes(self) -> list[str]:
        return [
            f"{node.label or node.op} ({node.data}) was computed before fn was called: what it was computed from "
            "is not checked; compute it inside fn"
            for node in self.subject.outside
            if not any(node in user.args for user in self.subject.outside)
        ]

    # --- first derivatives ------------------------------------------------------------------------------------------

    def _first_order(self, got: list[Any]) -> list[Judgement]:
        plain = all(
            edge.true is not None and not edge.fault and not edge.is_kink and not edge.on_floats
            for each in self.edges_of.values()
            for edge in each
        )
        reached: Mapping[Value, Any]
        if plain:
            reached = true_gradient(self.order, self.edges_of)
            if all(is_close(x, reached[leaf]) for leaf, x in zip(self.everything, got, strict=True) if leaf in reached):
                return [
                    self._plain_line(index, reached.get(leaf), got[index]) for index, leaf in enumerate(self.everything)
                ]
        self.totals = totals(self.order, self.edges_of)
        found = [self.totals.get(leaf, Total()) for leaf in self.everything]
        self._blame_rule(found, got)
        return [self._line(index, total, x) for index, (total, x) in enumerate(zip(found, got, strict=True))]

    def _plain_line(self, index: int, true: Any, got: Any) -> Judgement:
        if true == 0 or true is None:
            if got != 0:
                self._fail(index, 0, got, self._sum_to_blame())
            return self._zero_line(index, self.everything[index] in {*self.order}, got)
        return Judgement(self.subject.names[index], self._shown(true, got), got, self.oracle, "right")

    def _zero_line(self, index: int, reached: bool, got: Any) -> Judgement:
        verdict: Verdict = "independent"
        if reached:
            verdict = "constant" if self._is_constant_around(index) else "flat"
        return Judgement(self.subject.names[index], 0, got, self.oracle, verdict)

    def _shown(self, true: Any, got: Any) -> Any:
        """The true derivative as a number of the kind that the engine gave."""
        if isinstance(got, int | Fraction):
            return got
        if isinstance(got, complex):
            return complex(true)
        return float(true) if abs(true) < 10 * LARGEST else true

    def _line(self, index: int, total: Total, got: Any) -> Judgement:
        name = self.subject.names[index]
        oracle = "plain differences" if total.on_floats else self.oracle
        if not is_number(got):
            if total.undecided or not is_number(total.engine) or total.size > LARGEST:  # beyond the floats on its way
                return Judgement(name, total.true, got, oracle, "undecided")
            self._fail(index, total.true, got, self._sum_to_blame())
        off = abs(precise(got) - precise(total.engine)) if is_number(total.engine) else 0
        if got != total.engine and off > total.rounding:
            self._fail(index, total.true, got, self._sum_to_blame())
        if total.undecided:
            return Judgement(name, None, got, oracle, "undecided")
        if total.true == 0 and got == 0:
            if total.kink:
                return Judgement(name, 0, got, oracle, "kink")
            return self._zero_line(index, total.size != 0 or self.everything[index] in self.order, got)
        seen = is_close(got, total.true) or abs(precise(got) - total.true) <= SEEN * abs(total.true)
        verdict: Verdict = "flat" if not seen else "kink" if total.kink else "right"
        return Judgement(name, self._shown(total.true, got), got, oracle, verdict)

    def _is_constant_around(self, index: int) -> bool:
        """Whether the graph gives the same beside the point (a dead relu), or is flat at it alone (x * x at 0)."""
        convert = precise if has_high_precision() else float
        try:
            numbers = [convert(x) for x in self.subject.numbers]
            values = []
            for step in (0, 1 / 97, -1 / 89):
                moved = [*numbers[:index], numbers[index] + step, *numbers[index + 1 :]]
                values.append(computed(self.order, dict(zip(self.everything, moved, strict=True)), convert))
        except (NotApplicableError, TypeError):
            return False
        return bool(values[0] == values[1] == values[2])

    # --- second derivatives -----------------------------------------------------------------------------------------

    def _second_order(self) -> list[Judgement]:
        if len(self.subject.parameters) > _MOST_FOR_SECOND:
            raise ValueError(f"order=2 on {len(self.subject.parameters)} parameters: check a smaller module")
        if not has_high_precision():
            raise ValueError(f"order=2 needs mpmath: {install_command('testing')}")
        seconds = {node: second_edges(node) for node in self.computed if node.op.gives != "condition"}
        found = []
        fault = next((pair for each in seconds.values() for pair in each.values() if pair.fault), None)
        if fault is None or not fault.fault.startswith("raised"):
            got = self.subject.hessian()
        else:
            got = [[None] * len(self.everything) for _ in self.everything]

        def true(edge: Edge) -> Any:
            return edge.true if edge.true is not None else precise(edge.got) if is_number(edge.got) else precise(0)

        def engine(edge: Edge) -> Any:
            return precise(edge.got) if is_number(edge.got) else precise(0)

        def size(edge: Edge) -> Any:
            return max(abs(true(edge)), abs(engine(edge)))

        expected, computed, sizes = (
            true_hessian(self.order, self.edges_of, seconds, self.everything, value) for value in (true, engine, size)
        )
        undecided = any(edge.true is None for each in seconds.values() for edge in each.values())
        kinks = self._second_kinks(seconds)
        for i, row in enumerate(expected):
            for j, want in enumerate(row):
                name = f"{self.subject.names[i]} d{self.subject.names[j]}"
                x = got[i][j]
                slack = CLOSE * sizes[i][j] + SMALLEST + 4 * abs(computed[i][j] - want)
                seen = is_number(x) and (is_close(x, want) or abs(precise(x) - want) <= SEEN_SECOND * abs(want))
                verdict: Verdict = "right"
                if fault is not None and not seen:
                    self._fail(i, want, x, blame.faulty_second_rule(self.subject, self.order, seconds), second=j)
                if kinks is not None and kinks[i][j] != 0 and (seen or x == want):
                    verdict = "kink"
                elif want == 0 and x == 0:
                    verdict = "constant"
                elif undecided:
                    verdict = "undecided"
                elif not seen:
                    if is_number(x) and abs(precise(x) - want) > slack:
                        self._fail(i, want, x, None, second=j)
                    verdict = "flat" if is_number(x) else "undecided"
                found.append(Judgement(name, self._shown(want, x) if x is not None else want, x, self.oracle, verdict))
        return found

    def _second_kinks(self, seconds: Mapping[Value, Mapping[tuple[int, int], Edge]]) -> list[list[Any]] | None:
        """For each second derivative a number that is 0 if no kink decides it; None if no op stands at a kink."""
        if not any(edge.is_kink for each in seconds.values() for edge in each.values()):
            return None
        marked = {
            node: {pair: Edge(int(edge.is_kink), 0) for pair, edge in each.items()} for node, each in seconds.items()
        }

        def size(edge: Edge) -> Any:
            found = [abs(precise(x)) for x in (edge.true, edge.got) if x is not None and is_number(x)]
            return max(found, default=precise(0)) or precise(int(edge.is_kink))

        return true_hessian(self.order, self.edges_of, marked, self.everything, size)

    # --- what is wrong ----------------------------------------------------------------------------------------------

    def _check_escapes(self) -> None:
        if getattr(self.subject.fn, "stays_in_graph", False):
            return
        name = escapes(self.subject, self.order, self.leaves)
        if name:
            index = self.subject.names.index(name)
            why = "a part of fn is not in the graph (x.data, float(x), detach?)"
            raise GradientError(
                folded(
                    f"d/d{name} is wrong: fn depends on {name} otherwise than by what it recorded\n"
                    f"  at {self.subject.place()}\n  every node's rule is right: {why}"
                ),
                name,
                None,
                self.grads.get(self.everything[index], 0),
            )

    def _blame_rule(self, found: Sequence[Total], got: Sequence[Any]) -> None:
        for index, total in enumerate(found):
            if total.faults > 0 or got[index] is None:
                accused = blame.faulty_rule(self.subject, self.order, self.edges_of)
                if accused is not None:
                    self._fail(index, total.true, got[index], accused)

    def _sum_to_blame(self) -> blame.Blame | None:
        return blame.faulty_sum(self.subject, self.order, totals(self.order, self.edges_of), self.grads)

    def _fail(
        self, index: int, expected: Any, got: Any, accused: blame.Blame | None, second: int | None = None
    ) -> None:
        name = self.subject.names[index]
        what = f"d/d{name}" if second is None else f"d2/d{name} d{self.subject.names[second]}"
        texts = apart(got, expected)
        lines = [
            f"{what} is wrong: got {texts[0]}, expected {texts[1]} by {self.oracle}",
            f"  at {self.subject.place()}",
        ]
        lines += [f"  {line}" for line in str(accused or "").splitlines()]
        raise GradientError(folded("\n".join(lines)), name, expected, got, accused)

    def _conclude(self, report: Report) -> None:
        """Inconclusive if nothing at all was seen; what is flat or undecided beside something else is a verdict."""
        if not any(line.verdict in ("right", "kink") for line in report.lines):
            raise InconclusiveError(folded(self._flat_text(report.lines[0])), report)

    def _flat_text(self, line: Judgement) -> str:
        if line.verdict == "undecided":
            return f"d/d{line.name} has no oracle at {self.subject.place()}: check at another point"
        if line.verdict == "flat" and line.expected != 0:
            what = f"is too flat to tell: {short(line.expected)} by {line.oracle}, {short(line.got)} by the engine"
        else:
            what = "is 0"
        return (
            f"d/d{line.name} {what} at {self.subject.place()}, where a wrong rule gives 0, too: "
            "check at another point, where the function is not flat"
        )


def _nothing() -> Any:
    from contextlib import nullcontext

    return nullcontext()
