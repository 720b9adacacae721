"""Forgets in the background what is older than it is to be kept, account by account, a bounded step at a time."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from functools import partial
from typing import Final

import structlog

from linebook.errors import LinebookError, NotFound
from linebook.services.accounts import list_accounts
from linebook.services.retention import Forget, KeepFor, forget_old
from linebook.settings import Settings
from linebook.storage.store import Store

INTERVAL_S: Final = 600.0
"""How often the background looks for what is too old."""

PAGE: Final = 100
DAY_MS: Final = 24 * 3600 * 1000

_log = structlog.get_logger("linebook.purger")


def keep_for(settings: Settings) -> KeepFor:
    """Give how long the settings have things kept."""
    return KeepFor(
        attempts_ms=round(settings.keep_attempts_days * DAY_MS),
        events_ms=round(settings.keep_events_days * DAY_MS),
        inbound_keys_ms=round(settings.keep_inbound_keys_days * DAY_MS),
        parked_ms=round(settings.keep_parked_days * DAY_MS),
        receipts_ms=round(settings.keep_receipts_days * DAY_MS),
    )


class Purger:
    """The purger of one process. Several do no harm: what one has removed the next does not find."""

    def __init__(self, store: Store, keep: KeepFor, *, interval_s: float = INTERVAL_S) -> None:
        """Remove nothing yet."""
        self._store = store
        self._keep = keep
        self._interval_s = interval_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Forget in the background. Needs a store that runs."""
        self._task = asyncio.create_task(self._run(), name="purger")

    async def stop(self) -> None:
        """Forget no longer; a step that runs is finished by the store."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def purge(self) -> int:
        """Forget what is too old by now in every account; give how many rows that were."""
        count, after_id = 0, 0
        while True:
            page = await self._store.read(partial(list_accounts, after_id=after_id, limit=PAGE))
            for account in page:
                with suppress(NotFound):  # it was removed meanwhile
                    count += await self._purge_account(account.id)
            if len(page) < PAGE:
                return count
            after_id = page[-1].id

    async def _purge_account(self, account_id: int) -> int:
        count = 0
        step: Forget | None = Forget(keep=self._keep)
        while step is not None:
            started_s = time.monotonic()
            done = await self._store.write(forget_old, account_id, step)
            count, step = count + done.count, done.next
            # Half of the time belongs to those who wait for their own writes.
            await asyncio.sleep(time.monotonic() - started_s)
        return count

    async def _run(self) -> None:
        while True:
            try:
                count = await self.purge()
            except LinebookError as error:
                # The database is away or the gate is full: the next round tries again.
                _log.debug("nothing forgotten", error=type(error).__name__)
            except Exception as error:
                _log.error("nothing forgotten", error=repr(error))
            else:
                if count:
                    _log.info("old rows forgotten", rows=count)
            await asyncio.sleep(self._interval_s)
