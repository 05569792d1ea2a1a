"""Words that agree with what they follow: Korean particles, an English plural, by the rules of the language's folder.

A folder may hold `agreement.toml`: `endings`, a list of kinds of words, each with a regular expression for the end of
such a word, and `form`, which of two forms follows each kind. The live page reads the same rules (script/words.js).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

_LONGEST_READ = 100  # characters at the end of a word that are looked at


class Agreement:
    """The rules of one language, as they stand in its `agreement.toml`; none if there are none."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self._skipped = _at_the_end(rules.get("skipped", ""))
        self._endings = [(kind, _at_the_end(pattern)) for kind, pattern in rules.get("endings", [])]
        self._form: Mapping[str, int] = rules.get("form", {})

    def form_after(self, word: str, forms: str) -> str:
        """The one of two `forms` that follows `word`; see `agreeing`."""
        first, second = forms.split("/")
        end = unicodedata.normalize("NFD", self._skipped.sub("", word[-_LONGEST_READ:]))
        kind = next((kind for kind, ending in self._endings if end and ending.search(end)), None)
        if kind is not None:
            return (first, second)[self._form.get(kind + first[:1], self._form.get(kind, 1)) - 1]
        if first.endswith(second):  # (으)로
            return f"({first.removesuffix(second)}){second}"
        return f"{first}({second})"


def _at_the_end(pattern: str) -> re.Pattern[str]:
    return re.compile(f"(?:{pattern})$", re.ASCII)
