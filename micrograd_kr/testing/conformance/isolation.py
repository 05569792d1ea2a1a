"""Running checks in a process of their own: an engine that crashes, hangs or leaves is a finding like any other.

The child writes a journal, a line of JSON for each thing it begins; when it dies, the last line says in what.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..adapters import as_engine
from ..generation.expression import Expression
from .lab import Finding
from .suite import CHECKS, Outcome, distinct, run_check, run_graph

TIME_LIMIT = 20.0  # seconds without a new line in the journal: it hangs


def find_subject(target: str) -> Any:
    """The object that MODULE:NAME names.

    Raises:
        ValueError: it is not of this form.
        ImportError: the module or the name is not there.
    """
    module, colon, name = target.partition(":")
    if not colon or not module or not name:
        raise ValueError(f"name the engine's class as MODULE:CLASS, for example mymodule:Value; got {target!r}")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        if not hasattr(found, part):
            raise ImportError(f"{module} has no {name}")
        found = getattr(found, part)
    return found


def run_isolated(target: str, checks: Sequence[str] | None = None, time_limit: float = TIME_LIMIT) -> list[Outcome]:
    """The outcome of each check, all run in one process; or, if that one dies, each in a process of its own.

    If it crashed, only the first finding of each check is kept: what damages memory spoils all that follows it.
    Before a graph is blamed it is run once more, alone in a fresh process.

    Raises:
        ImportError, ValueError: the engine cannot be loaded.
    """
    wanted = list(CHECKS) if checks is None else list(checks)
    found = _outcomes(target, wanted, time_limit)
    if len(wanted) > 1 and any(_is_death(outcome) for outcome in found):
        apart = [outcome for check in wanted for outcome in _outcomes(target, [check], time_limit)]
        kept = (
            1
            if any(finding.message == "crashes" for outcome in [*found, *apart] for finding in outcome.findings)
            else None
        )
        found = [Outcome(outcome.check, outcome.findings[:kept], outcome.skipped) for outcome in apart]
    return [
        Outcome(each.check, [_replayed(target, finding, time_limit) for finding in each.findings], each.skipped)
        for each in distinct(found)
    ]


def _replayed(target: str, finding: Finding, time_limit: float) -> Finding:
    """The finding as it is in a fresh process that runs nothing but its graph; another one if it is not found there."""
    if finding.graph is None:
        return finding
    text = json.dumps([finding.check, *finding.graph.__reduce__()[1]])
    alone = _outcomes(target, [text], time_limit)[0].findings
    if not alone:
        return Finding(finding.check, "not_alone", {"said": finding.say().splitlines()[0]}, finding.code, finding.graph)
    return finding if finding.message == alone[0].message else replace(alone[0], check=finding.check)


_DEATHS = ("crashes", "hangs", "leaves")


def _is_death(outcome: Outcome) -> bool:
    return any(finding.message in _DEATHS for finding in outcome.findings)


def _outcomes(target: str, checks: Sequence[str], time_limit: float) -> list[Outcome]:
    """The outcomes of the checks that a child came to, up to the one in which it died."""
    outcomes: list[Outcome] = []
    attempted, graph = "", None
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "journal")
        open(path, "w").close()
        message, how = _run_child(target, checks, path, time_limit)
        with open(path, encoding="utf-8") as journal:
            for line in journal:
                entry = json.loads(line)
                if "error" in entry:
                    raise ImportError(entry["error"])
                if "attempt" in entry:
                    attempted, graph = entry["attempt"], _graph_of(entry["graph"])
                if "outcome" in entry:
                    findings = [
                        Finding(check, key, pieces, code, _graph_of(steps))
                        for check, key, pieces, code, steps in entry["findings"]
                    ]
                    outcomes.append(Outcome(entry["outcome"], findings, entry["skipped"]))
    if len(outcomes) < len(checks):  # it died
        check = checks[len(outcomes)]
        outcomes.append(Outcome(check, [Finding(check, message, {"how": how}, attempted, graph)]))
    return outcomes


def _graph_of(pieces: list[Any] | None) -> Expression | None:
    return Expression(*pieces) if pieces else None


def _run_child(target: str, checks: Sequence[str], journal: str, time_limit: float) -> tuple[str, str]:
    """Run checks in a child; the key and piece of what to say if it did not come to the end."""
    command = [sys.executable, "-m", __name__, target, journal, *checks]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([path for path in sys.path if path])}
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
    )
    size, since = -1, time.monotonic()
    try:
        while True:
            try:
                _, errors = child.communicate(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                now = os.path.getsize(journal)
                if now != size:
                    size, since = now, time.monotonic()
                elif time.monotonic() - since > (time_limit if size else max(time_limit, 60)):  # it is starting
                    child.kill()
                    child.communicate()
                    return "hangs", f"{time_limit:g}"
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    if child.returncode < 0:
        return "crashes", signal.Signals(-child.returncode).name
    last = errors.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {child.returncode}"]
    return "leaves", last[0]


def _child(target: str, journal_path: str, checks: Sequence[str]) -> None:
    with open(journal_path, "a", encoding="utf-8", buffering=1) as journal:

        def note(entry: dict[str, Any]) -> None:
            journal.write(json.dumps(entry) + "\n")
            journal.flush()

        note({"attempt": "", "graph": None})
        try:
            engine = as_engine(find_subject(target))
        except Exception as error:
            note({"error": f"{target}: {error}"})
            return
        for check in checks:

            def attempt(code: str, graph: Expression | None) -> None:
                note({"attempt": code, "graph": graph and graph.__reduce__()[1]})

            if check.startswith("["):  # a graph by itself
                name, point, steps = json.loads(check)
                outcome = run_graph(name, Expression(point, steps), engine, attempt)
            else:
                outcome = run_check(check, engine, attempt)
            findings = [
                (each.check, each.message, each.pieces, each.code, each.graph and each.graph.__reduce__()[1])
                for each in outcome.findings
            ]
            note({"outcome": check, "findings": findings, "skipped": outcome.skipped})


if __name__ == "__main__":
    _child(sys.argv[1], sys.argv[2], sys.argv[3:])
