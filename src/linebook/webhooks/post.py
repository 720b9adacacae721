"""Makes one call to a receiver: to an address that was looked at, without redirects, bounded in time and size."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from linebook.webhooks.connection import (
    ConnectError,
    Connection,
    RemoteProtocolError,
    open_connection,
    request_bytes,
)
from linebook.webhooks.guard import ForbiddenAddress, WebhookGuard, host_and_port

ANSWER_MAX: Final = 2_000
"""How many bytes of an answer are read and kept."""

CALLS_AT_ONCE: Final = 8
IDLE_MAX_S: Final = 4.0
"""How long an idle connection is kept; many receivers hang up after five seconds."""

_SAFE: Final = "/%:@!$&'()*+,;=~?-._"

_Place = tuple[str, str, int]
"""A scheme, an address and a port."""


class Answer(msgspec.Struct, frozen=True):
    """What came of a call: the status, 0 when there was none; the beginning of the answer; what went wrong."""

    status: int
    text: str
    error: str
    duration_ms: int


class Caller:
    """Calls one receiver. Connections are kept: they belong to it alone, and to the name in its certificate."""

    def __init__(self, guard: WebhookGuard) -> None:
        """Open nothing yet."""
        self._guard = guard
        self._idle: list[tuple[float, _Place, str, Connection]] = []
        self._tls: ssl.SSLContext | None = None

    async def close(self) -> None:
        """Let go of the connections."""
        while self._idle:
            self._idle.pop()[-1].close()

    async def call(self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float) -> Answer:
        """Call once. Whatever happens is in the answer."""
        began_s = time.monotonic()
        status, text, error = 0, "", ""
        try:
            async with asyncio.timeout(timeout_s):
                status, text = await self._send(method, url, headers, body)
        except TimeoutError:
            error = "timeout"
        except ForbiddenAddress as refused:
            error = refused.reason
        except (ConnectError, RemoteProtocolError, OSError, ValueError) as failed:
            error = f"{type(failed).__name__}: {failed}".strip(": ")[:200]
        return Answer(status, text, error, round((time.monotonic() - began_s) * 1000))

    async def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        host, port = host_and_port(url)
        address = await self._guard.address_of(host, port)
        parts = urlsplit(url)
        target = quote(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", safe=_SAFE)
        # The name stands in Host and in the certificate; the address is the one that was looked at.
        name = host if host.isascii() else host.encode("idna").decode()
        own = parts.netloc if parts.netloc.isascii() else f"{name}:{port}"
        request = request_bytes(method, target, {"Host": own, **headers}, body)
        place = (parts.scheme, address, port)
        connection = self._kept(place, name) or await self._open(place, name)
        try:
            status, kept = await connection.ask(request)
        finally:
            # Also when this is given up: an answer that comes later is nobody's.
            if not connection.is_usable:
                connection.close()
        if connection.is_usable and len(self._idle) < CALLS_AT_ONCE:
            self._idle.append((time.monotonic(), place, name, connection))
        return status, kept.decode("utf-8", "replace").replace("\0", "\ufffd")

    def _kept(self, place: _Place, name: str) -> Connection | None:
        """Give an idle connection to that place, the one that was used last; let go of those that are no use."""
        found: Connection | None = None
        since_s = time.monotonic() - IDLE_MAX_S
        while self._idle and found is None:
            idle_since_s, *where, connection = self._idle.pop()
            if idle_since_s >= since_s and where == [place, name] and connection.is_usable:
                found = connection
            else:
                connection.close()
        return found

    async def _open(self, place: _Place, name: str) -> Connection:
        scheme, address, port = place
        if scheme == "https" and self._tls is None:
            self._tls = httpx.create_ssl_context(trust_env=False)
        return await open_connection(address, port, name, self._tls if scheme == "https" else None, ANSWER_MAX)
