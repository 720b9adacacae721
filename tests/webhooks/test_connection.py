"""A connection to a receiver: where an answer ends, what is no answer, and when the connection takes a next request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from linebook.webhooks.connection import HEAD_MAX, request_bytes
from linebook.webhooks.guard import LOOPBACK_NETWORKS, WebhookGuard
from linebook.webhooks.post import Answer, Caller
from tests.kit.hub import until
from tests.kit.receiver import Hooks, receiver

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    one = Caller(WebhookGuard(LOOPBACK_NETWORKS))
    yield one
    await one.close()


@pytest.fixture
async def hooks() -> AsyncIterator[Hooks]:
    async with receiver() as one:
        yield one


async def post(caller: Caller, hooks: Hooks, path: str = "/", timeout_s: float = 10.0) -> Answer:
    return await caller.call("POST", hooks.url(path), {}, b"{}", timeout_s)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2 * HEAD_MAX + b"\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 twice OK\r\n\r\n",
        b"\0\xff\r\n\r\n",
    ],
    ids=[
        "nothing",
        "half a head",
        "half a body",
        "half of the chunks",
        "endless head",
        "a promise",
        "no status",
        "junk",
    ],
)
async def test_what_is_no_whole_answer_is_an_error(caller: Caller, hooks: Hooks, answer: bytes) -> None:
    hooks.answer = lambda _seen: answer
    found = await post(caller, hooks)
    assert (found.status, found.error.partition(":")[0]) == (0, "RemoteProtocolError")
    hooks.answer = lambda _seen: 204
    assert (await post(caller, hooks)).status == 204
    assert hooks.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\n\r\nok",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.1 103 Early Hints\r\nContent-Length: 0\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
    ],
    ids=["ends with its connection", "after a promise", "after a hint", "in chunks"],
)
async def test_an_answer_is_whole_where_it_says_so(caller: Caller, hooks: Hooks, answer: bytes) -> None:
    hooks.answer = lambda _seen: answer
    found = await post(caller, hooks)
    assert (found.status, found.text, found.error) == (200, "ok", "")


async def test_a_connection_that_the_receiver_closed_is_not_used_again(caller: Caller, hooks: Hooks) -> None:
    hooks.answer = lambda _seen: OK  # the receiver hangs up behind bytes of a test's own
    for count in (1, 2, 3):
        assert (await post(caller, hooks)).status == 200
        await until(lambda: not any(one.is_usable for *_, one in caller._idle))
        assert hooks.connections == count


async def test_an_answer_that_was_given_up_is_nobodys(caller: Caller, hooks: Hooks) -> None:
    hooks.answer = lambda _seen: None
    assert (await post(caller, hooks, timeout_s=0.05)).error == "timeout"
    hooks.answer = lambda _seen: 201
    assert (await post(caller, hooks)).status == 201
    assert hooks.connections == 2


async def test_several_calls_at_once_have_a_connection_each_and_keep_it(caller: Caller, hooks: Hooks) -> None:
    gate = asyncio.Event()

    async def hold() -> None:
        await gate.wait()

    hooks.hold = hold
    calls = [asyncio.create_task(post(caller, hooks)) for _ in range(3)]
    await until(lambda: len(hooks.seen) == 3)
    gate.set()
    assert [one.status for one in await asyncio.gather(*calls)] == [200] * 3
    assert [(await post(caller, hooks)).status for _ in range(3)] == [200] * 3
    assert hooks.connections == 3


async def test_a_path_is_sent_in_characters_that_a_path_may_have(caller: Caller, hooks: Hooks) -> None:
    await post(caller, hooks, "//a b/ü?c=%20&d=é#e")
    assert hooks.seen[0].target == "//a%20b/%C3%BC?c=%20&d=%C3%A9"


@pytest.mark.parametrize("value", ["a\r\nX-Own: 1", "a\0", "ü"])
def test_a_header_stays_one_line(value: str) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        request_bytes("POST", "/", {"Host": value}, b"")


def test_a_request_says_how_long_it_is() -> None:
    assert (
        request_bytes("POST", "/a", {"Host": "b"}, b"") == b"POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: 0\r\n\r\n"
    )
    assert request_bytes("GET", "/a", {"Host": "b"}, b"") == b"GET /a HTTP/1.1\r\nHost: b\r\n\r\n"
