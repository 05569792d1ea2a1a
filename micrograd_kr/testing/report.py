"""What gradcheck says: its report, and the two ways in which it can fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .blame import Blame


class GradientError(AssertionError):
    """A gradient is wrong: the report says which, what was expected, and which op is to blame.

    Attributes:
        op: the row to blame, None if every rule is right (then the engine adds them up wrongly) or unknown.
        input: the name of the input or parameter.
        expected, got: the derivative by the oracle, and by the engine.
        line: where the node to blame was made, "file:number"; "" if unknown.
    """

    def __init__(self, message: str, found: Blame, name: str, expected: Any, got: Any) -> None:
        super().__init__(message)
        self.op, self.line, self.node = found.op, found.line, found.node
        self.input, self.expected, self.got = name, expected, got


class InconclusiveError(AssertionError):
    """Nothing could be told: the derivative is 0 or too flat to see, or there is none at this point."""


@dataclass(frozen=True)
class Line:
    """One derivative that was checked."""

    name: str
    expected: Any
    got: Any
    oracle: str
    verdict: str  # "right", "independent", "constant" or "flat"


@dataclass(frozen=True)
class Report:
    """What gradcheck found: every derivative beside its oracle."""

    order: int
    lines: list[Line] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(
            f"d/d{line.name}: {short(line.got)}, expected {short(line.expected)} by {line.oracle}: {line.verdict}"
            for line in self.lines
        )


def short(x: Any) -> str:
    """A number with ten digits, for the report; Fractions whole."""
    if isinstance(x, Fraction | int | str):
        return str(x)
    try:
        return f"{float(x):.10g}"
    except TypeError:
        return f"{complex(x):.10g}"
