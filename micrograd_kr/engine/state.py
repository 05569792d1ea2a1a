"""What recording an operation depends on besides its arguments: all of it is a thread's own."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

# The nn module that is computing now, with those around it: (module, outer scope); None outside of any module.
Scope = tuple[Any, Any] | None
scope_of_thread: ContextVar[Scope] = ContextVar("scope", default=None)

recording: ContextVar[bool] = ContextVar("recording", default=True)
watchers: ContextVar[tuple[Callable[[Any], None], ...]] = ContextVar("watchers", default=())
