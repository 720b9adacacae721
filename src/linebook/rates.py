"""Counts calls against a limit per minute, for platforms that have one. In memory: each process counts its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import Final

from linebook.clock import Clock

WINDOW_MS: Final = 60_000
KEYS_MAX: Final = 10_000


class CallRates:
    """Remembers when each caller called during the last minute."""

    def __init__(self, clock: Clock) -> None:
        """Know nobody yet."""
        self._clock = clock
        self._called_ms: dict[Hashable, deque[int]] = {}

    def take(self, caller: Hashable, per_minute: int) -> int | None:
        """Count one call; None when it is within the limit, else after how many whole seconds the next one will be.

        A call that is refused does not count. A limit of 0 is none.
        """
        if per_minute <= 0:
            return None
        now_ms = self._clock()
        called = self._called_ms.get(caller)
        if called is None:
            if len(self._called_ms) >= KEYS_MAX:
                self._forget(now_ms)
            called = self._called_ms[caller] = deque()
        while called and not 0 <= now_ms - called[0] < WINDOW_MS:
            called.popleft()
        if len(called) >= per_minute:
            return max(1, -(-(called[0] + WINDOW_MS - now_ms) // 1000))
        called.append(now_ms)
        return None

    def forget(self) -> None:
        """Forget every call."""
        self._called_ms.clear()

    def _forget(self, now_ms: int) -> None:
        for caller in [one for one, called in self._called_ms.items() if now_ms - called[-1] >= WINDOW_MS]:
            del self._called_ms[caller]
