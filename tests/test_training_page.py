"""The training page: its numbers against training in Python, its words, and the page itself in a real browser.

The comparisons of numbers run in node, all in one process, on what the page itself contains: the rules that Python
wrote, and the trainer of the page's script.
"""

import base64
import importlib.util
import json
import math
import random
import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

from micrograd_kr import Value, data, define_op, grad, livepage, nn, relu, training_page
from micrograd_kr.__main__ import main
from micrograd_kr.graph import format_number
from micrograd_kr.livepage.training import rules
from micrograd_kr.livepage.training.structure import take_apart
from micrograd_kr.locale import catalog, translate
from micrograd_kr.ops import remove_op

SCRIPT = Path(livepage.__file__).parent / "script"
STEPS = 100


def unpacked(html):
    """The page without its packed program, the program, and the data."""
    packed = re.search(r'(<script type="text/plain" id="program">)(.*?)</script>', html).group(2)
    given = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL).group(1))
    return html.replace(packed, ""), zlib.decompress(base64.b64decode(packed), -15).decode(), given


def squared_error(model):
    return lambda x, y: (model(x) - y) ** 2


# --- in node: the numbers are the library's ---------------------------------------------------------------------------


class Shortcut(nn.Module):
    """A model that is no layers: its input goes around the hidden layer, too, and is clipped on its way."""

    def __init__(self):
        self.hidden, self.slope = nn.Layer(2, 3, activation="tanh", seed=2), Value(0.3)

    def forward(self, x):
        a, b, c = self.hidden(x)
        return a * b + relu(c) - self.slope * x[0].tanh() * x[1]


POINTS, LABELS = data.moons(8, noise=0.2, seed=4)
CASES = {}  # name -> (model, X, Y, loss, optimizer, changes of the settings, what Python adds to the loss)


def case(name, model, optimizer, loss=None, X=POINTS, Y=LABELS, changes=None, penalty=None):  # noqa: N803
    CASES[name] = (model, X, Y, loss or squared_error(model), optimizer, changes or {}, penalty)


for name in rules.OFFERED:
    net = nn.MLP(2, [3, 2, 1], activation=name, seed=3)
    case(f"activation {name}", net, nn.SGD(net, lr=0.05, momentum=0.9))
for name, make in {
    "SGD": lambda p: nn.SGD(p, lr=0.1),
    "SGD with decay": lambda p: nn.SGD(p, lr=0.1, weight_decay=0.01),
    "momentum with decay": lambda p: nn.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01),
    "Nesterov": lambda p: nn.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    "Adam": lambda p: nn.Adam(p, lr=0.02),
    "Adam with decay": lambda p: nn.Adam(p, lr=0.02, weight_decay=0.01),
    "AdamW": lambda p: nn.AdamW(p, lr=0.02, weight_decay=0.1),
    "momentum of its own": lambda p: nn.SGD(p, lr=0.05, momentum=0.7),
}.items():
    net = nn.MLP(2, [3, 1], activation="tanh", seed=5)
    case(name, net, make(net), lambda x, y, net=net: nn.binary_cross_entropy(net(x), y))
for name, penalty in (("l1", nn.l1_penalty), ("l2", nn.l2_penalty)):
    net = nn.MLP(2, [3, 1], activation="tanh", seed=5)
    changes = {"penalty": name, "strength": 0.01}
    case(name, net, nn.SGD(net, lr=0.1), changes=changes, penalty=lambda net=net, f=penalty: f(net, 0.01))
net = nn.MLP(2, [3, 1], activation=lambda x: x.tanh() * x + x.sin(), seed=6)
case(
    "an activation of the user's own", net, nn.SGD(net, lr=0.05), lambda x, y, net=net: nn.hinge_loss(net(x), 2 * y - 1)
)
net = nn.Sequential(nn.Linear(2, 4, seed=1), nn.GELU(), nn.Linear(4, 3, seed=2), nn.Tanh())
three = [i % 3 for i in range(8)]
case("three classes", net, nn.Adam(net, lr=0.02), lambda x, y, net=net: nn.cross_entropy(net(x), y), Y=three)
net = nn.Neuron(1, activation="linear", seed=1)
line = data.line(8, seed=1)
case("a line", net, nn.SGD(net, lr=0.1), X=line[0], Y=line[1])
net = Shortcut()
case("a model that is no layers", net, nn.Adam(net, lr=0.02))
net = nn.MLP(2, [3, 1], activation="tanh", seed=7)
case(
    "a loss with a penalty in it",
    net,
    nn.SGD(net, lr=0.1),
    lambda x, y, net=net: (net(x) - y) ** 2 + nn.l2_penalty(net),
)
net = nn.MLP(2, [4, 1], activation="tanh", seed=8)
case("batches in random order", net, nn.SGD(net, lr=0.1), changes={"batch": 4})


