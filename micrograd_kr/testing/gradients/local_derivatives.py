"""The derivatives of one op, from its forward rule alone: what the rules of the table are held against.

The forward rule is run at 240 bits and differenced over a step of 2 ** -120 of the argument, so that half of the
digits are right and no kink but one at the argument itself lies within the step. Where the two sides of the argument
have different slopes, both are returned. A forward rule that leaves the table (it calls `math.sin`) is differenced on
floats instead.
"""

from __future__ import annotations

import cmath
import math
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple

from ...elementary import Function, Number
from ...extras import install_command
from ...interpreted import Interpreted
from ...ops import Op
from .tolerances import ALL_BITS, LARGEST, NEARBY, ON_FLOATS, PRECISION, SAME, SEEN, SMALLEST, STEP, TINIEST, TWO_STEPS

# Between these a float has all of its digits, and a comparison of floats is as good as one at high precision.
_LEAST, _MOST = SMALLEST * 1e17, LARGEST / 1e17


class NotApplicableError(Exception):
    """The oracle cannot be used on this function here."""


class Slopes(NamedTuple):
    """The derivative on the left and on the right of an argument; the same number off kinks, to within `error`."""

    left: Any
    right: Any
    error: Any = 0

    @property
    def is_kink(self) -> bool:
        """Whether the two sides differ."""
        return not agree(self.left, self.right, SAME, self.error)

    def allow(self, x: Any, share: float = SAME) -> bool:
        """Whether x is the derivative, or at a kink lies between the two."""
        if not is_number(x):
            return False
        if isinstance(x, float | Fraction):
            x = precise(x)
        if agree(x, self.right, share, self.error) or agree(x, self.left, share, self.error):
            return True
        if any(isinstance(each, complex) or hasattr(each, "_mpc_") for each in (x, self.left, self.right)):
            return False
        return bool(min(self.left, self.right) <= x <= max(self.left, self.right))


def agree(x: Any, y: Any, share: float = SAME, error: Any = 0) -> bool:
    """Whether two numbers agree in a share of the larger one's size."""
    try:
        near, far = float(x), float(y)  # twice as fast, and shares are far above the rounding of floats
        if _LEAST < abs(far) < _MOST and share >= SAME and near != 0 and error == 0:
            return abs(near - far) <= share * max(abs(near), abs(far))
    except (TypeError, OverflowError):
        pass
    x, y = (precise(each) if isinstance(each, Fraction) else each for each in (x, y))
    return bool(abs(x - y) <= share * max(abs(x), abs(y)) + error)


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


def has_high_precision() -> bool:
    """Whether mpmath is there."""
    try:
        _mpmath()
    except NotApplicableError:
        return False
    return True


def _mpmath() -> Any:
    loaded = sys.modules.get("mpmath")
    if loaded is not None:
        return loaded
    try:
        import mpmath
    except ImportError as error:
        raise NotApplicableError(f"high precision needs mpmath: {install_command('testing')}") from error
    return mpmath


def at_high_precision(bits: int = PRECISION) -> Any:
    """A block in which mpmath computes with so many bits."""
    return _mpmath().workprec(bits)


def precise(x: Any) -> Any:
    """A number at the precision of the block, or a float if there is no mpmath; a condition as it is."""
    kind = type(x)
    if kind is bool:
        return x
    try:
        mpmath = _mpmath()
    except NotApplicableError:
        return float(x) if isinstance(x, int | Fraction) else x
    if kind is float:
        return mpmath.mp.make_mpf(mpmath.libmp.from_float(x))
    if kind is mpmath.mpf or kind is mpmath.mpc:
        return x
    if kind is int:
        return mpmath.mpf(x)
    if kind is Fraction:
        return mpmath.mpf(x.numerator) / x.denominator
    if kind is complex:
        return mpmath.mpc(x)
    try:
        return mpmath.mpf(float(x))
    except (TypeError, ValueError) as error:
        raise NotApplicableError(f"a {kind.__name__} has no high precision") from error


class _Sealed(Interpreted):
    """A number that only the functions of the table can look into: `float` and `math.sin` raise a TypeError."""

    __slots__ = ("number",)

    def __init__(self, number: Any) -> None:
        self.number = number

    def __apply__(self, function: Function, *args: Any) -> Any:
        result = function(*[x.number if isinstance(x, _Sealed) else x for x in args])
        return result if isinstance(result, bool) else _Sealed(result)

    def __like__(self) -> Number:
        return self.number


_stays: dict[Op, bool] = {}


