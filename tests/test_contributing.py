"""What CONTRIBUTING.md says is enough to add something, is: each line of its table, with an unusual example."""

import math
import random
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import pytest

from micrograd_kr import Stepper, Value, command_line, draw, elementary, grad, nn, page, testing, where, why
from micrograd_kr.__main__ import main
from micrograd_kr.interpreted import Interpreted
from micrograd_kr.ops import OPS, Op, define_op, remove_op

ROOT = Path(__file__).parent.parent


# --- an op ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Example:
    """An op of one's own, a function of numbers that uses it, and the truth about that function at one point.

    Attributes:
        op: makes the row; its name is the example's.
        use: a function of Values, handed the row first.
        point: where it is looked at.
        value, gradient, second: what `use` is there, its derivatives, and the one of the first of these by the first
            input, all worked out by hand.
        no_cell: the function that it needs and that neither JavaScript nor C has.
        is_flat: whether every derivative of the row is 0, so that no change of its rules can be noticed.
    """

    name: str
    op: Callable[[], Op]
    use: Callable[..., Value]
    point: tuple[float, ...]
    value: float
    gradient: tuple[float, ...]
    second: float
    no_cell: str = ""
    is_flat: bool = False
    functions: tuple[str, ...] = field(default=())

    def function(self, *inputs: Any) -> Value:
        return self.use(OPS[self.name], *inputs)

    def leaves(self) -> list[Value]:
        return [Value(x, label=name) for x, name in zip(self.point, "abcd", strict=False)]

    def __str__(self) -> str:
        return self.name


def half_turns() -> Op:
    """sin(pi x), exact at the integers, over two new functions, each with an op of its name for higher derivatives."""
    sinpi = elementary.define_function("sinpi", lambda x: math.sin(math.pi * x), mpmath="sinpi")
    cospi = elementary.define_function("cospi", lambda x: math.cos(math.pi * x), mpmath="cospi")
    define_op("cospi", cospi, (lambda out, x: -elementary.pi(x) * sinpi(x),), holomorphic=False)
    return define_op("sinpi", sinpi, (lambda out, x: elementary.pi(x) * cospi(x),), holomorphic=False)


EXAMPLES = [
    Example(
        "even_part",  # its derivative is 0
        lambda: define_op(
            "even_part",
            lambda x: 2 * elementary.floor(x / 2),
            (0,),
            kink=lambda x: x / 2 - elementary.floor(x / 2),
            holomorphic=False,
        ),
        lambda op, x: op(x) * x,
        (2.75,),
        value=5.5,
        gradient=(2.0,),
        second=0.0,
        is_flat=True,
    ),
    Example(
        "blend",  # three arguments
        lambda: define_op(
            "blend",
            lambda x, y, share: x + share * (y - x),
            (lambda out, x, y, share: 1 - share, lambda out, x, y, share: share, lambda out, x, y, share: y - x),
            domain=(((-math.inf, math.inf),), ((-math.inf, math.inf),), ((0.0, 1.0),)),
        ),
        lambda op, x, y, share: op(x * x, y, share),
        (2.0, -1.0, 0.25),
        value=2.75,
        gradient=(3.0, 0.25, -5.0),
        second=1.5,
    ),
    Example(
        "energy",  # any number of arguments
        lambda: define_op(
            "energy",
            lambda *xs: reduce(add, [x * x for x in xs]) / 2,
            lambda out, *xs: xs,
        ),
        lambda op, x, y, z: op(x, y, x, z),
        (1.5, -2.0, 0.5),
        value=4.375,
        gradient=(3.0, -2.0, 0.5),
        second=2.0,
    ),
    Example(
        "outweighs",  # a comparison
        lambda: define_op(
            "outweighs",
            lambda x, y: x > 2 * y,
            (0, 0),
            kink=lambda x, y: x - 2 * y,
            holomorphic=False,
            gives="condition",
        ),
        lambda op, x, y: where(op(x, y), x * x * y, y),
        (3.0, 0.5),
        value=4.5,
        gradient=(3.0, 9.0),
        second=1.0,
        is_flat=True,
    ),
    Example(
        "tent",  # a kink, at 1
        lambda: define_op(
            "tent",
            lambda x: where(x < 1, x, 2 - x),
            (lambda out, x: where(x < 1, 1, where(x > 1, -1, 0)),),
            kink=lambda x: x - 1,
            holomorphic=False,
        ),
        lambda op, x: op(x * x),
        (1.5,),
        value=-0.25,
        gradient=(-3.0,),
        second=-2.0,
    ),
    Example(
        "sinpi",  # over a new function that JavaScript and C do not have
        half_turns,
        lambda op, x: op(x) * 2,
        (0.25,),
        value=math.sqrt(2),
        gradient=(math.pi * math.sqrt(2),),
        second=-(math.pi**2) * math.sqrt(2),
        no_cell="sinpi",
        functions=("sinpi", "cospi"),
    ),
]


