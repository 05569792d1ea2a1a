"""A number that writes JavaScript: a row of the table, run on it, is the row's rule in the page's own language.

No derivative is written a second time. Each operation on a `Script` is written down once as a line `const t3=t1*t2`;
the same operation on the same operands is the same line.

>>> from micrograd_kr.ops import OPS
>>> print(forward_function(OPS["sigmoid"], 1))
(a)=>{const t0=Math.abs(a[0]),t1=-t0,t2=Math.exp(t1),t3=a[0]>=0,t4=t3?1:t2,t5=1+t2,t6=t4/t5;return t6}
>>> print(partials_function(OPS["tanh"], 1))
(o,a,d)=>{const t0=o*o,t1=1-t0;d[0]=t1}
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..elementary import NOT_EQUAL, WHERE, Function
from ..interpreted import Interpreted
from ..ops import Op
from .rolling import Line, Operand, Place, roll

__all__ = [
    "Script",
    "formulas_function",
    "forward_function",
    "partials_function",
    "written_out_function",
]


class _Program:
    """The lines written so far; a line that was written already is not written again.

    If it `tells`, each line makes text beside its number: `tell("mul",t1*t2,t1,t2)`, as script/words.js has it.
    If it writes `partials`, an exact 0 of the rule is null, which counts as 0 but means that nothing flows.
    """

    def __init__(self, tells: bool = False, partials: bool = False) -> None:
        self.tells, self.partials = tells, partials
        self.lines: list[Line] = []
        self._known: dict[Line, Operand] = {}

    def written(self, x: Any) -> Operand:
        """How a result, or one of two to choose from, stands in a line."""
        return "null" if self.partials and type(x) is int and x == 0 else _operand(x)

    def write(self, function: Function, *operands: Operand) -> Operand:
        cell = function.written("javascript")
        template = cell if "{}" in cell or not operands else f"{cell}({','.join(['{}'] * len(operands))})"
        if self.tells and function.gives == "number" and function is not WHERE:
            helper = _HELPERS[function.neutral]
            title = function.name if operands else function.symbol
            template = f'{helper}("{title}",{",".join([template, *["{}"] * len(operands)])})'
            operands = operands * 2
        line = Line(template, operands)
        known = self._known.get(line)
        if known is None:
            known = self._known[line] = Place("t", len(self.lines))
            self.lines.append(line)
        return known


# The helpers of script/words.js that leave out an operand which changes nothing.
_HELPERS = {(None, None): "tell", (None, 1): "power", (1, 1): "times"}


class Script(Interpreted):
    """A number or condition of the program that is being written: an argument, the result, or a line's value.

    Rules run on it unedited: operators and comparisons write JavaScript, and `where` writes a choice.
    """

    __slots__ = ("is_condition", "operand", "program")

    def __init__(self, program: _Program, operand: Operand, is_condition: bool = False) -> None:
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


def _begin(op: Op, count: int, tells: bool = False, partials: bool = False) -> tuple[_Program, list[Script]]:
    program = _Program(tells, partials)
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


def formulas_function(op: Op, count: int) -> str:
    """The partial derivatives again, told: `o` and `a` carry names, and what is written into `d[i]` carries a formula.

    The same rule, on the same numbers, so that the formula is the one of the branch that a `where` takes.
    """
    program, args = _begin(op, count, tells=True)
    locals_ = _run(op, op.partials, Script(program, "o"), *args)
    body = roll(program.lines, [(index, _operand(local)) for index, local in enumerate(locals_)])
    return f"(o,a,d)=>{{{body}}}"


def written_out_function(op: Op, count: int) -> str:
    """The forward rule again, told: what is returned carries the rule written out on the texts that `a` carries."""
    program, args = _begin(op, count, tells=True)
    result = _operand(_run(op, op.forward, *args))
    return f"(a)=>{{{roll(program.lines, [(None, result)])}}}"
