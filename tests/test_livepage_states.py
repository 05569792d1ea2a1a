"""The graph page as a state machine: after any sequence of actions everything on it is what Python says.

The page is driven by its own controls. Beside it runs `Expected`, which knows the actions and nothing of the script:
its numbers are those of Values, its sentences those of a Stepper or made of the catalogs.
"""

import functools
import itertools
import math
import random
from pathlib import Path

import pytest

from micrograd_kr import Stepper, Value, nn, sigmoid, why
from micrograd_kr.engine import contributions
from micrograd_kr.graph import Graph, format_number
from micrograd_kr.locale import Message, translate
from micrograd_kr.stepper import Flow, Step

ENGINES = ("right", "recursion", "overwrite", "forgotten")

# --- what is on the page --------------------------------------------------------------------------------------------

DRIVE = Path(__file__).with_name("page_driver.js").read_text(encoding="utf-8")


# --- what Python expects --------------------------------------------------------------------------------------------


class Run:
    """A backward pass of an engine on a graph, as far as some steps; textbook code on the table's derivatives."""

    def __init__(self, graph, engine, carry, steps):
        self.received = {}
        self.gradients, self.expected, self.size = (dict.fromkeys(graph.nodes, 0.0) for _ in range(3))
        self.flows, self.parting, self.graph = [], None, graph
        order = [node for node in reversed(graph.nodes) if node.op]
        gradients = right_gradients(graph)
        self.visits = list(self._recursive(graph.root)) if engine == "recursion" else order
        used = set()
        if not steps:
            return
        self.gradients[graph.root] = self.expected[graph.root] = self.size[graph.root] = 1.0
        self.received[graph.root] = True
        if engine == "forgotten":
            for leaf in (node for node in graph.nodes if graph.kind(node) in ("parameter", "input")):
                self.gradients[leaf] = (carry or gradients)[leaf]
                self.received[leaf] = True
                self._compare(leaf, 1, "leftover", graph.root)
        been = set()
        for number, node in enumerate(self.visits[: steps - 1], start=2):
            upstream, self.flows = self.gradients[node], []
            sent = zip(contributions(node, upstream), contributions(node, gradients[node]), strict=True)
            indices = [index for index, arg in enumerate(node.args) if type(arg) is Value]
            for index, (mine, right) in zip(indices, sent, strict=True):
                before = self.gradients[mine.arg]
                after = mine.product if engine == "overwrite" else before + mine.product
                self.gradients[mine.arg] = after
                self.received[mine.arg] = True
                if (node, index) not in used:
                    used.add((node, index))
                    self.expected[mine.arg] += right.product
                    self.size[mine.arg] += abs(right.product)
                self.flows.append(Flow(index, mine.arg, mine.local, upstream, mine.product, before, after))
                kind = {"overwrite": "overwritten", "forgotten": "leftover"}.get(
                    engine, "again" if node in been else "early"
                )
                self._compare(mine.arg, number, kind, node)
            been.add(node)

    def _recursive(self, node):
        yield node
        for arg in node.args:
            if arg.op:
                yield from self._recursive(arg)

    def is_wrong(self, node):
        got, should, size = self.gradients[node], self.expected[node], self.size[node]
        if math.isfinite(got - should):
            return abs(got - should) > 1e-12 * size
        return got != should and not (got != got and should != should)

    def _compare(self, arg, step, kind, node):
        if self.parting is None and self.is_wrong(arg):
            self.parting = (step, kind, node, arg, self.gradients[arg], self.expected[arg])


def right_gradients(graph):
    from micrograd_kr import grad

    return dict(zip(graph.nodes, grad(graph.root, graph.nodes), strict=True))


