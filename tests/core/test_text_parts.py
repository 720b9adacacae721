"""Texts are cut into as few parts as possible, and nothing is cut in two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linebook.core.text_parts import (
    ALONE,
    GSM7_BASIC,
    GSM7_EXTENSION,
    JOINED,
    Alphabet,
    alphabet_of,
    count_parts,
    split_text,
)

SEVEN_BIT = st.text(st.sampled_from([*(set(GSM7_BASIC) - {"\x1b"}), *GSM7_EXTENSION]), max_size=700)
ANY_TEXT = SEVEN_BIT | st.text(max_size=400) | st.text(st.sampled_from("aé€😀ы"), max_size=400)


def units(text: str, alphabet: Alphabet) -> int:
    """How much room a text takes, by the encodings themselves."""
    if alphabet is Alphabet.UCS2:
        return len(text.encode("utf-16-be", "surrogatepass")) // 2
    return sum(2 if one in GSM7_EXTENSION else 1 for one in text)


def test_the_basic_table_has_128_places_and_every_character_once() -> None:
    assert len(GSM7_BASIC) == len(set(GSM7_BASIC)) == 128
    assert [GSM7_BASIC.index(one) for one in "@\n\r_ 0?¡A§¿aà"] == [0, 10, 13, 17, 32, 48, 63, 64, 65, 95, 96, 97, 127]
    assert not set(GSM7_BASIC) & set(GSM7_EXTENSION)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ы" * 70, 1),
        ("ы" * 71, 2),
        ("ы" * 134, 2),
        ("ы" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
        ("a" * 69 + "ç", 1),
        ("a" * 70 + "ç", 2),
    ],
)
def test_a_text_takes_so_many_parts(text: str, parts: int) -> None:
    assert count_parts(text) == parts
    assert len(split_text(text).parts) == parts


def test_the_escape_and_a_character_of_neither_table_need_sixteen_bits() -> None:
    assert [alphabet_of(one) for one in ("ù€", "\x1b", "ç", "`")] == [
        Alphabet.GSM7,
        Alphabet.UCS2,
        Alphabet.UCS2,
        Alphabet.UCS2,
    ]


@given(ANY_TEXT)
def test_the_parts_are_the_text_and_each_fits_and_none_could_take_more(text: str) -> None:
    whole = split_text(text)
    sizes = [units(part, whole.alphabet) for part in whole.parts]
    assert "".join(whole.parts) == text
    assert count_parts(text) == len(sizes)
    if len(sizes) == 1:
        assert sizes[0] <= ALONE[whole.alphabet]
        return
    room = JOINED[whole.alphabet]
    assert units(text, whole.alphabet) > ALONE[whole.alphabet]
    for size, following in zip(sizes, whole.parts[1:], strict=False):
        assert size <= room < size + units(following[0], whole.alphabet)
    assert 0 < sizes[-1] <= room
