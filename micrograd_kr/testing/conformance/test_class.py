"""The conformance checks as a test class to inherit from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..adapters import as_engine
from .isolation import run_isolated
from .lab import Lab
from .suite import CHECKS, run_check


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
