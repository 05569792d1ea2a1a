"""The catalogs are complete and compiled, the language is found, and Korean particles agree with what they follow."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_kr.locale as locale
from micrograd_kr.locale import Message, catalog, language, languages, particle, translate
from micrograd_kr.locale.particles import last_sound

FOLDER = Path(locale.__file__).parent
PARTS = sorted(path.stem for path in FOLDER.glob("en/LC_MESSAGES/*.po"))


# --- catalogs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("lang", languages())
def test_the_compiled_catalog_is_that_of_the_source(part: str, lang: str) -> None:
    pofile = pytest.importorskip("babel.messages.pofile")
    file = FOLDER / lang / "LC_MESSAGES" / f"{part}.po"
    with file.open("rb") as source:
        read = pofile.read_po(source, locale=lang, abort_invalid=True)
    messages = [message for message in read if message.id]
    assert not any(message.fuzzy for message in messages)
    advice = f"compile it again: pybabel compile -d micrograd_kr/locale -D {part}"
    assert {m.id: m.string for m in messages} == locale.read_mo(file.with_suffix(".mo").read_bytes()), advice


@pytest.mark.parametrize("part", PARTS)
def test_every_language_says_the_same_things(part: str) -> None:
    keys = {}
    for lang in languages():
        messages = locale.read_mo((FOLDER / lang / "LC_MESSAGES" / f"{part}.mo").read_bytes())
        assert all(text.strip() for text in messages.values())
        keys[lang] = set(messages)
    assert keys["ko"] == keys["en"]


def test_no_two_parts_share_a_key() -> None:
    for lang in languages():
        parts = [locale.read_mo(path.read_bytes()) for path in (FOLDER / lang / "LC_MESSAGES").glob("*.mo")]
        assert sum(map(len, parts)) == len(catalog(lang))


def test_particles_in_the_templates_are_real_ones() -> None:
    particles_known = {"과/와", "으로/로", "은/는", "을/를", "이/가", "이었습니다/였습니다"}
    particles_known |= {f"이{ending}/{ending}" for ending in ("거나", "라고", "라는", "며")} | {"이어야/여야"}
    for key, template in catalog("ko").items():
        for _, name, form, _ in string.Formatter().parse(template):
            assert form in (None, "") or form.count("/") == 1, (key, name)
            assert not form or form in particles_known, (key, name)  # 과/와, never 와/과: after a consonant comes first
            assert name is None or name.isidentifier(), key
    for key, template in catalog("en").items():
        assert all(not form for _, _, form, _ in string.Formatter().parse(template)), key


def test_python_s_own_gettext_reads_the_catalogs() -> None:
    import gettext

    spoken = gettext.translation("stepper", FOLDER, ["ko"])
    assert spoken.gettext("stepper.leaf") == catalog("ko")["stepper.leaf"]


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


# --- particles ------------------------------------------------------------------------------------------------------

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
    import unicodedata

    jamo = unicodedata.normalize("NFD", syllable)
    assert last_sound(f"x{syllable}") == ("" if len(jamo) == 2 else "ㄹ" if jamo[2] == "\u11af" else "ㅇ")


@given(st.text())
def test_any_text_gets_a_particle(word: str) -> None:
    assert particle(word, "을/를") in ("을", "를", "을(를)")
    assert particle(word, "으로/로") in ("으로", "로", "(으)로")
