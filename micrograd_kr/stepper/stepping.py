"""The stepper itself: backward(), paused after every node, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..elementary import Number
from ..engine import Constant, Sweep, Value, topological_order
from ..locale import language
from ..naming import Names, names_of
from .records import Flow, Phase, Step

if TYPE_CHECKING:
    from rich.console import RenderableType


class Stepper:
    """Backpropagation one step at a time, forwards and backwards.

    The forward steps tell the recorded pass in topological order, leaves included; the backward steps are those of
    `output.backward()`, in its order, with its arithmetic. After `run()` the grad of every Value is bit for bit what
    `output.backward()` would have left; after `back()` or `reset()` it is what it was before.

    Args:
        output: the Value to differentiate.
        lang: the language of its steps, "ko" or "en"; found as in `locale.language` if None.

    Attributes:
        output: the Value to differentiate.
        lang: the language asked for, or None.
        position: how many steps have been taken.

    Raises:
        TypeError: output is not a Value.
        ValueError: there is no such language.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> stepper = Stepper(a * b, lang="en")
    >>> for step in stepper:
    ...     print(step.say())
    a = 2 is given.
    b = -3 is given.
    out = a * b = 2 * (-3) = -6.
    Backpropagation starts at the end: out changes exactly as itself, so its gradient is 1.
    The gradient of out is 1. A product sends each factor this gradient times the other factor: \
