"""Operators of ONNX that onnxruntime (1.17, some to this day) does not have in 64 bits, written with those it has."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..elementary import Number, atan, exp, expm1, log, log1p, sin, sqrt, where

_LOG_2 = math.log(2)


def _with_sign_of(x: Number, size: Number) -> Number:
    return where(x < 0, -size, size)


def _cos(x: Number) -> Number:
    half = sin(x / 2)  # x / 2 is exact, so this holds for large x, too
    return 1 - 2 * half * half


def _tan(x: Number) -> Number:
    return sin(x) / _cos(x)


def _atan(x: Number) -> Number:
    size = abs(x)
    t = where(size > 1, 1 / size, size)
    for _ in range(3):  # half the angle, three times
        t = t / (1 + sqrt(1 + t * t))
    square, series = t * t, 1 / 21
    for odd in range(19, 0, -2):  # at t < 0.1, ten terms of Taylor's series
        series = 1 / odd - square * series
    return _with_sign_of(x, where(size > 1, math.pi / 2 - 8 * t * series, 8 * t * series))


def _asin(x: Number) -> Number:
    return atan(x / sqrt((1 - x) * (1 + x)))


def _acos(x: Number) -> Number:
    return 2 * atan(sqrt((1 - x) / (1 + x)))


def _sinh(x: Number) -> Number:
    size = abs(x)
    e = expm1(size)
    return _with_sign_of(x, where(size > 20, exp(size - _LOG_2), (e + e / (e + 1)) / 2))


def _cosh(x: Number) -> Number:
    size = abs(x)
    return exp(size - _LOG_2) + exp(-size - _LOG_2)


def _asinh(x: Number) -> Number:
    size = abs(x)
    near = log1p(size + size * size / (1 + sqrt(size * size + 1)))
    return _with_sign_of(x, where(size > 1e8, log(size) + _LOG_2, near))


def _acosh(x: Number) -> Number:
    above = x - 1
    return where(x > 1e8, log(x) + _LOG_2, log1p(above + sqrt(above * (above + 2))))


def _atanh(x: Number) -> Number:
    size = abs(x)
    return _with_sign_of(x, log1p(2 * size / (1 - size)) / 2)


SUBSTITUTES: dict[str, Callable[[Number], Number]] = {
    "Cos": _cos,
    "Tan": _tan,
    "Atan": _atan,
    "Asin": _asin,
    "Acos": _acos,
    "Sinh": _sinh,
    "Cosh": _cosh,
    "Asinh": _asinh,
    "Acosh": _acosh,
    "Atanh": _atanh,
}
