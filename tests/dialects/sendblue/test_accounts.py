"""Lines, the account, the command line's view of the book, and temporary tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from linebook.core.contact import ContactPatch
from linebook.services.contacts import Match, SaveContact, save_contacts
from tests.dialects.sendblue.asking import answered, found, listed, saved
from tests.dialects.sendblue.form import (
    BAD_CREDENTIAL,
    CONTACTS,
    COUNT,
    FORM,
    SHARE,
    SHARED,
    TOKENS,
    delete,
    get,
    post,
    refused,
    refused_v3,
)
from tests.dialects.sendblue.tenants import ADA, AUTHOR, add_tenant
from tests.kit.clock import TestClock
from tests.kit.hub import running_hub
from tests.kit.wire import Ask, Case, Runner, Shows, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

LINES = "/api/lines"
STATES = "/api/v2/lines/state"


@both_engines
async def test_the_lines_are_those_that_are_numbers(guest: Runner) -> None:
    assert await answered(guest, get(LINES)) == {
        "status": "OK",
        "numbers": [guest.names["line"], guest.names["second_line"]],
    }


@both_engines
async def test_the_state_of_the_lines(guest: Runner) -> None:
    answer = await answered(guest, get(STATES))
    assert (answer["status"], [one["sendblue_number"] for one in answer["data"]]) == (
        "OK",
        [guest.names["line"], guest.names["second_line"]],
    )
    first = answer["data"][0]
    assert answer["snapshot_at"] >= first.pop("status_changed_at")
    assert first == {
        "worker_id": guest.names["line_id"],
        "assignment": "assigned",
        "status": "ONLINE",
        "sendblue_number": guest.names["line"],
        "degraded_since": None,
        "effective_until": None,
    }


async def test_the_account_has_a_plan(guest: Runner) -> None:
    answer = await answered(guest, get("/account"))
    assert (answer["status"], answer["plan"], answer["accountId"]) == (
        "OK",
        "self-hosted",
        int(guest.names["account_id"]),
    )
    assert await answered(guest, get("/account/")) == answer


# -- the command line's contacts


SHARES_REFUSED: list[tuple[Any, dict[str, object]]] = [
    ({}, refused("Missing fields", "recipient")),
    ({"recipient": ""}, refused("Missing fields", "recipient")),
    ({"number": ADA}, refused("Missing fields", "recipient")),
    ({"recipient": "5551234"}, refused("Invalid phone number", "recipient")),
    ({"recipient": 5}, refused("recipient: Expected `str | null`, got `int`", "recipient")),
]


@pytest.mark.parametrize(("body", "answer"), SHARES_REFUSED, ids=[str(body) for body, _ in SHARES_REFUSED])
async def test_a_recipient_that_cannot_be_used(body: Any, answer: dict[str, object], guest: Runner) -> None:
    await guest.run(Case(label="", ask=post(SHARE, body), status=400, body=answer))


@both_engines
async def test_both_views_are_of_one_book(runner: Runner) -> None:
    route = (await answered(runner, post(SHARE, {"recipient": "206 555 0144"})))["route"]
    contact = await found(runner, "+12065550144")
    assert (route["number"], route["verified"]) == ("+12065550144", False)
    assert route["createdAt"] == contact["created_at"]
    await saved(runner, "+12065550145")
    nobody = SaveContact(patch=ContactPatch(first_name="Nobody"), author=AUTHOR, match=Match())
    await runner.hub.runtime.store.write(save_contacts, int(runner.names["account_id"]), nobody)
    shared = await answered(runner, get(SHARED))
    assert (shared["status"], shared["sharedNumber"]) == ("OK", runner.names["line"])
    assert [one["number"][-2:] for one in shared["contacts"]] == ["45", "44", "01"]
    assert route in shared["contacts"]
    assert all(type(one["id"]) is int for one in shared["contacts"])
    assert len(await listed(runner)) == 4


async def test_adding_somebody_known_changes_nothing(runner: Runner) -> None:
    await runner.run(Case(label="", ask=post(SHARE, {"recipient": "<ada_number>"})))


async def test_an_account_without_lines_shares_none(runner: Runner) -> None:
    token = await made(runner, phone_number=runner.names["second_line"])
    assert (await with_token(runner, get(SHARED), token["token"]))["sharedNumber"] == runner.names["second_line"]


# -- tokens


async def made(runner: Runner, **body: Any) -> Any:
    """Make a token."""
    return await answered(runner, post(TOKENS, body))


async def with_token(runner: Runner, asked: Ask, token: str, status: int = 200) -> Any:
    """Give the answer to a request that shows a token."""
    asked = Ask(**{name: getattr(asked, name) for name in Ask.__struct_fields__} | {"headers": _bearer(token)})
    return (await runner.run(Case(label="", ask=asked, status=status, shows=Shows.NONE, changes=True))).json()


def _bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)


TOKENS_REFUSED: list[tuple[Any, str, str]] = [
    ({"expires_in_seconds": 0}, "expires_in_seconds", "must be from 1 to 86400"),
    ({"expires_in_seconds": -5}, "expires_in_seconds", "must be from 1 to 86400"),
    ({"expires_in_seconds": 86_401}, "expires_in_seconds", "must be from 1 to 86400"),
    ({"expires_in_seconds": "60"}, "expires_in_seconds", "Expected `int | null`, got `str`"),
    ({"expires_in_seconds": True}, "expires_in_seconds", "Expected `int | null`, got `bool`"),
    ({"phone_number": "<line>", "phone_numbers": []}, "phone_number", "cannot be combined with phone_numbers"),
    ({"phone_number": "+12065550101"}, "phone_number", "is no line of this account"),
    ({"phone_numbers": ["<line>", "+12065550101"]}, "phone_numbers[1]", "is no line of this account"),
    ({"phone_numbers": ["<line>"] * 101}, "phone_numbers", "at most 100"),
    ({"phone_numbers": [5]}, "phone_numbers[0]", "Expected `str`, got `int`"),
]


@pytest.mark.parametrize(("body", "name", "reason"), TOKENS_REFUSED, ids=[row[1] for row in TOKENS_REFUSED])
async def test_a_token_that_cannot_be_made(body: Any, name: str, reason: str, guest: Runner) -> None:
    answer = refused_v3("invalid_request", f"{name}: {reason}", name)
    await guest.run(Case(label="", ask=post(TOKENS, body), status=400, body=answer))


async def test_a_line_that_is_no_number_is_told_in_the_form_of_its_family(guest: Runner) -> None:
    answer = refused_v3("invalid_request", "Invalid phone number", "phone_number")
    await guest.run(Case(label="", ask=post(TOKENS, {"phone_number": "Shop"}), status=400, body=answer))


@both_engines
async def test_a_token_opens_what_its_pair_opens(runner: Runner) -> None:
    token = await made(runner)
    assert token.keys() == {"token", "token_id", "token_type", "expires_at", "phone_numbers"}
    assert (token["token_type"], token["phone_numbers"]) == ("Bearer", [])
    assert type(token["token_id"]) is str
    contact = (await with_token(runner, post(CONTACTS, {"number": "+12065550144"}), token["token"]))["contact"]
    assert await found(runner, "+12065550144") == contact
    assert (await with_token(runner, get(COUNT), token["token"]))["count"] == 2


@both_engines
async def test_only_a_pair_may_make_and_end_tokens(guest: Runner) -> None:
    answer = refused_v3("forbidden", "Only a key pair can make and end tokens")
    for method, path in (("POST", TOKENS), ("DELETE", f"{TOKENS}/<token_id>")):
        asked = Ask(path=path, method=method, headers=_bearer(guest.names["token"]))
        await guest.run(Case(label="", ask=asked, status=403, body=answer, shows=Shows.NONE))


@both_engines
async def test_an_ended_token_opens_nothing(runner: Runner) -> None:
    token, other = await made(runner), await made(runner)
    asked = delete(f"{TOKENS}/{token['token_id']}")
    answer = await runner.run(Case(label="", ask=asked, status=204, changes=True))
    # Not even a word about the length of what is not there (RFC 9110, 8.6).
    assert answer.body == b"" and not answer.header("content-length") and not answer.header("transfer-encoding")
    assert await with_token(runner, get(COUNT), token["token"], 401) == BAD_CREDENTIAL
    assert (await with_token(runner, get(COUNT), other["token"]))["count"] == 1
    await runner.run(Case(label="", ask=asked, status=404, body=refused_v3("not_found", "Token not found")))


async def test_nothing_but_a_token_of_the_account_is_ended(guest: Runner) -> None:
    pair_id = str(int(guest.names["token_id"]) - 1)
    for token_id in ("0", "-1", "x", "1" * 50, "9" * 18, "%00", "%D9%A3", pair_id, "<foreign_token_id>", "<token>"):
        asked = delete(f"{TOKENS}/{token_id}")
        await guest.run(Case(label="", ask=asked, status=404, body=refused_v3("not_found", "Token not found")))


@both_engines
@pytest.mark.parametrize("body", [{"phone_number": "<second_line>"}, {"phone_numbers": ["<second_line>"]}])
async def test_a_limited_token_sees_its_lines_alone_and_the_whole_book(body: Any, runner: Runner) -> None:
    second = runner.names["second_line"]
    token = (await runner.run(Case(label="", ask=post(TOKENS, body), changes=True))).json()
    assert token["phone_numbers"] == [second]
    assert (await with_token(runner, get(LINES), token["token"]))["numbers"] == [second]
    states = (await with_token(runner, get(STATES), token["token"]))["data"]
    assert [one["sendblue_number"] for one in states] == [second]
    assert (await with_token(runner, get(COUNT), token["token"]))["count"] == 1


@pytest_asyncio.fixture(loop_scope="session")
async def timed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Runner, TestClock]]:
    """Asks a hub whose clock the test moves."""
    clock = TestClock()
    async with running_hub(f"sqlite:///{tmp_path_factory.mktemp('timed')}/linebook.db", clock=clock) as hub:
        runner = Runner(FORM, hub, add_tenant(hub.runtime))
        yield runner, clock
        await runner.close()


LIFETIMES: list[tuple[Any, int]] = [({}, 900), ({"expires_in_seconds": 60}, 60), ({"expires_in_seconds": None}, 900)]


@pytest.mark.parametrize(("body", "lifetime_s"), LIFETIMES)
async def test_a_token_ends_by_itself(body: Any, lifetime_s: int, timed: tuple[Runner, TestClock]) -> None:
    runner, clock = timed
    clock.now_ms = 1_700_000_000_000
    token = await made(runner, **body)
    assert token["expires_at"] == {900: "2023-11-14T22:28:20.000Z", 60: "2023-11-14T22:14:20.000Z"}[lifetime_s]
    clock.advance(lifetime_s * 1000 - 1)
    assert (await with_token(runner, get(COUNT), token["token"]))["count"] == 1
    clock.advance(1)
    assert await with_token(runner, get(COUNT), token["token"], 401) == BAD_CREDENTIAL
