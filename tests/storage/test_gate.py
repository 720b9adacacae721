"""The gate: answers after the commit, one commit for many, and a culprit harms nobody but itself."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, cast

import pytest

from linebook.core.account import Account
from linebook.errors import (
    ContactNotFound,
    DomainError,
    GateFull,
    StorageConflict,
    StorageRefused,
    StorageUnavailable,
    StorageUnusable,
    Unavailable,
)
from linebook.services.contacts import Saved, SaveKind, save_contacts
from linebook.storage import gate as gate_module
from linebook.storage.base import Engine, T, Tx, Work
from linebook.storage.gate import CONFLICT_TRIES, Gate, commit
from tests.kit.builders import add_account, saving
from tests.kit.invariants import check_book
from tests.kit.raw import look

WAIT_S = 60


class MemoryTx:
    """A transaction that keeps what services write until it is committed."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, str]] = []


class MemoryEngine:
    """An engine in memory whose commits a test holds up, refuses and counts."""

    name = "memory"
    directory_version = 0

    def __init__(self, writers: int = 1, one_account_per_batch: bool = False) -> None:
        self.writers = writers
        self.one_account_per_batch = one_account_per_batch
        self.rows: list[tuple[int, str]] = []
        self.tries: list[list[tuple[int, str]]] = []
        self.before_commit: Callable[[list[tuple[int, str]]], None] = lambda rows: None
        self._lock = threading.Lock()

    def write(self, work: Work[T]) -> T:
        """Run work and keep what it wrote, unless something raises."""
        tx = MemoryTx()
        result = work(cast(Tx, tx))
        with self._lock:
            self.tries.append(tx.rows)
        self.before_commit(tx.rows)
        with self._lock:
            self.rows += tx.rows
        return result


class Held:
    """Holds every commit until it is let go, and tells how many rows each one has."""

    def __init__(self, engine: MemoryEngine) -> None:
        self._arrived: queue.Queue[list[tuple[int, str]]] = queue.Queue()
        self._released = threading.Semaphore(0)
        engine.before_commit = self._hold

    def _hold(self, rows: list[tuple[int, str]]) -> None:
        self._arrived.put(list(rows))
        assert self._released.acquire(timeout=WAIT_S)

    async def arrival(self) -> list[tuple[int, str]]:
        """Wait for a commit; give its rows."""
        return await asyncio.to_thread(self._arrived.get, timeout=WAIT_S)

    def let_go(self, commits: int = 1) -> None:
        """Let so many commits go on."""
        for _ in range(commits):
            self._released.release()


def keep(tx: Tx, account_id: int, items: Sequence[str]) -> list[str | DomainError]:
    """A service: writes each item, refuses `bad`, fails on `crash`, `refused` and the like."""
    outcomes: list[str | DomainError] = []
    for item in items:
        if item == "bad":
            outcomes.append(ContactNotFound())
            continue
        if item in FAILURES:
            raise FAILURES[item]
        cast(MemoryTx, tx).rows.append((account_id, item))
        outcomes.append(item.upper())
    return outcomes


def keep_too(tx: Tx, account_id: int, items: Sequence[str]) -> list[str | DomainError]:
    """Another service that does the same."""
    return keep(tx, account_id, items)


FAILURES: dict[str, Exception] = {
    "crash": ZeroDivisionError("crash"),
    "refused": StorageRefused("refused"),
    "stop": StopIteration("stop"),
    "down": StorageUnavailable("down"),
    "broken": StorageUnusable("broken"),
}

Opened = Callable[..., Gate]


@pytest.fixture
async def opened() -> AsyncIterator[Opened]:
    """Opens gates in the test's event loop and drains them after it."""
    gates: list[Gate] = []

    def opened(engine: object, **limits: Any) -> Gate:
        gate = Gate(cast(Engine, engine), **limits)
        gate.start()
        gates.append(gate)
        return gate

    yield opened
    for gate in gates:
        await gate.drain()


async def outcome_of(future: asyncio.Future[Any]) -> object:
    """Give what a future gave, or the error it raised."""
    return (await asyncio.wait_for(asyncio.gather(future, return_exceptions=True), WAIT_S))[0]


# Too much, too late.


