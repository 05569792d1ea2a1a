"""The chapters as HTML: their text, their cells to be edited and run, and what was stored for the others."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from micrograd_kr.book.pages import Place, Places, markdown
from micrograd_kr.locale import glossary, translate

LANGUAGES = ("ko", "en")
_WORDS = {
    "ko": {
        "run": "실행",
        "stop": "멈추기",
        "reset": "원래대로",
        "code": "코드",
        "missing": "이 칸에는 브라우저에 없는 라이브러리가 필요하므로 저장해 둔 결과를 보여 줍니다.",
        "after": "이 칸은 위의 저장된 칸에서 만든 것을 쓰므로 저장해 둔 결과를 보여 줍니다.",
        "other": "이 칸은 브라우저에서 똑같은 결과가 나오지 않으므로 저장해 둔 결과를 보여 줍니다.",
        "contents": "차례",
        "glossary": "용어집",
        "previous": "앞 장",
        "next": "다음 장",
        "edit": "고칠 수 있는 코드",
    },
    "en": {
        "run": "Run",
        "stop": "Stop",
        "reset": "Original",
        "code": "Code",
        "missing": "This cell needs a library that the browser lacks: its stored output is shown.",
        "after": "This cell uses what a stored cell above has made: its stored output is shown.",
        "other": "This cell does not give the same result in the browser: its stored output is shown.",
        "contents": "Contents",
        "glossary": "Glossary",
        "previous": "Previous chapter",
        "next": "Next chapter",
        "edit": "Code that can be edited",
    },
}


def in_json(data: Any) -> str:
    """JSON that can stand in a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def both(key: str, **pieces: str) -> str:
    """A text in both languages."""
    return "".join(f'<span lang="{lang}">{escape(_WORDS[lang][key].format(**pieces))}</span>' for lang in LANGUAGES)


def write_chapter(
    chapter: Mapping[str, Any], chapters: Sequence[Mapping[str, Any]], page: Callable[..., str], folder: Path
) -> None:
    """Write a chapter's page, with its pictures beside it."""
    parts = []
    for lang in LANGUAGES:
        cells = chapter["languages"][lang]["cells"]
        names = {other["number"]: f"{other['name']}.html" for other in chapters}
        place = Place(f"{lang}-{chapter['number']}", Places(names, f"glossary.html#{lang}-"), glossary(lang))
        body = "\n".join(_cell(number, cell, chapter, lang, folder, place) for number, cell in enumerate(cells))
        parts.append(f'<article lang="{lang}" data-cells="{lang}">\n{body}\n</article>')
    data = {"name": chapter["name"]}
    turn = _turn(chapter, chapters)
    how = (
        '<div class="how"><p><span lang="ko">코드를 고치고 실행해 보세요(Shift+Enter). '
        "그 칸에 필요한 위의 칸들이 먼저 실행됩니다.</span>"
        '<span lang="en">Edit the code and run it (Shift+Enter). The cells above run first where they have not.</span>'
        "</p></div>"
    )
    script = '<script type="module" src="../js/book.js"></script>'
    main = (
        f'<main class="chapter">\n{how}\n{"".join(parts)}\n{turn}\n'
        f'<script type="application/json" id="chapter">{in_json(data)}</script>\n</main>\n{script}'
    )
    titles = {f"title_{lang}": f"{chapter['languages'][lang]['title']} · micrograd_kr" for lang in LANGUAGES}
    (folder / f"{chapter['name']}.html").write_text(page(main, **titles), encoding="utf-8")


def contents(chapters: Sequence[Mapping[str, Any]]) -> str:
    """The main part of the book's first page."""
    entries = "\n".join(f'<li><a href="{chapter["name"]}.html">{_title(chapter)}</a></li>' for chapter in chapters)
    last = f'<li><a href="glossary.html">{both("glossary")}</a></li>'
    return f'<main class="contents">\n<h1>{both("contents")}</h1>\n<ol>\n{entries}\n{last}\n</ol>\n</main>'


