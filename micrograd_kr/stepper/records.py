"""What a step is: Step, and the Flows of its gradient; immutable records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..elementary import Number
from ..engine import Value
from ..locale import Message
from ..naming import Names, names_of
from . import sentences

if TYPE_CHECKING:
    from .stepping import Stepper

Phase = Literal["forward", "backward"]


@dataclass(frozen=True, slots=True)
class Flow:
    """What one backward step sends to one argument: product = local * upstream.

    Attributes:
        index: which argument of the node it is, from 0.
        arg: the argument.
        local: d node / d argument.
        upstream: d output / d node.
        product: what is added to the argument's gradient.
        before: the argument's gradient before the addition.
        grad: and after it.
    """

    index: int
    arg: Value
    local: Number
    upstream: Number
    product: Number
    before: Number
    grad: Number


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a leaf is told, a node is computed, the output's gradient is set to 1, or a node sends its own back.

    Attributes:
        phase: "forward" or "backward".
        node: the Value that the step is about.
        index: which step it is, from 1 to total; the stepper's position once it is taken.
        total: how many steps there are.
        number: what the node was in the recorded forward pass, also if a leaf was changed later.
        arg_numbers: what its arguments were.
        upstream: in the backward phase d output / d node; None in the forward phase.
        flows: in the backward phase what goes to each argument; constants are left out.
        is_seed: whether this is the first backward step, which sets d output / d output = 1.
    """

    phase: Phase
    node: Value
    index: int
    total: int
    number: Number
    arg_numbers: tuple[Number, ...]
    upstream: Number | None = None
    flows: tuple[Flow, ...] = ()
    is_seed: bool = False
    _stepper: Stepper | None = field(default=None, repr=False, compare=False)

    @property
    def names(self) -> Names:
        """The names of the graph's Values, as the sentence uses them."""
        return self._stepper.names if self._stepper is not None else names_of(self.node)

    def message(self) -> Message:
        """The sentence before it is put into words: the key of its template, and the pieces that go into it.

        The keys and pieces are listed in `micrograd_kr.stepper.sentences`.

        >>> from micrograd_kr.stepper import Stepper
        >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        >>> key, pieces = list(Stepper(a * b))[2].message()
        >>> key, pieces["formula"], pieces["numbers"], pieces["number"]
        ('stepper.forward', 'a * b', '2 * (-3)', '-6')
        """
        return sentences.message_of(self)

    def say(self, lang: str | None = None) -> str:
        """The step in words.

        Args:
            lang: "ko" or "en"; the stepper's language unless told otherwise.

        Raises:
            ValueError: there is no such language.

        >>> from micrograd_kr.stepper import Stepper
        >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        >>> print(list(Stepper(a * b))[2].say("ko"))
        out = a * b = 2 * (-3) = -6.
        """
        if lang is None and self._stepper is not None:
            lang = self._stepper.lang
        return self.message().say(lang)
