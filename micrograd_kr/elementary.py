"""Table 1: the elementary functions and the operators, one row each, one cell for each kind of number.

`exp(x)` looks at the kind of number that x is and calls the cell of that kind. Floats follow IEEE 754: where Python's
own `math` raises, the cell returns the inf or nan of the standard. An empty cell is an error only when it is used.
A class joins in with a method `__apply__(self, function, *args)`, as `Value` does, and every child of `Interpreted`:
then each function, and each operator, calls that method with its row.

>>> from fractions import Fraction
>>> exp(0.0), log(0.0), exp(1000.0), pow(-8.0, 1 / 3)
(1.0, -inf, inf, nan)
>>> where(2 > 1, "yes", "no"), constant(Fraction(1), 1, 100)
('yes', Fraction(1, 100))
>>> exp(Fraction(1))
Traceback (most recent call last):
    ...
TypeError: exp is not defined on Fraction: the result is not a Fraction; use float(x)
>>> gamma = define_function("gamma", math.gamma, mpmath="gamma", sympy="gamma", javascript=None)
>>> gamma(5.0), gamma(1j)
Traceback (most recent call last):
    ...
TypeError: gamma is not defined on complex: its row has no such cell; use mpmath.mpc
>>> remove_function("gamma")
"""

from __future__ import annotations

import builtins
import cmath
import math
import operator
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, overload

from .functions.cells import (
    COMPLEX,
    DECIMAL,
    FLOAT,
    MPMATH,
    NUMPY,
    SYMPY,
    choose,
    complex_or_nan,
    divide,
    exact_constant,
    exact_power,
    log_from,
    or_inf,
    or_nan,
    power,
    ratio,
    sum_of_products,
)
from .functions.row import FUNCTIONS as FUNCTIONS
from .functions.row import Function as Function
from .functions.row import FunctionOfOne, FunctionOfTwo, Remembered, RememberedCondition, add_row, function_of
from .functions.row import Gives as Gives
from .functions.row import Number as Number
from .functions.row import Operand as Operand
from .functions.row import Recorded as Recorded
from .functions.row import define_function as define_function
from .functions.row import nearest_float as nearest_float
from .functions.row import remove_function as remove_function


def _onnx_log1p(x: Number) -> Number:
    u = 1 + x  # log(u) / (u - 1) is smooth at 1, so that the rounding of u cancels (W. Kahan)
    return where(equal(u, 1), x, where(equal(u, x), log(u), log(u) * (x / (u - 1))))


def _onnx_expm1(x: Number) -> Number:
    u = exp(x)
    return where(abs(x) > 1, u - 1, where(equal(u, 1), x, (u - 1) * (x / log(u))))


def _operator(
    name: str, on_all: Callable[..., Any], on_float: Callable[..., Any] | None = None, **more: Any
) -> Function:
    """A row with the same cell, Python's own operator, for every kind of number but floats."""
    everywhere = dict.fromkeys(("exact", "complex", "decimal", "numpy", "mpmath", "sympy"), on_all)
    return add_row(Function(name, on_float or on_all, **{**everywhere, **more}))


def _row(*cells: Any) -> FunctionOfOne:
    return function_of(add_row(Function(*cells)), 1)


def _pair(*cells: Any) -> FunctionOfTwo:
    return function_of(add_row(Function(*cells)), 2)


# --- the table ------------------------------------------------------------------------------------------------------

# fmt: off
# operators: name, on every kind of number but floats, on floats
ADD = _operator("add", operator.add,             symbol="+",  c="fadd {kind} {x}, {y}",           javascript="{}+{}",      onnx="Add", torch="{} + {}", commutes=True)
SUB = _operator("sub", operator.sub,             symbol="-",  c="fsub {kind} {x}, {y}",           javascript="{}-{}",      onnx="Sub", torch="{} - {}")
MUL = _operator("mul", operator.mul,             symbol="*",  c="fmul {kind} {x}, {y}",           javascript="{}*{}",      onnx="Mul", torch="{} * {}", commutes=True, neutral=(1, 1))
DIV = _operator("div", operator.truediv, divide, symbol="/",  c="fdiv {kind} {x}, {y}",           javascript="{}/{}",      onnx="Div", torch="{} / {}", neutral=(None, 1))
POW = _operator("pow", operator.pow, power,      symbol="**", c="pow",                            javascript="pow({},{})", onnx="Pow", torch="{} ** {}", neutral=(None, 1), exact=exact_power)
NEG = _operator("neg", operator.neg,             symbol="-",  c="fneg {kind} {x}",                javascript="-{}",        onnx="Neg", torch="-{}")
ABS = _operator("abs", builtins.abs,                          c="call {kind} @llvm.fabs.{suffix}({kind} {x})", javascript="Math.abs",   onnx="Abs", torch="torch.abs", complex=None, sympy="Abs")

