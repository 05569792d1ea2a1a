"""The conformance suite: right engines pass, each famous mistake is found, and no engine takes the tests down."""

import math
import os
import subprocess
import sys
import textwrap
import time
from importlib.util import find_spec
from xml.etree import ElementTree

import pytest

from micrograd_kr import Value
from micrograd_kr.__main__ import main
from micrograd_kr.testing import EngineConformance, adapters, check_row, mutants, mutation_score
from micrograd_kr.testing.adapters import as_engine
from micrograd_kr.testing.conformance.isolation import run_isolated
from micrograd_kr.testing.conformance.lab import truth
from micrograd_kr.testing.conformance.suite import CHECKS, distinct, run_check
from micrograd_kr.testing.conformance.written import as_junit, as_markdown, score
from micrograd_kr.testing.mutation.gallery import EXHIBITS, compare, show
from micrograd_kr.testing.mutation.mutants import engine_mutants


class TestOurOwnEngine(EngineConformance):
    Value = Value


@pytest.mark.skipif(find_spec("autograd") is None, reason="autograd is not installed")
class TestHipsAutograd(EngineConformance):
    Value = adapters.Autograd


@pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")
class TestPyTorch(EngineConformance):
    Value = adapters.PyTorch


class TestInAProcessOfItsOwn(EngineConformance):
    Value = Value
    isolated = "micrograd_kr:Value"

    def test_random_graphs(self):
        super().test_random_graphs()

    def _conforms(self, name):
        if name == "random_graphs":  # one is enough: a process is slow to start
            super()._conforms(name)


def found_in(engine):
    return {name for name in CHECKS if run_check(name, engine).findings}


MISTAKES = {
    "assigned, not added": {"sharing", "two_losses"},
    "recursion, no topological order": {"sharing"},
    "no topological order": {"sharing"},
    "parents as a set": {"sharing"},
    "inner gradients not cleared": {"repeated_backward", "two_losses_on_one_result"},
    "changed leaves read again": {"changed_leaves"},
}


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_of_the_mechanism_is_found(name):
    with next(mutant for mutant in engine_mutants() if mutant.name == name):
        findings = {check for check in CHECKS if check != "deep_chains" and run_check(check, as_engine(Value)).findings}
    assert findings >= MISTAKES[name]
    assert not found_in(as_engine(Value))


def test_a_wrong_rule_is_shown_on_the_smallest_graph():
    with next(mutant for mutant in mutants() if mutant.name == "tanh[0]: scaled by 1.01"):
        findings = run_check("functions", as_engine(Value)).findings
        in_random_graphs = run_check("random_graphs", as_engine(Value)).findings
    assert [finding.message for finding in findings] == ["wrong_number"]
    assert ".tanh()" in findings[0].code and len(findings[0].code.splitlines()) == 3
    assert len(in_random_graphs[0].code.splitlines()) == 3
    assert "x.grad" in findings[0].say("en") and "63473959여야 합니다" in findings[0].say("ko")


def test_what_an_engine_does_not_offer_is_skipped():
    class OnlyTimes:
        def __init__(self, data):
            self.data, self.grad, self.parents = data, 0.0, ()

        def __mul__(self, other):
            if not isinstance(other, OnlyTimes):
                return NotImplemented
            out = OnlyTimes(self.data * other.data)
            out.parents = (self, other.data), (other, self.data)
            return out

        def backward(self, upstream=1.0):
            self.grad += upstream
            for parent, local in self.parents:
                parent.backward(local * upstream)

    outcomes = {name: run_check(name, as_engine(OnlyTimes)) for name in CHECKS}
    assert not outcomes["operators"].findings and not outcomes["operators"].skipped
    assert outcomes["reflected_operators"].skipped and outcomes["functions"].skipped
    assert not outcomes["random_graphs"].findings


# --- the command, and engines that take the interpreter down ----------------------------------------------------------

