"""Drawings: what the SVG holds, that every text fits into its box, and that nothing is needed but the wheels."""

import math
import os
import re
import subprocess
import sys
import warnings
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import graphviz
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrograd_kr import Value, dot, draw, nn, relu, tanh
from micrograd_kr.drawing import png
from micrograd_kr.engine import Constant, enter_scope, leave_scope, topological_order
from micrograd_kr.graph import layout, names_of, printable, text_width
from micrograd_kr.ops import OPS, define_op

HOSTILE = '<b>"가중치"|{x}</b>'


class Svg:
    """The parsed SVG of a drawing: its elements by id, and what is written in them."""

    def __init__(self, drawing):
        self.root = ElementTree.fromstring(drawing.pipe(format="svg"))
        self.groups = {group.get("id"): group for group in self.root.iter("{http://www.w3.org/2000/svg}g")}
        assert len(self.groups) == sum(1 for _ in self.root.iter("{http://www.w3.org/2000/svg}g")), "every id once"

    def of_class(self, name):
        return [id for id, group in self.groups.items() if name in group.get("class", "").split()]

    def lines(self, id):
        return ["".join(text.itertext()).replace("\xa0", " ") for text in self.groups[id].findall("{*}text")]

    def tooltip(self, id):
        return self.groups[id].find("{*}title").text

    def corners(self, id):
        """The left, upper, right and lower end of a box or frame, in points."""
        shape = next(child for child in self.groups[id] if child.tag.endswith(("path", "polygon")))
        points = re.findall(r"(-?[\d.]+),(-?[\d.]+)", shape.get("points") or shape.get("d"))
        xs, ys = [[float(number) for number in numbers] for numbers in zip(*points, strict=True)]
        return min(xs), min(ys), max(xs), max(ys)

    def width(self, id):
        left, _, right, _ = self.corners(id)
        return right - left


def inside(svg, one, other):
    left, top, right, bottom = svg.corners(one)
    around = svg.corners(other)
    return around[0] < left and around[1] < top and right < around[2] and bottom < around[3]


def expression():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    out = tanh(a * b + 10.0) * a
    out.label = "손실"
    return a, b, out


def classes_of(svg, id):
    return svg.groups[id].get("class").split()


# --- the picture ----------------------------------------------------------------------------------------------------


def test_it_is_a_digraph_with_a_box_for_each_value_and_an_arrow_for_each_operand():
    _, _, out = expression()
    out.backward()
    drawing = draw(out, lang="en")
    assert isinstance(drawing, graphviz.Digraph)
    svg, order = Svg(drawing), topological_order(out)
    number = {node: index for index, node in enumerate(order)}
    arrows = {f"e{number[node]}-{index}" for node in order for index in range(len(node.args))}
    assert set(svg.of_class("node")) == {f"n{index}" for index in number.values()} == set(drawing.ids.values())
    assert set(svg.of_class("edge")) == arrows
    for node in order:
        id = drawing.ids[node]
        title, *rows = svg.lines(id)
        if isinstance(node, Constant):
            assert (title, rows, classes_of(svg, id)) == ("10", [], ["node", "constant"])
        else:
            name, _, shown = title.partition(" = ")
            assert name == names_of(out)[node]
            assert shown == (names_of(out).spell(node) if shown else "")
            data, grad = [float(row.split()[1]) for row in rows]
            assert math.isclose(data, node.data, rel_tol=1e-4)
            assert math.isclose(grad, node.grad, rel_tol=1e-4)
            assert "input" in classes_of(svg, id) if node.op is None else "operation" in classes_of(svg, id)
            assert repr(node.data) in svg.tooltip(id)
    assert svg.of_class("output") == [drawing.ids[out]]


def test_a_square_has_two_arrows():
    x = Value(3.0)
    assert Svg(draw(x * x)).of_class("edge") == ["e1-0", "e1-1"]


def test_a_leaf_alone_and_every_direction():
    assert len(Svg(draw(Value(2.0))).of_class("node")) == 1
    for rankdir in ("LR", "TB", "RL", "BT"):
        assert Svg(draw(-Value(2.0), rankdir=rankdir)).of_class("edge") == ["e1-0"]
    with pytest.raises(ValueError, match="rankdir"):
        draw(Value(2.0), rankdir="left")


