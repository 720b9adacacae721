"""The channels of one contact on `/v2`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dialects.heymarket.form import hm
from tests.dialects.heymarket.test_contacts import GRACE, call
from tests.dialects.heymarket.test_v2 import email, phone
from tests.kit.wire import Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADA, EVE = "/v2/contact/<ada_uuid>", "/v2/contact/<eve_uuid>"


def listed(channels: Any) -> list[tuple[str, str]]:
    return [(one["channel_type"], one["channel_id"]) for one in channels]


@pytest.mark.parametrize(
    ("channel", "code"),
    [
        (phone(), "unsupported_channel"),  # Ada has another one
        ({"channel_type": "facebook", "channel_id": "5"}, "unsupported_channel"),
        ({}, "missing_field"),
        ({"channel_type": "phone"}, "missing_field"),
        (phone("510"), "invalid_phone_number"),
        (email("nobody"), "invalid_field"),
        ({"channel_type": 5, "channel_id": GRACE}, "invalid_field"),
    ],
    ids=str,
)
async def test_a_channel_that_cannot_be_added(channel: dict[str, Any], code: str, guest: Runner) -> None:
    case = Case(label="add", ask=hm("POST", f"{ADA}/channel", channel), status=400)
    assert (await guest.run(case)).json()["error_code"] == code


@pytest.mark.parametrize(
    "asked",
    [
        hm("GET", f"{ADA}/channel/email"),
        hm("GET", f"{ADA}/channel/facebook"),
        hm("DELETE", f"{ADA}/channel/email"),
        hm("DELETE", f"{EVE}/channel/phone"),
        hm("PUT", f"{ADA}/channel", email()),
        hm("GET", "/v2/contact/<unknown_uuid>/channel/phone"),
        hm("GET", "/v2/contact/<foreign_uuid>/channels"),
        hm("PUT", "/v2/contact/<foreign_uuid>/channel", phone()),
        hm("DELETE", "/v2/contact/<foreign_uuid>/channel/phone"),
    ],
    ids=lambda asked: f"{asked.method} {asked.path}",
)
async def test_a_channel_that_is_not_there(asked: Any, guest: Runner) -> None:
    await guest.run(Case(label="none", ask=asked, status=404))


async def test_a_phone_of_another_contact(guest: Runner) -> None:
    for asked in (
        hm("POST", f"{EVE}/channel", phone("<ada_phone>")),
        hm("PUT", EVE, {"contact_channels": [phone("<ada_phone>")]}),
    ):
        case = Case(label="taken", ask=asked, status=400, blames="phone")
        assert (await guest.run(case)).json()["error_code"] == "phone_in_use"


@both_engines
async def test_a_channel_is_added_to_who_lacks_it(runner: Runner) -> None:
    expected = [("phone", GRACE), ("email", "eve@example.org")]
    assert listed(await call(runner, "POST", f"{EVE}/channel", phone())) == expected
    assert listed(await call(runner, "POST", f"{EVE}/channel", phone(f"+{GRACE}"))) == expected
    assert listed(await call(runner, "GET", f"{EVE}/channels")) == expected
    added = await call(runner, "POST", f"{ADA}/channel", {"channel_id": "ada@example.org", "info_channel": "<string>"})
    assert listed(added) == [("phone", runner.names["ada_phone"]), ("email", "ada@example.org")]


@both_engines
async def test_a_channel_is_changed_read_and_removed(runner: Runner) -> None:
    assert listed(await call(runner, "PUT", f"{ADA}/channel", phone())) == [("phone", GRACE)]
    one = await call(runner, "GET", f"{ADA}/channel/phone")
    assert (one["channel_id"], one["contact_id"]) == (GRACE, int(runner.names["ada_id"]))
    assert await call(runner, "POST", "/v1/contact/set_status", {"phone": GRACE, "status": "blocked"}) == "success"
    assert await call(runner, "DELETE", f"{ADA}/channel/Phone") == "ok"
    await call(runner, "DELETE", f"{ADA}/channel/phone", status=404)
    assert await call(runner, "GET", f"{ADA}/channels") == []
    assert (await call(runner, "GET", ADA))["phone"] == ""
    assert (await call(runner, "POST", "/v1/contact/status", {"phone": GRACE}))["blocked"] is True
    assert await call(runner, "DELETE", f"{EVE}/channel/email") == "ok"
    assert (await call(runner, "GET", EVE))["email"] == ""
