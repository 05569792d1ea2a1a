"""What every scalar engine must get right, as checks that any engine can be put through.

Each check is a function of a `Lab`, which speaks to the engine through an adapter, compares with derivatives found
without any engine, and notes a `Finding` in words with the smallest graph that shows it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

from ..adapters import Engine
from . import checks_of_passes as passes
from . import checks_of_rules as rules
from .lab import LACKING, Finding, Lab

# From the simplest graph to the largest.
CHECKS: dict[str, Callable[[Lab], None]] = {
    check.__name__: check
    for check in (
        rules.leaves,
        rules.operators,
        rules.reflected_operators,
        rules.integers,
        rules.functions,
        passes.sharing,
        passes.unused_values,
        passes.python_sum,
        passes.two_losses,
        passes.two_losses_on_one_result,
        passes.repeated_backward,
        passes.zero_grad,
        passes.training,
        passes.changed_leaves,
        rules.corners,
        rules.not_a_number,
        rules.random_graphs,
        passes.wide_graphs,
        passes.deep_chains,
    )
}


@dataclass(frozen=True)
class Outcome:
    """How one check went: its findings, or why it was skipped ("" if it was not)."""

    check: str
    findings: list[Finding]
    skipped: str = ""


def run_check(name: str, engine: Engine, attempt: Callable[[str], None] = lambda code: None) -> Outcome:
    """Put an engine through one check."""
    lab = Lab(engine, attempt)
    lab.check = name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # ignore the engine's warnings
            CHECKS[name](lab)
    except LACKING as error:
        if not lab.findings:
            return Outcome(name, [], str(error) or type(error).__name__)
    if not lab.ran:
        return Outcome(name, [], "nothing of it is offered")
    return Outcome(name, lab.findings)
