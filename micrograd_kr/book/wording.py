r"""The code of a chapter with its words put in, for a reader of one language and for notebooks.

>>> print(worded('say("onward", right=size(80, small=8), count=88)  # 1,000 dollars', "03_linear_regression", "ko"))
print(f"새 특성만 보고 {88}채 가운데 {80}채를 맞혔습니다. (배울 때 본 집이므로 훈련 데이터의 정확도)")  # 천 달러
>>> print(worded('show("two_lines", canvas)', "03_linear_regression", "en"))
show("two_lines", canvas, caption="Two lines and the error of each house. The cost of 140 × size + 10 is lower")
"""

from __future__ import annotations

import ast
import functools
import io
import json
import re
import string
import tokenize
from collections.abc import Iterable, Iterator

from .prose import prose_of, template

Edit = tuple[int, int, str]  # from, to (in characters), and the new text

_PUT_IN = ("label", "say", "size")  # whose calls a reader does not see


@functools.cache
def worded(source: str, chapter: str, lang: str, small: bool | None = False) -> str:
    """The code with `say` as `print`, labels and captions as text, one size, and comments in the language."""
    if small is not None:
        source = _edited(source, _sizes(source, small))
    source = _edited(source, [*_calls(source, chapter, lang), *_comments(source, chapter, lang)])
    return _edited(source, _imports(source)).strip("\n")


def _edited(source: str, edits: Iterable[Edit]) -> str:
    for start, end, text in sorted(edits, reverse=True):
        source = source[:start] + text + source[end:]
    return source


def _starts(source: str) -> list[int]:
    """Where each line begins."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _span(node: ast.expr, source: str) -> tuple[int, int]:
    starts, lines = _starts(source), source.splitlines()

    def place(line: int, column: int) -> int:  # a syntax tree counts bytes
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    return place(node.lineno, node.col_offset), place(node.end_lineno or 0, node.end_col_offset or 0)


def _calls(source: str, chapter: str, lang: str) -> Iterator[Edit]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(ast.Name("say" | "label" | "show" as name), [ast.Constant(str() as key), *others], pieces):
                found = template(chapter, key, lang)
                text = found and _literal(found[1], pieces, source)
                if text:
                    shown = "".join([f"{ast.get_source_segment(source, argument)}, " for argument in others])
                    written = {"say": f"print({text})", "label": text, "show": f'show("{key}", {shown}caption={text})'}
                    yield *_span(node, source), written[name]


def _sizes(source: str, small: bool) -> Iterator[Edit]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(ast.Name("size"), [full], [ast.keyword("small", little)]):
                yield *_span(node, source), ast.get_source_segment(source, little if small else full) or ""


def _imports(source: str) -> Iterator[Edit]:
    """Imports of the book without the names that are no longer in the code."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and node.module == "micrograd_kr.book":
            names = [alias.name for alias in node.names]
            left = [name for name in names if name not in _PUT_IN or re.search(rf"(?<!\.)\b{name}\(", source)]
            if left != names:
                starts, lines = _starts(source), source.splitlines(keepends=True)
                text = f"from {node.module} import {', '.join(left)}\n" if left else ""
                last = node.end_lineno or node.lineno
                yield starts[node.lineno - 1], starts[last - 1] + len(lines[last - 1]), text


def _literal(template: str, pieces: list[ast.keyword], source: str) -> str | None:
    """The template as Python writes it, an f-string over what the call gave; None if there is no way to write it."""
    values = {piece.arg: piece.value for piece in pieces}
    written = []
    for text, name, spec, _ in string.Formatter().parse(template):
        quoted = json.dumps(text, ensure_ascii=False)[1:-1]
        written.append(quoted.replace("{", "{{").replace("}", "}}") if values else quoted)
        if name is not None:
            value = ast.get_source_segment(source, values[name]) or ""
            if '"' in value:
                value = ast.unparse(values[name])  # in single quotes
            if '"' in value or "/" in (spec or ""):
                return None
            written.append(f"{{{value}:{spec}}}" if spec else f"{{{value}}}")
    return f'{"f" if values else ""}"{"".join(written)}"'


def _comments(source: str, chapter: str, lang: str) -> Iterator[Edit]:
    """Comments and docstrings for which the language has words."""
    words, starts = prose_of(chapter, lang).words, _starts(source)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        quotes = '"""' if token.type == tokenize.STRING else ""
        if token.type == tokenize.COMMENT or token.string.startswith('"""'):
            said = token.string.removeprefix("#").strip('" ')
            if said in words:
                text = f"{quotes}{words[said]}{quotes}" if quotes else f"# {words[said]}"
                yield starts[token.start[0] - 1] + token.start[1], starts[token.end[0] - 1] + token.end[1], text
