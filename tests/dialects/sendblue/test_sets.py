"""Many contacts at once: created or updated together or not at all, deleted together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dialects.sendblue.asking import answered, found, listed, phones, saved
from tests.dialects.sendblue.form import BULK, CONTACTS, COUNT, get, post, refused
from tests.dialects.sendblue.tenants import ADA
from tests.kit.wire import Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

GOOD = {"phone": "+12065550130", "first_name": "Good", "tags": ["new"], "custom_variables": {"New": "1"}}
NUL = "has a character that cannot be stored"


def bad(name: str, reason: str) -> dict[str, object]:
    """Give the refusal of a parameter."""
    return refused(f"{name}: {reason}", name)


def bad_number(index: int) -> dict[str, object]:
    """Give the refusal of a set for the number of one contact."""
    return refused("Invalid phone number", f"contacts[{index}].phone")


REFUSED: list[tuple[Any, dict[str, object]]] = [
    ({}, refused("Missing fields", "contacts")),
    ({"contacts": None}, refused("Missing fields", "contacts")),
    ({"contacts": {}}, bad("contacts", "Expected `array | null`, got `object`")),
    ({"contacts": ["+12065550130"]}, bad("contacts[0]", "Expected `object`, got `str`")),
    ({"contacts": [{"phone": "+12065550130"}] * 1001}, bad("contacts", "at most 1000 at once")),
    ({"contacts": [GOOD, {}]}, bad_number(1)),
    ({"contacts": [GOOD, {"phone": "5551234"}]}, bad_number(1)),
    ({"contacts": [GOOD, GOOD, {"phone": None, "first_name": "x"}]}, bad_number(2)),
    ({"contacts": [GOOD, {"phone": ""}]}, bad_number(1)),
    ({"contacts": [GOOD, {"phone": 5}]}, bad("contacts[1].phone", "Expected `str | null`, got `int`")),
    *(
        ({"contacts": [GOOD, {**GOOD, name: value}]}, bad(f"contacts[1].{name}", reason))
        for name, value, reason in (
            ("tags", ["x"] * 1001, "at most 1000"),
            ("tags", ["\0"], NUL),
            ("first_name", "\0", NUL),
            ("company_name", "\0", NUL),
            ("custom_variables", {" ": "x"}, "is empty"),
            ("assigned_to_email", "x" * 256, "has more than 255 characters"),
        )
    ),
]


@both_engines
@pytest.mark.parametrize(("body", "answer"), REFUSED, ids=[repr(body)[-60:] for body, _ in REFUSED])
async def test_one_contact_that_cannot_be_used_keeps_all_from_being_stored(
    body: Any, answer: dict[str, object], guest: Runner
) -> None:
    await guest.run(Case(label="", ask=post(BULK, body), status=400, body=answer))


@both_engines
async def test_the_answer_has_all_in_the_order_of_the_request(runner: Runner) -> None:
    before = await saved(runner, ADA, tags=["old"], custom_variables={"Old": "1"})
    contacts = [
        {"phone": "206 555 0133", "firstName": "Alan", "lastName": "Turing", "company": "Park"},
        {"phone": ADA, "company_name": "Engines", "companyName": "x", "company": "y", "custom_variables": {"New": "2"}},
        {"number": "+12065550131", "assigned_to_email": "desk@example.org", "sendblueNumber": "+15550001111"},
        {"phone": "+12065550132", "tags": ["a"]},
        {"phone": "(206) 555-0132", "first_name": "Twice"},
    ]
    answer = await answered(runner, post(BULK, {"contacts": contacts}))
    alan, ada, desk, first, twice = answer["contacts"]
    assert (alan["phone"], alan["first_name"], alan["company_name"]) == ("+12065550133", "Alan", "Park")
    assert (ada["contact_id"], ada["company_name"], ada["tags"]) == (before["contact_id"], "Engines", ["old"])
    assert ada["custom_variables"] == {"Old": "1", "New": "2"}
    assert (desk["assigned_to_email"], desk["sendblue_number"]) == ("desk@example.org", "+15550001111")
    assert (first["first_name"], twice["first_name"], twice["tags"]) == (None, "Twice", ["a"])
    assert first["contact_id"] == twice["contact_id"]
    assert await found(runner, "+12065550132") == twice
    assert await answered(runner, get(COUNT)) == {"status": "OK", "count": 4}


async def test_an_empty_set_is_stored_at_once(guest: Runner) -> None:
    await guest.run(Case(label="", ask=post(BULK, {"contacts": []}), body={"status": "OK", "contacts": []}))


@both_engines
async def test_a_thousand_at_once(runner: Runner) -> None:
    contacts = [{"phone": f"+1415{number:07}", "first_name": f"N{number}"} for number in range(1000)]
    answer = await answered(runner, post(BULK, {"contacts": contacts}))
    assert [one["phone"] for one in answer["contacts"]] == [one["phone"] for one in contacts]
    assert len({one["created_at"] for one in answer["contacts"]}) > 500
    assert await answered(runner, get(COUNT)) == {"status": "OK", "count": 1001}
    gone = await answered(runner, post(CONTACTS, {"contact_ids": [one["phone"] for one in contacts]}, "DELETE"))
    assert gone == {"status": "OK", "amount": 1000}


# -- deleting


DELETES_REFUSED: list[tuple[Any, dict[str, object]]] = [
    ({}, refused("Missing fields", "contact_ids")),
    ({"contact_ids": None}, refused("Missing fields", "contact_ids")),
    ({"contact_ids": ADA}, refused("contact_ids: Expected `array | null`, got `str`", "contact_ids")),
    ({"contact_ids": [ADA, 5]}, refused("contact_ids[1]: Expected `str`, got `int`", "contact_ids[1]")),
    ({"contact_ids": ["x"] * 10_001}, refused("contact_ids: at most 10000 at once", "contact_ids")),
]


@pytest.mark.parametrize(("body", "answer"), DELETES_REFUSED, ids=[repr(body)[:60] for body, _ in DELETES_REFUSED])
async def test_a_deletion_that_cannot_be_read_deletes_nothing(
    body: Any, answer: dict[str, object], guest: Runner
) -> None:
    await guest.run(Case(label="", ask=post(CONTACTS, body, "DELETE"), status=400, body=answer))


async def test_a_deletion_without_a_body_is_refused(guest: Runner) -> None:
    for path in (CONTACTS, f"{CONTACTS}/"):
        asked = post(path, {}, "DELETE")
        await guest.run(Case(label="", ask=asked, status=400, body=refused("Missing fields", "contact_ids")))


NOBODY = [[], ["+05551234567"], ["", " ", "abc", "\0", "+12065550177", "<foreign_uuid>", "6f0c4b0e", "0" * 99]]


@pytest.mark.parametrize("ids", NOBODY)
async def test_what_names_nobody_is_skipped(ids: list[str], guest: Runner) -> None:
    asked = post(CONTACTS, {"contact_ids": ids}, "DELETE")
    await guest.run(Case(label="", ask=asked, body={"status": "OK", "amount": 0}))


@both_engines
async def test_numbers_and_ids_are_deleted_and_counted_once(runner: Runner) -> None:
    second = await saved(runner, "+12065550132")
    third = await saved(runner, "+12065550133")
    await saved(runner, "+12065550134")
    ids = [
        "(206) 555-0101",
        ADA,
        "+05551234567",
        second["contact_id"].upper(),
        third["contact_id"],
        third["phone"],
        "+12065550199",
    ]
    answer = await answered(runner, post(CONTACTS, {"contact_ids": ids}, "DELETE"))
    assert answer == {"status": "OK", "amount": 3}
    assert await phones(runner) == ["34"]
    assert len(await listed(runner)) == 1
