"""The live page: its arithmetic, words and controls, in a real browser where there is one."""

import base64
import contextlib
import itertools
import json
import math
import random
import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from micrograd_kr import Stepper, Value, define_op, elementary, livepage, nn, page, sigmoid, where, why
from micrograd_kr.engine import topological_order
from micrograd_kr.graph import Graph, format_number, names_of
from micrograd_kr.interpreted import no_path
from micrograd_kr.livepage import MOST_NODES
from micrograd_kr.livepage.javascript import forward_function, partials_function
from micrograd_kr.livepage.views import lay_out, shared_parameters
from micrograd_kr.locale import translate
from micrograd_kr.ops import OPS, remove_op

HOSTILE = (
    "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\"'&{x}]]>\u2028"
)
SOURCE = Path(livepage.__file__).parent / "script"


def example(a=2.0, b=-3.0, c=10.0):
    a, b, c = Value(a, label="a"), Value(b, label="b"), Value(c, label="c")
    loss = ((a * b + c).tanh() * a + b * b).relu() ** 2 + sigmoid(a) / 4
    loss.label = "손실"
    return loss


def plain_script(name):
    """A module that imports nothing, as a script."""
    return re.sub("^export ", "", SOURCE.joinpath(name).read_text(encoding="utf-8"), flags=re.MULTILINE)


def leaves_of(root):
    return [node for node in topological_order(root) if type(node) is Value and node.op is None]


# --- without a browser ----------------------------------------------------------------------------------------------


def unpacked(html):
    """The page without its packed program, and the program."""
    packed = re.search(r'(<script type="text/plain" id="program">)(.*?)</script>', html).group(2)
    return html.replace(packed, ""), zlib.decompress(base64.b64decode(packed), -15).decode()


def test_page_is_one_file_that_asks_for_nothing(tmp_path):
    live = page(example(), tmp_path / "page.html", lang="ko")
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert html == live.html
    assert "default-src 'none'" in html
    plain, program = unpacked(html)
    for text in (plain, program):
        assert not re.search(
            r"https?:|//[a-z]|\bsrc=|url\((?!#)|@import|\son\w+=|javascript:|eval|innerHTML|Function\(", text
        )
    assert "unsafe" not in plain
    assert live.save(tmp_path / "named") == tmp_path / "named.html"


