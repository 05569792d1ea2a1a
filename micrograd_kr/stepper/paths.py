"""why(output, x): every path from output back to x, and how the products along the paths add up to the derivative."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import MAX_EMAX, Context, Decimal
from html import escape
from typing import Any

from ..elementary import Number
from ..engine import Value, contributions, grad, topological_order
from ..graph import Names, format_number, joined, names_of, readable_label
from ..locale import Message, language
from ..ops import OPS

MOST_NODES = 10  # of a path, before the middle is left out
_COUNTING = Context(prec=40, Emax=MAX_EMAX)  # exact below 10**40, and never a number that fills the memory


@dataclass(frozen=True, slots=True)
class Path:
    """One way from the output back to x.

    Attributes:
        nodes: the Values on it, from the output to x.
        locals: the local derivative of each node with respect to the next.
        product: of the local derivatives: what this path contributes to d output / d x.
    """

    nodes: tuple[Value, ...]
    locals: tuple[Number, ...]
    product: Number


@dataclass(frozen=True)
class Why:
    """Why d output / d x is what it is: `print` it, or read its attributes.

    Attributes:
        output, x: the Values that were asked about.
        total: d output / d x, as `grad(output, x)` gives it.
        count: how many paths there are: an int, or from 10**40 on a Decimal that is rounded.
        paths: those with the largest products, largest first; all of them if there are no more than the limit.
        sum: of the products of `paths`; equal to total, up to rounding, if these are all.
        names: what the Values are called.
        lang: the language it was asked for in, or None.
    """

    output: Value
    x: Value
    total: Number
    count: int | Decimal
    paths: tuple[Path, ...]
    sum: Number
    names: Names = field(repr=False)
    lang: str | None = None

    def say(self, lang: str | None = None) -> str:
        """The whole explanation as text, one path a line."""
        lang = language(lang or self.lang)
        names, total = self.names, format_number(self.total)
        pieces = {"output": names[self.output], "x": names[self.x], "total": total, "shown": str(len(self.paths))}
        pieces["count"] = self._count(lang)
        key = "largest" if self.count > len(self.paths) else ("none", "one", "many")[min(len(self.paths), 2)]
        lines = [Message("stepper.why.title", pieces).say(lang), Message(f"stepper.why.{key}", pieces).say(lang)]
        lines += [f"  {self._line(path)}" for path in self.paths]
        if self.count > len(self.paths):
            rest = format_number(self.total - self.sum)
            lines.append(f"  {Message('stepper.why.rest', {}).say(lang)}: {rest}")
        if self.count > 1:
            lines.append(Message("stepper.why.sum", {"sum": self._sum(total)}).say(lang))
        return "\n".join(lines)

    def _count(self, lang: str) -> str:
        if isinstance(self.count, int):
            return f"{self.count:,}"
        return Message("stepper.why.about", {"count": f"{self.count:.3e}"}).say(lang)

    def _line(self, path: Path) -> str:
        names = [self.names[node] for node in _ends(path.nodes, None) if node is not None]
        factors = [format_number(local) for local in _ends(path.locals, None) if local is not None]
        if len(path.nodes) > MOST_NODES:
            names.insert(MOST_NODES // 2, "…")
            factors.insert(MOST_NODES // 2, "…")
        product = format_number(path.product)
        working = joined(OPS["mul"], "×", factors)
        return f"{' ← '.join(names)}: {working + ' = ' if working not in ('', product) else ''}{product}"

    def _sum(self, total: str) -> str:
        terms = [format_number(path.product) for path in self.paths]
        if self.count > len(self.paths):
            terms.append(format_number(self.total - self.sum))
        if len(terms) > MOST_NODES:
            return total
        return f"{joined(OPS['add'], '+', terms)} = {total}"

    def __str__(self) -> str:
        return self.say()

    def _repr_html_(self) -> str:
        lang = language(self.lang)
        return f'<pre lang="{lang}">{escape(self.say(lang))}</pre>'


def _ends(items: tuple[Any, ...], gap: Any) -> tuple[Any, ...]:
    """The items if they are few, else the first and the last of them."""
    half = MOST_NODES // 2
    return items if len(items) <= MOST_NODES else (*items[:half], gap, *items[-half:])


def why(output: Value, x: Value, lang: str | None = None, *, limit: int = 10) -> Why:
    """Every path from output back to x, with the local derivatives along it and their product.

    Args:
        output: the Value that was differentiated.
        x: the Value with respect to which: a leaf or a computed one.
        lang: the language of the explanation, "ko" or "en".
        limit: how many paths to list at most: those with the largest products. All are counted.

    Returns:
        A Why; print it. Nothing is changed, no .grad either.

    Raises:
        TypeError: output or x is not a Value.
        ValueError: there is no such language.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> print(why(a * b + a, a, lang="en"))
    Why is d out / d a = -2?
    There are 2 paths from out back to a. The local derivatives along each are multiplied, and the products are added:
      out ← a * b ← a: 1 × (-3) = -3
      out ← a: 1
    Together: -3 + 1 = -2
    """
    for value in (output, x):
        if not isinstance(value, Value):
            raise TypeError(f"why(output, x) takes two Values: the {type(value).__name__} {value!r:.60} is not a Value")
    total = grad(output, x)
    if lang is not None:
        language(lang)
    names = names_of(output)
    if x not in names:
        name = readable_label(x.label) or "x"
        names[x] = f"{name}#2" if name in names.values() else name
    ways = _ways_to(x, output)
    paths = tuple(itertools.islice(_largest_first(output, x, ways), limit))
    added: Number = 0
    for path in paths:
        added = added + path.product
    count = ways[output].count if output in ways else Decimal(0)
    whole = int(count) if count < Decimal(10) ** _COUNTING.prec else count
    return Why(output, x, total, whole, paths, added, names, lang)


@dataclass(slots=True)
class _Ways:
    """How x can be reached from a node.

    Attributes:
        edges: for each argument from which x can be reached: the size of the best path over it, it, and the local
            derivative. Sizes are logarithms of absolute values.
        best: the largest of these sizes.
        count: how many paths there are.
    """

    edges: list[tuple[float, Value, Number]]
    best: float
    count: Decimal


def _ways_to(x: Value, output: Value) -> dict[Value, _Ways]:
    """For every node between output and x, how x can be reached; arguments come before what uses them."""
    ways = {x: _Ways([], 0.0, Decimal(1))}
    for node in topological_order(output):
        if node is x or not any(arg in ways for arg in node.args):
            continue
        edges, count = [], Decimal(0)
        for arg, local, _ in contributions(node, 1):
            further = ways.get(arg)
            if further is not None:
                edges.append((_size(local, further.best), arg, local))
                count = _COUNTING.add(count, further.count)
        if edges:
            ways[node] = _Ways(edges, max([size for size, _, _ in edges]), count)
    return ways


def _size(local: Number, further: float) -> float:
    """log |local * further product|, where it has one; for ordering only. What is nan comes first."""
    try:
        absolute = float(abs(local))
    except (TypeError, ValueError, OverflowError):
        return further
    size = further + (math.log(absolute) if absolute else -math.inf)
    return math.inf if math.isnan(size) else size


def _largest_first(output: Value, x: Value, ways: dict[Value, _Ways]) -> Iterator[Path]:
    """The paths, those with the largest |product| first.

    From each node the best way to x is known. A path is known by where it leaves the best way, and by how much it
    loses there; the heap holds ways not taken yet, by their loss. Of equal ones the newest comes first, which is the
    one nearest to x, so that the heap grows by the length of each path and no faster.
    """
    if output not in ways:
        return
    newest = 0
    heap: list[tuple[float, int, Value, Any]] = [(0.0, 0, output, None)]  # loss, age, where it is, how it came there
    while heap:
        loss, _, node, trail = heapq.heappop(heap)
        while node is not x:
            best, chosen = ways[node].best, None
            for size, arg, local in ways[node].edges:
                step = (trail, node, local)
                if chosen is None and size == best:
                    chosen = arg, step
                else:
                    newest -= 1
                    heapq.heappush(heap, (loss + (0.0 if size == best else best - size), newest, arg, step))
            assert chosen is not None  # the best is one of them
            node, trail = chosen
        yield _path(x, trail)


def _path(x: Value, trail: Any) -> Path:
    nodes, locals_ = [x], []
    while trail is not None:
        trail, node, local = trail
        nodes.append(node)
        locals_.append(local)
    nodes.reverse()
    locals_.reverse()
    product: Number = 1
    for local in locals_:
        product = local * product
    return Path(tuple(nodes), tuple(locals_), product)
