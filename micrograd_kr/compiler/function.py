"""jit: a function of Values, written for one example, that computes whole batches in machine code."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from ..engine import Value, is_recording
from .calls import MeanCall, PointCall
from .execution import Program, available_cores, flat_values, plain_numbers
from .machine_code import find_host, import_llvm
from .programs import Programs, Stats, input_gradients, mean_alone, mean_and_gradient, outputs

if TYPE_CHECKING:
    from ..nn.history import History
    from .execution import Array


Result = TypeVar("Result")
Precision = Literal["float64", "float32"]


class Compiled(Generic[Result]):
    """What `jit` returns; see there.

    Attributes:
        function: what was compiled.
        programs: its recordings and machine code so far, for what builds on them.
    """

    def __init__(
        self,
        function: Callable[..., Result],
        *,
        threads: int | None = None,
        lanes: int | None = None,
        seed: int | None = None,
        dtype: Precision = "float64",
    ) -> None:
        if not callable(function):
            raise TypeError(f"jit takes a function of Values, such as loss(x, y), got {function!r:.60}")
        if threads is not None and threads < 1:
            raise ValueError(f"threads is the number of cores to use, at least 1, got {threads!r}")
        import_llvm()
        functools.update_wrapper(self, function, updated=())
        self.function = function
        self._options = {"threads": threads, "lanes": lanes, "seed": seed, "dtype": dtype}
        self.programs = Programs(function, find_host(lanes, dtype), threads or available_cores(), seed)

    # --- calls ------------------------------------------------------------------------------------------------------

    def __call__(self, *arguments: Any) -> Result:
        """One example -> a Value (or a list of them), whose backward() runs machine code."""
        recording, arrays = self.programs.read([[plain_numbers(argument)] for argument in arguments])
        flat = flat_values(list(arguments))
        places = [place for place, each in enumerate(flat) if isinstance(each, Value)]
        point = PointCall(self.programs, recording, arrays, places)
        found = point.outputs([flat[place] for place in places])
        return found[0] if recording.single else found  # type: ignore[return-value]

    def batch(self, *arrays: Any) -> Array:
        """Arrays with a leading batch axis -> an array of the outputs, shape (n,), or (n, k) if there are k.

        Raises:
            ValueError: an empty batch, or shapes that do not fit.
        """
        call = self.programs.call(arrays, "batch", outputs)
        found = call.outputs(self.programs.threads)
        self.programs.done(outputs, call)
        return found.reshape(-1) if call.recording.single else found

    def mean(self, *arrays: Any) -> Value:
        """Arrays with a leading batch axis -> the mean of the outputs, one Value that can be used like any other.

        Its backward() adds to the grad of every parameter just what the mean over eager calls would add.

        Raises:
            ValueError: an empty batch, shapes that do not fit, or a function with several outputs.
        """
        wanted = mean_and_gradient if is_recording() else mean_alone
        call = self.programs.call(arrays, "mean", wanted, single=True)
        mean = MeanCall(call, self.programs)
        self.programs.done(wanted, call)
        return mean.output()

    def value_and_grad(self, *arrays: Any) -> tuple[float, Array]:
        """Arrays with a leading batch axis -> the mean of the outputs, and its gradient as an array.

        The parameters are read from the Values; no .grad is touched.

        Returns:
            The mean, and an array (len(f.parameters),) of its derivatives, in the order of f.parameters.

        Raises:
            ValueError: an empty batch, shapes that do not fit, or a function with several outputs.

        >>> from micrograd_kr import Value, jit
        >>> w = Value(2.0)
        >>> jit(lambda x, y: (w * x - y) ** 2).value_and_grad([1.0, 2.0], [0.0, 1.0])
        (6.5, array([8.]))
        """
        call = self.programs.call(arrays, "value_and_grad", mean_and_gradient, single=True)
        sums = call.sums(self.programs.threads)
        self.programs.done(mean_and_gradient, call)
        return float(sums[-1]), sums[:-1]

    def grad(self, *arrays: Any) -> Any:
        """Arrays with a leading batch axis -> the gradient of each example's output with respect to its inputs.

        Returns:
            An array of the shape of the argument; a tuple of them if there are several arguments.
        """
        call = self.programs.call(arrays, "grad", input_gradients, single=True)
        flat = call.outputs(self.programs.threads)
        self.programs.done(input_gradients, call)
        found, place = [], 0
        for shape in call.recording.shapes[: len(arrays)]:
            size = prod(shape)
            found.append(flat[:, place : place + size].reshape(-1, *shape))
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
        validation: Sequence[Any] | None = None,
    ) -> History:
        """The training loop in machine code: f.fit(X, Y, optimizer, epochs, batch_size).

        Args:
            *arrays_and_optimizer: the arrays, then the optimizer; epochs and batch_size may follow.
            optimizer: such as nn.SGD(model, lr=0.1); its learning rate may be a schedule, its rule your own.
            epochs: how many passes over the data.
            batch_size: how many examples each step takes, the last step of a pass perhaps fewer; None takes all.
            shuffle: take the examples in another order in each pass.
            seed: for the same orders in every run.
            callback: called with (epoch, mean loss) after each pass; True ends the training.
            progress: show a bar; None shows one in a terminal and in a notebook.
            validation: arrays like those of the examples, such as (X, Y), on which the loss is computed after each
                pass; modules are in use (`eval()`) meanwhile, so that dropout does nothing.

        Returns:
            A `History`: the list of the mean losses of each pass, with .plot() and .save(path). It is in
            `optimizer.history`, too, also after Ctrl-C.

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
        from .training import fit, read_task

        task = read_task(self.programs, arrays_and_optimizer, optimizer, epochs, batch_size, validation)
        return fit(self.programs, task, shuffle, seed, callback, progress)

    # --- copies -----------------------------------------------------------------------------------------------------

    def __reduce__(self) -> str | tuple[Any, ...]:
        """The function and the options; what was compiled is found again in the cache.

        A decorated function of a module is pickled as its name, as functions are.
        """
        name = self.function.__qualname__ if hasattr(self.function, "__qualname__") else ""
        if getattr(sys.modules.get(self.function.__module__), name, None) is self:
            return name
        return _compiled_again, (self.function, self._options)

    # --- to look at -------------------------------------------------------------------------------------------------

    @property
    def ir(self) -> str:
        """The LLVM text of the program that ran last."""
        return self._last[0].code.ir

    @property
    def asm(self) -> str:
        """The assembly of the program that ran last."""
        return self._last[0].code.asm

    @property
    def stats(self) -> Stats:
        """What compiling the program that ran last took."""
        return self._last[1]

    @property
    def parameters(self) -> list[Value]:
        """The parameters of the program that was recorded last, in its order."""
        _ = self._last
        return list(self.programs.parameters)

    def __repr__(self) -> str:
        return f"jit({self.programs.title})"

    @property
    def _last(self) -> tuple[Program, Stats]:
        if self.programs.last is None:
            raise RuntimeError(
                f"{self!r} has compiled nothing yet: call it first, as its arguments' shapes decide the code"
            )
        return self.programs.last