def page_of(name):
    model, X, Y, loss, optimizer, changes, _ = CASES[name]  # noqa: N806
    return training_page(
        model, X, Y, loss, optimizer=optimizer, test=0.2, seed=9, batch_size=changes.get("batch"), lang="en"
    )


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """Runs a script on the trainers of pages: `trainer(name)` is that of one of CASES."""
    if shutil.which("node") is None:
        pytest.skip("there is no node here")
    folder = tmp_path_factory.mktemp("node")

    def run(script, pages):
        made = []
        for name, html in pages.items():
            _, program, given = unpacked(html)
            contents = program.removesuffix(livepage.assembling.bundle("training_page.js"))
            made.append(
                f"{{ {contents.replace('globalThis.pageContents=', 'const pageContents=')}\n"
                f"pages[{json.dumps(name)}] = {{ rules: pageContents.rules(helpers), "
                f"given: {{ ...{json.dumps(given)}, ...pageContents.knowledge }} }}; }}"
            )
        source = "\n".join(
            [
                f'import * as helpers from "{(SCRIPT / "shared/functions.js").as_uri()}";',
                f'import {{ Trainer }} from "{(SCRIPT / "training/trainer.js").as_uri()}";',
                f'import {{ DATA_SETS, split }} from "{(SCRIPT / "training/datasets.js").as_uri()}";',
                f'import {{ PythonRandom }} from "{(SCRIPT / "training/random.js").as_uri()}";',
                f'import {{ experimentsFor }} from "{(SCRIPT / "training/experiments.js").as_uri()}";',
                f'import {{ remarks }} from "{(SCRIPT / "training/words.js").as_uri()}";',
                "const pages = {};",
                *made,
                "const trainer = name => new Trainer(pages[name].rules, structuredClone(pages[name].given));",
                "const show = x => JSON.stringify(x, (_, y) => y instanceof Float64Array ? [...y] : y);",
                f"console.log(show((() => {{ {script} }})()));",
            ]
        )
        file = folder / "run.mjs"
        file.write_text(source, encoding="utf-8")
        done = subprocess.run(["node", str(file)], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def trained(node):
    """Every case after the steps in the page, and the page's order of examples."""
    pages = {name: page_of(name).html for name in CASES}
    changes = {name: CASES[name][5] for name in CASES}
    return node(
        f"""const changes = {json.dumps(changes)};
        return Object.fromEntries(Object.keys(pages).map(name => {{
          const one = trainer(name);
          one.set(changes[name]);
          const first = one.parameters.slice();
          one.run({STEPS});
          return [name, {{ first, parameters: one.parameters, train: one.train, steps: one.steps, loss: one.now.train,
            layered: one.isLayered }}];
        }}));""",
        pages,
    )


@pytest.mark.parametrize("name", CASES)
def test_100_steps_in_the_page_are_100_steps_in_python(trained, name):
    model, X, Y, loss, optimizer, changes, penalty = CASES[name]  # noqa: N806
    found, parameters = trained[name], take_apart(model, loss, (len(X[0]),), ()).parameters
    assert found["steps"] == STEPS
    assert found["first"] == [parameter.data for parameter in parameters]
    (train_x, train_y), _ = data.split(X, Y, parts=(0.8, 0.2), seed=9)
    assert [X[place] for place in found["train"]] == train_x

    def batches():
        for epoch in range(STEPS):
            if "batch" in changes:
                yield from data.batches(train_x, train_y, batch_size=changes["batch"], shuffle=True, seed=9 + epoch)
            else:
                yield train_x, train_y

    before, state = [parameter.data for parameter in parameters], optimizer.state_dict()
    for (xs, ys), _ in zip(batches(), range(STEPS), strict=False):
        total = sum(loss(list(map(Value, x)), Value(float(y))) for x, y in zip(xs, ys, strict=True)) / len(xs)
        if penalty is not None:
            total = total + penalty()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
    after = [parameter.data for parameter in parameters]
    assert math.dist(before, after) > 1e-3
    assert found["parameters"] == pytest.approx(after, rel=1e-9, abs=1e-9)
    mean = sum(loss(list(map(Value, x)), Value(float(y))).data for x, y in zip(train_x, train_y, strict=True))
    assert found["loss"] == pytest.approx(mean / len(train_x), rel=1e-9, abs=1e-9)
    for parameter, number in zip(parameters, before, strict=True):  # for the tests that come later
        parameter.data = number
    optimizer.load_state_dict(state)


def test_layers_are_found_wherever_they_are_and_other_models_run_as_recorded(trained):
    odd = {"a model that is no layers", "a loss with a penalty in it"}
    assert {name for name, found in trained.items() if not found["layered"]} == odd


def test_chance_is_python_s(node):
    """Random numbers, data sets, splits and first weights of a changed net: the same seed gives the library's."""
    schemes, seeds = list(nn.INITIALIZATIONS), [0, 1, 12345, 2**32 - 1]
    found = node(
        f"""const one = trainer("Adam"), weights = {{}};
        for (const start of {json.dumps(schemes)}) {{
          one.set({{ start, hidden: [3, 8], seed: 21 }});
          weights[start] = one.parameters.slice();
        }}
        one.set({{ start: "own", hidden: [5] }});
        return {{
          numbers: {json.dumps(seeds)}.map(seed => {{
            const source = new PythonRandom(seed);
            return [source.random(), source.gauss(1, 2), source.uniform(-1, 3), source.gauss(0, 1), source.order(30)];
          }}),
          sets: Object.fromEntries(Object.entries(DATA_SETS).map(([name, set]) => [name, set.make(25, 0.3, 5, 2)])),
          splits: [10, 25, 50].map(count => split(count, 0.3, 6)),
          weights, changed: one.parameters,
        }};""",
        {"Adam": page_of("Adam").html},
    )
    for seed, (number, normal, uniform, spare, order) in zip(seeds, found["numbers"], strict=True):
        source = random.Random(seed)
        expected = [source.random(), source.gauss(1, 2), source.uniform(-1, 3), source.gauss(0, 1)]
        assert [number, normal, uniform, spare] == pytest.approx(expected, rel=1e-15)
        assert order == source.sample(range(30), 30)
    for name, made in found["sets"].items():
        points, targets = getattr(data, name)(25, noise=0.3, seed=5)
        assert made["x"] == [pytest.approx(point, rel=1e-12) for point in points], name
        assert [row[0] for row in made["y"]] == pytest.approx(targets, rel=1e-12), name
    for count, parts in zip([10, 25, 50], found["splits"], strict=True):
        (train,), (test,) = data.split(range(count), parts=(0.7, 0.3), seed=6)
        assert parts == {"train": train, "test": test}
    for name, numbers in found["weights"].items():
        expected = [p.data for p in nn.MLP(2, [3, 8, 1], initialization=name, seed=21).parameters()]
        assert numbers == pytest.approx(expected, rel=1e-15, abs=0), name
    assert found["changed"] == [p.data for p in nn.MLP(2, [5, 1], seed=21).parameters()]


def test_what_goes_wrong_is_said(node):
    X, Y = data.moons(30, noise=0.6, seed=2)  # noqa: N806
    model = nn.MLP(2, [12, 12, 1], activation="tanh", seed=1)
    html = training_page(model, X, Y, squared_error(model), test=0.4, lang="en").html
    found = node(
        """const one = trainer("moons"), said = () => remarks(one).map(remark => remark.key), found = {};
        const after = (name, changes, steps, start = null) => {
          one.reset();
          one.set(changes);
          if (start) one.parameters.set(start(one.parameters));
          for (let i = 0; i < steps; i++) one.run(1);
          found[name] = said();
        };
        after("ready", {}, 0);
        after("learning", { rate: 0.03 }, 10);
        after("exploded", { rate: 10, activation: "linear" }, 400);
        after("dead", { activation: "relu" }, 1, p => p.map(w => -Math.abs(w) - 9));
        after("twins", { start: "zeros" }, 5);
        after("overfitting", { optimizer: "Adam", rate: 0.03 }, 300);
        after("linear", { activation: "linear" }, 1);
        after("no_hidden", { hidden: [] }, 1);
        after("jumping", { rate: 1 }, 80);
        after("all", { data: "gaussians", noise: 0.05, optimizer: "Adam", rate: 0.03 }, 60);
        found.tried = Object.fromEntries(experimentsFor(one).map(({ key, changes }) => {
          one.reset();
          one.set(changes);
          one.begin();
          const met = new Set();
          for (let i = 0; i < 60; i++) { one.run(5); said().forEach(each => met.add(each)); }
          return [key, [...met]];
        }));
        one.reset();
        one.clear();
        found.empty = said();
        return found;""",
        {"moons": html},
    )
    assert found["ready"] == ["ready"]
    assert found["learning"] == ["learning"]
    assert found["exploded"][0] == "exploded"
    assert {"dead_layer"} <= set(found["dead"])
    assert "twins" in found["twins"]
    assert "overfitting" in found["overfitting"]
    assert "linear" in found["linear"]
    assert "no_hidden" in found["no_hidden"]
    assert found["jumping"][0] in ("jumping", "climbing")
    assert found["all"] == ["all_right"]
    assert found["empty"] == ["no_points"]
    tried = found.pop("tried")
    shown = {"good": "all_right", "large_rate": "climbing", "straight": "linear", "twins": "twins", "dead": "dead"}
    for key, remark in (shown | {"overfitting": "overfitting"}).items():
        assert remark in tried[key], key
    assert len(tried) == 6
    keys = {key for each in (*found.values(), *tried.values()) for key in each}
    for lang in ("en", "ko"):
        assert {f"training_page.{key}" for key in keys} <= catalog(lang).keys()


def test_an_explosion_moves_nothing_and_the_start_comes_back(node):
    model = nn.MLP(2, [3, 1], activation="linear", seed=1)
    html = training_page(model, POINTS, LABELS, squared_error(model), optimizer=nn.SGD(model, lr=1e9), test=0).html
    found = node(
        """const one = trainer("page"), first = one.parameters.slice();
        one.run(1000);
        const last = one.parameters.slice(), stopped = one.stopped, steps = one.steps;
        one.run(5);
        const same = one.parameters.every((x, i) => x === last[i]);
        one.begin();
        return { stopped, steps, same, finite: last.every(Number.isFinite),
          back: one.parameters.every((x, i) => x === first[i]), left: one.steps };""",
        {"page": html},
    )
    assert found["stopped"] == "exploded" and 0 < found["steps"] < 1000
    assert found["same"] and found["finite"] and found["back"] and found["left"] == 0


# --- the file ---------------------------------------------------------------------------------------------------------


def test_page_is_one_small_file_that_asks_for_nothing(tmp_path):
    model = nn.MLP(2, [16, 16, 1], activation="tanh", seed=1)
    made = training_page(
        model, *data.moons(200), lambda x, y: nn.binary_cross_entropy(model(x), y), tmp_path / "net.html", lang="ko"
    )
    html = (tmp_path / "net.html").read_text(encoding="utf-8")
    assert html == made.html and made.save(tmp_path / "named") == tmp_path / "named.html"
    plain, program, given = unpacked(html)
    inner = zlib.decompress(base64.b64decode(given["shell"]), -15).decode()
    packed = re.search(r'(<script type="text/plain" id="program">)(.*?)</script>', inner).group(2)
    for text in (plain.replace(given["shell"], ""), program, inner.replace(packed, ""), unpack(packed)):
        assert not re.search(
            r"https?:|//[a-z]|\bsrc=|url\((?!#)|@import|\son\w+=|javascript:|\beval|innerHTML|Function\(", text
        )
    assert "default-src 'none'" in html and "unsafe" not in plain
    examples = len(json.dumps([given["own"], given["parameters"]], separators=(",", ":")))
    assert len(html.encode()) - examples < 120_000
    shown = made._repr_html_()
    assert 'sandbox="allow-scripts"' in shown and "allow-same-origin" not in shown


def unpack(packed):
    return zlib.decompress(base64.b64decode(packed), -15).decode()


def test_frozen_parameters_stay_and_the_rest_learns(node):
    model = nn.MLP(2, [3, 1], activation="tanh", seed=1)
    model.layers[0].freeze()
    html = training_page(model, POINTS, LABELS, squared_error(model), test=0).html
    found = node('const one = trainer("page"); one.run(20); return one.parameters;', {"page": html})
    nn.train(squared_error(model), POINTS, LABELS, nn.SGD(model, lr=0.1), epochs=20)
    model.layers[0].unfreeze()
    assert found == pytest.approx([p.data for p in model.parameters()], rel=1e-9)
    model.freeze()
    with pytest.raises(ValueError, match="frozen"):
        training_page(model, POINTS, LABELS, squared_error(model))


def test_a_new_op_needs_no_edit(node):
    """Its rules run in the page, and its node is drawn in the graph of an example."""
    op = define_op("half_square", lambda x: x * x / 2, (lambda out, x: x,))
    try:
        model = nn.MLP(2, [3, 1], activation="half_square", seed=1)
        html = training_page(model, POINTS, LABELS, squared_error(model), test=0, optimizer=nn.SGD(model, lr=0.01)).html
        found = node('const one = trainer("page"); one.run(20); return one.parameters;', {"page": html})
        optimizer = nn.SGD(model, lr=0.01)
        nn.train(squared_error(model), POINTS, LABELS, optimizer, epochs=20)
        assert found == pytest.approx([p.data for p in model.parameters()], rel=1e-9)
        assert "half_square(" in unpacked(html)[1]
    finally:
        remove_op(op.name)


HOSTILE = "</script><script>document.title='owned'</script><b>\"'&"


def test_wrong_arguments_are_explained():
    model = nn.MLP(2, [2, 1], seed=1)
    loss = squared_error(model)
    for arguments, options, kind, words in (
        ((model, POINTS, LABELS[:-1], loss), {}, ValueError, "8 and 7"),
        ((model, [], [], loss), {}, ValueError, "at least one"),
        ((model, [[1.0, 2.0], [1.0]], [0, 1], loss), {}, ValueError, "different lengths"),
        ((model, [[1.0, "a"]], [0], loss), {}, TypeError, "list of numbers"),
        ((model, [[1.0, math.nan]], [0], loss), {}, ValueError, "inf or nan"),
        ((model, POINTS, LABELS, lambda x, y: x[0] * y), {}, ValueError, "no parameter"),
        ((model, POINTS, LABELS, loss), {"names": ["a"]}, ValueError, "2 inputs"),
        ((model, POINTS, LABELS, loss), {"labels": ["a"]}, ValueError, "2 classes"),
        ((model, POINTS, LABELS, loss), {"test": 1.0}, ValueError, "share"),
        ((model, POINTS, LABELS, loss), {"seed": -1}, ValueError, "seed"),
        ((model, POINTS, LABELS, loss), {"batch_size": 0}, ValueError, "batch_size"),
        ((model, POINTS, LABELS, loss), {"initialization": "huge"}, ValueError, "xavier"),
        ((model, POINTS, LABELS, loss), {"lang": "fr"}, ValueError, "fr"),
    ):
        with pytest.raises(kind, match=words):
            training_page(*arguments, **options)
    noisy = nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.5), nn.Linear(3, 1))
    with pytest.raises(ValueError, match="eval"):
        training_page(noisy, POINTS, LABELS, squared_error(noisy))


