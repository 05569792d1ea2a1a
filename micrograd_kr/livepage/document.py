"""The page as one HTML file: markup, style, the table's rules as JavaScript, and the graph as data.

Labels and titles come from users and are hostile until shown otherwise: in markup they are escaped, in the data they
stand in JSON in which no `<` is left, and the script writes them as text only. The Content-Security-Policy allows the
page's own scripts and style by their hashes, and nothing from anywhere else. The program is packed, which halves the
page; what unpacks it is a few lines that stand in the page as they are.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import zlib
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from .. import naming
from ..drawing.text import FONT_FAMILY
from ..engine import Value
from ..locale import catalog, languages, particles
from ..naming import Names
from ..ops import OPS, Op
from ..stepper import sentences
from ..stepper.formula import LONGEST_FORMULA, LONGEST_WRITTEN_OUT
from .javascript import formulas_function, forward_function, partials_function, written_out_function
from .modules import Graph
from .picture import CONSTANT, LEAF, kind_of

# The parts of the program, in the order in which they stand in one block
_RUNTIME = ("graph", "words", "engine", "views", "side", "descent", "time", "camera", "hands")

MOST_PATHS = 3000  # that the page lists and adds up for one node

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
    "reset": "M4 4v4.5h4.5M4.3 8.3A6.3 6.3 0 1 1 4 12.5",
}
_USED_ICONS = ("play", "pause", "reset")  # that the script draws


@cache
def _part(name: str) -> str:
    """A file of this package, without indentation and comments."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = "\n".join(line for line in map(str.strip, text.splitlines()) if line)
    return text.replace("{{fonts}}", f"{FONT_FAMILY}")


def _style(name: str) -> str:
    return re.sub(r"\s*([{};:,>])\s*", r"\1", _part(name)).replace("\n", "").replace(";}", "}")


def style_of_picture() -> str:
    """The style of a picture that stands by itself."""
    return _style("picture.css")


def document(
    graph: Graph, names: Names, views: Sequence[str], *, lang: str, title: str, trained: Sequence[Value], rate: float
) -> str:
    """The whole page as HTML."""
    words = {code: _words(graph, code) for code in languages()}
    runtime = "\n".join(_part(f"script/{name}.js") for name in _RUNTIME)
    knowledge = _json(_knowledge(graph, words))
    program = f'"use strict";\n{{\nconst knowledge={knowledge};\n{_rules(graph)}\n{runtime}\n}}'
    unpack = _part("script/unpack.js")
    style = _style("picture.css") + _style("page.css")
    parts = {
        "lang": lang,
        "title": escape(title),
        "policy": f"default-src 'none'; script-src {_hash(unpack)} {_hash(program)}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'",
        "style": style,
        "unpack": unpack,
        "program": _packed(program),
        "rate": f"{rate:g}",
        "views": "".join(views),
        "graph": _json(_data(graph, names, lang, trained)),
    }
    parts |= {f"w:{key.removeprefix('livepage.')}": escape(text) for key, text in words[lang].items()}
    parts |= {f"i:{name}": _icon(path) for name, path in ICONS.items()}
    html = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{([\w:]+)\}\}", lambda found: parts[found.group(1)], html)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _packed(text: str) -> str:
    """The text deflated, in base64; the page unpacks it with nothing but the browser."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(deflate.compress(text.encode()) + deflate.flush()).decode()


def _icon(path: str) -> str:
    return f'<svg viewBox="0 0 20 20" class="icon" aria-hidden="true"><path d="{path}"/></svg>'


def _json(data: Any) -> str:
    """JSON that can stand in a script element: nothing in it can close it, or be taken for a line's end."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


# --- the graph's rules ----------------------------------------------------------------------------------------------


def _variants(graph: Graph) -> dict[tuple[Op, int], int]:
    """Each op in the graph and, as an n-ary op is written out anew for each, its number of arguments."""
    variants: dict[tuple[Op, int], int] = {}
    for node in graph.nodes:
        if node.op is not None:
            variants.setdefault((node.op, len(node.args)), len(variants))
    return variants


def _rules(graph: Graph) -> str:
    variants = _variants(graph)
    forward = ",\n".join(forward_function(op, count) for op, count in variants)
    partials = ",\n".join(partials_function(op, count) for op, count in variants)
    told = ",\n".join(formulas_function(op, count) for op, count in variants)
    in_full = ",\n".join(_written_out(op, count) for op, count in variants)
    return (
        f"{_part('script/functions.js')}\nconst forward=[{forward}],\npartials=[{partials}],\n"
        f"told=(tell,times,power)=>({{formulas:[{told}],inFull:[{in_full}]}});"
    )