GOOD = "from micrograd_kr import Value\n"
BROKEN = """
    import ctypes, os, time
    from micrograd_kr import Value as Right

    class Value:
        def __init__(self, data):
            self.right = data if isinstance(data, Right) else Right(data)
        data = property(lambda self: self.right.data)
        grad = property(lambda self: self.right.grad, lambda self, x: setattr(self.right, "grad", x))
        def backward(self):
            self.right.backward()
        def __mul__(self, other):
            return Value(self.right * getattr(other, "right", other))
        def __add__(self, other):
            return Value(self.right + getattr(other, "right", other))
        def __pow__(self, other):
            {pow}
        def __neg__(self):
            return Value(-self.right)
"""


def broken_engine(folder, what):
    folder.joinpath("broken.py").write_text(textwrap.dedent(BROKEN.format(pow=what)))
    return "broken:Value"


@pytest.mark.parametrize(
    ("what", "message", "how"),
    [
        ("ctypes.string_at(0)", "crashes", "SIGSEGV"),
        ("os._exit(3)", "leaves", "exit code 3"),
        ("time.sleep(60)", "hangs", "1"),
        ("raise SystemError('bad')", "raises", "SystemError: bad"),
    ],
)
def test_an_engine_that_crashes_leaves_or_hangs_is_a_finding_with_its_graph(tmp_path, monkeypatch, what, message, how):
    monkeypatch.syspath_prepend(tmp_path)
    start = time.monotonic()
    outcomes = {o.check: o for o in run_isolated(broken_engine(tmp_path, what), ["operators", "sharing"], time_limit=1)}
    assert time.monotonic() - start < 30
    finding = outcomes["operators"].findings[0]
    assert finding.message == message and how in str(finding.pieces)
    assert "**" in finding.code
    assert not outcomes["sharing"].findings


