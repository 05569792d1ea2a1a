"""Value: a number that remembers how it was computed, so that backward() can ask how each input moved the result.

The package reads in this order: `value` (the node), `condition` (a comparison), `blocks` (no_grad, watch), `gradients`
(topological order, backward, grad), `recording` (how an op becomes a node: the operators, scopes), `arrays` (numpy's
functions on Values) and `copying` (pickle, deepcopy, freeing).

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
from .blocks import enable_grad, is_plain, is_recording, no_grad, stop_at_nonfinite, watch
from .condition import Condition
from .gradients import Contribution, Sweep, backward_passes, contributions, grad, last_output, topological_order
from .recording import current_scope, enter_scope, leave_scope, node, record, weighted_sum
from .value import Constant, Scope, Value, checked_number, numbers_of, put_numbers

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
    "enable_grad",
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
