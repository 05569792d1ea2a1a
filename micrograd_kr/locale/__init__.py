"""What the project says, in Korean or English, from ordinary gettext catalogs.

Every part that speaks has a file of its own in each language, `LANGUAGE/LC_MESSAGES/PART.po`, with the same keys in
all of them. The program reads the compiled `.mo` beside it; after an edit compile it again (Babel is in the extra
`test`; gettext's own msgfmt does as well):

    pybabel compile -d micrograd_kr/locale -D PART

A message is a key and named pieces that are text already. In a template `{x}` is the piece x, and `{x:을/를}` is x
followed by the Korean particle that agrees with it.

>>> translate("stepper.leaf", "en", node="a", number="2")
'a = 2 is given.'
>>> translate("stepper.leaf", "ko", node="a", number="2")
'a = 2가 주어졌습니다.'
"""

from __future__ import annotations

import functools
import importlib.resources
import locale as system_locale
import os
import re
import struct
from collections.abc import Mapping
from typing import NamedTuple, Union

from .particles import particle

__all__ = [
    "ENVIRONMENT_VARIABLE",
    "Message",
    "add_messages",
    "catalog",
    "is_known",
    "language",
    "languages",
    "particle",
    "translate",
]

ENVIRONMENT_VARIABLE = "MICROGRAD_KR_LANG"
_MO_MAGIC = 0x950412DE

Piece = Union[str, "Message", tuple["Message", ...]]


class Message(NamedTuple):
    """Something to be said in any language: the key of a template, and the pieces that it names.

    A piece is text, or a message, or several messages, which are joined by the template "join".

    >>> Message("stepper.leaf", {"node": "b", "number": "-3"}).say("en")
    'b = -3 is given.'
    """

    key: str
    pieces: Mapping[str, Piece]

    def say(self, lang: str | None = None) -> str:
        """The message in the language asked for, or in the one that `language()` finds."""
        lang = language(lang)
        return translate(self.key, lang, **{name: _said(piece, lang) for name, piece in self.pieces.items()})


def _said(piece: Piece, lang: str) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Message):
        return piece.say(lang)
    return catalog(lang)["join"].join([message.say(lang) for message in piece])


@functools.cache
def languages() -> tuple[str, ...]:
    """The languages that there are catalogs for.

    >>> languages()
    ('en', 'ko')
    """
    folders = importlib.resources.files(__name__).iterdir()
    return tuple(sorted(folder.name for folder in folders if folder.joinpath("LC_MESSAGES").is_dir()))


def language(lang: str | None = None) -> str:
    """The language to speak: the one asked for, else MICROGRAD_KR_LANG, else the system's if known, else English.

    Args:
        lang: "ko", "en", or longer, as in "ko_KR.UTF-8".

    Raises:
        ValueError: there is no catalog for the language asked for, by argument or by environment variable.

    >>> language("ko_KR.UTF-8")
    'ko'
    """
    if lang is not None:
        return _checked(lang, "lang")
    asked = os.environ.get(ENVIRONMENT_VARIABLE)
    if asked:
        return _checked(asked, ENVIRONMENT_VARIABLE)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return _of_system(os.environ[name])
    return _of_system(system_locale.getlocale()[0] or "")


def _code(name: str) -> str:
    return re.split(r"[_.@-]", name.strip().lower())[0]


def _checked(lang: str, source: str) -> str:
    code = _code(lang) if isinstance(lang, str) else lang
    if code not in languages():
        raise ValueError(f"{source}={lang!r}: there is no such language here; choose one of {', '.join(languages())}")
    return code


def _of_system(name: str) -> str:
    code = {"korean": "ko"}.get(_code(name), _code(name))  # Windows says Korean_Korea
    return code if code in languages() else "en"


@functools.cache
def catalog(lang: str) -> dict[str, str]:
    """Every template in one language, by its key: those of all parts together.

    >>> catalog("en")["stepper.leaf"]
    '{node} = {number} is given.'
    """
    folder = importlib.resources.files(__name__) / lang / "LC_MESSAGES"
    messages: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".mo"):
            messages |= read_mo(file.read_bytes())
    return messages


def read_mo(data: bytes) -> dict[str, str]:
    """The messages of a compiled catalog, without its header. (Python's gettext cannot list them.)"""
    order = "<" if struct.unpack_from("<I", data)[0] == _MO_MAGIC else ">"
    _, _, count, keys_at, texts_at = struct.unpack_from(f"{order}5I", data)

    def text(table: int, index: int) -> str:
        length, start = struct.unpack_from(f"{order}2I", data, table + 8 * index)
        return data[start : start + length].decode()

    messages = {text(keys_at, index): text(texts_at, index) for index in range(count)}
    messages.pop("", None)
    return messages


def add_messages(lang: str, messages: Mapping[str, str]) -> None:
    """Add templates to a catalog, for this process: the sentences of an op of one's own, for instance.

    >>> add_messages("en", {"stepper.rule.softsign": "softsign flattens out at both ends"})
    >>> catalog("en").pop("stepper.rule.softsign")
    'softsign flattens out at both ends'
    """
    catalog(_checked(lang, "lang")).update(messages)


def is_known(key: str) -> bool:
    """Whether some catalog has a template of this key."""
    return any(key in catalog(lang) for lang in languages())


class _Word(str):
    """Text that is followed by its particle when the template asks for one, as `{x:을/를}` does."""

    def __format__(self, spec: str) -> str:
        return f"{self!s}{particle(self, spec)}" if "/" in spec else format(str(self), spec)


def translate(key: str, lang: str | None = None, /, **pieces: str) -> str:
    """The template of `key` in a language, filled with pieces that are text already.

    Args:
        key: the msgid in the catalogs.
        lang: as in `language`.
        pieces: what the template names. They are put in as they are, never read as templates.

    Raises:
        LookupError: no catalog has the key, or the template names a piece that is not given.
        ValueError: an unknown language.

    >>> translate("stepper.leaf", "ko", node="{x}", number="3")
    '{x} = 3이 주어졌습니다.'
    """
    lang = language(lang)
    template = catalog(lang).get(key) or next(
        (catalog(other)[key] for other in languages() if key in catalog(other)), None
    )
    if template is None:
        raise LookupError(f"no message catalog has the key {key!r}")
    try:
        return template.format_map({name: _Word(piece) for name, piece in pieces.items()})
    except KeyError as error:
        raise LookupError(f"the message {key!r} needs the piece {error}, which is not given") from None
