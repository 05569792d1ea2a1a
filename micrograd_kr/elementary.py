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
import functools
import inspect
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from importlib import import_module
from types import SimpleNamespace
from typing import Any, Literal, Protocol, SupportsIndex, TypeVar, overload

# Any number with + - * / **: float, int, Fraction, complex, Decimal, mpmath, numpy, sympy, Value, a code writer, ...
Number = Any
Gives = Literal["number", "condition"]
Cell = Callable[..., Any] | str | None

inf, nan = math.inf, math.nan


# What type checkers know of numbers: this file stands below the engine, so that a Value is a number that records here.


class Divisible(Protocol):
    """What is taken for a number: text, lists and None cannot be divided."""

    def __truediv__(self, other: Any, /) -> Any:
        """The number divided by another."""


class Recorder(Protocol):
    """A number that records the ops that are applied to it: a Value."""

    def __record_op__(self, op: Any, args: Sequence[Any], /) -> Any:
        """The result of the op, recorded."""


Operand = Divisible | SupportsIndex  # a condition counts as 0 or 1
Recorded = TypeVar("Recorded", bound=Recorder)
Remembered = TypeVar("Remembered", covariant=True)


class RememberedCondition(Protocol[Remembered]):
    """A comparison of Values, which `where` records."""

    def record(self) -> Remembered:
        """The comparison as a node."""


class FunctionOfOne(Protocol):
    """A function of one number of any kind; of a Value it is a Value."""

    @overload
    def __call__(self, x: Recorded, /) -> Recorded: ...
    @overload
    def __call__(self, x: float, /) -> float: ...
    @overload
    def __call__(self, x: Operand, /) -> Any: ...


class FunctionOfTwo(Protocol):
    """A function of two numbers of any kind; with a Value it is a Value."""

    @overload
    def __call__(self, x: Recorded, y: Operand, /) -> Recorded: ...
    @overload
    def __call__(self, x: Operand, y: Recorded, /) -> Recorded: ...
    @overload
    def __call__(self, x: float, y: float, /) -> float: ...
    @overload
    def __call__(self, x: Operand, y: Operand, /) -> Any: ...


# Where a cell that is a name is looked up, and what to do if the cell is empty.
_LIBRARIES: dict[str, Any] = {"float": math, "complex": cmath, "decimal": Decimal}
_HINTS = {
    "exact": "the result is not a Fraction; use float(x)",
    "complex": "its row has no such cell; use mpmath.mpc",
    "decimal": "its row has no such cell; use float(x) or mpmath.mpf",
}


@dataclass(frozen=True, eq=False, slots=True)
class Function:
    """A row: an elementary function or an operator. Calling it computes on any kind of number.

    A cell is a callable, or the name under which that library has the function; None where it has none.

    Attributes:
        name: what it is called in the table.
        float: on floats; it returns inf or nan where IEEE 754 says so.
        exact: on ints and Fractions, where the result is one; without it ints are taken as floats.
        complex, decimal: on Python's own kinds; a name is one of cmath, or a method of Decimal.
        numpy, mpmath, sympy: on the numbers of these libraries.
        c: the name in the C library; for an operator a template of its LLVM instruction with {kind}, {x}, {y}, {z}.
        javascript: the name in JavaScript, or an expression with a {} for each argument.
        onnx: the ONNX operators that are applied one after the other, such as "Exp"; or a rule made of other rows.
        torch: the name in PyTorch, or an expression with a {} for each argument.
        symbol: how it is written in formulas; the name unless given.
        gives: "number", or "condition" for a comparison.
        neutral: for an operator, the left and the right operand that leave the other as it is, None where none does.
        commutes: whether its two arguments may change places.
    """

    name: str
    float: Callable[..., Any]
    exact: Cell = None
    complex: Cell = None
    decimal: Cell = None
    numpy: Cell = None
    mpmath: Cell = None
    sympy: Cell = None
    c: str | None = None
    javascript: str | None = None
    onnx: Cell = None
    torch: str | None = None
    symbol: str = ""
    gives: Gives = "number"
    neutral: tuple[int | None, int | None] = (None, None)
    commutes: bool = False

    @property
    def arity(self) -> int:
        """The number of arguments, 1 if the function of floats does not say."""
        try:
            return len(inspect.signature(self.float).parameters)
        except ValueError:  # a function written in C
            return 1

    def on(self, kind: type) -> Callable[..., Any]:
        """The function for numbers of this type.

        Raises:
            TypeError: the type is no kind of number, or its cell is empty.
        """
        return _cell(self, _column_of(kind), kind.__name__)

    def written(self, language: Literal["c", "javascript", "onnx", "torch"]) -> str:
        """The cell of a language; for ONNX it may be a rule instead.

        Raises:
            TypeError: the cell is empty.
        """
        cell: str | None = getattr(self, language)
        if cell is None:
            title = {"c": "C", "javascript": "JavaScript", "onnx": "ONNX", "torch": "PyTorch"}[language]
            raise TypeError(f"{self.name} cannot be written in {title}: its row has no {language} cell")
        return cell

    def __call__(self, *args: Any) -> Any:
        """The function of numbers of any kind: the first that is no plain int or float decides."""
        plain: type = int
        other: type | None = None
        for x in args:
            kind = type(x)
            if kind is float:
                plain = float
            elif kind is not int and kind is not bool:
                if hasattr(kind, "__apply__"):
                    return x.__apply__(self, *args)
                other = other or kind
        if other is not None:
            return self.on(other)(*args)
        if plain is int and self.exact is not None:
            return self.on(int)(*args)
        return self.float(*map(nearest_float, args))

    def __repr__(self) -> str:
        return f"<function {self.name} of the table>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _find, (self.name,)


