"""What may be opened, what is refused and with which words, and that a migration happens once and whole."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import apsw
import psycopg
import pytest

from linebook.core.imports import ImportState
from linebook.errors import StorageUnavailable, StorageUnusable
from linebook.services.kept_imports import get_import, rejects_after
from linebook.storage.base import Engine
from linebook.storage.migrations import MIGRATIONS_DIR, migrations
from linebook.storage.postgres import PostgresEngine
from linebook.storage.sqlite import APPLICATION_ID, SqliteEngine
from linebook.storage.store import open_engine
from tests.kit.builders import add_account, save
from tests.kit.clock import TestClock
from tests.kit.invariants import check_book
from tests.kit.postgres import PostgresCluster
from tests.kit.raw import connected, look

NEWEST = len(migrations("sqlite"))
PROCESSES = 2
DATABASES = 3


@pytest.fixture
def blank_url(request: pytest.FixtureRequest, engine_name: str, tmp_path: Path) -> str:
    """The URL of a database that nobody has touched, on each engine."""
    if engine_name == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    make: Callable[[str | None], str] = request.getfixturevalue("new_database")
    return make(None)


@pytest.fixture
def opened() -> Iterator[Callable[[str], Engine]]:
    """Gives engines that are closed after the test."""
    engines: list[Engine] = []

    def opened(url: str) -> Engine:
        engines.append(open_engine(url, TestClock()))
        return engines[-1]

    yield opened
    for engine in engines:
        engine.close()


def contents(path: Path) -> dict[str, bytes]:
    """Everything in a folder."""
    return {file.name: file.read_bytes() for file in path.iterdir()}


# What SQLite file is refused.


def test_a_file_with_other_tables_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with closing(apsw.Connection(str(path))) as file:
        file.execute("CREATE TABLE contact (name); INSERT INTO contact VALUES ('Ada')")
    before = contents(tmp_path)
    engine = SqliteEngine(path)
    with pytest.raises(StorageUnusable, match=r"not linebook's.*LINEBOOK_DATABASE"):
        engine.migrate()
    engine.close()
    assert contents(tmp_path) == before


def test_an_empty_file_that_another_program_marked_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with closing(apsw.Connection(str(path))) as file:
        file.execute("PRAGMA user_version = 3")
    before = contents(tmp_path)
    with pytest.raises(StorageUnusable, match="not linebook's"):
        SqliteEngine(path).migrate()
    assert contents(tmp_path) == before


def test_a_file_of_a_newer_linebook_is_refused_and_keeps_its_version(sqlite_path: Path) -> None:
    with closing(apsw.Connection(str(sqlite_path))) as file:
        file.execute(f"PRAGMA user_version = {NEWEST + 1}")
    with pytest.raises(StorageUnusable, match=f"schema {NEWEST + 1}.*start the newer linebook, or restore"):
        SqliteEngine(sqlite_path).migrate()
    with closing(apsw.Connection(str(sqlite_path))) as file:
        assert file.pragma("user_version") == NEWEST + 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"Dear diary, " * 1000,
        lambda whole: whole[:100] + b"\xff" * (len(whole) - 100),
        lambda whole: b"\x00" * len(whole),
        lambda whole: whole[: len(whole) // 2],
    ],
    ids=["text", "garbled", "zeros", "cut"],
)
def test_a_file_that_is_no_database_or_damaged_is_refused(sqlite_path: Path, damage: Callable[[bytes], bytes]) -> None:
    sqlite_path.write_bytes(damage(sqlite_path.read_bytes()))
    before = sqlite_path.read_bytes()
    with pytest.raises(StorageUnusable, match="damaged or is not a database: restore it from a backup"):
        SqliteEngine(sqlite_path).migrate()
    assert sqlite_path.read_bytes() == before


@pytest.mark.parametrize("place", ["missing/linebook.db", "."])
def test_a_missing_folder_and_a_folder_are_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(StorageUnusable, match="cannot be opened: does its folder exist"):
        SqliteEngine(tmp_path / place).migrate()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "PRAGMA locking_mode = exclusive; BEGIN IMMEDIATE"])
def test_a_file_that_another_process_holds_is_unavailable(sqlite_path: Path, lock: str) -> None:
    engine = SqliteEngine(sqlite_path, busy_timeout_s=0.01)
    with closing(apsw.Connection(str(sqlite_path))) as other:
        other.execute(lock).fetchall()
        with pytest.raises(StorageUnavailable, match="locked by another process: end that process, or try again"):
            engine.migrate()
    assert engine.migrate() == NEWEST
    engine.close()


# What PostgreSQL database is refused.


def test_a_database_with_other_tables_is_refused_and_left_as_it_is(
    new_database: Callable[[str | None], str], opened: Callable[[str], Engine]
) -> None:
    engine = opened(new_database(None))
    with connected(engine) as execute:
        execute("CREATE TABLE contact (name text)")
    with pytest.raises(StorageUnusable, match=r"not linebook's.*LINEBOOK_DATABASE"):
        engine.migrate()
    assert look(engine, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'") == [("contact",)]


def test_a_database_with_a_schema_version_of_another_program_is_refused(
    new_database: Callable[[str | None], str], opened: Callable[[str], Engine]
) -> None:
    engine = opened(new_database(None))
    with connected(engine) as execute:
        execute("CREATE TABLE schema_version AS SELECT 1 AS version")
    with pytest.raises(StorageUnusable, match="not linebook's"):
        engine.migrate()


def test_a_database_of_a_newer_linebook_is_refused(
    new_database: Callable[[str | None], str], postgres_template: str, opened: Callable[[str], Engine]
) -> None:
    engine = opened(new_database(postgres_template))
    with connected(engine) as execute:
        execute(f"INSERT INTO schema_version VALUES ({NEWEST + 1})")
    with pytest.raises(StorageUnusable, match=f"schema {NEWEST + 1}.*start the newer linebook, or restore"):
        engine.migrate()


def test_a_database_that_does_not_exist_is_refused(postgres: PostgresCluster) -> None:
    with pytest.raises(StorageUnusable, match=r"database nowhere on .* does not exist: create it"):
        PostgresEngine(postgres.url("nowhere")).migrate()


def test_a_database_in_another_encoding_is_refused(postgres: PostgresCluster) -> None:
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as server:
        server.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(StorageUnusable, match="encoded in LATIN1: create one with ENCODING 'UTF8'"):
        PostgresEngine(postgres.url("latin")).migrate()
    postgres.drop_database("latin")


@pytest.fixture
def trusting(postgres: PostgresCluster) -> PostgresCluster:
    """A server that asks nobody for a password, as our own does."""
    if postgres.is_external:
        pytest.skip("an existing server may ask for passwords")
    return postgres


def test_an_unknown_user_is_told_what_the_server_says(trusting: PostgresCluster) -> None:
    url = psycopg.conninfo.make_conninfo(trusting.url("postgres"), user="nobody_here")
    with pytest.raises(StorageUnavailable, match=r'is the server running.*role "nobody_here" does not exist'):
        PostgresEngine(url).migrate()


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(StorageUnavailable, match="is the server running, and does LINEBOOK_DATABASE name it"):
        PostgresEngine("postgresql://postgres@127.0.0.1:1/linebook").migrate()


def test_a_user_without_rights_is_refused(trusting: PostgresCluster, new_database: Callable[[str | None], str]) -> None:
    url = new_database(None)
    with psycopg.connect(trusting.url("postgres"), autocommit=True) as server:
        server.execute("DROP ROLE IF EXISTS guest")
        server.execute("CREATE ROLE guest LOGIN")
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("REVOKE CREATE ON SCHEMA public FROM public")
    with pytest.raises(StorageUnusable, match="lacks the right"):
        PostgresEngine(psycopg.conninfo.make_conninfo(url, user="guest")).migrate()


# What is opened.


def test_a_new_database_is_made_once_and_opened_ever_after(blank_url: str, opened: Callable[[str], Engine]) -> None:
    first = opened(blank_url)
    assert first.migrate() == NEWEST
    assert first.directory_version == 1
    add_account(first, account_id=7)
    save(first, 7, "2065551234")
    assert first.migrate() == NEWEST
    first.close()
    again = opened(blank_url)
    assert again.migrate() == NEWEST
    assert again.directory_version == 2
    check_book(again, 7)
    assert look(again, "SELECT count(*) FROM contact") == [(1,)]


def test_a_new_database_holds_nothing_of_an_account(blank_url: str, opened: Callable[[str], Engine]) -> None:
    engine = opened(blank_url)
    engine.migrate()
    for table in ("account", "contact", "history", "consent_entry", "credential", "account_clock"):
        assert look(engine, f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_new_sqlite_file_is_marked_as_ours(tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path / "new.db")
    engine.migrate()
    assert look(engine, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert look(engine, "PRAGMA user_version") == [(NEWEST,)]
    engine.close()


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    (tmp_path / "new.db").touch()
    engine = SqliteEngine(tmp_path / "new.db")
    assert engine.migrate() == NEWEST
    engine.close()


def migrate_in_step(barrier: Barrier, urls: list[str]) -> None:
    """Migrate each database at the same moment as the other processes do."""
    for url in urls:
        engine = open_engine(url)
        barrier.wait(120)
        assert engine.migrate() == NEWEST
        engine.close()


def test_processes_that_start_at_once_migrate_once(
    request: pytest.FixtureRequest, engine_name: str, tmp_path: Path, opened: Callable[[str], Engine]
) -> None:
    if engine_name == "sqlite":
        urls = [f"sqlite:///{tmp_path / str(number)}.db" for number in range(DATABASES)]
    else:
        urls = [request.getfixturevalue("new_database")(None) for _ in range(DATABASES)]
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(PROCESSES)
    processes = [context.Process(target=migrate_in_step, args=(barrier, urls)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    for url in urls:
        engine = opened(url)
        assert engine.migrate() == NEWEST
        assert look(engine, "SELECT version FROM directory_version") == [(1,)]
        if engine_name == "postgres":
            rows = look(engine, "SELECT version FROM schema_version ORDER BY version")
            assert rows == [(version,) for version in range(1, NEWEST + 1)]


# The next migration.


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine_name: str) -> Path:
    """The folder of the engine's migrations, to which a test may add."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS_DIR, folder)
    monkeypatch.setattr("linebook.storage.migrations.MIGRATIONS_DIR", folder)
    return folder / engine_name


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    blank_url: str, opened: Callable[[str], Engine], steps: Path
) -> None:
    engine = opened(blank_url)
    engine.migrate()
    add_account(engine, account_id=7)
    (steps / f"{NEWEST + 1:04}_good.sql").write_text("CREATE TABLE extra (account_id bigint NOT NULL);")
    (steps / f"{NEWEST + 2:04}_bad.sql").write_text("INSERT INTO extra VALUES (1); SELECT nonsense FROM nowhere;")
    with pytest.raises((apsw.SQLError, psycopg.errors.UndefinedTable), match="nowhere"):
        engine.migrate()
    (steps / f"{NEWEST + 2:04}_bad.sql").unlink()
    assert engine.migrate() == NEWEST + 1
    assert look(engine, "SELECT * FROM extra") == []
    assert look(engine, "SELECT id FROM account") == [(7,)]


