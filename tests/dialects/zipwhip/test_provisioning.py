"""The host for provisioning, by API key: what is known of a number, and sessions for lines of one's own."""

from __future__ import annotations

from typing import Any, Final

import pytest

from linebook.core.account import CredentialKind, Role
from linebook.core.author import Author
from linebook.core.consent import EVERY_LINE, ConsentAction
from linebook.core.phone import Phone
from linebook.services.consents import RecordConsent, record_consents
from linebook.services.credentials import RegisterCredential, RevokeCredential, register_credentials, revoke_credentials
from linebook.services.users import UpdateUser, update_users
from tests.dialects.zipwhip.form import INVALID_KEY, INVALID_SESSION, NOT_PROVISIONED
from tests.kit.wire import Ask, Case, Runner, Shows, ask, both_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

NUMBER: Final = "+12065550142"
LOOK_UPS: Final = ("provision/eligible", "provision/status", "enum/textable", "enum/mobile")
CALLS: Final = (*LOOK_UPS, "account/get-sessionkey")


def account_id(runner: Runner) -> int:
    return int(runner.names["account_id"])


def line_ids(runner: Runner) -> tuple[int, int]:
    return int(runner.names["line_id"]), int(runner.names["multi_id"])


def write(runner: Runner, service: Any, request: Any) -> Any:
    [outcome] = runner.hub.runtime.store.engine.write(lambda tx: service(tx, account_id(runner), [request]))
    assert not isinstance(outcome, Exception), outcome
    return outcome


def add_key(runner: Runner, **members: Any) -> str:
    """Give a further API key of the account."""
    secret = runner.hub.runtime.ids.secret()
    members = {"kind": CredentialKind.ZIPWHIP_API_KEY, "secret": secret} | members
    write(runner, register_credentials, RegisterCredential(**members))
    return secret


def heed(runner: Runner, action: ConsentAction, line_id: int = EVERY_LINE) -> None:
    change = RecordConsent(phone=Phone.stored(NUMBER), action=action, author=Author("tests"), line_id=line_id)
    write(runner, record_consents, change)


async def told(runner: Runner, asked: Ask, *, key: str = "", changes: bool = False) -> Any:
    """Give the whole answer to a call that succeeds."""
    if key:
        asked = ask(asked.path, asked.method, **dict(asked.params), api_key=key)
    shows = Shows.NONE if key else Shows.GOOD
    return (await runner.run(Case(label="", ask=asked, shows=shows, changes=changes))).json()


async def textable(runner: Runner, number: str = NUMBER, key: str = "") -> bool:
    found = await told(runner, ask("/enum/textable", phone_number=number), key=key)
    return bool(found["textable"])


# -- refusals


@pytest.mark.parametrize("name", CALLS)
async def test_a_number_must_be_there_and_usable(name: str, guest: Runner) -> None:
    missing = {"success": False, "response": "Required String parameter 'phone_number' is not present"}
    unusable = {"desc": "Wrong arguments: phone_number is not a usable number", "code": -703}
    for params in ({}, {"phone_number": ""}, {"phone_number": "None"}):
        await guest.run(Case(label="", ask=ask(f"/{name}", "POST", **params), status=400, body=missing))
    asked = ask(f"/{name}", phone_number="nobody")
    await guest.run(Case(label="", ask=asked, status=400, body={"success": False, "response": unusable}))


async def test_a_key_and_a_session_do_not_stand_in_for_each_other(runner: Runner) -> None:
    key = add_key(runner)
    as_session = ask("/user/get", session=key)
    await runner.run(Case(label="", ask=as_session, status=403, body=INVALID_SESSION, shows=Shows.NONE))
    as_key = ask("/enum/mobile", phone_number=NUMBER, api_key="<operator_session>")
    await runner.run(Case(label="", ask=as_key, status=403, body=INVALID_KEY, shows=Shows.NONE))
    as_named = ask("/enum/mobile", phone_number=NUMBER, session="<session>")
    await runner.run(Case(label="", ask=as_named, status=403, body=INVALID_KEY, shows=Shows.NONE))


async def test_a_key_that_has_ended_opens_nothing(runner: Runner) -> None:
    secret = runner.hub.runtime.ids.secret()
    made = write(runner, register_credentials, RegisterCredential(kind=CredentialKind.ZIPWHIP_API_KEY, secret=secret))
    asked = ask("/account/get-sessionkey", phone_number="<line>", api_key=secret)
    await runner.run(Case(label="", ask=asked, shows=Shows.NONE, changes=True))
    write(runner, revoke_credentials, RevokeCredential(made.id))
    await runner.run(Case(label="", ask=asked, status=403, body=INVALID_KEY, shows=Shows.NONE))


@pytest.mark.parametrize("number", [NUMBER, "<foreign_line>", "<ada_number>"])
async def test_there_is_no_session_for_a_number_that_is_no_line_of_the_account(number: str, guest: Runner) -> None:
    asked = ask("/account/get-sessionkey", phone_number=number)
    await guest.run(Case(label="", ask=asked, status=400, body=NOT_PROVISIONED))


@pytest.mark.parametrize("name", ["provision/add", "provision/update", "provision/delete"])
async def test_numbers_are_not_added_or_changed_here(name: str, guest: Runner) -> None:
    asked = ask(f"/api/20140925/{name}", "GET", phone_number=NUMBER)
    body = {"success": False, "response": "Unknown method"}
    await guest.run(Case(label="", ask=asked, status=404, body=body))


# -- lines