# --- in a browser -----------------------------------------------------------------------------------------------------


class Hands:
    """A training page in the browser."""

    def __init__(self, browser, folder):
        self.browser, self.path = browser, Path(folder) / "net.html"

    def open(self, model, X, Y, loss, **options):  # noqa: N803
        training_page(model, X, Y, loss, self.path, **{"lang": "en", **options})
        self.browser.get(self.path.as_uri())
        self.wait("document.documentElement.classList.contains('alive') && !!globalThis.trainer")
        return self

    def run(self, script, *args):
        return self.browser.execute_script(script, *args)

    def wait(self, condition):
        from selenium.webdriver.support.ui import WebDriverWait

        WebDriverWait(self.browser, 30, 0.02).until(lambda browser: browser.execute_script(f"return {condition}"))
        self.settle()

    def settle(self):
        self.browser.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))"
        )

    def click(self, css):
        self.browser.find_element("css selector", css).click()
        self.settle()

    def give(self, css, text):
        self.run(
            "const control = document.querySelector(arguments[0]); control.value = arguments[1];"
            "control.dispatchEvent(new Event(control.type === 'range' ? 'input' : 'change'))",
            css,
            str(text),
        )
        self.settle()

    def press(self, *keys):
        from selenium.webdriver.common.action_chains import ActionChains

        for key in keys:
            ActionChains(self.browser).send_keys(key).perform()
        self.settle()

    def text(self, css):
        return self.run("return document.querySelector(arguments[0]).textContent", css)

    def parameters(self):
        return self.run("return [...trainer.parameters]")

    def inside(self):
        """Go into the frame of the graph, once it lives."""
        self.wait("!!document.querySelector('iframe')")
        self.browser.switch_to.frame(self.browser.find_element("css selector", "iframe"))
        self.wait("document.documentElement.classList.contains('alive') && document.querySelector('[data-rests]')")
        return self

    def outside(self):
        self.browser.switch_to.default_content()
        return self


