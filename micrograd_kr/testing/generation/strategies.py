"""Hypothesis strategies for expression graphs, and for points to evaluate them at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

try:
    from hypothesis import strategies as st
except ImportError as error:
    from ...extras import missing_extra

    raise missing_extra("the strategies need Hypothesis", "testing", error=error) from error

from ...elementary import Number
from ...engine import Value
from ...ops import Op
from .expression import Expression
from .growing import draw_number, grow, input_names, is_safe, number_type, ops_of


@lru_cache(maxsize=4096)
def _below(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, count - 1)


def _chooser(draw: Callable[[st.SearchStrategy[int]], int]) -> Callable[[int], int]:
    return lambda count: draw(_below(count)) if count > 1 else 0


def expressions(
    ops: Sequence[str | Op] | None = None,
    inputs: int | str | Sequence[str] | None = None,
    max_nodes: int = 12,
    numbers: type = float,
    *,
    min_nodes: int = 1,
    corners: bool = False,
) -> st.SearchStrategy[Expression]:
    """Random expression graphs, most of them with something shared (x * x, b = a + a; c = b + b, a diamond).

    With min_nodes of 2 and more something is always shared, where an op of two numbers is defined there.

    Args:
        ops: rows or their names; every row of the table, also those added later, if None.
        inputs: how many, or their names; one to three if None.
        max_nodes, min_nodes: how many nodes are computed at most, and at least (fewer only where no op is defined on
            what there is, or where one of them turned out not to be needed).
        numbers: float, Fraction or complex. Rows that leave the kind of number are not used.
        corners: inputs and constants may be 0.0, -0.0, tiny, huge, inf and nan, and ops may be used at their kinks
            and out of their domains.

    Returns:
        A strategy for `Expression`: `expression.point` is a point at which every node is inside its row's domain.

    >>> from hypothesis import find
    >>> find(expressions(ops=["exp"], inputs="a"), lambda expression: expression(1.0) > 3)
    Expression({'a': 1.0}, [('exp', 'a'), ('exp', 'v1')])
    """
    if numbers not in (float, Fraction, complex):
        raise TypeError(f"numbers is float, Fraction or complex, not {numbers!r}")
    if not 1 <= min_nodes <= max_nodes:
        raise ValueError(
            f"an expression has at least one node: 1 <= min_nodes <= max_nodes, got {min_nodes}, {max_nodes}"
        )
    if inputs is not None:
        input_names(inputs)  # complain now
    ops_of(ops)

    @st.composite
    def expression(draw: Any) -> Expression:
        choose = _chooser(draw)
        names = input_names(3 if inputs is None else inputs)  # of three, those that are used will be kept
        sizes = min_nodes, max_nodes
        return grow(choose, ops_of(ops), names, sizes, numbers, corners, keep_inputs=inputs is not None)

    return expression()


def points(expression: Expression, *, corners: bool = False) -> st.SearchStrategy[tuple[Number, ...]]:
    """Points at which the expression is defined: a number for each input, in order.

    A point that is drawn outside of an op's domain is drawn towards the expression's own point until it is inside.

    >>> from hypothesis import find
    >>> find(points(Expression({"p": 2.0}, [("log", "p")])), lambda point: point[0] < 1)
    (0.9,)
    """
    numbers = number_type(expression)
    home = tuple(expression.point.values())

    @st.composite
    def point(draw: Any) -> tuple[Number, ...]:
        choose = _chooser(draw)
        drawn = tuple([draw_number(choose, numbers, corners) for _ in home])
        if corners:
            return drawn
        for _ in range(5):
            if is_safe(expression, drawn, numbers):
                return drawn
            drawn = tuple([(x + at_home) / 2 for x, at_home in zip(drawn, home, strict=True)])
        return home

    return point()


def values() -> st.SearchStrategy[Value]:
    """Values of all sorts: leaves, and results of random graphs, as `st.from_type(Value)` gives them."""
    leaves = st.builds(Value, st.floats(-1e6, 1e6) | st.integers(-1000, 1000))
    return leaves | expressions().map(lambda expression: expression.build().output)
