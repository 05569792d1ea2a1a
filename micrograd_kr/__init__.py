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

from .derivatives import hessian, jacobian, jvp, value_and_grad
from .elementary import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    cos,
    cosh,
    dot,
    erf,
    exp,
    exp2,
    expm1,
    floor,
    log,
    log1p,
    log2,
    log10,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    where,
)
from .engine import Value, grad, no_grad, stop_at_nonfinite, topological_order, watch
from .ops import (
    clip,
    define_op,
    elu,
    gelu,
    hard_tanh,
    leaky_relu,
    logaddexp,
    maximum,
    minimum,
    relu,
    sigmoid,
    sign,
    silu,
    softplus,
    softsign,
)

if TYPE_CHECKING:
    from . import distributed as distributed
    from . import nn as nn
    from . import testing as testing
    from .compiler import jit
    from .drawing import draw
    from .exporting import export
    from .livepage import page, training_page
    from .stepper import Stepper, why

__all__ = [
    "Stepper",
    "Value",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "clip",
    "cos",
    "cosh",
    "define_op",
    "dot",
    "draw",
    "elu",
    "erf",
    "exp",
    "exp2",
    "expm1",
    "export",
    "floor",
    "gelu",
    "grad",
    "hard_tanh",
    "hessian",
    "jacobian",
    "jit",
    "jvp",
    "leaky_relu",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "maximum",
    "minimum",
    "nn",
    "no_grad",
    "page",
    "relu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softplus",
    "softsign",
    "sqrt",
    "stop_at_nonfinite",
    "tan",
    "tanh",
    "topological_order",
    "training_page",
    "value_and_grad",
    "watch",
    "where",
    "why",
]

__version__ = "0.1.0"

# Loaded when first asked for, so that `import micrograd_kr` stays light.
_LAZY = {
    "Stepper": "stepper",
    "why": "stepper",
    "draw": "drawing",
    "export": "exporting",
    "page": "livepage",
    "training_page": "livepage",
    "jit": "compiler",
}
_SUBMODULES = {"distributed", "nn", "testing"}


if not TYPE_CHECKING:  # a checker is to find a misspelt name by itself

    def __getattr__(name: str) -> Any:
        if name in _SUBMODULES:
            return import_module(f".{name}", __name__)
        if name in _LAZY:
            found = globals()[name] = getattr(import_module(f".{_LAZY[name]}", __name__), name)
            return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__", "__doc__", "__file__", "__path__"})
