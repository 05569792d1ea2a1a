"""Reverse-mode differentiation: a topological order, and one sweep against it."""

from __future__ import annotations

import math
import operator
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal, NamedTuple, overload

from .. import elementary
from ..elementary import Number
from ..interpreted import Chosen, ieee, no_path
from ..ops import Op, first, one, second
from .blocks import watchers
from .value import Constant, Value, checked_number, method

_one_at_a_time = threading.RLock()  # the marks of a walk, and sums into shared leaves, are one thread's at a time


def _computed_order(output: Value) -> list[Any]:
    """The computed nodes below `output`, arguments before what uses them; without recursion.

    The walk follows first arguments down. A node with computed arguments waits below them on the stack and joins the
    order when it is popped again.
    """
    order: list[Any] = []
    if output.op is None:
        return order
    stack: list[Any] = []
    push, pop, append = stack.append, stack.pop, order.append
    opened, done = object(), object()  # this walk's own marks, so that none has to be erased afterwards
    settled = None  # the last tuple of shared arguments that are all in the order already
    node: Any = output  # Any, as a computed node's op is never None
    while True:  # the node has not been visited
        x, y = node._x, node._y
        if type(x) is tuple:
            node._mark = opened
            push(node)
            among = y or x
            if among is not settled:
                for arg in reversed(among):
                    if arg.op is not None and arg._mark is not done:
                        push(arg)
                if stack[-1] is node:
                    settled = among
        elif type(y) is Value and y.op is not None and y._mark is not done:
            node._mark = opened
            push(node)
            if type(x) is Value and x.op is not None and x._mark is not done:
                push(y)
                node = x
            else:
                node = y
            continue
        elif type(x) is Value and x.op is not None and x._mark is not done:
            node._mark = opened
            push(node)
            node = x
            continue
        else:
            node._mark = done
            append(node)
        while stack:
            node = pop()
            mark = node._mark
            if mark is opened:
                node._mark = done
                append(node)
            elif mark is not done:
                break
        else:
            return order


def topological_order(*outputs: Any) -> list[Any]:
    """Every Value below the outputs, leaves and constants included, each after its arguments; without recursion.

    backward() visits the computed ones in the reverse of this order.

    >>> from micrograd_kr import Value
    >>> a = Value(1.0, label="a")
    >>> [node.op.symbol if node.op else node.data for node in topological_order(a * a + 2.0)]
    [1.0, '*', 2.0, '+']
    """
    order: dict[Any, None] = {}
    for output in outputs:
        with _one_at_a_time:
            computed = _computed_order(output)
        for node in computed:
            for arg in node.args:
                order.setdefault(arg)
            order.setdefault(node)
        order.setdefault(output)
    return list(order)


# --- what a node sends back -----------------------------------------------------------------------------------------


class Contribution(NamedTuple):
    """What a node adds to the gradient of one of its arguments: product = local * upstream."""

    arg: Any
    local: Number
    product: Number

    @property
    def flows(self) -> bool:
        """False where there is no path, or no gradient to send: then the product is 0 and nothing is added."""
        return not isinstance(self, _Nothing)


class _Nothing(Contribution):
    """A contribution that is not added."""


