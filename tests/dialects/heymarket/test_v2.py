"""Contacts of `/v2`: by UUID, over channels, many at a time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dialects.heymarket.form import hm
from tests.dialects.heymarket.test_contacts import GRACE, call, create
from tests.kit.wire import Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")


def phone(number: str = GRACE) -> dict[str, Any]:
    return {"channel_type": "phone", "channel_id": number}


def email(address: str = "grace@example.org") -> dict[str, Any]:
    return {"channel_type": "email", "channel_id": address}


def channels_of(view: Any) -> list[tuple[str, str]]:
    """Give the kind and the value of every channel that a contact shows."""
    return [(one["channel_type"], one["channel_id"]) for one in view["contact_channels"]]


# -- refused

BAD_CHANNELS: list[tuple[Any, str]] = [
    ([{"channel_type": "facebook", "channel_id": "5"}], "unsupported_channel"),
    ([{"channel_type": "fax", "channel_id": GRACE}], "unsupported_channel"),
    ([phone(), phone("12065550151")], "unsupported_channel"),
    ([email(), email("other@example.org")], "unsupported_channel"),
    ([{"channel_ids": [GRACE, "12065550151"]}], "unsupported_channel"),
    ([{"channel_type": "phone", "channel_id": "(510) 555"}], "invalid_phone_number"),
    ([{"channel_id": "grace"}], "invalid_phone_number"),
    ([{"channel_type": "email", "channel_id": "grace"}], "invalid_field"),
    ([{}], "missing_field"),
    ([{"channel_type": "phone", "channel_id": None, "channel_ids": [""]}], "missing_field"),
    ("grace@example.org", "invalid_field"),
    ([5], "invalid_field"),
]


@pytest.mark.parametrize(("channels", "code"), BAD_CHANNELS, ids=str)
async def test_a_channel_that_cannot_be_kept(channels: Any, code: str, guest: Runner) -> None:
    for asked in (
        hm("POST", "/v2/contact", {"contact_channels": channels}),
        hm("PUT", "/v2/contact/<ada_uuid>", {"contact_channels": channels}),
    ):
        answer = await guest.run(Case(label="channel", ask=asked, status=400, blames="contact_channels"))
        assert answer.json()["error_code"] == code


@pytest.mark.parametrize("body", [{}, {"first": "Grace"}, {"contact_channels": []}, {"phone": "", "email": "a@b.c"}])
async def test_a_contact_without_a_channel(body: dict[str, Any], guest: Runner) -> None:
    asked = hm("POST", "/v2/contact", body)
    await guest.run(Case(label=f"{body}", ask=asked, status=400, blames="contact_channels"))


async def test_a_phone_of_another_contact(guest: Runner) -> None:
    for asked in (
        hm("POST", "/v2/contact/<eve_uuid>/channel", phone("<ada_phone>")),
        hm("PUT", "/v2/contact/<eve_uuid>", {"phone": "<ada_phone>"}),
    ):
        answer = await guest.run(Case(label="taken", ask=asked, status=400, blames="phone"))
        assert answer.json()["error_code"] == "phone_in_use"


async def test_an_address_in_two_places_that_differ(guest: Runner) -> None:
    body = {"email": "a@example.org", "contact_channels": [email("b@example.org")]}
    await guest.run(Case(label="differ", ask=hm("POST", "/v2/contact", body), status=400, blames="email"))
    body = {"phone": GRACE, "contact_channels": [phone("12065550151")]}
    await guest.run(Case(label="differ", ask=hm("POST", "/v2/contact", body), status=400, blames="contact_channels"))


# -- one contact


@both_engines
async def test_a_contact_with_a_phone_and_an_address(runner: Runner) -> None:
    body = {"first": "Grace", "contact_channels": [phone(f"+{GRACE}"), email()], "is_opted_out": True}
    made = await call(runner, "POST", "/v2/contact", body)
    assert list(made) == ["id", "rev", "uuid"]
    view = await call(runner, "GET", f"/v2/contact/{made['uuid'].upper()}")
    assert (view["phone"], view["email"], view["is_opted_out"]) == (GRACE, "grace@example.org", True)
    assert channels_of(view) == [("phone", GRACE), ("email", "grace@example.org")]
    assert view["contact_channels"][1] == {
        "id": 2 * made["id"] + 1,
        "team_id": int(runner.names["account_id"]),
        "contact_id": made["id"],
        "channel_type": "email",
        "channel_id": "grace@example.org",
        "channel_ids": ["grace@example.org"],
        "channel_handle": "",
        "info_channel": "",
        "created": view["created"],
        "updated": view["updated"],
    }
    plain = await call(runner, "GET", f"/v1/contact/{made['id']}")
    assert plain == {name: value for name, value in view.items() if name != "contact_channels"}


@both_engines
async def test_an_address_alone_makes_a_contact_once(runner: Runner) -> None:
    first = await call(runner, "POST", "/v2/contact", {"contact_channels": [{"channel_ids": ["grace@example.org"]}]})
    again = await call(runner, "POST", "/v2/contact", {"contact_channels": [email("Grace@Example.org")], "last": "H"})
    assert again == first | {"rev": 2}
    view = await call(runner, "GET", f"/v2/contact/{first['uuid']}")
    assert (view["phone"], view["last"], view["email"]) == ("", "H", "Grace@Example.org")


async def test_a_phone_makes_no_second_contact(runner: Runner) -> None:
    made = await call(runner, "POST", "/v2/contact", {"phone": "<ada_phone>", "last": "King"})
    assert made["id"] == int(runner.names["ada_id"])
    again = await call(runner, "POST", "/v2/contact", {"contact_channels": [{"channel_id": int("12065550101")}]})
    assert again["id"] == made["id"]


@both_engines
async def test_an_update_gives_the_whole_contact(runner: Runner) -> None:
    level, renewal = runner.names["field"], runner.names["field2"]
    await call(runner, "PUT", "/v2/contact/<ada_uuid>", {"custom": {level: "Gold", renewal: "May"}})
    view = await call(runner, "PUT", "/v2/contact/<ada_uuid>", {"last": "King", "custom": {level: "Iron"}})
    assert (view["first"], view["last"], view["custom"]) == ("Ada", "King", {level: "Iron", renewal: "May"})
    view = await call(runner, "PUT", "/v2/contact/<ada_uuid>", {"custom": {level: "Tin"}}, overwrite="true")
    assert (view["custom"], view["phone"]) == ({level: "Tin"}, runner.names["ada_phone"])
    assert view == await call(runner, "GET", "/v2/contact/<ada_uuid>")


async def test_what_is_shown_can_be_written_back(runner: Runner) -> None:
    for name in ("ada", "eve"):
        view = await call(runner, "GET", f"/v2/contact/<{name}_uuid>")
        after = await call(runner, "PUT", f"/v2/contact/<{name}_uuid>", view)
        assert channels_of(after) == channels_of(view)
        for member in view.keys() - {"rev", "updated", "op", "contact_channels"}:
            assert after[member] == view[member]


async def test_channels_of_an_update(runner: Runner) -> None:
    view = await call(runner, "PUT", "/v2/contact/<ada_uuid>", {"contact_channels": [phone(), email()]})
    assert (view["phone"], view["email"]) == (GRACE, "grace@example.org")
    body = {"email": "ada@example.org", "contact_channels": view["contact_channels"]}
    view = await call(runner, "PUT", "/v2/contact/<ada_uuid>", body)
    assert (view["phone"], view["email"]) == (GRACE, "ada@example.org")


@both_engines
async def test_a_contact_is_deleted_by_uuid(runner: Runner) -> None:
    assert await call(runner, "DELETE", "/v2/contact/<ada_uuid>") == "ok"
    await call(runner, "DELETE", "/v2/contact/<ada_uuid>", status=404)
    await call(runner, "GET", "/v1/contact/<ada_id>", status=404)


# -- many contacts


async def test_bulk_without_contacts(guest: Runner) -> None:
    bodies: list[Any] = [{}, {"contacts": None}, {"contacts": {}}, []]
    for body in bodies:
        await guest.run(Case(label=f"{body}", ask=hm("POST", "/v2/contacts", body), status=400, blames="contacts"))
    many = {"contacts": [{"phone": f"1425{number:07}"} for number in range(1001)]}
    await guest.run(Case(label="1001", ask=hm("POST", "/v2/contacts", many), status=400, blames="contacts"))
    nothing = Case(label="none", ask=hm("POST", "/v2/contacts", {"contacts": []}))
    assert (await guest.run(nothing)).json() == {"contacts": [], "failed_contacts": []}


@both_engines
async def test_bulk_saves_what_it_can_and_gives_back_the_rest(runner: Runner) -> None:
    bad: list[Any] = [
        {"contact_id": "<unknown_uuid>", "first": "No"},
        {"contact_id": "<foreign_uuid>", "first": "No"},
        {"contact_id": "5"},
        {"first": "No channel"},
        {"phone": "x"},
        {"contact_id": "<eve_uuid>", "phone": "<ada_phone>"},
        {"contact_id": "<eve_uuid>", "tags": [{"tag_id": 404}]},
        5,
    ]
    good = [
        {"contact_id": "<ada_uuid>", "last": "King"},
        {"contact_channels": [email("new@example.org")], "first": "New"},
        {"phone": GRACE, "first": "Grace"},
        {"contact_id": "<ada_uuid>", "first": "Augusta"},
    ]
    answer = await call(runner, "POST", "/v2/contacts", {"contacts": [*good[:2], *bad, *good[2:]]})
    assert [(one["first"], one["last"]) for one in answer["contacts"]] == [
        ("Augusta", "King"),
        ("New", ""),
        ("Grace", ""),
    ]
    assert channels_of(answer["contacts"][1]) == [("email", "new@example.org")]
    failed = answer["failed_contacts"]
    assert [set(one) for one in failed] == [{"contact", "error", "error_code"}] * len(bad)
    assert failed[0]["contact"] == {"contact_id": runner.names["unknown_uuid"], "first": "No"}
    assert [one["error_code"] for one in failed] == [
        *("contact_not_found", "contact_not_found", "invalid_field", "missing_field", "invalid_phone_number"),
        *("phone_in_use", "invalid_field", "invalid_field"),
    ]


# -- deleting many

BULK_DELETE = "/v2/contacts"


def by_uuid(*uuids: str) -> dict[str, Any]:
    return {"contact_channels": [{"channel_type": "id", "channel_ids": list(uuids)}]}


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"contact_channels": []},
        {"contact_channels": [{"channel_ids": ["<ada_uuid>"]}]},
        {"contact_channels": [{"channel_type": "phone", "channel_ids": ["<ada_phone>"]}]},
        {"contact_channels": [*by_uuid("<ada_uuid>")["contact_channels"], *by_uuid("<eve_uuid>")["contact_channels"]]},
        by_uuid("<ada_uuid>", "<ada_id>"),
        by_uuid(*(f"01890000-0000-7000-8000-{number:012}" for number in range(1001))),
    ],
    ids=lambda body: f"{body}"[:60],
)
async def test_contacts_that_cannot_be_deleted(body: Any, guest: Runner) -> None:
    await guest.run(Case(label="delete", ask=hm("DELETE", BULK_DELETE, body), status=400, blames="contact_channels"))


@both_engines
async def test_many_contacts_are_deleted_and_strangers_skipped(runner: Runner) -> None:
    body = by_uuid("<ada_uuid>", "<unknown_uuid>", "<foreign_uuid>", "<eve_uuid>", "<ada_uuid>")
    assert await call(runner, "DELETE", BULK_DELETE, body) == "ok"
    assert await call(runner, "POST", "/v1/contacts/count", {}) == {"count": 0}
    assert await call(runner, "DELETE", BULK_DELETE, body) == "ok"
    assert await call(runner, "DELETE", BULK_DELETE, by_uuid()) == "ok"


# -- search


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"contact_channels": None},
        {"contact_channels": [{"channel_ids": ["(510)"]}]},
        {"contact_channels": [{"channel_ids": ["5"], "channel_type": "facebook"}]},
        {"contact_channels": [{"channel_ids": [f"1425{number:07}" for number in range(1001)]}]},
    ],
    ids=lambda body: f"{body}"[:60],
)
async def test_a_search_that_cannot_be_made(body: dict[str, Any], guest: Runner) -> None:
    asked = hm("POST", "/v2/contacts/search", body)
    await guest.run(Case(label="search", ask=asked, status=400, blames="contact_channels"))


@pytest.mark.parametrize(
    ("channels", "found"),
    [
        ([], []),
        ([{"channel_ids": []}], []),
        ([{"channel_ids": ["12065550101"], "channel_type": "phone"}], ["Ada"]),
        ([{"channel_ids": ["+12065550101", "12065550101"]}], ["Ada"]),
        ([{"channel_id": 12065550101}], ["Ada"]),
        ([{"channel_ids": ["EVE@example.org", "12065550101"]}], ["Ada", "Eve"]),
        (
            [{"channel_ids": ["eve@example.org"], "channel_type": "email"}, {"channel_id": "12065550101"}],
            ["Ada", "Eve"],
        ),
        ([{"channel_ids": ["nobody@example.org", "@", "12065550175"]}], []),
    ],
    ids=str,
)
async def test_contacts_are_found_by_their_channels(channels: list[Any], found: list[str], guest: Runner) -> None:
    asked = hm("POST", "/v2/contacts/search", {"contact_channels": channels})
    assert [one["first"] for one in (await guest.run(Case(label="search", ask=asked))).json()] == found


async def test_of_two_who_share_an_address_the_first_is_found(runner: Runner) -> None:
    await create(runner, first="Twin", email="eve@example.org")
    found = await call(
        runner, "POST", "/v2/contacts/search", {"contact_channels": [{"channel_ids": ["eve@example.org"]}]}
    )
    assert [one["first"] for one in found] == ["Eve"]
