"""Module: what every layer and model is, a callable that owns parameters and knows their names."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from functools import wraps
from typing import Any, ClassVar, Protocol, Self, TypeVar

from ..engine import Value, current_scope, enter_scope, leave_scope
from .state import read_state, write_state
from .summary import summary_html, summary_text
from .tables import flat, is_tensor

_open: ContextVar[tuple[Module, ...]] = ContextVar("modules whose tensors are being named", default=())


TYPE_CHECKING = False  # type checkers take a variable of this name as true, editors (jedi) as it stands here
Result = TypeVar("Result", covariant=True)


class ComputesForward(Protocol[Result]):
    """A module to a type checker: calling it gives what its `forward` gives."""

    @property
    def forward(self) -> Callable[..., Result]:
        """What the module computes."""


class Module:
    """The base of layers and models: a subclass computes something in `forward(x)` (or in `__call__`).

    Every leaf Value in an attribute is a parameter, and every Module in an attribute is a part; both are also found
    within lists, tuples, dicts, deques and numpy arrays of objects. A subclass may define `parameters()` instead, as
    with micrograd.

    Attributes:
        training: whether the model is being trained; dropout looks at it. Set by train() and eval().
        is_frozen: whether training leaves the parameters of this module alone. Set by freeze() and unfreeze().

    Raises:
        AttributeError: a computed Value is assigned to a parameter, which would be one no longer.

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
    is_frozen: bool = False
    mode_changes: ClassVar[int] = 0  # how often `training` was set in any module: compiled code belongs to a mode

    if TYPE_CHECKING:

        def __call__(self: ComputesForward[Result], *args: Any, **kwargs: Any) -> Result:
            """What forward gives; editors infer that from the code below."""
            raise NotImplementedError

    else:

        def __call__(self, *args, **kwargs):
            """forward(...); every Value computed meanwhile belongs to this module (`value.scope`)."""
            outer = enter_scope(self)
            try:
                return self.forward(*args, **kwargs)
            finally:
                try:
                    leave_scope(outer)
                except BaseException:  # Ctrl-C came before its first step
                    leave_scope(outer)
                    raise

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__call__" in vars(cls):
            cls.__call__ = _in_scope(vars(cls)["__call__"])  # type: ignore[method-assign]

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes; each subclass writes its own."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it computes: define forward(self, x)")

    def __setattr__(self, name: str, new: Any) -> None:
        if name == "training":
            Module.mode_changes += 1
        old = vars(self).get(name)
        if old is not None and _first(old, _is_leaf) is not None:
            computed = _first(new, _is_computed)
            if computed is not None:
                raise AttributeError(
                    f"{name} of {type(self).__name__} is a parameter: it would become the result of "
                    f"{computed.op.name!r}, and training and saving would no longer find it. Set its number instead, "
                    f"as in {name}.data = {name}.data - lr * {name}.grad; if it is not to be trained, start it as a "
                    "plain number"
                )
        super().__setattr__(name, new)

    # --- parameters -------------------------------------------------------------------------------------------------

    def parameters(self) -> list[Value]:
        """The Values that training may change, each once, in the order in which they became attributes.

        Raises:
            TypeError: a list holds parameters and computed Values, or a set holds parameters.
        """
        found: dict[Value, None] = {}
        try:
            _collect(vars(self).items(), {} if self.is_frozen else found, found, {id(self)})
        except TypeError:
            _check_contents(type(self).__name__, self, set())  # the same error with the name of the place
            raise
        return list(found)

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Each parameter with its name, the path to it: `layers.0.neurons.3.w.1`."""
        names = {found: path for path, found in _walk("", self, set()) if isinstance(found, Value)}
        for index, parameter in enumerate(self.parameters()):
            yield names.get(parameter, f"parameters.{index}"), parameter

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0, as is due before each backward()."""
        for parameter in self.parameters():
            parameter.grad = 0

    def freeze(self) -> Self:
        """Keep the parameters of this module and its parts as they are: parameters() leaves them out.

        They are still computed with, saved and loaded. Make the optimizer after freezing. Returns the module itself.

        >>> from micrograd_kr.nn import MLP
        >>> model = MLP(2, [8, 1])
        >>> _ = model.layers[0].freeze()
        >>> len(model.parameters()), len(model.unfreeze().parameters())
        (9, 33)
        """
        for module in self.modules():
            module.is_frozen = True
        return self

    def unfreeze(self) -> Self:
        """Train the parameters of this module and its parts again; returns the module itself."""
        for module in self.modules():
            module.is_frozen = False
        return self

    # --- modules within ---------------------------------------------------------------------------------------------

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """This module (its name is empty) and every module within, each once, with the path to it."""
        return ((path, found) for path, found in _walk("", self, set()) if isinstance(found, Module))

    def modules(self) -> Iterator[Module]:
        """This module and every module within, each once."""
        return (module for _, module in self.named_modules())

    def train(self, mode: bool = True) -> Self:
        """Set `training` of this module and of those within; returns the module itself."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Use the model instead of training it: dropout does nothing. Returns the module itself."""
        return self.train(False)

    # --- the parameters' numbers, to keep ---------------------------------------------------------------------------

    def named_tensors(self) -> Iterator[tuple[str, Any]]:
        """The parameters as nested lists of Values, with the names that they have in `state_dict()`."""
        if self in _open.get():  # a part that points back at its owner
            return
        token = _open.set((*_open.get(), self))
        try:
            found = [tensor for name, held in vars(self).items() for tensor in tensors_within(name, held)]
        finally:
            _open.reset(token)
        yield from found

    def _all_tensors(self) -> list[tuple[str, Any]]:
        """`named_tensors()`, and each leaf Value that a subclass's own `named_tensors` left out, by its path."""
        tensors = list(self.named_tensors())
        named = {id(value) for _, tensor in tensors for value in flat(tensor)}
        return tensors + [
            (path, found)
            for path, found in _walk("", self, set())
            if isinstance(found, Value) and id(found) not in named
        ]

    def state_dict(self) -> dict[str, Any]:
        """The number of every parameter, as nested lists by name, with PyTorch's names and shapes.

        >>> from micrograd_kr.nn import MLP
        >>> {name: len(numbers) for name, numbers in MLP(2, [16, 1]).state_dict().items()}
        {'0.weight': 16, '0.bias': 16, '2.weight': 1, '2.bias': 1}
        """
        _check_contents(type(self).__name__, self, set())
        return read_state(self._all_tensors())

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> None:
        """Set every parameter from such nested lists, arrays or tensors: all of them, or none if anything is wrong.

        Args:
            state: the numbers by name.
            strict: raise also if a name is missing or not known; otherwise those are passed over.

        Raises:
            ValueError: names or shapes do not fit; the error lists each of them.
        """
        _check_contents(type(self).__name__, self, set())
        write_state(type(self).__name__, dict(self._all_tensors()), state, strict)

    # --- to look at -------------------------------------------------------------------------------------------------

    def summary(self) -> str:
        """A table of the parts with the shapes of their weights and the number of parameters; a notebook shows it.

        >>> from micrograd_kr.nn import MLP
        >>> print(MLP(2, [16, 1], activation="tanh").summary())
        name      module                 shapes                      parameters
        layers.0  Layer(2, 16, Tanh)     weight (16, 2), bias (16,)          48
        layers.1  Layer(16, 1, Linear)   weight (1, 16), bias (1,)           17
                                                                             65
        """
        return summary_text(self)

    def _repr_html_(self) -> str:
        return summary_html(self)

    # What a summary says of a module. A subclass's own attributes are not likely to have these names.

    def _summary_parts(self) -> list[tuple[str, Module]]:
        """The modules it consists of, by name; a layer has none, as its neurons are not listed."""
        seen = {id(self)}
        return [part for name, found in vars(self).items() for part in _outermost_modules(name, found, seen)]

    def _summary_title(self) -> str:
        return type(self).__name__ if self._summary_parts() else repr(self)


