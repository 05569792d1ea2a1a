"""Which word the book uses for an idea, so that one idea has one name: locale/LANGUAGE/terms.toml.

>>> "레이블" in other_words("ko")["정답"]
True
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping, Sequence

from micrograd_kr import locale


@functools.cache
def other_words(lang: str) -> Mapping[str, Sequence[str]]:
    """For each word that the book uses, the words for the same idea that it does not use; none if there is no list."""
    file = locale.folder(lang) / "terms.toml"
    entries = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return {word: entry["never"] for word, entry in entries.items()}
