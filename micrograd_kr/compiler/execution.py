"""Calling the machine code: the arguments as arrays, memory for a call, chunks of a large batch on all cores."""

from __future__ import annotations

import inspect
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import prod
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

from ..engine import Value
from ..trace import Shape
from .assembly import Machine
from .lowering import VectorName
from .machine_code import MachineCode, vector_name
from .planning import Plan

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

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


# --- what the caller passed -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Batch:
    """The arrays of a call as the machine code finds them.

    Attributes:
        rows: for each argument its address, and how many bytes lie between the rows of two examples.
        count: how many examples there are.
        kept: the arrays, which must stay alive meanwhile.
    """

    rows: list[int]
    count: int
    kept: list[Array]


def batch_of(arrays: Sequence[Array], shapes: Sequence[Shape], count: int) -> Batch:
    """The arrays, copied where the numbers of an example do not lie side by side."""
    rows: list[int] = []
    kept = []
    for array, shape in zip(arrays, shapes, strict=True):
        flags = array.flags
        if not flags.c_contiguous:
            size = array.itemsize
            side_by_side = prod(shape) == 1 or (array.ndim == 2 and array.strides[1] == size)
            if not side_by_side or array.strides[0] % size or not flags.aligned:
                import numpy as np

                array = np.ascontiguousarray(array)
        elif not flags.aligned:
            array = array.copy()
        rows += (array.__array_interface__["data"][0], array.strides[0])
        kept.append(array)
    return Batch(rows, count, kept)


def read_arguments(
    arguments: Sequence[Any], names: Sequence[str], what: str, dtype: str = "float64"
) -> tuple[list[Array], int]:
    """The arguments as arrays of floats with a leading batch axis of the same length.

    Raises:
        ValueError: a batch is empty, lengths differ, or an argument is ragged.
        TypeError: an argument is not made of real numbers.
    """
    import numpy as np

    if len(arguments) != len(names):
        raise TypeError(
            f"{what} takes {len(names)} argument{'s'[: len(names) != 1]} ({', '.join(names)}), got {len(arguments)}"
        )
    if not arguments:
        raise TypeError(f"{what} needs at least one argument, whose first axis counts examples")
    arrays: list[Array] = []
    for argument, name in zip(arguments, names, strict=True):
        if isinstance(argument, np.ndarray) and argument.dtype == dtype:
            array = argument
        else:
            try:
                array = np.asarray(argument)
                if array.dtype.kind not in "fiub":
                    raise TypeError(f"it holds {array.dtype}")
                array = array.astype(dtype)
            except (ValueError, TypeError) as error:
                kind = ValueError if isinstance(error, ValueError) else TypeError
                raise kind(f"{name} is no array of real numbers: {error}") from None
        arrays.append(array)
    for array, name in zip(arrays, names, strict=True):
        if array.ndim == 0:
            raise ValueError(
                f"{name} is a single number, but {what} takes a batch: an array whose first axis counts examples"
            )
        if len(array) == 0:
            raise ValueError(f"{name} is an empty batch of shape {array.shape}: {what} needs at least one example")
        if len(array) != len(arrays[0]):
            raise ValueError(
                f"{name} has {len(array)} examples (shape {array.shape}), but {names[0]} has {len(arrays[0])} "
                f"(shape {arrays[0].shape})"
            )
    return arrays, len(arrays[0])


class Signature:
    """The arguments that a function takes: at least `least` of `names`, perhaps more."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.least, self.names, self.open_ended = 0, list[str](), True
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            return
        named = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        self.least = sum(p.default is p.empty for p in named)
        self.names = [p.name for p in named]
        self.open_ended = any(p.kind is p.VAR_POSITIONAL for p in parameters)

    def names_for(self, count: int) -> Sequence[str]:
        """The names of so many arguments; all the names if the function does not take so many."""
        if self.least <= count <= len(self.names):
            return self.names[:count]
        if self.open_ended and count >= self.least:
            return [*self.names, *[f"argument {place + 1}" for place in range(len(self.names), count)]]
        return self.names


def plain_numbers(argument: Any) -> Any:
    """A nested list with the numbers of the Values in it."""
    if isinstance(argument, Value):
        return argument.data
    if isinstance(argument, list | tuple):
        return [plain_numbers(each) for each in argument]
    return argument


def flat_values(argument: Any) -> list[Any]:
    """What stands in nested lists, in order; an array counts as its numbers."""
    if isinstance(argument, list | tuple):
        return [value for each in argument for value in flat_values(each)]
    return argument.reshape(-1).tolist() if hasattr(argument, "reshape") else [argument]
