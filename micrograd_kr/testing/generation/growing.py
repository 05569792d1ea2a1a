"""Growing random expression graphs: the choices come from Hypothesis, or from a plain random generator.

Each op is put only where its row says that it is defined and smooth: an expression carries the point at which it was
grown, and every node's arguments are inside the row's domain and off its kink there. So domain safety survives
composition with no interval arithmetic, and with nothing known here about any op.
"""

from __future__ import annotations

import builtins
import cmath
import math
import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from ...elementary import Number
from ...ops import CONDITION, OPS, Op, find_op
from .expression import Expression, pruned

Choose = Callable[[int], int]  # choose(n) is one of 0 ... n - 1

# How far from the edge of its domain and from its kink an argument stays, and how large a result may be: room
# enough for the differences that oracles take.
MARGIN = 1 / 64
LARGEST = 1000.0
_LARGEST_FRACTION_BITS = 512

_CONSTANTS = (2, 0.5, -1)
_PICKS = 32

CORNERS = (
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.0,
    1e-300,
    -1e-300,
    5e-324,
    1e300,
    -1e300,
    710.0,
    -745.2,
    math.inf,
    -math.inf,
    math.nan,
)


def draw_number(choose: Choose, numbers: type = float, corners: bool = False) -> Number:
    """A number of the kind, of middling size: 1 comes first, so that examples shrink towards it."""
    if corners and numbers is not Fraction and choose(2):
        corner = CORNERS[choose(len(CORNERS))]
        return complex(corner, draw_number(choose)) if numbers is complex else corner
    step = choose(601)
    hundredths = 100 + (-(step // 2) if step % 2 else step // 2)  # 1.00, 0.99, 1.01, ... from -2 to 4
    if numbers is Fraction:
        return Fraction(hundredths, 100)
    if numbers is complex:
        return complex(hundredths / 100, draw_number(choose) - 1)
    return hundredths / 100


def usable(op: Op, operands: Sequence[Number], varies: Sequence[bool], numbers: type) -> Number | None:
    """The op's result, if the operands are well inside its domain and the result is a tame number; else None."""
    for index, x in enumerate(operands):
        if isinstance(x, bool):
            continue
        real = x.real if isinstance(x, complex) else x
        if not any(low + MARGIN < real < high - MARGIN for low, high in op.domain[min(index, len(op.domain) - 1)]):
            return None
    if numbers is complex and not op.holomorphic:
        return None
    try:
        out = op.compute(*operands)
        if op.kink is not None and builtins.abs(op.kink(*operands)) <= MARGIN:
            return None
        if numbers is not float:  # must stay in the kind of number, its derivatives too
            made = [out, *[op.derivative(i, out, *operands) for i, moves in enumerate(varies) if moves]]
            if any(type(x) is not numbers and not isinstance(x, int) for x in made):
                return None
    except (TypeError, ArithmeticError):
        if numbers is not float or all(isinstance(x, bool) for x in operands):
            return None
        raise
    if isinstance(out, Fraction):
        return out if out.numerator.bit_length() + out.denominator.bit_length() < _LARGEST_FRACTION_BITS else None
    if isinstance(out, complex):
        return out if cmath.isfinite(out) and builtins.abs(out) <= LARGEST else None
    return out if math.isfinite(out) and builtins.abs(out) <= LARGEST else None


class Row:
    """What growing needs to know of an op: how many operands, and which of them are conditions."""

    def __init__(self, op: Op) -> None:
        self.op = op
        self.makes_condition = op.gives == "condition"
        self.is_condition = [domain == CONDITION for domain in op.domain]


class _Grower:
    def __init__(self, choose: Choose, rows: list[Row], point: dict[str, Number], numbers: type, corners: bool) -> None:
        self.choose, self.rows, self.numbers, self.corners = choose, rows, numbers, corners
        self.inputs = set(point)
        self.values: dict[str, Number] = dict(point)
        self.steps: list[tuple[Any, ...]] = []
        self.loose = list(point)  # what no step has used yet
        self.used: set[str] = set()
        self.shared = False
        self.picks: list[int] = []  # which operands the next step takes, if an op is defined on them

    def constant(self, index: int) -> Number:
        """A plain number among the operands."""
        if self.corners and self.numbers is float:
            return CORNERS[self.choose(len(CORNERS))]
        number = _CONSTANTS[index]
        return Fraction(number) if self.numbers is Fraction else self.numbers(number)

    def is_number(self, name: str) -> bool:
        return not isinstance(self.values[name], bool)

    def operand(self, position: int, so_far: list[Any], condition: bool) -> Any:
        """An operand for the next step: newest first, what is still unused before what is not, or a constant."""
        if condition:
            found = [name for name in reversed(self.values) if not self.is_number(name)]
            return found[0] if found else None
        loose = [name for name in self.newest_first() if name in self.loose and name not in so_far]
        names = loose + [name for name in self.newest_first() if name not in loose]
        while len(self.picks) <= position:
            self.picks.append(self.choose(_PICKS))
        # What a pick means hardly depends on the steps before: so examples shrink by leaving steps out.
        pick = self.picks[position]
        if not so_far or pick == 0:
            return names[pick % len(names)]
        if pick <= 3:
            return so_far[0]
        return self.constant(pick - 4) if pick < 7 else names[(pick - 7) % len(names)]

    def newest_first(self) -> list[str]:
        """All numbers, the results before the inputs; the inputs in their order."""
        results = [name for name in reversed(self.values) if name not in self.inputs and self.is_number(name)]
        return results + [name for name in self.values if name in self.inputs]

    def try_step(self, row: Row, operands: list[Any]) -> bool:
        names = [x for x in operands if isinstance(x, str)]
        if not names or None in operands:
            return False
        numbers = [self.values[x] if isinstance(x, str) else x for x in operands]
        if self.corners:
            out = row.op.compute(*numbers)
        else:
            out = usable(row.op, numbers, [isinstance(x, str) for x in operands], self.numbers)
        if out is None or isinstance(out, bool) != row.makes_condition:
            return False
        if (
            len(operands) > 1
            and len(set(operands)) == 1
            and not self.corners
            and self.flat_on_diagonal(row.op, numbers)
        ):
            return False
        self.shared = self.shared or len(set(names)) < len(names) or not self.used.isdisjoint(names)
        self.used.update(names)
        self.steps.append((row.op.name, *operands))
        self.values[f"v{len(self.steps)}"] = out
        self.loose = [name for name in self.loose if name not in names]
        self.loose.append(f"v{len(self.steps)}")
        return True

    def flat_on_diagonal(self, op: Op, numbers: list[Number]) -> bool:
        """Whether op(x, x) is the same for every x, as x - x is: nothing could be seen in its derivative."""
        moved = [x + Fraction(1, 7) if isinstance(x, Fraction) else x + 1 / 7 for x in numbers]
        try:
            return bool(op.compute(*moved) == op.compute(*numbers))
        except ArithmeticError:
            return False

    def operands_for(self, row: Row) -> list[Any]:
        count = row.op.arity
        if count is None:
            count = 1 + 2 * self.choose(3)  # an odd count, as the rows that pair their arguments need it
        operands: list[Any] = []
        for index in range(count):
            operands.append(self.operand(index, operands, index < len(row.is_condition) and row.is_condition[index]))
        return operands

    def free_step(self) -> bool:
        """A step with any op on any operands; the first that is defined there, from the one that was chosen on."""
        first = self.choose(len(self.rows))
        self.picks = []
        for offset in range(len(self.rows)):
            row = self.rows[(first + offset) % len(self.rows)]
            if self.try_step(row, self.operands_for(row)):
                return True
        return False

    def joining_step(self, left: str, right: str) -> bool:
        """A step that joins two results (or one with itself), whichever op of two numbers is defined there."""
        joiners = [row for row in self.rows if row.op.arity == 2 and not row.makes_condition]
        first = self.choose(len(joiners)) if joiners else 0
        for offset in range(len(joiners)):
            row = joiners[(first + offset) % len(joiners)]
            if self.try_step(row, [left, right]) or self.try_step(row, [right, left]):
                return True
        return False

    def loose_results(self) -> list[str]:
        """The computed numbers that nothing uses yet."""
        return [name for name in self.loose if self.is_number(name) and name not in self.inputs]

    def steps_to_finish(self) -> int:
        """How many steps it takes to join what is loose, and to share something."""
        return max(0, len(self.loose_results()) - 1) + (not self.shared)

    def grow(self, least: int, most: int) -> None:
        often = max(2, 2 * most // 3)
        while len(self.steps) < most:
            if len(self.steps) >= least and self.choose(often) == 0:
                least, most = most, min(most, len(self.steps) + self.steps_to_finish())
                continue
            loose = self.loose_results()
            if self.steps_to_finish() < most - len(self.steps) and self.free_step():
                continue
            if len(loose) > 1:
                if not self.joining_step(loose[-1], loose[-2]):
                    self.loose.remove(loose[-2])  # nothing joins them: this one is left out
            elif self.shared or not self.joining_step(self.last, self.last):
                break

    @property
    def last(self) -> str:
        """The newest number."""
        return self.newest_first()[0]


def rows_of(ops: Sequence[str | Op] | None) -> list[Row]:
    """The rows asked for by name or as they are; all of the table at this moment, if none is."""
    found = list(OPS.values()) if ops is None else [find_op(op) if isinstance(op, str) else op for op in ops]
    if not found:
        raise ValueError("no op to make expressions of: give at least one name, or None for the whole table")
    return [Row(op) for op in found]


def grow(
    choose: Choose,
    rows: list[Row],
    names: Sequence[str],
    sizes: tuple[int, int],
    numbers: type = float,
    corners: bool = False,
    keep_inputs: bool = True,
) -> Expression:
    """One random expression, with a number of nodes between `sizes`; `choose` makes every choice."""
    point = {name: draw_number(choose, numbers, corners) for name in names}
    grower = _Grower(choose, rows, point, numbers, corners)
    grower.grow(*sizes)
    steps = grower.steps
    while steps and isinstance(grower.values[f"v{len(steps)}"], bool):
        del grower.values[f"v{len(steps)}"]
        steps.pop()  # a condition is no output
    grown = pruned(point, steps, keep_inputs)
    used = [x for step in grown.steps for x in step[1:] if isinstance(x, str)]
    if len(set(used)) == len(used) and len(grown.steps) < sizes[1] and grower.joining_step(grower.last, grower.last):
        grown = pruned(point, steps, keep_inputs)  # what was shared was not needed
    return grown


def random_expression(
    seed: int | random.Random,
    ops: Sequence[str | Op] | None = None,
    inputs: int = 2,
    nodes: int = 12,
    numbers: type = float,
) -> Expression:
    """A random expression without Hypothesis: the same for the same seed.

    >>> random_expression(7) == random_expression(7)
    True
    """
    generator = seed if isinstance(seed, random.Random) else random.Random(seed)
    return grow(generator.randrange, rows_of(ops), input_names(inputs), (nodes, nodes), numbers)


def input_names(inputs: int | str | Sequence[str]) -> list[str]:
    """x, y, z, x4, x5, ... for a number of inputs; else the names as given."""
    if isinstance(inputs, int):
        if inputs < 1:
            raise ValueError(f"an expression needs at least one input, got inputs={inputs}")
        return [*"xyz", *[f"x{n}" for n in range(4, inputs + 1)]][:inputs]
    return inputs.replace(",", " ").split() if isinstance(inputs, str) else list(inputs)


def is_safe(expression: Expression, point: Sequence[Number], numbers: type) -> bool:
    """Whether every node is well inside its row's domain at the point."""
    first_result = len(point) + len(expression.constants)
    slots: list[Any] = [*point, *expression.constants]
    for op, indices in expression.program:
        varies = [not len(point) <= index < first_result for index in indices]
        out = usable(op, [slots[index] for index in indices], varies, numbers)
        if out is None:
            return False
        slots.append(out)
    return True


def number_type(expression: Expression) -> type:
    """float, Fraction or complex: the kind of number that the expression was made for."""
    for kind in (complex, Fraction):
        if any(isinstance(number, kind) for number in expression.point.values()):
            return kind
    return float
