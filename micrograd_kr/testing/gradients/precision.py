"""Numbers of high precision, and when two numbers are the same. Without mpmath a float is the best there is."""

from __future__ import annotations

import cmath
import math
import sys
from contextlib import nullcontext
from fractions import Fraction
from typing import Any

from ...extras import install_command
from .tolerances import LARGEST, PRECISION, SAME, SMALLEST


class NotApplicableError(Exception):
    """There is no such number here: the function is not defined, or its derivative is not."""


def _mpmath() -> Any:
    loaded = sys.modules.get("mpmath")
    if loaded is not None:
        return loaded
    try:
        import mpmath
    except ImportError as error:
        raise NotApplicableError(f"high precision needs mpmath: {install_command('testing')}") from error
    return mpmath


def has_high_precision() -> bool:
    """Whether mpmath is there."""
    try:
        return _mpmath() is not None
    except NotApplicableError:
        return False


def at_high_precision(bits: int = PRECISION) -> Any:
    """A block in which mpmath, if it is there, computes with so many bits."""
    return _mpmath().workprec(bits) if has_high_precision() else nullcontext()


def precise(x: Any) -> Any:
    """A number at the precision of the block, or a float if there is no mpmath; a condition as it is."""
    kind = type(x)
    if kind is bool or hasattr(kind, "_mpf_") or hasattr(x, "_mpc_"):
        return x
    try:
        mpmath = _mpmath()
    except NotApplicableError:
        return float(x) if isinstance(x, int | Fraction) else x
    if kind is float:
        return mpmath.mp.make_mpf(mpmath.libmp.from_float(x))
    if kind is Fraction:
        return mpmath.mpf(x.numerator) / x.denominator
    try:
        return mpmath.mpc(x) if kind is complex else mpmath.mpf(x if kind is int else float(x))
    except (TypeError, ValueError) as error:
        raise NotApplicableError(f"a {kind.__name__} has no high precision") from error


def power_of_two(power: int) -> Any:
    """2 ** power as a number of high precision."""
    return _mpmath().mp.make_mpf((0, 1, power, 1))


def magnitude(x: Any) -> int | None:
    """The power of two next below abs(x); None of 0, and of a condition."""
    if isinstance(x, bool) or not x:
        return None
    if hasattr(x, "_mpc_"):
        x = abs(x)
    return int(x._mpf_[2] + x._mpf_[3] - 1)


def half_of_the_bits() -> int:
    """Half of the precision of the block."""
    return int(_mpmath().mp.prec) // 2


def is_complex(x: Any) -> bool:
    """Whether x is a complex number, which is neither less nor greater than another."""
    return isinstance(x, complex) or hasattr(x, "_mpc_")


def is_number(x: Any) -> bool:
    """Whether x is a finite real or complex number of some kind."""
    if type(x) is float:
        return math.isfinite(x)
    if isinstance(x, int | Fraction):
        return True
    if hasattr(x, "_mpf_"):
        return bool(x._mpf_[1] or not x._mpf_[2])  # an inf or a nan has no mantissa, but an exponent
    if hasattr(x, "_mpc_"):
        return bool(_mpmath().isfinite(x))
    try:
        return cmath.isfinite(complex(x))
    except (TypeError, ValueError, OverflowError):
        return False


def size_of(x: Any) -> float:
    """The absolute value as a float, inf if it is beyond them."""
    try:
        return abs(complex(x)) if is_complex(x) else abs(float(x))
    except OverflowError:
        return math.inf


def agree(x: Any, y: Any, share: float = SAME, error: Any = 0) -> bool:
    """Whether two numbers agree in a share of the larger one's size, or to within an error; inf and nan never do."""
    if (type(x) is float or type(x) is int) and share >= SAME and hasattr(y, "_mpf_"):
        far = float(y)  # floats will do where all of their digits are there
        if SMALLEST / SAME < abs(far) < LARGEST and abs(x) < LARGEST:
            return bool(abs(x - far) <= share * max(abs(x), abs(far)) + error)
    if not is_number(x):
        return False
    x, y = precise(x), precise(y)
    return bool(abs(x - y) <= share * max(abs(x), abs(y)) + error)
