"""`micrograd-kr gallery`: famous mistakes in backpropagation, each beside the right answer."""

from __future__ import annotations

import argparse
from typing import Any

from ..locale import translate
from .output import console, show_lines


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the parser of this command."""
    text = translate("testing.command.gallery")
    subparsers.add_parser("gallery", help=text, description=text)


def run(arguments: argparse.Namespace) -> int:
    """Print the gallery."""
    from ..testing.mutation.gallery import show

    show_lines(console(), show())
    return 0
