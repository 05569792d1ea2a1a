"""`pytest --gradient-mutants`: a whole test suite, run once under each mutant; those that it lets live are listed.

The suite runs as usual first. Then, for each mutant, the process forks after the collection: the child breaks the
engine and runs the collected tests up to the first that fails, with their fixtures and parameters, whatever kind of
test they are. A child that is not done in time is stopped, and counts as a failure, as does one that crashes.
Under xdist (`-n 2`) each worker, which has collected the whole suite, takes its share of the mutants.
`_micrograd_kr_pytest`, beside the package, adds the options and loads this module only if they are used.
"""

from __future__ import annotations

import linecache
import os
import signal
import time
from collections.abc import Sequence
from typing import Any

import pytest

from .mutants import Mutant, mutants

_ESCAPES = 99  # the exit code of a child in which no test failed


def pytest_configure(config: pytest.Config) -> None:
    """Complain where processes cannot be forked."""
    if config.getoption("--gradient-mutants") and not hasattr(os, "fork"):
        raise pytest.UsageError("--gradient-mutants needs a system that can fork processes")


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Any:
    """After the suite has passed as it is, run it under each mutant."""
    result = yield
    config = session.config
    if not config.getoption("--gradient-mutants") or session.testsfailed or config.option.collectonly:
        return result
    found = mutants(second_order=config.getoption("--gradient-mutants-second-order"))
    chosen = [mutant for mutant in found if config.getoption("--gradient-mutants-match") in mutant.name]
    if config.pluginmanager.hasplugin("dsession"):  # xdist's controller: the workers have run them
        return result
    worker = getattr(config, "workerinput", None)
    if worker is None:
        config.stash[_RESULT] = _run_under_each(session, chosen)
    else:
        share = chosen[int(worker["workerid"].removeprefix("gw")) :: worker["workercount"]]
        config.workeroutput[_OUTPUT] = _run_under_each(session, share)  # type: ignore[attr-defined]
    return result


_RESULT = pytest.StashKey[dict[str, bool]]()
_OUTPUT = "micrograd_kr gradient mutants"


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker of xdist has found."""
    killed = getattr(node, "workeroutput", {}).get(_OUTPUT, {})
    node.config.stash[_RESULT] = {**node.config.stash.get(_RESULT, {}), **killed}


def _run_under_each(session: pytest.Session, chosen: Sequence[Mutant]) -> dict[str, bool]:
    """Whether some test failed, for each mutant by name."""
    limit = session.config.getoption("--gradient-mutants-limit")
    waiting, killed = list(reversed(chosen)), dict[str, bool]()
    running: dict[int, tuple[Mutant, float]] = {}
    while waiting or running:
        while waiting and len(running) < session.config.getoption("--gradient-mutants-jobs"):
            mutant = waiting.pop()
            running[_fork(session, mutant)] = mutant, time.monotonic() + limit
        for child, (mutant, deadline) in list(running.items()):
            done, status = os.waitpid(child, os.WNOHANG)
            if not done and time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
                done, status = os.waitpid(child, 0)
            if done:
                del running[child]
                killed[mutant.name] = not (os.WIFEXITED(status) and os.WEXITSTATUS(status) == _ESCAPES)
        time.sleep(0.005)
    return killed


def _fork(session: pytest.Session, mutant: Mutant) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        for plugin in list(session.config.pluginmanager.get_plugins()):
            if type(plugin).__name__ in ("WorkerInteractor", "TerminalReporter"):  # nothing is reported to anyone
                session.config.pluginmanager.unregister(plugin)
        with mutant:
            items = session.items
            for item, following in zip(items, [*items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.testsfailed:
                    break
        code = 1 if session.testsfailed else _ESCAPES
    finally:
        os._exit(code)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """List the mutants that live, each with the line that nobody tests."""
    killed = config.stash.get(_RESULT, {})
    if not killed or terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        return
    terminalreporter.section("gradient mutants")
    terminalreporter.line(f"{sum(killed.values())} of {len(killed)} mutants killed")
    second_order = config.getoption("--gradient-mutants-second-order")
    for mutant in [each for each in mutants(second_order=second_order) if not killed.get(each.name, True)]:
        place = line_of(mutant)
        terminalreporter.line(f"  lives: {mutant.name}" + (f"   {place}" if place else ""))


def line_of(mutant: Mutant) -> str:
    """Where the row stands whose rule the mutant breaks, "file:number"; "" for a mutant of the mechanism.

    >>> line_of(mutants("tanh")[0]).rpartition(":")[0].endswith("ops.py")
    True
    """
    if mutant.op is None:
        return ""
    from ... import ops

    table = ops.__file__
    for number, line in enumerate(linecache.getlines(table), start=1):
        if line.startswith(f'_("{mutant.op.name}"'):
            return f"{table}:{number}"
    code = getattr(mutant.op.forward, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else ""
