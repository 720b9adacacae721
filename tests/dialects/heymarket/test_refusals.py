"""Every operation refuses what every operation must refuse, in the platform's form, and changes nothing."""

from __future__ import annotations

import msgspec
import pytest

from linebook.dialects.base import Operation
from linebook.dialects.heymarket import HEYMARKET
from tests.dialects.heymarket.form import FORM, PROBES, hm, raw
from tests.kit.wire import Ask, Case, Probe, Refusal, Runner, both_engines, standard_refusals

pytestmark = pytest.mark.asyncio(loop_scope="session")

OPERATIONS = {operation.name: operation for operation in HEYMARKET.operations}
SERVED = {name for name, operation in OPERATIONS.items() if operation.handler is not None}
WITH_BODY = [probe for probe in PROBES if OPERATIONS[probe.operation].body and probe.ask.method != "GET"]

BROKEN = {
    "is cut off": b'{"phone": "1206',
    "is followed by more": b"{} {}",
    "is a form": b"phone=12065550101&first=Ada",
    "has a lone surrogate": b'{"first": "\\udc00b", "phone": "12065550101"}',
    "is not UTF-8": b'{"phone": "12065550101", "first": "\xff"}',
    "has a raw line break": b'{"phone": "12065550101", "first": "a\nb"}',
    "has no end of depth": b'{"custom":' + b"[" * 50_000,
    "is deep": b'{"custom":' + b"[" * 40_000 + b"]" * 40_000 + b"}",
}
OTHER_KINDS = {"text": b'"text"', "a number": b"12", "true": b"true", "a list of texts": b'["a"]'}


def refusals(probe: Probe) -> list[Case]:
    """Give the standard refusals that the call can have: below some resources every further word is an id."""
    path = OPERATIONS[probe.operation].path
    in_path = ("{" in path and not path.endswith(("/channel", "/channels"))) or path.startswith("/v1/contact/")
    return [
        case for case in standard_refusals(FORM, probe) if not (in_path and Refusal.UNKNOWN_CALL.value in case.label)
    ]


@pytest.mark.parametrize("case", [case for probe in PROBES for case in refusals(probe)], ids=str)
async def test_a_refusal_that_every_operation_has(case: Case, guest: Runner) -> None:
    await guest.run(case)


@pytest.mark.parametrize("word", BROKEN)
@pytest.mark.parametrize("probe", WITH_BODY, ids=lambda probe: probe.operation)
async def test_a_body_that_is_not_json(probe: Probe, word: str, guest: Runner) -> None:
    asked = msgspec.structs.replace(probe.ask, raw=BROKEN[word], content_type="application/json")
    answer = await guest.send(asked)
    if answer.status == 200:
        # What is not looked at may be anything, as long as it is JSON, or nearly.
        assert word in ("is deep", "is not UTF-8"), word
        return
    assert answer.status == 400
    assert answer.json()["error"] == "bad_data"


@pytest.mark.parametrize("word", OTHER_KINDS)
@pytest.mark.parametrize("probe", WITH_BODY, ids=lambda probe: probe.operation)
async def test_a_body_of_another_kind(probe: Probe, word: str, guest: Runner) -> None:
    asked = msgspec.structs.replace(probe.ask, raw=OTHER_KINDS[word], content_type="application/json")
    if probe.operation == "v1/contacts/batch" and word == "a list of texts":
        answer = await guest.run(Case(label=word, ask=asked))
        assert answer.json()[0]["contact"] == "a"
    else:
        await guest.run(Case(label=word, ask=asked, status=400))


_UUID_CALLS = (
    hm("GET", "/v2/contact/<uuid>"),
    hm("PUT", "/v2/contact/<uuid>", {"first": "Eve"}),
    hm("DELETE", "/v2/contact/<uuid>"),
    hm("POST", "/v2/contact/<uuid>/channel", {"channel_id": "eve@example.com"}),
)


