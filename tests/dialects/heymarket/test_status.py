"""Opt-out and block by the calls made for it, with and without a contact."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.phone import Phone
from linebook.services.consents import consent_ledger
from tests.dialects.heymarket.form import hm
from tests.dialects.heymarket.test_contacts import GRACE, call, create, shown
from tests.kit.wire import Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

STATUS, SET = "/v1/contact/status", "/v1/contact/set_status"
WHOSE = ({"id": "<ada_id>"}, {"phone": "<ada_phone>"}, {"phone": "<ada_phone>", "id": "<unknown_id>"})


@pytest.mark.parametrize("status", ["gone", "Active", "", ["active", "blocked"], [], [["active"]], 1, None, True])
async def test_a_word_that_is_none(status: Any, guest: Runner) -> None:
    body = {"phone": "<ada_phone>", "status": status}
    await guest.run(Case(label=repr(status), ask=hm("POST", SET, body), status=400, blames="status"))


async def test_no_word(guest: Runner) -> None:
    await guest.run(Case(label="none", ask=hm("POST", SET, {"phone": "<ada_phone>"}), status=400, blames="status"))


@pytest.mark.parametrize("path", [STATUS, SET])
async def test_nobody_is_meant(path: str, guest: Runner) -> None:
    for body, status, code in (
        ({}, 400, "missing_field"),
        ({"id": None, "phone": ""}, 400, "missing_field"),
        ({"phone": "510-555"}, 400, "invalid_phone_number"),
        ({"id": "Ada"}, 400, "invalid_field"),
        ({"id": "<unknown_id>"}, 404, "contact_not_found"),
        ({"id": "<foreign_id>"}, 404, "contact_not_found"),
        ({"id": "<eve_id>"}, 400, "no_phone_number"),
    ):
        case = Case(label=f"{body}", ask=hm("POST", path, {**body, "status": "active"}), status=status)
        assert (await guest.run(case)).json()["error_code"] == code


FLAGS = ("unsubscribed", "unsubscribed_admin", "unsubscribed_contact", "blocked")


@both_engines
@pytest.mark.parametrize("whose", WHOSE, ids=str)
async def test_the_five_words(whose: dict[str, str], runner: Runner) -> None:
    for word, expected in (
        ("unsubscribed", (True, True, False, False)),
        ("blocked", (True, True, False, True)),
        ("unblocked", (True, True, False, False)),
        ("subscribed", (False, False, False, False)),
        ("blocked", (False, False, False, True)),
        ("unsubscribed", (True, True, False, True)),
        ("active", (False, False, False, False)),
    ):
        assert await call(runner, "POST", SET, {**whose, "status": word}) == "success"
        state = await call(runner, "POST", STATUS, whose)
        assert tuple(state[flag] for flag in FLAGS) == expected, word
        assert (state["id"], state["phone"]) == (int(runner.names["ada_id"]), runner.names["ada_phone"])
        assert (await shown(runner, runner.names["ada_id"]))["is_opted_out"] is expected[0]


async def test_a_word_in_a_list_counts(runner: Runner) -> None:
    assert await call(runner, "POST", SET, {"phone": "<ada_phone>", "status": ["blocked"]}) == "success"
    assert (await call(runner, "POST", STATUS, {"phone": "<ada_phone>"}))["blocked"] is True


@both_engines
async def test_a_number_without_a_contact_keeps_its_state(runner: Runner) -> None:
    nothing = {"id": 0, "phone": GRACE, **dict.fromkeys(FLAGS, False)}
    assert await call(runner, "POST", STATUS, {"phone": GRACE}) == nothing
    assert await call(runner, "POST", SET, {"phone": GRACE, "status": "unsubscribed"}) == "success"
    state = await call(runner, "POST", STATUS, {"phone": GRACE})
    assert state == nothing | {"unsubscribed": True, "unsubscribed_admin": True}
    contact_id = await create(runner)
    assert (await shown(runner, contact_id))["is_opted_out"] is True


async def test_the_state_of_a_number_is_that_of_one_team(runner: Runner) -> None:
    assert await call(runner, "POST", SET, {"phone": "<foreign_phone>", "status": "blocked"}) == "success"
    found = await call(runner, "POST", STATUS, {"phone": "<foreign_phone>"})
    assert (found["id"], found["blocked"]) == (0, True)


async def test_every_change_is_in_the_ledger_and_in_the_contacts_history(runner: Runner) -> None:
    before = await shown(runner, runner.names["ada_id"])
    for word in ("unsubscribed", "unsubscribed", "active"):
        await call(runner, "POST", SET, {"id": "<ada_id>", "status": word})
    account_id, phone = int(runner.names["account_id"]), Phone.stored(f"+{runner.names['ada_phone']}")
    entries = await runner.hub.runtime.store.read(lambda tx: consent_ledger(tx, account_id, phone))
    assert [(entry.action.value, entry.door) for entry in entries] == [
        ("team_start", "heymarket"),
        ("team_stop", "heymarket"),
    ]
    assert (await shown(runner, runner.names["ada_id"]))["rev"] == before["rev"] + 2
