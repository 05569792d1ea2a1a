"""Calls of compiled code: as nodes of a graph, and in pieces whose sums are added up elsewhere.

A node's op has the machine code as its forward rule and partials.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..engine import Sweep, Value, is_plain, is_recording, node, record
from ..ops import Op
from ..trace import Recording
from .execution import Stretch, batch_of
from .leaves import packed
from .programs import Call, Programs, gradients_of_output, mean_and_gradient, outputs

if TYPE_CHECKING:
    from .execution import Array


class MeanCall:
    """One call of mean: the op whose forward rule and partial derivatives are the machine code on these arrays.

    Args:
        call: of the program, now.
        programs: where it comes from.
    """

    def __init__(self, call: Call, programs: Programs) -> None:
        self._program, self._batch, self._leaves = call.compiled[0], call.batch, call.leaves
        self._threads, self._title = programs.threads, programs.title
        self._sums = call.sums(self._threads)
        self._numbers = self._leaves.numbers[:]

    def output(self) -> Value:
        """The mean, a node of the graph if anything is recorded."""
        mean, parameters = float(self._sums[-1]), self._leaves.values
        if not parameters or not is_recording():
            return Value(mean)
        op = Op(
            f"mean_of_{self._title}", self.forward, self.partials, None, symbol=f"mean {self._title}", send=self.send
        )
        if is_plain() and self._numbers.typecode == "d":
            return node(op, mean, parameters, parameters[:1], self._numbers, None)
        return record(op, parameters)

    def forward(self, *numbers: Any) -> float:
        """The mean at these numbers of the parameters."""
        parameters = packed(numbers, self._numbers.typecode)
        if parameters != self._numbers:
            address, _ = parameters.buffer_info()
            self._sums = self._program.sums(self._batch, address, self._threads)
            self._numbers = parameters
        return float(self._sums[-1])

    def partials(self, out: Any, *numbers: Any) -> list[float]:
        """Its derivatives, which came along with the mean."""
        self.forward(*_plain(numbers))
        return self._sums[:-1].tolist()  # type: ignore[no-any-return]

    def send(self, sweep: Sweep, mean: Value, upstream: Any) -> None:
        """The backward step: what flows to the parameters is added in one go where that is possible."""
        done = 0
        if type(upstream) in (float, int):
            done = self._leaves.add_gradients(self._sums, float(upstream))
        if done < len(self._leaves.values):
            for sent in sweep.contributions(mean, upstream)[done:]:
                if sent.flows:
                    sent.arg.grad = sent.arg.grad + sent.product


class PointCall:
    """One call on one example: an op for each output, whose arguments are the parameters and the Values passed in.

    Args:
        programs: of the function.
        recording: of the function, for these arguments.
        arrays: the arguments, each with a leading batch axis of length 1.
        places: where among all the numbers of the arguments the Values stand.
    """

    def __init__(self, programs: Programs, recording: Recording, arrays: list[Array], places: list[int]) -> None:
        self._programs, self._recording, self._places = programs, recording, places
        batch = programs.batch(recording, arrays)
        self._arrays = [each.copy() for each in batch.kept]

    def outputs(self, inputs: list[Value]) -> list[Value]:
        """A node for each output, given the Values among the arguments."""
        title = self._programs.title
        args = [*self._recording.parameters, *inputs]
        found = []
        for place in range(len(self._recording.outputs)):
            rules = (functools.partial(self.forward, place), functools.partial(self.partials, place))
            op = Op(f"compiled_{title}", *rules, None, symbol=title)
            found.append(record(op, args) if args else Value(op.forward()))
        return found

    def forward(self, output: int, *numbers: Any) -> float:
        """One of the outputs at these numbers of the args."""
        return self._run(outputs, numbers)[0][output]

    def partials(self, output: int, out: Any, *numbers: Any) -> list[float]:
        """Its derivatives with respect to the args."""
        of_inputs, of_parameters = self._run(gradients_of_output(output), _plain(numbers))
        count = len(self._recording.parameters)
        padded = (of_parameters + [0.0] * count)[:count]
        return [*padded, *[of_inputs[place] for place in self._places]]

    def _run(self, wanted: Any, numbers: tuple[Any, ...]) -> tuple[list[float], list[float]]:
        """Outputs and sums of a program, at these numbers of the args."""
        import numpy as np

        recording = self._recording
        program = self._programs.compiled(recording, wanted)[0]
        count = len(recording.parameters)
        flat = np.concatenate([each.reshape(-1) for each in self._arrays])
        flat[self._places] = numbers[count:]
        starts = np.cumsum([each.size for each in self._arrays])[:-1]
        arrays = [part.reshape(each.shape) for part, each in zip(np.split(flat, starts), self._arrays, strict=True)]
        dtype = program.host.dtype
        found, sums = np.empty(max(1, program.output_count), dtype), np.empty(max(1, program.sum_count), dtype)
        parameters = packed(numbers[:count], program.host.typecode)
        stretch = Stretch(0, 1, found.ctypes.data, sums.ctypes.data)
        program.run(batch_of(arrays, recording.shapes, 1), parameters.buffer_info()[0], stretch)
        return found.tolist(), sums.tolist()


def _plain(numbers: tuple[Any, ...]) -> tuple[Any, ...]:
    """The numbers, or an error if they are Values, as for a graph of the gradient."""
    if Value in map(type, numbers):
        raise TypeError(
            "compiled code has first derivatives only: for derivatives of derivatives (create_graph=True) call the "
            "function itself instead of jit(function)"
        )
    return numbers


class Pieces:
    """The gradient of a loss in pieces: sums over lists of examples, for who adds them up in an order of their own.

    Args:
        programs: of the compiled loss.
        arrays: the examples, as `value_and_grad` takes them; they stay in memory.

    >>> from micrograd_kr import Value, jit
    >>> import numpy as np
    >>> w = Value(2.0)
    >>> pieces = Pieces(jit(lambda x: w * w * x).programs, [np.array([1.0, 2.0, 3.0])])
    >>> pieces.sums(np.array([2.0]), np.array([2, 0, 1]), np.array([0, 2, 2, 3]))  # w * w * x and 2 * w * x
    array([[16., 16.],
           [ 0.,  0.],
           [ 8.,  8.]])
    """

    def __init__(self, programs: Programs, arrays: Sequence[Array]) -> None:
        self._recording, self._arrays = programs.read(arrays, "fit", single=True)
        self._program = programs.compiled(self._recording, mean_and_gradient)[0]
        self._threads = programs.threads
        self.draw(None)

    @property
    def random_count(self) -> int:
        """How many random numbers an example draws."""
        return self._recording.random_count

    def draw(self, numbers: Array | None) -> None:
        """Take these random numbers, a row for each example, from now on."""
        import numpy as np

        arrays = self._arrays
        if self.random_count:
            shape = (len(arrays[0]), self.random_count)
            drawn = np.zeros(shape) if numbers is None else numbers
            arrays = [*arrays, np.ascontiguousarray(drawn, self._program.host.dtype)]
        self._batch = batch_of(arrays, self._recording.shapes, len(arrays[0]))

    def sums(self, parameters: Array, order: Array, bounds: Array, threads: int | None = None) -> Array:
        """The sums of gradient and loss over each piece, at these numbers of the parameters.

        Args:
            parameters: in the order of the recording's.
            order: the examples of all pieces, as places in the arrays.
            bounds: piece k is order[bounds[k] : bounds[k + 1]].
            threads: how many cores at most; by default as many as the loss was compiled for.

        Returns:
            For each piece the derivatives by the parameters, then the loss.
        """
        import numpy as np

        numbers = np.ascontiguousarray(parameters, self._program.host.dtype)
        order, bounds = np.ascontiguousarray(order, np.int64), np.asarray(bounds)
        threads = min(threads or self._threads, self._threads)
        return self._program.sums_of_pieces(self._batch, numbers.ctypes.data, order, bounds, threads)
