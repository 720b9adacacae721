"""What `base.py` promises of an engine: snapshots, undoing, durability, the errors, and life after a lost database."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import apsw
import psycopg
import pytest

from linebook.core.account import Account
from linebook.errors import (
    ContactNotFound,
    LinebookError,
    StorageConflict,
    StorageRefused,
    StorageUnavailable,
    StorageUnusable,
)
from linebook.services.contact_reads import count_contacts
from linebook.storage import postgres as postgres_engine
from linebook.storage import sqlite as sqlite_engine
from linebook.storage.base import Engine, Tx
from linebook.storage.postgres import PostgresEngine
from linebook.storage.sqlite import SqliteEngine
from tests.kit.builders import add_account, save
from tests.kit.clock import TestClock, seeded_ids
from tests.kit.invariants import check_book
from tests.kit.postgres import PostgresCluster
from tests.kit.raw import connected, cut_off, look

WAIT_S = 60
READERS = 4

Method = Callable[[Tx], object]

TAG = {"account_id": 7, "tag_id": 1, "contact_id": 1}
METHODS: dict[str, Method] = {
    "all": lambda tx: tx.all("contacts_by_phone", account_id=7, keys=["+12065551234"]),
    "all_of": lambda tx: tx.all_of([("contacts_by_phone", {"account_id": 7, "keys": ["+12065551234"]})]),
    "one": lambda tx: tx.one("account_by_id", id=7),
    "run": lambda tx: tx.run("insert_line_address", address="+15556661234", account_id=7, line_id=1),
    "run_many": lambda tx: tx.run_many("insert_contact_tags", [TAG]),
    "bump_directory": lambda tx: tx.bump_directory(),
}
WRITING = ("run", "run_many", "bump_directory")

each_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


def add_tag(tx: Tx, number: int = 1) -> None:
    tx.run_many("insert_contact_tags", [TAG | {"tag_id": number}])


def tags(engine: Engine) -> list[int]:
    """The tags that are committed, as another connection sees them."""
    return [tag for (tag,) in look(engine, "SELECT tag_id FROM contact_tag WHERE account_id = 7 ORDER BY tag_id")]


def other_engine(engine: Engine) -> Engine:
    """A second engine on the same database, as another process has one."""
    if isinstance(engine, SqliteEngine):
        return SqliteEngine(engine.path)
    assert isinstance(engine, PostgresEngine)
    return PostgresEngine(engine._conninfo)


# Transactions.


@pytest.mark.parametrize("name", WRITING)
def test_a_read_cannot_write(engine: Engine, name: str) -> None:
    with pytest.raises(LinebookError):
        engine.read(METHODS[name])
    for table in ("line_address", "contact_tag"):
        assert look(engine, f"SELECT * FROM {table}") == []
    assert look(engine, "SELECT version FROM directory_version") == [(1,)]
    assert engine.directory_version == 0
    engine.write(METHODS[name])


@pytest.mark.parametrize("error", [ContactNotFound(), ValueError("no"), KeyboardInterrupt()], ids=repr)
def test_a_write_is_undone_when_its_work_raises(engine: Engine, error: BaseException) -> None:
    def work(tx: Tx) -> None:
        for method in METHODS.values():
            method(tx)
        raise error

    with pytest.raises(type(error)) as raised:
        engine.write(work)
    assert raised.value is error
    assert tags(engine) == []
    assert look(engine, "SELECT version FROM directory_version") == [(1,)]
    assert engine.directory_version == 0
    engine.write(add_tag)
    assert tags(engine) == [1]


def test_a_read_whose_work_raises_harms_nothing(engine: Engine) -> None:
    def work(tx: Tx) -> None:
        tx.one("account_by_id", id=7)
        raise ContactNotFound

    with pytest.raises(ContactNotFound):
        engine.read(work)
    assert engine.read(lambda tx: tx.one("directory_version")) == (1,)


def test_what_was_written_is_there_for_everybody_when_the_write_returns(engine: Engine) -> None:
    def work(tx: Tx) -> str:
        add_tag(tx)
        assert tags(engine) == []
        return "result"

    assert engine.write(work) == "result"
    assert tags(engine) == [1]
    with closing(other_engine(engine)) as other:
        assert other.read(lambda tx: tx.all("contacts_of_tag", account_id=7, tag_id=1, after_id=0, limit=9)) == []


def test_a_transaction_sees_what_it_wrote(engine: Engine, account: Account) -> None:
    def work(tx: Tx) -> object:
        tx.run("insert_line_address", address="+15556661234", account_id=account.id, line_id=3)
        return tx.one("line_address", address="+15556661234")

    assert engine.write(work) == ("+15556661234", account.id, 3)


def test_queries_asked_in_one_go_are_answered_in_their_order(engine: Engine, account: Account) -> None:
    first, second = save(engine, account.id, "2065550001"), save(engine, account.id, "2065550002")

    def keyed(*ids: int) -> dict[str, object]:
        return {"account_id": account.id, "keys": list(ids)}

    def ask(tx: Tx) -> list[list[int]]:
        asks = [("contacts_by_id", keyed(second.id)), ("contacts_by_id", keyed(5)), ("contacts_by_id", keyed(first.id))]
        return [[row[1] for row in found] for found in tx.all_of(asks)]

    assert engine.read(ask) == engine.write(ask) == [[second.id], [], [first.id]]
    assert engine.read(lambda tx: tx.all_of([])) == []


def test_a_read_sees_one_snapshot_while_others_commit(engine: Engine) -> None:
    def version(tx: Tx) -> int:
        row = tx.one("directory_version")
        assert row is not None
        return int(row[0])

    def work(tx: Tx) -> tuple[int, int]:
        before = version(tx)
        with ThreadPoolExecutor() as writer:
            writer.submit(engine.write, lambda inner: inner.bump_directory()).result(WAIT_S)
        return before, version(tx)

    assert engine.read(work) == (1, 1)
    assert engine.read(version) == 2


def test_the_time_and_the_ids_are_those_that_were_given(engine: Engine, clock: TestClock) -> None:
    moved = clock.advance(5)
    uuids = engine.write(lambda tx: (tx.now_ms, tx.ids.uuid7(tx.now_ms)))
    assert uuids == (moved, seeded_ids().uuid7(moved))
    clock.advance(1)
    assert engine.read(lambda tx: tx.now_ms) == moved + 1


def test_no_rows_is_no_statement(engine: Engine) -> None:
    engine.write(lambda tx: tx.run_many("insert_contact_tags", []))
    assert engine.write(lambda tx: tx.all("contacts_by_id", account_id=7, keys=[])) == []
    assert tags(engine) == []


# The version of what processes keep in memory.


def test_a_new_version_counts_from_the_commit_on(engine: Engine) -> None:
    def work(tx: Tx) -> int:
        tx.bump_directory()
        return engine.directory_version

    assert engine.write(work) == 0
    assert engine.directory_version == 2


def test_the_version_of_another_process_is_seen_on_refresh(engine: Engine) -> None:
    with closing(other_engine(engine)) as other:
        other.write(lambda tx: tx.bump_directory())
        assert engine.directory_version == 0
        engine.refresh()
        assert engine.directory_version == other.directory_version == 2


# Errors.


@pytest.mark.parametrize("is_last", [True, False], ids=["last", "not-last"])
@pytest.mark.parametrize("name", ["run", "run_many"])
def test_a_statement_refused_for_what_it_holds_is_told_and_undone(engine: Engine, name: str, is_last: bool) -> None:
    def work(tx: Tx) -> None:
        add_tag(tx)
        if name == "run":
            tx.run("insert_line_address", address="+15556661234", account_id=None, line_id=1)
        else:
            tx.run_many("insert_contact_tags", [TAG | {"tag_id": None}])
        if not is_last:
            tx.bump_directory()

    with pytest.raises(StorageRefused):
        engine.write(work)
    assert tags(engine) == []
    engine.write(add_tag)
    assert tags(engine) == [1]


@pytest.mark.parametrize(
    "method",
    [
        lambda tx: tx.all("contacts_by_uuid", account_id=7, keys=["\ud800"]),
        lambda tx: tx.one("account_by_name", name="\ud800"),
        lambda tx: tx.run("insert_line_address", address="\ud800", account_id=7, line_id=1),
        lambda tx: tx.run("insert_line_address", address="a", account_id=7, line_id=2**70),
        lambda tx: tx.run_many("insert_contact_tags", [TAG | {"tag_id": "\ud800"}]),
        lambda tx: tx.run_many("insert_contact_tags", [TAG | {"tag_id": 2**70}]),
    ],
    ids=["surrogate-all", "surrogate-one", "surrogate-run", "huge-run", "surrogate-run_many", "huge-run_many"],
)
def test_a_value_without_a_form_in_the_database_is_refused(engine: Engine, method: Method) -> None:
    with pytest.raises(StorageRefused):
        engine.write(method)
    engine.write(add_tag)
    assert tags(engine) == [1]


def test_a_key_that_is_taken_is_a_conflict_where_processes_meet(engine: Engine) -> None:
    engine.write(add_tag)
    with pytest.raises(StorageConflict if engine.name == "postgres" else StorageRefused):
        engine.write(add_tag)
    assert tags(engine) == [1]


def test_a_text_too_long_for_an_index_is_the_fault_of_its_statement(postgres_url: str) -> None:
    with closing(PostgresEngine(postgres_url)) as engine:
        wide = "".join(map(chr, range(0x4E00, 0x9000)))
        with pytest.raises(StorageRefused):
            engine.write(lambda tx: tx.run("insert_line_address", address=wide, account_id=7, line_id=1))


def test_a_programming_error_is_not_wrapped(engine: Engine) -> None:
    with pytest.raises(KeyError):
        engine.read(lambda tx: tx.one("no_such_statement"))
    with pytest.raises((KeyError, psycopg.ProgrammingError)):
        engine.write(lambda tx: tx.one("account_by_id"))
    assert engine.read(lambda tx: tx.one("directory_version")) == (1,)


def test_work_that_hides_a_failed_statement_is_not_taken_for_written(postgres_url: str) -> None:
    def work(tx: Tx) -> None:
        add_tag(tx)
        try:
            tx.all("contacts_by_id", account_id=7, keys=["x"])
        except psycopg.Error:
            return
        raise AssertionError("the statement was to fail")

    with closing(PostgresEngine(postgres_url)) as engine:
        with pytest.raises(RuntimeError, match="the work went on"):
            engine.write(work)
        assert tags(engine) == []
        engine.write(add_tag)


# Threads.


def test_reads_run_beside_each_other(engine: Engine) -> None:
    together = threading.Barrier(READERS)

    def work(tx: Tx) -> object:
        tx.one("directory_version")
        together.wait(WAIT_S)
        return tx.one("directory_version")

    with ThreadPoolExecutor(READERS) as threads:
        futures = [threads.submit(engine.read, work) for _ in range(READERS)]
    assert [future.result() for future in futures] == [(1,)] * READERS


def test_reads_run_beside_a_write(engine: Engine) -> None:
    def work(tx: Tx) -> object:
        tx.bump_directory()
        with ThreadPoolExecutor() as reader:
            return reader.submit(engine.read, lambda inner: inner.one("directory_version")).result(WAIT_S)

    assert engine.write(work) == (1,)


def test_writes_of_accounts_run_side_by_side_where_the_engine_says_so(postgres_url: str) -> None:
    together = threading.Barrier(2)

    def work(tx: Tx) -> None:
        add_tag(tx, threading.get_ident())
        together.wait(WAIT_S)

    with closing(PostgresEngine(postgres_url)) as engine:
        with ThreadPoolExecutor(2) as threads:
            for future in [threads.submit(engine.write, work) for _ in range(2)]:
                future.result()
        assert len(tags(engine)) == 2


def test_writes_of_one_file_come_one_at_a_time(sqlite_path: Path) -> None:
    inside = threading.Lock()

    def work(tx: Tx) -> None:
        assert inside.acquire(blocking=False)
        add_tag(tx, len(tx.all("contacts_of_tag", account_id=7, tag_id=1, after_id=0, limit=1)) + threading.get_ident())
        inside.release()

    with closing(SqliteEngine(sqlite_path)) as engine:
        with ThreadPoolExecutor(4) as threads:
            futures = [threads.submit(engine.write, work) for _ in range(4)]
        assert [future.exception() for future in futures].count(None) == len(tags(engine))


def test_no_more_connections_are_kept_than_will_be_used(postgres_url: str) -> None:
    many = 2 * postgres_engine.IDLE_CONNECTIONS
    together = threading.Barrier(many)

    def work(tx: Tx) -> None:
        tx.one("directory_version")
        together.wait(WAIT_S)

    with closing(PostgresEngine(postgres_url)) as engine:
        with ThreadPoolExecutor(many) as threads:
            for future in [threads.submit(engine.read, work) for _ in range(many)]:
                future.result()
        assert len(engine._idle) == postgres_engine.IDLE_CONNECTIONS


def test_an_engine_may_be_closed_twice_and_used_again(engine: Engine) -> None:
    engine.read(lambda tx: tx.one("directory_version"))
    engine.close()
    engine.close()
    engine.write(add_tag)
    assert engine.read(lambda tx: tx.one("directory_version")) == (1,)
    assert tags(engine) == [1]


def test_plans_are_made_anew_when_they_are_old(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_engine, "PLANS_MAX_AGE_S", -1.0)
    with closing(PostgresEngine(postgres_url)) as engine:
        for number in range(12):  # the driver prepares a statement that it sees for the sixth time
            engine.write(partial(add_tag, number=number))
            assert engine.read(lambda tx: tx.one("directory_version")) == (1,)
        assert tags(engine) == list(range(12))


# A SQLite file that is locked, moved or replaced.


@contextmanager
def locked_for_all(path: Path) -> Iterator[None]:
    """Hold a file so that nobody else can even read it."""
    with closing(apsw.Connection(str(path))) as other:
        other.execute("PRAGMA locking_mode = exclusive; BEGIN IMMEDIATE; COMMIT").fetchall()
        yield


@each_method
def test_no_method_gets_into_a_locked_file(sqlite_path: Path, method: Method) -> None:
    engine = SqliteEngine(sqlite_path, busy_timeout_s=0.01)
    with locked_for_all(sqlite_path):
        with pytest.raises(StorageUnavailable, match="locked by another process"):
            engine.read(method)
        with pytest.raises(StorageUnavailable, match="locked by another process"):
            engine.write(method)
    engine.write(method)
    engine.close()


def test_a_write_waits_for_another_process_no_longer_than_it_is_told(sqlite_path: Path) -> None:
    with closing(SqliteEngine(sqlite_path, busy_timeout_s=0.01)) as engine:
        with connected(engine) as execute:
            execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageUnavailable, match="locked"):
                engine.write(add_tag)
            assert engine.read(lambda tx: tx.one("directory_version")) == (1,)
        engine.write(add_tag)
        assert tags(engine) == [1]


def test_a_file_that_is_moved_away_is_unavailable_and_comes_back(sqlite_path: Path, tmp_path: Path) -> None:
    away = tmp_path / "away.db"
    with closing(SqliteEngine(sqlite_path)) as engine:
        engine.write(add_tag)
        engine.read(lambda tx: tx.one("directory_version"))
        sqlite_path.rename(away)
        for attempt in (engine.read, engine.write):
            with pytest.raises(StorageUnavailable, match="missing: it was moved or deleted while in use"):
                attempt(METHODS["one"])
        engine._checkpoint()
        assert not sqlite_path.exists()
        away.rename(sqlite_path)
        engine.write(lambda tx: add_tag(tx, 2))
        assert engine.read(lambda tx: tx.one("directory_version")) == (1,)
        assert tags(engine) == [1, 2]


def test_a_missing_file_is_not_made_by_a_write(tmp_path: Path) -> None:
    with closing(SqliteEngine(tmp_path / "none.db")) as engine:
        for attempt in (engine.read, engine.write):
            with pytest.raises(StorageUnavailable, match="missing"):
                attempt(add_tag)
    assert list(tmp_path.iterdir()) == []


def test_another_file_in_its_place_is_used_when_it_is_ours(
    sqlite_template: Path, sqlite_path: Path, tmp_path: Path
) -> None:
    restored = tmp_path / "restored.db"
    shutil.copyfile(sqlite_template, restored)
    with closing(SqliteEngine(restored)) as engine:
        engine.write(lambda tx: add_tag(tx, 5))
    with closing(SqliteEngine(sqlite_path)) as engine:
        engine.write(add_tag)
        engine.read(lambda tx: tx.one("directory_version"))
        engine.close()  # a restored backup has no log beside it
        restored.replace(sqlite_path)
        page = {"account_id": 7, "tag_id": 5, "after_id": 0, "limit": 1}
        engine.read(lambda tx: tx.all("contacts_of_tag", **page))
        engine.write(lambda tx: add_tag(tx, 6))
        assert tags(engine) == [5, 6]


@pytest.mark.parametrize(("sql", "words"), [("CREATE TABLE t (a)", "not linebook's"), ("", "is empty")])
def test_another_file_in_its_place_is_refused_when_it_is_not_ours(
    sqlite_path: Path, tmp_path: Path, sql: str, words: str
) -> None:
    theirs = tmp_path / "theirs.db"
    theirs.touch()
    with closing(apsw.Connection(str(theirs))) as file:
        file.execute(sql)
    with closing(SqliteEngine(sqlite_path)) as engine:
        engine.write(add_tag)
        engine.read(lambda tx: tx.one("directory_version"))
        theirs.replace(sqlite_path)
        for attempt in (engine.read, engine.write):
            with pytest.raises(StorageUnusable, match=words):
                attempt(METHODS["one"])


# The write-ahead log.


def test_commits_are_synced_to_a_write_ahead_log(sqlite_path: Path) -> None:
    with closing(SqliteEngine(sqlite_path)) as engine:
        engine.write(add_tag)
        assert engine._writer is not None
        assert engine._writer.pragma("journal_mode") == "wal"
        assert engine._writer.pragma("synchronous") == 2  # FULL
        assert engine._writer.pragma("wal_autocheckpoint") == 0
        assert Path(f"{sqlite_path}-wal").stat().st_size > 0
    assert not Path(f"{sqlite_path}-wal").exists()


def write_much(engine: Engine, first: int, count: int) -> None:
    for number in range(first, first + count):
        engine.write(partial(add_tag, number=number))


def log_pages(engine: SqliteEngine) -> int:
    return Path(f"{engine.path}-wal").stat().st_size // 4096


def test_the_log_does_not_grow_without_end(sqlite_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_engine, "CHECKPOINT_PAGES", 1_000_000)
    monkeypatch.setattr(sqlite_engine, "RESTART_PAGES", 20)
    with closing(SqliteEngine(sqlite_path)) as engine:
        write_much(engine, 0, 30)
        bound = log_pages(engine)
        write_much(engine, 30, 200)
        assert log_pages(engine) <= bound <= 60
        assert len(tags(engine)) == 230


def test_a_reader_of_an_old_snapshot_delays_emptying_the_log_and_no_write(
    sqlite_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_engine, "CHECKPOINT_PAGES", 1_000_000)
    monkeypatch.setattr(sqlite_engine, "RESTART_PAGES", 20)
    monkeypatch.setattr(sqlite_engine, "RESTART_WAIT_MS", 1)
    monkeypatch.setattr(sqlite_engine, "RESTART_PAUSE_S", 0.0)

    def work(tx: Tx) -> None:
        tx.one("directory_version")
        write_much(engine, 0, 60)

    with closing(SqliteEngine(sqlite_path)) as engine:
        engine.read(work)
        full = log_pages(engine)
        assert full >= 60
        write_much(engine, 60, 100)
        assert log_pages(engine) == full
        assert len(tags(engine)) == 160


def test_checkpoints_are_taken_beside_the_writer(sqlite_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_engine, "CHECKPOINT_PAGES", 5)
    with closing(SqliteEngine(sqlite_path)) as engine:
        engine.write(lambda tx: tx.run_many("insert_contact_tags", [TAG | {"tag_id": n} for n in range(20_000)]))
        engine._checkpointer.submit(lambda: None).result(WAIT_S)  # one thread: the checkpoint before it is done
        assert sqlite_path.stat().st_size > 20_000 * 4
        assert not engine._checkpoint_is_due.is_set()


def test_housekeeping_that_fails_does_not_undo_a_commit(sqlite_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_engine, "CHECKPOINT_PAGES", 1)
    with closing(SqliteEngine(sqlite_path)) as engine:
        engine._checkpointer.shutdown()  # as it is when the interpreter ends
        engine.write(add_tag)
        assert tags(engine) == [1]


def test_a_checkpoint_that_finds_no_file_makes_none(tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path / "none.db")
    engine._checkpoint()
    assert list(tmp_path.iterdir()) == []


# A PostgreSQL server that goes away and comes back.


@each_method
@pytest.mark.parametrize("kind", ["read", "write"])
def test_no_method_works_on_a_lost_connection(postgres_url: str, method: Method, kind: str) -> None:
    def work(tx: Tx) -> None:
        tx.one("directory_version")
        cut_off(engine)
        method(tx)

    with closing(PostgresEngine(postgres_url)) as engine:
        with pytest.raises(StorageUnavailable):
            (engine.read if kind == "read" else engine.write)(work)
        assert look(engine, "SELECT version FROM directory_version") == [(1,)]
        assert look(engine, "SELECT * FROM line_address") == []
        assert tags(engine) == []
        engine.write(method)


def test_connections_that_died_while_idle_are_replaced_unnoticed(postgres_url: str) -> None:
    together = threading.Barrier(READERS)

    def work(tx: Tx) -> None:
        tx.one("directory_version")
        together.wait(WAIT_S)

    def counting(tx: Tx) -> None:
        calls.append(tx.one("directory_version"))
        add_tag(tx, len(calls))

    with closing(PostgresEngine(postgres_url)) as engine:
        with ThreadPoolExecutor(READERS) as threads:
            for future in [threads.submit(engine.read, work) for _ in range(READERS)]:
                future.result()
        cut_off(engine)
        assert engine.read(lambda tx: tx.one("directory_version")) == (1,)
        cut_off(engine)
        calls: list[object] = []
        engine.write(counting)
        assert tags(engine) == [len(calls)] == [1]


def test_a_write_whose_commit_was_asked_for_is_never_run_again(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    commit = postgres_engine.PostgresTx.commit

    def work(tx: Tx) -> None:
        calls.append(tx)
        add_tag(tx, len(calls))

    def dying(tx: postgres_engine.PostgresTx) -> None:
        if len(calls) == 1:
            cut_off(engine)
        commit(tx)

    with closing(PostgresEngine(postgres_url)) as engine:
        engine.read(lambda tx: tx.one("directory_version"))
        monkeypatch.setattr(postgres_engine.PostgresTx, "commit", dying)
        with pytest.raises(StorageUnavailable):
            engine.write(work)
        assert (len(calls), tags(engine)) == (1, [])


@pytest.fixture
def stoppable(postgres: PostgresCluster) -> Iterator[PostgresCluster]:
    """The server of the session, for a test that stops it."""
    if postgres.is_external:
        pytest.skip("an existing server is not ours to stop")
    yield postgres
    postgres.start()


@pytest.mark.parametrize("immediate", [False, True], ids=["stopped", "crashed"])
def test_a_server_that_comes_back_is_used_again(stoppable: PostgresCluster, postgres_url: str, immediate: bool) -> None:
    with closing(PostgresEngine(postgres_url, clock=TestClock())) as engine:
        add_account(engine, account_id=7)
        save(engine, 7, "2065551234")
        stoppable.stop(immediate=immediate)
        for _ in range(2):
            with pytest.raises(StorageUnavailable, match="cannot be reached: is the server running"):
                engine.read(METHODS["one"])
            with pytest.raises(StorageUnavailable, match="cannot be reached: is the server running"):
                engine.write(METHODS["one"])
        with pytest.raises(StorageUnavailable, match="is the server running"):
            engine.refresh()
        with pytest.raises(StorageUnavailable, match="is the server running, and does LINEBOOK_DATABASE name it"):
            engine.migrate()
        stoppable.start()
        assert engine.read(lambda tx: count_contacts(tx, 7)) == 1
        save(engine, 7, "2065559999")
        check_book(engine, 7)
