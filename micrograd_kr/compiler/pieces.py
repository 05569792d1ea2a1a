"""The gradient of a loss in pieces: sums over lists of examples, for who adds them up in an order of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .arguments import batch_of
from .function import Compiled
from .programs import mean_and_gradient

if TYPE_CHECKING:
    from .arguments import Array


class Pieces:
    """A compiled loss on some examples, which stay in memory.

    Args:
        compiled: the loss.
        arrays: the examples, as `value_and_grad` takes them.

    >>> from micrograd_kr import Value, jit
    >>> import numpy as np
    >>> w = Value(2.0)
    >>> pieces = Pieces(jit(lambda x: w * w * x), [np.array([1.0, 2.0, 3.0])])
    >>> pieces.sums(np.array([2.0]), np.array([2, 0, 1]), np.array([0, 2, 2, 3]))  # w * w * x and 2 * w * x
    array([[16., 16.],
           [ 0.,  0.],
           [ 8.,  8.]])
    """

    def __init__(self, compiled: Compiled[Any], arrays: Sequence[Array]) -> None:
        programs = compiled.programs
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
