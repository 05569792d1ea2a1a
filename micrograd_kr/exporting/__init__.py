"""Functions of Values in the files of others: ONNX and PyTorch.

The package reads in this order: `arguments` (what an example says of the function's arguments), `tensors` (the
parameters, by name), `writing` (a walk over the recorded graph that finds layers, and the writer that it calls),
`onnx_file` and `torch_source` (the two writers).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from ..files import write_whole
from ..trace import record
from .arguments import name_of, read_example
from .tensors import read_tensors
from .writing import Writer, write

__all__ = ["export"]


def export(function: Callable[..., Any], path: str | os.PathLike[str], example: Any) -> None:
    """Write a function of Values, or a model, to a file that other programs run: .onnx, or .py for PyTorch.

    As for `jit`, the function is written for one example, and the file computes whole batches: each argument has a
    leading axis more than in the example, and so has the result. All numbers are 64-bit floats.

    An ONNX file has inputs with the names of the arguments, and one output. A PyTorch file has a function `forward`
    of tensors, and a `model` if there are parameters. Its gradients are those of the table, but for points that a row's
    note names, and where PyTorch multiplies a slope of 0 by one that is infinite or nan: `x.log().clip(0, 1)` at 0.

    Args:
        function: takes a scalar, a list or nested lists of Values for each argument, and returns a Value or a list of
            Values. The leaf Values and modules that it uses are the parameters.
        path: the file; its ending says which kind of file it becomes. An old file stays until the new one is complete.
        example: the arguments of one example, as a tuple; if there is one argument only, it may stand alone. Only
            the shapes matter.

    Raises:
        ValueError: the ending is another one, or the example does not fit the function.
        TypeError: this is no function, or a function of table 1 cannot be written in that language; the error names it.
        ImportError: the extra `export` is missing (for .onnx).

    >>> import tempfile
    >>> from pathlib import Path
    >>> from micrograd_kr import Value
    >>> w = Value(2.0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export(lambda x, y: (w * x - y) ** 2, f"{folder}/loss.py", (1.0, 0.0))
    ...     source = Path(folder, "loss.py").read_text()
    >>> print(source.partition("super().__init__()")[2].partition("NUMBERS")[0].strip())
    self.w = nn.Parameter(torch.zeros((), dtype=torch.float64))
    <BLANKLINE>
        def forward(self, x, y):
            return (self.w * x - y) ** 2.0
    """
    if not callable(function):
        raise TypeError(f"export takes a function of Values or a model, got {function!r:.60}")
    writer = _writer(path)
    names, shapes = read_example(function, example)
    recording = record(function, shapes)
    if recording.random_count:
        raise ValueError(f"{name_of(function)} draws random numbers, as dropout does: call model.eval() before export")
    tensors = read_tensors(function, recording)
    write_whole(path, write(recording, names, tensors, writer(name_of(function))))


def _writer(path: str | os.PathLike[str]) -> Callable[[str], Writer[Any]]:
    """The writer of such files."""
    ending = PurePath(path).suffix.lower()
    if ending == ".onnx":
        from .onnx_file import OnnxWriter

        return OnnxWriter
    if ending == ".py":
        from .torch_source import TorchWriter

        return TorchWriter
    raise ValueError(f"export writes .onnx files and .py files (PyTorch), got {os.fspath(path)!r}")
