"""Recording: how an op on Values becomes a node, for the operators here and for every other package.

`record(op, args)` is the general way in, `node(...)` the short one for callers that have computed the number already;
`enter_scope` says to which nn module the nodes belong.
"""

from __future__ import annotations

import numbers
import threading
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from .. import elementary
from ..elementary import EQUAL, PI, Function, Number, dot
from ..interpreted import ieee
from ..ops import Op, find_op, for_each_op
from .blocks import open_blocks, recording, watchers
from .condition import Condition
from .value import Constant, Scope, Value, checked_number, method

_new = object.__new__

# The scope while only one thread has ever entered one: a global is read faster than a ContextVar.
_scope: Scope = None
_scopes_are_shared = False
_scope_of_thread: ContextVar[Scope] = ContextVar("scope", default=None)


def node(op: Op, number: Number, x: Any, y: Any, x_number: Any, y_number: Any) -> Value:
    """A computed Value, made without asking whether a block is open: see `is_plain`.

    Args:
        op: the row that computed it.
        number: the result.
        x, y: the one or two arguments, each a Value or a plain number; with more of them, or for an n-ary op, x is
            the tuple of the arguments, all Values, and y that of those among them that may be computed Values.
        x_number, y_number: the numbers of the arguments, a tuple and None if there are many.
    """
    out = _new(Value)
    out._number = number
    out.grad = 0
    out.label = ""
    out.op = op
    out._x = x
    out._y = y
    out._x_number = x_number
    out._y_number = y_number
    out._mark = None
    out.scope = _scope_of_thread.get() if _scopes_are_shared else _scope
    return out


def record(op: Op, args: Sequence[Any]) -> Value:
    """The Value of `op` on arguments, at least one of which is a Value: the general way, for any number of them.

    Raises:
        TypeError: an argument is no number, or the op is not defined on such numbers; the error names op and numbers.
    """
    args = op.complete(tuple([_operand(op, arg) for arg in args]))
    if any(arg is NotImplemented for arg in args):
        raise TypeError(f"{op.name} takes single numbers, not an array: put the array into a Value first")
    xs = tuple([arg._number if isinstance(arg, Value) else arg for arg in args])
    return _recorded(op, _computed(op, xs), args, xs)


def _recorded(op: Op, number: Number, args: Sequence[Any], xs: tuple[Number, ...]) -> Value:
    if open_blocks and not recording.get():
        return Value(number)
    if op.arity is None or op.arity > 2:
        out = node(op, number, tuple([x if isinstance(x, Value) else Constant(x) for x in args]), None, xs, None)
    elif op.arity == 2:
        out = node(op, number, args[0], args[1], xs[0], xs[1])
    else:
        out = node(op, number, args[0], None, xs[0], None)
    if open_blocks:
        for watcher in watchers.get():
            watcher(out)
    return out


def _operand(op: Op, other: Any) -> Any:
    """`other` as an argument of `op`: a Value or a plain number; NotImplemented for an array, which numpy spreads."""
    kind = type(other)
    if kind is Value or kind is float or kind is int or kind is Constant:
        return other
    if kind is Condition:
        return other.record()
    if kind.__module__ == "numpy" and getattr(other, "shape", None):
        return NotImplemented
    try:
        return checked_number(other)
    except TypeError as error:
        raise TypeError(f"{op.symbol}: {error}") from None


def _computed(op: Op, xs: tuple[Number, ...]) -> Number:
    """The op on plain numbers, by IEEE 754 where Python's floats raise; or an error that names op and numbers."""
    try:
        number = op.forward(*xs)
    except ArithmeticError:
        try:
            number = ieee(op.forward, *xs)
        except ArithmeticError as error:
            raise type(error)(f"{op.spell(*map(repr, xs))}: {error}") from None
    except TypeError as error:
        kinds = ", ".join(dict.fromkeys(type(x).__name__ for x in xs))
        values = ", ".join(map(repr, xs))
        raise TypeError(f"{op.name} cannot be computed on {kinds} ({values:.200}): {error}") from error
    if number is None:
        raise _no_number(op, xs)
    return number


