"""What a drawing shows: a box for each Value (or for a whole module), an arrow for each operand.

Ids are stable, so that a page can find and change what Graphviz has drawn:

    n4          the fifth Value of topological_order(root)
    n4-2        the third step inside it, where it is expanded; the last step is the node itself, n4
    e4-0        the arrow of its first operand; that of the second is e4-1 (x * x has both); e4-2-0 within an expansion
    c1          the second module that was called: a frame, or a box where it is collapsed
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..elementary import Number
from ..engine import Constant, Value, topological_order
from ..naming import format_number, names_of
from ..ops import Op
from .expansion import Expansion, expansion
from .groups import Group, Groups, common
from .text import printable, shortened, text_width

COMFORTABLE = 150  # boxes: in a larger drawing modules are collapsed
WIDEST_NAME = 26.0  # em
WIDEST_NUMBER = 22.0
WIDEST_SPELLING = 14.0
LONGEST_TOOLTIP = 400  # characters of a label or a number
MOST_TOOLTIPS = 20_000
UNKNOWN = "–"

Collapse = bool | Collection[Any] | None


@dataclass(slots=True)
class Box:
    """A Value, or a collapsed module, as it is drawn.

    Attributes:
        kind: `input`, `parameter`, `constant`, `operation` or `module`.
        title: the first line.
        rows: the other lines: `data 2`, `grad 1`.
        tooltip: all that is known, uncut.
        group: the module in whose frame it stands.
    """

    id: str
    kind: str
    title: str
    rows: list[str]
    tooltip: str
    group: Group | None
    is_output: bool = False


class Arrow(NamedTuple):
    """The way of an operand: from the box it stands in to the one that uses it."""

    id: str
    tail: str
    head: str
    is_constant: bool = False


class Words(NamedTuple):
    """The few words in a drawing, in the reader's language."""

    data: str
    grad: str
    was: str
    size: str


WORDS = {
    "en": Words("data", "grad", "when computed", "{count} values"),
    "ko": Words("값", "기울기", "계산할 때", "값 {count}개"),
}


class _Part(NamedTuple):
    """A Value of the graph, or a step inside one that is expanded."""

    id: str
    kind: str
    value: Value
    op: Op | None
    args: tuple[Value, ...]
    numbers: tuple[Number, ...]  # those that the args had in the forward pass
    grad: Number
    name: str
    spelling: str
    group: Group | None


