"""An engine that the reader built, judged in words."""

from __future__ import annotations

from typing import Any


def judge(engine: Any) -> None:
    """Print what `python -m micrograd_kr check MODULE:CLASS` says, for a class that is in no module yet.

    Args:
        engine: a class of values with `.data`, `.grad` and `.backward()`.

    >>> import os; os.environ["MICROGRAD_KR_LANG"] = "en"
    >>> from micrograd_kr import Value
    >>> judge(Value)  # doctest: +ELLIPSIS
    a leaf, and d x / d x = 1: right
    ...
    Value conforms: all 19 checks passed.
    """
    from micrograd_kr.testing.adapters import as_engine
    from micrograd_kr.testing.conformance.suite import CHECKS, run_check
    from micrograd_kr.testing.conformance.verdict import verdict

    adapter = as_engine(engine)
    print(verdict([run_check(check, adapter) for check in CHECKS], engine.__name__).text)
