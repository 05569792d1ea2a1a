"""What has been compiled from one function: a recording for each shape of its arguments, a program for each use."""

from __future__ import annotations

import functools
import json
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from ..elementary import Function
from ..trace import Recording, Shape, Term, Traced, TracingError, gradient_program, record
from . import cache
from .execution import (
    CHUNK,
    Batch,
    Layout,
    Program,
    Signature,
    Stretch,
    batch_of,
    layout_of,
    names_of_vectors,
    read_arguments,
)
from .leaves import Leaves
from .lowering import lower
from .machine_code import Host, MachineCode
from .planning import plan

if TYPE_CHECKING:
    from .execution import Array


@dataclass(frozen=True, slots=True)
class Stats:
    """The cost of compiling: see `Compiled.stats`.

    Attributes:
        recorded: operations that were asked for, before reduction.
        nodes: operations that are computed, after reduction.
        loops: multiply-adds an example that are done in loops rather than in straight code.
        record_seconds: from the call to the program's text.
        llvm_seconds: LLVM's time; 0 if the machine code came from the cache.
        code_size: bytes of machine code.
        from_cache: whether it came from the cache.
    """

    recorded: int
    nodes: int
    loops: int
    record_seconds: float
    llvm_seconds: float
    code_size: int
    from_cache: bool


class Wanted(NamedTuple):
    """The numbers that a program delivers.

    Attributes:
        outputs: for every example.
        terms: whose sums over the batch are the gradients of the parameters.
        sums: place among the sums, and what is added up there.
    """

    outputs: Sequence[Traced] = ()
    terms: Sequence[Term] = ()
    sums: Sequence[tuple[int, Traced]] = ()


def mean_and_gradient(recording: Recording) -> Wanted:
    """The gradient of the only output with respect to each parameter, then its mean."""
    terms, _ = gradient_program(recording, [1])
    return Wanted((), terms, [(len(recording.parameters), recording.numbers[0])])


def mean_alone(recording: Recording) -> Wanted:
    """The mean of the only output."""
    return Wanted(sums=[(0, recording.numbers[0])])


def outputs(recording: Recording) -> Wanted:
    """The outputs of every example."""
    return Wanted(recording.numbers)


def input_gradients(recording: Recording) -> Wanted:
    """The gradient of each example's output with respect to its inputs."""
    return Wanted(gradient_program(recording, [1], of_inputs=True)[1])


@functools.cache
def gradients_of_output(place: int) -> Callable[[Recording], Wanted]:
    """The gradients of one of several outputs, with respect to inputs (outputs) and parameters (sums)."""

    def wanted(recording: Recording) -> Wanted:
        seeds = [int(place == each) for each in range(len(recording.outputs))]
        terms, of_inputs = gradient_program(recording, seeds, of_inputs=True)
        return Wanted(of_inputs, terms)

    wanted.__qualname__ = f"gradients_of_output({place})"
    return wanted


class Call:
    """A program on a batch: it can be run again on the same arrays, whatever they and the parameters hold by then.

    Args:
        recording: of the function.
        compiled: one of its programs.
        host: the processor.

    Attributes:
        leaves: the parameters.
        batch: the arguments.
    """

    def __init__(self, recording: Recording, compiled: tuple[Program, Stats], host: Host) -> None:
        self.recording, self.compiled = recording, compiled
        self.leaves = Leaves(recording.parameters, host)
        self.batch = Batch([], 0, [])
        self._program = compiled[0]
        self._memory = self._program.memory()
        self._forms: list[Any] = []

    def take(self, arrays: Sequence[Any], batch: Batch) -> None:
        """Run on this batch of arrays from now on."""
        self.batch = batch
        stretch = Stretch(0, batch.count, 0, self._memory.results_address, batch.count)
        self._program.fill(self._memory, batch, self.leaves.address, stretch)
        as_they_are = len(arrays) == len(batch.kept) and all(map(operator.is_, arrays, batch.kept))
        self._forms = [(array, array.shape, array.strides) for array in arrays] if as_they_are else []

    def fits(self, arrays: Sequence[Any]) -> bool:
        """Whether these are the arrays of the batch, not copied, and the modules as they were recorded."""
        if len(arrays) != len(self._forms) or not self.recording.fits_modules:
            return False
        for array, (known, shape, strides) in zip(arrays, self._forms):  # noqa: B905 - their lengths are the same
            if array is not known or array.shape != shape or array.strides != strides:
                return False
        return True

    def sums(self, threads: int) -> Array:
        """The means of the program's sums, at the parameters' numbers of now."""
        self.leaves.read()
        if self.batch.count > CHUNK:
            return self._program.sums(self.batch, self.leaves.address, threads)
        self._program.code.run(self._memory.frame)
        return self._memory.results.copy()

    def outputs(self, threads: int) -> Array:
        """The program's outputs for every example, at the parameters' numbers of now."""
        self.leaves.read()
        return self._program.outputs(self.batch, self.leaves.address, threads)


