"""jit: a function of Values, written for one example, that computes whole batches in machine code."""

from __future__ import annotations

import functools
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from time import perf_counter
from typing import TYPE_CHECKING, Any

from .. import engine
from ..elementary import Function
from ..engine import Value
from .calls import MeanCall, PointCall, argument_names, flat_values, numbers_of
from .execution import Program, available_cores, read_arguments, rows_of
from .gradient import Term, gradient_program
from .machine_code import find_host, import_llvm
from .planning import plan
from .recording import Recording, Shape, record
from .tracing import Traced, TracingError

if TYPE_CHECKING:
    from .execution import Array


@dataclass(frozen=True, slots=True)
class Stats:
    """What compiling took: see `Compiled.stats`.

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


class Compiled:
    """What `jit` returns; see there."""

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        threads: int | None = None,
        lanes: int | None = None,
        seed: int | None = None,
    ) -> None:
        if not callable(function):
            raise TypeError(f"jit takes a function of Values, such as loss(x, y), got {function!r:.60}")
        if threads is not None and threads < 1:
            raise ValueError(f"threads is the number of cores to use, at least 1, got {threads!r}")
        import_llvm()
        functools.update_wrapper(self, function, updated=())
        self.function = function
        self.threads = threads or available_cores()
        self._host = find_host(lanes)
        self._seed = seed
        self._random: Any = None
        self._names = argument_names(function)
        self._recordings: dict[tuple[Shape, ...], list[Recording]] = {}
        self._programs: dict[Any, tuple[Program, Stats]] = {}
        self._last: tuple[Program, Stats] | None = None

    # --- calls ------------------------------------------------------------------------------------------------------

    def __call__(self, *arguments: Any) -> Any:
        """One example -> a Value (or a list of them), whose backward() runs machine code."""
        numbers = [numbers_of(argument) for argument in arguments]
        arrays, _ = read_arguments([[number] for number in numbers], self._names_for(arguments), self._title())
        recording = self._recording(arrays)
        rows = flat_values(list(arguments))
        given = [value for value in rows if isinstance(value, Value)]
        places = [place for place, value in enumerate(rows) if isinstance(value, Value)]
        arrays = self._with_random(recording, arrays, 1)
        point = PointCall(self, recording, arrays, places)
        outputs = point.outputs(recording.parameters, given)
        return outputs[0] if recording.single else outputs

    def batch(self, *arrays: Any) -> Array:
        """Arrays with a leading batch axis -> an array of the outputs, shape (n,), or (n, k) if there are k.

        Raises:
            ValueError: an empty batch, or shapes that do not fit.
        """
        inputs, count = read_arguments(arrays, self._names_for(arrays), f"{self._title()}.batch")
        recording = self._recording(inputs)
        program = self._program(recording, "outputs")
        addresses, kept = self._addresses(recording, inputs, count)
        parameters = array("d", [leaf.data for leaf in recording.parameters])
        result = program.outputs(addresses, count, parameters.buffer_info()[0], self.threads)
        del kept
        return result.reshape(count) if recording.single else result

    def mean(self, *arrays: Any) -> Value:
        """Arrays with a leading batch axis -> the mean of the outputs, one Value that can be used like any other.

        Its backward() adds to the grad of every parameter just what the mean over eager calls would add.

        Raises:
            ValueError: an empty batch, shapes that do not fit, or a function with several outputs.
        """
        inputs, count = read_arguments(arrays, self._names_for(arrays), f"{self._title()}.mean")
        recording = self._recording(inputs)
        if not recording.single:
            raise ValueError(f"{self._title()}.mean needs one output, but there are {len(recording.outputs)}")
        mean = MeanCall(self, recording, inputs, count)
        if not recording.parameters:
            return Value(mean.forward())
        return engine.record(mean.op(), recording.parameters)

    def grad(self, *arrays: Any) -> Any:
        """Arrays with a leading batch axis -> the gradient of each example's output with respect to its inputs.

        Returns:
            An array of the shape of the argument; a tuple of them if there are several arguments.
        """
        inputs, count = read_arguments(arrays, self._names_for(arrays), f"{self._title()}.grad")
        recording = self._recording(inputs)
        if not recording.single:
            raise ValueError(f"{self._title()}.grad needs one output, but there are {len(recording.outputs)}")
        program = self._program(recording, "inputs")
        addresses, kept = self._addresses(recording, inputs, count)
        parameters = array("d", [leaf.data for leaf in recording.parameters])
        flat = program.outputs(addresses, count, parameters.buffer_info()[0], self.threads)
        del kept
        found, place = [], 0
        for each in inputs:
            size = prod(each.shape[1:])
            found.append(flat[:, place : place + size].reshape(each.shape))
            place += size
        return found[0] if len(found) == 1 else tuple(found)

    def fit(
        self,
        *arrays_and_optimizer: Any,
        optimizer: Any = None,
        epochs: int = 1,
        batch_size: int | None = None,
        shuffle: bool = False,
        seed: int | None = None,
        callback: Callable[[int, float], Any] | None = None,
        progress: bool | None = None,
    ) -> list[float]:
        """The training loop in machine code: f.fit(X, Y, optimizer, epochs, batch_size).

        Args:
            *arrays_and_optimizer: the arrays, then the optimizer; epochs and batch_size may follow.
            optimizer: such as nn.SGD(model, lr=0.1); its learning rate may be a schedule, its rule your own.
            epochs: how many passes over the data.
            batch_size: how many examples each step takes, the last step of a pass perhaps fewer; None takes all.
            shuffle: take the examples in another order in each pass.
            seed: for the same orders in every run.
            callback: called with (epoch, mean loss) after each pass; True ends the training.
            progress: show a bar; None shows one in a terminal.

        Returns:
            The mean loss of each pass.

        Raises:
            FloatingPointError: a gradient is inf or nan; the parameters are those of the last good step.
            KeyboardInterrupt: Ctrl-C; the parameters are those of the last whole step.

        >>> from micrograd_kr import Value, jit, nn
        >>> w = Value(0.0)
        >>> f = jit(lambda x, y: (w * x - y) ** 2)
        >>> losses = f.fit([1.0, 2.0], [2.0, 4.0], nn.SGD([w], lr=0.1), epochs=50)
        >>> round(w.data, 6)
        2.0
        """
        from .training import fit

        found = [place for place, each in enumerate(arrays_and_optimizer) if hasattr(each, "rule")]
        if optimizer is None and found:
            place = found[0]
            optimizer, rest = arrays_and_optimizer[place], arrays_and_optimizer[place + 1 :]
            arrays_and_optimizer = arrays_and_optimizer[:place]
            if len(rest) > 2:
                raise TypeError(f"after the optimizer come epochs and batch_size, got {len(rest)} arguments")
            epochs = rest[0] if rest else epochs
            batch_size = rest[1] if len(rest) > 1 else batch_size
        if optimizer is None:
            raise TypeError("fit takes the arrays, then an optimizer: f.fit(X, Y, nn.SGD(model, lr=0.1), epochs=100)")
        return fit(self, arrays_and_optimizer, optimizer, epochs, batch_size, shuffle, seed, callback, progress)

    # --- to look at -------------------------------------------------------------------------------------------------

    @property
    def ir(self) -> str:
        """The LLVM text of the program that ran last."""
        return self._last_program()[0].code.ir

    @property
    def asm(self) -> str:
        """The assembly of the program that ran last."""
        return self._last_program()[0].code.asm

    @property
    def stats(self) -> Stats:
        """What compiling the program that ran last took."""
        return self._last_program()[1]

    @property
    def parameters(self) -> list[Value]:
        """The parameters of the program that was recorded last, in its order."""
        self._last_program()
        return list(next(reversed(self._recordings.values()))[-1].parameters)

    def __repr__(self) -> str:
        return f"jit({self._title()})"

    def _last_program(self) -> tuple[Program, Stats]:
        if self._last is None:
            raise RuntimeError(
                f"{self!r} has compiled nothing yet: call it first, as its arguments' shapes decide the code"
            )
        return self._last

    # --- programs ---------------------------------------------------------------------------------------------------

    def _title(self) -> str:
        return getattr(self.function, "__name__", type(self.function).__name__)

    def _names_for(self, arguments: Sequence[Any]) -> Sequence[str]:
        least, names, many = self._names
        if least <= len(arguments) <= len(names):
            return names[: len(arguments)]
        if many and len(arguments) >= least:
            return [*names, *[f"argument {place + 1}" for place in range(len(names), len(arguments))]]
        return names

    def _recording(self, arrays: Sequence[Array]) -> Recording:
        """The recording for arguments of these shapes, made if it is new or a module went from training to use."""
        shapes = tuple([each.shape[1:] for each in arrays])
        known = self._recordings.get(shapes)
        if known is not None:
            for recording in known:
                if all(module.training is mode for module, mode in recording.modules):
                    return recording
        try:
            recording = record(self.function, shapes)
        except TracingError:
            raise
        except (ValueError, IndexError, TypeError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            names = self._names_for(arrays)
            given = ", ".join(f"{name} {each.shape}" for name, each in zip(names, arrays, strict=False))
            before = ""
            for known_shapes in list(self._recordings)[:1]:
                fitting = [
                    f"{name} ({', '.join(['n', *map(str, s)])})" for name, s in zip(names, known_shapes, strict=False)
                ]
                before = f" (it works with {', '.join(fitting)})"
            raise kind(
                f"{self._title()} cannot be computed on arguments of the shapes {given}, of which the first axis "
                f"counts examples{before}: {error}"
            ) from error
        self._recordings.setdefault(shapes, []).append(recording)
        return recording

    def _program(self, recording: Recording, kind: str) -> Program:
        """The program of a kind: "outputs", "mean" (and gradients), "sum" (alone), "inputs", or an output's number."""
        key = (id(recording), kind)
        found = self._programs.get(key)
        if found is None:
            found = self._programs[key] = self._compile(recording, kind)
        self._last = found
        return found[0]

    def _compile(self, recording: Recording, kind: str) -> tuple[Program, Stats]:
        started = perf_counter()
        trace = recording.trace
        numbers = [trace.lift(output.data) for output in recording.outputs]
        outputs: list[Traced] = numbers
        terms: list[Term] = []
        sums: list[tuple[int, Traced]] = []
        if kind == "mean":
            terms, _ = gradient_program(recording, [1])
            outputs, sums = [], [(len(recording.parameters), numbers[0])]
        elif kind == "sum":
            outputs, sums = [], [(0, numbers[0])]
        elif kind == "inputs":
            _, outputs = gradient_program(recording, [1], of_inputs=True)
        elif kind != "outputs":
            seeds = [int(place == int(kind)) for place in range(len(numbers))]
            terms, outputs = gradient_program(recording, seeds, of_inputs=True)
        return self._compile_with(recording, started, outputs, terms, sums)

    def _compile_with(
        self,
        recording: Recording,
        started: float,
        outputs: Sequence[Any],
        terms: Sequence[Term],
        sums: Sequence[tuple[int, Any]],
        extra: Callable[[dict[Function, str]], str] | None = None,
        entry: str = "run",
    ) -> tuple[Program, Stats]:
        planned = plan(recording.trace, sum(map(prod, recording.shapes)), outputs, terms, sums)
        program = Program(planned, recording.shapes, len(outputs), self._host, extra, entry)
        code = program.code
        stats = Stats(
            recording.trace.recorded,
            planned.live,
            planned.multiply_adds,
            perf_counter() - started - code.seconds,
            code.seconds,
            code.size,
            code.from_cache,
        )
        return program, stats

    # --- arguments --------------------------------------------------------------------------------------------------

    def _addresses(
        self, recording: Recording, arrays: Sequence[Array], count: int
    ) -> tuple[list[tuple[int, int]], Any]:
        """Address and row step of each argument, and what must stay alive meanwhile."""
        arrays = self._with_random(recording, arrays, count)
        rows = [rows_of(each, shape) for each, shape in zip(arrays, recording.shapes, strict=True)]
        return [(address, step) for _, address, step in rows], rows

    def _with_random(self, recording: Recording, arrays: Sequence[Array], count: int) -> list[Array]:
        if not recording.random_count:
            return list(arrays)
        import numpy as np

        if self._random is None:
            self._random = np.random.default_rng(self._seed)
        return [*arrays, self._random.random((count, recording.random_count))]


