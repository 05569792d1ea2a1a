"""An op: a row of table 2, what calling it does, and how rows are added. The table itself is `micrograd_kr/ops.py`.

>>> cube = define_op("cube", lambda x: x * x * x, (lambda out, x: 3 * x * x,))
>>> cube(2.0), cube.partials(8.0, 2.0)          # (out, x): d out / d x
(8.0, (12.0,))
>>> remove_op("cube")
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType
from typing import Any, overload

from .elementary import Gives, Number, Operand, Recorded
from .interpreted import ieee

Interval = tuple[float, float]
Domain = tuple[Interval, ...]  # a union of open intervals
Rule = Callable[..., Number]

CONDITION: Domain = ()  # the argument is no number but a condition
REAL: Domain = ((-math.inf, math.inf),)


@dataclass(frozen=True, eq=False, slots=True)
class Op:
    """One row of the table. Calling it records a node on Values, and computes on any other kind of number.

    Attributes:
        name: what the op is called, in the table and as a method of Value.
        forward: the rule; one parameter an argument, or `*args` for an n-ary op.
        partial: for each argument, d out / d argument: a rule `(out, *args)`, or a plain number. For an n-ary op
            one rule that returns all of them.
        arity: the number of arguments; None for an n-ary op.
        symbol: how it is written: `+`, `tanh`.
        precedence: how tightly an infix or prefix symbol binds; 0 for an op written as a call.
        domain: for each argument the open intervals in which the op is defined and smooth (one for all if n-ary);
            `CONDITION` if it is no number but a condition.
        kink: a rule of the arguments that is 0 where one-sided derivatives differ; the partial derivative there is
            the subgradient that the field has agreed on (0 for relu and abs, one half for a tie of maximum).
        holomorphic: whether the rule also holds for complex numbers.
        multilinear: for an n-ary op, that its partial derivatives are finite wherever its result is; then nothing
            need be computed where no gradient arrives, as behind a relu that is shut.
        gives: "number", or "condition" for a comparison.
        note: where the op differs from PyTorch, and why.
        torch: what the op is called in PyTorch, or an expression with a {} for each argument, if it has the same value
            and slope; "" for an op that is a function of table 1, and for one that PyTorch does not have.
        defaults: the numbers that stand in for the last arguments when they are left out.
        send: the engine's backward step for the op; None until it is first needed.
        rules: the partials, one an argument, each a function; () for an n-ary op.
    """

    name: str
    forward: Rule
    partial: tuple[Rule | Number, ...] | Rule
    arity: int | None = 1
    symbol: str = ""
    precedence: int = 0
    domain: tuple[Domain, ...] = (REAL,)
    kink: Rule | None = None
    holomorphic: bool = True
    multilinear: bool = False
    gives: Gives = "number"
    note: str = ""
    torch: str = ""
    defaults: tuple[Number, ...] = ()
    send: Callable[..., None] | None = field(default=None, repr=False)
    rules: tuple[Rule, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.arity is None:
            rules: tuple[Rule, ...] = ()
        else:
            rules = tuple(_as_rule(self.partial, index, self.arity) for index in range(self.arity))
        self.replace(rules=rules)

    def replace(self, **cells: Any) -> None:
        """Change cells of the row, which is frozen for everybody else: the engine's step, and the rules of a mutant."""
        for name, cell in cells.items():
            object.__setattr__(self, name, cell)

    def partials(self, out: Number, *args: Number) -> tuple[Number, ...]:
        """d out / d argument for each argument, at `args`, where `out` is forward(*args)."""
        if self.arity is None:
            found: tuple[Number, ...] = self.partial(out, *args)  # type: ignore[operator]  # define_op has seen to it
            if found is None:
                raise self._no_slope(args)
            if len(found) != len(args):
                raise ValueError(f"{self.name}'s rule gave {len(found)} partial derivatives for {len(args)} arguments")
            return found
        return tuple([rule(out, *args) for rule in self.rules])

    def derivative(self, index: int, out: Number, *args: Number) -> Number:
        """d out / d args[index] alone; on floats it follows IEEE 754 where Python would raise."""
        rule: Rule = self.rules[index] if self.rules else lambda *numbers: self.partials(*numbers)[index]
        try:
            slope = rule(out, *args)
        except ArithmeticError:
            slope = ieee(rule, out, *args)
        if slope is None:
            raise self._no_slope(args)
        return slope

    def _no_slope(self, args: tuple[Number, ...]) -> TypeError:
        numbers = f"{', '.join(map(repr, args)):.200}"
        return TypeError(f"a partial derivative of {self.name} returned None for {numbers}: is a `return` missing?")

    def compute(self, *args: Number) -> Number:
        """forward(*args) on plain numbers; on floats it follows IEEE 754 where Python would raise."""
        try:
            return self.forward(*args)
        except ArithmeticError:
            return ieee(self.forward, *args)

    @overload
    def __call__(self, x: Recorded, /, *others: Operand) -> Recorded: ...
    @overload
    def __call__(self, x: Operand, y: Recorded, /, *others: Operand) -> Recorded: ...
    @overload
    def __call__(self, x: Operand, y: Operand, z: Recorded, /, *others: Operand) -> Recorded: ...
    @overload
    def __call__(self, x: float, /, *others: float) -> float: ...
    @overload
    def __call__(self, *args: Operand) -> Any: ...
    def __call__(self, *args: Any) -> Any:
        """Record a node if an argument is a Value, else compute on the numbers as they are."""
        args = self.complete(args)
        for arg in args:
            if hasattr(type(arg), "__record_op__"):
                return arg.__record_op__(self, args)
        for arg in args:
            if isinstance(arg, list | tuple):
                raise TypeError(
                    f"{self.name} takes single numbers or Values, not a {type(arg).__name__}: "
                    f"[{self.name}(x) for x in ...]"
                )
        return self.compute(*args)

    def complete(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, with the defaults of those that were left out.

        Raises:
            TypeError: there are too few or too many; it names the op.
        """
        if self.arity is None or len(args) == self.arity:
            return args
        missing = self.arity - len(args)
        if not 0 < missing <= len(self.defaults):
            least = self.arity - len(self.defaults)
            count = f"{least} to {self.arity}" if self.defaults else f"{self.arity}"
            raise TypeError(f"{self.name} takes {count} argument{'s'[: self.arity != 1]}, got {len(args)}")
        return (*args, *self.defaults[-missing:])

    def spell(self, *operands: str) -> str:
        """The op written out on operands that are already text: `a * b`, `-a`, `tanh(a)`."""
        if not self.precedence:
            return f"{self.symbol}({', '.join(operands)})"
        return f"{self.symbol}{operands[0]}" if self.arity == 1 else f" {self.symbol} ".join(operands)

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return find_op, (self.name,)


# Rules that backward() special-cases instead of calling.


def one(out: Number, *args: Number) -> Number:
    """The rule of every partial derivative that is 1."""
    return 1


def first(out: Number, x: Number, y: Number) -> Number:
    """The rule of a partial derivative that is the first argument."""
    return x


def second(out: Number, x: Number, y: Number) -> Number:
    """The rule of a partial derivative that is the second argument."""
    return y


def _as_rule(partial: tuple[Rule | Number, ...] | Rule, index: int, arity: int) -> Rule:
    """The rule for one argument, whichever of the three ways the row gives it."""
    if callable(partial):
        rules = partial

        def one_of_them(out: Number, *args: Number) -> Number:
            slopes = rules(out, *args)
            return None if slopes is None else slopes[index]

        return one_of_them
    rule = partial[index]
    if callable(rule):
        return rule
    if rule == 1:
        return one
    number = rule
    by_arity: dict[int, Rule] = {1: lambda out, x: number, 2: lambda out, x, y: number}
    return by_arity.get(arity, lambda out, *args: number)


OPS: dict[str, Op] = {}
_readers: list[Callable[[Op], None]] = []
_removal_readers: list[Callable[[str], None]] = []


def for_each_op(reader: Callable[[Op], None]) -> Callable[[Op], None]:
    """Call `reader` with each row there is, and with each row that is added from now on (a decorator)."""
    _readers.append(reader)
    for op in OPS.values():
        reader(op)
    return reader


def for_each_removed_op(reader: Callable[[str], None]) -> Callable[[str], None]:
    """Call `reader` with the name of each row that `remove_op` takes out from now on (a decorator)."""
    _removal_readers.append(reader)
    return reader


def find_op(name: str) -> Op:
    """The row called `name`; a LookupError that says how to add it if there is none."""
    try:
        return OPS[name]
    except KeyError:
        raise LookupError(f"there is no op {name!r}: define it first with define_op({name!r}, ...)") from None


def define_op(
    name: str,
    forward: Rule,
    partials: tuple[Rule | Number, ...] | Callable[..., Sequence[Number]],
    *,
    symbol: str = "",
    precedence: int = 0,
    domain: Sequence[Domain] | None = None,
    kink: Rule | None = None,
    holomorphic: bool = True,
    multilinear: bool = False,
    gives: Gives = "number",
    note: str = "",
    torch: str = "",
) -> Op:
    """Add a row to the table: the op runs, steps, draws, is compiled and is tested with nothing else written.

    Args:
        name: an identifier that is not taken yet.
        forward: the rule. The op has as many arguments as the rule (`*args`: any number), and the same defaults.
        partials: for each argument a rule `(out, *args)` or a number; or one rule `(out, *args)` that returns them
            all, as an n-ary op must have it.
        symbol, precedence, domain, kink, holomorphic, multilinear, gives, note, torch: as in `Op`.

    Returns:
        The row, which is called like a function: `softsign(x)`; on a Value, `x.softsign()` works too.

    Raises:
        ValueError: the name is no identifier or is taken, or the partials do not match the arguments.

    >>> cube = define_op("cube", lambda x: x * x * x, (lambda out, x: 3 * x * x,))
    >>> cube(2), cube.partials(8, 2)
    (8, (12,))
    >>> remove_op("cube")
    """
    if not name.isidentifier():
        raise ValueError(f"an op's name must be a Python identifier, got {name!r}")
    if name in OPS:
        raise ValueError(f"the op {name!r} is defined already; choose another name, or remove_op({name!r}) first")
    arity, defaults = _arguments_of(forward, name)
    if not callable(partials) and len(partials) != arity:
        raise ValueError(f"{name} has {arity} argument(s) but {len(partials)} partial derivative(s): give one for each")
    if arity is None and not callable(partials):
        raise ValueError(f"{name} takes any number of arguments: give one rule (out, *args) of all its partials")
    count = 1 if arity is None else arity
    op = OPS[name] = Op(
        name,
        forward,
        partials,
        arity,
        symbol=symbol or name,
        precedence=precedence,
        domain=tuple(domain) if domain is not None else (REAL,) * count,
        kink=kink,
        holomorphic=holomorphic,
        multilinear=multilinear,
        gives=gives,
        note=note,
        torch=torch,
        defaults=defaults,
    )
    for reader in _readers:
        reader(op)
    return op


def remove_op(name: str) -> None:
    """Take a row out of the table again; Values that it made keep working.

    >>> _ = define_op("thrice", lambda x: 3 * x, (3,))
    >>> remove_op("thrice")
    """
    find_op(name)
    del OPS[name]
    for reader in _removal_readers:
        reader(name)


def _arguments_of(forward: Rule, name: str) -> tuple[int | None, tuple[Number, ...]]:
    """The arity, None for any number of arguments, and the defaults of the last ones."""
    if type(forward) is FunctionType and not hasattr(forward, "__wrapped__"):
        code = forward.__code__
        if code.co_argcount and not code.co_kwonlyargcount and not code.co_flags & inspect.CO_VARARGS:
            return code.co_argcount, forward.__defaults__ or ()  # what follows would be a tenth of the import's time
    if type(forward) is BuiltinFunctionType:
        text: str = getattr(forward, "__text_signature__", None) or ""
        names = [name for name in text.strip("()").split(", ") if name not in ("/", "$module")]
        if names and all(name.isidentifier() for name in names):  # as of operator.add: "(a, b, /)"
            return len(names), ()
    parameters = inspect.signature(forward).parameters.values()
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None, ()
    if not parameters:
        raise ValueError(f"{name} has no arguments: an op is a rule of at least one number")
    return len(parameters), tuple(p.default for p in parameters if p.default is not p.empty)
