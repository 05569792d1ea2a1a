"""The views of a page: which cards and lines each shows, and where Graphviz puts them.

A small graph is one view, its modules drawn as frames. In a large one the modules are closed cards, and each opens a
view of its own, in which what comes from outside is drawn as a stub. Every card has room for any number.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from ..graph import Graph, Group, svg_of

# What a card shows: ("node", its number), ("module", number of its group), or ("stub", number of a node outside)
Item = tuple[str, int]

MOST_CARDS = 4000  # in all views together
LARGEST_OPEN_VIEW = 24  # cards; beyond it modules stay closed
_POINTS_PER_INCH = 72.0
# In views of many cards straight lines, and the first layout that Graphviz finds: seconds instead of a minute
_MANY_CARDS, _QUICK = 300, "nslimit=0.1; nslimit1=1; mclimit=0.01; splines=line;"
_MOST_CROSSINGS = 8000  # of edges and ranks; beyond it Graphviz takes seconds, and `_stack` milliseconds
_RANK_GAP, _CARD_GAP, _SWEEPS = 86.0, 16.0, 8
_G = "{http://www.w3.org/2000/svg}g"


@dataclass
class Card:
    """Where an item stands: the upper left corner and the size, in the view's units."""

    item: Item
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0


@dataclass
class Frame:
    """The outline of a module whose nodes are shown."""

    module: Group
    x: float
    y: float
    width: float
    height: float


@dataclass
class Edge:
    """A line between two items, and the (node, index of its argument) pairs that it stands for."""

    tail: Item
    head: Item
    uses: list[tuple[int, int]]
    path: str = ""


@dataclass
class View:
    """One view: the graph, or the inside of one of its modules. The paths of edges count y from the lower end."""

    module: Group
    width: float = 0
    height: float = 0
    cards: list[Card] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)


def lay_out(
    graph: Graph,
    size_of: Callable[[Item], tuple[float, float]],
    rankdir: str = "LR",
    progress: Callable[[int, int], object] = lambda done, known: None,
) -> list[View]:
    """All views, that of the whole graph first.

    Args:
        graph: what is to be seen.
        size_of: reserves the width and height of each item.
        rankdir: as in `page`.
        progress: is called after each view, with how many are done and how many are known so far.
    """
    inside: dict[Group, list[int]] = {group: [] for group in graph.groups}
    for number, home in enumerate(graph.home):
        for group in home.around():
            inside[group].append(number)
    shared = shared_parameters(graph)
    drawings: dict[str, ElementTree.Element] = {}  # equal neurons have equal layouts
    views: list[View] = []
    waiting = deque([graph.groups[0]])
    drawn = 0
    while waiting and drawn < MOST_CARDS:  # a batch of many examples: the modules of the first ones can be opened
        module = waiting.popleft()
        opened = _opened_modules(graph, module, inside)
        view = _contents(graph, module, opened, inside[module], shared)
        for card in view.cards:
            card.width, card.height = size_of(card.item)
        ranks = _ranks(view) if len(opened) == 1 and len(view.cards) > _MANY_CARDS else {}
        if sum([ranks[edge.head] - ranks[edge.tail] for edge in view.edges if ranks]) > _MOST_CROSSINGS:
            _stack(view, ranks, rankdir)
        else:
            _place(graph, view, opened, rankdir, drawings)
        views.append(view)
        drawn += len(view.cards)
        waiting += [graph.groups[number] for card in view.cards for kind, number in [card.item] if kind == "module"]
        progress(len(views), len(views) + len(waiting))
    return views


def shared_parameters(graph: Graph) -> set[int]:
    """The parameters of modules that were called more than once: they are shown wherever they are read."""
    readers: dict[int, set[Group]] = {}
    for home, arguments in zip(graph.home, graph.arguments, strict=True):
        for argument in arguments:
            readers.setdefault(argument, set()).add(home)
    parameters = [graph.number[parameter] for parameter in graph.parameters]
    return {number for number in parameters if number in readers and graph.home[number] not in readers[number]}


def outputs(graph: Graph) -> dict[Group, int]:
    """For each module the one node in it that is read from outside; none where there are several."""
    found: dict[Group, set[int]] = {}
    readings = [*zip(graph.home, graph.arguments, strict=True), (graph.groups[0], [len(graph.nodes) - 1])]
    for home, arguments in readings:
        around = set(home.around())
        for argument in arguments:
            for module in graph.home[argument].around():
                if module in around:
                    break
                found.setdefault(module, set()).add(argument)
    return {module: min(nodes) for module, nodes in found.items() if len(nodes) == 1}


