"""What every scalar engine must get right, as checks that any engine can be put through.

Each check is a function of a `Lab`, which speaks to the engine through an adapter, compares with derivatives found
without any engine, and notes a `Finding` in words with the smallest graph that shows it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..adapters import Engine
from ..generation.expression import Expression
from . import checks_of_passes as passes
from . import checks_of_rules as rules
from .lab import LACKING, Attempt, Finding, Lab

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
        passes.deep_chains,
        passes.wide_graphs,
    )
}


@dataclass(frozen=True)
class Outcome:
    """How one check went: its findings, or why it was skipped ("" if it was not)."""

    check: str
    findings: list[Finding]
    skipped: str = ""


def run_check(name: str, engine: Engine, attempt: Attempt = lambda code, graph: None) -> Outcome:
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


def run_graph(check: str, graph: Expression, engine: Engine, attempt: Attempt = lambda code, graph: None) -> Outcome:
    """Put an engine through one graph, as the check did that found something wrong with it."""
    lab = Lab(engine, attempt)
    lab.check = check
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if check in ("corners", "not_a_number"):  # a row at a corner, where other numbers are right than inside
            CHECKS[check](lab)
            return Outcome(check, [finding for finding in lab.findings if finding.graph == graph])
        lab.expect(graph)
    return Outcome(check, lab.findings)


_CAUSES = ("no_accumulation", "recursion")  # what a number or an error alone shows to be the cause


def distinct(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes of all checks without what an earlier finding explains: one cause has one message.

    A graph says nothing new if it holds an op that is wrong by itself; nor, if it uses a value twice, where that is
    what goes wrong.
    """
    wrong: dict[str, str] = {}  # what is wrong by itself, and the check that found it
    found = []
    for outcome in outcomes:
        new, explained = [], ""
        for finding in outcome.findings:
            causes = _parts(finding.graph) if finding.graph else [finding.message] * (finding.message in _CAUSES)
            explained = explained or next((wrong[each] for each in causes if each in wrong), "")
            if not any(each in wrong for each in causes):
                new.append(finding)
                if finding.graph is None or (finding.message == "wrong_number" and len(finding.graph.steps) == 1):
                    wrong |= dict.fromkeys(causes[-1:], outcome.check)
        skipped = outcome.skipped or (f"nothing beyond what {explained!r} found" if explained and not new else "")
        found.append(Outcome(outcome.check, new, skipped))
    return found


def _parts(graph: Expression) -> list[str]:
    """The ops of a graph, and at the end "shared" if something is used twice."""
    used = [x for step in graph.steps for x in step[1:] if isinstance(x, str)]
    return [step[0] for step in graph.steps] + ["shared"] * (len(used) > len(set(used)))
