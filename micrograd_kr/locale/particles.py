"""Korean particles that agree with what they follow: 을/를, 이/가, 은/는, 과/와, 으로/로.

A particle's form depends on how the word before it ends when read aloud: in a vowel, in ㄹ, or in another consonant.
Hangul shows that; digits, Latin letters and a few kinds of words are read by the tables below, which are plain data
so that a web page can use the same ones. What nobody can read for sure gets both forms: `☆을(를)`.

>>> [word + particle(word, "을/를") for word in ("손실", "기울기", "3", "-1.25", "1000000000000", "x", "loss", "(n)")]
['손실을', '기울기를', '3을', '-1.25를', '1000000000000를', 'x를', 'loss를', '(n)을']
>>> [word + particle(word, "으로/로") for word in ("기울기", "손실", "값", "1/3", "relu", "model", "☆")]
['기울기로', '손실로', '값으로', '1/3로', 'relu로', 'model로', '☆(으)로']
"""

from __future__ import annotations

import re

# How a word ends when it is read: "" in a vowel, "ㄹ" in that consonant, "ㅇ" standing for every other consonant.
VOWEL, RIEUL, CONSONANT = "", "ㄹ", "ㅇ"

# The last sound of a digit (영 일 이 삼 사 오 육 칠 팔 구) and of a letter that is read by its name (에이 비 ... 제트).
DIGITS = dict(zip("0123456789", "ㅇㄹ_ㅇ__ㅇㄹㄹ_", strict=True))
LETTERS = {**dict.fromkeys("abcdefghijkopqstuvwxyz", "_"), "l": "ㄹ", "r": "ㄹ", "m": "ㅇ", "n": "ㅇ"}
GREEK = dict(zip("αβγδεζηθικλμνξοπρστυφχψω", "________________________", strict=True)) | {"ε": "ㅇ", "υ": "ㅇ"}
# A whole number that ends in zeros is read by its last unit: 십 백 천 만, 억, 조, 경.
UNITS = ((16, CONSONANT), (12, VOWEL), (1, CONSONANT))
# Words whose Korean reading their spelling does not tell: 코사인, 아크코사인.
WORDS = {"cos": "ㅇ", "acos": "ㅇ"}
# Endings of Latin words, the first that fits: table 테이블, model 모델, line 라인, step 스텝, dropout 드롭아웃.
ENDINGS = (
    (r"[^aeiou]le|[aeiou]le|l", "ㄹ"),
    (r"[aeiou][mn]e|[mn]|ng|(?<![aeiou])[aeiou][ptkbc]|ck|out|oup|type", "ㅇ"),
    (r".", "_"),
)

_SKIPPED = re.compile(r"[\s\"'`’”»›)\]}>〉》」』】.,!?…:;*_|/\\~-]+$")
_LAST_WORD = re.compile(r"[A-Za-z]+$")
_FRACTION = re.compile(r"(\d+)/\d+$")
_WHOLE_NUMBER = re.compile(r"(?<![\d.])(?<!\de)(?<!\de[+-])([1-9][\d,]*?)(0+)$")


def last_sound(word: str) -> str | None:
    """How `word` ends when read: VOWEL, RIEUL, CONSONANT, or None if that cannot be told.

    Closing quotes, brackets and punctuation are not read.

    >>> last_sound("물"), last_sound("밥"), last_sound("나"), last_sound("?!")
    ('ㄹ', 'ㅇ', '', None)
    """
    word = _SKIPPED.sub("", word)
    if not word:
        return None
    last = word[-1]
    if "가" <= last <= "힣":
        final = (ord(last) - ord("가")) % 28
        return VOWEL if final == 0 else RIEUL if final == 8 else CONSONANT
    if last in DIGITS:
        return _sound_of_number(word)
    letters = _LAST_WORD.search(word)
    if letters:
        return _sound_of_latin(letters.group())
    sound = GREEK.get(last.lower())
    return None if sound is None else sound.strip("_")


def _sound_of_number(word: str) -> str:
    fraction = _FRACTION.search(word)
    if fraction:  # 1/3 is read 삼분의 일
        return _sound_of_number(fraction.group(1))
    whole = _WHOLE_NUMBER.search(word.replace(",", ""))
    if whole:
        zeros = len(whole.group(2))
        return next(sound for least, sound in UNITS if zeros >= least)
    return DIGITS[word[-1]].strip("_")


def _sound_of_latin(word: str) -> str:
    lower = word.lower()
    if lower in WORDS:
        return WORDS[lower].strip("_")
    spelt_out = len(word) == 1 or word.isupper() or not re.search("[aeiouy]", lower)
    if spelt_out:
        return LETTERS[lower[-1]].strip("_")
    return next(sound for ending, sound in ENDINGS if re.search(f"(?:{ending})$", lower)).strip("_")


def particle(word: str, forms: str) -> str:
    """The one of two `forms`, after a consonant and after a vowel, that follows `word`.

    Args:
        word: what the particle follows; it is not changed.
        forms: such as "을/를": the form after a consonant, a slash, the form after a vowel.

    Returns:
        The form; both of them, as in "을(를)", if how the word ends cannot be told.
    """
    after_consonant, after_vowel = forms.split("/")
    sound = last_sound(word)
    if sound is None:
        if after_consonant.endswith(after_vowel):  # (으)로
            return f"({after_consonant.removesuffix(after_vowel)}){after_vowel}"
        return f"{after_consonant}({after_vowel})"
    if sound == VOWEL or (sound == RIEUL and after_consonant.startswith("으")):
        return after_vowel
    return after_consonant
