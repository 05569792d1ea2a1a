"""Property-testing gradients: for this engine, for ops of your own, and for anyone's engine."""

from typing import TYPE_CHECKING, Any

from .checking import gradcheck
from .conformance import EngineConformance
from .expression import Expression
from .growing import random_expression
from .mutants import Mutant, Score, mutants, mutation_score
from .report import GradientError, InconclusiveError, Report
from .samples import check_row

if TYPE_CHECKING:
    from .strategies import expressions, points

__all__ = [
    "EngineConformance",
    "Expression",
    "GradientError",
    "InconclusiveError",
    "Mutant",
    "Report",
    "Score",
    "check_row",
    "expressions",
    "gradcheck",
    "mutants",
    "mutation_score",
    "points",
    "random_expression",
]

# What needs Hypothesis is loaded when first asked for: gradcheck works without it.
_LAZY = {"expressions": "strategies", "points": "strategies"}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        found = globals()[name] = getattr(import_module(f".{_LAZY[name]}", __name__), name)
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
