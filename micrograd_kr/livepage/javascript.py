"""A number that writes JavaScript: a row of the table, run on it, is the row's rule in the page's own language.

No derivative is written a second time. Each operation on a `Script` is written down once as a line `const t3=t1*t2`;
the same operation on the same operands is the same line, and repeated lines become a loop.

>>> from micrograd_kr.ops import OPS
>>> print(forward_function(OPS["sigmoid"], 1))
(a)=>{const t0=Math.abs(a[0]),t1=-t0,t2=Math.exp(t1),t3=a[0]>=0,t4=t3?1:t2,t5=1+t2,t6=t4/t5;return t6}
>>> print(partials_function(OPS["tanh"], 1))
(o,a,d)=>{const t0=o*o,t1=1-t0;d[0]=t1}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..elementary import NOT_EQUAL, WHERE, Function
from ..interpreted import Interpreted, Shared
from ..ops import Op


class Place(NamedTuple):
    """Where a number stands: argument `a[number]`, line `t`, or `i`, the bare number of a result."""

    kind: str
    number: int

    def __str__(self) -> str:
        return {"a": f"a[{self.number}]", "t": f"t{self.number}", "i": str(self.number)}[self.kind]


Operand = Place | str


class Line(NamedTuple):
    """One operation: a template with a `{}` for each operand."""

    template: str
    operands: tuple[Operand, ...]


class ScriptLines(Shared[Place]):
    """The lines written so far; a line that was written already is not written again.

    If it is `as_text`, each line makes text beside its number, by a helper of script/words.js, as in
    `write("mul",t1*t2,t1,t2)`.
    If it writes `partials`, an exact 0 of the rule is null, which counts as 0 but means that nothing flows.
    """

    def __init__(self, as_text: bool = False, partials: bool = False) -> None:
        super().__init__()
        self.as_text, self.partials = as_text, partials
        self.functions: set[str] = set()  # the names of those that make text
        self.lines: list[Line] = []

    def written(self, x: Any) -> Operand:
        """How a result, or one of two to choose from, stands in a line."""
        return "null" if self.partials and type(x) is int and x == 0 else _operand(x)

    def write(self, function: Function, *operands: Operand) -> Operand:
        """Write a line that computes a function, and return what its result is called."""
        cell = function.written("javascript")
        template = cell if "{}" in cell or not operands else f"{cell}({','.join(['{}'] * len(operands))})"
        if self.as_text and function.gives == "number" and function is not WHERE:
            helper = _HELPERS[function.neutral]
            self.functions.add(function.name)
            title = function.name if operands else function.symbol
            template = f'{helper}("{title}",{",".join([template, *["{}"] * len(operands)])})'
            operands = operands * 2
        line = Line(template, operands)
        known = self.known.get(line)
        if known is None:
            self.lines.append(line)
            known = self.keep(line, Place("t", len(self.nodes)))
        return known


# The helpers of script/words.js that leave out an operand which changes nothing.
_HELPERS = {(None, None): "write", (None, 1): "power", (1, 1): "times"}


class Script(Interpreted):
    """A number or condition of the program that is being written: an argument, the result, or a line's value.

    Rules run on it unedited: operators and comparisons write JavaScript, and `where` writes a choice.
    """

    __slots__ = ("is_condition", "operand", "program")

    def __init__(self, program: ScriptLines, operand: Operand, is_condition: bool = False) -> None:
        self.program, self.operand, self.is_condition = program, operand, is_condition

    def __apply__(self, function: Function, *args: Any) -> Script:
        if function is WHERE:
            condition, *choices = args
            if not condition.is_condition:  # a number: nan counts as true, as in Python
                condition = self.__apply__(NOT_EQUAL, condition, 0)
            operands = [condition.operand, *map(self.program.written, choices)]
        else:
            operands = list(map(_operand, args))
        return Script(self.program, self.program.write(function, *operands), function.gives == "condition")

    def __constant__(self, numerator: int, denominator: int) -> Any:
        if self.program.as_text and numerator > 1 and denominator == 1:  # as in stepper.formula: log(2), not 0.69315
            return Script(self.program, f'{_HELPERS[None, None]}("{numerator}",{numerator})')
        return super().__constant__(numerator, denominator)

    def __bool__(self) -> bool:
        raise TypeError(
            "a rule that runs in the live page cannot ask what a number is while it is written: choose with "
            "where(condition, a, b) instead of `if`, and use micrograd_kr's exp, log, ... instead of math's"
        )

    __float__ = __int__ = __index__ = __bool__


def _operand(x: Any) -> Operand:
    """How x stands in a line: a Script's place, a condition as 1 or 0, a plain number as JavaScript writes it."""
    if isinstance(x, Script):
        return x.program.write(WHERE, x.operand, "1", "0") if x.is_condition else x.operand
    return written_number(x)