def _no_number(op: Op, xs: tuple[Number, ...]) -> TypeError:
    return TypeError(f"the rule of {op.name} returned None for {', '.join(map(repr, xs)):.200}: is a `return` missing?")


# --- the operators of Value, made from the rows of the table --------------------------------------------------------


def _infix(op: Op) -> Any:
    """The method `value + other` for a row of two arguments."""
    forward = op.forward

    def operator(self: Value, other: Any) -> Any:
        x, kind = self._number, type(other)
        if kind is Value:
            y = other._number
        elif kind is float or kind is int:
            y = other
        else:
            other = _beside(op, self, other)
            if other is NotImplemented:
                return NotImplemented
            y = other._number if isinstance(other, Value) else other
        try:
            number = forward(x, y)
        except (ArithmeticError, TypeError):
            number = _computed(op, (x, y))
        if open_blocks:
            return _recorded(op, number, (self, other), (x, y))
        out = _new(Value)  # what `node` does: here its call would cost a sixth of the operation
        out._number = number
        out.grad = 0
        out.label = ""
        out.op = op
        out._x = self
        out._y = other
        out._x_number = x
        out._y_number = y
        out._mark = None
        out.scope = _scope_of_thread.get() if _scopes_are_shared else _scope
        return out

    return operator


def _reflected(op: Op) -> Any:
    """The method `other + value`, where other is no Value."""
    forward = op.forward

    def operator(self: Value, other: Any) -> Any:
        kind, y = type(other), self._number
        if kind is not float and kind is not int:
            other = _beside(op, self, other)
            if other is NotImplemented or isinstance(other, Value):
                return NotImplemented if other is NotImplemented else record(op, (other, self))
        try:
            number = forward(other, y)
        except (ArithmeticError, TypeError):
            number = _computed(op, (other, y))
        if open_blocks:
            return _recorded(op, number, (other, self), (other, y))
        return node(op, number, other, self, other, y)

    return operator


def _prefix(op: Op) -> Any:
    """The method `value.tanh()` for a row of one argument."""
    forward = op.forward

    def operator(self: Value) -> Value:
        x = self._number
        try:
            number = forward(x)
        except (ArithmeticError, TypeError):
            number = _computed(op, (x,))
        if number is None:
            raise _no_number(op, (x,))
        if open_blocks:
            return _recorded(op, number, (self,), (x,))
        return node(op, number, self, None, x, None)

    return operator


def _comparison(op: Op) -> Any:
    def operator(self: Value, other: Any) -> Any:
        other = _beside(op, self, other)
        return NotImplemented if other is NotImplemented else Condition(op, self, other)

    return operator


def _beside(op: Op, value: Value, other: Any) -> Any:
    """`other` as the operand beside a Value: an array is one number (lanes) if the Value has lanes itself."""
    found = _operand(op, other)
    if found is NotImplemented and getattr(value._number, "shape", None) and other.dtype != "O":
        return Constant(other.copy())
    return found


def _power(op: Op) -> Any:
    """`value ** other`; Python's pow(x, y, m) passes a third number."""
    plain = _infix(op)

    def operator(self: Value, other: Any, modulus: None = None) -> Any:
        if modulus is not None:
            raise TypeError("pow(x, y, m) of a Value: a remainder is not differentiable; leave the third number out")
        return plain(self, other)

    return operator


_OPERATORS: dict[str, tuple[str, Callable[[Op], Any], Callable[[Op], Any] | None]] = {
    "add": ("add", _infix, _reflected),
    "sub": ("sub", _infix, _reflected),
    "mul": ("mul", _infix, _reflected),
    "div": ("truediv", _infix, _reflected),
    "pow": ("pow", _power, _reflected),
    "neg": ("neg", _prefix, None),
    "abs": ("abs", _prefix, None),
    "greater": ("gt", _comparison, None),
    "greater_equal": ("ge", _comparison, None),
    "less": ("lt", _comparison, None),
    "less_equal": ("le", _comparison, None),
}

_methods: set[str] = set()


