"""`micrograd-kr train [DATA] --html net.html`: a page on which a net learns a data set, or the rows of a CSV file."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any, NamedTuple

from .output import STANDARD_OUTPUT, CommandError, console, output_path, say, show, write

SETS = ("moons", "circles", "spiral", "xor", "gaussians", "line", "wave", "houses", "digits")
_COUNT = 200  # points of a data set that is drawn
_MOST_CLASSES = 10


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the parser of this command."""
    parser = subparsers.add_parser("train", help=say("train.help"), description=say("train.description"))
    parser.add_argument(
        "data", metavar="DATA", nargs="?", default="moons", help=say("train.data", sets=", ".join(SETS))
    )
    parser.add_argument("--html", metavar="FILE.html", default="net.html", help=say("train.html"))
    parser.add_argument("--target", metavar="COLUMN", help=say("train.target"))
    parser.add_argument("--hidden", metavar="SIZES", default="8,8", help=say("train.hidden"))
    parser.add_argument("--activation", metavar="NAME", default="tanh", help=say("train.activation"))
    parser.add_argument("--rate", type=float, metavar="NUMBER", default=0.1, help=say("train.rate"))
    parser.add_argument("--seed", type=int, metavar="NUMBER", default=0, help=say("train.seed"))
    parser.add_argument("--open", action="store_true", help=say("page.open"))


def run(arguments: argparse.Namespace) -> int:
    """Write the page, and open it in a browser if asked to."""
    path = output_path(arguments.html, (".html", ".htm"))
    if arguments.open and path == STANDARD_OUTPUT:
        raise CommandError(say("train.open_needs_a_file"))
    hidden = _sizes(arguments.hidden)
    examples = _examples(arguments.data, arguments.target)
    try:
        from .. import nn
        from ..livepage import training_page

        outputs = max(1, len(examples.classes) if len(examples.classes) > 2 else 1)
        model = nn.MLP(len(examples.x[0]), [*hidden, outputs], activation=arguments.activation, seed=arguments.seed)

        def loss(x: Any, y: Any) -> Any:
            score = model(x)
            if outputs > 1:
                return nn.cross_entropy(score, y)
            return nn.binary_cross_entropy(score, y) if examples.classes else nn.squared_error(score, y)

        made = training_page(
            model,
            examples.x,
            examples.y,
            loss,
            optimizer=nn.SGD(model, lr=arguments.rate),
            names=examples.names,
            labels=examples.classes or None,
            seed=arguments.seed,
        )
    except (ImportError, RuntimeError, TypeError, ValueError) as error:
        raise CommandError(f"{error}") from error
    write(path, made.html.encode())
    if path != STANDARD_OUTPUT:
        show(console(), say("page_written", path=path))
    if arguments.open:
        import webbrowser

        webbrowser.open(path.resolve().as_uri())
    return 0


def _sizes(text: str) -> list[int]:
    """The sizes of the hidden layers, such as 8,8; none for an empty text."""
    try:
        sizes = [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        sizes = [0]
    if any(size < 1 for size in sizes):
        raise CommandError(say("train.wrong_sizes", sizes=text))
    return sizes


# --- the examples -----------------------------------------------------------------------------------------------------


class _Examples(NamedTuple):
    """What is learnt: rows of numbers, their targets, the classes if these are labels, and the names of the inputs."""

    x: list[list[float]]
    y: list[Any]
    classes: list[str]
    names: list[str] | None = None


def _examples(name: str, target: str | None) -> _Examples:
    """The examples of a data set of ours, or those of a CSV file."""
    if name not in SETS:
        if Path(name).suffix.lower() not in (".csv", ".tsv", ".txt"):
            raise CommandError(say("train.unknown", data=name, sets=", ".join(SETS)))
        return _of_file(Path(name), target)
    from .. import data

    if name == "houses":
        x, prices = data.houses()
        return _Examples(data.standardise(x), _standard(prices), [], ["lot", "area", "bedrooms"])
    if name == "digits":
        x, labels = data.digits(300)
        return _Examples(x, labels, [str(label) for label in range(10)])
    x, y = getattr(data, name)(_COUNT, **({"noise": 0.1} if name == "xor" else {}))
    return _Examples(x, y, [] if name in ("line", "wave") else ["0", "1"])


def _of_file(path: Path, target: str | None) -> _Examples:
    """The rows of a table: numbers, standardised, and a target, by default the last column.

    A target that is text, or a few whole numbers, is a class; else a number, standardised too.
    """
    from .. import data

    header, rows = _table(path)
    if target is not None and target not in header:
        raise CommandError(say("train.no_column", column=target, columns=", ".join(header)))
    place = header.index(target) if target is not None else len(header) - 1
    inputs = [index for index in range(len(header)) if index != place]
    if not inputs:
        raise CommandError(say("train.one_column", path=path))
    x = []
    for number, row in enumerate(rows, 2):
        try:
            x.append([float(row[index]) for index in inputs])
        except ValueError:
            column = next(header[index] for index in inputs if not _is_number(row[index]))
            raise CommandError(say("train.no_number", path=path, row=number, column=column)) from None
    targets = [row[place].strip() for row in rows]
    scaled = data.standardise(x)
    names = [header[index] for index in inputs]
    known = sorted(set(targets), key=lambda text: (float(text), text) if _is_number(text) else (0.0, text))
    are_numbers = all(map(_is_number, targets))
    if len(known) <= _MOST_CLASSES and not (are_numbers and any(float(text) % 1 for text in known)) and len(known) > 1:
        return _Examples(scaled, [known.index(text) for text in targets], known, names)
    if not are_numbers:
        raise CommandError(say("train.too_many_classes", column=header[place], count=len(known), most=_MOST_CLASSES))
    return _Examples(scaled, _standard([float(text) for text in targets]), [], names)


def _standard(numbers: list[float]) -> list[float]:
    from ..data import standardise

    return [row[0] for row in standardise([[number] for number in numbers])]


def _table(path: Path) -> tuple[list[str], list[list[str]]]:
    """The header of a CSV file, made up if its first row is numbers, and its rows, which are equally long."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(
            say("train.unreadable", path=path, error=getattr(error, "strerror", None) or error)
        ) from None
    try:
        dialect: Any = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    rows = [row for row in csv.reader(text.splitlines(), dialect) if any(cell.strip() for cell in row)]
    if rows and not all(map(_is_number, rows[0])):
        header, rows = [cell.strip() for cell in rows[0]], rows[1:]
    else:
        header = [f"x{index + 1}" for index in range(len(rows[0]) if rows else 0)]
    if len(rows) < 2:
        raise CommandError(say("train.no_rows", path=path))
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise CommandError(say("train.wrong_row", path=path, row=number, count=len(row), columns=len(header)))
    return header, rows


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
