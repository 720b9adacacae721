"""A text that is a word by itself stops or starts texts; a text that holds one does not."""

from __future__ import annotations

import unicodedata

import pytest

from linebook.core.stop_words import DEFAULT_WORDS, StopWords, WordEffect, word_of

STOP = ["STOP", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPT OUT", "ARRET", "ARRÊT", "הסר"]
START = ["START", "YES", "UNSTOP", "NONARRET", "NONARRÊT"]
EXPECTED = [
    *((word, WordEffect.STOP) for word in STOP),
    *((word, WordEffect.START) for word in START),
    ("STOPALL", WordEffect.STOP_ALL),
    ("HELP", WordEffect.HELP),
]


@pytest.mark.parametrize(("word", "effect"), EXPECTED)
def test_a_word_counts_however_it_is_written(word: str, effect: WordEffect) -> None:
    words = StopWords()
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in word)
    for text in (
        word,
        word.lower(),
        word.title(),
        f" \n{word}\t",
        f"{word}.",
        f"“{word}”!",
        f"\u200f{word}\u200e",
        unicodedata.normalize("NFD", word),
        wide,
        word.replace(" ", "\u00a0 "),
    ):
        assert words.effect_of(text) is effect, ascii(text)


@pytest.mark.parametrize(
    "text", ["", " ", ".", "please stop", "stop it", "don't stop", "stopp", "st op", "yes please", "STOP" * 20, "1"]
)
def test_any_other_text_asks_for_nothing(text: str) -> None:
    assert StopWords().effect_of(text) is None


def test_an_account_may_add_change_and_take_away_words() -> None:
    words = StopWords([("Basta!", WordEffect.STOP), ("yes", None), ("End", WordEffect.HELP), (" ", WordEffect.STOP)])
    assert words.effect_of("BASTA") is WordEffect.STOP
    assert words.effect_of("YES") is None
    assert words.effect_of("end") is WordEffect.HELP
    assert words.effect_of("") is None
    assert StopWords().effect_of("YES") is WordEffect.START


def test_the_default_words_stand_in_the_form_they_are_looked_up_by() -> None:
    assert {word_of(word) for word in DEFAULT_WORDS} == set(DEFAULT_WORDS)
    assert "" not in DEFAULT_WORDS
