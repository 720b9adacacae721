"""Every operation refuses what every operation must refuse, in the platform's form, and changes nothing."""

from __future__ import annotations

import pytest

from linebook.dialects.inwise import INWISE
from tests.dialects.inwise.form import (
    BAD_KEY,
    CONTACTS,
    NO_KEY,
    PROBES,
    UNREAD,
    form_of,
    get,
    post,
    raw_post,
)
from tests.kit.wire import Ask, Case, Probe, Refusal, Runner, Shows, both_engines, standard_refusals

pytestmark = pytest.mark.asyncio(loop_scope="session")


def refusals(probe: Probe) -> list[Case]:
    """Give the standard refusals that the call can have.

    Below a resource every further word is an id; a query that a call does not take is not read.
    """
    operation = next(one for one in INWISE.operations if one.name == probe.operation)
    out = set()
    if operation.path.count("/") > 3:
        out.add(Refusal.UNKNOWN_CALL)
    if operation.params is None:
        out.add(Refusal.BROKEN_TEXT)
    return [
        case for case in standard_refusals(form_of(probe), probe) if not any(one.value in case.label for one in out)
    ]


@pytest.mark.parametrize("case", [case for probe in PROBES for case in refusals(probe)], ids=str)
async def test_a_refusal_that_every_operation_has(case: Case, guest: Runner) -> None:
    await guest.run(case)


@both_engines
@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.operation)
async def test_the_example_of_every_operation_works(probe: Probe, runner: Runner) -> None:
    await runner.run(Case(label=probe.operation, ask=probe.ask, changes=probe.changes))


async def test_every_served_operation_has_its_example() -> None:
    served = {operation.name for operation in INWISE.operations if operation.handler is not None}
    assert served == {probe.operation for probe in PROBES}


# -- keys

NOBODY = "0" * 32


def with_headers(*headers: tuple[str, str]) -> Ask:
    return Ask(path=CONTACTS, method="GET", headers=headers)


@pytest.mark.parametrize(
    "case",
    [
        Case(label="blank key", ask=with_headers(("X-API-Key", "  ")), status=401, body=NO_KEY, shows=Shows.NONE),
        Case(
            label="bearer token alone",
            ask=with_headers(("Authorization", "Bearer <key>")),
            status=401,
            body=NO_KEY,
            shows=Shows.NONE,
        ),
        Case(label="key in the query", ask=get(CONTACTS, api_key="<key>"), status=401, body=NO_KEY, shows=Shows.NONE),
        Case(
            label="wrong key in the body",
            ask=post(CONTACTS, {"api_key": NOBODY, "email": "x@example.test"}),
            status=401,
            body=BAD_KEY,
            shows=Shows.NONE,
        ),
        Case(
            label="key in the body that is no text",
            ask=post(CONTACTS, {"api_key": {"key": "<key>"}, "email": "x@example.test"}),
            status=401,
            body=NO_KEY,
            shows=Shows.NONE,
        ),
        Case(
            label="key in a body that is no JSON",
            ask=raw_post(CONTACTS, '{"api_key": "<key>", "email": '),
            status=401,
            body=NO_KEY,
            shows=Shows.NONE,
        ),
        Case(
            label="key in a body that is a list",
            ask=raw_post(CONTACTS, '["api_key", "<key>"]'),
            status=401,
            body=NO_KEY,
            shows=Shows.NONE,
        ),
        Case(
            label="key with signs beyond ASCII",
            ask=with_headers(("X-API-Key", "\xe9\xe9\xe9")),
            status=401,
            body=BAD_KEY,
            shows=Shows.NONE,
        ),
        Case(
            label="wrong key before a broken body",
            ask=raw_post(CONTACTS, "{"),
            status=401,
            body=BAD_KEY,
            shows=Shows.WRONG,
        ),
    ],
    ids=str,
)
async def test_a_key_that_does_not_let_in(case: Case, guest: Runner) -> None:
    await guest.run(case)


@pytest.mark.parametrize(
    "headers",
    [
        (("x-api-key", "<key>"),),
        (("X-Api-Key", "  <key>\t"),),
        (("X-API-KEY", "<key>"), ("Authorization", "Bearer something")),
        (("Authorization", "Basic Zm9vOmJhcg=="), ("x-API-key", "<key>")),
    ],
)
async def test_a_key_in_any_spelling_of_the_header_lets_in(headers: tuple[tuple[str, str], ...], guest: Runner) -> None:
    case = Case(label="", ask=with_headers(*headers).filled({"key": guest.tenant.secret}), shows=Shows.NONE)
    await guest.run(case)


async def test_a_key_in_the_body_lets_in_where_the_header_is_missing(runner: Runner) -> None:
    body = {"api_key": f" {runner.tenant.secret} ", "email": "old@example.test"}
    await runner.run(Case(label="", ask=post(CONTACTS, body), shows=Shows.NONE, changes=True))


async def test_the_key_in_the_header_counts_before_the_one_in_the_body(guest: Runner) -> None:
    body = {"api_key": guest.tenant.secret, "email": "old@example.test"}
    await guest.run(Case(label="", ask=post(CONTACTS, body), shows=Shows.WRONG, status=401, body=BAD_KEY))


async def test_a_head_request_reads_nothing_that_would_then_be_lost(runner: Runner) -> None:
    asked = Ask(path=UNREAD, method="HEAD")
    assert (await runner.send(asked)).status == 405
    assert len((await runner.send(get(UNREAD))).json()) == 1
