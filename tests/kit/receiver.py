"""A webhook receiver on a free loopback port: it keeps what it was sent and answers as the test says.

async with receiver() as hooks:
    hooks.answer = lambda seen: 500
    ...
    assert hooks.seen[0].json() == {...}
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

REASON = "Whatever"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Give the body decoded."""
        return json.loads(self.body)


@dataclass
class Hooks:
    """A receiver. `answer` gives the status for a request, or the whole bytes of an answer; None: it hangs."""

    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    answer: Callable[[Seen], int | bytes | None] = lambda _seen: 200
    connections: int = 0
    hold: Callable[[], Awaitable[None]] | None = None

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """Give a URL of it."""
        return f"http://{host}:{self.port}{path}"


@asynccontextmanager
async def receiver() -> AsyncIterator[Hooks]:
    """Receive while the block runs."""
    hooks = Hooks()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        hooks.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                first, *lines = head.strip().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                method, target, _ = first.split(" ")
                seen = Seen(method, target, headers, body)
                hooks.seen.append(seen)
                if hooks.hold is not None:
                    await hooks.hold()
                answer = hooks.answer(seen)
                if answer is None:
                    await asyncio.Event().wait()
                elif isinstance(answer, bytes):
                    writer.write(answer)
                    await writer.drain()
                    break
                else:
                    writer.write(f"HTTP/1.1 {answer} {REASON}\r\nContent-Length: 2\r\n\r\nok".encode())
                    await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    hooks.port = server.sockets[0].getsockname()[1]
    try:
        yield hooks
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
