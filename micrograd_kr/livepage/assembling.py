"""What every page is assembled from: a template, a bundle of scripts and styles, the rules and words of a graph.

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
import math
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from ..files import write_whole
from ..graph import ATOM, FONT_FAMILY, Graph
from ..graph.names import MOST_OPERANDS
from ..locale import FALLBACK, agreement_rules, catalog, folder, glossary, languages, translate
from ..ops import OPS, Op
from ..stepper import steps
from ..stepper.formula import LONGEST_FORMULA, LONGEST_WRITTEN_OUT
from .javascript import formulas_function, forward_function, partials_function, written_out_function

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
        "agreement": {code: agreement_rules(folder(code)) for code in words},
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


# --- the graph's rules ---------------------------------------------------------------------------------------------


def variants_of(graph: Graph) -> dict[tuple[Op, int], int]:
    """Each op in the graph and, as an n-ary op is written out anew for each, its number of arguments."""
    variants: dict[tuple[Op, int], int] = {}
    for node in graph.nodes:
        if node.op is not None:
            variants.setdefault((node.op, len(node.args)), len(variants))
    return variants


def rules_of(graph: Graph) -> tuple[str, set[str]]:
    """The rules of the graph's ops as JavaScript, and the names of the ops that their formulas are written with."""
    variants = variants_of(graph)
    forward = ",\n".join([forward_function(op, count) for op, count in variants])
    partials = ",\n".join([partials_function(op, count) for op, count in variants])
    formulas = [formulas_function(op, count) for op, count in variants]
    in_full = [
        written_out_function(op, count) if op.arity is None and count <= LONGEST_WRITTEN_OUT // 3 else ("null", set())
        for op, count in variants
    ]
    text = (
        f"{{forward:[{forward}],\npartials:[{partials}],\n"
        f"formulas:(write,times,power)=>({{formulas:[{_listed(formulas)}],inFull:[{_listed(in_full)}]}})}}"
    )
    return text, {name for _, names in (*formulas, *in_full) for name in names if name in OPS}


def _listed(written: Sequence[tuple[str, set[str]]]) -> str:
    return ",\n".join([text for text, _ in written])


# --- what the page knows of ops and languages -------------------------------------------------------------------------

# of the glossary, that graph_page.html explains
TERMS = (
    "leaf",
    "forward_pass",
    "backward_pass",
    "gradient",
    "upstream",
    "local_derivative",
    "chain_rule",
    "parameter",
    "data",
    "loss",
    "learning_rate",
    "topological_order",
    "zero_grad",
)


def knowledge_of(graph: Graph, words: dict[str, dict[str, str]], ops: set[str]) -> Any:
    """What the page must know about ops and languages to say and write what the stepper does."""
    return {
        **catalogs(words),
        "glossary": {code: {term: glossary(code)[term][:2] for term in TERMS} for code in words},
        "ops": [
            _written(op) | {"sentence": op.name, "truth": op.gives == "condition"} for op, count in variants_of(graph)
        ],
        "primitives": {name: _written(OPS[name]) for name in sorted(ops)},
        "icons": icons(("play", "pause", "reset")),
        "atom": ATOM,
        "minus": OPS["neg"].precedence,
        "operands": MOST_OPERANDS,
        "flows": steps.MOST_FLOWS,
        "longest": LONGEST_FORMULA,
        "longestWrittenOut": LONGEST_WRITTEN_OUT,
        "longestBeside": steps.LONGEST_BESIDE,
    }


def _written(op: Op) -> dict[str, Any]:
    return {"symbol": op.symbol, "tight": op.precedence, "arity": op.arity}


def json_number(x: Any) -> float | str:
    """A float as JSON has it; inf and nan, which it has not, as text."""
    number = float(x)
    return number if math.isfinite(number) else str(number)


def words_of(graph: Graph, lang: str) -> dict[str, str]:
    """The templates that this page can need: its own, the stepper's, and the rules of the ops in the graph."""
    own = {node.op.name for node in graph.nodes if node.op}
    rules = {f"stepper.rule.{name}{state}" for name in own for state in ("", ".closed", ".open")}
    rules |= {f"stepper.forward.{name}" for name in own}
    return {
        key: text
        for key, text in catalog(lang).items()
        if key == "join" or key in rules or (key.startswith("livepage.") and key not in _PYTHONS) or _is_sentence(key)
    }


_PYTHONS = ("livepage.too_large", "livepage.laying_out")  # messages that the page itself never shows
_OF_OPS_OR_ELSEWHERE = ("stepper.rule.", "stepper.forward.", "stepper.view.")


def _is_sentence(key: str) -> bool:
    """Whether the template is one of the stepper's for any op."""
    general = key in ("stepper.rule.closed", "stepper.rule.open")
    return general or (key.startswith("stepper.") and not key.startswith(_OF_OPS_OR_ELSEWHERE))
