"""The book: deep learning for people who do not programme for a living, as chapters that run.

The chapters are Python files in percent format (`demos/book`, shipped as `micrograd_kr/book/texts`): they run as
scripts, open as notebooks, and are bound into one illustrated HTML file by `python -m micrograd_kr book`. What stands
here is what a chapter needs beside Value and nn, so that its own lines are about learning and nothing else:

    say, label                 a sentence, or a label in a figure, in Korean or English
    size                       how much to train: in full, or just enough for a test
    figure, show               a matplotlib figure with a font that draws Hangul, shown wherever the chapter runs
    mean_cost, train           the mean cost over examples, compiled by jit where it is installed; the training loop
    check_features, ...        bad data answered in words that a beginner can act on

>>> import os; os.environ["MICROGRAD_KR_LANG"] = "en"
>>> say(ko="안녕하세요", en="hello")
hello
"""

from micrograd_kr.locale import language

from .data_checks import BadDataError, check_cost, check_features, check_labels
from .pictures import BLUE, GREEN, GREY, RED, YELLOW, figure, graph, label, show
from .plots import draw_boundary, draw_heat_map, draw_pixels
from .saying import say, size
from .training import likeliest, mean_cost, outputs, train

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "RED",
    "YELLOW",
    "BadDataError",
    "check_cost",
    "check_features",
    "check_labels",
    "draw_boundary",
    "draw_heat_map",
    "draw_pixels",
    "figure",
    "label",
    "graph",
    "language",
    "likeliest",
    "mean_cost",
    "outputs",
    "say",
    "show",
    "size",
    "train",
]
