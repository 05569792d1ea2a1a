"""What happens inside one node: its row's own rule, run on numbers that record each step as a Value.

>>> from micrograd_kr import dot
>>> w, x = [Value(2.0), Value(3.0)], [Value(5.0), Value(7.0)]
>>> [(step.op.symbol, step.data) for step in expansion(dot(w, x, 0.5)).steps]
[('*', 10.0), ('+', 10.5), ('*', 21.0), ('+', 31.5)]
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..elementary import Function, Number, constant
from ..engine import Constant, Sweep, Value, topological_order
from ..interpreted import Interpreted


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


class _Recorded(Interpreted):
    """A number that keeps its steps: what a Value would take as one op, such as `dot`, is done by + and *."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __apply__(self, function: Function, *args: Any) -> Any:
        if not args:
            return function.on(type(self.value.data))()
        result = function(*[x.value if isinstance(x, _Recorded) else x for x in args])
        return result if isinstance(result, bool) else _Recorded(result)

    def __constant__(self, numerator: int, denominator: int) -> Number:
        return constant(self.value, numerator, denominator)


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
    sweep = Sweep(steps[-1])
    for step in sweep.order:
        for sent in sweep.contributions(step, gradients[step]):
            if sent.flows and sent.arg in gradients:
                gradients[sent.arg] = gradients[sent.arg] + sent.product
    return gradients
