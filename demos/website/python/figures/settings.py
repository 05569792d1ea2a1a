"""How a panel looks: titles, limits, ticks, scales."""

from __future__ import annotations

from typing import Any

from .arguments import numbers_of
from .plane import Plane


class Settings(Plane):
    """What a chapter sets."""

    def set(self, **properties: Any) -> None:
        """Titles, limits, ticks and scales by their names."""
        for name, value in properties.items():
            getattr(self, f"set_{name}")(value)

    def set_title(self, text: str, **style: Any) -> None:
        """The heading of the panel."""
        self.titles["title"] = text

    def set_xlabel(self, text: str, **style: Any) -> None:
        """What runs across."""
        self.titles["xlabel"] = text

    def set_ylabel(self, text: str, **style: Any) -> None:
        """What runs up."""
        self.titles["ylabel"] = text

    def set_xlim(self, low: Any = None, high: Any = None) -> None:
        """From where to where the panel runs across."""
        self._limit(0, low, high)

    def set_ylim(self, low: Any = None, high: Any = None, *, bottom: Any = None, top: Any = None) -> None:
        """From where to where the panel runs up."""
        self._limit(1, bottom if bottom is not None else low, top if top is not None else high)

    def _limit(self, axis: int, low: Any, high: Any) -> None:
        if isinstance(low, list | tuple):
            low, high = low
        spans = self.span(axis)
        self.limits[axis] = (
            float(low) if low is not None else spans[0],
            float(high) if high is not None else spans[1],
        )

    def set_xscale(self, scale: str) -> None:
        """`linear` or `log`."""
        self.is_log[0] = scale == "log"

    def set_yscale(self, scale: str) -> None:
        """`linear` or `log`."""
        self.is_log[1] = scale == "log"

    def set_xticks(self, ticks: Any, labels: Any = None, **style: Any) -> None:
        """The marked numbers across."""
        self.ticks[0] = numbers_of(ticks)
        self.tick_labels[0] = None if labels is None else list(labels)

    def set_yticks(self, ticks: Any, labels: Any = None, **style: Any) -> None:
        """The marked numbers upwards."""
        self.ticks[1] = numbers_of(ticks)
        self.tick_labels[1] = None if labels is None else list(labels)

    def set_xticklabels(self, labels: Any, **style: Any) -> None:
        """What the marks across are called."""
        self.tick_labels[0] = list(labels)

    def set_yticklabels(self, labels: Any, **style: Any) -> None:
        """What the marks upwards are called."""
        self.tick_labels[1] = list(labels)

    def set_aspect(self, aspect: Any, **options: Any) -> None:
        """`equal`: a unit is as long across as upwards."""
        self.is_equal = aspect in ("equal", 1)

    def invert_yaxis(self) -> None:
        """Small numbers at the top."""
        self.is_upside_down = not self.is_upside_down

    def tick_params(self, axis: str = "both", length: float | None = None, labelsize: float | None = None,
                    **options: Any) -> None:  # fmt: skip
        """How the marks look."""
        self.has_tick_marks = length != 0
        self.tick_size = 1.25 * labelsize if isinstance(labelsize, int | float) else self.tick_size

    def axis(self, what: str) -> None:
        """`off`: no frame, no marks; `equal`."""
        self.is_bare = self.is_bare or what == "off"
        self.is_equal = self.is_equal or what == "equal"

    def legend(self, *args: Any, **options: Any) -> None:
        """The names of what is drawn."""
        self.has_legend = True

    def grid(self, *args: Any, **options: Any) -> None:
        """No grid: the frame's marks are enough."""