LESS          = _operator("less", operator.lt,          symbol="<",  c="fcmp olt {kind} {x}, {y}",       javascript="{}<{}",     onnx="Less",           torch="{} < {}", gives="condition")
LESS_EQUAL    = _operator("less_equal", operator.le,    symbol="<=", c="fcmp ole {kind} {x}, {y}",       javascript="{}<={}",    onnx="LessOrEqual",    torch="{} <= {}", gives="condition")
GREATER       = _operator("greater", operator.gt,       symbol=">",  c="fcmp ogt {kind} {x}, {y}",       javascript="{}>{}",     onnx="Greater",        torch="{} > {}", gives="condition")
GREATER_EQUAL = _operator("greater_equal", operator.ge, symbol=">=", c="fcmp oge {kind} {x}, {y}",       javascript="{}>={}",    onnx="GreaterOrEqual", torch="{} >= {}", gives="condition")
EQUAL         = _operator("equal", operator.eq,         symbol="==", c="fcmp oeq {kind} {x}, {y}",       javascript="+{}===+{}", onnx="Equal",          torch="{} == {}", gives="condition", commutes=True, sympy="Eq")
NOT_EQUAL     = _operator("not_equal", operator.ne,     symbol="!=", c="fcmp une {kind} {x}, {y}",       javascript="+{}!==+{}", onnx="Equal Not",      torch="{} != {}", gives="condition", commutes=True, sympy="Ne")
WHERE         = _operator("where", choose,                           c="select {condition} {x}, {kind} {y}, {kind} {z}", javascript="{}?{}:{}",  onnx="Where",          torch="torch.where", numpy=NUMPY.where, sympy=SYMPY.where)

