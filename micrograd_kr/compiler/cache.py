"""Machine code kept on disk, so that a second process need not call LLVM again.

The name of a file is the hash of all that decides its content: the recorded graph (see `fingerprint`) or the program's
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
from pathlib import Path

from ..files import UNFINISHED, write_whole

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
