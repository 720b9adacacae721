"""POST /contacts: what is refused, and which parameter is named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dialects.inwise.asking import refused
from tests.dialects.inwise.form import bad, missing, unknown
from tests.kit.wire import Runner

pytestmark = pytest.mark.asyncio(loop_scope="session")


BAD_BODIES: list[tuple[str, Any, dict[str, object]]] = [
    ("nothing", {}, missing("email")),
    ("nulls", {"id": None, "email": None, "mobile_number": None}, missing("email")),
    ("blanks", {"id": 0, "email": " ", "mobile_number": "\t"}, missing("email")),
    ("members that are not known", {"Email": "x@example.test", "phone": "972501234500"}, missing("email")),
    ("other members only", {"fields": [{"name": "field1", "content": "x"}], "external_id": "7"}, missing("email")),
    ("a negative id", {"id": -5, "email": "x@example.test"}, bad("id")),
    ("an id of letters", {"id": "x", "email": "x@example.test"}, bad("id")),
    ("an id that is an object", {"id": {}, "email": "x@example.test"}, bad("id")),
    ("an id that is true", {"id": True, "email": "x@example.test"}, bad("id")),
    *(
        (f"the e-mail address {email!r}", {"email": email}, bad("email"))
        for email in (
            "None",
            "x",
            "x@",
            "@example.test",
            "x@example",
            "x@y@example.test",
            "x y@example.test",
            "x@exam ple.test",
            "x@example.test\u2003y",
            "x\0@example.test",
            "x" * 250 + "@example.test",
            17,
        )
    ),
    ("an address that is an object", {"email": {"a": "x@example.test"}}, bad("email")),
    ("an address that is a list", {"email": ["x@example.test"]}, bad("email")),
    *(
        (f"the mobile number {mobile!r}", {"mobile_number": mobile}, bad("mobile_number"))
        for mobile in (
            "12345",
            "1" * 16,
            "0541-111-11a",
            "five",
            "+",
            "---",
            "972501234500x",
            "9" * 100,
            972501234500.0,
        )
    ),
    ("a mobile number that is true", {"mobile_number": True}, bad("mobile_number")),
    (
        "a country code of letters",
        {"mobile_number": "0541111111", "mobile_number_default_country_code": "il"},
        bad("mobile_number_default_country_code"),
    ),
    (
        "a flag that is none",
        {"mobile_number": "0541111111", "trim_mobile_number_leading_zero": "perhaps"},
        bad("trim_mobile_number_leading_zero"),
    ),
    ("a status that is none", {"email": "x@example.test", "confirmation_status": "maybe"}, bad("confirmation_status")),
    ("a status that is a number", {"email": "x@example.test", "confirmation_status": 1}, bad("confirmation_status")),
    *(
        (f"the field {name!r}", {"email": "x@example.test", "fields": [{"name": name, "content": "x"}]}, bad("fields"))
        for name in (
            "first_name",
            "field",
            "field0",
            "0",
            "fieldx",
            "#field1",
            "field1#",
            "-1",
            "",
            None,
            "field1 field2",
        )
    ),
    ("a field without a name", {"email": "x@example.test", "fields": [{"content": "x"}]}, bad("fields")),
    ("a field that is text", {"email": "x@example.test", "fields": ["field1"]}, bad("fields")),
    ("fields that are a number", {"email": "x@example.test", "fields": 1}, bad("fields")),
    (
        "a field number in the range we count in",
        {"email": "x@example.test", "fields": [{"name": "field10001", "content": "x"}]},
        bad("fields"),
    ),
    (
        "a content that is an object",
        {"email": "x@example.test", "fields": [{"name": "field3", "content": {"a": 1}}]},
        bad("fields"),
    ),
    (
        "a content that cannot be stored",
        {"email": "x@example.test", "fields": [{"name": "field3", "content": "a\0b"}]},
        bad("fields"),
    ),
    (
        "a first name that cannot be stored",
        {"email": "x@example.test", "fields": [{"name": "field1", "content": "a\0b"}]},
        bad("fields"),
    ),
    (
        "too many fields",
        {"email": "x@example.test", "fields": [{"name": "field3", "content": "x"}] * 1001},
        bad("fields"),
    ),
    ("a group of letters", {"email": "x@example.test", "add_to_groups_ids": ["customers"]}, bad("add_to_groups_ids")),
    ("a group with a part", {"email": "x@example.test", "add_to_groups_ids": [1.5]}, bad("add_to_groups_ids")),
    (
        "a group in the range we count in",
        {"email": "x@example.test", "add_to_groups_ids": [1_000_000_001]},
        bad("add_to_groups_ids"),
    ),
    ("too many groups", {"email": "x@example.test", "add_to_groups_ids": [*range(1, 1002)]}, bad("add_to_groups_ids")),
    (
        "left groups of letters",
        {"email": "x@example.test", "remove_from_groups_ids": "x"},
        bad("remove_from_groups_ids"),
    ),
    ("an external id that cannot be stored", {"email": "x@example.test", "external_id": "\0"}, bad("external_id")),
    ("an external id without end", {"email": "x@example.test", "external_id": "x" * 256}, bad("external_id")),
    ("a text", "contact", bad("body")),
    ("a number", 5, bad("body")),
]


@pytest.mark.parametrize(
    ("body", "answer"), [(body, answer) for _, body, answer in BAD_BODIES], ids=[b[0] for b in BAD_BODIES]
)
async def test_a_bad_body_is_refused_and_the_parameter_named(
    body: Any, answer: dict[str, object], guest: Runner
) -> None:
    await refused(guest, body, 400, answer)


@pytest.mark.parametrize("contact_id", ["<unknown_id>", "<foreign_id>", 2**31, 2**63, 2**70])
async def test_an_unknown_id_is_refused_and_no_contact_made_under_it(contact_id: object, guest: Runner) -> None:
    body = {"id": contact_id, "email": "x@example.test"}
    shown = guest.names.get(str(contact_id).strip("<>"), contact_id)
    await refused(guest, body, 404, unknown("Contact", shown))
