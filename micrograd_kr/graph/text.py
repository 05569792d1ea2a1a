"""Text in a picture: how wide it is, and what of it can be shown.

>>> text_width("loss", 10) < text_width("손실이다", 10)
True
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Fonts that Windows, macOS and Linux bring along; each is asked in turn for the glyphs that the ones before lack.
FONT_FAMILY = (
    "Segoe UI, Helvetica Neue, Arial, Malgun Gothic, Apple SD Gothic Neo, "
    "Noto Sans CJK KR, Noto Sans KR, NanumGothic, sans-serif"
)

# For each character from the space to the tilde its width in 1/32 em as a base-36 digit: that of the widest of
# DejaVu Sans, NanumGothic and Liberation Sans, as it is not known here which font will draw.
_ASCII = "befrlzpaddkrbcbcllllllllllbbrrrixomopmkqpagmiwoqmqomkomxmmmdvdrigklilkcll99j9wlkllehdljsjjhlblr"
_WIDE_ELSEWHERE = 1.3  # of an em: emoji and other symbols
_ELSEWHERE = 1.0


@lru_cache(maxsize=4096)
def _character_width(character: str) -> float:
    if " " <= character <= "~":
        return int(_ASCII[ord(character) - 32], 36) / 32
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.category(character) == "So":
        return _WIDE_ELSEWHERE
    return _ELSEWHERE  # a Hangul syllable or another East Asian wide character is an em; what else there is, at most


def text_width(text: str, font_size: float) -> float:
    """The width of a line of text in points, rather too wide than too narrow."""
    return font_size * sum(map(_character_width, text))


def shortened(text: str, longest: float) -> str:
    """The text, its end replaced by … where it is wider than `longest` em.

    >>> shortened("기울기와 가중치", 6.0)
    '기울기와 …'
    """
    if text_width(text, 1) <= longest:
        return text
    room = longest - _character_width("…")
    end = 0
    for character in text:
        room -= _character_width(character)
        if room < 0:
            break
        end += 1
    return text[:end] + "…"


def printable(text: object) -> str:
    r"""The text with only what an XML file may hold: control characters become visible pictures of themselves.

    >>> printable("a\x00b\nc")
    'a␀b\nc'
    """
    try:
        line = str(text)
    except Exception:  # the drawing is worth more than one broken __str__
        line = f"<{type(text).__name__}>"
    if line.isprintable():
        return line
    return "".join([_visible(character) for character in line])


def _visible(character: str) -> str:
    code = ord(character)
    if character == "\n":
        return character
    if code < 32:
        return chr(0x2400 + code)
    return "�" if 0xD800 <= code <= 0xDFFF or code in (0x7F, 0xFFFE, 0xFFFF) or 0x80 <= code < 0xA0 else character


def one_line(text: str) -> str:
    """The text with only printable characters, in one line."""
    return text if text.isprintable() else " ".join(printable(text).split("\n"))
