"""What every scalar engine must get right, as checks that any engine can be put through.

Each check is a function of a `Lab`, which speaks to the engine through an adapter, compares with derivatives found
without any engine, and notes a `Finding` in words with the smallest graph that shows it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...engine import Value
from . import checks_of_passes as passes
from . import checks_of_rules as rules
from ..adapters import Engine, Micrograd
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
            warnings.simplefilter("ignore")  # what an engine says on the way is its own affair
            CHECKS[name](lab)
    except LACKING as error:
        if not lab.findings:
            return Outcome(name, [], str(error) or type(error).__name__)
    if not lab.ran:
        return Outcome(name, [], "nothing of it is offered")
    return Outcome(name, lab.findings)


def as_engine(subject: Any) -> Engine:
    """The adapter for a class of values (or a function that makes one), or the adapter itself."""
    if isinstance(subject, Engine):
        return subject
    if isinstance(subject, type) and issubclass(subject, Engine):
        return subject()  # type: ignore[call-arg]
    if subject is Value:
        return Micrograd()
    if not callable(subject):
        raise TypeError(
            f"an engine is a class of values or an adapter, not the {type(subject).__name__} {subject!r:.60}"
        )
    return Engine(subject)


class EngineConformance:
    """Everything that a scalar engine must get right, as a test class to inherit from.

    `Value` is the class of the engine's values, or a function that makes one from a float; or an adapter (see
    `adapters`) where the engine does not speak of .data, .grad and .backward(). What the engine does not offer is
    skipped. With `isolated = "module:name"` the engine runs in a process of its own, so that a crash is a finding, too.

        class TestMine(EngineConformance):
            Value = MyValue
    """

    Value: Any = None
    isolated: str = ""

    def _conforms(self, name: str) -> None:
        import pytest

        if self.isolated:
            from .isolation import run_isolated

            outcome = run_isolated(self.isolated, [name])[0]
        else:
            subject = type(self).Value
            if subject is None:
                raise TypeError(f"{type(self).__name__} has no Value: set it to the class of your engine's values")
            outcome = run_check(name, as_engine(subject))
        if outcome.skipped:
            pytest.skip(outcome.skipped)
        if outcome.findings:
            raise AssertionError("\n\n".join(finding.say() for finding in outcome.findings))


def _as_method(name: str, check: Callable[[Lab], None]) -> Any:
    def method(self: EngineConformance) -> None:
        self._conforms(name)

    method.__name__ = f"test_{name}"
    method.__qualname__ = f"EngineConformance.test_{name}"
    method.__doc__ = check.__doc__
    return method


for _name, _function in CHECKS.items():
    setattr(EngineConformance, f"test_{_name}", _as_method(_name, _function))
