"""The table: one row an operation, each derivative written once, generic in the kind of number.

Names in scope in a rule: the arguments x, y, ... and, in a partial derivative, the result `out`; the operators
+ - * / ** and comparisons; and the functions of `elementary` (exp, log, ..., abs, pow, where, equal, constant, pi).
A choice is `where(condition, a, b)`, never `if`, so that one rule serves floats, Fractions, complex numbers, mpmath,
arrays, sympy symbols, Values (for higher derivatives) and the numbers that write JavaScript or machine code.

>>> OPS["tanh"].partials(0.5, 0.55)             # (out, x): d out / d x, from the row's own rule
(0.75,)
>>> softsign = define_op("softsign", lambda x: x / (1 + abs(x)), (lambda out, x: 1 / (1 + abs(x)) ** 2,))
>>> softsign(3.0), softsign.partials(0.75, 3.0)
(0.75, (0.0625,))
>>> remove_op("softsign")
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
    Number,
    abs,
    acos,
    asin,
    atan,
    constant,
    cos,
    cosh,
    dot,
    equal,
    erf,
    exp,
    ieee,
    log,
    log1p,
    pi,
    pow,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    where,
)

Interval = tuple[float, float]
Domain = tuple[Interval, ...]  # a union of open intervals
Rule = Callable[..., Number]

REAL: Domain = ((-math.inf, math.inf),)
POSITIVE: Domain = ((0.0, math.inf),)
NONZERO: Domain = ((-math.inf, 0.0), (0.0, math.inf))
INSIDE_ONE: Domain = ((-1.0, 1.0),)
ABOVE_MINUS_ONE: Domain = ((-1.0, math.inf),)
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
        domain: for each argument the open intervals in which the op is defined and smooth (one for all if n-ary).
        kink: a rule of the arguments that is 0 where one-sided derivatives differ; the partial derivative there is
            the subgradient that the field has agreed on (0 for relu and abs, one half for a tie of maximum).
        holomorphic: whether the rule also holds for complex numbers.
        multilinear: for an n-ary op, that its partial derivatives are finite wherever its result is; then nothing
            need be computed where no gradient arrives, as behind a relu that is shut.
        latex: a template, `{0}` for the first argument (`{args}` for all of an n-ary op).
        sentence: the key of its sentence in the message catalogs; the name, unless told otherwise.
        note: where the op differs from PyTorch, and why.
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
    latex: str = ""
    sentence: str = ""
    note: str = ""
    _rules: tuple[Rule, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.arity is None:
            rules: tuple[Rule, ...] = ()
        else:
            rules = tuple(_as_rule(self.partial, index, self.arity) for index in range(self.arity))
        object.__setattr__(self, "_rules", rules)

    def partials(self, out: Number, *args: Number) -> tuple[Number, ...]:
        """d out / d argument for each argument, at `args`, where `out` is forward(*args)."""
        if self.arity is None:
            found: tuple[Number, ...] = self.partial(out, *args)  # type: ignore[operator]  # define_op has seen to it
            if len(found) != len(args):
                raise ValueError(f"{self.name}'s rule gave {len(found)} partial derivatives for {len(args)} arguments")
            return found
        return tuple([rule(out, *args) for rule in self._rules])

    def derivative(self, index: int, out: Number, *args: Number) -> Number:
        """d out / d args[index] alone; on floats it follows IEEE 754 where Python would raise."""
        rule: Rule = self._rules[index] if self._rules else lambda *numbers: self.partials(*numbers)[index]
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
        self.check_count(len(args))
        for arg in args:
            record = getattr(type(arg), "__record_op__", None)
            if record is not None:
                return record(self, args)
        return self.compute(*args)

    def check_count(self, count: int) -> None:
        """Raise a TypeError that names the op unless it takes `count` arguments."""
        if self.arity is not None and count != self.arity:
            raise TypeError(f"{self.name} takes {self.arity} argument{'s'[: self.arity != 1]}, got {count}")

    def spell(self, *operands: str) -> str:
        """The op written out on operands that are already text: `a * b`, `-a`, `tanh(a)`."""
        if not self.precedence:
            return f"{self.symbol}({', '.join(operands)})"
        return f"{self.symbol}{operands[0]}" if self.arity == 1 else f" {self.symbol} ".join(operands)

    def spell_latex(self, *operands: str) -> str:
        """The op in LaTeX on operands that are already LaTeX."""
        template = self.latex or rf"\operatorname{{{self.name}}}\left({{args}}\right)"
        return template.format(*operands, args=", ".join(operands))

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return find_op, (self.name,)


# Rules that backward() knows by their identity, as it has the result at hand before it could call them.


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
    latex: str = "",
    sentence: str = "",
    note: str = "",
) -> Op:
    """Add a row to the table: the op runs, steps, draws, is compiled and is tested with nothing else written.

    Args:
        name: an identifier that is not taken yet.
        forward: the rule; its parameters tell the arity (`*args` for an n-ary op).
        partials: for each argument a rule `(out, *args)` or a number; or one rule `(out, *args)` that returns them
            all, as an n-ary op must have it.
        symbol, precedence, domain, kink, holomorphic, multilinear, latex, sentence, note: as in `Op`.

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
    arity = _arity_of(forward, name)
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
        latex=latex,
        sentence=sentence or name,
        note=note,
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