FUNCTIONS: dict[str, Function] = {}


def _find(name: str) -> Function:
    return FUNCTIONS[name]


@functools.lru_cache(maxsize=1024)
def _cell(function: Function, column: str, kind: str) -> Callable[..., Any]:
    cell: Cell = getattr(function, column)
    if cell is None:
        hint = _HINTS.get(column, "its row has no such cell")
        raise TypeError(f"{function.name} is not defined on {kind}: {hint}")
    if not isinstance(cell, str):
        return cell
    return getattr(_LIBRARIES.get(column) or import_module(column), cell)  # type: ignore[no-any-return]


_columns: dict[type, str] = {
    float: "float",
    int: "exact",
    bool: "exact",
    Fraction: "exact",
    complex: "complex",
    Decimal: "decimal",
}


def _column_of(kind: type) -> str:
    """The column for numbers of this type; found once a type, then remembered."""
    column = _columns.get(kind)
    if column is None:
        for ancestor in kind.__mro__:
            library = ancestor.__module__.partition(".")[0]
            column = _columns.get(ancestor) or (library if library in ("numpy", "mpmath", "sympy") else None)
            if column:
                break
        else:
            raise TypeError(f"{kind.__name__} is not a kind of number with elementary functions")
        _columns[kind] = column
    return column


def nearest_float(x: Any) -> float:
    """float(x), or inf for an int beyond the largest float.

    >>> nearest_float(10**400)
    inf
    """
    try:
        return float(x)
    except OverflowError:
        return inf if x > 0 else -inf


# --- adding a row ---------------------------------------------------------------------------------------------------


def define_function(
    name: str,
    on_float: Callable[..., Any],
    *,
    on_exact: Cell = None,
    on_complex: Cell = None,
    on_decimal: Cell = None,
    numpy: Cell = None,
    mpmath: Cell = None,
    sympy: Cell = None,
    c: str | None = None,
    javascript: str | None = None,
    onnx: Cell = None,
    torch: str | None = None,
) -> Callable[..., Any]:
    """Add a row to the table; an empty cell is an error only for who uses it.

    Args:
        name: an identifier that is not taken yet.
        on_float: the function of floats. It should return inf or nan rather than raise.
        on_exact, on_complex, on_decimal, numpy, mpmath, sympy, c, javascript, onnx, torch: the other cells, as in `Function`.

    Returns:
        The function, to be used in the rules of ops; it takes any kind of number that has a cell.

    Raises:
        ValueError: the name is no identifier, or is taken.

    >>> gamma = define_function("gamma", math.gamma, mpmath="gamma", c="tgamma")
    >>> gamma(5.0), gamma(5)
    (24.0, 24.0)
    >>> remove_function("gamma")
    """
    if not name.isidentifier():
        raise ValueError(f"a function's name must be a Python identifier, got {name!r}")
    if name in FUNCTIONS:
        raise ValueError(f"the function {name!r} is defined already: choose another name, or remove_function({name!r})")
    other = (on_exact, on_complex, on_decimal, numpy, mpmath, sympy, c, javascript, onnx, torch)
    return _function_of(_add(Function(name, on_float, *other)))


