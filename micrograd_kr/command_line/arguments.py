"""Reading the command line: argparse, in Korean too, and the arguments that several commands share."""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import Any, NoReturn

from .. import __version__
from ..engine import Value, topological_order
from ..locale import languages
from . import load, names
from .expression import parse, parse_values
from .output import CommandError, complain, program, say

# What argparse says, in its own words, and the key of the message that says it in the user's language.
_SAID_BY_ARGPARSE = (
    (r"the following arguments are required: (?P<names>.+)", "arguments_missing"),
    (r"unrecognized arguments: (?P<names>.+)", "arguments_unknown"),
    (r"argument (?P<name>.+?): expected (one|at least one) argument", "option_without_value"),
    (r"argument (?P<name>.+?): invalid (?P<kind>\w+) value: '(?P<value>.*)'", "option_invalid"),
    (r"argument (?P<name>.+?): invalid choice: '?(?P<value>.*?)'? \(choose from (?P<choices>.+)\)", "option_choice"),
)


class Formatter(argparse.RawDescriptionHelpFormatter):
    """argparse's help, with its headings in the user's language."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """The usage line, under the user's word for it."""
        super().add_usage(usage, actions, groups, say("usage") + " " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """argparse in the user's language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("formatter_class", Formatter)
        kwargs |= {"allow_abbrev": False, "add_help": False}  # ours below is in the user's language
        super().__init__(*args, **kwargs)
        self._positionals.title, self._optionals.title = say("arguments"), say("options")
        self.add_argument("-h", "--help", action="help", help=say("help"))
        self.add_argument("--lang", choices=languages(), help=say("lang", languages=", ".join(languages())))

    def error(self, message: str) -> NoReturn:
        """Raise what argparse has to say, as a CommandError."""
        for pattern, key in _SAID_BY_ARGPARSE:
            if found := re.fullmatch(pattern, message):
                message = say(key, **found.groupdict())
                break
        raise CommandError(f"{message}\n{say('see_help', command=f'{self.prog} --help')}")


def parsers(*commands: str) -> tuple[Parser, argparse._SubParsersAction[Parser]]:
    """The parser of the command line, with those of these commands, or of all."""
    parser = Parser(prog=program(), description=say("description"), epilog=say("epilog", program=program()))
    parser.add_argument("--version", action="version", version=f"micrograd_kr {__version__}", help=say("version"))
    subparsers = parser.add_subparsers(title=say("commands"), metavar=say("command"), parser_class=Parser)
    for name in commands or names():
        load(name).add_parser(subparsers)
    return parser, subparsers


def add_expression_parser(
    subparsers: argparse._SubParsersAction[Any], name: str, *, file: str = "", default: str = ""
) -> argparse.ArgumentParser:
    """Add a command that takes EXPR and NAME=NUMBER ..., which `expression_of` reads, and perhaps writes a file.

    Args:
        subparsers: of the command line.
        name: of the command; its messages are NAME.help, NAME.description and NAME.output.
        file: what stands for the file in the help; nothing for a command that writes none.
        default: the file that is written unless the user names one.
    """
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name, help=say(f"{name}.help"), description=say(f"{name}.description")
    )
    parser.add_argument("expression", metavar="EXPR", help=say("expression"))
    parser.add_argument("values", metavar="NAME=NUMBER", nargs="*", default=[], help=say("values"))
    if file:
        parser.add_argument("-o", "--output", metavar=file, default=default, help=say(f"{name}.output"))
    return parser


def expression_of(arguments: argparse.Namespace) -> Value:
    """The graph of the expression that was given; numbers that it does not use are mentioned on standard error.

    Raises:
        ExpressionError: the expression or a number has a mistake.
    """
    values = parse_values(arguments.values)
    root = parse(arguments.expression, values)
    used = {node.label for node in topological_order(root)}
    unused = [name for name in values if name not in used]
    if unused:
        complain(say("unused", names=", ".join(unused)))
    return root


def protect_expressions(argv: list[str], parser: argparse.ArgumentParser) -> list[str]:
    """The arguments with a space in front of those that begin with a minus but are no options, such as `-x**2`."""
    options = parser._option_string_actions
    taken = []
    for argument in argv:
        looks_like_option = argument.startswith("--") or argument[:2] in options or argument == "-"
        taken.append(f" {argument}" if argument.startswith("-") and not looks_like_option else argument)
    return taken


def import_from_here() -> None:
    """Let modules in the current folder be imported: the user's engine or tests may be there."""
    if os.getcwd() not in sys.path and "" not in sys.path:
        sys.path.insert(0, os.getcwd())
