"""Mobile numbers: the caller's flags, the spellings that mean one number, and how many digits there are."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.dialects.inwise.payloads.contacts import field_number, read_mobile
from linebook.dialects.kit import InvalidParameter

LOCAL: dict[str, Any] = {"code": "972", "trim": True, "add": True}
BARE: dict[str, Any] = {"code": None, "trim": False, "add": None}

READ: list[tuple[str, dict[str, Any], str]] = [
    # The documented case, and the one of the older page: an international number with the same flags.
    ("0541111111", LOCAL, "+972541111111"),
    ("972541111111", LOCAL, "+972541111111"),
    # Signs that do not count.
    ("972-54-1111111", BARE, "+972541111111"),
    ("972-541111111", BARE, "+972541111111"),
    ("+972 (54) 111.1111", BARE, "+972541111111"),
    ("972/54/1111111", BARE, "+972541111111"),
    ("\u200e972541111111\u202c", BARE, "+972541111111"),
    ("٩٧٢٥٤١١١١١١١", BARE, "+972541111111"),
    # An international prefix ends it, whatever the flags.
    ("+15551234567", LOCAL, "+15551234567"),
    ("0015551234567", LOCAL, "+15551234567"),
    ("00972541111111", BARE, "+972541111111"),
    ("+972541111111", {"code": "1", "trim": True, "add": True}, "+972541111111"),
    # No flags, no code: as sent.
    ("0541111111", BARE, "0541111111"),
    ("15551234567", BARE, "+15551234567"),
    # Trimming without a code, a code without trimming.
    ("0541111111", {"code": None, "trim": True, "add": None}, "541111111"),
    ("0541111111", {"code": "", "trim": True, "add": True}, "541111111"),
    ("0541111111", {"code": "972", "trim": False, "add": None}, "+9720541111111"),
    ("541111111", {"code": "972", "trim": False, "add": None}, "+972541111111"),
    ("541111111", LOCAL, "+972541111111"),
    # One zero only is local.
    ("0972541111", LOCAL, "+972972541111"),
    # The code is not to be added.
    ("0541111111", {"code": "972", "trim": True, "add": False}, "541111111"),
    ("541111111", {"code": "972", "trim": False, "add": False}, "+541111111"),
    # Every spelling of a code.
    ("0541111111", {"code": 972, "trim": True, "add": True}, "+972541111111"),
    ("0541111111", {"code": "+972", "trim": True, "add": True}, "+972541111111"),
    ("0541111111", {"code": "00972", "trim": True, "add": True}, "+972541111111"),
    ("0541111111", {"code": " (972) ", "trim": True, "add": True}, "+972541111111"),
    ("0541111111", {"code": 0, "trim": True, "add": True}, "541111111"),
    # As few and as many digits as there may be.
    ("123456", BARE, "+123456"),
    ("012345", BARE, "012345"),
    ("123456789012345", BARE, "+123456789012345"),
]


@pytest.mark.parametrize(("text", "flags", "number"), READ)
def test_a_number_is_read_as_the_flags_say(text: str, flags: dict[str, Any], number: str) -> None:
    phone = read_mobile(text, **flags)
    assert phone is not None and phone.text == number


@pytest.mark.parametrize("text", [None, "", "  ", "\t\n", "\u2003"])
def test_a_blank_is_no_number_and_no_fault(text: str | None) -> None:
    assert read_mobile(text, **LOCAL) is None


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("12345", BARE),
        ("1234567890123456", BARE),
        ("0541111111x", LOCAL),
        ("call 0541111111", LOCAL),
        ("054111111 ext 1", LOCAL),
        ("0", LOCAL),
        ("00", BARE),
        ("+0541111111", BARE),
        ("+", BARE),
        ("++972541111111", BARE),
        ("05411111111111", {"code": "97297", "trim": True, "add": True}),
        ("12345", LOCAL | {"code": "1" * 30}),
        ("5" * 41, BARE),
    ],
)
def test_what_is_no_number_is_refused(text: str, flags: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter) as refusal:
        read_mobile(text, **flags)
    assert refusal.value.name == "mobile_number"


def test_a_code_without_digits_is_refused() -> None:
    with pytest.raises(InvalidParameter) as refusal:
        read_mobile("0541111111", code="il", trim=True, add=True)
    assert refusal.value.name == "mobile_number_default_country_code"


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("field1", 1),
        ("1", 1),
        ("#field21#", 21),
        ("Field125", 125),
        (" 7 ", 7),
        ("0007", 7),
        ("field0", None),
        ("#7#", None),
        ("field 7", None),
        ("7.0", None),
        ("field12345678901", None),
        ("٧", None),
        ("", None),
    ],
)
def test_a_field_is_known_by_its_number(name: str, number: int | None) -> None:
    assert field_number(name) == number
