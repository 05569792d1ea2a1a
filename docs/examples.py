"""Makes code of what docstrings show: their doctests and their indented tables would else be read as Markdown."""

import re
from typing import Any

import griffe

_DOCTEST = re.compile(r"^>>> .*(?:\n.+)*", re.MULTILINE)  # to the next empty line
_TABLE = re.compile(r"(?<=[^\n])\n(?=    \S)")  # a line further in, straight under a sentence


class Examples(griffe.Extension):
    """A Griffe extension that rewrites each docstring before it is rendered."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Fence the doctests; in a module's docstring, set the list of its files apart."""
        if obj.docstring is None:
            return
        text = _DOCTEST.sub(lambda found: f"```pycon\n{found[0]}\n```", obj.docstring.value)
        if obj.is_module:
            first = _TABLE.search(text)
            if first:
                text = f"{text[: first.start()]}\n\n{text[first.end() :]}"
        obj.docstring.value = text
