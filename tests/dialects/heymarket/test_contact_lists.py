"""The list of contacts, its cursor and its pages, its filters and its count; on `/v1` and `/v2`."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.dialects.heymarket.form import hm, raw
from tests.dialects.heymarket.test_contacts import call, create
from tests.kit.wire import Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIST_CALLS = ("/v1/contacts", "/v2/contacts/list")


async def many(runner: Runner, count: int) -> None:
    """Make contacts in one batch, beside the two that are there."""
    body = [{"phone": f"1425555{number:04}", "first": f"P{number}"} for number in range(count)]
    assert await call(runner, "POST", "/v1/batch/contacts", body) == "ok"


def ids(page: list[Any]) -> list[int]:
    return [one["id"] for one in page]


# -- refused

BAD = [
    ("date", "yesterday"),
    ("date", "2026-03-02"),
    ("date", "2026-13-02T09:15:00Z"),
    ("date", "2026-03-02T25:15:00Z"),
    ("date", "2026-03-02T09:15:00.Z"),
    ("date", "1772442900"),
    ("date", 1772442900),
    ("limit", 0),
    ("limit", -1),
    ("limit", "many"),
    ("page", -1),
    ("page", 1.5),
    ("ascending", "up"),
]
BAD_V1 = [
    ("order", "name"),
    ("order", "Updated"),
    ("assigned", -1),
    ("assigned", 10**20),
    ("assigned", "Scott"),
    ("filter", "x" * 201),
    ("filter", "a\0"),
    ("filter", 5),
    ("archived", "perhaps"),
]
CASES = [
    *(
        Case(label=f"{path} {name} {value!r}", ask=hm("POST", path, {name: value}), status=400, blames=name)
        for path in (*LIST_CALLS, "/v1/contacts/count")
        for name, value in BAD
    ),
    *(
        Case(label=f"{path} {name} {value!r}", ask=hm("POST", path, {name: value}), status=400, blames=name)
        for path in ("/v1/contacts", "/v1/contacts/count")
        for name, value in BAD_V1
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_parameter_that_cannot_be_used(case: Case, guest: Runner) -> None:
    answer = await guest.run(case)
    assert answer.json()["field"] == case.blames


# -- walks


@both_engines
@pytest.mark.parametrize("path", LIST_CALLS)
async def test_seventy_five_contacts_of_one_batch_are_walked_by_date(path: str, runner: Runner) -> None:
    await many(runner, 73)
    pages: list[list[Any]] = []
    body: dict[str, Any] = {}
    while page := await call(runner, "POST", path, body):
        pages.append(page)
        body = {"date": page[-1]["updated"]}
    assert [len(page) for page in pages] == [30, 30, 15]
    met = [one for page in pages for one in page]
    assert len(set(ids(met))) == 75
    assert [one["updated"] for one in met] == sorted((one["updated"] for one in met), reverse=True)


@both_engines
async def test_a_walk_in_rising_order_gets_the_last_one_again(runner: Runner) -> None:
    await many(runner, 40)
    met: list[Any] = []
    body: dict[str, Any] = {"ascending": True, "limit": 10}
    while True:
        page = await call(runner, "POST", "/v1/contacts", body)
        assert not met or page[0]["id"] == met[-1]["id"]
        fresh = page if not met else page[1:]
        if not fresh:
            break
        met += fresh
        body["date"] = met[-1]["updated"]
    assert len(set(ids(met))) == len(met) == 42
    assert [one["updated"] for one in met] == sorted(one["updated"] for one in met)


async def test_a_changed_contact_moves_to_the_top(runner: Runner) -> None:
    await many(runner, 3)
    first = await call(runner, "POST", "/v1/contacts", {})
    await call(runner, "PUT", "/v1/contact/<ada_id>", {"phone": "<ada_phone>"})
    after = await call(runner, "POST", "/v1/contacts", {})
    assert after[0]["id"] == int(runner.names["ada_id"]) != first[0]["id"]
    assert sorted(ids(after)) == sorted(ids(first))


async def test_nobody_of_another_team_is_listed(guest: Runner) -> None:
    for path in LIST_CALLS:
        page = await call(guest, "POST", path, {"limit": 200})
        assert sorted(one["first"] for one in page) == ["Ada", "Eve"]
        assert {one["team_id"] for one in page} == {int(guest.names["account_id"])}


# -- the cursor

WRITTEN = ["Z", "z", "+00:00", "-00:00", "+0000"]


@pytest.mark.parametrize("zone", WRITTEN)
async def test_the_cursor_is_strictly_before_in_any_spelling(zone: str, guest: Runner) -> None:
    newest, oldest = await call(guest, "POST", "/v1/contacts", {})
    stem = newest["updated"].removesuffix("Z")
    assert ids(await call(guest, "POST", "/v1/contacts", {"date": stem + zone})) == [oldest["id"]]
    finer = f"{stem}001{zone}"
    assert ids(await call(guest, "POST", "/v1/contacts", {"date": finer})) == [newest["id"], oldest["id"]]
    assert ids(await call(guest, "POST", "/v1/contacts", {"date": f"{stem}000{zone}"})) == [oldest["id"]]


@pytest.mark.parametrize(
    ("date", "count"),
    [
        ("2000-01-01T00:00:00Z", 0),
        ("0001-01-01T00:00:00Z", 0),
        ("0001-01-01T00:00:00+14:00", 0),
        ("9999-12-31T23:59:59-12:00", 2),
        ("2999-01-01 00:00:00", 2),
        ("2999-01-01T00:00Z", 2),
        ("2999-01-01t00:00:00,5z", 2),
        (" 2999-01-01T00:00:00Z ", 2),
        ("", 2),
        (None, 2),
    ],
)
async def test_any_time_will_do(date: str | None, count: int, guest: Runner) -> None:
    for path in LIST_CALLS:
        assert len(await call(guest, "POST", path, {"date": date})) == count


async def test_an_offset_is_reckoned_with(guest: Runner) -> None:
    newest, oldest = await call(guest, "POST", "/v1/contacts", {})
    moment = datetime.fromisoformat(newest["updated"])
    for shift in (-12, -2, 2, 14):
        moved = moment.astimezone(timezone(timedelta(hours=shift))).isoformat(timespec="milliseconds")
        assert ids(await call(guest, "POST", "/v1/contacts", {"date": moved})) == [oldest["id"]]


# -- pages


@pytest.mark.parametrize(("path", "first"), [("/v1/contacts", 1), ("/v2/contacts/list", 0)])
async def test_pages_by_number(path: str, first: int, runner: Runner) -> None:
    await many(runner, 10)
    whole = ids(await call(runner, "POST", path, {"limit": 200}))
    numbered = [ids(await call(runner, "POST", path, {"limit": 5, "page": first + number})) for number in range(4)]
    assert numbered == [whole[:5], whole[5:10], whole[10:], []]
    assert ids(await call(runner, "POST", path, {"limit": 5, "page": str(first)})) == whole[:5]
    assert await call(runner, "POST", path, {"page": 10**15}) == []
    cursor = (await call(runner, "POST", path, {"limit": 200}))[3]["updated"]
    assert ids(await call(runner, "POST", path, {"limit": 4, "page": first, "date": cursor})) == whole[4:8]
    assert ids(await call(runner, "POST", path, {"limit": 4, "page": first + 1, "date": cursor})) == whole[8:]
    rising = {"limit": 5, "page": first, "ascending": True}
    assert ids(await call(runner, "POST", path, rising)) == whole[::-1][:5]


async def test_page_zero_is_the_first_on_v1(guest: Runner) -> None:
    zero = await call(guest, "POST", "/v1/contacts", {"page": 0, "limit": 1})
    assert zero == await call(guest, "POST", "/v1/contacts", {"page": 1, "limit": 1})


async def test_a_limit_is_clamped(runner: Runner) -> None:
    await many(runner, 203)
    assert len(await call(runner, "POST", "/v1/contacts", {"limit": 10_000})) == 200
    assert len(await call(runner, "POST", "/v1/contacts", {"limit": "50"})) == 50


async def test_a_list_in_order_of_creation(runner: Runner) -> None:
    await call(runner, "PUT", "/v1/contact/<ada_id>", {"phone": "<ada_phone>"})
    ada, eve = int(runner.names["ada_id"]), int(runner.names["eve_id"])
    for word in ("created", "created_at"):
        page = await call(runner, "POST", "/v1/contacts", {"order": word})
        assert ids(page) == [eve, ada]
        assert ids(await call(runner, "POST", "/v1/contacts", {"order": word, "date": page[0]["created"]})) == [ada]
    usual: list[Any] = ["updated", "updated_at", "", None]
    for same in usual:
        assert ids(await call(runner, "POST", "/v1/contacts", {"order": same})) == [ada, eve]


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b" \n[]", b'{"date": null, "limit": null}'])
async def test_no_parameters_in_every_spelling(body: bytes, guest: Runner) -> None:
    for path in (*LIST_CALLS, "/v1/tags", "/v1/contact-fields"):
        assert len((await guest.run(Case(label=path, ask=raw("POST", path, body)))).json()) == 2
    assert (await guest.run(Case(label="count", ask=raw("POST", "/v1/contacts/count", body)))).json() == {"count": 2}


async def test_the_list_by_get_as_one_documented_sample_has_it(runner: Runner) -> None:
    await many(runner, 3)
    whole = ids(await call(runner, "POST", "/v1/contacts", {}))
    assert ids(await call(runner, "GET", "/v1/contacts")) == whole
    assert ids(await call(runner, "GET", "/v1/contacts", {"limit": 2})) == whole[:2]
    assert ids(await call(runner, "GET", "/v1/contacts", limit="2", page="2")) == whole[2:4]
    assert ids(await call(runner, "GET", "/v1/contacts", {"page": 2, "limit": 1}, limit="3")) == whole[3:]
    for asked in (hm("GET", "/v1/contacts", limit="many"), raw("GET", "/v1/contacts", b"garbage")):
        await runner.run(Case(label="bad", ask=asked, status=400))


# -- some contacts only


async def test_the_filter_looks_at_names_address_and_phone(runner: Runner) -> None:
    await create(runner, "12065550150", first="Grace", last="Hopper", email="Amazing@Example.org")
    for text, count in (("hopper", 1), ("GRACE H", 1), ("amazing@", 1), ("0155", 0), ("2065550150", 1), ("e", 3)):
        assert len(await call(runner, "POST", "/v1/contacts", {"filter": text})) == count, text
        assert await call(runner, "POST", "/v1/contacts/count", {"filter": text}) == {"count": count}, text
    nothing: list[Any] = ["", None, "  "]
    for empty in nothing:
        assert len(await call(runner, "POST", "/v1/contacts", {"filter": empty})) == 3


@both_engines
async def test_the_contacts_of_a_user(runner: Runner) -> None:
    scott = int(runner.names["scott_id"])
    contact_id = await create(runner, "12065550150", assignee_id=scott)
    assert ids(await call(runner, "POST", "/v1/contacts", {"assigned": scott})) == [contact_id]
    assert await call(runner, "POST", "/v1/contacts/count", {"assigned": str(scott)}) == {"count": 1}
    assert await call(runner, "POST", "/v1/contacts", {"assigned": int(runner.names["ann_id"])}) == []
    assert len(await call(runner, "POST", "/v1/contacts", {"assigned": 0, "archived": True, "id": 5})) == 3


async def test_the_count_is_that_of_the_list(runner: Runner) -> None:
    await many(runner, 33)
    assert await call(runner, "POST", "/v1/contacts/count", {}) == {"count": 35}
    page = await call(runner, "POST", "/v1/contacts", {})
    assert await call(runner, "POST", "/v1/contacts/count", {"date": page[-1]["updated"]}) == {"count": 5}
    rising = {"date": page[-1]["updated"], "ascending": True}
    assert await call(runner, "POST", "/v1/contacts/count", rising) == {"count": 30}


async def test_a_list_is_a_bare_list(guest: Runner) -> None:
    for asked in (hm("POST", "/v1/contacts", {}), hm("GET", "/v1/inboxes"), hm("POST", "/v1/tags", {})):
        assert isinstance((await guest.send(asked)).json(), list)
