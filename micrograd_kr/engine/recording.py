"""Recording: how an op on Values becomes a node, for the operators here and for every other package.

`record(op, args)` is the general way in, `node(...)` the short one for who has computed already. `no_grad` and `watch`
change for a block what is recorded; `enter_scope` says to which nn module the nodes belong.
"""

from __future__ import annotations

import functools
import inspect
import numbers
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any

from .. import elementary
from ..elementary import EQUAL, PI, Function, Number, dot
from ..interpreted import ieee
from ..ops import Op, find_op, for_each_op
from .gradients import Sweep
from .state import Scope, recording, scope_of_thread, watchers
from .value import Constant, Value, checked_number, method

_new = object.__new__

# The blocks of `no_grad` and `watch` that are open in any thread: every operation looks here, no further if there are
# none. A dict, as Ctrl-C or another thread cannot come into the middle of adding a key or of removing it.
_open_blocks: dict[object, None] = {}

# The scope of every thread, while only one has ever been in one: a plain name is read faster than a ContextVar.
_scope: Scope = None
_scopes_are_shared = False


class _SpecialBlock(AbstractContextManager[None]):
    """A block in which a variable of this thread has another content, and operations are recorded the general way.

    Ctrl-C may come between any two steps: to close a block is the same whether it is open, half open or closed. One
    moment is out of reach, before the first step of `__exit__`: such a block is closed when it is freed.
    """

    def __init__(self, variable: ContextVar[Any], content: Any) -> None:
        self.variable, self.content, self.thread = variable, content, threading.get_ident()
        self.before = variable.get()
        self.key: object = object()

    def __enter__(self) -> None:
        try:
            _open_blocks[self.key] = None
            self.variable.set(self.content)
        except BaseException:
            self._close()
            raise

    def __exit__(self, *error: object) -> None:
        try:
            self._close()
        except BaseException:
            self._close()
            raise

    def _close(self) -> None:
        self.variable.set(self.before)
        _open_blocks.pop(self.key, None)

    def __del__(self) -> None:
        if self.key in _open_blocks and self.thread == threading.get_ident():
            self._close()


def node(op: Op, number: Number, x: Any, y: Any, x_number: Any, y_number: Any) -> Value:
    """A computed Value, without a look at who is watching: see `is_plain`.

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
    out.scope = scope_of_thread.get() if _scopes_are_shared else _scope
    return out


def record(op: Op, args: Sequence[Any]) -> Value:
    """The Value of `op` on args, of which one at least is a Value: the general way, for any number of arguments.

    Raises:
        TypeError: an argument is no number, or the op is not defined on such numbers; the error names op and numbers.
    """
    args = op.complete(tuple([_operand(op, arg) for arg in args]))
    if any(arg is NotImplemented for arg in args):
        raise TypeError(f"{op.name} takes single numbers, not an array: put the array into a Value first")
    xs = tuple([arg._number if isinstance(arg, Value) else arg for arg in args])
    return _recorded(op, _computed(op, xs), args, xs)


def is_plain() -> bool:
    """Whether no block of `no_grad` or `watch` is open: then `node` may be called instead of `record`."""
    return not _open_blocks


def is_recording() -> bool:
    """Whether this thread records; False in a block of `no_grad`."""
    return recording.get()


def _recorded(op: Op, number: Number, args: Sequence[Any], xs: tuple[Number, ...]) -> Value:
    if _open_blocks and not recording.get():
        return Value(number)
    if op.arity is None or op.arity > 2:
        out = node(op, number, tuple([x if isinstance(x, Value) else Constant(x) for x in args]), None, xs, None)
    elif op.arity == 2:
        out = node(op, number, args[0], args[1], xs[0], xs[1])
    else:
        out = node(op, number, args[0], None, xs[0], None)
    if _open_blocks:
        for watcher in watchers.get():
            watcher(out)
    return out


def _operand(op: Op, other: Any) -> Any:
    """`other` as an argument of `op`: a Value, or a plain number; NotImplemented for an array, which spreads itself."""
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
        return op.forward(*xs)
    except ArithmeticError:
        try:
            return ieee(op.forward, *xs)
        except ArithmeticError as error:
            raise type(error)(f"{op.spell(*map(repr, xs))}: {error}") from None
    except TypeError as error:
        kinds = ", ".join(dict.fromkeys(type(x).__name__ for x in xs))
        values = ", ".join(map(repr, xs))
        raise TypeError(f"{op.name} cannot be computed on {kinds} ({values:.200}): {error}") from error


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
        if _open_blocks:
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
        out.scope = scope_of_thread.get() if _scopes_are_shared else _scope
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
        if _open_blocks:
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
        if _open_blocks:
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


_OPERATORS: dict[str, tuple[str, Callable[[Op], Any], Callable[[Op], Any] | None]] = {
    "add": ("add", _infix, _reflected),
    "sub": ("sub", _infix, _reflected),
    "mul": ("mul", _infix, _reflected),
    "div": ("truediv", _infix, _reflected),
    "pow": ("pow", _infix, _reflected),
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
    """Python's operators; and every row of a fixed number of arguments is a method, also one that is added later."""
    for name, make in _methods_of(op).items():
        function = make(op)
        function.__name__, function.__qualname__ = name, f"Value.{name}"
        beside = f" Beside PyTorch: {op.note}." if op.note else ""
        function.__doc__ = f"The op `{op.name}` of the table: {op.spell(*'xyzuvw'[: op.arity])}.{beside}"
        setattr(Value, name, function)


