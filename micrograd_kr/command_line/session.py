"""Stepping in a terminal: next, back, until, why, at the user's pace."""

from __future__ import annotations

import importlib
from contextlib import suppress
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ..engine import Value
from ..locale import catalog, languages
from ..stepper import Stepper, why
from .output import say, show

if TYPE_CHECKING:
    from rich.console import Console

_COMMANDS = ("next", "back", "until", "why", "run_to_end", "reset", "show", "help", "quit")


def spellings() -> dict[str, str]:
    """What may be typed, and the command that it stands for: its name, and the spellings of every language."""
    known = {"": "next"} | {command: command for command in _COMMANDS}
    for lang in languages():
        for command in _COMMANDS:
            typed = catalog(lang).get(f"command_line.step.typed.{command}", "")
            known |= dict.fromkeys(typed.lower().split(), command)
    return known


class Session:
    """A dialogue about one stepper.

    Args:
        stepper: whose steps are taken.
        out: where it is shown.
    """

    def __init__(self, stepper: Stepper, out: Console) -> None:
        self.stepper, self.out = stepper, out

    def run(self) -> None:
        """Read a command and run it, until the user quits."""
        with suppress(ImportError):  # line editing and history for input(), where Python has them
            importlib.import_module("readline")
        self.say("step.welcome", total=len(self.stepper))
        while True:
            try:
                line = input("> ")
            except (EOFError, KeyboardInterrupt):
                self.out.print()
                return
            try:
                if not self.run_line(line):
                    return
            except KeyboardInterrupt:  # a long run: the stepper stands after a whole step
                self.out.print()

    def run_line(self, line: str) -> bool:
        """Do what a line says; False if it says to quit."""
        known = spellings()
        word, argument = self.split(line.strip(), known)
        command = known.get(word.lower())
        if command == "quit":
            return False
        if command is None:
            similar = get_close_matches(word.lower(), known, 1, cutoff=0.5)
            self.say("step.not_understood", word=word, similar=known[similar[0]] if similar else "help")
        else:
            getattr(self, command)(argument)
        return True

    def split(self, line: str, known: dict[str, str]) -> tuple[str, str]:
        """The command and what it is about, in either order: `until a*b`, `a*b까지`."""
        word, _, argument = line.partition(" ")
        if word.lower() not in known:
            about_a_node = [spelling for spelling, command in known.items() if command in ("until", "why")]
            for spelling in about_a_node:
                before, found, after = line.rpartition(spelling)
                if found and not after and (before.endswith(" ") or not spelling.isascii()):
                    return spelling, before.strip()
        return word, argument.strip()

    def show(self, argument: str = "") -> None:
        """Where the stepper is: the last step, and all values and gradients."""
        if self.stepper.position == 0:
            self.say("step.at_start")
            return
        self.out.print()
        self.out.print(self.stepper)
        self.out.print()

    def next(self, argument: str = "") -> None:
        """One step on."""
        if self.stepper.next() is None:
            self.say("step.at_end")
        else:
            self.show()

    def back(self, argument: str = "") -> None:
        """One step back."""
        if self.stepper.back() is None:
            self.say("step.at_start")
        else:
            self.show()

    def until(self, argument: str) -> None:
        """On to the next step about the node of this name."""
        node = self.find(argument)
        if node is not None:
            if self.stepper.until(node) is None:
                self.say("step.not_again", name=argument)
            self.show()

    def why(self, argument: str) -> None:
        """Every path from the output to the node of this name."""
        node = self.find(argument)
        if node is not None:
            self.out.print()
            show(self.out, why(self.stepper.output, node).say())
            self.out.print()

    def run_to_end(self, argument: str = "") -> None:
        """All steps that are left."""
        self.stepper.run()
        self.show()

    def reset(self, argument: str = "") -> None:
        """Back to the start."""
        self.stepper.reset()
        self.show()

    def help(self, argument: str = "") -> None:
        """What may be typed."""
        self.say("step.commands")

    def find(self, name: str) -> Value | None:
        """The node of this name; None, and a word about it, if there is none."""
        by_name = {"".join(text.split()): node for node, text in self.stepper.names.items() if type(node) is Value}
        found = by_name.get("".join(name.split()))
        if found is None:
            names = ", ".join(self.stepper.names[node] for node in by_name.values())
            self.say("step.no_such_node" if name else "step.which_node", name=name, names=names)
        return found

    def say(self, key: str, **pieces: object) -> None:
        """Print a message."""
        for line in say(key, **pieces).splitlines():
            show(self.out, line)
