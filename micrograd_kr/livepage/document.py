"""page(): the live page of a graph: the table's rules as JavaScript, and the graph as data."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from os import PathLike
from typing import Any

from ..engine import Value
from ..graph import ATOM, Graph, format_number
from ..graph.names import MOST_OPERANDS
from ..locale import catalog, glossary, language, preferred, translate
from ..ops import OPS, Op
from ..stepper import steps
from ..stepper.formula import LONGEST_FORMULA, LONGEST_WRITTEN_OUT
from .assembling import HtmlPage, assemble, catalogs, icons, style_of
from .cards import CardWriter
from .javascript import formulas_function, forward_function, partials_function, written_out_function
from .views import lay_out

MOST_NODES = 2000  # that stay fluid in a browser
_LARGE = 300  # nodes, from which on the layout may take a second
# of the glossary, that graph_page.html explains
TERMS = (
    "leaf",
    "forward_pass",
    "backward_pass",
    "gradient",
    "upstream",
    "local_derivative",
    "chain_rule",
    "parameter",
    "data",
    "loss",
    "learning_rate",
    "topological_order",
    "zero_grad",
)


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


# --- the file -------------------------------------------------------------------------------------------------------


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


# --- the graph's rules ----------------------------------------------------------------------------------------------


def variants_of(graph: Graph) -> dict[tuple[Op, int], int]:
    """Each op in the graph and, as an n-ary op is written out anew for each, its number of arguments."""
    variants: dict[tuple[Op, int], int] = {}
    for node in graph.nodes:
        if node.op is not None:
            variants.setdefault((node.op, len(node.args)), len(variants))
    return variants


def rules_of(graph: Graph) -> tuple[str, set[str]]:
    """The rules of the graph's ops as JavaScript, and the names of the ops that their formulas are written with."""
    variants = variants_of(graph)
    forward = ",\n".join([forward_function(op, count) for op, count in variants])
    partials = ",\n".join([partials_function(op, count) for op, count in variants])
    formulas = [formulas_function(op, count) for op, count in variants]
    in_full = [
        written_out_function(op, count) if op.arity is None and count <= LONGEST_WRITTEN_OUT // 3 else ("null", set())
        for op, count in variants
    ]
    text = (
        f"{{forward:[{forward}],\npartials:[{partials}],\n"
        f"formulas:(write,times,power)=>({{formulas:[{_listed(formulas)}],inFull:[{_listed(in_full)}]}})}}"
    )
    return text, {name for _, names in (*formulas, *in_full) for name in names if name in OPS}


def _listed(written: Sequence[tuple[str, set[str]]]) -> str:
    return ",\n".join([text for text, _ in written])


_LEAVES = {"parameter": -1, "input": -1, "constant": -2}  # where a computed node has its op


# --- the graph's data -----------------------------------------------------------------------------------------------


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


def knowledge_of(graph: Graph, words: dict[str, dict[str, str]], ops: set[str]) -> Any:
    """What the page must know about ops and languages to say and write what the stepper does."""
    return {
        **catalogs(words),
        "glossary": {code: {term: glossary(code)[term][:2] for term in TERMS} for code in words},
        "ops": [
            _written(op) | {"sentence": op.name, "truth": op.gives == "condition"} for op, count in variants_of(graph)
        ],
        "primitives": {name: _written(OPS[name]) for name in sorted(ops)},
        "icons": icons(("play", "pause", "reset")),
        "atom": ATOM,
        "minus": OPS["neg"].precedence,
        "operands": MOST_OPERANDS,
        "flows": steps.MOST_FLOWS,
        "longest": LONGEST_FORMULA,
        "longestWrittenOut": LONGEST_WRITTEN_OUT,
        "longestBeside": steps.LONGEST_BESIDE,
    }


def _written(op: Op) -> dict[str, Any]:
    return {"symbol": op.symbol, "tight": op.precedence, "arity": op.arity}


def json_number(x: Any) -> float | str:
    """A float as JSON has it; inf and nan, which it has not, as text."""
    number = float(x)
    return number if math.isfinite(number) else str(number)


def words_of(graph: Graph, lang: str) -> dict[str, str]:
    """The templates that this page can need: its own, the stepper's, and the rules of the ops in the graph."""
    own = {node.op.name for node in graph.nodes if node.op}
    rules = {f"stepper.rule.{name}{state}" for name in own for state in ("", ".closed", ".open")}
    rules |= {f"stepper.forward.{name}" for name in own}
    return {
        key: text
        for key, text in catalog(lang).items()
        if key == "join" or key in rules or (key.startswith("livepage.") and key not in _PYTHONS) or _is_sentence(key)
    }


_PYTHONS = ("livepage.too_large", "livepage.laying_out")  # messages that the page itself never shows
_OF_OPS_OR_ELSEWHERE = ("stepper.rule.", "stepper.forward.", "stepper.view.")


def _is_sentence(key: str) -> bool:
    """Whether the template is one of the stepper's for any op."""
    general = key in ("stepper.rule.closed", "stepper.rule.open")
    return general or (key.startswith("stepper.") and not key.startswith(_OF_OPS_OR_ELSEWHERE))