def written_number(x: Any) -> str:
    """A plain number as JavaScript writes it.

    >>> written_number(2.0), written_number(-0.5), written_number(math.inf)
    ('2', '(-0.5)', 'Infinity')
    """
    number = float(x)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "(-Infinity)"
    text = repr(int(number)) if number.is_integer() and 0 < math.fabs(number) < 2**53 else repr(number)
    text = "0" if text == "0.0" else text
    return f"({text})" if text.startswith("-") else text


def _begin(op: Op, count: int, as_text: bool = False, partials: bool = False) -> tuple[ScriptLines, list[Script]]:
    program = ScriptLines(as_text, partials)
    return program, [Script(program, Place("a", index)) for index in range(count)]


def _run(op: Op, rule: Callable[..., Any], *numbers: Script) -> Any:
    try:
        return rule(*numbers)
    except TypeError as error:
        raise TypeError(f"the rule of the op {op.name!r} cannot be written as JavaScript: {error}") from error


def forward_function(op: Op, count: int) -> str:
    """The op's forward rule on `count` arguments, as a JavaScript function of the array of arguments `a`.

    Raises:
        TypeError: the rule branches on a number, or calls a function that is not one of `elementary`'s.
    """
    program, args = _begin(op, count)
    result = _operand(_run(op, op.forward, *args))
    body = roll(program.lines, [(None, result)])
    return f"(a)=>{{{body}}}"


def partials_function(op: Op, count: int) -> str:
    """The op's partial derivatives: a function that writes d out / d a[i] into `d[i]`, given the result `o` and `a`.

    An exact 0, through which nothing flows, is written as null.

    Raises:
        TypeError: as forward_function.
    """
    program, args = _begin(op, count, partials=True)
    locals_ = _run(op, op.partials, Script(program, "o"), *args)
    if len(locals_) != count:
        raise ValueError(f"{op.name} gave {len(locals_)} partial derivatives for {count} arguments: give one for each")
    body = roll(program.lines, [(index, program.written(local)) for index, local in enumerate(locals_)])
    return f"(o,a,d)=>{{{body}}}"


def formulas_function(op: Op, count: int) -> tuple[str, set[str]]:
    """The partial derivatives again, as text: `o` and `a` carry names, and what is written into `d[i]` a formula.

    The same rule, on the same numbers, so that the formula is the one of the branch that a `where` takes. Returned
    with the names of the functions that the formulas are written with.
    """
    program, args = _begin(op, count, as_text=True)
    locals_ = _run(op, op.partials, Script(program, "o"), *args)
    body = roll(program.lines, [(index, _operand(local)) for index, local in enumerate(locals_)])
    return f"(o,a,d)=>{{{body}}}", program.functions


def written_out_function(op: Op, count: int) -> tuple[str, set[str]]:
    """The forward rule again, as text: what is returned carries the rule written out on the texts that `a` carries."""
    program, args = _begin(op, count, as_text=True)
    result = _operand(_run(op, op.forward, *args))
    return f"(a)=>{{{roll(program.lines, [(None, result)])}}}", program.functions


# --- loops ----------------------------------------------------------------------------------------------------------

_LONGEST_PERIOD = 8
_FEWEST_REPETITIONS = 4


class _Step(NamedTuple):
    """A line together with the number of the `t` that it defines; a result has none."""

    line: Line
    name: int | None


class _Loop(NamedTuple):
    """`body` is repeated `times` times; `strides[k]` is how each operand of step k advances from one to the next."""

    body: list[_Step]
    times: int
    strides: list[list[int]]


def roll(lines: Sequence[Line], results: Sequence[tuple[int | None, Operand]]) -> str:
    """The lines as JavaScript, their repetitions rolled into loops, so that an op of a thousand arguments stays short.

    A run of lines is a loop if each repetition differs from the one before only in argument numbers that advance by a
    fixed step, and reads what the repetition before it left. Nothing else is reordered: the arithmetic is the same.

    Args:
        lines: in their order.
        results: `return` for the number None, else `d[number]=`.

    >>> lines = [Line("{}+{}", (Place("a", 0), Place("a", 1)))]
    >>> lines += [Line("{}+{}", (Place("t", i), Place("a", i + 2))) for i in range(6)]
    >>> print(roll(lines, [(None, Place("t", 6))]))
    const t0=a[0]+a[1];let t6=t0;for(let i=0;i<6;i++){t6=t6+a[i+2]}return t6
    """
    steps = _in_order(lines, results)
    statements: list[str] = []
    position = 0
    while position < len(steps):
        loop = _find_loop(steps, position)
        if loop is not None:
            statements.append(_written_loop(loop))
            position += len(loop.body) * loop.times
            continue
        line, name = steps[position]
        text = line.template.format(*line.operands)
        if name is None:
            statements.append(text)
        elif statements and statements[-1].startswith("const "):
            statements[-1] += f",t{name}={text}"
        else:
            statements.append(f"const t{name}={text}")
        position += 1
    return ";".join(statements).replace("};", "}")


