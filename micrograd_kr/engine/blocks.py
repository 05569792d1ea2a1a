"""Blocks that change what the thread that opens them records: no_grad, enable_grad, watch and stop_at_nonfinite."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

from ..elementary import is_finite
from .value import Value

recording: ContextVar[bool] = ContextVar("recording", default=True)
watchers: ContextVar[tuple[Callable[[Any], None], ...]] = ContextVar("watchers", default=())

# The blocks that are open in any thread: every operation looks here, and no further if there are none. A dict, because
# neither Ctrl-C nor another thread can interrupt the adding or removing of a key.
open_blocks: dict[object, None] = {}


def is_plain() -> bool:
    """Whether no block is open, so that a node may be made without asking who watches."""
    return not open_blocks


def is_recording() -> bool:
    """Whether this thread records; False in a block of `no_grad`."""
    return recording.get()


class _SpecialBlock(AbstractContextManager[None]):
    """A block in which a variable of this thread has another content, and operations are recorded the general way.

    Ctrl-C may come between any two steps, so closing works the same on an open, half open or closed block. Only the
    moment before the first step of `__exit__` cannot be guarded: such a block is closed when it is freed.
    """

    def __init__(self, variable: ContextVar[Any], content: Any) -> None:
        self.variable, self.content, self.thread = variable, content, threading.get_ident()
        self.before = variable.get()
        self.key: object = object()

    def __enter__(self) -> None:
        try:
            open_blocks[self.key] = None
            self.variable.set(self.content)
        except BaseException:
            self._close()
            raise

    def __exit__(self, *error: object) -> None:
        try:
            self._close()
        except BaseException:
            self._close()
            raise

    def _close(self) -> None:
        self.variable.set(self.before)
        open_blocks.pop(self.key, None)

    def __del__(self) -> None:
        if self.key in open_blocks and self.thread == threading.get_ident():
            self._close()


class _Unrecorded(AbstractContextManager["_Unrecorded"]):
    """A block in which this thread does not record; as a decorator, one around each call of a function."""

    def __init__(self) -> None:
        self._blocks: list[AbstractContextManager[None]] = []

    def __enter__(self) -> _Unrecorded:
        block = _SpecialBlock(recording, False)
        self._blocks.append(block)
        block.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._blocks.pop().__exit__(*error)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def stepwise(*args: Any, **kwargs: Any) -> Iterator[Any]:
                return _stepwise(function(*args, **kwargs))

            return stepwise

        @functools.wraps(function)
        def unrecorded(*args: Any, **kwargs: Any) -> Any:
            with _Unrecorded():
                return function(*args, **kwargs)

        return unrecorded


def _stepwise(steps: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """A generator whose own steps are not recorded, while those of its caller between them are."""
    resume, request = steps.send, None
    while True:
        try:
            with _Unrecorded():
                item = resume(request)
        except StopIteration as stop:
            return stop.value
        try:
            request, resume = (yield item), steps.send
        except GeneratorExit:
            steps.close()
            raise
        except BaseException as error:
            request, resume = error, steps.throw


def no_grad() -> _Unrecorded:
    """Compute without recording: results are leaves, and nothing they were computed from is kept.

    As a decorator, `@no_grad()`, it covers each call of a function, or each step of a generator.

    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * 3
    >>> y.data, y.op
    (6.0, None)
    """
    return _Unrecorded()


def enable_grad() -> AbstractContextManager[None]:
    """A block in which this thread records, even within a block of `no_grad`.

    >>> x = Value(2.0)
    >>> with no_grad(), enable_grad():
    ...     y = x * 3
    >>> y.op.name
    'mul'
    """
    return nullcontext() if recording.get() else _SpecialBlock(recording, True)


@contextmanager
def watch(callback: Callable[[Value], None]) -> Iterator[None]:
    """Call `callback(node)` for every Value that this thread computes in the block, as soon as it is recorded.

    If the callback has a method `after_backward`, that is called with the sweep after each backward pass.

    >>> x = Value(2.0)
    >>> with watch(lambda node: print(node.op.symbol, node.data)):
    ...     y = (x * 3).exp()
    * 6.0
    exp 403.4287934927351
    """
    with _SpecialBlock(watchers, (*watchers.get(), callback)):
        yield


@contextmanager
def stop_at_nonfinite() -> Iterator[None]:
    """Stop where the first inf or nan arises, forward or backward, with an error that names the op and its arguments.

    Raises:
        FloatingPointError: a computed Value, or a gradient that reaches one, is not finite.

    >>> with stop_at_nonfinite():
    ...     Value(0.0, label="p").log()
    Traceback (most recent call last):
        ...
    FloatingPointError: log(p) is -inf, with p = 0.0
    """
    with watch(_NonfiniteStop()):
        yield


class _NonfiniteStop:
    """The watcher that raises a FloatingPointError."""

    def __call__(self, node: Value) -> None:
        if not is_finite(node.data):
            spelt, given = _spelt(node)
            raise FloatingPointError(f"{spelt} is {node.data}, with {given}")

    def after_backward(self, sweep: Any) -> None:
        for node in sweep.order:
            for arg, local, product in sweep.contributions(node, node.grad):
                if not is_finite(product):
                    spelt, given = _spelt(node)
                    raise FloatingPointError(
                        f"the gradient that {spelt} sends back to {arg.label or arg!r} is {product}: "
                        f"the local derivative {local} times {node.grad}, with {given}"
                    )


def _spelt(node: Value) -> tuple[str, str]:
    """The node's op with the names of its arguments, and the numbers behind the names."""
    names = [arg.label or f"x{index}" for index, arg in enumerate(node.args)]
    given = ", ".join(f"{name} = {number!r}" for name, number in zip(names, node.arg_numbers, strict=True))
    return (node.op.spell(*names) if node.op else node.label), given
