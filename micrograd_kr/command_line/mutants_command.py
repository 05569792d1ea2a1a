"""`micrograd-kr mutants [MODULE:TEST]`: the ways to break the engine, or those that a test does not notice."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ..locale import is_known, translate
from .arguments import import_from_here
from .output import CommandError, console, show

if TYPE_CHECKING:
    from ..testing import Mutant


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the parser of this command."""
    text = translate("testing.command.mutants")
    parser = subparsers.add_parser("mutants", help=text, description=text)
    parser.add_argument("test", metavar="MODULE:TEST", nargs="?", help=translate("testing.command.mutants.test"))


def run(arguments: argparse.Namespace) -> int:
    """List the mutants, or try a test on them: 1 if some mutant survives."""
    from ..testing import mutants, mutation_score
    from ..testing.conformance.isolation import find_subject

    out = console()
    if arguments.test is None:
        for mutant in mutants():
            show(out, described(mutant))
        return 0
    import_from_here()
    try:
        score = mutation_score(find_subject(arguments.test))
    except (ImportError, ValueError) as error:
        raise CommandError(str(error)) from None
    counts = {"killed": len(score.killed), "all": len(score.killed) + len(score.survived)}
    show(out, translate("testing.mutants.killed", share=score.share, **counts))
    for mutant in score.survived:
        show(out, translate("testing.mutants.lives", mutant=described(mutant)), indent=2)
    return 1 if score.survived else 0


def described(mutant: Mutant) -> str:
    """The mutant's name, with what is broken in the reader's language."""
    key = f"testing.mutant.{mutant.kind}"
    return mutant.name.replace(mutant.kind, translate(key)) if is_known(key) else mutant.name
