"""The hub under a test's hand: its clock, its carrier and the magic numbers; each for one account where it can be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from linebook.core.delivery_status import MESSAGE_STATUSES
from linebook.core.magic_numbers import Case
from linebook.demo import prepare_demo
from tests.kit.hub import RunningHub, running_hub, until
from tests.kit.raw import look
from tests.sandbox.conftest import open_account
from tests.sandbox.texting import ADA, get, outbox, post, send, sent, text_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOUR_S = 3600


# -- the clock


@pytest.mark.parametrize(
    "body", [{}, {"advance_s": 0}, {"advance_s": -1}, {"advance_s": "x"}, {"advance_s": 1e12}, {"by": 1}, []]
)
async def test_a_clock_that_cannot_be_set_so_stays(hub: RunningHub, body: Any) -> None:
    before = (await get(hub, "clock"))["ahead_s"]
    answer = await hub.client.post("/_sandbox/clock", json=body)
    assert answer.status_code == 400, answer.text
    assert (await get(hub, "clock"))["ahead_s"] == before


async def test_a_scheduled_text_leaves_when_its_time_has_come_and_a_reset_sets_the_clock_back(
    sqlite_path: Path,
) -> None:
    async with running_hub(f"sqlite:///{sqlite_path}", prepare=prepare_demo, is_demo=True) as hub:
        opened = await open_account(hub)
        await sent(hub, opened, body="now")
        await text_in(hub, opened, "accepted")
        due_ms = (await get(hub, "clock"))["now_ms"] + 48 * HOUR_S * 1000
        await sent(hub, opened, body="later", scheduledDate=str(due_ms))
        assert (await outbox(hub, opened))[0]["state"] == "queued"
        shown = await post(hub, "clock", advance_s=24 * HOUR_S)
        assert shown["ahead_s"] == 24 * HOUR_S
        await sent(hub, opened, body="between")
        await until_accepted(hub, opened, "between")
        assert (await outbox(hub, opened))[1]["state"] == "queued"
        assert (await post(hub, "clock", advance_s=25 * HOUR_S))["ahead_s"] == 49 * HOUR_S
        await until_accepted(hub, opened, "later")
        await post(hub, "reset")
        assert (await get(hub, "clock"))["ahead_s"] == 0
        fresh = await open_account(hub)
        await sent(hub, fresh)
        await text_in(hub, fresh, "accepted")


async def until_accepted(hub: RunningHub, opened: dict[str, Any], body: str) -> None:
    async def is_accepted() -> bool:
        states = {text["body"]: text["state"] for text in await outbox(hub, opened)}
        return bool(states[body] == "accepted")

    await until(is_accepted)


async def test_a_late_receipt_comes_when_the_clock_is_set_forward(sqlite_path: Path) -> None:
    async with running_hub(f"sqlite:///{sqlite_path}", prepare=prepare_demo, is_demo=True) as hub:
        opened = await open_account(hub)
        await sent(hub, opened, f"+1500557{Case.RECEIPT_LATE:04}")
        await text_in(hub, opened, "accepted")
        engine = hub.runtime.store.engine
        query = "SELECT kind FROM receipt"
        assert look(engine, query) == []
        await post(hub, "clock", advance_s=59)
        await sent(hub, opened, body="meanwhile")
        await text_in(hub, opened, "accepted", number=ADA)
        assert len(look(engine, query)) <= 1
        await post(hub, "clock", advance_s=2)
        await until(lambda: len(look(engine, query)) == 2)


async def test_a_text_that_is_with_the_carrier_while_the_clock_moves_is_not_in_doubt(sqlite_path: Path) -> None:
    async with running_hub(f"sqlite:///{sqlite_path}", prepare=prepare_demo, is_demo=True) as hub:
        opened = await open_account(hub)
        await sent(hub, opened, "+15005589999")  # its answer takes ten seconds
        await until(lambda: hub.runtime.delivery.in_flight == 1)
        await post(hub, "clock", advance_s=30)
        await text_in(hub, opened, "accepted")
        await post(hub, "clock", advance_s=24 * HOUR_S)
        await sent(hub, opened, body="after")
        await text_in(hub, opened, "accepted")
        assert look(hub.runtime.store.engine, "SELECT message_id FROM doubt") == []


async def test_the_clock_ends_ten_years_ahead(sqlite_path: Path) -> None:
    async with running_hub(f"sqlite:///{sqlite_path}", prepare=prepare_demo, is_demo=True) as hub:
        await post(hub, "clock", advance_s=10 * 365 * 24 * HOUR_S)
        answer = await hub.client.post("/_sandbox/clock", json={"advance_s": 11 * 24 * HOUR_S})
        assert answer.status_code == 409
        opened = await open_account(hub)
        await sent(hub, opened)
        await text_in(hub, opened, "accepted")


# -- the carrier


async def test_while_the_carrier_is_stopped_texts_wait_and_then_go_on(hub: RunningHub) -> None:
    opened, other = await open_account(hub), await open_account(hub)
    await sent(hub, opened, body="first")
    await text_in(hub, opened, "accepted")
    assert await post(hub, "carrier", account=opened["id"], is_running=False) == {
        "account": opened["id"],
        "is_running": False,
    }
    await sent(hub, opened, body="second")
    await sent(hub, other)
    await text_in(hub, other, "accepted")
    assert (await outbox(hub, opened))[0]["state"] == "queued"
    assert (await get(hub, "carrier", account=opened["id"]))["is_running"] is False
    assert (await get(hub, "carrier", account=other["id"]))["is_running"] is True
    await post(hub, "carrier", account=opened["id"], is_running=True)
    assert (await text_in(hub, opened, "accepted"))["body"] == "second"


@pytest.mark.parametrize("body", [{}, {"is_running": "no"}, {"is_running": True, "account": 1_999_999_999}])
async def test_a_carrier_that_is_nobodys_is_not_stopped(hub: RunningHub, body: Any) -> None:
    answer = await hub.client.post("/_sandbox/carrier", json=body)
    assert answer.status_code in (400, 404)


# -- magic numbers


async def test_every_state_has_a_number_and_a_text_to_it_ends_there(hub: RunningHub) -> None:
    magic = await get(hub, "magic")
    assert {one["message_status"] for one in magic["statuses"]} == set(MESSAGE_STATUSES)
    opened = await open_account(hub)
    for one in (one for one in magic["statuses"] if one["state"] == "failed"):
        await sent(hub, opened, one["number"], str(one["message_status"]))

    async def all_failed() -> bool:
        texts = await outbox(hub, opened, limit=500)
        return all(text["state"] == "failed" for text in texts)

    await until(all_failed)
    texts = await outbox(hub, opened, limit=500)
    assert {text["body"]: text["message_status"] for text in texts} == {
        text["body"]: int(text["body"]) for text in texts
    }
    assert len(texts) == sum(one["state"] == "failed" for one in magic["statuses"])


async def test_a_text_that_nobody_reports_about_stays_in_its_state(hub: RunningHub) -> None:
    opened = await open_account(hub)
    for number, state, shown in (("+15005550999", "in_process", (1, 999)), ("+15005551002", "sent", (0, 1002))):
        await sent(hub, opened, number)
        text = await text_in(hub, opened, state, number=number)
        assert (text["status_code"], text["message_status"], text["sent_ms"] is not None) == (*shown, True)


async def test_every_send_code_has_a_number_that_is_refused_with_it(hub: RunningHub) -> None:
    opened = await open_account(hub)
    codes = (await get(hub, "magic"))["send_codes"]
    assert {one["code"] for one in codes} == {-1234, -855, -704, -703, -700, -394, -124, -1}
    for one in codes:
        answer = (await send(hub, opened, one["number"])).json()
        assert answer["success"] is False, one
        assert answer["response"]["code"] == one["code"], (one, answer)
    assert await outbox(hub, opened) == []


async def test_every_case_is_told(hub: RunningHub) -> None:
    cases = (await get(hub, "magic"))["cases"]
    assert [one["number"] for one in cases] == [f"+1500557{case:04}" for case in Case]
    opened = await open_account(hub)
    await sent(hub, opened, f"+1500557{Case.REPLY:04}", "echo")

    async def has_answer() -> bool:
        return [one["body"] for one in (await get(hub, "texts", account=opened["id"], direction="in"))["texts"]] == [
            "echo"
        ]

    await until(has_answer)
