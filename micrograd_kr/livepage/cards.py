"""A view as SVG: cards for Values, lines from each to what uses it, frames for modules.

The page's script only changes text and classes in it, so that it is a picture of its own where scripts do not run.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from ..engine import grad
from ..graph import Graph, format_number, shortened, text_width
from .views import Card, Edge, Item, View, outputs

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
