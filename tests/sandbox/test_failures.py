"""Calls that are made to fail: in the platform's own form, without an answer, after their work; for one account."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from linebook.faults import KEPT_MAX, Fault, Faults
from tests.kit.hub import RunningHub
from tests.sandbox.conftest import open_account, state_of
from tests.sandbox.texting import ADA, get, post, send

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def call(hub: RunningHub, opened: dict[str, Any], dialect: str) -> httpx.Response:
    """Read something through a platform's API."""
    match dialect:
        case "zipwhip":
            session = opened["zipwhip"]["session"]
            return await hub.client.get("/contact/get", params={"session": session, "mobileNumber": ADA})
        case "inwise":
            return await hub.client.get("/rest/v1/groups", headers={"X-API-Key": opened["inwise"]["api_key"]})
        case "sendblue":
            pair = opened["sendblue"]
            shown = {"sb-api-key-id": pair["api_key"], "sb-api-secret-key": pair["api_secret"]}
            return await hub.client.get("/api/v2/contacts", headers=shown)
    bearer = {"Authorization": f"Bearer {opened['heymarket']['api_key']}"}
    return await hub.client.post("/v1/tags", headers=bearer, json={})


FORMS: dict[str, Callable[[Any], Any]] = {
    "zipwhip": lambda body: body["success"] is False,
    "inwise": lambda body: body["message"] and body["code"],
    "sendblue": lambda body: body["message"],
    "heymarket": lambda body: body["error_code"] and body["request_id"],
}


@pytest.mark.parametrize(
    "body",
    [
        {"times": 0},
        {"times": 10_001},
        {"status": 418},
        {"delay_s": -1},
        {"delay_s": 61},
        {"dialect": "twitter"},
        {"outcome": "exploded"},
        {"path": "x" * 201},
        {"account": 1_999_999_999},
        {"retry_after_s": -1},
        {"unknown": 1},
    ],
)
async def test_a_wish_that_cannot_be_met_is_refused(hub: RunningHub, body: Any) -> None:
    answer = await hub.client.post("/_sandbox/failures", json=body)
    assert answer.status_code in (400, 404), answer.text
    assert await get(hub, "failures") == []


@pytest.mark.parametrize("dialect", FORMS)
async def test_the_next_calls_are_refused_in_the_platforms_form_and_then_succeed(hub: RunningHub, dialect: str) -> None:
    opened, other = await open_account(hub), await open_account(hub)
    usual = (await call(hub, opened, dialect)).status_code
    for status in (429, 500, 503):
        wish = await post(
            hub, "failures", account=opened["id"], dialect=dialect, status=status, times=2, retry_after_s=7
        )
        assert (wish["times"], wish["status"]) == (2, status)
        assert (await call(hub, other, dialect)).status_code == usual
        for _ in range(2):
            answer = await call(hub, opened, dialect)
            assert answer.status_code == status
            assert FORMS[dialect](answer.json())
            if "retry-after" in answer.headers:
                assert answer.headers["retry-after"] == "7"
        assert (await call(hub, opened, dialect)).status_code == usual
    assert await get(hub, "failures", account=opened["id"]) == []


async def test_only_the_calls_that_are_meant_fail(hub: RunningHub) -> None:
    opened = await open_account(hub)
    await post(hub, "failures", account=opened["id"], dialect="zipwhip", path="/message/")
    assert (await call(hub, opened, "inwise")).status_code == 200
    assert (await call(hub, opened, "zipwhip")).status_code != 500
    assert (await send(hub, opened)).status_code == 500
    assert (await send(hub, opened)).json()["success"] is True


async def test_a_dropped_call_has_no_answer_and_did_nothing(hub: RunningHub) -> None:
    opened = await open_account(hub)
    await post(hub, "failures", account=opened["id"], outcome="dropped")
    with pytest.raises(httpx.RemoteProtocolError):
        await send(hub, opened)
    assert (await get(hub, "texts", account=opened["id"]))["texts"] == []
    assert (await send(hub, opened)).json()["success"] is True


async def test_a_call_can_do_its_work_and_lose_its_answer(hub: RunningHub) -> None:
    opened = await open_account(hub)
    await post(hub, "failures", account=opened["id"], outcome="dropped", after=True)
    with pytest.raises(httpx.RemoteProtocolError):
        await send(hub, opened, body="taken")
    assert [one["body"] for one in (await get(hub, "outbox", account=opened["id"]))["texts"]] == ["taken"]
    await post(hub, "failures", account=opened["id"], status=503, after=True)
    assert (await send(hub, opened, body="taken as well")).status_code == 503
    assert len((await get(hub, "outbox", account=opened["id"]))["texts"]) == 2


async def test_a_delayed_call_is_answered_later_and_others_do_not_wait(hub: RunningHub) -> None:
    opened, other = await open_account(hub), await open_account(hub)
    await post(hub, "failures", account=opened["id"], outcome="answered", delay_s=0.5)
    late = asyncio.create_task(send(hub, opened))
    assert (await send(hub, other)).json()["success"] is True
    assert not late.done()
    assert (await late).json()["success"] is True


async def test_a_log_in_fails_when_everybodys_calls_do(hub: RunningHub) -> None:
    opened = await open_account(hub)
    login = {"username": opened["zipwhip"]["username"], "password": opened["zipwhip"]["password"]}
    await post(hub, "failures", account=opened["id"], path="/user/login")
    assert (await hub.client.post("/user/login", data=login)).status_code == 200
    await post(hub, "failures", path="/user/login", everybody=True, status=503)
    assert [one["account"] for one in await get(hub, "failures", account=opened["id"])] == [opened["id"], None]
    assert (await hub.client.post("/user/login", data=login)).status_code == 503
    assert (await hub.client.post("/user/login", data=login)).status_code == 200


async def test_wishes_can_be_taken_back_and_go_with_their_account(hub: RunningHub) -> None:
    opened = await open_account(hub)
    await post(hub, "failures", account=opened["id"], times=100)
    answer = await hub.client.delete("/_sandbox/failures", params={"account": opened["id"]})
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await call(hub, opened, "inwise")).status_code == 200
    await post(hub, "failures", account=opened["id"], times=100)
    await hub.client.delete(f"/_sandbox/accounts/{opened['id']}")
    assert hub.runtime.faults.waiting(opened["id"]) == []


async def test_a_caller_without_a_credential_suffers_for_no_account(hub: RunningHub) -> None:
    opened = await open_account(hub)
    await post(hub, "failures", account=opened["id"])
    answer = await hub.client.get("/rest/v1/groups", headers={"X-API-Key": "wrong"})
    assert answer.status_code == 401
    assert len(await get(hub, "failures", account=opened["id"])) == 1
    assert (await state_of(hub, opened["id"]))["contacts"] == 0


async def test_there_is_an_end_to_what_is_remembered() -> None:
    faults = Faults()
    assert all(faults.add(Fault(id=faults.next_id(), account_id=1)) for _ in range(KEPT_MAX))
    assert not faults.add(Fault(id=faults.next_id(), account_id=2))
    faults.forget(1)
    assert faults.add(Fault(id=faults.next_id(), account_id=2))