def test_check_says_what_is_wrong_and_exits_accordingly(tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(tmp_path)
    tmp_path.joinpath("good.py").write_text(GOOD)
    assert main(["check", "good:Value", "--lang", "en"]) == 0
    assert "good:Value conforms" in capsys.readouterr().out
    junit, table = tmp_path / "conformance.xml", tmp_path / "conformance.md"
    files = ["--junit", str(junit), "--markdown", str(table)]
    assert (
        main(["check", broken_engine(tmp_path, "return Value(self.right ** other * 2)"), "--lang", "ko", *files]) == 1
    )
    assert ElementTree.parse(junit).getroot().attrib["tests"] == str(len(CHECKS))
    assert "| operators | wrong |" in table.read_text("utf-8")
    printed = capsys.readouterr().out
    assert "기준에 맞지 않습니다" in printed and "**" in printed and "점수" in printed
    assert main(["check", "broken:Value", "--junit", str(tmp_path / "nowhere" / "x.xml")]) == 2


@pytest.mark.parametrize("target", ["nosuchmodule:Value", "micrograd_kr:Nothing", "micrograd_kr", "math:pi", ":"])
def test_check_of_what_is_no_engine_says_so(target, capsys):
    assert main(["check", target]) == 2
    assert capsys.readouterr().err


def test_an_engine_that_offers_nothing_does_not_conform(tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(tmp_path)
    tmp_path.joinpath("empty.py").write_text("class Value:\n    pass\n")
    assert main(["check", "empty:Value", "--lang", "en"]) == 1
    assert "none of the checks could begin" in capsys.readouterr().out


# --- mutants and the gallery ------------------------------------------------------------------------------------------


def test_mutants_are_undone_even_after_an_error():
    x = Value(2.0)
    for mutant in mutants():
        with pytest.raises(ZeroDivisionError), mutant:
            raise ZeroDivisionError
    (x * x).backward()
    assert x.grad == 4.0
    assert not found_in(as_engine(Value)) and check_row(x.tanh().op) == 3


def test_the_score_of_a_weak_test_names_what_it_lets_live():
    def weak():
        x, y = Value(1.0), Value(1.0)
        (x * y).backward()
        assert x.grad == y.grad == 1.0

    score = mutation_score(weak, [*mutants("mul"), *engine_mutants()])
    assert {mutant.name for mutant in score.survived} == {"mul: arguments swapped", *(m.name for m in engine_mutants())}
    assert float(score) == pytest.approx(6 / 14)
    assert "lives: parents as a set" in str(score)
    with pytest.raises(ValueError, match="although nothing is broken"):
        mutation_score(lambda: 1 / 0)


def test_the_score_of_a_hypothesis_test():
    from hypothesis import given, settings
    from hypothesis import strategies as st

    @settings(max_examples=20)
    @given(st.floats(0.5, 2), st.floats(3, 4))
    def property_of_mul(a, b):
        x, y = Value(a), Value(b)
        (x * y).backward()
        assert (x.grad, y.grad) == (b, a)

    score = mutation_score(property_of_mul, mutants("mul"))
    assert score.share == 1.0
    property_of_mul()


def test_zero_grad_forgotten_is_seen_by_a_test_of_training():
    from micrograd_kr import nn

    def two_steps():
        model = nn.MLP(1, [1])
        for _ in range(2):
            model.zero_grad()
            model([3.0]).backward()
        assert model.parameters()[0].grad == 3.0

    score = mutation_score(two_steps, [mutant for mutant in engine_mutants() if "zero_grad" in mutant.name])
    assert score.share == 1.0


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.key)
def test_each_mistake_of_the_gallery_parts_from_the_right_answer(exhibit):
    rows = compare(exhibit)
    assert any(row.parts for row in rows)
    assert not rows[0].parts  # the output's own gradient is 1 either way


def test_the_gallery_shows_every_famous_mistake_in_both_languages(capsys):
    assert {exhibit.mutant for exhibit in EXHIBITS} >= {mutant.name for mutant in engine_mutants()}
    for lang, words in (("en", "they part here first"), ("ko", "여기서 처음 갈라집니다")):
        assert main(["gallery", "--lang", lang]) == 0
        printed = capsys.readouterr().out
        assert printed.count(words) == len(EXHIBITS)
        assert "72" in printed and "54" in printed
    assert show("ko") != show("en")


def test_the_command_mutants_lists_them_and_scores_a_test(tmp_path, monkeypatch, capsys):
    assert main(["mutants"]) == 0
    assert "parents as a set" in capsys.readouterr().out
    monkeypatch.syspath_prepend(tmp_path)
    tmp_path.joinpath("mytests.py").write_text("def test_nothing():\n    pass\n")
    assert main(["mutants", "mytests:test_nothing"]) == 1
    assert "0 of" in capsys.readouterr().out
    assert main(["mutants", "mytests:test_missing"]) == 2


# --- published packages ---------------------------------------------------------------------------------------------

PEERS = {  # package: (the engine, what is wrong with it)
    "micrograd": (
        "micrograd.engine:Value",
        {"repeated_backward", "two_losses_on_one_result", "changed_leaves", "corners", "deep_chains"},
    ),
    "minigrad": (  # whether 2 + x says more than x + 2 depends on the memory that it frees and reads again
        "minigrad.engine:Value",
        {"integers", "repeated_backward", "two_losses_on_one_result", "changed_leaves", "operators"},
    ),
    "propgrad": (
        "propgrad.engine:Value",
        {"repeated_backward", "two_losses_on_one_result", "changed_leaves", "corners", "deep_chains"},
    ),
    "lilgrad": (  # installs itself as micrograd
        "micrograd.engine:Value",
        {
            "functions",
            "repeated_backward",
            "two_losses_on_one_result",
            "changed_leaves",
            "corners",
            "not_a_number",
            "deep_chains",
        },
    ),
}

IN_ITS_ENVIRONMENT = """
import json, sys
from micrograd_kr.testing.conformance.isolation import run_isolated
from micrograd_kr.testing.conformance.lab import truth
print(json.dumps({o.check: [[f.message, f.say("en")] for f in o.findings] for o in run_isolated(sys.argv[1])}))
"""


@pytest.mark.peers
@pytest.mark.parametrize("package", PEERS)
def test_the_faults_of_published_engines_are_found(package, tmp_path):
    import json

    target, faults = PEERS[package]
    python = tmp_path / "environment" / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "environment")], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "-q", package], check=True)
    root = os.path.dirname(os.path.dirname(adapters.__file__.rpartition(os.sep)[0]))
    run = subprocess.run(
        [str(python), "-c", IN_ITS_ENVIRONMENT, target],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
        cwd=tmp_path,
    )
    findings = {check: found for check, found in json.loads(run.stdout).items() if found}
    assert set(findings) >= faults, findings
    if package == "minigrad":
        assert any(message == "crashes" for found in findings.values() for message, _ in found)
    if package in ("micrograd", "lilgrad"):
        assert "72" in findings["repeated_backward"][0][1]
    if package == "lilgrad":
        assert any("OverflowError" in said for _, said in findings["corners"]), findings["corners"]


