"""Where everything stands: each view of the graph is laid out once, by Graphviz, with room for any number.

A small graph is one view, its modules drawn as frames. In a large one the modules are closed boxes, and each box opens
a view of its own, in which what comes from outside is drawn as a stub.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..drawing.rendering import render_dot
from .modules import WHOLE, Graph

# An item of a view: ("node", number), ("module", number), or ("stub", number of a node outside)
Item = tuple[str, int]

MOST_BOXES = 4000  # in all views together
LARGEST_OPEN_VIEW = 24  # items; beyond it modules stay closed
_POINT = 72.0
# For views of many boxes a less patient search for the best layout, and straight lines: seconds, not a minute
_MANY_BOXES, _LARGE = 300, "nslimit=0.5; nslimit1=1; mclimit=0.2; splines=line;"


@dataclass
class Box:
    """Where an item stands: the upper left corner and the size, in the picture's units."""

    item: Item
    x: float
    y: float
    width: float
    height: float


@dataclass
class Frame:
    """The outline of a module whose nodes are shown."""

    module: int
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
    """One picture: the graph, or the inside of one of its modules."""

    module: int
    width: float = 0
    height: float = 0
    boxes: list[Box] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)


def lay_out(graph: Graph, size_of: Callable[[Item], tuple[float, float]], rankdir: str = "LR") -> list[View]:
    """All views, that of the whole graph first; `size_of(item)` reserves each item's width and height."""
    views: list[View] = []
    waiting = deque([WHOLE])
    drawn = 0
    while waiting and drawn < MOST_BOXES:  # a batch of many examples: the modules of the first ones can be opened
        module = waiting.popleft()
        opened = _opened_modules(graph, module)
        view = _contents(graph, module, opened)
        _place(graph, view, opened, size_of, rankdir)
        views.append(view)
        drawn += len(view.boxes)
        waiting += [number for box in view.boxes for kind, number in [box.item] if kind == "module"]
    return views


def _opened_modules(graph: Graph, module: int) -> set[int]:
    """The modules drawn open in the view of `module`: level after level, as long as the view stays readable."""
    level_of = {module: 0}
    for child, parent in enumerate(graph.parent):  # a module comes after the one around it
        if parent in level_of:
            level_of[child] = level_of[parent] + 1
    inside = dict.fromkeys(level_of, 0)
    for home in graph.home:
        if home in inside:
            inside[home] += 1
    opened = {module}
    for level in range(1, max(level_of.values()) + 1):
        larger = {one for one in level_of if level_of[one] <= level}
        shown = sum(inside[one] for one in larger) + sum(level_of[one] == level + 1 for one in level_of)
        if shown > LARGEST_OPEN_VIEW:
            break
        opened = larger
    return opened


def _contents(graph: Graph, module: int, opened: set[int]) -> View:
    shown: dict[int, Item | None] = {}  # for each home module: how a node of it appears; None: as itself

    def appears_in(home: int) -> Item | None:
        if home not in shown:
            below = None
            for ancestor in graph.ancestors(home):
                if ancestor in opened:
                    shown[home] = None if below is None else ("module", below)
                    break
                below = ancestor
            else:
                shown[home] = ("stub", -1)
        return shown[home]

    def item_of(node: int) -> Item:
        item = appears_in(graph.home[node])
        if item is None:
            return ("node", node)
        return ("stub", node) if item[0] == "stub" else item

    shared = graph.shared
    items: dict[Item, None] = {}
    merged: dict[Any, Edge] = {}
    for node, arguments in enumerate(graph.arguments):
        head = item_of(node)
        if head[0] == "stub" or node in shared:
            continue
        items.setdefault(head)
        for index, argument in enumerate(arguments):
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
    view = View(module)
    view.boxes = [Box(item, 0, 0, 0, 0) for item in items]
    view.edges = list(merged.values())
    return view


def _place(
    graph: Graph, view: View, opened: set[int], size_of: Callable[[Item], tuple[float, float]], rankdir: str
) -> None:
    """Ask Graphviz where everything goes."""
    names = {box.item: f"n{index}" for index, box in enumerate(view.boxes)}
    homes: dict[int, list[str]] = {}
    for box in view.boxes:
        box.width, box.height = size_of(box.item)
        kind, number = box.item
        home = graph.home[number] if kind == "node" else graph.parent[number] if kind == "module" else view.module
        homes.setdefault(home if home in opened else view.module, []).append(
            f"{names[box.item]} [width={box.width / _POINT:.4f} height={box.height / _POINT:.4f}]"
        )
    haste = _LARGE if len(view.boxes) > _MANY_BOXES else ""
    lines = [
        f"digraph {{ rankdir={rankdir}; nodesep=0.22; ranksep=1.2; pad=0; {haste}",
        'node [shape=box fixedsize=true label=""]; edge [arrowsize=0.6];',
    ]
    lines += _clusters(graph, view.module, opened, homes)
    lines += [f"{names[edge.tail]}->{names[edge.head]} [id={index}]" for index, edge in enumerate(view.edges)]
    placed = json.loads(render_dot("\n".join([*lines, "}"]), "json0"))
    _, _, view.width, view.height = _numbers(placed["bb"])
    boxes = {names[box.item]: box for box in view.boxes}
    for thing in placed.get("objects", []):
        if thing["name"] in boxes:
            box, (x, y) = boxes[thing["name"]], _numbers(thing["pos"])
            box.x, box.y = x - box.width / 2, view.height - y - box.height / 2
        else:
            left, bottom, right, top = _numbers(thing["bb"])
            module = int(thing["name"].removeprefix("cluster"))
            view.frames.append(Frame(module, left, view.height - top, right - left, top - bottom))
    for line in placed.get("edges", []):
        view.edges[int(line["id"])].path = _path(line["pos"], view.height)


def _clusters(graph: Graph, whole: int, opened: set[int], homes: dict[int, list[str]]) -> list[str]:
    """The nodes of each opened module, in clusters nested as the modules are; without recursion."""
    lines: list[str] = []
    stack: list[int | str] = [whole]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            lines.append(top)
            continue
        if top != whole:  # the label only makes room: the page writes the title itself
            lines.append(f'subgraph cluster{top} {{ margin=14; label=" "; fontsize=15;')
            stack.append("}")
        lines += homes.get(top, [])[:: 1 if top == whole else -1]
        stack += [child for child in sorted(opened, reverse=True) if child != top and graph.parent[child] == top]
    return lines


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]


def _path(position: str, height: float) -> str:
    """Graphviz's spline as an SVG path that ends at the arrow's tip."""
    points = position.split()
    tip = next((point.removeprefix("e,") for point in points if point.startswith("e,")), None)
    start, *controls = [_flipped(point, height) for point in points if point[0] not in "es"]
    return f"M{start}C{' '.join(controls)}" + (f"L{_flipped(tip, height)}" if tip else "")


def _flipped(point: str, height: float) -> str:
    x, y = _numbers(point)
    return f"{round(x, 1):g},{round(height - y, 1):g}"