@pytest.fixture(scope="module")
def hands(chromium, tmp_path_factory):
    return Hands(chromium, tmp_path_factory.mktemp("training"))


@pytest.fixture(autouse=True)
def nothing_to_complain_about(request):
    yield
    if "hands" in request.fixturenames:
        browser = request.getfixturevalue("hands").browser
        browser.switch_to.default_content()
        assert [entry["message"] for entry in browser.get_log("browser")] == []


def moons_page(hands, sizes=(4, 1), **options):
    model = nn.MLP(2, list(sizes), activation="tanh", seed=1)
    X, Y = data.moons(12, noise=0.15)  # noqa: N806
    hands.open(model, X, Y, lambda x, y: nn.binary_cross_entropy(model(x), y), **options)
    return model, X, Y


def test_training_in_chromium_is_training_in_python(hands):
    model, X, Y = moons_page(hands)  # noqa: N806
    hands.run("trainer.run(100)")
    (train_x, train_y), _ = data.split(X, Y, parts=(0.8, 0.2), seed=0)
    optimizer = nn.SGD(model, lr=0.1)
    nn.train(lambda x, y: nn.binary_cross_entropy(model(x), y), train_x, train_y, optimizer, epochs=100)
    assert hands.parameters() == pytest.approx([p.data for p in model.parameters()], rel=1e-9, abs=1e-9)
    hands.click("#begin")
    assert hands.text("#steps") == "0"
    hands.click("#play")
    hands.wait("trainer.steps > 20")
    hands.click("#play")
    steps = hands.run("return trainer.steps")
    same = hands.run(
        "const now = [...trainer.parameters]; trainer.begin(); trainer.run(arguments[0]);"
        "return now.every((x, i) => x === trainer.parameters[i])",
        steps,
    )
    assert same


