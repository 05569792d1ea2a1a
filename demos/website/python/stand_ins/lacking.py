"""What a stand-in answers where a program asks for more than it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn


def lacking(library: str) -> Callable[[str], NoReturn]:
    """The `__getattr__` of a stand-in's module.

    >>> lacking("numpy")("fft")
    Traceback (most recent call last):
    AttributeError: the numpy of this page is a small stand-in, with what the book uses; it has no fft
    """

    def missing(name: str) -> NoReturn:
        raise AttributeError(
            f"the {library} of this page is a small stand-in, with what the book uses; it has no {name}"
        )

    return missing
