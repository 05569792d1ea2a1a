"""What recording an operation depends on besides its arguments: all of it is a thread's own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

# The nn module that is computing now, with those around it: (module, outer scope); None outside of any module.
Scope = tuple[Any, Any] | None
scope: ContextVar[Scope] = ContextVar("scope", default=None)

recording: ContextVar[bool] = ContextVar("recording", default=True)
watchers: ContextVar[tuple[Callable[[Any], None], ...]] = ContextVar("watchers", default=())


class OpenBlocks:
    """How many blocks of `no_grad` and `watch` are open in any thread: every operation looks here, no further if 0."""

    count = 0
    lock = threading.Lock()


@contextmanager
def special_block(variable: ContextVar[Any], content: Any) -> Iterator[None]:
    """Set a variable of this thread for a block in which operations are recorded the general way."""
    token = variable.set(content)
    with OpenBlocks.lock:
        OpenBlocks.count += 1
    try:
        yield
    finally:
        with OpenBlocks.lock:
            OpenBlocks.count -= 1
        variable.reset(token)
