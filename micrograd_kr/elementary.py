"""The elementary functions, on every kind of number.

`exp(x)` asks the number what `exp` means to it: floats follow IEEE 754 (Python's own `math` raises where IEEE says
inf or nan), complex numbers use `cmath`, arrays numpy, symbols sympy, and so on. A number type of one's own joins in
by carrying a namespace of such functions as `__elementary__`; `Value` and the compilers' numbers do just that.

>>> from fractions import Fraction
>>> exp(0.0), log(0.0), exp(1000.0), pow(-8.0, 1 / 3)
(1.0, -inf, inf, nan)
>>> where(2 > 1, "yes", "no"), constant(Fraction(1), 1, 100)
('yes', Fraction(1, 100))
>>> exp(Fraction(1))
Traceback (most recent call last):
    ...
TypeError: exp is not defined on Fraction: its result is not a Fraction; use float(x)
"""

from __future__ import annotations

import builtins
import cmath
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

# Any number with + - * / **: float, int, Fraction, complex, mpmath, numpy, sympy, Value, a code writer, ...
Number = Any

inf, nan = math.inf, math.nan


# --- floats, as IEEE 754 has them: where Python raises, return the inf or nan of the standard -----------------------


def _guarded(function: Callable[[float], float], otherwise: Callable[[float], float]) -> Callable[[float], float]:
    """`function`, and `otherwise` where Python would raise; the try costs nothing on the good path."""

    def ieee(x: float) -> float:
        try:
            return function(x)
        except (ValueError, OverflowError):
            return otherwise(x)

    return ieee


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


def _to_float(x: Any) -> float:
    try:
        return float(x)
    except OverflowError:  # an int beyond the largest float
        return inf if x > 0 else -inf


_FLOAT: dict[str, Callable[[float], float]] = {
    "exp": _guarded(math.exp, lambda x: inf),
    "log": _guarded(math.log, lambda x: -inf if x == 0 else nan),
    "log1p": _guarded(math.log1p, lambda x: -inf if x == -1 else nan),
    "sqrt": _guarded(math.sqrt, lambda x: nan),
    "sin": _guarded(math.sin, lambda x: nan),
    "cos": _guarded(math.cos, lambda x: nan),
    "tan": _guarded(math.tan, lambda x: nan),
    "sinh": _guarded(math.sinh, lambda x: math.copysign(inf, x)),
    "cosh": _guarded(math.cosh, lambda x: inf),
    "tanh": math.tanh,
    "asin": _guarded(math.asin, lambda x: nan),
    "acos": _guarded(math.acos, lambda x: nan),
    "atan": math.atan,
    "erf": math.erf,
}


class Ieee(float):
    """A float whose own operators never raise: rules that met a ZeroDivisionError are run again on it.

    >>> Ieee(1) / 0, Ieee(-0.0) ** -1, Ieee(1e200) ** 2
    (inf, -inf, inf)
    """

    __slots__ = ()

    def __neg__(self) -> Ieee:
        return Ieee(-float(self))

    def __abs__(self) -> Ieee:
        return Ieee(builtins.abs(float(self)))


def _ieee_operator(function: Callable[[float, float], float]) -> tuple[Any, Any]:
    return (
        lambda self, other: Ieee(function(float(self), _to_float(other))),
        lambda self, other: Ieee(function(_to_float(other), float(self))),
    )


for _name, _operation in {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": _float_divide,
    "pow": _float_pow,
}.items():
    _method, _reflected = _ieee_operator(_operation)
    setattr(Ieee, f"__{_name}__", _method)
    setattr(Ieee, f"__r{_name}__", _reflected)


def ieee(rule: Callable[..., Any], *numbers: Any) -> Any:
    """Run a rule again on floats that follow IEEE 754, after Python's floats raised.

    >>> ieee(lambda x: 1 / x, 0.0)
    inf
    """
    result = rule(*[Ieee(_to_float(x)) if isinstance(x, (float, int)) else x for x in numbers])
    return float(result) if isinstance(result, Ieee) else result


# --- the other kinds of number --------------------------------------------------------------------------------------


def _undefined(name: str, kind: str, why: str) -> Callable[..., Any]:
    def function(*_: Any) -> Any:
        raise TypeError(f"{name} is not defined on {kind}: {why}")

    return function