def shown_loss(hands):
    """What the graph page shows of its output, after both passes."""
    hands.run("document.getElementById('last').click()")
    hands.settle()
    return hands.run(
        "const card = document.querySelector('.view.shown .card.output');"
        "return [card.querySelector('.data').textContent, card.querySelector('.grad').textContent]"
    )


@pytest.mark.parametrize("hidden", [[3, 2], []])
def test_a_click_on_a_point_opens_its_own_graph_and_a_changed_weight_moves_the_net(hands, hidden):
    moons_page(hands)
    hands.run("trainer.set({ hidden: arguments[0] }); trainer.run(30)", hidden)
    hands.give("#rate", "0.3")  # everything is painted again
    model = nn.MLP(2, [*hidden, 1], activation="tanh")
    for parameter, number in zip(model.parameters(), hands.parameters(), strict=True):
        parameter.data = number
    e = 7
    place = hands.run(
        "const box = document.getElementById('plane').getBoundingClientRect(); return [box.width, box.height]"
    )
    assert min(place) > 150
    for _ in range(e):
        hands.run("document.getElementById('example-next').click()")
    x, y = hands.run(f"return [trainer.x[{e}], trainer.y[{e}][0]]")
    hands.click("#open")
    inputs = [Value(number) for number in x]
    loss = nn.binary_cross_entropy(model(inputs), Value(y))
    hands.inside()
    assert shown_loss(hands) == [format_number(loss.data), "1"]
    # the gradient of the first weight, in the box of the first neuron
    hands.click("#fit")
    hands.click(".view.shown .card.module rect")
    weight = model.parameters()[0]
    (slope,) = grad(loss, [weight])
    shown = hands.run(
        "return Object.fromEntries([...document.querySelectorAll('.view.shown .card.leaf')].map(card =>"
        "[card.querySelector('.name').textContent, card.querySelector('.grad').textContent]))"
    )
    assert shown["w1.1.1"] == format_number(slope)
    # change it there
    hands.run(
        "const field = [...document.querySelectorAll('#leaves .leaf')].find(row =>"
        "row.querySelector('.name').textContent === 'w1.1.1').querySelector('input[type=text]');"
        "field.value = '2.5'; field.dispatchEvent(new Event('change', { bubbles: true }))"
    )
    hands.settle()
    hands.outside().wait("trainer.parameters[0] === 2.5")
    # and what the net learns goes on in the graph
    hands.click("#step")
    now = hands.parameters()
    for parameter, number in zip(model.parameters(), now, strict=True):
        parameter.data = number
    hands.inside().click("#trail button")
    assert shown_loss(hands)[0] == format_number(nn.binary_cross_entropy(model(inputs), Value(y)).data)
    hands.outside().click("#close")
    assert hands.run("return document.querySelector('iframe') === null && document.activeElement.id") == "open"


