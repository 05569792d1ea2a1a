"""`micrograd-kr check MODULE:CLASS`: everything that a scalar engine must get right; exit code 0 only if it does."""

from __future__ import annotations

import argparse
from typing import Any

from ..files import write_whole
from ..locale import language, translate
from .arguments import import_from_here
from .output import CommandError, console, show, show_lines


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the parser of this command."""
    text = translate("testing.command.check")
    parser = subparsers.add_parser("check", help=text, description=text)
    parser.add_argument("target", metavar="MODULE:CLASS", help=translate("testing.command.check.target"))
    parser.add_argument(
        "--time-limit", type=float, default=20.0, metavar="SECONDS", help=translate("testing.command.check.time_limit")
    )
    for name in ("junit", "markdown"):
        parser.add_argument(f"--{name}", metavar="FILE", help=translate(f"testing.command.check.{name}"))


def run(arguments: argparse.Namespace) -> int:
    """Run every check in a process of its own, and say what is wrong: 1 if anything is."""
    from ..testing.conformance.isolation import run_isolated
    from ..testing.conformance.written import as_junit, as_markdown, score, skipped

    import_from_here()
    try:
        outcomes = run_isolated(arguments.target, time_limit=arguments.time_limit)
    except (ImportError, ValueError) as error:
        raise CommandError(translate("testing.cannot_load", error=str(error))) from None
    for path, write in ((arguments.junit, as_junit), (arguments.markdown, as_markdown)):
        if path:
            try:
                write_whole(path, write(arguments.target, outcomes, language()) + "\n")
            except OSError as error:
                raise CommandError(str(error)) from None
    out = console()
    counts = {"wrong": 0, "skipped": 0, "ok": 0}
    for outcome in outcomes:
        verdict = "wrong" if outcome.findings else "skipped" if outcome.skipped else "ok"
        counts[verdict] += 1
        show(out, f"{translate(f'testing.check.{outcome.check}')}: {translate(f'testing.{verdict}')}")
        for finding in outcome.findings:
            show_lines(out, finding.say(), indent=4)
    if all(outcome.skipped for outcome in outcomes):  # an engine that offers nothing is no engine
        verdict = "offers_nothing"
    else:
        verdict = "does_not_conform" if counts["wrong"] else "conforms" if counts["skipped"] else "conforms_fully"
    out.print()
    right, ran = score(outcomes)
    names = [translate(f"testing.check.{name}") for name in skipped(outcomes)]
    show(out, translate("testing.check.score", right=right, ran=ran, skipped="; ".join(names) or "-"))
    show(out, translate(f"testing.{verdict}", name=arguments.target, all=len(outcomes), right=counts["ok"], **counts))
    return 0 if verdict.startswith("conforms") else 1
