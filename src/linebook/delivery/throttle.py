"""How fast a line may send: a bucket that fills at its rate. It knows only the time that it is told."""

from __future__ import annotations

from typing import Final

BURST_S: Final = 0.1
"""How much of a second's texts may leave at once, so that a slow loop still reaches the rate."""


class TokenBucket:
    """Allows `rate_per_s` texts a second in the long run; without a rate, any number."""

    def __init__(self, rate_per_s: int | None, now_ms: int) -> None:
        """Begin with room for one burst."""
        self._rate = rate_per_s
        self._room = self._most
        self._seen_ms = now_ms
        self._pause_until_ms = 0

    @property
    def _most(self) -> float:
        return max(1.0, (self._rate or 0) * BURST_S)

    def set_rate(self, rate_per_s: int | None, now_ms: int) -> None:
        """Fill at another rate from now on."""
        if rate_per_s != self._rate:
            self._fill(now_ms)
            self._rate = rate_per_s
            self._room = min(self._room, self._most)

    def allowed(self, wanted: int, now_ms: int) -> int:
        """Give how many of so many texts may leave now."""
        if now_ms < self._pause_until_ms:
            return 0
        if self._rate is None:
            return wanted
        self._fill(now_ms)
        return min(wanted, int(self._room))

    def take(self, count: int) -> None:
        """Count texts that leave."""
        if self._rate is not None:
            self._room -= count

    def is_paused(self, now_ms: int) -> bool:
        """Whether nothing is allowed because of a pause."""
        return now_ms < self._pause_until_ms

    def pause(self, until_ms: int) -> None:
        """Allow nothing until then."""
        self._pause_until_ms = max(self._pause_until_ms, until_ms)

    def end_pause(self) -> None:
        """Allow again what the rate allows."""
        self._pause_until_ms = 0

    def wait_ms(self, now_ms: int) -> int:
        """Give how long it takes until one more text may leave; 0 when it may now."""
        if now_ms < self._pause_until_ms:
            return self._pause_until_ms - now_ms
        if self._rate is None:
            return 0
        self._fill(now_ms)
        missing = 1.0 - self._room
        return 0 if missing <= 0 else max(1, round(missing * 1000 / self._rate))

    def _fill(self, now_ms: int) -> None:
        # A clock that was set back fills nothing, and takes nothing away.
        passed_ms = max(0, now_ms - self._seen_ms)
        self._room = min(self._most, self._room + passed_ms * (self._rate or 0) / 1000)
        self._seen_ms = now_ms