def remove_function(name: str) -> None:
    """Take a row out of the table again.

    Raises:
        LookupError: there is no such row.
    """
    if FUNCTIONS.pop(name, None) is None:
        raise LookupError(f"there is no elementary function {name!r}")


def _add(row: Function) -> Function:
    FUNCTIONS[row.name] = row
    return row


def _function_of(row: Function) -> Callable[..., Any]:
    """The row as a plain function, which is faster to call on a float than the row itself."""
    on_float, arity = row.float, row.arity

    def of_one(x: Number) -> Number:
        return on_float(x) if type(x) is float else row(x)

    def of_two(x: Number, y: Number) -> Number:
        return on_float(x, y) if type(x) is float and type(y) is float else row(x, y)

    by_arity: dict[int, Callable[..., Any]] = {1: of_one, 2: of_two}
    function: Any = by_arity.get(arity, lambda *xs: row(*xs))
    function.__name__ = function.__qualname__ = row.name
    arguments = ", ".join("xyzuvw"[:arity])
    function.__doc__ = f"{row.name}({arguments}), for any kind of number; on floats as IEEE 754 has it."
    return function  # type: ignore[no-any-return]


# --- cells that are more than a name --------------------------------------------------------------------------------


def _guarded(function: Callable[[float], float], otherwise: Callable[[float], float]) -> Callable[[float], float]:
    """`function`, and `otherwise` where Python would raise; the try costs nothing on the good path."""

    def ieee(x: float) -> float:
        try:
            return function(x)
        except (ValueError, OverflowError):
            return otherwise(x)

    return ieee


def _or_inf(function: Callable[[float], float]) -> Callable[[float], float]:
    return _guarded(function, lambda x: inf)


def _or_nan(function: Callable[[float], float]) -> Callable[[float], float]:
    return _guarded(function, lambda x: nan)


def _log_from(pole: float, function: Callable[[float], float]) -> Callable[[float], float]:
    return _guarded(function, lambda x: -inf if x == pole else nan)


_float_sinh = _guarded(math.sinh, lambda x: math.copysign(inf, x))
_float_atanh = _guarded(math.atanh, lambda x: math.copysign(inf, x) if math.fabs(x) == 1 else nan)


def _float_divide(x: float, y: float) -> float:
    try:
        return x / y
    except ZeroDivisionError:
        return nan if x == 0 or x != x else math.copysign(inf, x) * math.copysign(1.0, y)


def _float_pow(x: float, y: float) -> float:
    try:
        power = x**y
    except (ZeroDivisionError, OverflowError):
        if x < 0 and y % 1:  # Python overflowed on its way to a complex number
            return nan
        return -inf if math.copysign(1.0, x) < 0 and y % 2 == 1 else inf
    return nan if isinstance(power, complex) else power  # (-8.0) ** (1 / 3) is complex in Python


def _float_floor(x: float) -> float:
    return math.copysign(float(math.floor(x)), x) if math.isfinite(x) else x


def _float_atan2(y: float, x: float) -> float:
    return math.atan2(y, x)


def _exact_pow(x: Any, y: Any) -> Any:
    if isinstance(x, int) and isinstance(y, int) and y < 0:
        return _float_pow(nearest_float(x), float(y))
    return x**y


def _exact_constant(like: Any, numerator: int, denominator: int) -> Any:
    if isinstance(like, Fraction):
        return Fraction(numerator, denominator)
    return numerator if denominator == 1 else numerator / denominator


def _complex(function: Callable[[complex], complex]) -> Callable[..., Any]:
    """A function of cmath, and nan where it raises."""

    def on_complex(z: complex) -> complex:
        try:
            return function(z)
        except (ValueError, OverflowError):
            return complex(nan, nan)

    return on_complex


