"""Property-testing gradients: for this engine, for ops of your own, and for anyone's engine.

generation/   random expression graphs: as data, grown at random, as Hypothesis strategies, made smaller
adapters.py   how to speak to other engines
gradients/    gradcheck: one node, the chain rule, what escapes the graph; other engines; blame and the report
conformance/  what every scalar engine must get right, in a process of its own
mutation/     the engine broken in one place, and the tests that do not notice
"""

from typing import TYPE_CHECKING, Any

from .generation.expression import Expression
from .generation.growing import random_expression
from .gradients.checking import gradcheck
from .gradients.report import GradientError, InconclusiveError, Report
from .gradients.rows import check_row

if TYPE_CHECKING:
    from . import adapters
    from .conformance.test_class import EngineConformance
    from .generation.strategies import expressions, points
    from .mutation.mutants import Mutant, mutants
    from .mutation.score import Score, mutation_score

__all__ = [
    "EngineConformance",
    "Expression",
    "GradientError",
    "InconclusiveError",
    "Mutant",
    "Report",
    "Score",
    "adapters",
    "check_row",
    "expressions",
    "gradcheck",
    "mutants",
    "mutation_score",
    "points",
    "random_expression",
]

# Loaded when first asked for: gradcheck works without Hypothesis and pytest.
_LAZY = {
    "EngineConformance": "conformance.test_class",
    "Mutant": "mutation.mutants",
    "Score": "mutation.score",
    "adapters": "adapters",
    "expressions": "generation.strategies",
    "mutants": "mutation.mutants",
    "mutation_score": "mutation.score",
    "points": "generation.strategies",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        module = import_module(f".{_LAZY[name]}", __name__)
        found = globals()[name] = module if name == "adapters" else getattr(module, name)
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