class Sweep:
    """The computed nodes below an output in the order of the backward pass, and what each adds to its arguments.

    >>> from micrograd_kr import Value
    >>> x = Value(-1.0)
    >>> sweep = Sweep(x.relu().sqrt())
    >>> [(node.op.name, sweep.contributions(node, math.inf)[0].product) for node in sweep.order]
    [('sqrt', inf), ('relu', 0)]
    """

    def __init__(self, output: Value, order: list[Any] | None = None) -> None:
        if order is None:
            with _one_at_a_time:
                order = _computed_order(output)
            order.reverse()
        self.order = order
        self._paths: dict[Value, Any] | None = None

    def contributions(self, node: Any, upstream: Number, create_graph: bool = False) -> list[Contribution]:
        """What `node` adds to the gradient of each argument that is no constant, given d output / d node.

        The arithmetic is that of backward(), bit for bit. With create_graph=True locals and products are Values.
        """
        op: Op | None = node.op
        if op is None:
            return []
        args = node.args
        xs: Sequence[Any] = node.arg_numbers
        out: Any = node._number
        if create_graph:
            out, xs = node, [_unchanged(arg, x) for arg, x in zip(args, xs, strict=True)]
        locals_ = _partials(op, out, xs) if op.arity is None else ()
        if locals_ and _sends_nothing(node, upstream):
            return [_Nothing(arg, local, 0) for arg, local in zip(args, locals_, strict=True) if _flows(arg)]
        found = []
        for index, arg in enumerate(args):
            if _flows(arg):
                local = locals_[index] if locals_ else op.derivative(index, out, *xs)
                blocked = create_graph and _has_zero(local) and _no_path(node, index)
                flows = blocked is not True
                if not flows:
                    product: Any = 0  # nor may the derivative of the upstream gradient flow
                elif create_graph and type(local) is int and local == 1:
                    product = upstream
                else:
                    product = _times(local, upstream)
                    if blocked is not False:
                        product = _zero_where(blocked, product)
                    if not _is_number(product):
                        product, flows = self.without_nan(node, index, product)
                found.append((Contribution if flows else _Nothing)(arg, local, product))
        return found

    def without_nan(self, node: Any, index: int, product: Number) -> tuple[Number, bool]:
        """The product that a node sends to an argument, with 0 in place of a nan where there is no path.

        Called when local * upstream is nan, as 0 * inf is: the 0 may be one that a rule wrote, or an upstream gradient
        that is 0 only because no path leads here. Returns the product, and whether anything flows.
        """
        if self._paths is None:
            self._paths = self._find_paths()
        blocked = _not(self._paths.get(node, False)) | _no_path(node, index)
        if blocked is True or blocked is False:
            return (0, False) if blocked else (product, True)
        return _zero_where(blocked, product), True

    def _find_paths(self) -> dict[Value, Any]:
        """Whether a path leads from the output to each node; with lanes, an array with an answer for each."""
        paths: dict[Value, Any] = {self.order[0]: True} if self.order else {}
        for node in self.order:
            for index, arg in enumerate(node.args):
                if _flows(arg):
                    path = paths.get(node, False) & _not(_no_path(node, index))
                    paths[arg] = paths.get(arg, False) | path
        return paths


def contributions(node: Value, upstream: Number) -> list[Contribution]:
    """What `node` adds to the gradient of each argument, given d output / d node, wherever it stands in a graph."""
    return Sweep(node, [node]).contributions(node, upstream)


def _times(local: Number, upstream: Number) -> Number:
    try:
        return local * upstream
    except ArithmeticError:  # an int that no float can hold
        return ieee(operator.mul, local, upstream)


def _lanes_follow_ieee(number: Number) -> AbstractContextManager[Any]:
    """A block in which numpy does not warn of inf and nan, as floats do not either; nothing for a single number."""
    return sys.modules["numpy"].errstate(all="ignore") if getattr(number, "shape", None) else nullcontext()


def _zero_where(blocked: Any, product: Number) -> Number:
    """The product of lanes, plain or a Value, with 0 in the lanes that are blocked."""
    return elementary.where(Constant(blocked) if isinstance(product, Value) else blocked, 0, product)


def _flows(arg: Any) -> bool:
    return type(arg) is not Constant


def _is_number(product: Any) -> bool:
    """Whether a product, or the number of a Value, certainly is no nan, nor an array that holds one."""
    number = product._number if isinstance(product, Value) else product
    if type(number) is not int and hasattr(type(number), "__apply__"):
        return True  # it is not known yet
    same = number == number
    return same if type(same) is bool else bool(getattr(same, "all", lambda: same)())


def _has_zero(local: Any) -> bool:
    """Whether a local derivative, or the number of a Value, is 0 or an array that holds a 0."""
    number = local._number if isinstance(local, Value) else local
    if hasattr(type(number), "__apply__"):
        return False  # it is not known yet
    zero = number == 0
    return zero if type(zero) is bool else bool(getattr(zero, "any", lambda: zero)())


def _no_path(node: Any, index: int) -> Any:
    """Whether the rule wrote an exact 0 as the local derivative; with lanes, an array with an answer for each."""
    xs = [Chosen(x) for x in (node._number, *node.arg_numbers)]
    try:
        return no_path(node.op.derivative(index, *xs))
    except (ArithmeticError, AttributeError, TypeError, ValueError):
        return False  # the rule does not work on numbers of other kinds


def _not(x: Any) -> Any:
    return not x if isinstance(x, bool) else ~x


def _sends_nothing(node: Any, upstream: Number) -> bool:
    """Whether nothing need be computed: the upstream gradient is 0, and no partial derivative is inf or nan."""
    finite = type(node._number) is float and math.isfinite(node._number)
    return type(upstream) in (float, int) and upstream == 0 and node.op.multilinear and finite


def _partials(op: Op, out: Any, xs: Sequence[Any]) -> tuple[Number, ...]:
    """All partial derivatives at a node; where Python's floats raise, one by one, by IEEE 754."""
    try:
        return op.partials(out, *xs)
    except ArithmeticError:
        return tuple([op.derivative(index, out, *xs) for index in range(len(xs))])


