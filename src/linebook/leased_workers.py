"""Has one worker for each thing that this process holds the lease of, and lets other processes have their share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

import structlog

from linebook.lease_keeper import LeaseKeeper
from linebook.services.leases import Leased


class Worker(Protocol):
    """Works for one thing as long as its lease lasts."""

    until_ms: int

    async def run(self) -> None:
        """Work until `end`, and return when nothing is under way any more."""

    def end(self, *, is_lost: bool = False) -> None:
        """Begin nothing more. `is_lost`: another process has the thing."""


W = TypeVar("W", bound=Worker)

_log = structlog.get_logger("linebook.leases")


class LeasedWorkers(Generic[W]):
    """The workers of one process for one kind of thing."""

    def __init__(self, leases: LeaseKeeper, begin: Callable[[Leased], Awaitable[W | None]]) -> None:
        """Work for nothing yet. `begin` gives a worker that does not run yet; None where there is nothing to do."""
        self._leases = leases
        self._begin = begin
        self._running: dict[Leased, tuple[W, asyncio.Task[None]]] = {}
        self._leaving: set[Leased] = set()

    @property
    def things(self) -> frozenset[Leased]:
        """What is worked for."""
        return frozenset(self._running)

    @property
    def workers(self) -> list[W]:
        """Those who work."""
        return [worker for worker, _ in self._running.values()]

    def of_account(self, account_id: int) -> list[W]:
        """Give those who work for an account."""
        return [worker for leased, (worker, _) in self._running.items() if leased.account_id == account_id]

    def get(self, leased: Leased) -> W | None:
        """Give who works for a thing, if anybody does."""
        worker, _ = self._running.get(leased, (None, None))
        return worker

    async def keep(self, ahead_ms: int = 0) -> None:
        """Keep the leases (see `LeaseKeeper.keep`), and begin and end workers by them."""
        await self._leases.keep(ahead_ms)
        self._look_after()
        await self._share()
        for leased in sorted(self._leases.held - self._running.keys() - self._leaving):
            worker = await self._begin(leased)
            if worker is not None:
                name = f"{type(worker).__name__} {leased.account_id}.{leased.thing_id}"
                self._running[leased] = (worker, asyncio.create_task(worker.run(), name=name))

    async def end(self) -> None:
        """Wait until nothing is under way any more, and let other processes have it all."""
        for worker in self.workers:
            worker.end()
        await asyncio.gather(*(task for _, task in self._running.values()), return_exceptions=True)
        self._running.clear()
        self._leaving.clear()
        await self._leases.end()

    def _look_after(self) -> None:
        for leased, (worker, task) in list(self._running.items()):
            if leased in self._leases.held:
                worker.until_ms = self._leases.until_ms
            else:
                worker.end(is_lost=True)
            if task.done():
                del self._running[leased]
                if not task.cancelled() and (error := task.exception()) is not None:
                    _log.error("a worker failed", worker=task.get_name(), error=repr(error))

    async def _share(self) -> None:
        """Let go of what is more than this process's share, of each thing when its worker has come to its end."""
        self._leaving &= self._leases.held
        most = max(self._leases.surplus - len(self._leaving), 0)
        for leased in sorted(self._leases.held - self._leaving, reverse=True)[:most]:
            self._leaving.add(leased)
            if (worker := self.get(leased)) is not None:
                worker.end()
        if ended := frozenset(self._leaving - self._running.keys()):
            await self._leases.let_go(ended)
            self._leaving -= ended
