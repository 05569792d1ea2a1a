"""A scalar autograd engine that a person can watch think, with a micro neural-net library on top.

>>> from micrograd_kr import Value
>>> x = Value(3.0)
>>> y = x**2 + 2 * x
>>> y.backward()
>>> x.grad                                       # 2 x + 2
8.0
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .elementary import acos, asin, atan, cos, cosh, dot, erf, exp, log, log1p, sin, sinh, sqrt, tan, tanh, where
from .engine import Value, grad, no_grad, stop_at_nonfinite, topological_order, watch
from .ops import define_op, gelu, leaky_relu, maximum, minimum, relu, sigmoid, softplus

if TYPE_CHECKING:
    from . import nn as nn
    from . import testing as testing
    from .compiler import jit
    from .drawing import draw
    from .livepage import page
    from .stepper import Stepper, why

__all__ = [
    "Stepper",
    "Value",
    "acos",
    "asin",
    "atan",
    "cos",
    "cosh",
    "define_op",
    "dot",
    "draw",
    "erf",
    "exp",
    "gelu",
    "grad",
    "jit",
    "leaky_relu",
    "log",
    "log1p",
    "maximum",
    "minimum",
    "nn",
    "no_grad",
    "page",
    "relu",
    "sigmoid",
    "sin",
    "sinh",
    "softplus",
    "sqrt",
    "stop_at_nonfinite",
    "tan",
    "tanh",
    "topological_order",
    "watch",
    "where",
    "why",
]

__version__ = "0.1.0"

# Loaded when first asked for, so that `import micrograd_kr` stays light.
_LAZY = {"Stepper": "stepper", "why": "stepper", "draw": "drawing", "page": "livepage", "jit": "compiler"}
_SUBMODULES = {"nn", "testing"}


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return import_module(f".{name}", __name__)
    if name in _LAZY:
        found = globals()[name] = getattr(import_module(f".{_LAZY[name]}", __name__), name)
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
