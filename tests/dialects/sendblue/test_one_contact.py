"""Retrieve, update and delete by what stands in the path."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.contact import ContactPatch
from linebook.core.phone import Phone
from linebook.services.contacts import Match, SaveContact, save_contacts
from tests.dialects.sendblue.asking import answered, found, saved, updated
from tests.dialects.sendblue.form import CONTACTS, COUNT, NOT_FOUND, delete, get, put, refused
from tests.dialects.sendblue.tenants import AUTHOR
from tests.kit.wire import Ask, Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOBODY = [
    "+12065550999",
    "2065550999",
    "+12065550177",  # the neighbour's
    "<foreign_uuid>",
    "6f0c4b0e-6b0c-4d53-9b4e-0a4f5a3c1d11",
    "abc",
    "+",
    "%00",
    "%2B1206%00",
    "%F0%9F%98%80",
    "..",
    "x" * 500,
    "0",
]


@both_engines
@pytest.mark.parametrize("key", NOBODY)
async def test_what_names_no_contact_is_not_found(key: str, guest: Runner) -> None:
    for asked in (
        get(f"{CONTACTS}/{key}"),
        put(f"{CONTACTS}/{key}", {"first_name": "Eve"}),
        delete(f"{CONTACTS}/{key}"),
    ):
        await guest.run(Case(label=key, ask=asked, status=404, body=NOT_FOUND))


UPDATES_REFUSED = [
    ({"first_name": 5}, "first_name"),
    ({"optOut": "yes"}, "optOut"),
    ({"opt_out": 1}, "opt_out"),
    ({"tags": {}}, "tags"),
    ({"customVariables": {"a": []}}, "customVariables[...]"),
    ({"last_name": "\0"}, "last_name"),
]


@pytest.mark.parametrize(("body", "blames"), UPDATES_REFUSED, ids=[blames for _, blames in UPDATES_REFUSED])
async def test_an_update_that_cannot_be_used_names_the_parameter(body: Any, blames: str, guest: Runner) -> None:
    await guest.run(Case(label="", ask=put(f"{CONTACTS}/<ada_number>", body), status=400, blames=blames))


async def test_a_body_that_nobody_asked_for_must_be_an_object_too(guest: Runner) -> None:
    asked = Ask(path=f"{CONTACTS}/<ada_number>", method="GET", raw=b"[1]", content_type="application/json")
    await guest.run(Case(label="", ask=asked, status=400, body=refused("The body is not a JSON object.")))
    asked = Ask(path=f"{CONTACTS}/<ada_number>", method="GET", raw=b'{"a": 1}', content_type="application/json")
    await guest.run(Case(label="", ask=asked))


PATHS = [
    f"{CONTACTS}/+12065550101",
    f"{CONTACTS}/%2B12065550101",
    f"{CONTACTS}/%2b12065550101",
    f"{CONTACTS}/%2012065550101",
    f"{CONTACTS}/2065550101",
    f"{CONTACTS}/%202065550101",
    f"{CONTACTS}/12065550101",
    f"{CONTACTS}/(206)%20555-0101",
    f"{CONTACTS}/206.555.0101/",
    f"{CONTACTS}//+12065550101",
    f"/{CONTACTS}/+12065550101",
    f"{CONTACTS}/<ada_id>",
    f"{CONTACTS}/+1%20206%20555%200101",
]


@pytest.mark.parametrize("path", PATHS)
async def test_a_number_in_the_path_is_read_however_it_is_written(path: str, guest: Runner) -> None:
    answer = await guest.run(Case(label=path, ask=get(path)))
    assert answer.json()["contact"]["phone"] == "+12065550101"


async def test_only_the_head_may_be_asked_for(guest: Runner) -> None:
    await guest.run(Case(label="", ask=Ask(path=f"{CONTACTS}/+12065550101", method="HEAD")))


@both_engines
async def test_an_update_changes_what_is_given_and_nothing_else(runner: Runner) -> None:
    before = await found(runner, "<ada_number>")
    after = await updated(
        runner,
        "<ada_number>",
        lastName="Byron",
        company_name="Engines",
        tags=["a", "b"],
        custom_variables={"Size": "5"},
        assigned_to_email="desk@example.org",
        sendblueNumber="+15550001111",
    )
    changed = {"last_name", "company_name", "tags", "custom_variables", "assigned_to_email", "sendblue_number"}
    changed |= {"lastName", "companyName", "customVariables", "assignedToEmail", "sendblueNumber"}
    assert {name for name in before if before[name] != after[name]} == changed
    again = await updated(runner, "<ada_number>", tags=["b"], custom_variables={"Color": "red"})
    assert (again["tags"], again["custom_variables"]) == (["b"], {"Size": "5", "Color": "red"})
    assert again["last_name"] == "Byron"
    assert await found(runner, "<ada_number>") == again


NOTHING = [b"{}", b"", b'{"number": "+12065550999", "phone": "+12065550999"}', b'{"first_name": null}']


@pytest.mark.parametrize("raw", NOTHING)
async def test_an_update_that_says_nothing_answers_with_the_contact(raw: bytes, guest: Runner) -> None:
    contact = (await guest.run(Case(label="", ask=get(f"{CONTACTS}/<ada_number>")))).json()["contact"]
    asked = Ask(path=f"{CONTACTS}/<ada_number>", method="PUT", raw=raw, content_type="application/json")
    await guest.run(Case(label="", ask=asked, body={"status": "OK", "contact": contact}))


@both_engines
async def test_a_deleted_contact_is_gone_and_its_number_free(runner: Runner) -> None:
    before = await found(runner, "<ada_number>")
    assert await answered(runner, delete(f"{CONTACTS}/<ada_number>")) == {"status": "OK"}
    for asked in (get(f"{CONTACTS}/<ada_number>"), delete(f"{CONTACTS}/<ada_number>")):
        await runner.run(Case(label="", ask=asked, status=404, body=NOT_FOUND))
    assert await answered(runner, get(COUNT)) == {"status": "OK", "count": 0}
    again = await saved(runner, "<ada_number>")
    assert again["contact_id"] != before["contact_id"]


@both_engines
async def test_a_contact_without_a_number_is_reached_by_its_id(runner: Runner) -> None:
    save = SaveContact(patch=ContactPatch(first_name="Nobody"), author=AUTHOR, match=Match())
    store = runner.hub.runtime.store
    uuid = (await store.write(save_contacts, int(runner.names["account_id"]), save)).contact.uuid
    contact = await found(runner, uuid.upper())
    assert (contact["phone"], contact["first_name"], contact["contact_id"]) == (None, "Nobody", uuid)
    assert (await updated(runner, uuid, first_name="Somebody"))["first_name"] == "Somebody"
    asked = put(f"{CONTACTS}/{uuid}", {"first_name": "Eve", "opt_out": True})
    await runner.run(
        Case(label="", ask=asked, status=400, body=refused("opt_out: the contact has no number", "opt_out"))
    )
    await answered(runner, delete(f"{CONTACTS}/{uuid}"))
    await runner.run(Case(label="", ask=get(f"{CONTACTS}/{uuid}"), status=404))


@both_engines
@pytest.mark.parametrize("digits", ["0501234567", "05012345"])
async def test_a_contact_with_an_incomplete_number_is_reached_by_the_digits_that_are_shown(
    digits: str, runner: Runner
) -> None:
    # Other doors may store such numbers; ten digits would be completed here, if nobody had them as they are.
    save = SaveContact(patch=ContactPatch(phone=Phone.stored(digits), first_name="Local"), author=AUTHOR)
    await runner.hub.runtime.store.write(save_contacts, int(runner.names["account_id"]), save)
    contact = await found(runner, digits)
    assert (contact["phone"], contact["first_name"]) == (digits, "Local")
    assert (await updated(runner, digits, tags=["a"]))["phone"] == digits
    if len(digits) == 10:
        await saved(runner, f"+1{digits}")
        assert (await found(runner, digits))["phone"] == f"+1{digits}"
        await answered(runner, delete(f"{CONTACTS}/+1{digits}"))
    await answered(runner, delete(f"{CONTACTS}/{digits}"))
    await runner.run(Case(label="", ask=get(f"{CONTACTS}/{contact['contact_id']}"), status=404))
