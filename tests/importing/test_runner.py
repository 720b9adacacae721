"""The runner works imports off beside live traffic: in turn, in small steps while others wait, and after a crash."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from linebook.core.account import Account
from linebook.core.imports import ImportState
from linebook.errors import StorageRefused, StorageUnavailable
from linebook.importing.pace import FIRST, LEAST, MOST, PAUSE_MAX_S, Pace
from linebook.importing.runner import ImportRunner, is_dead, owner_name
from linebook.services.contacts import save_contacts
from linebook.services.import_plain import PlainRecords
from linebook.services.imports import (
    LEASE_MS,
    STAGING_KEPT_MS,
    BeginImport,
    WorkOn,
    apply_imports,
    begin_imports,
    undo_imports,
)
from linebook.services.kept_imports import imports_to_work_on
from linebook.storage.base import Engine
from linebook.storage.store import Store, write_now
from tests.kit.builders import AUTHOR, add_account, saving
from tests.kit.clock import TestClock
from tests.kit.hub import until
from tests.kit.importing import counts, now, outcomes, plan_of, reasons, stage, start
from tests.kit.invariants import check_book


def people(count: int, first: int = 0) -> str:
    return "Phone,First name\n" + "".join(f"206{7_000_000 + n},N{n}\n" for n in range(first, first + count))


@pytest.fixture
async def store(engine: Engine, account: Account) -> AsyncIterator[Store]:
    store = Store(engine)
    await store.start()
    yield store
    await store.stop()


def wait_for_anybody(engine: Engine, account_id: int, import_id: int) -> None:
    write_now(engine, apply_imports, account_id, WorkOn(import_id=import_id))


async def test_an_import_that_waits_for_anybody_is_applied_to_its_end(
    engine: Engine, account: Account, store: Store
) -> None:
    one = stage(engine, account.id, people(1_200) + "x,Bad\n")
    runner = ImportRunner(store, interval_s=0.001)
    wait_for_anybody(engine, account.id, one.id)
    runner.start()
    try:
        await until(lambda: now(engine, account.id, one.id).state is ImportState.DONE)
    finally:
        await runner.stop()
    assert counts(now(engine, account.id, one.id)) == {"created": 1_200, "failed": 1}
    check_book(engine, account.id)


async def test_several_imports_take_turns(engine: Engine, account: Account, store: Store) -> None:
    other = add_account(engine, "Other")
    first, second = stage(engine, account.id, people(3_000)), stage(engine, account.id, people(3_000, 5_000))
    third = stage(engine, other.id, people(3_000))
    for account_id, one in ((account.id, first), (account.id, second), (other.id, third)):
        wait_for_anybody(engine, account_id, one.id)
    runner = ImportRunner(store)
    assert await runner.work()
    assert [now(engine, account.id, one.id).applied for one in (first, second)] == [FIRST, FIRST]
    assert now(engine, other.id, third.id).applied == FIRST
    while await runner.work():
        pass
    assert counts(now(engine, account.id, second.id)) == {"created": 3_000}
    assert counts(now(engine, other.id, third.id)) == {"created": 3_000}


async def test_what_somebody_else_works_on_is_left_to_them_until_they_are_silent(
    engine: Engine, account: Account, store: Store, clock: TestClock
) -> None:
    one = start(engine, account.id, stage(engine, account.id, people(10)).id, owner="another 1 host")
    runner = ImportRunner(store)
    assert not await runner.work()
    clock.advance(LEASE_MS + 1)
    assert await runner.work()
    assert now(engine, account.id, one.id).state is ImportState.DONE
    assert not await runner.work()


async def test_a_hub_that_comes_up_again_goes_on_with_what_was_begun(
    engine: Engine, account: Account, store: Store, clock: TestClock
) -> None:
    one = stage(engine, account.id, people(2_000))
    wait_for_anybody(engine, account.id, one.id)
    await ImportRunner(store, owner="hub 1 before").work()
    assert now(engine, account.id, one.id).applied == FIRST
    clock.advance(LEASE_MS + 1)
    after = ImportRunner(store, owner="hub 2 after")
    while await after.work():
        pass
    numbers = [outcome.number for outcome in outcomes(engine, account.id, one.id)]
    assert numbers == list(range(2, 2_002))


async def test_an_undo_is_worked_off_as_well(engine: Engine, account: Account, store: Store) -> None:
    one = stage(engine, account.id, people(700))
    wait_for_anybody(engine, account.id, one.id)
    runner = ImportRunner(store)
    while await runner.work():
        pass
    write_now(engine, undo_imports, account.id, WorkOn(import_id=one.id))
    while await runner.work():
        pass
    assert (now(engine, account.id, one.id).undone, now(engine, account.id, one.id).state.value) == (700, "undone")
    assert engine.read(lambda tx: imports_to_work_on(tx, "anybody")) == []


async def test_a_file_that_nobody_reads_on_is_discarded(
    engine: Engine, account: Account, store: Store, clock: TestClock
) -> None:
    begin = BeginImport(name="people.csv", plan=plan_of(["Phone"]), author=AUTHOR)
    one = write_now(engine, begin_imports, account.id, begin)
    runner = ImportRunner(store)
    assert not await runner.work()
    clock.advance(STAGING_KEPT_MS + 1)
    assert await runner.work()
    assert now(engine, account.id, one.id).state is ImportState.DISCARDED
    assert not await runner.work()


@pytest.mark.parametrize("groups", [(), ("Club",)], ids=["plain", "in order"])
async def test_a_record_that_the_database_refuses_is_found_by_halves(
    engine: Engine, account: Account, store: Store, monkeypatch: pytest.MonkeyPatch, groups: tuple[str, ...]
) -> None:
    one = stage(engine, account.id, people(20), groups=groups)
    wait_for_anybody(engine, account.id, one.id)

    def picky(tx: Any, account_id: int, saves: Any) -> Any:
        if any(save.patch.first_name == "N13" for save in saves):
            raise StorageRefused("no")
        return save_contacts(tx, account_id, saves)

    def picky_plain(self: PlainRecords, records: Any) -> Any:
        if not groups and any("N13" in record.cells for record in records):
            raise StorageRefused("no")
        return save_plain(self, records)

    save_plain = PlainRecords.save
    monkeypatch.setattr("linebook.services.import_steps.save_contacts", picky)
    monkeypatch.setattr(PlainRecords, "save", picky_plain)
    runner = ImportRunner(store)
    while await runner.work():
        pass
    assert counts(now(engine, account.id, one.id)) == {"created": 19, "failed": 1}
    assert list(reasons(engine, account.id, one.id)) == [15]


async def test_live_writers_make_steps_small(engine: Engine, account: Account, store: Store) -> None:
    one = stage(engine, account.id, people(4_000))
    wait_for_anybody(engine, account.id, one.id)
    runner = ImportRunner(store)
    sizes: list[int] = []
    number = 0
    while now(engine, account.id, one.id).state is ImportState.APPLYING:
        live = [
            store.write(save_contacts, account.id, saving(f"+1425{7_000_000 + number + more}")) for more in range(5)
        ]
        before = now(engine, account.id, one.id).applied
        await asyncio.gather(runner.work(), *live)
        sizes.append(now(engine, account.id, one.id).applied - before)
        number += 5
    # With others around, no step is ever larger than what a quiet start would have made of it.
    assert sizes[0] == FIRST
    assert max(sizes) < MOST
    assert counts(now(engine, account.id, one.id)) == {"created": 4_000}
    check_book(engine, account.id)


async def test_the_runner_outlives_a_database_that_is_away(engine: Engine, account: Account, store: Store) -> None:
    one = stage(engine, account.id, people(10))
    wait_for_anybody(engine, account.id, one.id)
    read, failures = store.read, 0

    async def failing_read(work: Any) -> Any:
        nonlocal failures
        failures += 1
        if failures <= 3:
            raise StorageUnavailable
        return await read(work)

    store.read = failing_read  # type: ignore[method-assign]
    runner = ImportRunner(store, interval_s=0.001)
    runner.start()
    try:
        await until(lambda: now(engine, account.id, one.id).state is ImportState.DONE)
    finally:
        await runner.stop()
    assert failures > 3


def test_the_pace_halves_while_others_wait_too_long_and_grows_back_when_it_is_quiet() -> None:
    pace = Pace(800)
    pace.took(0.04, 0.03, others=True)
    assert (pace.size, pace.pause_s) == (400, 0.04)
    for _ in range(10):
        pace.took(0.04, 0.03, others=True)
    assert pace.size == LEAST
    pace.took(0.01, 0.005, others=True)
    assert LEAST < pace.size < 2 * LEAST
    for _ in range(20):
        pace.took(0.6, 0.05, others=False)
    assert (pace.size, pace.pause_s) == (MOST, 0.0)
    pace.took(0.02, 0.015, others=True)
    assert pace.size == MOST


def test_without_others_a_step_takes_no_more_than_a_moment_either() -> None:
    pace = Pace(800)
    pace.took(0.6, 0.5, others=False)
    assert (pace.size, pace.pause_s) == (400, 0.0)
    pace.took(0.2, 0.15, others=False)
    assert pace.size == 400


def test_a_slow_commit_alone_makes_no_step_smaller() -> None:
    pace = Pace(100)
    pace.took(5.0, 0.005, others=True)
    assert pace.size > 100
    assert pace.pause_s == PAUSE_MAX_S


def test_an_owner_is_dead_when_its_process_of_this_machine_is_not_there() -> None:
    assert not is_dead(owner_name("hub"))
    assert not is_dead("")
    assert not is_dead("hub 1 another-machine")
    assert not is_dead(f"hub one {socket.gethostname()}")
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert is_dead(f"shell {child.pid} {socket.gethostname()}")
