"""From LLVM text to a function that can be called: the host's processor, its vector functions, kept objects."""

from __future__ import annotations

import ctypes
import platform
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter
from typing import Any

from . import cache
from .kernels import Machine
from .primitives import FUNCTIONS, POWER, Primitive

_llvm_lock = threading.RLock()


@dataclass(frozen=True, slots=True)
class Host:
    """The processor that the code is made for."""

    triple: str
    cpu: str
    features: str
    machine: Machine


def import_llvm() -> Any:
    """llvmlite.binding, or an error that says how to get it."""
    try:
        import llvmlite.binding as llvm
        import numpy  # noqa: F401
    except ImportError as error:
        raise ImportError(
            f'jit needs llvmlite and numpy ({error}): pip install "micrograd-kr[jit]"', name=error.name
        ) from error
    return llvm


@lru_cache(maxsize=8)
def find_host(lanes: int | None = None) -> Host:
    """The processor of this machine, and the vectors that suit it (or vectors of `lanes` numbers)."""
    llvm = import_llvm()
    with _llvm_lock:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        try:
            features = llvm.get_host_cpu_features()
        except RuntimeError:
            features = {}
        cpu, triple = llvm.get_host_cpu_name(), llvm.get_process_triple()
        flags = features.flatten() if features else ""
    wide = bool(features.get("avx512f")) and bool(features.get("avx512vl"))
    if lanes is None:
        lanes = 8 if wide else 4 if features.get("avx") else 2
    if lanes not in (2, 4, 8):
        raise ValueError(f"lanes is how many numbers a vector holds: 2, 4 or 8, got {lanes!r}")
    if wide:
        flags += ",-prefer-256-bit"
    _find_functions(llvm)
    # 32 registers hold a tile of 4 results times 4 vectors, 16 registers one of 4 times 2
    return Host(triple, cpu, flags, Machine(lanes, 4 if wide else 2, 4))


def _find_functions(llvm: Any) -> None:
    """Tell LLVM where the C library's functions are, as far as this process knows them."""
    if sys.platform.startswith("linux") and platform.machine() in ("x86_64", "AMD64"):
        with suppress(RuntimeError):
            llvm.load_library_permanently("libmvec.so.1")  # glibc's functions on vectors
    libraries: list[Any] = [ctypes.CDLL("ucrtbase")] if sys.platform == "win32" else [ctypes.CDLL(None)]
    for name in [*FUNCTIONS, POWER.name]:
        for library in libraries:
            function = getattr(library, name, None)
            if function is not None and not llvm.address_of_symbol(name):
                llvm.add_symbol(name, ctypes.cast(function, ctypes.c_void_p).value)


def vector_name(primitive: Primitive, lanes: int) -> str:
    """The name of glibc's version of a function for vectors of this size, where there is one."""
    llvm = import_llvm()
    features = llvm.get_host_cpu_features() if lanes > 2 else {}
    letter = {2: "b", 4: "d" if features.get("avx2") else "", 8: "e" if features.get("avx512f") else ""}[lanes]
    arguments = "v" * (2 if primitive is POWER else 1)
    name = f"_ZGV{letter}N{lanes}{arguments}_{primitive.name}"
    return name if letter and llvm.address_of_symbol(name) else ""


class MachineCode:
    """A compiled module: its function `run`, called with the address of a frame.

    Attributes:
        ir: the text that it was made from.
        seconds: what LLVM took; 0 from the cache.
        size: the size of the object, in bytes.
    """

    def __init__(self, ir: str, host: Host, entry: str = "run") -> None:
        from llvmlite import __version__ as version

        llvm = import_llvm()
        self.ir, self.host = ir, host
        self.from_cache = True
        started = perf_counter()
        where = cache.folder()
        name = cache.key(ir, host.triple, host.cpu, host.features, version)
        with _llvm_lock:
            content = cache.read(name, where)
            if content is None:
                self.from_cache = False
                module = self._parse(llvm)
                content = _target(llvm, host).emit_object(module)
                cache.write(content, name, where)
            self.size = len(content)
            empty = llvm.parse_assembly("")
            self._engine = llvm.create_mcjit_compiler(empty, _target_for_engine(llvm, host))
            self._engine.add_object_file(llvm.ObjectFileRef.from_data(content))
            self._engine.finalize_object()
            address = self._engine.get_function_address(entry)
        self.seconds = 0.0 if self.from_cache else perf_counter() - started
        self.run: Callable[[int], None] = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address)

    def _parse(self, llvm: Any) -> Any:
        module = llvm.parse_assembly(self.ir)
        module.triple = self.host.triple
        return module

    @property
    def asm(self) -> str:
        """The assembly, made when asked for."""
        llvm = import_llvm()
        with _llvm_lock:
            return str(_target(llvm, self.host).emit_assembly(self._parse(llvm)))


@lru_cache(maxsize=8)
def _target(llvm: Any, host: Host) -> Any:
    return _new_target(llvm, host)


def _target_for_engine(llvm: Any, host: Host) -> Any:
    return _new_target(llvm, host)  # the engine takes it over


def _new_target(llvm: Any, host: Host) -> Any:
    target = llvm.Target.from_triple(host.triple)
    return target.create_target_machine(
        cpu=host.cpu, features=host.features, opt=2, reloc="default", codemodel="jitdefault", jit=True
    )
