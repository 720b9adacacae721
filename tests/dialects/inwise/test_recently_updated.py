"""GET /contacts/recently_updated: every contact once, also for parallel readers, in either mode, across restarts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from linebook.core.author import Author
from linebook.core.contact import ContactPatch
from linebook.core.phone import Phone
from linebook.services.contacts import DeleteContact, SaveContact, delete_contacts, save_contacts
from linebook.storage.base import Engine
from tests.dialects.inwise.form import CONTACTS, FORM, UNREAD, bad, get, post
from tests.dialects.inwise.tenants import add_key, add_tenant
from tests.kit.hub import running_hub
from tests.kit.wire import Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

AUTHOR = Author("test", None)
CREATED, CHANGED = "false", "true"


def fill(engine: Engine, account_id: int, count: int, first: int = 0) -> None:
    """Create contacts, or change those that are there."""
    saves = [
        SaveContact(
            patch=ContactPatch(phone=Phone.stored(f"+97259{number:07}"), notes=f"{count} {number}"), author=AUTHOR
        )
        for number in range(first, first + count)
    ]
    engine.write(lambda tx: save_contacts(tx, account_id, saves))


async def read(runner: Runner, **params: object) -> list[int]:
    """Read, and give the ids."""
    answer = await runner.run(Case(label="", ask=get(UNREAD, **params), changes=True))
    return [contact["id"] for contact in answer.json()]


async def drain(runner: Runner, **params: object) -> list[int]:
    """Read until nothing is left."""
    found: list[int] = []
    while page := await read(runner, **params):
        found += page
    return found


def account_of(runner: Runner) -> int:
    return int(runner.names["account_id"])


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": -1}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": ""}, "limit"),
        ({"reset": "yes"}, "reset"),
        ({"search_by_updated_or_added_date": "date"}, "search_by_updated_or_added_date"),
    ],
)
@pytest.mark.parametrize("path", [UNREAD, CONTACTS])
async def test_a_parameter_that_cannot_be_used_is_named(
    path: str, params: dict[str, object], name: str, guest: Runner
) -> None:
    await guest.run(Case(label="", ask=get(path, **params), status=400, body=bad(name)))


@both_engines
@pytest.mark.parametrize("mode", [CREATED, CHANGED])
async def test_reading_drains_every_contact_once_the_newest_first(mode: str, runner: Runner) -> None:
    fill(runner.hub.runtime.store.engine, account_of(runner), 25)
    found = await drain(runner, search_by_updated_or_added_date=mode, limit=7)
    assert found == sorted(found, reverse=True) and len(found) == 26
    assert await read(runner, search_by_updated_or_added_date=mode) == []


async def test_the_limit_is_a_thousand_at_most(runner: Runner) -> None:
    fill(runner.hub.runtime.store.engine, account_of(runner), 1001)
    assert len(await read(runner, limit=10**9)) == 1000
    assert len(await read(runner)) == 2


@both_engines
async def test_parallel_readers_never_share_a_contact(runner: Runner) -> None:
    fill(runner.hub.runtime.store.engine, account_of(runner), 200)
    readers = [Runner(FORM, runner.hub, runner.tenant) for _ in range(6)]
    found = [one for part in await asyncio.gather(*(drain(one, limit=9) for one in readers)) for one in part]
    for one in readers:
        await one.close()
    assert len(found) == len(set(found)) == 201


async def test_readers_and_writers_at_once_lose_nothing(runner: Runner) -> None:
    engine, account_id = runner.hub.runtime.store.engine, account_of(runner)
    writers = [Runner(FORM, runner.hub, runner.tenant) for _ in range(4)]
    readers = [Runner(FORM, runner.hub, runner.tenant) for _ in range(4)]
    is_done = asyncio.Event()
    found: list[int] = []

    async def write(writer: Runner, number: int) -> None:
        for one in range(25):
            await writer.send(post(CONTACTS, {"email": f"{number}-{one}@example.test"}))

    async def read_on(reader: Runner) -> None:
        while not is_done.is_set():
            found.extend(await read(reader, search_by_updated_or_added_date=CREATED, limit=3))

    reading = [asyncio.create_task(read_on(reader)) for reader in readers]
    await asyncio.gather(*(write(writer, number) for number, writer in enumerate(writers)))
    is_done.set()
    await asyncio.gather(*reading)
    found += await drain(runner, search_by_updated_or_added_date=CREATED)
    for one in (*writers, *readers):
        await one.close()
    assert len(found) == len(set(found)) == 101
    assert engine.read(lambda tx: tx.one("clock", account_id=account_id, name="book")) is not None


@both_engines
async def test_a_changed_contact_comes_again_for_who_reads_changes_only(runner: Runner) -> None:
    engine, account_id = runner.hub.runtime.store.engine, account_of(runner)
    fill(engine, account_id, 5)
    assert len(await drain(runner, search_by_updated_or_added_date=CHANGED)) == 6
    assert len(await drain(runner, search_by_updated_or_added_date=CREATED)) == 6
    await runner.send(post(CONTACTS, {"email": "ada@example.test"}))
    assert await drain(runner, search_by_updated_or_added_date=CHANGED) == [int(runner.names["ada_id"])]
    assert await drain(runner, search_by_updated_or_added_date=CREATED) == []


@both_engines
async def test_a_contact_changed_during_a_drain_comes_again(runner: Runner) -> None:
    engine, account_id = runner.hub.runtime.store.engine, account_of(runner)
    fill(engine, account_id, 20)
    first = await read(runner, limit=10)
    fill(engine, account_id, 2, first=18)  # two that were read
    fill(engine, account_id, 1, first=0)  # one that was not
    rest = await drain(runner, limit=4)
    assert len(rest) == len(set(rest)) == 13
    assert len(set(rest) & set(first)) == 2


async def test_a_deleted_contact_does_not_come(runner: Runner) -> None:
    engine, account_id = runner.hub.runtime.store.engine, account_of(runner)
    fill(engine, account_id, 3)
    gone = DeleteContact(author=AUTHOR, id=int(runner.names["ada_id"]))
    engine.write(lambda tx: delete_contacts(tx, account_id, [gone]))
    assert int(runner.names["ada_id"]) not in await drain(runner)


async def test_a_refused_call_is_no_change(runner: Runner) -> None:
    await drain(runner)
    await runner.send(post(CONTACTS, {"id": 5, "email": "x@example.test"}))
    await runner.send(post(CONTACTS, {"email": "bad"}))
    assert await drain(runner) == []


@pytest.mark.parametrize("path", [UNREAD, CONTACTS])
async def test_a_reset_begins_anew_and_the_next_call_goes_on(path: str, runner: Runner) -> None:
    fill(runner.hub.runtime.store.engine, account_of(runner), 5)
    whole = await drain(runner)

    async def ids(**params: object) -> list[int]:
        return [one["id"] for one in (await runner.send(get(path, **params))).json()]

    assert await ids(reset="true", limit=4) == whole[:4]
    assert await ids(reset="false", limit=4) == whole[4:]
    assert await ids(reset="false") == []


async def test_a_reset_in_one_mode_begins_both_anew(runner: Runner) -> None:
    whole = await drain(runner, search_by_updated_or_added_date=CREATED)
    await drain(runner, search_by_updated_or_added_date=CHANGED)
    await read(runner, search_by_updated_or_added_date=CHANGED, reset="true")
    assert await drain(runner, search_by_updated_or_added_date=CREATED) == whole


async def test_every_key_reads_for_itself(runner: Runner) -> None:
    other = Runner(FORM, runner.hub, add_key(runner.hub.runtime, runner.tenant))
    assert await drain(runner) == await drain(other) == [int(runner.names["ada_id"])]
    await read(other, reset="true")
    assert await read(runner) == []
    await other.close()


@pytest.mark.parametrize("engine_name", ["sqlite", "postgres"])
async def test_what_was_read_stays_read_across_a_restart(
    engine_name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/book.db"
    if engine_name == "postgres":
        url = request.getfixturevalue("new_database")(None)
    async with running_hub(url) as hub:
        tenant = add_tenant(hub.runtime)
        fill(hub.runtime.store.engine, int(tenant.names["account_id"]), 10)
        before = Runner(FORM, hub, tenant)
        first = await read(before, limit=4)
        await before.close()
    async with running_hub(url) as hub:
        after = Runner(FORM, hub, tenant)
        rest = await drain(after)
        await after.close()
    assert len(first) == 4 and len(rest) == 7 and not set(first) & set(rest)


async def test_an_answer_shows_whole_contacts(runner: Runner) -> None:
    answer = await runner.send(get(UNREAD))
    shown: list[Any] = answer.json()
    assert shown == (await runner.send(get(CONTACTS))).json()
    assert shown[0] == (await runner.send(get(f"{CONTACTS}/<ada_id>"))).json()
