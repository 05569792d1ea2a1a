"""Binding the book: chapters that have run become one HTML file, with its pictures inside and nothing from outside."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

from micrograd_kr.locale import translate

from .pictures import Picture
from .running import Performance, Shown


def bind(performances: Sequence[Performance], language: str) -> str:
    """One HTML document of the chapters, in the order given, in one language.

    Args:
        performances: the chapters, each after it ran in this language.
        language: its code, such as `ko`.
    """
    title, subtitle, heading = (escape(translate(f"book.{key}", language)) for key in ("title", "subtitle", "contents"))
    contents = "\n".join(
        f'<li><a href="#chapter-{p.chapter.number}">{escape(p.chapter.title(language))}</a></li>' for p in performances
    )
    style = Path(__file__).with_name("book.css").read_text(encoding="utf-8")
    sections = "\n".join(_section(performance, language) for performance in performances)
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header><h1>{title}</h1><p>{subtitle}</p></header>
<nav aria-label="{heading}"><h2>{heading}</h2><ol>
{contents}
</ol></nav>
<main>
{sections}
</main>
</body>
</html>
"""


def _section(performance: Performance, language: str) -> str:
    cells = "\n".join(_cell(shown, language) for shown in performance.cells)
    seconds = f'<p class="seconds">{translate("book.seconds", language, seconds=performance.seconds)}</p>'
    return f'<section id="chapter-{performance.chapter.number}">\n{cells}\n{seconds}\n</section>'


def _cell(shown: Shown, language: str) -> str:
    if shown.cell.kind == "markdown":
        return _markdown(shown.cell.source)
    code = f"<pre><code>{escape(shown.cell.as_read())}</code></pre>"
    parts = [code]
    if "hide-input" in shown.cell.tags:
        parts = []
    if shown.printed:
        parts.append(f'<pre class="printed">{escape(shown.printed.rstrip())}</pre>')
    parts += [_picture(picture, language) for picture in shown.pictures]
    if "hide-input" in shown.cell.tags:
        parts.append(f"<details><summary>{translate('book.code', language)}</summary>{code}</details>")
    return "\n".join(parts)


def _markdown(text: str) -> str:
    from markdown_it import MarkdownIt  # rich, which micrograd_kr needs anyway, brings it along

    return str(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))


def _picture(picture: Picture, language: str) -> str:
    caption = escape(picture.caption)
    if picture.kind == "png":
        data = base64.b64encode(picture.content).decode()
        body = f'<img src="data:image/png;base64,{data}" alt="{escape(picture.caption, quote=True)}">'
    elif picture.kind == "svg":
        # As an image, so that ids inside it are its own and nothing in it can run.
        data = base64.b64encode(picture.content).decode()
        body = f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(picture.caption, quote=True)}">'
    else:
        page = escape(picture.content.decode(), quote=True)
        title = escape(translate("book.live", language, caption=picture.caption), quote=True)
        body = f'<iframe sandbox="allow-scripts" title="{title}" srcdoc="{page}"></iframe>'
    return f"<figure>{body}<figcaption>{caption}</figcaption></figure>"
