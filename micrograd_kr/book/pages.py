"""Markdown and code as HTML: headings with ids, links to terms and chapters, and lines that a phone can break.

>>> place = Place("chapter-1", Places({3: "#chapter-3"}, "#term-"), {})
>>> markdown("## Why\\n\\nSee [chapter 3](chapter:3).", place)
'<h2 id="chapter-1-0">Why</h2>\\n<p>See <a href="#chapter-3">chapter 3</a>.</p>\\n'
>>> place.headings
[('chapter-1-0', 'Why')]
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, NamedTuple

from micrograd_kr.locale import Term


class Places(NamedTuple):
    """Where chapters stand, by their numbers, and the beginning of the address of a term."""

    chapters: Mapping[int, str]
    term: str


@dataclass
class Place:
    """Where in the book a text stands.

    Attributes:
        id: of the chapter.
        places: what it can link to.
        terms: the glossary.
        headings: the ids and texts of the headings so far.
    """

    id: str
    places: Places
    terms: Mapping[str, Term]
    headings: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0


def markdown(text: str, place: Place, inline: bool = False) -> str:
    """The text as HTML.

    Args:
        text: in Markdown; HTML inside it is text.
        place: where it stands; its headings are added.
        inline: without a paragraph around it.

    Raises:
        LookupError: it links to a term that the glossary lacks.
    """
    from markdown_it import MarkdownIt  # rich, which micrograd_kr needs anyway, brings it along

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parseInline(text) if inline else parser.parse(text)
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            id = f"{place.id}-{place.count}"
            place.count += 1
            token.attrSet("id", id)
            if token.tag == "h2":
                place.headings.append((id, tokens[index + 1].content))
        if token.type == "fence" and token.info == "python":
            token.type, token.content = "html_block", code_block(token.content.rstrip())
        _link(token.children or [], place)
    return str(parser.renderer.render(tokens, parser.options, {}))


def _link(tokens: list[Any], place: Place) -> None:
    """Point links to terms and chapters to where these stand; a link to a chapter that is not here is left out."""
    open_link = None
    for token in tokens:
        if token.type == "link_open":
            open_link = token
            kind, _, name = str(token.attrGet("href")).partition(":")
            if kind == "term":
                if name not in place.terms:
                    raise LookupError(f"the glossary has no term {name!r}, to which {place.id} links")
                token.attrSet("href", f"{place.places.term}{name}")
                token.attrSet("class", "term")
                token.attrSet("data-explanation", place.terms[name].explanation)
            elif kind == "chapter":
                href = place.places.chapters.get(int(name))
                token.attrSet("href", href or "")
                if not href:
                    token.tag, token.attrs = "span", {}
        elif token.type == "link_close" and open_link is not None:
            token.tag = open_link.tag


# What pygments calls a token, and its class in the book's style
_CLASSES = {"Keyword": "k", "Literal.String": "s", "Literal.Number": "n", "Comment": "c"}


def code_block(source: str) -> str:
    """Python code in colours, each line an element of its own, so that a long line is indented where it goes on."""
    lexers = importlib.import_module("pygments.lexers")  # rich brings it along, too
    lines = [""]
    for kind, text in lexers.PythonLexer(stripnl=False, ensurenl=False).get_tokens(source):
        name = str(kind).removeprefix("Token.")
        css = next((css for prefix, css in _CLASSES.items() if name.startswith(prefix)), "")
        for place, part in enumerate(text.split("\n")):
            if place:
                lines.append("")
            if part:
                lines[-1] += f'<span class="{css}">{escape(part)}</span>' if css else escape(part)
    spans = "".join(f'<span class="line">{line}\n</span>' for line in lines)
    return f"<pre><code>{spans}</code></pre>"
