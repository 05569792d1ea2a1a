"""How many mutants a test notices."""

from __future__ import annotations

import asyncio
import inspect
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..gradients.report import InconclusiveError
from .mutants import Mutant, mutants


@dataclass(frozen=True)
class Score:
    """Which mutants a test noticed."""

    killed: list[Mutant]
    survived: list[Mutant]

    @property
    def share(self) -> float:
        """The share of the mutants that the test noticed, 0 to 1."""
        return len(self.killed) / max(1, len(self.killed) + len(self.survived))

    def __float__(self) -> float:
        return self.share

    def __str__(self) -> str:
        lines = [f"{len(self.killed)} of {len(self.killed) + len(self.survived)} mutants killed ({self.share:.0%})"]
        return "\n".join(lines + [f"  lives: {mutant.name}" for mutant in self.survived])


def mutation_score(
    test: Callable[[], Any], which: list[Mutant] | None = None, *, time_limit: float | None = 60.0
) -> Score:
    """Run a test once under each mutant, and find which of them it lets live.

    Args:
        test: a test without arguments (one made by Hypothesis's `given` will do, and a coroutine function); it fails by
            raising an exception, `pytest.fail` included. An InconclusiveError and `pytest.skip` are no failures.
        which: the mutants to try; `mutants()` if None.
        time_limit: seconds after which a test under a mutant counts as failed (a loop that never ends); it needs a
            system with signals, and the main thread. None for no limit.

    Raises:
        ValueError: the test fails already when nothing is broken.

    >>> from micrograd_kr import Value
    >>> from micrograd_kr.testing.mutation.mutants import mutants
    >>> def test():
    ...     x, y = Value(3.0), Value(2.0)
    ...     (x * y).backward()
    ...     assert x.grad == 2.0
    >>> print(mutation_score(test, mutants("mul")))
    4 of 7 mutants killed (57%)
      lives: mul[1]: scaled by 1.01
      lives: mul[1]: zeroed
      lives: mul[1]: sign flipped
    """
    with _short_hypothesis(test):
        failure = _failure(test, None)
        if failure is not None:
            raise ValueError(f"the test fails although nothing is broken: {failure}") from failure
        killed: list[Mutant] = []
        survived: list[Mutant] = []
        for mutant in mutants() if which is None else which:
            with mutant:
                failed = _failure(test, time_limit) is not None
            (killed if failed else survived).append(mutant)
    return Score(killed, survived)


def _failure(test: Callable[[], Any], time_limit: float | None) -> BaseException | None:
    """The exception by which the test fails; None if it passes, or cannot decide."""
    try:
        with limited(time_limit):
            result = test()
            if inspect.iscoroutine(result):
                asyncio.run(result)
    except (KeyboardInterrupt, SystemExit, InconclusiveError) as error:
        if isinstance(error, InconclusiveError):
            return None
        raise
    except BaseException as error:  # pytest.fail raises no Exception
        return None if type(error).__name__ == "Skipped" else error
    return None


@contextmanager
def limited(seconds: float | None) -> Iterator[None]:
    """A block that is left by a TimeoutError after so many seconds, where the system and the thread allow it."""
    possible = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if seconds is None or not possible:
        yield
        return

    def stop(*_: Any) -> None:
        raise TimeoutError(f"no end after {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _short_hypothesis(test: Any) -> Iterator[None]:
    """A Hypothesis test that is only to fail or not: no shrinking, nothing kept for the next run."""
    if not hasattr(test, "hypothesis"):
        yield
        return
    from hypothesis import HealthCheck, Phase, settings

    attribute = "_hypothesis_internal_use_settings"
    before = getattr(test, attribute, None)
    short = settings(
        before, database=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
    )
    try:
        setattr(test, attribute, short)
        yield
    finally:
        setattr(test, attribute, before)
