"""Table 2: one row an op, each derivative written once, generic in the kind of number.

Names in scope in a rule: the arguments x, y, ... and, in a partial derivative, the result `out`; the operators
+ - * / ** and comparisons; and the functions of table 1 (exp, log, ..., abs, pow, where, equal, constant, pi).
A choice is `where(condition, a, b)`, never `if`, so that one rule serves floats, Fractions, complex numbers, mpmath,
arrays, sympy symbols, Values (for higher derivatives) and the numbers that write JavaScript or machine code.

An exact 0 in a rule of a partial derivative means that there is no path: nothing flows, even if the upstream gradient
is inf or nan. A rule has no kink where the function has none: softplus calls the op `sigmoid`, which is smooth at 0,
and not its forward rule, which is not.

>>> OPS["tanh"].partials(0.5, 0.55)             # (out, x): d out / d x, from the row's own rule
(0.75,)
>>> cube = define_op("cube", lambda x: x * x * x, (lambda out, x: 3 * x * x,))
>>> cube(2.0), cube.partials(8.0, 2.0)
(8.0, (12.0,))
>>> remove_op("cube")
"""

from __future__ import annotations

import math
import operator
from functools import reduce
from typing import Any

from .elementary import (
    Number,
    abs,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    both,
    cbrt,
    constant,
    cos,
    cosh,
    dot,
    either,
    equal,
    erf,
    exp,
    exp2,
    expm1,
    floor,
    log,
    log1p,
    log2,
    log10,
    pi,
    pow,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    where,
)
from .operation import CONDITION as CONDITION
from .operation import OPS as OPS
from .operation import REAL as REAL
from .operation import Domain as Domain
from .operation import Op as Op
from .operation import define_op as define_op
from .operation import find_op as find_op
from .operation import first as first
from .operation import for_each_op as for_each_op
from .operation import for_each_removed_op as for_each_removed_op
from .operation import one as one
from .operation import remove_op as remove_op
from .operation import second as second

POSITIVE: Domain = ((0.0, math.inf),)
NONZERO: Domain = ((-math.inf, 0.0), (0.0, math.inf))
INSIDE_ONE: Domain = ((-1.0, 1.0),)
ABOVE_MINUS_ONE: Domain = ((-1.0, math.inf),)
ABOVE_ONE: Domain = ((1.0, math.inf),)
ONE_BRANCH: Domain = ((-math.pi / 2, math.pi / 2),)


# --- rules too long for a line of the table -------------------------------------------------------------------------


def _power_by_base(out: Number, x: Number, y: Number) -> Number:
    y_is_zero = equal(y, 0)
    if y_is_zero is False:  # special-cased: almost every power has a plain exponent, and the choice costs three calls
        return y * pow(x, y - 1)
    # x ** 0 is 1 for every x, 0 and nan too; elsewhere the derivative by y must stay smooth through y = 0
    base = where(y_is_zero, where(equal(x, 0), 1, where(equal(x, x), x, 1)), x)
    # the smallest floats have no finite 1 / x, and 0 times that is nan: so y comes first
    return where(y_is_zero, y / base * pow(base, y), y * pow(base, y - 1))


def _power_by_exponent(out: Number, x: Number, y: Number) -> Number:
    # at x = 0: 0, or inf for a negative exponent; times 1 + sqrt(0), as its own derivative by x is not finite there
    return where(equal(x, 0), where(equal(y, 0), 0, -out * (1 + sqrt(x))), out * log(x))


def _sigmoid(x: Number) -> Number:
    e = exp(-abs(x))  # at most 1, so that neither tail overflows
    return where(x >= 0, 1, e) / (1 + e)


def _silu_slope(out: Number, x: Number) -> Number:
    s = sigmoid(x)
    return s * (1 + x * (1 - s))


def _negative_part(x: Number) -> Number:
    return where(x < 0, x, constant(x, 0))


def _normal_cdf(x: Number) -> Number:
    return (1 + erf(x / sqrt(constant(x, 2)))) / 2


