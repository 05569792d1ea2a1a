"""Value: a number that remembers how it was computed, so that backward() can ask how each input moved the result.

The package reads in this order: `state` (what a thread is doing), `value` (the node), `gradients` (topological order,
backward, grad), `recording` (how an op becomes a node: the operators, no_grad, watch, scopes) and `copying` (pickle,
deepcopy, freeing).

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

from . import arrays as arrays
from . import copying as copying
from .gradients import Contribution, Sweep, backward_passes, contributions, grad, last_output, topological_order
from .recording import (
    Condition,
    current_scope,
    enter_scope,
    is_plain,
    is_recording,
    leave_scope,
    no_grad,
    node,
    record,
    stop_at_nonfinite,
    watch,
    weighted_sum,
)
from .state import Scope
from .value import Constant, Value, checked_number, numbers_of, put_numbers

__all__ = [
    "Condition",
    "Constant",
    "Contribution",
    "Scope",
    "Sweep",
    "Value",
    "backward_passes",
    "checked_number",
    "contributions",
    "current_scope",
    "enter_scope",
    "grad",
    "is_plain",
    "is_recording",
    "last_output",
    "leave_scope",
    "no_grad",
    "node",
    "numbers_of",
    "put_numbers",
    "record",
    "stop_at_nonfinite",
    "topological_order",
    "watch",
    "weighted_sum",
]