# --- the elementary functions on Values: each is the row of the same name -------------------------------------------


@method
def __apply__(self: Value, function: Function, *args: Any) -> Any:  # noqa: N807 - a method of Value
    """An elementary function of table 1 on Values: the op of the same name, recorded; of ==, a Condition."""
    if function is PI:
        return elementary.pi(self._number)
    op = find_op(function.name)
    return Condition(op, *args) if function.gives == "condition" else record(op, args)


@method
def __record_op__(self: Value, op: Op, args: Sequence[Any]) -> Value:  # noqa: N807 - a method of Value
    return record(op, args)


@method
def __eq__(self: Value, other: object) -> Any:  # noqa: N807 - a method of Value
    """Beside a plain number a Condition; Values are equal only if they are the same one."""
    if isinstance(other, Value) or not isinstance(other, numbers.Number):
        return NotImplemented
    return Condition(find_op(EQUAL.name), self, other)


class Condition:
    """What `x > 0` is on Values: true or false now, and remembered, so that `where` can decide again later.

    In arithmetic it is the number 1 or 0.

    >>> x = Value(2.0)
    >>> x > 0, bool(x < 1), (x > 0) == True, 1 - (x > 0)
    (True, False, True, 0)
    """

    __slots__ = ("op", "x", "y")

    def __init__(self, op: Op, x: Any, y: Any) -> None:
        self.op, self.x, self.y = op, x, y

    def record(self) -> Value:
        """The comparison as a node of the graph, for `where`."""
        return record(self.op, (self.x, self.y))

    def __apply__(self, function: Function, *args: Any) -> Any:
        return record(find_op(function.name), args)

    def __bool__(self) -> bool:
        return bool(self.op.compute(*[x._number if isinstance(x, Value) else x for x in (self.x, self.y)]))

    def __eq__(self, other: object) -> bool:
        return bool(self) == other if isinstance(other, bool) else bool(self) == bool(other)

    def __hash__(self) -> int:
        return hash(bool(self))

    def __int__(self) -> int:
        return int(bool(self))

    __index__ = __int__

    def __add__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Value) else int(self) + other  # a Value records it

    def __sub__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Value) else int(self) - other

    def __mul__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Value) else int(self) * other

    def __rsub__(self, other: Any) -> Any:
        return other - int(self)

    __radd__, __rmul__ = __add__, __mul__

    def __repr__(self) -> str:
        return repr(bool(self))


# --- blocks ---------------------------------------------------------------------------------------------------------


class _Unrecorded(AbstractContextManager["_Unrecorded"]):
    """A block in which this thread does not record; as a decorator, one around each call of a function."""

    def __init__(self) -> None:
        self._blocks: list[AbstractContextManager[None]] = []

    def __enter__(self) -> _Unrecorded:
        block = _SpecialBlock(recording, False)
        self._blocks.append(block)
        block.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._blocks.pop().__exit__(*error)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def stepwise(*args: Any, **kwargs: Any) -> Iterator[Any]:
                return _stepwise(function(*args, **kwargs))

            return stepwise

        @functools.wraps(function)
        def unrecorded(*args: Any, **kwargs: Any) -> Any:
            with _Unrecorded():
                return function(*args, **kwargs)

        return unrecorded


