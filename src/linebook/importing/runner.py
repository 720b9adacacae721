"""Works imports off beside everything else a hub does: one step of each in turn, small ones while others wait."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from contextlib import suppress
from typing import Final

import structlog

from linebook.core.imports import ImportState
from linebook.errors import GateFull, LinebookError, NotFound, NotOurs, StorageRefused
from linebook.importing.pace import Pace
from linebook.services.import_steps import Step, StepDone, apply_steps
from linebook.services.import_undo import undo_steps
from linebook.services.imports import sweep_stagings
from linebook.services.kept_imports import Import, get_import, imports_to_work_on
from linebook.storage.store import Store

INTERVAL_S: Final = 0.5
"""How often the runner looks for imports that wait."""

PAUSE_S: Final = 0.5
"""How long an import keeps away from a gate that is full."""

_log = structlog.get_logger("linebook.imports")


class ImportRunner:
    """Takes imports that wait for somebody, or were this process's before, and works them off."""

    def __init__(self, store: Store, *, interval_s: float = INTERVAL_S, owner: str | None = None) -> None:
        """Work on nothing yet."""
        self._store = store
        self._interval_s = interval_s
        self._owner = owner or owner_name("hub")
        self._paces: dict[tuple[int, int], _Course] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Work in the background. Needs a store that runs."""
        self._task = asyncio.create_task(self._run(), name="import-runner")

    async def stop(self) -> None:
        """Work no longer; every import stays where its last step left it."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def work(self) -> bool:
        """Take one step of every import that waits or is ours, in turn; whether there was any."""
        waiting = await self._store.read(lambda tx: imports_to_work_on(tx, self._owner))
        self._paces = {key: self._paces.get(key) or _Course() for key in waiting}
        for account_id, import_id in waiting:
            course = self._paces[account_id, import_id]
            try:
                await self._step(account_id, import_id, course)
            except (NotOurs, NotFound):
                continue  # somebody else was quicker, or the account is gone
        return bool(waiting)

    async def _step(self, account_id: int, import_id: int, course: _Course) -> None:
        one = await self._store.read(lambda tx: get_import(tx, account_id, import_id))
        if one.state is ImportState.STAGING:
            await self._store.write(sweep_stagings, account_id, import_id)
            return
        gate = self._store.gate
        await asyncio.sleep(course.pace.pause_s)
        members, began_s = gate.members, time.monotonic()
        done = await self._commit(account_id, one, course.pace.size)
        whole_s = time.monotonic() - began_s
        others = done.is_awaited or gate.waiting > 0 or gate.members - members > 1
        others |= course.last_no is not None and course.last_no != done.first_no
        course.pace.took(whole_s, done.work_s, others=others)
        course.last_no = done.last_no

    async def _commit(self, account_id: int, one: Import, limit: int) -> StepDone:
        service = undo_steps if one.state is ImportState.UNDOING else apply_steps
        refuses = False
        while True:
            try:
                return await self._store.write(service, account_id, Step(one.id, self._owner, limit, refuses))
            except StorageRefused:
                # One record is the culprit: halves find it.
                refuses = limit == 1
                limit = max(limit // 2, 1)

    async def _run(self) -> None:
        while True:
            is_busy = False
            try:
                is_busy = await self.work()
            except GateFull:
                await asyncio.sleep(PAUSE_S)
            except LinebookError as error:
                # The database is away: what was committed stays, and the next round goes on.
                _log.debug("imports not worked on", error=type(error).__name__)
            except Exception as error:
                _log.error("imports not worked on", error=type(error).__name__)
            await asyncio.sleep(0 if is_busy else self._interval_s)


class _Course:
    """How an import is getting on in this process."""

    def __init__(self) -> None:
        self.pace = Pace()
        self.last_no: int | None = None


def owner_name(kind: str) -> str:
    """Give the name under which this process holds imports: unique among those that live."""
    return f"{kind} {os.getpid()} {socket.gethostname()}"


def is_dead(owner: str) -> bool:
    """Whether an owner is known to live no more: a process of this machine that is not there."""
    kind, _, rest = owner.partition(" ")
    number, _, host = rest.partition(" ")
    if not kind or host != socket.gethostname() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
