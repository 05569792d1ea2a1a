"""Making a failing expression smaller, without Hypothesis: one step less at a time, as long as it still fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .expression import Expression, pruned


def smaller(expression: Expression) -> Iterator[Expression]:
    """Expressions without what is not used, with one step less, or with simpler numbers."""
    steps = list(expression.steps)
    if len((without := pruned(expression.point, steps)).point) < len(expression.point):
        yield without
    for number in range(len(steps), 0, -1):  # an earlier result as the output
        if number < len(steps):
            yield pruned(expression.point, steps[:number])
    for number in range(len(steps), 0, -1):  # a step replaced by one of its operands
        for operand in dict.fromkeys(x for x in steps[number - 1][1:] if isinstance(x, str)):
            name = f"v{number}"
            bridged = [(op, *[operand if x == name else x for x in rest]) for op, *rest in steps]
            if number < len(steps):
                yield pruned(expression.point, bridged)
    for name, at in expression.point.items():
        for simple in (1.0, 2.0, 3.0):
            if at not in (1.0, 2.0, 3.0):
                yield Expression({**expression.point, name: simple}, steps)


def reduced(expression: Expression, fails: Callable[[Expression], bool], trials: int = 300) -> Expression:
    """The smallest expression found that still fails.

    >>> big = Expression({"x": 2.0}, [("mul", "x", "x"), ("sin", "v1"), ("add", "v2", "x")])
    >>> reduced(big, lambda each: any(step[0] == "sin" for step in each.steps))
    Expression({'x': 2.0}, [('sin', 'x')])
    """
    shrinking = True
    while shrinking and trials > 0:
        shrinking = False
        for candidate in smaller(expression):
            trials -= 1
            if candidate.steps and fails(candidate):
                expression, shrinking = candidate, True
                break
            if trials <= 0:
                break
    return expression
