"""The library's own rules as JavaScript: activations, optimizers, penalties, and how weights start.

>>> from micrograd_kr.engine import Value
>>> from micrograd_kr.nn import SGD
>>> print(move_function(SGD([Value(0.0)], momentum=0.9)))
(P,G,S,i,n,r,c)=>{const t0=0.9*S[0][i],t1=t0+G[i],t2=r*t1,t3=P[i]-t2;P[i]=t3;S[0][i]=t1}
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...engine import Value
from ...nn import ACTIVATIONS, INITIALIZATIONS, SGD, Adam, AdamW, Optimizer, l1_penalty, l2_penalty
from ...nn.initialization import Draw
from ..javascript import Script, ScriptLines, roll, written_number
from .printing import forward_function, slope_function

# The activations that the page offers beside the model's own, in this order
OFFERED = ("linear", "relu", "leaky_relu", "tanh", "sigmoid", "elu", "gelu", "silu", "softplus", "softsign", "sin")


def activation_functions(function: Callable[[Any], Any]) -> str:
    """An activation as `{forward(x), slope(x, o, u)}`."""
    return f"{{forward:{forward_function(function)},slope:{slope_function(function)}}}"


def offered_activations() -> dict[str, Callable[[Any], Any]]:
    """The activations to choose from that are in the table now."""
    return {name: ACTIVATIONS[name] for name in OFFERED if name in ACTIVATIONS}


# --- optimizers -------------------------------------------------------------------------------------------------------


class _Setting(Script):
    """A number that the reader sets in the page, and that is not 0 where the rule asks whether it is."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True


def move_function(optimizer: Optimizer, decays: bool = False) -> str:
    """The optimizer's rule for the parameter at place `i`: P and G are parameters and gradients, S what it remembers,
    n the number of the step, r the learning rate, c the weight decay.

    Args:
        decays: whether the weight decay is `c`, which the reader sets; else it is 0.
    """
    program = ScriptLines()
    state = tuple([Script(program, f"S[{place}][i]") for place in range(optimizer.state_size)])
    had = getattr(optimizer, "weight_decay", None)
    if had is not None:
        optimizer.weight_decay = _Setting(program, "c") if decays else 0.0  # type: ignore[attr-defined]
    try:
        numbers = [Script(program, text) for text in ("P[i]", "G[i]", "n", "r")]
        parameter, gradient, step_number, rate = numbers
        moved, remembered = optimizer.rule(parameter, gradient, state, step_number, rate)
    finally:
        if had is not None:
            optimizer.weight_decay = had  # type: ignore[attr-defined]
    targets = ["P[i]", *[f"S[{place}][i]" for place in range(len(remembered))]]
    written = [_text(each) for each in (moved, *remembered)]
    body = roll(program.lines, [])
    stored = ";".join([f"{target}={text}" for target, text in zip(targets, written, strict=True)])
    return f"(P,G,S,i,n,r,c)=>{{{body}{';' if body else ''}{stored}}}"


def _text(x: Any) -> str:
    return str(x.operand) if isinstance(x, Script) else written_number(x)


def offered_optimizers(own: Optimizer | None = None) -> dict[str, str]:
    """Each optimizer to choose from as `{size, move, decay}`: how many numbers it remembers, and its rule without and
    with weight decay."""
    leaf = [Value(0.0)]
    found: dict[str, Optimizer] = {
        "SGD": SGD(leaf),
        "momentum": SGD(leaf, momentum=0.9),
        "nesterov": SGD(leaf, momentum=0.9, nesterov=True),
        "Adam": Adam(leaf),
        "AdamW": AdamW(leaf),
    }
    if own is not None:
        found["own"] = own
    return {
        name: f"{{size:{optimizer.state_size},move:{move_function(optimizer)},"
        f"decay:{move_function(optimizer, decays=True) if hasattr(optimizer, 'weight_decay') else 'null'}}}"
        for name, optimizer in found.items()
    }


# --- penalties --------------------------------------------------------------------------------------------------------


def offered_penalties() -> dict[str, str]:
    """The penalties on one parameter of strength 1, as activations are written: their sum is added to the loss."""
    return {
        "l1": activation_functions(lambda p: l1_penalty([p], strength=1.0)),
        "l2": activation_functions(lambda p: l2_penalty([p], strength=1.0)),
    }


# --- how weights start ------------------------------------------------------------------------------------------------


class _Source:
    """Stands for a generator of random numbers, and says what was asked of it."""

    def uniform(self, low: float, high: float) -> tuple[str, float, float]:
        """As random.uniform."""
        return ("uniform", low, high)

    def gauss(self, mean: float, deviation: float) -> tuple[str, float, float]:
        """As random.gauss."""
        return ("gauss", mean, deviation)


def offered_initializations(sizes: Sequence[int]) -> dict[str, Any]:
    """How each scheme draws: {"weight": draws, "bias": draws}, where draws are one draw for any neuron, or a draw for
    each fan_in, or one for each "fan_in,fan_out". A draw is (kind, number, number), or a number that is no chance.

    Args:
        sizes: the numbers of neurons that a layer may have, or the page's model has inputs.
    """
    return {
        name: {"weight": _draws(scheme.weight, sizes), "bias": _draws(scheme.bias, sizes)}
        for name, scheme in INITIALIZATIONS.items()
    }


def _draws(draw: Draw, sizes: Sequence[int]) -> Any:
    source = _Source()
    table = {i: {j: draw(source, i, j) for j in sizes} for i in sizes}
    rows = {i: row[sizes[0]] for i, row in table.items() if len(set(row.values())) == 1}
    if len(rows) < len(sizes):
        return {f"{i},{j}": each for i, row in table.items() for j, each in row.items()}
    return rows[sizes[0]] if len(set(rows.values())) == 1 else rows


__all__ = [
    "activation_functions",
    "move_function",
    "offered_activations",
    "offered_initializations",
    "offered_optimizers",
    "offered_penalties",
]