def _complex_log(z: complex) -> complex:
    return cmath.log(z) if z else complex(-inf)


def _each(function: Callable[[float], float]) -> Callable[[Any], Any]:
    """The function of floats on each element of an array, where numpy has none."""
    return lambda x: import_module("numpy").vectorize(function, otypes=[float])(x)


def _formula(library: str, formula: Callable[..., Any]) -> Callable[..., Any]:
    """A cell that is a formula of a library's functions: formula(library, *args)."""
    return lambda *args: formula(import_module(library), *args)


_COMPLEX = SimpleNamespace(
    expm1=_complex(lambda z: 2 * cmath.sinh(z / 2) * cmath.exp(z / 2)),  # exp(z) - 1 would cancel
    exp2=_complex(lambda z: 2**z),
    log1p=lambda z: _complex_log(1 + z),
    log2=lambda z: _complex_log(z) / math.log(2),
    log10=lambda z: _complex_log(z) / math.log(10),
)
_DECIMAL = SimpleNamespace(
    log1p=lambda x: (1 + x).ln(),
    log2=lambda x: x.ln() / Decimal(2).ln(),
    floor=lambda x: x.to_integral_value(ROUND_FLOOR),
)
_NUMPY = SimpleNamespace(
    erf=_each(math.erf),
    where=_formula("numpy", lambda np, c, x, y: np.where(c, x, y) if np.ndim(c) else (x if c else y)),
    is_finite=_formula("numpy", lambda np, x: bool(np.isfinite(x).all())),
)
_MPMATH = SimpleNamespace(
    log2=_formula("mpmath", lambda mp, x: mp.log(x, 2)),
    cbrt=_formula("mpmath", lambda mp, x: -mp.cbrt(-x) if isinstance(x, mp.mpf) and x < 0 else mp.cbrt(x)),
    constant=_formula("mpmath", lambda mp, like, p, q: mp.mpf(p) / q),
    pi=_formula("mpmath", lambda mp: +mp.pi),
)
_SYMPY = SimpleNamespace(
    expm1=_formula("sympy", lambda sympy, x: sympy.exp(x) - 1),
    log1p=_formula("sympy", lambda sympy, x: sympy.log(1 + x)),
    log2=_formula("sympy", lambda sympy, x: sympy.log(x) / sympy.log(2)),
    log10=_formula("sympy", lambda sympy, x: sympy.log(x) / sympy.log(10)),
    cbrt=_formula("sympy", lambda sympy, x: sympy.sign(x) * sympy.cbrt(sympy.Abs(x))),
    where=_formula("sympy", lambda sympy, c, x, y: sympy.Piecewise((x, c), (y, True))),
    constant=_formula("sympy", lambda sympy, like, p, q: sympy.Rational(p, q)),
    pi=_formula("sympy", lambda sympy: sympy.pi),
)
_LOG_2 = math.log(2)


def _with_sign_of(x: Number, size: Number) -> Number:
    return where(x < 0, -size, size)


def _onnx_log1p(x: Number) -> Number:
    u = 1 + x  # log(u) / (u - 1) is smooth at 1, so that the rounding of u cancels (W. Kahan)
    return where(equal(u, 1), x, where(equal(u, x), log(u), log(u) * (x / (u - 1))))


def _onnx_expm1(x: Number) -> Number:
    u = exp(x)
    return where(abs(x) > 1, u - 1, where(equal(u, 1), x, (u - 1) * (x / log(u))))


def _onnx_sinh(x: Number) -> Number:
    size = abs(x)
    e = expm1(size)
    return _with_sign_of(x, where(size > 20, exp(size - _LOG_2), (e + e / (e + 1)) / 2))


def _onnx_asinh(x: Number) -> Number:
    size = abs(x)
    near = log1p(size + size * size / (1 + sqrt(size * size + 1)))
    return _with_sign_of(x, where(size > 1e8, log(size) + _LOG_2, near))


def _onnx_acosh(x: Number) -> Number:
    above = x - 1
    return where(x > 1e8, log(x) + _LOG_2, log1p(above + sqrt(above * (above + 2))))


