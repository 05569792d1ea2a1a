"""A step as a message: the key of a template in the catalogs, and the pieces, already text, that go into it.

stepper.leaf       node number                    an input is told
stepper.forward    node formula numbers number    a node is computed; `equation` is all of these in one line;
                                                  stepper.forward.SENTENCE if the op has a sentence for this of its own
stepper.seed       node                           d output / d output = 1
stepper.backward   node formula upstream          a node sends its gradient back:
                   rule                           why so, a message: stepper.rule.SENTENCE, see `rule_key`
                   flows                          what each argument gets, messages:
stepper.flow       arg working product            the argument had no gradient before; working, "b × 4 = -3 × 4 = -12",
                   formula local upstream         is made of formula ("" if there is none), local and upstream
stepper.flow.added ... before grad                it had: the product is added to `before`, and gives `grad`
stepper.flow.more  count                          arguments that are not told, where there are many
stepper.backward.zero     the same                the gradient is 0, and so is everything that it sends back
stepper.backward.nothing  node upstream           the node has no argument that a gradient could flow into

`SENTENCE` stands in the op's row; an op without a sentence of its own in the catalogs gets the general one, so that
every op is told, and none is named here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..elementary import Number
from ..locale import Message, is_known
from ..naming import Names, bracketed, format_number, joined, number_precedence
from ..ops import OPS, Op
from .formula import local_formulas, written_out

if TYPE_CHECKING:
    from .records import Flow, Step

MOST_FLOWS = 4  # that one sentence tells
LONGEST_BESIDE = 40  # formula that still stands beside the same written out on numbers


def message_of(step: Step) -> Message:
    """What the step says; see the module's docstring for keys and pieces."""
    names, node = step.names, step.node
    number = format_number(step.number)
    pieces = {"node": names[node], "formula": names.spell(node), "number": number}
    if step.phase == "forward":
        if node.op is None:
            return Message("stepper.leaf", pieces)
        in_full = written_out(node)
        numbers = in_full or names.spell_numbers(node)
        shown = "" if in_full and len(pieces["formula"]) > LONGEST_BESIDE else pieces["formula"]
        chain = [pieces["node"], shown, numbers, number]
        own = f"stepper.forward.{node.op.name}"
        key = own if is_known(own) else "stepper.forward"
        return Message(key, {**pieces, "numbers": numbers, "equation": _equation(chain)})
    if step.is_seed:
        return Message("stepper.seed", pieces)
    assert node.op is not None
    upstream = format_number(step.upstream)
    if not step.flows:
        return Message("stepper.backward.nothing", {**pieces, "upstream": upstream})
    rule = Message(rule_key(node.op, [flow.local for flow in step.flows]), {**pieces, "upstream": upstream})
    flows = _told_flows(step, names)
    silent = all(_is(number, 0) for number in (step.upstream, *(flow.product for flow in step.flows)))
    return Message(
        "stepper.backward.zero" if silent else "stepper.backward",
        {**pieces, "upstream": upstream, "rule": rule, "flows": flows},
    )


def rule_key(op: Op, locals_: list[Number]) -> str:
    """The key of the sentence that tells why the local derivatives are what they are.

    `stepper.rule.SENTENCE.closed` if all of them are 0 and `.open` if all are 1, where the catalogs have it;
    else `stepper.rule.SENTENCE`; else the general `stepper.rule`, `.closed` or `.open`.

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


def _told_flows(step: Step, names: Names) -> tuple[Message, ...]:
    formulas = local_formulas(step.node, names)
    shown = step.flows if len(step.flows) <= MOST_FLOWS else step.flows[: MOST_FLOWS - 1]
    told = [_flow(flow, formulas[flow.index], names) for flow in shown]
    if len(told) < len(step.flows):
        told.append(Message("stepper.flow.more", {"count": str(len(step.flows) - len(told))}))
    return tuple(told)


def _flow(flow: Flow, formula: str, names: Names) -> Message:
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