def _opened_modules(graph: Graph, module: Group, inside: dict[Group, list[int]]) -> set[Group]:
    """The modules drawn open in the view of `module`: level after level, as long as the view stays readable."""
    below = [group for group in graph.groups if module in group.around()]
    own = dict.fromkeys(below, 0)
    for number in inside[module]:
        own[graph.home[number]] += 1
    opened = {module}
    for depth in range(module.depth + 1, max(group.depth for group in below) + 1):
        larger = {group for group in below if group.depth <= depth}
        shown = sum(own[group] for group in larger) + sum(group.depth == depth + 1 for group in below)
        if shown > LARGEST_OPEN_VIEW:
            break
        opened = larger
    return opened


def _contents(graph: Graph, module: Group, opened: set[Group], inside: list[int], shared: set[int]) -> View:
    appearance: dict[Group, Item | None] = {}  # of a node at home in a group; None: as itself

    def item_of(node: int) -> Item:
        home = graph.home[node]
        if home not in appearance:
            below = None
            for group in home.around():
                if group in opened:
                    appearance[home] = None if below is None else ("module", below.number)
                    break
                below = group
            else:
                appearance[home] = ("stub", -1)
        item = appearance[home]
        if item is None:
            return ("node", node)
        return ("stub", node) if item[0] == "stub" else item

    items: dict[Item, None] = {}
    merged: dict[Any, Edge] = {}
    for node in inside:
        if node in shared:
            continue
        head = item_of(node)
        items.setdefault(head)
        for index, argument in enumerate(graph.arguments[node]):
            tail = ("node", argument) if argument in shared else item_of(argument)
            if argument in shared and head[0] == "module":
                continue
            items.setdefault(tail)
            if tail == head:
                continue
            apart = (node, index) if tail[0] != "module" and head[0] != "module" else (tail, head)
            merged.setdefault(apart, Edge(tail, head, [])).uses.append((node, index))
    if not items:
        items = {("node", len(graph.nodes) - 1): None}
    return View(module, cards=[Card(item) for item in items], edges=list(merged.values()))


# --- placing ----------------------------------------------------------------------------------------------------------


def _place(
    graph: Graph,
    view: View,
    opened: set[Group],
    rankdir: str,
    drawings: dict[str, ElementTree.Element],
) -> None:
    """Ask Graphviz where everything goes."""
    names = {card.item: f"n{index}" for index, card in enumerate(view.cards)}
    frames = [group for group in graph.groups if group in opened and group is not view.module]
    residents: dict[Group, list[str]] = {}
    for card in view.cards:
        kind, number = card.item
        home = graph.home[number] if kind == "node" else graph.groups[number].outer if kind == "module" else None
        size = f"width={card.width / _POINTS_PER_INCH:.4f} height={card.height / _POINTS_PER_INCH:.4f}"
        here = home if home is not None and home in opened else view.module
        residents.setdefault(here, []).append(f"{names[card.item]} [{size}]")
    quick = _QUICK if len(view.cards) > _MANY_CARDS else ""
    lines = [
        f"digraph {{ rankdir={rankdir}; nodesep=0.22; ranksep=1.35; pad=0; {quick}",
        'node [shape=box fixedsize=true label=""]; edge [dir=none];',
        *_clusters(view.module, frames, residents),
        *[f"{names[edge.tail]}->{names[edge.head]} [id=e{index}]" for index, edge in enumerate(view.edges)],
    ]
    source = "\n".join([*lines, "}"])
    if source not in drawings:
        drawings[source] = ElementTree.fromstring(svg_of(source))
    drawing = drawings[source]
    view.width, view.height = [float(number) for number in drawing.get("viewBox", "0 0 1 1").split()[2:]]
    for element in drawing.iter(_G):
        shape = element.get("class")
        if shape == "edge":
            view.edges[int(element.get("id", "")[1:])].path = element.find("{*}path").get("d", "")  # type: ignore[union-attr]
        elif shape in ("node", "cluster"):
            left, top, right, bottom = _corners(element)
            index = int(re.sub(r"\D", "", element.findtext("{*}title", "")))
            if shape == "node":
                view.cards[index].x, view.cards[index].y = left, view.height + top
            else:
                view.frames.append(Frame(frames[index], left, view.height + top, right - left, bottom - top))


