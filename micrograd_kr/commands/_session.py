"""Stepping in a terminal: next, back, until, why, at the user's pace."""

from __future__ import annotations

import importlib
from contextlib import suppress
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ..engine import Value
from ..stepper import Stepper, why
from ._output import say, show

if TYPE_CHECKING:
    from rich.console import Console

# What may be typed for each command: its name, its letter, in Korean, and the letter with the Korean keyboard on.
# fmt: off
_SPELLINGS = {
    "next":  ("", "n", "다음", "ㅜ"),
    "back":  ("b", "prev", "previous", "뒤로", "이전", "ㅠ"),
    "until": ("u", "까지", "ㅕ"),
    "why":   ("w", "왜", "ㅈ"),
    "run_to_end": ("run", "r", "끝까지", "ㄱ"),
    "reset": ("0", "처음", "처음으로"),
    "show":  ("s", "보기", "ㄴ"),
    "help":  ("h", "?", "도움", "도움말", "ㅗ"),
    "quit":  ("q", "exit", "끝", "종료", "그만", "ㅂ"),
}
# fmt: on
COMMANDS = {spelling: command for command, others in _SPELLINGS.items() for spelling in (command, *others)}


class Session:
    """A dialogue about one stepper.

    Args:
        stepper: whose steps are taken.
        out: where it is shown.
    """

    def __init__(self, stepper: Stepper, out: Console) -> None:
        self.stepper, self.out = stepper, out

    def run(self) -> None:
        """Read a command and obey, until the user quits."""
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
                if not self.obey(line):
                    return
            except KeyboardInterrupt:  # a long run: the stepper stands after a whole step
                self.out.print()

    def obey(self, line: str) -> bool:
        """Do what a line says; False if it says to quit."""
        word, _, argument = line.strip().partition(" ")
        command = COMMANDS.get(word.lower())
        if command == "quit":
            return False
        if command is None:
            similar = get_close_matches(word.lower(), COMMANDS, 1, cutoff=0.5)
            self.say("step.not_understood", word=word, similar=COMMANDS[similar[0]] if similar else "help")
        else:
            getattr(self, command)(argument.strip())
        return True

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
