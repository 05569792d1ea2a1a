"""gradcheck: an engine's gradient against the derivatives of the forward rules, or the best oracle there is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from ..adapters import Micrograd, as_engine
from .judge import judge
from .other_engines import judge_engine
from .report import GradientError, InconclusiveError, Report
from .subject import Subject


def gradcheck(
    fn: Callable[..., Any],
    inputs: Any,
    order: int = 1,
    *,
    engine: Any = None,
    names: Sequence[str] | None = None,
) -> Report:
    """Check the gradient of fn at inputs against the derivatives of the forward rules, at 240 bits.

    Each node that fn records is checked by itself: its rule against differences of its forward rule. Then what
    backward() left in the leaves is compared with the chain rule over these nodes, and fn with its graph beside the
    point, to find what escapes it (`x.data`). At a kink (relu at 0) any subgradient is right. The leaves that fn
    closes over, such as the parameters of a module, are checked, too, and left as they were.

    Args:
        fn: a function of Values that returns a Value (or a list of them, which are added up with unlike weights): any
            callable, a `nn` module, an op of one's own, an `Expression`.
        inputs: a number for each argument of fn; a list of numbers where fn takes a list. A module, or a function of
            one parameter when there are several inputs, gets one list.
        order: 1, or 2 for the second derivatives as well.
        engine: another engine: the class of its values, or an adapter (see `adapters`: PyTorch, JAX, HIPS autograd);
            micrograd_kr's own if None.
        names: what to call the inputs in the report; else the names of fn's parameters.

    Returns:
        The report: each derivative with its oracle and a verdict.

    Raises:
        GradientError: a derivative is wrong; says which, and blames an op and a line. It is an AssertionError.
        InconclusiveError: the check cannot decide, as the derivative by an input is 0 or too small at this point, or
            there is none. In a test by Hypothesis such an example is discarded instead, as by `assume`.
        ValueError: order is not 1 or 2, or fn is not a function (it gave two results for the same inputs).

    >>> print(gradcheck(lambda x, y: x * y.tanh(), [3.0, 0.5]))
    d/dx: 0.4621171573, expected 0.4621171573 by 240 bits: right
    d/dy: 2.359343199, expected 2.359343199 by 240 bits: right
    >>> gradcheck(lambda x: x * x, [0.0])
    Traceback (most recent call last):
        ...
    micrograd_kr.testing.gradients.report.InconclusiveError: d/dx is 0 at x = 0.0, where a wrong rule gives 0, too: ...
    """
    __tracebackhide__ = True
    if order not in (1, 2):
        raise ValueError(f"order is 1 or 2, got {order!r}")
    try:
        adapter = as_engine(engine) if engine is not None else Micrograd()
        if isinstance(adapter, Micrograd):
            return judge(Subject(fn, inputs, names), order)
        return judge_engine(adapter, Subject(fn, inputs, names, adapter.takes_arrays), order)
    except InconclusiveError as error:
        _discard_under_hypothesis()
        raise error.with_traceback(None) from None
    except GradientError as error:
        raise error.with_traceback(None) from None  # the next frame is the caller's


def _discard_under_hypothesis() -> None:
    hypothesis = sys.modules.get("hypothesis")
    if hypothesis is not None and hypothesis.currently_in_test_context():
        hypothesis.event("gradcheck: inconclusive")
        hypothesis.reject()