def test_before_backward_the_gradient_is_a_dash_and_after_it_a_zero_is_a_zero():
    x = Value(-1.0, label="x")
    out = relu(x) * 1.0
    svg = Svg(draw(out, lang="en"))
    assert {svg.lines(id)[2] for id in svg.of_class("operation")} == {"grad –"}
    out.backward()
    drawing = draw(out, lang="ko")
    assert Svg(drawing).lines(drawing.ids[x]) == ["x", "값 -1", "기울기 0"]


def test_a_zero_that_backward_left_is_known_also_in_a_part_of_the_graph():
    part = Value(2.0) * 3.0
    (part * 0.0).backward()
    drawing = draw(part, lang="en")
    assert Svg(drawing).lines(drawing.ids[part])[2] == "grad 0"


def test_a_leaf_that_changed_after_the_forward_pass_shows_both_numbers():
    x = Value(2.0, label="x")
    out = x * 3
    x.data = 5.0
    drawing = draw(out, lang="en")
    assert Svg(drawing).lines(drawing.ids[x])[1] == "data 5 (when computed 2)"


def each_op():
    for op in OPS.values():
        count = op.arity or 5
        yield op, [Value(0.25 + 0.125 * index) for index in range(count)]


def test_every_op_of_the_table_and_one_of_ones_own_is_drawn_and_expanded():
    op = define_op("mean_of", lambda *xs: sum(xs[1:], xs[0]) / len(xs), lambda out, *xs: (1 / len(xs),) * len(xs))
    try:
        cases = list(each_op())
        assert op in [one for one, _ in cases]
        for one, xs in cases:
            out = one(*xs)
            out.backward()
            folded, expanded = draw(out), draw(out, expand=[out])
            assert len(Svg(folded).of_class("edge")) == len(xs), one
            svg = Svg(expanded)
            assert svg.lines(expanded.ids[out])[1:] == Svg(folded).lines(folded.ids[out])[1:], one
            assert all(expanded.ids[x] in svg.groups for x in xs), one
        assert len(Svg(draw(op(*xs[:3]), expand=True)).of_class("operation")) == 3  # two sums and a quotient
    finally:
        del OPS["mean_of"]


def test_a_dot_is_one_box_and_on_request_its_products():
    w, x, b = [Value(2.0), Value(3.0)], [Value(5.0), 7.0], Value(0.5)
    inner = dot(w, x, b)
    out = inner * 4.0
    out.backward()
    assert len(Svg(draw(out)).of_class("operation")) == 2
    for expand in (True, inner, [inner]):
        drawing = draw(out, expand=expand, lang="en")
        svg = Svg(drawing)
        rows = {tuple(svg.lines(id)[1:]) for id in svg.of_class("operation")}
        assert rows == {(f"data {data}", f"grad {grad}") for data, grad in
                        [(10, 4), (21, 4), (10.5, 4), (31.5, 4), (126, 1)]}  # fmt: skip
        assert svg.lines(drawing.ids[inner])[1] == "data 31.5"
        assert len(svg.of_class("edge")) == 10


# --- labels and numbers ---------------------------------------------------------------------------------------------


def assert_fits(svg):
    for kind in ("node", "frame"):
        for id in svg.of_class(kind):
            for line in svg.lines(id):
                assert text_width(line, 11) + 2 < svg.width(id), (id, line)


LABELS = [
    HOSTILE,
    r"a\nb\l\N\G\\",
    "&amp;&#48;<br/>",
    '"; } digraph {',
    "<<b>>",
    "{|}",
    "]]>-->",
    "%",
    "가" * 24,
    "W" * 24,
]


@pytest.mark.parametrize("label", [*LABELS, "가" * 24, "W" * 24])
def test_a_hostile_label_is_shown_as_it_is_and_fits(label):
    value = Value(1.0, label=label)
    out = value.exp()
    drawing = draw(out)
    svg = Svg(drawing)
    assert svg.lines(drawing.ids[value])[0] == label
    assert svg.tooltip(drawing.ids[value]).split("\n")[0] == label
    assert len(svg.of_class("node")) == 2
    assert len(svg.of_class("edge")) == 1
    assert_fits(svg)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(codec=None)), min_size=4, max_size=4))
