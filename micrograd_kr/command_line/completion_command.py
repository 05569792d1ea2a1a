"""`micrograd-kr completion SHELL`: a script that lets bash, zsh or fish complete commands and options.

The script is made from the parsers, so that it needs no package and starts no Python while one types; it is made anew
after an update.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, NamedTuple

from .arguments import parsers
from .output import say

PROGRAM = "micrograd-kr"


class Option(NamedTuple):
    """An option of a command: its spellings, its help, and what follows it (choices, or any file)."""

    spellings: list[str]
    help: str
    takes_value: bool
    choices: list[str]


class Command(NamedTuple):
    """A command, its help, its options, and the words that may stand after it."""

    name: str
    help: str
    options: list[Option]
    words: list[str]


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the parser of this command."""
    text = say("completion.help")
    parser = subparsers.add_parser("completion", help=text, description=f"{text}\n\n{say('completion.how')}")
    parser.add_argument("shell", choices=list(SCRIPTS), help=say("completion.shell"))


def run(arguments: argparse.Namespace) -> int:
    """Print the script."""
    print(SCRIPTS[arguments.shell](all_commands()))
    return 0


def all_commands() -> list[Command]:
    """Every command as its parser describes it."""
    _, subparsers = parsers()
    helps = {action.dest: action.help or "" for action in subparsers._choices_actions}
    found = []
    for name, parser in subparsers.choices.items():
        actions = parser._actions
        options = [
            Option(list(a.option_strings), a.help or "", a.nargs != 0, [*(a.choices or ())])
            for a in actions
            if a.option_strings
        ]
        words = [str(word) for a in actions if not a.option_strings for word in a.choices or ()]
        found.append(Command(name, helps[name], options, words))
    return found


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def bash(commands: list[Command]) -> str:
    """The script for bash: words by the command, choices by the option before; else files."""
    cases = []
    for command in commands:
        words = [spelling for option in command.options for spelling in option.spellings] + command.words
        cases.append(f"      {command.name}) words={_quoted(' '.join(words))} ;;")
    choices = {
        spelling: option.choices
        for command in commands
        for option in command.options
        for spelling in option.spellings
        if option.choices
    }
    after = [f"    {spelling}) words={_quoted(' '.join(known))} ;;" for spelling, known in choices.items()]
    first = " ".join([*[command.name for command in commands], "--help", "--version", "--lang"])
    return "\n".join(
        [
            "_micrograd_kr() {",
            '  local words="" current=${COMP_WORDS[COMP_CWORD]}',
            "  if [ $COMP_CWORD -eq 1 ]; then",
            f"    words={_quoted(first)}",
            "  else",
            "    case ${COMP_WORDS[1]} in",
            *cases,
            "    esac",
            "  fi",
            "  case ${COMP_WORDS[COMP_CWORD-1]} in",
            *after,
            "  esac",
            '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
            "}",
            f"complete -o default -F _micrograd_kr {PROGRAM}",
        ]
    )


def zsh(commands: list[Command]) -> str:
    """The script for zsh, which runs that for bash."""
    return f"#compdef {PROGRAM}\nautoload -U +X bashcompinit && bashcompinit\n{bash(commands)}"


def fish(commands: list[Command]) -> str:
    """The script for fish, with the help of every command and option."""
    start = f"complete -c {PROGRAM}"
    lines = [f"{start} -n __fish_use_subcommand -f"]
    for command in commands:
        lines.append(f"{start} -n __fish_use_subcommand -a {command.name} -d {_quoted(command.help)}")
        here = f"{start} -n '__fish_seen_subcommand_from {command.name}'"
        for option in command.options:
            spellings = [f"-l {s[2:]}" if s.startswith("--") else f"-s {s[1:]}" for s in option.spellings]
            value = f" -x -a {_quoted(' '.join(option.choices))}" if option.choices else " -r" * option.takes_value
            lines.append(f"{here} {' '.join(spellings)}{value} -d {_quoted(option.help)}")
        if command.words:
            lines.append(f"{here} -f -a {_quoted(' '.join(command.words))}")
    return "\n".join(lines)


SCRIPTS: dict[str, Callable[[list[Command]], str]] = {"bash": bash, "zsh": zsh, "fish": fish}
