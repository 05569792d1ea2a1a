"""`micrograd-kr check MODULE:CLASS`: everything that a scalar engine must get right; exit code 0 only if it does."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from ..locale import translate
from ._output import CommandError


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the parser of this command."""
    text = translate("testing.command.check")
    parser = subparsers.add_parser("check", help=text, description=text)
    parser.add_argument("target", metavar="MODULE:CLASS", help=translate("testing.command.check.target"))
    parser.add_argument(
        "--time-limit", type=float, default=20.0, metavar="SECONDS", help=translate("testing.command.check.time_limit")
    )


def run(arguments: argparse.Namespace) -> int:
    """Run every check in a process of its own, and say what is wrong: 1 if anything is."""
    from ..testing.conformance.isolation import run_isolated

    if os.getcwd() not in sys.path and "" not in sys.path:  # the engine may stand in the folder we are in
        sys.path.insert(0, os.getcwd())
    try:
        outcomes = run_isolated(arguments.target, time_limit=arguments.time_limit)
    except (ImportError, ValueError) as error:
        raise CommandError(translate("testing.cannot_load", error=str(error))) from None
    wrong = skipped = 0
    for outcome in outcomes:
        verdict = "wrong" if outcome.findings else "skipped" if outcome.skipped else "ok"
        wrong += bool(outcome.findings)
        skipped += bool(outcome.skipped and not outcome.findings)
        print(f"{translate(f'testing.check.{outcome.check}')}: {translate(f'testing.{verdict}')}")
        for finding in outcome.findings:
            print("\n".join(f"    {line}" for line in finding.say().splitlines()))
    if all(outcome.skipped for outcome in outcomes):  # an engine that offers nothing is none
        print("\n" + translate("testing.offers_nothing", name=arguments.target))
        return 1
    summary = {"name": arguments.target, "all": str(len(outcomes)), "wrong": str(wrong), "skipped": str(skipped)}
    summary["right"] = str(len(outcomes) - wrong - skipped)
    print("\n" + translate("testing.does_not_conform" if wrong else "testing.conforms", **summary))
    return 1 if wrong else 0
