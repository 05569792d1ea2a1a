"""gradcheck: an engine's gradient against the best independent derivative that the function allows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from .adapters import Engine, Micrograd
from .judging import checked
from .report import InconclusiveError, Report
from .subject import Subject


def gradcheck(
    fn: Callable[..., Any],
    inputs: Any,
    order: int = 1,
    *,
    engine: Engine | None = None,
    names: Sequence[str] | None = None,
) -> Report:
    """Check the gradient of fn at inputs against an independent oracle.

    The oracle is the best that fn allows: exact Fractions (if the inputs are Fractions or ints), the complex step,
    differences at 240 bits, and plain differences last. At a kink (relu at 0) any subgradient is right. The leaves
    that fn closes over, such as the parameters of a module, are checked, too, and left as they were.

    Args:
        fn: a function of Values that returns a Value (or a list of them, which are added up with unlike weights): any
            callable, a `nn` module, an op of one's own, an `Expression`.
        inputs: a number for each argument of fn; a list of numbers where fn takes a list. A module, or a function of
            one parameter when there are several inputs, gets one list.
        order: 1, or 2 for the second derivatives as well.
        engine: an adapter for another engine's values (see `adapters`); micrograd_kr's own if None.
        names: what to call the inputs in the report; else the names of fn's parameters.

    Returns:
        The report, each derivative with its oracle.

    Raises:
        GradientError: a derivative is wrong; says which, and blames an op and a line. It is an AssertionError.
        InconclusiveError: it cannot be told, as the derivative is 0 or too small at this point, or there is none. In
            a test by Hypothesis such an example is discarded instead, as by `assume`.
        ValueError: order is not 1 or 2, or fn is not a function (it gave two results for the same inputs).

    >>> print(gradcheck(lambda x, y: x * y.tanh(), [3.0, 0.5]))
    d/dx: 0.4621171573, expected 0.4621171573 by complex step: right
    d/dy: 2.359343199, expected 2.359343199 by complex step: right
    >>> gradcheck(lambda x: x * x, [0.0])
    Traceback (most recent call last):
        ...
    micrograd_kr.testing.report.InconclusiveError: d/dx is 0 at x = 0.0, where a wrong rule gives 0, too: ...
    """
    if order not in (1, 2):
        raise ValueError(f"order is 1 or 2, got {order!r}")
    subject = Subject(fn, inputs, engine or Micrograd(), names)
    try:
        report = checked(subject, order)
    except InconclusiveError:
        _discard_under_hypothesis()
        raise
    return report


def _discard_under_hypothesis() -> None:
    hypothesis = sys.modules.get("hypothesis")
    if hypothesis is not None and hypothesis.currently_in_test_context():
        hypothesis.event("gradcheck: inconclusive")
        hypothesis.reject()
