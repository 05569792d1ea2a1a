"""Checks of an engine's backward pass: what is shared, run twice, changed, cleared, wide or deep."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..adapters import NotOffered
from ..generation.expression import Expression
from .lab import LACKING, Lab, agrees, first_wrong


def sharing(lab: Lab) -> None:
    """What is used twice is counted twice: x * x, b = a + a, diamonds. The first that is wrong is shown."""
    first_wrong(
        lab,
        [
            Expression({"x": 3.0}, [("mul", "x", "x")]),
            Expression({"a": 3.0}, [("add", "a", "a")]),
            Expression({"a": 3.0}, [("add", "a", "a"), ("add", "v1", "v1")]),
            Expression({"a": 3.0}, [("mul", "a", "a"), ("mul", "v1", "v1")]),
            Expression({"a": 3.0}, [("mul", "a", 2.0), ("mul", "v1", 5.0), ("add", "v1", "v2")]),
            Expression({"a": 3.0}, [("mul", "a", 2.0), ("mul", "v1", 5.0), ("add", "v2", "v1")]),
            Expression({"a": 3.0}, [("mul", "a", 2.0), ("mul", "v1", "a"), ("add", "v2", "a"), ("mul", "v3", "v1")]),
            Expression(
                {"a": 3.0, "b": 2.0}, [("mul", "a", "b"), ("add", "a", "b"), ("mul", "v1", "v2"), ("sub", "v3", "v1")]
            ),
        ],
    )


def _expect(lab: Lab, got: Any, expected: float, code: str, causes: dict[float, str]) -> None:
    """Compare x.grad; the message names a cause only where the number is the one that this cause makes."""
    if got is not None and not agrees(got, expected):
        message = next((message for number, message in causes.items() if agrees(got, number)), "")
        if message:
            lab.found(message, code, got=got, expected=expected)
        else:
            lab.same(got, expected, "x.grad", code)


def unused_values(lab: Lab) -> None:
    """A Value that the output does not depend on gets no gradient."""
    engine, code = lab.engine, "x, y = Value(3.0), Value(2.0)\nz = x * y\nout = x * 2.0\nout.backward()"

    def action() -> Any:
        x, y = engine.make(3.0), engine.make(2.0)
        unused = x * y
        engine.backward(x * lab.constant(2.0))
        return engine.gradient(x), engine.gradient(y), unused

    got = lab.try_it(code, action)
    if got is not None:
        lab.same(got[0], 2.0, "x.grad", code)
        lab.same(got[1], 0.0, "y.grad", code)


def python_sum(lab: Lab) -> None:
    """sum([x, y, x]) starts with 0 + x."""
    engine, code = lab.engine, "x, y = Value(3.0), Value(2.0)\nout = sum([x, y, x])\nout.backward()"
    lab.needs(Expression({"x": 3.0, "y": 2.0}, [("add", "x", "y"), ("add", "v1", "x")]))

    def action() -> Any:
        x, y = engine.make(3.0), engine.make(2.0)
        output = sum([x, y, x])
        engine.backward(output)
        return engine.number(output), engine.gradient(x), engine.gradient(y)

    got = lab.try_it(code, action)
    if got is not None:
        for number, expected, what in zip(got, (8.0, 2.0, 1.0), ("out.data", "x.grad", "y.grad"), strict=True):
            lab.same(number, expected, what, code)


def two_losses(lab: Lab) -> None:
    """The gradients of two results add up in the leaves they share."""
    engine = lab.engine
    code = "x = Value(3.0)\na, b = x * 2.0, x * 5.0\na.backward()\nb.backward()"

    def action() -> Any:
        x = engine.make(3.0)
        first, second = x * lab.constant(2.0), x * lab.constant(5.0)
        engine.backward(first)
        engine.backward(second)
        return engine.gradient(x)

    got = lab.try_it(code, action)
    _expect(lab, got, 7.0, code, {5.0: "no_accumulation"})


def two_losses_on_one_result(lab: Lab) -> None:
    """Two results that share an inner one: its gradient of the first pass must not be passed on again."""
    engine = lab.engine
    code = "x = Value(3.0)\nh = x * 2.0\na, b = h * 3.0, h * 5.0\na.backward()\nb.backward()"

    def action() -> Any:
        x = engine.make(3.0)
        inner = x * lab.constant(2.0)
        first, second = inner * lab.constant(3.0), inner * lab.constant(5.0)
        engine.backward(first)
        engine.backward(second)
        return engine.gradient(x)

    got = lab.try_it(code, action)
    _expect(lab, got, 16.0, code, {22.0: "stale_inner", 10.0: "no_accumulation"})


def repeated_backward(lab: Lab) -> None:
    """backward() twice adds the same gradient twice: 54 for x ** 3 at 3, not 72."""
    engine = lab.engine
    code = "x = Value(3.0)\nout = x * x * x\nout.backward()\nout.backward()"
    lab.needs(Expression({"x": 3.0}, [("mul", "x", "x"), ("mul", "v1", "x")]))

    def action() -> Any:
        x = engine.make(3.0)
        output = x * x * x
        engine.backward(output)
        engine.backward(output)
        return engine.gradient(x)

    got = lab.try_it(code, action)
    _expect(lab, got, 54.0, code, {72.0: "repeated_backward", 27.0: "no_accumulation"})


def zero_grad(lab: Lab) -> None:
    """After the leaves' gradients are cleared, a new graph gives its own gradient only."""
    engine = lab.engine
    code = "x = Value(3.0)\n(x * x).backward()\nx.grad = 0\n(x * x).backward()"
    lab.needs(Expression({"x": 3.0}, [("mul", "x", "x")]))

    def action() -> Any:
        x = engine.make(3.0)
        engine.backward(x * x)
        engine.clear(x)
        engine.backward(x * x)
        return engine.gradient(x)

    got = lab.try_it(code, action)
    if got is not None:
        lab.same(got, 6.0, "x.grad", code)