class Expected:
    """The page as it should be, by its actions; `build(numbers)` is the graph on the numbers of its leaves."""

    def __init__(self, build, numbers, trained, rate, lang):
        self.build, self.initial, self.parameters, self.lang = build, dict(numbers), list(trained), lang
        self.numbers, self.trained, self.rate = dict(numbers), set(trained), rate
        self.position, self.stepped, self.engine, self.carry = 0, True, "right", None
        self.descents, self.chosen = 0, None
        self.touched = self.hand = next(iter(trained), next(iter(numbers)))
        self.notice, self.nudged, self.mistyped, self.past, self.log = "", None, None, [], False
        self.losses = [self.graph.root.data]

    @functools.cached_property
    def graph(self):
        return Graph(self.build(self.numbers))

    def changed(self):
        self.__dict__.pop("graph", None)

    def node(self, name):
        return next(node for node, known in self.graph.names.items() if known == name)

    @property
    def forward(self):
        return [node for node in self.graph.nodes if self.graph.kind(node) != "constant"]

    def run(self, steps=10**6):
        return Run(self.graph, self.engine, self.carry and self.by_name(self.carry), steps)

    def by_name(self, gradients):
        names = {name: node for node, name in self.graph.names.items()}
        return {names[name]: number for name, number in gradients.items()}

    @property
    def last(self):
        return len(self.forward) + 1 + len(self.run(0).visits)

    # --- actions ---

    def remember(self):
        keys = "numbers position stepped carry losses descents trained touched notice nudged".split()
        kept = {key: getattr(self, key) for key in keys}
        self.past.append({key: value.copy() if isinstance(value, dict | set) else value for key, value in kept.items()})

    def do(self, kind, *args):
        getattr(self, kind)(*args)

    def key(self, key):
        to = {"ArrowRight": self.position + 1, "ArrowLeft": self.position - 1, "Home": 0}.get(key)
        if to is not None:
            self.go(to)
        elif key == "End":
            self.click("last")
        elif key == "z":
            self.click("undo")

    def click(self, button):
        last = self.last
        if button == "next" and self.position < last:
            self.go(self.position + 1)
        elif button == "back" and self.position > 0:
            self.go(self.position - 1)
        elif button == "first" and self.position > 0:
            self.go(0)
        elif button == "last" and (self.position < last or self.via_key):
            self.go(0)
            self.position, self.stepped = last, False
        elif button == "undo" and self.past:
            for name, value in self.past.pop().items():
                setattr(self, name, value)
            self.mistyped = None
            self.changed()
            self.position = min(self.position, self.last)
        elif button == "reset":
            self.remember()
            self.with_numbers(dict(self.initial))
            self.trained = set(self.parameters)
        elif button == "nudge":
            before = dict(self.numbers)
            self.set(self.hand, self.numbers[self.hand] + 0.01)
            self.notice, self.nudged = "nudged", (self.hand, 0.01, before)
        elif button in ("descend", "descend10"):
            self.descend(10 if button == "descend10" else 1)
        elif button == "toparting" and self.engine != "right" and self.run().parting:
            self.go(len(self.forward) + self.run().parting[0])
        elif button == "log":
            self.log = not self.log

    via_key = just_stepped = False

    def go(self, to):
        self.position, self.stepped = max(0, min(self.last, to)), True
        self.notice, self.nudged, self.mistyped = "", None, None

    def with_numbers(self, numbers):
        begins = self.position in (0, self.last)
        self.numbers = numbers
        self.changed()
        self.position = self.last if begins else self.position
        self.stepped = self.stepped and not begins
        self.carry, self.descents, self.losses = None, 0, [self.graph.root.data]
        self.notice, self.nudged, self.mistyped = "", None, None

    def set(self, name, number):
        if self.numbers[name] == number:
            self.notice = "" if self.mistyped else self.notice
            self.mistyped = None
        else:
            self.remember()
            self.with_numbers({**self.numbers, name: number})
        self.touched = name

    def change(self, name, text):
        known = {
            "1/3": 1 / 3, "−3": -3.0, "１．５": 1.5, "25%": 0.25, "1,000": 1000.0, "abc": None, "": None, "1//2": None
        }  # fmt: skip
        number = known[text] if text in known else float(text)
        if number is None:
            self.touched, self.mistyped, self.notice = name, name, "not_a_number"
        else:
            self.set(name, number)

    def reset(self, name):
        if self.numbers[name] != self.initial[name]:
            self.set(name, self.initial[name])

    def train(self, name):
        self.remember()
        self.trained = self.trained ^ {name}

    def choose(self, name):
        self.chosen = None if self.chosen == name else name
        if self.chosen:
            self.touched = name

    def set_rate(self, text):
        self.rate = text
        if text == "fast":
            self.mistyped, self.notice = "rate", "not_a_number"
        else:
            self.notice = "" if self.mistyped else self.notice
            self.mistyped = None

    def speak(self, lang):
        self.lang = lang

    def engine_(self, name):
        self.engine, self.notice, self.nudged = name, "", None
        self.position, self.stepped = self.last, False

    def descend(self, times):
        rate = {"0.05": 0.05, "1/10": 0.1}.get(self.rate)
        if rate is None:
            self.mistyped, self.notice = "rate", "not_a_number"
            return
        if not self.trained:
            self.notice = "nothing_trained"
            return
        self.remember()
        losses = list(self.losses)
        for _ in range(times):
            names = self.graph.names
            gradients = {names[node]: number for node, number in self.run().gradients.items()}
            self.numbers = {
                name: number - rate * gradients[name] if name in self.trained else number
                for name, number in self.numbers.items()
            }
            self.carry = gradients
            self.changed()
            losses.append(self.graph.root.data)
        self.losses, self.descents = losses, self.descents + times
        self.position, self.stepped = self.last, False
        self.notice, self.nudged, self.mistyped = "descended", None, None

    # --- what should be seen ---

    def say(self, key, **pieces):
        return translate(f"livepage.{key}", self.lang, **pieces)

    @property
    def backward(self):
        return max(0, self.position - len(self.forward))

    def step(self):
        """The step that is shown, as a Stepper or one of a broken engine would have it."""
        forward, last = self.forward, self.last
        if self.position <= len(forward) + 1 or self.engine == "right":
            for node in self.graph.nodes:
                node.grad = 0
            stepper = Stepper(self.graph.root, self.lang)
            return next(step for step in stepper if step.index == self.position)
        run = self.run(self.backward)
        node = run.visits[self.backward - 2]
        facts = node, self.position, last, node.data, node.arg_numbers
        return Step("backward", *facts, run.gradients[node], tuple(run.flows), _graph=self.graph, _lang=self.lang)

    def sentence(self):
        step = self.step()
        message = step.message()
        if self.engine == "overwrite" and step.flows:
            flows = [
                Message("livepage.flow_replaced", one.pieces) if one.key == "stepper.flow.added" else one
                for one in message.pieces["flows"]
            ]
            message = Message(message.key, {**message.pieces, "flows": tuple(flows)})
        return message.say(self.lang)

    def parting(self):
        found = self.run().parting if self.engine != "right" else None
        if found is None:
            return 0, ""
        step, kind, node, arg, got, should = found
        names = self.graph.names
        pieces = {"node": names[node], "arg": names[arg], "got": format_number(got), "should": format_number(should)}
        return len(self.forward) + step, self.say(f"parting_{kind}", **pieces)

    def caption(self):
        root = self.graph.root
        output, number = self.graph.names[root], format_number(root.data)
        at, reason = self.parting()
        if self.notice == "descended":
            before = format_number(self.losses[0])
            return self.say("descended", count=self.descents, before=before, loss=number, node=output)
        if self.notice == "nudged":
            name, by, before = self.nudged
            past = Graph(self.build(before))
            gradient = next(g for node, g in right_gradients(past).items() if past.names[node] == name)
            moved, guess = format_number(root.data - past.root.data), format_number(gradient * by)
            pieces = {"leaf": name, "by": format_number(by), "output": output, "moved": moved, "guess": guess}
            return self.say("nudged", gradient=format_number(gradient), **pieces)
        if self.notice:
            return self.say(self.notice)
        if self.position == 0:
            return self.say("at_start")
        if not self.stepped and self.position == self.last:
            if self.engine == "right":
                return self.say("all_done", node=output, number=number)
            return f"{self.say('parted', step=at)} {reason}" if at else self.say("same_anyway")
        said = self.sentence()
        return f"{said} {reason}" if at == self.position else said

    def cards(self):
        run, forward = self.run(self.backward), {node: index for index, node in enumerate(self.forward, start=1)}
        whole = self.position == self.last
        shown = {}
        for number, node in enumerate(self.graph.nodes):
            if node in forward:
                data = format_number(node.data) if forward[node] <= self.position else "·"
                flowed = self.backward and (whole or node in run.received)
                shown[str(number)] = [data, format_number(run.gradients[node]) if flowed else "·"]
        return shown

    def formula(self):
        names, root = self.graph.names, self.graph.root

        def symbol(node):
            return f"∂({names[node]})" if names.precedence(node) < 100 else f"∂{names[node]}"

        if self.position == 0:
            return self.say("formula_first")
        if not self.stepped:
            leaf = self.node(self.hand)
            gradient = right_gradients(self.graph)[leaf]
            moved = format_number(0.01 * gradient)
            means = self.say("formula_means", leaf=self.hand, output=names[root], moved=moved)
            return f"{symbol(root)}/{symbol(leaf)} = {format_number(gradient)}{means}"
        step = self.step()
        if step.is_seed:
            return f"{symbol(root)}/{symbol(root)} = 1"
        if step.phase == "forward":
            pieces = step.message().pieces
            numbers = pieces.get("numbers", "")
            return " = ".join(
                dict.fromkeys(filter(None, [pieces["node"], pieces["formula"], numbers, pieces["number"]]))
            )
        sign, rows = "=" if self.engine == "overwrite" else "+=", []
        flows = self.sentence_flows(step)
        for flow, working in flows[: 3 if len(flows) <= 3 else 2]:
            factors = f"{symbol(root)}/{symbol(step.node)} × {symbol(step.node)}/{symbol(flow.arg)}"
            rows.append(f"{symbol(root)}/{symbol(flow.arg)} {sign} {factors}= {working}")
        if len(flows) > 3:
            rows.append(translate("stepper.flow.more", self.lang, count=len(flows) - 2))
        return "".join(rows) if flows else self.say("formula_nothing")

    def sentence_flows(self, step):
        """Each flow of a step with how it is worked out."""
        from dataclasses import replace

        return [
            (flow, replace(step, flows=(flow,)).message().pieces["flows"][0].pieces["working"]) for flow in step.flows
        ]

    def detail(self):
        if self.chosen is None:
            return None
        node = self.node(self.chosen)
        told = why(self.graph.root, node, self.lang, limit=20).say().splitlines()
        paths = [line.strip() for line in told if line.startswith("  ")]
        return [
            self.chosen,
            f"{self.chosen} = {format_number(node.data)}",
            *[x for x in told if x.strip() not in paths],
            *paths,
        ]

    def verdict(self):
        losses = self.losses
        if len(losses) < 2:
            return ""
        bad = next((index for index, loss in enumerate(losses) if not math.isfinite(loss)), None)
        pieces = {"step": self.descents - len(losses) + 1 + (bad or 0)}
        pieces |= {"first": format_number(losses[0]), "last": format_number(losses[-1])}
        if bad is not None:
            return self.say("curve_exploded" if bad else "curve_no_number", **pieces)
        if losses[-1] > losses[0] and losses[-1] >= losses[-2]:
            return self.say("curve_rises", **pieces)
        recent = losses[-6:]
        moves = [b - a for a, b in itertools.pairwise(recent)]
        if sum(a * b < 0 for a, b in itertools.pairwise(moves)) > 2:
            return self.say("curve_jumps")
        return self.say("curve_rests") if len(losses) > 2 and losses[-1] == losses[-2] else ""

    def compare(self, seen):
        graph, names, last = self.graph, self.graph.names, self.last
        output, position = names[graph.root], self.position
        run = self.run(self.backward)
        cards = self.cards()
        at, _ = self.parting()
        assert seen["cards"] == {number: cards[number] for number in seen["cards"]}
        assert seen["boxes"] == [[number, *cards[str(number)]] for number, *_ in seen["boxes"]]
        assert len(seen["cards"]) + len(seen["boxes"]) > 0
        assert seen["keys"] in ([self.say("data")], [])
        assert seen["caption"] == self.caption()
        assert seen["heading"] == self.say("title", node=output) and seen["lang"] == self.lang
        assert seen["where"] == f"{position} / {last}" and (seen["at"], seen["last"]) == (position, last)
        assert seen["said"] == self.say("step_of", step=position, steps=last)
        ends = ["first", "back"] * (position == 0) + ["next", "last"] * (position == last)
        assert seen["disabled"] == ends + ["undo"] * (not self.past)
        assert seen["play"] == self.say("play")
        for name, text, spoken, label, invalid, is_initial, ticked in seen["leaves"]:
            number = format_number(self.numbers[name])
            assert spoken == number and (text == number or self.mistyped == name)
            assert label == self.say("value_of", node=name) and invalid == (self.mistyped == name)
            assert is_initial == (self.numbers[name] == self.initial[name])
            assert ticked == (name in self.trained if name in self.parameters else None)
        touched, text, hint = seen["touched"]
        in_view = [name for name, *_ in seen["leaves"]]
        assert touched in in_view and (touched == self.touched or self.touched not in in_view)
        self.hand = touched
        assert text == format_number(self.numbers[touched]) or self.mistyped == touched
        assert hint == self.say("nudge_hint", node=touched)
        assert seen["formula"] == self.formula()
        wrong = [
            n for n, node in enumerate(graph.nodes) if self.backward and node in run.received and run.is_wrong(node)
        ]
        assert set(seen["wrong"]) <= set(wrong) and (
            seen["boxes"] or len(seen["cards"]) < len(self.forward) or sorted(seen["wrong"]) == wrong
        )
        assert seen["smallest"] >= 10.99
        step = self.step() if self.stepped and position else None
        if step is None:
            assert seen["now"] is None and seen["runs"] == []
        else:
            number, is_back, in_sight = seen["now"]
            assert (number, is_back) == (graph.number[step.node], step.phase == "backward")
            assert in_sight or not self.just_stepped
            assign = "arg.grad = local * node.grad" if self.engine == "overwrite" else "arg.grad += local * node.grad"
            seed = ["for node in order: node.grad = 0"] * (self.engine != "forgotten") + ["output.grad = 1"]
            forward = ["for node in order: node.data = node.forward()"]
            runs = forward if step.phase == "forward" else seed if step.is_seed else [assign]
            assert [line.strip() for line in seen["runs"]] == runs
        assert bool(seen["bug"]) == (self.engine != "right")
        if seen["detail"] is not None or self.chosen is not None:
            assert seen["detail"] == self.detail()
        if self.parameters:
            count = str(self.descents)
            first, now = format_number(self.losses[0]), format_number(self.losses[-1])
            usable = [loss for loss in self.losses if math.isfinite(loss) and (loss > 0 or not self.log)]
            assert seen["descent"] == [
                f"{output} = {now}",
                self.say("steps_taken", count=count),
                self.say("curve", first=first, last=now, count=count),
                len(usable),
                self.verdict(),
                self.mistyped == "rate",
            ]
        jump = "" if self.engine == "right" else self.say("to_parting", step=at) if at else self.say("never_parts")
        right = self.engine == "right"
        assert seen["engine"] == [self.engine, self.say(f"about_{self.engine}"), right, not at, jump]
        for name, mine, should, is_wrong in seen["compared"]:
            node = self.node(name)
            assert (mine, is_wrong) == (format_number(run.gradients[node]), run.is_wrong(node))
            assert should == format_number(run.expected[node])
        ((number, label),) = seen["stop"]
        if number >= 0:
            node = graph.nodes[number]
            data, gradient = cards[str(number)]
            seen_name = names[node] + (f" {node.op.symbol}" if node.op and names[node] != names.spell(node) else "")
            assert label in [
                self.say(key, node=seen_name, data=data, grad=gradient)
                for key in (("card_leaf", "card") if node.op is None else ("card",))
            ]


