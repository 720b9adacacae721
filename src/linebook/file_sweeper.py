"""Removes files that no message names after a day: they were kept for a send that never came, or was refused."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Final

import structlog

from linebook.clock import Clock
from linebook.errors import LinebookError, NotFound
from linebook.services import accounts
from linebook.services.attachment_sweep import (
    KEPT_MS,
    RemoveAttachments,
    remove_attachments,
    strays,
    unnamed_attachments,
)
from linebook.storage.blobs import BlobFolder
from linebook.storage.store import Store

INTERVAL_S: Final = 3_600.0
"""How often the background looks."""

PAGE: Final = 100

_log = structlog.get_logger("linebook.files")


class FileSweeper:
    """Sweeps in small steps: a page of rows, or the files of one small folder, each in a transaction of its own."""

    def __init__(self, store: Store, clock: Clock, folder: str | None, *, interval_s: float = INTERVAL_S) -> None:
        """Sweep nothing yet. Without a folder there are rows alone."""
        self._store = store
        self._clock = clock
        self._blobs = None if folder is None else BlobFolder(folder)
        self._interval_s = interval_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Sweep in the background, at once and then every hour. Needs a store that runs."""
        self._task = asyncio.create_task(self._run(), name="file-sweeper")

    async def stop(self) -> None:
        """Sweep no longer."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def sweep(self) -> None:
        """Forget every file that nothing names and that is a day old; then no bytes of such a file are left.

        Bytes go once their own day is over as well: they may have been put there again for a message that comes.
        """
        # A clock that was moved on, as in the sandbox, must not make bytes old that were put there just now.
        before_ms = self._clock() - KEPT_MS
        bytes_before_ms = min(before_ms, round(time.time() * 1000) - KEPT_MS)
        after_id = 0
        while True:
            found = await self._store.read(lambda tx, one=after_id: accounts.list_accounts(tx, one, PAGE))  # type: ignore[misc]
            for account in found:
                with suppress(NotFound):  # the account is gone
                    await self._sweep_rows(account.id, before_ms)
            if len(found) < PAGE:
                break
            after_id = found[-1].id
        if self._blobs is not None:
            await self._sweep_bytes(self._blobs, bytes_before_ms)

    async def _sweep_rows(self, account_id: int, before_ms: int) -> None:
        after: tuple[int, str] | None = (0, "")
        while after is not None:
            page = await self._store.read(
                lambda tx, one=after: unnamed_attachments(tx, account_id, before_ms, one)  # type: ignore[misc]
            )
            if page.unnamed:
                await self._store.write(remove_attachments, account_id, RemoveAttachments(page.unnamed))
            after = page.after

    async def _sweep_bytes(self, blobs: BlobFolder, before_ms: int) -> None:
        for account_id, name in await asyncio.to_thread(blobs.folders):
            digests = await asyncio.to_thread(blobs.old_in, account_id, name, before_ms)
            for first in range(0, len(digests), PAGE):
                some = digests[first : first + PAGE]
                unknown = await self._store.read(lambda tx, one=account_id, some=some: strays(tx, one, some))  # type: ignore[misc]
                for digest in unknown:
                    await asyncio.to_thread(blobs.remove_old, account_id, digest, before_ms)

    async def _run(self) -> None:
        while True:
            try:
                await self.sweep()
            except LinebookError as error:
                # The database or the folder is away: the next round tries again, and nothing is lost by waiting.
                _log.debug("files not swept", error=type(error).__name__)
            except Exception as error:
                _log.error("files not swept", error=type(error).__name__)
            await asyncio.sleep(self._interval_s)
