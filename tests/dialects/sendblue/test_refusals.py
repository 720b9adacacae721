"""Every operation refuses what every operation must refuse, in the platform's form, and changes nothing."""

from __future__ import annotations

import msgspec
import pytest

from linebook.dialects.base import Request
from linebook.dialects.sendblue import SENDBLUE
from tests.dialects.sendblue.form import (
    CONTACTS,
    COUNT,
    FORM,
    NO_CALL,
    NO_CREDENTIAL,
    PROBES,
    TOKENS,
    get,
    refused,
    refused_v3,
)
from tests.kit.wire import Ask, Case, Probe, Runner, Shows, both_engines, standard_refusals

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("case", [case for probe in PROBES for case in standard_refusals(FORM, probe)], ids=str)
async def test_a_refusal_that_every_operation_has(case: Case, guest: Runner) -> None:
    await guest.run(case)


@both_engines
@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.operation)
async def test_the_example_of_every_operation_works(probe: Probe, runner: Runner) -> None:
    statuses = {operation.name: operation.status for operation in SENDBLUE.operations}
    case = Case(label=probe.operation, ask=probe.ask, status=statuses[probe.operation], changes=probe.changes)
    await runner.run(case)


async def test_every_served_operation_has_its_example() -> None:
    served = {operation.name for operation in SENDBLUE.operations if operation.handler is not None}
    assert served == {probe.operation for probe in PROBES}


SHOWN = [
    ("only the key id", (("sb-api-key-id", "<key_id>"),), 403, NO_CREDENTIAL),
    ("only the key secret", (("sb-api-secret-key", "<key_secret>"),), 403, NO_CREDENTIAL),
    ("an empty secret", (("sb-api-key-id", "<key_id>"), ("sb-api-secret-key", "")), 403, NO_CREDENTIAL),
    ("the pair as basic", (("authorization", "Basic ZGVtbzpkZW1v"),), 403, NO_CREDENTIAL),
    ("a bearer word alone", (("authorization", "Bearer "),), 403, NO_CREDENTIAL),
    ("a token without its word", (("authorization", "<token>"),), 403, NO_CREDENTIAL),
    ("an unknown token", (("authorization", "Bearer nobody"),), 401, refused("Invalid Credentials")),
    ("a token in the headers of a pair", (("sb-api-key-id", "<token>"), ("sb-api-secret-key", "<token>")), 401, None),
    ("a pair the wrong way round", (("sb-api-key-id", "<key_secret>"), ("sb-api-secret-key", "<key_id>")), 401, None),
    ("letters beyond ASCII", (("sb-api-key-id", "kéy"), ("sb-api-secret-key", "sécret")), 401, None),
]


@pytest.mark.parametrize("path", [COUNT, "/account", "/v3/auth/tokens/1"])
@pytest.mark.parametrize(("headers", "status", "body"), [row[1:] for row in SHOWN], ids=[row[0] for row in SHOWN])
async def test_who_shows_no_whole_credential_stays_outside(
    path: str, headers: tuple[tuple[str, str], ...], status: int, body: object, guest: Runner
) -> None:
    method = "DELETE" if path.startswith("/v3") else "GET"
    asked = Ask(path=path, method=method, headers=headers)
    case = Case(label="", ask=asked, status=status, shows=Shows.NONE, body=body or refused("Invalid Credentials"))
    await guest.run(case)


@pytest.mark.parametrize(
    "headers",
    [
        (("SB-API-KEY-ID", "<key_id>"), ("Sb-Api-Secret-Key", "<key_secret>")),
        (("authorization", "Bearer <token>"),),
        (("authorization", "bearer  <token>"),),
        (("sb-api-key-id", "<key_id>"), ("authorization", "Bearer <token>")),
        (("sb-api-key-id", "<key_id>"), ("sb-api-secret-key", "<key_secret>"), ("authorization", "Bearer nobody")),
    ],
)
async def test_who_shows_a_whole_credential_comes_in(headers: tuple[tuple[str, str], ...], guest: Runner) -> None:
    asked = Ask(path=COUNT, method="GET", headers=headers)
    await guest.run(Case(label="", ask=asked, shows=Shows.NONE, body={"status": "OK", "count": 1}))


UNKNOWN_PATHS = [
    ("/api/v2/messages", NO_CALL),
    ("/api/v2/contacts/+12065550101/notes", NO_CALL),
    ("/api/v2/events", NO_CALL),
    ("/api/send-message", NO_CALL),
    ("/api/account/webhooks", NO_CALL),
    ("/api/v2/account/webhooks", NO_CALL),
    ("/accounts/contacts", NO_CALL),
    ("/accounts", NO_CALL),
    ("/v3", refused_v3("not_found", "Not found")),
    ("/v3/nothing", refused_v3("not_found", "Not found")),
    ("//v3//nothing", refused_v3("not_found", "Not found")),
]


@pytest.mark.parametrize(("path", "body"), UNKNOWN_PATHS, ids=[path for path, _ in UNKNOWN_PATHS])
async def test_a_path_of_its_families_that_nobody_serves(path: str, body: object, guest: Runner) -> None:
    await guest.run(Case(label=path, ask=get(path), status=404, body=body))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/api/v2",
        "/api/v1/user/login",
        "/api/v2/user/login",
        "/api/v2/contact/save",
        "/api/v2/contactsNowhere",
        "/api/v2/message/send",
        "/contact/get",
        "/accounting",
        "/v30",
        "/v1/contacts",
        "/rest/v1/contacts",
    ],
)
async def test_paths_of_others_are_left_to_them(path: str) -> None:
    assert SENDBLUE.normal_path(path) is None


async def test_no_page_of_another_origin_may_call(guest: Runner) -> None:
    asked = Ask(path=CONTACTS, method="OPTIONS", headers=(("origin", "https://example.org"),))
    answer = (await guest.run(Case(label="", ask=asked, status=405, shows=Shows.NONE))).header("allow")
    assert answer == "POST, GET, DELETE"


async def test_an_unexpected_error_is_told_in_both_forms_without_what_it_says() -> None:
    for path, body in (
        (CONTACTS, refused("Internal error")),
        (TOKENS, refused_v3("internal_error", "Internal error")),
    ):
        asked = Request("GET", path, b"", {}, b"", "", {})
        answer = SENDBLUE.refuse(asked, RuntimeError("+12065550101"))
        assert (answer.status, msgspec.json.decode(answer.body)) == (500, body)
