"""What the later chapters claim: ten answers about backpropagation, the engine that readers build, true evidence."""

import io
import re
from contextlib import redirect_stdout
from importlib.util import find_spec

import pytest

from micrograd_kr import Value
from micrograd_kr.__main__ import main
from micrograd_kr.book.chapters import find_chapters
from micrograd_kr.book.links import without_links
from micrograd_kr.book.prose import prose_of
from micrograd_kr.book.running import perform
from micrograd_kr.locale import translate

for needed in ("matplotlib", "sklearn"):
    if find_spec(needed) is None:  # imported where it is used: every worker reads this file
        pytest.skip(f"could not import {needed!r}", allow_module_level=True)

CHAPTERS = {chapter.number: chapter for chapter in find_chapters()}

# A quiz on backpropagation: each question, the chapter that answers it, and its answer in that chapter's words.
QUIZ = [
    (
        "What is computed forwards, and what backwards?",
        7,
        "거슬러 올라가며, 가중치마다",
        "Backpropagation sets out from the cost",
    ),
    (
        "What does the chain rule say?",
        7,
        "경로를 따라 국소 미분을 곱한다",
        "multiply the local derivatives along the path",
    ),
    ("What does a node hand down?", 7, "위쪽 기울기 × 국소 미분", "upstream gradient × local derivative"),
    (
        "Where does the backward pass begin, and with what?",
        7,
        "맨 위에서는 1에서 시작합니다",
        "At the top it begins with 1",
    ),
    (
        "Why are the gradients of a value used twice added?",
        7,
        "변화는 둘 다 일어나므로",
        "The changes of both paths really happen",
    ),
    (
        "In which order do nodes pass on, and why?",
        7,
        "다 모인 다음에, 한 번만 넘깁니다",
        "after all parts of it have arrived",
    ),
    (
        "Why must gradients be reset?",
        7,
        "지난번 기울기 위에 이번 기울기가 쌓입니다",
        "the new gradient lands on top of the old one",
    ),
    ("How can the gradient of a weight be 0?", 7, "relu가 닫혔습니다", "relu is closed"),
    ("Which way does a weight with a positive gradient move?", 7, "양수이면 줄여야", "positive, decrease it"),
    ("What is a partial derivative?", 6, "편미분", "partial derivative"),
]


@pytest.mark.parametrize(("question", "number", "korean", "english"), QUIZ, ids=[row[0] for row in QUIZ])
def test_chapters_6_and_7_answer_a_quiz_on_backpropagation(question, number, korean, english):
    for language, answer in (("ko", korean), ("en", english)):
        text = without_links("\n".join(prose_of(CHAPTERS[number].name, language).sections.values()))
        assert answer in " ".join(text.replace("**", "").split()), question


def test_chapter_7_runs_its_counterexamples(performed):
    printed = "\n".join(shown.printed for shown in performed(7, "en").cells)
    assert "as they are met: gradient of a 8 (right: 4)" in printed
    assert "once, in order: gradient of a 4" in printed
    assert re.findall(r"gradient of w (\S+)", printed)[:4] == ["-4", "+0", "+0", "+0"]
    assert re.search(r"w after 30 times: 3\.0\d with reset, (?!3\.0)\S+ without", printed)
    assert translate("testing.gallery.unordered", "ko") in printed  # the chapter ran in Korean


def test_the_engine_of_chapter_8_has_forty_lines_and_conforms(tmp_path, monkeypatch, capsys, performed):
    cells = [cell for cell in CHAPTERS[8].cells("en") if cell.kind == "code" and "def __rtruediv__" in cell.source]
    (whole,) = cells
    source = whole.as_read()
    assert len([line for line in source.splitlines() if line.strip()]) <= 40
    (tmp_path / "my_engine.py").write_text(source, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MICROGRAD_KR_LANG", "ko")
    assert main(["check", "my_engine:Value"]) == 0
    by_command = capsys.readouterr().out
    assert "my_engine:Value: 기준에 맞습니다" in by_command
    judged = [shown.printed for shown in performed(8, "ko").cells if "judge(Value)" in shown.cell.source]
    assert judged[-1] == by_command.replace("my_engine:Value", "Value")


def test_the_unfinished_engine_of_chapter_8_is_judged_in_words(performed):
    printed = [shown.printed for shown in performed(8, "ko").cells if "judge(Value)" in shown.cell.source]
    unfinished, finished = printed
    assert "재귀 대신 리스트로" in unfinished
    assert "기준에 맞지 않습니다" in unfinished
    assert "틀림" not in finished
    assert "기준에 맞습니다" in finished


def test_each_step_of_chapter_8_computes_what_the_library_does():
    namespace, with_backward = {"__name__": "__main__"}, 0
    for cell in CHAPTERS[8].cells("en"):
        if cell.kind != "code" or "hide-input" in cell.tags or "judge(Value)" in cell.source:
            continue
        with redirect_stdout(io.StringIO()):
            exec(cell.as_read(small=True), namespace)
        engine = namespace["Value"]
        if hasattr(engine, "__mul__"):
            x, w, b = engine(3.0), engine(-2.0), engine(1.0)
            out = x * w + b
            assert out.data == (Value(3.0) * Value(-2.0) + Value(1.0)).data, cell.line
            if hasattr(engine, "backward"):
                with_backward += 1
                out.backward()
                assert (x.grad, w.grad, b.grad) == (-2.0, 3.0, 1.0), cell.line
    assert with_backward >= 4


def test_the_test_data_of_chapter_10_are_used_once():
    source = CHAPTERS[10].path.read_text(encoding="utf-8").partition("# %% [markdown] recap")[0]
    assert len(re.findall(r"\bX_test\b", source)) == 3  # made, counted, and looked at once


@pytest.mark.slow
def test_dropout_helps_where_chapter_10_says_so():
    printed = "\n".join(shown.printed for shown in perform(CHAPTERS[10], "en").cells)
    rows = {
        name: (float(accuracy), float(cost))
        for accuracy, cost, name in re.findall(r"validation accuracy +(\S+)% +validation cost (\S+)   (.+)", printed)
    }
    assert rows["dropout"][0] < rows["no cure"][0]
    for cure in ("augmentation", "penalty", "augmentation + penalty"):
        assert rows[cure][1] < 0.9 * rows["no cure"][1]
    (_, without), (_, using) = re.findall(r"dropout (\d+)%:.* validation accuracy (\S+)%", printed)
    assert float(using) > float(without) + 3
