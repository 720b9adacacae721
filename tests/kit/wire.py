"""Runs wire cases. A case is data, the runner holds the checks that nobody remembers; it knows no platform by name.

A platform adds itself with a `Form`: how a credential is shown, what its answers look like, how it refuses. A `Probe`
per operation gives the refusals that every operation must have (`standard_refusals`).
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol
from urllib.parse import urlencode

import msgspec
import pytest
from msgspec import UNSET

from tests.kit.hub import RunningHub
from tests.kit.log_watch import LogWatch
from tests.kit.raw_http import Answer, RawClient, request_bytes

Pairs = tuple[tuple[str, str], ...]

ANYTHING: Final = object()
"""Stands for a body that a case says nothing about."""

both_engines: Final = pytest.mark.parametrize("engine_name", ["sqlite", "postgres"])
"""Makes a test of a dialect run on both engines; without it, it runs on SQLite."""

PRIVATE_LENGTH: Final = 6
"""A value of a request with at least this many characters must never be seen in the log."""


class Way(enum.Enum):
    """Where the flat parameters of a request stand."""

    QUERY = "query"
    FORM = "form"
    PARTS = "multipart"
    JSON = "JSON"


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One request as data. `<name>` in any text is replaced by what the test's world calls by that name.

    `params` go the `way`; `query` goes into the query in any case. `json` is a body of its own. `raw` is one byte for
    byte, with `content_type`; the parameters stand in the query then. `raw_query` is put behind the query as it is.
    """

    path: str
    method: str = "POST"
    params: Pairs = ()
    way: Way = Way.FORM
    query: Pairs = ()
    raw_query: bytes = b""
    json: Any = UNSET
    raw: bytes | None = None
    content_type: str = ""
    headers: Pairs = ()

    def filled(self, names: Mapping[str, str]) -> Ask:
        """Give the request with every `<name>` replaced."""
        whole: Ask = _filled(self, names)
        return whole

    def given(self) -> Iterator[str]:
        """Give every text that a caller says: values of parameters, and texts in JSON."""
        yield from (value for _, value in (*self.params, *self.query))
        yield from _leaves(self.json)

    def to_bytes(self) -> bytes:
        """Give the request as it goes over the wire."""
        query, body, kind = self.query, b"", ""
        if self.raw is not None:
            query, body, kind = (*self.query, *self.params), self.raw, self.content_type
        elif self.json is not UNSET:
            query, body, kind = (*self.query, *self.params), msgspec.json.encode(self.json), "application/json"
        elif self.way is Way.QUERY:
            query = (*self.query, *self.params)
        elif self.way is Way.FORM:
            body, kind = urlencode(self.params).encode(), "application/x-www-form-urlencoded"
        elif self.way is Way.PARTS:
            body, kind = multipart(self.params)
        else:
            body, kind = msgspec.json.encode(_merged(self.params)), "application/json"
        line = b"&".join(part for part in (urlencode(query).encode(), self.raw_query) if part)
        target = self.path.encode() + (b"?" + line if line else b"")
        headers = [*self.headers]
        if kind and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("content-type", self.content_type or kind))
        return request_bytes(self.method, target, headers, body)


def ask(path: str, method: str = "POST", way: Way = Way.FORM, /, **params: str) -> Ask:
    """Give a request with these parameters."""
    return Ask(path=path, method=method, way=way, params=tuple(params.items()))