def _float_functions(convert: Callable[[float], Any]) -> SimpleNamespace:
    """The float functions for ints (as floats) and for Ieee numbers (which stay what they are)."""

    def lift(function: Callable[..., float]) -> Callable[..., Any]:
        return lambda *xs: convert(function(*map(_to_float, xs)))

    return SimpleNamespace(**{name: lift(function) for name, function in _FLOAT.items()}, pow=lift(_float_pow))


def _complex_functions() -> SimpleNamespace:
    def guarded(function: Callable[[complex], complex], at_pole: complex) -> Callable[[complex], complex]:
        def on_complex(z: complex) -> complex:
            try:
                return function(z)
            except ValueError:
                return at_pole
            except OverflowError:
                return complex(nan, nan)

        return on_complex

    names = [name for name in _FLOAT if hasattr(cmath, name)]
    functions: dict[str, Any] = {
        name: guarded(getattr(cmath, name), complex(-inf) if name == "log" else complex(nan, nan)) for name in names
    }
    functions["log1p"] = lambda z: functions["log"](1 + z)
    functions["erf"] = _undefined("erf", "complex", "Python has no complex erf; use mpmath.mpc")
    functions["abs"] = _undefined("abs", "complex", "it has no complex derivative; use a float")
    return SimpleNamespace(**functions)


def _fraction_functions() -> SimpleNamespace:
    why = "its result is not a Fraction; use float(x)"
    functions = {name: _undefined(name, "Fraction", why) for name in _FLOAT}
    return SimpleNamespace(**functions, constant=lambda like, p, q: Fraction(p, q))


def _numpy_functions() -> SimpleNamespace:
    import numpy as np

    names = {"asin": "arcsin", "acos": "arccos", "atan": "arctan"}
    functions = {name: getattr(np, names.get(name, name)) for name in _FLOAT if name != "erf"}
    erf = np.vectorize(math.erf, otypes=[float])

    def where(condition: Any, x: Any, y: Any) -> Any:
        return np.where(condition, x, y) if np.ndim(condition) else (x if condition else y)

    return SimpleNamespace(**functions, erf=erf, where=where, is_finite=lambda x: np.isfinite(x).all())


def _mpmath_functions() -> SimpleNamespace:
    import mpmath

    return SimpleNamespace(
        **{name: getattr(mpmath, name) for name in _FLOAT},
        constant=lambda like, p, q: mpmath.mpf(p) / q,
        is_finite=mpmath.isfinite,
        pi=lambda like: +mpmath.pi,
    )


def _sympy_functions() -> SimpleNamespace:
    import sympy

    def where(condition: Any, x: Any, y: Any) -> Any:
        return sympy.Piecewise((x, condition), (y, True))

    return SimpleNamespace(
        **{name: getattr(sympy, name) for name in _FLOAT if name != "log1p"},
        log1p=lambda x: sympy.log(1 + x),
        abs=sympy.Abs,
        where=where,
        equal=sympy.Eq,
        constant=lambda like, p, q: sympy.Rational(p, q),
        pi=lambda like: sympy.pi,
    )


_PLAIN = _float_functions(float)
_BY_LIBRARY = {"numpy": _numpy_functions, "mpmath": _mpmath_functions, "sympy": _sympy_functions}
_by_type: dict[type, Any] = {
    float: _PLAIN,
    int: _PLAIN,
    bool: _PLAIN,
    Ieee: _float_functions(Ieee),
    complex: _complex_functions(),
    Fraction: _fraction_functions(),
}


def _functions_of(x: Any) -> Any:
    """The namespace of elementary functions of x's type; found once a type, then remembered."""
    kind = type(x)
    known = _by_type.get(kind)
    if known is None:
        known = _by_type[kind] = _find_functions(kind)
    return known


def _find_functions(kind: type) -> Any:
    for ancestor in kind.__mro__:
        if "__elementary__" in vars(ancestor):
            return vars(ancestor)["__elementary__"]
        if ancestor in _by_type:
            return _by_type[ancestor]
        library = ancestor.__module__.partition(".")[0]
        if library in _BY_LIBRARY:
            return _BY_LIBRARY[library]()
    raise TypeError(f"{kind.__name__} is not a kind of number with elementary functions")


