r"""The questions at the end of a chapter: what is asked, what is right, and why.

>>> cell = Cell("question", "half", ("predict",), "print(1 / 2)", 1, text="What does it print?\n\n=> 0.5\nHalf of one.")
>>> question = Question.of(cell)
>>> question.asked, question.answer, question.reason
('What does it print?', '0.5', 'Half of one.')
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .chapters import Cell
from .wording import worded

KINDS = ("predict", "choose", "mend")

_ANSWER = re.compile(r"^=> *(.*)$", re.MULTILINE)
_OPTION = re.compile(r"^\d+\. +(.*(?:\n {2,}.*)*)\n?", re.MULTILINE)
_MEND = re.compile(r"^(?P<indent> *)(?P<wrong>.*?)  # mend: (?P<right>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Question:
    """A question that checks itself.

    Attributes:
        kind: `predict`, `choose` or `mend`.
        asked: its text, in Markdown.
        options: what there is to choose from.
        code: what the reader sees with the question; empty where there is nothing to see.
        mended: the line that replaces the wrong one.
        right: the whole code that prints the answer.
        answer: what `right` prints: for a choice, the number of the right option.
        reason: why, in Markdown.
    """

    kind: str
    asked: str
    options: Sequence[str]
    code: str
    mended: str
    right: str
    answer: str
    reason: str

    @classmethod
    def of(cls, cell: Cell) -> Question:
        """The question of a cell.

        Raises:
            ValueError: its kind is unknown, or the text or the code lacks what the kind needs.
        """
        kind, where = cell.tags[0], f"the question {cell.name!r} of {cell.chapter or 'the chapter'}"
        if kind not in KINDS:
            raise ValueError(f"{where} is of the kind {kind!r}: choose {', '.join(KINDS)}")
        answers = list(_ANSWER.finditer(cell.text))
        if not answers:
            raise ValueError(f"{where} has no answer: write a line '=> ...' into its text")
        first, last = answers[0], answers[-1]
        asked, reason = cell.text[: first.start()].strip(), cell.text[last.end() :].strip()
        options = [option.strip() for option in _OPTION.findall(asked)] if kind == "choose" else []
        mend = _MEND.search(cell.source)
        if (kind == "mend") != bool(mend):
            raise ValueError(f"{where}: exactly the questions to mend have a line that ends in '# mend: ...'")
        if kind == "choose" and len(options) < 2:
            raise ValueError(f"{where} has nothing to choose from: write a list '1. ...' into its text")
        return cls(
            kind,
            _OPTION.sub("", asked).strip() if options else asked,
            options,
            "" if kind == "choose" else _as_read(_MEND.sub(r"\g<indent>\g<wrong>", cell.source), cell),
            mend["right"] if mend else "",
            _MEND.sub(r"\g<indent>\g<right>", cell.source),
            "\n".join(answer[1].strip() for answer in answers),
            reason,
        )


def _as_read(code: str, cell: Cell) -> str:
    return worded(code, cell.chapter, cell.lang) if cell.lang else code