# --- sequences ------------------------------------------------------------------------------------------------------


def flat(numbers):
    a, b, c = (Value(numbers[name], label=name) for name in "abc")
    loss = ((a * b + c).tanh() * a + b * b).relu() ** 2 + sigmoid(a) / 4
    loss.label = "손실"
    return loss


def diamond(numbers):
    a, b = (Value(numbers[name], label=name) for name in "ab")
    v = a * b + a
    return v * v + v.exp() * b


def net(numbers):
    model = nn.MLP(2, [3, 1], activation="tanh", seed=3)
    for name, parameter in zip(NET, model.parameters(), strict=True):
        parameter.data = numbers[name]
    x = [Value(numbers[name], label=name) for name in ("x1", "x2")]
    return (model(x) - Value(numbers["y"], label="y")) ** 2


def net_names():
    random.seed(0)
    model = nn.MLP(2, [3, 1], activation="tanh", seed=3)
    graph = Graph((model([Value(1.0), Value(2.0)]) - 1.0) ** 2)
    return {graph.names[parameter]: parameter.data for parameter in model.parameters()}


NET = net_names()
GRAPHS = {
    "flat": (flat, {"a": 2.0, "b": -3.0, "c": 10.0}, ["a", "b"]),
    "diamond": (diamond, {"a": 0.5, "b": -1.5}, []),
    "net": (net, {**NET, "x1": 0.5, "x2": -1.0, "y": 0.25}, list(NET)),
}
TYPED = ["1/3", "−3", "１．５", "25%", "1,000", "abc", "", "1//2"]