def jit(
    function: Callable[..., Any], *, threads: int | None = None, lanes: int | None = None, seed: int | None = None
) -> Compiled:
    """Compile a function of Values, written for one example, to machine code that computes whole batches.

    The function is run a few times to record its graph; the gradient is the table's own rules run backwards over it.
    Leaf Values that the function closes over are parameters, read afresh at each call; its arguments are inputs; leaf
    Values made inside are constants. Arguments of a new shape compile anew.

    Args:
        function: takes a scalar, a list or nested lists of Values for each argument, and returns a Value or a list of
            Values. A choice in it is `where(condition, a, b)`, as an `if` would be decided once for all examples.
        threads: how many cores large batches use; all, unless told otherwise. The result does not depend on it.
        lanes: how many numbers a vector of the machine holds (2, 4 or 8); what suits the host, unless told otherwise.
        seed: for random numbers (dropout) that are the same in every run.

    Returns:
        A `Compiled` f with f(x, y), f.batch(X, Y), f.mean(X, Y), f.grad(X, Y), f.fit(...), and f.ir, f.asm, f.stats.

    Raises:
        ImportError: llvmlite or numpy is missing.

    >>> from micrograd_kr import Value, jit
    >>> w = Value(2.0)
    >>> f = jit(lambda x, y: (w * x - y) ** 2)
    >>> f.batch([1.0, 2.0], [0.0, 1.0])
    array([4., 9.])
    >>> loss = f.mean([1.0, 2.0], [0.0, 1.0])
    >>> loss.backward()
    >>> loss.data, w.grad                        # the mean of 2 * (w * x - y) * x
    (6.5, 8.0)
    """
    return Compiled(function, threads=threads, lanes=lanes, seed=seed)