# functions: name     float                     exact       complex                      Decimal         numpy      mpmath          sympy           C                           JavaScript    ONNX                        PyTorch
exp   = _row("exp",   or_inf(math.exp),         None,       complex_or_nan(cmath.exp),  "exp",          "exp",     "exp",          "exp",          "exp",                      "Math.exp",   "Exp",                      "torch.exp")
expm1 = _row("expm1", or_inf(math.expm1),       None,       COMPLEX.expm1,              None,           "expm1",   "expm1",        SYMPY.expm1,    "expm1",                    "Math.expm1", _onnx_expm1,                "torch.expm1")
exp2  = _row("exp2",  FLOAT.exp2,               None,       COMPLEX.exp2,               lambda x: 2**x, "exp2",    lambda x: 2**x, lambda x: 2**x, "exp2",                     "pow(2,{})",  lambda x: 2**x,             "torch.exp2")
log   = _row("log",   log_from(0, math.log),    None,       COMPLEX.log,                "ln",           "log",     "log",          "log",          "log",                      "Math.log",   "Log",                      "torch.log")
log1p = _row("log1p", log_from(-1, math.log1p), None,       COMPLEX.log1p,              DECIMAL.log1p,  "log1p",   "log1p",        SYMPY.log1p,    "log1p",                    "Math.log1p", _onnx_log1p,                "torch.log1p")
log2  = _row("log2",  log_from(0, math.log2),   None,       COMPLEX.log2,               DECIMAL.log2,   "log2",    MPMATH.log2,    SYMPY.log2,     "log2",                     "Math.log2",  lambda x: log(x) / math.log(2), "torch.log2")
log10 = _row("log10", log_from(0, math.log10),  None,       COMPLEX.log10,              "log10",        "log10",   "log10",        SYMPY.log10,    "log10",                    "Math.log10", lambda x: log(x) / math.log(10), "torch.log10")
sqrt  = _row("sqrt",  or_nan(math.sqrt),        None,       complex_or_nan(cmath.sqrt), "sqrt",         "sqrt",    "sqrt",         "sqrt",         "call {kind} @llvm.sqrt.{suffix}({kind} {x})", "Math.sqrt", "Sqrt",   "torch.sqrt")
cbrt  = _row("cbrt",  math.cbrt,                None,       None,                       None,           "cbrt",    MPMATH.cbrt,    SYMPY.cbrt,     "cbrt",                     "Math.cbrt",  lambda x: where(x < 0, -1, 1) * pow(abs(x), 1 / 3), "torch.sign({0}) * torch.abs({0}) ** (1 / 3)")
sin   = _row("sin",   or_nan(math.sin),         None,       complex_or_nan(cmath.sin),  None,           "sin",     "sin",          "sin",          "sin",                      "Math.sin",   "Sin",                      "torch.sin")
cos   = _row("cos",   or_nan(math.cos),         None,       complex_or_nan(cmath.cos),  None,           "cos",     "cos",          "cos",          "cos",                      "Math.cos",   "Cos",                      "torch.cos")
tan   = _row("tan",   or_nan(math.tan),         None,       complex_or_nan(cmath.tan),  None,           "tan",     "tan",          "tan",          "tan",                      "Math.tan",   "Tan",                      "torch.tan")
asin  = _row("asin",  or_nan(math.asin),        None,       complex_or_nan(cmath.asin), None,           "arcsin",  "asin",         "asin",         "asin",                     "Math.asin",  "Asin",                     "torch.asin")
acos  = _row("acos",  or_nan(math.acos),        None,       complex_or_nan(cmath.acos), None,           "arccos",  "acos",         "acos",         "acos",                     "Math.acos",  "Acos",                     "torch.acos")
atan  = _row("atan",  math.atan,                None,       complex_or_nan(cmath.atan), None,           "arctan",  "atan",         "atan",         "atan",                     "Math.atan",  "Atan",                     "torch.atan")
atan2 = _pair("atan2", FLOAT.atan2,              None,       None,                       None,           "arctan2", "atan2",        "atan2",        "atan2",                    "Math.atan2", None,                       "torch.atan2")
sinh  = _row("sinh",  FLOAT.sinh,               None,       complex_or_nan(cmath.sinh), None,           "sinh",    "sinh",         "sinh",         "sinh",                     "Math.sinh",  "Sinh",                     "torch.sinh")
cosh  = _row("cosh",  or_inf(math.cosh),        None,       complex_or_nan(cmath.cosh), None,           "cosh",    "cosh",         "cosh",         "cosh",                     "Math.cosh",  "Cosh",                     "torch.cosh")
tanh  = _row("tanh",  math.tanh,                None,       complex_or_nan(cmath.tanh), None,           "tanh",    "tanh",         "tanh",         "tanh",                     "Math.tanh",  "Tanh",                     "torch.tanh")
asinh = _row("asinh", math.asinh,               None,       complex_or_nan(cmath.asinh), None,           "arcsinh", "asinh",        "asinh",        "asinh",                    "Math.asinh", "Asinh",                    "torch.asinh")
acosh = _row("acosh", or_nan(math.acosh),       None,       complex_or_nan(cmath.acosh), None,           "arccosh", "acosh",        "acosh",        "acosh",                    "Math.acosh", "Acosh",                    "torch.acosh")
atanh = _row("atanh", FLOAT.atanh,              None,       complex_or_nan(cmath.atanh), None,           "arctanh", "atanh",        "atanh",        "atanh",                    "Math.atanh", "Atanh",                    "torch.atanh")
erf   = _row("erf",   math.erf,                 None,       None,                       None,           NUMPY.erf, "erf",          "erf",          "erf",                      "erf",        "Erf",                      "torch.erf")
floor = _row("floor", FLOAT.floor,              math.floor, None,                       DECIMAL.floor,  "floor",   "floor",        "floor",        "call {kind} @llvm.floor.{suffix}({kind} {x})", "Math.floor", "Floor", "torch.floor")

# what rules need besides: a constant of no arguments, sums of products, fractions p / q of a kind of number
PI         = add_row(Function("pi", lambda: math.pi, None, lambda: math.pi, None, lambda: math.pi, MPMATH.pi, SYMPY.pi, None, "Math.PI", symbol="π"))
DOT        = _operator("dot", sum_of_products)
_CONSTANT  = Function("constant", ratio, exact_constant, ratio, DECIMAL.constant, ratio, MPMATH.constant, SYMPY.constant)
_IS_FINITE = Function("is_finite", math.isfinite, lambda x: True, cmath.isfinite, Decimal.is_finite, NUMPY.is_finite, "isfinite", lambda x: True, gives="condition")
# fmt: on


