"""Losses of numbers, and penalties on parameters: each is one Value to call backward() on.

A loss takes one example or a list of them; a list gives the mean over it, so that the size of a batch does not change
the size of the steps. Predictions and targets may be Values or plain numbers, in lists or arrays of equal shape. The
losses of classes are in the module `classification`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import elementary
from ..engine import Value
from ..ops import OPS
from .module import Module
from .terms import mean_of, pairs_of, total_of

_DOT = OPS["dot"]


def squared_error(predictions: Any, targets: Any) -> Value:
    """The sum of (prediction - target)**2.

    Shape: two numbers, or two lists of equal shape -> one Value.

    >>> squared_error([Value(1.0), Value(2.0)], [0.0, 4.0]).data
    5.0
    """
    found: Value = total_of([(p - t) ** 2 for p, t in pairs_of("squared_error", predictions, targets)])
    return found


def mean_squared_error(predictions: Any, targets: Any) -> Value:
    """The mean of (prediction - target)**2 over all numbers (PyTorch's `mse_loss`).

    Shape: two numbers, or two lists of equal shape -> one Value.

    >>> mean_squared_error([Value(1.0), Value(2.0)], [0.0, 4.0]).data
    2.5
    """
    found: Value = mean_of([(p - t) ** 2 for p, t in pairs_of("mean_squared_error", predictions, targets)])
    return found


def mean_absolute_error(predictions: Any, targets: Any) -> Value:
    """The mean of |prediction - target| over all numbers (PyTorch's `l1_loss`); outliers count less than in a square.

    Shape: two numbers, or two lists of equal shape -> one Value.

    >>> mean_absolute_error([Value(1.0), Value(2.0)], [0.0, 4.0]).data
    1.5
    """
    found: Value = mean_of([abs(p - t) for p, t in pairs_of("mean_absolute_error", predictions, targets)])
    return found


def huber_loss(predictions: Any, targets: Any, delta: float = 1.0) -> Value:
    """The mean of error**2 / 2 where |error| < delta, and of delta * (|error| - delta / 2) beyond.

    Near the target it is smooth as the squared error; outliers count as in the absolute error.

    Shape: two numbers, or two lists of equal shape -> one Value.

    Source: Huber: Robust Estimation of a Location Parameter, 1964; the same as PyTorch's `huber_loss`.

    Raises:
        ValueError: delta is not greater than 0.

    >>> huber_loss([Value(0.5), Value(5.0)], [0.0, 0.0]).data
    2.3125
    """
    if not delta > 0:
        raise ValueError(f"delta is a number greater than 0, got {delta!r}")
    errors = [p - t for p, t in pairs_of("huber_loss", predictions, targets)]
    found: Value = mean_of([elementary.where(abs(e) < delta, e * e / 2, delta * (abs(e) - delta / 2)) for e in errors])
    return found


def l1_penalty(parameters: Module | Iterable[Value], strength: float = 1e-4) -> Value:
    """strength * the sum of |p|: added to a loss, it draws parameters to 0 and leaves only those that are needed.

    >>> l1_penalty([Value(2.0), Value(-3.0)], strength=0.1).data
    0.5
    """
    found: Value = strength * total_of([abs(parameter) for parameter in _listed(parameters)])
    return found


def l2_penalty(parameters: Module | Iterable[Value], strength: float = 1e-4) -> Value:
    """strength * the sum of p**2: added to a loss, it keeps parameters small, so that a model overfits less.

    >>> l2_penalty([Value(2.0), Value(-3.0)], strength=0.1).data
    1.3
    """
    values = _listed(parameters)
    found: Value = strength * _DOT(*values, *values, 0)
    return found


def _listed(parameters: Module | Iterable[Value]) -> list[Value]:
    values = parameters.parameters() if isinstance(parameters, Module) else list(parameters)
    if not values or not all(isinstance(value, Value) for value in values):
        raise ValueError("a penalty needs at least one parameter: pass the model, or model.parameters()")
    return values
