"""Binding the book: chapters that have run become one HTML file, or a small site, and nothing comes from outside.

`bind` makes one document of all chapters, `bind_site` a file for each chapter, one for the contents and one for the
glossary. Both have the contents, a search, links back and forward, a dark mode, and print. The Content-Security-Policy
allows the book's own script and style by their hashes, and those of the live pages inside it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import NamedTuple

from micrograd_kr.locale import glossary, translate

from .chapters import Cell
from .links import TERM, with_heading
from .pages import Place, Places, code_block, markdown
from .pictures import Picture
from .questions import Question
from .running import Performance, Shown

CONTENTS, GLOSSARY = "index.html", "glossary.html"


class _Section(NamedTuple):
    """A chapter or the glossary as HTML: its id, its title, its body, and the policies of the pages inside it."""

    id: str
    title: str
    body: str
    headings: Sequence[tuple[str, str]]  # their ids and texts
    policies: Sequence[str] = ()


def bind(performances: Sequence[Performance], language: str) -> str:
    """One HTML document of the chapters, in the order given, in one language.

    Args:
        performances: the chapters, each after it ran in this language.
        language: its code, such as `ko`.
    """
    numbers = [performance.chapter.number for performance in performances]
    places = Places({number: f"#chapter-{number}" for number in numbers}, "#term-")
    chapters = [_chapter(performance, language, places) for performance in performances]
    sections = [*chapters, _glossary_section(performances, language, places)]
    body = "\n".join(
        f'<section id="{section.id}" class="chapter">\n{section.body}\n'
        f"{_neighbours([(f'#{other.id}', other.title) for other in sections], place, language)}\n</section>"
        for place, section in enumerate(sections)
    )
    contents = [(f"#{section.id}", section.title) for section in sections]
    title = translate("book.title", language)
    cover = f'<div class="cover"><h1>{escape(title)}</h1><p>{escape(translate("book.subtitle", language))}</p></div>'
    return _document(title, f"{cover}\n{body}", contents, "", "#top", sections, language)


def bind_site(performances: Sequence[Performance], language: str) -> dict[str, str]:
    """A small site: the HTML of each file by its name; `index.html` has the contents.

    Args:
        performances: the chapters, each after it ran in this language.
        language: its code, such as `ko`.
    """
    files = {performance.chapter.number: f"{performance.chapter.name}.html" for performance in performances}
    places = Places(files, f"{GLOSSARY}#term-")
    sections = {
        files[performance.chapter.number]: _chapter(performance, language, places) for performance in performances
    }
    sections[GLOSSARY] = _glossary_section(performances, language, places)
    contents = [(name, section.title) for name, section in sections.items()]
    index = json.dumps(
        [
            [f"{name}#{entry[0]}", section.title, *entry[1:]]
            for name, section in sections.items()
            for entry in _entries(section)
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    ).replace("<", "\\u003c")
    title = translate("book.title", language)
    made = {
        name: _document(
            f"{section.title} · {title}",
            f'<section id="{section.id}" class="chapter">\n{section.body}\n'
            f"{_neighbours(contents, place, language)}\n</section>",
            contents,
            index,
            CONTENTS,
            [section],
            language,
            here=name,
        )
        for place, (name, section) in enumerate(sections.items())
    }
    items = "\n".join(
        f'<li><a href="{name}">{escape(section.title)}</a><ul>{_headings(name, section)}</ul></li>'
        for name, section in sections.items()
    )
    cover = (
        f'<div class="cover"><h1>{escape(title)}</h1><p>{escape(translate("book.subtitle", language))}</p></div>\n'
        f'<ol class="all">\n{items}\n</ol>'
    )
    made[CONTENTS] = _document(title, cover, contents, index, CONTENTS, [], language)
    return made


def _headings(name: str, section: _Section) -> str:
    return "".join(f'<li><a href="{name}#{id}">{escape(text)}</a></li>' for id, text in section.headings)


def _document(
    title: str,
    body: str,
    contents: Sequence[tuple[str, str]],
    index: str,
    home: str,
    sections: Sequence[_Section],
    language: str,
    here: str = "",
) -> str:
    def say(key: str) -> str:
        return escape(translate(f"book.{key}", language))

    script, style = _script(language), _part("book.css")
    policy = _policy(script, style, [policy for section in sections for policy in section.policies])
    links = "\n".join(
        f'<li><a href="{escape(href)}"{" aria-current=page" if href == here else ""}>{escape(text)}</a></li>'
        for href, text in contents
    )
    data = f'<script type="application/json" id="index">{index}</script>' if index else ""
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body id="top">
<a class="skip" href="#main">{say("skip")}</a>
<header class="bar">
<a class="home" href="{home}">{say("title")}</a>
<form class="search" role="search" hidden>
<input type="search" aria-label="{say("search")}" placeholder="{say("search")}" autocomplete="off">
<ol class="found" aria-live="polite" hidden></ol>
</form>
<button type="button" class="theme" aria-label="{say("theme")}" title="{say("theme")}" hidden>◐</button>
</header>
<nav class="contents" aria-label="{say("contents")}"><details open><summary>{say("contents")}</summary><ol>
{links}
</ol></details></nav>
<main id="main">
{body}
</main>
{data}
<script>{script}</script>
</body>
</html>
"""


