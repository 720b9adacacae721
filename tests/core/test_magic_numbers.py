"""Numbers that say what becomes of a text, and no others."""

from __future__ import annotations

import pytest

from linebook.core.magic_numbers import PLAIN, Case, Script, script_of, send_code_of


@pytest.mark.parametrize(
    ("number", "script"),
    [
        ("+15005551005", Script(message_status=1005)),
        ("+15005550998", Script(message_status=998)),
        ("+15005570004", Script(case=Case.RECEIPT_EARLY)),
        ("+15005570000", PLAIN),
        ("+15005579999", PLAIN),
        ("+15005580250", Script(delay_ms=250)),
        ("+15005561234", PLAIN),
        ("+12065550101", PLAIN),
        ("+1500555100", PLAIN),
        ("+150055510055", PLAIN),
        ("5005551005", PLAIN),
    ],
)
def test_a_number_has_its_script(number: str, script: Script) -> None:
    assert script_of(number) == script


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+15005561234", -1234),
        ("+15005560855", -855),
        ("+15005560001", -1),
        ("+15005560000", None),
        ("+15005551234", None),
        ("+1500556123", None),
    ],
)
def test_a_number_has_its_send_code(number: str, code: int | None) -> None:
    assert send_code_of(number) == code
