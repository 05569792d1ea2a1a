"""What every page is assembled from: a template, a bundle of scripts and styles, and what Python knows.

The bundles in bundle/ are made from script/ by `npm run build` and are part of the package. A page is one file:
its program is the bundle, and before it what Python wrote, packed by deflate, which halves the page; what unpacks it is
a few lines that stand in the page as they are. The Content-Security-Policy allows the page's own scripts and style by
their hashes, and nothing from anywhere else.

Labels and titles come from users and are hostile until shown otherwise: in markup they are escaped, in the data they
stand in JSON in which no `<` is left, and the scripts write them as text only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from ..files import write_whole
from ..graph import FONT_FAMILY
from ..locale import FALLBACK, agreement, folder, languages, translate

# Paths in a square of 20, drawn with a round pen; the fonts of many systems lack such signs
ICONS = {
    "first": "M5 4v12M15 4.5 8 10l7 5.5z",
    "back": "M13 4.5 6 10l7 5.5z",
    "play": "M6 4v12l10-6z",
    "pause": "M7 4v12M13 4v12",
    "next": "M7 4.5 14 10l-7 5.5z",
    "last": "M15 4v12M5 4.5 12 10l-7 5.5z",
    "plus": "M10 4v12M4 10h12",
    "minus": "M4 10h12",
    "fit": "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4",
    "close": "M5 5l10 10M15 5 5 15",
    "undo": "M7.5 4 3.5 8l4 4M4 8h7.5a4.5 4.5 0 0 1 0 9H8",
    "reset": "M4 4v4.5h4.5M4.3 8.3A6.3 6.3 0 1 1 4 12.5",
}


class HtmlPage:
    """One self-contained HTML file; in a notebook it shows itself.

    Attributes:
        html: the whole page.
        still: a picture, as SVG, for where scripts do not run; "" for none.
    """

    def __init__(self, html: str, still: str = "") -> None:
        self.html, self.still = html, still

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the page to a file, and return its path; an old file stays until the new one is complete."""
        file = Path(path)
        if not file.suffix:
            file = file.with_suffix(".html")
        write_whole(file, self.html)
        return file

    def open(self, path: str | PathLike[str] | None = None) -> Path:
        """Write the page to a file, by default a temporary one, open it in the browser, and return its path."""
        import tempfile
        import webbrowser

        file = self.save(path if path is not None else Path(tempfile.mkdtemp(prefix="micrograd_kr-")) / "page.html")
        webbrowser.open(file.resolve().as_uri())
        return file

    def _repr_html_(self) -> str:
        """The page in a frame of its own, cut off from the notebook; where frames are taken out, a picture remains.

        The frame covers the picture, which stands behind it.
        """
        image = base64.b64encode(self.still.encode()).decode()
        picture = (
            f'<img alt="{escape(repr(self))}" style="max-width:100%;max-height:100%" '
            f'src="data:image/svg+xml;base64,{image}">'
            if self.still
            else ""
        )
        return (
            f'<div style="position:relative;height:760px;overflow:hidden">{picture}'
            '<iframe sandbox="allow-scripts" loading="lazy" title="micrograd_kr" '
            'style="position:absolute;inset:0;width:100%;height:100%;border:0;background:Canvas" '
            f'srcdoc="{escape(self.html)}"></iframe></div>'
        )


def assemble(
    name: str,
    *,
    lang: str,
    title: str,
    parts: Mapping[str, str],
    data: Any,
    knowledge: Any,
    rules: str,
    data_id: str = "graph",
) -> str:
    """The page `name` as HTML: page.html, in it name.html, and the bundles name.js and name.css.

    Args:
        name: of the template and the bundles.
        lang: the language that it opens in.
        title: of the browser's window.
        parts: what the template's `{{name}}` stand for, as HTML. `{{w:key}}` is the message livepage.key, `{{i:name}}`
            an icon, and the rest is filled in here.
        data: what stands in the page as JSON.
        knowledge: what the script finds in `pageContents.knowledge`.
        rules: a JavaScript expression that the script finds in `pageContents.rules(helpers)`; it may use the functions
            of script/shared/functions.js.
        data_id: of the element in which the data stand.
    """
    program = (
        f'"use strict";globalThis.pageContents={{knowledge:{as_json(knowledge)},rules:({{{_HELPERS}}})=>({rules})}};\n'
        f"{bundle(f'{name}.js')}"
    )
    unpack, style = bundle("unpack.js"), style_of("picture.css", f"{name}.css")
    parts = {
        **parts,
        "lang": lang,
        "languages": _language_buttons(),
        "title": escape(title),
        "policy": f"default-src 'none'; script-src {_hash(unpack)} {_hash(program)}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'",
        "style": style,
        "unpack": unpack,
        "program": packed(program),
        "data": as_json(data),
        "data_id": data_id,
        **{f"i:{icon}": _icon(path) for icon, path in ICONS.items()},
    }
    whole, main = (files(__package__).joinpath(f"{one}.html").read_text(encoding="utf-8") for one in ("page", name))
    html = whole.replace("{{main}}", main.rstrip("\n"))
    html = re.sub(r"\{\{w:(\w+)\}\}", lambda found: escape(translate(f"livepage.{found[1]}", lang)), html)
    return re.sub(r"\{\{([\w:]+)\}\}", lambda found: parts[found[1]], html)


_HELPERS = "pow,erf"  # of script/shared/functions.js


@cache
def bundle(name: str) -> str:
    """A bundle, as `npm run build` made it."""
    return files(__package__).joinpath("bundle", name).read_text(encoding="utf-8").rstrip("\n")


def style_of(*names: str) -> str:
    """Bundles of styles as one, with the fonts that they name."""
    return f":root{{--fonts:{FONT_FAMILY}}}" + "".join([bundle(name) for name in names])


def catalogs(words: dict[str, dict[str, str]]) -> dict[str, Any]:
    """What the scripts' `speaker` needs, given the templates of each language by their keys."""
    return {
        "words": words,
        "order": [FALLBACK, *(code for code in words if code != FALLBACK)],
        "agreement": {code: agreement.rules(folder(code)) for code in words},
    }


def icons(names: Iterable[str]) -> dict[str, str]:
    """The icons that a script draws itself."""
    return {name: ICONS[name] for name in names}


def _language_buttons() -> str:
    return "".join(
        f'<button type="button" data-lang="{code}" lang="{code}">{escape(translate("language.name", code))}</button>'
        for code in sorted(languages(), key=lambda code: code == FALLBACK)
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def packed(text: str) -> str:
    """The text deflated, in base64; the page unpacks it with nothing but the browser."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(deflate.compress(text.encode()) + deflate.flush()).decode()


def _icon(path: str) -> str:
    return f'<svg viewBox="0 0 20 20" class="icon" aria-hidden="true"><path d="{path}"/></svg>'


def as_json(data: Any) -> str:
    """JSON that can stand in a script element: nothing in it can close it, or be taken for a line's end."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return re.sub("[\ud800-\udfff]", "\ufffd", text)
