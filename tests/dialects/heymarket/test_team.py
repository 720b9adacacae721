"""The team, its users and its inboxes."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.services.lines import AddLine, add_lines
from linebook.services.users import AddUser, add_users
from tests.dialects.heymarket.form import hm, raw
from tests.dialects.heymarket.test_contacts import call
from tests.kit.wire import Case, Runner, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

UPDATE = "/v1/users/update"


@pytest.mark.parametrize(
    ("body", "blames"),
    [
        ({}, "users"),
        ({"users": {}}, "users"),
        ({"users": [{}]}, "users"),
        ({"users": [{"id": "Ann"}]}, "users"),
        ({"users": [{"id": "<ann_id>", "role_id": 2}]}, "role_id"),
        ({"users": [{"id": "<ann_id>", "role_id": 0}]}, "role_id"),
        ({"users": [{"id": "<ann_id>", "first_name": 5}]}, "users"),
        ({"users": [{"id": "<ann_id>", "last_name": "a\0"}]}, "last"),
        ({"users": [{"id": 1}] * 1001}, "users"),
    ],
    ids=lambda body: f"{body}"[:40],
)
async def test_a_change_that_cannot_be_made(body: Any, blames: str, guest: Runner) -> None:
    await guest.run(Case(label=f"{body}"[:40], ask=hm("POST", UPDATE, body), status=400, blames=blames))


async def test_when_one_user_is_unknown_none_is_changed(guest: Runner) -> None:
    for user_id in ("<unknown_id>", 0, 10**30):
        body = {"users": [{"id": "<ann_id>", "first_name": "Anna"}, {"id": user_id, "first_name": "No"}]}
        await guest.run(Case(label=f"{user_id}", ask=hm("POST", UPDATE, body), status=404))


async def test_filters_of_other_kinds(guest: Runner) -> None:
    bodies: list[dict[str, Any]] = [{"email": 5}, {"phone": {}}, {"email": [5]}]
    for body in bodies:
        await guest.run(
            Case(label=f"{body}", ask=hm("GET", "/v1/users/get", body), status=400, blames=next(iter(body)))
        )


@both_engines
async def test_names_and_roles_are_changed(runner: Runner) -> None:
    scott, ann = int(runner.names["scott_id"]), int(runner.names["ann_id"])
    changes = [{"id": scott, "first_name": "Scotty", "role_id": "1"}, {"id": str(ann), "last_name": None}]
    changed = await call(runner, "POST", UPDATE, {"users": changes})
    assert [(one["id"], one["name"], one["role_id"]) for one in changed["memberships"]] == [
        (scott, "Scotty Reed", 1),
        (ann, "Ann Lee", 1),
    ]
    team = await call(runner, "GET", "/v1/team")
    assert [one["name"] for one in team["members"]] == ["Scotty Reed", "Ann Lee"]
    assert await call(runner, "POST", UPDATE, {"users": []}) == {"memberships": []}
    demoted = await call(runner, "POST", UPDATE, {"users": [{"id": scott, "role_id": 4}]})
    assert demoted["memberships"][0]["role_id"] == 4


@both_engines
async def test_the_team(runner: Runner) -> None:
    team = await call(runner, "GET", "/v1/team")
    members = team.pop("members")
    assert team == {"id": int(runner.names["account_id"]), "name": runner.names["account"], "list_size": 100_000}
    scott = members[0]
    assert scott == {
        "id": int(runner.names["scott_id"]),
        "phone": "",
        "name": "Scott Reed",
        "email": "scott@example.org",
        "role_id": 4,
        "team_id": int(runner.names["account_id"]),
        "created_at": scott["created_at"],
        "updated_at": scott["created_at"],
        "user_created_at": scott["created_at"],
        "user_updated_at": scott["created_at"],
        "role": "member",
    }
    assert [(one["role_id"], one["role"]) for one in members] == [(4, "member"), (1, "admin")]


def emails(answer: Any) -> list[str]:
    return [one["email"] for one in answer["memberships"]]


@pytest.mark.parametrize(
    ("body", "query", "found"),
    [
        (b"", b"", ["scott@example.org", "ann@example.org"]),
        (b"[]", b"", ["scott@example.org", "ann@example.org"]),
        (b"{}", b"", ["scott@example.org", "ann@example.org"]),
        (b'{"email": [], "phone": null}', b"", ["scott@example.org", "ann@example.org"]),
        (b'{"email": ["ann@example.org"]}', b"", ["ann@example.org"]),
        (b'{"email": "ANN@example.org"}', b"", ["ann@example.org"]),
        (b'{"email": ["nobody@example.org", " Scott@Example.org"]}', b"", ["scott@example.org"]),
        (b'{"phone": ["12065550101", 15105550000]}', b"", []),
        (b"", b"email=ann@example.org", ["ann@example.org"]),
        (b"", b"email[]=ann%40example.org&email[]=scott@example.org", ["scott@example.org", "ann@example.org"]),
        (b"[]", b"email=ann@example.org&email=scott@example.org", ["scott@example.org", "ann@example.org"]),
        (b"", b"phone=12065550101", []),
        (b"", b"email=&name=x", ["scott@example.org", "ann@example.org"]),
    ],
)
async def test_users_are_found(body: bytes, query: bytes, found: list[str], guest: Runner) -> None:
    asked = raw("GET", "/v1/users/get", body)
    answer = await guest.run(
        Case(label="users", ask=type(asked)(path=asked.path, method="GET", raw=body, raw_query=query))
    )
    assert emails(answer.json()) == found


@both_engines
async def test_the_inboxes_are_the_lines(runner: Runner) -> None:
    runtime, account_id = runner.hub.runtime, int(runner.names["account_id"])
    bare = f"+1425666{account_id:04}"
    await runtime.store.write(add_lines, account_id, AddLine(address=bare))
    inboxes = await call(runner, "GET", "/v1/inboxes")
    assert inboxes[0] == {
        "id": int(runner.names["line_id"]),
        "name": "Front desk",
        "team": account_id,
        "members": [int(runner.names["scott_id"]), int(runner.names["ann_id"])],
        "phone": runner.names["line_phone"],
        "phones": [runner.names["line_phone"]],
        "auto_assignable": True,
        "forward_number": None,
        "widget_code": "",
        "widget_settings": {},
        "allowed_domains": [],
        "invited": True,
    }
    assert (inboxes[1]["name"], inboxes[1]["phone"]) == (bare[1:], bare[1:])


async def test_who_has_no_name_is_shown_by_the_address(runner: Runner) -> None:
    runtime, account_id = runner.hub.runtime, int(runner.names["account_id"])
    await runtime.store.write(add_users, account_id, AddUser(email="free text"))
    team = await call(runner, "GET", "/v1/team")
    assert team["members"][-1]["name"] == "free text"