def test_the_graph_of_a_model_that_is_no_layers_opens_too(hands):
    model = Shortcut()
    hands.open(model, POINTS, LABELS, squared_error(model), test=0)
    assert hands.run("return document.getElementById('net-settings').hidden")
    hands.click("#example-next")
    hands.click("#open")
    x, y = hands.run("return [trainer.x[1], trainer.y[1][0]]")
    hands.inside()
    assert shown_loss(hands)[0] == format_number(((model(list(map(Value, x))) - y) ** 2).data)
    hands.outside().click("#close")


def test_a_graph_that_is_too_large_is_not_opened(hands):
    model = nn.MLP(40, [50, 1], activation="tanh", seed=1)
    hands.open(model, [[0.01 * i] * 40 for i in range(6)], [0, 1] * 3, squared_error(model))
    assert hands.run("return document.getElementById('open').disabled")
    assert "too large" in hands.text("#plane-hint")
    hands.click("#step")
    assert hands.text("#steps") == "1"


def test_everything_can_be_changed_and_the_page_stays_true(hands):
    moons_page(hands)
    for css, value in (
        ("#optimizer", "Adam"),
        ("#batch", "8"),
        ("#penalty", "l2"),
        ("#activation", "relu"),
        ("#start", "he_normal"),
        ("#noise", "0.3"),
        ("#test", "0.4"),
        ("#seed", "5"),
    ):
        hands.give(css, value)
        hands.click("#step")
    hands.click("#more-1")
    hands.click("#more-layers")
    hands.run("document.querySelector('#sets input[value=spiral]').click()")
    hands.give("#count", "100")
    hands.click("#step")
    settings = hands.run("return trainer.settings")
    assert settings["hidden"] == [5, 5] and settings["data"] == "spiral" and settings["activation"] == "relu"
    assert hands.run("return trainer.x.length") == 100
    model = nn.MLP(2, [5, 5, 1], activation="relu", initialization="he_normal", seed=5)
    X, Y = data.spiral(100, noise=0.05, seed=5)  # noqa: N806
    (train_x, train_y), _ = data.split(X, Y, parts=(0.6, 0.4), seed=5)
    ((xs, ys), *_) = data.batches(train_x, train_y, batch_size=8, shuffle=True, seed=5)
    optimizer = nn.Adam(model, lr=0.1)
    loss = nn.binary_cross_entropy([model(x) for x in xs], ys) + nn.l2_penalty(model, settings["strength"])
    loss.backward()
    optimizer.step()
    assert hands.parameters() == pytest.approx([p.data for p in model.parameters()], rel=1e-9, abs=1e-12)
    hands.click("#reset")
    assert hands.run("return trainer.settings.data") == "own" and hands.text("#steps") == "0"