def _stepwise(steps: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """A generator whose own steps are not recorded, while those of its caller between them are."""
    resume, request = steps.send, None
    while True:
        try:
            with _Unrecorded():
                item = resume(request)
        except StopIteration as stop:
            return stop.value
        try:
            request, resume = (yield item), steps.send
        except GeneratorExit:
            steps.close()
            raise
        except BaseException as error:
            request, resume = error, steps.throw


def no_grad() -> _Unrecorded:
    """Compute without recording: results are leaves, and cost no memory beyond themselves.

    As a decorator, `@no_grad()`, for each call of a function, or for each step of a generator.

    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * 3
    >>> y.data, y.op
    (6.0, None)
    """
    return _Unrecorded()


@contextmanager
def watch(callback: Callable[[Value], None]) -> Iterator[None]:
    """Call `callback(node)` for every Value that this thread computes in the block, as soon as it is recorded.

    If the callback has a method `after_backward`, it is called with the sweep of each backward pass when that is done.

    >>> x = Value(2.0)
    >>> with watch(lambda node: print(node.op.symbol, node.data)):
    ...     y = (x * 3).exp()
    * 6.0
    exp 403.4287934927351
    """
    with _SpecialBlock(watchers, (*watchers.get(), callback)):
        yield


@contextmanager
def stop_at_nonfinite() -> Iterator[None]:
    """Stop where the first inf or nan arises, forward or backward, with an error that names the op and its arguments.

    Raises:
        FloatingPointError: a computed Value, or a gradient that reaches one, is not finite.

    >>> with stop_at_nonfinite():
    ...     Value(0.0, label="p").log()
    Traceback (most recent call last):
        ...
    FloatingPointError: log(p) is -inf, with p = 0.0
    """
    with watch(_NonfiniteStop()):
        yield


class _NonfiniteStop:
    """The watcher that raises a FloatingPointError."""

    def __call__(self, node: Value) -> None:
        if not elementary.is_finite(node.data):
            spelt, given = _spelt(node)
            raise FloatingPointError(f"{spelt} is {node.data}, with {given}")

    def after_backward(self, sweep: Sweep) -> None:
        for node in sweep.order:
            for arg, local, product in sweep.contributions(node, node.grad):
                if not elementary.is_finite(product):
                    spelt, given = _spelt(node)
                    raise FloatingPointError(
                        f"the gradient that {spelt} sends back to {arg.label or arg!r} is {product}: "
                        f"the local derivative {local} times {node.grad}, with {given}"
                    )


def _spelt(node: Value) -> tuple[str, str]:
    """The node's op spelt with the names of its arguments, and what numbers they stood for."""
    names = [arg.label or f"x{index}" for index, arg in enumerate(node.args)]
    given = ", ".join(f"{name} = {number!r}" for name, number in zip(names, node.arg_numbers, strict=True))
    return (node.op.spell(*names) if node.op else node.label), given


# --- scopes: which nn module is computing ---------------------------------------------------------------------------


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
        scope_of_thread.set(outer)
    else:
        _scope = outer


def current_scope() -> Scope:
    """The nn module that is computing now and those around it, (module, outer scope); None outside of any."""
    return scope_of_thread.get() if _scopes_are_shared else _scope


def weighted_sum(
    op: Op, weights: Sequence[Value], bias: Value, inputs: tuple[Value, ...], numbers: Sequence[Number], scope: Scope
) -> Value | None:
    """The node of a neuron, `dot(weights, inputs, bias)`, in two thirds of the time: training is mostly this.

    Args:
        op: the row `dot`.
        weights, bias: leaves.
        inputs: the Values that all neurons of a layer share; it should be the same tuple for each of them.
        numbers: those of the inputs.
        scope: to which the node belongs.

    Returns:
        The node; None where anything is unusual: a weight that is computed itself, or numbers on which floats raise.
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