def training(lab: Lab) -> None:
    """Ten steps of gradient descent on (w * 2 - 6) ** 2 find w = 3."""
    engine = lab.engine
    code = (
        "w = Value(0.0)\nfor step in range(10):\n    w.grad = 0\n    loss = (w * 2.0 - 6.0) ** 2\n"
        "    loss.backward()\n    w.data -= 0.1 * w.grad"
    )

    def action() -> Any:
        w = engine.make(0.0)
        for _ in range(10):
            engine.clear(w)
            loss = (w * lab.constant(2.0) - lab.constant(6.0)) ** lab.constant(2)
            engine.backward(loss)
            engine.change(w, engine.number(w) - 0.1 * engine.gradient(w))
        return engine.number(w)

    got = lab.try_it(code, action)
    if got is not None:
        expected = 0.0
        for _ in range(10):
            expected -= 0.1 * 4 * (expected * 2 - 6)
        lab.same(got, expected, "w.data", code)


def changed_leaves(lab: Lab) -> None:
    """A leaf that is changed between forward and backward: the recorded pass's gradient, or an error; never another."""
    engine = lab.engine
    code = "x = Value(3.0)\nout = x * x\nx.data = 5.0\nout.backward()"
    lab.needs(Expression({"x": 3.0}, [("mul", "x", "x")]))
    lab.attempt(code, None)
    try:
        x = engine.make(3.0)
        output = x * x
        engine.change(x, 5.0)
    except LACKING as error:
        raise NotOffered(str(error)) from error
    lab.ran = True
    try:
        engine.backward(output)
    except Exception:  # an error is a fair answer: nothing silent about it
        return
    _expect(lab, engine.gradient(x), 6.0, code, {10.0: "changed_leaf"})


def wide_graphs(lab: Lab) -> None:
    """One leaf used 2,000 times."""
    engine, code = lab.engine, "x = Value(1.0)\nout = x\nfor _ in range(1999):\n    out = x + out * 0.5\nout.backward()"
    lab.needs(Expression({"x": 1.0}, [("mul", "x", 0.5), ("add", "x", "v1")]))

    def action() -> Any:
        x = engine.make(1.0)
        output = x
        for _ in range(1999):
            output = x + output * lab.constant(0.5)
        engine.backward(output)
        return engine.gradient(x)

    got = lab.try_it(code, action)
    if got is not None:
        lab.same(got, 2.0, "x.grad", code)


def deep_chains(lab: Lab) -> None:
    """A chain of 20,000 nodes runs backward, and is freed; where Python's stack ends, the shortest chain is found."""
    engine = lab.engine

    def code(length: int) -> str:
        return f"x = Value(1.0)\nout = x\nfor _ in range({length}):\n    out = out + 1.0\nout.backward()"

    def gradient(length: int) -> Any:
        x = engine.make(1.0)
        output = x
        for _ in range(length):
            output = output + lab.constant(1.0)
        engine.backward(output)
        return engine.gradient(x)

    before = len(lab.findings)
    got = lab.try_it(code(20_000), partial(gradient, 20_000))
    if len(lab.findings) > before and lab.findings[-1].message == "recursion":
        short, long = 1, 20_000
        while long - short > 1:
            middle = (short + long) // 2
            try:
                gradient(middle)
                short = middle
            except RecursionError:
                long = middle
        del lab.findings[before:]
        lab.found("recursion", code(long))
    elif got is not None:
        lab.same(got, 1.0, "x.grad", code(20_000))