def _normal_density(x: Number) -> Number:
    return exp(-x * x / 2) / sqrt(2 * pi(x))


def _maximum(x: Number, y: Number) -> Number:
    return where(x > y, x, where(x <= y, y, x + y))  # x + y: nan if either is


def _minimum(x: Number, y: Number) -> Number:
    return where(x < y, x, where(x >= y, y, x + y))


def _won(lost: Any, x: Number, y: Number) -> Number:
    """The derivative of maximum or minimum: 0 where `lost`, 1 where won, one half at a tie."""
    return where(equal(x, y), constant(x, 1, 2), where(lost, 0, 1))


def _clip(x: Number, low: Number, high: Number) -> Number:
    return _minimum(_maximum(x, low), high)


def _logaddexp(x: Number, y: Number) -> Number:
    distance = where(equal(x, y), constant(x, 0), abs(x - y))  # inf - inf is nan
    return _maximum(x, y) + log1p(exp(-distance))


def _sign(x: Number) -> Number:
    return where(x > 0, constant(x, 1), where(x < 0, constant(x, -1), x * 0))  # x * 0: nan if x is


def _sum(*xs: Number) -> Number:
    return reduce(operator.add, xs) if xs else 0


def _dot(*args: Number) -> Number:
    n = len(args) // 2
    if len(args) != 2 * n + 1:
        raise TypeError(f"dot takes n weights, n inputs and a bias, an odd number of arguments; got {len(args)}")
    return dot(args[:n], args[n:-1], args[-1])


def _dot_partials(out: Number, *args: Number) -> tuple[Number, ...]:
    n = len(args) // 2
    return (*args[n:-1], *args[:n], 1)  # d out / d weight is the input, d out / d input the weight


# --- how ops are written --------------------------------------------------------------------------------------------


def _infix(symbol: str, precedence: int) -> dict[str, Any]:
    return {"symbol": symbol, "precedence": precedence}


def _compares(symbol: str) -> dict[str, Any]:
    return {**_infix(symbol, -1), "kink": operator.sub, "holomorphic": False, "gives": "condition"}


def _joins(symbol: str, precedence: int) -> dict[str, Any]:
    arity = 2 if precedence else 1
    cells = {"domain": (CONDITION,) * arity, "gives": "condition", "torch": f"torch.logical_{symbol}"}
    return {**_infix(symbol, precedence), "holomorphic": False, **cells}


_REAL_ONLY: dict[str, Any] = {"holomorphic": False}  # decided by comparisons
_BEND: dict[str, Any] = {**_REAL_ONLY, "kink": lambda x: x}  # and its slope jumps at 0
_CHOICE: dict[str, Any] = {**_REAL_ONLY, "kink": operator.sub, "domain": (REAL, REAL)}  # its slopes jump where x = y

_EDGE_NOTE = "at -1 and 1 the second derivative is nan; PyTorch gives inf. The first is accurate up to the edge"
_POW_NOTE = (
    "the mixed derivative at y = 0 is 1 / x, where PyTorch gives 0. For x < 0 the derivative by y is nan, and so is its "
    "derivative by x, where PyTorch has numbers. x ** 0 is 1 for x = 0 and for nan, too, and differentiated as 1 ** 0"
)

# --- the table ------------------------------------------------------------------------------------------------------

# fmt: off
_ = define_op

# A row that is called elsewhere, as it is no function of table 1, has a name: sigmoid(x).
# name           forward           partials: d out / d argument, one for each argument                how it is written, where it holds
_("add",         operator.add,     (1, 1),                                                            **_infix("+", 1))
_("sub",         operator.sub,     (1, -1),                                                           **_infix("-", 1))
_("mul",         operator.mul,     (second, first),                                                   **_infix("*", 2))
_("div",         operator.truediv, (lambda out, x, y: constant(x, 1) / y, lambda out, x, y: -out / y), **_infix("/", 2), domain=(REAL, NONZERO))
_("pow",         pow,              (_power_by_base, _power_by_exponent),                        **_infix("**", 4), domain=(POSITIVE, REAL), note=_POW_NOTE)
_("neg",         operator.neg,     (-1,),                                                             symbol="-", precedence=3)
_("abs",         abs,              (lambda out, x: where(x > 0, 1, where(x < 0, -1, 0)),),            **_BEND)

