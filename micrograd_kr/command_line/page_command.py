"""`micrograd-kr page EXPR name=number ... -o page.html`: the graph of an expression, alive in one offline page."""

from __future__ import annotations

import argparse
from typing import Any

from .arguments import add_expression_parser, expression_of
from .output import STANDARD_OUTPUT, CommandError, console, output_path, say, show, write


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the parser of this command."""
    parser = add_expression_parser(subparsers, "page", file="FILE.html", default="page.html")
    parser.add_argument("--open", action="store_true", help=say("page.open"))


def run(arguments: argparse.Namespace) -> int:
    """Write the page, and open it in a browser if asked to."""
    path = output_path(arguments.output, (".html", ".htm"))
    if arguments.open and path == STANDARD_OUTPUT:
        raise CommandError(say("page.open_needs_a_file"))
    root = expression_of(arguments)
    try:
        from ..livepage import page

        content = page(root).html.encode()
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise CommandError(f"{error}") from error
    write(path, content)
    if path != STANDARD_OUTPUT:
        show(console(), say("page_written", path=path))
    if arguments.open:
        import webbrowser

        webbrowser.open(path.resolve().as_uri())
    return 0
