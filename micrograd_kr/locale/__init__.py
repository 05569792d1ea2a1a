"""What the project says, in the language of the reader.

A language is a folder named by its code, with
    messages.toml    everything that the project says, by key
    agreement.toml   which forms follow which words, if the language needs that (particles, plurals)
    glossary.toml    what the field's terms mean
    terms.toml       which word the book uses for an idea
    chapters/*.md    the prose of the book

To add one, copy the folder `en`, name it by the language's code and translate its files. Leave it here, or name the
folder around it: MICROGRAD_KR_LOCALES=my/languages. A message that a language lacks is shown in English.

A message is a key and named pieces. In a template `{x}` is the piece x, `{x:.2f}` the number x in that format, and
`{x:을/를}` is x followed by the form that agrees with it: see `agreement`.

>>> translate("stepper.leaf", "en", node="a", number="2")
'a = 2 is given.'
>>> translate("stepper.leaf", "ko", node="a", number="2")
'a = 2가 주어졌습니다.'
"""

from __future__ import annotations

import functools
import locale as system_locale
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Union

from .agreement import Agreement

ENVIRONMENT_VARIABLE = "MICROGRAD_KR_LANG"
PLACES_VARIABLE = "MICROGRAD_KR_LOCALES"
FALLBACK = "en"  # the language in which everything is said

Piece = Union[str, "Message", tuple["Message", ...]]


class Message(NamedTuple):
    """A message in any language: the key of a template, and the pieces that it names.

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
    return translate("join", lang).join([message.say(lang) for message in piece])


def folders() -> dict[str, Path]:
    """The folder of each language; a later place replaces a language of an earlier one."""
    return _folders(os.environ.get(PLACES_VARIABLE, ""))


@functools.cache
def _folders(more: str) -> dict[str, Path]:
    places = [Path(__file__).parent, *map(Path, filter(None, more.split(os.pathsep)))]
    return {
        child.name: child
        for place in places
        for child in sorted(place.iterdir())
        if (child / "messages.toml").is_file()
    }


def folder(lang: str) -> Path:
    """The folder of one language."""
    return folders()[lang]


def languages() -> tuple[str, ...]:
    """The codes of the languages that have a folder.

    >>> languages()
    ('en', 'ko')
    """
    return tuple(sorted(folders()))


def language(lang: str | None = None) -> str:
    """The language to speak: the one asked for, else MICROGRAD_KR_LANG, else the system's if known, else English.

    Args:
        lang: "ko", "en", or longer, as in "ko_KR.UTF-8".

    Raises:
        ValueError: the language asked for, by argument or by environment variable, has no folder.

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
    return code if code in languages() else FALLBACK


def preferred(lang: str) -> list[str]:
    """All languages in the order in which a text is looked for: the reader's, English, the others.

    >>> preferred("ko")
    ['ko', 'en']
    """
    return list(dict.fromkeys([lang, FALLBACK, *languages()]))


def catalog(lang: str) -> dict[str, str]:
    """The templates of one language by their keys, without those that it lacks.

    >>> catalog("en")["stepper.leaf"]
    '{node} = {number} is given.'
    """
    return _catalog(folder(lang))


@functools.cache
def _catalog(place: Path) -> dict[str, str]:
    return flat(tomllib.loads((place / "messages.toml").read_text(encoding="utf-8")))


def flat(tables: Mapping[str, str | Mapping[str, str]]) -> dict[str, str]:
    """The entries of a TOML file with its tables' names in front, `livepage.graph`."""
    messages: dict[str, str] = {}
    for name, content in tables.items():
        if isinstance(content, str):
            messages[name] = content
        else:
            messages |= {f"{name}.{key}": text for key, text in content.items()}
    return messages


def add_messages(lang: str, messages: Mapping[str, str]) -> None:
    """Add templates to a catalog, for this process: the sentences of an op of one's own, for instance.

    >>> add_messages("en", {"stepper.rule.my_op": "my_op flattens out at both ends"})
    >>> catalog("en").pop("stepper.rule.my_op")
    'my_op flattens out at both ends'
    """
    catalog(_checked(lang, "lang")).update(messages)


