"""One node of a recorded graph, judged where it stands: each of its rules against the forward rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...engine import Constant, Value, grad
from ...interpreted import Chosen, no_path
from ...ops import Op
from . import tolerances as limit
from .chain import Derivative, known, unknown
from .local_derivatives import Rule, called, slope, slope_of, slopes, slopes_on_floats, stays_in_table
from .precision import NotApplicableError, agree, at_high_precision, has_high_precision, is_number, precise
from .report import apart, short

At = tuple[list[Any], Any]  # the arguments at high precision, and the forward rule of them


def locals_of(node: Value, chosen: bool) -> list[Derivative | None]:
    """The derivative by each argument; None where nothing flows: it is a constant, or the rule wrote an exact 0.

    Args:
        chosen: whether at a kink what the rule chose counts, if it is right; else all that lies between the sides.

    A leaf has none.
    """
    if node.op is None:
        return []
    at = _at_high_precision(node)
    return [_local(node, index, at, chosen) if moves else None for index, moves in enumerate(_moving(node))]


def _moving(node: Value) -> list[bool]:
    """Which arguments a derivative is taken by: constants and conditions are not."""
    return [
        type(arg) is not Constant and not isinstance(x, bool)
        for arg, x in zip(node.args, node.arg_numbers, strict=True)
    ]


def _at_high_precision(node: Value) -> At | None:
    """The node once more at high precision, if its forward rule can be run there, and is the same function."""
    op, got = node.op, node.data
    assert op is not None
    if not has_high_precision() or not stays_in_table(op, node.arg_numbers):
        return None
    try:
        xs = [precise(x) for x in node.arg_numbers]
        out = called(op.forward, xs)
    except NotApplicableError:
        return None
    same = is_number(got) and (agree(got, out, limit.CLOSE) or abs(out) < limit.SMALLEST)
    if same or (is_number(got) and abs(precise(got) - out) <= rounding(lambda xs: called(op.forward, xs), xs, out)):
        return xs, out
    return None


def _local(node: Value, index: int, at: At | None, chosen: bool) -> Derivative | None:
    op: Op = node.op  # type: ignore[assignment]
    try:
        got = op.derivative(index, node.data, *node.arg_numbers)
    except Exception as error:
        return _faulty(node, index, f"raised {type(error).__name__}: {error}")
    plain = isinstance(got, int | float | complex | Fraction) and not isinstance(got, bool)
    if not plain and not hasattr(got, "_mpf_") and not hasattr(got, "_mpc_"):
        return _faulty(node, index, f"returned {got!r:.60}, which is no number")
    if op.gives == "condition":
        wrong = f"is {short(got)}, and should be 0: no gradient flows through a condition"
        return None if got == 0 else _faulty(node, index, wrong)
    suspect = Suspect(node, op.forward, lambda xs: op.derivative(index, called(op.forward, xs), *xs), index, got)
    found = suspect.judged(at)
    if found.fault is None and got == 0 and _is_shut(node, index):
        return (Derivative(0, 0, kink=True) if chosen else found) if found.kink else None
    if found.fault is None and found.kink and chosen:
        return known(precise(got), got, kink=True, on_floats=found.on_floats)
    return found


def _faulty(node: Value, index: Any, what: str) -> Derivative:
    return Derivative(0, 0, undecided=True, fault=(node, index, what))


def _is_shut(node: Value, index: int) -> bool:
    """Whether the rule wrote an exact 0: then nothing flows, not even an upstream inf."""
    try:
        local = node.op.derivative(index, *map(Chosen, (node.data, *node.arg_numbers)))  # type: ignore[union-attr]
        return bool(no_path(local))
    except Exception:  # a rule that only takes the numbers it was written for
        return False


@dataclass(frozen=True, slots=True)
class Suspect:
    """A rule on trial.

    Attributes:
        node: where it stands.
        function: what it claims to be the derivative of, on numbers of high precision.
        rule: its number on other numbers of the arguments.
        index: by which argument.
        got: its number on those of the engine.
        first: by which argument the function is a derivative already, in second derivatives.
    """

    node: Value
    function: Rule
    rule: Callable[[Sequence[Any]], Any]
    index: int
    got: Any
    first: int | None = None

    def judged(self, at: At | None) -> Derivative:
        """What is known of the derivative, and what is wrong with the rule if it gives another one."""
        op, got, numbers = self.node.op, self.got, self.node.arg_numbers
        assert op is not None
        share, rule, order = limit.ON_FLOATS, got, 1 if self.first is None else 2
        try:
            if at is None:
                sides = slopes_on_floats(op.compute, numbers, self.index)
                if sides.slack > limit.SEEN * sides.size and not sides.size == got == 0:
                    return unknown(got)
            else:
                at_kink = op.kink is not None and op.kink(*at[0]) == 0
                true = 0 if at_kink else slope(self.function, at[0], self.index, out=at[1])
                if true and is_number(got):
                    found = known(true, got)
                    if found.slack <= (limit.EXACT if isinstance(got, Fraction) else limit.SAME) * found.size:
                        return found
                rule, share = self._at_high_precision()
                if true and agree(rule, true, share):
                    return self._on_floats(rule)
                sides = slopes(self.function, numbers, self.index, op.kink, order)
                if not sides.allows(rule, share):
                    with at_high_precision(limit.ALL_BITS * order):  # 1 + erf(x), where erf(x) is almost -1?
                        rule, share = self._at_high_precision()
        except NotApplicableError:
            return unknown(got)
        if not is_number(rule) and not self._is_inside():
            return unknown(got)
        if not sides.allows(rule, share):
            return self._fault(sides)
        found = self._on_floats(precise(rule), sides.on_floats)
        return Derivative(sides.low, sides.high, kink=True) if sides.kink and not found.fault else found

    def _at_high_precision(self) -> tuple[Any, float]:
        """The rule's number, and in what share of it a derivative should agree with it."""
        try:
            return precise(self.rule([precise(x) for x in self.node.arg_numbers])), limit.SAME
        except Exception:  # the rule only takes the numbers of the engine
            return self.got, limit.ON_FLOATS

    def _on_floats(self, rule: Any, on_floats: bool = False) -> Derivative:
        """The rule is right at high precision; on floats it is off by rounding, or by the range of floats, or wrong."""
        got = self.got
        if is_close(got, rule):
            return known(rule, got, on_floats=on_floats)
        if is_number(got) and isinstance(got, float | complex):
            off = abs(precise(got) - rule)
            if off <= limit.SMALLEST or off <= rounding(self.rule, self.node.arg_numbers, rule):
                return known(rule, got)
        sizes = [abs(x) for x in (rule, self.node.data, *self.node.arg_numbers) if not isinstance(x, bool)]
        extreme = any(not 1 / limit.HUGE < size < limit.LARGE_EXPONENT for size in sizes[1:]) or sizes[0] > limit.HUGE
        if isinstance(got, float | complex) and (extreme or not (is_number(got) or self._is_inside())):
            return unknown(got)
        return self._fault(Derivative(rule, rule), " on floats" if isinstance(got, float | complex) else "")

    def _fault(self, sides: Derivative, where: str = "") -> Derivative:
        got, wanted = apart(self.got, sides.high)
        wanted = f"should be {wanted}{where}"
        if sides.kink:
            wanted = f"should lie between {short(sides.low)} and {short(sides.high)}"
        index = self.index if self.first is None else (self.first, self.index)
        fault = self.node, index, f"is {got}, and {wanted}"
        return Derivative(sides.high, sides.high, on_floats=sides.on_floats, fault=fault)

    def _is_inside(self) -> bool:
        """Whether all arguments are inside the domain that the row names."""
        domains = self.node.op.domain  # type: ignore[union-attr]
        return all(
            any(low < x < high for low, high in domains[min(index, len(domains) - 1)])
            for index, x in enumerate(self.node.arg_numbers)
            if isinstance(x, float | int) and not isinstance(x, bool)
        )