async def test_more_than_may_wait_is_refused_at_once(opened: Opened) -> None:
    engine = MemoryEngine()
    held = Held(engine)
    gate = opened(engine, max_members=3)
    futures = [gate.submit(keep, 7, str(number)) for number in range(3)]
    with pytest.raises(GateFull, match="Too many writes"):
        gate.submit(keep, 7, "3")
    assert gate.waiting == 3
    held.let_go(9)
    assert await asyncio.gather(*futures) == ["0", "1", "2"]
    assert await gate.submit(keep, 7, "4") == "4"
    assert [item for _, item in engine.rows] == ["0", "1", "2", "4"]


class Stopwatch:
    """A monotonic clock that a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 100.0
        monkeypatch.setattr(gate_module, "time", self)

    def monotonic(self) -> float:
        """Give the time in seconds, as the `time` module does."""
        return self.now_s


@pytest.mark.parametrize("per_account", [False, True])
async def test_nothing_enters_while_the_oldest_write_has_waited_too_long(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, per_account: bool
) -> None:
    stopwatch = Stopwatch(monkeypatch)
    engine = MemoryEngine(2, per_account)
    held = Held(engine)
    gate = opened(engine, max_age_s=5.0)
    futures = [gate.submit(keep, 7, "first")]
    await held.arrival()
    stopwatch.now_s += 5.0
    futures.append(gate.submit(keep, 7, "second"))
    stopwatch.now_s += 0.1
    with pytest.raises(GateFull):
        gate.submit(keep, 7, "third")
    held.let_go()
    await held.arrival()  # the oldest is now the second, which has not waited for long
    futures.append(gate.submit(keep, 7, "fourth"))
    stopwatch.now_s += 4.95
    with pytest.raises(GateFull):
        gate.submit(keep, 7, "fifth")
    held.let_go(9)
    assert await asyncio.gather(*futures) == ["FIRST", "SECOND", "FOURTH"]
    assert await gate.submit(keep, 7, "sixth") == "SIXTH"


async def test_a_slow_account_does_not_close_the_gate_for_others(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopwatch = Stopwatch(monkeypatch)
    engine = MemoryEngine(2, one_account_per_batch=True)
    held = Held(engine)
    gate = opened(engine, max_age_s=5.0)
    slow = gate.submit(keep, 7, "slow")
    await held.arrival()
    stopwatch.now_s += 6
    with pytest.raises(GateFull):
        gate.submit(keep, 7, "more")
    other = gate.submit(keep, 8, "other")
    held.let_go(9)
    assert [await slow, await other] == ["SLOW", "OTHER"]


async def test_a_gate_that_was_never_started_is_closed() -> None:
    gate = Gate(cast(Engine, MemoryEngine()))
    with pytest.raises(GateFull, match="stopping"):
        gate.submit(keep, 7, "a")
    await gate.drain()


async def test_a_draining_gate_answers_what_waits_and_takes_no_more() -> None:
    others = set(threading.enumerate())
    engine = MemoryEngine()
    held = Held(engine)
    gate = Gate(cast(Engine, engine))
    gate.start()
    futures = [gate.submit(keep, 7, "a")]
    await held.arrival()
    futures += [gate.submit(keep, 7, "b"), gate.submit(keep, 8, "bad")]
    draining = asyncio.create_task(gate.drain())
    await asyncio.sleep(0)
    with pytest.raises(GateFull, match="stopping"):
        gate.submit(keep, 7, "c")
    assert not draining.done()
    held.let_go(9)
    await asyncio.wait_for(draining, WAIT_S)
    assert all(future.done() for future in futures)
    assert engine.rows == [(7, "a"), (7, "b")]
    assert isinstance(futures[2].exception(), ContactNotFound)
    assert not [one for one in set(threading.enumerate()) - others if one.name.startswith("writer-")]
    with pytest.raises(GateFull):
        gate.submit(keep, 7, "d")
    await gate.drain()


# One commit for many.


async def test_an_answer_comes_after_the_commit(opened: Opened) -> None:
    engine = MemoryEngine()
    held = Held(engine)
    gate = opened(engine)
    future = gate.submit(keep, 7, "a")
    assert await held.arrival() == [(7, "a")]
    assert not future.done()
    assert gate.waiting == 1
    held.let_go()
    assert await future == "A"
    assert engine.rows == [(7, "a")]
    assert gate.waiting == 0


async def test_one_write_is_one_batch(opened: Opened) -> None:
    engine = MemoryEngine()
    gate = opened(engine)
    for number in range(5):
        assert await gate.submit(keep, 7, str(number)) == str(number)
    assert [len(rows) for rows in engine.tries] == [1] * 5
    assert (gate.batches, gate.members) == (5, 5)


async def test_what_waits_during_a_commit_is_committed_together(opened: Opened) -> None:
    engine = MemoryEngine()
    held = Held(engine)
    gate = opened(engine)
    futures = [gate.submit(keep, 7, "first")]
    await held.arrival()
    for number in range(20):
        futures.append(gate.submit(keep if number % 3 else keep_too, 7 + number % 2, str(number)))
    held.let_go()
    rows = await held.arrival()
    assert Counter(rows) == Counter((7 + number % 2, str(number)) for number in range(20))
    assert futures[0].done() and not any(future.done() for future in futures[1:])
    held.let_go()
    assert await asyncio.gather(*futures) == ["FIRST", *map(str, range(20))]
    assert (gate.batches, gate.members) == (2, 21)


async def test_a_batch_has_a_greatest_size(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "BATCH_MAX", 4)
    engine = MemoryEngine()
    held = Held(engine)
    gate = opened(engine)
    futures = [gate.submit(keep, 7, "first")]
    await held.arrival()
    futures += [gate.submit(keep, 7, str(number)) for number in range(10)]
    held.let_go(9)
    await asyncio.gather(*futures)
    assert [len(rows) for rows in engine.tries] == [1, 4, 4, 2]


@pytest.mark.parametrize("per_account", [False, True])
async def test_writes_of_one_service_and_account_keep_their_order(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, per_account: bool
) -> None:
    monkeypatch.setattr(gate_module, "BATCH_MAX", 7)
    engine = MemoryEngine(4, per_account)
    gate = opened(engine)
    wanted = [(account_id, f"{number:03}") for number in range(100) for account_id in (7, 8, 9)]
    await asyncio.gather(*(gate.submit(keep, account_id, item) for account_id, item in wanted))
    assert len(engine.rows) == 300
    for account_id in (7, 8, 9):
        assert [item for owner, item in engine.rows if owner == account_id] == [f"{n:03}" for n in range(100)]


async def test_accounts_run_side_by_side_and_never_in_one_batch(opened: Opened) -> None:
    engine = MemoryEngine(2, one_account_per_batch=True)
    together = threading.Barrier(2)

    def before_commit(rows: list[tuple[int, str]]) -> None:
        if "a" in {item for _, item in rows}:
            together.wait(WAIT_S)

    engine.before_commit = before_commit
    gate = opened(engine)
    futures = [gate.submit(keep, account_id, item) for item in "abc" for account_id in (7, 8)]
    assert await asyncio.wait_for(asyncio.gather(*futures), WAIT_S) == list("AABBCC")
    assert all(len({account_id for account_id, _ in rows}) == 1 for rows in engine.tries)


async def test_one_account_never_runs_beside_itself(opened: Opened) -> None:
    engine = MemoryEngine(4, one_account_per_batch=True)
    running = threading.Lock()
    overlaps = []

    def before_commit(rows: list[tuple[int, str]]) -> None:
        if not running.acquire(blocking=False):
            overlaps.append(rows)
            return
        running.release()

    engine.before_commit = before_commit
    gate = opened(engine)
    for _ in range(20):
        await asyncio.gather(*(gate.submit(keep, 7, str(number)) for number in range(5)))
    assert overlaps == []
    assert len(engine.rows) == 100


# Culprits and neighbours.


async def submit_together(gate: Gate, held: Held, items: Sequence[str]) -> list[asyncio.Future[str]]:
    """Hand in writes that end up in one batch, which then has been run and waits for its commit, or has failed."""
    blocker = gate.submit(keep, 7, "blocker")
    await held.arrival()
    futures = [gate.submit(keep, 7, item) for item in items]
    held.let_go(1 + 2 * len(items))
    assert await blocker == "BLOCKER"
    return futures


async def test_a_domain_error_harms_no_neighbour_and_costs_no_second_try(opened: Opened) -> None:
    engine = MemoryEngine()
    gate = opened(engine)
    futures = await submit_together(gate, Held(engine), ["a", "bad", "b"])
    with pytest.raises(ContactNotFound):
        await futures[1]
    assert [await futures[0], await futures[2]] == ["A", "B"]
    assert engine.tries[1:] == [[(7, "a"), (7, "b")]]


@pytest.mark.parametrize(
    ("culprit", "told"), [("crash", ZeroDivisionError), ("refused", StorageRefused), ("stop", RuntimeError)]
)
async def test_any_other_error_fails_its_culprit_alone(opened: Opened, culprit: str, told: type[Exception]) -> None:
    engine = MemoryEngine()
    gate = opened(engine)
    futures = await submit_together(gate, Held(engine), ["a", culprit, "bad", "b"])
    with pytest.raises(told, match=culprit):
        await futures[1]
    with pytest.raises(ContactNotFound):
        await futures[2]
    assert [await futures[0], await futures[3]] == ["A", "B"]
    assert engine.rows == [(7, "blocker"), (7, "a"), (7, "b")]
    assert await gate.submit(keep, 7, "after") == "AFTER"


async def test_an_error_at_the_commit_fails_its_culprit_alone(opened: Opened) -> None:
    engine = MemoryEngine()
    gate = opened(engine)
    held = Held(engine)
    hold = engine.before_commit

    def before_commit(rows: list[tuple[int, str]]) -> None:
        hold(rows)
        if (7, "culprit") in rows:
            raise StorageRefused("culprit")

    engine.before_commit = before_commit
    futures = await submit_together(gate, held, ["a", "culprit", "b"])
    with pytest.raises(StorageRefused):
        await futures[1]
    assert [await futures[0], await futures[2]] == ["A", "B"]
    assert engine.rows == [(7, "blocker"), (7, "a"), (7, "b")]


async def test_a_service_that_gives_too_few_outcomes_fails_and_blocks_nobody(opened: Opened) -> None:
    def careless(tx: Tx, account_id: int, items: Sequence[str]) -> list[str | DomainError]:
        return keep(tx, account_id, items)[1:]

    engine = MemoryEngine()
    gate = opened(engine)
    with pytest.raises(ValueError, match="shorter"):
        await gate.submit(careless, 7, "a")
    assert await gate.submit(keep, 7, "b") == "B"


# The database is away, or was somewhere else.


@pytest.mark.parametrize("failure", ["down", "broken"])
async def test_a_database_that_is_away_fails_the_whole_batch_once(opened: Opened, failure: str) -> None:
    engine = MemoryEngine()
    gate = opened(engine)
    calls: list[Sequence[str]] = []

    def counting(tx: Tx, account_id: int, items: Sequence[str]) -> list[str | DomainError]:
        calls.append(items)
        return keep(tx, account_id, items)

    held = Held(engine)
    blocker = gate.submit(keep, 7, "blocker")
    await held.arrival()
    futures = [gate.submit(counting, 7, item) for item in ("a", failure, "b")]
    held.let_go(9)
    await blocker
    told = [await outcome_of(future) for future in futures]
    assert [type(one) for one in told] == [type(FAILURES[failure])] * 3
    assert isinstance(told[0], Unavailable) == (failure == "down")
    assert calls == [["a", failure, "b"]]
    assert engine.rows == [(7, "blocker")]
    assert await gate.submit(keep, 7, "after") == "AFTER"


async def test_a_database_that_goes_away_while_a_culprit_is_sought_fails_the_rest_at_once(opened: Opened) -> None:
    engine = MemoryEngine()
    gate = opened(engine)
    futures = await submit_together(gate, Held(engine), ["a", "crash", "b", "down", "c", "d"])
    told = [await outcome_of(future) for future in futures]
    assert [told[0], told[2]] == ["A", "B"]
    assert [type(one) for one in told[3:]] == [StorageUnavailable] * 3
    assert isinstance(told[1], ZeroDivisionError)
    assert engine.rows == [(7, "blocker"), (7, "a"), (7, "b")]


async def test_a_commit_that_may_have_happened_is_not_tried_again(opened: Opened) -> None:
    engine = MemoryEngine()
    gate = opened(engine)

    def before_commit(rows: list[tuple[int, str]]) -> None:
        engine.rows.extend(rows)  # committed, and then the connection was lost
        raise StorageUnavailable

    engine.before_commit = before_commit
    with pytest.raises(Unavailable):
        await gate.submit(keep, 7, "a")
    assert engine.rows == [(7, "a")]


def conflicts(engine: MemoryEngine, times: int) -> None:
    left = [times]

    def before_commit(rows: list[tuple[int, str]]) -> None:
        if left[0]:
            left[0] -= 1
            raise StorageConflict("met")

    engine.before_commit = before_commit


async def test_a_conflict_between_processes_is_tried_again(opened: Opened) -> None:
    engine = MemoryEngine()
    conflicts(engine, CONFLICT_TRIES - 1)
    assert await opened(engine).submit(keep, 7, "a") == "A"
    assert engine.tries == [[(7, "a")]] * CONFLICT_TRIES
    assert engine.rows == [(7, "a")]


async def test_a_conflict_that_does_not_end_is_told(opened: Opened) -> None:
    engine = MemoryEngine()
    conflicts(engine, CONFLICT_TRIES)
    with pytest.raises(StorageConflict):
        await opened(engine).submit(keep, 7, "a")
    assert len(engine.tries) == CONFLICT_TRIES
    assert engine.rows == []


def test_a_conflict_is_tried_again_without_a_gate_too() -> None:
    engine = MemoryEngine()
    conflicts(engine, 2)
    assert commit(cast(Engine, engine), lambda tx: keep(tx, 7, ["a"])) == ["A"]
    assert engine.rows == [(7, "a")]


# Callers that go away.


async def test_a_caller_that_goes_away_harms_nothing(opened: Opened) -> None:
    engine = MemoryEngine()
    held = Held(engine)
    gate = opened(engine)
    futures = [gate.submit(keep, 7, "first")]
    await held.arrival()
    futures += [gate.submit(keep, 7, item) for item in "abc"]
    for gone in (futures[0], futures[2]):
        gone.cancel()
    held.let_go(9)
    assert [await futures[1], await futures[3]] == ["A", "C"]
    assert [item for _, item in engine.rows] == ["first", "a", "b", "c"]
    assert gate.waiting == 0
    assert await gate.submit(keep, 7, "after") == "AFTER"


# On the real engines.


class HeldWrites:
    """A real engine whose transactions wait before their commit while a test holds them."""

    def __init__(self, engine: Engine) -> None:
        self.name = engine.name
        self.writers = engine.writers
        self.one_account_per_batch = engine.one_account_per_batch
        self.arrived: queue.Queue[None] = queue.Queue()
        self.released = threading.Event()
        self._engine = engine

    def write(self, work: Work[T]) -> T:
        """Run work, and commit when the test lets it."""

        def held(tx: Tx) -> T:
            result = work(tx)
            self.arrived.put(None)
            assert self.released.wait(WAIT_S)
            return result

        return self._engine.write(held)


async def test_an_acknowledged_contact_is_committed(opened: Opened, engine: Engine, account: Account) -> None:
    holding = HeldWrites(engine)
    gate = opened(holding)
    future = gate.submit(save_contacts, account.id, saving("2065551234"))
    await asyncio.to_thread(holding.arrived.get, timeout=WAIT_S)
    assert not future.done()
    assert look(engine, "SELECT * FROM contact") == []
    holding.released.set()
    outcome = await future
    assert outcome.kind is SaveKind.CREATED
    assert look(engine, "SELECT id FROM contact") == [(outcome.contact.id,)]


async def test_many_clients_share_few_commits_and_every_answer_is_right(
    opened: Opened, engine: Engine, account: Account
) -> None:
    other = add_account(engine, "Other").id
    gate = opened(engine)

    async def client(number: int) -> list[Saved]:
        account_id = account.id if number % 4 else other
        saved = []
        for turn in range(5):
            phone = f"20655512{turn}{number // 2:02}"
            saved.append(await gate.submit(save_contacts, account_id, saving(phone, first_name=f"{number}.{turn}")))
        return saved

    told = await asyncio.gather(*(client(number) for number in range(40)))
    for number, saved in enumerate(told):
        assert [one.contact.first_name for one in saved] == [f"{number}.{turn}" for turn in range(5)]
    kinds = Counter(one.kind for saved in told for one in saved)
    assert kinds[SaveKind.CREATED] == len(look(engine, "SELECT * FROM contact"))
    assert sum(kinds.values()) == gate.members == 200
    assert gate.batches < gate.members
    check_book(engine, account.id)
    check_book(engine, other)


async def test_a_statement_that_the_database_refuses_fails_its_culprit_alone(
    opened: Opened, engine: Engine, account: Account
) -> None:
    def risky(tx: Tx, account_id: int, items: Sequence[int | None]) -> list[int | DomainError | None]:
        for item in items:
            tx.run("insert_line_address", address=str(item), account_id=account_id, line_id=item)
        return list(items)

    gate = opened(engine)
    items = [1, 2, None, 3]
    told = await asyncio.gather(*(gate.submit(risky, account.id, item) for item in items), return_exceptions=True)
    assert [one for one in told if not isinstance(one, StorageRefused)] == [1, 2, 3]
    assert isinstance(told[2], StorageRefused)
    assert look(engine, "SELECT line_id FROM line_address ORDER BY line_id") == [(1,), (2,), (3,)]
