"""From text to a graph: Python's grammar, a whitelist of its nodes, and the table of operations.

The tree is walked with a list, not by recursion; every function and sign is looked up in the table, so that an op
that a user defines is understood with nothing else written.
"""

from __future__ import annotations

import ast
import math
import unicodedata
import warnings
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from ...engine import Constant, Value
from ...ops import OPS, Op
from .mistakes import ExpressionError
from .tokens import explain, tokenize

MAX_DEPTH = 500  # of the tree: well within what Python's own parser can take
CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
ALIASES = {"max": "maximum", "min": "minimum", "ln": "log"}

# The signs as Python's grammar names them; the rows of the table say what they do.
# fmt: off
_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.Mod: "%", ast.FloorDiv: "//",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.USub: "-", ast.Invert: "~", ast.Not: "not",
}
_FORBIDDEN: dict[type[ast.AST], str] = {
    ast.IfExp: "use_where", ast.BoolOp: "use_nested_where", ast.Attribute: "attribute", ast.Subscript: "subscript",
    ast.List: "list", ast.Tuple: "list", ast.Starred: "starred", ast.NamedExpr: "assignment",
}
_NO_SUCH_SIGN = {"^": "power_sign", "not": "use_nested_where", "!=": "use_equal"}
# fmt: on


def parse(text: str, variables: Mapping[str, float] | None = None) -> Value:
    """The graph of an expression, whose leaves are labelled with their names.

    Args:
        text: numbers, names, + - * / **, comparisons as arguments of `where`, and functions of the table of
            operations, written `tanh(x)` or `x.tanh()`; also `pi`, `e`, `inf`, `nan`.
        variables: the number of each name. The same name is the same leaf wherever it stands.

    Returns:
        The last Value of the graph; all numbers in it are floats.

    Raises:
        ExpressionError: the text is no such expression, or a name has no number.

    >>> parse("where(x > 0, x, x.exp() - 1)", {"x": 2})
    Value(data=2.0, grad=0)
    >>> parse("2 * (x", {"x": 2})
    Traceback (most recent call last):
        ...
    micrograd_kr.command_line.expression.mistakes.ExpressionError: The bracket ( is never closed: ...
      2 * (x
          ^
    """
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    given = {unicodedata.normalize("NFKC", name): number for name, number in (variables or {}).items()}
    return _Reading(text, given).value()


