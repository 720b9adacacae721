"""Where the time comes from: integer milliseconds since 1970, UTC. Nothing else reads the system clock for data."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Gives the current time in milliseconds since 1970, UTC."""


def system_clock() -> int:
    """Give the machine's time."""
    return time.time_ns() // 1_000_000


class MovableClock:
    """A clock that runs as another one does and can be set forward, for the demo's sandbox. One event loop sleeps."""

    def __init__(self, clock: Clock = system_clock) -> None:
        """Show the same time as that clock."""
        self._clock = clock
        self._moved = asyncio.Event()
        self.offset_ms = 0
        """How far ahead of the other clock it is."""

    def __call__(self) -> int:
        """Give the time, from any thread."""
        return self._clock() + self.offset_ms

    def set_offset(self, offset_ms: int) -> None:
        """Be so far ahead from now on; who sleeps until a time that has come by that is woken."""
        self.offset_ms = offset_ms
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, delay_s: float) -> None:
        """Return when so much time has passed on this clock."""
        until_ms = self() + delay_s * 1000
        while (left_ms := until_ms - self()) > 0:
            moved = self._moved
            try:
                async with asyncio.timeout(left_ms / 1000):
                    await moved.wait()
            except TimeoutError:
                continue