exp: FunctionOfOne  # rows of the table below, of which these cells are made
log: FunctionOfOne
log1p: FunctionOfOne
sin: FunctionOfOne
cos: FunctionOfOne

# Functions that ONNX does not have, or that onnxruntime does not have in 64 bits.
_ONNX = SimpleNamespace(
    expm1=_onnx_expm1,
    log1p=_onnx_log1p,
    log2=lambda x: log(x) / _LOG_2,
    log10=lambda x: log(x) / math.log(10),
    cbrt=lambda x: _with_sign_of(x, pow(abs(x), 1 / 3)),
    tan=lambda x: sin(x) / cos(x),
    sinh=_onnx_sinh,
    cosh=lambda x: exp(abs(x) - _LOG_2) + exp(-abs(x) - _LOG_2),
    asinh=_onnx_asinh,
    acosh=_onnx_acosh,
    atanh=lambda x: _with_sign_of(x, log1p(2 * abs(x) / (1 - abs(x))) / 2),
)


def _choose(condition: Any, x: Any, y: Any) -> Any:
    return x if condition else y


def _sum_of_products(*numbers: Any) -> Any:
    count = len(numbers) // 2
    return sum(map(operator.mul, numbers[:count], numbers[count:-1]), numbers[-1])


def _divide(like: Any, numerator: int, denominator: int) -> Any:
    return numerator / denominator


def _operator(
    name: str, on_all: Callable[..., Any], on_float: Callable[..., Any] | None = None, **more: Any
) -> Function:
    """A row with the same cell, Python's own operator, for every kind of number but floats."""
    everywhere = dict.fromkeys(("exact", "complex", "decimal", "numpy", "mpmath", "sympy"), on_all)
    return _add(Function(name, on_float or on_all, **{**everywhere, **more}))


def _row(*cells: Any) -> FunctionOfOne:
    return _function_of(_add(Function(*cells)))


def _pair(*cells: Any) -> FunctionOfTwo:
    return _function_of(_add(Function(*cells)))


# --- the table ------------------------------------------------------------------------------------------------------

# fmt: off
# operators: name, on every kind of number but floats, on floats
ADD = _operator("add", operator.add,                    symbol="+",  c="fadd {kind} {x}, {y}", javascript="{}+{}", onnx="Add", torch="{} + {}", commutes=True)
SUB = _operator("sub", operator.sub,                    symbol="-",  c="fsub {kind} {x}, {y}", javascript="{}-{}", onnx="Sub", torch="{} - {}")
MUL = _operator("mul", operator.mul,                    symbol="*",  c="fmul {kind} {x}, {y}", javascript="{}*{}", onnx="Mul", torch="{} * {}", commutes=True, neutral=(1, 1))
DIV = _operator("div", operator.truediv, _float_divide, symbol="/",  c="fdiv {kind} {x}, {y}", javascript="{}/{}", onnx="Div", torch="{} / {}", neutral=(None, 1))
POW = _operator("pow", operator.pow, _float_pow,        symbol="**", c="pow", javascript="pow({},{})", onnx="Pow", torch="{} ** {}", neutral=(None, 1), exact=_exact_pow)
NEG = _operator("neg", operator.neg,                    symbol="-",  c="fneg {kind} {x}", javascript="-{}", onnx="Neg", torch="-{}")
ABS = _operator("abs", builtins.abs,                    c="call {kind} @llvm.fabs.{suffix}({kind} {x})", javascript="Math.abs", onnx="Abs", torch="torch.abs", complex=None, sympy="Abs")

