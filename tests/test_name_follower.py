"""The follower keeps the order by name up for who asked for it, and for nobody else."""

from __future__ import annotations

import asyncio
from typing import Any

from linebook.core.account import Account
from linebook.errors import StorageUnavailable
from linebook.name_follower import NameFollower
from linebook.services.name_order import name_position
from linebook.storage.base import Engine
from linebook.storage.store import Store
from tests.kit.builders import add_account, save, save_all, saving
from tests.services.test_name_order import first_names, step


async def test_the_follower_answers_for_everything_committed_before(engine: Engine, account: Account) -> None:
    store = Store(engine)
    await store.start()
    try:
        follower = NameFollower(store)
        save(engine, account.id, "2065550101", first_name="Ada")
        assert await follower.catch_up(account.id)
        assert first_names(engine, account.id) == ["Ada"]
        save(engine, account.id, "2065550102", first_name="Bo")
        assert first_names(engine, account.id) == ["Ada"]
        await follower.follow()
        assert first_names(engine, account.id) == ["Ada", "Bo"]
    finally:
        await store.stop()


async def test_the_follower_has_no_patience_without_end(engine: Engine, account: Account) -> None:
    store = Store(engine)
    await store.start()
    try:
        save_all(engine, account.id, *(saving(f"+1206{n:07}", first_name="A") for n in range(1_200)))
        follower = NameFollower(store, patience_s=-1.0)
        assert not await follower.catch_up(account.id)
        await follower.follow()
        assert await follower.catch_up(account.id)
    finally:
        await store.stop()


async def test_in_the_background_only_accounts_that_asked_are_followed(engine: Engine, account: Account) -> None:
    other = add_account(engine, "Other")
    save(engine, account.id, "2065550101", first_name="Ada")
    save(engine, other.id, "2065550101", first_name="Eve")
    step(engine, account.id)
    save(engine, account.id, "2065550102", first_name="Bo")
    store = Store(engine)
    await store.start()
    follower = NameFollower(store, interval_s=0.001)
    try:
        # It learns from the database whom it followed before this process began.
        follower.start()
        async with asyncio.timeout(20):
            while first_names(engine, account.id) != ["Ada", "Bo"]:
                await asyncio.sleep(0.005)
    finally:
        await follower.stop()
        await store.stop()
    assert engine.read(lambda tx: name_position(tx, account.id)).has_reached(2)
    assert engine.read(lambda tx: name_position(tx, other.id)).change_no is None


async def test_the_follower_outlives_a_database_that_is_away(engine: Engine, account: Account) -> None:
    save(engine, account.id, "2065550101", first_name="Ada")
    step(engine, account.id)
    store = Store(engine)
    await store.start()
    follower = NameFollower(store, interval_s=0.001)
    failures = 0
    read = store.read

    async def failing_read(work: Any) -> Any:
        nonlocal failures
        failures += 1
        if failures <= 3:
            raise StorageUnavailable
        return await read(work)

    store.read = failing_read  # type: ignore[method-assign]
    try:
        follower.start()
        save(engine, account.id, "2065550102", first_name="Bo")
        async with asyncio.timeout(20):
            while first_names(engine, account.id) != ["Ada", "Bo"]:
                await asyncio.sleep(0.005)
    finally:
        await follower.stop()
        await store.stop()
    assert failures > 3
