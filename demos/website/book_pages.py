"""The chapters as HTML: their text, their cells to be edited and run, and what was stored for the others."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from micrograd_kr.locale import translate

LANGUAGES = ("ko", "en")
_WORDS = {
    "ko": {
        "run": "실행",
        "stop": "멈추기",
        "reset": "원래대로",
        "code": "코드",
        "stored": "이 칸은 {packages}에 기대므로 브라우저에서는 저장해 둔 결과를 보여 줍니다.",
        "stored_after": "이 칸은 위의 저장된 칸이 남긴 것을 쓰므로 저장해 둔 결과를 보여 줍니다.",
        "contents": "차례",
        "previous": "앞 장",
        "next": "다음 장",
        "edit": "고칠 수 있는 코드",
    },
    "en": {
        "run": "Run",
        "stop": "Stop",
        "reset": "Original",
        "code": "Code",
        "stored": "This cell builds on {packages}: in the browser its stored output is shown.",
        "stored_after": "This cell uses what a stored cell above has left: its stored output is shown.",
        "contents": "Contents",
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
        body = "\n".join(_cell(number, cell, chapter, lang, folder) for number, cell in enumerate(cells))
        parts.append(f'<article lang="{lang}" data-cells="{lang}">\n{body}\n</article>')
    data = {"name": chapter["name"], "data": {str(number): left for number, left in chapter["data"].items()}}
    turn = _turn(chapter, chapters)
    how = (
        '<div class="how"><p><span lang="ko">코드를 고치고 실행해 보세요(Shift+Enter). '
        "위의 칸들은 필요하면 먼저 실행됩니다.</span>"
        '<span lang="en">Edit the code and run it (Shift+Enter). The cells above run first where they have not.</span>'
        '</p><label><input type="checkbox" id="short">'
        '<span lang="ko">짧게 학습하기</span><span lang="en">short training</span></label></div>'
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
    return f'<main class="contents">\n<h1>{both("contents")}</h1>\n<ol>\n{entries}\n</ol>\n</main>'


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


def _cell(number: int, cell: Mapping[str, Any], chapter: Mapping[str, Any], lang: str, folder: Path) -> str:
    if cell["kind"] == "markdown":
        text = MarkdownIt("commonmark", {"html": False}).enable("table").render(cell["source"])
        if "answer" in cell["tags"]:
            text = f"<details><summary>{escape(translate('book.answer', lang))}</summary>{text}</details>"
        return f'<div class="prose">{text}</div>'
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
        packages = ", ".join(chapter["lacking"].get(str(number), []))
        reason = words["stored"].format(packages=packages) if packages else words["stored_after"]
        code = f'<pre class="code"><code>{source}</code></pre>'
        bar = f'<div class="bar"><span class="note">{escape(reason)}</span></div>'
    if "hide-input" in cell["tags"]:
        inside = f"{output}<details><summary>{words['code']}</summary>{code}{bar}</details>"
    else:
        inside = f"{code}{bar}{output}"
    kind = "live" if live else "stored"
    return f'<section class="cell" data-number="{number}" data-kind="{kind}">{inside}</section>'


def _output(cell: Mapping[str, Any], chapter: str, lang: str, folder: Path) -> str:
    parts = [f'<pre class="text">{escape(cell["printed"])}</pre>'] if cell["printed"] else []
    for picture in cell["pictures"]:
        place = folder / chapter / lang
        place.mkdir(parents=True, exist_ok=True)
        file = place / f"{picture['name']}.{picture['kind']}"
        file.write_bytes(base64.b64decode(picture["content"]))
        address, caption = f"{chapter}/{lang}/{file.name}", escape(picture["caption"])
        if picture["kind"] == "html":
            shown = f'<iframe sandbox="allow-scripts" loading="lazy" title="{caption}" src="{address}"></iframe>'
            parts.append(f'<figure class="page">{shown}<figcaption>{caption}</figcaption></figure>')
        else:
            kind = picture["kind"]
            shown = f'<img class="{kind}" loading="lazy" alt="{caption}" src="{address}">'
            parts.append(f"<figure>{shown}<figcaption>{caption}</figcaption></figure>")
    return "".join(parts)