def _corners(element: ElementTree.Element) -> tuple[float, float, float, float]:
    """The left, upper, right and lower end of a box that Graphviz has drawn."""
    points = element.find("{*}polygon").get("points", "").split()  # type: ignore[union-attr]
    xs, ys = zip(*[map(float, point.split(",")) for point in points], strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _clusters(whole: Group, frames: list[Group], residents: dict[Group, list[str]]) -> list[str]:
    """The nodes of each opened module, in clusters nested as the modules are; without recursion."""
    lines: list[str] = []
    stack: list[Group | str] = [whole]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            lines.append(top)
            continue
        if top is not whole:  # the label only makes room: the page writes the title itself
            lines.append(f'subgraph cluster{frames.index(top)} {{ margin=14; label=" "; fontsize=15;')
            stack.append("}")
        lines += residents.get(top, [])[:: 1 if top is whole else -1]
        stack += [frame for frame in reversed(frames) if frame.outer is top]
    return lines


# --- placing without Graphviz -----------------------------------------------------------------------------------------


def _ranks(view: View) -> dict[Item, int]:
    """How far each item is from the inputs; those that nothing feeds stand just before what uses them first."""
    heads: dict[Item, list[Item]] = {card.item: [] for card in view.cards}
    missing = dict.fromkeys(heads, 0)
    for edge in view.edges:
        heads[edge.tail].append(edge.head)
        missing[edge.head] += 1
    fed = {item for item, count in missing.items() if count}
    ranks = dict.fromkeys(heads, 0)
    waiting = [item for item in heads if item not in fed]
    for item in waiting:  # grows meanwhile
        for head in heads[item]:
            ranks[head] = max(ranks[head], ranks[item] + 1)
            missing[head] -= 1
            if not missing[head]:
                waiting.append(head)
    for item in heads.keys() - fed:
        ranks[item] = max(0, min([ranks[head] - 1 for head in heads[item]], default=0))
    return ranks


def _stack(view: View, ranks: dict[Item, int], rankdir: str) -> None:
    """Put the cards of each rank above each other, in the order of their neighbours' mean place; lines are straight."""
    neighbours: list[dict[Item, list[Item]]] = [{}, {}]
    for edge in view.edges:
        neighbours[0].setdefault(edge.head, []).append(edge.tail)
        neighbours[1].setdefault(edge.tail, []).append(edge.head)
    columns: list[list[Item]] = [[] for _ in range(max(ranks.values()) + 1)]
    for item, rank in ranks.items():
        columns[rank].append(item)
    place = {item: index - len(column) / 2 for column in columns for index, item in enumerate(column)}
    for sweep in range(_SWEEPS):
        beside = neighbours[sweep % 2]
        for column in reversed(columns) if sweep % 2 else columns:
            means = {item: [place[other] for other in beside.get(item, [item])] for item in column}
            column.sort(key=lambda item: sum(means[item]) / len(means[item]))
            place.update({item: index - len(column) / 2 for index, item in enumerate(column)})
    cards = {card.item: card for card in view.cards}
    sideways = rankdir in ("LR", "RL")
    along, across = ("width", "height") if sideways else ("height", "width")
    extents = [sum([getattr(cards[item], across) + _CARD_GAP for item in column]) for column in columns]
    length = 0.0
    for column, extent in zip(columns, extents, strict=True):
        depth, offset = max([getattr(cards[item], along) for item in column], default=0), (max(extents) - extent) / 2
        for item in column:
            card = cards[item]
            card.x, card.y = (length, offset) if sideways else (offset, length)
            offset += getattr(card, across) + _CARD_GAP
        length += depth + _RANK_GAP
    view.width, view.height = (length, max(extents)) if sideways else (max(extents), length)
    for card in view.cards:
        if rankdir == "RL":
            card.x = view.width - card.x - card.width
        if rankdir == "BT":
            card.y = view.height - card.y - card.height
    for edge in view.edges:
        tail, head = cards[edge.tail], cards[edge.head]
        (x, y), (end_x, end_y) = _border(tail, head), _border(head, tail)
        edge.path = f"M{x:.1f},{y - view.height:.1f}L{end_x:.1f},{end_y - view.height:.1f}"


def _border(card: Card, other: Card) -> tuple[float, float]:
    """Where the straight line from the middle of a card to that of another one leaves the card."""
    x, y = card.x + card.width / 2, card.y + card.height / 2
    to_x, to_y = other.x + other.width / 2 - x, other.y + other.height / 2 - y
    scale = min([extent / 2 / abs(way) for extent, way in ((card.width, to_x), (card.height, to_y)) if way], default=0)
    return x + to_x * scale, y + to_y * scale
