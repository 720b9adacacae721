"""HTTP/1.1 as bytes on a socket: sends what no client library would send, and reads every answer whole."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

ANSWER_TIMEOUT_S = 20.0
HEAD_MAX_BYTES = 1 << 20


class Answer(msgspec.Struct, frozen=True):
    """One HTTP answer as it came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """Give a header, whatever the case of its name; empty when absent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def json(self) -> Any:
        """Give the decoded body. Raises `msgspec.DecodeError` when it is not JSON."""
        return msgspec.json.decode(self.body)


class NoAnswer(Exception):
    """The other end closed the connection without an answer."""


class RawClient:
    """One connection at a time to a hub, opened when needed and kept as long as the hub keeps it."""

    def __init__(self, base_url: str) -> None:
        place = urlsplit(base_url)
        self._address = (place.hostname, place.port)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._streams is not None:
            _, writer = self._streams
            self._streams = None
            writer.close()
            with suppress(OSError):  # the other end was quicker
                await writer.wait_closed()

    async def send(self, raw: bytes, *, ends: bool = False) -> None:
        """Write bytes; `ends` also says that nothing will follow."""
        _, writer = await self._open()
        writer.write(raw)
        with suppress(OSError):  # the other end has answered and closed before it had read everything
            await writer.drain()
            if ends:
                writer.write_eof()

    async def answer(self, *, to_head: bool = False) -> Answer:
        """Read one answer. Raises `NoAnswer` when the connection ends before there is one."""
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            while (found := await self._answer(to_head)).status == 100:
                pass
        if found.header("connection").lower() == "close":
            await self.close()
        return found

    async def exchange(self, raw: bytes, *, to_head: bool = False) -> Answer:
        """Write a request and read its answer; a kept connection that has gone stale is opened anew, once."""
        was_kept = self._streams is not None
        await self.send(raw)
        try:
            return await self.answer(to_head=to_head)
        except NoAnswer:
            if not was_kept:
                raise
        await self.send(raw)
        return await self.answer(to_head=to_head)

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._address, limit=HEAD_MAX_BYTES)
        return self._streams

    async def _answer(self, to_head: bool) -> Answer:
        reader, _ = await self._open()
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, OSError) as error:
            await self.close()
            raise NoAnswer(repr(error)) from error
        status_line, *lines = head.decode("latin-1").split("\r\n")[:-2]
        status = int(status_line.split(" ", 2)[1])
        headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
        answer = Answer(status, headers, b"")
        if to_head or status < 200 or status in (204, 304):
            return answer
        length = answer.header("content-length")
        body = await (reader.readexactly(int(length)) if length else reader.read())
        return Answer(status, headers, body)


def request_bytes(
    method: str, target: str | bytes, headers: list[tuple[str, str]] | None = None, body: bytes = b"", host: str = "hub"
) -> bytes:
    """Give a request as bytes; `content-length` is added unless the headers say how long the body is."""
    raw_target = target if isinstance(target, bytes) else target.encode("latin-1")
    lines = [method.encode("latin-1") + b" " + raw_target + b" HTTP/1.1", b"host: " + host.encode()]
    given = {name.lower() for name, _ in headers or []}
    lines += [f"{name}: {value}".encode("latin-1") for name, value in headers or []]
    if not given & {"content-length", "transfer-encoding"} and (body or method not in ("GET", "HEAD", "OPTIONS")):
        lines.append(b"content-length: " + str(len(body)).encode())
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
