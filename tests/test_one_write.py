"""What leaves the hub on the wire: whole answers in one piece, and heads that no body follows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from linebook.one_write import OneWriteProtocol, _HeadKeeper
from linebook.server import _COMMON
from tests.kit.hub import LIMIT_S, running_hub

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = b"HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LATE = b"POST /contact/save HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"


class Pipe(asyncio.Transport):
    """A transport that keeps what is written, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.pieces.append(bytes(data))

    def close(self) -> None:
        self.is_closed = True


@asynccontextmanager
async def connection(tmp_path: Path) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with asyncio.timeout(LIMIT_S), running_hub(f"sqlite:///{tmp_path}/book.db") as hub:
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.port)
        try:
            yield reader, writer
        finally:
            writer.close()


async def one_answer(reader: asyncio.StreamReader, *, has_body: bool = True) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length"))
    return head.split(b"\r\n")[0], await reader.readexactly(length) if has_body else b""


def test_the_hub_serves_with_it() -> None:
    assert _COMMON["http"] is OneWriteProtocol


async def test_head_and_body_leave_together() -> None:
    pipe = Pipe()
    keeper = _HeadKeeper(pipe, asyncio.get_running_loop())
    keeper.write(b"HTTP/1.1 200 OK\r\n\r\n")
    assert pipe.pieces == []
    keeper.write(b"body")
    keeper.write(b"more")
    await asyncio.sleep(0)
    assert pipe.pieces == [b"HTTP/1.1 200 OK\r\n\r\nbody", b"more"]


async def test_a_head_that_no_body_follows_leaves_by_itself_or_at_the_close() -> None:
    pipe = Pipe()
    keeper = _HeadKeeper(pipe, asyncio.get_running_loop())
    keeper.write(b"HTTP/1.1 204 No Content\r\n\r\n")
    await asyncio.sleep(0)
    assert pipe.pieces == [b"HTTP/1.1 204 No Content\r\n\r\n"]
    keeper.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
    keeper.close()
    assert pipe.pieces[1:] == [b"HTTP/1.1 304 Not Modified\r\n\r\n"]
    assert pipe.is_closed


async def test_an_interim_answer_is_not_kept() -> None:
    pipe = Pipe()
    keeper = _HeadKeeper(pipe, asyncio.get_running_loop())
    keeper.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert pipe.pieces == [b"HTTP/1.1 100 Continue\r\n\r\n"]


async def test_answers_without_a_body_leave_the_connection_usable(tmp_path: Path) -> None:
    async with connection(tmp_path) as (reader, writer):
        writer.write(HEAD)
        assert await one_answer(reader, has_body=False) == (b"HTTP/1.1 200 OK", b"")
        writer.write(GET)
        assert await one_answer(reader) == (b"HTTP/1.1 200 OK", b"ok\n")


async def test_requests_sent_at_once_are_answered_in_order(tmp_path: Path) -> None:
    async with connection(tmp_path) as (reader, writer):
        writer.write(GET + HEAD + GET)
        assert await one_answer(reader) == (b"HTTP/1.1 200 OK", b"ok\n")
        assert await one_answer(reader, has_body=False) == (b"HTTP/1.1 200 OK", b"")
        assert await one_answer(reader) == (b"HTTP/1.1 200 OK", b"ok\n")


async def test_a_caller_who_waits_to_be_asked_for_the_body_is_asked(tmp_path: Path) -> None:
    async with connection(tmp_path) as (reader, writer):
        writer.write(LATE)
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"session=x")
        status, body = await one_answer(reader)
        assert status == b"HTTP/1.1 403 Forbidden"
        assert b"Invalid session" in body


async def test_what_is_no_http_is_refused_and_cut_off(tmp_path: Path) -> None:
    async with connection(tmp_path) as (reader, writer):
        writer.write(b"\x16\x03\x01 hello\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 400 Bad Request\r\n")
