"""The stepper itself: backward(), paused after every node, and the way back."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..elementary import Number
from ..engine import Constant, Sweep, Value
from ..graph import Graph, Names, format_number
from ..locale import language, translate
from .steps import Flow, Step
from .view import WINDOW, Line, Screen, as_html, as_rich, as_text, as_widget


class Stepper:
    """Backpropagation one step at a time, forwards and backwards.

    The forward steps go through the recorded pass in topological order, leaves included; the backward steps are those
    of `output.backward()`, in its order, with its arithmetic. After `run()` the grad of every Value is bit for bit what
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
        self._graph = Graph(output)
        self._order = [node for node in self._graph.nodes if not isinstance(node, Constant)]
        self._sweep = Sweep(output)
        self._backward_order = self._sweep.order
        self._overwritten: dict[int, tuple[Number, ...]] = {}  # by position: _receivers' gradients before
        self._in_transit: int | None = None  # the position of a step that is half done: see _settle

    @property
    def names(self) -> Names:
        """The names of the graph's Values."""
        return self._graph.names

    @property
    def nodes(self) -> Sequence[Value]:
        """The Values that the forward steps go through, in their order: all of the graph's but constants."""
        return self._order

    # --- the steps --------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._order) + 1 + len(self._backward_order)

    def __bool__(self) -> bool:
        return True

    @property
    def phase(self) -> str:  # not Phase: jedi 0.20 cannot complete on an object with a property that is a Literal
        """The phase of the last step taken; "forward" before the first."""
        return "forward" if self.position <= len(self._order) else "backward"

    @property
    def last(self) -> Step | None:
        """The step taken last, None before the first; made anew from the forward pass and the gradients."""
        self._settle()
        if self.position == 0:
            return None
        position, graph, lang = self.position - 1, self._graph, self.lang
        node = self._order[position] if position < len(self._order) else self._sender(position)
        facts = node, position + 1, len(self), graph.number_of(node), node.arg_numbers
        if position < len(self._order):
            return Step("forward", *facts, _graph=graph, _lang=lang)
        if position == len(self._order):
            return Step("backward", *facts, 1, (), is_seed=True, _graph=graph, _lang=lang)
        return Step("backward", *facts, node.grad, tuple(self._flows(position)), _graph=graph, _lang=lang)

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
            self.position = position + 1  # a forward step changes nothing
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
            target: a Value of the graph, to stop where it is read, computed or sends its gradient back (and at a leaf
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

    def _members(self) -> dict[Value, None]:
        return dict.fromkeys([*self._order, *self._graph.recorded])

    def run(self) -> Step | None:
        """Go to the end; returns the last step.

        >>> a = Value(2.0)
        >>> Stepper(a * a).run().index, a.grad
        (4, 4.0)
        """
        self._settle()
        self.position = max(self.position, len(self._order))  # forward steps change nothing
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
        return as_text(self._screen(), max(60, min(120, shutil.get_terminal_size().columns)))

    def __rich__(self) -> object:
        return as_rich(self._screen())

    def _repr_html_(self) -> str:
        return as_html(self._screen())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """For notebooks with ipywidgets: what `_repr_html_` shows, with buttons."""
        lang = language(self.lang)
        actions = {"first": self.reset, "back": self.back, "next": self.next, "last": self.run}
        labels = {name: translate(f"livepage.{name}", lang) for name in actions}
        try:
            widget = as_widget(self._repr_html_, [(labels[name], action) for name, action in actions.items()])
        except ImportError:
            return {}
        bundle: dict[str, Any] = widget._repr_mimebundle_()
        return {kind: data for kind, data in bundle.items() if kind != "text/plain"}

    def show(self) -> None:
        """Print where the stepper is: in colour in a terminal, as plain text in a pipe."""
        if sys.stdout.isatty():
            from rich.console import Console

            Console().print(self)
        else:
            print(self)

    def _screen(self) -> Screen:
        """What is shown, in the stepper's language."""
        lang, step, names, nodes = language(self.lang), self.last, self.names, self._order

        def say(key: str, **pieces: str) -> str:
            return translate(f"stepper.view.{key}", lang, **pieces)

        def left_out(count: int) -> Line:
            return Line(("", "… " + say("hidden", count=f"{count:,}"), "", "", ""), "hidden")

        current = 0 if step is None else nodes.index(step.node)
        begin = max(0, min(current - WINDOW // 2, len(nodes) - WINDOW))
        touched = {flow.arg for flow in step.flows} if step else set()
        lines = [left_out(begin)] if begin else []
        for row, node in enumerate(nodes[begin : begin + WINDOW], begin):
            is_current, is_reached = step is not None and node is step.node, row < self.position
            formula = names.spell(node)
            value = format_number(self._graph.number_of(node)) if is_reached else "."
            gradient = format_number(node.grad) if self.phase == "backward" else "."
            cells = ">" * is_current, names[node], formula * (formula != names[node]), value, gradient
            state = "current" if is_current else "reached" if is_reached else "waiting"
            lines.append(Line(cells, state, node in touched))
        if begin + WINDOW < len(nodes):
            lines.append(left_out(len(nodes) - begin - WINDOW))
        return Screen(
            lang,
            self.phase,
            say(self.phase),
            say("step", index=str(self.position), total=str(len(self))),
            self.position / len(self),
            step.say(lang) if step else say("start"),
            ("", say("node"), say("formula"), say("value"), say("gradient")),
            tuple(lines),
        )


def _is_about(step: Step, node: Value) -> bool:
    return step.node is node or (node.op is None and any(flow.arg is node for flow in step.flows))