def multipart(params: Sequence[tuple[str, str]]) -> tuple[bytes, str]:
    """Give a multipart body with these fields, and its content type."""
    boundary = uuid.uuid4().hex
    lines = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in params
    ]
    return f"{''.join(lines)}--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class Shows(enum.Enum):
    """Which credential a case shows."""

    GOOD = enum.auto()
    NONE = enum.auto()
    WRONG = enum.auto()


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One situation: a request, and what must come back.

    `body` is the exact decoded answer, `check` looks at it. `blames` is a parameter that a refusal must name. A case
    that is refused must not change anything; one that succeeds only where `changes` says so.
    """

    label: str
    ask: Ask
    status: int = 200
    body: Any = ANYTHING
    check: Callable[[Answer], None] | None = None
    shows: Shows = Shows.GOOD
    changes: bool = False
    blames: str = ""

    def __str__(self) -> str:
        return self.label


class Refusal(enum.Enum):
    """Why any platform refuses a request, whatever the operation."""

    NO_CREDENTIAL = "without a credential"
    WRONG_CREDENTIAL = "with a wrong credential"
    TOO_LARGE = "with a body that is too large"
    BROKEN_JSON = "with a JSON body that is cut off"
    BROKEN_TEXT = "with text that is not UTF-8"
    BROKEN_PARTS = "with a multipart body that is cut off"
    NO_BOUNDARY = "with a multipart body without a boundary"
    WRONG_METHOD = "with a method that it does not take"
    UNKNOWN_CALL = "at a path that does not exist"


class Expected(msgspec.Struct, frozen=True):
    """A status, and the body where it is known."""

    status: int
    body: Any = ANYTHING


class Form(Protocol):
    """What the runner is told of a platform."""

    name: str
    ways: tuple[Way, ...]
    """Where parameters may stand; the first one is the usual."""

    refusals: Mapping[Refusal, Expected]
    """The standard refusals that this platform has."""

    def show(self, ask: Ask, secret: str) -> Ask:
        """Give the request with the credential in its usual place."""

    def fault(self, ask: Ask, answer: Answer) -> str | None:
        """Say what about an answer is not of the platform's form, or None."""

    def blame(self, answer: Answer) -> str:
        """Give the text of a refusal that names a parameter."""


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """What the standard cases need of an operation: a request that succeeds.

    `by_id` is a request that names one thing as `<id>`, `unknown` the answer for an id that the caller's account does
    not have. `wrong_method` is a method that the operation does not take. `refusals` are those that it has in
    other words than the rest of its platform.
    """

    operation: str
    ask: Ask
    changes: bool = False
    needs_credential: bool = True
    by_id: Ask | None = None
    unknown: Expected = Expected(404)
    wrong_method: str = "PATCH"
    refusals: Mapping[Refusal, Expected] = {}


class Tenant(msgspec.Struct, frozen=True):
    """Who asks: the credential to show, and the things of this account (and of another one) by name."""

    secret: str
    names: Mapping[str, str]


BODY_LIMIT_BYTES: Final = 100_000
"""The hub under test accepts bodies of this size."""

_CUT: Final = b'--cut\r\nContent-Disposition: form-data; name="a"\r\n\r\nvalue'
_FORM: Final = "application/x-www-form-urlencoded"


def standard_refusals(form: Form, probe: Probe) -> list[Case]:
    """Give the refusals that an operation must have; ids: `unknown_id` and `foreign_id` in the tenant's names."""
    cases: list[Case] = []

    def add(why: Refusal, asked: Ask, shows: Shows = Shows.GOOD, suffix: str = "") -> None:
        expected = probe.refusals.get(why, form.refusals.get(why))
        if expected is not None:
            label = f"{probe.operation} {why.value}{suffix}"
            cases.append(Case(label=label, ask=asked, status=expected.status, body=expected.body, shows=shows))

    replace = msgspec.structs.replace
    if probe.needs_credential:
        add(Refusal.NO_CREDENTIAL, probe.ask, Shows.NONE)
        add(Refusal.WRONG_CREDENTIAL, probe.ask, Shows.WRONG)
    add(Refusal.WRONG_METHOD, replace(probe.ask, method=probe.wrong_method))
    add(Refusal.UNKNOWN_CALL, replace(probe.ask, path=probe.ask.path + "Nowhere"))
    add(Refusal.TOO_LARGE, replace(probe.ask, raw=b"x" * (BODY_LIMIT_BYTES + 1), content_type=_FORM))
    for word, raw in (
        ("bytes", b"a=\xff"),
        ("escapes", b"a=%ff"),
        ("a name", b"%C3%28=a"),
        ("a cut-off sign", b"a=%E2%82"),
    ):
        if Way.FORM in form.ways:
            add(Refusal.BROKEN_TEXT, replace(probe.ask, raw=raw, content_type=_FORM), suffix=f": {word} in the form")
    if Way.QUERY in form.ways:
        add(Refusal.BROKEN_TEXT, replace(probe.ask, raw_query=b"a=%ff"), suffix=": escapes in the query")
    if Way.JSON in form.ways:
        for word, raw in (
            ("", b'{"a": "b'),
            (", or is a list", b"[]"),
            (", or text", b"null"),
            (", or has a lone surrogate", b'{"a": "\\udc00b"}'),
            (", or is not UTF-8", b'{"a": "\xff"}'),
            (", or has no end of depth", b'{"a":' + b"[" * 50_000 + b"]" * 49_000),
        ):
            asked = replace(probe.ask, raw=raw, content_type="application/json")
            add(Refusal.BROKEN_JSON, asked, suffix=word)
    if Way.PARTS in form.ways:
        add(Refusal.BROKEN_PARTS, replace(probe.ask, raw=_CUT, content_type="multipart/form-data; boundary=cut"))
        add(Refusal.NO_BOUNDARY, replace(probe.ask, raw=_CUT, content_type="multipart/form-data"))
        broken = _CUT.replace(b"value", b"\xff\r\n--cut--\r\n")
        asked = replace(probe.ask, raw=broken, content_type="multipart/form-data; boundary=cut")
        add(Refusal.BROKEN_TEXT, asked, suffix=": bytes in a part")
    if probe.by_id is not None:
        for word in ("unknown", "foreign"):
            asked = probe.by_id.filled({"id": f"<{word}_id>"})
            label = f"{probe.operation} with an id of {'another account' if word == 'foreign' else 'nobody'}"
            cases.append(Case(label=label, ask=asked, status=probe.unknown.status, body=probe.unknown.body))
    return cases


