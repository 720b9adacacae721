"""A hub in a thread of its own, so that a generator that knows no event loop can send to it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from tests.kit.hub import LIMIT_S, RunningHub, running_hub
from tests.kit.raw_http import RawClient

T = TypeVar("T")


class HubThread:
    """A running hub, and a connection to it that is used from another thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, hub: RunningHub) -> None:
        self._loop = loop
        self.hub = hub
        self.client = RawClient(hub.base_url)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the hub's event loop, and give what it gives."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LIMIT_S)

    def end(self, may_end: asyncio.Event) -> None:
        """Let the hub go."""
        self._loop.call_soon_threadsafe(may_end.set)


@contextmanager
def hub_thread(database: str, **settings: Any) -> Iterator[HubThread]:
    """Serve a database while the block runs."""
    ready = threading.Event()
    may_end = asyncio.Event()
    found: list[HubThread] = []
    failed: list[BaseException] = []

    async def serve() -> None:
        async with running_hub(database, **settings) as hub:
            found.append(HubThread(asyncio.get_running_loop(), hub))
            ready.set()
            await may_end.wait()
            await found[0].client.close()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            failed.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="hub")
    thread.start()
    ready.wait()
    try:
        if failed:
            raise failed[0]
        yield found[0]
    finally:
        if found:
            found[0].end(may_end)
        thread.join()
    if failed:
        raise failed[0]
