"""GET /contacts and GET /contacts/{id}: the newest first, pages, exact filters, one by its id."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dialects.inwise.form import CONTACTS, UNREAD, bad, get, post, unknown
from tests.dialects.inwise.tenants import ADA_EMAIL, ADA_MOBILE, GROUP
from tests.kit.wire import Ask, Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"offset": -1}, "offset"),
        ({"offset": "x"}, "offset"),
        ({"email": "nobody"}, "email"),
        ({"email": ""}, "email"),
        ({"mobile_number": "five"}, "mobile_number"),
        ({"mobile_number": ""}, "mobile_number"),
        ({"external_id": ""}, "external_id"),
        ({"group_id": "customers"}, "group_id"),
        ({"group_id": ""}, "group_id"),
    ],
)
async def test_a_parameter_that_cannot_be_used_is_named(params: dict[str, object], name: str, guest: Runner) -> None:
    await guest.run(Case(label="", ask=get(CONTACTS, **params), status=400, body=bad(name)))


@pytest.mark.parametrize(
    ("given", "status", "answer"),
    [
        ("x", 400, bad("id")),
        ("1x", 400, bad("id")),
        ("1.0", 400, bad("id")),
        ("%D9%A1", 400, bad("id")),
        ("9" * 41, 400, bad("id")),
        ("0", 404, unknown("Contact", 0)),
        ("-5", 404, unknown("Contact", -5)),
        ("9" * 25, 404, unknown("Contact", "9" * 25)),
        ("<foreign_id>", 404, unknown("Contact", "<foreign_id>")),
    ],
)
async def test_an_id_that_nobody_has_is_refused(
    given: str, status: int, answer: dict[str, object], guest: Runner
) -> None:
    await guest.run(Case(label="", ask=get(f"{CONTACTS}/{given}"), status=status, body=answer))


async def test_one_contact_is_given_whole(guest: Runner) -> None:
    def check(contact: dict[str, Any]) -> None:
        assert contact["email"] == ADA_EMAIL and contact["mobile_number"] == ADA_MOBILE
        assert contact["groups_ids"] == [GROUP]
        assert contact["added_date"] == contact["updated_date"]
        assert contact["fields"] == [{"name": "field1", "content": "Ada"}, {"name": "field2", "content": "Lovelace"}]

    asked = get(f"{CONTACTS}/<ada_id>")
    await guest.run(Case(label="", ask=asked, check=lambda answer: check(answer.json())))


async def ids(runner: Runner, **params: object) -> list[int]:
    answer = await runner.send(get(CONTACTS, **params))
    assert answer.status == 200
    return [one["id"] for one in answer.json()]


async def five(runner: Runner) -> list[int]:
    """Save five contacts, and give their ids by rising age of the last change: the second was changed last."""
    made = []
    for number in range(5):
        body = {
            "email": f"{number}@example.test",
            "external_id": "even" if number % 2 == 0 else "odd",
            "add_to_groups_ids": [60] if number < 3 else [61],
        }
        made.append((await runner.send(post(CONTACTS, body))).json()["id"])
    await runner.send(post(CONTACTS, {"id": made[1], "confirmation_status": "pending"}))
    return [made[1], made[4], made[3], made[2], made[0]]


@both_engines
async def test_the_newest_change_comes_first_and_pages_go_on_from_there(runner: Runner) -> None:
    newest = [*await five(runner), int(runner.names["ada_id"])]
    assert await ids(runner) == newest
    assert await ids(runner, limit=2) == newest[:2]
    assert await ids(runner, limit=2, offset=2) == newest[2:4]
    assert await ids(runner, limit=10, offset=5) == newest[5:]
    assert await ids(runner, offset=6) == await ids(runner, offset=10**30) == []


@both_engines
async def test_filters_are_exact_and_all_count(runner: Runner) -> None:
    second, fifth, fourth, third, first = await five(runner)
    ada = int(runner.names["ada_id"])
    assert await ids(runner, email=" ADA@example.test ") == [ada]
    assert await ids(runner, email="nobody@example.test") == []
    assert await ids(runner, mobile_number="+972-50-1234501") == [ada]
    assert await ids(runner, mobile_number=ADA_MOBILE, email=ADA_EMAIL) == [ada]
    assert await ids(runner, mobile_number=ADA_MOBILE, email="0@example.test") == []
    assert await ids(runner, email="0@example.test", external_id="even", group_id=60) == [first]
    assert await ids(runner, email="0@example.test", external_id="odd") == []
    assert await ids(runner, email="0@example.test", group_id=61) == []
    assert await ids(runner, email="0@example.test", offset=1) == []
    assert await ids(runner, external_id="even") == [fifth, third, first]
    assert await ids(runner, external_id="even", limit=1, offset=1) == [third]
    assert await ids(runner, external_id="EVEN") == []
    assert await ids(runner, group_id=60) == [third, second, first]
    assert await ids(runner, group_id=60, limit=1, offset=2) == [first]
    assert await ids(runner, group_id=60, external_id="even") == [third, first]
    assert await ids(runner, group_id=60, external_id="even", offset=1, limit=1) == [first]
    assert await ids(runner, group_id=61) == [fifth, fourth]
    assert await ids(runner, group_id=-1) == await ids(runner, group_id=10**30) == []
    assert await ids(runner, external_id="a\0b") == []


async def test_a_plus_sign_that_is_not_encoded_is_one(runner: Runner) -> None:
    made = (await runner.send(post(CONTACTS, {"email": "a+b@example.test", "mobile_number": "15550100123"}))).json()
    for line in (b"email=a+b@example.test", b"mobile_number=+15550100123", b"EMAIL=a%2Bb@example.test"):
        asked = Ask(path=CONTACTS, method="GET", raw_query=line)
        assert [one["id"] for one in (await runner.send(asked)).json()] == [made["id"]]


async def test_a_list_leaves_alone_what_was_read(runner: Runner) -> None:
    assert len(await ids(runner)) == 1
    assert len((await runner.send(get(UNREAD))).json()) == 1
    assert len(await ids(runner)) == 1


async def test_a_parameter_of_the_cursor_makes_it_the_reading_of_what_is_new(runner: Runner) -> None:
    asked = get(CONTACTS, search_by_updated_or_added_date="false")
    assert len((await runner.send(asked)).json()) == 1
    assert (await runner.send(asked)).json() == []
    assert (await runner.send(get(CONTACTS, reset="false", limit="5"))).json() != [], "the other mode has read nothing"