@both_engines
async def test_a_line_of_the_account_is_eligible_and_provisioned_and_no_other_number(runner: Runner) -> None:
    for number, is_line in (("<line>", True), ("<multi>", True), (NUMBER, False), ("<foreign_line>", False)):
        eligible = await told(runner, ask("/provision/eligible", phone_number=number))
        assert (eligible["error"], eligible["status_code"]) == ("false", "100")
        assert eligible["eligible"] == ("true" if is_line else "false")
        status = await told(runner, ask("/provision/status", phone_number=number))
        assert status["status"] == ("provisioned" if is_line else "not provisioned")
        assert status["transaction_id"] != eligible["transaction_id"]


@pytest.mark.parametrize("number", ["<line>", "+1<line>", "1<line>", " 1<line>", "<line_dotted>", "ptn:/+1<line>"])
async def test_a_number_comes_in_any_form(number: str, guest: Runner) -> None:
    found = await told(guest, ask("/api/20140925/provision/status", "GET", phone_number=number))
    assert (found["phone_number"], found["status"]) == (f"+1{guest.names['line']}", "provisioned")


async def test_a_plus_that_was_not_encoded_is_read(guest: Runner) -> None:
    query = f"api_key={guest.tenant.secret}&phone_number=+1{guest.names['line']}".encode()
    asked = Ask(path="/api/20140925/provision/status", method="GET", raw_query=query)
    answer = await guest.run(Case(label="", ask=asked, shows=Shows.NONE))
    assert answer.json()["status"] == "provisioned"


async def test_a_key_of_one_line_knows_no_other(runner: Runner) -> None:
    key = add_key(runner, line_id=line_ids(runner)[0])
    found = [
        (await told(runner, ask("/provision/status", phone_number=number), key=key))["status"]
        for number in ("<line>", "<multi>")
    ]
    assert found == ["provisioned", "not provisioned"]
    asked = ask("/account/get-sessionkey", phone_number="<multi>", api_key=key)
    await runner.run(Case(label="", ask=asked, status=400, body=NOT_PROVISIONED, shows=Shows.NONE))


# -- sessions


@both_engines
async def test_a_session_of_a_line_is_given_and_works(runner: Runner) -> None:
    asked = ask("/api/20140925/account/get-sessionkey", "GET", phone_number="<multi>")
    keys = [(await told(runner, asked, changes=True))["response"] for _ in range(2)]
    assert keys[0] != keys[1]
    for key in keys:
        assert key.endswith(f":{line_ids(runner)[1]}")
        shown = await runner.run(Case(label="", ask=ask("/user/get", session=key), shows=Shows.NONE))
        assert shown.json()["response"]["user"]["mobileNumber"] == runner.names["multi"]


async def test_a_session_has_the_role_of_the_key(runner: Runner) -> None:
    key = add_key(runner, role=Role.OPERATOR)
    asked = ask("/account/get-sessionkey", phone_number="<line>")
    session = (await told(runner, asked, key=key, changes=True))["response"]
    await runner.run(Case(label="", ask=ask("/contact/list", session=session), shows=Shows.NONE))
    setting = ask("/user/signature/set", session=session, signature="Front desk")
    await runner.run(Case(label="", ask=setting, status=403, shows=Shows.NONE))


async def test_there_is_no_session_for_somebody_who_is_not_active(runner: Runner) -> None:
    user_id = int(runner.names["operator_id"])
    key = add_key(runner, user_id=user_id)
    asked = ask("/account/get-sessionkey", phone_number="<line>", api_key=key)
    await runner.run(Case(label="", ask=asked, shows=Shows.NONE, changes=True))
    write(runner, update_users, UpdateUser(id=user_id, is_active=False))
    body = {"success": False, "response": "Not permitted for this user"}
    await runner.run(Case(label="", ask=asked, status=403, body=body, shows=Shows.NONE))


# -- textable, mobile


@both_engines
async def test_who_opted_out_is_not_textable_until_he_opts_in(runner: Runner) -> None:
    assert await textable(runner)
    for closes, opens in (
        (ConsentAction.PERSON_STOP, ConsentAction.PERSON_START),
        (ConsentAction.TEAM_STOP, ConsentAction.TEAM_START),
        (ConsentAction.BLOCK, ConsentAction.UNBLOCK),
    ):
        heed(runner, closes)
        assert not await textable(runner)
        heed(runner, opens)
        assert await textable(runner)


async def test_who_left_one_line_is_textable_from_another(runner: Runner) -> None:
    first, second = line_ids(runner)
    key = add_key(runner, line_id=first)
    heed(runner, ConsentAction.PERSON_STOP, first)
    assert await textable(runner)
    assert not await textable(runner, key=key)
    heed(runner, ConsentAction.PERSON_STOP, second)
    assert not await textable(runner)


@pytest.mark.parametrize("number", ["+19995550142", "+1206555014", "0142"])
async def test_a_number_that_nobody_can_have_is_not_textable(number: str, guest: Runner) -> None:
    assert not await textable(guest, number)


@pytest.mark.parametrize(
    ("number", "provider", "kind", "is_mobile"),
    [
        ("<line>", "loopback", "unknown", False),
        (NUMBER, "unknown", "unknown", True),
        ("+18885550142", "unknown", "tollfree", False),
        ("+442079460142", "unknown", "landline", False),
        ("+447400123456", "unknown", "mobile", True),
        ("0142", "unknown", "unknown", False),
    ],
)
async def test_what_kind_of_number_it_is(number: str, provider: str, kind: str, is_mobile: bool, guest: Runner) -> None:
    found = await told(guest, ask("/enum/textable", phone_number=number))
    assert (found["provider"], found["type"]) == (provider, kind)
    assert (await told(guest, ask("/enum/mobile", phone_number=number)))["is_mobile"] is is_mobile
