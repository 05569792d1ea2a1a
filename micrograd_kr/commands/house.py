"""`micrograd-kr` alone, the main job: a neuron learns the prices of 88 real houses, and shows how."""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._output import CommandError, console, say, show

if TYPE_CHECKING:
    from rich.console import Console

    from .. import Value, nn
    from ..houses import House
    from ..stepper import Stepper
    from ._regression import Line, Scale

PICTURE = Path("micrograd_kr_house.svg")
MARK = b"<!-- drawn by micrograd_kr -->"  # how a picture of ours is known, which may be drawn over


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the parser of this command."""
    parser = subparsers.add_parser("house", help=say("house.help"), description=say("house.help"))
    parser.add_argument("-o", "--output", metavar="FILE.svg", help=say("house.output", path=PICTURE))
    parser.add_argument("--epochs", type=int, default=500, help=say("house.epochs"))


def run(arguments: argparse.Namespace) -> int:
    """Tell the whole story: one house forwards and backwards, the picture, the training, and what was learnt."""
    from .. import nn
    from ..houses import HOUSES, SOURCE
    from ..stepper import Stepper
    from ._regression import Scale, split

    if arguments.epochs < 0:
        raise CommandError(say("house.epochs_negative", epochs=arguments.epochs))
    out = console()
    seen, unseen = split()
    scale, house = Scale.of(seen), unseen[0]
    neuron = nn.Neuron(len(scale.means), activation="linear", seed=0)
    title(out, "house.title")
    show(out, say("house.houses", count=len(HOUSES), source=SOURCE))
    out.print()
    describe(out, house, scale)
    loss = squared_error(neuron, house, scale)
    stepper = Stepper(loss)
    tell_steps(out, stepper)
    draw_picture(out, loss, arguments.output)
    tell_one_step(out, neuron, house, scale, loss)
    train(out, neuron, seen, scale, arguments.epochs)
    compare(out, neuron, house, seen, unseen, scale)
    return 0


def title(out: Console, key: str) -> None:
    """A heading, after an empty line."""
    out.print(f"\n{say(key)}\n", style="bold cyan")


def table(out: Console, rows: Iterable[Iterable[object]], header: Iterable[str]) -> None:
    """Print rows under a header: the first column is text, the others are numbers."""
    from rich.console import Console
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for index, name in enumerate(header):
        grid.add_column(name, justify="right" if index else "left", overflow="fold")
    for row in rows:
        grid.add_row(*map(str, row))
    if out.is_terminal:
        out.print(grid)
        return
    plain = Console(file=io.StringIO(), width=120, color_system=None)
    plain.print(grid)
    for line in plain.file.getvalue().splitlines():  # type: ignore[attr-defined]
        out.print(line.rstrip(), soft_wrap=True)


# --- one house, forwards and backwards ------------------------------------------------------------------------------


def feature_names() -> list[str]:
    """What the three features are called in the user's language."""
    return [say(f"house.{name}") for name in ("lot", "area", "bedrooms")]


def money(thousands: float) -> str:
    """An amount of thousands of dollars, as it is said in the user's language."""
    return say("house.money", thousands=f"{thousands:,.1f}", dollars=f"{1000 * thousands:,.0f}")


def describe(out: Console, house: House, scale: Scale) -> None:
    """The house in its own units, and as the neuron sees it."""
    from ..naming import format_number
    from ._regression import features

    show(out, say("house.this_one"))
    out.print()
    rows = [
        (name, say(f"house.{key}.unit", number=f"{number:,}"), format_number(scaled))
        for name, key, number, scaled in zip(
            feature_names(), ("lot", "area", "bedrooms"), features(house), scale(house), strict=True
        )
    ]
    price = (say("house.price"), money(house.price), format_number(house.price))
    table(out, [*rows, price], ("", say("house.measured"), say("house.scaled")))
    out.print()
    show(out, say("house.scaling"))


def squared_error(neuron: nn.Neuron, house: House, scale: Scale) -> Value:
    """The loss of one house, with a name on every Value of its graph."""
    from .. import Value

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
    from ..naming import format_number

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


def tell_steps(out: Console, stepper: Stepper) -> None:
    """Every step in words, and then all values and gradients side by side."""
    from ..naming import format_number

    phase = ""
    for step in stepper:
        if step.phase != phase:
            phase = step.phase
            title(out, f"house.{phase}")
            show(out, say(f"house.{phase}.about"))
            out.print()
            if phase == "forward":
                show_weighted_sum(out, stepper.output)
        show(out, f"{step.index:>2}.", step.say(), indent=2)
    out.print()
    names = stepper.names
    rows = [(names[node], format_number(node.data), format_number(node.grad)) for node in stepper.nodes]
    table(out, rows, (say("house.node"), say("house.value"), say("house.gradient")))