# --- engines with one deliberate mistake ------------------------------------------------------------------------------


class Tiny:
    """A scalar engine in forty lines, with one mistake at will."""

    mistake = ""
    numbers = True

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents

    @classmethod
    def of(cls, x):
        if isinstance(x, cls):
            return x
        if not cls.numbers:
            raise TypeError("Values only")
        return cls(x)

    def node(self, data, *parents):
        return type(self)(data, parents)

    def __add__(self, other):
        other = self.of(other)
        return self.node(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = self.of(other)
        return self.node(self.data * other.data, (self, other.data), (other, self.data))

    def __neg__(self):
        return self * self.of(-1.0) if self.numbers else self.node(-self.data, (self, -1.0))

    def __sub__(self, other):
        other = self.of(other)
        sign = 1.0 if self.mistake == "sub" else -1.0
        return self.node(self.data - other.data, (self, 1.0), (other, sign))

    def __rsub__(self, other):
        return self.of(abs(other) if self.mistake == "rsub" else other) - self

    def __truediv__(self, other):
        other = self.of(other)
        x, y = self.data, other.data
        if self.mistake == "integers" and type(x) is int:
            return self.node(x // y, (self, 1 / y), (other, -x / (y * y)))
        return self.node(x / y, (self, 1 / y), (other, -x / (y * y)))

    def __rtruediv__(self, other):
        return self.of(min(other, 2) if self.mistake == "rtruediv" else other) / self

    def __pow__(self, n):
        if not isinstance(n, int | float):
            return NotImplemented
        slope = n * self.data ** (n - 1) if n else 0.0
        return self.node(self.data**n, (self, -slope if self.mistake == "pow" and n == -2 else slope))

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def tanh(self):
        t = math.tanh(self.data)
        if self.mistake == "overflow":
            t = (math.exp(2 * self.data) - 1) / (math.exp(2 * self.data) + 1)
        return self.node(t, (self, 1.01 * (1 - t * t) if self.mistake == "tanh" else 1 - t * t))

    def exp(self):
        e = math.inf if self.data > 700 else math.exp(self.data)
        return self.node(e, (self, e))

    def relu(self):
        out = 0.0 if self.mistake == "nan" and self.data != self.data else max(self.data, 0.0)
        slope = 2.0 if self.mistake == "kink" and self.data == 0 else float(self.data > 0)
        return self.node(out if self.data == self.data or self.mistake == "nan" else self.data, (self, slope))

    def order(self):
        if self.mistake == "recursion":
            found, met = [], set()

            def visit(node):
                if id(node) not in met:
                    met.add(id(node))
                    for parent, _ in node.parents:
                        visit(parent)
                    found.append(node)

            visit(self)
            return found[::-1]
        order, stack, met = [], [(self, False)], set()
        while stack:
            node, opened = stack.pop()
            if opened:
                order.append(node)
            elif id(node) not in met:
                met.add(id(node))
                stack.append((node, True))
                stack.extend((parent, False) for parent, _ in node.parents)
        return order[::-1]

    def backward(self):
        order = self.order()
        for node in order:
            if node.parents and self.mistake != "stale":
                node.grad = 0.0
        self.grad = self.grad + 1.0 if not self.parents else 1.0
        for node in order:
            parents = dict(node.parents).items() if self.mistake == "set" else node.parents
            for parent, local in parents:
                if self.mistake == "assigned":
                    parent.grad = local * node.grad
                else:
                    parent.grad += local * node.grad


# Each with all that is to be said of it: the check, the message, and how many lines the smallest graph has.
BROKEN_ENGINES = {
    "sub": [("operators", "wrong_number", 4)],
    "rsub": [("reflected_operators", "wrong_number", 3)],
    "rtruediv": [("reflected_operators", "wrong_number", 3)],
    "pow": [("operators", "wrong_number", 3)],
    "tanh": [("functions", "wrong_number", 3)],
    "nan": [("not_a_number", "hides_nan", 2)],
    "stale": [("two_losses_on_one_result", "stale_inner", 5), ("repeated_backward", "repeated_backward", 4)],
    "set": [("sharing", "wrong_number", 3)],
    "assigned": [("sharing", "wrong_number", 3), ("two_losses", "no_accumulation", 4)],
    "overflow": [("corners", "raises", 3)],
    "kink": [("corners", "corner", 3)],
    "recursion": [("deep_chains", "recursion", 5)],
}


def tiny(mistake, numbers=True):
    return as_engine(type("Value", (Tiny,), {"mistake": mistake, "numbers": numbers}))


@pytest.mark.parametrize("mistake", BROKEN_ENGINES)
def test_of_each_mistake_of_a_small_engine_is_said_what_it_is_and_nothing_else(mistake):
    outcomes = distinct([run_check(name, tiny(mistake)) for name in CHECKS])
    said = [(f.check, f.message, len(f.code.splitlines())) for outcome in outcomes for f in outcome.findings]
    assert said == BROKEN_ENGINES[mistake]


def test_a_right_engine_passes_with_and_without_number_operands():
    assert not found_in(tiny(""))
    outcomes = {name: run_check(name, tiny("", numbers=False)) for name in CHECKS}
    assert not [name for name, outcome in outcomes.items() if outcome.findings]
    skipped = {name for name, outcome in outcomes.items() if outcome.skipped}
    assert skipped <= {"reflected_operators", "integers", "python_sum", "training"}


def test_an_engine_without_number_operands_is_tested_through_values():
    outcome = run_check("two_losses", tiny("assigned", numbers=False))
    assert outcome.findings and "x * Value(2.0)" in outcome.findings[0].code


def test_one_cause_has_one_message():
    assert [f.message for f in run_check("repeated_backward", tiny("stale")).findings] == ["repeated_backward"]
    outcome = run_check("repeated_backward", tiny("set"))  # x * x is wrong by itself there, and two passes say no more
    assert not outcome.findings and "wrong already" in outcome.skipped


def test_without_mpmath_the_same_is_found(monkeypatch):
    monkeypatch.setitem(sys.modules, "mpmath", None)
    truth.cache_clear()
    assert run_check("sharing", tiny("set")).findings and run_check("repeated_backward", tiny("stale")).findings
    assert not run_check("sharing", tiny("")).findings
    truth.cache_clear()


def test_the_outcomes_as_junit_and_markdown():
    outcomes = [run_check(name, tiny("tanh")) for name in ("leaves", "functions")]
    suite = ElementTree.fromstring(as_junit("tiny", outcomes))
    assert suite.attrib["tests"] == "2" and suite.attrib["failures"] == "1"
    assert "tanh" in suite.find("testcase/failure").text
    assert "| functions | wrong |" in as_markdown("tiny", outcomes)
    assert score(outcomes) == (1, 2)


SPOILT = """
    from broken import Value as Sound

    made = 0

    class Value(Sound):
        def __mul__(self, other):
            global made
            made += 1
            product = super().__mul__(other)
            return Value(product.right + 1.0) if {when} else Value(product.right)
        def __add__(self, other):
            return Value(super().__add__(other).right)
        def __neg__(self):
            return Value(-self.right)
        def __pow__(self, other):
            return Value(self.right ** other)
"""


@pytest.mark.parametrize(("when", "message"), [("made > 0", "wrong_number"), ("made == 4", "not_alone")])
def test_a_graph_is_blamed_only_if_it_is_wrong_alone_in_a_fresh_process(tmp_path, monkeypatch, when, message):
    monkeypatch.syspath_prepend(tmp_path)
    broken_engine(tmp_path, "return Value(self.right ** other)")
    tmp_path.joinpath("spoilt.py").write_text(textwrap.dedent(SPOILT.format(when=when)))
    ((finding,),) = [o.findings for o in run_isolated("spoilt:Value", ["operators"])]
    assert finding.message == message
    assert finding.graph.steps[0][0] == "mul"
    if message == "not_alone":
        assert "it should be" in finding.say("en") and "새 프로세스" in finding.say("ko")