_("exp",         exp,              (lambda out, x: out,))
_("expm1",       expm1,            (lambda out, x: exp(x),))
_("exp2",        exp2,             (lambda out, x: out * log(constant(x, 2)),))
_("log",         log,              (lambda out, x: 1 / x,),                                           domain=(POSITIVE,))
_("log1p",       log1p,            (lambda out, x: 1 / (1 + x),),                                     domain=(ABOVE_MINUS_ONE,))
_("log2",        log2,             (lambda out, x: 1 / (x * log(constant(x, 2))),),                   domain=(POSITIVE,))
_("log10",       log10,            (lambda out, x: 1 / (x * log(constant(x, 10))),),                  domain=(POSITIVE,))
_("sqrt",        sqrt,             (lambda out, x: 1 / (2 * out),),                                   domain=(POSITIVE,))
_("cbrt",        cbrt,             (lambda out, x: 1 / (3 * out * out),),                             domain=(NONZERO,), holomorphic=False)
_("sin",         sin,              (lambda out, x: cos(x),))
_("cos",         cos,              (lambda out, x: -sin(x),))
_("tan",         tan,              (lambda out, x: 1 + out * out,),                                   domain=(ONE_BRANCH,))
_("asin",        asin,             (lambda out, x: 1 / sqrt((1 - x) * (1 + x)),),                     domain=(INSIDE_ONE,), note=_EDGE_NOTE)
_("acos",        acos,             (lambda out, x: -1 / sqrt((1 - x) * (1 + x)),),                    domain=(INSIDE_ONE,), note=_EDGE_NOTE)
_("atan",        atan,             (lambda out, x: 1 / (1 + x * x),))
_("atan2",       atan2,            (lambda out, y, x: x / (x * x + y * y), lambda out, y, x: -y / (x * x + y * y)), domain=(REAL, POSITIVE), holomorphic=False, note="at (0, 0) the derivatives are nan, as there are none; PyTorch gives 0")
_("sinh",        sinh,             (lambda out, x: cosh(x),))
_("cosh",        cosh,             (lambda out, x: sinh(x),))
_("tanh",        tanh,             (lambda out, x: 1 - out * out,))
_("asinh",       asinh,            (lambda out, x: 1 / cosh(out),))
_("acosh",       acosh,            (lambda out, x: 1 / sinh(out),),                                   domain=(ABOVE_ONE,), note="below 1, where the function is nan, so are its derivatives; PyTorch gives numbers")
_("atanh",       atanh,            (lambda out, x: 1 / ((1 - x) * (1 + x)),),                         domain=(INSIDE_ONE,), note=_EDGE_NOTE)
_("erf",         erf,              (lambda out, x: 2 / sqrt(pi(x)) * exp(-x * x),))
_("floor",       floor,            (0,),                                                              kink=lambda x: x - floor(x), holomorphic=False)
sign = _("sign",        _sign,            (0,),                                                              note="the sign of nan is nan; PyTorch gives 0", torch="torch.sign", **_BEND)