def test_the_scripts_types_hold_and_the_bundles_are_made_from_them():
    npm = shutil.which("npm")
    if npm is None or not SOURCE.joinpath("node_modules").is_dir():
        pytest.skip("there is no npm, or `npm ci` was not run in micrograd_kr/livepage/script")
    done = subprocess.run([npm, "run", "--silent", "check"], cwd=SOURCE, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr


def test_page_without_its_graph_is_at_most_64_kb():
    html = page(Value(1.0) + 1.0).html
    rest = re.sub(r'<svg class="view.*?</svg>|<script type="application/json".*?</script>', "", html, flags=re.DOTALL)
    assert len(rest.encode()) <= 64_000


def test_notebooks_get_a_frame_and_a_picture_behind_it():
    shown = page(example())._repr_html_()
    assert 'sandbox="allow-scripts"' in shown and "data:image/svg+xml;base64," in shown
    assert "allow-same-origin" not in shown


def test_graphs_that_are_too_large_are_refused_with_a_way_out():
    x = Value(0.5)
    for _ in range(MOST_NODES):
        x = x.sin()
    with pytest.raises(ValueError, match=r"2,001 nodes.*draw\(value\)"):
        page(x, lang="en")


@pytest.mark.parametrize(
    ("root", "kind", "words"),
    [
        ([Value(1.0)], TypeError, "one Value, got the list"),
        (Value(1j) * Value(2.0), TypeError, "real numbers"),
        (Value(10**400) + 1, ValueError, "too large"),
    ],
)
def test_wrong_roots_are_explained(root, kind, words):
    with pytest.raises(kind, match=words):
        page(root)


def test_wrong_options_are_explained():
    x = Value(1.0)
    y = x * 2
    for options, words in (
        ({"train": [y]}, "not a leaf"),
        ({"train": [Value(1.0)]}, "not a leaf"),
        ({"rate": math.nan}, "learning rate"),
        ({"rankdir": "up"}, "LR"),
        ({"lang": "fr"}, "fr"),
    ):
        with pytest.raises(ValueError, match=words):
            page(y, **options)


@pytest.mark.parametrize("theme", [0, 1, 2])
def test_text_in_the_picture_has_contrast_aa(theme):
    """axe cannot see through SVG: what stands on which fill is listed here."""

    def luminance(color):
        channels = [int(part, 16) / 255 for part in re.findall("..", color * 2 if len(color) == 3 else color)[:3]]
        return sum(
            share * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
            for share, c in zip((0.2126, 0.7152, 0.0722), channels, strict=True)
        )

    css = SOURCE.joinpath("graph", "page.css").read_text(encoding="utf-8")
    colors = dict(re.findall(r"--([\w-]+): #(\w+)", re.split("prefers-color-scheme: dark|@media print", css)[theme]))
    pairs = [
        (ink, fill)
        for ink in ("ink", "muted", "blue", "red", "violet")
        for fill in ("surface", "leaf", "module", "page")
    ]
    pairs += [("muted", "soft"), ("ink", "soft"), ("ink", "wrong"), ("muted", "wrong"), ("blue", "wrong")]
    pairs += [("amber", fill) for fill in ("surface", "leaf", "module", "wrong", "lit")] + [("on-blue", "blue")]
    for ink, fill in pairs:
        high, low = sorted((luminance(colors[ink]), luminance(colors[fill])), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, fill)


def test_a_rule_that_branches_is_told_to_use_where():
    op = define_op("branching", lambda x: x if x > 0 else -x, (lambda out, x: 1,))
    try:
        with pytest.raises(TypeError, match="branching.*where"):
            page(op(Value(1.0)))
    finally:
        remove_op("branching")


def test_a_function_without_javascript_is_named_and_keeps_no_other_page_from_being_made():
    lgamma = elementary.define_function("lgamma", math.lgamma)
    slope = elementary.define_function("lgamma_slope", lambda x: math.lgamma(x + 1e-6) * 1e6 - math.lgamma(x) * 1e6)
    op = define_op("log_gamma", lambda x: lgamma(x), (lambda out, x: slope(x),))
    try:
        x = Value(2.5, label="x")
        out = op(x)
        with pytest.raises(TypeError, match=r"(?s)log_gamma.*lgamma.*(?i:javascript)"):
            page(out)
        assert page(x * x).count == 2
        assert "log_gamma" in str(Stepper(out)) and "log_gamma" in Stepper(out).until(out).say("en")
    finally:
        remove_op("log_gamma")
        elementary.remove_function("lgamma")
        elementary.remove_function("lgamma_slope")


def test_long_sums_and_weighted_sums_are_loops():
    for name in ("sum", "dot"):
        short, long = (forward_function(OPS[name], n) + partials_function(OPS[name], n) for n in (101, 10001))
        assert "for(" in long and len(long) < len(short) + 60


@given(st.integers(2, 30), st.integers(0, 2**31))
@settings(max_examples=15, deadline=None)
def test_every_node_and_argument_is_drawn_once_in_the_view_of_its_module(size, seed):
    random.seed(seed)
    model = nn.MLP(2, [size, 2, 1])
    graph = Graph((model([Value(1.0), Value(2.0)]) - 1) ** 2)
    views = lay_out(graph, lambda item: (100.0, 60.0))
    nodes = [card.item[1] for view in views for card in view.cards if card.item[0] == "node"]
    assert sorted(nodes) == list(range(len(graph.nodes)))
    modules = [card.item[1] for view in views for card in view.cards if card.item[0] == "module"]
    opened = [frame.module.number for view in views for frame in view.frames]
    assert sorted(modules + opened) == list(range(1, len(graph.groups)))
    for view in views:
        for one, other in itertools.combinations(view.cards, 2):
            apart = (
                one.x + one.width <= other.x + 0.1
                or other.x + other.width <= one.x + 0.1
                or one.y + one.height <= other.y + 0.1
                or other.y + other.height <= one.y + 0.1
            )
            assert apart, f"{one} and {other} overlap"


def test_parameters_that_many_calls_share_stand_where_they_are_read():
    model = nn.MLP(2, [12, 1], seed=1)
    graph = Graph(sum((model([Value(0.1 * k), Value(1.0)]) - 1.0) ** 2 for k in range(6)))
    views = lay_out(graph, lambda item: (100.0, 60.0))
    for view in views:
        shown = {card.item for card in view.cards}
        assert all(edge.tail in shown and edge.head in shown for edge in view.edges)
    drawn = {card.item[1] for view in views for card in view.cards if card.item[0] == "node"}
    assert drawn == set(range(len(graph.nodes)))
    shared = shared_parameters(graph)
    assert shared
    assert not {("node", number) for number in shared} & {card.item for card in views[0].cards}


# --- in a browser ---------------------------------------------------------------------------------------------------


def gradients(root):
    """d root / d node for every node, by backward()."""
    nodes = topological_order(root)
    for node in nodes:
        node.grad = 0
    root.backward()
    return nodes


def expected(root):
    shown = {}
    for index, node in enumerate(gradients(root)):
        if node.op is not None or type(node) is Value:
            number = node.data if isinstance(node.data, bool) else float(node.data)
            shown[index] = (format_number(number), format_number(float(node.grad)))
    return shown


def assert_same(shown, build, point):
    """The page's digits are Python's or, where Python's own change with the last bit of an input, as near as that."""
    root = expected(build(point))
    assert shown.keys() == root.keys()
    if shown == root:
        return
    nearby = [expected(build([x * (1 + sign * 4e-16) for x in point])) for sign in (-1, 1, -2, 2)]
    for index, pair in root.items():
        for here, there, others in zip(
            shown[index], pair, zip(*(one[index] for one in nearby), strict=True), strict=True
        ):
            if here != there:
                spread = max(abs(float(other) - float(there)) for other in others)
                # a function of the page's own, such as erf, may differ in the last bit: what is left of two numbers
                # that cancel each other differs by that
                numbers = [abs(float(x)) for pair in root.values() for x in pair if x not in ("True", "False")]
                largest = max(filter(math.isfinite, numbers), default=0)
                assert abs(float(here) - float(there)) <= max(8 * spread, 1e-15 * largest), (index, here, there, others)


browser_settings = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.mark.browser
@given(data=st.data(), corners=st.booleans())
@browser_settings
def test_numbers_are_pythons_after_any_change(tab, data, corners):
    from micrograd_kr.testing import expressions, points

    expression = data.draw(expressions(max_nodes=20, corners=corners))
    built = expression.build()
    tab.open(built.output)
    assert_same(tab.numbers(), lambda point: expression.build(point).output, list(expression.point.values()))
    point = data.draw(points(expression, corners=corners))
    used = set(topological_order(built.output))
    for name, leaf, number in zip(expression.inputs, built.inputs, point, strict=True):
        if leaf in used:
            tab.set(name, float(number))
    assert_same(tab.numbers(), lambda point: expression.build(point).output, list(point))


@pytest.mark.browser
def test_every_row_of_the_table_agrees_at_the_corners(tab):
    grid = [-math.inf, -5.0, -2.0, -1.0, -0.5, -0.0, 0.0, 0.3, 1.0, 2.0, 5.0, math.inf, math.nan]
    rng = random.Random(0)
    program, wanted = [], []
    for op in OPS.values():
        count = op.arity or 13
        points = list(itertools.product(grid, repeat=count)) if count < 3 else []
        points += [[rng.choice(grid) for _ in range(count)] for _ in range(60)]
        points += [[rng.uniform(-4, 4) for _ in range(count)] for _ in range(60)]
        program.append(
            (forward_function(op, count), partials_function(op, count), [[repr(x) for x in p] for p in points])
        )
        for point in points:
            out = op.compute(*point)
            locals_ = [op.derivative(index, out, *point) for index in range(count)]
            wanted.append((op.name, point, [out, *locals_], [no_path(local) for local in locals_]))
    tab.browser.get("data:text/html,<p>")
    rules = ",".join(f"[{forward},{partials},{json.dumps(points)}]" for forward, partials, points in program)
    found = tab.run(
        plain_script("shared/functions.js")
        + f"""const all = [], number = x => Number(x.replace("inf", "Infinity"));
        for (const [forward, partials, points] of [{rules}])
          for (const point of points) {{
            const a = point.map(number), d = [], o = +forward(a);
            partials(o, a, d);
            all.push([o, ...d].map(x => Object.is(x, -0) ? "-0.0" : String(x)));
          }}
        return all"""
    )
    for (name, point, numbers, blocked), texts in zip(wanted, found, strict=True):
        assert [text == "null" for text in texts[1:]] == blocked, (name, point, texts)  # exact zeros of the rule
        for want, text in zip(map(float, numbers), texts, strict=True):
            got = 0.0 if text == "null" else float(text)
            near = math.isclose(want, got, rel_tol=2e-12, abs_tol=5e-15) or (want != want and got != got)
            same_sign = want != 0 or math.copysign(1, want) == math.copysign(1, got)
            assert near and same_sign, (name, point, numbers, texts)


@pytest.mark.browser
def test_erf_is_as_near_as_it_says(tab):
    mpmath = pytest.importorskip("mpmath")
    rng = random.Random(1)
    points = [rng.uniform(-6.5, 6.5) for _ in range(2000)] + [10 ** rng.uniform(-300, 0) for _ in range(200)]
    functions = plain_script("shared/functions.js")
    tab.browser.get("data:text/html,<p>")
    found = tab.run(functions + "return arguments[0].map(erf)", points)
    with mpmath.workdps(50):
        worst = max(abs(mpmath.erf(x) - y) / abs(mpmath.erf(x)) for x, y in zip(points, found, strict=True))
    assert worst < 2e-15


@pytest.mark.browser
def test_numbers_are_written_as_python_writes_them(tab):
    rng = random.Random(2)
    numbers = [
        0.0,
        -0.0,
        1000000.5,
        10000.5,
        2.00005,
        99999.5,
        9999999999.5,
        1e10,
        100000.5,
        999999.5,
        0.00001234565,
        2.5,
        1e21,
        123456.5,
        1e-5,
        9999995.0,
        1e100,
        5e-324,
    ]
    numbers += [rng.uniform(-1, 1) * 10 ** rng.randint(-12, 12) for _ in range(200)]
    numbers += [(2 * rng.randint(50000, 499999) + 1) / 2 for _ in range(100)]  # halfway between two texts
    x = Value(1.0, label="x")
    tab.open(x * 1.0)
    for number in numbers[:12]:
        tab.set("x", number)
        assert tab.numbers()[0][0] == format_number(number)
    source = plain_script("shared/numbers.js")
    assert tab.run(source + "return arguments[0].map(show)", numbers) == [format_number(x) for x in numbers]


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_steps_say_what_the_stepper_says(tab, lang):
    tab.open(example(), lang=lang)
    for point in ((2.0, -3.0, 10.0), (0.5, 1.25, -2.0), (-1.5, 0.0, 4.0)):
        for row, number in enumerate(point, start=1):
            tab.give(f"#leaves .leaf:nth-child({row}) input[type=text]", repr(number), "change")
        stepper = Stepper(example(*point), lang=lang)
        said = [caption for caption, _ in tab.follow(range(1, len(stepper) + 1))]
        assert said == [step.say() for step in stepper]


@pytest.mark.browser
@pytest.mark.parametrize("seed", range(8))
def test_sentences_of_random_graphs_are_the_steppers(tab, seed):
    from micrograd_kr.testing import random_expression

    root = random_expression(seed=seed).build().output
    lang = ("en", "ko")[seed % 2]
    tab.open(root, lang=lang)
    stepper = Stepper(root, lang=lang)
    said = [caption for caption, _ in tab.follow(range(1, len(stepper) + 1))]
    assert said == [step.say() for step in stepper]


@pytest.mark.browser
def test_stepping_to_the_end_and_back_returns_to_the_start(tab):
    tab.open(example())
    steps = len(Stepper(example()))
    there = tab.follow(range(steps + 1))
    back = tab.follow(range(steps, -1, -1))
    assert there == back[::-1]
    assert len({str(texts) for _, texts in there}) > steps / 2
    assert not tab.find("#first").is_enabled() and not tab.find("#back").is_enabled()
    assert {text for pair in tab.numbers().values() for text in pair} == {"·"}
    tab.click("#next")
    assert tab.run("return document.getElementById('where').textContent") == f"1 / {steps}"
    tab.click("#last")
    assert not tab.find("#last").is_enabled() and not tab.find("#next").is_enabled()
    assert tab.numbers() == expected(example())


@pytest.mark.browser
def test_everything_can_be_done_from_the_keyboard(tab):
    from selenium.webdriver.common.keys import Keys

    root = example()
    tab.open(root, rate=0.001, train=leaves_of(root))
    tab.run(
        """document.activeElement.blur();
           window.reached = [];
           document.addEventListener("focusin", ({ target: e }) =>
             reached.push(e.id || e.dataset?.lang || e.getAttribute("aria-label") || e.title))"""
    )
    tab.press(Keys.TAB * 70)
    reached = set(tab.run("return reached"))
    controls = tab.run(
        """return [...document.querySelectorAll("button, input, select")]
             .filter(e => !e.disabled && e.checkVisibility())
             .map(e => e.id || e.dataset.lang || e.getAttribute("aria-label") || e.title)"""
    )
    assert len(controls) > 30 and set(controls) <= reached
    tab.run("document.querySelector('.card[tabindex=\"0\"]').focus()")
    tab.press(Keys.ARROW_LEFT * 12)
    card = tab.run("return +document.activeElement.dataset.n")
    names = list(names_of(example()).values())
    assert names[card] in ("a", "b", "c")
    before = tab.numbers()[card][0]
    tab.press("+")
    assert float(tab.numbers()[card][0]) > float(before)
    tab.press(Keys.ENTER)
    assert tab.find("#detail h2").text == names[card]
    tab.press(Keys.ENTER)
    assert not tab.find("#detail").is_displayed()
    before = tab.find("#loss").text
    tab.press(Keys.ENTER, into="#descend")
    assert tab.find("#loss").text != before
    tab.press(Keys.ARROW_RIGHT, into="#leaves input[type=range]")
    tab.press(" ", into="#play")
    assert tab.find("#play").get_attribute("aria-pressed") == "true"
    tab.press(" ", into="#play")
    tab.press(Keys.ENTER, into="[data-lang=ko]")
    assert tab.run("return document.documentElement.lang") == "ko"


@pytest.mark.browser
def test_the_language_switches_everything(tab):
    root = example()
    tab.open(root, lang="en", train=leaves_of(root))
    assert tab.find("h1").text == "Computation graph: 손실"
    tab.click("[data-lang=ko]")
    assert tab.find("h1").text == "계산 그래프: 손실"
    text = tab.find("main").text
    for word in ("입력", "경사하강법", "기울기", "손실"):
        assert word in text
    assert not re.search(r"Inputs|descent|Engine|data", text.replace(tab.find("#code").text, ""))
    tab.click("[data-lang=en]")
    assert "Gradient descent" in tab.find("main").text


@pytest.mark.browser
def test_hostile_labels_stay_text(tab):
    x = Value(1.0, label=HOSTILE)
    y = x * Value(2.0, label=HOSTILE[::-1])
    y.label = HOSTILE + "2"
    tab.open(y, title=HOSTILE)
    tab.run("document.activeElement.blur()")
    tab.run("document.querySelector('.card[data-n]').dispatchEvent(new Event('focus'))")
    tab.follow(range(6))
    assert tab.browser.title.startswith("</script>")
    assert tab.run("return document.images.length") == 0
    assert tab.run("return document.scripts.length") == 4
    assert tab.run("return document.querySelector('#leaves .name').textContent") == names_of(y)[x]


@pytest.mark.browser
def test_gradient_descent_by_hand_is_gradient_descent(tab):
    def loss_of(w, b):
        return (w * 3.0 + b - 2.0) ** 2

    w, b = Value(0.5, label="w"), Value(-1.0, label="b")
    tab.open(loss_of(w, b), rate=0.03, train=[w, b])
    tab.click("#descend")
    tab.click("#descend10")
    for _ in range(11):
        w.grad = b.grad = 0
        loss_of(w, b).backward()
        w.data, b.data = w.data - 0.03 * w.grad, b.data - 0.03 * b.grad
    assert tab.numbers() == expected(loss_of(w, b))
    assert len(tab.run("return document.querySelector('#curve polyline').points.length") * "x") == 12
    tab.click("#reset")
    assert tab.numbers() == expected(loss_of(Value(0.5, label="w"), Value(-1.0, label="b")))


def trained_names(html):
    data = json.loads(re.search(r'<script type="application/json" id="graph">(.*?)</script>', html, re.DOTALL).group(1))
    return {data["names"][number] for number in data["trained"]}


def test_only_parameters_are_trained_and_only_on_a_loss():
    neuron, x = nn.Neuron(1), Value(2.0, label="x")
    prediction = neuron([x])
    assert trained_names(page((prediction - Value(1.0, label="y")) ** 2).html) == {"w0", "b"}
    assert trained_names(page(prediction).html) == set()  # what a module returns is no loss
    assert trained_names(page(x * Value(3.0, label="w")).html) == set()
    assert trained_names(page(prediction, train=[x]).html) == {"x"}


@pytest.mark.browser
def test_data_is_not_trained_and_without_parameters_no_descent_is_offered(tab):
    w, x = Value(0.5, label="w"), Value(2.0, label="x")
    tab.open((w * x - 3) ** 2, train=[w], rate=0.1)
    assert [
        box.get_attribute("aria-label") for box in tab.browser.find_elements("css selector", "#leaves [type=checkbox]")
    ] == ["Train w"]
    tab.click("#descend")
    assert [row[0] for row in tab.numbers().values()][:2] == ["1.3", "2"]
    tab.open((w * x - 3) ** 2)
    assert not tab.find("#descend").is_displayed()


@pytest.mark.browser
def test_a_page_opens_at_the_first_step_and_a_change_shows_everything(tab):
    root = example()
    tab.open(root, at="start")
    assert tab.find("#where").text.startswith("0 /")
    assert tab.caption == translate("livepage.at_start", "en")
    assert {text for pair in tab.numbers().values() for text in pair} == {"·"}
    tab.set("a", 0.5)
    assert tab.numbers() == expected(example(0.5))


@pytest.mark.browser
def test_nothing_flows_yet_at_the_seed_step(tab):
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    tab.open(a * b, at="start")
    shown = []
    for _ in range(5):
        tab.click("#next")
        shown.append(
            tab.run(
                "return [document.querySelectorAll('.chips g').length, document.querySelectorAll('.edge.back').length]"
            )
        )
    assert shown == [[0, 0], [0, 0], [2, 0], [0, 0], [2, 2]]


@pytest.mark.browser
def test_why_and_the_card_show_the_same_numbers_in_the_middle_of_the_steps(tab):
    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(10.0, label="c")
    tab.open((a * b + c) ** 2)
    tab.run("document.querySelector('#leaves .name').click()")
    tab.click("#back")
    tab.set("a", 7.0)
    tab.settle()
    wanted = why((Value(7.0) * b + c) ** 2, b).output
    assert tab.find("#detail .formula").text == "a = 7"
    assert "= 66" in tab.find(".why").text and wanted.data == 121.0


@pytest.mark.browser
def test_arrow_keys_step_after_a_click_and_labels_follow_the_numbers(tab):
    from selenium.webdriver.common.keys import Keys

    tab.open(example(), at="start")
    tab.click("#next")
    tab.press(Keys.ARROW_RIGHT)
    assert tab.find("#where").text.startswith("2 /")
    tab.click("#last")
    label = tab.run("return document.querySelector('.card[tabindex=\"0\"]').getAttribute('aria-label')")
    tab.set("a", -1.5)
    tab.settle()
    after = tab.run("return document.querySelector('.card[tabindex=\"0\"]').getAttribute('aria-label')")
    assert after != label and format_number(example(-1.5).data) in after


@pytest.mark.browser
@pytest.mark.parametrize(
    ("engine", "gradient", "wrong"), [("recursion", "8", "a"), ("overwrite", "1", "b"), ("forgotten", "8", "a")]
)
def test_broken_engines_are_wrong_where_they_say(tab, engine, gradient, wrong):
    a = Value(3.0, label="a")
    b = a + a
    b.label = "b"
    c = b + b
    tab.open(c)
    tab.give("#engine", engine, "change")
    assert tab.numbers()[0][1] == gradient
    first = tab.run("return document.querySelector('.card.first .name').textContent")
    assert first == wrong and wrong in tab.caption
    tab.click("#back")
    assert tab.find("#engine").get_attribute("value") == engine


@pytest.mark.browser
def test_why_lists_the_paths_that_add_up(tab):
    root = example()
    a = next(node for node in topological_order(root) if node.label == "a")
    tab.open(root)
    tab.run("document.querySelector('#leaves .name').click()")
    tab.settle()
    found = tab.run("return [...document.querySelectorAll('.path span:first-child')].map(e => e.textContent)")
    told = why(root, a, lang="en")
    assert len(found) == told.count > 1
    assert {line.strip().split(":")[0] for line in told.say("en").splitlines() if "←" in line} == set(found)
    tab.click(".jumps button")
    assert tab.caption == next(iter(Stepper(root, lang="en"))).say()


@pytest.mark.browser
def test_paths_without_number_are_not_listed_one_by_one(tab):
    x = Value(1.0001, label="x")
    y = x
    for _ in range(40):
        y = y * y
    tab.open(y)
    tab.run("document.querySelector('#leaves .name').click()")
    tab.settle()
    listed = tab.find(".why").text.splitlines()
    said = why(y, x, lang="en", limit=20).say().splitlines()
    assert listed[:2] == said[:2] and "1,099,511,627,776 paths" in listed[1]
    assert listed[-2:] == [said[-2].strip(), said[-1]]
    tab.give("#engine", "recursion", "change")
    assert "100,000 visits" in tab.caption


@pytest.mark.browser
def test_an_op_of_ones_own_runs_steps_and_explains_itself(tab):
    define_op(
        "huber",
        lambda x: where(abs(x) < 1, x * x / 2, abs(x) - elementary.constant(x, 1, 2)),
        (lambda out, x: where(abs(x) < 1, x, where(x > 0, 1, -1)),),
    )
    define_op(
        "norm",
        lambda *xs: elementary.sqrt(sum(x * x for x in xs)),
        lambda out, *xs: [x / out for x in xs],
    )
    try:
        for start in (0.3, -4.0):
            xs = [Value(start + index, label=f"x{index}") for index in range(7)]
            root = OPS["huber"](OPS["norm"](*xs) * xs[0])
            tab.open(root)
            assert tab.numbers() == expected(root)
            tab.click("#back")
            assert "norm" in tab.caption or "gradient" in tab.caption
    finally:
        remove_op("huber")
        remove_op("norm")


@pytest.mark.browser
def test_modules_open_and_close(tab):
    from selenium.webdriver.common.keys import Keys

    random.seed(4)
    model = nn.MLP(2, [4, 4, 1])
    root = (model([Value(1.0, label="x1"), Value(-2.0, label="x2")]) - 1) ** 2
    tab.open(root)
    wanted = expected(root)
    assert "layer0.neuron0.w0" not in tab.find("#canvas").text
    tab.run("document.querySelector('.card[tabindex=\"0\"]').focus()")
    for _ in range(4):
        tab.press(Keys.ARROW_LEFT)
    assert "module" in tab.run("return document.activeElement.dataset.kind")
    tab.press(Keys.ENTER)
    assert tab.find("#trail [aria-current]").text.startswith("neuron")
    assert tab.numbers().items() <= wanted.items()
    tab.press(Keys.ESCAPE)
    assert tab.find("#trail [aria-current]").text == "Whole graph"
    assert tab.numbers().items() <= wanted.items()


@pytest.mark.browser
def test_in_a_notebook_it_lives_in_its_frame(tab, tmp_path):
    live = page(example(), lang="en")
    outer = tmp_path / "notebook.html"
    outer.write_text(f"<!doctype html><body>{live._repr_html_()}</body>", encoding="utf-8")
    tab.browser.get(outer.as_uri())
    tab.run("document.querySelector('iframe').loading = 'eager'")
    tab.browser.switch_to.frame(0)
    with contextlib.closing(contextlib.ExitStack()) as stack:
        stack.callback(tab.browser.switch_to.default_content)
        tab.wait("document.documentElement.classList.contains('alive')")
        tab.click("#last")
        assert tab.numbers() == expected(example())
    assert tab.run("return document.querySelector('img').naturalWidth") > 100


@pytest.mark.browser
def test_no_text_leaves_its_card_whatever_the_numbers(tab):
    x = Value(1.0, label="아주 긴 이름을 가진 입력값입니다 정말로요")
    y = (x * -1.23456789).exp() * 1e-200
    y.label = "가중치"
    tab.open(y, lang="ko")
    for number in (0.0, -1.23456e-100, -700.123, 1e300, math.inf, math.nan):
        tab.give("#leaves input[type=text]", repr(number), "change")
        tab.settle()
        outside = tab.run(
            """const at = e => e.getBoundingClientRect();
               return [...document.querySelectorAll(".view.shown .card")].filter(g => {
                 const box = at(g.querySelector("rect")), inside = t =>
                   t.left >= box.left && t.right <= box.right && t.top >= box.top && t.bottom <= box.bottom;
                 return ![...g.querySelectorAll("text")].every(text => inside(at(text)))
                   || [...g.querySelectorAll(".key")].some(key => at(key).right > at(key.nextElementSibling).left) })
                 .map(g => g.textContent)"""
        )
        assert outside == []


def test_json_data_cannot_close_its_script():
    html = page(Value(1.0, label=HOSTILE) + 1.0).html
    data = re.search(r'<script type="application/json" id="graph">(.*?)</script>', html, re.DOTALL).group(1)
    assert "<" not in data and "\u2028" not in data
    assert json.loads(data)["args"] == [[], [], [0, 1]]
