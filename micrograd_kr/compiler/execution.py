"""Calling the machine code: arrays in any layout, memory for a call, chunks of a large batch on all cores."""

from __future__ import annotations

import os
import threading
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import prod
from struct import Struct
from typing import TYPE_CHECKING, Any

from ..elementary import Function
from .lowering import lower
from .machine_code import Host, MachineCode, vector_name
from .planning import Plan, Straight
from .recording import Shape

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

SHORT = 500  # nodes of straight code: up to here LLVM may take its time
CHUNK = 4096  # examples; fixed, so that the result does not depend on the number of threads
_pool: ThreadPoolExecutor | None = None
_pool_lock = threading.Lock()


Memory = tuple[Any, int, int, int]  # a block, and the addresses of its frame, sums and values


class Program:
    """A plan compiled, and the memory that its calls need.

    Args:
        plan: what to compute.
        shapes: of the arguments, for one example.
        output_count: how many outputs an example has (0 if only sums over the batch are wanted).
        host: the processor.
        extra: writes one more function, given the functions of the C library in use.
        entry: the function to call.
    """

    def __init__(
        self,
        plan: Plan,
        shapes: Sequence[Shape],
        output_count: int,
        host: Host,
        extra: Callable[[dict[Function, str]], str] | None = None,
        entry: str = "run",
    ) -> None:
        self.plan, self.host = plan, host
        machine = host.machine
        ir = lower(plan, machine, shapes, output_count, lambda function: vector_name(function, machine.lanes), extra)
        straight = sum(len(step.nodes) for step in plan.steps if isinstance(step, Straight))
        self.code = MachineCode(ir, host, entry, level=2 if straight <= SHORT else 0)
        self.output_count, self.sum_count = output_count, plan.sum_count
        self._value_bytes = max(1, plan.slot_count) * machine.slot
        self._sum_bytes = max(1, plan.sum_count) * machine.bytes
        self._free: list[Memory] = []
        self._layout = Struct(f"qqqqqqqqd{'qq' * len(shapes)}")

    def _new_memory(self) -> Memory:
        """A frame with room for the sums and values of one call, each at a multiple of 64 bytes."""
        import numpy as np

        frame = -(-self._layout.size // 64) * 64
        block = np.zeros(frame + self._sum_bytes + self._value_bytes + 64, np.uint8)
        skipped = -block.ctypes.data % 64
        address = block.ctypes.data + skipped
        return block[skipped:], address, address + frame, address + frame + self._sum_bytes

    def borrow(
        self,
        arguments: Sequence[tuple[int, int]],
        start: int,
        stop: int,
        parameters: int,
        outputs: int = 0,
        results: int = 0,
        divisor: float = 1.0,
    ) -> Memory:
        """A filled frame; arguments are (address, bytes from row to row), the others addresses."""
        try:
            memory = self._free.pop()
        except IndexError:
            memory = self._new_memory()
        block, _, sums, values = memory
        rows = [number for argument in arguments for number in argument]
        self._layout.pack_into(block, 0, start, stop, 0, parameters, values, sums, outputs, results, divisor, *rows)
        return memory

    def give_back(self, memory: Memory) -> None:
        """The frame may be used by another call."""
        self._free.append(memory)

    def run(
        self,
        arguments: Sequence[tuple[int, int]],
        start: int,
        stop: int,
        parameters: int,
        outputs: int = 0,
        results: int = 0,
        divisor: float = 1.0,
    ) -> None:
        """Run on examples start ... stop."""
        memory = self.borrow(arguments, start, stop, parameters, outputs, results, divisor)
        self.code.run(memory[1])
        self._free.append(memory)

    def sums(self, arguments: Sequence[tuple[int, int]], count: int, parameters: int, threads: int) -> list[float]:
        """The mean over all examples of each sum."""
        if count <= CHUNK:
            results = array("d", bytes(8 * self.sum_count))
            self.run(arguments, 0, count, parameters, results=results.buffer_info()[0], divisor=count)
            return results.tolist()
        import numpy as np

        starts = range(0, count, CHUNK)
        parts = np.empty((len(starts), self.sum_count))
        address, row = parts.ctypes.data, parts.strides[0]

        def chunk(number: int) -> None:
            start = starts[number]
            stop = min(start + CHUNK, count)
            self.run(arguments, start, stop, parameters, results=address + number * row)

        _each(chunk, len(starts), threads)
        return (np.add.reduce(parts, axis=0) / count).tolist()  # type: ignore[no-any-return]

    def outputs(self, arguments: Sequence[tuple[int, int]], count: int, parameters: int, threads: int) -> Array:
        """The outputs of every example, shape (count, output_count)."""
        import numpy as np

        result = np.empty((count, self.output_count))
        address = result.ctypes.data
        starts = range(0, count, CHUNK)

        def chunk(number: int) -> None:
            start = starts[number]
            self.run(arguments, start, min(start + CHUNK, count), parameters, outputs=address)

        _each(chunk, len(starts), threads)
        return result


def _each(task: Any, count: int, threads: int) -> None:
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


# --- arrays ---------------------------------------------------------------------------------------------------------


def read_arguments(arguments: Sequence[Any], names: Sequence[str], what: str) -> tuple[list[Array], int]:
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
        if isinstance(argument, np.ndarray) and argument.dtype == np.float64:
            array = argument
        else:
            try:
                array = np.asarray(argument)
                if array.dtype.kind not in "fiub":
                    raise TypeError(f"it holds {array.dtype}")
                array = array.astype(np.float64)
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


def rows_of(array: Array, shape: Shape) -> tuple[Array, int, int]:
    """The array (or a copy, if the numbers of an example do not lie side by side), its address and row step."""
    if not array.flags.c_contiguous:
        side_by_side = prod(shape) == 1 or (array.ndim == 2 and array.strides[1] == 8)
        if not side_by_side or array.strides[0] % 8 or not array.flags.aligned:
            import numpy as np

            array = np.ascontiguousarray(array)
    elif not array.flags.aligned:
        array = array.copy()
    return array, array.__array_interface__["data"][0], array.strides[0]
