"""The main job's second half: training on all houses that may be seen, and the cost on those that may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ... import nn
from ...houses import House
from ..output import say, show, table, title
from . import regression
from .one_house import money
from .regression import Line, Scale, least_squares, line_of

if TYPE_CHECKING:
    from rich.console import Console


def train(out: Console, neuron: nn.Neuron, seen: list[House], scale: Scale, epochs: int) -> None:
    """Train with a progress bar, or where there is none with a few lines; Ctrl-C ends it early."""
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
    """A function to call after each epoch, with its number and a remark."""
    if not out.is_terminal:

        def print_some(done: int, text: str) -> None:
            if regression.is_printed(done, epochs):
                show(out, say("house.epoch", done=f"{done:>{len(str(epochs))}}"), text, indent=2)

        yield print_some
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
    learnt, best = line_of(neuron, scale), least_squares(seen)
    title(out, "house.learnt")
    show(out, say("house.learnt.about"))
    out.print()
    both = (learnt, best)
    rows: list[tuple[str, ...]] = [
        (say(f"house.{key}.worth"), *(f"{1000 * line.weights[index]:+,.2f}" for line in both))
        for index, key in enumerate(regression.FEATURES)
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
