"""The bench on which an engine is tried: what is run on it, what should come out, and what was found wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from ...engine import topological_order
from ...locale import translate
from ...ops import OPS, Op
from ..adapters import Engine, NotOffered
from ..generation.expression import Expression
from ..generation.growing import is_safe
from ..generation.reducing import reduced
from ..gradients.chain import reach
from ..gradients.nodes import locals_of
from ..gradients.precision import NotApplicableError, at_high_precision
from ..gradients.tolerances import LOST_IN_SUMS, OTHER_ENGINE

# What an engine raises where it does not have something, as opposed to getting it wrong.
LACKING = (NotOffered, TypeError, AttributeError, NotImplementedError, AssertionError, NameError)


@dataclass(frozen=True)
class Finding:
    """Something that the engine gets wrong.

    Attributes:
        check: the check that found it.
        message: the key of what is said about it, in the catalog `testing`.
        pieces: what the sentence names.
        code: the smallest graph that shows it, as Python.
        graph: the same as an expression, None if it is more than a graph and one backward pass.
    """

    check: str
    message: str
    pieces: dict[str, str]
    code: str
    graph: Expression | None = None

    def say(self, lang: str | None = None) -> str:
        """The finding in words, and the code below it."""
        text = translate(f"testing.{self.message}", lang, **self.pieces)
        return text + "".join(f"\n    {line}" for line in self.code.splitlines())


Attempt = Callable[[str, Expression | None], None]  # is called before anything is run on the engine


class Lab:
    """An engine on the bench: what it offers, and what was found."""

    def __init__(self, engine: Engine, attempt: Attempt = lambda code, graph: None) -> None:
        self.engine, self.attempt = engine, attempt
        self.graph: Expression | None = None  # that is being tried
        self.findings: list[Finding] = []
        self.check = ""
        self.ran = False  # whether the current check came to look at anything
        self.takes_numbers = _takes_numbers(engine)

    def found(self, message: str, code: str, **pieces: Any) -> None:
        """Note a finding."""
        shown = {name: _shown(piece) for name, piece in pieces.items()}
        self.findings.append(Finding(self.check, message, shown, self.spelt(code), self.graph))

    def spelt(self, code: str) -> str:
        """Code as the engine takes it: with a Value for each number beside an operator, if it takes no numbers."""
        return code if self.takes_numbers else re.sub(r"(?<=[-+*/] )(\d+(\.\d+)?)", r"Value(\1)", code)

    def constant(self, number: float) -> Any:
        """A number as an operand: itself, or a Value of it where the engine takes no numbers."""
        return number if self.takes_numbers else self.engine.make(float(number))

    def apply(self, op: Op, operands: Sequence[Any]) -> Any:
        """A node, where numbers among the operands are what the engine takes."""
        if self.takes_numbers:
            return self.engine.apply(op, operands)
        return self.engine.apply(op, [self.constant(x) if isinstance(x, int | float) else x for x in operands])

    def try_it(self, code: str, action: Callable[[], Any]) -> Any:
        """action(), noted beforehand; None (and a finding) if it breaks; NotOffered if the engine lacks it."""
        self.attempt(code, self.graph)
        try:
            result = action()
        except LACKING as error:
            raise NotOffered(str(error)) from error
        except RecursionError:
            self.ran = True
            self.found("recursion", code)
            return None
        except Exception as error:
            self.ran = True
            self.found("raises", code, error=f"{type(error).__name__}: {error}")
            return None
        self.ran = True
        return result

    def same(self, got: Any, expected: float, what: str, code: str) -> bool:
        """Compare a number; note a finding if it is another one."""
        if agrees(got, expected):
            return True
        self.found("wrong_number", code, what=what, got=got, expected=expected)
        return False

    # --- expressions ------------------------------------------------------------------------------------------------

    def code(self, expression: Expression) -> str:
        """The expression as the engine's user would write it, with the backward pass."""
        lines = [f"{name} = Value({number!r})" for name, number in expression.point.items()]
        for number, (row, *operands) in enumerate(expression.steps, start=1):
            texts = [x if isinstance(x, str) else _constant_text(x) for x in operands]
            name = "out" if number == len(expression.steps) else f"v{number}"
            lines.append(f"{name} = {self.engine.spell(OPS[row], texts)}")
        return "\n".join([*lines, "out.backward()"])

    def run(self, expression: Expression) -> tuple[Any, list[Any]]:
        """The engine's value and gradient of an expression at its point."""
        leaves = [self.engine.make(float(x)) for x in expression.point.values()]
        output = expression.evaluate(self.apply, *leaves)
        value = self.engine.number(output)
        self.engine.backward(output)
        return value, [self.engine.gradient(leaf) for leaf in leaves]

    def wrong(self, expression: Expression) -> tuple[str, Any, float] | None:
        """What is wrong about the engine's answer: (what, got, expected); None if nothing is."""
        expected_value, expected = truth(expression)  # before an engine written in C may damage any number
        value, gradient = self.run(expression)
        if not agrees(value, expected_value):
            return "out.data", value, expected_value
        for name, got, want in zip(expression.point, gradient, expected, strict=True):
            if not agrees(got, want):
                return f"{name}.grad", got, want
        return None

    def needs(self, expression: Expression) -> None:
        """Raise NotOffered if the engine gets this graph wrong as it is: nothing more can be learnt from it then."""
        self.attempt(self.code(expression), expression)
        try:
            wrong = self.wrong(expression) is not None
        except (RecursionError, NotApplicableError):
            return
        except Exception as error:
            raise NotOffered(f"{type(error).__name__} before this check begins: {error}") from error
        if wrong:
            raise NotOffered("the graph that it begins with is wrong already: see the other checks")

    def expect(self, expression: Expression, reduce: bool = False) -> bool:
        """Check value and gradient of an expression; a finding shows the smallest one that is wrong."""
        self.graph = expression
        try:
            return self._expect(expression, reduce)
        finally:
            self.graph = None

    def _expect(self, expression: Expression, reduce: bool) -> bool:
        def fails(each: Expression) -> bool:
            if not is_safe(each, list(each.point.values()), float):
                return False  # outside of a domain anything may come out
            self.attempt(self.code(each), each)
            try:
                return self.wrong(each) is not None
            except (*LACKING, NotApplicableError):
                return False
            except Exception:
                return True

        code = self.code(expression)
        wrong: Any = None
        before = len(self.findings)
        try:
            wrong = self.try_it(code, lambda: self.wrong(expression))
        except NotApplicableError:
            return True
        if len(self.findings) == before and wrong is None:
            return True
        if reduce:
            del self.findings[before:]
            return self.expect(reduced(expression, fails))
        if wrong is not None:
            what, got, expected = wrong
            self.found("wrong_number", code, what=what, got=got, expected=expected)
        return False


def _takes_numbers(engine: Engine) -> bool:
    """Whether a plain number may stand beside an operator; what cannot be multiplied at all counts as if."""
    try:
        x = engine.make(2.0)
        x * x
    except Exception:
        return True
    try:
        engine.number(x * 3.0)
    except LACKING:
        return False
    except Exception:
        return True
    return True


def _constant_text(number: float) -> str:
    return f"({number!r})" if number < 0 else repr(number)


def agrees(got: Any, expected: float) -> bool:
    """Whether a float is what it should be; inf and nan are numbers here."""
    try:
        got = float(got)
    except (TypeError, ValueError, OverflowError):
        return False
    if math.isnan(expected) or math.isinf(expected):
        return bool(got == expected or (math.isnan(expected) and math.isnan(got)))
    return bool(abs(got - expected) <= OTHER_ENGINE * abs(expected) + LOST_IN_SUMS)


@lru_cache(maxsize=2048)
def truth(expression: Expression) -> tuple[float, list[float]]:
    """Value and gradient of an expression from the forward rules alone, at 240 bits; NotApplicableError at a kink.

    >>> truth(Expression({"x": 3.0}, [("mul", "x", "x")]))
    (9.0, [6.0])
    """
    output, leaves = expression.build([float(x) for x in expression.point.values()])
    with at_high_precision():
        reached = reach(topological_order(output), partial(locals_of, chosen=False))
    found = [reached[leaf] for leaf in leaves if leaf in reached]
    if any(each.undecided or each.kink for each in found):
        raise NotApplicableError("a node has no derivative there, or several")
    return float(output.data), [float(reached[leaf].low) if leaf in reached else 0.0 for leaf in leaves]


def _shown(piece: Any) -> str:
    return f"{piece:.10g}" if isinstance(piece, float) else str(piece)


def first_wrong(lab: Lab, expressions: Sequence[Expression]) -> None:
    """Check the expressions that the engine offers, up to the first that it gets wrong."""
    for expression in expressions:
        try:
            if not lab.expect(expression):
                return
        except NotOffered:
            continue
