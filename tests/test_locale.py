"""The catalogs are complete, the language is found, forms agree with what they follow, and a language is a folder."""

from __future__ import annotations

import json
import shutil
import string
import subprocess
import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd_kr.locale import (
    Message,
    agreeing,
    agreement_rules,
    catalog,
    folder,
    glossary,
    language,
    languages,
    translate,
)


def particle(word: str, forms: str) -> str:
    return agreeing(word, forms, "ko")


# --- catalogs -------------------------------------------------------------------------------------------------------


def test_every_language_says_the_same_things() -> None:
    assert all(text.strip() for lang in languages() for text in catalog(lang).values())
    only_korean = {"language.font_package"}
    assert set(catalog("ko")) - only_korean == set(catalog("en"))


def test_particles_in_the_templates_are_real_ones() -> None:
    particles_known = {"과/와", "으로/로", "은/는", "을/를", "이/가", "이었습니다/였습니다"}
    particles_known |= {f"이{ending}/{ending}" for ending in ("거나", "라고", "라는", "며")} | {"이어야/여야"}
    for key, template in catalog("ko").items():
        for _, name, form, _ in string.Formatter().parse(template):
            # 과/와, never 와/과: the form after a consonant comes first
            assert not form or "/" not in form or form in particles_known, (key, name)
            assert name is None or name.isidentifier(), key
    for key, template in catalog("en").items():
        for _, name, form, _ in string.Formatter().parse(template):
            assert not form or "/" not in form or form.count(" ") == 2, (key, name)  # " step/ steps"


def test_translate() -> None:
    assert translate("stepper.leaf", "en", node="{node}", number="{0.__class__}") == "{node} = {0.__class__} is given."
    with pytest.raises(LookupError, match="'no.such.key'"):
        translate("no.such.key")
    with pytest.raises(LookupError, match="needs the piece 'number'"):
        translate("stepper.leaf", "en", node="a")
    pieces = tuple(Message("stepper.why.rest", {}) for _ in range(2))
    assert Message("stepper.why.sum", {"sum": pieces}).say("ko") == (
        "모두 더하면: 나머지 경로를 모두 합하면, 나머지 경로를 모두 합하면"
    )


