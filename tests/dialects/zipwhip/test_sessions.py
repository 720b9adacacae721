"""Sessions: how a key is shown, what ends it, and what user/get says about whose it is."""

from __future__ import annotations

import asyncio

import pytest

from tests.dialects.zipwhip.form import FORM, INVALID_SESSION
from tests.kit.raw_http import RawClient, request_bytes
from tests.kit.wire import Ask, Case, Runner, Shows, ask, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

GET = ask("/user/get")


def dead(label: str, asked: Ask) -> Case:
    return Case(label=label, ask=asked, status=403, body=INVALID_SESSION, shows=Shows.NONE)


def alive(label: str, asked: Ask) -> Case:
    return Case(label=label, ask=asked, shows=Shows.NONE)


# -- refusals


@pytest.mark.parametrize(
    "case",
    [
        dead("the key of a published test", ask("/user/get", session="test")),
        dead("an empty key", ask("/user/get", session="")),
        dead("a blank key", ask("/user/get", session=" ")),
        dead("a key without its digits", ask("/user/get", session="5b0d6c1e-0f5a-4a9b-9d39-3a0f6f0c2b11")),
        dead("a key with something behind it", ask("/user/get", session="<session>0")),
        dead("a key in capitals", ask("/user/get", session="A<session>")),
        dead("a NUL in the key", ask("/user/get", session="<session>\0")),
        dead("a key of 50,000 characters", ask("/user/get", session="a" * 50_000)),
        dead("a number as the key", Ask(path="/user/get", json={"session": 5})),
        dead("a wrong key in the header", Ask(path="/user/get", headers=(("Authorization", "test"),))),
        dead("the key behind a scheme word", Ask(path="/user/get", headers=(("Authorization", "Bearer <session>"),))),
        dead(
            "a wrong parameter beside the right header",
            Ask(path="/user/get", params=(("session", "test"),), headers=(("Authorization", "<session>"),)),
        ),
        dead("the key in a cookie", Ask(path="/user/get", headers=(("Cookie", "session=<session>"),))),
    ],
    ids=str,
)
async def test_a_session_that_is_not_valid_is_refused_with_a_text(case: Case, guest: Runner) -> None:
    await guest.run(case)


@both_engines
async def test_a_session_is_dead_after_logout_and_the_others_live_on(runner: Runner) -> None:
    answer = await runner.run(Case(label="", ask=ask("/user/logout"), changes=True))
    assert answer.json() == {"success": True, "response": None}
    await runner.run(Case(label="get", ask=GET, status=403, body=INVALID_SESSION))
    await runner.run(Case(label="again", ask=ask("/user/logout"), status=403, body=INVALID_SESSION))
    await runner.run(alive("another of the account", ask("/user/get", session="<operator_session>")))
    await runner.run(alive("another account's", ask("/user/get", session="<foreign_session>")))


async def test_two_logouts_at_once_end_the_session_once(runner: Runner) -> None:
    raw = FORM.show(ask("/user/logout"), runner.tenant.secret).to_bytes()
    clients = [RawClient(runner.hub.base_url) for _ in range(8)]
    answers = await asyncio.gather(*(client.exchange(raw) for client in clients))
    await asyncio.gather(*(client.close() for client in clients))
    assert {answer.status for answer in answers} <= {200, 403}
    assert sum(answer.status == 200 for answer in answers) == 1
    assert all(answer.json() == INVALID_SESSION for answer in answers if answer.status == 403)


async def test_logout_works_by_get(runner: Runner) -> None:
    asked = Ask(path="/user/logout", method="GET", query=(("session", "<session>"),))
    await runner.run(Case(label="", ask=asked, shows=Shows.NONE, changes=True))
    await runner.run(Case(label="", ask=GET, status=403, body=INVALID_SESSION))


# -- how a key is shown


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(ask("/user/get", session="<session>"), id="in the form"),
        pytest.param(Ask(path="/user/get", method="GET", query=(("session", "<session>"),)), id="in the query"),
        pytest.param(Ask(path="/user/get", headers=(("Authorization", "<session>"),)), id="bare in the header"),
        pytest.param(Ask(path="/user/get", headers=(("authorization", " <session> "),)), id="blanks around the header"),
        pytest.param(
            Ask(path="/user/get", params=(("session", ""),), headers=(("Authorization", "<session>"),)),
            id="in the header, beside an empty parameter",
        ),
        pytest.param(
            Ask(path="/user/get", params=(("session", "<session>"), ("session", "test"))), id="first of two parameters"
        ),
        pytest.param(Ask(path="/user/get", json={"session": "<session>"}), id="in JSON"),
    ],
)
async def test_a_session_may_stand_in_many_places(asked: Ask, guest: Runner) -> None:
    await guest.run(alive("", asked))


@pytest.mark.parametrize("colon", [":", "%3A", "%3a"])
async def test_the_colon_of_a_key_may_be_encoded_or_not(colon: str, guest: Runner) -> None:
    key = guest.tenant.secret.replace(":", colon)
    async with RawClient(guest.hub.base_url) as client:
        assert (await client.exchange(request_bytes("GET", f"/user/get?session={key}"))).status == 200


# -- whose it is


USER = {
    "firstName": "",
    "lastName": "",
    "fullName": "",
    "mobileNumber": "",
    "phoneNumber": "",
    "email": "",
    "notes": "",
    "loc": "",
    "carrier": "",
    "phoneKey": "",
    "birthday": None,
    "zipcode": "",
    "businessName": "",
    "websiteDeviceId": 0,
    "websiteDeviceKey": "",
    "MOCount": 0,
    "ZOCount": 0,
}


@pytest.mark.parametrize(
    ("session", "line", "members"),
    [
        ("session", "line", {"fullName": "Front desk"}),
        ("system_session", "multi", {"fullName": "Team"}),
        (
            "administrator_session",
            "multi",
            {"firstName": "Ann", "lastName": "Lee", "fullName": "Ann Lee", "email": "ann@example.org"},
        ),
        (
            "operator_session",
            "multi",
            {"firstName": "Scott", "lastName": "Reed", "fullName": "Scott Reed", "email": "scott@example.org"},
        ),
    ],
    ids=["the line alone", "the system of a team's line", "an administrator", "an operator"],
)
async def test_user_get_tells_the_line_and_the_person_of_the_session(
    session: str, line: str, members: dict[str, str], guest: Runner
) -> None:
    number = guest.names[line]
    place = {"mobileNumber": number, "phoneNumber": number, "websiteDeviceId": int(guest.names[f"{line}_id"])}
    body = {"success": True, "response": {"user": {**USER, **members, **place}, "settings": {}, "groups": []}}
    asked = ask("/user/get", session=guest.names[session])
    await guest.run(Case(label="", ask=asked, body=body, shows=Shows.NONE))
