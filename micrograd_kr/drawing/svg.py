"""The SVG that Graphviz wrote, made ready to be read: tooltips, classes for the numbers, and colours for the dark.

Each line of a box becomes `<text class="title">`, `<text class="data">` or `<text class="grad">`; in the latter two the
number is a `<tspan class="number">` of its own, so that a page can change `#n4 .data .number`.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

_SVG = "http://www.w3.org/2000/svg"
_BOXES = ("input", "parameter", "constant", "operation", "module")

# The light colours stand in the elements themselves, so that a viewer without CSS shows them too.
_STYLE = """
.micrograd-kr .title { font-weight: 600 }
.micrograd-kr .constant .title { font-weight: 400 }
.micrograd-kr .name { fill: #667085 }
.micrograd-kr .data .number { fill: #1c4f91 }
.micrograd-kr .grad .number { fill: #b42318 }
@media (prefers-color-scheme: dark) {
  .micrograd-kr .graph > polygon { fill: #12161c }
  .micrograd-kr text { fill: #e6e9ee }
  .micrograd-kr .name, .micrograd-kr .constant .title, .micrograd-kr .frame text { fill: #a3adba }
  .micrograd-kr .data .number { fill: #8cbcff }
  .micrograd-kr .grad .number { fill: #ff9d92 }
  .micrograd-kr .operation > path, .micrograd-kr .operation > polygon { fill: #1d232c; stroke: #6b7686 }
  .micrograd-kr .operation > polyline { stroke: #6b7686 }
  .micrograd-kr .constant > path, .micrograd-kr .constant > polygon { fill: #171c23; stroke: #6b7686 }
  .micrograd-kr .constant > polyline { stroke: #6b7686 }
  .micrograd-kr .input > path, .micrograd-kr .input > polygon { fill: #15273f; stroke: #5b8def }
  .micrograd-kr .input > polyline { stroke: #5b8def }
  .micrograd-kr .parameter > path, .micrograd-kr .parameter > polygon { fill: #33270f; stroke: #d39b2f }
  .micrograd-kr .parameter > polyline { stroke: #d39b2f }
  .micrograd-kr .module > path, .micrograd-kr .module > polygon { fill: #271f40; stroke: #9d86e0 }
  .micrograd-kr .module > polyline { stroke: #9d86e0 }
  .micrograd-kr .output > path, .micrograd-kr .output > polygon { fill: #12301f; stroke: #3fb673 }
  .micrograd-kr .output > polyline { stroke: #3fb673 }
  .micrograd-kr .frame > path { fill: #161b22; stroke: #39424e }
  .micrograd-kr .edge > path { stroke: #7d8897 }
  .micrograd-kr .edge > polygon { fill: #7d8897; stroke: #7d8897 }
}
"""


def polished(svg: str, tooltips: Mapping[str, str]) -> str:
    """The picture as it is shown, with a tooltip on the elements that have one, by their ids."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(svg)
    root.set("class", "micrograd-kr")
    style = ElementTree.Element(f"{{{_SVG}}}style")
    style.text = _STYLE
    root.insert(0, style)
    for element in root.iter(f"{{{_SVG}}}g"):
        classes = element.get("class", "").split()
        title = element.find(f"{{{_SVG}}}title")
        if title is not None:
            title.text = tooltips.get(element.get("id", ""), "")
            if "edge" in classes:
                element.remove(title)
        if any(kind in classes for kind in _BOXES):
            _mark_lines(element)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n{text}\n'


def _mark_lines(element: ElementTree.Element) -> None:
    """Say what each line of a box is: the title, then the two numbers, then what else there is."""
    lines = element.findall(f"{{{_SVG}}}text")
    for index, line in enumerate(lines):
        line.set("class", "title" if index == 0 else "note")
    if len(lines) >= 3:
        for line, kind in zip(lines[1:3], ("data", "grad"), strict=True):
            line.set("class", kind)
            name, _, number = (line.text or "").partition(" ")
            line.text = ""
            for part, text in (("name", name + " "), ("number", number)):
                ElementTree.SubElement(line, f"{{{_SVG}}}tspan", {"class": part}).text = text
