"""Value, the node of a computation graph: its number, its gradient, and what it was computed from.

The other modules add the rest: `gradients` adds backward, `copying` pickling and copying, `recording` the operators and
functions, from the rows of the table.
"""

from __future__ import annotations

import numbers
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Never

from ..elementary import Number, Operand, constant
from ..ops import Op

# The nn module that is computing now and those around it: (module, outer scope); None outside of all modules.
Scope = tuple[Any, Any] | None

if TYPE_CHECKING:
    from .op_methods import OpMethods  # declared for checkers: tests/write_declarations.py
else:
    OpMethods = object


class Value(OpMethods):
    """A number in a computation graph.

    Args:
        data: a float, int, Fraction, complex, or any other kind of number with + - * / and **. An array stands for
            many numbers at once (lanes) and is copied.
        label: a name, shown in steps and pictures.

    Attributes:
        data: the number. That of a leaf may be set; a computed one may not.
        grad: d (the Value on which backward() was called) / d (this Value), added up over calls in leaves; 0 when new.
        label: the name.
        op: the row of the table of ops that made this Value; None for a leaf.
        args: the Values it was computed from, in order; a plain number among them is a constant Value.
        scope: the nn module in which it was made and those around it, (module, outer scope); None outside of all.

    Raises:
        TypeError: data is not a number.

    `==` between Values compares identities, as in micrograd, so that Values can be in sets and keys of dicts; == with
    a plain number, and < <= > >=, compare the numbers. Every op with a fixed number of arguments is a method:
    `x.tanh()`.

    >>> x = Value(0.5, label="x")
    >>> y = x.tanh() + 2 * x
    >>> y.backward()
    >>> f"{y:.4f} {x.grad:.4f}", y.op.symbol, len(y.args)
    ('1.4621 2.7864', '+', 2)
    """

    # An argument is kept as a Value or, if it is a plain number, as that number. The numbers of the forward pass are
    # kept beside them, so that changing a leaf later does not change this gradient. One or two arguments have slots of
    # their own, as every tuple costs the garbage collector time; with three or more, or for an n-ary op, _x and
    # _x_number are tuples, and _y is the tuple of the arguments that may be computed themselves (None: any of them),
    # which the neurons of a layer share, so that backward() looks through it once.
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

    keeps_dot: ClassVar[bool] = True
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

    def __init__(self, data: Operand, label: str = "", *unknown: Never) -> None:
        kind = type(data)
        self._number = data if kind is float or kind is int else checked_number(data)
        self.grad = 0
        if type(label) is not str or unknown:  # micrograd's own Value takes the arguments and the op, too
            what = f"the {type(label).__name__} {label!r:.60}"
            raise TypeError(f"a label is text, not {what}: a node with arguments is made by an op, as in a + b")
        self.label = label
        self.op = self._x = self._y = self._x_number = self._y_number = self._mark = self.scope = None

    def __init_subclass__(cls) -> None:
        if cls.__module__ != __name__:
            raise TypeError("Value cannot be subclassed: give it a label, or define an op of your own with define_op")

    @property
    def data(self) -> Number:
        """The number; a leaf's may be set. An array is read-only: set another one."""
        number = self._number
        return number if type(number) is float else _shown(number)

    @data.setter
    def data(self, data: Number) -> None:
        if self.op is not None:
            raise AttributeError(
                f"this Value is the result of {self.op.name!r}: its data cannot be set; set a leaf's and compute again"
            )
        self._number = data if type(data) is float else checked_number(data)

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

    def detach(self) -> Value:
        """A new leaf with the same number and label, through which no gradient flows back."""
        return Value(self._number, self.label)

    # --- Python's numeric habits ------------------------------------------------------------------------------------

    def item(self) -> Number:
        """The number, as PyTorch's tensors give it."""
        return self._number

    __hash__ = object.__hash__

    def __pos__(self) -> Value:
        return self

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

    def _repr_html_(self) -> str:
        """What a notebook shows: its name or its op, its number and its gradient."""
        from ..html_table import html_table

        name = self.label or (f"op {self.op.symbol or self.op.name}" if self.op else "leaf")
        return html_table([[name, str(self._number), str(self.grad)]], ("", "data", "grad"), left=1)

    def __constant__(self, numerator: int, denominator: int) -> Number:
        return constant(self._number, numerator, denominator)

    # --- micrograd's names, for reading -----------------------------------------------------------------------------

    @property
    def _prev(self) -> set[Value]:
        return set(self.args)

    @property
    def _op(self) -> str:
        return self.op.symbol if self.op else ""

    # --- added by the other modules of the package -------------------------------------------------------------------

    if TYPE_CHECKING:

        def backward(self, seed: Number = 1) -> None:
            """Add d self / d leaf to the grad of every leaf below."""

        def __eq__(self, other: object) -> Any: ...
        def __record_op__(self, op: Op, args: Sequence[Any]) -> Value: ...