@pytest.mark.parametrize("whose", ["<unknown_uuid>", "<foreign_uuid>"])
@pytest.mark.parametrize("asked", _UUID_CALLS, ids=lambda asked: f"{asked.method} {asked.path}")
async def test_the_uuid_of_nobody_or_of_a_neighbour(asked: Ask, whose: str, guest: Runner) -> None:
    case = Case(label=whose, ask=asked.filled({"uuid": whose}), status=404)
    answer = await guest.run(case)
    assert answer.json()["error_code"] == "contact_not_found"


@pytest.mark.parametrize("uuid", ["1", "<ada_id>", "<ada_uuid>0", "zzzzzzzz-0000-0000-0000-000000000000", "%00"])
@pytest.mark.parametrize("asked", _UUID_CALLS, ids=lambda asked: f"{asked.method} {asked.path}")
async def test_what_is_no_uuid(asked: Ask, uuid: str, guest: Runner) -> None:
    await guest.run(Case(label=uuid, ask=asked.filled({"uuid": uuid}), status=400, blames="uuid"))


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("x", 400),
        ("1.5", 400),
        ("<ada_uuid>", 400),
        ("%31%20", 400),
        ("0x10", 400),
        ("-", 400),
        ("%C3%A9", 400),
        ("0", 404),
        ("-1", 404),
        ("99999999999999999999999999", 404),
        ("9" * 5000, 400),
    ],
)
@pytest.mark.parametrize(
    "asked",
    [
        hm("GET", "/v1/contact/<word>"),
        hm("PUT", "/v1/contact/<word>", {"phone": "12065550101"}),
        hm("DELETE", "/v1/contact/<word>"),
        hm("GET", "/v1/tag/<word>"),
        hm("DELETE", "/v1/tag/<word>"),
    ],
    ids=lambda asked: f"{asked.method} {asked.path}",
)
async def test_an_id_that_is_no_integer_and_one_that_nobody_has(
    asked: Ask, word: str, status: int, guest: Runner
) -> None:
    await guest.run(Case(label=word, ask=asked.filled({"word": word}), status=status))


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (hm("GET", "/v1"), 404),
        (hm("GET", "/v1/"), 404),
        (hm("GET", "/v2/nowhere"), 404),
        (hm("POST", "/n8n/v2/contacts", {}), 404),
        (hm("GET", "/v1/contact/"), 405),
        (hm("GET", "/v1/contact/1/2"), 404),
        (hm("POST", "/v1/message/send", {}), 404),
        (raw("OPTIONS", "/v1/contact", b""), 405),
    ],
    ids=str,
)
async def test_a_path_that_is_none(asked: Ask, status: int, guest: Runner) -> None:
    answer = await guest.run(Case(label=asked.path, ask=asked, status=status))
    if status == 405:
        assert "POST" in answer.header("allow")


async def test_a_query_that_is_not_utf_8(guest: Runner) -> None:
    asked = msgspec.structs.replace(
        hm("PUT", "/v1/contact/<ada_id>", {"phone": "<ada_phone>"}), raw_query=b"overwrite=%ff"
    )
    await guest.run(Case(label="query", ask=asked, status=400))


@both_engines
@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.operation)
async def test_the_example_of_every_operation_works(probe: Probe, runner: Runner) -> None:
    await runner.run(Case(label=probe.operation, ask=probe.ask, changes=probe.changes))


async def test_every_served_operation_has_its_example() -> None:
    assert {probe.operation for probe in PROBES} == SERVED


def declared(operation: Operation) -> list[int]:
    return [error.status for error in operation.errors]


async def test_every_operation_declares_what_it_may_refuse() -> None:
    for name in SERVED:
        assert 401 in declared(OPERATIONS[name])
        assert 429 in declared(OPERATIONS[name])
        if "{" in OPERATIONS[name].path:
            assert 404 in declared(OPERATIONS[name])
