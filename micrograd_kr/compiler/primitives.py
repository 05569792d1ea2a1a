"""What the machine can do with numbers: each primitive with its meaning on floats and its spelling in LLVM.

The table of operations knows nothing of these, and these nothing of the table: a row's rule runs on a traced number,
whose operators and elementary functions are the primitives. A primitive's meaning on floats folds constants.

>>> POWER.fold(-8.0, 1 / 3)
nan
>>> print(ADD.instruction.format(kind="<8 x double>", x="%a", y="%b"))
fadd <8 x double> %a, %b
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import elementary
from ..elementary import ieee


@dataclass(frozen=True, eq=False, slots=True)
class Primitive:
    """One thing that the machine does.

    Attributes:
        name: how it is called, in listings and as the function of the C library.
        rule: its meaning on floats; None if it has none (an input).
        instruction: a template of the LLVM instruction with {kind}, {x}, {y}, {z}; empty for a called function.
        commutes: whether its two arguments may change places.
        decides: whether its result is a condition.
    """

    name: str
    rule: Callable[..., Any] | None = None
    instruction: str = ""
    commutes: bool = False
    decides: bool = False

    def fold(self, *numbers: float) -> float:
        """The result on floats, as IEEE 754 has it."""
        assert self.rule is not None
        return float(ieee(self.rule, *numbers))

    def __repr__(self) -> str:
        return self.name


INPUT, PARAMETER, CONSTANT = Primitive("input"), Primitive("parameter"), Primitive("constant")

ADD = Primitive("add", operator.add, "fadd {kind} {x}, {y}", commutes=True)
SUBTRACT = Primitive("subtract", operator.sub, "fsub {kind} {x}, {y}")
MULTIPLY = Primitive("multiply", operator.mul, "fmul {kind} {x}, {y}", commutes=True)
DIVIDE = Primitive("divide", operator.truediv, "fdiv {kind} {x}, {y}")
NEGATE = Primitive("negate", operator.neg, "fneg {kind} {x}")
ABSOLUTE = Primitive("absolute", abs, "call {kind} @llvm.fabs.{suffix}({kind} {x})")
ROOT = Primitive("root", elementary.sqrt, "call {kind} @llvm.sqrt.{suffix}({kind} {x})")
LESS = Primitive("less", operator.lt, "fcmp olt {kind} {x}, {y}", decides=True)
AT_MOST = Primitive("at most", operator.le, "fcmp ole {kind} {x}, {y}", decides=True)
SAME = Primitive("same", operator.eq, "fcmp oeq {kind} {x}, {y}", commutes=True, decides=True)
UNEQUAL = Primitive("unequal", operator.ne, "fcmp une {kind} {x}, {y}", commutes=True, decides=True)
SELECT = Primitive("select", lambda c, x, y: x if c else y, "select {condition} {x}, {kind} {y}, {kind} {z}")
POWER = Primitive("pow", elementary.pow)
DOT = Primitive("dot")  # weights, inputs and a bias: kept whole, so that layers of them can become loops

# Functions of the C library, under its own names.
FUNCTIONS = {
    name: Primitive(name, getattr(elementary, name))
    for name in ("exp", "log", "log1p", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "erf")
}
