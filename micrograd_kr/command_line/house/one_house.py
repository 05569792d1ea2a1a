"""The main job's first half: the price of one house, predicted, and how each number moved the squared error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import Value, nn
from ...graph import format_number
from ...houses import House
from ...stepper import Stepper
from ..output import say, show, show_step, table, title
from .regression import FEATURES, LEARNING_RATE, Scale, features

if TYPE_CHECKING:
    from rich.console import Console

SQUARE_METRES = 0.09290304  # in a square foot


def money(thousands: float) -> str:
    """An amount of thousands of dollars, in the user's language."""
    return say("house.money", thousands=f"{thousands:,.1f}", dollars=f"{1000 * thousands:,.0f}")


def feature_names() -> list[str]:
    """What the three features are called in the user's language."""
    return [say(f"house.{name}") for name in FEATURES]


def describe(out: Console, house: House, scale: Scale) -> None:
    """The house in its own units, and as the neuron sees it."""
    show(out, say("house.this_one"))
    out.print()
    rows = [
        (
            name,
            say(f"house.{key}.unit", number=f"{number:,}", metres=f"{SQUARE_METRES * number:,.0f}"),
            format_number(scaled),
        )
        for name, key, number, scaled in zip(feature_names(), FEATURES, features(house), scale(house), strict=True)
    ]
    price = (say("house.price"), money(house.price), format_number(house.price))
    table(out, [*rows, price], ("", say("house.measured"), say("house.scaled")))
    out.print()
    show(out, say("house.scaling"))


def squared_error(neuron: nn.Neuron, house: House, scale: Scale) -> Value:
    """The loss of one house, with a name on every Value of its graph."""
    names = feature_names()
    for name, weight in zip(names, neuron.w, strict=True):
        weight.label = f"w_{name}"
    neuron.b.label = say("house.bias")
    prediction = neuron([Value(x, name) for name, x in zip(names, scale(house), strict=True)])
    prediction.label = say("house.prediction")
    error = prediction - Value(house.price, say("house.price"))
    error.label = say("house.error")
    loss: Value = error**2
    loss.label = say("house.loss")
    return loss


def show_weighted_sum(out: Console, loss: Value) -> None:
    """What the neuron computes, written out: with names, and with numbers."""
    prediction = loss.args[0].args[0]
    count = len(prediction.args) // 2
    numbers = [format_number(arg.data) for arg in prediction.args]
    sums = []
    for texts in ([arg.label for arg in prediction.args], numbers):
        texts = [f"({text})" if text.startswith("-") else text for text in texts]
        products = map(" × ".join, zip(texts[:count], texts[count:-1], strict=True))
        sums.append(" + ".join([*products, texts[-1]]))
    show(out, f"{prediction.label} = {sums[0]}", indent=2)
    show(out, f"{prediction.label} = {sums[1]} = {format_number(prediction.data)}", indent=2)
    out.print()


def show_steps(out: Console, loss: Value) -> None:
    """Every step in words, and then all values and gradients side by side."""
    stepper = Stepper(loss)
    phase = ""
    for step in stepper:
        if step.phase != phase:
            phase = step.phase
            title(out, f"house.{phase}")
            show(out, say(f"house.{phase}.about"))
            out.print()
            if phase == "forward":
                show_weighted_sum(out, loss)
        show_step(out, step)
    out.print()
    names = stepper.names
    rows = [(names[node], format_number(node.data), format_number(node.grad)) for node in stepper.nodes]
    table(out, rows, (say("house.node"), say("house.value"), say("house.gradient")))


def take_one_step(out: Console, neuron: nn.Neuron, house: House, scale: Scale, loss: Value) -> None:
    """Move the parameters a little against their gradients, once, and say how far the loss falls."""
    nn.SGD(neuron, lr=LEARNING_RATE).step()
    after = squared_error(neuron, house, scale)
    title(out, "house.one_step")
    show(out, say("house.one_step.about", rate=LEARNING_RATE, before=f"{loss:,.0f}", after=f"{after:,.0f}"))
