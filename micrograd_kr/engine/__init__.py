"""Value: a number that remembers how it was computed, so that backward() can ask how each input moved the result.

The package reads in this order: `value` (the node and its operators), `gradients` (topological order, backward,
grad), `blocks` (no_grad, watch, stop_at_nonfinite, the scopes of modules) and `copying` (pickle and deepcopy).

>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> loss = (a * b + 10) ** 2
>>> loss.backward()
>>> loss.data, a.grad, b.grad                    # d loss / d a = 2 * (a*b + 10) * b
(16.0, -24.0, 16.0)
>>> x = Value(3.0)
>>> first = grad(x**3, x, create_graph=True)     # 3 x^2, itself a graph
>>> first.data, grad(first, x)                   # and its derivative, 6 x
(27.0, 18.0)
"""

from .blocks import enter_scope, leave_scope, no_grad, stop_at_nonfinite, watch
from .gradients import Contribution, contributions, grad, topological_order
from .value import Condition, Constant, Scope, Value

__all__ = [
    "Condition",
    "Constant",
    "Contribution",
    "Scope",
    "Value",
    "contributions",
    "enter_scope",
    "grad",
    "leave_scope",
    "no_grad",
    "stop_at_nonfinite",
    "topological_order",
    "watch",
]
