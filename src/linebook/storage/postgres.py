"""PostgreSQL through psycopg: a connection per writing thread, a pool for readers, statements sent in pipelines."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar, cast

import msgspec
import psycopg
from psycopg import conninfo
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout

from linebook.clock import Clock, system_clock
from linebook.errors import (
    StorageConflict,
    StorageRefused,
    StorageUnavailable,
    StorageUnusable,
)
from linebook.ids import Ids
from linebook.storage.base import Row, Work
from linebook.storage.migrations import foreign, steps_after
from linebook.storage.queries import load_queries

MINIMUM_VERSION: Final = 150_000
MIGRATION_LOCK: Final = 0x6C626F6B
READERS: Final = 4
WRITERS: Final = 4

# Every statement is written as look-ups by key. Without statistics (a fresh database) the planner would join by hash and
# read whole accounts for it, so the other joins are switched off for our connections.
SESSION: Final = (
    "-c synchronous_commit=on -c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off -c random_page_cost=1.1 "
    "-c jit=off -c timezone=UTC -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000 "
    "-c plan_cache_mode=force_generic_plan"
)

T = TypeVar("T")
Connection = psycopg.Connection[TupleRow]


def _translated(error: psycopg.Error | PoolTimeout, place: str) -> Exception:
    match error:
        case psycopg.errors.SerializationFailure() | psycopg.errors.DeadlockDetected() | psycopg.errors.UniqueViolation():
            return StorageConflict(str(error))
        case psycopg.errors.LockNotAvailable() | psycopg.errors.DiskFull() | psycopg.errors.TooManyConnections():
            return StorageUnavailable(f"{place} cannot serve this now: {type(error).__name__}.")
        case psycopg.errors.ReadOnlySqlTransaction():
            return StorageUnavailable(f"{place} is read-only now (a standby, or a server being repaired).")
        case psycopg.errors.InvalidCatalogName():
            return StorageUnusable(f"{place} does not exist: create it (createdb) or name another.")
        case psycopg.errors.InvalidPassword() | psycopg.errors.InvalidAuthorizationSpecification():
            return StorageUnusable(f"{place} refuses the user or the password.")
        case psycopg.errors.InsufficientPrivilege():
            return StorageUnusable(f"{place}: this user lacks the right to do that: {error}")
        case psycopg.DataError() | psycopg.IntegrityError():
            return StorageRefused(str(error))
        case psycopg.OperationalError() | PoolTimeout():
            return StorageUnavailable(f"{place} cannot be reached.")
        case _:
            return error


class PostgresTx:
    """A transaction on one connection. Statements without rows are only queued; a query or the commit sends them."""

    def __init__(self, connection: Connection, queries: Mapping[str, str], now_ms: int, ids: Ids) -> None:
        self._connection = connection
        self._queries = queries
        self.now_ms = now_ms
        self.ids = ids
        self.new_directory_version: int | None = None

    def all(self, name: str, /, **params: object) -> list[Row]:
        """See `Tx`."""
        return self._connection.execute(cast(Any, self._queries[name]), params).fetchall()

    def one(self, name: str, /, **params: object) -> Row | None:
        """See `Tx`."""
        return self._connection.execute(cast(Any, self._queries[name]), params).fetchone()

    def run(self, name: str, /, **params: object) -> None:
        """See `Tx`."""
        self._connection.execute(cast(Any, self._queries[name]), params)

    def run_many(self, name: str, /, rows: Sequence[Mapping[str, object]]) -> None:
        """See `Tx`."""
        if rows:
            self._connection.execute(cast(Any, self._queries[name]), {"rows": msgspec.json.encode(rows).decode()})

    def bump_directory(self) -> None:
        """See `Tx`."""
        row = self.one("bump_directory_version")
        self.new_directory_version = row[0] if row else None


class PostgresEngine:
    """One PostgreSQL database, shared by any number of processes."""

    name = "postgres"
    writers = WRITERS
    one_account_per_batch = True

    def __init__(
        self, url: str, *, clock: Clock = system_clock, ids: Ids | None = None, connect_timeout_s: int = 5
    ) -> None:
        self.directory_version = 0
        self._clock = clock
        self._ids = ids or Ids()
        info = conninfo.conninfo_to_dict(url)
        self._place = f"The PostgreSQL database {info.get('dbname') or ''} on {info.get('host') or 'the local socket'}"
        given = f"{info.get('options') or ''} {SESSION}".strip()
        self._conninfo = conninfo.make_conninfo(
            url, connect_timeout=connect_timeout_s, options=given, application_name="linebook"
        )
        self._queries = load_queries("postgres")
        self._local = threading.local()
        self._writers: list[Connection] = []
        self._pool: ConnectionPool[Connection] | None = None
        self._pool_lock = threading.Lock()

    # -- life

    def migrate(self) -> int:
        """See `Engine`."""
        try:
            with psycopg.connect(self._conninfo, autocommit=True) as connection:
                if connection.info.server_version < MINIMUM_VERSION:
                    raise StorageUnusable(
                        f"{self._place} is PostgreSQL {connection.info.server_version // 10000}: 15 or newer is needed."
                    )
                with connection.transaction():
                    return self._migrate(connection)
        except psycopg.Error as error:
            raise _translated(error, self._place) from error

    def _migrate(self, connection: Connection) -> int:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
        found = connection.execute(
            "SELECT to_regclass('schema_version') IS NOT NULL, "
            "EXISTS (SELECT FROM pg_tables WHERE schemaname = current_schema())"
        ).fetchone()
        is_ours, has_tables = found or (False, False)
        if has_tables and not is_ours:
            raise foreign(self._place)
        version = 0
        if is_ours:
            row = connection.execute("SELECT max(version) FROM schema_version").fetchone()
            version = int(row[0] or 0) if row else 0
        else:
            connection.execute("CREATE TABLE schema_version (version integer PRIMARY KEY)")
        steps = steps_after("postgres", version, self._place)
        for step in steps:
            connection.execute(cast(Any, step.sql))
            connection.execute("INSERT INTO schema_version (version) VALUES (%s)", (step.version,))
        row = connection.execute(cast(Any, self._queries["directory_version"])).fetchone()
        self.directory_version = row[0] if row else 0
        return version + len(steps)

    def close(self) -> None:
        """See `Engine`."""
        for connection in self._writers:
            with suppress(psycopg.Error):
                connection.close()
        self._writers.clear()
        with self._pool_lock:
            if self._pool is not None:
                self._pool.close()
                self._pool = None

    # -- transactions

    def read(self, work: Work[T]) -> T:
        """See `Engine`."""
        try:
            try:
                return self._read(work)
            except psycopg.OperationalError:
                # A pooled connection may be older than the server. Reading has no effect, so once more is safe.
                return self._read(work)
        except (psycopg.Error, PoolTimeout) as error:
            raise _translated(error, self._place) from error

    def _read(self, work: Work[T]) -> T:
        with self._readers().connection() as connection:
            try:
                with connection.pipeline():
                    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    result = work(PostgresTx(connection, self._queries, self._clock(), self._ids))
                    connection.execute("COMMIT")
                return result
            except BaseException:
                _roll_back(connection)
                raise

    def write(self, work: Work[T]) -> T:
        """See `Engine`. READ COMMITTED; the account's clock is what orders writers."""
        try:
            connection = self._writer()
            try:
                with connection.pipeline():
                    connection.execute("BEGIN")
                    tx = PostgresTx(connection, self._queries, self._clock(), self._ids)
                    result = work(tx)
                    connection.execute("COMMIT")
            except BaseException as error:
                _roll_back(connection)
                if isinstance(error, psycopg.errors.PipelineAborted):
                    raise StorageUnavailable(f"{self._place} ended the transaction.") from error
                raise
            if tx.new_directory_version is not None:
                self.directory_version = tx.new_directory_version
            return result
        except psycopg.Error as error:
            raise _translated(error, self._place) from error

    def refresh(self) -> None:
        """See `Engine`."""
        row = self.read(lambda tx: tx.one("directory_version"))
        if row is not None:
            self.directory_version = row[0]

    # -- connections

    def _writer(self) -> Connection:
        held: Connection | None = getattr(self._local, "connection", None)
        if held is not None and not held.closed and not held.broken:
            return held
        if held is not None:
            self._writers.remove(held)
        connection = psycopg.connect(self._conninfo, autocommit=True)
        self._local.connection = connection
        self._writers.append(connection)
        return connection

    def _readers(self) -> ConnectionPool[Connection]:
        with self._pool_lock:
            if self._pool is None:
                self._pool = ConnectionPool(
                    self._conninfo,
                    min_size=1,
                    max_size=READERS,
                    timeout=5,
                    configure=_autocommit,
                    open=True,
                )
            return self._pool


def _autocommit(connection: Connection) -> None:
    connection.autocommit = True


def _roll_back(connection: Connection) -> None:
    if connection.closed or connection.broken:
        return
    try:
        connection.execute("ROLLBACK")
    except psycopg.Error:
        connection.close()
