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
from types import SimpleNamespace
from typing import Any

from ..ops import Op
from .rolling import Line, Operand, Place, roll

__all__ = [
    "Choice",
    "Script",
    "formulas_function",
    "forward_function",
    "gives_truth",
    "partials_function",
    "written_out_function",
]


# Operators that leave an operand as it is if the other is 1: script/words.js does so when it tells a formula
_SIMPLIFYING = {"mul": "times", "pow": "power"}


class _Program:
    """The lines written so far; a line that was written already is not written again.

    If it `tells`, each line makes text beside its number: `tell("mul",t1*t2,t1,t2)`, as script/words.js has it.
    """

    def __init__(self, tells: bool = False) -> None:
        self.tells = tells
        self.lines: list[Line] = []
        self._known: dict[Line, Operand] = {}

    def write(self, name: str, template: str, *operands: Operand) -> Operand:
        if self.tells and name:
            helper = _SIMPLIFYING.get(name, "tell")
            template = f'{helper}("{name}",{",".join([template, *["{}"] * len(operands)])})'
            operands = operands * 2
        line = Line(template, operands)
        known = self._known.get(line)
        if known is None:
            known = self._known[line] = Place("t", len(self.lines))
            self.lines.append(line)
        return known


class Script:
    """A number of the program that is being written: an argument, the result, or a line's value.

    Rules run on it unedited: operators and comparisons write JavaScript, and `where` writes a choice.
    """

    __slots__ = ("operand", "program")
    __elementary__: SimpleNamespace

    def __init__(self, program: _Program, operand: Operand) -> None:
        self.program, self.operand = program, operand

    def _write(self, name: str, template: str, *operands: Any) -> Script:
        return Script(self.program, self.program.write(name, template, *map(_operand, operands)))

    def __add__(self, other: Any) -> Script:
        return self._write("add", "{}+{}", self, other)

    def __radd__(self, other: Any) -> Script:
        return self._write("add", "{}+{}", other, self)

    def __sub__(self, other: Any) -> Script:
        return self._write("sub", "{}-{}", self, other)

    def __rsub__(self, other: Any) -> Script:
        return self._write("sub", "{}-{}", other, self)

    def __mul__(self, other: Any) -> Script:
        return self._write("mul", "{}*{}", self, other)

    def __rmul__(self, other: Any) -> Script:
        return self._write("mul", "{}*{}", other, self)

    def __truediv__(self, other: Any) -> Script:
        return self._write("div", "{}/{}", self, other)

    def __rtruediv__(self, other: Any) -> Script:
        return self._write("div", "{}/{}", other, self)

    def __pow__(self, other: Any) -> Script:
        return self._write("pow", "pow({},{})", self, other)

    def __rpow__(self, other: Any) -> Script:
        return self._write("pow", "pow({},{})", other, self)

    def __neg__(self) -> Script:
        return self._write("neg", "-{}", self)

    def __pos__(self) -> Script:
        return self

    def __abs__(self) -> Script:
        return self._write("abs", "Math.abs({})", self)

    def _compare(self, sign: str, other: Any) -> Choice:
        return Choice(self._write("", "{}" + sign + "{}", self, other))

    def __gt__(self, other: Any) -> Choice:
        return self._compare(">", other)

    def __ge__(self, other: Any) -> Choice:
        return self._compare(">=", other)

    def __lt__(self, other: Any) -> Choice:
        return self._compare("<", other)

    def __le__(self, other: Any) -> Choice:
        return self._compare("<=", other)

    def __bool__(self) -> bool:
        raise TypeError(_NO_BRANCH)

    __float__ = __int__ = __index__ = __bool__


class Choice:
    """What a comparison of Scripts gives: a condition that only `where` can decide, when the page runs."""

    __slots__ = ("script",)
    __elementary__: SimpleNamespace

    def __init__(self, script: Script) -> None:
        self.script = script

    def __bool__(self) -> bool:
        raise TypeError(_NO_BRANCH)

    def __and__(self, other: Choice) -> Choice:
        return Choice(self.script._write("", "{}&&{}", self.script, other.script))

    def __or__(self, other: Choice) -> Choice:
        return Choice(self.script._write("", "{}||{}", self.script, other.script))

    def __invert__(self) -> Choice:
        return Choice(self.script._write("", "!{}", self.script))


_NO_BRANCH = (
    "a rule that runs in the live page cannot ask what a number is while it is written: choose with "
    "where(condition, a, b) instead of `if`, and use micrograd_kr's exp, log, ... instead of math's"
)


def _operand(x: Any) -> Operand:
    """How x stands in a line: a Script's place, or a plain number as JavaScript writes it."""
    if isinstance(x, Script):
        return x.operand
    if isinstance(x, Choice):
        return x.script._write("", "{}?1:0", x.script).operand
    number = float(x)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "(-Infinity)"
    text = repr(int(number)) if number.is_integer() and 0 < math.fabs(number) < 2**53 else repr(number)
    text = "0" if text == "0.0" else text
    return f"({text})" if text.startswith("-") else text


def _where(condition: Any, x: Any, y: Any) -> Any:
    if isinstance(condition, Choice):
        return condition.script._write("", "{}?{}:{}", condition.script, x, y)
    return condition._write("", "+{}!==0?{}:{}", condition, x, y)  # a number: nan counts as true, as in Python


def _call(name: str) -> Callable[[Script], Script]:
    return lambda x: x._write(name.removeprefix("Math."), name + "({})", x)


_FUNCTIONS = ("exp", "log", "log1p", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan")

# erf and pow are the page's own (script/functions.js): JavaScript has no erf, and its Math.pow(1, NaN) is not IEEE's
Script.__elementary__ = Choice.__elementary__ = SimpleNamespace(
    **{name: _call(f"Math.{name}") for name in _FUNCTIONS},
    erf=_call("erf"),
    where=_where,
    equal=lambda x, y: Choice((x if isinstance(x, Script) else y)._write("", "+{}===+{}", x, y)),
    pi=lambda like: like._write("π", "Math.PI") if like.program.tells else math.pi,
    pow=lambda x, y: x**y,
)


def _begin(op: Op, count: int, tells: bool = False) -> tuple[_Program, list[Script]]:
    program = _Program(tells)
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

    Raises:
        TypeError: as forward_function.
    """
    program, args = _begin(op, count)
    locals_ = _run(op, op.partials, Script(program, "o"), *args)
    if len(locals_) != count:
        raise ValueError(f"{op.name} gave {len(locals_)} partial derivatives for {count} arguments: give one for each")
    body = roll(program.lines, [(index, _operand(local)) for index, local in enumerate(locals_)])
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
    return f"(a)=>{{{roll(program.lines, [(None, _operand(_run(op, op.forward, *args)))])}}}"


def gives_truth(op: Op, count: int) -> bool:
    """Whether the op's result is a condition, which is shown as True or False."""
    _, args = _begin(op, count)
    return isinstance(_run(op, op.forward, *args), Choice)
