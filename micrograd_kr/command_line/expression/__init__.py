"""Expressions that a user types, such as `tanh(a*b + c)`, read into graphs of Values: never by eval.

>>> from micrograd_kr.command_line.expression import parse
>>> y = parse("tanh(a*b + c)", {"a": 2, "b": -3, "c": 6.5})
>>> round(y.data, 4), [leaf.label for leaf in y.args[0].args[0].args]
(0.4621, ['a', 'b'])
"""

from .mistakes import ExpressionError as ExpressionError
from .parser import parse as parse
from .values import parse_values as parse_values
