"""Mutants: the engine broken in one place, to see whether a test notices.

>>> from micrograd_kr import Value
>>> flipped = next(mutant for mutant in mutants() if mutant.name == "mul[0]: sign flipped")
>>> x, y = Value(3.0), Value(5.0)
>>> with flipped:
...     (x * y).backward()
>>> x.grad, y.grad                               # the first partial derivative of x * y has the wrong sign
(-5.0, 3.0)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from ...engine import Value, grad
from ...ops import CONDITION, OPS, Op
from ..generation.samples import sample_points
from .broken_backwards import BROKEN_BACKWARDS


@dataclass(frozen=True)
class Mutant:
    """A way to break the engine; `with mutant:` breaks it for the block (in all threads), and mends it after.

    Attributes:
        name: what is broken: "tanh[0]: scaled by 1.01", or "assigned, not added".
        kind: "scaled by 1.01", "zeroed", "sign flipped", "arguments swapped"; or the name of an engine's mistake.
        op: the row whose rule is broken; None if it is the engine's mechanism.
        index: which partial derivative; None for all of them.
    """

    name: str
    kind: str
    op: Op | None
    index: int | None
    _breaks: Callable[[], AbstractContextManager[None]]
    _open: list[AbstractContextManager[None]]

    def __enter__(self) -> Mutant:
        block = self._breaks()
        block.__enter__()
        self._open.append(block)
        return self

    def __exit__(self, *error: Any) -> None:
        self._open.pop().__exit__(None, None, None)

    def __repr__(self) -> str:
        return f"<mutant {self.name}>"


# --- rules ----------------------------------------------------------------------------------------------------------

_RULE_CHANGES: dict[str, Callable[[Any], Any]] = {
    "scaled by 1.01": lambda local: local + local / 100,
    "zeroed": lambda local: 0 * local,
    "sign flipped": lambda local: -local,
}

PartialsRule = Callable[..., tuple[Any, ...]]


def _changed(op: Op, index: int | None, change: Callable[[Any], Any]) -> PartialsRule:
    """The partials of a row with one of them (all, if index is None) changed."""
    original = _originals(op)

    def partials(out: Any, *args: Any) -> tuple[Any, ...]:
        found = original(out, *args)
        return tuple([change(x) if index in (None, i) else x for i, x in enumerate(found)])

    return partials


def _swapped(op: Op) -> PartialsRule:
    """The partials of a row in the wrong order, as if its arguments had been mixed up."""
    original = _originals(op)

    def partials(out: Any, *args: Any) -> tuple[Any, ...]:
        found = original(out, *args)
        return (found[0], *reversed(found[1:])) if _condition_first(op) else tuple(reversed(found))

    return partials


def _condition_first(op: Op) -> bool:
    return op.domain[0] == CONDITION


def _originals(op: Op) -> PartialsRule:
    rules, partial = op.rules, op.partial
    if not rules:
        assert callable(partial)
        return lambda out, *args: tuple(partial(out, *args))
    return lambda out, *args: tuple([rule(out, *args) for rule in rules])


@contextmanager
def _with_partials(op: Op, make: Callable[[], PartialsRule]) -> Iterator[None]:
    """The row with other partials for a while: frozen rows are opened just here."""
    before = op.partial, op.rules
    partials = make()

    def rule(index: int) -> Callable[..., Any]:
        return lambda out, *args: partials(out, *args)[index]

    if before[1]:
        cells: dict[str, Any] = {"rules": tuple([rule(index) for index in range(len(before[1]))])}
    else:
        cells = {"partial": partials}
    op.replace(**cells, send=None)  # the engine chooses its backward step again
    try:
        yield
    finally:
        op.replace(partial=before[0], rules=before[1], send=None)


def rule_with(op: Op, index: int | None, change: Callable[[Any], Any]) -> AbstractContextManager[None]:
    """A block in which one partial derivative of a row (all, if index is None) is what `change` makes of it.

    >>> from micrograd_kr import Value
    >>> x = Value(3.0)
    >>> with rule_with(OPS["exp"], 0, lambda local: 0 * local):
    ...     x.exp().backward()
    >>> x.grad
    0.0
    """
    return _with_partials(op, lambda: _changed(op, index, change))


def _differs(op: Op, partials: PartialsRule) -> bool:
    """Whether a change of a rule changes anything: the sign of a 0 does not."""
    original = _originals(op)
    for point in sample_points(op):
        out = op.compute(*point)
        try:
            before, after = original(out, *point), partials(out, *point)
        except Exception:  # a rule that raises is broken already
            continue
        if any(x != y for x, y in zip(before, after, strict=True)):
            return True
    return False


def rule_mutants(op: Op) -> list[Mutant]:
    """Every way to break the rules of one row that changes a derivative."""
    found = []

    def add(kind: str, index: int | None, make: Callable[[], PartialsRule]) -> None:
        if _differs(op, make()):
            name = f"{op.name}: {kind}" if index is None else f"{op.name}[{index}]: {kind}"
            found.append(Mutant(name, kind, op, index, lambda: _with_partials(op, make), []))

    indices = [None] if op.arity is None else list(range(op.arity))
    for kind, change in _RULE_CHANGES.items():
        for index in indices:
            add(kind, index, lambda index=index, change=change: _changed(op, index, change))  # type: ignore[misc]
    if op.arity != 1:
        add("arguments swapped", None, lambda: _swapped(op))
    return found


# --- the engine's mechanism -----------------------------------------------------------------------------------------


@contextmanager
def _with_backward(broken: Callable[[Value], None]) -> Iterator[None]:
    before = Value.backward
    Value.backward = broken  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        Value.backward = before  # type: ignore[method-assign]


@contextmanager
def _without_zero_grad() -> Iterator[None]:
    """Every zero_grad of modules and optimisers does nothing."""
    from ... import nn

    classes: list[Any] = [base for each in vars(nn).values() if isinstance(each, type) for base in each.__mro__]
    owners = [each for each in dict.fromkeys(classes) if "zero_grad" in vars(each)]
    before = [(owner, vars(owner)["zero_grad"]) for owner in owners]
    try:
        for owner in owners:
            owner.zero_grad = lambda self: None
        yield
    finally:
        for owner, method in before:
            owner.zero_grad = method


def engine_mutants() -> list[Mutant]:
    """The famous mistakes in the engine's mechanism."""
    found = [
        Mutant(name, name, None, None, lambda broken=broken: _with_backward(broken), [])  # type: ignore[misc]
        for name, broken in BROKEN_BACKWARDS.items()
    ]
    return [*found, Mutant("zero_grad forgotten", "zero_grad forgotten", None, None, _without_zero_grad, [])]


