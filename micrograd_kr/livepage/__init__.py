"""The live page: one HTML file in which a graph can be stepped, changed and trained, with nothing but a browser.

It reads in this order
    javascript.py  a number that writes JavaScript: the table's rules, in the page's language, with loops
    views.py       what each view shows, and where Graphviz puts it
    assembling.py  what every page is assembled from: a template, the bundles made from script/, rules and words
    document.py    page() and Page: the graph page, its views as SVG and its data
    training/      training_page(): the page on which a net learns

>>> from micrograd_kr import Value
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> live = page(a * b + a, lang="en")
>>> live
<Page of 4 nodes: .save("graph.html"), or .open() in the browser>
>>> live.html.startswith("<!doctype html>")
True
"""

from .document import MOST_NODES, Page, page
from .training import TrainingPage, training_page

__all__ = ["MOST_NODES", "Page", "TrainingPage", "page", "training_page"]
