"""Models in files: safetensors, which holds names, shapes and numbers, and no code that loading could run."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any

from ..extras import missing_extra
from .module import Module


def _numpy_and_safetensors() -> tuple[ModuleType, ModuleType]:
    try:
        import numpy
        import safetensors.numpy
    except ImportError as error:
        raise missing_extra("saving and loading models needs safetensors and numpy", "save", error=error) from None
    return numpy, safetensors.numpy


def save_model(model: Module, path: str | os.PathLike[str]) -> None:
    """Write `model.state_dict()` to a safetensors file, as 64-bit floats.

    An old file of that name stays until the new one is whole.

    Args:
        model: any Module.
        path: the file, usually called *.safetensors.

    Raises:
        ImportError: the extra `save` is missing.
    """
    numpy, safetensors = _numpy_and_safetensors()
    tensors = {name: numpy.array(each, dtype=numpy.float64) for name, each in model.state_dict().items()}
    content = safetensors.save(tensors)
    unfinished = Path(f"{os.fspath(path)}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def load_model(model: Module, path: str | os.PathLike[str], strict: bool = True) -> None:
    """Set the model's parameters from a safetensors file, as save_model or PyTorch wrote it.

    Args:
        model: a Module of the same shape as the one that was saved.
        path: the file.
        strict: raise unless the file has the model's parameters, no fewer and no more.

    Raises:
        ValueError: the file is no safetensors file, or does not fit the model; nothing has been loaded then.
        ImportError: the extra `save` is missing.
    """
    _, safetensors = _numpy_and_safetensors()
    content = Path(path).read_bytes()
    try:
        tensors: dict[str, Any] = safetensors.load(content)
    except Exception as error:
        raise ValueError(f"{os.fspath(path)} is not a safetensors file that can be read: {error}") from error
    model.load_state_dict(tensors, strict)
