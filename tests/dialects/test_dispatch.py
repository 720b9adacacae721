"""The dispatcher: which dialect and operation a path means, how bodies are read, what happens when callers leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from linebook.app import build_runtime
from linebook.dialects.base import Call, Evidence, Operation, Request, Response
from linebook.dialects.dispatch import Dispatcher
from linebook.dialects.kit import BodyTooLarge, UnknownOperation, WrongMethod
from linebook.runtime import Runtime
from linebook.settings import Settings
from tests.kit.log_watch import LogWatch

LIMIT = 1_000


async def _nothing(_call: Call) -> None:
    raise NotImplementedError


def operation(name: str, path: str, *methods: str, is_served: bool = True) -> Operation:
    return Operation(
        name=name,
        methods=methods or ("GET",),
        path=path,
        summary="",
        evidence=Evidence.CHOICE,
        resource="",
        handler=_nothing if is_served else None,
    )


class Echo:
    """A dialect that owns a prefix and says what it was asked; `/broken` breaks it."""

    title = ""
    form_types: tuple[str, ...] = ()
    security: tuple[Any, ...] = ()
    failure: Any = None

    def __init__(self, name: str, prefix: str, operations: Iterable[Operation], has_preflight: bool = True) -> None:
        self.name = name
        self.operations = tuple(operations)
        self.prefix = prefix
        self.has_preflight = has_preflight
        self.seen: list[Request] = []

    def answer_shape(self, operation: Operation) -> Any:
        return None

    def normal_path(self, path: str) -> str | None:
        return path.rstrip("/") or "/" if path.startswith(self.prefix) else None

    async def serve(self, runtime: Runtime, operation: Operation, request: Request) -> Response:
        self.seen.append(request)
        if operation.name == "broken":
            raise RuntimeError("a private sentence")
        return self._say(200, operation.name)

    def refuse(self, request: Request, error: Exception) -> Response:
        status = {UnknownOperation: 404, WrongMethod: 405, BodyTooLarge: 413}.get(type(error), 500)
        return self._say(status, type(error).__name__)

    def preflight(self, request: Request) -> Response | None:
        return self._say(200, "preflight") if self.has_preflight else None

    def _say(self, status: int, text: str) -> Response:
        return Response(status, f"{self.name}: {text}".encode(), b"text/plain", ((b"x-more", b"1"),))


FIRST = ("first", "/v1", [operation("list", "/v1/tags"), operation("make", "/v1/tags", "POST", "PUT")])
PATTERNS = [
    operation("one", "/v1/tags/{tag_id}"),
    operation("loud", "/v1/tags/loud"),
    operation("sub", "/v1/tags/{tag_id}/of/{who}", "DELETE"),
    operation("later", "/v1/later", is_served=False),
    operation("broken", "/v1/broken", "GET"),
]
LAST = ("last", "/", [operation("rest", "/rest"), operation("shadow", "/v1/shadow")])


@pytest_asyncio.fixture
async def runtime(tmp_path: Path) -> AsyncIterator[Runtime]:
    runtime = build_runtime(Settings(database=f"sqlite:///{tmp_path}/linebook.db", body_limit_bytes=LIMIT))
    yield runtime
    runtime.login_guard.close()
    await runtime.store.stop()


class Asking:
    """Two dialects behind a dispatcher, asked as a server would."""

    def __init__(self, runtime: Runtime) -> None:
        self.first = Echo(FIRST[0], FIRST[1], [*FIRST[2], *PATTERNS], has_preflight=False)
        self.last = Echo(*LAST)
        self.runtime = runtime
        self.dispatch = Dispatcher(runtime, (self.first, self.last))
        self.sent: list[Any] = []

    async def ask(self, method: str, path: str, *messages: dict[str, Any], client: Any = ("10.0.0.1", 5)) -> None:
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"a=b",
            "headers": [(b"x-a", b"1"), (b"x-a", b"2")],
            "client": client,
        }
        left = list(messages) or [{"type": "http.request"}]
        self.sent = []

        async def receive() -> dict[str, Any]:
            return left.pop(0)

        async def send(message: Any) -> None:
            self.sent.append(message)

        await self.dispatch(scope, receive, send)

    async def answer(self, method: str, path: str, *messages: dict[str, Any]) -> tuple[int, str]:
        await self.ask(method, path, *messages)
        start, body = self.sent
        return start["status"], body["body"].decode()


@pytest.fixture
def asking(runtime: Runtime) -> Asking:
    return Asking(runtime)


def body(*pieces: bytes) -> list[dict[str, Any]]:
    return [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, 1)
    ]


# -- who answers


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "/nowhere", 404, "last: UnknownOperation"),
        ("GET", "/v1/nowhere", 404, "first: UnknownOperation"),
        ("GET", "/v1", 404, "first: UnknownOperation"),
        ("GET", "/v1/later", 404, "first: UnknownOperation"),
        ("GET", "", 404, "last: UnknownOperation"),
        ("GET", "/v1/tags/5/of", 404, "first: UnknownOperation"),
        ("DELETE", "/v1/tags", 405, "first: WrongMethod"),
        ("POST", "/v1/tags/5", 405, "first: WrongMethod"),
        ("HEAD", "/v1/tags/5/of/me", 405, "first: WrongMethod"),
        ("OPTIONS", "/v1/tags", 405, "first: WrongMethod"),
        ("OPTIONS", "/v1/nowhere", 404, "first: UnknownOperation"),
        ("OPTIONS", "/nowhere", 200, "last: preflight"),
        ("OPTIONS", "/rest", 200, "last: preflight"),
        ("GET", "/v1/tags", 200, "first: list"),
        ("GET", "/v1/tags/", 200, "first: list"),
        ("POST", "/v1/tags", 200, "first: make"),
        ("PUT", "/v1/tags", 200, "first: make"),
        ("GET", "/v1/tags/loud", 200, "first: loud"),
        ("GET", "/v1/tags/5", 200, "first: one"),
        ("DELETE", "/v1/tags/5/of/me/", 200, "first: sub"),
        ("GET", "/rest", 200, "last: rest"),
        ("GET", "/rest/", 200, "last: rest"),
        ("GET", "/v1/shadow", 200, "last: shadow"),
    ],
)
async def test_a_path_and_a_method_mean_one_operation_of_one_dialect(
    method: str, path: str, status: int, text: str, asking: Asking
) -> None:
    await asking.ask(method, path)
    start, sent = asking.sent
    assert start["status"] == status
    assert sent["body"].decode() == ("" if method == "HEAD" else text)
    assert dict(start["headers"])[b"content-length"] == str(len(text)).encode()
    assert (b"x-more", b"1") in start["headers"]


async def test_head_means_get_and_has_no_body(asking: Asking) -> None:
    assert await asking.answer("HEAD", "/v1/tags") == (200, "")
    assert dict(asking.sent[0]["headers"])[b"content-length"] == b"11"


async def test_the_values_in_a_path_are_given_by_name(asking: Asking) -> None:
    await asking.ask("DELETE", "/v1/tags/5/of/me")
    assert asking.first.seen[0].path_values == {"tag_id": "5", "who": "me"}
    await asking.ask("GET", "/v1/tags")
    assert asking.first.seen[1].path_values == {}


async def test_a_request_is_handed_over_whole(asking: Asking) -> None:
    await asking.ask("POST", "/v1/tags", *body(b"one ", b"", b"two"))
    request = asking.first.seen[0]
    assert (request.method, request.path, request.query, request.body) == ("POST", "/v1/tags", b"a=b", b"one two")
    assert (request.client, request.header(b"x-a"), request.header(b"x-b")) == ("10.0.0.1", "2", "")


async def test_a_caller_on_a_local_socket_has_no_address(asking: Asking) -> None:
    await asking.ask("GET", "/rest", client=None)
    assert asking.last.seen[0].client == ""


# -- bodies


@pytest.mark.parametrize(
    "pieces",
    [
        (b"a" * (LIMIT + 1),),
        (b"a" * LIMIT, b"a"),
        (b"", b"a" * (LIMIT + 1)),
        (b"a",) * (LIMIT + 1),
        (b"a" * LIMIT,) * 30,
    ],
    ids=lambda pieces: f"{len(pieces)} pieces",
)
async def test_a_body_beyond_the_limit_is_refused_unread(pieces: tuple[bytes, ...], asking: Asking) -> None:
    assert await asking.answer("POST", "/v1/tags", *body(*pieces)) == (413, "first: BodyTooLarge")
    assert await asking.answer("POST", "/nowhere", *body(*pieces)) == (413, "last: BodyTooLarge")
    assert asking.first.seen == []


@pytest.mark.parametrize("pieces", [(b"a" * LIMIT,), (b"a" * (LIMIT - 1), b"a"), (b"a",) * LIMIT], ids=len)
async def test_a_body_of_exactly_the_limit_is_read(pieces: tuple[bytes, ...], asking: Asking) -> None:
    assert await asking.answer("POST", "/v1/tags", *body(*pieces)) == (200, "first: make")
    assert asking.first.seen[0].body == b"a" * LIMIT


@pytest.mark.parametrize("before", [(), (b"a",), (b"a", b"b"), (b"a" * (LIMIT + 1),)], ids=len)
async def test_a_caller_who_leaves_before_the_end_is_not_answered(before: tuple[bytes, ...], asking: Asking) -> None:
    pieces = [{**piece, "more_body": True} for piece in body(*before)]
    await asking.ask("POST", "/v1/tags", *pieces, {"type": "http.disconnect"})
    assert asking.sent == []
    assert asking.first.seen == []


async def test_a_cancelled_request_is_not_taken_for_a_mistake(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    has_begun = asyncio.Event()

    async def never(*_: object) -> Response:
        has_begun.set()
        await asyncio.Event().wait()
        raise NotImplementedError

    monkeypatch.setattr(asking.first, "serve", never)
    with LogWatch() as log:
        running = asyncio.create_task(asking.ask("GET", "/v1/tags"))
        await has_begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert log.text == ""
    assert asking.sent == []


# -- mistakes of ours


async def test_a_mistake_is_refused_in_the_form_of_the_dialect_and_logged_without_its_words(asking: Asking) -> None:
    with LogWatch() as log:
        assert await asking.answer("GET", "/v1/broken") == (500, "first: RuntimeError")
    assert "operation=broken" in log.text and "error=RuntimeError" in log.text and "in serve" in log.text
    assert "a private sentence" not in log.text.replace('raise RuntimeError("a private sentence")', "")


async def test_requests_are_counted_by_dialect_operation_and_status(asking: Asking, runtime: Runtime) -> None:
    for method, path in (("GET", "/v1/tags"), ("GET", "/v1/tags/"), ("GET", "/nowhere"), ("OPTIONS", "/rest")):
        await asking.ask(method, path)
    text = runtime.metrics.render().decode()
    assert 'linebook_requests_total{dialect="first",operation="list",status="200"} 2.0' in text
    assert 'linebook_requests_total{dialect="last",operation="",status="404"} 1.0' in text
    assert 'linebook_requests_total{dialect="last",operation="",status="200"} 1.0' in text
