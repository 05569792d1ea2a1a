"""What is written in the boxes: names, numbers and gradients, short enough to be read and never misleading."""

from __future__ import annotations

from ..elementary import Number
from ..engine import Value
from ..graph import Group, format_number, one_line, printable, shortened, text_width
from ..locale import translate
from .parts import Part

WIDEST_NAME = 26.0  # em
WIDEST_NUMBER = 22.0
WIDEST_SPELLING = 14.0
LONGEST_IN_TOOLTIP = 400  # characters
UNKNOWN = "–"


class Captions:
    """The writer of the boxes of one drawing.

    Args:
        lang: the language of the few words in it.
        root: the output, whose gradient shows whether backward() has been called.
        recorded: for each leaf the number that the forward pass saw, to show when it has been changed since.
    """

    def __init__(self, lang: str, root: Value, recorded: dict[Value, Number]) -> None:
        self.lang, self.recorded = lang, recorded
        self.gradients_known = not _untouched(root.grad)

    def word(self, key: str, **pieces: str) -> str:
        """One of the words of drawings in the reader's language."""
        return translate(f"drawing.{key}", self.lang, **pieces)

    def title(self, part: Part) -> str:
        """`loss = a * b`, `a * b`, `v7 = dot`; the name of a leaf, the number of a constant."""
        if part.kind == "constant":
            return self.number(part.value.data)
        name = shortened(one_line(part.name), WIDEST_NAME)
        if part.op is None:
            return name
        spelling = one_line(part.spelling)
        if text_width(spelling, 1) > WIDEST_SPELLING:
            spelling = one_line(part.op.symbol)
        return spelling if part.name in ("", part.spelling) else f"{name} = {spelling}"

    def rows(self, part: Part) -> list[str]:
        """The lines below the title: `data 2` and `grad 1`; none for a constant."""
        if part.kind == "constant":
            return []
        number = part.value.data
        data, recorded = self.number(number), self.recorded.get(part.value, number)
        if recorded is not number and self.number(recorded) != data:
            data = f"{data} ({self.word('was')} {self.number(recorded)})"
        return [f"{self.word('data')} {data}", f"{self.word('grad')} {self.gradient(part)}"]

    def module_rows(self, parts: list[Part], outputs: list[Part]) -> list[str]:
        """The lines of a collapsed module: the numbers of its output, if it has but one, and how much is inside."""
        rows = self.rows(outputs[0]) if len(outputs) == 1 else []
        return [*rows, self.word("size", count=f"{len(parts):,}")]

    def gradient(self, part: Part) -> str:
        """The gradient; a dash where it is 0 only because backward() has not been called."""
        known = self.gradients_known or not _untouched(part.grad)
        return self.number(part.grad) if known else UNKNOWN

    def number(self, number: Number) -> str:
        """A number in one short line."""
        try:
            text = format_number(number)
        except Exception:  # a number type of someone's own that cannot be written
            text = type(number).__name__
        return shortened(one_line(text), WIDEST_NUMBER)

    def tooltip(self, part: Part) -> str:
        """All that is known of a part, with every digit."""
        label = printable(part.value.label) if part.value.label else ""
        name = label[:LONGEST_IN_TOOLTIP] or part.name
        lines = [name if part.spelling in ("", name) else f"{name} = {part.spelling}" if name else part.spelling]
        lines.append(f"{self.word('data')} {_exact(part.value.data)}")
        if part.kind != "constant":
            gradient = self.gradient(part)
            lines.append(f"{self.word('grad')} {gradient if gradient == UNKNOWN else _exact(part.grad)}")
        return "\n".join(lines)

    def module_tooltip(self, group: Group) -> str:
        """Where a collapsed module stands, and what it says of itself."""
        return f"{group.path}: {_exact(group.module)}"


def _untouched(gradient: Number) -> bool:
    """Whether nothing has flowed into it since it was made: backward() leaves a float there, be it 0.0."""
    return type(gradient) is int and gradient == 0


def _exact(thing: object) -> str:
    try:
        text = str(thing)
    except Exception as error:  # also an int of more than 4300 digits
        text = f"{type(thing).__name__} ({error})"
    return one_line(text[:LONGEST_IN_TOOLTIP])
