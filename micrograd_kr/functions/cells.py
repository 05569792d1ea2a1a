"""Cells of table 1 that are more than a name, a namespace for each kind of number.

Floats follow IEEE 754 where Python's own functions raise; a library's cell is a formula of what it does have.
"""

from __future__ import annotations

import cmath
import math
import operator
from collections.abc import Callable
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from .row import nearest_float

inf, nan = math.inf, math.nan
OfFloat = Callable[[float], float]


# --- floats and fractions -------------------------------------------------------------------------------------------


def guarded(function: OfFloat, otherwise: OfFloat) -> OfFloat:
    """`function`, and `otherwise` where Python would raise; the try costs nothing on the good path."""

    def ieee(x: float) -> float:
        try:
            return function(x)
        except (ValueError, OverflowError):
            return otherwise(x)

    return ieee


def or_inf(function: OfFloat) -> OfFloat:
    """`function`, and inf where Python would raise."""
    return guarded(function, lambda x: inf)


def or_nan(function: OfFloat) -> OfFloat:
    """`function`, and nan where Python would raise."""
    return guarded(function, lambda x: nan)


def log_from(pole: float, function: OfFloat) -> OfFloat:
    """A logarithm that is -inf at its pole and nan below."""
    return guarded(function, lambda x: -inf if x == pole else nan)


def divide(x: float, y: float) -> float:
    """x / y, which is inf or nan for y = 0."""
    try:
        return x / y
    except ZeroDivisionError:
        return nan if x == 0 or x != x else math.copysign(inf, x) * math.copysign(1.0, y)


def power(x: float, y: float) -> float:
    """x to the power y: nan, not complex, for a negative base; 0 to a negative power is inf."""
    try:
        result = x**y
    except (ZeroDivisionError, OverflowError):
        if x < 0 and y % 1:  # Python overflowed on its way to a complex number
            return nan
        return -inf if math.copysign(1.0, x) < 0 and y % 2 == 1 else inf
    return nan if isinstance(result, complex) else result  # (-8.0) ** (1 / 3) is complex in Python


def exact_power(x: Any, y: Any) -> Any:
    """x to the power y on ints and Fractions; a float for an int to a negative power."""
    if isinstance(x, int) and isinstance(y, int) and y < 0:
        return power(nearest_float(x), float(y))
    return x**y


def exact_constant(like: Any, numerator: int, denominator: int) -> Any:
    """A Fraction beside a Fraction, else an int if there is one."""
    if isinstance(like, Fraction):
        return Fraction(numerator, denominator)
    return numerator if denominator == 1 else numerator / denominator


FLOAT = SimpleNamespace(
    exp2=or_inf(lambda x: 2.0**x),
    sinh=guarded(math.sinh, lambda x: math.copysign(inf, x)),
    atanh=guarded(math.atanh, lambda x: math.copysign(inf, x) if math.fabs(x) == 1 else nan),
    atan2=lambda y, x: math.atan2(y, x),  # math's own does not say that it takes two arguments
    floor=lambda x: math.copysign(float(math.floor(x)), x) if math.isfinite(x) else x,
)


# --- the other kinds of number --------------------------------------------------------------------------------------


def complex_or_nan(function: Callable[[complex], complex]) -> Callable[[complex], complex]:
    """A function of cmath, and nan where it raises."""

    def on_complex(z: complex) -> complex:
        try:
            return function(z)
        except (ValueError, OverflowError):
            return complex(nan, nan)

    return on_complex


def complex_log(z: complex) -> complex:
    """The logarithm, -inf at 0."""
    return cmath.log(z) if z else complex(-inf)


def formula(library: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A cell that is a formula of a library's functions: function(library, *args)."""
    return lambda *args: function(import_module(library), *args)


COMPLEX = SimpleNamespace(
    expm1=complex_or_nan(lambda z: 2 * cmath.sinh(z / 2) * cmath.exp(z / 2)),  # exp(z) - 1 would cancel
    exp2=complex_or_nan(lambda z: 2**z),
    log=complex_log,
    log1p=lambda z: complex_log(1 + z),
    log2=lambda z: complex_log(z) / math.log(2),
    log10=lambda z: complex_log(z) / math.log(10),
)
DECIMAL = SimpleNamespace(
    constant=lambda like, p, q: Decimal(p) / q,
    floor=lambda x: x.to_integral_value(ROUND_FLOOR),
    log1p=lambda x: (1 + x).ln(),
    log2=lambda x: x.ln() / Decimal(2).ln(),
)
NUMPY = SimpleNamespace(
    erf=formula("numpy", lambda np, x: np.vectorize(math.erf, otypes=[float])(x)),
    where=formula("numpy", lambda np, c, x, y: np.where(c, x, y) if np.ndim(c) else (x if c else y)),
    is_finite=formula("numpy", lambda np, x: bool(np.isfinite(x).all())),
)
MPMATH = SimpleNamespace(
    log2=formula("mpmath", lambda mp, x: mp.log(x, 2)),
    cbrt=formula("mpmath", lambda mp, x: -mp.cbrt(-x) if isinstance(x, mp.mpf) and x < 0 else mp.cbrt(x)),
    constant=formula("mpmath", lambda mp, like, p, q: mp.mpf(p) / q),
    pi=formula("mpmath", lambda mp: +mp.pi),
)
SYMPY = SimpleNamespace(
    expm1=formula("sympy", lambda sympy, x: sympy.exp(x) - 1),
    log1p=formula("sympy", lambda sympy, x: sympy.log(1 + x)),
    log2=formula("sympy", lambda sympy, x: sympy.log(x) / sympy.log(2)),
    log10=formula("sympy", lambda sympy, x: sympy.log(x) / sympy.log(10)),
    cbrt=formula("sympy", lambda sympy, x: sympy.sign(x) * sympy.cbrt(sympy.Abs(x))),
    where=formula("sympy", lambda sympy, c, x, y: sympy.Piecewise((x, c), (y, True))),
    constant=formula("sympy", lambda sympy, like, p, q: sympy.Rational(p, q)),
    pi=formula("sympy", lambda sympy: sympy.pi),
)


# --- every kind of number -------------------------------------------------------------------------------------------


def choose(condition: Any, x: Any, y: Any) -> Any:
    """x if the condition holds, else y."""
    return x if condition else y


def sum_of_products(*numbers: Any) -> Any:
    """Weights, as many inputs, and a bias."""
    count = len(numbers) // 2
    return sum(map(operator.mul, numbers[:count], numbers[count:-1]), numbers[-1])


def ratio(like: Any, numerator: int, denominator: int) -> Any:
    """numerator / denominator, as a float."""
    return numerator / denominator
