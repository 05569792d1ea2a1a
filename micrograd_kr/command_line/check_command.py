"""`micrograd-kr check MODULE:CLASS`: everything that a scalar engine must get right; exit code 0 only if it does."""

from __future__ import annotations

import argparse
from typing import Any

from ..files import write_whole
from ..locale import language, translate
from .arguments import import_from_here
from .output import CommandError, console, show_lines


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
    from ..testing.conformance.verdict import verdict
    from ..testing.conformance.written import as_junit, as_markdown

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
    text, conforms = verdict(outcomes, arguments.target)
    show_lines(console(), text)
    return 0 if conforms else 1
