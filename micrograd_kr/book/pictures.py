"""Figures with a font that draws the reader's letters, shown where the chapter runs: as a script, in a notebook.

>>> import os; os.environ["MICROGRAD_KR_LANG"] = "en"
>>> with collected() as pictures:
...     canvas, axes = figure()
...     points = axes.plot([1, 2], [3, 4])
...     show("a_line", canvas, caption="one line")
>>> pictures[0].name, pictures[0].kind, pictures[0].caption
('a_line', 'png', 'one line')
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import io
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from micrograd_kr.extras import missing_extra
from micrograd_kr.files import write_whole
from micrograd_kr.locale import FALLBACK, catalog, language, translate

from .prose import words

FOLDER_VARIABLE = "MICROGRAD_KR_BOOK_FIGURES"

BLUE, RED, GREEN, GREY, YELLOW = "#2f6fb7", "#d1495b", "#3a8f5c", "#8a8f98", "#edae49"


@dataclass(frozen=True)
class Picture:
    """What a chapter showed: `kind` is `png` or `svg` (an image) or `html` (a live page)."""

    name: str
    kind: str
    content: bytes
    caption: str


_collecting: list[list[Picture]] = []


@contextmanager
def collected() -> Iterator[list[Picture]]:
    """Keep what is shown inside the block in a list, instead of saving or displaying it."""
    pictures: list[Picture] = []
    _collecting.append(pictures)
    try:
        yield pictures
    finally:
        _collecting.pop()


def figure(rows: int = 1, columns: int = 1, *, width: float = 6.4, height: float = 4.0, **options: Any) -> Any:
    """A matplotlib figure and its axes, like `matplotlib.pyplot.subplots`, with the book's font and colours.

    Args:
        rows, columns: how many panels.
        width, height: of the whole figure, in inches.
        options: passed on to `matplotlib.figure.Figure.subplots`.

    Returns:
        (figure, axes), where axes is one panel, or an array of them.
    """
    style = _style()
    from matplotlib import rcParams
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    rcParams.update(style)  # for good: what the chapter writes into the figure later takes the font from here
    canvas = Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.12))
    return canvas, canvas.subplots(rows, columns, **options)


def label(key: str, /, **pieces: object) -> str:
    """A text inside a figure: the words of a chapter, in English where no font can draw those of the language."""
    return words(key, language() if _font() else FALLBACK, pieces)


def show(name: str, picture: Any, caption: str | None = None, **pieces: object) -> None:
    """Show a figure, a drawn graph or a live page with its caption.

    In a notebook it appears below the cell; in the book it becomes part of the page; a script saves it as a file in
    the folder `book_figures` (or MICROGRAD_KR_BOOK_FIGURES).

    Args:
        name: the name of the file, without its ending, and the key of the caption in the chapter's text.
        picture: a figure from `figure()`, a graph from `draw()`, or a live page from `page()`.
        caption: another caption than that of the text.
        pieces: what the caption mentions.
    """
    shown = _as_picture(name, picture, words(name, language(), pieces) if caption is None else caption)
    if _collecting:
        _collecting[-1].append(shown)
    elif "ipykernel" in sys.modules:
        _display(shown)
    else:
        print(translate("book.figure_saved", caption=shown.caption, path=save(shown)))


def save(shown: Picture) -> Path:
    """Write a picture into the folder for figures, and return where it is."""
    path = Path(os.environ.get(FOLDER_VARIABLE, "book_figures")) / f"{shown.name}.{shown.kind}"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, shown.content)
    return path


def graph(output: Any) -> Any:
    """The computation graph of a Value, for `show`: a live page where there is one, else a drawing."""
    try:
        from micrograd_kr import page

        return page(output)
    except ImportError:
        from micrograd_kr import draw

        return draw(output)


def _as_picture(name: str, picture: Any, caption: str) -> Picture:
    if hasattr(picture, "html"):
        return Picture(name, "html", picture.html.encode(), caption)
    if hasattr(picture, "pipe"):
        return Picture(name, "svg", picture.pipe(format="svg"), caption)
    _plain_log_scales(picture)
    with io.BytesIO() as file:
        picture.savefig(file, format="png", dpi=144)
        return Picture(name, "png", file.getvalue(), caption)


def _plain_log_scales(canvas: Any) -> None:
    """Write 0.1, 1, 10 on logarithmic axes: powers of ten need a minus sign that many fonts lack."""
    from matplotlib.ticker import LogLocator

    for axes in canvas.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if axis.get_scale() == "log":
                low, high = axis.get_view_interval()
                if high < 100 * low:
                    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
                axis.set_major_formatter("{x:g}")
                axis.set_minor_formatter("")


def _display(shown: Picture) -> None:
    from html import escape

    display = importlib.import_module("IPython.display")

    if shown.kind == "png":
        display.display(display.Image(shown.content, width=720))
    elif shown.kind == "svg":
        display.display(display.SVG(shown.content))
    else:
        page = escape(shown.content.decode(), quote=True)
        display.display(display.HTML(f'<iframe sandbox="allow-scripts" srcdoc="{page}" width="100%" height="640">'))
    display.display(display.Markdown(f"*{shown.caption}*"))


# --- the font ---------------------------------------------------------------------------------------------------------


def _font() -> str:
    """A font that draws the letters of the reader's language."""
    return _font_of(language())


@functools.cache
def _font_of(lang: str) -> str:
    """The first font of the language that is installed; empty, after one warning, if there is none."""
    try:
        from matplotlib import font_manager
    except ImportError as error:
        raise missing_extra("the book draws with matplotlib", "plot", "data", error=error) from None

    settings = catalog(lang)
    package = settings.get("language.font_package", "")
    # The package's folder of fonts is read, the package itself is not imported: koreanize-matplotlib needs distutils.
    found = importlib.util.find_spec(package.replace("-", "_")) if package else None
    for folder in (found.submodule_search_locations or []) if found else []:
        for file in sorted(Path(folder).glob("fonts/*.ttf")):
            font_manager.fontManager.addfont(str(file))
    installed = set(font_manager.get_font_names())
    fonts = [name.strip() for name in settings.get("language.fonts", "DejaVu Sans").split(",")]
    font = next((name for name in fonts if name in installed), "")
    if not font:
        warnings.warn(translate("book.no_font", lang, package=package), stacklevel=3)
    return font


def _style() -> Any:
    """The book's look, as matplotlib's rcParams."""
    return {
        "font.family": [name for name in (_font(), "DejaVu Sans") if name],
        "axes.unicode_minus": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 11,
        "axes.grid": False,
        "font.size": 10,
        "legend.frameon": False,
        "figure.facecolor": "white",
    }