def _in_order(lines: Sequence[Line], results: Sequence[tuple[int | None, Operand]]) -> list[_Step]:
    """Each line, followed at once by the results that it gives; results that need no line come last."""
    after: dict[int, list[_Step]] = {}
    for number, operand in results:
        line = Line("return {}", (operand,)) if number is None else Line("d[{}]={}", (Place("i", number), operand))
        where = operand.number if isinstance(operand, Place) and operand.kind == "t" else len(lines)
        after.setdefault(where, []).append(_Step(line, None))
    steps = []
    for index, line in enumerate(lines):
        steps += [_Step(line, index), *after.get(index, [])]
    return steps + after.get(len(lines), [])


def _find_loop(steps: list[_Step], start: int) -> _Loop | None:
    for period in range(1, min(_LONGEST_PERIOD, (len(steps) - start) // _FEWEST_REPETITIONS) + 1):
        body = steps[start : start + period]
        strides = [_advance(*pair) for pair in zip(body, steps[start + period :], strict=False)]
        known = [stride for stride in strides if stride is not None]
        if len(known) < period:
            continue
        count = 2
        while _repeats(body, known, count, steps[start + count * period :]):
            count += 1
        loop = _Loop(body, count, known)
        if count >= _FEWEST_REPETITIONS and _is_self_contained(steps, start, loop):
            return loop
    return None


def _advance(one: _Step, other: _Step) -> list[int] | None:
    """How far each operand of one step is from that of another; None if they differ in more than such numbers."""
    if (one.name is None) != (other.name is None) or one.line.template != other.line.template:
        return None
    distances = []
    for x, y in zip(one.line.operands, other.line.operands, strict=True):
        if isinstance(x, Place) and isinstance(y, Place) and x.kind == y.kind:
            distances.append(y.number - x.number)
        elif x == y:
            distances.append(0)
        else:
            return None
    return distances


def _repeats(body: list[_Step], strides: list[list[int]], count: int, rest: list[_Step]) -> bool:
    """Whether the repetition number `count` comes next, and has advanced as the first two did."""
    return len(rest) >= len(body) and all(
        _advance(first, here) == [count * stride for stride in distances]
        for first, here, distances in zip(body, rest, strides, strict=False)
    )


def _names(steps: list[_Step]) -> list[int]:
    return [step.name for step in steps if step.name is not None]


def _is_self_contained(steps: list[_Step], start: int, loop: _Loop) -> bool:
    """Whether each repetition reads only itself, the one before, or what was there; and only the last is read later."""
    stop = start + len(loop.body) * loop.times
    inside, names = _names(steps[start:stop]), _names(loop.body)
    if names and inside != list(range(names[0], names[0] + len(inside))):
        return False
    defined: list[int] = []
    for step, strides in zip(loop.body, loop.strides, strict=True):
        for x, stride in zip(step.line.operands, strides, strict=True):
            if not isinstance(x, Place) or x.kind != "t" or (stride == 0 and (not names or x.number < names[0])):
                continue
            slot = x.number + len(names)
            is_carried = slot in names and slot not in defined  # what the repetition before left, still unchanged
            if stride != len(names) or not (x.number in defined or is_carried):
                return False
        defined += _names([step])
    hidden = set(inside[: len(inside) - len(names)])
    read_later = [x for step in steps[stop:] for x in step.line.operands if isinstance(x, Place) and x.kind == "t"]
    return not any(x.number in hidden for x in read_later)


def _written_loop(loop: _Loop) -> str:
    names = _names(loop.body)
    last = (loop.times - 1) * len(names)  # a slot is called as its last repetition is, for those who read it later
    carried: dict[int, int] = {}
    body = []
    for step, strides in zip(loop.body, loop.strides, strict=True):
        texts = []
        for x, stride in zip(step.line.operands, strides, strict=True):
            if not isinstance(x, Place) or not stride:
                texts.append(str(x))
            elif x.kind == "t":
                slot = x.number if x.number in names else x.number + len(names)
                if slot != x.number:
                    carried[slot] = x.number
                texts.append(f"t{slot + last}")
            else:
                index = ("i" if stride == 1 else f"i*{stride}") + (f"+{x.number}" if x.number else "")
                texts.append(f"a[{index}]" if x.kind == "a" else index)
        text = step.line.template.format(*texts)
        body.append(text if step.name is None else f"t{step.name + last}={text}")
    declared = ",".join([f"t{name + last}" + (f"=t{carried[name]}" if name in carried else "") for name in names])
    head = f"let {declared};" if declared else ""
    return f"{head}for(let i=0;i<{loop.times};i++){{{';'.join(body)}}}"
