"""One contact at a time on `/v1`: what is refused, what a write says, what is shown."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dialects.heymarket.form import hm, raw
from tests.kit.raw_http import Answer
from tests.kit.wire import Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

GRACE = "12065550150"


async def call(runner: Runner, method: str, path: str, body: Any = None, status: int = 200, **query: str) -> Any:
    asked = hm(method, path, body, **query) if body is not None else hm(method, path, **query)
    answer: Answer = await runner.send(asked)
    assert answer.status == status, answer.body
    return answer.json()


async def create(runner: Runner, phone: str = GRACE, **members: Any) -> int:
    made = await call(runner, "POST", "/v1/contact", {"phone": phone, **members})
    return int(made["id"])


async def shown(runner: Runner, contact_id: int | str) -> Any:
    return await call(runner, "GET", f"/v1/contact/{contact_id}")


# -- refused

BAD_PHONES = [
    "",
    "(510) 555-3344",
    "510-555-3344",
    "1 510 555 3344",
    " 15105553344",
    "15105553344 ",
    "++15105553344",
    "+",
    "015105553344",
    "+015105553344",
    "1234567",
    "1234567890123456",
    "١٥١٠٥٥٥٣٣٤٤",
    "15105553344x",
    "fifteen",
    0,
    -15105553344,
    1234567,
    10**16,
]
PHONE_CASES = [
    Case(label=f"phone {phone!r}", ask=hm(*start, {"phone": phone}), status=400, blames="phone")
    for phone in BAD_PHONES
    for start in (("POST", "/v1/contact"), ("PUT", "/v1/contact/<ada_id>"))
]
MEMBER_CASES = [
    Case(label=f"{name} {value!r}", ask=hm(*start, {"phone": "<ada_phone>", name: value}), status=400, blames=name)
    for name, value in (
        ("email", "nobody"),
        ("email", ["a@b.c"]),
        ("first", 5),
        ("first", "a\0b"),
        ("last", "a\0b"),
        ("display_name", "a\0b"),
        ("avatar", {}),
        ("custom", "Gold"),
        ("custom", ["Gold"]),
        ("custom", {"10001": "a\0b"}),
        ("assignee_id", 404),
        ("assignee_id", "<unknown_id>"),
        ("assignee_id", -2),
        ("assignee_id", 10**30),
        ("assignee_id", "Scott"),
        ("tags", [{"tag_id": number} for number in range(1, 7)]),
        ("tags", [{"tag_id": 404}]),
        ("tags", [{"tag_id": "<foreign_tag>"}]),
        ("tags", [{"tag_id": 10**30}]),
        ("tags", [{"tag_id": None}]),
        ("tags", [{}]),
        ("tags", ["Member"]),
        ("tags", "Member"),
        ("tags", {"tag_id": "<tag>"}),
        ("is_opted_out", "perhaps"),
        ("is_opted_out", 2),
        ("email_suppressions", "all"),
    )
    for start in (("POST", "/v1/contact"), ("PUT", "/v1/contact/<ada_id>"))
]


@pytest.mark.parametrize("case", [*PHONE_CASES, *MEMBER_CASES], ids=str)
async def test_a_member_that_cannot_be_used(case: Case, guest: Runner) -> None:
    answer = await guest.run(case)
    assert answer.json()["field"] == case.blames


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b' \n{"first": "Grace"}', b'{"phone": null}'])
async def test_a_contact_without_a_phone(body: bytes, guest: Runner) -> None:
    for asked in (raw("POST", "/v1/contact", body), raw("PUT", "/v1/contact/<ada_id>", body)):
        answer = await guest.run(Case(label="no phone", ask=asked, status=400, blames="phone"))
        assert answer.json()["error_code"] == "missing_field"


async def test_a_phone_that_another_contact_has(runner: Runner) -> None:
    await create(runner)
    case = Case(label="taken", ask=hm("PUT", "/v1/contact/<ada_id>", {"phone": GRACE}), status=400, blames="phone")
    assert (await runner.run(case)).json()["error_code"] == "phone_in_use"


async def test_nothing_to_get_by(guest: Runner) -> None:
    for body in (b"", b"{}", b"[]", b'{"id": null}', b'{"phone": ""}'):
        case = Case(label="nothing", ask=raw("POST", "/v1/contact/get", body), status=400, blames="phone")
        await guest.run(case)
    case = Case(label="text", ask=hm("POST", "/v1/contact/get", {"id": "Ada"}), status=400, blames="id")
    await guest.run(case)


# -- created


@both_engines
async def test_a_contact_with_everything(runner: Runner) -> None:
    names = runner.names
    body = {
        "phone": "+15105553344",
        "first": "Sample",
        "last": "Client",
        "display_name": "Sammy",
        "email": "Sample@Example.org",
        "custom": {names["field"]: "Gold", names["field2"]: 7, "404": "lost", "level": "lost"},
        "avatar": "https://example.org/a.png",
        "assignee_id": names["scott_id"],
        "tags": [{"tag_id": int(names["tag2"])}, {"tag_id": names["tag"]}, {"tag_id": int(names["tag"])}],
        "is_opted_out": "true",
        "email_suppressions": [3],
        "channel": "sms",
    }
    made = await call(runner, "POST", "/v1/contact", body)
    assert list(made) == ["id", "rev", "uuid"]
    assert made["rev"] == 1
    view = await shown(runner, made["id"])
    assert view == {
        "id": made["id"],
        "uuid": made["uuid"],
        "team_id": int(names["account_id"]),
        "phone": "15105553344",
        "first": "Sample",
        "last": "Client",
        "display_name": "Sammy",
        "email": "Sample@Example.org",
        "custom": {names["field"]: "Gold", names["field2"]: "7"},
        "avatar": "https://example.org/a.png",
        "assigned_user_id": int(names["scott_id"]),
        "creator_id": int(names["ann_id"]),
        "tags": [
            {"tag_id": int(names["tag"]), "tag": "Member", "color": ""},
            {"tag_id": int(names["tag2"]), "tag": "Guest", "color": ""},
        ],
        "is_opted_out": True,
        "shared": True,
        "created": view["created"],
        "updated": view["created"],
        "rev": 1,
        "op": "create",
    }


async def test_only_a_phone(runner: Runner) -> None:
    contact_id = await create(runner)
    view = await shown(runner, contact_id)
    assert (view["phone"], view["first"], view["display_name"], view["email"]) == (GRACE, "", "", "")
    assert (view["custom"], view["tags"], view["assigned_user_id"], view["is_opted_out"]) == ({}, [], 0, False)
    assert not {"avatar", "note", "external_id", "contact_channels"} & set(view)


async def test_a_phone_in_figures(runner: Runner) -> None:
    contact_id = await create(runner, phone=int(GRACE))  # type: ignore[arg-type]
    assert (await shown(runner, contact_id))["phone"] == GRACE


async def test_null_says_nothing(runner: Runner) -> None:
    before = await shown(runner, runner.names["ada_id"])
    body = dict.fromkeys(
        ("first", "last", "display_name", "email", "custom", "avatar", "assignee_id", "tags", "is_opted_out")
    )
    await call(runner, "PUT", "/v1/contact/<ada_id>", {"phone": "<ada_phone>", **body, "email_suppressions": None})
    after = await shown(runner, runner.names["ada_id"])
    for name in before.keys() - {"updated", "rev", "op"}:
        assert after[name] == before[name]


async def test_an_empty_text_empties(runner: Runner) -> None:
    contact_id = await create(runner, first="Grace", last="Hopper", email="grace@example.org", avatar="https://e.org/a")
    await call(runner, "PUT", f"/v1/contact/{contact_id}", {"phone": GRACE, "last": "", "email": "", "avatar": ""})
    view = await shown(runner, contact_id)
    assert (view["first"], view["last"], view["email"], "avatar" in view) == ("Grace", "", "", False)


# -- saved again


@both_engines
async def test_a_known_phone_updates_its_contact(runner: Runner) -> None:
    first = await call(runner, "POST", "/v1/contact", {"phone": GRACE, "first": "Grace", "last": "Hopper"})
    again = await call(runner, "POST", "/v1/contact", {"phone": f"+{GRACE}", "first": "Amazing"})
    assert again == first | {"rev": 2}
    view = await shown(runner, first["id"])
    assert (view["first"], view["last"], view["rev"], view["op"]) == ("Amazing", "Hopper", 2, "update")


@both_engines
async def test_an_equal_write_counts_as_a_change(runner: Runner) -> None:
    contact_id = await create(runner, first="Grace")
    before = await shown(runner, contact_id)
    assert (await call(runner, "POST", "/v1/contact", {"phone": GRACE, "first": "Grace"}))["rev"] == 2
    assert (await call(runner, "PUT", f"/v1/contact/{contact_id}", {"phone": GRACE}))["rev"] == 3
    after = await shown(runner, contact_id)
    assert after["updated"] > before["updated"]
    assert after["created"] == before["created"]


async def test_a_contact_moves_to_another_phone(runner: Runner) -> None:
    await call(runner, "PUT", "/v1/contact/<ada_id>", {"phone": "12065550160"})
    assert (await shown(runner, runner.names["ada_id"]))["phone"] == "12065550160"
    await call(runner, "POST", "/v1/contact/get", {"phone": "<ada_phone>"}, 404)
    assert (await call(runner, "POST", "/v1/contact/get", {"phone": "12065550160"}))["first"] == "Ada"


async def test_a_contact_without_a_phone_is_got_by_id_and_written_as_it_is_shown(runner: Runner) -> None:
    view = await shown(runner, runner.names["eve_id"])
    assert (view["phone"], view["email"]) == ("", "eve@example.org")
    assert view["id"] in [one["id"] for one in await call(runner, "POST", "/v1/contacts", {})]
    await call(runner, "PUT", "/v1/contact/<eve_id>", {"phone": "", "last": "Night"})
    assert (await shown(runner, runner.names["eve_id"]))["last"] == "Night"
    await call(runner, "PUT", "/v1/contact/<eve_id>", {"phone": GRACE})
    assert (await shown(runner, runner.names["eve_id"]))["phone"] == GRACE
    await call(runner, "PUT", "/v1/contact/<eve_id>", {"phone": ""}, 400)


# -- looked up


async def test_the_phone_wins_over_the_id(guest: Runner) -> None:
    by_phone = await call(guest, "POST", "/v1/contact/get", {"phone": "<ada_phone>", "id": "<eve_id>"})
    assert by_phone["id"] == int(guest.names["ada_id"])
    for contact_id in (guest.names["eve_id"], int(guest.names["eve_id"])):
        assert (await call(guest, "POST", "/v1/contact/get", {"id": contact_id}))["first"] == "Eve"
    assert (await call(guest, "POST", "/v1/contact/get", {"phone": "+<ada_phone>"}))["first"] == "Ada"
    await call(guest, "POST", "/v1/contact/get", {"phone": "<foreign_phone>"}, 404)


# -- deleted


@both_engines
async def test_a_deleted_contact_is_gone(runner: Runner) -> None:
    contact_id = await create(runner, is_opted_out=True)
    assert await call(runner, "DELETE", f"/v1/contact/{contact_id}") == "ok"
    await call(runner, "GET", f"/v1/contact/{contact_id}", status=404)
    await call(runner, "DELETE", f"/v1/contact/{contact_id}", status=404)
    await call(runner, "PUT", f"/v1/contact/{contact_id}", {"phone": GRACE}, 404)
    again = await create(runner)
    assert again != contact_id
    assert (await shown(runner, again))["is_opted_out"] is True  # consent belongs to the number


# -- what clients send beside it


@pytest.mark.parametrize("body", [b"[]", b"{}", b"null", b"garbage", b'{"id": 5}'])
async def test_a_body_on_get_and_delete_is_taken_and_not_looked_at(body: bytes, runner: Runner) -> None:
    for path in ("/v1/contact/<ada_id>", "/v1/inboxes", "/v1/team", "/v2/contact/<ada_uuid>", "/n8n/v1/lists"):
        assert (await runner.send(raw("GET", path, body))).status == 200
    assert (await runner.send(raw("DELETE", "/v1/contact/<ada_id>", body))).status == 200


@pytest.mark.parametrize("path", ["/v1/contact", "/v1/contact/"])
async def test_a_trailing_slash_and_no_content_type(path: str, runner: Runner) -> None:
    asked = raw("POST", path, b'{"phone":"12065550151"}')
    for kind in ("", "text/plain", "application/x-www-form-urlencoded"):
        answer = await runner.send(type(asked)(path=path, raw=asked.raw, content_type=kind))
        assert answer.status == 200, answer.body


async def test_head_is_get_without_its_body(guest: Runner) -> None:
    answer = await guest.send(hm("HEAD", "/v1/contact/<ada_id>"))
    assert (answer.status, answer.body) == (200, b"")
