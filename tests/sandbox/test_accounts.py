"""Accounts of the sandbox: what is refused, that a fresh one opens every dialect, and that one ends without a trace."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from linebook.demo import ACCOUNT, LINES
from linebook.settings import Settings
from tests.kit.hub import RunningHub, running_hub
from tests.sandbox.conftest import open_account, save_through_all, state_of

ALL_SAVED = dict.fromkeys(("zipwhip", "inwise", "sendblue", "heymarket", "heymarket token", "heymarket n8n"), 200)
NOBODY = 1_999_999_999

pytestmark = pytest.mark.asyncio(loop_scope="session")

# -- outside the demo


SANDBOX_CALLS = [
    ("POST", "/_sandbox/reset"),
    ("POST", "/_sandbox/accounts"),
    ("GET", "/_sandbox/accounts/1"),
    ("DELETE", "/_sandbox/accounts/1"),
    ("GET", "/_sandbox/state"),
    ("GET", "/_sandbox/outbox"),
    ("GET", "/_sandbox/texts"),
    ("POST", "/_sandbox/texts"),
    ("POST", "/_sandbox/receipts"),
    ("GET", "/_sandbox/attachments/1"),
    ("GET", "/_sandbox/webhooks"),
    ("GET", "/_sandbox/magic"),
    ("POST", "/_sandbox/clock"),
    ("POST", "/_sandbox/failures"),
    ("POST", "/_sandbox/carrier"),
    ("GET", "/"),
    ("GET", "/handset.js"),
    ("GET", "/handset.css"),
    ("GET", "/_sandbox"),
    ("GET", "/openapi/sandbox.json"),
    ("GET", "/postman/sandbox.json"),
]


async def test_a_hub_that_is_no_demo_has_no_sandbox(sqlite_path: object) -> None:
    async with running_hub(f"sqlite:///{sqlite_path}") as hub:
        for method, path in SANDBOX_CALLS:
            assert (await hub.client.request(method, path)).status_code == 404, path
        assert "_sandbox" not in (await hub.client.get("/docs")).text


async def test_no_setting_opens_it() -> None:
    assert not {one for one in Settings.__struct_fields__ if "demo" in one or "sandbox" in one}


# -- refusals

REFUSED: list[tuple[str, str, Any, int, dict[str, str]]] = [
    ("GET", "/_sandbox", None, 404, {"error": "There is no such call."}),
    ("GET", "/_sandbox/inbox", None, 404, {"error": "There is no such call."}),
    ("GET", "/_sandbox/reset", None, 405, {"error": "This call does not take that HTTP method."}),
    ("OPTIONS", "/_sandbox/reset", None, 405, {"error": "This call does not take that HTTP method."}),
    ("POST", "/_sandbox/accounts", b"no JSON", 400, {"error": "The body is not JSON.", "parameter": "body"}),
    ("POST", "/_sandbox/accounts", b'{"name":"\xff"}', 400, {"error": "The body is not JSON.", "parameter": "body"}),
    (
        "POST",
        "/_sandbox/accounts",
        b"[" * 5000,
        400,
        {"error": "body: Expected `object`, got `array`", "parameter": "body"},
    ),
    ("POST", "/_sandbox/accounts", b"[]", 400, {"error": "body: Expected `object`, got `array`", "parameter": "body"}),
    ("POST", "/_sandbox/accounts", b'{"title":"x"}', 400, {"error": "title: is not known here", "parameter": "title"}),
    (
        "POST",
        "/_sandbox/accounts",
        b'{"name":7}',
        400,
        {"error": "name: Expected `str`, got `int`", "parameter": "name"},
    ),
    (
        "POST",
        "/_sandbox/accounts",
        b'{"region":"XX"}',
        400,
        {"error": "region: There is no numbering plan for the region 'XX'.", "parameter": "region"},
    ),
    ("POST", "/_sandbox/accounts", b'{"name":" "}', 400, {"error": "name: is empty", "parameter": "name"}),
    (
        "POST",
        "/_sandbox/accounts",
        b" " * 3_000_000,
        413,
        {"error": "The request body is larger than this server accepts."},
    ),
    ("GET", "/_sandbox/accounts/one", None, 400, {"error": "id: is not the id of an account", "parameter": "id"}),
    ("GET", "/_sandbox/accounts/٣", None, 400, {"error": "id: is not the id of an account", "parameter": "id"}),
    ("GET", f"/_sandbox/accounts/{NOBODY}", None, 404, {"error": f"There is no account {NOBODY}."}),
    ("GET", "/_sandbox/accounts/0", None, 404, {"error": "There is no account 0."}),
    ("GET", f"/_sandbox/accounts/{2**63}", None, 404, {"error": f"There is no account {2**63}."}),
    ("DELETE", f"/_sandbox/accounts/{NOBODY}", None, 404, {"error": f"There is no account {NOBODY}."}),
    (
        "DELETE",
        "/_sandbox/accounts/1",
        None,
        403,
        {"error": "The demo account is not deleted: reset the sandbox instead."},
    ),
    (
        "GET",
        "/_sandbox/state?account=x",
        None,
        400,
        {"error": "account: is not a whole number", "parameter": "account"},
    ),
    ("GET", "/_sandbox/state?account=", None, 400, {"error": "account: is not a whole number", "parameter": "account"}),
    ("GET", "/_sandbox/state?of=1", None, 400, {"error": "of: is not known here", "parameter": "of"}),
    (
        "GET",
        "/_sandbox/state?account=%FF",
        None,
        400,
        {"error": "query: is not UTF-8 text, or has too many parameters", "parameter": "query"},
    ),
    ("GET", f"/_sandbox/state?account={NOBODY}", None, 404, {"error": f"There is no account {NOBODY}."}),
    (
        "GET",
        f"/_sandbox/state?account={'1' * 5000}",
        None,
        400,
        {"error": "account: is too large a number", "parameter": "account"},
    ),
    ("GET", f"/_sandbox/state?account={2**70}", None, 404, {"error": f"There is no account {2**70}."}),
    ("GET", "/_sandbox/state?account=-1", None, 404, {"error": "There is no account -1."}),
]


async def test_what_cannot_be_done_is_refused_in_a_sentence_and_changes_nothing(hub: RunningHub) -> None:
    before = await state_of(hub)
    for method, path, body, status, expected in REFUSED:
        answer = await hub.client.request(method, path, content=body)
        assert (answer.status_code, answer.json()) == (status, expected), (method, path)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
    assert await state_of(hub) == before


async def test_a_wrong_method_says_which_ones_are_right(hub: RunningHub) -> None:
    answer = await hub.client.put("/_sandbox/accounts/1")
    assert answer.headers["allow"] == "GET, DELETE"


async def test_a_page_of_another_origin_is_refused(hub: RunningHub) -> None:
    opened = await open_account(hub)
    for origin in ("https://evil.example", "null", hub.base_url.replace("127.0.0.1", "localhost")):
        for method, path in (("POST", "/_sandbox/reset"), ("GET", "/_sandbox/state")):
            answer = await hub.client.request(method, path, headers={"origin": origin})
            assert answer.status_code == 403, origin
            assert "access-control-allow-origin" not in answer.headers
    assert (await hub.client.get("/_sandbox/state", headers={"origin": hub.base_url})).status_code == 200
    assert (await hub.client.get(f"/_sandbox/accounts/{opened['id']}")).status_code == 200


async def test_without_a_host_nobody_can_be_told_where_to_call(hub: RunningHub) -> None:
    for host in ('"><script>', "a b", "x/y"):
        answer = await hub.client.post("/_sandbox/accounts", headers={"host": host})
        assert (answer.status_code, answer.json()["parameter"]) == (400, "Host")


async def test_a_name_is_given_once_and_a_refused_account_leaves_nothing(hub: RunningHub) -> None:
    opened = await open_account(hub, name="Checkout")
    assert opened["name"] == "Checkout"
    for name in ("Checkout", ACCOUNT):
        answer = await hub.client.post("/_sandbox/accounts", json={"name": name})
        assert (answer.status_code, answer.json()) == (
            409,
            {"error": f"There is an account called {name} already.", "parameter": "name"},
        )
    assert (await open_account(hub, name="checkout"))["name"] == "checkout"


# -- a fresh account


async def test_a_fresh_account_opens_every_dialect_and_all_see_the_same_contact(hub: RunningHub) -> None:
    opened = await open_account(hub)
    assert await save_through_all(hub, opened) == ALL_SAVED
    state = await state_of(hub, opened["id"])
    assert (state["account"], state["contacts"], state["lines"], state["users"]) == (opened["id"], 1, 3, 2)
    assert state["changes"] >= 4
    sendblue = opened["sendblue"]
    answer = await hub.client.get(
        f"{sendblue['base_url']}/api/v2/contacts/+12065550100",
        headers={"sb-api-key-id": sendblue["api_key"], "sb-api-secret-key": sendblue["api_secret"]},
    )
    assert "Ada" in answer.text
    assert "Lovelace" in answer.text
    assert (await state_of(hub))["contacts"] == 0


async def test_it_is_like_the_demo_account_with_numbers_of_its_own(hub: RunningHub) -> None:
    opened = await open_account(hub, region="il")
    assert opened["region"] == "IL"
    assert [one["label"] for one in opened["lines"]] == [one.label for one in LINES]
    assert [one["is_multi_user"] for one in opened["lines"]] == [False, True, False]
    assert [one["is_toll_free"] for one in opened["lines"]] == [False, False, True]
    assert all(one["address"].startswith("+1555") and len(one["address"]) == 12 for one in opened["lines"])
    assert [one["role"] for one in opened["users"]] == ["operator", "administrator"]
    shown = (await hub.client.get(f"/_sandbox/accounts/{opened['id']}")).json()
    assert shown == {name: opened[name] for name in ("id", "name", "region", "lines", "users")}


async def test_every_login_works_with_its_role_and_the_session_needs_none(hub: RunningHub) -> None:
    zipwhip = (await open_account(hub))["zipwhip"]
    assert [one["role"] for one in zipwhip["logins"]] == ["system", "system", "operator", "administrator"]
    assert zipwhip["logins"][0] == {
        "username": zipwhip["username"],
        "password": zipwhip["password"],
        "role": "system",
    }
    for login in zipwhip["logins"]:
        session = await hub.login(login["username"], login["password"])
        answer = await hub.client.post("/user/get", data={"session": session})
        assert answer.status_code == 200, answer.text
    assert (await hub.client.post("/user/get", data={"session": zipwhip["session"]})).status_code == 200


async def test_base_urls_name_the_host_that_was_asked(hub: RunningHub) -> None:
    answer = await hub.client.post("/_sandbox/accounts", headers={"host": "linebook:8420"})
    opened = answer.json()
    assert {opened[name]["base_url"] for name in ("zipwhip", "sendblue", "heymarket")} == {"http://linebook:8420"}
    assert opened["inwise"]["base_url"] == "http://linebook:8420/rest/v1"


async def test_accounts_opened_at_once_share_no_id_number_or_secret(hub: RunningHub) -> None:
    every = await asyncio.gather(*(open_account(hub) for _ in range(30)))
    assert len({one["id"] for one in every}) == 30
    assert len({one["name"] for one in every}) == 30
    assert len({line["address"] for one in every for line in one["lines"]}) == 90
    secrets = [
        secret
        for one in every
        for secret in (
            *(login["password"] for login in one["zipwhip"]["logins"]),
            one["zipwhip"]["session"],
            one["zipwhip"]["api_key"],
            one["inwise"]["api_key"],
            one["sendblue"]["api_key"],
            one["sendblue"]["api_secret"],
            one["heymarket"]["api_key"],
            one["heymarket"]["secret_id"],
            one["heymarket"]["secret_key"],
            one["heymarket"]["n8n_key"],
        )
    ]
    assert len(secrets) == len(set(secrets)) == 390
    assert min(map(len, secrets)) == 32


async def test_an_account_without_a_sealed_secret_lacks_it_and_nothing_else(postgres_url: str) -> None:
    async with running_hub(postgres_url, is_demo=True) as hub:
        opened = await open_account(hub)
        assert (opened["heymarket"]["secret_id"], opened["heymarket"]["secret_key"]) == ("", "")
        saved = await save_through_all(hub, opened)
        assert {name for name, status in saved.items() if status != 200} == {"heymarket token"}


# -- counting


async def test_the_state_counts_what_a_test_would_assert(hub: RunningHub) -> None:
    opened = await open_account(hub)
    shown = {
        "sb-api-key-id": opened["sendblue"]["api_key"],
        "sb-api-secret-key": opened["sendblue"]["api_secret"],
    }
    for number, tags in (("+12065550101", ["vip", "new"]), ("+12065550102", ["vip"])):
        body = {"number": number, "tags": tags, "custom_variables": {"shoe size": "9"}}
        answer = await hub.client.post("/api/v2/contacts", headers=shown, json=body)
        assert answer.status_code == 200, answer.text
    opt_out = {"number": "+12065550101", "opted_out": True}
    assert (await hub.client.post("/api/v2/contacts/opt-out", headers=shown, json=opt_out)).status_code == 200
    before = await state_of(hub, opened["id"])
    assert before == {
        "account": opened["id"],
        "contacts": 2,
        "fields": 1,
        "tags": 2,
        "groups": 0,
        "lines": 3,
        "users": 2,
        "consents": {"numbers": 1, "opted_out_by_person": 0, "opted_out_by_team": 1, "blocked": 0},
        "changes": 3,
    }
    gone = await hub.client.delete("/api/v2/contacts/+12065550101", headers=shown)
    assert gone.status_code == 200, gone.text
    after = await state_of(hub, opened["id"])
    assert (after["contacts"], after["consents"], after["changes"]) == (1, before["consents"], 4)


# -- the end of one


async def test_a_deleted_account_is_gone_at_once_and_others_do_not_notice(hub: RunningHub) -> None:
    opened, other = await open_account(hub), await open_account(hub)
    for one in (opened, other):
        assert await save_through_all(hub, one) == ALL_SAVED
    answer = await hub.client.delete(f"/_sandbox/accounts/{opened['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    refused = await save_through_all(hub, opened)
    assert refused == ALL_SAVED | {
        "zipwhip": 403,
        "inwise": 401,
        "sendblue": 401,
        "heymarket": 401,
        "heymarket token": 401,
        "heymarket n8n": 401,
    }
    login = {"username": opened["zipwhip"]["username"], "password": opened["zipwhip"]["password"]}
    assert (await hub.client.post("/user/login", data=login)).status_code == 400
    for method in ("GET", "DELETE"):
        assert (await hub.client.request(method, f"/_sandbox/accounts/{opened['id']}")).status_code == 404
    assert await save_through_all(hub, other) == ALL_SAVED
    assert (await state_of(hub, other["id"]))["contacts"] == 1
