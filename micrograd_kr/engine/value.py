"""Value, the node of a computation graph, and its operators: each is a row of the table, recorded."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

from .. import elementary
from ..elementary import Number
from ..ops import OPS, Op, find_op, for_each_op

# The nn module that is computing now, with those around it: (module, outer scope); None outside of any module.
Scope = tuple[Any, Any] | None
scope: Scope = None

# How many blocks of `no_grad` and `watch` are open, in any thread; every operation looks here, and no further if 0.
special_blocks = 0
recording: ContextVar[bool] = ContextVar("recording", default=True)
watchers: ContextVar[tuple[Callable[[Value], None], ...]] = ContextVar("watchers", default=())

_new = object.__new__


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


# --- the operators of Value, made from the rows of the table --------------------------------------------------------


def _infix(op: Op) -> Any:
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
        if special_blocks:
            return _record_specially(op, number, (self, other))
        out = _new(Value)  # what _node does: here its call would cost a sixth of the operation
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


def _reflected(op: Op) -> Any:
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
        if special_blocks:
            return _record_specially(op, number, (other, self))
        return _node(op, number, other, self, other, y)

    return _named(method, op)


def _unary(op: Op) -> Any:
    """The method `value.tanh()` for a row of one argument."""
    forward = op.forward

    def method(self: Value) -> Value:
        x = self._number
        try:
            number = forward(x)
        except (ArithmeticError, TypeError) as error:
            number = _compute_again(op, (x,), error)
        if special_blocks:
            return _record_specially(op, number, (self,))
        return _node(op, number, self, None, x, None)

    return _named(method, op)


def _comparison(op: Op) -> Any:
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
    # or for an n-ary op, _x and _x_number are tuples, _y is None, and _y_number may hold the tuple of those arguments
    # that are not leaves for certain: a layer's neurons share it, and backward() then looks through it once.
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

    __elementary__: ClassVar[Any]
    grad: Number
    label: str
    op: Op | None
    scope: Scope
    _number: Number
    _x: Any
    _y: Any
    _x_number: Any
    _y_number: Any
    _mark: object

    def __init__(self, data: Number, label: str = "") -> None:
        kind = type(data)
        self._number = data if kind is float or kind is int else checked_number(data)
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
        self._number = data if type(data) is float else checked_number(data)

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
            return tuple(self._x_number)
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
        from .gradients import backward

        backward(self)

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

    def __round__(self, digits: Any = None) -> Number:
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

    # --- copying, without recursion over the graph: see the module copying ------------------------------------------

    def __reduce__(self) -> tuple[Any, ...]:
        from .copying import reduced

        return reduced(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        from .copying import deep_copy

        return deep_copy(self, memo)


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
    __elementary__: ClassVar[Any]

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


def checked_number(data: Any) -> Number:
    """`data` if it is a number (numpy scalars as Python's), else a TypeError that says what to pass."""
    kind = type(data)
    if kind is float or kind is int:
        return data
    if isinstance(data, Value):
        raise TypeError(f"{data!r} is a Value already: use it as it is, or its .detach() for a leaf of its own")
    if kind.__module__ == "numpy":
        if getattr(data, "dtype", None) == "O":
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
    if kind.__module__ == "numpy" and hasattr(other, "shape") and other.shape:
        return NotImplemented
    try:
        return checked_number(other)
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


def _record_op(op: Op, args: Sequence[Any]) -> Value:
    """A node for `op` on args of which one at least is a Value: the general way, for any number of arguments."""
    many = op.arity is None or op.arity > 2
    try:
        xs = tuple([arg._number for arg in args])
        args = tuple(args)
    except AttributeError:
        args = tuple([_operand(op, arg) for arg in args])
        if any(arg is NotImplemented for arg in args):
            raise TypeError(f"{op.name} takes single numbers, not an array: put the array into a Value first") from None
        if many:
            args = tuple([arg if isinstance(arg, Value) else Constant(arg) for arg in args])
        xs = tuple([_number_of(arg) for arg in args])
    try:
        number = op.forward(*xs)
    except (ArithmeticError, TypeError) as error:
        number = _compute_again(op, xs, error)
    if special_blocks:
        return _record_specially(op, number, args)
    return _node_of(op, number, args, xs)


def _node_of(op: Op, number: Number, args: Sequence[Any], xs: tuple[Number, ...]) -> Value:
    """The node, with its arguments where one with so many has them."""
    if op.arity is None or op.arity > 2:
        return _node(op, number, tuple(args), None, xs, None)
    if op.arity == 2:
        return _node(op, number, args[0], args[1], xs[0], xs[1])
    return _node(op, number, args[0], None, xs[0], None)


def _record_specially(op: Op, number: Number, args: Sequence[Any]) -> Value:
    """Record while a `no_grad` or `watch` block is open somewhere: perhaps not in this thread."""
    if not recording.get():
        return Value(number)
    node = _node_of(op, number, args, tuple([_number_of(arg) for arg in args]))
    for watcher in watchers.get():
        watcher(node)
    return node


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


Value.__elementary__ = Condition.__elementary__ = _OnValues()


_op_methods: set[str] = set()


@for_each_op
def _add_method(op: Op) -> None:
    """Every row of one argument is a method of Value: `x.tanh()`; also a row that is added later."""
    if op.arity == 1 and (op.name in _op_methods or not hasattr(Value, op.name)):
        _op_methods.add(op.name)
        setattr(Value, op.name, _unary(op))
