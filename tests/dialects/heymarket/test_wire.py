"""How times, numbers and names of fields are read and written."""

from __future__ import annotations

import msgspec
import pytest

from linebook.dialects.heymarket import HEYMARKET
from linebook.dialects.heymarket.errors import reason_of
from linebook.dialects.heymarket.payloads.wire import decode_body, read_phone, read_time, time_text
from linebook.dialects.kit import InvalidParameter, MissingParameter
from linebook.errors import (
    ContactExists,
    DomainError,
    GateFull,
    IdTaken,
    InvalidMember,
    KeyConflict,
    NotPermitted,
    StorageRefused,
    StorageUnavailable,
)

MS = 1_772_442_900_120


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2026-03-02T09:15:00.120Z", MS),
        ("2026-03-02T09:15:00.12Z", MS),
        ("2026-03-02T09:15:00.120000000Z", MS),
        ("2026-03-02T09:15:00.120000001Z", MS + 1),
        ("2026-03-02T09:15:00.1191Z", MS),
        ("2026-03-02T11:45:00.120+02:30", MS),
        ("2026-03-02T06:45:00.120-02:30", MS),
        ("2026-03-02T09:15:00Z", MS - 120),
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999Z", -1),
    ],
)
def test_a_time_is_read_to_the_millisecond_above(text: str, at_ms: int) -> None:
    assert read_time(text) == at_ms


@pytest.mark.parametrize("at_ms", [0, MS, 253_402_300_799_999])
def test_a_time_that_is_written_is_read_as_it_was(at_ms: int) -> None:
    assert read_time(time_text(at_ms)) == at_ms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-3-2T09:15:00Z",
        "2026-03-02T09:15",
        "2026-02-30T09:15:00Z",
        "2026-03-02T09:15:60Z",
        "٢٠٢٦-03-02T09:15:00Z",
    ],
)
def test_what_is_no_time_names_the_parameter(text: str) -> None:
    if text == "2026-03-02T09:15":
        assert read_time(text) == MS - 120
        return
    with pytest.raises(InvalidParameter) as refusal:
        read_time(text)
    assert refusal.value.name == "date"


@pytest.mark.parametrize(
    ("value", "text"), [("15105553344", "+15105553344"), ("+4930901820", "+4930901820"), (12345678, "+12345678")]
)
def test_a_number_is_read(value: str | int, text: str) -> None:
    assert read_phone(value).text == text


class Inner(msgspec.Struct):
    size: int


class Outer(msgspec.Struct):
    inner: list[Inner]
    name: str = ""


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"{}", "inner"),
        (b'{"inner": [{}]}', "inner[0].size"),
        (b'{"inner": [{"size": "x"}]}', "inner[0].size"),
        (b'{"inner": [], "name": 5}', "name"),
        (b'"text"', "body"),
    ],
)
def test_a_body_that_does_not_fit_names_what_is_to_blame(body: bytes, name: str) -> None:
    with pytest.raises((InvalidParameter, MissingParameter)) as refusal:
        decode_body(msgspec.json.Decoder(Outer, strict=False), body)
    assert refusal.value.name == name  # type: ignore[attr-defined]
    assert reason_of(refusal.value).field == name.split("[", maxsplit=1)[0].split(".", maxsplit=1)[0]


@pytest.mark.parametrize(
    ("error", "status", "code", "field"),
    [
        (KeyConflict(email_owner=1, phone_owner=2), 400, "phone_in_use", "phone"),
        (KeyConflict(email_owner=1, phone_owner=None), 400, "email_in_use", "email"),
        (InvalidMember("first_name", "is odd"), 400, "invalid_field", "first"),
        (InvalidMember("fields", "is odd"), 400, "invalid_field", "custom"),
        (InvalidMember("company", "is odd"), 400, "invalid_field", "company"),
        (InvalidParameter("[3].tags[0].tag_id", "is odd"), 400, "invalid_field", "tags"),
        (InvalidParameter("[3]", "is odd"), 400, "invalid_field", "[3]"),
        (ContactExists(5), 400, "contact_exists", msgspec.UNSET),
        (StorageRefused(), 400, "invalid_field", msgspec.UNSET),
        (IdTaken(), 400, "bad_data", msgspec.UNSET),
        (DomainError(), 400, "bad_data", msgspec.UNSET),
        (NotPermitted(), 403, "not_permitted", msgspec.UNSET),
        (GateFull(), 503, "internal_error", msgspec.UNSET),
        (StorageUnavailable("/var/lib/linebook.db is locked"), 503, "internal_error", msgspec.UNSET),
        (RuntimeError("secret"), 500, "internal_error", msgspec.UNSET),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_every_error_has_its_status_and_code(
    error: Exception, status: int, code: str, field: str | msgspec.UnsetType
) -> None:
    reason = reason_of(error)
    assert (reason.status, reason.code, reason.field) == (status, code, field)
    if status >= 500:
        assert str(error) not in reason.message


def test_the_n8n_surface_has_names_of_its_own() -> None:
    assert reason_of(InvalidMember("first_name", "is odd"), is_n8n=True).field == "first_name"
    assert reason_of(InvalidMember("notes", "is odd"), is_n8n=True).field == "note"


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/v1/contact", "/v1/contact"),
        ("/v1/contact/", "/v1/contact"),
        ("/v1/contact//", "/v1/contact"),
        ("//v1//contact", "/v1/contact"),
        ("/V1/contact", None),
        ("/v2", "/v2"),
        ("/n8n/v1/lists/", "/n8n/v1/lists"),
        ("/", None),
        ("", None),
        ("*", None),
        ("/v10/contact", None),
        ("/api/v1/contact", None),
        ("/contact/save", None),
        ("/rest/v1/contacts", None),
    ],
)
def test_which_paths_are_ours(path: str, normal: str | None) -> None:
    assert HEYMARKET.normal_path(path) == normal