def _written_out(op: Op, count: int) -> str:
    is_told = op.arity is None and count <= LONGEST_WRITTEN_OUT // 3
    return written_out_function(op, count) if is_told else "null"


# --- the graph's data -----------------------------------------------------------------------------------------------


def _data(graph: Graph, names: Names, lang: str, trained: Sequence[Value]) -> Any:
    """The graph, its numbers and names."""
    variants = _variants(graph)
    number = {node: index for index, node in enumerate(graph.nodes)}
    free = [node for node in graph.nodes if kind_of(node) != CONSTANT]
    back = [graph.nodes[-1], *(node for node in reversed(free) if node.op)]
    return {
        "lang": lang,
        "op": [variants[node.op, len(node.args)] if node.op else kind_of(node) for node in graph.nodes],
        "args": graph.arguments,
        "data": [_number(node.data) if node.op is None else 0 for node in graph.nodes],
        "names": [names[node] for node in graph.nodes],
        "spelling": [names.spell(node) for node in graph.nodes],
        "tight": [names.precedence(node) for node in graph.nodes],
        "steps": [*([0, number[node]] for node in free), *([1, number[node]] for node in back)],  # as a Stepper's
        "trained": [number[leaf] for leaf in trained if kind_of(leaf) == LEAF and leaf in number],
        "home": graph.home,
        "parents": graph.parent,
        "titles": graph.titles,
    }


def _knowledge(graph: Graph, words: dict[str, dict[str, str]]) -> Any:
    """What the page must know about ops and languages to say and write what the stepper does."""
    return {
        "words": words,
        "ops": [
            _written(op) | {"sentence": op.name, "truth": op.gives == "condition"} for op, count in _variants(graph)
        ],
        "primitives": {name: _written(OPS[name]) for name in sorted(_told_ops(graph))},
        "icons": {name: ICONS[name] for name in _USED_ICONS},
        "atom": naming.ATOM,
        "minus": OPS["neg"].precedence,
        "operands": naming.MOST_OPERANDS,
        "flows": sentences.MOST_FLOWS,
        "longest": LONGEST_FORMULA,
        "longestWrittenOut": LONGEST_WRITTEN_OUT,
        "longestBeside": sentences.LONGEST_BESIDE,
        "mostPaths": MOST_PATHS,
        "particles": _particle_tables(),
    }


def _told_ops(graph: Graph) -> set[str]:
    """The ops with which the graph's formulas are written."""
    told = "".join(formulas_function(op, count) + _written_out(op, count) for op, count in _variants(graph))
    return {name for name in re.findall(r'\("(\w+)",', told) if name in OPS}


def _written(op: Op) -> dict[str, Any]:
    return {"symbol": op.symbol, "tight": op.precedence, "arity": op.arity}


def _number(x: Any) -> float | str:
    """A float as JSON has it; inf and nan, which it has not, as text."""
    number = float(x)
    return number if math.isfinite(number) else str(number)


def _words(graph: Graph, lang: str) -> dict[str, str]:
    """The templates that this page can need: its own, the stepper's, and the rules of the ops in the graph."""
    known: dict[str, str] = {}
    for code in (*languages(), lang):  # what a language lacks is said in another, as `locale.translate` does it
        known |= catalog(code)
    own = {node.op.name for node in graph.nodes if node.op}
    rules = {f"stepper.rule.{name}{state}" for name in own for state in ("", ".closed", ".open")}
    rules |= {f"stepper.forward.{name}" for name in own}
    return {
        key: text
        for key, text in known.items()
        if key == "join" or key in rules or key.startswith("livepage.") or _is_sentence(key)
    }


_OF_OPS_OR_ELSEWHERE = ("stepper.rule.", "stepper.forward.", "stepper.view.")


def _is_sentence(key: str) -> bool:
    """Whether the template is one of the stepper's for any op."""
    general = key in ("stepper.rule.closed", "stepper.rule.open")
    return general or (key.startswith("stepper.") and not key.startswith(_OF_OPS_OR_ELSEWHERE))


def _particle_tables() -> dict[str, Any]:
    """The tables and patterns of `locale.particles`, for the page's copy of its reading."""
    return {
        "digits": particles.DIGITS,
        "letters": particles.LETTERS,
        "greek": particles.GREEK,
        "units": particles.UNITS,
        "words": particles.WORDS,
        "endings": particles.ENDINGS,
        "patterns": {
            "skipped": particles._SKIPPED.pattern,
            "word": particles._LAST_WORD.pattern,
            "fraction": particles._FRACTION.pattern,
            "whole": particles._WHOLE_NUMBER.pattern,
        },
    }
