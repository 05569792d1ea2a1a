"""Gradient clipping: keep one steep place of the loss from throwing the parameters far away."""

from __future__ import annotations

import math
from collections.abc import Iterable

from ..engine import Value
from .module import Module
from .optimizers import check_at_least_0


def clip_grad_norm(parameters: Module | Iterable[Value], max_norm: float) -> float:
    """Scale all gradients by one factor, so that the root of the sum of their squares is at most max_norm.

    Called between backward() and step(), it keeps one steep place of the loss from throwing the parameters far away.

    Returns:
        The norm before.

    Raises:
        FloatingPointError: the norm is inf or nan; the gradients stay as they are.

    >>> x, y = Value(1.0), Value(1.0)
    >>> (3 * x + 4 * y).backward()
    >>> clip_grad_norm([x, y], max_norm=1.0), x.grad, y.grad
    (5.0, 0.6, 0.8)
    """
    values = _listed(parameters, max_norm=max_norm)
    norm = math.hypot(*[float(value.grad) for value in values])
    if not math.isfinite(norm):
        raise FloatingPointError(f"the norm of the gradients is {norm}, and they have not been scaled")
    if norm > max_norm:
        for value in values:
            value.grad = value.grad * max_norm / norm
    return norm


def clip_grad_value(parameters: Module | Iterable[Value], limit: float) -> None:
    """Bring each gradient into -limit ... limit.

    >>> x, y = Value(1.0), Value(1.0)
    >>> (3 * x - 0.5 * y).backward()
    >>> clip_grad_value([x, y], limit=1.0)
    >>> x.grad, y.grad
    (1.0, -0.5)
    """
    for value in _listed(parameters, limit=limit):
        if value.grad > limit:
            value.grad = limit
        elif value.grad < -limit:
            value.grad = -limit


def _listed(parameters: Module | Iterable[Value], **limit: float) -> list[Value]:
    check_at_least_0(**limit)
    values = parameters.parameters() if isinstance(parameters, Module) else parameters
    if isinstance(values, Value) or not isinstance(values, Iterable):
        raise TypeError(f"clipping takes a model or a list of parameters, got {values!r:.60}")
    return list(values)