class Picture:
    """The boxes and arrows of the graph below `root`.

    Attributes:
        boxes, arrows: what is drawn.
        groups: the modules drawn as frames, each after the one around it.
        ids: for each Value of the graph the id of the box that shows it.
        size: how many boxes there would be with nothing collapsed.
    """

    def __init__(self, root: Value, expand: bool | Collection[Value], collapse: Collapse, words: Words) -> None:
        self._root, self._words = root, words
        self._groups = Groups()
        self._order = topological_order(root)
        self._names = names_of(root)
        self._leaves: dict[Value, tuple[str, Group | None]] = {}  # their kind and group
        self._recorded: dict[Value, Number] = {}  # of leaves: the number that the forward pass saw
        self._place_leaves()
        self._parts = list(self._take_apart(expand))
        self.size = len(self._parts)
        self._collapsed = self._choose_collapsed(collapse)
        box_of = {part.value: self._shown_in(part) for part in self._parts}
        self._with_tooltips = self.size <= MOST_TOOLTIPS
        self.arrows = list(self._arrows(box_of))
        self.boxes = list(self._boxes(box_of))
        self.ids = {value: id for value, id in box_of.items() if value in self._names}
        inside = {around for box in self.boxes if box.group for around in box.group.around()}
        self.groups = [group for group in self._groups if group in inside]

    # --- the parts: Values, and steps inside them ---------------------------------------------------------------------

    def _take_apart(self, expand: bool | Collection[Value]) -> Iterator[_Part]:
        names, chosen = self._names, expand if isinstance(expand, bool) else set(expand)
        for index, node in enumerate(self._order):
            id, op, name = f"n{index}", node.op, names[node]
            if op is None:
                kind, group = self._leaves[node]
                yield _Part(id, kind, node, None, (), (), node.grad, name, "", group)
                continue
            group = self._groups.of(node.scope)
            wanted = op.arity is None if chosen is True else chosen and node in chosen
            inside = expansion(node) if wanted else None
            if inside is None:
                spelling = names.spell(node)
                yield _Part(id, "operation", node, op, node.args, node.arg_numbers, node.grad, name, spelling, group)
            else:
                yield from self._steps(id, node, inside, group)

    def _steps(self, id: str, node: Value, inside: Expansion, group: Group | None) -> Iterator[_Part]:
        """The parts of an expanded node: its steps, and the numbers that its rule itself brings along."""
        for number, step in enumerate(inside.steps):
            op, value, own_id, name = step.op, step, f"{id}-{number}", ""
            assert op is not None
            if step is inside.steps[-1]:
                value, own_id, name = node, id, self._names[node]
            args = tuple([inside.originals.get(arg, arg) for arg in step.args])
            texts = []
            for index, arg in enumerate(args):
                text = self._names.get(arg, "")
                if not text and isinstance(arg, Constant):
                    text = self._number(arg.data)
                    yield _Part(f"{own_id}-{index}c", "constant", arg, None, (), (), 0, text, "", group)
                texts.append(text)
            spelling = op.spell(*texts) if all(texts) else op.symbol
            grad = inside.gradients[step]
            yield _Part(own_id, "operation", value, op, args, step.arg_numbers, grad, name, spelling, group)

    def _place_leaves(self) -> None:
        """Say of each leaf what kind it is and where it stands: a parameter in its module, a constant where it is used.

        A parameter without label is called what its module calls it.
        """
        for node in self._order:
            self._groups.of(node.scope)
        owned = self._groups.parameters()
        for node in self._order:
            if node.op is None:
                name, group = owned.get(id(node), ("", None))
                kind = "constant" if isinstance(node, Constant) else "parameter" if name else "input"
                self._leaves[node] = kind, group
                if kind == "parameter" and not node.label:
                    self._names[node] = name
        met = set()
        for node in self._order:
            for arg, number in zip(node.args, node.arg_numbers, strict=True):
                if arg.op is None:
                    self._recorded[arg] = number
                    if isinstance(arg, Constant):
                        group = self._groups.of(node.scope)
                        self._leaves[arg] = "constant", common(self._leaves[arg][1], group) if arg in met else group
                        met.add(arg)

    # --- collapsing ---------------------------------------------------------------------------------------------------

    def _choose_collapsed(self, collapse: Collapse) -> set[Group]:
        groups = list(self._groups)
        if collapse is False or not groups:
            return set()
        if collapse is True:
            return {group for group in groups if group.depth == 1}
        if collapse is not None:
            wanted = {id(one) for one in collapse}
            titles = {one for one in collapse if isinstance(one, str)}
            return {group for group in groups if id(group.module) in wanted or titles & {group.title, group.path}}
        depth = max(group.depth for group in groups) + 1
        while depth > 1 and self._count(depth) > COMFORTABLE:
            depth -= 1
        return {group for group in groups if group.depth == depth}

    def _count(self, depth: int) -> int:
        """How many boxes there are when the groups at this depth are collapsed."""
        free = sum(part.group is None or part.group.depth < depth for part in self._parts)
        return free + sum(group.depth == depth for group in self._groups)

    def _shown_in(self, part: _Part) -> str:
        """The id of the box for a part: its own, or that of the outermost collapsed module around it."""
        if not self._collapsed or part.group is None:
            return part.id
        return next((group.id for group in [*part.group.around()][::-1] if group in self._collapsed), part.id)

    # --- boxes and arrows ---------------------------------------------------------------------------------------------

    def _arrows(self, box_of: dict[Value, str]) -> Iterator[Arrow]:
        modules, drawn = {group.id for group in self._collapsed}, set()
        for part in self._parts:
            head = box_of[part.value]
            for index, arg in enumerate(part.args):
                tail = box_of[arg]
                if tail in modules or head in modules:  # one arrow for all that passes between two boxes
                    if tail == head or (tail, head) in drawn:
                        continue
                    drawn.add((tail, head))
                yield Arrow(f"e{part.id[1:]}-{index}", tail, head, isinstance(arg, Constant))

    def _boxes(self, box_of: dict[Value, str]) -> Iterator[Box]:
        hidden: dict[str, list[_Part]] = {}
        for part in self._parts:
            box = box_of[part.value]
            if box == part.id:
                yield self._box(part)
            else:
                hidden.setdefault(box, []).append(part)
        used = {arg for part in self._parts for arg in part.args if box_of[arg] != box_of[part.value]} | {self._root}
        for group in self._groups:
            if group.id in hidden:
                yield self._module_box(group, hidden[group.id], used)

    def _box(self, part: _Part) -> Box:
        if part.kind == "constant":
            return Box(part.id, part.kind, self._number(part.value.data), [], self._tooltip(part), part.group)
        title = _title(part)
        return Box(
            part.id, part.kind, title, self._rows(part), self._tooltip(part), part.group, part.value is self._root
        )

    def _module_box(self, group: Group, parts: list[_Part], used: set[Value]) -> Box:
        outputs = [part for part in parts if part.op is not None and part.value in used]
        rows = self._rows(outputs[0]) if len(outputs) == 1 else []
        rows.append(self._words.size.format(count=len(parts)))
        title = shortened(_line(group.title), WIDEST_NAME)
        is_output = any(part.value is self._root for part in parts)
        return Box(
            group.id,
            "module",
            title,
            rows,
            f"{group.path}: {printable(repr(group.module)[:LONGEST_TOOLTIP])}",
            group.outer,
            is_output,
        )

    def _rows(self, part: _Part) -> list[str]:
        data = self._number(part.value.data)
        recorded = self._recorded.get(part.value, part.value.data)
        if recorded is not part.value.data and self._number(recorded) != data:
            data = f"{data} ({self._words.was} {self._number(recorded)})"
        return [f"{self._words.data} {data}", f"{self._words.grad} {self._gradient(part)}"]

    def _gradient(self, part: _Part) -> str:
        """The gradient; a dash where it is 0 only because backward() has not been called."""
        if _untouched(part.grad) and _untouched(self._root.grad):
            return UNKNOWN
        return self._number(part.grad)

    def _number(self, number: Number) -> str:
        try:
            text = format_number(number)
        except Exception:  # a number type of someone's own that cannot be written
            text = type(number).__name__
        return shortened(_line(text), WIDEST_NUMBER)

    def _tooltip(self, part: _Part) -> str:
        if not self._with_tooltips:
            return ""
        value = part.value
        name = printable(value.label)[:LONGEST_TOOLTIP] if value.label else part.name
        lines = [name if part.spelling in ("", name) else f"{name} = {part.spelling}" if name else part.spelling]
        lines.append(f"{self._words.data} {_line(printable(value.data))[:LONGEST_TOOLTIP]}")
        if part.kind != "constant":
            grad = self._gradient(part)
            grad = grad if grad == UNKNOWN else _line(printable(part.grad))[:LONGEST_TOOLTIP]
            lines.append(f"{self._words.grad} {grad}")
        return "\n".join(lines)


def _title(part: _Part) -> str:
    """`loss = a * b`, `a * b`, `v7 = dot`, or the name of a leaf."""
    name = shortened(_line(part.name), WIDEST_NAME)
    if part.op is None:
        return name
    spelling = _line(part.spelling)
    if text_width(spelling, 1) > WIDEST_SPELLING:
        spelling = part.op.symbol
    return spelling if part.name in ("", part.spelling) else f"{name} = {spelling}"


def _untouched(gradient: Number) -> bool:
    """Whether nothing has flowed into it since it was made: backward() leaves a float."""
    return type(gradient) is int and gradient == 0


def _line(text: str) -> str:
    return " ".join(printable(text).split("\n"))