@cache
def _part(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _script(language: str) -> str:
    keys = ("right", "not_yet", "nothing_found", "to_glossary")
    words = json.dumps({key: translate(f"book.{key}", language) for key in keys}, ensure_ascii=False)
    return f'"use strict";\n{{\nconst words = {words};\n{_part("book.js")}}}\n'


# --- what the page may load ------------------------------------------------------------------------------------------


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"\s+content="([^"]*)"')


def _policy(script: str, style: str, inside: Iterable[str]) -> str:
    """The policy of a document: a page in a frame has to be allowed what its own policy allows it."""
    allowed = {
        "default-src": ["'none'"],
        "img-src": ["data:"],
        "script-src": [_hash(script)],
        "style-src": [_hash(style)],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    for policy in inside:
        for directive in policy.split(";"):
            name, *sources = directive.split() or [""]
            if name and sources != ["'none'"]:
                allowed[name] = list(dict.fromkeys([*allowed.get(name, []), *sources]))
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in allowed.items())


# A live page fills the window that it has to itself; in a frame it is as high as what is in it, and says how high
_FRAME_STYLE = (
    ".stage{position:static!important;height:42rem!important}"
    "aside{max-height:none!important;overflow:visible!important}"
)
_FRAME_SCRIPT = (
    "{const send=()=>parent.postMessage({height:document.documentElement.offsetHeight},'*');"
    "new ResizeObserver(send).observe(document.documentElement);send()}"
)


def _framed(picture: Picture) -> str:
    """A page as it stands in a frame; a widget needs no change."""
    page = picture.content.decode()
    found = _POLICY.search(page)
    if picture.height or not found:
        return page
    policy = unescape(found[1])
    for name, text in (("script-src", _FRAME_SCRIPT), ("style-src", _FRAME_STYLE)):
        policy = policy.replace(f"{name} ", f"{name} {_hash(text)} ")
    page = f"{page[: found.start(1)]}{policy}{page[found.end(1) :]}"
    page = page.replace("</head>", f"<style>{_FRAME_STYLE}</style></head>", 1)
    before, _, after = page.rpartition("</body>")
    return f"{before}<script>{_FRAME_SCRIPT}</script></body>{after}"


# --- a chapter -------------------------------------------------------------------------------------------------------


def _chapter(performance: Performance, language: str, places: Places) -> _Section:
    number = performance.chapter.number
    place = Place(f"chapter-{number}", places, glossary(language))
    parts, asked = [], 0
    for shown in performance.cells:
        if shown.cell.kind == "question":
            asked += 1
            if asked == 1:
                parts.append(markdown(f"## {translate('book.questions', language)}", place))
            parts.append(_question(shown, asked, place))
        else:
            parts.append(_cell(shown, place, language))
    parts.append(f'<p class="seconds">{translate("book.seconds", language, seconds=performance.seconds)}</p>')
    pages = [_framed(p) for s in performance.cells for p in s.pictures if p.kind == "html"]
    policies = [unescape(found[1]) for page in pages if (found := _POLICY.search(page))]
    title = performance.chapter.title(language)
    return _Section(f"chapter-{number}", title, "\n".join(parts), place.headings, policies)


def _cell(shown: Shown, place: Place, language: str) -> str:
    if shown.cell.kind == "markdown":
        kind = shown.cell.name if shown.cell.name in ("aims", "recap") else ""
        text = markdown(with_heading(shown.cell), place)
        return f'<div class="{kind}">\n{text}</div>' if kind else text
    code = code_block(shown.cell.as_read())
    folded = "hide-input" in shown.cell.tags
    parts = [] if folded else [code]
    if shown.printed:
        parts.append(f'<pre class="printed">{escape(shown.printed.rstrip())}</pre>')
    parts += [_picture(picture, language) for picture in shown.pictures]
    if folded:
        parts.append(f"<details><summary>{translate('book.code', language)}</summary>{code}</details>")
    return "\n".join(parts)


def _question(shown: Shown, number: int, place: Place) -> str:
    """A question with a field to answer in, for which the script checks the answer, and the folded answer."""
    cell: Cell = shown.cell
    question, language = Question.of(cell), cell.lang
    id = f"{place.id}-question-{number}"
    kind = translate(f"book.kind.{question.kind}", language, number=number)
    parts = [f'<p class="kind">{escape(kind)}</p>', markdown(question.asked, place)]
    if question.code:
        parts.append(code_block(question.code))
    if question.options:
        options = "".join(
            f'<li><label><input type="radio" name="{id}" value="{value}"> {markdown(option, place, inline=True)}'
            "</label></li>"
            for value, option in enumerate(question.options, 1)
        )
        parts.append(f'<ol class="options">{options}</ol>')
    elif question.kind == "predict":
        field = "textarea" if "\n" in question.answer else "input"
        hint = escape(translate("book.your_answer", language))
        rows = f' rows="{question.answer.count(chr(10)) + 1}"' if field == "textarea" else ""
        closed = "</textarea>" if rows else ""
        check = escape(translate("book.check", language))
        parts.append(
            f'<p class="try" hidden>'
            f'<{field} aria-label="{hint}" placeholder="{hint}"{rows} autocomplete="off">{closed}'
            f'<button type="button">{check}</button></p>'
        )
    parts.append('<p class="verdict" role="status" hidden></p>')
    answer = f'<p class="right">{escape(question.answer).replace(chr(10), "<br>")}</p>'
    if question.mended:
        answer = f"{code_block(question.mended)}{answer}"
    if question.kind == "choose" and cell.source:
        # As text of a fold of its own: it shows why, for who wants to see it run
        evidence = code_block(cell.as_read())
        answer += f"<details><summary>{translate('book.evidence', language)}</summary>{evidence}</details>"
    parts.append(
        f"<details><summary>{translate('book.answer', language)}</summary>{answer}"
        f"{markdown(question.reason, place)}</details>"
    )
    body = "\n".join(parts)
    return f'<div class="question" id="{id}" data-answer="{escape(question.answer, quote=True)}">\n{body}\n</div>'


def _picture(picture: Picture, language: str) -> str:
    caption, alt = escape(picture.caption), escape(picture.alt or picture.caption, quote=True)
    if picture.kind == "html":
        page = escape(_framed(picture), quote=True)
        title = escape(translate("book.live", language, caption=picture.caption), quote=True)
        kind, height = ("widget", f' height="{picture.height}"') if picture.height else ("live", "")
        frame = f'<iframe sandbox="allow-scripts" loading="lazy" title="{title}"{height} srcdoc="{page}"></iframe>'
        return f'<figure class="{kind}">{frame}<figcaption>{caption}</figcaption></figure>'
    # As an image, so that ids inside it are its own and nothing in it can run
    types = {"png": "image/png", "svg": "image/svg+xml"}
    data = base64.b64encode(picture.content).decode()
    width = f' width="{round(100 * picture.width)}"' if picture.width else ""
    image = f'<img src="data:{types[picture.kind]};base64,{data}" alt="{alt}"{width}>'
    if picture.narrow:
        narrow = base64.b64encode(picture.narrow).decode()
        source = f'<source media="(max-width: 40rem)" srcset="data:image/png;base64,{narrow}" width="420">'
        image = f"<picture>{source}{image}</picture>"
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"


# --- around the chapters ---------------------------------------------------------------------------------------------


def _glossary_section(performances: Sequence[Performance], language: str, places: Places) -> _Section:
    """All terms, in order, each with the chapters that link to it."""
    used: dict[str, list[Performance]] = {}
    for performance in performances:
        texts = [shown.cell.source + shown.cell.text for shown in performance.cells if shown.cell.kind != "code"]
        for term in dict.fromkeys(found[2] for found in TERM.finditer("\n".join(texts))):
            used.setdefault(term, []).append(performance)
    title = translate("book.glossary", language)
    entries = []
    for key, term in sorted(glossary(language).items(), key=lambda item: item[1].term.lower()):
        also = f' <span class="also">({escape(", ".join(term.also))})</span>' if term.also else ""
        links = ", ".join(
            f'<a href="{places.chapters[p.chapter.number]}">{_short(p.chapter.title(language))}</a>'
            for p in used.get(key, [])
        )
        where = f' <span class="where">{links}</span>' if links else ""
        entries.append(f'<dt id="term-{key}">{escape(term.term)}{also}</dt><dd>{escape(term.explanation)}{where}</dd>')
    body = f'<h1 id="glossary-0">{escape(title)}</h1>\n<dl class="glossary">\n' + "\n".join(entries) + "\n</dl>"
    return _Section("glossary", title, body, [])


def _short(title: str) -> str:
    return escape(title.partition(".")[0])


def _neighbours(contents: Sequence[tuple[str, str]], place: int, language: str) -> str:
    """Links to what stands before and after."""
    links = []
    for kind, other in (("previous", place - 1), ("next", place + 1)):
        if 0 <= other < len(contents):
            href, title = contents[other]
            word = escape(translate(f"book.{kind}", language))
            links.append(f'<a class="{kind}" rel="{kind[:4]}" href="{href}"><span>{word}</span> {escape(title)}</a>')
    label = escape(translate("book.neighbours", language))
    return f'<nav class="neighbours" aria-label="{label}">{"".join(links)}</nav>'


_HEADING = re.compile(r'<h[12] id="([\w-]+)">(.*?)</h[12]>', re.DOTALL)
_NOT_READ = re.compile(r"<iframe.*?</iframe>|<svg.*?</svg>|<details.*?</details>|<img[^>]*>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def _entries(section: _Section) -> list[tuple[str, str, str]]:
    """What the search looks through: for each heading its id, its words, and the text below it."""
    body = _NOT_READ.sub(" ", section.body)
    pieces = _HEADING.split(body)
    return [
        (id, unescape(_TAG.sub("", heading)), " ".join(unescape(_TAG.sub(" ", text)).split()))
        for id, heading, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True)
    ]