def an_action(rng, numbers, trained, steps):
    name = rng.choice(list(numbers))
    choices = [
        (6, lambda: ("click", rng.choice(["next", "back", "next", "next"]))),
        (3, lambda: ("position", rng.randint(0, steps))),
        (3, lambda: ("change", name, format_number(rng.choice([0.0, -1.0, 0.25, 2.0, rng.uniform(-3, 3)])))),
        (2, lambda: ("change", name, rng.choice(TYPED))),
        (2, lambda: ("engine", rng.choice(ENGINES))),
        (2, lambda: ("choose", name)),
        (2, lambda: ("click", rng.choice(["first", "last", "undo", "reset", "toparting", "nudge", "nudge", "log"]))),
        (1, lambda: ("key", rng.choice(["ArrowRight", "ArrowLeft", "Home", "End", "z"]))),
        (1, lambda: ("speak", rng.choice(["ko", "en"]))),
        (1, lambda: ("reset", name)),
    ]
    if trained:
        choices.append((3, lambda: ("click", rng.choice(["descend", "descend10"]))))
        choices.append((1, lambda: ("rate", rng.choice(["0.05", "1/10", "fast"]))))
        choices.append((1, lambda: ("train", rng.choice(trained))))
    weights, makers = zip(*choices, strict=True)
    return rng.choices(makers, weights)[0]()


