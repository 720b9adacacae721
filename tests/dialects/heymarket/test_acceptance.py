"""The acceptance list of the contact resource, line by line; each test is named after its line."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.dialects.heymarket.form import UUID, hm, raw
from tests.dialects.heymarket.test_contacts import GRACE, call, create, shown
from tests.dialects.heymarket.tokens import basic, token
from tests.kit.wire import Runner, Shows, both_engines

pytestmark = [pytest.mark.asyncio(loop_scope="session"), both_engines]


async def test_01_create_with_only_a_phone(runner: Runner) -> None:
    made = await call(runner, "POST", "/v1/contact", {"phone": GRACE})
    assert type(made["id"]) is int
    assert made["rev"] == 1
    assert UUID.fullmatch(made["uuid"])


async def test_02_a_plus_is_taken_off_and_brackets_are_refused(runner: Runner) -> None:
    assert (await shown(runner, await create(runner, f"+{GRACE}")))["phone"] == GRACE
    refused = await call(runner, "POST", "/v1/contact", {"phone": "(510) 555-3344"}, 400)
    assert refused["field"] == "phone"


async def test_03_create_without_a_phone(runner: Runner) -> None:
    await call(runner, "POST", "/v1/contact", {"first": "Grace"}, 400)


async def test_04_six_tags_are_too_many_and_five_are_not(runner: Runner) -> None:
    tags = [(await call(runner, "POST", "/v1/tag", {"tag": f"T{number}"}))["id"] for number in range(6)]
    refs = [{"tag_id": one} for one in tags]
    await call(runner, "POST", "/v1/contact", {"phone": GRACE, "tags": refs}, 400)
    view = await shown(runner, await create(runner, tags=refs[:5]))
    assert [one["tag_id"] for one in view["tags"]] == tags[:5]


async def test_05_of_a_known_and_an_unknown_field_only_the_known_one_is_stored(runner: Runner) -> None:
    view = await shown(runner, await create(runner, custom={runner.names["field"]: "Gold", "404": "lost"}))
    assert view["custom"] == {runner.names["field"]: "Gold"}


async def test_06_overwrite_decides_what_becomes_of_the_other_values(runner: Runner) -> None:
    one, two = runner.names["field"], runner.names["field2"]
    contact_id = await create(runner, custom={one: "a", two: "b"})
    await call(runner, "PUT", f"/v1/contact/{contact_id}", {"phone": GRACE, "custom": {one: "c"}})
    assert (await shown(runner, contact_id))["custom"] == {one: "c", two: "b"}
    await call(runner, "PUT", f"/v1/contact/{contact_id}", {"phone": GRACE, "custom": {one: "d"}}, overwrite="true")
    assert (await shown(runner, contact_id))["custom"] == {one: "d"}


async def test_07_put_needs_a_phone_and_raises_rev_and_updated(runner: Runner) -> None:
    contact_id = await create(runner)
    await call(runner, "PUT", f"/v1/contact/{contact_id}", {"first": "Grace"}, 400)
    before = await shown(runner, contact_id)
    assert (await call(runner, "PUT", f"/v1/contact/{contact_id}", {"phone": GRACE, "first": "G"}))["rev"] == 2
    assert (await shown(runner, contact_id))["updated"] > before["updated"]


async def test_08_an_assignee_is_read_back_and_cleared(runner: Runner) -> None:
    scott = int(runner.names["scott_id"])
    contact_id = await create(runner, assignee_id=scott)
    assert (await shown(runner, contact_id))["assigned_user_id"] == scott
    await call(runner, "PUT", f"/v1/contact/{contact_id}", {"phone": GRACE, "assignee_id": -1})
    assert (await shown(runner, contact_id))["assigned_user_id"] == 0


async def test_09_an_opt_out_is_told_by_the_status_call_and_lifted(runner: Runner) -> None:
    # That a send is refused belongs to the calls that send.
    contact_id = await create(runner, is_opted_out=True)
    assert (await call(runner, "POST", "/v1/contact/status", {"id": contact_id}))["unsubscribed"] is True
    await call(runner, "POST", "/v1/contact/set_status", {"id": contact_id, "status": "subscribed"})
    assert (await shown(runner, contact_id))["is_opted_out"] is False


async def test_10_seventy_five_contacts_are_walked(runner: Runner) -> None:
    for name in ("ada_id", "eve_id"):
        await call(runner, "DELETE", f"/v1/contact/{runner.names[name]}")
    body = [{"phone": f"1425555{number:04}"} for number in range(75)]
    assert await call(runner, "POST", "/v1/batch/contacts", body) == "ok"
    met: list[Any] = []
    sizes: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = await call(runner, "POST", "/v1/contacts", cursor)
        sizes.append(len(page))
        if not page:
            break
        met += page
        cursor = {"date": page[-1]["updated"]}
    assert sizes == [30, 30, 15, 0]
    assert len({one["id"] for one in met}) == 75


async def test_11_delete_answers_ok_and_the_contact_is_gone(runner: Runner) -> None:
    contact_id = await create(runner)
    assert await call(runner, "DELETE", f"/v1/contact/{contact_id}") == "ok"
    await call(runner, "GET", f"/v1/contact/{contact_id}", status=404)


async def test_12_every_answer_has_an_id_and_a_bad_key_is_told_in_an_object(runner: Runner) -> None:
    for asked, shows, status in (
        (hm("GET", "/v1/team"), Shows.GOOD, 200),
        (hm("GET", "/v1/nowhere"), Shows.GOOD, 404),
        (hm("GET", "/v1/team"), Shows.NONE, 401),
    ):
        answer = await runner.send(asked, shows=shows)
        assert answer.status == status
        assert UUID.fullmatch(answer.header("x-request-id"))
    bad = msgspec.structs.replace(hm("GET", "/v1/team"), headers=(("Authorization", "Bearer nobody"),))
    refused = await runner.send(bad, shows=Shows.NONE)
    assert refused.status == 401
    assert isinstance(refused.json()["message"], str)


async def test_13_the_same_by_basic_by_key_and_by_token(runner: Runner) -> None:
    key, secret_id = runner.tenant.secret, runner.names["secret_id"]
    now_s = runner.hub.runtime.clock() // 1000
    for shown_as, status in (
        (basic(key), 200),
        (f"Bearer {key}", 200),
        (f"Bearer {token(secret_id, key[::-1], now_s)}", 200),
        (f"Bearer {token(secret_id, key[::-1], now_s - 360)}", 401),
    ):
        body = {"phone": GRACE, "first": "Grace"}
        asked = msgspec.structs.replace(hm("POST", "/v1/contact", body), headers=(("Authorization", shown_as),))
        assert (await runner.send(asked, shows=Shows.NONE)).status == status


async def test_14_bodies_that_say_nothing(runner: Runner) -> None:
    assert (await runner.send(raw("GET", "/v1/inboxes", b"[]"))).status == 200
    for body in (b"[]", b"{}", b""):
        assert len((await runner.send(raw("POST", "/v1/contacts", body))).json()) == 2
