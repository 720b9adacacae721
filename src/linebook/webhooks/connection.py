"""One HTTP/1.1 connection to a receiver: a request goes out, the beginning of its answer comes back. Nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from ssl import SSLContext
from typing import Final, cast

import httptools

HEAD_MAX: Final = 64 * 1024
"""Most bytes of an answer before its body."""


class ConnectError(Exception):
    """The receiver cannot be reached, or its certificate is not to be trusted."""


class RemoteProtocolError(Exception):
    """What the receiver said is no answer."""


class Connection(asyncio.Protocol):
    """A connection that takes one request at a time. `is_usable`: it takes the next one."""

    def __init__(self, answer_max: int) -> None:
        """Not connected yet; `open_connection` makes one. Of an answer's body so many bytes are kept."""
        self._answer_max = answer_max
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self.is_usable = False

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request; give the status and the beginning of the body of what is answered.

        Raises `RemoteProtocolError`. Whoever gives up waiting closes the connection.
        """
        assert self._transport is not None
        self._begin_answer()
        self.is_usable = False
        self._waiting = asyncio.get_running_loop().create_future()
        if self._transport.is_closing():
            raise RemoteProtocolError("closed before the request")
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """Let go at once, whatever is under way."""
        self.is_usable = False
        if self._transport is not None:
            self._transport.abort()

    # -- what the loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast(asyncio.Transport, transport)
        self.is_usable = True

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if self._waiting is None or self._waiting.done():
            self.close()  # nobody asked
            return
        if not self._has_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(f"{type(error).__name__}: {error}")
        else:
            if not self._has_head and self._head_bytes > HEAD_MAX:
                self._fail("the head of the answer is too large")

    def connection_lost(self, _error: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self.is_usable = False
        if self._waiting is None or self._waiting.done():
            return
        if self._has_head and not self._has_length:
            self._finish(is_usable=False)  # such an answer ends with its connection
        else:
            self._fail("closed without a whole answer")

    # -- what the parser calls

    def on_header(self, name: bytes, _value: bytes) -> None:
        """Note whether the answer says where it ends."""
        self._has_length |= name.lower() in (b"content-length", b"transfer-encoding")

    def on_headers_complete(self) -> None:
        """Note the status."""
        self._has_head = self._parser.get_status_code() >= 200

    def on_body(self, body: bytes) -> None:
        """Keep the beginning of the body; when that is there the rest is not waited for."""
        self._body += body
        if len(self._body) >= self._answer_max:
            self._finish(is_usable=False)

    def on_message_complete(self) -> None:
        """Give the answer, unless it only said that one will come."""
        if self._has_head:
            self._finish(is_usable=self._parser.should_keep_alive())
        else:
            self._has_length = False

    # -- steps

    def _begin_answer(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._head_bytes = 0
        self._has_head = self._has_length = False
        self._body = b""

    def _finish(self, *, is_usable: bool) -> None:
        if self._waiting is not None and not self._waiting.done():
            self.is_usable = is_usable
            self._waiting.set_result((self._parser.get_status_code(), self._body[: self._answer_max]))
            if not is_usable:
                self.close()

    def _fail(self, reason: str) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(RemoteProtocolError(reason))
        self.close()


async def open_connection(address: str, port: int, host: str, tls: SSLContext | None, answer_max: int) -> Connection:
    """Give a connection to an address; over TLS its certificate must be of `host`. Raises `ConnectError`."""
    loop = asyncio.get_running_loop()
    try:
        _, connection = await loop.create_connection(
            lambda: Connection(answer_max), address, port, ssl=tls, server_hostname=host if tls else None
        )
    except OSError as error:
        raise ConnectError(str(error)) from error
    return connection


def request_bytes(method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Give a request as it goes over the wire. Raises `ValueError` for a line that would not stay one."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body or method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    if not all(line.isascii() and line.isprintable() for line in lines):
        raise ValueError("a request cannot hold these characters")
    return "\r\n".join([*lines, "", ""]).encode() + body
