"""The result of gradcheck: a report with a verdict for each input, and the two ways in which a check can fail."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from html import escape
from textwrap import wrap
from typing import Any, Literal

from ...html_table import html_table
from .chain import Derivative
from .precision import is_complex, size_of
from .tolerances import EXACT

Verdict = Literal["right", "kink", "flat", "constant", "independent", "undecided"]

_WIDTH = 80  # columns of the smallest usual terminal


class GradientError(AssertionError):
    """A gradient is wrong: the message says which, what was expected, and which op is to blame.

    Attributes:
        op: the row to blame, None if every rule is right (then the engine adds them up wrongly) or unknown.
        input: the name of the input or parameter.
        expected, got: the derivative by the oracle, and by the engine.
        line: where the node to blame was made, "file:number"; "" if unknown.
        node: the Value to blame, None if unknown.
    """

    def __init__(self, message: str, name: str, expected: Any, got: Any, blame: Any = None) -> None:
        super().__init__(message)
        self.input, self.expected, self.got = name, expected, got
        self.op = getattr(blame, "op", None)
        self.node = getattr(blame, "node", None)
        self.line: str = getattr(blame, "line", "")


class InconclusiveError(AssertionError):
    """The check cannot decide about any input: each derivative is 0, or too flat to see, or is none at this point.

    Attributes:
        report: the verdict on each input; None if fn has no number there.
    """

    def __init__(self, message: str, report: Report | None = None) -> None:
        super().__init__(message)
        self.report = report


@dataclass(frozen=True)
class Judgement:
    """One derivative that was checked.

    Attributes:
        name: the input or parameter; two of them for a second derivative.
        expected: the derivative by the oracle.
        got: the derivative by the engine.
        oracle: where the expected one comes from.
        verdict: "right"; "kink" (one of several that are right); "flat" (0, or too small to tell, at this point);
            "constant" (0 around the point, too); "independent" (no path leads to it); "undecided" (no oracle).
    """

    name: str
    expected: Any
    got: Any
    oracle: str
    verdict: Verdict

    def __str__(self) -> str:
        got, expected = self.shown
        return f"d/d{self.name}: {got}, expected {expected} by {self.oracle}: {self.verdict}"

    @property
    def shown(self) -> tuple[str, str]:
        """What was got and what was expected, as text."""
        if self.verdict == "flat":
            return apart(self.got, self.expected)
        return short(self.got), short(self.expected)


@dataclass(frozen=True)
class Report:
    """What gradcheck found: every derivative beside its oracle, and notes on what it could not look at."""

    order: int
    lines: list[Judgement] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.lines), *[folded(f"note: {note}") for note in self.notes]])

    def _repr_html_(self) -> str:
        """What a notebook shows: a table with a row for each derivative, then the notes."""
        rows = [(f"d/d{line.name}", line.oracle, line.verdict, *line.shown) for line in self.lines]
        table = html_table(rows, ("derivative", "oracle", "verdict", "got", "expected"), left=3)
        return table + "".join(f"<p>{escape(note)}</p>" for note in self.notes)


def wrong(what: str, place: str, accused: Any, name: str, expected: Any = None, got: Any = None) -> GradientError:
    """The error that says what is wrong, where, and what is to blame."""
    lines = [what, f"  at {place}", *[f"  {line}" for line in str(accused or "").splitlines()]]
    return GradientError(folded("\n".join(lines)), name, expected, got, accused)


def concluded(report: Report, place: str) -> Report:
    """The report; InconclusiveError if nothing at all was seen. What is flat beside something else is a verdict."""
    if any(line.verdict in ("right", "kink") for line in report.lines):
        return report
    line = report.lines[0]
    if line.verdict == "undecided":
        raise InconclusiveError(folded(f"d/d{line.name} has no oracle at {place}: check at another point"), report)
    what = "is 0"
    if line.verdict == "flat" and line.expected != 0:
        what = f"is too flat to tell: {short(line.expected)} by {line.oracle}, {short(line.got)} by the engine"
    text = (
        f"d/d{line.name} {what} at {place}, where a wrong rule gives 0, too: "
        "check at another point, where the function is not flat"
    )
    raise InconclusiveError(folded(text), report)


def as_shown(known: Derivative, got: Any) -> Any:
    """The true derivative as a number of the kind that the engine gave."""
    if isinstance(got, int | Fraction) and known.allows(got, EXACT):
        return got
    if isinstance(got, complex) or is_complex(known.low):
        return complex(known.low)
    return float(known.low) if size_of(known.low) < math.inf else known.low


def folded(text: str) -> str:
    """Each line of a text broken to fit a terminal; what is too long for a line in one word is left whole."""
    found = []
    for line in text.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        options: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}
        found += wrap(line, _WIDTH, initial_indent="", subsequent_indent=indent + "  ", **options) or [""]
    return "\n".join(found)


def short(x: Any, digits: int = 10) -> str:
    """A number with ten digits, for the report; Fractions whole, other things as they print.

    >>> short(1 / 3), short(Fraction(1, 3))
    ('0.3333333333', '1/3')
    """
    if isinstance(x, Fraction | int | str) or x is None:
        return str(x)
    if hasattr(x, "_mpf_") and (x > 1e308 or 0 < abs(x) < 1e-307):
        import mpmath

        return str(mpmath.nstr(x, digits))
    try:
        return f"{float(x):.{digits}g}"
    except TypeError:
        pass
    try:
        return f"{complex(x):.{digits}g}"
    except (TypeError, ValueError):
        return f"{x!r:.60}"


def apart(x: Any, y: Any) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to see that they differ.

    >>> apart(1.0, 1.0000000000001)
    ('1', '1.0000000000001')
    """
    texts = short(x), short(y)
    for digits in (14, 17):
        if texts[0] == texts[1]:
            texts = short(x, digits), short(y, digits)
    return texts