def test_points_are_drawn_by_clicking_and_the_keyboard_can_do_it_all(hands):
    from selenium.webdriver.common.keys import Keys

    moons_page(hands, test=0)
    hands.run("document.querySelector('#tools input[value=add1]').click()")
    hands.click("#plane")
    assert hands.run("return [trainer.x.length, trainer.y.at(-1)[0], trainer.train.length]") == [13, 1, 13]
    hands.click("#log")
    hands.click("#clear")
    assert hands.run("return trainer.x.length") == 0 and "no points" in hands.text("#remarks")
    assert hands.run("return ['open', 'play', 'step'].every(id => document.getElementById(id).disabled)")
    hands.run("document.querySelector('#tools input[value=add0]').click()")
    hands.click("#plane")
    hands.click("#step")
    assert hands.run("return [trainer.x.length, trainer.steps]") == [1, 1]
    hands.browser.refresh()
    hands.wait("!!globalThis.trainer")
    visited = []
    while "open" not in visited:
        assert len(visited) < 60
        hands.press(Keys.TAB)
        visited.append(hands.run("return document.activeElement.id || document.activeElement.value"))
        if visited[-1] == "play":
            hands.press(Keys.ENTER)
            hands.wait("trainer.steps > 2")
            hands.press(Keys.ENTER)
            assert hands.text("#play") == "Train"
        if visited[-1] == "look":
            hands.press(Keys.ARROW_RIGHT)  # the next tool: adding points
            hands.run("document.getElementById('plane').focus()")
            hands.press(Keys.ARROW_RIGHT, Keys.ARROW_UP, Keys.ENTER)
            assert hands.run("return [trainer.x.length, trainer.y.at(-1)[0]]") == [13, 0]
    hands.press(Keys.ENTER)
    assert {"begin", "play", "step", "speed", "optimizer", "rate", "noise", "seed", "activation", "plane"} <= set(
        visited
    )
    hands.wait("!!document.querySelector('iframe')")
    hands.press(Keys.ESCAPE)
    assert hands.run("return document.querySelector('iframe')") is None


