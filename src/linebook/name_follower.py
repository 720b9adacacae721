"""Keeps the name order of accounts close to their books: at once for who asks, and in the background from then on."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Final

import structlog

from linebook.errors import LinebookError, NotFound
from linebook.services import accounts
from linebook.services.name_order import FollowNames, NamePosition, follow_names, name_position
from linebook.storage.base import Tx
from linebook.storage.store import Store

INTERVAL_S: Final = 0.5
"""How often the background follower looks for changes."""

PATIENCE_S: Final = 1.0
"""How long a list waits for the order before it is answered by walking the book."""

PAGE: Final = 100

_log = structlog.get_logger("linebook.names")


class NameFollower:
    """Follows the accounts whose contacts were ever asked for by name, and no others."""

    def __init__(self, store: Store, *, interval_s: float = INTERVAL_S, patience_s: float = PATIENCE_S) -> None:
        """Follow nobody yet."""
        self._store = store
        self._interval_s = interval_s
        self._patience_s = patience_s
        self._accounts: set[int] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Follow in the background, beginning with the accounts that were followed before. Needs a store that runs."""
        self._task = asyncio.create_task(self._run(), name="name-follower")

    async def stop(self) -> None:
        """Follow no longer. What is missing then is followed by whoever asks next."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def catch_up(self, account_id: int) -> bool:
        """Follow until every change that was committed before this call is in the account's name order.

        False when that takes too long, as the first time on a large book; the background goes on.
        """
        until_s = time.monotonic() + self._patience_s
        position = await self._store.read(lambda tx: name_position(tx, account_id))
        self._accounts.add(account_id)
        target = position.newest_no
        while not position.has_reached(target):
            if time.monotonic() > until_s:
                return False
            position = await self._store.write(follow_names, account_id, FollowNames())
        return True

    def forget(self) -> None:
        """Follow nobody until somebody asks again, as after a start on an empty database."""
        self._accounts.clear()

    async def follow(self) -> None:
        """Bring every followed account up to its book as it is now."""
        for first in range(0, len(followed := sorted(self._accounts)), PAGE):
            some = followed[first : first + PAGE]
            positions = await self._store.read(lambda tx, some=some: [name_position(tx, one) for one in some])  # type: ignore[misc]
            for account_id, position in zip(some, positions, strict=True):
                await self._follow(account_id, position)

    async def _follow(self, account_id: int, position: NamePosition) -> None:
        target = position.newest_no
        try:
            while account_id in self._accounts and not position.has_reached(target):
                started_s = time.monotonic()
                position = await self._store.write(follow_names, account_id, FollowNames())
                # Half of the time belongs to those who wait for their own writes.
                await asyncio.sleep(time.monotonic() - started_s)
        except NotFound:
            self._accounts.discard(account_id)  # the account is gone

    async def _run(self) -> None:
        is_complete = False
        while True:
            try:
                if not is_complete:
                    await self._remember()
                    is_complete = True
                await self.follow()
            except LinebookError as error:
                # The database is away or the gate is full: whoever asks is told, and the next round tries again.
                _log.debug("names not followed", error=type(error).__name__)
            except Exception as error:
                _log.error("names not followed", error=type(error).__name__)
            await asyncio.sleep(self._interval_s)

    async def _remember(self) -> None:
        """Find the accounts that were followed before this process started, account by account."""
        after_id = 0
        while True:
            found = await self._store.read(lambda tx, after_id=after_id: _followed(tx, after_id))  # type: ignore[misc]
            self._accounts.update(one for one, is_followed in found if is_followed)
            if len(found) < PAGE:
                return
            after_id = found[-1][0]


def _followed(tx: Tx, after_id: int) -> list[tuple[int, bool]]:
    page = accounts.list_accounts(tx, after_id=after_id, limit=PAGE)
    return [(one.id, name_position(tx, one.id).change_no is not None) for one in page]
