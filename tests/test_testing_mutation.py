"""The mutation score on suites of every kind: a time limit, coroutines, pytest.fail, and the pytest plugin."""

import subprocess
import sys
import textwrap
from importlib.metadata import entry_points

import pytest

from micrograd_kr import Value, grad
from micrograd_kr.ops import OPS, define_op, remove_op
from micrograd_kr.testing import check_row, mutants, mutation_score

MUL = mutants("mul")[:1]  # the first partial derivative scaled


def gradient_of_a_product():
    x, y = Value(3.0), Value(2.0)
    (x * y).backward()
    return x.grad


def test_pytest_fail_is_a_failure_and_skip_is_none():
    def fails():
        if gradient_of_a_product() != 2.0:
            pytest.fail("wrong")

    def skips():
        if gradient_of_a_product() != 2.0:
            pytest.skip("cannot say")

    assert mutation_score(fails, MUL).share == 1.0
    assert mutation_score(skips, MUL).share == 0.0


def test_a_loop_that_never_ends_is_stopped():
    def hangs():
        while gradient_of_a_product() != 2.0:
            pass

    assert mutation_score(hangs, MUL, time_limit=0.3).share == 1.0


def test_a_coroutine_is_awaited():
    async def test():
        assert gradient_of_a_product() == 2.0

    assert mutation_score(test, MUL).share == 1.0


def test_a_user_op_whose_rule_raises_does_not_break_the_list():
    define_op("raises", lambda x: x * 1, (lambda out, x: {}["missing"],))
    try:
        assert len(mutants()) > 130
    finally:
        remove_op("raises")


@pytest.mark.parametrize("name", ["tanh", "mul", "pow", "dot"])
def test_a_second_order_mutant_dies_only_where_second_derivatives_are_tested(name):
    extra = [m for m in mutants(name, second_order=True) if m.kind == "not differentiated again"]
    assert len(extra) == 1
    assert mutation_score(lambda: check_row(OPS[name], order=1), extra).share == 0.0
    assert mutation_score(lambda: check_row(OPS[name], order=2), extra).share == 1.0
    x = Value(0.5)
    assert grad(grad(x.tanh(), x, create_graph=True), x) != 0


# The entry point of an installation that is older than the plugin does not name it yet.
HAS_ENTRY_POINT = bool(entry_points(group="pytest11", name="micrograd_kr"))
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
PYTEST += [] if HAS_ENTRY_POINT else ["-p", "_micrograd_kr_pytest"]

SUITE = """
    import unittest
    import pytest
    from micrograd_kr import Value

    @pytest.fixture
    def x():
        return Value(3.0)

    @pytest.mark.parametrize("y", [2.0, 5.0])
    def test_product(x, y):
        (x * y).backward()
        assert x.grad == y

    class TestMore(unittest.TestCase):
        def test_second(self):
            x, y = Value(3.0), Value(2.0)
            (x * y).backward()
            self.assertEqual(y.grad, 3.0)

    class TestAsync(unittest.IsolatedAsyncioTestCase):
        async def test_awaited(self):
            x = Value(3.0)
            (x - 1.0).backward()
            self.assertEqual(x.grad, 1.0)

    class TestMethods:
        def test_difference(self, x):
            y = x - 1.0
            while y.data > 5:
                pass
            y.backward()
            assert x.grad == 1.0
"""


@pytest.mark.parametrize("parallel", [["--gradient-mutants-jobs", "2"], ["-n", "2"]], ids=["jobs", "xdist"])
def test_the_plugin_runs_a_whole_suite_under_each_mutant(tmp_path, parallel):
    tmp_path.joinpath("test_suite.py").write_text(textwrap.dedent(SUITE))
    options = ["--gradient-mutants", "--gradient-mutants-match", "sub", *parallel, "--gradient-mutants-second-order"]
    run = subprocess.run([*PYTEST, *options, "."], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "5 passed" in run.stdout and "4 of 7 mutants killed" in run.stdout and "F" not in run.stdout, run.stdout
    lives = [line for line in run.stdout.splitlines() if "lives:" in line]
    assert any("sub[1]: sign flipped" in line and "ops.py:" in line for line in lives)
    assert not any("sub[0]" in line for line in lives)


def test_the_plugin_runs_nothing_under_mutants_if_the_suite_fails(tmp_path):
    tmp_path.joinpath("test_suite.py").write_text("def test_it():\n    assert False\n")
    run = subprocess.run([*PYTEST, "--gradient-mutants", "."], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 1 and "mutants killed" not in run.stdout
