"""`micrograd-kr mutants [MODULE:TEST]`: the ways to break the engine, or those that a test lets live."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from ..locale import translate
from ._output import CommandError


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the parser of this command."""
    text = translate("testing.command.mutants")
    parser = subparsers.add_parser("mutants", help=text, description=text)
    parser.add_argument("test", metavar="MODULE:TEST", nargs="?", help=translate("testing.command.mutants.test"))


def run(arguments: argparse.Namespace) -> int:
    """List the mutants, or try a test on them: 1 if it lets one live."""
    from ..testing import mutants, mutation_score
    from ..testing.conformance.isolation import find_subject

    if arguments.test is None:
        print("\n".join(mutant.name for mutant in mutants()))
        return 0
    if os.getcwd() not in sys.path and "" not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        score = mutation_score(find_subject(arguments.test))
    except (ImportError, ValueError) as error:
        raise CommandError(str(error)) from None
    print(score)
    return 1 if score.survived else 0