def test_any_label_gives_a_sound_svg_that_tells_it(labels):
    values = [Value(1.0, label=label) for label in labels]
    drawing = draw(sum(values, Value(0.0)))
    svg = Svg(drawing)
    for value in values:
        if value.label:
            told = svg.tooltip(drawing.ids[value])
            assert told.startswith(printable(value.label)[:400]), told
        assert len(svg.lines(drawing.ids[value])) == 3
    assert_fits(svg)


def test_every_kind_of_number_is_short():
    numbers = [
        1e300,
        -1.2345678e-300,
        math.nan,
        -math.inf,
        10**5000,
        Fraction(1, 3),
        Fraction(10**40, 7),
        1e-10 + 1e22j,
    ]
    for module, make in {
        "numpy": lambda numpy: numpy.arange(5000.0),
        "sympy": lambda sympy: sum(sympy.Symbol(f"x{index}") ** index for index in range(50)),
        "mpmath": lambda mpmath: mpmath.mpf(1) / 3,
    }.items():
        try:
            numbers.append(make(__import__(module)))
        except ImportError:
            continue
    for number in numbers:
        svg = Svg(draw(Value(number, label="x"), lang="ko"))
        assert_fits(svg)
        assert svg.width("n0") < 360


def test_hangul_is_an_em_wide_and_marks_take_no_room():
    assert 9.4 * 2 <= text_width("손실", 10) <= 22
    assert text_width("e\u0301", 10) == text_width("e", 10)


def font_file(*names):
    folders = [Path("/usr/share/fonts"), Path("/System/Library/Fonts"), Path("C:/Windows/Fonts")]
    found = [path for folder in folders for name in names for path in folder.rglob(name)]
    return found[0] if found else pytest.skip(f"none of the fonts {names} is here")


@pytest.mark.parametrize("name", ["DejaVuSans.ttf", "NanumGothic.ttf", "LiberationSans-Regular.ttf", "malgun.ttf"])
def test_the_width_table_has_room_for_real_fonts(name):
    image_font = pytest.importorskip("PIL.ImageFont")
    font = image_font.truetype(str(font_file(name)), 1000)
    for text in ("data -1.2346e-300", "v12 = tanh(a * b + c)", "wWmM@%", HOSTILE if "Nanum" in name else "<b>|{x}</b>"):
        assert font.getlength(text) <= text_width(text, 1000), text


# --- modules --------------------------------------------------------------------------------------------------------


def test_frames_follow_the_modules_and_parameters_stand_in_theirs():
    model = nn.MLP(2, [3, 1])
    x = [Value(1.0, label="x1"), Value(2.0, label="x2")]
    out = model(x)
    drawing = draw(out)
    svg = Svg(drawing)
    frames = {id: svg.lines(id)[0] for id in svg.of_class("frame")}
    assert sorted(frames.values()) == sorted(
        ["MLP", "layer 0", "neuron 0", "neuron 1", "neuron 2", "layer 1", "neuron 0"]
    )
    parameter = drawing.ids[model.layers[0].neurons[1].w[1]]
    assert svg.lines(parameter)[0] == "layer0.neuron1.w1"
    assert "parameter" in classes_of(svg, parameter)
    assert "input" in classes_of(svg, drawing.ids[x[0]])
    around = [frames[id] for id in frames if inside(svg, parameter, id)]
    assert sorted(around) == ["MLP", "layer 0", "neuron 1"]
    assert_fits(svg)


class Line:
    """A module that is none of nn's: a scope is whatever was entered."""

    def __init__(self):
        self.slope, self.parts = Value(2.0), {"안쪽": Value(1.0)}

    def __call__(self, x):
        outer = enter_scope(self)
        try:
            return self.slope * x + self.parts["안쪽"]
        finally:
            leave_scope(outer)