sigmoid    = _("sigmoid",     _sigmoid,                                                  (lambda out, x: out * (1 - out),),                         torch="torch.sigmoid", **_REAL_ONLY)
softplus   = _("softplus",    lambda x: where(x > 0, x, 0) + log1p(exp(-abs(x))),        (lambda out, x: sigmoid(x),),                              torch="nn.functional.softplus({}, threshold=40)", **_REAL_ONLY)
softsign   = _("softsign",    lambda x: x / (1 + abs(x)),                                (lambda out, x: 1 / (1 + abs(x)) ** 2,),                   note="the slope at infinity is 0, and the second derivative at nan too; PyTorch gives nan", torch="nn.functional.softsign", **_REAL_ONLY)
relu       = _("relu",        lambda x: where(x < 0, constant(x, 0), x),                 (lambda out, x: where(out <= 0, 0, 1),),                   torch="torch.relu", **_BEND)
leaky_relu = _("leaky_relu",  lambda x, slope=0.01: where(x > 0, x, slope * x),          (lambda out, x, slope: where(x > 0, 1, slope), lambda out, x, slope: where(x > 0, 0, x)), domain=(REAL, REAL), kink=lambda x, slope: x, torch="torch.where({0} > 0, {0}, {1} * {0})", **_REAL_ONLY)
elu        = _("elu",         lambda x: where(x < 0, expm1(_negative_part(x)), x),       (lambda out, x: where(x < 0, exp(_negative_part(x)), 1),), torch="nn.functional.elu", **_REAL_ONLY)
silu       = _("silu",        lambda x: x * _sigmoid(x),                                 (_silu_slope,),                                            torch="nn.functional.silu", **_REAL_ONLY)
gelu       = _("gelu",        lambda x: x * _normal_cdf(x),                              (lambda out, x: _normal_cdf(x) + x * _normal_density(x),), torch="nn.functional.gelu")
hard_tanh  = _("hard_tanh",   lambda x: _clip(x, constant(x, -1), constant(x, 1)),       (lambda out, x: where(x <= -1, 0, where(x >= 1, 0, 1)),),    kink=lambda x: (x - 1) * (x + 1), torch="nn.functional.hardtanh", **_REAL_ONLY)
clip       = _("clip",        _clip,            (lambda out, x, low, high: where(x >= low, where(x <= high, 1, 0), 0), lambda out, x, low, high: where(x < low, where(low <= high, 1, 0), 0), lambda out, x, low, high: where(x > high, 1, where(low > high, 1, 0))), kink=lambda x, low, high: (x - low) * (x - high) * (low - high), domain=(REAL, REAL, REAL), torch="torch.clamp(*torch.broadcast_tensors({0}, {1}, {2}))", **_REAL_ONLY)
maximum    = _("maximum",     _maximum,         (lambda out, x, y: _won(x < y, x, y), lambda out, x, y: _won(y < x, x, y)),                         torch="torch.maximum", **_CHOICE)
minimum    = _("minimum",     _minimum,         (lambda out, x, y: _won(x > y, x, y), lambda out, x, y: _won(y > x, x, y)),                         torch="torch.minimum", **_CHOICE)
logaddexp  = _("logaddexp",   _logaddexp,       (lambda out, x, y: sigmoid(x - y), lambda out, x, y: sigmoid(y - x)),                               domain=(REAL, REAL), note="where one argument is infinite the second derivatives are 0; PyTorch gives nan", torch="torch.logaddexp", **_REAL_ONLY)

_("greater",       operator.gt,    (0, 0),                                                            **_compares(">"))
_("greater_equal", operator.ge,    (0, 0),                                                            **_compares(">="))
_("less",          operator.lt,    (0, 0),                                                            **_compares("<"))
_("less_equal",    operator.le,    (0, 0),                                                            **_compares("<="))
_("equal",         equal,          (0, 0),                                                            **_compares("=="))
_("where",         where,          (0, lambda out, condition, x, y: where(condition, 1, 0), lambda out, condition, x, y: where(condition, 0, 1)), domain=(CONDITION, REAL, REAL), **_REAL_ONLY)

logical_and = _("logical_and", both,                      (0, 0), **_joins("and", -2))
logical_or  = _("logical_or",  either,                    (0, 0), **_joins("or", -3))
logical_not = _("logical_not", lambda x: where(x, 0, 1) > 0, (0,), **_joins("not", 0))

# n-ary: `dot` over n weights takes w1 ... wn, x1 ... xn and a bias, and has 2n + 1 partial derivatives
_("sum",         _sum,             lambda out, *xs: (1,) * len(xs),                                   multilinear=True)
_("dot",         _dot,             _dot_partials,                                                     multilinear=True)
del _
# fmt: on