def _in_scope(call: Callable[..., Any]) -> Callable[..., Any]:
    """A subclass's own `__call__`; every Value computed meanwhile belongs to the module."""

    @wraps(call)
    def in_scope(self: Module, *args: Any, **kwargs: Any) -> Any:
        scope = current_scope()
        if scope is not None and scope[0] is self:  # called through super()
            return call(self, *args, **kwargs)
        outer = enter_scope(self)
        try:
            return call(self, *args, **kwargs)
        finally:
            try:
                leave_scope(outer)
            except BaseException:
                leave_scope(outer)
                raise

    return in_scope


# --- what a module holds --------------------------------------------------------------------------------------------


def _is_leaf(found: Any) -> bool:
    return type(found) is Value and found.op is None


def _is_computed(found: Any) -> bool:
    return type(found) is Value and found.op is not None


def _held(found: Any) -> Iterable[tuple[Any, Any]] | None:
    """What a container holds, by name, key or index; None for anything that is not searched."""
    if isinstance(found, list | tuple | deque):
        return enumerate(found)
    if isinstance(found, dict):
        return found.items()
    if isinstance(found, Module):
        return vars(found).items()
    if isinstance(found, set | frozenset):
        if any(isinstance(each, Value | Module) for each in found):
            raise TypeError("a set has no order, so its parameters have no names: use a list")
        return None
    if getattr(getattr(found, "dtype", None), "kind", "") == "O":  # a numpy array of objects
        return enumerate(found.tolist()) if found.shape else None
    return None


