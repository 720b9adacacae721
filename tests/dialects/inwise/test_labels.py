"""Groups and personal fields: listing them, counting members, and bringing the ids of an old account."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.author import Author
from linebook.services.contacts import DeleteContact, delete_contacts
from tests.dialects.inwise.form import CONTACTS, FIELDS, FORM, GROUPS, bad, get, missing, post, unknown
from tests.dialects.inwise.tenants import GROUP, add_tenant
from tests.kit.hub import RunningHub
from tests.kit.wire import Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = [
    {"id": 1, "name": "field1", "title": "First name", "type": "text"},
    {"id": 2, "name": "field2", "title": "Last name", "type": "text"},
]


@pytest.mark.parametrize(
    ("path", "body", "answer"),
    [
        (GROUPS, {}, missing("name")),
        (GROUPS, {"id": 5, "name": " "}, missing("name")),
        (GROUPS, {"id": "x", "name": "Members"}, bad("id")),
        (GROUPS, {"id": -1, "name": "Members"}, bad("id")),
        (GROUPS, {"id": 1_000_000_001, "name": "Members"}, bad("id")),
        (GROUPS, {"id": 10**20, "name": "Members"}, bad("id")),
        (GROUPS, {"name": "x" * 256}, bad("name")),
        (GROUPS, {"id": 5, "name": "a\0b"}, bad("name")),
        (GROUPS, {"name": ["Members"]}, bad("name")),
        (FIELDS, {}, missing("title")),
        (FIELDS, {"id": 5, "title": ""}, missing("title")),
        (FIELDS, {"id": 10_001, "title": "Level"}, bad("id")),
        (FIELDS, {"id": -1, "title": "Level"}, bad("id")),
        (FIELDS, {"title": "x" * 256}, bad("title")),
        (FIELDS, {"id": 5, "title": "a\0b"}, bad("title")),
        (FIELDS, {"id": 5, "title": "Level", "type": "colour"}, bad("type")),
        (FIELDS, {"id": 5, "title": "Level", "type": 5}, bad("type")),
    ],
)
async def test_a_bad_definition_is_refused(path: str, body: Any, answer: dict[str, object], guest: Runner) -> None:
    await guest.run(Case(label="", ask=post(path, body), status=400, body=answer))


@pytest.mark.parametrize(
    ("given", "status", "answer"),
    [("x", 400, bad("id")), ("0", 404, unknown("Group", 0)), ("9" * 30, 404, unknown("Group", "9" * 30))],
)
async def test_a_group_that_is_not_there_is_refused(
    given: str, status: int, answer: dict[str, object], guest: Runner
) -> None:
    await guest.run(Case(label="", ask=get(f"{GROUPS}/{given}"), status=status, body=answer))


async def made(runner: Runner, path: str, **body: object) -> Any:
    return (await runner.run(Case(label="", ask=post(path, body), changes=True))).json()


@both_engines
async def test_groups_count_their_contacts_whoever_joins_leaves_or_is_deleted(runner: Runner) -> None:
    async def counts() -> dict[int, int]:
        return {one["id"]: one["contacts_count"] for one in (await runner.send(get(GROUPS))).json()}

    assert await counts() == {GROUP: 1}
    first = await made(runner, CONTACTS, email="1@example.test", add_to_groups_ids=[GROUP, 6])
    await made(runner, CONTACTS, email="2@example.test", add_to_groups_ids=[6])
    await made(runner, CONTACTS, email="2@example.test", add_to_groups_ids=[6])
    assert await counts() == {6: 2, GROUP: 2}
    await made(runner, CONTACTS, email="2@example.test", add_to_groups_ids=[7], remove_from_all_other_groups=True)
    assert await counts() == {6: 1, 7: 1, GROUP: 2}
    gone = DeleteContact(author=Author("test", None), id=first["id"])
    account_id = int(runner.names["account_id"])
    runner.hub.runtime.store.engine.write(lambda tx: delete_contacts(tx, account_id, [gone]))
    assert await counts() == {6: 0, 7: 1, GROUP: 1}
    assert (await runner.send(get(f"{GROUPS}/7"))).json() == {"id": 7, "name": "Group 7", "contacts_count": 1}


@both_engines
async def test_a_group_gets_the_id_and_the_name_of_the_old_account(runner: Runner) -> None:
    assert await made(runner, GROUPS, id=721129, name=" Customers ") == {
        "id": 721129,
        "name": "Customers",
        "contacts_count": 0,
    }
    renamed = await made(runner, GROUPS, id=str(GROUP), name="Customers")
    assert renamed == {"id": GROUP, "name": "Customers", "contacts_count": 1}, "two groups may have one name"
    again = await made(runner, GROUPS, id=GROUP, name="Customers")
    assert again == renamed
    shown = {one["id"]: one["name"] for one in (await runner.send(get(GROUPS))).json()}
    assert shown == {GROUP: "Customers", 721129: "Customers"}


async def test_a_group_without_an_id_gets_a_high_one_and_its_name_names_it(runner: Runner) -> None:
    first = await made(runner, GROUPS, name="Members")
    assert first["id"] > 1_000_000_000
    assert (await made(runner, GROUPS, id=0, name="MEMBERS"))["id"] == first["id"]


@both_engines
async def test_a_field_gets_the_number_and_the_title_of_the_old_account(runner: Runner) -> None:
    birthday = {"id": 21, "name": "field21", "title": "Birthday", "type": "date"}
    assert await made(runner, FIELDS, id=21, title="Birthday", type="DATE") == birthday
    await made(runner, CONTACTS, email="x@example.test", fields=[{"name": "field7", "content": "gold"}])
    level = {"id": 7, "name": "field7", "title": "Level", "type": "text"}
    assert await made(runner, FIELDS, id=7, title="Level") == level
    assert await made(runner, FIELDS, id=21, title="Birthday") == birthday, "without a type it keeps its own"
    assert (await runner.send(get(FIELDS))).json() == [*NAMES, level, birthday]
    asked = post(FIELDS, {"id": 8, "title": " LEVEL "})
    await runner.run(Case(label="", ask=asked, status=400, body=bad("title")))
    assert await made(runner, FIELDS, id=7, title="level", type="string") == level | {"title": "level"}


async def test_a_field_without_a_number_gets_a_high_one(runner: Runner) -> None:
    first = await made(runner, FIELDS, title="Level", type="number")
    assert first["id"] > 10_000 and first["type"] == "number"
    assert await made(runner, FIELDS, title="level") == first
    contact = await made(runner, CONTACTS, email="x@example.test", fields=[{"name": first["name"], "content": "5"}])
    assert contact["fields"] == [{"name": first["name"], "content": "5"}]


async def test_the_name_is_two_fields_that_stay_as_they_are(runner: Runner) -> None:
    for number, title in ((1, "Given name"), (2, "Surname")):
        assert await made(runner, FIELDS, id=number, title=title) == NAMES[number - 1]
    assert (await runner.send(get(FIELDS))).json() == NAMES


async def test_an_account_that_keeps_the_name_apart_defines_fields_one_and_two(hub: RunningHub) -> None:
    runner = Runner(FORM, hub, add_tenant(hub.runtime, name_fields=False))
    assert (await runner.send(get(FIELDS))).json() == []
    assert (await made(runner, FIELDS, id=1, title="Given name"))["title"] == "Given name"
    assert [one["id"] for one in (await runner.send(get(FIELDS))).json()] == [1]
    await runner.close()
