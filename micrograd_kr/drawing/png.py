"""SVG to PNG, by resvg: at twice the size, and with a warning where no font here can draw the text."""

from __future__ import annotations

import math
import re
import warnings
from functools import cache

from ..extras import missing_extra
from ..graph import FONT_FAMILY

_PIXELS_PER_INCH = 96
_ZOOM = 2.0  # two pixels of PNG for one of SVG, for today's screens
_SMALLEST_ZOOM = 0.25  # below it the text cannot be read
_MOST_PIXELS = 25_000_000  # 100 MB while it is drawn
_IN_NO_FONT = "\U0010fffd"
_MOST_CHARACTERS = 500  # to be looked up in the fonts
_has_warned = False


def svg_to_png(svg: str) -> bytes:
    """The picture as PNG, at twice its size, less if it is huge; warns of characters that no font here can draw.

    Raises:
        ImportError: resvg-py is not installed.
        RuntimeError: there is no font at all.
        ValueError: the picture is too large for a PNG.
    """
    zoom = _zoom(svg)
    _warn_of_missing(svg)
    return _resvg(svg, zoom, _sans_serif_family())


def _zoom(svg: str) -> float:
    size = re.search(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    if size is None:
        return _ZOOM
    width, height = [float(points) / 72 * _PIXELS_PER_INCH for points in size.groups()]
    zoom = min(_ZOOM, math.sqrt(_MOST_PIXELS / (width * height)))
    if zoom < _SMALLEST_ZOOM:
        raise ValueError(
            f"the drawing is too large for a PNG ({width:,.0f} x {height:,.0f} pixels): write an .svg, which can be "
            "zoomed, or draw less: a part of the graph, or its modules collapsed (collapse=True)"
        )
    return zoom


def _resvg(svg: str, zoom: float, family: str) -> bytes:
    try:
        import resvg_py
    except ImportError as error:
        raise missing_extra("a PNG is drawn with resvg-py", "png", error=error) from None
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, dpi=_PIXELS_PER_INCH, zoom=zoom, sans_serif_family=family))


def _image_of(character: str, family: str) -> bytes:
    text = f'<text x="2" y="30" font-family="{FONT_FAMILY}" font-size="20">{character}</text>'
    return _resvg(f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">{text}</svg>', 1, family)


@cache
def _sans_serif_family() -> str:
    """A family for `sans-serif`: resvg draws no text at all, and says nothing, if the one it is given is missing."""
    for family in ("Arial", "Noto Sans", "DejaVu Sans", "Liberation Sans", "Noto Sans CJK KR", "NanumGothic", "Ubuntu"):
        if _image_of("A", family) != _image_of("B", family):
            return family
    raise RuntimeError(
        "no font was found to write the PNG's text with: install one (on Debian or Ubuntu `apt install fonts-nanum`), "
        "or write an .svg, which the browser draws with its own fonts"
    )


@cache
def _is_missing(character: str) -> bool:
    """Whether no font here has it: then it looks like a character that no font has, a box or nothing."""
    family = _sans_serif_family()
    return _image_of(character, family) == _image_of(_IN_NO_FONT, family)


def _warn_of_missing(svg: str) -> None:
    """Warn once of characters that will be boxes in the PNG."""
    global _has_warned
    characters = sorted({character for character in svg if character > "~" and character.isalnum()})
    missing = [character for character in characters[:_MOST_CHARACTERS] if _is_missing(character)]
    if missing and not _has_warned:
        _has_warned = True
        warnings.warn(
            f"no font on this computer can draw {''.join(missing[:20])!r}, so the PNG shows boxes instead: install one "
            "(for Hangul on Debian or Ubuntu `apt install fonts-nanum`, on Fedora "
            "`dnf install google-noto-sans-cjk-fonts`), or write an .svg, which the browser draws with its own fonts",
            stacklevel=2,
        )
