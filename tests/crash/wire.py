"""The least HTTP client that can drive load: one kept connection, form posts, JSON answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec


class Gone(Exception):
    """The hub is gone: the answer never came."""


class Connection:
    """One kept connection to the hub."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, form: Mapping[str, str]) -> tuple[int, Any]:
        """Post a form; give status and decoded answer. Raises `Gone` when the connection ends before the answer."""
        body = urlencode(form).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            lines = answer.decode("latin-1").split("\r\n")
            size = next(int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:"))
            return int(lines[0].split()[1]), msgspec.json.decode(await reader.readexactly(size))
        except (OSError, asyncio.IncompleteReadError) as error:
            raise Gone from error

    def close(self) -> None:
        """Let go of the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