def test_labels_are_text_and_both_languages_are_whole(hands):
    model = nn.MLP(3, [2, 1], seed=1)
    X = [[0.1 * i, 0.2 * i, -0.1 * i] for i in range(8)]  # noqa: N806
    hands.open(model, X, [0.5 * i for i in range(8)], squared_error(model), names=[HOSTILE, "b", "c"], title=HOSTILE)
    assert hands.run("return document.title") != "owned"
    hands.click("#open")
    hands.inside()
    assert hands.run("return document.title !== 'owned' && !document.querySelector('#canvas b')")
    hands.outside().click("#close")
    assert not hands.run("return document.getElementById('axes-row').hidden")
    for axis in ("2", "-1", "0"):  # another input, no plane, a plane again
        hands.give("#axis-x", axis)
    assert hands.run("return [+document.getElementById('axis-x').value, +document.getElementById('axis-y').value]") == [
        0,
        1,
    ]
    for lang in ("ko", "en"):
        hands.click(f"[data-lang={lang}]")
        assert hands.text("#step") == translate("training_page.step", lang)
        assert "training_page." not in hands.run("return document.body.innerText")
        assert hands.run("return document.documentElement.lang") == lang


def axe_source():
    found = importlib.util.find_spec("axe_core_python")
    files = [Path(found.origin).with_name("axe.min.js")] if found else []
    files.append(SCRIPT / "node_modules/axe-core/axe.min.js")
    return next((file.read_text(encoding="utf-8") for file in files if file.exists()), None)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_no_fault_and_nothing_is_cut_off(hands, scheme, width):
    axe = axe_source()
    if axe is None:
        pytest.skip("axe is not installed")
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
    hands.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    hands.browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    try:
        moons_page(hands, lang="ko")
        options = {"preferCSSPageSize": True, "printBackground": True}
        sheet = base64.b64decode(hands.browser.execute_cdp_cmd("Page.printToPDF", options)["data"])
        assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
        hands.browser.execute_script(axe)
        states = (
            "",
            "trainer.set({ rate: 10, activation: 'linear' }); trainer.run(400); document.getElementById('log').click()",
            "document.querySelector('.neuron[data-layer=\"1\"]').click()",
            "document.getElementById('open').click()",
        )
        for state in states if scheme == "light" else states[::3]:
            hands.run(state)
            hands.settle()
            faults = hands.browser.execute_async_script(
                "const done = arguments[0]; axe.run({ iframes: false }).then(r => done(r.violations))"
            )
            assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == []
            assert hands.run("return document.documentElement.scrollWidth <= innerWidth")
    finally:
        hands.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        hands.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


# --- the command ------------------------------------------------------------------------------------------------------


def given_in(path):
    return unpacked(path.read_text(encoding="utf-8"))[2]


def test_train_writes_a_page_of_a_data_set_or_a_table(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--html", "net.html", "--hidden", "3,2", "--activation", "relu", "--rate", "0.03"]) == 0
    made = given_in(tmp_path / "net.html")
    assert [layer["size"] for layer in made["layers"]] == [3, 2, 1] and made["layers"][0]["activation"] == "relu"
    assert made["own"]["x"] == data.moons(200)[0] and made["settings"]["rate"] == 0.03
    assert "net.html" in capsys.readouterr().out
    rows = [f"{x:.3f};{y:.3f};{'cat' if label else 'dog'}" for (x, y), label in zip(POINTS, LABELS, strict=True)]
    (tmp_path / "pets.csv").write_text("\ufefflength;weight;kind\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert main(["train", "pets.csv", "--lang", "ko"]) == 0
    made = given_in(tmp_path / "net.html")
    assert (made["labels"], made["classes"], made["names"]) == (["cat", "dog"], [0, 1], ["length", "weight"])
    assert [row[0] for row in made["own"]["y"]] == [0 if label else 1 for label in LABELS]
    assert sum(row[0] for row in made["own"]["x"]) == pytest.approx(0, abs=1e-9)
    assert main(["train", "pets.csv", "--target", "weight"]) == 2
    assert "length" not in capsys.readouterr().err
    (tmp_path / "numbers.csv").write_text("1.5,2.5\n2.5,3\n4,5.5\n", encoding="utf-8")
    assert main(["train", "numbers.csv", "--hidden", ""]) == 0
    made = given_in(tmp_path / "net.html")
    assert made["inputs"] == 1 and made["classes"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sunsets"], "moons, circles"),
        (["missing.csv"], "could not be read"),
        (["one.csv"], "one column"),
        (["text.csv"], "no number"),
        (["short.csv"], "Row 3"),
        (["text.csv", "--target", "colour"], "There are: a, b"),
        (["--hidden", "8,x"], "8,x"),
        (["--activation", "tahn"], "tanh"),
        (["--html", "net.pdf"], ".html"),
        (["--html", "-", "--open"], "--html"),
    ],
)
def test_mistakes_are_answered(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    for name, text in (("one", "a\n1\n2\n"), ("text", "a,b\n1,2\nx,3\n"), ("short", "a,b\n1,2\n3\n")):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    assert main(["train", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert not list(tmp_path.glob("*.html"))
