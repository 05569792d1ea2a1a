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

import inspect
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from .elementary import (
    Gives,
    Number,
    abs,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    constant,
    cos,
    cosh,
    dot,
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
from .interpreted import ieee

Interval = tuple[float, float]
Domain = tuple[Interval, ...]  # a union of open intervals
Rule = Callable[..., Number]

CONDITION: Domain = ()  # the argument is no number but a condition
REAL: Domain = ((-math.inf, math.inf),)
POSITIVE: Domain = ((0.0, math.inf),)
NONZERO: Domain = ((-math.inf, 0.0), (0.0, math.inf))
INSIDE_ONE: Domain = ((-1.0, 1.0),)
ABOVE_MINUS_ONE: Domain = ((-1.0, math.inf),)
ABOVE_ONE: Domain = ((1.0, math.inf),)
ONE_BRANCH: Domain = ((-math.pi / 2, math.pi / 2),)


@dataclass(frozen=True, eq=False, slots=True)
class Op:
    """One row of the table. Calling it records a node on Values, and computes on any other kind of number.

    Attributes:
        name: what the op is called, in the table and as a method of Value.
        forward: the rule; one parameter an argument, or `*args` for an n-ary op.
        partial: for each argument, d out / d argument: a rule `(out, *args)`, or a plain number. For an n-ary op
            one rule that returns all of them.
        arity: the number of arguments; None for an n-ary op.
        symbol: how it is written: `+`, `tanh`.
        precedence: how tightly an infix or prefix symbol binds; 0 for an op written as a call.
        domain: for each argument the open intervals in which the op is defined and smooth (one for all if n-ary);
            `CONDITION` if it is no number but a condition.
        kink: a rule of the arguments that is 0 where one-sided derivatives differ; the partial derivative there is
            the subgradient that the field has agreed on (0 for relu and abs, one half for a tie of maximum).
        holomorphic: whether the rule also holds for complex numbers.
        multilinear: for an n-ary op, that its partial derivatives are finite wherever its result is; then nothing
            need be computed where no gradient arrives, as behind a relu that is shut.
        gives: "number", or "condition" for a comparison.
        note: where the op differs from PyTorch, and why.
        torch: what the op is called in PyTorch, or an expression with a {} for each argument, if it has the same value
            and slope; "" for an op that is a function of table 1, and for one that PyTorch does not have.
        defaults: the numbers that stand in for the last arguments when they are left out.
    """

    name: str
    forward: Rule
    partial: tuple[Rule | Number, ...] | Rule
    arity: int | None = 1
    symbol: str = ""
    precedence: int = 0
    domain: tuple[Domain, ...] = (REAL,)
    kink: Rule | None = None
    holomorphic: bool = True
    multilinear: bool = False
    gives: Gives = "number"
    note: str = ""
    torch: str = ""
    defaults: tuple[Number, ...] = ()
    rules: tuple[Rule, ...] = field(init=False, repr=False)  # one an argument; () for an n-ary op
    send: Callable[..., None] | None = field(default=None, init=False, repr=False)  # the engine's: its backward step

    def __post_init__(self) -> None:
        if self.arity is None:
            rules: tuple[Rule, ...] = ()
        else:
            rules = tuple(_as_rule(self.partial, index, self.arity) for index in range(self.arity))
        object.__setattr__(self, "rules", rules)

    def partials(self, out: Number, *args: Number) -> tuple[Number, ...]:
        """d out / d argument for each argument, at `args`, where `out` is forward(*args)."""
        if self.arity is None:
            found: tuple[Number, ...] = self.partial(out, *args)  # type: ignore[operator]  # define_op has seen to it
            if len(found) != len(args):
                raise ValueError(f"{self.name}'s rule gave {len(found)} partial derivatives for {len(args)} arguments")
            return found
        return tuple([rule(out, *args) for rule in self.rules])

    def derivative(self, index: int, out: Number, *args: Number) -> Number:
        """d out / d args[index] alone; on floats it follows IEEE 754 where Python would raise."""
        rule: Rule = self.rules[index] if self.rules else lambda *numbers: self.partials(*numbers)[index]
        try:
            return rule(out, *args)
        except ArithmeticError:
            return ieee(rule, out, *args)

    def compute(self, *args: Number) -> Number:
        """forward(*args) on plain numbers; on floats it follows IEEE 754 where Python would raise."""
        try:
            return self.forward(*args)
        except ArithmeticError:
            return ieee(self.forward, *args)

    def __call__(self, *args: Any) -> Any:
        """Record a node if an argument is a Value, else compute on the numbers as they are."""
        args = self.complete(args)
        for arg in args:
            if hasattr(type(arg), "__record_op__"):
                return arg.__record_op__(self, args)
        for arg in args:
            if isinstance(arg, list | tuple):
                raise TypeError(
                    f"{self.name} takes single numbers or Values, not a {type(arg).__name__}: "
                    f"[{self.name}(x) for x in ...]"
                )
        return self.compute(*args)

    def complete(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, with the defaults of those that were left out.

        Raises:
            TypeError: there are too few or too many; it names the op.
        """
        if self.arity is None or len(args) == self.arity:
            return args
        missing = self.arity - len(args)
        if not 0 < missing <= len(self.defaults):
            least = self.arity - len(self.defaults)
            count = f"{least} to {self.arity}" if self.defaults else f"{self.arity}"
            raise TypeError(f"{self.name} takes {count} argument{'s'[: self.arity != 1]}, got {len(args)}")
        return (*args, *self.defaults[-missing:])

    def spell(self, *operands: str) -> str:
        """The op written out on operands that are already text: `a * b`, `-a`, `tanh(a)`."""
        if not self.precedence:
            return f"{self.symbol}({', '.join(operands)})"
        return f"{self.symbol}{operands[0]}" if self.arity == 1 else f" {self.symbol} ".join(operands)

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return find_op, (self.name,)


# Rules that backward() special-cases instead of calling.


def one(out: Number, *args: Number) -> Number:
    """The rule of every partial derivative that is 1."""
    return 1


def first(out: Number, x: Number, y: Number) -> Number:
    """The rule of a partial derivative that is the first argument."""
    return x


def second(out: Number, x: Number, y: Number) -> Number:
    """The rule of a partial derivative that is the second argument."""
    return y


def _as_rule(partial: tuple[Rule | Number, ...] | Rule, index: int, arity: int) -> Rule:
    """The rule for one argument, whichever of the three ways the row gives it."""
    if callable(partial):
        rules = partial
        return lambda out, *args: rules(out, *args)[index]
    rule = partial[index]
    if callable(rule):
        return rule
    if rule == 1:
        return one
    number = rule
    by_arity: dict[int, Rule] = {1: lambda out, x: number, 2: lambda out, x, y: number}
    return by_arity.get(arity, lambda out, *args: number)


OPS: dict[str, Op] = {}
sigmoid: Op  # a row that other rows call: see the end of this file
_readers: list[Callable[[Op], None]] = []


def for_each_op(reader: Callable[[Op], None]) -> Callable[[Op], None]:
    """Call `reader` with each row there is, and with each row that is added from now on (a decorator)."""
    _readers.append(reader)
    for op in OPS.values():
        reader(op)
    return reader


def find_op(name: str) -> Op:
    """The row called `name`; a LookupError that says how to add it if there is none."""
    try:
        return OPS[name]
    except KeyError:
        raise LookupError(f"there is no op {name!r}: define it first with define_op({name!r}, ...)") from None


def define_op(
    name: str,
    forward: Rule,
    partials: tuple[Rule | Number, ...] | Callable[..., Sequence[Number]],
    *,
    symbol: str = "",
    precedence: int = 0,
    domain: Sequence[Domain] | None = None,
    kink: Rule | None = None,
    holomorphic: bool = True,
    multilinear: bool = False,
    gives: Gives = "number",
    note: str = "",
    torch: str = "",
) -> Op:
    """Add a row to the table: the op runs, steps, draws, is compiled and is tested with nothing else written.

    Args:
        name: an identifier that is not taken yet.
        forward: the rule. The op has as many arguments as the rule (`*args`: any number), and the same defaults.
        partials: for each argument a rule `(out, *args)` or a number; or one rule `(out, *args)` that returns them
            all, as an n-ary op must have it.
        symbol, precedence, domain, kink, holomorphic, multilinear, gives, note, torch: as in `Op`.

    Returns:
        The row, which is called like a function: `softsign(x)`; on a Value, `x.softsign()` works too.

    Raises:
        ValueError: the name is no identifier or is taken, or the partials do not match the arguments.

    >>> cube = define_op("cube", lambda x: x * x * x, (lambda out, x: 3 * x * x,))
    >>> cube(2), cube.partials(8, 2)
    (8, (12,))
    >>> remove_op("cube")
    """
    if not name.isidentifier():
        raise ValueError(f"an op's name must be a Python identifier, got {name!r}")
    if name in OPS:
        raise ValueError(f"the op {name!r} is defined already; choose another name, or remove_op({name!r}) first")
    arity, defaults = _arguments_of(forward, name)
    if not callable(partials) and len(partials) != arity:
        raise ValueError(f"{name} has {arity} argument(s) but {len(partials)} partial derivative(s): give one for each")
    if arity is None and not callable(partials):
        raise ValueError(f"{name} takes any number of arguments: give one rule (out, *args) of all its partials")
    count = 1 if arity is None else arity
    op = OPS[name] = Op(
        name,
        forward,
        partials,
        arity,
        symbol=symbol or name,
        precedence=precedence,
        domain=tuple(domain) if domain is not None else (REAL,) * count,
        kink=kink,
        holomorphic=holomorphic,
        multilinear=multilinear,
        gives=gives,
        note=note,
        torch=torch,
        defaults=defaults,
    )
    for reader in _readers:
        reader(op)
    return op


def remove_op(name: str) -> None:
    """Take a row out of the table again; Values that it made keep working.

    >>> _ = define_op("thrice", lambda x: 3 * x, (3,))
    >>> remove_op("thrice")
    """
    find_op(name)
    del OPS[name]


def _arguments_of(forward: Rule, name: str) -> tuple[int | None, tuple[Number, ...]]:
    """The arity, None for any number of arguments, and the defaults of the last ones."""
    parameters = inspect.signature(forward).parameters.values()
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None, ()
    if not parameters:
        raise ValueError(f"{name} has no arguments: an op is a rule of at least one number")
    return len(parameters), tuple(p.default for p in parameters if p.default is not p.empty)


# --- rules too long for a line of the table -------------------------------------------------------------------------


def _power_by_base(out: Number, x: Number, y: Number) -> Number:
    y_is_zero = equal(y, 0)
    if y_is_zero is False:  # special-cased: almost every power has a plain exponent, and the choice costs three calls
        return y * pow(x, y - 1)
    # x ** 0 is 1 for every x, 0 and nan too; elsewhere the derivative by y must stay smooth through y = 0
    base = where(y_is_zero, where(equal(x, 0), 1, where(equal(x, x), x, 1)), x)
    return y * pow(base, y - 1)


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

# name           forward           partials: d out / d argument, one for each argument                how it is written, where it holds
_("add",         operator.add,     (1, 1),                                                            **_infix("+", 1))
_("sub",         operator.sub,     (1, -1),                                                           **_infix("-", 1))
_("mul",         operator.mul,     (second, first),                                                   **_infix("*", 2))
_("div",         operator.truediv, (lambda out, x, y: constant(x, 1) / y, lambda out, x, y: -out / y), **_infix("/", 2), domain=(REAL, NONZERO))
_("pow",         lambda x, y: pow(x, y), (_power_by_base, _power_by_exponent),                        **_infix("**", 4), domain=(POSITIVE, REAL), note=_POW_NOTE)
_("neg",         operator.neg,     (-1,),                                                             symbol="-", precedence=3)
_("abs",         lambda x: abs(x), (lambda out, x: where(x > 0, 1, where(x < 0, -1, 0)),),            **_BEND)

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
_("sign",        _sign,            (0,),                                                              note="the sign of nan is nan; PyTorch gives 0", torch="torch.sign", **_BEND)

_("sigmoid",     _sigmoid,                                                  (lambda out, x: out * (1 - out),),                         torch="torch.sigmoid", **_REAL_ONLY)
_("softplus",    lambda x: where(x > 0, x, 0) + log1p(exp(-abs(x))),        (lambda out, x: sigmoid(x),),                              torch="nn.functional.softplus({}, threshold=40)", **_REAL_ONLY)
_("softsign",    lambda x: x / (1 + abs(x)),                                (lambda out, x: 1 / (1 + abs(x)) ** 2,),                   note="the slope at infinity is 0, and the second derivative at nan too; PyTorch gives nan", torch="nn.functional.softsign", **_REAL_ONLY)
_("relu",        lambda x: where(x < 0, constant(x, 0), x),                 (lambda out, x: where(out <= 0, 0, 1),),                   torch="torch.relu", **_BEND)
_("leaky_relu",  lambda x, slope=0.01: where(x > 0, x, slope * x),          (lambda out, x, slope: where(x > 0, 1, slope), lambda out, x, slope: where(x > 0, 0, x)), domain=(REAL, REAL), kink=lambda x, slope: x, torch="torch.where({0} > 0, {0}, {1} * {0})", **_REAL_ONLY)
_("elu",         lambda x: where(x < 0, expm1(_negative_part(x)), x),       (lambda out, x: where(x < 0, exp(_negative_part(x)), 1),), torch="nn.functional.elu", **_REAL_ONLY)
_("silu",        lambda x: x * _sigmoid(x),                                 (_silu_slope,),                                            torch="nn.functional.silu", **_REAL_ONLY)
_("gelu",        lambda x: x * _normal_cdf(x),                              (lambda out, x: _normal_cdf(x) + x * _normal_density(x),), torch="nn.functional.gelu")
_("hard_tanh",   lambda x: _clip(x, constant(x, -1), constant(x, 1)),       (lambda out, x: where(x <= -1, 0, where(x >= 1, 0, 1)),),    kink=lambda x: (x - 1) * (x + 1), torch="nn.functional.hardtanh", **_REAL_ONLY)
_("clip",        _clip,            (lambda out, x, low, high: where(x >= low, where(x <= high, 1, 0), 0), lambda out, x, low, high: where(x < low, where(low <= high, 1, 0), 0), lambda out, x, low, high: where(x > high, 1, where(low > high, 1, 0))), kink=lambda x, low, high: (x - low) * (x - high) * (low - high), domain=(REAL, REAL, REAL), torch="torch.clamp", **_REAL_ONLY)
_("maximum",     _maximum,         (lambda out, x, y: _won(x < y, x, y), lambda out, x, y: _won(y < x, x, y)),                         torch="torch.maximum", **_CHOICE)
_("minimum",     _minimum,         (lambda out, x, y: _won(x > y, x, y), lambda out, x, y: _won(y > x, x, y)),                         torch="torch.minimum", **_CHOICE)
_("logaddexp",   _logaddexp,       (lambda out, x, y: sigmoid(x - y), lambda out, x, y: sigmoid(y - x)),                               domain=(REAL, REAL), note="where one argument is infinite the second derivatives are 0; PyTorch gives nan", torch="torch.logaddexp", **_REAL_ONLY)

_("greater",       operator.gt,    (0, 0),                                                            **_compares(">"))
_("greater_equal", operator.ge,    (0, 0),                                                            **_compares(">="))
_("less",          operator.lt,    (0, 0),                                                            **_compares("<"))
_("less_equal",    operator.le,    (0, 0),                                                            **_compares("<="))
_("equal",         lambda x, y: equal(x, y), (0, 0),                                                  **_compares("=="))
_("where",         lambda condition, x, y: where(condition, x, y), (0, lambda out, condition, x, y: where(condition, 1, 0), lambda out, condition, x, y: where(condition, 0, 1)), domain=(CONDITION, REAL, REAL), **_REAL_ONLY)

# n-ary: `dot` over n weights takes w1 ... wn, x1 ... xn and a bias, and has 2n + 1 partial derivatives
_("sum",         _sum,             lambda out, *xs: (1,) * len(xs),                                   multilinear=True)
_("dot",         _dot,             _dot_partials,                                                     multilinear=True)
del _
# fmt: on

# The ops that are no functions of table 1, to be called on any kind of number.
sigmoid, softplus, softsign, relu, leaky_relu, elu, silu, gelu, hard_tanh, clip, maximum, minimum, logaddexp, sign = (
    OPS[_name]
    for _name in (
        [
            "sigmoid",
            "softplus",
            "softsign",
            "relu",
            "leaky_relu",
            "elu",
            "silu",
            "gelu",
            "hard_tanh",
            "clip",
            "maximum",
            "minimum",
            "logaddexp",
            "sign",
        ]
    )
)
