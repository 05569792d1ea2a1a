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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from micrograd_kr.extras import missing_extra
from micrograd_kr.files import write_whole
from micrograd_kr.locale import FALLBACK, catalog, language, translate

from .prose import words

FOLDER_VARIABLE = "MICROGRAD_KR_BOOK_FIGURES"

BLUE, RED, GREEN, GREY, YELLOW = "#2f6fb7", "#d1495b", "#3a8f5c", "#8a8f98", "#edae49"
ORANGE, PURPLE = "#d9822b", "#7b5ea7"

# What a colour means, in every figure of the book
POSITIVE, NEGATIVE = RED, BLUE
CLASSES = (BLUE, RED, GREEN, ORANGE, PURPLE, "#17a0ad", "#8c6d4f", "#d977b4", "#8fa329", GREY)
DATA, MODEL, ERROR = GREY, GREEN, ORANGE
TRAINING, VALIDATION, TEST = GREEN, ORANGE, PURPLE

_DPI = 144
_PHONE = 4.2  # inches that a phone shows in such a size that the letters can be read


@dataclass(frozen=True)
class Picture:
    """What a chapter showed.

    Attributes:
        name: the name of its file, without the ending.
        kind: `png` or `svg` (an image) or `html` (a live page or a widget).
        content: the file.
        caption: what is written below it.
        alt: what is seen in it, for who cannot see it; the caption if the chapter has no words for it.
        width: of an image that was drawn in inches, how many.
        height: of a widget, in pixels; 0 for a live page, which is as high as it likes.
        narrow: the same picture for phones, its panels one below the other; empty if there is none.
    """

    name: str
    kind: str
    content: bytes
    caption: str
    alt: str = ""
    width: float = 0.0
    height: int = 0
    narrow: bytes = b""


class _Collection(NamedTuple):
    pictures: list[Picture]
    for_page: bool


_collecting: list[_Collection] = []
_grids: WeakKeyDictionary[Any, tuple[int, int]] = WeakKeyDictionary()  # how a figure is drawn for phones


@contextmanager
def collected(for_page: bool = False) -> Iterator[list[Picture]]:
    """Keep what is shown inside the block in a list, instead of saving or displaying it.

    Args:
        for_page: without background, and a second time for phones.
    """
    pictures: list[Picture] = []
    _collecting.append(_Collection(pictures, for_page))
    try:
        yield pictures
    finally:
        _collecting.pop()


def figure(
    rows: int = 1,
    columns: int = 1,
    *,
    width: float = 6.4,
    height: float = 4.0,
    narrow: tuple[int, int] | None = None,
    **options: Any,
) -> Any:
    """A matplotlib figure and its axes, like `matplotlib.pyplot.subplots`, with the book's font and colours.

    Args:
        rows, columns: how many panels.
        width, height: of the whole figure, in inches.
        narrow: how many rows and columns for phones; by default one column, or two where the panels are many.
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
    count = rows * columns
    _grids[canvas] = narrow or ((count, 1) if count <= 6 else (-(-count // 2), 2))
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
    for_page = bool(_collecting) and _collecting[-1].for_page
    shown = _as_picture(name, picture, words(name, language(), pieces) if caption is None else caption, for_page)
    if _collecting:
        with suppress(LookupError):
            shown = replace(shown, alt=words(f"{name}_alt", language(), pieces))
        _collecting[-1].pictures.append(shown)
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


def graph(output: Any, **options: Any) -> Any:
    """The computation graph of a Value, for `show`: a live page where there is one, else a drawing.

    Args:
        output: the Value: a loss, if there is something to train.
        options: of the live page.
    """
    try:
        from micrograd_kr import page

        return page(output, **options)
    except ImportError:
        from micrograd_kr import draw

        return draw(output)


def _as_picture(name: str, picture: Any, caption: str, for_page: bool = False) -> Picture:
    if hasattr(picture, "html"):
        return Picture(name, "html", picture.html.encode(), caption, height=getattr(picture, "height", 0))
    if hasattr(picture, "pipe"):
        return Picture(name, "svg", picture.pipe(format="svg"), caption)
    _plain_log_scales(picture)
    width = float(picture.get_figwidth())
    content = _png(picture, for_page)
    narrow = b""
    if for_page and width > 1.1 * _PHONE:
        _make_narrow(picture)
        narrow = _png(picture, for_page)
    return Picture(name, "png", content, caption, width=width, narrow=narrow)


def _png(figure: Any, transparent: bool) -> bytes:
    """The figure as a PNG file, drawn once: `savefig` draws each figure twice."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(_DPI)
    if transparent:
        for part in (figure, *figure.axes):
            part.patch.set_alpha(0.0)
    canvas: Any = FigureCanvasAgg(figure)
    with io.BytesIO() as file:
        canvas.print_png(file)
        return file.getvalue()


def _make_narrow(canvas: Any) -> None:
    """Put the panels of a figure into fewer columns, each with the labels that it had from its neighbours."""
    from matplotlib.gridspec import GridSpec

    panels = [axes for axes in canvas.axes if axes.get_subplotspec() is not None]
    rows, columns = _grids.get(canvas, (len(panels), 1))
    old = panels[0].get_subplotspec().get_gridspec()
    if (old.nrows, old.ncols) != (rows, columns):
        labels = {(p.get_subplotspec().rowspan.start, p.get_subplotspec().colspan.start): p for p in panels}
        for (row, column), axes in labels.items():
            first, last = labels.get((row, 0)), labels.get((old.nrows - 1, column))
            if first and axes.get_shared_y_axes().joined(axes, first) and not axes.get_ylabel():
                axes.set_ylabel(first.get_ylabel())
            if last and axes.get_shared_x_axes().joined(axes, last) and not axes.get_xlabel():
                axes.set_xlabel(last.get_xlabel())
            axes.tick_params(labelleft=True, labelbottom=True)
    width, height = canvas.get_size_inches()
    shape = (height / old.nrows) / (width / old.ncols)  # of a panel
    grid = GridSpec(rows, columns, figure=canvas)
    for place, axes in enumerate(panels):
        axes.set_subplotspec(grid[place])
        axes.title.set_wrap(True)
        axes.xaxis.label.set_wrap(True)
    canvas.set_size_inches(_PHONE, _PHONE / columns * max(shape, 0.62) * rows)


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
        frame = f'<iframe sandbox="allow-scripts" srcdoc="{page}" width="100%" height="{shown.height or 760}"></iframe>'
        display.display(display.HTML(frame))
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