# --- which language -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "lang", "expected"),
    [
        ({}, "ko", "ko"),
        ({"MICROGRAD_KR_LANG": "en"}, "ko_KR.UTF-8", "ko"),
        ({"MICROGRAD_KR_LANG": "ko", "LANG": "en_US.UTF-8"}, None, "ko"),
        ({"MICROGRAD_KR_LANG": "EN", "LANG": "ko_KR.UTF-8"}, None, "en"),
        ({"MICROGRAD_KR_LANG": "", "LANG": "ko_KR.UTF-8"}, None, "ko"),
        ({"LC_ALL": "ko_KR.eucKR", "LANG": "en_US"}, None, "ko"),
        ({"LC_ALL": "C", "LANG": "ko_KR"}, None, "en"),
        ({"LC_MESSAGES": "Korean_Korea.949"}, None, "ko"),
        ({"LANG": "kok_IN"}, None, "en"),
        ({"LANG": "fr_FR.UTF-8"}, None, "en"),
    ],
)
def test_the_language_is_found(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], lang: str | None, expected: str
) -> None:
    for name in ("MICROGRAD_KR_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language(lang) == expected


@pytest.mark.parametrize("wrong", ["fr", "", "한국어", "../en", 3])
def test_an_unknown_language_is_an_error_that_names_the_known_ones(wrong: object) -> None:
    with pytest.raises(ValueError, match="choose one of en, ko"):
        language(wrong)  # type: ignore[arg-type]


def test_an_unknown_language_in_the_environment_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROGRAD_KR_LANG", "klingon")
    with pytest.raises(ValueError, match="MICROGRAD_KR_LANG='klingon'"):
        language()


# --- agreement ------------------------------------------------------------------------------------------------------

# Words by how they end when a Korean reads them aloud.
VOWEL = """
    기울기 가중치 순전파 역전파 나무 2 4 5 9 12 0.5 -1.25 1e-05 1e+02 2/3 4/17 1000000000000 1,000,000,000,000
    a b c d e f g h i j k o p q s t u v w x y z X MLP bdrms loss price bias data error layer node weight mae
    root float gradient graph relu tanh sqrt log exp inf -inf True False θ π x1.5 w2 x_4 layer0.neuron2.w5
    (기울기) "w2" '가중치' a[2] tanh(x) 가중치!
"""
RIEUL = """
    손실 물 1 7 8 11 0.07 -8 1/3 l r L R lr URL label model total variable rule scale layer0.w1 x[8] (손실) “물”
"""
CONSONANT = """
    편향 값 미분값 3 6 0 13 10 100 1000 10000 100000000 10000000000000000 1,000 2026 -0.0 0.3 1.50 3/4 100/7 n^6
    m n M N GPT_n y_hat neuron sum sin cos tan step dot out dropout type
    group unit input target min line name nan v3 w[10] (값) '3' 「편향」
"""
FORMS = {
    "을/를": ("를", "을", "을"),
    "이/가": ("가", "이", "이"),
    "은/는": ("는", "은", "은"),
    "과/와": ("와", "과", "과"),
    "으로/로": ("로", "로", "으로"),
}


@pytest.mark.parametrize("forms", FORMS)
@pytest.mark.parametrize(("column", "words"), [(0, VOWEL), (1, RIEUL), (2, CONSONANT)])
def test_particles_agree(forms: str, column: int, words: str) -> None:
    for word in words.split():
        assert particle(word, forms) == FORMS[forms][column], word


@pytest.mark.parametrize("word", ["☆", "", "()", "数", "🙂", "…", "кот"])
def test_what_nobody_can_read_for_sure_gets_both_forms(word: str) -> None:
    assert [particle(word, forms) for forms in ("을/를", "이/가", "으로/로")] == ["을(를)", "이(가)", "(으)로"]


@given(st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")))
def test_hangul_ends_as_unicode_decomposes_it(syllable: str) -> None:
    jamo = unicodedata.normalize("NFD", syllable)
    expected = ("를", "로") if len(jamo) == 2 else ("을", "로" if jamo[2] == "\u11af" else "으로")
    assert (particle(f"x{syllable}", "을/를"), particle(f"x{syllable}", "으로/로")) == expected


@given(st.text())
def test_any_text_gets_a_particle(word: str) -> None:
    assert particle(word, "을/를") in ("을", "를", "을(를)")
    assert particle(word, "으로/로") in ("으로", "로", "(으)로")


def test_an_english_plural_agrees_with_its_number() -> None:
    assert [translate("livepage.steps_taken", "en", count=count) for count in ("1", "2", "21", "0")] == [
        "1 step", "2 steps", "21 steps", "0 steps"
    ]  # fmt: skip
    assert agreeing("word", "a/b", "en") == "b"


def test_a_language_without_rules_shows_both_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx" / "messages.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("MICROGRAD_KR_LOCALES", str(tmp_path))
    assert agreeing("word", "a/b", "xx") == "a(b)"


def test_every_language_explains_the_same_terms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terms = {lang: tomllib.loads((folder(lang) / "glossary.toml").read_text(encoding="utf-8")) for lang in languages()}
    english = terms["en"]
    assert all(list(found) == list(english) for found in terms.values())
    for lang, found in terms.items():
        names = [name for entry in found.values() for name in (entry["term"], *entry.get("also", ()))]
        assert len(set(names)) == len(names), "a name that stands for two terms"
        for entry in found.values():
            assert entry["explanation"].endswith("." if lang == "en" else "다.") and len(entry["term"]) < 24
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx" / "messages.toml").write_text("", encoding="utf-8")
    (tmp_path / "xx" / "glossary.toml").write_text('[leaf]\nterm = "xleaf"\nexplanation = "x"\n', encoding="utf-8")
    monkeypatch.setenv("MICROGRAD_KR_LOCALES", str(tmp_path))
    assert glossary("xx")["leaf"].term == "xleaf" and glossary("xx")["node"] == glossary("en")["node"]


def test_the_page_reads_the_rules_as_python_does() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node here")
    words = [word for text in (VOWEL, RIEUL, CONSONANT) for word in text.split()]
    words += ["☆", "()", "数", "é", "1" + "0" * 13, "1,000,000,000,000", "10e5", "x", ""]
    module = Path(__file__).parents[1].joinpath("micrograd_kr/livepage/script/shared/language.js").as_uri()
    rules = json.dumps(agreement_rules(folder("ko")))
    call = f"{json.dumps(words)}.flatMap(word => ['을/를', '으로/로'].map(forms => agreeing(word, forms, {rules})))"
    script = f"import {{agreeing}} from {json.dumps(module)};\nconsole.log(JSON.stringify({call}))"
    done = subprocess.run(
        [node, "--input-type=module", "-e", script], capture_output=True, check=True, encoding="utf-8"
    )
    assert json.loads(done.stdout) == [particle(word, forms) for word in words for forms in ("을/를", "으로/로")]
