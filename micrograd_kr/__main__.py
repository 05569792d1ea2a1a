"""The command line: `python -m micrograd_kr`, or `micrograd-kr`.

Without a command it does the main job: a neuron learns the prices of real houses. `--help` lists the commands.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches

from . import command_line
from .command_line.arguments import parsers, protect_expressions
from .command_line.expression import ExpressionError
from .command_line.output import CommandError, can_write, complain, prepare_streams, say, write_into_nothing
from .locale import ENVIRONMENT_VARIABLE, FALLBACK, language, languages, translate

FAILED, MISTAKE, INTERRUPTED = 1, 2, 130
_CANNOT_WRITE = "(This output has no letters for --lang {lang}: with PYTHONIOENCODING=utf-8 it has. Here is English.)"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: the arguments, without the program's name; those of the process unless given.

    Returns:
        The exit code: 0 if all went well, 1 if the output could not be written, 2 for a mistake in the arguments, 130
        after Ctrl-C.

    >>> main(["step", "a*b", "a=2", "b=3", "--lang", "en"])  # doctest: +ELLIPSIS
    Forward
      1. ...
    Gradients
      d out / d a = 3
      d out / d b = 2
    0
    """
    given = list(sys.argv[1:] if argv is None else argv)
    prepare_streams()
    try:
        with _language_of(given):
            try:
                return _run(given)
            except (CommandError, ExpressionError) as mistake:
                complain(mistake)
                return MISTAKE
            except KeyboardInterrupt:
                complain("")
                return INTERRUPTED
            finally:
                sys.stdout.flush()
    except CommandError as mistake:  # about the language itself
        complain(mistake)
        return MISTAKE
    except BrokenPipeError:  # the reader, `head` for one, has read enough
        write_into_nothing()
        return 0
    except OSError as error:  # a full disk, for one
        complain(error)
        write_into_nothing()
        return FAILED


def _run(given: list[str]) -> int:
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help", "--version")):
        given = [command_line.DEFAULT, *given]
    try:
        if given[0].startswith("-"):
            parser, _ = parsers()
            parser.parse_args(given[:1])  # --help or --version
        _check_command(given[0])
        parser, subparsers = parsers(given[0])
        own_parser = subparsers.choices[given[0]]
        arguments, rest = parser.parse_known_args(protect_expressions(given, own_parser))
        if hasattr(arguments, "values") and not any(text.startswith("-") for text in rest):
            arguments.values, rest = [*arguments.values, *rest], []  # numbers that stood after an option
        if rest:
            own_parser.error(f"unrecognized arguments: {' '.join(rest)}")
    except SystemExit as end:  # --help has been printed
        return int(end.code or 0)
    return int(command_line.load(given[0]).run(arguments))


def _check_command(command: str) -> None:
    names = command_line.names()
    if command not in names:
        similar = get_close_matches(command, names, 1)
        hint = say("similar_command", similar=similar[0]) if similar else say("commands_are", commands=", ".join(names))
        raise CommandError(f"{say('unknown_command', command=command)} {hint}")


@contextmanager
def _language_of(given: list[str]) -> Iterator[None]:
    """Take `--lang ko` out of the arguments, wherever it is, and use that language until the end of the block.

    An output that cannot show its letters gets English.
    """
    before = os.environ.get(ENVIRONMENT_VARIABLE)
    asked, source = _take_language(given), "--lang"
    if asked is None:
        asked, source = before or None, ENVIRONMENT_VARIABLE
    try:
        spoken = language(asked)
    except ValueError:
        choices = ", ".join(languages())
        raise CommandError(say("unknown_language", source=source, lang=asked, choices=choices)) from None
    if not can_write(translate("language.name", spoken)):
        complain(_CANNOT_WRITE.format(lang=spoken))
        spoken = FALLBACK
    os.environ[ENVIRONMENT_VARIABLE] = spoken
    try:
        yield
    finally:
        if before is None:
            del os.environ[ENVIRONMENT_VARIABLE]
        else:
            os.environ[ENVIRONMENT_VARIABLE] = before


def _take_language(given: list[str]) -> str | None:
    """The value of `--lang`, which is taken out of the arguments; None if there is none."""
    for index, argument in enumerate(given):
        option, equals, lang = argument.partition("=")
        if option == "--lang":
            del given[index]
            return lang if equals else given.pop(index) if index < len(given) else ""
    return None


if __name__ == "__main__":
    sys.exit(main())