@pytest.mark.browser
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", list(GRAPHS))
def test_after_any_sequence_of_actions_the_page_says_what_python_says(tab, name, seed):
    build, numbers, trained = GRAPHS[name]
    rng = random.Random(f"{name} {seed}")
    root = build(numbers)
    leaves = {name: node for node, name in Graph(root).names.items() if node.op is None}
    tab.open(root, at="start", lang="en", train=[leaves[leaf] for leaf in trained], rate=0.05)
    expected = Expected(build, numbers, trained, "0.05", "en")
    steps = len(Stepper(root))
    actions = [an_action(rng, numbers, trained, steps) for _ in range(60)]
    check(tab, expected, actions)


def check(tab, expected, actions):
    tab.browser.set_script_timeout(60)
    seen = tab.browser.execute_async_script(DRIVE, actions)
    assert not isinstance(seen, str), seen
    for index, (action, found) in enumerate(zip(actions, seen, strict=True)):
        kind, *args = action
        expected.via_key = kind == "key"
        expected.just_stepped = kind == "position" or args[0] in (
            "next",
            "back",
            "toparting",
            "ArrowLeft",
            "ArrowRight",
        )
        if not found["possible"]:  # that input is in another view
            pass
        elif kind == "position":
            expected.go(*args)
        elif kind == "engine":
            expected.engine_(*args)
        elif kind == "rate":
            expected.set_rate(*args)
        else:
            expected.do(kind, *args)
        try:
            expected.compare(found)
        except AssertionError as error:
            error.add_note(f"after {actions[: index + 1]}")
            raise
