"""Activations by name: `linear`, and every row of the table with one argument, including rows added later."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from ..engine import Value
from ..ops import OPS, Op, for_each_op, for_each_removed_op

Activation = str | Callable[[Any], Any]

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {"linear": lambda x: x}

_SPELT = {"relu": "ReLU", "leaky_relu": "LeakyReLU", "gelu": "GELU"}  # as the field writes them


@for_each_op
def _add_activation(op: Op) -> None:
    if op.arity is not None and op.arity - len(op.defaults) == 1:
        # The method of Value for this row is the fastest way to record it.
        ACTIVATIONS[op.name] = getattr(Value, op.name, op)


@for_each_removed_op
def _remove_activation(name: str) -> None:
    ACTIVATIONS.pop(name, None)


def find_activation(activation: Activation) -> Callable[[Any], Value]:
    """The function of that name; a function is returned as it is.

    >>> find_activation("tanh")(Value(0.0)).data
    0.0
    """
    if callable(activation):
        return activation
    try:
        return ACTIVATIONS[activation]
    except (KeyError, TypeError):
        known = ", ".join(name for name in ACTIVATIONS if name == "linear" or name in OPS)
        close = get_close_matches(str(activation).lower(), ACTIVATIONS, 1)
        meant = f"did you mean {close[0]!r}? " if close else ""
        raise ValueError(
            f"there is no activation {activation!r}: {meant}choose one of {known}, or pass a function"
        ) from None


def activation_title(activation: Activation) -> str:
    """The name as a repr shows it: `ReLU`, `Tanh`, `Linear`."""
    if isinstance(activation, str):
        name = activation
    else:
        name = getattr(activation, "name", "") or getattr(activation, "__name__", type(activation).__name__)
    return _SPELT.get(name) or "".join(word.capitalize() for word in name.split("_"))
