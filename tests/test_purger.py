"""The purger forgets in every account, in the background, and outlives a database that is away."""

from __future__ import annotations

from typing import Any

from linebook.core.account import Account
from linebook.errors import StorageUnavailable
from linebook.purger import DAY_MS, Purger, keep_for
from linebook.settings import Settings
from linebook.storage.base import Engine
from tests.kit.borrowed import borrowing_store
from tests.kit.builders import add_account, add_line
from tests.kit.clock import TestClock
from tests.kit.hub import until
from tests.kit.texting import count, send


def test_the_settings_say_how_long_things_are_kept() -> None:
    settings = Settings(
        keep_attempts_days=0.5, keep_events_days=2, keep_parked_days=3, keep_receipts_days=4, keep_inbound_keys_days=5
    )
    keep = keep_for(settings)
    assert (keep.attempts_ms, keep.events_ms) == (DAY_MS // 2, 2 * DAY_MS)
    assert (keep.parked_ms, keep.receipts_ms) == (3 * DAY_MS, 4 * DAY_MS)
    assert keep.inbound_keys_ms == 5 * DAY_MS


async def test_every_account_is_purged(engine: Engine, account: Account, clock: TestClock) -> None:
    other = add_account(engine, "Other")
    for one, address in ((account, "5556660101"), (other, "5556660102")):
        send(engine, one.id, add_line(engine, one.id, address).id, "2065550101", "2065550102")
    store = borrowing_store(engine)
    await store.start()
    try:
        purger = Purger(store, keep_for(Settings()))
        assert await purger.purge() == 0
        clock.advance(31 * DAY_MS)
        assert await purger.purge() == 4
    finally:
        await store.stop()
    assert count(engine, "event") == 0


async def test_a_purger_whose_database_was_away_goes_on(
    engine: Engine, account: Account, clock: TestClock, monkeypatch: Any
) -> None:
    send(engine, account.id, add_line(engine, account.id).id, "2065550101")
    clock.advance(31 * DAY_MS)
    store = borrowing_store(engine)
    await store.start()
    refused: list[object] = []
    write = store.write

    async def away(*work: Any) -> Any:
        if not refused:
            refused.append(work)
            raise StorageUnavailable("away")
        return await write(*work)

    monkeypatch.setattr(store, "write", away)
    purger = Purger(store, keep_for(Settings()), interval_s=0.001)
    purger.start()
    try:
        await until(lambda: count(engine, "event") == 0)
    finally:
        await purger.stop()
        await store.stop()
    assert refused
