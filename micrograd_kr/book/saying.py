"""What a chapter says, in the language of the reader, and how much it computes, in full or in small."""

from __future__ import annotations

import os
from typing import TypeVar

from micrograd_kr.locale import language

from .prose import words

Amount = TypeVar("Amount")

SMALL_VARIABLE = "MICROGRAD_KR_BOOK_SMALL"


def say(key: str, /, **pieces: object) -> None:
    """Print the words of a chapter.

    Args:
        key: their key in the chapter's text.
        pieces: what they mention.

    >>> import os; os.environ["MICROGRAD_KR_LANG"] = "ko"
    >>> say("one_loss", prediction=0.5, answer=1.5, loss=1.0)
    예측 0.5 cm, 정답 1.5 cm: 손실 1.00
    >>> os.environ["MICROGRAD_KR_LANG"] = "en"
    """
    print(words(key, language(), pieces))


def size(full: Amount, *, small: Amount) -> Amount:
    """`full`, or `small` where the chapter only has to show that it runs (MICROGRAD_KR_BOOK_SMALL=1).

    >>> import os; os.environ["MICROGRAD_KR_BOOK_SMALL"] = "1"
    >>> size(30, small=2)
    2
    >>> del os.environ["MICROGRAD_KR_BOOK_SMALL"]
    """
    return small if os.environ.get(SMALL_VARIABLE, "") not in ("", "0") else full
