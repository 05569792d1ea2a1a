r"""A picture as DOT: what each kind of box looks like, and its text, escaped and with room to stand in.

>>> _record_field('<b>"가중치"|{x}</b>')
'\\<b\\>\\"가중치\\"\\|\\{x\\}\\</b\\>'
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ..graph import FONT_FAMILY, Group, one_line, shortened, text_width
from .captions import WIDEST_NAME
from .picture import Arrow, Box, Picture, id_of

FONT_SIZE = 11.0
_TITLE_SIZE = 12.0  # of a frame
_PADDING = 16.0  # points, left and right of a text together
_NARROWEST = 64.0
_BOLD = 1.1  # how much wider a title is than its letters are when they are not bold
_POINTS_PER_INCH = 72.0

GRAPH = {
    "bgcolor": "#ffffff",
    "fontname": FONT_FAMILY,
    "nodesep": "0.18",
    "ranksep": "0.42",
    "pad": "0.15",
}
NODE = {
    "class": "operation",
    "shape": "record",
    "style": "filled",
    "fillcolor": "#ffffff",
    "color": "#98a2b3",
    "fontcolor": "#1d2939",
    "fontname": FONT_FAMILY,
    "fontsize": f"{FONT_SIZE:g}",
    "margin": "0.06,0.03",
    "height": "0.2",
    "penwidth": "1",
}
EDGE = {"color": "#98a2b3", "arrowsize": "0.6", "penwidth": "1", "weight": "8"}
_ARROW_OF_LEAF = " weight=1"  # so that a chain of computed Values is straight, with its leaves beside it
# What a kind of box has that the others have not; shapes differ too, for those who see few colours.
KINDS = {
    "operation": {},
    "input": {"style": "filled,rounded", "fillcolor": "#eaf3ff", "color": "#5b8def"},
    "parameter": {"style": "filled,rounded", "fillcolor": "#fff5e0", "color": "#d39b2f"},
    "constant": {"style": "filled,dashed", "fillcolor": "#f9fafb", "fontcolor": "#475467"},
    "module": {"style": "filled,rounded,bold", "fillcolor": "#f3efff", "color": "#8b74d0"},
}
OUTPUT = {"fillcolor": "#e8f7ee", "color": "#2f9e62", "penwidth": "2"}
_FRAME = 'style="rounded,filled" color="#d0d5dd" fillcolor="#fbfcfd" fontcolor="#475467" labeljust="l" margin="10"'
LARGE = {"nslimit": "1", "splines": "line"}  # a less patient search for the best layout, and straight arrows
_LARGE_FROM = 300  # boxes


def graph_attributes(picture: Picture, rankdir: str) -> dict[str, str]:
    """The attributes of the whole graph."""
    return {**GRAPH, "rankdir": rankdir, **(LARGE if picture.count > _LARGE_FROM else {})}


def dot_lines(picture: Picture) -> Iterator[str]:
    """The picture as lines of DOT, without the outermost braces; frames first, arrows last."""
    boxes: dict[Group, list[Box]] = {}
    for box in picture.boxes():
        if box.group.depth == 0:
            yield _box(box)
        else:
            boxes.setdefault(box.group, []).append(box)
    inside: dict[Group | None, list[Group]] = {}
    for frame in picture.frames:
        inside.setdefault(frame.outer, []).append(frame)
    waiting: list[Group | None] = [*reversed([frame for frame in picture.frames if frame.depth == 1])]
    while waiting:
        group = waiting.pop()
        if group is None:  # the end of the frame that was opened last and not closed yet
            yield "\t}\n"
            continue
        yield from _frame(group)
        for box in boxes.get(group, []):
            yield _box(box)
        waiting.append(None)
        waiting += reversed(inside.get(group, []))
    for arrow in picture.arrows():
        yield _arrow(arrow)


def _box(box: Box) -> str:
    widths = [text_width(line, FONT_SIZE) for line in box.rows]
    widths.append(text_width(box.title, FONT_SIZE) * (1 if box.kind == "constant" else _BOLD))
    width = max(_NARROWEST * (box.kind != "constant"), max(widths) + _PADDING)
    label = "|".join([_record_field(line) for line in (box.title, *box.rows)])
    looks = _LOOKS[box.kind, box.is_output]
    width /= _POINTS_PER_INCH
    return f'\t"{box.id}" [id="{box.id}" width={width:.3f}{looks} label="{label}"]\n'


def _looks(kind: str, is_output: bool) -> str:
    values = {"class": f"{kind} output" if is_output else kind, **KINDS[kind], **(OUTPUT if is_output else {})}
    return "".join([f' {name}="{value}"' for name, value in values.items() if NODE.get(name) != value])


_LOOKS = {(kind, is_output): _looks(kind, is_output) for kind in KINDS for is_output in (False, True)}


def _frame(group: Group) -> Iterator[str]:
    title = shortened(one_line(group.title), WIDEST_NAME)
    width = text_width(title, _TITLE_SIZE)
    yield f'\tsubgraph "cluster_{id_of(group)}" {{\n'
    yield (
        f'\tgraph [id="{id_of(group)}" class="frame" {_FRAME} '
        f'label=<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0"><TR><TD WIDTH="{width:.0f}">'
        f'<FONT POINT-SIZE="{_TITLE_SIZE:g}">{escape(title)}</FONT></TD></TR></TABLE>>]\n'
    )


def _arrow(arrow: Arrow) -> str:
    weight = _ARROW_OF_LEAF if arrow.from_leaf else ""
    return f'\t"{arrow.tail}" -> "{arrow.head}" [id="{arrow.id}"{weight}]\n'


# Backslashes, braces, bars, angle brackets and entities stay text.
_RECORD = str.maketrans({character: f"\\{character}" for character in '\\{}|<>"'} | {"&": "&amp;"})


def _record_field(text: str) -> str:
    return text.translate(_RECORD)
