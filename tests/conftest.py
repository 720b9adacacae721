"""What every suite may ask for: fresh databases on both engines, a clock that stands still, an account."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import psycopg
import pytest

from linebook.core.account import Account
from linebook.ids import Ids
from linebook.storage.base import Engine
from linebook.storage.postgres import PostgresEngine
from linebook.storage.sqlite import SqliteEngine
from tests.kit.builders import add_account
from tests.kit.clock import TestClock, seeded_ids
from tests.kit.postgres import PostgresCluster

ACCOUNT_ID = 7

# Every commit waits for the disk, thousands of times. What a lost power supply leaves is not for these tests to say
# (`make crash` stays on the disk), so files lie in memory where there is plenty.
IN_MEMORY = Path("/dev/shm")
NEEDED_BYTES = 2_000_000_000
if os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > NEEDED_BYTES:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))

# What each test finds is what the migrations leave behind. Emptying the tables of one database takes a few
# milliseconds, copying a template a fifth of a second.
_CUT_OFF = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid()"
)
_EMPTY = """
DO $$
DECLARE one text;
BEGIN
    FOR one IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename NOT IN ('schema_version', 'directory_version')
    LOOP
        EXECUTE format('DELETE FROM %I', one);
    END LOOP;
    UPDATE directory_version SET version = 1;
END $$
"""


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """A PostgreSQL server, started by the first test that needs one."""
    with PostgresCluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "linebook.db"
    engine = SqliteEngine(path)
    engine.migrate()
    engine.close()
    return path


@pytest.fixture(scope="session")
def postgres_template(new_database: Callable[[str | None], str]) -> str:
    """The name of a migrated PostgreSQL database, to be copied."""
    url = new_database(None)
    engine = PostgresEngine(url)
    engine.migrate()
    engine.close()
    return url.rsplit("/", 1)[1]


@pytest.fixture(scope="session")
def new_database(postgres: PostgresCluster) -> Callable[[str | None], str]:
    """Makes an empty PostgreSQL database, or a copy of a template, and gives its URL."""
    numbers = count(1)
    prefix = f"linebook_test_{secrets.token_hex(4)}"
    return lambda template: postgres.create_database(f"{prefix}_{next(numbers)}", template)


class _SharedDatabase:
    """A database that is emptied for each test, over one connection: opening one costs more than the emptying."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = psycopg.connect(url, autocommit=True)

    def empty(self) -> None:
        try:
            self._connection.execute(_CUT_OFF)
        except psycopg.OperationalError:  # a test before this one cut off everybody
            self._connection.close()
            self._connection = psycopg.connect(self.url, autocommit=True)
            self._connection.execute(_CUT_OFF)
        self._connection.execute(_EMPTY)

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="session")
def shared_database(new_database: Callable[[str | None], str], postgres_template: str) -> Iterator[_SharedDatabase]:
    """The database that `postgres_url` empties for each test."""
    with closing(_SharedDatabase(new_database(postgres_template))) as shared:
        yield shared


@pytest.fixture
def sqlite_path(sqlite_template: Path, tmp_path: Path) -> Path:
    """A migrated SQLite file without a row of ours."""
    path = tmp_path / "linebook.db"
    shutil.copyfile(sqlite_template, path)
    return path


@pytest.fixture
def postgres_url(shared_database: _SharedDatabase) -> str:
    """A migrated PostgreSQL database without a row of ours."""
    shared_database.empty()
    return shared_database.url


@pytest.fixture
def clock() -> TestClock:
    """The time of the hub, which stands still until the test moves it."""
    return TestClock()


@pytest.fixture
def ids() -> Ids:
    """Ids that are the same in every run."""
    return seeded_ids()


@pytest.fixture(params=["sqlite", "postgres"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn; a test that asks for it, or for `engine`, runs on both."""
    return str(request.param)


@pytest.fixture
def engine(request: pytest.FixtureRequest, engine_name: str, clock: TestClock, ids: Ids) -> Iterator[Engine]:
    """An engine on a migrated database without a row of ours."""
    engine: Engine
    if engine_name == "sqlite":
        engine = SqliteEngine(request.getfixturevalue("sqlite_path"), clock=clock, ids=ids, busy_timeout_s=0.05)
    else:
        engine = PostgresEngine(request.getfixturevalue("postgres_url"), clock=clock, ids=ids)
    yield engine
    engine.close()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, engine_name: str) -> str:
    """The URL of the database that `engine` is on."""
    if engine_name == "sqlite":
        return f"sqlite:///{request.getfixturevalue('sqlite_path')}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def account(engine: Engine) -> Account:
    """An account in the US, with an id of its own choice."""
    return add_account(engine, "Acme", ACCOUNT_ID)
