"""`micrograd-kr draw EXPR name=number ... -o graph.svg`: the graph of an expression as a picture."""

from __future__ import annotations

import argparse
from typing import Any

from .arguments import add_expression_parser, expression_of
from .output import PICTURES, STANDARD_OUTPUT, console, draw_into, output_path, say, show


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the parser of this command."""
    parser = add_expression_parser(subparsers, "draw", file="FILE", default="graph.svg")
    parser.add_argument("--expand", action="store_true", help=say("draw.expand"))


def run(arguments: argparse.Namespace) -> int:
    """Draw the expression, with its gradients."""
    path = output_path(arguments.output, PICTURES)
    root = expression_of(arguments)
    root.backward()
    draw_into(path, root, expand=arguments.expand)
    if path != STANDARD_OUTPUT:
        show(console(), say("picture_written", path=path))
    return 0
