"""What a chapter says, in Korean or English, and how much it computes, in full or in small."""

from __future__ import annotations

import os
from typing import TypeVar

from micrograd_kr.locale import language

Amount = TypeVar("Amount")

SMALL_VARIABLE = "MICROGRAD_KR_BOOK_SMALL"


def choose(ko: str, en: str) -> str:
    """The one of two texts that is in the language of the reader."""
    return ko if language() == "ko" else en


def say(*, ko: str, en: str) -> None:
    """Print a sentence in the language of the reader.

    >>> import os; os.environ["MICROGRAD_KR_LANG"] = "ko"
    >>> say(ko="비용이 줄었습니다.", en="The cost went down.")
    비용이 줄었습니다.
    >>> os.environ["MICROGRAD_KR_LANG"] = "en"
    """
    print(choose(ko, en))


def size(full: Amount, *, small: Amount) -> Amount:
    """`full`, or `small` where the chapter only has to show that it runs (MICROGRAD_KR_BOOK_SMALL=1).

    >>> import os; os.environ["MICROGRAD_KR_BOOK_SMALL"] = "1"
    >>> size(30, small=2)
    2
    >>> del os.environ["MICROGRAD_KR_BOOK_SMALL"]
    """
    return small if os.environ.get(SMALL_VARIABLE, "") not in ("", "0") else full
