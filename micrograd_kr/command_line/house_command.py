"""`micrograd-kr` alone, the main job: a neuron learns the prices of 88 real houses, and shows how."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .output import CommandError, console, draw_into, output_path, say, show, title

if TYPE_CHECKING:
    from rich.console import Console

    from .. import Value

PICTURE = Path("micrograd_kr_house.svg")
MARK = b"<!-- drawn by micrograd_kr -->"  # how a picture of ours is known, which may be drawn over


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the parser of this command."""
    parser = subparsers.add_parser("house", help=say("house.help"), description=say("house.help"))
    parser.add_argument("-o", "--output", metavar="FILE.svg", help=say("house.output", path=PICTURE))
    parser.add_argument("--epochs", type=int, default=500, help=say("house.epochs"))


def run(arguments: argparse.Namespace) -> int:
    """The whole story: one house forwards and backwards, the picture, the training, and what was learnt."""
    from .. import nn
    from ..houses import HOUSES, SOURCE
    from .house import all_houses, one_house
    from .house.regression import Scale, split

    if arguments.epochs < 0:
        raise CommandError(say("house.epochs_negative", epochs=arguments.epochs))
    out = console()
    seen, unseen = split()
    scale, house = Scale.of(seen), unseen[0]
    neuron = nn.Neuron(len(scale.means), activation="linear", seed=0)
    title(out, "house.title")
    show(out, say("house.houses", count=len(HOUSES), source=SOURCE))
    out.print()
    one_house.describe(out, house, scale)
    loss = one_house.squared_error(neuron, house, scale)
    one_house.show_steps(out, loss)
    draw_picture(out, loss, arguments.output)
    one_house.take_one_step(out, neuron, house, scale, loss)
    all_houses.train(out, neuron, seen, scale, arguments.epochs)
    all_houses.compare(out, neuron, house, seen, unseen, scale)
    return 0


def draw_picture(out: Console, loss: Value, wanted: str | None) -> None:
    """Draw the graph into a file; if that cannot be, say why, and go on."""
    title(out, "house.picture")
    try:
        path = output_path(wanted or str(PICTURE), (".svg",))
        if wanted is None and path.exists() and MARK not in path.read_bytes():
            raise CommandError(say("house.not_ours", path=path))
        draw_into(path, loss, expand=True, mark=MARK)
        show(out, say("picture_written", path=path), say("house.picture.open"))
    except (CommandError, OSError) as error:
        show(out, error, style="yellow")