def _methods_of(op: Op) -> dict[str, Callable[[Op], Any]]:
    found: dict[str, Callable[[Op], Any]] = {}
    if op.name in _OPERATORS:
        name, direct, reflected = _OPERATORS[op.name]
        found[f"__{name}__"] = direct
        if reflected:
            found[f"__r{name}__"] = reflected
    if op.arity is not None and op.gives == "number" and (op.name in _methods or not hasattr(Value, op.name)):
        _methods.add(op.name)
        found[op.name] = _prefix if op.arity == 1 else lambda op: lambda self, *others: record(op, (self, *others))
    return found


@for_each_op
def _add_methods(op: Op) -> None:
    """Add Python's operators, and a method for every row with a fixed number of arguments, now or later."""
    for name, make in _methods_of(op).items():
        function = make(op)
        function.__name__, function.__qualname__ = name, f"Value.{name}"
        beside = f" Beside PyTorch: {op.note}." if op.note else ""
        function.__doc__ = f"The op `{op.name}` of the table: {op.spell(*'xyzuvw'[: op.arity])}.{beside}"
        setattr(Value, name, function)


# --- the elementary functions on Values: each is the row of the same name -------------------------------------------


@method
def __apply__(self: Value, function: Function, *args: Any) -> Any:  # noqa: N807 - a method of Value
    """An elementary function of table 1 on Values: the op of the same name, recorded; a comparison is a Condition."""
    if function is PI:
        return elementary.pi(self._number)
    op = find_op(function.name)
    return Condition(op, *args) if function.gives == "condition" else record(op, args)


@method
def __record_op__(self: Value, op: Op, args: Sequence[Any]) -> Value:  # noqa: N807 - a method of Value
    return record(op, args)


@method
def __eq__(self: Value, other: object) -> Any:  # noqa: N807 - a method of Value
    """With a plain number, a Condition; two Values are equal only if they are the same object."""
    if isinstance(other, Value) or not isinstance(other, numbers.Number):
        return NotImplemented
    return Condition(find_op(EQUAL.name), self, other)


# --- scopes: the nn module that is computing --------------------------------------------------------------------------


def enter_scope(module: Any) -> Scope:
    """Values that this thread makes from now on belong to `module`; returns the scope for `leave_scope`."""
    global _scopes_are_shared
    outer = current_scope()
    if outer is None and not _scopes_are_shared and threading.active_count() > 1:
        _scopes_are_shared = True  # from now on: another thread may be in a module at the same time
    try:
        leave_scope((module, outer))
    except BaseException:  # Ctrl-C: the module has not been entered
        leave_scope(outer)
        raise
    return outer


def leave_scope(outer: Scope) -> None:
    """Back to the scope that `enter_scope` returned."""
    global _scope
    if _scopes_are_shared:
        _scope_of_thread.set(outer)
    else:
        _scope = outer


def current_scope() -> Scope:
    """The nn module that is computing now and those around it, (module, outer scope); None outside of all modules."""
    return _scope_of_thread.get() if _scopes_are_shared else _scope


def weighted_sum(
    op: Op, weights: Sequence[Value], bias: Value, inputs: tuple[Value, ...], numbers: Sequence[Number], scope: Scope
) -> Value | None:
    """The node of a neuron, `dot(weights, inputs, bias)`, in two thirds of the time: training is mostly this.

    Args:
        op: the row `dot`.
        weights, bias: leaves.
        inputs: the Values that all neurons of a layer share: pass the same tuple to each of them.
        numbers: the numbers of the inputs.
        scope: the scope that the node belongs to.

    Returns:
        The node; None in unusual cases: a weight that is computed itself, or numbers on which floats raise.
    """
    try:
        weight_numbers, bias_number = [weight._number for weight in weights if weight.op is None], bias._number
        if not len(weights) == len(weight_numbers) == len(inputs) or bias.op is not None:
            return None
        number = dot(weight_numbers, numbers, bias_number)
    except (ArithmeticError, AttributeError, TypeError):
        return None
    out = _new(Value)
    out._number, out.grad, out.label, out.op = number, 0, "", op
    out._x, out._x_number = (*weights, *inputs, bias), (*weight_numbers, *numbers, bias_number)
    out._y, out._y_number = inputs, None  # the arguments that may be computed
    out._mark, out.scope = None, scope
    return out