def _unchanged(arg: Any, number: Number) -> Any:
    """The argument as a rule on Values takes it: the Value, or the number of a constant."""
    if type(arg) is Constant:
        return number
    if arg._number is not number and not elementary.equal(arg._number, number):
        raise RuntimeError(
            f"the leaf {arg.label or arg!r} was {number!r} in the forward pass and is {arg._number!r} now: "
            "compute the output again before asking for a graph of its gradient"
        )
    return arg


# --- backward and grad ----------------------------------------------------------------------------------------------

_last_output: weakref.ref[Value] | None = None
_passes = 0


def last_output() -> Value | None:
    """The computed Value on which backward() was called last, in any thread; None if it is gone."""
    return _last_output() if _last_output else None


def backward_passes() -> int:
    """How many backward passes from computed Values there have been, in all threads."""
    return _passes


@method
def backward(self: Value, seed: Number = 1) -> None:
    """Add d self / d leaf to the grad of every leaf below, and set that of every computed Value.

    Calling it again adds the same amounts again; two results that share leaves add up in them. Set the leaves'
    grad to 0 (`zero_grad` of a module or an optimiser) before the next training step.

    Args:
        seed: the gradient to start from, d (what follows) / d self.

    Raises:
        TypeError: the seed is not a number.

    >>> from micrograd_kr import Value
    >>> x = Value(3.0)
    >>> y = x**3
    >>> y.backward(); y.backward()
    >>> x.grad
    54.0
    """
    global _last_output, _passes
    if type(seed) is not int and type(seed) is not float:
        seed = seed._number if isinstance(seed, Value) else checked_number(seed)
    if self.op is None:
        self.grad = self.grad + seed
        return
    _last_output, _passes = weakref.ref(self), _passes + 1
    sweep = Sweep(self)
    with _one_at_a_time, _lanes_follow_ieee(self._number):
        for node in sweep.order:
            node.grad = 0
        self.grad = seed
        try:
            for node in sweep.order:
                (node.op.send or _choose_send(node.op))(sweep, node, node.grad)
        except TypeError as error:
            raise _explained(error, sweep) from None
    for watcher in watchers.get():
        if hasattr(watcher, "after_backward"):
            watcher.after_backward(sweep)


def _explained(error: TypeError, sweep: Sweep) -> TypeError:
    """The error to raise for a failed sum: that of its cause, a gradient or a partial derivative that is no number."""
    for node in sweep.order:
        for index, arg in enumerate(node.args):
            try:
                node.op.derivative(index, node._number, *node.arg_numbers)
            except TypeError as cause:
                return cause
            if arg.grad is None:
                name = arg.label or repr(arg)
                return TypeError(
                    f"the grad of {name} is None, to which nothing can be added: set it to 0, as zero_grad does"
                )
    return error


def _choose_send(op: Op) -> Callable[[Sweep, Any, Number], None]:
    """The backward step of an op, chosen once from its rules."""
    special: dict[Any, Any] = {(one, one): _send_ones, (second, first): _send_factors}
    by_arity: dict[int | None, Any] = {1: _send_one, 2: special.get(op.rules, _send_two)}
    send: Callable[[Sweep, Any, Number], None] = by_arity.get(op.arity, _send_many)
    op.replace(send=send)
    return send


def _send_ones(sweep: Sweep, node: Any, upstream: Number) -> None:
    """Backward through a sum: both arguments receive the gradient unchanged."""
    x, y = node._x, node._y
    if type(x) is Value:
        x.grad = x.grad + upstream
    if type(y) is Value:
        y.grad = y.grad + upstream


def _send_factors(sweep: Sweep, node: Any, upstream: Number) -> None:
    """Backward through a product: each argument receives the gradient times the other argument.

    The common case of `_add` is written out here and in the next two functions: a call would cost a quarter of a step.
    """
    x, y = node._x, node._y
    if type(x) is Value:
        try:
            product = node._y_number * upstream
        except ArithmeticError:
            product = _careful_product(node, 0, upstream)
        if type(product) is float and product == product:
            x.grad = x.grad + product
        else:
            _add(sweep, node, 0, x, product)
    if type(y) is Value:
        try:
            product = node._x_number * upstream
        except ArithmeticError:
            product = _careful_product(node, 1, upstream)
        if type(product) is float and product == product:
            y.grad = y.grad + product
        else:
            _add(sweep, node, 1, y, product)


def _send_one(sweep: Sweep, node: Any, upstream: Number) -> None:
    x = node._x
    if type(x) is Value:
        try:
            product = node.op.rules[0](node._number, node._x_number) * upstream
        except ArithmeticError:
            product = _careful_product(node, 0, upstream)
        if type(product) is float and product == product:
            x.grad = x.grad + product
        else:
            _add(sweep, node, 0, x, product)


