"""What every view of a graph needs: the stepper, the drawing and the live page build on it.

The package reads in this order
    names.py      what the nodes are called, and how numbers are written
    structure.py  Graph: the nodes in order, the nn modules around them, which leaves are parameters
    layout.py     how wide a text is; DOT -> SVG, by Graphviz or by the function given to `set_renderer`

>>> from micrograd_kr import Value
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> graph = Graph(a * b + 10.0)
>>> [(graph.names[node], graph.kind(node)) for node in graph.nodes]
[('a', 'input'), ('b', 'input'), ('a * b', 'operation'), ('10', 'constant'), ('out', 'operation')]
"""

from .layout import FONT_FAMILY, one_line, printable, render_dot, set_renderer, shortened, svg_of, text_width
from .names import ATOM, Names, bracketed, format_number, joined, number_precedence, readable_label
from .structure import Graph, Group, common, names_of

__all__ = [
    "ATOM",
    "FONT_FAMILY",
    "Graph",
    "Group",
    "Names",
    "bracketed",
    "common",
    "format_number",
    "joined",
    "names_of",
    "number_precedence",
    "one_line",
    "printable",
    "readable_label",
    "render_dot",
    "set_renderer",
    "shortened",
    "svg_of",
    "text_width",
]
