"""draw(root): the computation graph as a picture, rendered without a Graphviz that would have to be installed.

The package reads in this order
    expansion.py       the steps inside one node
    parts.py           all that may be drawn: Values, and steps inside them
    captions.py        what is written in a box
    picture.py         which boxes and arrows there are
    source.py          the picture as DOT
    svg.py, png.py     the SVG made ready to be read; SVG as PNG
    drawing_object.py  the graphviz.Digraph that draw returns

`set_renderer` lets another layout engine than Graphviz draw.

>>> from micrograd_kr import Value, draw
>>> x = Value(2.0, label="x")
>>> drawing = draw(x * x, lang="en")
>>> [edge in drawing.source for edge in ('id="e1-0"', 'id="e1-1"', 'id="e1-2"')]
[True, True, False]
>>> drawing.pipe(format="svg")[:5]
b'<?xml'
"""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from ..engine import Value, topological_order
from ..graph import set_renderer
from ..locale import language
from .picture import Picture

if TYPE_CHECKING:
    from .drawing_object import Drawing

__all__ = ["Drawing", "draw", "set_renderer"]

MAX_NODES = 2_000
_DIRECTIONS = ("LR", "TB", "RL", "BT")


def draw(
    root: Value,
    *,
    path: str | os.PathLike[str] | None = None,
    expand: bool | Value | Collection[Value] = False,
    collapse: Any = None,
    rankdir: str = "LR",
    max_nodes: int | None = MAX_NODES,
    lang: str | None = None,
) -> Drawing:
    """Draw the computation graph of a Value: a box for each Value, with its name, its number and its gradient.

    Args:
        root: the output.
        path: a file to write as well, of the kind that its suffix names: .svg, .png, .gv or .dot.
        expand: True to draw every `dot` and `sum` as the steps it is made of; or the nodes to draw so, of any op.
        collapse: True to draw each outermost nn module as one box, False for none; or the modules to draw so
            (themselves, or what they are called in the drawing). None: in a large graph the innermost, then those
            around them, until it is readable.
        rankdir: the direction of computation: "LR", "TB", "RL" or "BT".
        max_nodes: how many boxes there may be; None for any number.
        lang: "ko" or "en".

    Returns:
        A graphviz.Digraph: `.pipe("svg")`, `.render(...)`, `.source`, `.write("graph.png")`; Jupyter shows it.

    Raises:
        TypeError: root is no Value.
        ValueError: the graph is too large to be drawn, or an argument is not one of those above.
        RuntimeError: path is given, and there is no renderer.

    >>> from micrograd_kr import tanh
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> out = tanh(a * b)
    >>> out.backward()
    >>> drawing = draw(out, lang="en")
    >>> drawing.ids[a], drawing.ids[out], "a * b|data -6|" in drawing.source
    ('n0', 'n3', True)
    """
    _check_root(root)
    expand = [expand] if isinstance(expand, Value) else expand
    if not isinstance(collapse, bool | list | tuple | set | frozenset | None):
        collapse = [collapse]
    if rankdir not in _DIRECTIONS:
        raise ValueError(f"rankdir is one of {', '.join(_DIRECTIONS)}, not {rankdir!r}")
    lang = language(lang)
    if max_nodes is not None:
        _check_size(root, max_nodes, collapse)
    picture = Picture(root, expand, collapse, lang)
    if max_nodes is not None and picture.count > max_nodes:
        raise _too_large(picture.size, picture.count, max_nodes)
    from .drawing_object import Drawing  # here, as it imports the package graphviz

    drawing = Drawing.of(picture, rankdir)
    if path is not None:
        drawing.write(path)
    return drawing


def __getattr__(name: str) -> Any:
    if name == "Drawing":
        from .drawing_object import Drawing

        return Drawing
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _check_root(root: object) -> None:
    if not isinstance(root, Value):
        hint = ": draw one of them" if isinstance(root, list | tuple) else ""
        raise TypeError(
            f"draw takes the Value at the end of a computation, not the {type(root).__name__} {root!r:.60}{hint}"
        )


def _check_size(root: Value, max_nodes: int, collapse: Any) -> None:
    """Refuse a huge graph before anything is built for it: after one walk, by the boxes that it has at the least."""
    order = [node for node in topological_order(root) if node.op is not None]
    if len(order) <= max_nodes:
        return
    if collapse is False:
        raise _too_large(len(order), len(order), max_nodes)
    modules = set()
    free = 0
    for node in order:
        scope = node.scope
        if scope is None:
            free += 1
            continue
        while scope[1] is not None:
            scope = scope[1]
        modules.add(id(scope))
    if free + len(modules) > max_nodes:
        raise _too_large(len(order), free + len(modules), max_nodes)


def _too_large(size: int, boxes: int, max_nodes: int) -> ValueError:
    collapsed = f" ({boxes:,} boxes with the modules collapsed)" if boxes < size else ""
    return ValueError(
        f"the graph has at least {size:,} nodes{collapsed}, too many to be drawn with max_nodes={max_nodes:,}: "
        "draw a part of it, such as draw(root.args[0]) or the output of one module or of one example; "
        "collapse its modules (collapse=True); or ask for all of it with "
        "draw(root, max_nodes=None), whose .source is DOT text for another program"
    )