def is_close(got: Any, true: Any) -> bool:
    """Whether a derivative of the engine is the true one to within ordinary rounding; a Fraction exactly."""
    return is_number(got) and agree(got, true, limit.EXACT if isinstance(got, int | Fraction) else limit.CLOSE)


def rounding(compute: Callable[[Sequence[Any]], Any], numbers: Sequence[Any], expected: Any) -> Any:
    """How far floats may be off, from how far numbers of fewer bits are, on the same inputs."""
    found: Any = 0
    for bits in limit.FEWER_BITS:
        with at_high_precision(bits):
            try:
                coarse = precise(compute([precise(x) for x in numbers]))
            except Exception:  # on so few bits it is not defined there
                continue
        found = max(found, abs(coarse - expected) * 2.0 ** (bits - 53))
    return limit.ALLOWED * found


# --- second derivatives ---------------------------------------------------------------------------------------------


def seconds_of(node: Value, firsts: Sequence[Derivative | None]) -> dict[tuple[int, int], Derivative]:
    """d2 out / d argument d argument for each pair, by the forward rule and by the graph of the row's own rules.

    Args:
        firsts: the node's first derivatives: where one has a kink, the second is what the rule says.
    """
    op, numbers = node.op, node.arg_numbers
    assert op is not None
    if op.gives == "condition":
        return {}
    moving = [index for index, moves in enumerate(_moving(node)) if moves]
    pairs = [(i, j) for i in moving for j in moving]
    try:
        got = _second_rules(op, numbers, moving)
    except Exception as error:
        return {pair: _faulty(node, pair, f"raised {type(error).__name__}: {error}") for pair in pairs}
    found = {}
    with at_high_precision(2 * limit.PRECISION):
        at = _at_high_precision(node)
        for i, j in pairs:
            x = got[i, j]
            if at is None or any((first := firsts[each]) is not None and first.kink for each in (i, j)):
                found[i, j] = unknown(x) if at is None else known(precise(x), x, kink=True)
            else:
                rule = lambda xs, pair=(i, j): _second_rules(op, xs, moving)[pair]  # noqa: E731
                suspect = Suspect(node, slope_of(op.forward, i), rule, j, x, i)
                found[i, j] = suspect.judged((at[0], None))
    return found


def _second_rules(op: Op, numbers: Sequence[Any], moving: list[int]) -> dict[tuple[int, int], Any]:
    leaves = {index: Value(numbers[index]) for index in moving}
    out = op(*[leaves.get(index, x) for index, x in enumerate(numbers)])
    firsts = grad(out, list(leaves.values()), create_graph=True)
    seconds = [grad(first, list(leaves.values())) for first in firsts]
    return {(i, j): seconds[a][b] for a, i in enumerate(moving) for b, j in enumerate(moving)}
