"""Straight-line code with its repetitions rolled into loops, so that an op of a thousand arguments stays short.

A run of lines is a loop if each repetition differs from the one before only in argument numbers that advance by a
fixed step, and reads what the repetition before it left. Nothing else is reordered: the arithmetic is the same.

>>> lines = [Line("{}+{}", (Place("a", 0), Place("a", 1)))]
>>> lines += [Line("{}+{}", (Place("t", i), Place("a", i + 2))) for i in range(6)]
>>> print(roll(lines, [(None, Place("t", 6))]))
const t0=a[0]+a[1];let t6=t0;for(let i=0;i<6;i++){t6=t6+a[i+2]}return t6
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Place(NamedTuple):
    """Where a number stands: argument `a[number]`, line `t`, or `i`, the bare number of a result."""

    kind: str
    number: int

    def __str__(self) -> str:
        return {"a": f"a[{self.number}]", "t": f"t{self.number}", "i": str(self.number)}[self.kind]


Operand = Place | str


class Line(NamedTuple):
    """One operation: a template with a `{}` for each operand."""

    template: str
    operands: tuple[Operand, ...]


class _Step(NamedTuple):
    """A line together with the number of the `t` that it defines; a result has none."""

    line: Line
    name: int | None


@dataclass
class _Loop:
    """steps[start : start + period], `count` times; `strides[j][k]` is how the k-th operand of step j advances."""

    start: int
    period: int
    count: int
    strides: list[list[int | None]]

    @property
    def stop(self) -> int:
        return self.start + self.period * self.count


_LONGEST_PERIOD = 8
_FEWEST_REPETITIONS = 4


def roll(lines: Sequence[Line], results: Sequence[tuple[int | None, Operand]]) -> str:
    """The lines as JavaScript, then the results: `return` for the number None, else `d[number]=`."""
    steps = _in_order(lines, results)
    text: list[str] = []
    position = 0
    while position < len(steps):
        loop = _find_loop(steps, position)
        if loop is None:
            text.append(_statement(steps[position]))
            position += 1
        else:
            text.append(_written_loop(steps, loop))
            position = loop.stop
    joined: list[str] = []
    for statement in text:
        if joined and statement.startswith("const ") and joined[-1].startswith("const "):
            joined[-1] += "," + statement.removeprefix("const ")
        else:
            joined.append(statement)
    body = ";".join(joined)
    return body.replace("};", "}")


def _in_order(lines: Sequence[Line], results: Sequence[tuple[int | None, Operand]]) -> list[_Step]:
    """Each line, followed at once by the results that it gives; results that need no line come last."""
    after: dict[int, list[_Step]] = {}
    for number, operand in results:
        line = Line("return {}", (operand,)) if number is None else Line("d[{}]={}", (Place("i", number), operand))
        where = operand.number if isinstance(operand, Place) and operand.kind == "t" else len(lines)
        after.setdefault(where, []).append(_Step(line, None))
    steps = []
    for index, line in enumerate(lines):
        steps += [_Step(line, index), *after.get(index, [])]
    return steps + after.get(len(lines), [])


def _statement(step: _Step) -> str:
    text = step.line.template.format(*step.line.operands)
    return text if step.name is None else f"const t{step.name}={text}"


def _find_loop(steps: list[_Step], start: int) -> _Loop | None:
    for period in range(1, min(_LONGEST_PERIOD, (len(steps) - start) // _FEWEST_REPETITIONS) + 1):
        strides = _strides(steps, start, period)
        if strides is None:
            continue
        count = 2
        while _repeats(steps, start, period, strides, count):
            count += 1
        loop = _Loop(start, period, count, strides)
        if count >= _FEWEST_REPETITIONS and _is_self_contained(steps, loop):
            return loop
    return None


def _strides(steps: list[_Step], start: int, period: int) -> list[list[int | None]] | None:
    """How each operand advances from the first repetition to the second; None if they are not the same lines."""
    strides = []
    for first, second in zip(steps[start : start + period], steps[start + period : start + 2 * period], strict=True):
        if not _alike(first, second):
            return None
        strides.append(
            [
                y.number - x.number if isinstance(x, Place) and isinstance(y, Place) else None
                for x, y in zip(first.line.operands, second.line.operands, strict=True)
            ]
        )
    return strides


def _alike(x: _Step, y: _Step) -> bool:
    def kind(operand: Operand) -> str:
        return operand.kind if isinstance(operand, Place) else "=" + operand

    return (
        (x.name is None) == (y.name is None)
        and x.line.template == y.line.template
        and list(map(kind, x.line.operands)) == list(map(kind, y.line.operands))
    )


def _repeats(steps: list[_Step], start: int, period: int, strides: list[list[int | None]], count: int) -> bool:
    """Whether the repetition number `count` is there, and advances as the first two did."""
    begin = start + count * period
    if begin + period > len(steps):
        return False
    for j in range(period):
        first, here = steps[start + j], steps[begin + j]
        if not _alike(first, here):
            return False
        for x, y, stride in zip(first.line.operands, here.line.operands, strides[j], strict=True):
            if isinstance(x, Place) and isinstance(y, Place) and y.number != x.number + count * (stride or 0):
                return False
    return True


def _names(steps: list[_Step], begin: int, end: int) -> list[int]:
    return [step.name for step in steps[begin:end] if step.name is not None]


def _is_self_contained(steps: list[_Step], loop: _Loop) -> bool:
    """Whether each repetition reads only itself, the one before, or what was there; and only the last is read later."""
    inside = _names(steps, loop.start, loop.stop)
    names = _names(steps, loop.start, loop.start + loop.period)
    if names and inside != list(range(names[0], names[0] + len(inside))):
        return False
    for j in range(loop.period):
        step = steps[loop.start + j]
        for x, stride in zip(step.line.operands, loop.strides[j], strict=True):
            if not isinstance(x, Place) or x.kind != "t":
                continue
            if stride == 0 and (not names or x.number < names[0]):
                continue
            defined = _names(steps, loop.start, loop.start + j)
            if stride != len(names) or not (x.number in defined or _is_carried(x.number, names, defined)):
                return False
    last = set(inside[len(inside) - len(names) :])
    hidden = set(inside) - last
    return not any(
        isinstance(x, Place) and x.kind == "t" and x.number in hidden
        for step in steps[loop.stop :]
        for x in step.line.operands
    )


def _is_carried(index: int, names: list[int], defined: list[int]) -> bool:
    """Whether t[index], read in the first repetition, is what one before it would have left, still unchanged."""
    slot = index + len(names)
    return slot in names and slot not in defined


def _written_loop(steps: list[_Step], loop: _Loop) -> str:
    names = _names(steps, loop.start, loop.start + loop.period)
    last = (loop.count - 1) * len(names)  # a slot is called as its last repetition is, for those who read it later
    carried: dict[int, int] = {}
    body = []
    for j in range(loop.period):
        step = steps[loop.start + j]
        texts = []
        for x, stride in zip(step.line.operands, loop.strides[j], strict=True):
            if not isinstance(x, Place) or not stride:
                texts.append(str(x))
            elif x.kind == "t":
                slot = x.number if x.number in names else x.number + len(names)
                if slot != x.number:
                    carried[slot] = x.number
                texts.append(f"t{slot + last}")
            else:
                index = ("i" if stride == 1 else f"i*{stride}") + (f"+{x.number}" if x.number else "")
                texts.append(f"a[{index}]" if x.kind == "a" else index)
        text = step.line.template.format(*texts)
        body.append(text if step.name is None else f"t{step.name + last}={text}")
    declared = ",".join(f"t{name + last}" + (f"=t{carried[name]}" if name in carried else "") for name in names)
    head = f"let {declared};" if declared else ""
    return f"{head}for(let i=0;i<{loop.count};i++){{{';'.join(body)}}}"