def glossary_page() -> str:
    """The main part of the glossary, to which the chapters link."""
    parts = []
    for lang in LANGUAGES:
        terms = "".join(
            f'<dt id="{lang}-{name}">{escape(term.term)}</dt><dd>{escape(term.explanation)}</dd>'
            for name, term in sorted(glossary(lang).items(), key=lambda one: one[1].term)
        )
        parts.append(f'<dl lang="{lang}">{terms}</dl>')
    return f'<main class="contents glossary">\n<h1>{both("glossary")}</h1>\n{"".join(parts)}\n</main>'


def _text(cell: Mapping[str, Any], place: Place, lang: str) -> str:
    """The text of a cell as HTML; the answer of a question stays folded."""
    text: str = markdown(cell["source"], place)
    if "answer" not in cell["tags"]:
        return text
    return f"<details><summary>{escape(translate('book.answer', lang))}</summary>{text}</details>"


def _title(chapter: Mapping[str, Any]) -> str:
    titles = ((lang, chapter["languages"][lang]["title"]) for lang in LANGUAGES)
    return "".join(f'<span lang="{lang}">{escape(title)}</span>' for lang, title in titles)


def _turn(chapter: Mapping[str, Any], chapters: Sequence[Mapping[str, Any]]) -> str:
    place = chapters.index(chapter)
    links = []
    for key, other in (("previous", place - 1), ("next", place + 1)):
        if 0 <= other < len(chapters):
            links.append(f'<a class="button" href="{chapters[other]["name"]}.html">{both(key)}</a>')
        else:
            links.append(f'<a class="button" href="index.html">{both("contents")}</a>')
    return f'<nav class="turn">{"".join(links)}</nav>'


def _cell(
    number: int, cell: Mapping[str, Any], chapter: Mapping[str, Any], lang: str, folder: Path, place: Place
) -> str:
    if cell["kind"] == "markdown":
        return f'<div class="prose">{_text(cell, place, lang)}</div>'
    live = number in chapter["live"]
    words, source = _WORDS[lang], escape(cell["source"])
    output = f'<div class="output">{_output(cell, chapter["name"], lang, folder)}</div>'
    if live:
        code = (
            f'<textarea spellcheck="false" autocapitalize="off" autocorrect="off" wrap="off" '
            f'rows="{cell["source"].count(chr(10)) + 1}" aria-label="{escape(words["edit"])}">\n{source}</textarea>'
        )
        bar = (
            '<div class="bar"><span class="note" role="status"></span>'
            f'<button type="button" class="reset" hidden>{words["reset"]}</button>'
            f'<button type="button" class="run">{words["run"]}</button>'
            f'<button type="button" class="stop" hidden>{words["stop"]}</button></div>'
        )
    else:
        reason = words[chapter["reasons"][str(number)]]
        code = f'<pre class="code"><code>{source}</code></pre>'
        bar = f'<div class="bar"><span class="note">{escape(reason)}</span></div>'
    if "hide-input" in cell["tags"]:
        inside = f"{output}<details><summary>{words['code']}</summary>{code}{bar}</details>"
    else:
        inside = f"{code}{bar}{output}"
    kind = "live" if live else "stored"
    asked = " data-asked" if cell["kind"] == "question" else ""
    return f'<section class="cell" data-number="{number}" data-kind="{kind}"{asked}>{inside}</section>'


def _output(cell: Mapping[str, Any], chapter: str, lang: str, folder: Path) -> str:
    parts = [f'<pre class="text">{escape(cell["printed"])}</pre>'] if cell["printed"] else []
    for picture in cell["pictures"]:
        place = folder / chapter / lang
        place.mkdir(parents=True, exist_ok=True)
        file = place / f"{picture['name']}.{picture['kind']}"
        file.write_bytes(base64.b64decode(picture["content"]))
        address, caption = f"{chapter}/{lang}/{file.name}", escape(picture["caption"])
        if picture["kind"] == "html":
            kind, height = ("widget", picture["height"]) if picture["height"] else ("page", "")
            parts.append(  # the frame is made when it comes into view
                f'<figure class="{kind}" data-page="{address}" data-height="{height}">'
                f"<figcaption>{caption}</figcaption></figure>"
            )
        else:
            kind = picture["kind"]
            alt = escape(picture["alt"])
            shown = f'<img class="{kind}" loading="lazy" alt="{alt}" src="{address}">'
            parts.append(f"<figure>{shown}<figcaption>{caption}</figcaption></figure>")
    return "".join(parts)