# --- what rules are written with, besides the functions of the table ------------------------------------------------


_PLAIN = (float, int)  # special-cased, as a look at the table costs more than the function


def abs(x: Number) -> Number:
    """The absolute value; complex numbers have none that could be differentiated."""
    return builtins.abs(x) if type(x) is float else ABS(x)


def pow(x: Number, y: Number) -> Number:
    """x to the power y: 0 ** -1 is inf and (-8.0) ** (1 / 3) is nan on floats; exact on ints and Fractions."""
    return power(x, y) if type(x) is float and type(y) in _PLAIN else POW(x, y)


@overload
def where(condition: Any, x: Recorded, y: Operand) -> Recorded: ...
@overload
def where(condition: Any, x: Operand, y: Recorded) -> Recorded: ...
@overload
def where(condition: RememberedCondition[Remembered], x: float, y: float) -> Remembered: ...
@overload
def where(condition: Any, x: Any, y: Any) -> Any: ...
def where(condition: Any, x: Any, y: Any) -> Any:
    """x where the condition holds, else y; both have been evaluated, whichever is chosen.

    The condition is what the number's own comparison gave: a bool, an array, a sympy relation, a traced condition.
    """
    if condition is True or condition is False or isinstance(condition, float | int):
        return x if condition else y
    return WHERE(condition, x, y)


def equal(x: Number, y: Number) -> Any:
    """Whether x equals y, as a condition for `where` (`==` on Values and sympy symbols compares identities)."""
    return x == y if type(x) in _PLAIN and type(y) in _PLAIN else EQUAL(x, y)


def both(x: Any, y: Any) -> Any:
    """Whether two conditions hold; in a rule also `x & y`."""
    return where(x, where(y, 1, 0), 0) > 0


def either(x: Any, y: Any) -> Any:
    """Whether one of two conditions holds; in a rule also `x | y`."""
    return where(x, 1, where(y, 1, 0)) > 0


def constant(like: Number, numerator: int, denominator: int = 1) -> Number:
    """numerator / denominator, as exactly as the kind of number of `like` can hold it."""
    if type(like) is float:
        return numerator / denominator
    if hasattr(type(like), "__constant__"):
        return like.__constant__(numerator, denominator)
    return _CONSTANT.on(type(like))(like, numerator, denominator)


def pi(like: Number) -> Number:
    """The number pi, as exactly as the kind of number of `like` can hold it."""
    if hasattr(type(like), "__apply__"):
        return like.__apply__(PI)
    return math.pi if isinstance(like, int | Fraction) else PI.on(type(like))()


def is_finite(x: Number) -> bool:
    """Whether x is neither inf nor nan (of an array, whether no element is); kinds without inf or nan are finite."""
    return hasattr(type(x), "__apply__") or bool(_IS_FINITE(x))


@overload
def dot(weights: Sequence[Recorded], inputs: Sequence[Any], bias: Operand) -> Recorded: ...
@overload
def dot(weights: Sequence[Any], inputs: Sequence[Recorded], bias: Operand) -> Recorded: ...
@overload
def dot(weights: Sequence[Any], inputs: Sequence[Any], bias: Recorded) -> Recorded: ...
@overload
def dot(weights: Sequence[Any], inputs: Sequence[Any], bias: Operand) -> Any: ...
def dot(weights: Sequence[Any], inputs: Sequence[Any], bias: Any) -> Any:
    """bias + weights[0] * inputs[0] + weights[1] * inputs[1] + ..., added in this order.

    Floats are added by Python's `sum`, which from 3.12 on carries the rounding errors along.

    Raises:
        ValueError: there are not as many inputs as weights.

    >>> dot([2.0, 3.0], [10.0, 100.0], 1.0)
    321.0
    """
    if len(weights) != len(inputs):
        raise ValueError(f"dot takes as many inputs as weights, got {len(weights)} weights and {len(inputs)} inputs")
    if not (weights and type(weights[0]) is float and type(inputs[0]) is float):
        for x in (*weights, *inputs, bias):
            if getattr(type(x), "keeps_dot", False):
                return x.__apply__(DOT, *weights, *inputs, bias)
    return sum(map(operator.mul, weights, inputs), bias)
