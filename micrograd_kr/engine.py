"""Value: a number that remembers how it was computed, so that backward() can ask how each input moved the result.

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

from __future__ import annotations

import numbers
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from . import elementary
from .elementary import Number
from .ops import OPS, Op, find_op, for_each_op

_new = object.__new__

# The nn module that is computing now, with those around it: (module, outer scope); None outside of any module.
Scope = tuple[Any, Any] | None
scope: Scope = None

# How many `no_grad` and `watch` blocks are open, in any thread; every operation looks here, and no further if 0.
_special_blocks = 0
_recording: ContextVar[bool] = ContextVar("recording", default=True)
_watchers: ContextVar[tuple[Callable[[Value], None], ...]] = ContextVar("watchers", default=())


# --- the operators of Value, made from the rows of the table --------------------------------------------------------


def _infix(op: Op) -> Callable[[Value, Any], Any]:
    """The method `value + other` for a row of two arguments."""
    forward = op.forward

    def method(self: Value, other: Any) -> Any:
        x, kind = self._number, type(other)
        if kind is Value:
            y = other._number
        elif kind is float or kind is int:
            y = other
        else:
            other = _operand(op, other)
            if other is NotImplemented:
                return NotImplemented
            y = other._number if isinstance(other, Value) else other
        try:
            number = forward(x, y)
        except (ArithmeticError, TypeError) as error:
            number = _compute_again(op, (x, y), error)
        if _special_blocks:
            return _record_specially(op, number, (self, other))
        out = _new(Value)
        out._number = number
        out.grad = 0
        out.label = ""
        out.op = op
        out._x = self
        out._y = other
        out._x_number = x
        out._y_number = y
        out._mark = None
        out.scope = scope
        return out

    return _named(method, op)


def _reflected(op: Op) -> Callable[[Value, Any], Any]:
    """The method `other + value`, where other is no Value."""
    forward = op.forward

    def method(self: Value, other: Any) -> Any:
        kind, y = type(other), self._number
        if kind is not float and kind is not int:
            other = _operand(op, other)
            if other is NotImplemented or isinstance(other, Value):
                return NotImplemented if other is NotImplemented else _record_op(op, (other, self))
        try:
            number = forward(other, y)
        except (ArithmeticError, TypeError) as error:
            number = _compute_again(op, (other, y), error)
        if _special_blocks:
            return _record_specially(op, number, (other, self))
        return _node(op, number, other, self, other, y)

    return _named(method, op)


def _unary(op: Op) -> Callable[[Value], Value]:
    """The method `value.tanh()` for a row of one argument."""
    forward = op.forward

    def method(self: Value) -> Value:
        x = self._number
        try:
            number = forward(x)
        except (ArithmeticError, TypeError) as error:
            number = _compute_again(op, (x,), error)
        if _special_blocks:
            return _record_specially(op, number, (self,))
        return _node(op, number, self, None, x, None)

    return _named(method, op)


def _comparison(op: Op) -> Callable[[Value, Any], Any]:
    def method(self: Value, other: Any) -> Any:
        other = _operand(op, other)
        return NotImplemented if other is NotImplemented else Condition(op, self, other)

    return _named(method, op)


def _named(method: Any, op: Op) -> Any:
    method.__name__ = op.name
    method.__doc__ = f"The op `{op.name}` of the table: {op.spell('x', 'y') if op.arity == 2 else op.spell('x')}."
    return method


class Value:
    """A number in a computation graph.

    Args:
        data: a float, int, Fraction, complex, or any other kind of number with + - * / and **.
        label: a name to be shown in steps and pictures.

    Attributes:
        data: the number. That of a leaf may be set; a computed one may not.
        grad: d (the Value on which backward() was called) / d (this Value), added up over calls in leaves; 0 when new.
        label: the name.
        op: the row of the table of operations that made this Value; None for a leaf.
        args: the Values it was computed from, in order; a plain number among them is a constant Value.
        scope: the nn module in which it was made and those around it, (module, outer scope); None outside of any.

    Raises:
        TypeError: data is not a number.

    `==` compares identities, as micrograd's does, so that Values may be members of sets and keys of dicts;
    < <= > >= compare the numbers. Every row of the table with one argument is a method: `x.tanh()`.

    >>> x = Value(0.5, label="x")
    >>> y = x.tanh() + 2 * x
    >>> y.backward()
    >>> f"{y:.4f} {x.grad:.4f}", y.op.symbol, len(y.args)
    ('1.4621 2.7864', '+', 2)
    """

    # An argument is kept as a Value or, if it is a plain number, as that number. The numbers that the forward pass
    # saw are kept beside them, so that a leaf that is changed later does not change this gradient. One or two
    # arguments stand in slots of their own, as the garbage collector charges for every tuple; with three or more,
    # or for an n-ary op, _x and _x_number are tuples and _y is None.
    __slots__ = (
        "__weakref__",
        "_mark",
        "_number",
        "_x",
        "_x_number",
        "_y",
        "_y_number",
        "grad",
        "label",
        "op",
        "scope",
    )

    _number: Number
    grad: Number
    label: str
    op: Op | None
    scope: Scope

    def __init__(self, data: Number, label: str = "") -> None:
        kind = type(data)
        self._number = data if kind is float or kind is int else _checked_number(data)
        self.grad = 0
        self.label = label
        self.op = self._x = self._y = self._x_number = self._y_number = self._mark = self.scope = None

    def __init_subclass__(cls) -> None:
        if cls.__module__ != __name__:
            raise TypeError("Value cannot be subclassed: give it a label, or define an op of your own with define_op")

    def _set_data(self, data: Number) -> None:
        if self.op is not None:
            raise AttributeError(
                f"this Value is the result of {self.op.name!r}: its data cannot be set; set a leaf's and compute again"
            )
        self._number = data if type(data) is float else _checked_number(data)

    data = property(attrgetter("_number"), _set_data, doc="The number; a leaf's may be set.")

    @property
    def args(self) -> tuple[Value, ...]:
        """The Values it was computed from, in order; () for a leaf."""
        if self.op is None:
            return ()
        x, y = self._x, self._y
        if type(x) is tuple:
            return x
        if not isinstance(x, Value):  # a plain number: from now on the same constant at each call
            x = self._x = Constant(x)
        if self.op.arity == 1:
            return (x,)
        if not isinstance(y, Value):
            y = self._y = Constant(y)
        return (x, y)

    @property
    def arg_numbers(self) -> tuple[Number, ...]:
        """The numbers that its arguments had when it was computed; () for a leaf."""
        if self.op is None:
            return ()
        if type(self._x) is tuple:
            return self._x_number  # type: ignore[no-any-return]
        return (self._x_number,) if self.op.arity == 1 else (self._x_number, self._y_number)

    # --- backward ---------------------------------------------------------------------------------------------------

    def backward(self) -> None:
        """Add d self / d leaf to the grad of every leaf below, and set that of every computed Value.

        Calling it again adds the same amounts again; two results that share leaves add up in them. Set the leaves'
        grad to 0 (`zero_grad` of a module or an optimiser) before the next training step.

        >>> x = Value(3.0)
        >>> y = x**3
        >>> y.backward(); y.backward()
        >>> x.grad
        54.0
        """
        if self.op is None:
            self.grad = self.grad + 1
            return
        order = _computed_order(self)
        order.reverse()
        for node in order:
            node.grad = 0
        self.grad = 1
        for node in order:
            upstream, x, y = node.grad, node._x, node._y
            if y is None:
                if type(x) is tuple:
                    for arg, local in zip(x, _partials(node), strict=True):
                        arg.grad = arg.grad + local * upstream
                else:
                    try:
                        local = node.op._rules[0](node._number, node._x_number)
                    except ArithmeticError:
                        local = _partials(node)[0]
                    x.grad = x.grad + local * upstream
                continue
            rules = node.op._rules
            if type(x) is Value:
                try:
                    local = rules[0](node._number, node._x_number, node._y_number)
                except ArithmeticError:
                    local = node.op.derivative(0, node._number, node._x_number, node._y_number)
                x.grad = x.grad + local * upstream
            if type(y) is Value:
                try:
                    local = rules[1](node._number, node._x_number, node._y_number)
                except ArithmeticError:
                    local = node.op.derivative(1, node._number, node._x_number, node._y_number)
                y.grad = y.grad + local * upstream
        if _special_blocks and _stop_at_nonfinite in _watchers.get():
            _stop_at_nonfinite_gradient(order)

    def detach(self) -> Value:
        """A new leaf with the same number and label, through which no gradient flows back."""
        return Value(self._number, self.label)

    # --- operators: rows of the table -------------------------------------------------------------------------------

    __add__, __radd__ = _infix(OPS["add"]), _reflected(OPS["add"])
    __sub__, __rsub__ = _infix(OPS["sub"]), _reflected(OPS["sub"])
    __mul__, __rmul__ = _infix(OPS["mul"]), _reflected(OPS["mul"])
    __truediv__, __rtruediv__ = _infix(OPS["div"]), _reflected(OPS["div"])
    __pow__, __rpow__ = _infix(OPS["pow"]), _reflected(OPS["pow"])
    __neg__, __abs__ = _unary(OPS["neg"]), _unary(OPS["abs"])
    __gt__, __ge__ = _comparison(OPS["greater"]), _comparison(OPS["greater_equal"])
    __lt__, __le__ = _comparison(OPS["less"]), _comparison(OPS["less_equal"])

    if TYPE_CHECKING:  # the rows of the table of one argument are methods: see _add_method

        def __getattr__(self, name: str) -> Callable[..., Value]: ...

    # --- Python's numeric habits ------------------------------------------------------------------------------------

    def __float__(self) -> float:
        return float(self._number)

    def __int__(self) -> int:
        return int(self._number)

    def __complex__(self) -> complex:
        return complex(self._number)

    def __bool__(self) -> bool:
        return bool(self._number)

    def __round__(self, digits: int | None = None) -> Number:
        return round(self._number, digits)

    def __format__(self, spec: str) -> str:
        return format(self._number, spec) if spec else repr(self)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._number}, grad={self.grad}{label})"

    # --- micrograd's names, for reading -----------------------------------------------------------------------------

    @property
    def _prev(self) -> set[Value]:
        return set(self.args)

    @property
    def _op(self) -> str:
        return self.op.symbol if self.op else ""

    # --- other interpreters of the table ----------------------------------------------------------------------------

    @staticmethod
    def __record_op__(op: Op, args: Sequence[Any]) -> Value:
        return _record_op(op, args)

    # --- copying, without recursion over the graph ------------------------------------------------------------------

    def __reduce__(self) -> tuple[Any, ...]:
        ancestors = None
        if self.op is not None and not getattr(_pickling, "in_order", False):
            ancestors = _InOrder(topological_order(self)[:-1])
        state = (self._number, self.grad, self.label, self.op, self._x, self._y, self._x_number, self._y_number)
        return _restore, (ancestors, type(self), state)

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        for node in topological_order(self):
            if id(node) not in memo:
                memo[id(node)] = node._copied(memo)
        return memo[id(self)]  # type: ignore[no-any-return]

    def _copied(self, memo: dict[int, Any]) -> Value:
        """A copy whose arguments are the copies that the memo holds."""

        def copy_of(x: Any) -> Any:
            if type(x) is tuple:
                return tuple([memo[id(arg)] for arg in x])
            return memo[id(x)] if isinstance(x, Value) else x

        state = (
            self._number,
            self.grad,
            self.label,
            self.op,
            copy_of(self._x),
            copy_of(self._y),
            self._x_number,
            self._y_number,
        )
        copied = _restore(None, type(self), state)
        copied.scope = self.scope
        return copied


class Constant(Value):
    """A plain number among the arguments of a node: nothing flows into it, so its grad stays 0."""

    __slots__ = ()

    def __init__(self, number: Number) -> None:
        self._number = number
        self.label = ""
        self.op = self._x = self._y = self._x_number = self._y_number = self._mark = self.scope = None

    grad = property(lambda self: 0, lambda self, gradient: None)


class Condition:
    """What `x > 0` is on Values: true or false now, and remembered, so that `where` can decide again later.

    >>> x = Value(2.0)
    >>> x > 0, bool(x < 1), (x > 0) == True
    (True, False, True)
    """

    __slots__ = ("op", "x", "y")

    def __init__(self, op: Op, x: Any, y: Any) -> None:
        self.op, self.x, self.y = op, x, y

    def record(self) -> Value:
        """The comparison as a node of the graph, for `where`."""
        return _record_op(self.op, (self.x, self.y))

    def __bool__(self) -> bool:
        return bool(self.op.compute(_number_of(self.x), _number_of(self.y)))

    def __eq__(self, other: object) -> bool:
        return bool(self) == other if isinstance(other, bool) else bool(self) == bool(other)

    def __hash__(self) -> int:
        return hash(bool(self))

    def __int__(self) -> int:
        return int(bool(self))

    __index__ = __int__

    def __add__(self, other: Any) -> Any:
        return int(self) + other

    __radd__ = __add__

    def __repr__(self) -> str:
        return repr(bool(self))


# --- recording ------------------------------------------------------------------------------------------------------


def _checked_number(data: Any) -> Number:
    """`data` if it is a number (numpy scalars as Python's), else a TypeError that says what to pass."""
    kind = type(data)
    if kind is float or kind is int:
        return data
    if isinstance(data, Value):
        raise TypeError(f"{data!r} is a Value already: use it as it is, or its .detach() for a leaf of its own")
    if kind.__module__ == "numpy":
        if getattr(data, "dtype", None) == object:
            raise TypeError("an array of objects is not a number: put each of them into a Value of its own")
        return data if data.ndim else data.item()
    if isinstance(data, numbers.Number) or (hasattr(kind, "__mul__") and hasattr(kind, "__truediv__")):
        return data
    if isinstance(data, Condition):
        return bool(data)
    hint = {
        str: "convert it first, with float(...)",
        type(None): "is a `return` missing where it was computed?",
        list: "make a list of Values, [Value(x) for x in ...]",
        tuple: "make a list of Values, [Value(x) for x in ...]",
    }.get(kind, "pass a float, int, Fraction or complex")
    raise TypeError(f"a Value holds a number, not the {kind.__name__} {data!r:.60}: {hint}")


def _operand(op: Op, other: Any) -> Any:
    """`other` as an argument of `op`: a Value, or a plain number; NotImplemented for an array, which spreads itself."""
    kind = type(other)
    if kind is Value or kind is float or kind is int or kind is Constant:
        return other
    if isinstance(other, Condition):
        return other.record()
    if kind.__module__ == "numpy" and getattr(other, "ndim", 0):
        return NotImplemented
    try:
        return _checked_number(other)
    except TypeError as error:
        raise TypeError(f"{op.symbol}: {error}") from None


def _number_of(x: Any) -> Number:
    return x._number if isinstance(x, Value) else x


def _compute_again(op: Op, xs: tuple[Number, ...], error: Exception) -> Number:
    """The result of `op` after Python's floats raised, by IEEE 754; or an error that names op and values."""
    values = ", ".join(map(repr, xs))
    if isinstance(error, ArithmeticError):
        try:
            return elementary.ieee(op.forward, *xs)
        except ArithmeticError as again:
            raise type(again)(f"{op.spell(*map(repr, xs))}: {again}") from None
    kinds = ", ".join(dict.fromkeys(type(x).__name__ for x in xs))
    raise TypeError(f"{op.name} cannot be computed on {kinds} ({values:.200}): {error}") from error


def _node(op: Op, number: Number, x: Any, y: Any, x_number: Any, y_number: Any) -> Value:
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
    out.scope = scope
    return out


def _record_op(op: Op, args: Sequence[Any]) -> Value:
    """A node for `op` on args of which one at least is a Value: the general way, for any number of arguments."""
    many = op.arity is None or op.arity > 2
    try:
        xs = tuple([arg._number for arg in args])
        args = tuple(args)
    except AttributeError:
        args = tuple([_operand(op, arg) for arg in args])
        if NotImplemented in map(type, args) or any(arg is NotImplemented for arg in args):
            raise TypeError(f"{op.name} takes single numbers, not an array: put the array into a Value first") from None
        if many:
            args = tuple([arg if isinstance(arg, Value) else Constant(arg) for arg in args])
        xs = tuple([_number_of(arg) for arg in args])
    try:
        number = op.forward(*xs)
    except (ArithmeticError, TypeError) as error:
        number = _compute_again(op, xs, error)
    if _special_blocks:
        return _record_specially(op, number, args)
    if many:
        return _node(op, number, args, None, xs, None)
    return _node(op, number, args[0], args[1] if op.arity == 2 else None, xs[0], xs[-1])


def _record_specially(op: Op, number: Number, args: Sequence[Any]) -> Value:
    """Record while a `no_grad` or `watch` block is open somewhere: perhaps not in this thread."""
    if not _recording.get():
        return Value(number)
    xs = tuple([_number_of(arg) for arg in args])
    if op.arity is None or op.arity > 2:
        node = _node(op, number, tuple(args), None, xs, None)
    else:
        node = _node(op, number, args[0], args[1] if op.arity == 2 else None, xs[0], xs[-1])
    for watcher in _watchers.get():
        watcher(node)
    return node


@contextmanager
def _special_block(variable: ContextVar[Any], content: Any) -> Iterator[None]:
    global _special_blocks
    token = variable.set(content)
    _special_blocks += 1
    try:
        yield
    finally:
        _special_blocks -= 1
        variable.reset(token)


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: results are leaves, and cost no memory beyond themselves.

    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * 3
    >>> y.data, y.op
    (6.0, None)
    """
    with _special_block(_recording, False):
        yield


@contextmanager
def watch(callback: Callable[[Value], None]) -> Iterator[None]:
    """Call `callback(node)` for every Value that this thread computes in the block, as soon as it is recorded.

    >>> x = Value(2.0)
    >>> with watch(lambda node: print(node.op.symbol, node.data)):
    ...     y = (x * 3).exp()
    * 6.0
    exp 403.4287934927351
    """
    with _special_block(_watchers, (*_watchers.get(), callback)):
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
    with watch(_stop_at_nonfinite):
        yield


def _told(node: Value) -> tuple[str, str]:
    """The node's op spelt with the names of its arguments, and what numbers they stood for."""
    names = [arg.label or f"x{index}" for index, arg in enumerate(node.args)]
    given = ", ".join(f"{name} = {number!r}" for name, number in zip(names, node.arg_numbers, strict=True))
    return (node.op.spell(*names) if node.op else node.label), given


def _stop_at_nonfinite(node: Value) -> None:
    if not elementary.is_finite(node._number):
        spelt, given = _told(node)
        raise FloatingPointError(f"{spelt} is {node._number}, with {given}")


def _stop_at_nonfinite_gradient(order: list[Value]) -> None:
    for node in order:
        for arg, local, product in contributions(node, node.grad):
            if not elementary.is_finite(product):
                spelt, given = _told(node)
                raise FloatingPointError(
                    f"the gradient that {spelt} sends back to {arg.label or arg!r} is {product} "
                    f"(local derivative {local} times {node.grad}), with {given}"
                )


# --- order and gradients --------------------------------------------------------------------------------------------


def _computed_order(output: Value) -> list[Value]:
    """The computed Values below `output`, arguments before what uses them; without recursion.

    A node stays on the stack while its arguments are put into the order, and follows when it is met again.
    """
    order: list[Value] = []
    stack = [output] if output.op is not None else []
    push, pop, append = stack.append, stack.pop, order.append
    opened, done = object(), object()  # this walk's own marks, so that none has to be wiped off
    while stack:
        node = stack[-1]
        mark = node._mark
        if mark is opened:
            pop()
            node._mark = done
            append(node)
        elif mark is done:
            pop()
        else:
            node._mark = opened
            x, y = node._x, node._y
            if type(y) is Value and y.op is not None and y._mark is not done:
                push(y)
            if type(x) is Value:
                if x.op is not None and x._mark is not done:
                    push(x)
            elif type(x) is tuple:
                for arg in reversed(x):
                    if arg.op is not None and arg._mark is not done:
                        push(arg)
    return order


def topological_order(*outputs: Value) -> list[Value]:
    """Every Value below the outputs, leaves and constants too, each after its arguments; without recursion.

    backward() visits the computed ones among them in just the opposite order.

    >>> a = Value(1.0, label="a")
    >>> [node.op.symbol if node.op else node.data for node in topological_order(a * a + 2.0)]
    [1.0, '*', 2.0, '+']
    """
    order: dict[Value, None] = {}
    for output in outputs:
        for node in _computed_order(output):
            for arg in node.args:
                order.setdefault(arg)
            order.setdefault(node)
        order.setdefault(output)
    return list(order)


def _partials(node: Value) -> tuple[Number, ...]:
    op, xs = node.op, node.arg_numbers
    assert op is not None
    try:
        return op.partials(node._number, *xs)
    except ArithmeticError:
        return tuple([op.derivative(index, node._number, *xs) for index in range(len(xs))])


class Contribution(NamedTuple):
    """What a node adds to the gradient of one of its arguments: product = local * upstream."""

    arg: Value
    local: Number
    product: Number


def contributions(node: Value, upstream: Number, create_graph: bool = False) -> list[Contribution]:
    """What `node` adds to the gradient of each argument, given d output / d node; nothing to constants.

    The arithmetic is that of backward(), bit for bit. With create_graph=True locals and products are Values.
    """
    op = node.op
    if op is None:
        return []
    xs: Sequence[Any] = node.arg_numbers
    out: Any = node._number
    if create_graph:
        out = node
        xs = [_unchanged(arg, x) for arg, x in zip(node.args, xs, strict=True)]
    found = []
    for index, arg in enumerate(node.args):
        if type(arg) is Value:
            local = op.derivative(index, out, *xs)
            product = upstream if create_graph and type(local) is int and local == 1 else local * upstream
            found.append(Contribution(arg, local, product))
    return found


def _unchanged(arg: Value, number: Number) -> Any:
    """The argument as a rule on Values takes it: its Value, or its number if it is a constant."""
    if type(arg) is not Value:
        return number
    if arg._number is not number and not elementary.equal(arg._number, number):
        raise RuntimeError(
            f"the leaf {arg.label or arg!r} was {number!r} in the forward pass and is {arg._number!r} now: "
            "compute the output again before asking for a graph of its gradient"
        )
    return arg


@overload
def grad(output: Value, inputs: Value, create_graph: bool = ...) -> Any: ...
@overload
def grad(output: Value, inputs: Sequence[Value], create_graph: bool = ...) -> list[Any]: ...
def grad(output: Value, inputs: Value | Sequence[Value], create_graph: bool = False) -> Any:
    """d output / d input for each input, leaving every .grad as it is.

    Args:
        output: the Value to differentiate.
        inputs: a Value, or a sequence of Values: leaves or computed ones, of which output may depend or not.
        create_graph: return Values, which can be differentiated again.

    Returns:
        One derivative for a Value, a list of them for a sequence; 0 where output does not depend on the input.

    Raises:
        TypeError: output or an input is not a Value.
        RuntimeError: create_graph, and a leaf was changed after the forward pass.

    >>> x, y = Value(2.0), Value(5.0)
    >>> grad(x * x * y, [x, y])
    [20.0, 4.0]
    """
    wanted = [inputs] if isinstance(inputs, Value) else list(inputs)
    for value in (output, *wanted):
        if not isinstance(value, Value):
            raise TypeError(
                f"grad differentiates Values with respect to Values, got the {type(value).__name__} {value!r:.60}"
            )
    gradients: dict[Value, Any] = {output: Value(1) if create_graph else 1}
    for node in reversed(_computed_order(output)):
        for arg, _, product in contributions(node, gradients[node], create_graph):
            if create_graph and arg not in gradients:
                gradients[arg] = product
            else:
                gradients[arg] = gradients.get(arg, 0) + product
    found = [gradients.get(value, 0) for value in wanted]
    if create_graph:
        found = [value if isinstance(value, Value) else Value(value) for value in found]
    return found[0] if isinstance(inputs, Value) else found


# --- scopes: which nn module is computing ---------------------------------------------------------------------------


def enter_scope(module: Any) -> Scope:
    """Values made from now on belong to `module`; returns the scope to go back to with `leave_scope`."""
    global scope
    outer = scope
    scope = (module, outer)
    return outer


def leave_scope(outer: Scope) -> None:
    """Back to the scope that `enter_scope` returned."""
    global scope
    scope = outer


# --- pickling: a graph's nodes one after the other, arguments first, so that the pickler never recurses -------------

_pickling = threading.local()


class _InOrder:
    """Pickled as a list of Values, arguments first; each then finds its arguments in the pickler's memo."""

    def __init__(self, values: list[Value]) -> None:
        self.values = values

    def _each(self) -> Iterator[Value]:
        _pickling.in_order = True
        try:
            yield from self.values
        finally:
            _pickling.in_order = False

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (), None, self._each()


def _restore(ancestors: list[Value] | None, kind: type[Value], state: tuple[Any, ...]) -> Value:
    value = _new(kind)
    value._number, value.grad, value.label, value.op, value._x, value._y, value._x_number, value._y_number = state
    value._mark = value.scope = None
    return value


# --- the elementary functions on Values: each is a row of the table -------------------------------------------------


class _OnValues:
    """The namespace that `elementary` asks what exp, where, ... mean on a Value: record the op of that name."""

    def __getattr__(self, name: str) -> Callable[..., Value]:
        op = find_op(name)
        return lambda *args: _record_op(op, args)

    @staticmethod
    def equal(x: Any, y: Any) -> Condition:
        return Condition(OPS["equal"], x, y)

    @staticmethod
    def constant(like: Value, numerator: int, denominator: int) -> Number:
        return elementary.constant(like._number, numerator, denominator)

    @staticmethod
    def pi(like: Value) -> Number:
        return elementary.pi(like._number)

    @staticmethod
    def dot(weights: Sequence[Any], inputs: Sequence[Any], bias: Any) -> Value:
        return _record_op(OPS["dot"], (*weights, *inputs, bias))


setattr(Value, "__elementary__", _OnValues())
setattr(Condition, "__elementary__", _OnValues())


@for_each_op
def _add_method(op: Op) -> None:
    """Every row of one argument is a method of Value: `x.tanh()`; also a row that is added later."""
    if op.arity == 1 and not hasattr(Value, op.name):
        setattr(Value, op.name, _unary(op))
