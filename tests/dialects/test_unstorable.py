"""What no database takes (NUL, half a surrogate pair, numbers beyond 64 bits), wherever a caller may put it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
import pytest
from msgspec import UNSET

from linebook.dialects.base import Dialect, Request
from linebook.dialects.heymarket import HEYMARKET
from linebook.dialects.inwise import INWISE
from linebook.dialects.sendblue import SENDBLUE
from linebook.dialects.zipwhip import ZIPWHIP
from linebook.errors import StorageRefused
from tests.dialects.conftest import HubOf
from tests.fuzz.mutations import declared_names
from tests.fuzz.targets import TARGETS, Target
from tests.kit.raw_http import Answer, RawClient
from tests.kit.wire import Ask, Probe

_replace = msgspec.structs.replace

UNSTORABLE: Final = {
    "sqlite": ("a\0b", "\0", str(2**63), str(-(2**63) - 1), "9" * 40),
    "postgres": ("a\0b", str(2**63)),  # one of each kind: what differs between engines is who refuses it
}
ESCAPES: Final = (b"%00", b"a%00b", b"%ed%a0%80", str(2**63).encode())
"""The same in a path and in a raw query; the third is half a surrogate pair, as UTF-8 would write it."""

NAMELESS: Final = b"value cannot be stored"
"""What a caller reads of a value that only the database refused, when nobody knows any more where it stood."""

Named = tuple[str, Ask]


def _with_value(probe: Probe, names: list[str], value: str) -> Iterator[Named]:
    """Give the request with the value in one declared parameter after the other, wherever parameters may stand."""
    asked = probe.ask
    for name in names:
        if isinstance(asked.json, dict):
            yield name, _replace(asked, json={**asked.json, name: value})
            if value.strip("-").isdecimal():
                yield name, _replace(asked, json={**asked.json, name: int(value)})
        kept = tuple(pair for pair in asked.params if pair[0] != name)
        yield name, _replace(asked, params=(*kept, (name, value)))
        yield name, _replace(asked, query=((name, value), *asked.query))


def _with_escapes(probe: Probe, raw: bytes) -> Iterator[Named]:
    """Give the request with a sign in the last word of its path, and in a query that nobody declared."""
    asked = probe.ask
    if "<" in asked.path:
        yield "path", _replace(asked, path=asked.path.rpartition("<")[0] + raw.decode())
    yield "query", _replace(asked, raw_query=b"x=" + raw)


def unstorable(target: Target, probe: Probe, engine_name: str) -> Iterator[Named]:
    """Give every request of an operation that holds something no database takes."""
    names = declared_names(target.operation(probe))
    for value in UNSTORABLE[engine_name]:
        yield from _with_value(probe, names, value)
    for raw in ESCAPES:
        yield from _with_escapes(probe, raw)
    if isinstance(probe.ask.json, dict):
        for name in names:
            # Half a surrogate pair, as JSON can write it.
            body = msgspec.json.encode({**probe.ask.json, name: "half"}).replace(b'"half"', b'"\\ud800"')
            yield name, _replace(probe.ask, json=UNSET, raw=body, content_type="application/json")


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("engine_name", ["sqlite", "postgres"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
async def test_no_operation_fails_for_what_no_database_takes(target: Target, engine_name: str, hub_of: HubOf) -> None:
    hub = await hub_of(engine_name, "unstorable")
    statuses: set[int] = set()
    async with RawClient(hub.base_url) as client:
        for probe in target.probes:
            form, tenant = target.form_of(probe), target.add_tenant(hub.runtime)
            for name, asked in unstorable(target, probe, engine_name):
                shown = form.show(asked.filled(tenant.names), tenant.secret)
                answer = await client.exchange(shown.to_bytes())
                where = f"{probe.operation}, {name}: {shown} got {answer.status} {answer.body[:300]!r}"
                assert answer.status < 500, where
                assert form.fault(shown, answer) is None, where
                assert NAMELESS not in answer.body, where
                statuses.add(answer.status)
                if probe.operation in target.ends_credential and answer.status == 200:
                    tenant = target.add_tenant(hub.runtime)
    assert {200, 400} <= statuses


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("engine_name", ["sqlite", "postgres"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
async def test_a_credential_that_no_database_takes_is_a_wrong_one(
    target: Target, engine_name: str, hub_of: HubOf
) -> None:
    hub = await hub_of(engine_name, "unstorable")
    tenant = target.add_tenant(hub.runtime)
    before = hub.onlooker.everything()
    async with RawClient(hub.base_url) as client:
        for probe in target.probes:
            if not probe.needs_credential:
                continue
            form = target.form_of(probe)
            for secret in ("\xff\xfe x", "\xed\xa0\x80 \xed\xa0\x80", str(2**63) + " 1"):
                answer = await client.exchange(form.show(probe.ask.filled(tenant.names), secret).to_bytes())
                assert answer.status in (401, 403), (probe.operation, secret, answer)
                assert form.fault(probe.ask, answer) is None
    assert hub.onlooker.everything() == before


def _refused(dialect: Dialect, path: str) -> Answer:
    response = dialect.refuse(Request("GET", path, b"", {}, b"", "", {}), StorageRefused("the text of somebody"))
    return Answer(response.status, (), response.body)


@pytest.mark.parametrize(
    ("dialect", "path", "message"),
    [
        (ZIPWHIP, "/contact/get", lambda body: body["response"]["desc"]),
        (SENDBLUE, "/api/v2/contacts", lambda body: body["message"]),
        (SENDBLUE, "/v3/auth/tokens", lambda body: body["error"]["message"]),
        (INWISE, "/rest/v1/contacts", lambda body: body["message"]),
        (HEYMARKET, "/v1/contacts", lambda body: body["message"]),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_value_that_got_as_far_as_the_database_is_the_callers_fault(
    dialect: Dialect, path: str, message: Callable[[Any], str]
) -> None:
    answer = _refused(dialect, path)
    assert answer.status == 400
    assert message(answer.json()) and "somebody" not in str(answer.json())
