"""A number that writes down how it is computed: local derivatives as formulas, from the table's own rules.

>>> from micrograd_kr.ops import OPS
>>> d = Formula("d", 0.5)
>>> str(OPS["tanh"].partials(d, Formula("x", 0.55))[0])
'1 - d * d'
"""

from __future__ import annotations

from typing import Any

from ..elementary import WHERE, Function, Number, constant
from ..engine import Value
from ..graph import ATOM, Names, bracketed, format_number, number_precedence
from ..interpreted import Interpreted
from ..ops import OPS

LONGEST_FORMULA = 28
LONGEST_WRITTEN_OUT = 60


class Formula(Interpreted):
    """Text and the number that it stands for; conditions are decided by the number.

    >>> x = Formula("x", 3.0)
    >>> str(2 * (x + 1) ** 2), x > 2
    ('2 * (x + 1) ** 2', True)
    """

    __slots__ = ("number", "precedence", "text")

    def __init__(self, text: str, number: Number, precedence: float = ATOM) -> None:
        self.text, self.number, self.precedence = text, number, precedence

    def __apply__(self, function: Function, *args: Any) -> Any:
        for operand, other, neutral in zip(args, args[::-1], function.neutral, strict=False):
            if neutral is not None and not isinstance(operand, Formula) and bool(operand == neutral):
                return other
        texts, numbers, precedences = zip(*map(_parts, args), strict=True) if args else ((), (), ())
        number = function(*numbers) if args else function.on(type(self.number))()
        if function.gives == "condition":
            return bool(number)
        if function is WHERE:
            return args[1] if numbers[0] else args[2]
        op = OPS.get(function.name)
        if op is None:
            call = f"({', '.join(texts)})" if args else ""
            return Formula(function.symbol or function.name + call, number)
        operands = [bracketed(op, index, text, precedences[index]) for index, text in enumerate(texts)]
        return Formula(op.spell(*operands), number, op.precedence or ATOM)

    def __constant__(self, numerator: int, denominator: int) -> Any:
        number = constant(self.number, numerator, denominator)
        named = numerator > 1 and denominator == 1  # to write log(2), and not 0.69315
        return Formula(format_number(number), number) if named else number

    def __str__(self) -> str:
        return self.text


def _parts(x: Any) -> tuple[str, Number, float]:
    if isinstance(x, Formula):
        return x.text, x.number, x.precedence
    text = format_number(x)
    return text, x, number_precedence(text)


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