def _send_two(sweep: Sweep, node: Any, upstream: Number) -> None:
    x, y, number, x_number, y_number = node._x, node._y, node._number, node._x_number, node._y_number
    if type(x) is Value:
        try:
            product = node.op.rules[0](number, x_number, y_number) * upstream
        except ArithmeticError:
            product = _careful_product(node, 0, upstream)
        if type(product) is float and product == product:
            x.grad = x.grad + product
        else:
            _add(sweep, node, 0, x, product)
    if type(y) is Value:
        try:
            product = node.op.rules[1](number, x_number, y_number) * upstream
        except ArithmeticError:
            product = _careful_product(node, 1, upstream)
        if type(product) is float and product == product:
            y.grad = y.grad + product
        else:
            _add(sweep, node, 1, y, product)


def _send_many(sweep: Sweep, node: Any, upstream: Number) -> None:
    op, number = node.op, node._number
    locals_: Any = None
    if op.multilinear and type(number) is float and math.isfinite(number):
        if type(upstream) is float:
            if upstream == 0.0:
                return
            locals_ = _partials(op, number, node._x_number)
            if math.isfinite(upstream):
                for arg, local in zip(node._x, locals_):  # noqa: B905 - partials() has compared the lengths
                    arg.grad = arg.grad + local * upstream
                return
        elif type(upstream) is int and upstream == 0:  # nothing has arrived
            return
    locals_ = locals_ or _partials(op, number, node._x_number)
    for index, (arg, local) in enumerate(zip(node._x, locals_, strict=True)):
        if type(arg) is Value:
            _add(sweep, node, index, arg, _times(local, upstream))


def _careful_product(node: Any, index: int, upstream: Number) -> Number:
    """local * upstream by IEEE 754, for numbers on which Python's floats raise."""
    return _times(node.op.derivative(index, node._number, *node.arg_numbers), upstream)


def _add(sweep: Sweep, node: Any, index: int, arg: Any, product: Number) -> None:
    """Add a product to the gradient of an argument, unless it is nan only because there is no path."""
    flows = True
    if not _is_number(product):
        product, flows = sweep.without_nan(node, index, product)
    if flows:
        arg.grad = arg.grad + product


@overload
def grad(output: Value, inputs: Value, create_graph: Literal[False] = ...) -> Number: ...
@overload
def grad(output: Value, inputs: Iterable[Value], create_graph: Literal[False] = ...) -> list[Number]: ...
@overload
def grad(output: Value, inputs: Value, create_graph: Literal[True]) -> Value: ...
@overload
def grad(output: Value, inputs: Iterable[Value], create_graph: Literal[True]) -> list[Value]: ...
@overload
def grad(output: Value, inputs: Value, create_graph: bool) -> Any: ...
@overload
def grad(output: Value, inputs: Iterable[Value], create_graph: bool) -> list[Any]: ...
def grad(output: Value, inputs: Value | Iterable[Value], create_graph: bool = False) -> Any:
    """d output / d input for each input, leaving every .grad as it is.

    Args:
        output: the Value to differentiate.
        inputs: a Value, or several of them: leaves or computed ones, of which output may depend or not.
        create_graph: return Values, which can be differentiated again.

    Returns:
        One derivative for a Value, a list of them for several; 0 where output does not depend on the input.

    Raises:
        TypeError: output or an input is not a Value.
        RuntimeError: create_graph, and a leaf was changed after the forward pass.

    >>> from micrograd_kr import Value
    >>> x, y = Value(2.0), Value(5.0)
    >>> grad(x * x * y, [x, y])
    [20.0, 4.0]
    """
    wanted = list(inputs) if isinstance(inputs, Iterable) else [inputs]
    for value in (output, *wanted):
        if not isinstance(value, Value):
            raise TypeError(
                f"grad differentiates Values with respect to Values, got the {type(value).__name__} {value!r:.60}"
            )
    sweep = Sweep(output)
    gradients: dict[Value, Any] = {output: Value(1) if create_graph else 1}
    absent = None if create_graph else 0  # backward() multiplies a gradient of 0, too: 0 * inf is nan
    with _lanes_follow_ieee(output._number):
        for node in sweep.order:
            upstream = gradients.get(node, absent)
            for sent in sweep.contributions(node, upstream, create_graph) if upstream is not None else ():
                if sent.flows:
                    before = gradients.get(sent.arg, absent)
                    gradients[sent.arg] = sent.product if before is None else before + sent.product
    found = [gradients.get(value, 0) for value in wanted]
    if create_graph:
        found = [value if isinstance(value, Value) else Value(value) for value in found]
    return found[0] if isinstance(inputs, Value) else found