@pytest.fixture(params=EXAMPLES, ids=str)
def example(request: pytest.FixtureRequest) -> Iterator[Example]:
    """An example whose op is in the table for one test."""
    one: Example = request.param
    before = set(OPS)
    one.op()
    try:
        yield one
    finally:
        for name in set(OPS) - before:
            remove_op(name)
        for name in one.functions:
            elementary.remove_function(name)


def close(numbers: Any) -> Any:
    return pytest.approx(numbers, rel=1e-12, abs=1e-12)


def test_the_engine_runs_it(example: Example) -> None:
    leaves = example.leaves()
    output = example.function(*leaves)
    output.backward()
    assert output.data == close(example.value)
    assert tuple(leaf.grad for leaf in leaves) == close(example.gradient)
    op = OPS[example.name]
    if op.arity is not None and op.gives == "number":
        first, *others = [Value(0.5) for _ in range(op.arity)]
        assert getattr(first, op.name)(*others).op is op


def test_it_is_differentiated_twice(example: Example) -> None:
    leaves = example.leaves()
    slopes = grad(example.function(*leaves), leaves, create_graph=True)
    assert [slope.data for slope in slopes] == close(list(example.gradient))
    assert grad(slopes[0], leaves[0]) == close(example.second)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_it_is_stepped_to_the_end_and_back(example: Example, lang: str) -> None:
    leaves = example.leaves()
    stepper = Stepper(example.function(*leaves), lang=lang)
    forwards = []
    while step := stepper.next():
        forwards.append(step.say())
    assert [leaf.grad for leaf in leaves] == close(list(example.gradient))
    assert any(example.name in sentence for sentence in forwards)
    backwards = []
    while step := stepper.back():
        backwards.append(step.say())
    assert backwards == forwards[::-1]
    assert [leaf.grad for leaf in leaves] == [0] * len(leaves)


def test_why_follows_its_paths(example: Example) -> None:
    leaves = example.leaves()
    output = example.function(*leaves)
    explained = why(output, leaves[0])
    assert explained.total == close(example.gradient[0])
    assert f"{example.gradient[0]:.3g}"[:4] in explained.say("en")


def test_it_is_drawn(example: Example) -> None:
    output = example.function(*example.leaves())
    assert example.name in draw(output).source
    assert draw(output, expand=True).source.startswith("digraph")
    assert "<svg" in draw(output).pipe(encoding="utf-8")


def test_it_is_on_a_page(example: Example) -> None:
    leaves = example.leaves()
    output = example.function(*leaves)
    if example.no_cell:
        with pytest.raises(TypeError, match=rf"(?s){example.name}.*{example.no_cell}.*JavaScript"):
            page(output)
        assert page(leaves[0] * leaves[0]).count == 2  # no other page is the worse for it
    else:
        assert example.name in page(output).html


