"""What a worker holds, and the order in which gradients are added up.

The examples are dealt to shards like cards: example k belongs to shard k % shards. How many shards there are depends on
the size of a batch alone, not on the workers, each of which holds some shards that follow each other. The gradient of
a step is the sum over the shards in the order of a binary tree:

    shard     0   1   2   3   4
    level 1   0 + 1   2 + 3   4
    level 2     (01 + 23)     4
    level 3        0123   +   4

A worker adds up the whole branches that it holds, `branches` says which these are, and `Tree` adds up the rest. So
every sum is rounded in the same way however many workers there are.

>>> branches(0, 5), branches(1, 4)                   # as (level, place in the level)
([(2, 0), (0, 4)], [(0, 1), (1, 1)])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ..compiler.calls import Pieces

if TYPE_CHECKING:
    from ..compiler.execution import Array

Branch = tuple[int, int]  # level, place in the level

LEAST = 64  # examples of a batch for each shard: fewer are not worth a call of the machine code
FEW = 256  # up to so many shards it may be so few examples
ENOUGH = 4096  # examples for each shard where there are more shards: their sums cost next to nothing beside them


def shard_count(batch: int) -> int:
    """How many shards there are for batches of this size.

    >>> [shard_count(batch) for batch in (10, 1000, 1_000_000, 100_000_000)]
    [1, 16, 256, 24415]
    """
    return min(-(-batch // LEAST), max(FEW, -(-batch // ENOUGH)))


@dataclass(frozen=True, slots=True)
class Dealing:
    """How a training run deals its examples: the same on every machine.

    Attributes:
        count: how many examples there are.
        batch: how many of them a step takes.
        shards: how many shards there are.
    """

    count: int
    batch: int
    shards: int

    @property
    def steps(self) -> int:
        """How many steps a pass over the examples has."""
        return -(-self.count // self.batch)

    def rows(self, first: int, stop: int) -> Any:
        """The examples of the shards first ... stop - 1, shard by shard: a worker reads them as they lie in memory."""
        import numpy as np

        return np.concatenate([np.arange(shard, self.count, self.shards) for shard in range(first, stop)])

    def pieces(self, first: int, stop: int, order: Any) -> tuple[Any, Any]:
        """What each of the shards first ... stop - 1 does in each step of a pass.

        Args:
            first: the first of the shards.
            stop: the one after the last.
            order: in which the pass takes the examples; None takes them as they stand.

        Returns:
            The examples in the order in which they are taken, as places among `rows(first, stop)`; and an array with a
            row for each step: where the piece of each shard begins, and where the last one ends.
        """
        import numpy as np

        own = stop - first
        taken: Any = np.arange(self.count) if order is None else np.asarray(order)
        shard = taken % self.shards
        when = np.flatnonzero((first <= shard) & (shard < stop))
        taken, shard = taken[when], shard[when] - first
        step_and_shard = when // self.batch * own + shard
        sorted_by = np.argsort(step_and_shard, kind="stable")
        sizes = (self.count - 1 - np.arange(first, stop)) // self.shards + 1
        places = (np.cumsum(sizes)[shard] - sizes[shard] + taken // self.shards)[sorted_by]
        edges = np.searchsorted(step_and_shard[sorted_by], np.arange(self.steps * own + 1))
        return places, np.stack([edges[step * own : (step + 1) * own + 1] for step in range(self.steps)])


class Pass(NamedTuple):
    """One pass over the examples.

    Attributes:
        number: which one it is.
        order: the state of the generator that shuffles; None if nothing is shuffled.
        drawing: the state of the generator of the random numbers that examples draw; None if they draw none.
    """

    number: int
    order: Any = None
    drawing: Any = None


class Share:
    """Some of the shards in the memory of one worker: an actor of Dask.

    Args:
        compiled: the loss.
        dealing: of the examples.
        first: the first shard.
        stop: the one after the last.
        threads: how many cores it may use.
    """

    def __init__(self, compiled: Any, dealing: Dealing, first: int, stop: int, threads: int) -> None:
        self._compiled, self._dealing, self._first, self._stop, self._threads = compiled, dealing, first, stop, threads
        self._parts: list[list[Array]] = []
        self._pieces: Pieces | None = None
        self._now = Pass(-1)
        self._plan: tuple[Any, Any] | None = None

    def append(self, arrays: Sequence[Array]) -> None:
        """Take in the next of the examples."""
        self._parts.append(list(arrays))

    def compile(self) -> None:
        """All examples are there: compile the loss, or find it in the cache."""
        import numpy as np

        self._pieces = Pieces(
            self._compiled.programs, [np.concatenate(parts) for parts in zip(*self._parts, strict=True)]
        )
        self._parts.clear()

    def sums(self, parameters: Array, current: Pass, step: int) -> Array:
        """The gradient and the loss in one step, summed over each of `branches(first, stop)`."""
        assert self._pieces is not None
        if current.number != self._now.number:
            self._begin(current, self._pieces)
        assert self._plan is not None
        order, bounds = self._plan
        found = self._pieces.sums(parameters, order, bounds[step], self._threads)
        return add_up_branches(self._first, found)

    def _begin(self, current: Pass, pieces: Pieces) -> None:
        import numpy as np

        if self._plan is None or current.order is not None:
            order = None if current.order is None else _generator(current.order).permutation(self._dealing.count)
            self._plan = self._dealing.pieces(self._first, self._stop, order)
        if current.drawing is not None:
            rows, count = self._dealing.rows(self._first, self._stop), pieces.random_count
            drawn, generator = np.empty((len(rows), count)), _generator(current.drawing)
            stripe = max(1, (1 << 20) // count)  # examples at a time: all of them need not fit into memory
            for start in range(0, self._dealing.count, stripe):
                numbers = generator.random((min(stripe, self._dealing.count - start), count))
                here = (start <= rows) & (rows < start + stripe)
                drawn[here] = numbers[rows[here] - start]
            pieces.draw(drawn)
        self._now = current


def _generator(state: Any) -> Any:
    import numpy as np

    generator = np.random.default_rng()
    generator.bit_generator.state = state
    return generator


# --- the fixed order of additions -----------------------------------------------------------------------------------


def branches(first: int, stop: int) -> list[Branch]:
    """The largest whole branches of the tree over the shards first ... stop - 1, from left to right."""
    found, place = [], first
    while place < stop:
        level = 0
        while place % (2 << level) == 0 and place + (2 << level) <= stop:
            level += 1
        found.append((level, place >> level))
        place += 1 << level
    return found


def add_up_branches(first: int, rows: Array) -> Array:
    """The sum over each of `branches(first, first + len(rows))`, given a row for each shard."""
    import numpy as np

    sums = {}
    level, place, rows = 0, first, rows.astype(np.float64, copy=False)
    while len(rows):
        if place % 2:
            sums[level, place] = rows[0]
            rows, place = rows[1:], place + 1
        if len(rows) % 2:
            sums[level, place + len(rows) - 1] = rows[-1]
            rows = rows[:-1]
        rows = rows[0::2] + rows[1::2]
        level, place = level + 1, place // 2
    return np.stack([sums[branch] for branch in branches(first, first + _count(sums))])


def _count(sums: dict[Branch, Any]) -> int:
    return sum(1 << level for level, _ in sums)


class Tree:
    """The sums of branches, added up to that over all shards."""

    def __init__(self, shards: int) -> None:
        self._shards = shards
        self._sums: dict[Branch, Array] = {}

    def add(self, branch: Branch, total: Array) -> None:
        """Take in the sum of a branch, and add up what it completes."""
        level, place = branch
        while place or (1 << level) < self._shards:
            beside = self._sums.pop((level, place ^ 1), None)
            if beside is not None:
                total = total + beside
            elif ((place ^ 1) << level) < self._shards:  # its sum is still to come
                break
            level, place = level + 1, place >> 1
        self._sums[level, place] = total

    @property
    def total(self) -> Array:
        """The sum over all shards."""
        (total,) = self._sums.values()
        return total