def second_order_mutants(op: Op) -> list[Mutant]:
    """A row's rules with right first derivatives that are lost in the second: the argument's number in its place."""
    if op.gives == "condition" or not _depends_on_values(op):
        return []

    def make() -> PartialsRule:
        return _changed(op, None, lambda local: local.data if isinstance(local, Value) else local)

    name = "not differentiated again"
    return [Mutant(f"{op.name}: {name}", name, op, None, lambda: _with_partials(op, make), [])]


def _depends_on_values(op: Op) -> bool:
    """Whether a second derivative of the row is not 0 at some sample point: that of relu is."""
    for point in sample_points(op):
        leaves = [x if isinstance(x, bool) else Value(x) for x in point]
        try:
            found = [local for local in _originals(op)(op(*leaves), *leaves) if isinstance(local, Value)]
            moving = [leaf for leaf in leaves if isinstance(leaf, Value)]
            if any(number != 0 for local in found for number in grad(local, moving)):
                return True
        except Exception:
            continue
    return False


def mutants(op: Op | str | None = None, *, second_order: bool = False) -> list[Mutant]:
    """Ways to break the engine, as context managers: every rule of the table, and the engine's mechanism.

    Args:
        op: a row, or its name, to have only the mutants of its rules.
        second_order: also those that only a test of second derivatives can notice.

    >>> [mutant.name for mutant in mutants("sub")][-2:]
    ['sub[1]: sign flipped', 'sub: arguments swapped']
    """
    rows = list(OPS.values()) if op is None else [OPS[op] if isinstance(op, str) else op]
    found = [mutant for row in rows for mutant in rule_mutants(row)]
    if second_order:
        found += [mutant for row in rows for mutant in second_order_mutants(row)]
    return found if op is not None else found + engine_mutants()
