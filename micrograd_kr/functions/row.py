"""A row of table 1, how it finds the cell for the numbers that it is called on, and the types of such numbers.

The engine stands above: here a Value is just a number that records.
"""

from __future__ import annotations

import cmath
import functools
import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from typing import Any, Literal, Protocol, SupportsIndex, TypeVar, overload

# --- what type checkers know of numbers -----------------------------------------------------------------------------

# Any number with + - * / **: float, int, Fraction, complex, Decimal, mpmath, numpy, sympy, Value, a code writer, ...
Number = Any
Gives = Literal["number", "condition"]


class Divisible(Protocol):
    """What is taken for a number: text, lists and None cannot be divided."""

    def __truediv__(self, other: Any, /) -> Any:
        """The number divided by another."""


class Recorder(Protocol):
    """A number that records the ops that are applied to it: a Value."""

    def __record_op__(self, op: Any, args: Sequence[Any], /) -> Any:
        """The result of the op, recorded."""


Operand = Divisible | SupportsIndex  # a condition counts as 0 or 1
Recorded = TypeVar("Recorded", bound=Recorder)
Remembered = TypeVar("Remembered", covariant=True)


class RememberedCondition(Protocol[Remembered]):
    """A comparison of Values, which `where` records."""

    def record(self) -> Remembered:
        """The comparison as a node."""


class FunctionOfOne(Protocol):
    """A function of one number of any kind; of a Value it is a Value."""

    @overload
    def __call__(self, x: Recorded, /) -> Recorded: ...
    @overload
    def __call__(self, x: float, /) -> float: ...
    @overload
    def __call__(self, x: Operand, /) -> Any: ...


class FunctionOfTwo(Protocol):
    """A function of two numbers of any kind; with a Value it is a Value."""

    @overload
    def __call__(self, x: Recorded, y: Operand, /) -> Recorded: ...
    @overload
    def __call__(self, x: Operand, y: Recorded, /) -> Recorded: ...
    @overload
    def __call__(self, x: float, y: float, /) -> float: ...
    @overload
    def __call__(self, x: Operand, y: Operand, /) -> Any: ...


# --- a row ----------------------------------------------------------------------------------------------------------

Cell = Callable[..., Any] | str | None

# Where a cell that is a name is looked up, and what to do if the cell is empty.
_LIBRARIES: dict[str, Any] = {"float": math, "complex": cmath, "decimal": Decimal}
_HINTS = {
    "exact": "the result is not a Fraction; use float(x)",
    "complex": "its row has no such cell; use mpmath.mpc",
    "decimal": "its row has no such cell; use float(x) or mpmath.mpf",
}


@dataclass(frozen=True, eq=False, slots=True)
class Function:
    """A row: an elementary function or an operator. Calling it computes on any kind of number.

    A cell is a callable, or the name under which that library has the function; None where it has none.

    Attributes:
        name: what it is called in the table.
        float: on floats; it returns inf or nan where IEEE 754 says so.
        exact: on ints and Fractions, where the result is one; without it ints are taken as floats.
        complex, decimal: on Python's own kinds; a name is one of cmath, or a method of Decimal.
        numpy, mpmath, sympy: on the numbers of these libraries.
        c: the name in the C library; for an operator a template of its LLVM instruction with {kind}, {x}, {y}, {z}.
        javascript: the name in JavaScript, or an expression with a {} for each argument.
        onnx: the ONNX operators that are applied one after the other, such as "Exp"; or a rule made of other rows.
        torch: the name in PyTorch, or an expression with a {} for each argument.
        symbol: how it is written in formulas; the name unless given.
        gives: "number", or "condition" for a comparison.
        neutral: for an operator, the left and the right operand that leave the other as it is, None where none does.
        commutes: whether its two arguments may change places.
    """

    name: str
    float: Callable[..., Any]
    exact: Cell = None
    complex: Cell = None
    decimal: Cell = None
    numpy: Cell = None
    mpmath: Cell = None
    sympy: Cell = None
    c: str | None = None
    javascript: str | None = None
    onnx: Cell = None
    torch: str | None = None
    symbol: str = ""
    gives: Gives = "number"
    neutral: tuple[int | None, int | None] = (None, None)
    commutes: bool = False

    @property
    def arity(self) -> int:
        """The number of arguments, 1 if the function of floats does not say."""
        try:
            return len(inspect.signature(self.float).parameters)
        except ValueError:  # a function written in C
            return 1

    def on(self, kind: type) -> Callable[..., Any]:
        """The function for numbers of this type.

        Raises:
            TypeError: the type is no kind of number, or its cell is empty.
        """
        return _cell(self, _column_of(kind), kind.__name__)

    def written(self, language: Literal["c", "javascript", "onnx", "torch"]) -> str:
        """The cell of a language; for ONNX it may be a rule instead.

        Raises:
            TypeError: the cell is empty.
        """
        cell: str | None = getattr(self, language)
        if cell is None:
            title = {"c": "C", "javascript": "JavaScript", "onnx": "ONNX", "torch": "PyTorch"}[language]
            raise TypeError(f"{self.name} cannot be written in {title}: its row has no {language} cell")
        return cell

    def __call__(self, *args: Any) -> Any:
        """The function of numbers of any kind: the first that is no plain int or float decides."""
        plain: type = int
        other: type | None = None
        for x in args:
            kind = type(x)
            if kind is float:
                plain = float
            elif kind is not int and kind is not bool:
                if hasattr(kind, "__apply__"):
                    return x.__apply__(self, *args)
                other = other or kind
        if other is not None:
            return self.on(other)(*args)
        if plain is int and self.exact is not None:
            return self.on(int)(*args)
        return self.float(*map(nearest_float, args))

    def __repr__(self) -> str:
        return f"<function {self.name} of the table>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _find, (self.name,)

    def __deepcopy__(self, memo: dict[int, Any]) -> Function:
        return self  # as a row of the table is found again; some functions, as PARAMETER of a trace, are in no table


