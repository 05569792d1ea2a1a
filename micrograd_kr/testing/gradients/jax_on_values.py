"""A function of JAX recorded as a graph of this engine's Values: its jaxpr is run over arrays of Values.

What only moves numbers about (reshape, transpose, a slice) is run by JAX itself, on the places of the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...engine import Value
from ...ops import OPS
from .value_arrays import array_of

# JAX's names of what the table calls otherwise.
_OP_NAMES = {
    "max": "maximum",
    "min": "minimum",
    "logistic": "sigmoid",
    "gt": "greater",
    "ge": "greater_equal",
    "lt": "less",
    "le": "less_equal",
    "eq": "equal",
    "add_any": "add",
}
_REDUCTIONS = {"reduce_sum": "add", "reduce_prod": "mul", "reduce_max": "maximum", "reduce_min": "minimum"}
_MOVES = {
    "broadcast_in_dim",
    "concatenate",
    "copy",
    "copy_p",
    "dynamic_slice",
    "expand_dims",
    "gather",
    "reshape",
    "rev",
    "slice",
    "squeeze",
    "stack",
    "transpose",
}
_SAME = {"convert_element_type", "stop_gradient", "reduce_precision", "optimization_barrier"}


def run(jaxpr: Any, constants: Sequence[Any], arguments: Sequence[Any], note: Callable[[str], None]) -> list[Any]:
    """The outputs of a jaxpr.

    Args:
        jaxpr: as `jax.make_jaxpr` gives it, without its constants.
        constants, arguments: arrays, of numbers or of Values.
        note: called with the name of each function that has a derivative of its own.

    Raises:
        NotImplementedError: there is a primitive that Values do not have, such as a loop.
    """
    known: dict[Any, Any] = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*constants, *arguments], strict=True))
    for equation in jaxpr.eqns:
        operands = [x.val if hasattr(x, "val") else known[x] for x in equation.invars]
        known.update(zip(equation.outvars, _outputs(equation, operands, note), strict=True))
    return [x.val if hasattr(x, "val") else known[x] for x in jaxpr.outvars]


def _outputs(equation: Any, operands: list[Any], note: Callable[[str], None]) -> list[Any]:
    name, options = equation.primitive.name, equation.params
    inner = options.get("jaxpr", options.get("call_jaxpr", options.get("fun_jaxpr")))
    if inner is not None and name not in ("scan", "while", "cond"):
        if name.startswith("custom_"):
            note(str(getattr(inner, "jaxpr", inner).debug_info.func_src_info))
        return run(getattr(inner, "jaxpr", inner), getattr(inner, "consts", ()), operands, note)
    if not any(_holds_values(x) for x in operands):
        found = equation.primitive.bind(*operands, **options)
        return list(found) if equation.primitive.multiple_results else [found]
    if name in _SAME:
        return operands[:1]
    if name in _MOVES:
        return [_moved(equation, operands)]
    if name in ("is_finite", "ne"):  # what the numbers are like at the point
        return [equation.primitive.bind(*map(_numbers, operands), **options)]
    return [array_of(_computed(name, options, [np.asarray(x, dtype=object) for x in operands]))]


def _holds_values(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype == object


def _numbers(x: Any) -> Any:
    """The plain numbers of an array."""
    values = np.asarray(x, dtype=object)
    plain = [each.data if isinstance(each, Value) else each for each in values.flat]
    return np.asarray(plain, dtype=float).reshape(values.shape)


def _moved(equation: Any, operands: list[Any]) -> Any:
    """Each number where the primitive puts it, as it puts the whole numbers 0, 1, 2, ..."""
    numbers: list[Any] = []
    places: list[Any] = []
    for x in operands:
        x = np.asarray(x) if not _holds_values(x) else x
        if x.dtype.kind in "iu" and equation.primitive.name in ("gather", "dynamic_slice") and places:
            places.append(x)  # an index, and no number to move
            continue
        places.append(np.arange(len(numbers), len(numbers) + x.size, dtype=np.int32).reshape(x.shape))
        numbers.extend(x.reshape(-1).tolist())
    found = np.asarray(equation.primitive.bind(*places, **equation.params))
    moved = np.empty(found.shape, dtype=object)
    for index, place in np.ndenumerate(found):
        moved[index] = numbers[place]
    return array_of(moved)


def _computed(name: str, options: Any, operands: list[Any]) -> Any:
    if name in _REDUCTIONS:
        (found,) = operands
        for axis in sorted(options["axes"], reverse=True):
            found = np.frompyfunc(OPS[_REDUCTIONS[name]], 2, 1).reduce(found, axis=axis)
        return found
    if name == "integer_pow":
        return np.frompyfunc(lambda x: x ** options["y"], 1, 1)(*operands)
    if name == "square":
        return operands[0] * operands[0]
    if name == "rsqrt":
        return 1 / np.frompyfunc(OPS["sqrt"], 1, 1)(*operands)
    if name == "select_n":
        return np.frompyfunc(OPS["where"], 3, 1)(operands[0], operands[2], operands[1])
    if name == "dot_general":
        return _product(options["dimension_numbers"], *operands)
    op = OPS.get(_OP_NAMES.get(name, name))
    if op is None or op.arity != len(operands):
        raise NotImplementedError(f"Values have no {name}")
    return np.frompyfunc(op, op.arity, 1)(*operands)


def _product(dimensions: Any, x: Any, y: Any) -> Any:
    (x_sums, y_sums), (x_batches, y_batches) = dimensions
    x_letters = list(range(x.ndim))
    y_letters = list(range(x.ndim, x.ndim + y.ndim))
    for here, there in zip([*x_sums, *x_batches], [*y_sums, *y_batches], strict=True):
        y_letters[there] = x_letters[here]
    batches = [x_letters[axis] for axis in x_batches]
    x_free = [letter for axis, letter in enumerate(x_letters) if axis not in (*x_sums, *x_batches)]
    y_free = [letter for axis, letter in enumerate(y_letters) if axis not in (*y_sums, *y_batches)]
    return np.einsum(x, x_letters, y, y_letters, [*batches, *x_free, *y_free])
