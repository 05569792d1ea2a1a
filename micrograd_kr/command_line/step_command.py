"""`micrograd-kr step EXPR name=number ...`: backpropagation through an expression, one step at a time."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from .arguments import add_expression_parser, expression_of
from .output import console, say, show, show_step

if TYPE_CHECKING:
    from rich.console import Console

    from ..stepper import Stepper


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the parser of this command."""
    parser = add_expression_parser(subparsers, "step")
    parser.add_argument("--all", action="store_true", help=say("step.all"))


def run(arguments: argparse.Namespace) -> int:
    """Step at the user's pace in a terminal; print all steps at once in a pipe."""
    root = expression_of(arguments)

    from ..stepper import Stepper

    stepper, out = Stepper(root), console()
    if arguments.all or not (sys.stdin.isatty() and out.is_terminal):
        print_all(out, stepper)
    else:
        from .session import Session

        Session(stepper, out).run()
    return 0


def print_all(out: Console, stepper: Stepper) -> None:
    """All steps in words, and at the end the derivative with respect to each input."""
    from ..graph import format_number

    phase = ""
    digits = len(str(len(stepper)))
    for step in stepper:
        if step.phase != phase:
            phase = step.phase
            out.print(say(f"step.{phase}"), style="bold")
        show_step(out, step, digits)
    inputs = [node for node in stepper.nodes if node.op is None and node is not stepper.output]
    if inputs:
        out.print(say("step.gradients"), style="bold")
    names = stepper.names
    for node in inputs:
        show(out, f"d {names[stepper.output]} / d {names[node]} = {format_number(node.grad)}", indent=2)