LESS          = _operator("less",          operator.lt, symbol="<",  c="fcmp olt {kind} {x}, {y}", javascript="{}<{}", onnx="Less", torch="{} < {}",  gives="condition")
LESS_EQUAL    = _operator("less_equal",    operator.le, symbol="<=", c="fcmp ole {kind} {x}, {y}", javascript="{}<={}", onnx="LessOrEqual", torch="{} <= {}", gives="condition")
GREATER       = _operator("greater",       operator.gt, symbol=">",  c="fcmp ogt {kind} {x}, {y}", javascript="{}>{}", onnx="Greater", torch="{} > {}",  gives="condition")
GREATER_EQUAL = _operator("greater_equal", operator.ge, symbol=">=", c="fcmp oge {kind} {x}, {y}", javascript="{}>={}", onnx="GreaterOrEqual", torch="{} >= {}", gives="condition")
EQUAL         = _operator("equal",         operator.eq, symbol="==", c="fcmp oeq {kind} {x}, {y}", javascript="+{}===+{}", onnx="Equal", torch="{} == {}", gives="condition", commutes=True, sympy="Eq")
NOT_EQUAL     = _operator("not_equal",     operator.ne, symbol="!=", c="fcmp une {kind} {x}, {y}", javascript="+{}!==+{}", onnx="Equal Not", torch="{} != {}", gives="condition", commutes=True, sympy="Ne")
WHERE         = _operator("where",         _choose,     c="select {condition} {x}, {kind} {y}, {kind} {z}", javascript="{}?{}:{}", onnx="Where", torch="torch.where", numpy=_NUMPY.where, sympy=_SYMPY.where)

# functions:  name     float                 exact       complex                Decimal         numpy      mpmath        sympy         C        JavaScript        ONNX             PyTorch
exp   = _row("exp",    _or_inf(math.exp),    None,       _complex(cmath.exp),   "exp",          "exp",     "exp",        "exp",        "exp",   "Math.exp",     "Exp",          "torch.exp")
expm1 = _row("expm1",  _or_inf(math.expm1),  None,       _COMPLEX.expm1,        None,           "expm1",   "expm1",      _SYMPY.expm1, "expm1", "Math.expm1",   _ONNX.expm1,    "torch.expm1")
exp2  = _row("exp2",   _or_inf(lambda x: 2.0**x), None, _COMPLEX.exp2,         lambda x: 2**x, "exp2",    lambda x: 2**x, lambda x: 2**x, "exp2",  "pow(2,{})", lambda x: 2**x, "torch.exp2")
log   = _row("log",    _log_from(0, math.log),     None, _complex_log,          "ln",           "log",     "log",        "log",        "log",   "Math.log",     "Log",          "torch.log")
log1p = _row("log1p",  _log_from(-1, math.log1p),  None, _COMPLEX.log1p,        _DECIMAL.log1p, "log1p",   "log1p",      _SYMPY.log1p, "log1p", "Math.log1p",   _ONNX.log1p,    "torch.log1p")
log2  = _row("log2",   _log_from(0, math.log2),    None, _COMPLEX.log2,         _DECIMAL.log2,  "log2",    _MPMATH.log2, _SYMPY.log2,  "log2",  "Math.log2",    _ONNX.log2,     "torch.log2")
log10 = _row("log10",  _log_from(0, math.log10),   None, _COMPLEX.log10,        "log10",        "log10",   "log10",      _SYMPY.log10, "log10", "Math.log10",   _ONNX.log10,    "torch.log10")
sqrt  = _row("sqrt",   _or_nan(math.sqrt),   None,       _complex(cmath.sqrt),  "sqrt",         "sqrt",    "sqrt",       "sqrt",       "call {kind} @llvm.sqrt.{suffix}({kind} {x})", "Math.sqrt", "Sqrt",         "torch.sqrt")
cbrt  = _row("cbrt",   math.cbrt,            None,       None,                  None,           "cbrt",    _MPMATH.cbrt, _SYMPY.cbrt,  "cbrt",  "Math.cbrt",    _ONNX.cbrt,     "torch.sign({0}) * torch.abs({0}) ** (1 / 3)")
sin   = _row("sin",    _or_nan(math.sin),    None,       _complex(cmath.sin),   None,           "sin",     "sin",        "sin",        "sin",   "Math.sin",     "Sin",          "torch.sin")
cos   = _row("cos",    _or_nan(math.cos),    None,       _complex(cmath.cos),   None,           "cos",     "cos",        "cos",        "cos",   "Math.cos",     "Cos",          "torch.cos")
tan   = _row("tan",    _or_nan(math.tan),    None,       _complex(cmath.tan),   None,           "tan",     "tan",        "tan",        "tan",   "Math.tan",     _ONNX.tan,      "torch.tan")
asin  = _row("asin",   _or_nan(math.asin),   None,       _complex(cmath.asin),  None,           "arcsin",  "asin",       "asin",       "asin",  "Math.asin",    "Asin",         "torch.asin")
acos  = _row("acos",   _or_nan(math.acos),   None,       _complex(cmath.acos),  None,           "arccos",  "acos",       "acos",       "acos",  "Math.acos",    "Acos",         "torch.acos")
atan  = _row("atan",   math.atan,            None,       _complex(cmath.atan),  None,           "arctan",  "atan",       "atan",       "atan",  "Math.atan",    "Atan",         "torch.atan")
atan2 = _pair("atan2", _float_atan2,         None,       None,                  None,           "arctan2", "atan2",      "atan2",      "atan2", "Math.atan2",   None,           "torch.atan2")
sinh  = _row("sinh",   _float_sinh,          None,       _complex(cmath.sinh),  None,           "sinh",    "sinh",       "sinh",       "sinh",  "Math.sinh",    _ONNX.sinh,     "torch.sinh")
cosh  = _row("cosh",   _or_inf(math.cosh),   None,       _complex(cmath.cosh),  None,           "cosh",    "cosh",       "cosh",       "cosh",  "Math.cosh",    _ONNX.cosh,     "torch.cosh")
tanh  = _row("tanh",   math.tanh,            None,       _complex(cmath.tanh),  None,           "tanh",    "tanh",       "tanh",       "tanh",  "Math.tanh",    "Tanh",         "torch.tanh")
asinh = _row("asinh",  math.asinh,           None,       _complex(cmath.asinh), None,           "arcsinh", "asinh",      "asinh",      "asinh", "Math.asinh",   _ONNX.asinh,    "torch.asinh")
acosh = _row("acosh",  _or_nan(math.acosh),  None,       _complex(cmath.acosh), None,           "arccosh", "acosh",      "acosh",      "acosh", "Math.acosh",   _ONNX.acosh,    "torch.acosh")
atanh = _row("atanh",  _float_atanh,         None,       _complex(cmath.atanh), None,           "arctanh", "atanh",      "atanh",      "atanh", "Math.atanh",   _ONNX.atanh,    "torch.atanh")
erf   = _row("erf",    math.erf,             None,       None,                  None,           _NUMPY.erf, "erf",       "erf",        "erf",   "erf",          "Erf",          "torch.erf")
floor = _row("floor",  _float_floor,         math.floor, None,                  _DECIMAL.floor, "floor",   "floor",      "floor",      "call {kind} @llvm.floor.{suffix}({kind} {x})", "Math.floor", "Floor",        "torch.floor")

