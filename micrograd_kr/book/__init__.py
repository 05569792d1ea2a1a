r"""The book: deep learning for people who do not programme for a living, as chapters that run.

The map
    chapters.py     a chapter is a Python script in percent format; its cells
    prose.py        the text of a chapter, one Markdown file a language
    wording.py      the code as a reader sees it, with the words of one language put in
    links.py        links to terms and chapters, and the headings that all chapters share
    questions.py    the questions at the end of a chapter, and their answers
    terms.py        which word the book uses for which idea
    running.py      running a chapter cell by cell
    binding.py      many chapters as one HTML file, or as a small site
    notebooks.py    a chapter as a Jupyter notebook
    saying.py       say, size                        what a chapter prints, and how much it trains
    pictures.py     figure, label, show, graph       figures in a font that draws the reader's letters
    plots.py        draw_boundary, draw_pixels, ...  figures that several chapters draw
    widgets.py      widget                           small pictures that the reader moves
    training.py     train, mean_cost, outputs, ...   training, compiled by jit where it is installed
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

A reader sees `say("first_house", ...)` as a `print` with the words in it, `size(200, small=12)` as `200`, and no import
of say, label and size. What is not folded must run by itself, in order: it uses no name from a folded cell.

The text is written once a language, in locale/LANGUAGE/chapters/NN_NAME.md: a section for each text cell, and in blocks
of TOML, wherever the translator likes them, the words that the code uses. In Korean:

    <!-- which_line -->
    ## 어느 직선이 더 나은가

    ```toml
    first_house = "첫 집의 값은 {price:.0f}천 달러입니다."     # say: the pieces are numbers or texts
    price_axis = "집값 (천 달러)"                              # label: a text inside a figure
    houses = "집 88채"                                         # show: the caption of the figure of that name
    houses_alt = "집이 넓을수록 비싼 점 88개의 산점도"         # what is seen in it, for who cannot see it (optional)
    "1,000 dollars" = "천 달러"                                # a comment (or docstring) of the code, translated
    ```

A chapter has each name and each key once, and its first heading is its title. What a language lacks is in English.
Where a chapter has no words of a key, those of another chapter are used.

Every chapter is built alike. Its cells are, in this order,

    # %% [markdown] NAME                  the title, and what the chapter is about
    # %% [markdown] aims                  a list, one `- ...` for each thing that the reader will be able to do
    ...                                   the chapter
    # %% [markdown] recap                 a list, one `- ...` for each thing to remember
    # %% [question] NAME predict          three to five questions, of at least two of the three kinds
    # %% [question] NAME choose
    # %% [question] NAME mend

The headings of aims, recap and questions, and the numbers of the questions, are the book's: their texts have none.

A question has code, which runs after the chapter, and in the text a section of its name. A line that begins with `=>`
is the answer; above it stands the question, below it the reason. The tests run the code and compare.

    predict     the reader sees the code and says what it prints. `=> 4.0` is what it prints.
    choose      the text has a numbered list, `1. ...`, `2. ...`, `3. ...`, and `=> 2` is the right one. The code is
                evidence, folded into the answer, and its last line prints the number of the right one.
    mend        a line of the code is wrong, and ends in a comment `# mend: THE RIGHT LINE`. The reader sees the wrong
                line without the comment; the right one is folded into the answer. `=> 1.64` is what the mended code
                prints; the wrong code prints something else, or raises an error.

    # %% [question] slope predict
    w = Value(3.0)
    ((w - 1) ** 2).backward()
    print(w.grad)

    # %% [question] forgotten mend
    w = Value(1.0)
    for step in range(2):
        cost = (w - 3) ** 2
        cost.backward()  # mend: w.grad = 0.0; cost.backward()
    print(w.grad)

    <!-- slope -->
    이 코드는 무엇을 출력할까요?

    => 4.0
    (w - 1)²의 기울기는 2(w - 1)입니다. w가 3이면 4입니다.

Questions use small numbers that do not depend on how long the chapter trained: they are the same at the small size.

Links. `[손실](term:loss)` links to the glossary, locale/LANGUAGE/glossary.toml (id -> term, explanation), and shows the
explanation as a tooltip; link each term where the book first uses it (the first chapter that needs it, both languages
the same terms), and again where a reader may have forgotten. `[3장](chapter:3)` links to a chapter, back or forward.
locale/LANGUAGE/terms.toml lists which word the book uses for an idea, and which words it therefore does not use; the
tests hold all chapters to it. A name that is met elsewhere may stand in brackets behind the book's: 정답(레이블).

The loss (손실) is of one example, the cost (비용) the mean of the losses of many: `loss(x, y)`, `mean_cost(loss)`.
Accuracy is on training data (called so), on validation data (to choose with) or on test data (looked at once).

Figures speak one language of colours, whatever they show
    POSITIVE (red), NEGATIVE (blue)      the sign of a number; also class 1 and class 0
    CLASSES                              class 0, 1, 2, ... where there are more than two
    DATA (grey), MODEL (green), ERROR (orange)
    TRAINING (green), VALIDATION (orange), TEST (purple)
Panels that share a colour bar share a scale: `draw_heat_map(axes, rows, largest=...)`, `draw_pixels(..., largest=...)`.
Axes have a label, with the unit. A figure is drawn once more for phones, its panels one below the other:
`figure(1, 2)` does it, `figure(2, 5, narrow=(5, 2))` says how. It has no background, for dark mode.

Pictures that the reader moves: `show("slope", widget("slope", lambda x: (x - 2) ** 2 + 1, at=5.0))` is one line in a
folded cell, `slope` the key of its caption. There are slope, learning_rate, nudge, temperature and sliding_filter; see
widgets. `show("graph", graph(loss))` shows a graph alive; give it a loss, so that there is something to train.

`book 3` runs a chapter in the terminal, `book 3 --html FILE` binds it, `book --html FOLDER` makes a site,
`book 3 --notebooks FOLDER` makes a notebook, in the language of --lang.

>>> import os; os.environ["MICROGRAD_KR_LANG"] = "en"
>>> say("one_loss", prediction=0.5, answer=1.5, loss=1.0)
prediction 0.5 cm, answer 1.5 cm: loss 1.00
"""

from micrograd_kr.locale import language

from .data_checks import BadDataError, check_cost, check_features, check_labels
from .pictures import (
    BLUE,
    CLASSES,
    DATA,
    ERROR,
    GREEN,
    GREY,
    MODEL,
    NEGATIVE,
    POSITIVE,
    RED,
    TEST,
    TRAINING,
    VALIDATION,
    YELLOW,
    figure,
    graph,
    label,
    show,
)
from .plots import draw_boundary, draw_heat_map, draw_pixels
from .saying import say, size
from .training import likeliest, mean_cost, mean_in_use, outputs, train
from .widgets import widget

__all__ = [
    "BLUE",
    "CLASSES",
    "DATA",
    "ERROR",
    "GREEN",
    "GREY",
    "MODEL",
    "NEGATIVE",
    "POSITIVE",
    "RED",
    "TEST",
    "TRAINING",
    "VALIDATION",
    "YELLOW",
    "BadDataError",
    "check_cost",
    "check_features",
    "check_labels",
    "draw_boundary",
    "draw_heat_map",
    "draw_pixels",
    "figure",
    "graph",
    "label",
    "language",
    "likeliest",
    "mean_cost",
    "mean_in_use",
    "outputs",
    "say",
    "show",
    "size",
    "train",
    "widget",
]
