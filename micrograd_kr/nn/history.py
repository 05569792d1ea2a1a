"""History: the losses of a training run, to look at, to plot, to save and to compare with other runs."""

from __future__ import annotations

import csv
import html
import io
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..files import write_whole
from ..locale import translate

_COLUMNS = ("epoch", "loss", "validation", "learning_rate")
_COLOURS = ("#1f77b4", "#d62728")  # of the loss, and of the validation loss
_WIDTH, _HEIGHT = 360, 120  # of the picture in a notebook


class History(list[float]):
    """The mean loss of each epoch, as a list; what `nn.train` and the `fit` of a compiled function return.

    A training run that is stopped by Ctrl-C or by an error leaves the epochs so far in `optimizer.history`.

    Args:
        losses: the losses to begin with.

    Attributes:
        validation: the validation loss after each epoch; empty if there was no validation data.
        learning_rates: the learning rate of the last step of each epoch; may be empty.

    >>> history = History()
    >>> history.record(0.5, learning_rate=0.1)
    >>> history.record(0.25, learning_rate=0.1)
    >>> history, history[-1], history.learning_rates
    (History of 2 epochs: loss 0.5 -> 0.25, 0.25, [0.1, 0.1])
    """

    def __init__(self, losses: Iterable[float] = ()) -> None:
        super().__init__(losses)
        self.validation: list[float] = []
        self.learning_rates: list[float] = []

    def record(self, loss: float, validation: float | None = None, learning_rate: float | None = None) -> None:
        """Add an epoch."""
        columns = ((self.validation, validation), (self.learning_rates, learning_rate), (self, loss))
        added = [(column, len(column), number) for column, number in columns if number is not None]
        try:
            _write_at_end(added)
        except BaseException:
            _write_at_end(added)  # Ctrl-C in the middle: finish the epoch, then stop
            raise

    @contextmanager
    def kept_in(self, optimizer: Any) -> Iterator[None]:
        """A block of training whose losses stand in `optimizer.history`, however it ends.

        Where Ctrl-C or an exploded loss ends it, the error's text says so.
        """
        optimizer.history = self
        try:
            yield
        except (KeyboardInterrupt, FloatingPointError) as error:
            error.add_note(f"Training stopped after {_epochs(len(self))}: their losses are in optimizer.history.")
            raise

    # --- files ------------------------------------------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a CSV file with the columns epoch, loss, validation and learning_rate, a line for each epoch.

        An old file of that name stays until the new one is complete.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for epoch, loss in enumerate(self):
            numbers = [loss, _at(self.validation, epoch), _at(self.learning_rates, epoch)]
            writer.writerow([epoch + 1, *["" if number is None else repr(float(number)) for number in numbers]])
        write_whole(path, text.getvalue())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> History:
        """Read a file that `save` wrote.

        Raises:
            ValueError: the file is something else.
        """
        history = cls()
        try:
            lines = list(csv.DictReader(io.StringIO(Path(path).read_text("utf-8"))))
            for line in lines:
                history.append(float(line["loss"]))
                if line["validation"]:
                    history.validation.append(float(line["validation"]))
                if line["learning_rate"]:
                    history.learning_rates.append(float(line["learning_rate"]))
        except (KeyError, TypeError, ValueError, csv.Error) as error:
            raise ValueError(f"{os.fspath(path)} was not written by History.save: {error!r}") from None
        return history

    # --- pictures ---------------------------------------------------------------------------------------------------

    def plot(self, ax: Any = None, label: str = "loss") -> Any:
        """Draw the losses, and the validation losses if there are any, over the epochs.

        Args:
            ax: matplotlib axes to draw on; new ones if there are none.
            label: the name of the line.

        Returns:
            The axes.

        Raises:
            ImportError: matplotlib is missing.
        """
        ax = _axes(ax)
        (line,) = ax.plot(range(1, len(self) + 1), list(self), label=label)
        if self.validation:
            epochs = range(1, len(self.validation) + 1)
            ax.plot(epochs, self.validation, "--", color=line.get_color(), label=f"{label} (validation)")
        ax.legend()
        return ax

    @staticmethod
    def compare(histories: Mapping[str, Sequence[float]], ax: Any = None) -> Any:
        """Draw several runs in one picture: `History.compare({"SGD": first, "Adam": second})`.

        Args:
            histories: the runs, by the names that the picture shows.
            ax: matplotlib axes to draw on; new ones if there are none.

        Returns:
            The axes.

        Raises:
            TypeError: this is not a dict of runs.
            ImportError: matplotlib is missing.
        """
        if not isinstance(histories, Mapping):
            raise TypeError('compare takes the runs by name, such as {"SGD": first, "Adam": second}')
        ax = _axes(ax)
        for name, losses in histories.items():
            (losses if isinstance(losses, History) else History(losses)).plot(ax, name)
        return ax

    def _repr_html_(self) -> str:
        """The picture that a notebook shows: the losses as a line, in the reader's language, with no package needed."""
        words = [html.escape(translate(f"nn.{name}")) for name in ("loss", "validation")]
        lines = list(zip((self, self.validation), _COLOURS, words, strict=True))
        finite = [number for numbers, _, _ in lines for number in numbers if math.isfinite(number)]
        if not finite:
            return f"<pre>{html.escape(repr(self))}</pre>"
        low, high = min(finite), max(finite)
        drawn = "".join(
            f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{_points(numbers, low, high)}"/>'
            for numbers, colour, _ in lines
            if numbers
        )
        names = ", ".join(
            f'<span style="color:{colour}">{name} {numbers[0]:.4g} &rarr; {numbers[-1]:.4g}</span>'
            for numbers, colour, name in lines
            if numbers
        )
        return (
            f'<figure style="margin:0"><svg viewBox="-2 -2 {_WIDTH + 4} {_HEIGHT + 4}" width="{_WIDTH}" '
            f'height="{_HEIGHT}" role="img" aria-label="{html.escape(repr(self))}">{drawn}</svg>'
            f"<figcaption>{translate('nn.epochs', count=len(self))}; {names}</figcaption></figure>"
        )

    def __repr__(self) -> str:
        if not self:
            return "History of 0 epochs"
        validation = f", validation {self.validation[0]:.4g} -> {self.validation[-1]:.4g}" if self.validation else ""
        return f"History of {_epochs(len(self))}: loss {self[0]:.4g} -> {self[-1]:.4g}{validation}"


def _write_at_end(added: list[tuple[list[float], int, float]]) -> None:
    for column, length, number in added:
        column[length:] = [number]


def _epochs(count: int) -> str:
    return f"{count} epoch{'s'[: count != 1]}"


def _at(numbers: Sequence[float], epoch: int) -> float | None:
    return numbers[epoch] if epoch < len(numbers) else None


def _points(numbers: Sequence[float], low: float, high: float) -> str:
    """The corners of a line, from left to right; at most one for each unit of width, and none for inf and nan."""
    stride = max(1, len(numbers) // _WIDTH)
    chosen = [*range(0, len(numbers) - 1, stride), len(numbers) - 1]
    across, up = _WIDTH / max(1, len(numbers) - 1), _HEIGHT / (high - low or 1.0)
    return " ".join(
        f"{place * across:.1f},{(high - numbers[place]) * up:.1f}" for place in chosen if math.isfinite(numbers[place])
    )


def _axes(ax: Any) -> Any:
    if ax is None:
        try:
            from matplotlib import pyplot
        except ImportError as error:
            raise ImportError(f'plotting needs matplotlib ({error}): pip install "matplotlib"') from error
        ax = pyplot.figure().add_subplot()
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss")
    return ax
