"""The commands of the command line: each public module here is one, called by the module's name.

A command is a module with two functions, and nothing else needs an edit:

    def add_parser(subparsers):          # a cheap one: it also runs for --help
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


def names() -> list[str]:
    """The names of all commands."""
    return [module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")]


def load(name: str) -> ModuleType:
    """The module of a command."""
    return import_module(f".{name}", __name__)
