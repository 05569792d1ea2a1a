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

from ..elementary import FUNCTIONS, Function
from ..extras import missing_extra
from . import cache
from .assembly import Machine, is_instruction
from .kernels import library

_llvm_lock = threading.RLock()


@dataclass(frozen=True, slots=True)
class Host:
    """The processor that the code is made for."""

    triple: str
    cpu: str
    features: str
    machine: Machine

    @property
    def dtype(self) -> str:
        """Numpy's name for the kind of its numbers."""
        return "float64" if self.machine.number == "double" else "float32"

    @property
    def typecode(self) -> str:
        """The same for Python's arrays."""
        return self.machine.number[0]


def import_llvm() -> Any:
    """llvmlite.binding, or an error that says how to get it."""
    try:
        import llvmlite.binding as llvm
        import numpy  # noqa: F401
    except ImportError as error:
        raise missing_extra("jit needs llvmlite and numpy", "jit", error=error) from error
    return llvm


@lru_cache(maxsize=8)
def find_host(lanes: int | None = None, dtype: str = "float64") -> Host:
    """The processor of this machine, and the vectors that suit it (or vectors of `lanes` numbers)."""
    if dtype not in ("float64", "float32"):
        raise ValueError(f"dtype is 'float64' or 'float32', got {dtype!r}")
    double = dtype == "float64"
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
        lanes = (8 if wide else 4 if features.get("avx") else 2) * (1 if double else 2)
    if lanes not in ((2, 4, 8) if double else (4, 8, 16)):
        choices = "2, 4 or 8" if double else "4, 8 or 16"
        raise ValueError(f"lanes is how many numbers a vector holds: {choices}, got {lanes!r}")
    if wide:
        flags += ",-prefer-256-bit"
    _find_functions(llvm)
    # 32 registers hold 4 times 4 sums beside what is loaded; 16 registers 2 times 4, and 3 times 4 without weights
    many_registers = wide or triple.startswith(("aarch64", "arm64"))
    rows, outer_rows = (4, 4) if many_registers else (2, 3)
    return Host(triple, cpu, flags, Machine(lanes, 4, rows, outer_rows, "double" if double else "float"))


def _find_functions(llvm: Any) -> None:
    """Tell LLVM where the C library's functions are, as far as this process knows them."""
    if sys.platform.startswith("linux") and platform.machine() in ("x86_64", "AMD64"):
        with suppress(RuntimeError):
            llvm.load_library_permanently("libmvec.so.1")  # glibc's functions on vectors
    c_libraries: list[Any] = [ctypes.CDLL("ucrtbase")] if sys.platform == "win32" else [ctypes.CDLL(None)]
    names = {row.c for row in FUNCTIONS.values() if row.c and not is_instruction(row.c)}
    for name in [name + end for name in names for end in ("", "f")]:
        for c_library in c_libraries:
            found = getattr(c_library, name, None)
            if found is not None and not llvm.address_of_symbol(name):
                llvm.add_symbol(name, ctypes.cast(found, ctypes.c_void_p).value)


def vector_name(function: Function, machine: Machine) -> str:
    """The name of glibc's version of a function for vectors of this size, where there is one."""
    llvm = import_llvm()
    features = llvm.get_host_cpu_features() if machine.bytes > 16 else {}
    has = {16: True, 32: features.get("avx2"), 64: features.get("avx512f")}[machine.bytes]
    letter = {16: "b", 32: "d", 64: "e"}[machine.bytes]
    name = f"_ZGV{letter}N{machine.lanes}{'v' * function.arity}_{machine.c_name(function.written('c'))}"
    return name if has and llvm.address_of_symbol(name) else ""


class MachineCode:
    """A compiled program: the function `entry`, called with the address of what it reads.

    LLVM takes its time (level 2) for the loops, which are the same for all programs, and for short programs. Long
    straight code gains next to nothing from it, and is compiled several times faster without (level 0).

    Args:
        ir: the text to compile, which calls the loops of `kernels.library`; or a function that gives it.
        host: the processor.
        entry: the function to call.
        level: how much time LLVM may take.
        locked: whether Python's lock is held meanwhile.
        kept: the machine code, if it is there already.
        by_text: whether the machine code is kept on disk by its text; else whoever calls keeps it.

    Attributes:
        content: the machine code as an object file, without the loops.
        seconds: what LLVM took; 0 from the cache.
        run: the function; others may run Python meanwhile, unless it is `locked`.
        size: the size of the objects, in bytes.
        from_cache: whether LLVM had nothing to do.
    """

    def __init__(
        self,
        ir: str | Callable[[], str],
        host: Host,
        entry: str = "run",
        level: int = 2,
        locked: bool = False,
        kept: bytes | None = None,
        by_text: bool = True,
    ) -> None:
        llvm = import_llvm()
        self._ir, self.host, self.level = ir, host, level
        started = perf_counter()
        with _llvm_lock:
            loops, had_loops = _library(host)
            self.content, had_program = (kept, True) if kept is not None else _object(self.ir, host, level, by_text)
            self.size, self.from_cache = len(self.content) + len(loops), had_program
            self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _new_target(host, 0))
            for content in (loops, self.content):
                self._engine.add_object_file(llvm.ObjectFileRef.from_data(content))
            self._engine.finalize_object()
            address = self._engine.get_function_address(entry)
        self.seconds = 0.0 if had_program and had_loops else perf_counter() - started
        prototype = ctypes.PYFUNCTYPE if locked else ctypes.CFUNCTYPE
        self.run: Callable[[int], None] = prototype(None, ctypes.c_void_p)(address)
        self.run.engine = self._engine  # type: ignore[attr-defined]  # the code lives as long as the function

    @property
    def ir(self) -> str:
        """The text that it was made from; made when asked for, if the machine code was kept."""
        if not isinstance(self._ir, str):
            self._ir = self._ir()
        return self._ir

    @property
    def asm(self) -> str:
        """The assembly of the program and of the loops, made when asked for."""
        with _llvm_lock:
            texts = [(self.ir, self.level), (library(self.host.machine), 2)]
            return "\n".join(str(_target(self.host, level).emit_assembly(_parse(ir, self.host))) for ir, level in texts)


@lru_cache(maxsize=8)
def _library(host: Host) -> tuple[bytes, bool]:
    return _object(library(host.machine), host, level=2)


def _object(ir: str, host: Host, level: int, by_text: bool = True) -> tuple[bytes, bool]:
    """The machine code of a text, and whether it was kept from an earlier time."""
    from llvmlite import __version__ as version

    where = cache.folder() if by_text else None
    name = cache.key(ir, host.triple, host.cpu, host.features, version, str(level)) if where else ""
    content = cache.read(name, where)
    if content is not None:
        return content, True
    content = bytes(_target(host, level).emit_object(_parse(ir, host)))
    cache.write(content, name, where)
    return content, False


def _parse(ir: str, host: Host) -> Any:
    module = import_llvm().parse_assembly(ir)
    module.triple = host.triple
    module.data_layout = str(_target(host, 2).target_data)  # how the platform spells names and aligns numbers
    return module


@lru_cache(maxsize=8)
def _target(host: Host, level: int) -> Any:
    return _new_target(host, level)


def _new_target(host: Host, level: int) -> Any:
    target = import_llvm().Target.from_triple(host.triple)
    return target.create_target_machine(
        cpu=host.cpu, features=host.features, opt=level, reloc="default", codemodel="jitdefault", jit=True
    )
