"""Paths, browsers, odd bodies, and what is answered when the hub cannot serve."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from linebook.dialects.base import Request
from linebook.dialects.inwise import INWISE
from linebook.errors import SecretUnreadable, StorageRefused, StorageUnavailable
from tests.dialects.inwise.form import CONTACTS, UNREAD, get, post, raw_post
from tests.dialects.inwise.own import own_runner
from tests.kit.wire import Ask, Case, Runner, Shows

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/rest/v1/contacts", "/rest/v1/contacts"),
        ("/REST/V1/Contacts/", "/rest/v1/contacts"),
        ("//rest//v1///contacts//", "/rest/v1/contacts"),
        ("/rest/v1/CONTACTS/BATCHINSERT/5", "/rest/v1/contacts/batchInsert/5"),
        ("/rest/v1/transactional/SMS/send", "/rest/v1/transactional/sms/send"),
        ("/rest/v1/contacts/AbC", "/rest/v1/contacts/AbC"),
        ("/rest/v1", "/rest/v1"),
        ("/Rest/v1/", "/rest/v1"),
        ("/rest/v2/contacts", None),
        ("/rest", None),
        ("/rest/v10/contacts", None),
        ("/contacts", None),
        ("/", None),
        ("", None),
    ],
)
async def test_a_path_is_ours_in_any_spelling(path: str, normal: str | None) -> None:
    assert INWISE.normal_path(path) == normal


@pytest.mark.parametrize("path", ["/Rest/V1/CONTACTS", "/rest/v1/contacts/", "/rest//v1/contacts"])
async def test_a_path_in_another_spelling_is_served(path: str, guest: Runner) -> None:
    await guest.run(Case(label="", ask=get(path)))


@pytest.mark.parametrize(
    "path", ["/rest/v1", "/rest/v1/", "/rest/v1/campaigns", "/rest/v1/contacts/1/2", "/rest/v1/transactional/sms/send"]
)
async def test_a_path_that_is_not_served_is_unknown(path: str, guest: Runner) -> None:
    body = {"code": 404, "message": "The resource was not found."}
    await guest.run(Case(label="", ask=post(path, {}), status=404, body=body, shows=Shows.NONE))


async def test_a_wrong_method_is_told_the_right_ones(guest: Runner) -> None:
    answer = await guest.send(Ask(path=CONTACTS, method="DELETE"))
    assert (answer.status, answer.header("allow")) == (405, "POST, GET")


async def test_a_browser_may_ask_from_any_page_with_the_header_of_the_key(guest: Runner) -> None:
    for path in (CONTACTS, "/rest/v1/Contacts/5", "/rest/v1/nowhere"):
        asked = Ask(path=path, method="OPTIONS", headers=(("access-control-request-headers", "x-api-key,x-other"),))
        answer = await guest.send(asked, shows=Shows.NONE)
        assert answer.status == 200
        allowed = answer.header("access-control-allow-headers").lower()
        assert {"x-api-key", "content-type"} <= {one.strip() for one in allowed.split(",")}
        assert {"GET", "POST"} <= {one.strip() for one in answer.header("access-control-allow-methods").split(",")}


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded", ""]
)
async def test_the_content_type_does_not_matter(kind: str, runner: Runner) -> None:
    asked = raw_post(CONTACTS, b'{"email": "x@example.test"}', kind)
    await runner.run(Case(label="", ask=asked, changes=True))


async def test_hebrew_comes_back_unchanged_and_not_escaped(runner: Runner) -> None:
    text = "שלום עולם \N{RIGHT-TO-LEFT MARK}\U0001f600"
    body = {"email": "x@example.test", "fields": [{"name": "field1", "content": text}]}
    answer = await runner.send(post(CONTACTS, body))
    assert text.encode() in answer.body and b"\\u" not in answer.body


PRINTED = """{
  id: 0, // no contact yet
  "email": "odd@example.test",
  mobile_number: "0541111111",
  trim_mobile_number_leading_zero: true,
  add_default_country_to_mobile_number_only_if_not_exists: "True",
  mobile_number_default_country_code: 972,
  fields: [
    { name: "field1", content: "two
lines" },
  ],
  /* groups come as a lone value */
  add_to_groups_ids: "715983",
}"""


async def test_a_body_that_strict_readers_refuse_is_taken(runner: Runner) -> None:
    answer = await runner.run(Case(label="", ask=raw_post(CONTACTS, "\ufeff" + PRINTED), changes=True))
    contact = answer.json()
    assert contact["mobile_number"] == "972541111111" and contact["groups_ids"] == [715983]
    assert contact["fields"] == [{"name": "field1", "content": "two\nlines"}]


async def test_a_body_that_is_hopeless_is_refused_with_the_place(guest: Runner) -> None:
    case = Case(
        label="",
        ask=raw_post(CONTACTS, '{"email": "x@example.test",\n "fields": [{"name": field1}]}'),
        status=400,
        body={"code": 400, "message": "Parameter 'fields' is invalid. A value is expected at line 2, column 22."},
    )
    await guest.run(case)


async def test_head_asks_for_a_list_without_its_body(guest: Runner) -> None:
    answer = await guest.send(Ask(path=CONTACTS, method="HEAD"))
    assert answer.status == 200 and int(answer.header("content-length")) > 100


# -- the hub cannot serve


async def test_a_full_gate_says_when_to_try_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with own_runner(tmp_path) as runner:
        monkeypatch.setattr(runner.hub.runtime.store.gate, "_max_members", 0)
        for asked in (post(CONTACTS, {"email": "x@example.test"}), get(UNREAD)):
            case = Case(
                label="",
                ask=asked,
                status=503,
                body={"code": 503, "message": "The service is unavailable now, try again shortly."},
            )
            answer = await runner.run(case)
            assert answer.header("retry-after") == "1"


async def test_a_database_that_is_away_is_told_so_and_back_again(tmp_path: Path) -> None:
    async with own_runner(tmp_path) as runner:
        await runner.send(get(CONTACTS))
        database, aside = tmp_path / "book.db", tmp_path / "aside.db"
        database.rename(aside)
        for asked in (post(CONTACTS, {"email": "x@example.test"}), get(CONTACTS)):
            assert (await runner.send(asked)).status == 503
        aside.rename(database)
        for asked in (post(CONTACTS, {"email": "x@example.test"}), get(CONTACTS)):
            assert (await runner.send(asked)).status == 200


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (StorageRefused("what was in it"), 400),
        (StorageUnavailable("where it is"), 503),
        (SecretUnreadable(), 500),
        (RuntimeError("what went wrong"), 500),
    ],
)
async def test_every_error_has_the_form_and_no_secret(error: Exception, status: int) -> None:
    response = INWISE.refuse(Request("GET", "/", b"", {}, b"", "", {}), error)
    assert response.status == status
    assert b'"code":' in response.body and str(error).encode() not in response.body


async def test_plain_http_by_a_client_library_works(guest: Runner) -> None:
    async with httpx.AsyncClient(base_url=guest.hub.base_url, trust_env=False) as client:
        headers = {"X-API-Key": guest.tenant.secret, "Accept": "application/json"}
        answer = await client.get("/rest/v1/contacts", headers=headers)
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json; charset=utf-8"
