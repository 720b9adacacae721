"""Tags and custom fields on `/v1`."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from linebook.core.account import FIRST_COUNTED_LABEL_ID, Tag
from linebook.dialects.heymarket.payloads.labels import tags_page
from linebook.services import tags as tag_service
from linebook.services.labels import CreateTag, create_tags
from tests.dialects.heymarket.form import hm, raw
from tests.dialects.heymarket.test_contacts import GRACE, call, create, shown
from tests.kit.wire import Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")


# -- tags


@pytest.mark.parametrize("body", [{}, {"tag": None}, {"tag": ""}, {"tag": "  "}, {"tag": "a\0"}, {"tag": "x" * 256}])
async def test_a_tag_without_a_usable_label(body: dict[str, Any], guest: Runner) -> None:
    await guest.run(Case(label=f"{body}"[:30], ask=hm("POST", "/v1/tag", body), status=400, blames="tag"))


async def test_a_colour_that_cannot_be_kept(guest: Runner) -> None:
    for color in ("a\0", 5, ["#fff"]):
        asked = hm("POST", "/v1/tag", {"tag": "Visitor", "color": color})
        await guest.run(Case(label="colour", ask=asked, status=400, blames="color"))


async def test_tags_are_listed_before_a_time(guest: Runner) -> None:
    for date in ("soon", 5, "2026-01-01"):
        await guest.run(Case(label="date", ask=hm("POST", "/v1/tags", {"date": date}), status=400, blames="date"))
    assert await call(guest, "POST", "/v1/tags", {"date": "2000-01-01T00:00:00Z"}) == []
    assert len(await call(guest, "POST", "/v1/tags", {"date": ""})) == 2


@both_engines
async def test_a_tag_is_made_once(runner: Runner) -> None:
    made = await call(runner, "POST", "/v1/tag", {"tag": " Visitor ", "color": "#3366FF"})
    assert (list(made), made["rev"]) == (["id", "rev", "uuid"], 1)
    assert made["id"] > FIRST_COUNTED_LABEL_ID
    view = await call(runner, "GET", f"/v1/tag/{made['id']}")
    assert view == {
        "id": made["id"],
        "tag": "Visitor",
        "color": "#3366FF",
        "team_id": int(runner.names["account_id"]),
        "created": view["created"],
        "updated": view["created"],
        "rev": 1,
    }
    assert await call(runner, "POST", "/v1/tag", {"tag": "VISITOR", "color": "#000000"}) == made
    assert (await call(runner, "GET", f"/v1/tag/{made['id']}"))["color"] == "#3366FF"


async def test_tags_are_walked_by_their_times(runner: Runner) -> None:
    write, account_id = runner.hub.runtime.store.write, int(runner.names["account_id"])
    await asyncio.gather(*(write(create_tags, account_id, CreateTag(name=f"Tag {number}")) for number in range(40)))
    met: list[Any] = []
    body: dict[str, Any] = {}
    while page := await call(runner, "POST", "/v1/tags", body):
        met += page
        body = {"date": page[-1]["updated"]}
    assert len({one["id"] for one in met}) == len(met) == 42
    assert [one["updated"] for one in met] == sorted((one["updated"] for one in met), reverse=True)


async def test_tags_that_share_a_millisecond_stay_on_one_page() -> None:
    def tag(number: int) -> Tag:
        at_ms = number // 4
        return Tag(id=number, uuid="", name="", color="", rev=1, created_ms=at_ms, updated_ms=at_ms)

    tags = [tag(number) for number in range(20)]
    met: list[int] = []
    before_ms: int | None = None
    while page := tags_page(tags, before_ms, 3):
        assert len(page) == 4
        met += [one.id for one in page]
        before_ms = page[-1].updated_ms
    assert met == list(range(20))[::-1]


@both_engines
async def test_a_deleted_tag_is_taken_off_all_contacts(runner: Runner) -> None:
    names = runner.names
    await create(runner, tags=[{"tag_id": int(names["tag"])}, {"tag_id": int(names["tag2"])}])
    before = await shown(runner, names["ada_id"])
    assert await call(runner, "DELETE", "/v1/tag/<tag>") == "ok"
    after = await shown(runner, names["ada_id"])
    assert (after["tags"], after["rev"]) == ([], before["rev"] + 1)
    kept = (await call(runner, "POST", "/v1/contact/get", {"phone": GRACE}))["tags"]
    assert [one["tag_id"] for one in kept] == [int(names["tag2"])]
    for method in ("GET", "DELETE"):
        await call(runner, method, "/v1/tag/<tag>", status=404)
    await call(runner, "POST", "/v1/contact", {"phone": GRACE, "tags": [{"tag_id": names["tag"]}]}, 400)


async def test_a_tag_of_many_contacts_goes_step_by_step(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = int(runner.names["tag"])
    body = [{"phone": f"1425555{number:04}", "tags": [{"tag_id": tag}]} for number in range(45)]
    assert await call(runner, "POST", "/v1/batch/contacts", body) == "ok"
    steps: list[int] = []
    remove = tag_service._remove

    def counted(tx: Any, account_id: int, request: tag_service.RemoveTag) -> Any:
        steps.append(request.limit)
        return remove(tx, account_id, type(request)(tag_id=request.tag_id, author=request.author, limit=10))

    monkeypatch.setattr(tag_service, "_remove", counted)
    assert await call(runner, "DELETE", "/v1/tag/<tag>") == "ok"
    assert steps == [tag_service.REMOVED_AT_ONCE] * 5
    assert all(one["tags"] == [] for one in await call(runner, "POST", "/v1/contacts", {"limit": 200}))


# -- custom fields


@pytest.mark.parametrize(
    "body",
    [[{}], [{"title": ""}], [{"title": " "}], [{"title": 5}], [{"title": "Good"}, {"title": "a\0"}]],
)
async def test_a_field_without_a_usable_title(body: list[Any], guest: Runner) -> None:
    await guest.run(Case(label=f"{body}", ask=hm("POST", "/v1/contacts/fields", body), status=400, blames="title"))


async def test_too_many_fields_at_once(guest: Runner) -> None:
    body = [{"title": f"Field {number}"} for number in range(201)]
    await guest.run(Case(label="201", ask=hm("POST", "/v1/contacts/fields", body), status=400, blames="title"))


@both_engines
async def test_fields_are_made_once_and_listed_by_id(runner: Runner) -> None:
    level = int(runner.names["field"])
    made = await call(
        runner,
        "POST",
        "/v1/contacts/fields",
        [{"title": "Size"}, {"title": "LEVEL"}, {"title": " size "}, {"title": "Colour"}],
    )
    assert [one["duplicate"] for one in made] == [False, True, True, False]
    assert made[1] == {"id": level, "title": "Level", "duplicate": True}
    assert made[2]["id"] == made[0]["id"]
    listed = await call(runner, "POST", "/v1/contact-fields", {})
    assert listed[0] == {"id": level, "title": "Level", "name": "Level"}
    assert [one["id"] for one in listed] == sorted(one["id"] for one in listed)
    assert [one["title"] for one in listed] == ["Level", "Renewal", "Size", "Colour"]


@pytest.mark.parametrize("body", [b"", b"{}", b"[]"])
async def test_no_fields_are_none(body: bytes, guest: Runner) -> None:
    assert (await guest.run(Case(label="none", ask=raw("POST", "/v1/contacts/fields", body)))).json() == []