def stays_in_table(op: Op, numbers: Sequence[Any]) -> bool:
    """Whether the forward rule is written with functions of the table only; looked up once for each op.

    >>> from micrograd_kr.ops import OPS
    >>> stays_in_table(OPS["tanh"], [0.5])
    True
    """
    found = _stays.get(op)
    if found is None:
        try:
            op.forward(*[x if isinstance(x, bool) else _Sealed(x) for x in numbers])
            found = True
        except Exception:
            found = False
        _stays[op] = found
        if len(_stays) > 1000:
            del _stays[next(iter(_stays))]
    return found


def forward(op: Op, xs: Sequence[Any]) -> Any:
    """The forward rule on numbers of high precision; NotApplicableError if it has no real number there, or no
    complex one on complex arguments."""
    try:
        out = precise(op.forward(*xs))
    except Exception as error:
        raise NotApplicableError(f"{op.name} cannot be computed at high precision: {error}") from error
    if not is_number(out) or (hasattr(out, "_mpc_") and not any(hasattr(x, "_mpc_") for x in xs)):
        raise NotApplicableError(f"{op.name} has no value there")
    return out


def _step_of(xs: Sequence[Any], index: int, bits: int) -> Any:
    """A step 2 ** -bits of the argument, or of 1 if that is less, away from 0; at 0, of the smallest other one."""
    x = xs[index]
    if x != 0:
        size = abs(x)
        return (size if size < 1 else 1) * (-1 if not hasattr(x, "_mpc_") and x < 0 else 1) * precise(2.0**-bits)
    return min([1, *[abs(other) for other in xs if not isinstance(other, bool) and other != 0]]) * precise(2.0**-bits)


def _moved(xs: Sequence[Any], *moves: tuple[int, Any]) -> list[Any]:
    moved = list(xs)
    for index, step in moves:
        moved[index] = moved[index] + step
    return moved


def slope_at(op: Op, xs: Sequence[Any], out: Any, index: int, bits: int = STEP, side: int = 1) -> Any:
    """The derivative by one argument at the precision of the block, on the side away from 0 (side = -1: towards it)."""
    step = side * _step_of(xs, index, bits)
    change = forward(op, _moved(xs, (index, step))) - out
    if hasattr(change, "_mpc_") and abs(change) > 2.0**-40 * (abs(out) + abs(xs[index])):
        raise NotApplicableError("the function jumps there, as complex functions do at their branch cuts")
    return change / step


def slopes(op: Op, numbers: Sequence[Any], index: int) -> Slopes:
    """The derivative by one argument on both of its sides, with as many bits as floats of any size may need.

    >>> from micrograd_kr.ops import OPS
    >>> [float(x) for x in slopes(OPS["abs"], [0.0], 0)[:2]], slopes(OPS["abs"], [-1e-300], 0).is_kink
    ([-1.0, 1.0], False)
    """
    if not has_high_precision() or not stays_in_table(op, numbers):
        return slopes_on_floats(op, numbers, index)
    with at_high_precision(ALL_BITS):
        xs = [precise(x) for x in numbers]
        out = forward(op, xs)
        found, nearer = ([slope_at(op, xs, out, index, bits, side) for side in (-1, 1)] for bits in TWO_STEPS)
        step = _step_of(xs, index, TWO_STEPS[1])
        rounding = _mpmath().ldexp(abs(out) + 1, 64 - ALL_BITS) / abs(step)
        error = rounding + 2 * max(abs(x - y) for x, y in zip(found, nearer, strict=True))  # what curvature adds
        left, right = [x if abs(x) > error else 0 * x for x in (nearer[::-1] if step < 0 else nearer)]
        beside = _beside_a_tie(op, xs, index)
        if beside:
            left, right = min(left, *beside), max(right, *beside)
    return Slopes(left, right, error + TINIEST)


def _beside_a_tie(op: Op, xs: Sequence[Any], index: int) -> list[Any]:
    """Where a kink is a tie of several arguments: the derivatives at points around it, where they have parted.

    A limit of any of them is right: clip(x, x, x) may be taken for x, though no argument by itself moves it.
    """
    if op.kink is None or len(xs) < 2 or any(hasattr(x, "_mpc_") for x in xs) or op.kink(*xs) != 0:
        return []
    found = []
    for signs in product((-1, 1), repeat=len(xs)):
        moves = [sign * _step_of(xs, turn, NEARBY) * (turn + 1) for turn, sign in enumerate(signs)]
        near = [x if isinstance(x, bool) else x + move for x, move in zip(xs, moves, strict=True)]
        try:
            found.append(slope_at(op, near, forward(op, near), index, TWO_STEPS[0]))
        except NotApplicableError:
            continue
    return found


