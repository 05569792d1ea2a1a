"""What the checks found, in words.

>>> from .suite import Outcome
>>> print(verdict([Outcome("leaves", []), Outcome("functions", [], "none")], "mine:Value", "en").text)
a leaf, and d x / d x = 1: right
functions and their derivatives: skipped
<BLANKLINE>
Score: 1 of 1. Skipped: functions and their derivatives.
mine:Value conforms: 1 checks passed, 1 skipped because it lacks what they check.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ...locale import translate
from ..adapters import as_engine
from .suite import CHECKS, Outcome, run_check
from .written import score, skipped


class Verdict(NamedTuple):
    """The words of the judge, and whether the engine conforms."""

    text: str
    conforms: bool


def verdict(outcomes: Sequence[Outcome], name: str, lang: str | None = None) -> Verdict:
    """A line for each check, its findings below it, and the verdict.

    Args:
        outcomes: how each check went.
        name: of the engine.
        lang: its language; by default the reader's.
    """
    lines = []
    counts = {"wrong": 0, "skipped": 0, "ok": 0}
    for outcome in outcomes:
        result = "wrong" if outcome.findings else "skipped" if outcome.skipped else "ok"
        counts[result] += 1
        lines.append(f"{translate(f'testing.check.{outcome.check}', lang)}: {translate(f'testing.{result}', lang)}")
        lines += [f"    {line}" for finding in outcome.findings for line in finding.say(lang).splitlines()]
    if all(outcome.skipped for outcome in outcomes):  # an engine that offers nothing is no engine
        said = "offers_nothing"
    else:
        said = "does_not_conform" if counts["wrong"] else "conforms" if counts["skipped"] else "conforms_fully"
    right, ran = score(outcomes)
    left_out = "; ".join(translate(f"testing.check.{check}", lang) for check in skipped(outcomes)) or "-"
    lines += ["", translate("testing.check.score", lang, right=right, ran=ran, skipped=left_out)]
    lines += [translate(f"testing.{said}", lang, name=name, all=len(outcomes), right=counts["ok"], **counts)]
    return Verdict("\n".join(lines), said.startswith("conforms"))


def judge(engine: Any) -> None:
    """Print what `python -m micrograd_kr check MODULE:CLASS` says, for a class that is in no module yet.

    The checks run in this process: an engine that crashes or hangs takes it along.

    Args:
        engine: a class of values with `.data`, `.grad` and `.backward()`.

    >>> import os; os.environ["MICROGRAD_KR_LANG"] = "en"
    >>> from micrograd_kr import Value
    >>> judge(Value)  # doctest: +ELLIPSIS
    a leaf, and d x / d x = 1: right
    ...
    Value conforms: all 19 checks passed.
    """
    adapter = as_engine(engine)
    print(verdict([run_check(check, adapter) for check in CHECKS], engine.__name__).text)