class Programs:
    """The recordings and programs of one function.

    Attributes:
        title: the function's name, for messages.
        host: the processor they are made for.
        threads: how many cores large batches use.
        last: the program that was asked for last, and what compiling it took.
        parameters: those of the recording that was made last.
    """

    def __init__(self, function: Callable[..., Any], host: Host, threads: int, seed: int | None) -> None:
        self.title: str = getattr(function, "__name__", type(function).__name__)
        self.host, self.threads = host, threads
        self.last: tuple[Program, Stats] | None = None
        self.parameters: list[Any] = []
        self._function, self._seed = function, seed
        self._signature = Signature(function)
        self._random: Any = None
        self._recordings: dict[tuple[Shape, ...], list[Recording]] = {}
        self._programs: dict[Any, tuple[Program, Stats]] = {}
        self._calls: dict[Any, Call] = {}

    def __len__(self) -> int:
        return len(self._programs)

    # --- arguments --------------------------------------------------------------------------------------------------

    def read(self, arguments: Sequence[Any], method: str = "", single: bool = False) -> tuple[Recording, list[Array]]:
        """The recording for these arguments, and their arrays.

        Args:
            arguments: each with a leading batch axis.
            method: the method that was called, for messages.
            single: whether the function must have just one output.
        """
        what = f"{self.title}.{method}" if method else self.title
        arrays, _ = read_arguments(arguments, self._signature.names_for(len(arguments)), what, self.host.dtype)
        recording = self._recording(arrays)
        if single and not recording.single:
            raise ValueError(f"{what} needs one output, but there are {len(recording.outputs)}")
        return recording, arrays

    def batch(self, recording: Recording, arrays: Sequence[Array]) -> Batch:
        """The arrays, and random numbers if the function draws any, as the machine code finds them."""
        count = len(arrays[0])
        if recording.random_count:
            drawn = self.random.random((count, recording.random_count)).astype(self.host.dtype, copy=False)
            arrays = [*arrays, drawn]
        return batch_of(arrays, recording.shapes, count)

    @property
    def random(self) -> Any:
        """The generator of the random numbers that examples draw."""
        if self._random is None:
            import numpy as np

            self._random = np.random.default_rng(self._seed)
        return self._random

    def _recording(self, arrays: Sequence[Array]) -> Recording:
        """The recording for arguments of these shapes, made if it is new or a module went from training to use."""
        shapes = tuple([each.shape[1:] for each in arrays])
        for recording in self._recordings.get(shapes, ()):
            if recording.fits_modules:
                return recording
        try:
            recording = record(self._function, shapes)
        except TracingError:
            raise
        except (ValueError, IndexError, TypeError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(f"{self._misfit(arrays)}: {error}") from error
        self._recordings.setdefault(shapes, []).append(recording)
        self.parameters = recording.parameters
        return recording

    def _misfit(self, arrays: Sequence[Array]) -> str:
        """The sentence that these arguments do not fit, and which do."""
        names = self._signature.names_for(len(arrays))
        given = ", ".join(f"{name} {each.shape}" for name, each in zip(names, arrays, strict=False))
        known = ""
        if self._recordings:
            shapes = zip(names, next(iter(self._recordings)), strict=False)
            fitting = ", ".join(f"{name} ({', '.join(['n', *map(str, shape)])})" for name, shape in shapes)
            known = f" (it works with {fitting})"
        return (
            f"{self.title} cannot be computed on arguments of the shapes {given}, of which the first axis counts "
            f"examples{known}"
        )

    def call(
        self, arrays: Sequence[Any], method: str, wanted: Callable[[Recording], Wanted], single: bool = False
    ) -> Call:
        """The call of a program on these arrays, made anew where it must be; to be handed to `done`.

        Args:
            arrays: the arguments, each with a leading batch axis.
            method: the method that was called, for messages.
            wanted: gives the numbers that the program delivers.
            single: whether the function must have just one output.
        """
        call = self._calls.pop(wanted, None)  # two threads never share one
        if call is None or not call.fits(arrays):
            recording, inputs = self.read(arrays, method, single)
            if call is None or call.recording is not recording:
                call = Call(recording, self.compiled(recording, wanted), self.host)
            call.take(arrays, self.batch(recording, inputs))
        self.last = call.compiled
        return call

    def done(self, wanted: Callable[[Recording], Wanted], call: Call) -> None:
        """The call may be made again."""
        self._calls[wanted] = call

    # --- programs ---------------------------------------------------------------------------------------------------

    def compiled(
        self,
        recording: Recording,
        wanted: Callable[[Recording], Wanted],
        use: Any = None,
        extra: Callable[[dict[Function, str]], str] | None = None,
        entry: str = "run",
    ) -> tuple[Program, Stats]:
        """The program for this use of a recording, compiled if it is new.

        Args:
            recording: of the function.
            wanted: gives the numbers that the program delivers.
            use: what sets it apart from other uses; by default `wanted` itself.
            extra: writes one more function, given the functions of the C library in use.
            entry: the function to call.
        """
        key = (id(recording), use or wanted)
        found = self._programs.get(key)
        if found is None:
            found = self._programs[key] = self._compile(recording, wanted, use, extra, entry)
        self.last = found
        return found

    def _compile(
        self,
        recording: Recording,
        wanted: Callable[[Recording], Wanted],
        use: Any,
        extra: Callable[[dict[Function, str]], str] | None,
        entry: str,
    ) -> tuple[Program, Stats]:
        """The program by its fingerprint, if it was kept; else planned, lowered and compiled."""
        started = perf_counter()
        machine, shapes = self.host.machine, recording.shapes
        names = names_of_vectors(machine)

        def planned() -> tuple[Layout, str]:
            outputs, terms, sums = wanted(recording)
            plan_ = plan(recording.trace, shapes, outputs, terms, sums)
            text = lower(plan_, machine, shapes, len(outputs), names, extra)
            return layout_of(plan_, machine, len(outputs), recording.trace.recorded), text

        name = None
        if cache.folder() and wanted.__module__ == __name__:
            name = cache.fingerprint(recording, (wanted.__qualname__, use, entry), self.host, names)
        kept = read_program(name) if name else None
        if kept is not None:
            layout, content = kept
            code = MachineCode(lambda: planned()[1], self.host, entry, layout.level, kept=content)
        else:
            layout, text = planned()
            code = MachineCode(text, self.host, entry, layout.level, by_text=name is None)
            if name:
                write_program(name, layout, code.content)
        seconds = perf_counter() - started - code.seconds
        stats = Stats(layout.recorded, layout.nodes, layout.loops, seconds, code.seconds, code.size, code.from_cache)
        return Program(layout, shapes, code), stats


def read_program(name: str) -> tuple[Layout, bytes] | None:
    """The layout and the machine code that are kept under a fingerprint; None if there are none."""
    head, found, content = (cache.read(name, cache.folder()) or b"").partition(b"\n")
    return (Layout(*json.loads(head)), content) if found else None


def write_program(name: str, layout: Layout, content: bytes) -> None:
    """Keep them."""
    cache.write(json.dumps(layout).encode() + b"\n" + content, name, cache.folder())
