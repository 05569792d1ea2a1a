"""The live page: one HTML file in which a graph can be stepped, changed and trained, with nothing but a browser.

It reads in this order
    javascript.py  a number that writes JavaScript: the table's rules, in the page's language
    rolling.py     its straight-line code, with repetitions rolled into loops
    views.py       what each view shows, and where Graphviz puts it
    cards.py       the views as SVG
    document.py    the page: page.html, page.css and picture.css, and the program in script/

>>> from micrograd_kr import Value
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> live = page(a * b + a, lang="en")
>>> live
<Page of 4 nodes: .save("graph.html"), or .open() in the browser>
>>> live.html.startswith("<!doctype html>")
True
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable
from html import escape
from os import PathLike
from pathlib import Path

from ..engine import Value
from ..graph import Graph, format_number
from ..locale import language, translate
from .cards import CardWriter
from .document import document, style_of_picture
from .views import lay_out

__all__ = ["MOST_NODES", "Page", "page"]

MOST_NODES = 2000  # that stay fluid in a browser


class Page:
    """A live page; in a notebook it shows itself.

    Attributes:
        html: the whole page.
        still: the same graph as an SVG picture that does not move, for where scripts do not run.
        count: how many nodes it has.
    """

    def __init__(self, html: str, still: str, count: int) -> None:
        self.html, self.still, self.count = html, still, count

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the page to a file, and return its path."""
        file = Path(path)
        if not file.suffix:
            file = file.with_suffix(".html")
        file.write_text(self.html, encoding="utf-8")
        return file

    def open(self, path: str | PathLike[str] | None = None) -> Path:
        """Write the page to a file, by default a temporary one, open it in the browser, and return its path."""
        import tempfile
        import webbrowser

        file = self.save(path if path is not None else Path(tempfile.mkdtemp(prefix="micrograd_kr-")) / "page.html")
        webbrowser.open(file.resolve().as_uri())
        return file

    def _repr_html_(self) -> str:
        """The page in a frame of its own, cut off from the notebook; where frames are taken out, a picture remains.

        The frame covers the picture, which stands behind it.
        """
        image = base64.b64encode(self.still.encode()).decode()
        return (
            '<div style="position:relative;height:760px;overflow:hidden">'
            f'<img alt="{escape(repr(self))}" style="max-width:100%;max-height:100%" '
            f'src="data:image/svg+xml;base64,{image}">'
            '<iframe sandbox="allow-scripts" loading="lazy" title="micrograd_kr" '
            'style="position:absolute;inset:0;width:100%;height:100%;border:0;background:Canvas" '
            f'srcdoc="{escape(self.html)}"></iframe></div>'
        )

    def __repr__(self) -> str:
        return f'<Page of {self.count} nodes: .save("graph.html"), or .open() in the browser>'


def page(
    root: Value,
    path: str | PathLike[str] | None = None,
    *,
    lang: str | None = None,
    title: str | None = None,
    train: Iterable[Value] | None = None,
    rate: float = 0.01,
    rankdir: str = "LR",
) -> Page:
    """One self-contained HTML file of the graph below `root`, alive: no server, no network, nothing to install.

    Every leaf can be dragged, and the whole forward and backward pass is computed again in the page, by the rules of
    the table; the passes can be stepped, explained, broken on purpose, and parameters trained by hand.

    Args:
        root: the Value whose graph it is: the loss, if parameters are to be trained.
        path: a file to write, too.
        lang: "ko" or "en", to begin with; the page can switch.
        title: the page's heading.
        train: the parameters, which gradient descent on `root` moves; [] for none. By default the leaves that belong
            to the nn modules in the graph, if `root` was computed outside of them: what a module itself returns is
            a prediction, and no loss. All other leaves are data.
        rate: the learning rate to begin with.
        rankdir: which way the graph runs: "LR", "RL", "TB" or "BT".

    Returns:
        A Page, with `.html`, `.save(path)` and `.open()`; in a notebook it shows itself.

    Raises:
        TypeError: root is not a Value, a number in the graph is not real, an op's rule branches on a number, or it
            uses a function that JavaScript does not have.
        ValueError: there are more than 2,000 nodes, one of `train` is not a leaf of the graph, rate is not a number
            from 0 on, or lang or rankdir is unknown.

    >>> w, x = Value(0.5, label="가중치"), Value(2.0, label="x")
    >>> "가중치" in page((w * x - 3) ** 2, lang="ko", train=[w]).html
    True
    """
    if not isinstance(root, Value):
        raise TypeError(f"page shows the graph of one Value, got the {type(root).__name__} {root!r:.60}")
    if rankdir not in ("LR", "RL", "TB", "BT"):
        raise ValueError(f'rankdir={rankdir!r}: choose "LR", "RL", "TB" or "BT"')
    lang = language(lang)
    graph = Graph(root)
    if len(graph.nodes) > MOST_NODES:
        count, most = f"{len(graph.nodes):,}", f"{MOST_NODES:,}"
        raise ValueError(translate("livepage.too_large", lang, count=count, most=most))
    if not (isinstance(rate, int | float) and 0 <= rate < math.inf):
        raise ValueError(f"the learning rate is a number from 0 on, got {rate!r}")
    trained = _trained(graph, train)
    for node in graph.nodes:
        _check_real(node, graph)
    writer = CardWriter(graph, lambda key, **pieces: translate(f"livepage.{key}", lang, **pieces))
    views = lay_out(graph, writer.size, rankdir)
    drawn = [writer.svg(view) for view in views]
    html = document(graph, drawn, lang=lang, title=title and str(title), trained=trained, rate=rate)
    made = Page(html, writer.svg(views[0], style_of_picture()), len(graph.nodes))
    if path is not None:
        made.save(path)
    return made


def _check_real(node: Value, graph: Graph) -> None:
    try:
        float(node.data)
    except (TypeError, ValueError):
        raise TypeError(
            f"the page computes with real numbers, but {graph.names[node]} is {node.data!r:.60}, "
            f"a {type(node.data).__name__}: give the leaves floats"
        ) from None
    except OverflowError:
        name, number = graph.names[node], format_number(node.data)
        raise ValueError(f"{name} is too large for a float: {number}") from None


def _trained(graph: Graph, train: Iterable[Value] | None) -> list[Value]:
    """The leaves that gradient descent moves; none if there is no loss to descend on."""
    if train is None:
        is_loss = graph.home[-1].depth == 0
        return [node for node in graph.nodes if is_loss and graph.kind(node) == "parameter"]
    named = list(train)
    for value in named:
        if value not in graph.number or graph.kind(value) not in ("parameter", "input"):
            raise ValueError(f"train={value!r:.60} is not a leaf of this graph, so gradient descent cannot move it")
    return named