# what rules need besides: a constant of no arguments, sums of products, fractions p / q of a kind of number
PI         = _add(Function("pi", lambda: math.pi, None, lambda: math.pi, None, lambda: math.pi, _MPMATH.pi, _SYMPY.pi, None, "Math.PI", symbol="π"))
DOT        = _operator("dot", _sum_of_products)
_CONSTANT  = Function("constant", _divide, _exact_constant, _divide, lambda like, p, q: Decimal(p) / q, _divide, _MPMATH.constant, _SYMPY.constant)
_IS_FINITE = Function("is_finite", math.isfinite, lambda x: True, cmath.isfinite, Decimal.is_finite, _NUMPY.is_finite, "isfinite", lambda x: True, gives="condition")
# fmt: on


# --- what rules are written with, besides the functions of the table ------------------------------------------------


def abs(x: Number) -> Number:
    """The absolute value; complex numbers have none that could be differentiated."""
    return builtins.abs(x) if type(x) is float else ABS(x)


def pow(x: Number, y: Number) -> Number:
    """x to the power y: 0 ** -1 is inf and (-8.0) ** (1 / 3) is nan on floats; exact on ints and Fractions."""
    return _float_pow(x, y) if type(x) is float and type(y) is float else POW(x, y)


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
    return x == y if type(x) is float and type(y) is float else EQUAL(x, y)


def constant(like: Number, numerator: int, denominator: int = 1) -> Number:
    """numerator / denominator, as exactly as the kind of number of `like` can hold it."""
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
