"""Values beside numpy arrays: an array operation on a Value goes to the Value's own operators.

A Value of lanes holds an array as its one number, so `lanes * array` is one Value; `value * array` with a single
number is an array of Values. numpy itself is never imported here.
"""

from __future__ import annotations

import sys
from typing import Any

from .condition import Condition
from .value import Constant, Value, method


@method
def __array_ufunc__(self: Value, ufunc: Any, how: str, *inputs: Any, **options: Any) -> Any:  # noqa: N807
    """numpy's functions on Values: element by element, by the Values' own operators and methods."""
    if how != "__call__":
        raise TypeError(
            f"numpy.{ufunc.__name__}.{how} does not add up the lanes of a Value: each lane is an example of its own; "
            "use .data for the numbers, or a list of Values"
        )
    has_lanes = any(isinstance(x, Value) and getattr(x.data, "shape", None) for x in inputs)
    result = ufunc(*[_as_element(x, has_lanes) for x in inputs], **options)
    return result.item() if getattr(result, "shape", None) == () else result


def _as_element(x: Any, has_lanes: bool) -> Any:
    """x as an array of objects without a dimension, which numpy takes as one element; other arrays as they are."""
    if not isinstance(x, Value | Condition):
        if not has_lanes or not getattr(x, "shape", None) or x.dtype == "O":
            return x
        x = Constant(x.copy())
    element = sys.modules["numpy"].empty((), dtype=object)
    element[()] = x
    return element


@method
def __array__(self: Value, dtype: Any = None, copy: Any = None) -> Any:  # noqa: N807 - a method of Value
    """A Value among others is an element of an array of objects; one of lanes is not turned into an array."""
    if getattr(self.data, "shape", None):
        raise TypeError("a Value of lanes is one number, not an array: use its .data for the array of its lanes")
    numpy = sys.modules["numpy"]
    if dtype not in (None, object):
        return numpy.asarray(self.data, dtype=dtype)
    return _as_element(self, False)
