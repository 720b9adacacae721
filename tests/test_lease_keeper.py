"""Leases and a clock that is moved: what is held stays held, forward and back, and only then may another take it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from linebook.core.account import Account
from linebook.lease_keeper import LeaseKeeper
from linebook.services.leases import Leased, LeaseKind
from linebook.storage.base import Engine
from linebook.storage.store import Store
from tests.kit.borrowed import borrowing_store
from tests.kit.builders import add_line
from tests.kit.clock import TestClock

LEASE_MS = 15_000
HOUR_MS = 3_600_000


@pytest_asyncio.fixture
async def store(engine: Engine) -> AsyncIterator[Store]:
    """A running store."""
    store = borrowing_store(engine)
    await store.start()
    yield store
    await store.stop()


def keeper(store: Store, clock: TestClock, owner: str) -> LeaseKeeper:
    return LeaseKeeper(store, clock, LeaseKind.LINE, owner, LEASE_MS)


async def test_what_is_kept_ahead_survives_the_leap_and_what_is_not_does_not(
    engine: Engine, account: Account, clock: TestClock, store: Store
) -> None:
    line = Leased(account.id, add_line(engine, account.id).id)
    mine, theirs = keeper(store, clock, "mine"), keeper(store, clock, "theirs")
    await mine.keep()
    await mine.keep(HOUR_MS)
    clock.advance(HOUR_MS)
    await theirs.keep()
    assert (mine.held, theirs.held) == (frozenset({line}), frozenset())
    clock.advance(HOUR_MS)
    await theirs.keep()
    assert theirs.held == {line}
    await mine.keep()
    assert mine.held == frozenset()


async def test_after_the_clock_was_set_back_leases_are_kept_as_before(
    engine: Engine, account: Account, clock: TestClock, store: Store
) -> None:
    first = Leased(account.id, add_line(engine, account.id).id)
    mine = keeper(store, clock, "mine")
    clock.advance(HOUR_MS)
    await mine.keep()
    clock.advance(-HOUR_MS)
    await mine.keep()
    assert (mine.held, mine.until_ms) == (frozenset({first}), clock() + LEASE_MS)
    second = Leased(account.id, add_line(engine, account.id, "+12065550188").id)
    await mine.keep()
    assert mine.held == {first, second}


async def test_what_is_let_go_is_anothers_as_soon_as_it_looks(
    engine: Engine, account: Account, clock: TestClock, store: Store
) -> None:
    things = [Leased(account.id, add_line(engine, account.id, f"+1206555018{n}").id) for n in range(2)]
    mine, theirs = keeper(store, clock, "mine"), keeper(store, clock, "theirs")
    await mine.keep()
    await theirs.keep()
    assert (mine.surplus, theirs.held) == (0, frozenset())
    clock.advance(LEASE_MS // 2)
    await mine.keep()
    assert (mine.held, mine.surplus) == (frozenset(things), 1)
    await mine.let_go(frozenset(things[1:]))
    await theirs.keep()
    assert (mine.held, mine.surplus) == (frozenset(things[:1]), 0)
    assert theirs.held == set(things[1:])
    await theirs.end()
    await mine.keep()
    assert mine.held == set(things)