def test_random_expressions_use_it(example: Example) -> None:
    found = [
        expression
        for expression in (testing.random_expression(seed) for seed in range(400))
        if any(name == example.name for name, *_ in expression.steps)
    ]
    assert len(found) >= 3
    informative = 0
    for expression in found[:5]:
        assert math.isfinite(expression(*expression.point.values()))
        try:
            testing.gradcheck(expression, list(expression.point.values()))
            informative += 1
        except testing.InconclusiveError:
            continue
    assert informative


def test_strategies_use_it(example: Example) -> None:
    hypothesis = pytest.importorskip("hypothesis")
    expression = hypothesis.find(
        testing.expressions(),
        lambda expression: any(name == example.name for name, *_ in expression.steps),
        settings=hypothesis.settings(max_examples=3000, database=None, phases=[hypothesis.Phase.generate]),
        random=random.Random(0),
    )
    assert expression.build()[0].data == expression(*expression.point.values())


def test_gradcheck_passes(example: Example) -> None:
    assert testing.gradcheck(example.function, list(example.point), order=2)


def test_its_mutants_die(example: Example) -> None:
    mutants = testing.mutants(OPS[example.name])
    assert bool(mutants) != example.is_flat
    for mutant in mutants:
        with mutant, pytest.raises(testing.GradientError):
            testing.gradcheck(example.function, list(example.point))
    testing.gradcheck(example.function, list(example.point))  # and it is whole again


def test_it_is_compiled(example: Example) -> None:
    pytest.importorskip("llvmlite")
    numpy = pytest.importorskip("numpy")
    from micrograd_kr import jit

    inputs = "abcd"[: len(example.point)]
    function = eval(f"lambda {', '.join(inputs)}: use({', '.join(inputs)})", {"use": example.function})
    compiled = jit(function)
    if example.no_cell:
        with pytest.raises(TypeError, match=rf"(?s){example.no_cell}.*\bC\b"):
            compiled(*example.point)
        assert jit(lambda x: x * x)(3.0).data == 9.0
        return
    leaves = example.leaves()
    output = compiled(*leaves)
    output.backward()
    assert output.data == close(example.value)
    assert tuple(leaf.grad for leaf in leaves) == close(example.gradient)
    assert compiled.batch(*[numpy.full(3, x) for x in example.point]).tolist() == close([example.value] * 3)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_it_is_removed_again(example: Example) -> None:
    before, functions = list(OPS), list(elementary.FUNCTIONS)
    example.op()
    output = example.function(*example.leaves())
    for name in set(OPS) - set(before):
        remove_op(name)
    for name in example.functions:
        elementary.remove_function(name)
    assert list(OPS) == before and list(elementary.FUNCTIONS) == functions
    output.backward()  # what it made keeps working
    example.op()  # and the names are free again
    for name in set(OPS) - set(before):
        remove_op(name)
    for name in example.functions:
        elementary.remove_function(name)
    with pytest.raises(LookupError, match=f"there is no op '{example.name}'"):
        remove_op(example.name)


# --- a reader -------------------------------------------------------------------------------------------------------


