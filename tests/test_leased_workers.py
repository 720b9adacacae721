"""Workers by leases: one for each thing, ended in order before another process may have its share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from linebook.core.account import Account
from linebook.lease_keeper import LeaseKeeper
from linebook.leased_workers import LeasedWorkers
from linebook.services.leases import Leased, LeaseKind
from linebook.storage.base import Engine
from linebook.storage.store import Store
from tests.kit.borrowed import borrowing_store
from tests.kit.builders import add_line
from tests.kit.clock import TestClock

LEASE_MS = 15_000
BEAT_MS = LEASE_MS // 2


class Steady:
    """A worker that comes to its end when the test lets it."""

    def __init__(self, until_ms: int) -> None:
        self.until_ms = until_ms
        self.is_told_to_end = False
        self.is_lost = False
        self.may_end = asyncio.Event()

    async def run(self) -> None:
        await self.may_end.wait()

    def end(self, *, is_lost: bool = False) -> None:
        self.is_told_to_end = True
        self.is_lost = is_lost


class Process:
    """What one process has at work."""

    def __init__(self, store: Store, clock: TestClock, owner: str) -> None:
        self.leases = LeaseKeeper(store, clock, LeaseKind.LINE, owner, LEASE_MS)
        self.workers = LeasedWorkers(self.leases, self._begin)

    async def _begin(self, leased: Leased) -> Steady | None:
        return Steady(self.leases.until_ms)

    async def end_one(self, leased: Leased) -> None:
        """Let a worker come to its end."""
        worker = self.workers.get(leased)
        assert worker is not None
        worker.may_end.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)


@pytest_asyncio.fixture
async def store(engine: Engine) -> AsyncIterator[Store]:
    """A running store."""
    store = borrowing_store(engine)
    await store.start()
    yield store
    await store.stop()


@pytest.fixture
def things(engine: Engine, account: Account) -> list[Leased]:
    return [Leased(account.id, add_line(engine, account.id, f"+1206555018{n}").id) for n in range(4)]


async def test_a_share_is_let_go_of_when_its_workers_have_come_to_their_end(
    clock: TestClock, store: Store, things: list[Leased]
) -> None:
    first, later = Process(store, clock, "first"), Process(store, clock, "later")
    await first.workers.keep()
    assert first.workers.things == set(things)
    await later.workers.keep()
    clock.advance(BEAT_MS)
    await first.workers.keep()
    told = [one for one in things if (worker := first.workers.get(one)) and worker.is_told_to_end]
    assert told == things[2:]
    # Their leases are kept as long as something is under way.
    for _ in range(4):
        clock.advance(BEAT_MS)
        await first.workers.keep()
        await later.workers.keep()
    assert (first.workers.things, later.workers.things) == (frozenset(things), frozenset())
    await first.end_one(things[3])
    await first.workers.keep()
    await later.workers.keep()
    assert (first.workers.things, later.workers.things) == (frozenset(things[:3]), frozenset(things[3:]))
    await first.end_one(things[2])
    await first.workers.keep()
    await later.workers.keep()
    assert (first.workers.things, later.workers.things) == (frozenset(things[:2]), frozenset(things[2:]))
    assert not any(worker.is_told_to_end for worker in first.workers.workers + later.workers.workers)


async def test_the_share_of_a_process_that_died_comes_back(
    clock: TestClock, store: Store, things: list[Leased]
) -> None:
    dead, alive = Process(store, clock, "dead"), Process(store, clock, "alive")
    await dead.workers.keep()
    await alive.workers.keep()
    clock.advance(LEASE_MS)
    await alive.workers.keep()
    assert alive.workers.things == set(things)
    await dead.workers.keep()
    assert all(worker.is_lost for worker in dead.workers.workers)


async def test_a_worker_that_has_ended_has_a_successor(clock: TestClock, store: Store, things: list[Leased]) -> None:
    process = Process(store, clock, "only")
    await process.workers.keep()
    before = process.workers.get(things[0])
    await process.end_one(things[0])
    await process.workers.keep()
    after = process.workers.get(things[0])
    assert after is not None
    assert after is not before
    assert len(process.workers.of_account(things[0].account_id)) == 4
