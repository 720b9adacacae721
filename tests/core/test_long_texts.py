"""A text that is too long is cut between two characters, and its file has all of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linebook.core.file_kinds import TEXT
from linebook.core.long_texts import shortened


@pytest.mark.parametrize("text", ["", "a", "a" * 10, "\N{EURO SIGN}" * 3])
def test_a_text_that_fits_stays_whole_and_has_no_file(text: str) -> None:
    assert shortened(text, 10) == (text, None)


@pytest.mark.parametrize(
    ("text", "beginning"),
    [("a" * 11, "a" * 10), ("\N{EURO SIGN}" * 4, "\N{EURO SIGN}" * 3), ("\N{SLEEPY FACE}" * 3, "\N{SLEEPY FACE}" * 2)],
)
def test_a_longer_one_keeps_its_beginning(text: str, beginning: str) -> None:
    body, file = shortened(text, 10)
    assert body == beginning
    assert file is not None
    assert (file.file_name, file.declared, file.data) == ("message.txt", TEXT, text.encode())


def test_what_no_file_can_hold_is_replaced() -> None:
    _, file = shortened("ab\udc00cd", 3)
    assert file is not None
    assert file.data == b"ab?cd"


@given(st.text(), st.integers(1, 40))
def test_the_beginning_is_as_long_as_it_can_be(text: str, limit_bytes: int) -> None:
    body, file = shortened(text, limit_bytes)
    assert text.startswith(body)
    assert len(body.encode()) <= limit_bytes
    assert (file is None) == (body == text)
    if body != text:
        assert len(text[: len(body) + 1].encode()) > limit_bytes