def test_any_module_is_named_by_what_it_is_or_where_it_stands():
    line = Line()
    svg = Svg(draw(line(line(Value(1.0, label="x")))))
    assert [svg.lines(id) for id in svg.of_class("frame")] == [["Line"], ["Line"]]
    titles = [svg.lines(id)[0] for id in svg.of_class("parameter")]
    assert titles == ["slope", "parts[안쪽]"]
    named = type("가중치와편향이있는긴이름의모듈", (nn.Module,), {"forward": lambda self, x: -x})()
    assert_fits(Svg(draw(named(Value(1.0)), lang="ko")))
    assert "slope * x" in " ".join(svg.lines(id)[0] for id in svg.of_class("operation"))


def test_a_number_that_several_modules_share_stands_in_none_of_them():
    svg = Svg(draw(nn.Layer(1, 3)([2.0])[0] * 1.0 + nn.Layer(1, 1)([1.0])))
    assert len(svg.of_class("frame")) == 4  # of the first layer only one neuron counts
    layer = nn.Layer(1, 2)
    first, second = layer([2.0])
    svg = Svg(draw(first + second))
    (number,) = svg.of_class("constant")
    neurons = [id for id in svg.of_class("frame") if svg.lines(id)[0].startswith("neuron")]
    assert len(neurons) == 2
    assert all(not inside(svg, number, neuron) for neuron in neurons)
    assert inside(svg, number, next(id for id in svg.of_class("frame") if svg.lines(id) == ["Layer"]))


def test_modules_collapse_on_request():
    model = nn.MLP(2, [3, 1])
    x = [Value(1.0), Value(2.0)]
    out = model(x)
    out.backward()
    whole = Svg(draw(out, collapse=True, lang="en"))
    assert len(whole.of_class("node")) == 3
    assert whole.lines(whole.of_class("module")[0])[0] == "MLP"
    by_name, by_module = [Svg(draw(out, collapse=one)) for one in ("layer 0", model.layers[0])]
    assert by_name.groups.keys() == by_module.groups.keys()
    (box,) = by_name.of_class("module")
    assert by_name.lines(box) == ["layer 0", f"{len(model.layers[0].parameters()) + 6} values"]
    assert [len(by_name.of_class(kind)) for kind in ("input", "edge")] == [2, 2 + 1 + 3 + 1]
    assert len(Svg(draw(out, collapse=[model.layers[0].neurons[2], "layer 1"])).of_class("module")) == 2
    with pytest.raises(ValueError, match=r"no module called layer 7.*MLP > layer 0"):
        draw(out, collapse="layer 7")


def test_a_large_model_collapses_from_the_inside_until_it_is_readable():
    small, large, larger = [nn.MLP(4, sizes)([1.0] * 4) for sizes in ([3, 1], [24, 24, 1], [100, 100, 1])]
    assert not Svg(draw(small)).of_class("module")
    svg = Svg(draw(large))
    assert {svg.lines(id)[0].split()[0] for id in svg.of_class("module")} == {"neuron"}
    svg = Svg(draw(larger))
    assert {svg.lines(id)[0] for id in svg.of_class("module")} == {"layer 0", "layer 1", "layer 2"}
    assert len(draw(larger, collapse=False, max_nodes=None).source) > 1_000_000


# --- size -----------------------------------------------------------------------------------------------------------


def chain(length):
    out = Value(0.0, label="x")
    for _ in range(length):
        out = out + 1.0
    return out


def test_a_huge_graph_is_refused_with_its_size_and_what_can_be_done():
    out = chain(20_000)
    with pytest.raises(ValueError, match=r"20,000 nodes.*root\.args\[0\].*collapse=True.*max_nodes=None"):
        draw(out)
    assert "n4000" in draw(chain(2_000), max_nodes=None).source
    with pytest.raises(ValueError, match="max_nodes=3"):
        draw(chain(3), max_nodes=3)
    line = Line()
    many = sum([line(1.0) for _ in range(500)], Value(0.0))
    with pytest.raises(ValueError, match=r"1,500 nodes \(1,000 boxes with the modules collapsed\)"):
        draw(many, max_nodes=400)


def test_a_thousand_nodes_are_drawn():
    assert len(Svg(draw(chain(500))).of_class("node")) == 1001