def method(function: Any) -> Any:
    """Make a function a method of Value (a decorator for the modules above)."""
    setattr(Value, function.__name__, function)
    return function


class Constant(Value):
    """A plain number among the arguments of a node: nothing flows into it, so its grad stays 0."""

    __slots__ = ()

    def __init__(self, number: Number) -> None:
        self._number = number
        self.label = ""
        self.op = self._x = self._y = self._x_number = self._y_number = self._mark = self.scope = None

    grad = property(lambda self: 0, lambda self, gradient: None)


def checked_number(data: Any) -> Number:
    """`data` if it is a number (numpy scalars as Python's, an array as a read-only copy), else a TypeError that says
    what to pass."""
    kind = type(data)
    if kind is float or kind is int:
        return data
    if isinstance(data, Value):
        raise TypeError(f"{data!r} is a Value already: use it as it is, or its .detach() for a leaf of its own")
    if kind.__module__ == "numpy":
        if getattr(data, "dtype", None) == "O":
            raise TypeError("an array of objects is not a number: put each of them into a Value of its own")
        return read_only(data) if data.ndim else data.item()
    if kind.__module__.partition(".")[0] in ("torch", "jax", "jaxlib", "tensorflow"):
        raise TypeError(f"a Value holds a plain number, not the {kind.__name__} {data!r:.60}: use its .item()")
    if isinstance(data, numbers.Number) or (hasattr(kind, "__mul__") and hasattr(kind, "__truediv__")):
        return data
    if hasattr(kind, "__index__"):  # a Condition
        return bool(data)
    hint = {
        str: "convert it first, with float(...)",
        type(None): "is a `return` missing where it was computed?",
        list: "make a list of Values, [Value(x) for x in ...]",
        tuple: "make a list of Values, [Value(x) for x in ...]",
    }.get(kind, "pass a float, int, Fraction or complex")
    raise TypeError(f"a Value holds a number, not the {kind.__name__} {data!r:.60}: {hint}")


def read_only(array: Any) -> Any:
    """A copy that cannot be changed in place, so that the numbers a graph has recorded stay what they were."""
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def _shown(number: Number) -> Number:
    """A number as `data` shows it: a computed array is made read-only, as a leaf's is."""
    if getattr(type(number), "__module__", "") == "numpy" and number.flags.writeable:
        number.flags.writeable = False
    return number


def numbers_of(values: Iterable[Value]) -> list[Number]:
    """The number of each Value, in half the time of reading each `data`."""
    return [value._number for value in values]


_put: Any = Value.__dict__["_number"].__set__


def put_numbers(leaves: Sequence[Value], numbers: Sequence[Number]) -> None:
    """Set the number of each leaf, unchecked, in half the time of setting each `data`.

    All of them or none: Ctrl-C cannot come in between, as no Python bytecode runs there.

    Raises:
        ValueError: there are not as many numbers as leaves.
    """
    if len(leaves) != len(numbers):
        raise ValueError(f"{len(leaves)} leaves take as many numbers, got {len(numbers)}")
    deque(map(_put, leaves, numbers), maxlen=0)
