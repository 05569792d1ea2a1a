"""Machine code kept on disk, under a name that says what it was made from, so that a second process need not call LLVM.

The name of a file is the hash of all that decides its content: the recorded graph (`fingerprint`) or the program's
text, the processor and the version of llvmlite. Files are written whole, so that readers never see half of one; a
file's own hash stands in front of the content, so that a damaged one is known and made again. The folder is the
platform's cache folder; MICROGRAD_KR_CACHE names another, and MICROGRAD_KR_CACHE=off keeps nothing.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     write(b"code", "key", folder)
...     read("key", folder), read("other", folder)
(b'code', None)
"""

from __future__ import annotations

import hashlib
import os
import sys
from array import array
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

from .. import elementary, operation, ops
from ..elementary import FUNCTIONS, Function
from ..files import UNFINISHED, write_whole
from ..operation import Op
from ..trace import Recording, Traced
from .assembly import is_instruction

if TYPE_CHECKING:
    from .machine_code import Host

_OFF = {"off", "0", "no", "none", "false"}
LIMIT = 256  # files; the oldest go first


def folder() -> str | None:
    """Where machine code is kept; None if it is not."""
    named = os.environ.get("MICROGRAD_KR_CACHE")
    if named:
        return None if named.lower() in _OFF else named
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return str(base / "micrograd_kr")


def key(*parts: str) -> str:
    """The name for content that these texts decide."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        digest.update(f"{len(encoded)}:".encode())
        digest.update(encoded)
    return digest.hexdigest()


def read(name: str, where: str | None) -> bytes | None:
    """What is kept under this name; None if there is nothing, or if it is damaged."""
    if where is None:
        return None
    try:
        stored = Path(where, f"{name}.o").read_bytes()
    except OSError:
        return None
    head, content = stored[:32], stored[32:]
    return content if hashlib.sha256(content).digest() == head else None


def write(content: bytes, name: str, where: str | None) -> None:
    """Keep the content; a folder that cannot be written to is no error, only no help."""
    if where is None:
        return
    try:
        os.makedirs(where, mode=0o700, exist_ok=True)
        write_whole(Path(where, f"{name}.o"), hashlib.sha256(content).digest() + content, sync=False)
        _forget_the_oldest(where)
    except OSError:
        return


def _forget_the_oldest(where: str) -> None:
    files = [entry for entry in os.scandir(where) if entry.name.endswith((".o", UNFINISHED))]
    if len(files) > LIMIT:
        files.sort(key=lambda entry: entry.stat().st_mtime)
        for entry in files[: len(files) - LIMIT]:
            os.unlink(entry.path)


# --- the name of a program --------------------------------------------------------------------------------------------


_OWN = {elementary.__name__, operation.__name__, ops.__name__}  # the modules whose rules are part of the source
PARTS = ("compiler", "engine", "functions", "trace")  # the folders that decide what is compiled, beside the top files


class _UnknownError(Exception):
    """Something that this file cannot vouch for."""


def fingerprint(
    recording: Recording, use: tuple[Any, ...], host: Host, vector_name: Callable[[Function], str]
) -> str | None:
    """The same text for what compiles to the same machine code, and for nothing else; None if that is not certain.

    Args:
        recording: of the function.
        use: what is computed with it, as numbers and texts.
        host: the processor.
        vector_name: gives the names of vector functions, which the program will call.
    """
    from llvmlite import __version__ as version

    source = _source()
    if not source:
        return None
    called = [row for row in FUNCTIONS.values() if row.c and not is_instruction(row.c)]
    try:
        graph, texts = _graph(recording)
    except _UnknownError:
        return None
    names = [vector_name(row) for row in called]
    digest = hashlib.sha256(graph.tobytes())
    digest.update(repr((source, version, host, use, recording.shapes, names, texts)).encode())
    return digest.hexdigest()


@cache
def _source() -> str:
    """The hash of this package's own source; "" if it cannot be read."""
    root, digest = Path(__file__).parent.parent, hashlib.sha256()
    try:
        for file in sorted([*root.glob("*.py"), *[file for part in PARTS for file in (root / part).rglob("*.py")]]):
            digest.update(file.read_bytes())
    except OSError:
        return ""
    return digest.hexdigest()


def _graph(recording: Recording) -> tuple[array[int], list[Any]]:
    """The program of the forward pass and the graph of Values, as whole numbers and texts."""
    numbers, texts = array("q"), list[Any]()
    functions: dict[Function, int] = {}
    for node in recording.trace.nodes[: recording.length]:
        function = node.function
        place = functions.get(function)
        if place is None:
            place = functions[function] = len(functions)
            texts.append((function.name, function.c, function.arity, function.commutes, function.gives))
        if node.args:
            numbers.extend([place, len(node.args), *[arg.index for arg in node.args]])
        elif type(node.value) is int:
            numbers.extend((place, -1, node.value))
        else:
            numbers.extend((place, -2))
            texts.append(float(node.value).hex())
    where = {leaf: (-1, place) for place, leaf in enumerate(recording.parameters)}
    where.update({leaf: (-2, place) for place, leaf in enumerate(recording.inputs)})
    index_of: dict[Any, int] = {}
    ops_met: dict[Op, int] = {}
    for value in recording.order:
        op = value.op
        index_of[value] = len(index_of)
        if op is None:
            numbers.extend(where.get(value) or (-3, _number(value.data, texts)))
            continue
        place = ops_met.get(op)
        if place is None:
            place = ops_met[op] = len(ops_met)
            texts.append(_op(op))
        numbers.extend([place, _number(value.data, texts), len(value.args), *[index_of[arg] for arg in value.args]])
    numbers.extend([index_of[output] for output in recording.outputs])
    return numbers, texts


def _number(number: Any, texts: list[Any]) -> int:
    """The place of a traced number in its trace; of a plain one a negative number, and its text."""
    if type(number) is Traced:
        return number.index
    if type(number) not in (int, float, bool):
        raise _UnknownError
    texts.append((type(number).__name__, repr(number)))
    return -len(texts)


def _op(op: Op) -> tuple[Any, ...]:
    rules: list[Any] = [op.forward, *(op.rules or [op.partial])]
    return (op.name, op.arity, op.multilinear, op.gives, *[_code(rule) for rule in rules])


def _code(rule: Any) -> tuple[Any, ...]:
    """What a rule of the table does, where that can be said."""
    name = getattr(rule, "__name__", "")
    if name and getattr(elementary, name, None) is rule:
        return (name,)
    if isinstance(rule, FunctionType) and rule.__module__ in _OWN:
        code, cells = rule.__code__, [cell.cell_contents for cell in rule.__closure__ or ()]
        if all(type(cell) in (int, float) for cell in cells):
            return rule.__qualname__, code.co_firstlineno, code.co_code, code.co_names, *map(repr, cells)
    elif getattr(rule, "__module__", "") in ("_operator", "builtins") and not isinstance(rule, FunctionType):
        return (name,)
    raise _UnknownError
