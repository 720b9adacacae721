"""Keeps one process's leases of one kind alive, and takes what is free. Workers are begun and ended by whoever asks."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from linebook.clock import Clock
from linebook.errors import LinebookError
from linebook.services.accounts import DIRECTORY
from linebook.services.leases import EndLeases, KeepLeases, Leased, LeaseKind, end_leases, has_free, keep_leases
from linebook.storage.store import Store

BEATS: Final = 3
"""How often in its length a lease is made to last longer."""


class LeaseKeeper:
    """What this process works for. A lease that was not kept in time is another process's to take."""

    def __init__(self, store: Store, clock: Clock, kind: LeaseKind, owner: str, lease_ms: int) -> None:
        """Hold nothing yet. `owner` is a name that no other process has or had."""
        self._store = store
        self._clock = clock
        self._kind = kind
        self._lease_ms = lease_ms
        self._named_ms = 0
        self.owner = owner
        self.held: frozenset[Leased] = frozenset()
        self.surplus = 0
        self.until_ms = 0

    async def keep(self, ahead_ms: int = 0) -> None:
        """Have leases that last, and some more if any are free; also if the clock is set forward by `ahead_ms` now."""
        if self.until_ms - self._clock() > self._lease_ms:
            # The clock was set back: what was named then is nobody's any more.
            self.until_ms = self._named_ms = 0
        is_time = ahead_ms > 0 or self._clock() >= self.until_ms - self._lease_ms * (BEATS - 1) // BEATS
        if not is_time and not await self._store.read(lambda tx: has_free(tx, self._kind)):
            return
        until_ms = max(self._clock() + ahead_ms + self._lease_ms, self._named_ms + 1)
        self._named_ms = until_ms
        request = KeepLeases(kind=self._kind, owner=self.owner, until_ms=until_ms, held=self.held)
        kept = await self._store.write(keep_leases, DIRECTORY, request)
        self.held, self.surplus = kept.held, kept.surplus
        self.until_ms = until_ms

    async def let_go(self, things: frozenset[Leased]) -> None:
        """Let other processes have some of it at once; nobody works for these here any more."""
        await self._store.write(end_leases, DIRECTORY, EndLeases(kind=self._kind, owner=self.owner, things=things))
        self.held -= things
        self.surplus = max(self.surplus - len(things), 0)

    async def end(self) -> None:
        """Let other processes have it all, at once if the database can be reached."""
        with suppress(LinebookError):
            leaving = EndLeases(kind=self._kind, owner=self.owner, things=self.held, is_leaving=True)
            await self._store.write(end_leases, DIRECTORY, leaving)
        self.held = frozenset()
        self.surplus = 0