class Counted(Interpreted):
    """A number that counts how many functions of table 1 were applied to make it, by name."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts

    def __apply__(self, function: elementary.Function, *args: Any) -> Any:
        counts: dict[str, int] = {function.name: 1}
        for arg in args:
            for name, count in (arg.counts if isinstance(arg, Counted) else {}).items():
                counts[name] = counts.get(name, 0) + count
        return Counted(counts)


def test_a_reader_is_a_child_of_interpreted_with_one_method() -> None:
    for op in OPS.values():
        count = 5 if op.arity is None else op.arity
        args = [Counted({}) for _ in range(count)]
        assert isinstance(op(*args), Counted), op
        assert all(isinstance(partial, Counted | int | float | tuple) for partial in op.partials(op(*args), *args)), op
    assert OPS["sigmoid"](Counted({})).counts == {
        "where": 1, "greater_equal": 1, "exp": 2, "neg": 2, "abs": 2, "add": 1, "div": 1,
    }  # fmt: skip


# --- a layer --------------------------------------------------------------------------------------------------------


class Gate(nn.Module):
    """Where x[0] > 0 one factor, else the other, on what a layer says: parameters in a dict, one with two names."""

    def __init__(self) -> None:
        self.factor = {"open": Value(2.0), "shut": Value(-0.5)}
        self.tied = self.factor["open"]
        self.inner = nn.Linear(2, 1, seed=0)

    def forward(self, x: list[Any]) -> Value:
        product: Value = where(x[0] > 0, self.factor["open"], self.factor["shut"]) * self.inner(x) + self.tied
        return product


def test_a_layer_is_a_module_made_of_values(tmp_path: Path) -> None:
    gate = Gate()
    names = ["factor.open", "factor.shut", "inner.neurons.0.w.0", "inner.neurons.0.w.1", "inner.neurons.0.b"]
    assert len(gate.parameters()) == len(names)
    assert [name for name, _ in gate.named_parameters()][:2] == names[:2]
    x = [Value(1.0, label="x0"), Value(-2.0, label="x1")]
    output = gate(x)
    assert output.scope[0] is gate
    assert "factor.open" in draw(output, collapse=False).source
    assert '"factor.open"' in page(output).html
    assert Stepper(output).names[gate.tied] == "factor.open"
    assert testing.gradcheck(gate, [1.0, -2.0])
    other = Gate()
    gate.tied.data = 7.0
    other.load_state_dict(gate.state_dict())
    assert other.factor["open"].data == 7.0
    assert "Gate" in gate.summary()


def test_a_layer_is_compiled_and_trained() -> None:
    pytest.importorskip("llvmlite")
    from micrograd_kr import jit

    gate = Gate()
    xs, ys = [[1.0, -2.0], [-1.0, 0.5], [2.0, 1.0]], [1.0, -1.0, 0.0]
    losses = jit(lambda x, y: (gate(x) - y) ** 2).fit(
        xs, ys, nn.SGD(gate.parameters(), 0.05), epochs=50, progress=False
    )
    assert losses[-1] < losses[0] / 2


# --- a command ------------------------------------------------------------------------------------------------------


def test_a_command_is_one_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    (tmp_path / "slope_command.py").write_text(
        "from micrograd_kr import Value\n"
        "def add_parser(subparsers):\n"
        "    parser = subparsers.add_parser('slope', help='the slope of a parabola')\n"
        "    parser.add_argument('x', type=float)\n"
        "    parser.add_argument('--times', type=int, default=1)\n"
        "def run(arguments):\n"
        "    x = Value(arguments.x)\n"
        "    (x * x).backward()\n"
        "    print(arguments.times * x.grad)\n"
        "    return 0\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(command_line, "__path__", [*command_line.__path__, str(tmp_path)])
    try:
        assert "slope" in command_line.names()
        assert main(["slope", "1.5", "--times", "3"]) == 0
        assert capsys.readouterr().out == "9.0\n"
        assert main(["slope", "one", "--lang", "en"]) == 2
        assert "x does not take one" in capsys.readouterr().err
    finally:
        sys.modules.pop("micrograd_kr.command_line.slope_command", None)


# --- a language -----------------------------------------------------------------------------------------------------


def test_the_table_of_contributing_names_what_is_there() -> None:
    """A language is made from a folder in tests/test_third_language.py."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (an? [^|]+?) \| (.+?) \|", text, re.MULTILINE)
    assert [row[0] for row in rows] == [
        "an op",
        "an elementary function",
        "a reader, which runs the tables on a new kind of number",
        "a layer or a loss",
        "a command",
        "a language",
    ]
    for _, touch in rows:
        places = re.findall(r"`(micrograd_kr/[^`]*)`", touch)
        assert places and all((ROOT / place).exists() for place in places)
    assert (ROOT / "tests" / "test_third_language.py").exists()
