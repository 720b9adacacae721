"""The n8n surface: choices, the contact call, dry runs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dialects.heymarket.form import hm, raw
from tests.dialects.heymarket.test_contacts import GRACE, call
from tests.kit.wire import Ask, Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONTACTS = "/n8n/v1/contacts"


def dry(body: Any, word: str = "true") -> Ask:
    return Ask(path=CONTACTS, json=body, headers=(("X-Heymarket-Dry-Run", word),))


@pytest.mark.parametrize(
    ("body", "blames", "code"),
    [
        ({}, "phone_number", "missing_field"),
        ({"phone_number": None}, "phone_number", "missing_field"),
        ({"phone": GRACE}, "phone_number", "missing_field"),
        ({"phone_number": "(510) 555-3344"}, "phone_number", "invalid_phone_number"),
        ({"phone_number": "+0151055533"}, "phone_number", "invalid_phone_number"),
        ({"phone_number": GRACE, "email": "nobody"}, "email", "invalid_field"),
        ({"phone_number": GRACE, "first_name": 5}, "first_name", "invalid_field"),
        ({"phone_number": GRACE, "first_name": "a\0"}, "first_name", "invalid_field"),
        ({"phone_number": GRACE, "note": "a\0"}, "note", "invalid_field"),
        ({"phone_number": GRACE, "custom": "Gold"}, "custom", "invalid_field"),
        ({"phone_number": GRACE, "custom": {"10001": "a\0"}}, "custom", "invalid_field"),
    ],
    ids=str,
)
async def test_a_contact_that_cannot_be_saved(body: Any, blames: str, code: str, guest: Runner) -> None:
    for asked in (hm("POST", CONTACTS, body), dry(body)):
        answer = await guest.run(Case(label=blames, ask=asked, status=400, blames=blames))
        assert answer.json()["error_code"] == code
        assert answer.json()["field"] == blames


@both_engines
async def test_the_choices(runner: Runner) -> None:
    names = runner.names
    assert await call(runner, "GET", "/n8n/v1/test_auth") == {
        "team_id": int(names["account_id"]),
        "team_name": names["account"],
    }
    assert await call(runner, "GET", "/n8n/v1/inboxes") == [{"id": int(names["line_id"]), "name": "Front desk"}]
    assert await call(runner, "GET", "/n8n/v1/lists") == [{"id": int(names["group_id"]), "name": "VIP"}]
    assert await call(runner, "GET", "/n8n/v1/templates") == []
    assert await call(runner, "GET", "/n8n/v1/contact_fields") == [
        {"id": int(names["field"]), "name": "Level"},
        {"id": int(names["field2"]), "name": "Renewal"},
    ]


@both_engines
async def test_a_contact_is_created_and_updated_by_its_phone(runner: Runner) -> None:
    level = runner.names["field"]
    body = {
        "phone_number": f"+{GRACE}",
        "first_name": "Grace",
        "last_name": "Hopper",
        "email": "grace@example.org",
        "note": "Called on Monday",
        "custom": {level: "Gold", "404": "lost", "level": "lost"},
    }
    made = await call(runner, "POST", CONTACTS, body)
    assert made == {"id": made["id"], "created": True}
    view = await call(runner, "GET", f"/v1/contact/{made['id']}")
    assert (view["first"], view["last"], view["email"]) == ("Grace", "Hopper", "grace@example.org")
    assert (view["phone"], view["custom"]) == (GRACE, {level: "Gold"})
    again = {"phone_number": GRACE, "first_name": None, "last_name": "", "email": "", "note": "Called on Friday"}
    assert await call(runner, "POST", CONTACTS, again) == made | {"created": False}
    after = await call(runner, "GET", f"/v1/contact/{made['id']}")
    assert [note["text"] for note in after["note"]] == ["Called on Monday", "Called on Friday"]
    assert after["rev"] == 2
    for name in ("first", "last", "email", "custom"):
        assert after[name] == view[name]


async def test_a_null_custom_value_removes_it(runner: Runner) -> None:
    level = runner.names["field"]
    made = await call(runner, "POST", CONTACTS, {"phone_number": GRACE, "custom": {level: "Gold"}})
    await call(runner, "POST", CONTACTS, {"phone_number": GRACE, "custom": {level: None}})
    assert (await call(runner, "GET", f"/v1/contact/{made['id']}"))["custom"] == {}


@pytest.mark.parametrize("word", ["true", "TRUE", " True "])
async def test_a_dry_run_does_nothing_and_answers_as_if_it_had(word: str, guest: Runner) -> None:
    new = await guest.run(Case(label="new", ask=dry({"phone_number": GRACE}, word)))
    assert new.json() == {"id": 0, "created": True, "dry_run": True}
    known = await guest.run(Case(label="known", ask=dry({"phone_number": "<ada_phone>", "note": "x"}, word)))
    assert known.json() == {"id": int(guest.names["ada_id"]), "created": False, "dry_run": True}


async def test_any_other_word_is_no_dry_run(runner: Runner) -> None:
    for number, word in enumerate(("false", "1", "")):
        answer = await runner.send(dry({"phone_number": f"1206555016{number}"}, word))
        assert answer.json()["created"] is True
        assert "dry_run" not in answer.json()


async def test_every_refusal_has_a_code(guest: Runner) -> None:
    for asked in (hm("GET", "/n8n/v1/nowhere"), hm("PATCH", CONTACTS), raw("POST", CONTACTS, b"{")):
        assert (await guest.send(asked)).json()["error_code"]
