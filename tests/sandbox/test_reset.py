"""Reset: whatever was done, the book is as after a fresh start, also while others call."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from linebook.demo import prepare_demo
from linebook.services.leases import NOBODYS
from linebook.storage.base import Engine
from linebook.storage.schema import describe_schema
from tests.kit.hub import RunningHub
from tests.kit.raw import snapshot
from tests.sandbox.conftest import NUMBER, open_account, save_through_all, state_of

DEMO: dict[str, Any] = {
    "zipwhip": {"base_url": "", "session": ""},
    "inwise": {"base_url": "/rest/v1", "api_key": "0123456789abcdef0123456789abcdef"},
    "sendblue": {"base_url": "", "api_key": "demo-key", "api_secret": "demo-secret"},
    "heymarket": {
        "base_url": "",
        "api_key": "demo-team-key",
        "secret_id": "demo-secret-id",
        "secret_key": "demo-secret-key",
        "n8n_key": "demo-n8n-key",
    },
}

# Whenever a row was written, what is sealed anew each time, and who works for a line until when.
PASSING = {"created_ms", "updated_ms", "sealed", "version", "owner", "until_ms"}
# The processes that work are noted among the leases as nobody's, whatever the book holds.
NOT_THEIRS = {"lease": f" WHERE account_id <> {NOBODYS}"}


pytestmark = pytest.mark.asyncio(loop_scope="session")


def everything(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, without what differs from start to start."""
    kept = {
        table.name: [one.name for one in table.columns if one.name not in PASSING] for table in describe_schema(engine)
    }
    with snapshot(engine) as query:
        return {
            table: sorted(query(_select(table, ", ".join(names))), key=repr) for table, names in kept.items() if names
        }


async def demo_access(hub: RunningHub) -> dict[str, Any]:
    return {**DEMO, "zipwhip": {"base_url": "", "session": await hub.login()}}


async def reset(hub: RunningHub) -> None:
    answer = await hub.client.post("/_sandbox/reset")
    assert answer.status_code == 200, answer.text


async def test_everything_is_as_after_a_fresh_start(hub: RunningHub, engine: Engine) -> None:
    prepare_demo(engine)
    fresh = everything(engine)
    engine = hub.runtime.store.engine
    for opened in (await open_account(hub), await demo_access(hub)):
        saved = await save_through_all(hub, opened)
        assert set(saved.values()) <= {200, 401}, saved
    # Further tables: the name order, groups, an import's report, what a key has read, a blocked number.
    assert (await hub.client.get("/api/v2/contacts?order_by=first_name", headers=_pair())).status_code == 200
    key = {"X-API-Key": DEMO["inwise"]["api_key"]}
    body = {"mobile_number": "12065550109", "add_to_groups_ids": [77]}
    assert (await hub.client.post("/rest/v1/contacts", headers=key, json=body)).status_code == 200
    assert (await hub.client.get("/rest/v1/contacts/recently_updated", headers=key)).status_code == 200
    opt_out = {"number": NUMBER, "opted_out": True}
    assert (await hub.client.post("/api/v2/contacts/opt-out", headers=_pair(), json=opt_out)).status_code == 200
    assert everything(engine) != fresh
    await reset(hub)
    assert everything(engine) == fresh


async def test_the_answer_is_the_demo_account(hub: RunningHub) -> None:
    answer = (await hub.client.post("/_sandbox/reset", content=b"anything")).json()
    assert (answer["id"], answer["name"], answer["region"]) == (1, "Demo", "US")
    assert [one["address"] for one in answer["lines"]] == ["+15556661234", "+14255551212", "+18885550100"]
    assert answer == (await hub.client.get("/_sandbox/accounts/1")).json()


async def test_what_was_known_is_forgotten_at_once_and_the_published_credentials_work(hub: RunningHub) -> None:
    opened, demo = await open_account(hub), await demo_access(hub)
    for one in (opened, demo):
        await save_through_all(hub, one)
    await reset(hub)
    # The old session is of the book before; each of the others is published, and there again.
    saved = await save_through_all(hub, demo)
    expected = {"zipwhip": 403, **dict.fromkeys(saved.keys() - {"zipwhip"}, 200)}
    if hub.runtime.store.engine.name == "postgres":
        expected["heymarket token"] = 401  # a demo on a database server has no such secret
    assert saved == expected
    assert set((await save_through_all(hub, opened)).values()) == {401, 403}
    session = await hub.login()
    answer = await hub.client.post("/contact/get", data={"session": session, "mobileNumber": NUMBER})
    assert answer.status_code == 200
    assert (await state_of(hub))["contacts"] == 1


async def test_logins_that_failed_are_forgotten(hub: RunningHub) -> None:
    wrong = {"username": "5556661234", "password": "wrong"}
    for _ in range(hub.runtime.settings.login_failures):
        assert (await hub.client.post("/user/login", data=wrong)).status_code == 400
    right = {**wrong, "password": "mypassword"}
    assert (await hub.client.post("/user/login", data=right)).status_code == 429
    await reset(hub)
    assert (await hub.client.post("/user/login", data=right)).status_code == 200


async def test_calls_that_run_meanwhile_come_before_it_or_after_it_and_none_fails_inside(hub: RunningHub) -> None:
    engine = hub.runtime.store.engine
    statuses: set[int] = set()

    async def busy(number: int) -> None:
        """Save, log in and open accounts until the resets are over."""
        while not over.is_set():
            pair = {"number": f"+1206555{number:04d}", "tags": [f"tag {number}"], "update_if_exists": True}
            answers = [
                await hub.client.post("/api/v2/contacts", headers=_pair(), json=pair),
                await hub.client.post("/user/login", data={"username": "5556661234", "password": "mypassword"}),
                await hub.client.post("/_sandbox/accounts"),
                await hub.client.get("/_sandbox/state"),
            ]
            statuses.update(answer.status_code for answer in answers)

    over = asyncio.Event()
    callers = [asyncio.create_task(busy(number)) for number in range(4)]
    for _ in range(6):
        await reset(hub)
    over.set()
    await asyncio.gather(*callers)
    assert {200, 201} <= statuses
    assert max(statuses) < 500, statuses
    await reset(hub)
    assert (await state_of(hub))["contacts"] == 0
    assert _accounts_with_rows(engine) == {1}


async def test_resets_at_once_are_one(hub: RunningHub) -> None:
    await open_account(hub)
    answers = await asyncio.gather(*(hub.client.post("/_sandbox/reset") for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1


def _pair() -> dict[str, str]:
    return {"sb-api-key-id": "demo-key", "sb-api-secret-key": "demo-secret"}


def _select(table: str, names: str) -> str:
    return f"SELECT {names} FROM {table}{NOT_THEIRS.get(table, '')}"


def _accounts_with_rows(engine: Engine) -> set[int]:
    found: set[int] = set()
    tables = describe_schema(engine)
    with snapshot(engine) as query:
        for table in tables:
            if any(one.name == "account_id" for one in table.columns):
                found |= {row[0] for row in query(_select(table.name, "account_id"))}
        return found | {row[0] for row in query("SELECT id FROM account")}
