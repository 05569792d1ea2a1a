"""What a step is, and what it says: immutable records, and a message made of each.

A message is the key of a template in the catalogs and the pieces, already text, that go into it:

stepper.leaf       node number                    an input has its number
stepper.forward    node formula numbers number    a node is computed; `equation` is all of these in one line;
                                                  stepper.forward.OP if the catalogs have a sentence for this op
stepper.seed       node                           d output / d output = 1
stepper.backward   node formula upstream          a node sends its gradient back:
                   rule                           why so, a message: stepper.rule.OP, see `rule_key`
                   flows                          what each argument gets, messages:
stepper.flow       arg working product            the argument had no gradient before; working, "b × 4 = -3 × 4 = -12",
                   formula local upstream         is made of formula ("" if there is none), local and upstream
stepper.flow.added ... before grad                it had one: the product is added to `before`, and gives `grad`
stepper.flow.more  count                          arguments that are left out, where there are many
stepper.backward.zero     the same                the gradient is 0, and so is everything that it sends back
stepper.backward.nothing  node upstream           the node has no argument that a gradient could flow into

An op without a sentence of its own in the catalogs gets the general one, so no op is named here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from ..elementary import Number
from ..engine import Value
from ..graph import Graph, Names, bracketed, format_number, joined, names_of, number_precedence
from ..locale import Message, is_known, language
from ..ops import OPS, Op
from .formula import local_formulas, written_out

Phase = Literal["forward", "backward"]

MOST_FLOWS = 4  # that one sentence lists
LONGEST_BESIDE = 40  # formula that still stands beside the same written out on numbers


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
    """One step: a leaf is read, a node is computed, the output's gradient is set to 1, or a node sends its own back.

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
    _graph: Graph | None = field(default=None, repr=False, compare=False)
    _lang: str | None = field(default=None, repr=False, compare=False)

    @property
    def names(self) -> Names:
        """The names of the graph's Values, as the sentence uses them."""
        return self._graph.names if self._graph is not None else names_of(self.node)

    def message(self) -> Message:
        """The sentence before it is put into words: the key of its template, and the pieces that go into it.

        The keys and pieces are listed in `micrograd_kr.stepper.steps`.

        >>> from micrograd_kr.stepper import Stepper
        >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        >>> key, pieces = list(Stepper(a * b))[2].message()
        >>> key, pieces["formula"], pieces["numbers"], pieces["number"]
        ('stepper.forward', 'a * b', '2 * (-3)', '-6')
        """
        return _forward_message(self) if self.phase == "forward" else _backward_message(self)

    def say(self, lang: str | None = None) -> str:
        """The step in words.

        Args:
            lang: "ko" or "en"; the stepper's language by default.

        Raises:
            ValueError: there is no such language.

        >>> from micrograd_kr.stepper import Stepper
        >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        >>> print(list(Stepper(a * b))[2].say("ko"))
        out = a * b = 2 * (-3) = -6.
        """
        return self.message().say(lang or self._lang)

    def __str__(self) -> str:
        return self.say()

    def _repr_html_(self) -> str:
        return f'<p lang="{language(self._lang)}">{escape(self.say())}</p>'


# --- messages -------------------------------------------------------------------------------------------------------


def _forward_message(step: Step) -> Message:
    names, node, number = step.names, step.node, format_number(step.number)
    pieces = {"node": names[node], "formula": names.spell(node), "number": number}
    if node.op is None:
        return Message("stepper.leaf", pieces)
    in_full = written_out(node)
    numbers = in_full or names.spell_numbers(node)
    shown = "" if in_full and len(pieces["formula"]) > LONGEST_BESIDE else pieces["formula"]
    own = f"stepper.forward.{node.op.name}"
    key = own if is_known(own) else "stepper.forward"
    equation = _equation([pieces["node"], shown, numbers, number])
    return Message(key, {**pieces, "numbers": numbers, "equation": equation})


def _backward_message(step: Step) -> Message:
    names, node, number = step.names, step.node, format_number(step.number)
    pieces = {"node": names[node], "formula": names.spell(node), "number": number}
    if step.is_seed or node.op is None:
        return Message("stepper.seed", pieces)
    pieces["upstream"] = format_number(step.upstream)
    if not step.flows:
        return Message("stepper.backward.nothing", pieces)
    rule = Message(rule_key(node.op, [flow.local for flow in step.flows]), pieces)
    silent = all(_is(number, 0) for number in (step.upstream, *[flow.product for flow in step.flows]))
    key = "stepper.backward.zero" if silent else "stepper.backward"
    return Message(key, {**pieces, "rule": rule, "flows": _flow_messages(step)})


def rule_key(op: Op, locals_: Sequence[Number]) -> str:
    """The key of the sentence that says why the local derivatives are what they are.

    `stepper.rule.OP.closed` if all of them are 0 and `.open` if all are 1, where the catalogs have it; else
    `stepper.rule.OP`; else the general `stepper.rule`, `.closed` or `.open`.

    >>> from micrograd_kr.ops import OPS
    >>> rule_key(OPS["relu"], [0]), rule_key(OPS["relu"], [1]), rule_key(OPS["mul"], [1, 0])
    ('stepper.rule.relu.closed', 'stepper.rule.relu.open', 'stepper.rule.mul')
    """
    state = ""
    if all(_is(local, 0) for local in locals_):
        state = ".closed"
    elif all(_is(local, 1) for local in locals_):
        state = ".open"
    own = f"stepper.rule.{op.name}"
    return next(key for key in (own + state, own, "stepper.rule" + state, "stepper.rule") if is_known(key))


def _is(number: Number, wanted: int) -> bool:
    try:
        return bool(number == wanted)
    except (TypeError, ValueError):  # an array, or a symbol
        return False


def _flow_messages(step: Step) -> tuple[Message, ...]:
    names, flows = step.names, step.flows
    formulas = local_formulas(step.node, names)
    shown = flows if len(flows) <= MOST_FLOWS else flows[: MOST_FLOWS - 1]
    messages = [_flow_message(flow, formulas[flow.index], names) for flow in shown]
    if len(shown) < len(flows):
        messages.append(Message("stepper.flow.more", {"count": str(len(flows) - len(shown))}))
    return tuple(messages)


def _flow_message(flow: Flow, formula: str, names: Names) -> Message:
    local, upstream, product = map(format_number, (flow.local, flow.upstream, flow.product))
    in_brackets = f"({formula})" if " " in formula else formula
    second = bracketed(OPS["mul"], 1, upstream, number_precedence(upstream))
    chain = [f"{in_brackets} × {second}" if formula else "", joined(OPS["mul"], "×", [local, upstream]), product]
    pieces = {
        "arg": names[flow.arg],
        "formula": formula,
        "local": local,
        "upstream": upstream,
        "product": product,
        "working": _equation(chain),
        "before": format_number(flow.before),
        "grad": format_number(flow.grad),
    }
    return Message("stepper.flow" if _is(flow.before, 0) else "stepper.flow.added", pieces)


def _equation(chain: list[str]) -> str:
    """The texts with = between them, each only once: a = a * b = 2 * 3 = 6."""
    return " = ".join(dict.fromkeys(filter(None, chain)))
