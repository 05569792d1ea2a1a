"""Calling the machine code: memory for a call, chunks of a large batch on all cores."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

from ..trace import Shape
from .assembly import Machine
from .lowering import VectorName
from .machine_code import MachineCode, vector_name
from .planning import Plan

if TYPE_CHECKING:
    from .arguments import Array, Batch

SHORT = 2000  # nodes of straight code: up to here LLVM may take its time
CHUNK = 4096  # examples; fixed, so that the result does not depend on the number of threads
_pool: ThreadPoolExecutor | None = None
_pool_lock = threading.Lock()


class Stretch(NamedTuple):
    """The part of a batch that one call works on, and the addresses of its results.

    Attributes:
        start, stop: the examples.
        outputs: where the outputs of example 0 go.
        results: where the sums go.
        divisor: what the sums are divided by.
        order: where the rows of the examples are listed; 0 if example k is row k.
    """

    start: int
    stop: int
    outputs: int = 0
    results: int = 0
    divisor: float = 1.0
    order: int = 0


@dataclass(frozen=True, slots=True)
class Memory:
    """What one call at a time works in.

    Attributes:
        block: the whole of it, the frame first.
        frame, sums, values: addresses in it, each a multiple of 64.
        results: room for the results of all sums.
        results_address: where that is.
    """

    block: Any
    frame: int
    sums: int
    values: int
    results: Array
    results_address: int


class Layout(NamedTuple):
    """What is known of a program beside its machine code; kept with it on disk.

    Attributes:
        output_count: how many outputs an example has (0 if only sums over the batch are wanted).
        sum_count: how many sums over the batch there are.
        sum_bytes: the memory for the sums.
        value_bytes: the memory for the numbers of all blocks.
        level: how much time LLVM may take.
        recorded, nodes, loops: see `Stats`.
    """

    output_count: int
    sum_count: int
    sum_bytes: int
    value_bytes: int
    level: int
    recorded: int
    nodes: int
    loops: int


def layout_of(plan: Plan, machine: Machine, output_count: int, recorded: int) -> Layout:
    """The layout of a planned program."""
    level = 2 if plan.straight_count <= SHORT else 0
    sizes = plan.sum_count, plan.sums_size(machine), plan.memory_size(machine)
    return Layout(output_count, *sizes, level, recorded, plan.live, plan.multiply_adds)


def names_of_vectors(machine: Machine) -> VectorName:
    """The names of glibc's functions for the vectors of this machine."""
    return lambda function: vector_name(function, machine)


class Program:
    """Machine code, and the memory that its calls need.

    Args:
        layout: of the program.
        shapes: of the arguments, for one example.
        code: its machine code.
    """

    def __init__(self, layout: Layout, shapes: Sequence[Shape], code: MachineCode) -> None:
        self.code, self.host = code, code.host
        self.output_count, self.sum_count = layout.output_count, layout.sum_count
        self._value_bytes = layout.value_bytes
        self._sum_bytes = layout.sum_bytes
        self._free: list[Memory] = []
        self._layout = Struct(f"qqqqqqqqd{'qq' * len(shapes)}")

    def memory(self) -> Memory:
        """Memory that no other call works in; to be given back."""
        try:
            return self._free.pop()
        except IndexError:
            pass
        import numpy as np

        frame, sums = [-(-size // 64) * 64 for size in (self._layout.size, self._sum_bytes)]
        block = np.zeros(frame + sums + self._value_bytes + 64, np.uint8)
        skipped = -block.ctypes.data % 64
        address = block.ctypes.data + skipped
        results = np.zeros(self.sum_count, self.host.dtype)
        return Memory(block[skipped:], address, address + frame, address + frame + sums, results, results.ctypes.data)

    def give_back(self, memory: Memory) -> None:
        """Another call may work in it."""
        self._free.append(memory)

    def fill(self, memory: Memory, batch: Batch, parameters: int, stretch: Stretch) -> int:
        """Write down what to do; returns the address of the frame, to be handed to the machine code."""
        start, stop, outputs, results, divisor, order = stretch
        where = (start, stop, order, parameters, memory.values, memory.sums, outputs, results, divisor)
        self._layout.pack_into(memory.block, 0, *where, *batch.rows)
        return memory.frame

    def run(self, batch: Batch, parameters: int, stretch: Stretch) -> None:
        """Run on a part of the batch."""
        memory = self.memory()
        self.code.run(self.fill(memory, batch, parameters, stretch))
        self.give_back(memory)

    def sums(self, batch: Batch, parameters: int, threads: int) -> Array:
        """The mean over all examples of each sum."""
        import numpy as np

        count = batch.count
        starts = range(0, count, CHUNK)
        parts = np.empty((len(starts), self.sum_count), self.host.dtype)
        address, row = parts.ctypes.data, parts.strides[0]

        def chunk(number: int) -> None:
            start = starts[number]
            stop = min(start + CHUNK, count)
            divisor = count if count <= CHUNK else 1
            self.run(batch, parameters, Stretch(start, stop, 0, address + number * row, divisor))

        _each(chunk, len(starts), threads)
        total: Array = np.add.reduce(parts, axis=0, dtype=np.float64)
        return parts[0] if count <= CHUNK else (total / count).astype(self.host.dtype, copy=False)

    def sums_of_pieces(self, batch: Batch, parameters: int, order: Array, bounds: Array, threads: int) -> Array:
        """The sums over each piece of a list of rows: piece k is order[bounds[k] : bounds[k + 1]].

        Returns:
            An array with a row for each piece, 0 where a piece is empty.
        """
        import numpy as np

        found = np.zeros((len(bounds) - 1, self.sum_count), self.host.dtype)
        address, row, rows = found.ctypes.data, found.strides[0], order.ctypes.data
        edges = bounds.tolist()

        def piece(number: int) -> None:
            start, stop = edges[number], edges[number + 1]
            if start < stop:
                self.run(batch, parameters, Stretch(start, stop, 0, address + number * row, 1.0, rows))

        _each(piece, len(edges) - 1, threads)
        return found

    def outputs(self, batch: Batch, parameters: int, threads: int) -> Array:
        """The outputs of every example, shape (count, output_count)."""
        import numpy as np

        count = batch.count
        result = np.empty((count, self.output_count), self.host.dtype)
        address = result.ctypes.data
        starts = range(0, count, CHUNK)

        def chunk(number: int) -> None:
            start = starts[number]
            self.run(batch, parameters, Stretch(start, min(start + CHUNK, count), outputs=address))

        _each(chunk, len(starts), threads)
        return result


def _each(task: Callable[[int], None], count: int, threads: int) -> None:
    """Do tasks 0 ... count - 1, several at a time; machine code runs without Python's lock."""
    workers = min(threads, count)
    if workers <= 1:
        for number in range(count):
            task(number)
        return
    numbers = iter(range(count))

    def work() -> None:
        for number in numbers:  # next() on one iterator is atomic: each task is taken once
            task(number)

    for future in [_workers().submit(work) for _ in range(workers)]:
        future.result()


def _workers() -> ThreadPoolExecutor:
    global _pool
    with _pool_lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(available_cores(), "micrograd_kr jit")
        return _pool


def available_cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
