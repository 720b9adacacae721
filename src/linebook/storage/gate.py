"""The gate: turns concurrent writes into sets, commits many at once, and answers each only after its commit.

What waits while a transaction runs is collected; then one transaction does it all, grouped by service and account.
Under no load a batch has one member and costs nothing extra. It knows nothing of what the services do.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, Final, TypeVar

import structlog

from linebook.errors import (
    DomainError,
    GateFull,
    LinebookError,
    StorageConflict,
    StorageUnavailable,
    StorageUnusable,
)
from linebook.storage.base import Engine, T, Tx, Work

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

Service = Callable[[Tx, int, Sequence[Item]], Sequence[Outcome | DomainError]]
"""A writing service: takes a transaction, an account, a list; gives an outcome or domain error for each, in order."""

BATCH_MAX: Final = 512
CONFLICT_TRIES: Final = 5

_log = structlog.get_logger("linebook.gate")


def commit(engine: Engine, work: Work[T]) -> T:
    """Run work in one durable transaction, again when it meets a transaction of another process, five times at most."""
    for _ in range(CONFLICT_TRIES - 1):
        with suppress(StorageConflict):
            return engine.write(work)
    return engine.write(work)


class _Member:
    """One write that waits for its commit."""

    __slots__ = ("account_id", "future", "item", "result", "service", "since_s")

    def __init__(
        self, service: Any, account_id: int, item: object, future: asyncio.Future[Any], since_s: float
    ) -> None:
        self.service = service
        self.account_id = account_id
        self.item = item
        self.future = future
        self.since_s = since_s
        self.result: object = None


class _Lane:
    """The members that must run one batch after another; it exists while there are any."""

    __slots__ = ("oldest_s", "waiting")

    def __init__(self, oldest_s: float) -> None:
        self.waiting: deque[_Member] = deque()
        self.oldest_s = oldest_s
        """Since when the oldest member has waited for its answer."""


class Gate:
    """Collects writes of one event loop and runs them in batches on the engine's writer threads.

    At most `max_members` wait, and none enters while the oldest one has waited longer than `max_age_s`: then `GateFull`
    is raised at once. The oldest one is that of the account, on an engine that writes accounts side by side.
    """

    def __init__(self, engine: Engine, *, max_members: int = 20_000, max_age_s: float = 5.0) -> None:
        self._engine = engine
        self._max_members = max_members
        self._max_age_s = max_age_s
        self._lock = threading.Lock()
        self._lanes: dict[int, _Lane] = {}
        self._ready: SimpleQueue[int | None] = SimpleQueue()
        self._waiting = 0
        self._closing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._idle: asyncio.Event | None = None
        self._threads: list[threading.Thread] = []
        self.batches = 0
        self.members = 0

    @property
    def waiting(self) -> int:
        """How many writes are collected or running."""
        return self._waiting

    def start(self) -> None:
        """Start the writer threads. Called once, inside the event loop whose writes it will take."""
        self._loop = asyncio.get_running_loop()
        self._idle = asyncio.Event()
        self._idle.set()
        for number in range(self._engine.writers):
            thread = threading.Thread(target=self._work, name=f"writer-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    async def drain(self) -> None:
        """Take nothing more, finish and answer what waits, end the threads."""
        self._closing = True
        if self._idle is not None:
            await self._idle.wait()
        for _ in self._threads:
            self._ready.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        self._threads.clear()

    def submit(self, service: Service[Item, Outcome], account_id: int, item: Item) -> asyncio.Future[Outcome]:
        """Hand in one write. The future gives its outcome after the commit, or raises its domain error.

        Raises `GateFull` when too much waits or the gate is closing.
        """
        loop = self._loop
        if loop is None or self._closing:
            raise GateFull("The hub is stopping. Try again shortly.")
        if self._waiting >= self._max_members:
            raise GateFull
        key = account_id if self._engine.one_account_per_batch else 0
        now_s = time.monotonic()
        with self._lock:
            lane = self._lanes.get(key)
            if lane is None:
                lane = self._lanes[key] = _Lane(now_s)
                self._ready.put(key)
            elif now_s - lane.oldest_s > self._max_age_s:
                raise GateFull
            future: asyncio.Future[Outcome] = loop.create_future()
            lane.waiting.append(_Member(service, account_id, item, future, now_s))
        self._waiting += 1
        if self._waiting == 1 and self._idle is not None:
            self._idle.clear()
        return future

    # -- in the writer threads

    def _work(self) -> None:
        while (key := self._ready.get()) is not None:
            with self._lock:
                lane = self._lanes[key]
                batch = [lane.waiting.popleft() for _ in range(min(len(lane.waiting), BATCH_MAX))]
            self._run(batch)
            with self._lock:
                if lane.waiting:
                    lane.oldest_s = lane.waiting[0].since_s
                    self._ready.put(key)
                else:
                    del self._lanes[key]

    def _run(self, batch: list[_Member]) -> None:
        try:
            self._transact(batch)
        except (StorageUnavailable, StorageUnusable) as error:
            _fail(batch, error)
        except Exception as error:
            if len(batch) == 1:
                _fail(batch, error)
            else:
                self._run_one_by_one(batch)
        with self._lock:
            self.batches += 1
            self.members += len(batch)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._answer, batch)

    def _run_one_by_one(self, batch: list[_Member]) -> None:
        """One of them is the culprit: alone, each gets what it deserves."""
        for number, member in enumerate(batch):
            try:
                self._transact([member])
            except (StorageUnavailable, StorageUnusable) as error:
                _fail(batch[number:], error)
                return
            except Exception as error:
                _fail([member], error)

    def _transact(self, batch: list[_Member]) -> None:
        groups: dict[tuple[Any, int], list[_Member]] = {}
        for member in batch:
            groups.setdefault((member.service, member.account_id), []).append(member)

        def work(tx: Tx) -> list[Sequence[object]]:
            return [
                service(tx, account_id, [member.item for member in members])
                for (service, account_id), members in groups.items()
            ]

        for members, results in zip(groups.values(), commit(self._engine, work), strict=True):
            for member, result in zip(members, results, strict=True):
                member.result = result

    # -- in the event loop

    def _answer(self, batch: list[_Member]) -> None:
        for member in batch:
            if member.future.done():
                continue
            if isinstance(member.result, Exception):
                if not isinstance(member.result, LinebookError):
                    # Its kind alone: the sentence of an error may hold a text or a number.
                    _log.error("write failed", error=type(member.result).__name__, service=member.service.__name__)
                member.future.set_exception(member.result)
            else:
                member.future.set_result(member.result)
        self._waiting -= len(batch)
        if self._waiting == 0 and self._idle is not None:
            self._idle.set()


def _fail(members: Sequence[_Member], error: Exception) -> None:
    # A future does not take StopIteration, which a service may let slip.
    result = RuntimeError(repr(error)) if isinstance(error, StopIteration) else error
    for member in members:
        member.result = result
