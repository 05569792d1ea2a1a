"""Widgets: small pictures that the reader moves, each one HTML file with nothing from outside.

    widget("slope", function, at=5.0)                   the slope of a curve, at a point that is dragged
    widget("learning_rate", function, start=-1.0)       the steps of gradient descent, for a rate that is dragged
    widget("nudge", function, at=1.0)                   what a nudge really does, and what the gradient foretells
    widget("temperature", scores, names=[...])          softmax, hotter and colder
    widget("sliding_filter", picture, weights)          a filter that slides over a picture

Every number in a widget was computed here, by Values, for each position that the slider can take: the script only shows
it. So whatever a Value can compute can be moved, and what is shown is what `backward()` gives.

>>> moved = widget("slope", lambda x: (x - 2) ** 2 + 1, at=5.0, lang="en")
>>> moved
<Widget slope>
>>> moved.data["slopes"][moved.data["start"]]
6.0
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from micrograd_kr import Value, dot, nn
from micrograd_kr.locale import language, translate

Curve = Callable[[Any], Any]  # from a Value to a Value

_POSITIONS = 120  # that a slider can take, and one more
_HEIGHTS = {"slope": 540, "learning_rate": 590, "nudge": 320, "temperature": 360, "sliding_filter": 520}


class Widget(NamedTuple):
    """A picture that the reader moves; in a notebook it shows itself.

    Attributes:
        html: the whole page.
        height: in pixels.
        kind: its name.
        data: the numbers in it.
    """

    html: str
    height: int
    kind: str
    data: dict[str, Any]

    def _repr_html_(self) -> str:
        frame = f'<iframe sandbox="allow-scripts" title="{self.kind}" width="100%" height="{self.height}"'
        return f'{frame} frameborder="0" srcdoc="{escape(self.html, quote=True)}"></iframe>'

    def __repr__(self) -> str:
        return f"<Widget {self.kind}>"


def widget(kind: str, *arguments: Any, lang: str | None = None, **options: Any) -> Widget:
    """A widget of a kind, for `show`.

    Args:
        kind: `slope`, `learning_rate`, `nudge`, `temperature` or `sliding_filter`.
        arguments, options: as of the function of that name in this module.
        lang: its language; by default the reader's.

    Raises:
        ValueError: the kind is unknown.
    """
    if kind not in _KINDS:
        raise ValueError(f"{kind!r} is not a widget: choose {', '.join(_KINDS)}")
    data = _KINDS[kind](*arguments, **options)
    return Widget(_page(kind, data, language(lang)), _HEIGHTS[kind], kind, data)


# --- their numbers ---------------------------------------------------------------------------------------------------


def slope(function: Curve, at: float, *, low: float | None = None, high: float | None = None, **names: str) -> Any:
    """A curve, and its slope wherever the reader drags the point.

    Args:
        function: from a Value to a Value.
        at: where the point is at first.
        low, high: from where to where the curve is drawn; by default around `at`.
        names: `x` and `y`, what is written at the axes.
    """
    xs = _positions(at - 4 if low is None else low, at + 4 if high is None else high, at)
    ys, slopes = zip(*[_at(function, x) for x in xs], strict=True)
    return {"xs": xs, "ys": ys, "slopes": slopes, "start": xs.index(at), **_named(names)}


def learning_rate(
    function: Curve,
    start: float,
    *,
    low: float,
    high: float,
    rates: tuple[float, float] = (0.01, 1.2),
    steps: int = 12,
    **names: str,
) -> Any:
    """Gradient descent on a curve, for each of many learning rates.

    Args:
        function: from a Value to a Value.
        start: where every descent begins.
        low, high: from where to where the curve is drawn.
        rates: the smallest and the greatest learning rate.
        steps: how many steps are taken.
        names: `x` and `y`, what is written at the axes.
    """
    xs = _positions(low, high, start)
    least, most = map(math.log, rates)
    offered = [_rounded(math.exp(least + (most - least) * i / _POSITIONS)) for i in range(_POSITIONS + 1)]
    paths = [_descent(function, start, rate, steps) for rate in offered]
    ys = [_at(function, x)[0] for x in xs]
    return {"xs": xs, "ys": ys, "rates": offered, "paths": paths, "start": _POSITIONS // 3, **_named(names)}


def nudge(function: Curve, at: float, *, largest: float = 1.0, **names: str) -> Any:
    """A weight that is nudged: the real change of the loss beside the change that the gradient foretells.

    Args:
        function: from the weight to the loss, both Values.
        at: the weight.
        largest: the greatest nudge to both sides.
        names: `x` and `y`, what the weight and the loss are called.
    """
    before, gradient = _at(function, at)
    nudges = _positions(-largest, largest, 0.0)
    real = [_at(function, at + each)[0] - before for each in nudges]
    return {
        "at": at,
        "before": before,
        "gradient": gradient,
        "nudges": nudges,
        "real": real,
        "start": nudges.index(0.0) + _POSITIONS // 4,
        **_named(names),
    }


def temperature(scores: Sequence[float], names: Sequence[str] = (), *, rates: tuple[float, float] = (0.1, 10.0)) -> Any:
    """Softmax of the scores divided by a temperature.

    Args:
        scores: one for each class.
        names: what the classes are called.
        rates: the lowest and the highest temperature.
    """
    least, most = map(math.log, rates)
    offered = [math.exp(least + (most - least) * i / _POSITIONS) for i in range(_POSITIONS + 1)]
    offered = [1.0 if abs(math.log(each)) < (most - least) / _POSITIONS / 2 else _rounded(each) for each in offered]
    shares = [[float(p) for p in nn.softmax([Value(score / each) for score in scores])] for each in offered]
    called = [*names] or [str(number) for number in range(len(scores))]
    start = min(range(len(offered)), key=lambda place: abs(math.log(offered[place])))
    return {"scores": [*scores], "names": called, "temperatures": offered, "shares": shares, "start": start}


def sliding_filter(picture: Sequence[Sequence[float]], weights: Sequence[Sequence[float]]) -> Any:
    """A filter that slides over a picture: at each place the sum of the products.

    Args:
        picture: rows of pixels.
        weights: rows of the filter's weights.
    """
    size, wide = len(weights), len(weights[0])
    rows, columns = len(picture) - size + 1, len(picture[0]) - wide + 1
    answers = [
        [
            float(
                dot(
                    [Value(float(picture[row + i][column + j])) for i in range(size) for j in range(wide)],
                    [float(weights[i][j]) for i in range(size) for j in range(wide)],
                    0.0,
                )
            )
            for column in range(columns)
        ]
        for row in range(rows)
    ]
    plain = [[float(x) for x in row] for row in picture]
    return {"picture": plain, "weights": [[float(w) for w in row] for row in weights], "answers": answers, "start": 0}


_KINDS: dict[str, Callable[..., dict[str, Any]]] = {
    "slope": slope,
    "learning_rate": learning_rate,
    "nudge": nudge,
    "temperature": temperature,
    "sliding_filter": sliding_filter,
}


def _at(function: Curve, x: float) -> tuple[float, float]:
    """The function and its slope at x."""
    point = Value(float(x))
    out = function(point)
    out.backward()
    return float(out.data), float(point.grad)


def _positions(low: float, high: float, through: float) -> list[float]:
    """Numbers from low to high in even steps, of which one is exactly `through`."""
    step = (high - low) / _POSITIONS
    before = round((through - low) / step)
    return [through if i == before else _rounded(through + (i - before) * step) for i in range(_POSITIONS + 1)]


def _rounded(x: float) -> float:
    return float(f"{x:.4g}")


def _descent(function: Curve, start: float, rate: float, steps: int) -> list[list[float]]:
    """The places and heights of gradient descent, as far as they are numbers that can be drawn."""
    x, path = start, []
    for _ in range(steps + 1):
        height, gradient = _at(function, x)
        if not abs(height) < 1e12:
            break
        path.append([x, height])
        x -= rate * gradient
    return path


def _named(names: dict[str, str]) -> dict[str, str]:
    unknown = set(names) - {"x", "y"}
    if unknown:
        raise TypeError(f"a widget names its axes x and y, not {', '.join(sorted(unknown))}")
    return {"x": names.get("x", "x"), "y": names.get("y", "y")}


# --- the page --------------------------------------------------------------------------------------------------------

_WORDS = ("place", "height", "slope", "rate", "steps", "after", "nudge", "foretold", "real", "temperature", "filter_at")


def _page(kind: str, data: dict[str, Any], lang: str) -> str:
    style, script = _part("widgets.css"), f'"use strict";\n{{\n{_part("widgets.js")}}}\n'
    words = {key: translate(f"book.widget.{key}", lang) for key in _WORDS}
    text = json.dumps({"kind": kind, "words": words, **data}, ensure_ascii=False, allow_nan=False)
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    policy = f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'"
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{escape(translate(f'book.widget.title.{kind}', lang))}</title>\n<style>{style}</style>\n</head>\n"
        f'<body>\n<main id="widget"></main>\n<script type="application/json" id="data">{text}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _part(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
