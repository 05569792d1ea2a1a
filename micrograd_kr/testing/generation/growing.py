"""Growing random expression graphs: the choices come from Hypothesis, or from a plain random generator.

Each op is put only where its row says that it is defined and smooth: an expression carries the point at which it was
grown, and every node's arguments are inside the row's domain and off its kink there. So domain safety survives
composition with no interval arithmetic, and with nothing known here about any op.

A step in four is aimed: its op is one that has branches, and an operand is put where a rule of it branches (or, among
the corners, at the edge of its domain), as no random number ever falls there.

Every choice means the same whatever was chosen before it, and 0 is the simplest: examples shrink by leaving steps out.
"""

from __future__ import annotations

import builtins
import cmath
import math
import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from ...elementary import Number
from ...ops import CONDITION, OPS, Op, find_op
from .branches import branches
from .expression import Expression, pruned

Choose = Callable[[int], int]  # choose(n) is one of 0 ... n - 1

# How far from the edge of its domain and from its kink an argument stays, and how large a result may be: room
# enough for the differences that oracles take.
MARGIN = 1 / 64
LARGEST = 1000.0
_LARGEST_FRACTION_BITS = 512

_CONSTANTS = (2, 0.5, -1, 3, -0.25, 7)
_PICKS = 48  # ways to choose an operand
_MOST_CHOICES = 100
_NEWEST, _ANY, _SAME = 10, 28, 36  # up to where: the newest that is unused, any, the operand before; then a constant

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
    """A number of the kind, of middling size: 1 comes first, so that examples shrink towards it.

    No choice is of a hundred or more: Hypothesis tries whole numbers of that size that it finds in the modules that
    happen to be imported, and the draws should not depend on those.
    """
    if corners and numbers is not Fraction and choose(2):
        corner = CORNERS[choose(len(CORNERS))]
        return complex(corner, draw_number(choose)) if numbers is complex else corner
    tenths, hundredths = choose(61), choose(10)
    steps = 100 + 10 * (-(tenths // 2) if tenths % 2 else tenths // 2) + hundredths  # 1.00 first, from -2 to 4
    if numbers is Fraction:
        return Fraction(steps, 100)
    if numbers is complex:
        return complex(steps / 100, draw_number(choose) - 1)
    return steps / 100


def is_condition(op: Op, index: int) -> bool:
    """Whether an argument of the op is a condition."""
    return op.domain[min(index, len(op.domain) - 1)] == CONDITION


def takes_conditions_only(op: Op) -> bool:
    """Whether no argument of the op is a number, as of `and`."""
    return op.arity is not None and all(is_condition(op, index) for index in range(op.arity))


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


class _Grower:
    def __init__(self, choose: Choose, ops: list[Op], point: dict[str, Number], numbers: type, corners: bool) -> None:
        self.choose, self.ops, self.numbers, self.corners = choose, ops, numbers, corners
        self.point, self.inputs = point, set(point)
        self.values: dict[str, Number] = dict(point)
        self.untouched = set(point)  # inputs that no step has used: they may get another number
        self.steps: list[tuple[Any, ...]] = []
        self.aims = _aims(ops, corners) if numbers is float else []
        self.loose = list(point)  # what no step has used yet

    def constant(self, index: int) -> Number:
        """A plain number among the operands."""
        if self.corners and self.numbers is float:
            return CORNERS[self.choose(len(CORNERS))]
        number = _CONSTANTS[index % len(_CONSTANTS)]
        return Fraction(number) if self.numbers is Fraction else self.numbers(number)

    def is_number(self, name: str) -> bool:
        return not isinstance(self.values[name], bool)

    def newest_first(self) -> list[str]:
        """All numbers, the results before the inputs; the inputs in their order."""
        results = [name for name in reversed(self.values) if name not in self.inputs and self.is_number(name)]
        return results + [name for name in self.values if name in self.inputs]

    def operand(self, pick: int, so_far: list[Any]) -> Any:
        """An operand for the next step: what is unused before what is not, the operand before, or a constant."""
        newest = self.newest_first()
        unused = [name for name in newest if name in self.loose and name not in so_far]
        names = unused + [name for name in newest if name not in unused]
        if pick < _NEWEST:
            return names[0]
        if pick < _ANY:
            return names[pick % len(names)]
        return self.constant(pick - _SAME) if pick >= _SAME else so_far[-1] if so_far else names[0]

    def operands_for(self, op: Op, picks: list[int]) -> list[Any]:
        count = op.arity if op.arity is not None else 1 + 2 * (picks[-1] % 3)  # odd, as rows that pair them need it
        operands: list[Any] = []
        conditions = [name for name in reversed(self.values) if not self.is_number(name)]
        for index in range(count):
            if is_condition(op, index):
                operands.append(conditions[index % len(conditions)] if conditions else None)
            else:
                operands.append(self.operand(picks[index % len(picks)], operands))
        if not takes_conditions_only(op) and not any(isinstance(x, str) and self.is_number(x) for x in operands):
            operands[-1] = self.newest_first()[0]  # constants alone make no node
        return operands

    def try_step(self, op: Op, operands: list[Any]) -> bool:
        names = [x for x in operands if isinstance(x, str)]
        if None in operands or not (takes_conditions_only(op) or any(self.is_number(x) for x in names)):
            return False
        numbers = [self.values[x] if isinstance(x, str) else x for x in operands]
        if self.corners:
            out = op.compute(*numbers)
        else:
            out = usable(op, numbers, [isinstance(x, str) for x in operands], self.numbers)
        if out is None or isinstance(out, bool) != (op.gives == "condition"):
            return False
        if len(operands) > 1 and len(set(operands)) == 1 and not self.corners and self.flat_on_diagonal(op, numbers):
            return False
        self.steps.append((op.name, *operands))
        self.values[f"v{len(self.steps)}"] = out
        self.loose = [name for name in self.loose if name not in names]
        self.loose.append(f"v{len(self.steps)}")
        self.untouched.difference_update(names)
        return True

    def flat_on_diagonal(self, op: Op, numbers: list[Number]) -> bool:
        """Whether op(x, x) is the same for every x, as x - x is: nothing could be seen in its derivative."""
        moved = [x + Fraction(1, 7) if isinstance(x, Fraction) else x + 1 / 7 for x in numbers]
        try:
            return bool(op.compute(*moved) == op.compute(*numbers))
        except ArithmeticError:
            return False

    def free_step(self, room: int) -> bool:
        """A step with the op and the operands that were chosen; or, where it is not defined, with the first that is.

        All the choices of a step are made before anything is looked at, so that its length never changes.
        """
        turn = self.choose(len(self.ops) + len(self.aims))
        is_aimed = turn >= len(self.ops)
        chosen = self.aims[turn - len(self.ops)] if is_aimed else self.ops[turn]
        picks = [self.choose(_PICKS), self.choose(_PICKS), self.choose(_PICKS)]
        takes_condition = _takes_condition(chosen)
        if is_aimed and takes_condition and room > 2:
            at_edge = next(op for op in _from(self.aims, picks[0]) if not _takes_condition(op))
            if self.aimed_step(at_edge, picks):
                room -= 1
                self.make_condition([0, *picks[1:]], room=0)  # just one comparison, at the edge
        if takes_condition and room > 1 and all(self.is_number(name) for name in self.values):
            self.make_condition(picks, room)
        if is_aimed and room > 1 and not takes_condition and self.aimed_step(chosen, picks):
            return True
        possible = [op for op in (chosen, *self.ops) if room > 1 or op.gives == "number"]  # a condition is no output
        return any(self.try_step(op, self.operands_for(op, picks)) for op in possible)

    def aimed_step(self, op: Op, picks: list[int]) -> bool:
        """A step with one operand where a rule of the op branches; a plain number is added first, if need be."""
        operands = self.operands_for(op, picks)
        moving = [index for index, x in enumerate(operands) if isinstance(x, str) and self.is_number(x)]
        if not moving or None in operands:
            return False
        index = moving[picks[2] % len(moving)]
        numbers = [self.values[x] if isinstance(x, str) else x for x in operands]
        targets: list[float] = [*branches(op, numbers, index)]
        if self.corners:
            ends = op.domain[min(index, len(op.domain) - 1)]
            targets += [end for interval in ends for end in interval if math.isfinite(end)]
        if not targets:
            return False
        target = targets[picks[1] % len(targets)]
        numbers[index] = target
        if not self.corners and usable(op, numbers, [isinstance(x, str) for x in operands], float) is None:
            return False
        name = self.moved_to(target, operands[index])
        return bool(name) and self.try_step(op, [*operands[:index], name, *operands[index + 1 :]])

    def moved_to(self, target: float, name: str) -> str:
        """A name whose number is the target: a result that is there (of a mask, perhaps), an input, or a sum."""
        if self.corners:
            for other in self.newest_first():
                if self.values[other] == target:
                    return other
        number = self.values[name]
        if number == target:
            return name
        if name in self.untouched:
            self.values[name] = self.point[name] = target
            return name
        for op in self.ops:
            for constant in (target - number, number - target) if op.arity == 2 and op.gives == "number" else ():
                try:
                    exact = op.compute(number, constant) == target
                except ArithmeticError:
                    continue
                if exact and self.try_step(op, [name, constant]):
                    return f"v{len(self.steps)}"
        return ""

    def make_condition(self, picks: list[int], room: int) -> None:
        """A comparison for the op that was chosen, which needs one; or two of them, joined, if there is room."""
        conditions = [op for op in self.ops if op.gives == "condition"]
        comparisons = [op for op in conditions if not takes_conditions_only(op)]
        joiners = [op for op in conditions if takes_conditions_only(op)]
        wanted = [(comparisons, picks[0])]
        if joiners and room > 3 and picks[2] % 4:
            wanted += [(comparisons, picks[1]), (joiners, picks[2])]
        for ops, first in wanted:
            if not any(self.try_step(op, self.operands_for(op, picks[::-1])) for op in _from(ops, first)):
                return
            picks = picks[1:] + picks[:1]

    def join(self, left: str, right: str) -> bool:
        """A step that joins two results, by the first op of two numbers that is defined there.

        No choice is made, and none before has a say: else leaving out a step would change those that follow.
        """
        joiners = [op for op in self.ops if op.arity == 2 and op.gives == "number"]
        return any(self.try_step(op, [left, right]) or self.try_step(op, [right, left]) for op in joiners)

    def loose_results(self) -> list[str]:
        """The computed numbers that nothing uses yet."""
        return [name for name in self.loose if self.is_number(name) and name not in self.inputs]

    def has_result(self) -> bool:
        """Whether a number has been computed."""
        return self.newest_first()[0] not in self.inputs

    def grow(self, least: int, most: int) -> None:
        often = max(2, 2 * most // 3)
        while len(self.steps) < most:
            if len(self.steps) >= least and self.has_result() and self.choose(often) == 0:
                break
            room = most - len(self.steps) - len(self.loose_results())  # each loose result but one takes a step to join
            if room < 1 or not self.free_step(room):
                break
        self.join_all(most)

    def join_all(self, most: int) -> None:
        while len(self.loose_results()) > 1 and len(self.steps) < most:
            loose = self.loose_results()
            if not self.join(loose[-1], loose[-2]):
                self.loose.remove(loose[-2])  # nothing joins them: this one is left out


def _aims(ops: list[Op], corners: bool) -> list[Op]:
    """The ops that can be aimed at a branch of theirs; about a quarter of all choices."""
    found = [op for op in ops if _can_be_aimed_at(op, corners)]
    count = min(len(ops) // 3, _MOST_CHOICES - len(ops))
    return found * (count // len(found) or 1) if found and count > 0 else []


def _takes_condition(op: Op) -> bool:
    return any(is_condition(op, index) for index in range(op.arity or 0))


def _can_be_aimed_at(op: Op, corners: bool) -> bool:
    """Whether a rule of the op branches at a number where an expression may stand."""
    if op.arity is None or op.gives == "condition" or not (corners or op.kink is None):
        return False
    if corners and (_takes_condition(op) or any(math.isfinite(end) for end in _ends(op))):
        return True
    return _has_branches(op, op.rules, op.partial)


def _ends(op: Op) -> list[float]:
    return [end for domain in op.domain for interval in domain for end in interval]


@lru_cache(maxsize=1024)
def _has_branches(op: Op, rules: Any, partial: Any) -> bool:
    """The rules are a part of the key, as a mutant may have changed them."""
    numbers = [0.7 + index for index in range(op.arity or 0)]
    return any(branches(op, numbers, index) for index in range(len(numbers)) if not is_condition(op, index))


def _from(ops: list[Op], first: int) -> list[Op]:
    """The same, beginning with another one."""
    first %= len(ops) or 1
    return ops[first:] + ops[:first]


def ops_of(ops: Sequence[str | Op] | None) -> list[Op]:
    """The rows asked for by name or as they are; all of the table at this moment, if none is."""
    found = list(OPS.values()) if ops is None else [find_op(op) if isinstance(op, str) else op for op in ops]
    if not found:
        raise ValueError("no op to make expressions of: give at least one name, or None for the whole table")
    return found


def grow(
    choose: Choose,
    ops: list[Op],
    names: Sequence[str],
    sizes: tuple[int, int],
    numbers: type = float,
    corners: bool = False,
    keep_inputs: bool = True,
) -> Expression:
    """One random expression, with a number of nodes between `sizes`; `choose` makes every choice."""
    point = {name: draw_number(choose, numbers, corners) for name in names}
    grower = _Grower(choose, ops, point, numbers, corners)
    share = sizes[0] > 1 or choose(4) > 0
    grower.grow(sizes[0], max(1, sizes[1] - share))
    steps = grower.steps
    while steps and isinstance(grower.values[f"v{len(steps)}"], bool):
        del grower.values[f"v{len(steps)}"]
        steps.pop()  # a condition is no output
    grown = pruned(point, steps, keep_inputs)
    used = [x for step in grown.steps for x in step[1:] if isinstance(x, str)]
    if share and len(set(used)) == len(used) and len(steps) < sizes[1]:
        last = grower.newest_first()[0]
        grower.join(last, last)
        grown = pruned(point, steps, keep_inputs)
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
    return grow(generator.randrange, ops_of(ops), input_names(inputs), (nodes, nodes), numbers)


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
