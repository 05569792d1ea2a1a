"""Arrays of Values on which functions that were written for numpy, HIPS autograd and PyTorch run, and are recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...engine import Value
from ...ops import OPS

# Functions that PyTorch calls otherwise than numpy.
_NUMPY_NAMES = {"mm": "matmul", "mv": "matmul", "bmm": "matmul", "cat": "concatenate", "t": "transpose", "dim": "ndim"}
# Functions of numpy under another name than the op's.
_OP_NAMES = {
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
}


class ValueArray(np.ndarray[Any, Any]):
    """An array of objects, which stays one when a single Value is left, and knows the ops of the table as methods."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        plain = [x.view(np.ndarray) if isinstance(x, ValueArray) else x for x in inputs]
        name = _OP_NAMES.get(ufunc.__name__, ufunc.__name__)
        if method == "__call__" and name in OPS and OPS[name].arity == len(plain) and OPS[name].gives == "number":
            ufunc = np.frompyfunc(OPS[name], len(plain), 1)
        options.pop("out", None)
        return array_of(getattr(ufunc, method)(*plain, **options))

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = function.__name__
        options = {{"dim": "axis", "keepdim": "keepdims"}.get(key, key): x for key, x in (kwargs or {}).items()}
        if name in OPS and OPS[name].arity == len(args):
            plain = [x.view(np.ndarray) if isinstance(x, ValueArray) else x for x in args]
            return array_of(np.frompyfunc(OPS[name], len(args), 1)(*plain))
        numpy_function = getattr(np, _NUMPY_NAMES.get(name, name), None)
        if numpy_function is None:
            return NotImplemented
        return array_of(numpy_function(*args, **options))

    def __getattr__(self, name: str) -> Any:
        op = OPS.get(name)
        if op is None or op.arity != 1:
            raise AttributeError(f"arrays of Values have no {name}")
        return lambda: array_of(np.frompyfunc(op, 1, 1)(self.view(np.ndarray)))


def array_of(values: Any) -> Any:
    """An array of Values from a sequence, an array, or a single one.

    >>> x, y = array_of([Value(2.0), Value(3.0)])
    >>> np.tanh(array_of([x, y]))[0].op, np.sum(array_of([x, y])).item().data
    (<op tanh>, 5.0)
    """
    if isinstance(values, Value):
        single: Any = np.empty((), dtype=object)
        single[()] = values
        return single.view(ValueArray)
    if isinstance(values, Sequence):
        found = np.empty(len(values), dtype=object)
        found[:] = values
        return found.view(ValueArray)
    return values.view(ValueArray) if isinstance(values, np.ndarray) else values
