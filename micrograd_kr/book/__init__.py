r"""The book: deep learning for people who do not programme for a living, as chapters that run.

The map
    chapters.py     a chapter is a Python script in percent format; its cells
    prose.py        the text of a chapter, one Markdown file a language
    wording.py      the code as a reader sees it, with the words of one language put in
    running.py      running a chapter cell by cell
    binding.py      many chapters as one HTML file
    saying.py       say, size                        what a chapter prints, and how much it trains
    pictures.py     figure, label, show, graph       figures in a font that draws the reader's letters
    plots.py        draw_boundary, draw_pixels, ...  figures that several chapters draw
    training.py     train, mean_cost, outputs, ...   the training loop, compiled by jit where it is installed
    data_checks.py  check_features, ...              bad data answered in words that a beginner can act on

Writing a chapter. The code is written once, in demos/book/NN_NAME.py (shipped as micrograd_kr/book/texts):

    # %% [markdown] which_line                       a text cell is only a name

    # %%                                             a code cell; the comment is English
    prices = [house.price for house in HOUSES]  # 1,000 dollars
    say("first_house", price=prices[0])

    # %% tags=["hide-input"]                         code that only draws: folded in the book
    canvas, axes = figure()
    axes.set_xlabel(label("price_axis"))
    show("houses", canvas)

The text is written once a language, in locale/LANGUAGE/chapters/NN_NAME.md: a section for each text cell, and in blocks
of TOML, wherever the translator likes them, the words that the code uses. In Korean:

    <!-- which_line -->
    ## 어느 직선이 더 나은가

    ```toml
    first_house = "첫 집의 값은 {price:.0f}천 달러입니다."     # say: the pieces are numbers or texts
    price_axis = "집값 (천 달러)"                              # label: a text inside a figure
    houses = "집 88채"                                         # show: the caption of the figure of that name
    "1,000 dollars" = "천 달러"                                # a comment (or docstring) of the code, translated
    ```

A chapter has each name and each key once, and its first heading is its title. What a language lacks is in English.
Where a chapter has no words of a key, those of another chapter are used. `book 3` runs a chapter in the terminal,
`book 3 --html FILE` binds it, `book 3 --notebooks FOLDER` makes a notebook, in the language of --lang.

>>> import os; os.environ["MICROGRAD_KR_LANG"] = "en"
>>> say("first_house", area=2.4, price=300)
The first house: 2.4 thousand square feet, sold for 300 thousand dollars
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