def _compiled_again(function: Callable[..., Any], options: dict[str, Any]) -> Compiled[Any]:
    return Compiled(function, **options)


def jit(
    function: Callable[..., Result],
    *,
    threads: int | None = None,
    lanes: int | None = None,
    seed: int | None = None,
    dtype: Precision = "float64",
) -> Compiled[Result]:
    """Compile a function of Values, written for one example, to machine code that computes whole batches.

    The function is run a few times to record its graph; the gradient is the table's own rules run backwards over it.
    Leaf Values that the function closes over are parameters, read afresh at each call; its arguments are inputs; leaf
    Values made inside are constants. Arguments of a new shape compile anew.

    The results are the interpreter's, but for the last digits: the functions of a vector library, sums of four or more
    products (fused multiply-adds), and x ** 2, x ** 3 and x ** -1, which are multiplied out, may round differently.
    A loop over a weight matrix has no branch for what no path leads to. So if a weight or an activation in it is
    infinite, a gradient may be nan where the interpreter has a number; it is never another number.

    Args:
        function: takes a scalar, a list or nested lists of Values for each argument, and returns a Value or a list of
            Values. A choice in it is `where(condition, a, b)`, as an `if` would be decided once for all examples.
        threads: how many cores large batches use; by default all. The result does not depend on it.
        lanes: how many numbers a vector of the machine holds (2, 4 or 8, in float32 4, 8 or 16); by default what
            suits the host.
        seed: for random numbers (dropout) that are the same in every run.
        dtype: "float32" computes with half the digits, twice as many numbers at a time; arrays come back in it.

    Returns:
        A `Compiled` f with f(x, y), f.batch(X, Y), f.mean(X, Y), f.value_and_grad(X, Y), f.grad(X, Y), f.fit(...), and
        f.ir, f.asm, f.stats.

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
    return Compiled(function, threads=threads, lanes=lanes, seed=seed, dtype=dtype)
