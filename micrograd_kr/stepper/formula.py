"""A number that writes down how it is computed: local derivatives as formulas, from the table's own rules.

>>> from micrograd_kr.ops import OPS
>>> d = Formula("d", 0.5)
>>> str(OPS["tanh"].partials(d, Formula("x", 0.55))[0])
'1 - d * d'
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from .. import elementary
from ..elementary import Number
from ..engine import Value
from ..graph import ATOM, Names, bracketed, format_number, number_precedence
from ..ops import OPS, Op

LONGEST_FORMULA = 28
LONGEST_WRITTEN_OUT = 60


class Formula:
    """Text and the number that it stands for; conditions are decided by the number.

    >>> x = Formula("x", 3.0)
    >>> str(2 * (x + 1) ** 2), x > 2
    ('2 * (x + 1) ** 2', True)
    """

    __slots__ = ("number", "precedence", "text")

    def __init__(self, text: str, number: Number, precedence: float = ATOM) -> None:
        self.text, self.number, self.precedence = text, number, precedence

    def __str__(self) -> str:
        return self.text


def _parts(x: Any) -> tuple[str, Number, float]:
    if isinstance(x, Formula):
        return x.text, x.number, x.precedence
    text = format_number(x)
    return text, x, number_precedence(text)


def _written(op: Op, *xs: Any) -> Formula:
    """`op` on operands of which one at least is a Formula."""
    texts, numbers, precedences = zip(*map(_parts, xs), strict=True)
    operands = [bracketed(op, index, text, precedences[index]) for index, text in enumerate(texts)]
    return Formula(op.spell(*operands), op.compute(*numbers), op.precedence or ATOM)


def _is(x: Any, number: int) -> bool:
    return not isinstance(x, Formula) and bool(x == number)


def _power(x: Any, y: Any) -> Any:
    return x if _is(y, 1) else _written(OPS["pow"], x, y)


def _product(x: Any, y: Any) -> Any:
    return x if _is(y, 1) else y if _is(x, 1) else _written(OPS["mul"], x, y)


def _weighted_sum(weights: Sequence[Any], inputs: Sequence[Any], bias: Any) -> Any:
    return reduce(operator.add, map(operator.mul, weights, inputs), bias)


def _both_ways(rule: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    return rule, lambda self, other: rule(other, self)


_INFIX: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda x, y: _written(OPS["add"], x, y),
    "sub": lambda x, y: _written(OPS["sub"], x, y),
    "mul": _product,
    "truediv": lambda x, y: _written(OPS["div"], x, y),
    "pow": _power,
}
for _name, _rule in _INFIX.items():
    _method, _reflected = _both_ways(_rule)
    setattr(Formula, f"__{_name}__", _method)
    setattr(Formula, f"__r{_name}__", _reflected)
for _name, _sign in {"neg": "neg", "abs": "abs"}.items():
    setattr(Formula, f"__{_name}__", lambda self, op=OPS[_sign]: _written(op, self))
for _name in ("gt", "ge", "lt", "le"):
    _compare = getattr(operator, _name)
    setattr(Formula, f"__{_name}__", lambda x, y, compare=_compare: compare(x.number, _parts(y)[1]))


class _OnFormulas:
    """The namespace that `elementary` asks what exp, log, ... mean on a Formula: the op of that name, written."""

    def __getattr__(self, name: str) -> Callable[..., Formula]:
        op = OPS.get(name)
        if op is None:
            raise AttributeError(name)
        return lambda *xs: _written(op, *xs)

    pow = staticmethod(_power)

    @staticmethod
    def equal(x: Any, y: Any) -> bool:
        return bool(elementary.equal(_parts(x)[1], _parts(y)[1]))

    @staticmethod
    def where(condition: Any, x: Any, y: Any) -> Any:
        return x if condition else y

    @staticmethod
    def constant(like: Formula, numerator: int, denominator: int) -> Number:
        return elementary.constant(like.number, numerator, denominator)

    dot = staticmethod(_weighted_sum)

    @staticmethod
    def pi(like: Formula) -> Formula:
        return Formula("π", elementary.pi(like.number))


setattr(Formula, "__elementary__", _OnFormulas())  # noqa: B010 - a class attribute that is read by name


def local_formulas(node: Value, names: Names) -> list[str]:
    """For each argument d node / d argument as a short formula on names, "" where there is no simple one.

    >>> from micrograd_kr.graph import names_of
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> [local_formulas(node, names_of(node)) for node in (a * b, a / b, a**b, a.tanh(), a + b)]
    [['b', 'a'], ['1 / b', '-out / b'], ['b * a ** (b - 1)', 'out * log(a)'], ['1 - out * out'], ['', '']]
    """
    op = node.op
    if op is None:
        return []
    args = [
        Formula(names[arg], number, names.precedence(arg)) if type(arg) is Value else number
        for arg, number in zip(node.args, node.arg_numbers, strict=True)
    ]
    try:
        partials = op.partials(Formula(names[node], node.data, names.precedence(node)), *args)
    except Exception:  # a rule of any kind, on a number that is not its own: then there is no formula
        return [""] * len(args)
    return [_short(partial) for partial in partials]


def _short(partial: Any) -> str:
    return partial.text if isinstance(partial, Formula) and len(partial.text) <= LONGEST_FORMULA else ""


def written_out(node: Value) -> str:
    """The forward rule of an n-ary op on the recorded numbers, written out if that is short; "" for other ops.

    >>> from micrograd_kr import dot
    >>> written_out(dot([Value(2.0), Value(-3.0)], [5.0, 7.0], Value(1.0)))
    '1 + 2 * 5 + (-3 * 7)'
    """
    if node.op is None or node.op.arity is not None or len(node.arg_numbers) > LONGEST_WRITTEN_OUT // 3:
        return ""
    try:
        out = node.op.forward(*[Formula(*_parts(number)) for number in node.arg_numbers])
    except Exception:  # as in local_formulas
        return ""
    return out.text if isinstance(out, Formula) and len(out.text) <= LONGEST_WRITTEN_OUT else ""
