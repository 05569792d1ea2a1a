"""What a drawing shows: a box for each Value (or for a whole module), an arrow for each operand.

Ids are stable, so that a page can find and change what Graphviz has drawn:

    n4          the fifth Value of topological_order(root)
    n4-2        the third step inside it, where it is expanded; the last step is the node itself, n4
    n4-2-1c     a number that is the second operand of that step
    e4-0        the arrow of its first operand; that of the second is e4-1 (x * x has both); e4-2-0 within an expansion
    c1          the second module that was called: a frame, or a box where it is collapsed
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from ..engine import Value
from ..graph import Graph, Group, one_line, shortened
from .captions import WIDEST_NAME, Captions
from .parts import Part, parts_of

COMFORTABLE = 150  # boxes: in a larger drawing modules are collapsed
MOST_TOOLTIPS = 20_000

Collapse = bool | Collection[Any] | None


def id_of(group: Group) -> str:
    """The id of a module's frame or box."""
    return f"c{group.number - 1}"


class Box(NamedTuple):
    """A Value, or a collapsed module, as it is drawn.

    Attributes:
        kind: `input`, `parameter`, `constant`, `operation` or `module`.
        title: the first line.
        rows: the other lines: `data 2`, `grad 1`.
        group: the group in whose frame it stands.
        is_output: whether it is, or contains, the root.
    """

    id: str
    kind: str
    title: str
    rows: list[str]
    group: Group
    is_output: bool


class Arrow(NamedTuple):
    """The way of an operand: from the box it stands in to the one that uses it."""

    id: str
    tail: str
    head: str
    from_leaf: bool


class Picture:
    """The boxes and arrows of the graph below `root`.

    Attributes:
        ids: for each Value the id of the box that shows it.
        count: how many boxes there are.
        size: how many there would be with nothing collapsed.
        frames: the modules drawn as frames, each after the one around it.
    """

    def __init__(self, root: Value, expand: bool | Collection[Value], collapse: Collapse, lang: str) -> None:
        graph = Graph(root)
        self._root, self._parts, self._groups = root, list(parts_of(graph, expand)), graph.groups[1:]
        self._captions = Captions(lang, root, graph.recorded)
        self._collapsed = self._choose_collapsed(collapse)
        self.ids = {part.value: self._shown_in(part) for part in self._parts}
        self.count, self.size = len(set(self.ids.values())), len(self._parts)
        around = {part.group for part in self._parts if self.ids[part.value] == part.id}
        shown = {outer for group in around for outer in group.around()}
        shown |= {outer for group in self._collapsed for outer in group.around() if outer is not group}
        self.frames = [group for group in self._groups if group in shown]

    @cached_property
    def tooltips(self) -> dict[str, str]:
        """By the id of its element all that is known of each Value and module, uncut; none in a huge drawing."""
        if self.size > MOST_TOOLTIPS:
            return {}
        shown = {part.id: self._captions.tooltip(part) for part in self._parts if self.ids[part.value] == part.id}
        frames = {id_of(group): group.path for group in self.frames}
        return shown | frames | {id_of(group): self._captions.module_tooltip(group) for group in self._collapsed}

    # --- collapsing ---------------------------------------------------------------------------------------------------

    def _choose_collapsed(self, collapse: Collapse) -> set[Group]:
        groups = self._groups
        if collapse is False or not groups:
            return set()
        if collapse is True:
            return {group for group in groups if group.depth == 1}
        if collapse is not None:
            return self._asked_for(collapse)
        depth = max(group.depth for group in groups) + 1
        while depth > 1 and self._count_at(depth) > COMFORTABLE:
            depth -= 1
        return {group for group in groups if group.depth == depth}

    def _asked_for(self, collapse: Collection[Any]) -> set[Group]:
        names = {one for one in collapse if isinstance(one, str)}
        modules = {id(one) for one in collapse}
        found = {group for group in self._groups if id(group.module) in modules or names & {group.title, group.path}}
        missing = names - {name for group in self._groups for name in (group.title, group.path)}
        if missing:
            known = ", ".join(dict.fromkeys([group.path for group in self._groups]))
            raise ValueError(f"there is no module called {', '.join(sorted(missing))} here, but {known:.500}")
        outermost = set()
        for group in found:
            if not any(outer in found for outer in group.around() if outer is not group):
                outermost.add(group)
        return outermost

    def _count_at(self, depth: int) -> int:
        """How many boxes there are when the groups at this depth are collapsed."""
        free = sum(part.group.depth < depth for part in self._parts)
        return free + sum(group.depth == depth for group in self._groups)

    def _shown_in(self, part: Part) -> str:
        """The id of the box for a part: its own, or that of the collapsed module around it."""
        if self._collapsed:
            for group in part.group.around():
                if group in self._collapsed:
                    return id_of(group)
        return part.id

    # --- boxes and arrows ---------------------------------------------------------------------------------------------

    def boxes(self) -> Iterator[Box]:
        """Every box, those of collapsed modules last."""
        hidden: dict[str, list[Part]] = {}
        for part in self._parts:
            box = self.ids[part.value]
            if box == part.id:
                yield self._box(part)
            else:
                hidden.setdefault(box, []).append(part)
        if hidden:
            ids = self.ids
            used = {arg for part in self._parts for arg in part.args if ids[arg] != ids[part.value]} | {self._root}
            for group in self._groups:
                if id_of(group) in hidden:
                    yield self._module_box(group, hidden[id_of(group)], used)

    def _box(self, part: Part) -> Box:
        captions, is_output = self._captions, part.value is self._root
        return Box(part.id, part.kind, captions.title(part), captions.rows(part), part.group, is_output)

    def _module_box(self, group: Group, parts: list[Part], used: set[Value]) -> Box:
        outputs = [part for part in parts if part.op is not None and part.value in used]
        title = shortened(one_line(group.title), WIDEST_NAME)
        rows, id, outer = self._captions.module_rows(parts, outputs), id_of(group), group.outer or group
        return Box(id, "module", title, rows, outer, self.ids[self._root] == id)

    def arrows(self) -> Iterator[Arrow]:
        """An arrow an operand; but one for all that passes from or to a collapsed module."""
        modules, drawn = {id_of(group) for group in self._collapsed}, set()
        for part in self._parts:
            head = self.ids[part.value]
            for index, arg in enumerate(part.args):
                tail = self.ids[arg]
                if tail in modules or head in modules:
                    if tail == head or (tail, head) in drawn:
                        continue
                    drawn.add((tail, head))
                yield Arrow(f"e{part.id[1:]}-{index}", tail, head, arg.op is None)