class Curvatures(NamedTuple):
    """The second derivative by two arguments on each combination of their sides, and how far off rounding puts it."""

    sides: list[Any]
    error: Any

    @property
    def is_kink(self) -> bool:
        """Whether the sides differ: the slope has a kink of its own, as that of elu at 0."""
        return not all(agree(self.sides[0], side, SAME, self.error) for side in self.sides)

    def allow(self, x: Any) -> bool:
        """Whether x is the second derivative, or lies between those of the sides."""
        if any(agree(x, side, SAME, self.error) for side in self.sides):
            return True
        if hasattr(x, "_mpc_") or any(hasattr(side, "_mpc_") for side in self.sides):
            return False
        return bool(min(self.sides) <= x <= max(self.sides))


def curvatures(op: Op, numbers: Sequence[Any], first: int, second: int) -> Curvatures:
    """The second derivative by two arguments, from the forward rule alone."""
    with at_high_precision(ALL_BITS):
        xs = [precise(x) for x in numbers]
        out = forward(op, xs)
        found, nearer = (_second_differences(op, xs, out, first, second, bits) for bits in TWO_STEPS)
        h, k = (_step_of(xs, index, TWO_STEPS[1]) for index in (first, second))
        rounding = _mpmath().ldexp(abs(out) + 1, 64 - ALL_BITS) / abs(h * k)
        error = rounding + 2 * max(abs(x - y) for x, y in zip(found, nearer, strict=True))
        return Curvatures(nearer, error + TINIEST)


def _second_differences(op: Op, xs: Sequence[Any], out: Any, first: int, second: int, bits: int) -> list[Any]:
    found = []
    h, k = (_step_of(xs, index, bits) for index in (first, second))
    for s in (h, -h):
        beside = forward(op, _moved(xs, (first, s)))
        for t in (s,) if first == second else (k, -k):
            other = forward(op, _moved(xs, (second, t))) if first != second else beside
            found.append((forward(op, _moved(xs, (first, s), (second, t))) - beside - other + out) / (s * t))
    return found


# --- on floats, as the last resort ----------------------------------------------------------------------------------


class Estimate(NamedTuple):
    """A derivative by differences of floats, and how far off it may be."""

    number: Any
    error: float


def plain_differences(function: Callable[[list[Any]], Any], point: Sequence[Any], index: int) -> Estimate:
    """Central differences of floats, extrapolated after Richardson; the error is the spread of the last two rows.

    >>> plain_differences(lambda numbers: numbers[0] ** 3, [2.0], 0).number
    12.0
    """
    x = point[index]
    step = 2.0**-6 * (abs(x) or 1.0)
    rows: list[list[Any]] = []
    best: Any = math.nan
    error = math.inf
    for row in range(6):
        high, low = [_called(function, _moved(point, (index, sign * step))) for sign in (1, -1)]
        if not (is_number(high) and is_number(low)):
            step /= 4
            continue
        rounding = 4e-16 * (abs(high) + abs(low)) / step
        current = [(high - low) / (2 * step)]
        if rows:
            for column, before in enumerate(rows[-1][:4], start=1):
                factor = 16.0**column
                current.append((factor * current[-1] - before) / (factor - 1))
            spread = max(abs(current[-1] - current[-2]), abs(current[-1] - rows[-1][-1])) + rounding
            if spread < error:
                best, error = current[-1], spread
            elif row > 3:
                break
        rows.append(current)
        step /= 4
    if not is_number(best):
        raise NotApplicableError("the function is not finite around the point")
    return Estimate(best, float(error))


def _called(function: Callable[[list[Any]], Any], numbers: list[Any]) -> Any:
    try:
        return function(numbers)
    except (TypeError, ValueError, ArithmeticError, AttributeError, ImportError) as error:
        raise NotApplicableError(str(error)) from error


def slopes_on_floats(op: Op, numbers: Sequence[Any], index: int) -> Slopes:
    """As `slopes`, by differences of floats, with an error that says how far they can be trusted."""
    point = [float(x) if isinstance(x, int | Fraction) and not isinstance(x, bool) else x for x in numbers]
    step = 2.0**-24 * (abs(point[index]) or 1.0)  # at a kink the two sides differ by far more than the step
    if step == 0:
        raise NotApplicableError("there is no smaller float to step by")
    out = op.compute(*point)
    left, right = ((_called(lambda xs: op.compute(*xs), _moved(point, (index, s))) - out) / s for s in (-step, step))
    if not is_number(left) or not is_number(right):
        raise NotApplicableError("the function is not finite around the point")
    if abs(left - right) > SEEN * (abs(left) + abs(right)):
        return Slopes(left, right, ON_FLOATS * (abs(left) + abs(right)))
    smooth = plain_differences(lambda xs: op.compute(*xs), point, index)
    return Slopes(smooth.number, smooth.number, 10 * smooth.error)
