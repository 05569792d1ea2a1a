"""What happens inside one node: its row's own rule, run on numbers that record each step as a Value.

>>> from micrograd_kr import dot
>>> w, x = [Value(2.0), Value(3.0)], [Value(5.0), Value(7.0)]
>>> [(step.op.symbol, step.data) for step in expansion(dot(w, x, 0.5)).steps]
[('*', 10.0), ('+', 10.5), ('*', 21.0), ('+', 31.5)]
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

from .. import elementary
from ..elementary import Number
from ..engine import Constant, Value, contributions, topological_order


class Expansion(NamedTuple):
    """A node taken apart.

    Attributes:
        steps: the computed Values inside, arguments first; the last one has the node's own number.
        originals: for each leaf among their arguments the node's own argument that it stands for.
        gradients: for each step d output / d step, given that of the node.
    """

    steps: list[Value]
    originals: dict[Value, Value]
    gradients: dict[Value, Number]


class _Recorded:
    """A number that keeps its steps: elementary functions that a Value would take as one op, such as `dot`, are not.

    What is missing from its `__elementary__` is done as `elementary` does it on any number: by + and *.
    """

    __slots__ = ("value",)
    __elementary__: Any

    def __init__(self, value: Any) -> None:
        self.value = value


def _recorded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function of Values as a function of recorded numbers."""

    def on_recorded(*xs: Any) -> Any:
        result = function(*[x.value if isinstance(x, _Recorded) else x for x in xs])
        return _Recorded(result) if not isinstance(result, bool) else result

    return on_recorded


def _reflected(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda x, y: function(y, x)


for _name in ("add", "sub", "mul", "truediv", "pow"):
    setattr(_Recorded, f"__{_name}__", _recorded(getattr(operator, _name)))
    setattr(_Recorded, f"__r{_name}__", _recorded(_reflected(getattr(operator, _name))))
for _name in ("neg", "abs", "gt", "ge", "lt", "le"):
    setattr(_Recorded, f"__{_name}__", _recorded(getattr(operator, _name)))

_FUNCTIONS = ("exp", "log", "log1p", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "erf")
_Recorded.__elementary__ = SimpleNamespace(
    **{name: _recorded(getattr(elementary, name)) for name in (*_FUNCTIONS, "abs", "pow", "where", "equal")},
    constant=lambda like, p, q: elementary.constant(like.value, p, q),
    pi=lambda like: elementary.pi(like.value),
)


def expansion(node: Value) -> Expansion | None:
    """The steps inside `node`, from running its row's forward again; None if there is nothing inside."""
    op = node.op
    if op is None:
        return None
    stand_ins = [
        Constant(number) if isinstance(arg, Constant) else Value(number)
        for arg, number in zip(node.args, node.arg_numbers, strict=True)
    ]
    try:
        result = op.forward(*[_Recorded(value) for value in stand_ins])
    except (TypeError, ArithmeticError):  # a rule that only takes the numbers it was written for
        return None
    last = result.value if isinstance(result, _Recorded) else None
    if not isinstance(last, Value) or last.op is None:
        return None
    steps = [value for value in topological_order(last) if value.op is not None]
    if len(steps) < 2:
        return None
    originals = dict(zip(stand_ins, node.args, strict=True))
    return Expansion(steps, originals, _gradients(steps, node.grad))


def _gradients(steps: list[Value], upstream: Number) -> dict[Value, Number]:
    gradients: dict[Value, Number] = dict.fromkeys(steps, 0)
    gradients[steps[-1]] = upstream
    for step in reversed(steps):
        for arg, _, product in contributions(step, gradients[step]):
            if arg in gradients:
                gradients[arg] = gradients[arg] + product
    return gradients