def most_similar(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant: the same letters in another order, or nearly the same.

    >>> most_similar("tahn", ["tan", "tanh"]), most_similar("sigmod", ["tanh", "sigmoid"]), most_similar("x", ["y"])
    ('tanh', 'sigmoid', None)
    """
    names = sorted(known)
    mixed_up = [other for other in names if sorted(other) == sorted(name)]
    return next(iter(mixed_up or get_close_matches(name, names, 1)), None)


class _Step(NamedTuple):
    """What to do at a node of the tree: apply `op` to what its operands gave; without an op, hand it on."""

    op: Op | None
    operands: list[ast.expr]


class _Reading:
    """One expression being read."""

    def __init__(self, text: str, variables: Mapping[str, float]) -> None:
        self.text = text
        self.variables = variables
        self.leaves: dict[str, Value] = {}
        self.rows = {(op.symbol, op.arity): op for op in OPS.values() if op.precedence}

    def value(self) -> Value:
        """Walk the tree from the root to the leaves, then compute backwards along that way: operands come first."""
        tree = self.tree()
        self.checked(_Step(None, [tree]))
        steps: list[tuple[ast.expr, _Step]] = []
        pending = [(tree, 0)]
        while pending:
            node, depth = pending.pop()
            if depth > MAX_DEPTH:
                raise ExpressionError(self.text, 0, 1, "too_deep")
            step = self.step(node)
            steps.append((node, step))
            pending += [(operand, depth + 1) for operand in step.operands]
        self.check_names([node for node, _ in reversed(steps) if isinstance(node, ast.Name)])
        values: dict[ast.expr, Value] = {}
        for node, (op, operands) in reversed(steps):
            args = [values[operand] for operand in operands]
            if op is not None:
                values[node] = self.apply(node, op, args)
            else:
                values[node] = args[0] if args else self.leaf(node)
        root = values[tree]
        return Value(root.data, root.label) if type(root) is Constant else root

    def tree(self) -> ast.expr:
        tokens = tokenize(self.text)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(self.text, mode="eval").body
        except SyntaxError as error:
            raise explain(self.text, tokens, (error.offset or 1) - 1) from None
        except (RecursionError, MemoryError):
            raise ExpressionError(self.text, 0, 1, "too_deep") from None
        except ValueError:
            raise ExpressionError(self.text, 0, 1, "grammar") from None

    # --- which step a node of the tree is: the whitelist ------------------------------------------------------------

    def step(self, node: ast.expr) -> _Step:
        match node:
            case ast.Constant(value=float() | int() as number) if type(number) is not bool:
                return _Step(None, [])
            case ast.Name():
                return _Step(None, [])
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.checked(_Step(None, [operand]))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=float() | int() as number)) if (
                type(number) is not bool
            ):
                return _Step(None, [])  # the number -3, not 3 negated
            case ast.UnaryOp(op=sign, operand=operand):
                return self.checked(_Step(self.sign(node, sign, 1), [operand]))
            case ast.BinOp(left=left, op=sign, right=right):
                return self.checked(_Step(self.sign(node, sign, 2), [left, right]))
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                return self.checked(_Step(self.sign(node, sign, 2), [left, right]))
            case ast.Compare():
                raise self.mistake(node, "chain")
            case ast.Call():
                return self.call(node)
        raise self.mistake(node, _FORBIDDEN.get(type(node), "forbidden"))

    def call(self, node: ast.Call) -> _Step:
        """A call of a row of the table, as `tanh(x)` or as `x.tanh()`."""
        match node.func:
            case ast.Name(id=name):
                args = node.args
            case ast.Attribute(value=first, attr=name):
                args = [first, *node.args]
            case _:
                raise self.mistake(node.func, "no_sign_before_bracket")
        start, end = self.name_span(node.func)
        op = OPS.get(ALIASES.get(name, name))
        if op is None:
            raise self.unknown_function(node.func, name, start, end)
        if node.keywords:
            raise self.mistake(node.keywords[0], "keyword_argument", function=name)
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            library = node.func.value
            if library.id not in self.variables and op.arity == len(node.args):
                raise self.mistake(library, "library", function=name, library=library.id)
        if op.arity is None:  # sum([a, b]) and dot([w1, w2], [x1, x2], b) read better than a row of numbers
            args = [item for arg in args for item in (arg.elts if isinstance(arg, ast.List | ast.Tuple) else [arg])]
        if len(args) != op.arity and (op.arity is not None or not args):
            form = f"{name}({', '.join('xyz'[: op.arity]) if op.arity else 'x, y, ...'})"
            raise ExpressionError(self.text, start, end, "wrong_count", form=form, count=len(args))
        return _Step(op, args)

    def sign(self, node: ast.expr, sign: ast.AST, arity: int) -> Op:
        """The row of the table that is written with this sign."""
        symbol = _SIGNS.get(type(sign), type(sign).__name__)
        op = self.rows.get((symbol, arity))
        if op is None:
            problem = _NO_SUCH_SIGN.get(symbol, "no_such_sign")
            raise ExpressionError(self.text, *self.sign_span(node, symbol), problem, sign=symbol)
        return op

    def checked(self, step: _Step) -> _Step:
        """The step, if none of its operands is a comparison: those are arguments of functions."""
        for operand in step.operands:
            if isinstance(operand, ast.Compare):
                raise self.mistake(operand, "comparison")
        return step

    # --- what a node of the tree is as a Value ----------------------------------------------------------------------

    def leaf(self, node: ast.expr) -> Value:
        """A number as it is written, a constant by its name, or the one leaf of a variable."""
        match node:
            case ast.Constant(value=float() | int() as number):
                return Constant(self.as_float(node, number))
            case ast.UnaryOp(operand=ast.Constant(value=float() | int() as number)):
                return Constant(-self.as_float(node, number))
            case ast.Name(id=name) if name in self.variables:
                if name not in self.leaves:
                    self.leaves[name] = Value(self.as_float(node, self.variables[name]), name)
                return self.leaves[name]
            case ast.Name(id=name):
                constant = Constant(CONSTANTS[name])
                constant.label = name
                return constant
        raise self.mistake(node, "forbidden")

    def as_float(self, node: ast.expr, number: float) -> float:
        """The number as a float, so that 10**10**10 is inf at once rather than an integer of ten billion digits."""
        try:
            return float(number)
        except OverflowError:
            raise self.mistake(node, "too_large") from None

    def apply(self, node: ast.expr, op: Op, args: list[Value]) -> Value:
        try:
            result: Value = op(*args)
        except Exception as error:  # an op may be the user's own
            raise self.mistake(node, "failed", function=op.name, error=f"{error}") from error
        return result

    # --- mistakes ---------------------------------------------------------------------------------------------------

    def check_names(self, names: list[ast.Name]) -> None:
        """Raise one mistake for all names without a number, so that they can be added at once."""
        missing = [node for node in names if node.id not in self.variables and node.id not in CONSTANTS]
        if not missing:
            return
        first = missing[0]
        name = first.id
        if name in OPS or name in ALIASES:
            raise self.mistake(first, "function_without_call", name=name)
        unused = set(self.variables) - {node.id for node in names}
        if similar := most_similar(name, unused):
            raise self.mistake(first, "similar_value", name=name, similar=similar)
        all_names = list(dict.fromkeys(node.id for node in missing))
        values = " ".join(f"{name}={number}" for number, name in enumerate(all_names, start=1))
        raise self.mistake(first, "missing_value", name=name, names=", ".join(all_names), values=values)

    def unknown_function(self, node: ast.expr, name: str, start: int, end: int) -> ExpressionError:
        if isinstance(node, ast.Name) and (name in self.variables or name in CONSTANTS):
            return ExpressionError(self.text, start, end, "no_sign_before_bracket")
        if similar := most_similar(name, [*OPS, *ALIASES]):
            return ExpressionError(self.text, start, end, "similar_function", name=name, similar=similar)
        functions = ", ".join(name for name, op in OPS.items() if not op.precedence)
        return ExpressionError(self.text, start, end, "unknown_function", name=name, functions=functions)

    def mistake(self, node: ast.expr | ast.keyword, problem: str, **facts: Any) -> ExpressionError:
        return ExpressionError(self.text, *self.span(node), problem, **facts)

    def span(self, node: ast.expr | ast.keyword) -> tuple[int, int]:
        """Where a node stands in the text, in characters: the tree counts bytes of UTF-8."""
        encoded = self.text.encode()
        end = len(encoded) if node.end_col_offset is None else node.end_col_offset
        return len(encoded[: node.col_offset].decode()), len(encoded[:end].decode())

    def sign_span(self, node: ast.expr, symbol: str) -> tuple[int, int]:
        """Where the sign of an operation stands: for one of two operands between them, else in front."""
        start, end = self.span(node)
        match node:
            case ast.BinOp(left=left, right=right) | ast.Compare(left=left, comparators=[right]):
                start, end = self.span(left)[1], self.span(right)[0]
        place = self.text.find(symbol, start, end)
        return (place, place + len(symbol)) if place >= 0 else (start, end)

    def name_span(self, function: ast.expr) -> tuple[int, int]:
        """Where the name of a called function stands: of `x.tanh` only `tanh`."""
        start, end = self.span(function)
        if isinstance(function, ast.Attribute):
            start = end - len(self.text[:end].rpartition(".")[2].lstrip())
        return start, end