def is_known(key: str) -> bool:
    """Whether some language has a template of this key."""
    return any(key in catalog(lang) for lang in languages())


def translate(key: str, lang: str | None = None, /, **pieces: object) -> str:
    """The template of `key` in a language, filled with the pieces that it names.

    Args:
        key: the key in the catalogs, with the name of its table in front.
        lang: as in `language`.
        pieces: texts and numbers. Texts are put in as they are, never read as templates.

    Raises:
        LookupError: no language has the key, or the template names a piece that is not given.
        ValueError: an unknown language.

    >>> translate("stepper.leaf", "ko", node="{x}", number="3")
    '{x} = 3이 주어졌습니다.'
    """
    lang = language(lang)
    for spoken in preferred(lang):
        if template := catalog(spoken).get(key):
            return fill(template, spoken, pieces, key)
    raise LookupError(f"no language has a message with the key {key!r}")


class _Piece:
    """A piece of a message, written in the format that the template asks for."""

    def __init__(self, piece: object, lang: str) -> None:
        self.piece, self.lang = piece, lang

    def __format__(self, spec: str) -> str:
        if "/" not in spec:
            return format(self.piece, spec)
        text = str(self.piece)
        return text + agreeing(text, spec, self.lang)


def fill(template: str, lang: str, pieces: Mapping[str, object], key: str = "") -> str:
    """A template of a language with the pieces in their places.

    Raises:
        LookupError: the template names a piece that is not given.
    """
    try:
        return template.format_map({name: _Piece(piece, lang) for name, piece in pieces.items()})
    except KeyError as error:
        raise LookupError(f"the message {key or template!r} needs the piece {error}, which is not given") from None


def agreeing(word: str, forms: str, lang: str) -> str:
    """The one of two `forms` that follows `word` in a language.

    Args:
        word: what the form follows; it is not changed.
        forms: such as "을/를": two forms with a slash between them.
        lang: the code of a language.

    Returns:
        The form; both of them, as in "을(를)", if the language has no rule for this word.

    >>> [word + agreeing(word, "을/를", "ko") for word in ("손실", "기울기", "3", "-1.25", "1000000000000", "x", "(n)")]
    ['손실을', '기울기를', '3을', '-1.25를', '1000000000000를', 'x를', '(n)을']
    >>> [word + agreeing(word, "으로/로", "ko") for word in ("기울기", "손실", "값", "1/3", "relu", "model", "☆")]
    ['기울기로', '손실로', '값으로', '1/3로', 'relu로', 'model로', '☆(으)로']
    >>> [count + agreeing(count, " step/ steps", "en") for count in ("1", "21", "2")]
    ['1 step', '21 steps', '2 steps']
    """
    return _agreement(folder(lang)).form_after(word, forms)


@functools.cache
def agreement_rules(place: Path) -> dict[str, Any]:
    """The rules of a language's folder, as they stand there; none if it has no agreement.toml."""
    file = place / "agreement.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


@functools.cache
def _agreement(place: Path) -> Agreement:
    return Agreement(agreement_rules(place))


# --- the glossary ---------------------------------------------------------------------------------------------------


class Term(NamedTuple):
    """A term of the field.

    Attributes:
        term: what it is called.
        explanation: one or two sentences for a beginner.
        also: other names under which it is met.
    """

    term: str
    explanation: str
    also: tuple[str, ...] = ()


def glossary(lang: str) -> dict[str, Term]:
    """What the field's terms mean, by their ids; those that a language lacks are in English.

    Args:
        lang: a language's code.

    >>> glossary("en")["leaf"].term, glossary("ko")["leaf"].term
    ('leaf', '잎')
    >>> glossary("ko").keys() == glossary("en").keys()
    True
    """
    return _terms(folder(FALLBACK)) | (_terms(folder(lang)) if lang in folders() else {})


@functools.cache
def _terms(place: Path) -> dict[str, Term]:
    file = place / "glossary.toml"
    if not file.is_file():
        return {}
    entries = tomllib.loads(file.read_text(encoding="utf-8"))
    return {name: Term(one["term"], one["explanation"], tuple(one.get("also", ()))) for name, one in entries.items()}