def _arity_of(forward: Rule, name: str) -> int | None:
    kinds = [parameter.kind for parameter in inspect.signature(forward).parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return None
    if not kinds:
        raise ValueError(f"{name} has no arguments: an op is a rule of at least one number")
    return len(kinds)


# --- rules too long for a line of the table -------------------------------------------------------------------------


def _power_by_exponent(out: Number, x: Number, y: Number) -> Number:
    return where(equal(x, 0), where(equal(y, 0), 0, -out), out * log(x))  # -out: 0, or -inf for a negative exponent


def _sigmoid(x: Number) -> Number:
    e = exp(-abs(x))  # at most 1, so that neither tail overflows
    return where(x >= 0, 1, e) / (1 + e)


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


def _infix(symbol: str, precedence: int, latex: str = "") -> dict[str, Any]:
    return {"symbol": symbol, "precedence": precedence, "latex": latex or f"{{0}} {symbol} {{1}}"}


def _compares(symbol: str, latex: str = "") -> dict[str, Any]:
    return {**_infix(symbol, -1, latex), "kink": operator.sub, "holomorphic": False}


def _call(latex: str) -> dict[str, Any]:
    return {"latex": rf"{latex}\left({{args}}\right)"}


_REAL_ONLY: dict[str, Any] = {"holomorphic": False}  # decided by comparisons
_BEND: dict[str, Any] = {**_REAL_ONLY, "kink": lambda x: x}  # and its slope jumps at 0
_CHOICE: dict[str, Any] = {**_REAL_ONLY, "kink": operator.sub, "domain": (REAL, REAL)}  # its slopes jump where x = y

# --- the table ------------------------------------------------------------------------------------------------------

# fmt: off
_ = define_op

# name           forward           partials: d out / d argument, one for each argument                how it is written, where it holds
_("add",         operator.add,     (1, 1),                                                            **_infix("+", 1))
_("sub",         operator.sub,     (1, -1),                                                           **_infix("-", 1))
_("mul",         operator.mul,     (second, first),                                                   **_infix("*", 2, r"{0} \cdot {1}"))
_("div",         operator.truediv, (lambda out, x, y: constant(x, 1) / y, lambda out, x, y: -out / y), **_infix("/", 2, r"\frac{{{0}}}{{{1}}}"), domain=(REAL, NONZERO))
_("pow",         lambda x, y: pow(x, y), (lambda out, x, y: where(equal(y, 0), 0, y * pow(x, y - 1)), _power_by_exponent), **_infix("**", 4, "{{{0}}}^{{{1}}}"), domain=(POSITIVE, REAL))
_("neg",         operator.neg,     (-1,),                                                             symbol="-", precedence=3, latex="-{0}")
_("abs",         lambda x: abs(x), (lambda out, x: where(x > 0, 1, where(x < 0, -1, 0)),),            latex=r"\left|{0}\right|", **_BEND)

_("exp",         exp,              (lambda out, x: out,),                                             latex="e^{{{0}}}")
_("log",         log,              (lambda out, x: 1 / x,),                                           latex=r"\ln {0}", domain=(POSITIVE,))
_("log1p",       log1p,            (lambda out, x: 1 / (1 + x),),                                     latex=r"\ln\left(1 + {0}\right)", domain=(ABOVE_MINUS_ONE,))
_("sqrt",        sqrt,             (lambda out, x: 1 / (2 * out),),                                   latex=r"\sqrt{{{0}}}", domain=(POSITIVE,))
_("sin",         sin,              (lambda out, x: cos(x),),                                          latex=r"\sin {0}")
_("cos",         cos,              (lambda out, x: -sin(x),),                                         latex=r"\cos {0}")
_("tan",         tan,              (lambda out, x: 1 + out * out,),                                   latex=r"\tan {0}", domain=(ONE_BRANCH,))
_("sinh",        sinh,             (lambda out, x: cosh(x),),                                         latex=r"\sinh {0}")
_("cosh",        cosh,             (lambda out, x: sinh(x),),                                         latex=r"\cosh {0}")
_("tanh",        tanh,             (lambda out, x: 1 - out * out,),                                   latex=r"\tanh {0}")
_("asin",        asin,             (lambda out, x: 1 / sqrt(1 - x * x),),                             latex=r"\arcsin {0}", domain=(INSIDE_ONE,))
_("acos",        acos,             (lambda out, x: -1 / sqrt(1 - x * x),),                            latex=r"\arccos {0}", domain=(INSIDE_ONE,))
_("atan",        atan,             (lambda out, x: 1 / (1 + x * x),),                                 latex=r"\arctan {0}")
_("erf",         erf,              (lambda out, x: 2 / sqrt(pi(x)) * exp(-x * x),),                   **_call(r"\operatorname{{erf}}"))

_("sigmoid",     _sigmoid,                                                  (lambda out, x: out * (1 - out),),                         **_call(r"\sigma"), **_REAL_ONLY)
_("softplus",    lambda x: where(x > 0, x, 0) + log1p(exp(-abs(x))),        (lambda out, x: _sigmoid(x),),                             **_REAL_ONLY)
_("relu",        lambda x: where(x < 0, constant(x, 0), x),                 (lambda out, x: where(out <= 0, 0, 1),),                   **_BEND)
_("leaky_relu",  lambda x: where(x > 0, x, constant(x, 1, 100) * x),        (lambda out, x: where(x > 0, 1, constant(x, 1, 100)),),    **_BEND)
_("gelu",        lambda x: x * _normal_cdf(x),                              (lambda out, x: _normal_cdf(x) + x * _normal_density(x),))
_("maximum",     _maximum,         (lambda out, x, y: _won(x < y, x, y), lambda out, x, y: _won(y < x, x, y)),                         **_call(r"\max"), **_CHOICE)
_("minimum",     _minimum,         (lambda out, x, y: _won(x > y, x, y), lambda out, x, y: _won(y > x, x, y)),                         **_call(r"\min"), **_CHOICE)

_("greater",       operator.gt,    (0, 0),                                                            **_compares(">"))
_("greater_equal", operator.ge,    (0, 0),                                                            **_compares(">=", r"{0} \ge {1}"))
_("less",          operator.lt,    (0, 0),                                                            **_compares("<"))
_("less_equal",    operator.le,    (0, 0),                                                            **_compares("<=", r"{0} \le {1}"))
_("equal",         lambda x, y: equal(x, y), (0, 0),                                                  **_compares("==", "{0} = {1}"))
_("where",         lambda condition, x, y: where(condition, x, y), (0, lambda out, condition, x, y: where(condition, 1, 0), lambda out, condition, x, y: where(condition, 0, 1)), **_REAL_ONLY)

# n-ary: `dot` over n weights takes w1 ... wn, x1 ... xn and a bias, and has 2n + 1 partial derivatives
_("sum",         _sum,             lambda out, *xs: (1,) * len(xs),                                   **_call(r"\operatorname{{sum}}"), multilinear=True)
_("dot",         _dot,             _dot_partials,                                                     multilinear=True)
del _
# fmt: on

sigmoid, softplus, relu, leaky_relu, gelu = (
    OPS[_name] for _name in ("sigmoid", "softplus", "relu", "leaky_relu", "gelu")
)
maximum, minimum = OPS["maximum"], OPS["minimum"]