def _is_sequence(found: Any) -> bool:
    return not isinstance(found, dict | Module)


def _collect(
    held: Iterable[tuple[Any, Any]], parameters: dict[Value, None], unfrozen: dict[Value, None], seen: set[int]
) -> bool:
    """Put each leaf Value into `parameters`, those of parts into `unfrozen`; return whether a Value was computed."""
    computed = False
    for _, found in held:
        if type(found) is Value:
            if found.op is None:
                parameters.setdefault(found)
            else:
                computed = True
        elif id(found) not in seen and (within := _held(found)) is not None:
            seen.add(id(found))  # a module may be shared, or point back at its owner
            if not isinstance(found, Module):
                if _collect(within, parameters, unfrozen, seen) and _is_sequence(found):
                    _check_sequence(found)
            elif type(found).parameters is Module.parameters:
                _collect(within, {} if found.is_frozen else unfrozen, unfrozen, seen)
            elif not found.is_frozen:
                unfrozen.update(dict.fromkeys(found.parameters()))
    return computed


def _check_sequence(found: Any) -> None:
    """Raise a TypeError if a list holds both parameters and computed Values."""
    values = [each for each in found if type(each) is Value]
    if any(map(_is_leaf, values)) and any(map(_is_computed, values)):
        place = next(index for index, each in enumerate(found) if _is_computed(each))
        raise TypeError(
            f"number {place} of a list of parameters is the result of {found[place].op.name!r}, and training and "
            "saving would no longer find it: set the number of the parameter, as in w.data = w.data - lr * w.grad"
        )


def _check_contents(path: str, found: Any, seen: set[int]) -> None:
    """Raise a TypeError, with the name of the place, where parameters are held so that they would be lost."""
    if isinstance(found, Value) or id(found) in seen:
        return
    seen.add(id(found))
    try:
        held = _held(found)
        if held is not None and _is_sequence(found):
            _check_sequence(found)
    except TypeError as error:
        raise TypeError(f"{path}: {error}") from None
    for name, child in held or ():
        _check_contents(f"{path}.{name}", child, seen)


def _walk(path: str, found: Any, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """Each Module and leaf Value below `found`, each once, with the path to it."""
    if isinstance(found, Value):
        if _is_leaf(found) and id(found) not in seen:
            seen.add(id(found))
            yield path, found
        return
    if id(found) in seen or (within := _held(found)) is None:
        return
    seen.add(id(found))
    if isinstance(found, Module):
        yield path, found
    for name, child in within:
        yield from _walk(f"{path}.{name}" if path else f"{name}", child, seen)


def _outermost_modules(path: str, found: Any, seen: set[int]) -> Iterator[tuple[str, Module]]:
    """The modules in an attribute, without those within them."""
    if isinstance(found, Value) or id(found) in seen or (within := _held(found)) is None:
        return
    seen.add(id(found))
    if isinstance(found, Module):
        yield path, found
        return
    for name, child in within:
        yield from _outermost_modules(f"{path}.{name}", child, seen)


def _first(found: Any, wanted: Callable[[Any], bool]) -> Any:
    """The first Value of that kind in an attribute's content, modules apart; None if there is none."""
    if isinstance(found, Value):
        return found if wanted(found) else None
    if isinstance(found, Module | set | frozenset):
        return None
    return next((value for _, each in _held(found) or () if (value := _first(each, wanted)) is not None), None)


def tensors_within(name: str, found: Any) -> Iterator[tuple[str, Any]]:
    """What an attribute holds, as named nested lists of leaf Values: a Value, lists of them, modules, or neither."""
    if isinstance(found, Module):
        for inner, tensor in found.named_tensors():
            yield (f"{name}.{inner}" if inner else name), tensor
    elif isinstance(found, Value):
        if _is_leaf(found):
            yield name, found
    elif (held := _held(found)) is not None:
        if not isinstance(found, list | tuple | dict):
            found = [each for _, each in held]
        if is_tensor(found):
            yield name, found
        else:
            for key, each in found.items() if isinstance(found, dict) else enumerate(found):
                yield from tensors_within(f"{name}.{key}", each)


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
