"""Many contacts in one call on `/v1`: what is skipped, what fails, what comes back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dialects.heymarket.form import hm, raw
from tests.dialects.heymarket.test_contacts import GRACE, call, create, shown
from tests.kit.wire import Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

BATCH = "/v1/batch/contacts"


async def batch(runner: Runner, *contacts: Any, **query: str) -> Any:
    return await call(runner, "POST", BATCH, list(contacts), 200, **query)


async def test_more_than_a_thousand_are_refused(guest: Runner) -> None:
    body = [{"phone": f"1425{number:07}"} for number in range(1001)]
    for sent in (body, {"contacts": body}):
        await guest.run(Case(label="many", ask=hm("POST", BATCH, sent), status=400, blames="contacts"))


async def test_an_object_that_holds_no_list(guest: Runner) -> None:
    await guest.run(Case(label="no list", ask=hm("POST", BATCH, {"contacts": "x"}), status=400, blames="contacts"))
    await guest.run(Case(label="other", ask=hm("POST", BATCH, {"phone": GRACE}), status=400, blames="contacts"))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"contacts": []}'])
async def test_nothing_is_ok(body: bytes, guest: Runner) -> None:
    assert (await guest.run(Case(label="nothing", ask=raw("POST", BATCH, body)))).json() == "ok"


@both_engines
async def test_a_thousand_are_made_in_one_call(runner: Runner) -> None:
    body = [{"phone": f"1425{number:07}"} for number in range(1000)]
    assert await call(runner, "POST", BATCH, {"contacts": body}) == "ok"
    assert await call(runner, "POST", "/v1/contacts/count", {}) == {"count": 1002}


@both_engines
async def test_known_contacts_are_skipped_and_left_as_they_are(runner: Runner) -> None:
    before = await shown(runner, runner.names["ada_id"])
    assert await batch(runner, {"phone": "<ada_phone>", "first": "Nobody"}, {"phone": GRACE, "first": "Grace"}) == "ok"
    assert await batch(runner, {"phone": "<ada_phone>", "first": "Nobody"}, overwrite="false") == "ok"
    assert await shown(runner, runner.names["ada_id"]) == before
    assert (await call(runner, "POST", "/v1/contact/get", {"phone": GRACE}))["first"] == "Grace"


@both_engines
async def test_known_contacts_are_overwritten_where_that_is_asked_for(runner: Runner) -> None:
    level, renewal = runner.names["field"], runner.names["field2"]
    contact_id = await create(runner, first="Grace", last="Hopper", custom={level: "Gold", renewal: "May"})
    assert (
        await batch(runner, {"phone": GRACE, "first": "Amazing", "custom": {level: "Iron"}}, overwrite="true") == "ok"
    )
    view = await shown(runner, contact_id)
    assert (view["first"], view["last"], view["custom"], view["rev"]) == ("Amazing", "Hopper", {level: "Iron"}, 2)


async def test_the_first_of_two_with_one_phone_wins_unless_they_overwrite(runner: Runner) -> None:
    both = ({"phone": GRACE, "first": "One"}, {"phone": f"+{GRACE}", "first": "Two"})
    assert await batch(runner, *both) == "ok"
    view = await call(runner, "POST", "/v1/contact/get", {"phone": GRACE})
    assert (view["first"], view["rev"]) == ("One", 1)
    assert await batch(runner, *both, overwrite="1") == "ok"
    view = await call(runner, "POST", "/v1/contact/get", {"phone": GRACE})
    assert (view["first"], view["rev"]) == ("Two", 3)


@both_engines
async def test_those_that_failed_come_back_as_they_were_sent(runner: Runner) -> None:
    bad: list[Any] = [
        {"phone": "(510) 555-3344", "first": "Bad", "mine": [1, {"a": None}]},
        {"first": "No phone"},
        {"phone": GRACE, "tags": [{"tag_id": 404}]},
        {"phone": GRACE, "assignee_id": 404},
        {"phone": GRACE, "email": "nobody"},
        {"phone": GRACE, "first": "a\0b"},
        {"phone": GRACE, "first": 5},
        "text",
        None,
        [GRACE],
    ]
    good = {"phone": GRACE, "first": "Grace"}
    failed = await batch(runner, *bad[:5], good, *bad[5:])
    assert len(failed) == len(bad)
    for sent, came in zip(bad, failed, strict=True):
        error = came.pop("error")
        assert isinstance(error, str) and error
        assert isinstance(came.pop("error_code"), str)
        assert came == (sent if isinstance(sent, dict) else {"contact": sent})
    assert (await call(runner, "POST", "/v1/contact/get", {"phone": GRACE}))["first"] == "Grace"


async def test_what_is_no_text_comes_back_with_its_signs_replaced(guest: Runner) -> None:
    element, text = b'{"phone":"\xd0\xba\xba"}', '{"phone":"\u043a\ufffd"}'
    answer = (await guest.run(Case(label="v1", ask=raw("POST", BATCH, b"[" + element + b"]")))).json()
    assert [one["contact"] for one in answer] == [text]
    asked = raw("POST", "/v2/contacts", b'{"contacts":[' + element + b"]}")
    answer = (await guest.run(Case(label="v2", ask=asked))).json()
    assert [one["contact"] for one in answer["failed_contacts"]] == [text]


async def test_a_batch_opts_out(runner: Runner) -> None:
    assert await batch(runner, {"phone": GRACE, "is_opted_out": True}) == "ok"
    assert (await call(runner, "POST", "/v1/contact/get", {"phone": GRACE}))["is_opted_out"] is True


async def test_a_skipped_contact_is_not_opted_out(runner: Runner) -> None:
    assert await batch(runner, {"phone": "<ada_phone>", "is_opted_out": True}) == "ok"
    assert (await shown(runner, runner.names["ada_id"]))["is_opted_out"] is False
