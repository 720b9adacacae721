"""The store: an engine, its gate and its readers, as the asynchronous edges use them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from linebook.clock import Clock, system_clock
from linebook.errors import DomainError, SettingsError, Unavailable
from linebook.ids import Ids
from linebook.storage.base import Engine, Work
from linebook.storage.gate import Gate, Item, Outcome, Service, commit
from linebook.storage.sqlite import SqliteEngine

T = TypeVar("T")

READER_THREADS = 4
REFRESH_S = 1.0


def open_engine(url: str, clock: Clock = system_clock, ids: Ids | None = None) -> Engine:
    """Give the engine that a database URL names, nothing opened yet.

    Raises `SettingsError` for a URL of neither kind.
    """
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///")
        if path in ("", ":memory:"):
            raise SettingsError(
                "LINEBOOK_DATABASE names no file: write sqlite:///linebook.db or sqlite:////absolute/path.db"
            )
        return SqliteEngine(path, clock=clock, ids=ids)
    if url.startswith(("postgresql://", "postgres://")):
        # A fifth of the time that a hub takes to start, for a driver that SQLite does without.
        import psycopg  # noqa: PLC0415

        from linebook.storage.postgres import PostgresEngine  # noqa: PLC0415

        try:
            return PostgresEngine(url, clock=clock, ids=ids)
        except psycopg.ProgrammingError as error:
            raise SettingsError(f"LINEBOOK_DATABASE is no PostgreSQL URL: {error}") from error
    raise SettingsError("LINEBOOK_DATABASE must begin with sqlite:/// or postgresql://")


class Store:
    """What a running hub reads from and writes through."""

    def __init__(self, engine: Engine, *, gate_members: int = 20_000, gate_age_s: float = 5.0) -> None:
        self.engine = engine
        self.gate = Gate(engine, max_members=gate_members, max_age_s=gate_age_s)
        self._readers = ThreadPoolExecutor(max_workers=READER_THREADS, thread_name_prefix="reader")
        self._refresher: asyncio.Task[None] | None = None
        self._watchers: dict[object, list[Callable[[int], None]]] = {}
        self.is_reachable = True

    async def start(self) -> None:
        """Bring the schema up to date and take writes.

        Raises `StorageUnusable` or `StorageUnavailable` with a sentence that says what to do.
        """
        await asyncio.to_thread(self.engine.migrate)
        self.gate.start()
        self._refresher = asyncio.create_task(self._refresh(), name="directory-refresh")

    async def stop(self) -> None:
        """Finish what waits and let go of the database."""
        if self._refresher is not None:
            self._refresher.cancel()
            with suppress(asyncio.CancelledError):
                await self._refresher
        await self.gate.drain()
        await asyncio.to_thread(self._readers.shutdown)
        await asyncio.to_thread(self.engine.close)

    @property
    def directory_version(self) -> int:
        """Grows whenever something changed that is kept in memory; at most a second behind other processes."""
        return self.engine.directory_version

    async def read(self, work: Work[T]) -> T:
        """Run reading work on a snapshot, beside everything else."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.engine.read, work)

    async def write(self, service: Service[Item, Outcome], account_id: int, item: Item) -> Outcome:
        """Run one write through the gate; when this returns it is durable. Raises its domain error."""
        outcome = await self.gate.submit(service, account_id, item)
        for tell in self._watchers.get(service, ()):
            tell(account_id)
        return outcome

    def watch(self, service: Service[Item, Outcome], tell: Callable[[int], None]) -> None:
        """Have `tell` called with the account after each write of this service in this process. It returns at once."""
        self._watchers.setdefault(service, []).append(tell)

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_S)
            try:
                await asyncio.get_running_loop().run_in_executor(self._readers, self.engine.refresh)
                self.is_reachable = True
            except Unavailable:
                self.is_reachable = False
            except Exception:
                self.is_reachable = False


def write_now(engine: Engine, service: Service[Item, Outcome], account_id: int, item: Item) -> Outcome:
    """Run one write without a gate, for the shell; when this returns it is durable. Raises its domain error."""
    outcome = commit(engine, lambda tx: service(tx, account_id, [item])[0])
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome
