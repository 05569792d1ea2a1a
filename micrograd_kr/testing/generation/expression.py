"""Expression: a computation graph as plain data, that runs on any kind of number, prints as Python and draws itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ...elementary import Number
from ...engine import Value
from ...ops import Op, find_op

# A row whose symbol is one of Python's own operators is written with it; any other row as a call.
_PYTHON_OPERATORS = {"+", "-", "*", "/", "**"}


class Built(NamedTuple):
    """A graph of Values made from an Expression: its output, and the leaves it was computed from."""

    output: Value
    inputs: list[Value]


class Expression:
    """A graph: inputs with a point at which it is defined, and one step an op, each the row's name and its operands.

    Args:
        inputs: the name of each input, with a number; together the `point` of the expression.
        steps: (name of the op, operand, ...) for each node; the results are called v1, v2, ... An operand is the
            name of an input or of an earlier result, or else a plain number. The last step is the output.

    Raises:
        ValueError: an operand is not there yet, or an input is called like a result.
        LookupError: the table has no such op.

    >>> square = Expression({"x": 3.0}, [("mul", "x", "x"), ("add", "v1", 1.0)])
    >>> square(3.0)
    10.0
    >>> output, (x,) = square.build()
    >>> output.backward(); x.grad
    6.0
    >>> print(square.python())
    def f(x):
        v1 = x * x
        return v1 + 1.0
    """

    stays_in_graph = True  # gradcheck need not look for what escapes it

    def __init__(self, inputs: Mapping[str, Number], steps: Iterable[Sequence[Any]]) -> None:
        self.point: dict[str, Number] = dict(inputs)
        self.steps: tuple[tuple[Any, ...], ...] = tuple([tuple(step) for step in steps])
        self.constants: list[Number] = []
        self.program: list[tuple[Op, tuple[int, ...]]] = []
        slots = {name: index for index, name in enumerate(self.point)}
        first_constant = len(slots)
        count = sum(not isinstance(operand, str) for _, *operands in self.steps for operand in operands)
        for number, (name, *operands) in enumerate(self.steps, start=1):
            indices = []
            for operand in operands:
                if not isinstance(operand, str):
                    indices.append(first_constant + len(self.constants))
                    self.constants.append(operand)
                elif operand in slots:
                    indices.append(slots[operand])
                else:
                    raise ValueError(
                        f"step {number} ({name}) uses {operand!r}, which is no input and no earlier result"
                    )
            op = find_op(name)
            op.complete(tuple(indices))
            self.program.append((op, tuple(indices)))
            if f"v{number}" in self.point:
                raise ValueError(f"an input may not be called v{number}: that is the name of a result")
            slots[f"v{number}"] = first_constant + count + number - 1

    @property
    def inputs(self) -> list[str]:
        """The names of the inputs."""
        return list(self.point)

    def __call__(self, *numbers: Any) -> Any:
        """The output, computed on Values or on any kind of number; one list of them will do, too."""
        return self.evaluate(lambda op, operands: op(*operands), *numbers)

    def evaluate(self, apply: Callable[[Op, list[Any]], Any], *numbers: Any) -> Any:
        """The output, where `apply(op, operands)` computes each node: so may another engine."""
        return self.results(apply, *numbers)[-1]

    def results(self, apply: Callable[[Op, list[Any]], Any], *numbers: Any) -> list[Any]:
        """The result of each step, in order (of no step: the inputs)."""
        if len(numbers) == 1 and isinstance(numbers[0], list | tuple):
            numbers = tuple(numbers[0])
        if len(numbers) != len(self.point):
            names = ", ".join(self.point)
            raise TypeError(f"this expression takes {len(self.point)} number(s) ({names}), got {len(numbers)}")
        slots = [*numbers, *self.constants]
        first = len(slots)
        for op, indices in self.program:
            slots.append(apply(op, [slots[index] for index in indices]))
        return slots[first:] or slots

    def build(self, point: Mapping[str, Number] | Sequence[Number] | None = None) -> Built:
        """The graph on new, labelled Values, at the expression's own point or another."""
        numbers = self.point if point is None else point
        if not isinstance(numbers, Mapping):
            numbers = dict(zip(self.point, numbers, strict=True))
        leaves = [Value(numbers[name], label=name) for name in self.point]
        return Built(self(*leaves), leaves)

    def draw(self, **options: Any) -> Any:
        """Its picture, as `micrograd_kr.draw` draws the graph at the expression's point."""
        from ... import draw

        return draw(self.build().output, **options)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/plain": repr(self), "image/svg+xml": self.draw().pipe(format="svg").decode()}

    # --- as text ----------------------------------------------------------------------------------------------------

    def python(self, name: str = "f", call: Callable[[Op, list[str]], str] | None = None) -> str:
        """The expression as a Python function, to be pasted; `call` spells a node where another engine needs it."""
        lines = [f"def {name}({', '.join(self.point)}):"]
        spelt = call or _python_call
        for number, (row, *operands) in enumerate(self.steps, start=1):
            text = spelt(find_op(row), [x if isinstance(x, str) else repr(x) for x in operands])
            lines.append(f"    v{number} = {text}" if number < len(self.steps) else f"    return {text}")
        if not self.steps:
            lines.append(f"    return {self.inputs[-1]}")
        text = "\n".join(lines)
        return f"from micrograd_kr.ops import OPS\n\n{text}" if "OPS[" in text else text

    def text_picture(self) -> str:
        """The graph as a tree of text, the output on top; what is drawn once already is only named.

        >>> print(Expression({"a": 1.0}, [("add", "a", "a"), ("mul", "v1", "v1")]).text_picture())
        v2 = v1 * v1
        └─ v1 = a + a
           └─ a
        """
        lines: list[str] = []
        drawn: set[str] = set()
        names = {f"v{number}": step for number, step in enumerate(self.steps, start=1)}
        stack: list[tuple[str, str, str]] = [(f"v{len(self.steps)}" if self.steps else self.inputs[-1], "", "")]
        while stack:
            name, prefix, below = stack.pop()
            step = names.get(name)
            again = name in drawn
            drawn.add(name)
            if step is None or again:
                lines.append(f"{prefix}{name}{' (see above)' if again and step else ''}")
                continue
            row, *operands = step
            texts = [x if isinstance(x, str) else repr(x) for x in operands]
            lines.append(f"{prefix}{name} = {find_op(row).spell(*texts)}")
            children = list(dict.fromkeys(x for x in operands if isinstance(x, str)))
            for child in reversed(children):
                last = child == children[-1]
                stack.append((child, below + ("└─ " if last else "├─ "), below + ("   " if last else "│  ")))
        return "\n".join(lines)

    def __repr__(self) -> str:
        steps = ", ".join(f"({', '.join(map(repr, step))})" for step in self.steps)
        return f"Expression({self.point!r}, [{steps}])"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What Hypothesis and IPython print: the constructor to paste, then the same as a function and a picture."""
        printer.text(repr(self))
        for line in [*self.python().splitlines(), *self.text_picture().splitlines()]:
            printer.break_()
            printer.text(f"#   {line}")
        printer.break_()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(self.steps)

    def __reduce__(self) -> tuple[Any, ...]:
        return Expression, (self.point, self.steps)


def pruned(point: Mapping[str, Number], steps: Sequence[Sequence[Any]], keep_inputs: bool = False) -> Expression:
    """The expression of those steps that the last one needs, and of the inputs that these need, unless all are kept.

    >>> pruned({"x": 1.0, "y": 2.0}, [("sin", "y"), ("cos", "x"), ("exp", "v2")])
    Expression({'x': 1.0}, [('cos', 'x'), ('exp', 'v1')])
    """
    needed = {f"v{len(steps)}"}
    for number in range(len(steps), 0, -1):
        if f"v{number}" in needed:
            needed.update(x for x in steps[number - 1][1:] if isinstance(x, str))
    kept_inputs = {name: number for name, number in point.items() if keep_inputs or not steps or name in needed}
    names = {name: name for name in kept_inputs}
    kept: list[tuple[Any, ...]] = []
    for number, (op, *operands) in enumerate(steps, start=1):
        if f"v{number}" in needed:
            kept.append((op, *[names[x] if isinstance(x, str) else x for x in operands]))
            names[f"v{number}"] = f"v{len(kept)}"
    return Expression(kept_inputs, kept)


def _python_call(op: Op, operands: list[str]) -> str:
    if op.precedence > 0 and op.symbol in _PYTHON_OPERATORS:
        return op.spell(*[f"({text})" if text.startswith("-") else text for text in operands])
    if op.arity == 1 and op.name.isidentifier() and hasattr(Value, op.name):
        return f"{operands[0]}.{op.name}()"
    return f"OPS[{op.name!r}]({', '.join(operands)})"
