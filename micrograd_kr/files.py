"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

UNFINISHED = ".unfinished"  # how the name of a temporary file ends; a killed process may leave one behind


def write_whole(path: str | os.PathLike[str], content: bytes | str, sync: bool = True) -> None:
    """Write a file so that a full disk, Ctrl-C or a killed process leaves the old file of that name untouched.

    The content goes to a temporary file in the same folder, which replaces the old one once it is on the disk. What is
    no regular file, such as a device or a pipe, is written to directly.

    Args:
        path: the file; its folder must exist.
        content: bytes, or text, which is written as UTF-8.
        sync: wait until the content is on the disk, so that it survives a power failure, too.

    Raises:
        OSError: the file cannot be written; the error names it and the reason, and the old file is as it was.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(Path(folder, "a.txt"), "a text")
    ...     [(each.name, each.read_text()) for each in Path(folder).iterdir()]
    [('a.txt', 'a text')]
    """
    # A link is followed: what it points at is replaced, as an ordinary write would do.
    target = Path(os.path.realpath(path))
    data = content.encode() if isinstance(content, str) else content
    if target.exists() and not target.is_file():
        target.write_bytes(data)
        return
    # The name is chosen here, so that whatever happens from now on the file can be removed.
    temporary = target.with_name(f".{target.name[:100]}.{os.urandom(6).hex()}{UNFINISHED}")
    try:
        _write(temporary, data, sync, _mode(target))
        os.replace(temporary, target)
    except BaseException as error:
        with suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError) and error.errno is not None:
            raise OSError(error.errno, error.strerror, os.fspath(path)) from error
        raise


def _write(path: Path, data: bytes, sync: bool, mode: int | None) -> None:
    """Write a new file that is never readable to more people than `mode` says."""
    new_file_mode = 0o666 if mode is None else mode
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, new_file_mode)) as file:
        file.write(data)
        file.flush()
        if sync:
            os.fsync(file.fileno())
    if mode is not None:
        os.chmod(path, mode)  # also the permissions that the process's mask would withhold


def _mode(target: Path) -> int | None:
    """The permissions of the old file, if there is one."""
    try:
        return target.stat().st_mode & 0o777
    except OSError:
        return None
