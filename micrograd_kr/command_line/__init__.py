"""The command line: each module here whose name ends in `_command` is one command.

    expression/          expressions that a user types, read into graphs (no terminal needed)
    step_command.py      `step`, and session.py: its dialogue in a terminal
    draw_command.py      `draw`, and page_command.py: `page`
    house_command.py     `house`, what runs without a command: the story is in house/
    book_command.py      `book`
    check_command.py     `check`, and gallery_command.py, mutants_command.py: what testing shows
    completion_command.py  `completion`: scripts that let a shell complete all of these
    arguments.py         argparse in the reader's language, and the arguments that commands share
    output.py            how commands write, to a terminal, a pipe or a file

A new command is one file with two functions, and nothing else needs an edit:

    def add_parser(subparsers):          # cheap: it also runs for --help
        parser = subparsers.add_parser("step", help=say("step.help"))
        parser.add_argument(...)

    def run(arguments) -> int:           # the exit code; heavy imports belong in here

>>> {"draw", "house", "page", "step"} <= set(names())
True
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType

DEFAULT = "house"  # what runs when no command is named: the main job
_ENDING = "_command"


def names() -> list[str]:
    """The names of all commands."""
    modules = [module.name for module in pkgutil.iter_modules(__path__)]
    return [name.removesuffix(_ENDING) for name in modules if name.endswith(_ENDING)]


def load(name: str) -> ModuleType:
    """The module of a command."""
    return import_module(f".{name}{_ENDING}", __name__)