_DEFAULTS: dict[str, Callable[..., Any]] = {
    "where": lambda condition, x, y: x if condition else y,
    "equal": operator.eq,
    "abs": builtins.abs,
    "is_finite": lambda x: True,
    "pow": operator.pow,
    "constant": lambda like, p, q: p if q == 1 else p / q,
    "pi": lambda like: math.pi,
    "dot": lambda weights, inputs, bias: sum(map(operator.mul, weights, inputs), bias),
}


def _function(name: str, xs: Iterable[Any]) -> Any:
    """`name` as the first number among xs that is not a plain float or int understands it."""
    functions = _PLAIN
    for x in xs:
        found = _functions_of(x)
        if found is not _PLAIN:
            functions = found
            break
    function = getattr(functions, name, None) or _DEFAULTS.get(name)
    if function is None:
        raise TypeError(f"{name} is not defined on {', '.join(type(x).__name__ for x in xs)}")
    return function


# --- the functions that rules are written with ----------------------------------------------------------------------


def _unary(name: str) -> Callable[[Number], Number]:
    on_float = _FLOAT[name]

    def function(x: Number) -> Number:
        return on_float(x) if type(x) is float else _function(name, (x,))(x)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{name}(x), for any kind of number; on floats as IEEE 754 has it."
    return function


exp, log, log1p, sqrt = map(_unary, ("exp", "log", "log1p", "sqrt"))
sin, cos, tan = map(_unary, ("sin", "cos", "tan"))
asin, acos, atan = map(_unary, ("asin", "acos", "atan"))
sinh, cosh, tanh, erf = map(_unary, ("sinh", "cosh", "tanh", "erf"))


def abs(x: Number) -> Number:
    """The absolute value; complex numbers have none that could be differentiated, and say so."""
    return builtins.abs(x) if type(x) is float else _function("abs", (x,))(x)


def pow(x: Number, y: Number) -> Number:
    """x to the power y: 0 ** -1 is inf and (-8.0) ** (1 / 3) is nan on floats, exact on ints and Fractions."""
    if type(x) is int and type(y) is int and y >= 0:
        return x**y
    if isinstance(x, Fraction) or isinstance(y, Fraction):
        return x**y
    return _float_pow(x, y) if type(x) is float and type(y) is float else _function("pow", (x, y))(x, y)


def where(condition: Any, x: Number, y: Number) -> Number:
    """x where the condition holds, else y; both have been evaluated, whichever is chosen.

    The condition is what the number's own comparison gave: a bool, an array, a sympy relation, a traced condition.
    """
    if condition is True or condition is False:
        return x if condition else y
    return _function("where", (condition, x, y))(condition, x, y)


def equal(x: Number, y: Number) -> Any:
    """Whether x equals y, as a condition for `where` (`==` on Values and sympy symbols compares identities)."""
    return x == y if type(x) is float and type(y) is float else _function("equal", (x, y))(x, y)


def constant(like: Number, numerator: int, denominator: int = 1) -> Number:
    """numerator / denominator, as exactly as the kind of number of `like` can hold it."""
    if type(like) is float:
        return numerator / denominator
    return _function("constant", (like,))(like, numerator, denominator)


def pi(like: Number) -> Number:
    """The number pi, as exactly as the kind of number of `like` can hold it."""
    return _function("pi", (like,))(like)


def is_finite(x: Number) -> bool:
    """Whether x is neither inf nor nan (of an array, whether no element is); kinds without inf or nan are finite."""
    if isinstance(x, float | int):
        return math.isfinite(x)
    if isinstance(x, complex):
        return cmath.isfinite(x)
    return bool(_function("is_finite", (x,))(x))


def dot(weights: Sequence[Number], inputs: Sequence[Number], bias: Number) -> Number:
    """bias + weights[0] * inputs[0] + weights[1] * inputs[1] + ..., added in this order.

    Floats are added by Python's `sum`, which from 3.12 on carries the rounding errors along.

    Raises:
        ValueError: there are not as many inputs as weights.

    >>> dot([2.0, 3.0], [10.0, 100.0], 1.0)
    321.0
    """
    if len(weights) != len(inputs):
        raise ValueError(f"dot takes as many inputs as weights, got {len(weights)} weights and {len(inputs)} inputs")
    if weights and type(weights[0]) is float and type(inputs[0]) is float:
        return sum(map(operator.mul, weights, inputs), bias)
    return _function("dot", (*weights, *inputs, bias))(weights, inputs, bias)