def test_what_is_no_value_is_refused():
    with pytest.raises(TypeError, match="list.*draw one of them"):
        draw([Value(1.0)])
    with pytest.raises(TypeError, match="str 'a'"):
        draw("a")


# --- files ----------------------------------------------------------------------------------------------------------

WITHOUT_PATH = f"""
import sys, pathlib
from micrograd_kr import Value, draw
out = Value(2.0, label="{HOSTILE.replace('"', chr(92) + '"')}") * 3
drawing = draw(out, path="그림 하나.svg")
assert pathlib.Path("그림 하나.svg").read_bytes() == drawing.pipe()
print(drawing.render("폴더 둘/그래프", cleanup=True))
print(drawing.render(outfile="밖 셋.svg"))
assert "image/svg+xml" in drawing._repr_mimebundle_() and drawing._repr_svg_().startswith("<?xml")
"""


def test_it_renders_with_an_empty_path(tmp_path):
    environment = {**os.environ, "PATH": "", "PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", WITHOUT_PATH]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    for line in done.stdout.split("\n")[:2]:
        ElementTree.parse(tmp_path / line)
    assert not (tmp_path / "폴더 둘" / "그래프").exists()
    assert (tmp_path / "밖 셋.gv").exists()


def test_the_system_dot_is_the_fallback_and_without_it_one_error_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(layout, "_program_found", None)
    monkeypatch.setattr(layout, "_installed_programs", lambda: iter([tmp_path / "gone"]))
    monkeypatch.setattr(layout.shutil, "which", lambda name: f"/somewhere/{name}")
    assert layout.renderer() == ["/somewhere/dot"]
    monkeypatch.setattr(layout.shutil, "which", lambda name: None)
    drawing = draw(Value(1.0), path=tmp_path / "graph.gv")
    assert (tmp_path / "graph.gv").read_text(encoding="utf-8") == drawing.source
    with pytest.raises(RuntimeError, match="pip install graphviz-pure"):
        drawing.pipe()


def test_the_suffix_tells_what_to_write(tmp_path):
    for name in ("graph.jpg", "graph", "graph.pdf"):
        with pytest.raises(ValueError, match=r"\.svg, \.png, \.gv, \.dot"):
            draw(Value(1.0), path=tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    assert b"plain" not in draw(Value(1.0)).pipe("plain")


def test_a_layout_that_never_ends_is_given_up(monkeypatch):
    def run(command, timeout, **_):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(layout.subprocess, "run", run)
    with pytest.raises(RuntimeError, match=r"within 120 seconds.*collapse=True"):
        draw(Value(1.0)).pipe()


def test_a_broken_source_is_told():
    drawing = draw(Value(1.0))
    drawing.body.append("a -> -> b")
    with pytest.raises(RuntimeError, match="syntax error"):
        drawing.pipe()


def has_a_font():
    try:
        return bool(png._sans_serif_family())
    except RuntimeError:
        return False


def test_a_png_shows_the_text(tmp_path, monkeypatch):
    pytest.importorskip("resvg_py")
    if not has_a_font():
        pytest.skip("no font here")
    images = [draw(Value(1.0, label=label)).pipe("png") for label in ("ab", "ba")]
    assert images[0].startswith(b"\x89PNG")
    assert images[0] != images[1]
    monkeypatch.setattr(png, "_is_missing", lambda character: "가" <= character <= "힣")
    monkeypatch.setattr(png, "_has_warned", False)
    korean = draw(Value(1.0, label="가격"), lang="en")
    with pytest.warns(UserWarning, match="'가격'.*fonts-nanum"):
        korean.write(tmp_path / "한글.png")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert korean.pipe("png") == (tmp_path / "한글.png").read_bytes()
    with pytest.raises(ValueError, match=r"too large for a PNG.*\.svg"):
        png.svg_to_png('<svg width="90000pt" height="90000pt" xmlns="http://www.w3.org/2000/svg"/>')


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    monkeypatch.setattr(png, "_sans_serif_family", lambda: "Arial")
    monkeypatch.setattr(png, "_is_missing", lambda character: False)
    with pytest.raises(ImportError, match=r'pip install "resvg-py>=.*"\.\[png\]"'):
        draw(Value(1.0)).pipe("png")