class Runner:
    """Sends cases to one running hub, as one tenant, and checks what every answer must hold."""

    def __init__(self, form: Form, hub: RunningHub, tenant: Tenant) -> None:
        self.form = form
        self.hub = hub
        self.tenant = tenant
        self._client = RawClient(hub.base_url)

    @property
    def names(self) -> Mapping[str, str]:
        """What the tenant's things are called."""
        return self.tenant.names

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()

    async def run(self, case: Case) -> Answer:
        """Run a case: its own expectations, then everything that holds for all."""
        asked = case.ask.filled(self.tenant.names)
        if case.shows is not Shows.NONE:
            secret = self.tenant.secret if case.shows is Shows.GOOD else self.tenant.secret[::-1]
            asked = self.form.show(asked, secret)
        before = None if case.changes and case.status < 400 else self.hub.onlooker.everything()
        answer, logged = await self._exchange(asked)
        assert answer.status == case.status, f"{answer.status} instead of {case.status}: {answer.body[:500]!r} {logged}"
        if case.body is not ANYTHING:
            assert answer.json() == _filled(case.body, self.tenant.names)
        if case.check is not None:
            case.check(answer)
        if case.blames:
            assert case.blames in self.form.blame(answer), f"does not name {case.blames}: {answer.body[:500]!r}"
        self._check(asked, answer, logged)
        if before is not None:
            assert self.hub.onlooker.everything() == before, "something was changed"
        return answer

    async def send(self, asked: Ask, *, shows: Shows = Shows.GOOD) -> Answer:
        """Send a request whose answer the test looks at itself; what holds for all answers is checked."""
        asked = asked.filled(self.tenant.names)
        if shows is Shows.GOOD:
            asked = self.form.show(asked, self.tenant.secret)
        answer, logged = await self._exchange(asked)
        self._check(asked, answer, logged)
        return answer

    async def exchange(self, asked: Ask) -> tuple[Answer, str]:
        """Send a request and give its answer and what was logged meanwhile, unchecked."""
        return await self._exchange(self.form.show(asked.filled(self.tenant.names), self.tenant.secret))

    async def _exchange(self, asked: Ask) -> tuple[Answer, str]:
        with LogWatch() as log:
            answer = await self._client.exchange(asked.to_bytes(), to_head=asked.method == "HEAD")
        return answer, log.text

    def _check(self, asked: Ask, answer: Answer, logged: str) -> None:
        assert self.form.fault(asked, answer) is None, f"{self.form.fault(asked, answer)}: {answer.body[:500]!r}"
        assert "Traceback" not in logged, logged
        for private in (self.tenant.secret, *asked.given()):
            if len(private) >= PRIVATE_LENGTH:
                assert private not in logged, f"{private!r} is in the log: {logged}"


# -- filling in


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case str():
            for name, text in names.items():
                value = value.replace(f"<{name}>", text)
            return value
        case Ask():
            parts = {name: _filled(getattr(value, name), names) for name in Ask.__struct_fields__}
            return Ask(**parts)
        case tuple():
            return tuple(_filled(one, names) for one in value)
        case list():
            return [_filled(one, names) for one in value]
        case dict():
            return {name: _filled(one, names) for name, one in value.items()}
        case _:
            return value


def _leaves(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from _leaves(one)
        case dict():
            for one in value.values():
                yield from _leaves(one)


def _merged(params: Pairs) -> dict[str, str | list[str]]:
    merged: dict[str, str | list[str]] = {}
    for name, value in params:
        present = merged.get(name)
        if present is None:
            merged[name] = value
        else:
            merged[name] = [*([present] if isinstance(present, str) else present), value]
    return merged