a gets b × 1 = -3 × 1 = -3; b gets a × 1 = 2 × 1 = 2.
    >>> a.grad, stepper.back().phase, a.grad
    (-3.0, 'backward', 0)
    """

    def __init__(self, output: Value, lang: str | None = None) -> None:
        if not isinstance(output, Value):
            raise TypeError(
                f"a Stepper steps through the graph of one Value, got the {type(output).__name__} {output!r:.60}"
                + (": add several outputs up first" if isinstance(output, list | tuple) else "")
            )
        if lang is not None:
            language(lang)
        self.output, self.lang, self.position = output, lang, 0
        self._order = [node for node in topological_order(output) if not isinstance(node, Constant)]
        self._sweep = Sweep(output)
        self._backward_order = self._sweep.order
        self._leaf_numbers = self._recorded_leaf_numbers()
        self._names: Names | None = None
        self._overwritten: dict[int, tuple[Number, ...]] = {}  # by position: _receivers' gradients before
        self._in_transit: int | None = None  # the position of a step that is half done: see _settle

    def _recorded_leaf_numbers(self) -> dict[Value, Number]:
        """The number that each leaf had when it was first used, in the order of the graph."""
        recorded: dict[Value, Number] = {}
        for node in self._order:
            for arg, number in zip(node.args, node.arg_numbers, strict=True):
                if arg.op is None:
                    recorded.setdefault(arg, number)
        return recorded

    @property
    def names(self) -> Names:
        """The names of the graph's Values, found when first asked for."""
        if self._names is None:
            self._names = names_of(self.output)
        return self._names

    @property
    def nodes(self) -> Sequence[Value]:
        """The Values that the forward steps tell, in their order: all of the graph's but constants."""
        return self._order

    def number_of(self, node: Value) -> Number:
        """What a node was in the recorded forward pass, also if it is a leaf that was changed later."""
        return self._leaf_numbers.get(node, node.data) if node.op is None else node.data

    # --- the steps --------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._order) + 1 + len(self._backward_order)

    def __bool__(self) -> bool:
        return True

    @property
    def phase(self) -> Phase:
        """The phase of the last step taken; "forward" before the first."""
        return "forward" if self.position <= len(self._order) else "backward"

    @property
    def last(self) -> Step | None:
        """The step taken last, None before the first; told from the numbers of the forward pass and the gradients."""
        self._settle()
        if self.position == 0:
            return None
        position, total = self.position - 1, len(self)
        if position < len(self._order):
            node = self._order[position]
            return Step("forward", node, position + 1, total, self.number_of(node), node.arg_numbers, _stepper=self)
        node = self._sender(position)
        is_seed = position == len(self._order)
        upstream = 1 if is_seed else node.grad
        flows = () if is_seed else tuple(self._flows(position))
        number, arg_numbers = self.number_of(node), node.arg_numbers
        return Step("backward", node, position + 1, total, number, arg_numbers, upstream, flows, is_seed, self)

    def _sender(self, position: int) -> Value:
        """The node of a backward step; the seed is sent to the output."""
        index = position - len(self._order) - 1
        return self._backward_order[index] if index >= 0 else self.output

    def _receivers(self, position: int) -> list[Value]:
        """The Values whose gradient a backward step changes; one that is an argument twice comes twice."""
        if position == len(self._order):
            return self._backward_order or [self.output]
        return [arg for arg in self._sender(position).args if type(arg) is Value]

    def _flows(self, position: int) -> Iterator[Flow]:
        """What a backward step that has been taken sent to each argument."""
        node = self._sender(position)
        upstream = node.grad
        gradients = dict(zip(self._receivers(position), self._overwritten[position], strict=True))
        indices = [index for index, arg in enumerate(node.args) if type(arg) is Value]
        for index, sent in zip(indices, self._sweep.contributions(node, upstream), strict=True):
            arg, local, product = sent
            before = gradients[arg]
            gradients[arg] = after = before + product if sent.flows else before
            yield Flow(index, arg, local, upstream, product, before, after)

    # --- moving -----------------------------------------------------------------------------------------------------

    def next(self) -> Step | None:
        """Take the next step and return it; None at the end.

        >>> stepper = Stepper(Value(2.0, label="a").exp())
        >>> stepper.next().node, stepper.position
        (Value(data=2.0, grad=0, label='a'), 1)
        """
        return self.last if self._advance() else None

    def _advance(self) -> bool:
        """Take the next step, without a record of it; False at the end."""
        self._settle()
        position = self.position
        if position < len(self._order):
            self.position = position + 1  # a forward step only tells
            return True
        if position == len(self):
            return False
        is_seed = position == len(self._order)
        node = self._sender(position)
        upstream = node.grad
        sent = [] if is_seed else self._sweep.contributions(node, upstream)
        self._overwritten[position] = tuple([value.grad for value in self._receivers(position)])
        self._in_transit = position
        try:
            if is_seed:
                self._seed()
            for each in sent:
                if each.flows:
                    each.arg.grad = each.arg.grad + each.product
            self.position = position + 1
            self._in_transit = None
        except BaseException:
            self._settle()
            raise
        return True

    def _seed(self) -> None:
        if self.output.op is None:
            self.output.grad = self.output.grad + 1
            return
        for node in self._backward_order:
            node.grad = 0
        self.output.grad = 1

    def back(self) -> Step | None:
        """Undo the last step and return it, so that next() returns the same again; None at the start.

        >>> stepper = Stepper(Value(2.0, label="a").exp())
        >>> stepper.next() == stepper.back(), stepper.back()
        (True, None)
        """
        step = self.last
        if step is not None:
            self._undo()
        return step

    def _undo(self) -> None:
        try:
            self._in_transit = self.position - 1
            self._settle()
        except BaseException:
            self._settle()
            raise

    def _settle(self) -> None:
        """Put back what a step in transit has overwritten: a step is taken wholly or not at all.

        Interrupted itself, it does the same again when the stepper is used next.
        """
        position = self._in_transit
        if position is None:
            return
        if position in self._overwritten:
            for value, gradient in zip(self._receivers(position), self._overwritten[position], strict=True):
                value.grad = gradient
        self.position = position
        self._overwritten.pop(position, None)
        self._in_transit = None

    def __iter__(self) -> Iterator[Step]:
        while (step := self.next()) is not None:
            yield step

    def until(self, target: Value | Callable[[Step], Any]) -> Step | None:
        """Go on to the next step that is about a node, or for which a predicate holds.

        Args:
            target: a Value of the graph, to stop where it is told, computed or sends its gradient back (and at a leaf
                also where it receives gradient); or a function of a Step.

        Returns:
            The step stopped at; None if there was none, and the stepper is at the end.

        Raises:
            ValueError: the Value is not in this graph.
            TypeError: target is neither a Value nor a function.

        >>> a = Value(2.0, label="a")
        >>> stepper = Stepper((a * a).exp())
        >>> stepper.until(lambda step: step.phase == "backward").is_seed
        True
        >>> stepper.until(a).flows[0].grad == a.exp().data
        False
        """
        if isinstance(target, Value):
            if target not in self._members():
                raise ValueError(f"{target!r} is not among the Values that this stepper's output was computed from")
        elif not callable(target):
            raise TypeError(f"until takes a Value or a function of a step, got {target!r:.60}")
        for step in self:
            if _is_about(step, target) if isinstance(target, Value) else target(step):
                return step
        return None

    def _members(self) -> dict[Value, Number]:
        return self._leaf_numbers | dict.fromkeys(self._backward_order, 0) | {self.output: 0}

    def run(self) -> Step | None:
        """Go to the end; returns the last step.

        >>> a = Value(2.0)
        >>> Stepper(a * a).run().index, a.grad
        (4, 4.0)
        """
        self._settle()
        self.position = max(self.position, len(self._order))  # forward steps only tell
        while self._advance():
            pass
        return self.last

    def reset(self) -> None:
        """Go back to the start: every gradient is what it was before the first step.

        >>> a = Value(2.0)
        >>> stepper = Stepper(a * a)
        >>> _ = stepper.run()
        >>> stepper.reset()
        >>> a.grad, stepper.position
        (0, 0)
        """
        self._settle()
        while self.position > len(self._order):
            self._undo()
        self.position = 0

    # --- shown ------------------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"<Stepper {self.position}/{len(self)} {self.phase} of {self.names[self.output]}>"

    def __str__(self) -> str:
        from .view import as_text

        return as_text(self)

    def __rich__(self) -> RenderableType:
        from .view import view

        return view(self)

    def show(self) -> None:
        """Print where the stepper is: in colour in a terminal, as plain text in a pipe."""
        from .view import show

        show(self)


def _is_about(step: Step, node: Value) -> bool:
    return step.node is node or (node.op is None and any(flow.arg is node for flow in step.flows))