FUNCTIONS: dict[str, Function] = {}


def _find(name: str) -> Function:
    return FUNCTIONS[name]


@functools.lru_cache(maxsize=1024)
def _cell(function: Function, column: str, kind: str) -> Callable[..., Any]:
    cell: Cell = getattr(function, column)
    if cell is None:
        hint = _HINTS.get(column, "its row has no such cell")
        raise TypeError(f"{function.name} is not defined on {kind}: {hint}")
    if not isinstance(cell, str):
        return cell
    return getattr(_LIBRARIES.get(column) or import_module(column), cell)  # type: ignore[no-any-return]


_columns: dict[type, str] = {
    float: "float",
    int: "exact",
    bool: "exact",
    Fraction: "exact",
    complex: "complex",
    Decimal: "decimal",
}


def _column_of(kind: type) -> str:
    """The column for numbers of this type; found once a type, then remembered."""
    column = _columns.get(kind)
    if column is None:
        for ancestor in kind.__mro__:
            library = ancestor.__module__.partition(".")[0]
            column = _columns.get(ancestor) or (library if library in ("numpy", "mpmath", "sympy") else None)
            if column:
                break
        else:
            raise TypeError(f"{kind.__name__} is not a kind of number with elementary functions")
        _columns[kind] = column
    return column


def nearest_float(x: Any) -> float:
    """float(x), or inf for an int beyond the largest float.

    >>> nearest_float(10**400)
    inf
    """
    try:
        return float(x)
    except OverflowError:
        return math.inf if x > 0 else -math.inf


# --- adding a row ---------------------------------------------------------------------------------------------------


def define_function(
    name: str,
    on_float: Callable[..., Any],
    *,
    on_exact: Cell = None,
    on_complex: Cell = None,
    on_decimal: Cell = None,
    numpy: Cell = None,
    mpmath: Cell = None,
    sympy: Cell = None,
    c: str | None = None,
    javascript: str | None = None,
    onnx: Cell = None,
    torch: str | None = None,
) -> Callable[..., Any]:
    """Add a row to the table; an empty cell is an error only for who uses it.

    Args:
        name: an identifier that is not taken yet.
        on_float: the function of floats. It should return inf or nan rather than raise.
        on_exact, on_complex, on_decimal: the cells of Python's own kinds of number.
        numpy, mpmath, sympy, c, javascript, onnx, torch: the other cells, as in `Function`.

    Returns:
        The function, to be used in the rules of ops; it takes any kind of number that has a cell.

    Raises:
        ValueError: the name is no identifier, or is taken.

    >>> gamma = define_function("gamma", math.gamma, mpmath="gamma", c="tgamma")
    >>> gamma(5.0), gamma(5)
    (24.0, 24.0)
    >>> remove_function("gamma")
    """
    if not name.isidentifier():
        raise ValueError(f"a function's name must be a Python identifier, got {name!r}")
    if name in FUNCTIONS:
        raise ValueError(f"the function {name!r} is defined already: choose another name, or remove_function({name!r})")
    other = (on_exact, on_complex, on_decimal, numpy, mpmath, sympy, c, javascript, onnx, torch)
    return function_of(add_row(Function(name, on_float, *other)))


def remove_function(name: str) -> None:
    """Take a row out of the table again.

    Raises:
        LookupError: there is no such row.
    """
    if FUNCTIONS.pop(name, None) is None:
        raise LookupError(f"there is no elementary function {name!r}")


def add_row(row: Function) -> Function:
    """Put a row into the table."""
    FUNCTIONS[row.name] = row
    return row


def function_of(row: Function, arity: int | None = None) -> Callable[..., Any]:
    """The row as a plain function, which is faster to call on a float than the row itself.

    Args:
        row: of the table.
        arity: of the row; to find it takes longer than all else at import.
    """
    on_float, arity = row.float, arity or row.arity

    def of_one(x: Number) -> Number:
        return on_float(x) if type(x) is float else row(x)

    def of_two(x: Number, y: Number) -> Number:
        return on_float(x, y) if type(x) is float and type(y) is float else row(x, y)

    by_arity: dict[int, Callable[..., Any]] = {1: of_one, 2: of_two}
    function: Any = by_arity.get(arity, lambda *xs: row(*xs))
    function.__name__ = function.__qualname__ = row.name
    arguments = ", ".join("xyzuvw"[:arity])
    function.__doc__ = f"{row.name}({arguments}), for any kind of number; on floats as IEEE 754 has it."
    return function  # type: ignore[no-any-return]
