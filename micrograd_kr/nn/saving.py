"""Models in files: safetensors, which holds names, shapes and numbers, and no code that loading could run."""

from __future__ import annotations

import json
import os
import struct
from math import prod
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from ..extras import missing_extra
from ..files import write_whole
from .module import Module
from .state import printable

# How numpy reads the numbers of a file. It has no bfloat16, which is the upper half of a 32-bit float.
_KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "BOOL": "?"}
SavedType = Literal["float64", "float32", "float16", "bfloat16"]
_SAVED_AS: dict[str, str] = {"float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16"}
_KINDS |= {f"{sign}{8 * size}": f"<{sign.lower()}{size}" for sign in "IU" for size in (1, 2, 4, 8)}


def _numpy_and_safetensors() -> tuple[ModuleType, ModuleType]:
    try:
        import numpy
        import safetensors
    except ImportError as error:
        raise missing_extra("saving and loading models needs safetensors and numpy", "save", error=error) from None
    return numpy, safetensors


def save_model(model: Module, path: str | os.PathLike[str], dtype: SavedType = "float64") -> None:
    """Write `model.state_dict()` to a safetensors file, which PyTorch and load_model read.

    An old file of that name stays until the new one is complete on the disk.

    Args:
        model: any Module.
        path: the file, usually called *.safetensors.
        dtype: "float64" keeps every digit; "float32", "float16" and "bfloat16" round to the nearest.

    Raises:
        ValueError: the model has no parameters, or one that is no real number or too large; nothing is written.
        ImportError: the extra `save` is missing.
    """
    numpy, _ = _numpy_and_safetensors()
    state = model.state_dict()
    if not state:
        raise ValueError(f"{type(model).__name__} has no parameters to save")
    if dtype not in _SAVED_AS:
        raise ValueError(f"a model is saved as {', '.join(_SAVED_AS)}, got dtype={dtype!r}")
    header, content = dict[str, Any](), b""
    for name, numbers in state.items():
        try:
            shape, data = _packed(numpy, numbers, _SAVED_AS[dtype])
            place = [len(content), len(content) + len(data)]
            header[name] = {"dtype": _SAVED_AS[dtype], "shape": shape, "data_offsets": place}
            content += data
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"{name} cannot be saved as {dtype}: {error}") from None
    # The file: the length of the header in 8 bytes; the header, filled up so that the numbers are aligned; the numbers.
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    write_whole(path, struct.pack("<Q", len(text)) + text + content)


def _packed(numpy: ModuleType, numbers: Any, kind: str) -> tuple[list[int], bytes]:
    """The shape and the bytes of a tensor."""
    found = numpy.array(numbers)
    if found.dtype.kind == "c":
        raise TypeError("complex numbers")
    exact = found.astype("<f8")
    with numpy.errstate(over="ignore"):  # found below
        rounded = exact.astype("<f4" if kind == "BF16" else _KINDS[kind])
    stored = rounded
    if kind == "BF16":
        bits = rounded.view("<u4")
        to_nearest = bits + (0x7FFF + (bits >> 16 & 1)).astype("<u4")  # to even, if it lies in the middle
        halves = numpy.where(numpy.isnan(rounded), bits | 0x400000, to_nearest) >> 16
        rounded, stored = (halves << 16).astype("<u4").view("<f4"), halves.astype("<u2")
    if (numpy.isfinite(exact) & ~numpy.isfinite(rounded)).any():
        raise OverflowError("a number is too large")
    return list(exact.shape), stored.tobytes()


def load_model(model: Module, path: str | os.PathLike[str], strict: bool = True) -> None:
    """Set the model's parameters from a safetensors file, as save_model or PyTorch wrote it.

    Args:
        model: a Module of the same shape as the one that was saved.
        path: the file; numbers of 16, 32 and 64 bits are read, bfloat16 too.
        strict: raise unless the file has exactly the model's parameters.

    Raises:
        ValueError: the file is no safetensors file, or does not fit the model; nothing has been loaded then.
        ImportError: the extra `save` is missing.
    """
    numpy, safetensors = _numpy_and_safetensors()
    content = Path(path).read_bytes()
    try:
        found = safetensors.deserialize(content)
    except Exception as error:  # its own kind, which differs from version to version
        raise ValueError(f"{os.fspath(path)} is not a safetensors file that can be read: {error}") from error
    model.load_state_dict({name: _read(numpy, path, name, tensor) for name, tensor in found}, strict)


def _read(numpy: ModuleType, path: str | os.PathLike[str], name: str, tensor: Any) -> Any:
    kind, shape = tensor["dtype"], tuple(tensor["shape"])
    if kind not in _KINDS:
        raise ValueError(
            f"{os.fspath(path)} has {printable(name)} as {kind}, which cannot be read; save it with 16, 32 or 64 bits"
        )
    found = numpy.frombuffer(tensor["data"], _KINDS[kind], prod(shape))
    if kind == "BF16":
        found = (found.astype("<u4") << 16).view("<f4")
    return found.astype(numpy.float64).reshape(shape)