def test_what_was_kept_of_imports_before_they_were_staged_is_an_import(
    blank_url: str, opened: Callable[[str], Engine], steps: Path
) -> None:
    later = {path: path.read_bytes() for path in steps.iterdir() if int(path.name[:4]) >= 5}
    for path in later:
        path.unlink()
    old = opened(blank_url)
    old.migrate()
    with connected(old) as execute:
        execute(
            "INSERT INTO import_report (account_id, id, created, updated, skipped, failed, errors, at_ms, door) "
            """VALUES (7, 1, 5, 3, 2, 2, '[[4,"bad \u05e9"],[9,"worse"]]', 1700000000000, 'inwise')"""
        )
    for path, content in later.items():
        path.write_bytes(content)
    new = opened(blank_url)
    new.migrate()
    one = new.read(lambda tx: get_import(tx, 7, 1))
    assert (one.records, one.created, one.updated, one.skipped, one.failed) == (12, 5, 3, 2, 2)
    assert (one.state, one.waiting, one.author.door) == (ImportState.DONE, 0, "inwise")
    rejects = new.read(lambda tx: rejects_after(tx, 7, 1))
    assert [(reject.number, reject.reason, reject.cells) for reject in rejects] == [(4, "bad ש", []), (9, "worse", [])]


def test_a_gap_in_the_numbers_is_an_error(blank_url: str, opened: Callable[[str], Engine], steps: Path) -> None:
    engine = opened(blank_url)
    (steps / f"{NEWEST + 2:04}_later.sql").write_text("SELECT 1;")
    with pytest.raises(ValueError, match="without a gap"):
        engine.migrate()


def test_both_engines_have_the_same_migrations() -> None:
    assert [step.name for step in migrations("sqlite")] == [step.name for step in migrations("postgres")]
