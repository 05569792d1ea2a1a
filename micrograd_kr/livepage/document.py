"""page(): the live page of a graph: its views as SVG, and the graph as data.

A view shows cards for Values, lines from each to what uses it, frames for modules. The page's script only changes text
and classes in it, so that it is a picture of its own where scripts do not run.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from os import PathLike
from typing import Any

from ..engine import Value, grad
from ..graph import Graph, format_number, shortened, text_width
from ..locale import language, preferred, translate
from .assembling import HtmlPage, assemble, json_number, knowledge_of, rules_of, style_of, variants_of, words_of
from .views import Card, Edge, Item, View, lay_out, outputs

MOST_NODES = 2000  # that stay fluid in a browser
_LARGE = 300  # nodes, from which on the layout may take a second


class Page(HtmlPage):
    """A live page; in a notebook it shows itself.

    Attributes:
        html: the whole page.
        still: the same graph as an SVG picture that does not move, for where scripts do not run.
        count: how many nodes it has.
    """

    def __init__(self, html: str, still: str, count: int) -> None:
        super().__init__(html, still)
        self.count = count

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
    with _progress(graph, lang) as progress:
        views = lay_out(graph, writer.size, rankdir, progress)
    drawn = [writer.svg(view) for view in views]
    html = _document(graph, drawn, lang=lang, title=title and str(title), trained=trained, rate=rate)
    made = Page(html, writer.svg(views[0], style_of("picture.css")), len(graph.nodes))
    if path is not None:
        made.save(path)
    return made


@contextmanager
def _progress(graph: Graph, lang: str) -> Iterator[Callable[[int, int], object]]:
    """What shows in a terminal how far the layout of a large graph is, and takes it away again."""
    if len(graph.nodes) < _LARGE or not sys.stderr.isatty():
        yield lambda done, known: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(translate("livepage.laying_out", lang), total=None)
        yield lambda done, known: bar.update(task, completed=done, total=known, refresh=True)


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


# --- the file ------------------------------------------------------------------------------------------------------


def _document(
    graph: Graph, views: Sequence[str], *, lang: str, title: str | None, trained: Sequence[Value], rate: float
) -> str:
    """The whole page as HTML."""
    output = graph.names[graph.root]
    words = {code: words_of(graph, code) for code in preferred(lang)}
    rules, ops = rules_of(graph)
    return assemble(
        "graph_page",
        lang=lang,
        title=title or translate("livepage.title", lang, node=output),
        parts={
            "heading": "" if title else f' data-w="title" data-node="{escape(output)}"',
            "rate": f"{rate:g}",
            "descent": "" if trained else " hidden",
            "views": "".join(views),
        },
        data=_data(graph, lang, trained),
        knowledge=knowledge_of(graph, words, ops),
        rules=rules,
    )


_LEAVES = {"parameter": -1, "input": -1, "constant": -2}  # where a computed node has its op


def _data(graph: Graph, lang: str, trained: Sequence[Value]) -> Any:
    """The graph, its numbers and names."""
    variants = variants_of(graph)
    names, number = graph.names, graph.number
    return {
        "lang": lang,
        "op": [variants[node.op, len(node.args)] if node.op else _LEAVES[graph.kind(node)] for node in graph.nodes],
        "args": graph.arguments,
        "data": [json_number(node.data) if node.op is None else 0 for node in graph.nodes],
        "names": [names[node] for node in graph.nodes],
        "spelling": [names.spell(node) for node in graph.nodes],
        "tight": [names.precedence(node) for node in graph.nodes],
        "trained": [number[leaf] for leaf in trained],
        "home": [group.number for group in graph.home],
        "parents": [group.outer.number if group.outer else None for group in graph.groups],
        "titles": [group.title for group in graph.groups],
    }


# --- the views as SVG -------------------------------------------------------------------------------------------------

_NAME_SIZE, _CHIP_SIZE, _KEY_SIZE, _NUMBER_SIZE = 13.0, 12.5, 12.0, 12.5
_PADDING, _GAP = 12.0, 10.0
_LONGEST_NAME = 14.0  # em
_WIDEST_NUMBER = "-1.2346e-05"
_ROWS_HEIGHT, _PILL_HEIGHT = 68.0, 28.0


class CardWriter:
    """Writes the views of a graph as SVG, in a language: `say(key, **pieces)` is the text of a message."""

    def __init__(self, graph: Graph, say: Callable[..., str]) -> None:
        self.graph, self.names, self.say = graph, graph.names, say
        self._gradients = grad(graph.root, graph.nodes)
        self._outputs = {module.number: node for module, node in outputs(graph).items()}
        self._sizes = [0 for _ in graph.groups]
        for home in graph.home:
            for module in home.around():
                self._sizes[module.number] += 1

    # --- what stands in a card --------------------------------------------------------------------------------------

    def title(self, item: Item) -> str:
        """The first line of an item's card."""
        kind, number = item
        return shortened(self.graph.groups[number].title if kind == "module" else self._name(number), _LONGEST_NAME)

    def _name(self, number: int) -> str:
        return self.names[self.graph.nodes[number]]

    def chip(self, item: Item) -> str:
        """What stands at the right of the title: an op's symbol, or the sign that a box opens."""
        kind, number = item
        if kind == "module":
            return "⤢"
        node = self.graph.nodes[number]
        if node.op is None:
            return ""
        return "" if self._name(number) == self.names.spell(node) else shortened(node.op.symbol, 8.0)

    def size(self, item: Item) -> tuple[float, float]:
        """The width and height that an item needs, whatever numbers it will show."""
        title, chip = text_width(self.title(item), _NAME_SIZE), self.chip(item)
        first = title + (_GAP + text_width(chip, _CHIP_SIZE) if chip else 0)
        if self._is_constant(item):
            return max(40.0, title + 2 * _PADDING), _PILL_HEIGHT
        numbers = text_width("기울기", _KEY_SIZE) + 8 + text_width(_WIDEST_NUMBER, _NUMBER_SIZE)
        return max(first, numbers) + 2 * _PADDING, _ROWS_HEIGHT

    def _is_constant(self, item: Item) -> bool:
        return item[0] != "module" and self.graph.kind(self.graph.nodes[item[1]]) == "constant"

    # --- SVG --------------------------------------------------------------------------------------------------------

    def svg(self, view: View, style: str = "") -> str:
        """The view as an SVG element; with a style inside, as a picture of its own."""
        title = view.module.title or self.names[self.graph.root]
        own = (
            f' xmlns="http://www.w3.org/2000/svg" width="{view.width:.0f}" height="{view.height:.0f}"' if style else ""
        )
        shown = "" if view.module.depth else " shown"
        return "".join(
            [
                f'<svg{own} class="view{shown}" role="group" aria-label="{escape(title)}"'
                f' viewBox="0 0 {view.width:.0f} {view.height:.0f}" data-module="{view.module.number}">',
                f"<style>{style}</style>" if style else "",
                f"<title>{escape(title)}</title>" if style else "",
                '<g class="pan">',
                *[self._frame(view, index) for index in range(len(view.frames))],
                f'<g transform="translate(0,{view.height:g})">',
                *map(_line, view.edges),
                "</g>",
                *map(self._card, view.cards),
                "</g></svg>",
            ]
        )

    def _frame(self, view: View, index: int) -> str:
        frame = view.frames[index]
        return (
            f'<g class="frame" transform="translate({frame.x:.0f},{frame.y:.0f})">'
            f'<rect width="{frame.width:.0f}" height="{frame.height:.0f}" rx="14"/>'
            f'<text x="14" y="18">{escape(shortened(frame.module.title, 20.0))}</text></g>'
        )

    def _card(self, card: Card) -> str:
        kind, number = card.item
        name_width = text_width(self.title(card.item), _NAME_SIZE)
        place = f'data-at="{card.x:.1f} {card.y:.1f}" transform="translate({card.x:.1f},{card.y:.1f})"'
        at = f'{place} data-title="{name_width:.0f}"'
        round_ = 14 if self._is_constant(card.item) else 10
        rect = f'<rect width="{card.width:.0f}" height="{card.height:.0f}" rx="{round_}"/>'
        right = card.width - _PADDING
        name = f'<text class="name" x="{_PADDING:g}" y="21">{escape(self.title(card.item))}</text>'
        hidden = ' aria-hidden="true"' if kind == "module" else ""
        chip = (
            f'<text class="chip"{hidden} x="{right:.0f}" y="21">{escape(self.chip(card.item))}</text>'
            if self.chip(card.item)
            else ""
        )
        if kind == "module":
            if number in self._outputs:
                rows, out = self._rows(self._outputs[number], right), f' data-out="{self._outputs[number]}"'
            else:
                size = str(self._sizes[number])
                text = escape(self.say("nodes", count=size))
                rows, out = (
                    f'<text class="key" data-w="nodes" data-count="{size}" x="{_PADDING:g}" y="50">{text}</text>',
                    "",
                )
            style = 'class="card module" data-kind="card module"'
            return f'<g {style} data-m="{number}"{out} {at}>{rect}{name} {chip} {rows}</g>'
        node = self.graph.nodes[number]
        if self._is_constant(card.item):
            text = f'<text class="name" x="{card.width / 2:.0f}" y="18">{escape(self.title(card.item))}</text>'
            return f'<g class="card constant" data-kind="card constant" data-n="{number}" {at}>{rect}{text}</g>'
        style = "card stub" if kind == "stub" else "card leaf" if node.op is None else "card"
        style += " output" if number == len(self.graph.nodes) - 1 else ""
        rows = self._rows(number, right)
        return f'<g class="{style}" data-kind="{style}" data-n="{number}" {at}>{rect}{name} {chip} {rows}</g>'

    def _rows(self, number: int, right: float) -> str:
        rows = (
            ("data", 41, format_number(self.graph.nodes[number].data)),
            ("grad", 58, format_number(self._gradients[number])),
        )
        return " ".join(
            f'<text class="key" data-w="{key}" x="{_PADDING:g}" y="{y}">{escape(self.say(key))}</text> '
            f'<text class="{key}" x="{right:.0f}" y="{y}">{escape(text)}</text>'
            for key, y, text in rows
        )


def _line(edge: Edge) -> str:
    uses = " ".join(f"{node}:{index}" for node, index in edge.uses)
    return f'<path class="edge" d="{edge.path}" data-u="{uses}"/>'
