"""Module: what every layer and model is, a callable that owns parameters and knows their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from typing import Any

from ..engine import Value, current_scope, enter_scope, leave_scope
from .state import read_state, tensors_within, write_state


class Module:
    """The base of layers and models: subclasses say what to compute in `forward(x)` (or in `__call__`).

    Every leaf Value, and every Module, that stands in an attribute is found by itself, also within lists, tuples and
    dicts; a subclass may define `parameters()` instead, as with micrograd.

    Attributes:
        training: whether the model is being trained; dropout and the like look at it. Set by train() and eval().

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.height = Value(2.0), Value(1.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.height
    >>> line = Line()
    >>> line(3.0).data, [name for name, _ in line.named_parameters()]
    (7.0, ['slope', 'height'])
    """

    training: bool = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """forward(...), with every Value computed meanwhile belonging to this module (`value.scope`)."""
        outer = enter_scope(self)
        try:
            return self.forward(*args, **kwargs)
        finally:
            leave_scope(outer)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__call__" in vars(cls):
            cls.__call__ = _in_scope(vars(cls)["__call__"])  # type: ignore[method-assign]

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes; each subclass writes its own."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it computes: define forward(self, x)")

    # --- parameters -------------------------------------------------------------------------------------------------

    def parameters(self) -> list[Value]:
        """The Values that training may change, each once, in the order in which they were made attributes."""
        found: dict[Value, None] = {}
        _collect(vars(self).values(), found, {id(self)})
        return list(found)

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Each parameter with its name, which is the way to it: `layers.0.neurons.3.w.1`."""
        names = {found: path for path, found in _walk("", self, set()) if isinstance(found, Value)}
        for index, parameter in enumerate(self.parameters()):
            yield names.get(parameter, f"parameters.{index}"), parameter

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0, as is due before each backward()."""
        for parameter in self.parameters():
            parameter.grad = 0

    # --- modules within ---------------------------------------------------------------------------------------------

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """This module (its name is empty) and every module within, each once, each with the way to it."""
        return ((path, found) for path, found in _walk("", self, set()) if isinstance(found, Module))

    def modules(self) -> Iterator[Module]:
        """This module and every module within, each once."""
        return (module for _, module in self.named_modules())

    def train(self, mode: bool = True) -> Module:
        """Tell this module and those within that they are being trained; returns the module itself."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Module:
        """Tell this module and those within that they are being used: dropout leaves no node out."""
        return self.train(False)

    # --- the parameters' numbers, to keep -----------------------------------------------------------------------------

    def named_tensors(self) -> Iterator[tuple[str, Any]]:
        """The parameters as nested lists of Values, with the names that they have in `state_dict()`."""
        for name, attribute in vars(self).items():
            if attribute is not self:
                yield from tensors_within(name, attribute)

    def state_dict(self) -> dict[str, Any]:
        """The number of every parameter, as nested lists by name, with PyTorch's names and shapes.

        >>> from micrograd_kr.nn import MLP
        >>> {name: len(numbers) for name, numbers in MLP(2, [16, 1]).state_dict().items()}
        {'0.weight': 16, '0.bias': 16, '2.weight': 1, '2.bias': 1}
        """
        return read_state(self)

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> None:
        """Set every parameter from such nested lists, arrays or tensors: all of them, or none if anything is wrong.

        Args:
            state: the numbers by name.
            strict: raise also if a name is missing or not known; else those are passed over.

        Raises:
            ValueError: names or shapes do not fit; the error lists each of them.
        """
        write_state(self, state, strict)


def _in_scope(call: Callable[..., Any]) -> Callable[..., Any]:
    """A subclass's own `__call__`, with every Value computed meanwhile belonging to the module."""

    @wraps(call)
    def in_scope(self: Module, *args: Any, **kwargs: Any) -> Any:
        scope = current_scope()
        if scope is not None and scope[0] is self:  # called through super()
            return call(self, *args, **kwargs)
        outer = enter_scope(self)
        try:
            return call(self, *args, **kwargs)
        finally:
            leave_scope(outer)

    return in_scope


def _collect(within: Iterable[Any], parameters: dict[Value, None], seen: set[int]) -> None:
    """Put each leaf Value below into `parameters`: in attributes, lists, tuples and dicts, without their names."""
    for found in within:
        if type(found) is Value:
            if found.op is None:
                parameters.setdefault(found)
        elif isinstance(found, list | tuple | dict | Module) and id(found) not in seen:
            seen.add(id(found))  # a module may be shared, or point back at its owner
            if isinstance(found, list | tuple):
                _collect(found, parameters, seen)
            elif isinstance(found, dict):
                _collect(found.values(), parameters, seen)
            elif type(found).parameters is Module.parameters:
                _collect(vars(found).values(), parameters, seen)
            else:
                parameters.update(dict.fromkeys(found.parameters()))


def _walk(path: str, found: Any, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """Each Module and leaf Value below `found`, each once, with the way to it."""
    if isinstance(found, Value):
        if found.op is None and type(found) is Value and id(found) not in seen:
            seen.add(id(found))
            yield path, found
        return
    if not isinstance(found, list | tuple | dict | Module) or id(found) in seen:
        return
    seen.add(id(found))
    within: Iterable[tuple[Any, Any]]
    if isinstance(found, Module):
        yield path, found
        within = vars(found).items()
    else:
        within = found.items() if isinstance(found, dict) else enumerate(found)
    for name, child in within:
        yield from _walk(f"{path}.{name}" if path else f"{name}", child, seen)


def path_of(module: Module) -> str:
    """Where a module stands in the model that is computing now, such as `layers.1`; its class if it stands alone."""
    scope = current_scope()
    outermost = module
    while scope is not None:
        outermost, scope = scope
    if isinstance(outermost, Module):
        for path, found in outermost.named_modules():
            if found is module and path:
                return path
    return type(module).__name__