def tell_one_step(out: Console, neuron: nn.Neuron, house: House, scale: Scale, loss: Value) -> None:
    """Move the parameters a little against their gradients, once, and tell how far the loss falls."""
    from .. import nn
    from ._regression import LEARNING_RATE

    nn.SGD(neuron, lr=LEARNING_RATE).step()
    after = squared_error(neuron, house, scale)
    title(out, "house.one_step")
    show(out, say("house.one_step.about", rate=LEARNING_RATE, before=f"{loss:,.0f}", after=f"{after:,.0f}"))


def draw_picture(out: Console, loss: Value, wanted: str | None) -> None:
    """Draw the graph into a file; if that cannot be, say why, and go on."""
    from ._files import draw_into, output_path

    title(out, "house.picture")
    try:
        path = output_path(wanted or str(PICTURE), (".svg",))
        if wanted is None and path.exists() and MARK not in path.read_bytes():
            raise CommandError(say("house.not_ours", path=path))
        draw_into(path, loss, expand=True, mark=MARK)
        show(out, say("picture_written", path=path), say("house.picture.open"))
    except (CommandError, OSError) as error:
        show(out, error, style="yellow")


# --- all houses -----------------------------------------------------------------------------------------------------


def train(out: Console, neuron: nn.Neuron, seen: list[House], scale: Scale, epochs: int) -> None:
    """Train with a progress bar, or where there is none with a few lines; Ctrl-C ends it early."""
    from . import _regression as regression

    title(out, "house.training")
    show(out, say("house.training.about", count=len(seen), epochs=epochs))
    out.print()
    costs = regression.train(neuron, [scale(house) for house in seen], [house.price for house in seen], epochs)
    done = 0
    try:
        with progress_bar(out, epochs) as advance:
            for done, cost in enumerate(costs, start=1):
                advance(done, say("house.off_by", amount=money(cost**0.5)))
    except KeyboardInterrupt:
        out.print()
        show(out, say("house.interrupted", done=done, epochs=epochs), style="yellow")


@contextmanager
def progress_bar(out: Console, epochs: int) -> Iterator[Callable[[int, str], None]]:
    """A function to call after each epoch, with its number and what to tell about it."""
    if not out.is_terminal:
        from ._regression import is_told

        def tell(done: int, text: str) -> None:
            if is_told(done, epochs):
                show(out, say("house.epoch", done=f"{done:>{len(str(epochs))}}"), text, indent=2)

        yield tell
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[text]}")
    with Progress(*columns, console=out) as progress:
        task = progress.add_task(say("house.epochs_done"), total=epochs, text="")
        yield lambda done, text: progress.update(task, completed=done, text=text)


def compare(
    out: Console, neuron: nn.Neuron, house: House, seen: list[House], unseen: list[House], scale: Scale
) -> None:
    """What the neuron has learnt, beside the best line that there is."""
    from ._regression import least_squares, line_of

    learnt, best = line_of(neuron, scale), least_squares(seen)
    title(out, "house.learnt")
    show(out, say("house.learnt.about"))
    out.print()
    both = (learnt, best)
    rows: list[tuple[str, ...]] = [
        (say(f"house.{key}.worth"), *(f"{1000 * line.weights[index]:+,.2f}" for line in both))
        for index, key in enumerate(("lot", "area", "bedrooms"))
    ]
    rows += [(say("house.bias.worth"), *(f"{1000 * line.bias:+,.2f}" for line in both)), ("", "", "")]
    for key, houses in (("seen", seen), ("unseen", unseen)):
        rows.append((say(f"house.{key}.squared", count=len(houses)), *(f"{line.error(houses):,.1f}" for line in both)))
        rows.append((say("house.root"), *(f"{line.error(houses) ** 0.5:,.1f}" for line in both)))
    table(out, rows, ("", say("house.neuron"), say("house.exact")))
    out.print()
    show(out, verdict(learnt, best, house, unseen))


def verdict(learnt: Line, best: Line, house: House, unseen: list[House]) -> str:
    """The cost on the houses never seen, and the house of the beginning once more, in plain words."""
    off, off_best = (line.error(unseen) ** 0.5 for line in (learnt, best))
    close = "house.verdict.same" if abs(off - off_best) < 0.0005 * off_best else "house.verdict.apart"
    return " ".join(
        [
            say("house.verdict", count=len(unseen), off=money(off)),
            say(close, off=money(off_best)),
            say("house.verdict.first", prediction=money(learnt(house)), price=money(house.price)),
        ]
    )
