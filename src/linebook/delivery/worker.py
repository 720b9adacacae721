"""Delivers the texts of the lines that this process has leased: processes share them, and one that dies is replaced."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import structlog

from linebook.carriers.base import Carrier
from linebook.clock import Clock
from linebook.delivery.line_worker import LineWorker, ReadFile, Timing, line_of
from linebook.errors import LinebookError
from linebook.ids import Ids
from linebook.lease_keeper import LeaseKeeper
from linebook.leased_workers import LeasedWorkers
from linebook.services.leases import Leased, LeaseKind
from linebook.services.outbox import next_due_ms
from linebook.storage.base import Tx
from linebook.storage.store import Store

_log = structlog.get_logger("linebook.delivery")


class Delivery:
    """The delivery of one process."""

    def __init__(  # noqa: PLR0917 - the parts of a hub that it works with
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        carriers: Mapping[str, Carrier],
        read_file: ReadFile,
        timing: Timing | None = None,
    ) -> None:
        """Work for nobody yet. `carriers` by the names that lines call them."""
        self._store = store
        self._clock = clock
        self._carriers = carriers
        self._read_file = read_file
        self._timing = timing or Timing()
        self._leases = LeaseKeeper(store, clock, LeaseKind.LINE, ids.secret(8), self._timing.lease_ms)
        self._workers = LeasedWorkers(self._leases, self._begin)
        self._task: asyncio.Task[None] | None = None
        self._started = 0
        self._keeping = asyncio.Lock()

    @property
    def in_flight(self) -> int:
        """How many texts the carriers of this process have not answered for."""
        return sum(worker.in_flight for worker in self._workers.workers)

    @property
    def lines(self) -> frozenset[Leased]:
        """The lines that this process works for."""
        return self._workers.things

    def start(self) -> None:
        """Lease lines and deliver. Needs a store that runs."""
        self._task = asyncio.create_task(self._run(), name="delivery")

    async def stop(self) -> None:
        """Finish what is on its way, record it, and let other processes have the lines."""
        if self._task is None:
            return
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._task = None
        await self._workers.end()

    def wake(self, account_id: int) -> None:
        """Look at once whether the account's lines have something to send."""
        for worker in self._workers.of_account(account_id):
            worker.wake()

    def reopen(self, account_id: int) -> None:
        """Try the account's carriers at once, however long they were to be left alone."""
        for worker in self._workers.of_account(account_id):
            worker.reopen()

    async def keep_lines(self, ahead_ms: int = 0) -> None:
        """Have a worker for each line that is this process's, and for those that nobody works for.

        The lines stay this process's although its clock is set forward by `ahead_ms` as soon as this returns.
        """
        async with self._keeping:
            await self._workers.keep(ahead_ms)

    async def look(self) -> None:
        """Keep the leases, begin and end workers by them, and wake those with something due. Done again and again."""
        await self.keep_lines()
        held = sorted(self.lines)
        for leased in await self._store.read(lambda tx: _due(tx, held)):
            if (worker := self._workers.get(leased)) is not None:
                worker.wake()

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except LinebookError as error:
                _log.warning("delivery cannot look for work", error=type(error).__name__)
            except Exception as error:
                _log.error("delivery cannot look for work", error=repr(error))
            await asyncio.sleep(self._timing.poll_s)

    async def _begin(self, leased: Leased) -> LineWorker | None:
        line = await line_of(self._store, leased)
        carrier = None if line is None else self._carrier(line.carrier)
        if line is None or carrier is None:
            return None
        self._started += 1
        return LineWorker(
            self._store,
            self._clock,
            carrier,
            line,
            owner=self._leases.owner,
            claimant=f"{self._leases.owner}.{self._started}",
            until_ms=self._leases.until_ms,
            timing=self._timing,
            read_file=self._read_file,
        )

    def _carrier(self, name: str) -> Carrier | None:
        return self._carriers.get(name) or self._carriers.get(name.partition(":")[0])


def _due(tx: Tx, held: list[Leased]) -> list[Leased]:
    return [
        one
        for one in held
        if (due_ms := next_due_ms(tx, one.account_id, one.thing_id)) is not None and due_ms <= tx.now_ms
    ]
