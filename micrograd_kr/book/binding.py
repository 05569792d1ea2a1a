"""Binding the book: chapters that have run become one HTML file, with its pictures inside and nothing from outside."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from micrograd_kr.locale import translate

from .pictures import Picture
from .running import Performance, Shown

_STYLE = """
:root { --text: #22262b; --soft: #5b6470; --line: #dfe3e8; --paper: #fff; --code: #f5f7f9; --blue: #2f6fb7; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e7eb; --soft: #a3acb8; --line: #363d47; --paper: #16191d; --code: #1f242a; --blue: #82b5ee; }
  figure img { border-radius: 6px; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--text); line-height: 1.75;
  font-family: "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", NanumGothic, sans-serif; }
html:lang(ko) body { word-break: keep-all; overflow-wrap: break-word; }
main, header, nav { max-width: 46rem; margin: 0 auto; padding: 0 1.2rem; }
header { padding-top: 4rem; } header p { color: var(--soft); font-size: 1.1rem; }
h1 { line-height: 1.3; } section > h1 { margin-top: 5rem; padding-top: 2rem; border-top: 1px solid var(--line); }
h2 { margin-top: 2.6rem; } a { color: var(--blue); }
nav ol { padding-left: 0; list-style: none; }
blockquote { margin: 1.4rem 0; padding: .2rem 1.2rem; border-left: 4px solid var(--blue); background: var(--code); }
pre { background: var(--code); padding: .9rem 1.1rem; border-radius: 8px; overflow-x: auto; line-height: 1.5;
  font-size: .86rem; word-break: normal; }
code, pre { font-family: "D2Coding", "NanumGothicCoding", "SFMono-Regular", Consolas, "Noto Sans Mono CJK KR",
  monospace; }
:not(pre) > code { background: var(--code); padding: .1em .35em; border-radius: 4px; font-size: .9em; }
pre.printed { background: none; border: 1px solid var(--line); border-left: 4px solid #3a8f5c; white-space: pre-wrap; }
details { margin: 1rem 0; color: var(--soft); font-size: .9rem; } summary { cursor: pointer; }
figure { margin: 2rem 0; text-align: center; } figure img, figure svg { max-width: 100%; height: auto; }
figure img { background: #fff; }
figure:has(iframe) { margin-inline: calc((100% - min(96vw, 68rem)) / 2); }
figure iframe { width: 100%; height: 44rem; border: 1px solid var(--line); border-radius: 8px; }
figcaption { color: var(--soft); font-size: .92rem; margin-top: .4rem; }
table { border-collapse: collapse; margin: 1.4rem auto; }
td, th { border-bottom: 1px solid var(--line); padding: .35rem .8rem; }
.seconds { color: var(--soft); font-size: .85rem; }
"""


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
    sections = "\n".join(_section(performance, language) for performance in performances)
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{_STYLE}</style>
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
