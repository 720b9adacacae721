"""PostgreSQL through psycopg: idle connections are kept for whoever comes next, statements are sent in pipelines."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar, cast

import msgspec
import psycopg
from psycopg import conninfo, pq
from psycopg.rows import TupleRow

from linebook.clock import Clock, system_clock
from linebook.errors import (
    StorageConflict,
    StorageRefused,
    StorageUnavailable,
    StorageUnusable,
)
from linebook.ids import Ids
from linebook.storage.base import Ask, Row, Work, unsendable
from linebook.storage.migrations import foreign, steps_after
from linebook.storage.pipeline import Pipeline, Statement, statements
from linebook.storage.planner import prime
from linebook.storage.queries import load_queries
from linebook.storage.schema import Table, tables_of

MINIMUM_VERSION: Final = 150_000
MIGRATION_LOCK: Final = 0x6C626F6B
WRITERS: Final = 4
IDLE_CONNECTIONS: Final = 2 * WRITERS
"""How many connections are kept open for the next transaction: as many writers and as many readers."""
PLANS_MAX_AGE_S: Final = 5.0
"""How long a connection keeps its plans: one that was made for an empty table must not outlive the first import."""

# Every statement is written as look-ups by key. Without statistics (a fresh database) the planner would join by hash
# and read whole accounts for it, so the other joins are switched off for our connections.
SESSION: Final = (
    "-c synchronous_commit=on -c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off "
    "-c random_page_cost=1.1 -c jit=off -c timezone=UTC -c lock_timeout=10000 "
    "-c idle_in_transaction_session_timeout=60000 -c plan_cache_mode=force_generic_plan"
)

BEGIN_READING: Final = Statement("begin_reading", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
BEGIN_WRITING: Final = Statement("begin_writing", "BEGIN")  # READ COMMITTED: the account's clock orders writers
COMMIT: Final = Statement("commit", "COMMIT")
ROLLBACK: Final = Statement("rollback", "ROLLBACK")
DISCARD_PLANS: Final = Statement("discard_plans", "DISCARD PLANS")

T = TypeVar("T")
Connection = psycopg.Connection[TupleRow]


def _translated(error: psycopg.Error, place: str) -> Exception:
    match error:
        case (
            psycopg.errors.SerializationFailure() | psycopg.errors.DeadlockDetected() | psycopg.errors.UniqueViolation()
        ):
            return StorageConflict(str(error))
        case psycopg.errors.ReadOnlySqlTransaction():
            return StorageUnavailable(f"{place} is read-only now (a standby, or a server being repaired).")
        case psycopg.errors.InsufficientPrivilege() | psycopg.errors.InvalidSchemaName():
            return StorageUnusable(f"{place}: this user lacks the right to do that: {error}")
        case psycopg.errors.DataCorrupted() | psycopg.errors.IndexCorrupted():
            return StorageUnusable(f"{place} is damaged: restore it from a backup.")
        case psycopg.DataError() | psycopg.IntegrityError() | psycopg.errors.ProgramLimitExceeded():
            return StorageRefused(str(error))
        case psycopg.OperationalError() | psycopg.errors.IdleInTransactionSessionTimeout():
            if error.sqlstate is None:
                return _unreachable(place)
            return StorageUnavailable(f"{place} cannot serve this now: {type(error).__name__}.")
        case _:
            return error


def _unreachable(place: str, reason: str = "") -> StorageUnavailable:
    return StorageUnavailable(
        f"{place} cannot be reached: is the server running, and does LINEBOOK_DATABASE name it? {reason}".strip()
    )


class PostgresTx:
    """A transaction on one connection. Statements without rows are only sent; a query or the commit waits for them."""

    def __init__(self, pipeline: Pipeline, queries: Mapping[str, Statement], now_ms: int, ids: Ids) -> None:
        self._pipeline = pipeline
        self._queries = queries
        self._has_failed = False
        self.now_ms = now_ms
        self.ids = ids
        self.new_directory_version: int | None = None

    def all(self, name: str, /, **params: object) -> list[Row]:
        """See `Tx`."""
        self._send(name, params)
        return self._pipeline.rows(self._answers()[-1])

    def one(self, name: str, /, **params: object) -> Row | None:
        """See `Tx`."""
        rows = self.all(name, **params)
        return rows[0] if rows else None

    def all_of(self, asks: Sequence[Ask]) -> list[list[Row]]:
        """See `Tx`."""
        for name, params in asks:
            self._send(name, params)
        answers = self._answers()
        return [self._pipeline.rows(one) for one in answers[len(answers) - len(asks) :]]

    def run(self, name: str, /, **params: object) -> None:
        """See `Tx`."""
        self._send(name, params)

    def run_many(self, name: str, /, rows: Sequence[Mapping[str, object]]) -> None:
        """See `Tx`."""
        if rows:
            try:
                encoded = msgspec.json.encode(rows).decode()
            except (UnicodeEncodeError, OverflowError) as error:
                raise unsendable(error) from error
            self._send(name, {"rows": encoded})
            self._pipeline.start()

    def bump_directory(self) -> None:
        """See `Tx`."""
        row = self.one("bump_directory_version")
        self.new_directory_version = row[0] if row else None

    def begin(self, statement: Statement, *, renews_plans: bool) -> None:
        """Begin; the first query waits for it as well. `renews_plans`: statements are planned anew."""
        self._pipeline.send(statement, {})
        if renews_plans:
            self._pipeline.send(DISCARD_PLANS, {})

    def commit(self) -> None:
        """End the transaction; when this returns, it is durable."""
        self._pipeline.send(COMMIT, {})
        self._answers()

    def roll_back(self) -> None:
        """End the transaction without a trace, whatever became of what was sent; where that fails, by hanging up."""
        try:
            with suppress(psycopg.Error):
                self._pipeline.answers()
            self._pipeline.send(ROLLBACK, {})
            self._pipeline.answers()
        except psycopg.Error:
            self._pipeline.hang_up()

    def _send(self, name: str, params: Mapping[str, object]) -> None:
        try:
            self._pipeline.send(self._queries[name], params)
        except UnicodeEncodeError as error:
            raise unsendable(error) from error

    def _answers(self) -> list[pq.abc.PGresult]:
        if self._has_failed:
            # The server would answer a commit with a rollback, and call it well done.
            raise RuntimeError("the work went on after a statement had failed: nothing was written")
        self._has_failed = True
        answers = self._pipeline.answers()
        self._has_failed = False
        return answers


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
        self._database = str(info.get("dbname") or "")
        self._place = f"The PostgreSQL database {self._database} on {info.get('host') or 'the local socket'}"
        given = f"{info.get('options') or ''} {SESSION}".strip()
        self._conninfo = conninfo.make_conninfo(
            url, connect_timeout=connect_timeout_s, options=given, application_name="linebook"
        )
        self._queries = statements(load_queries("postgres"))
        self._idle: deque[_Held] = deque()

    # -- life

    def migrate(self) -> int:
        """See `Engine`."""
        try:
            connection = self._connect()
        except psycopg.OperationalError as error:
            raise self._diagnosis(error) from error
        try:
            with connection:
                self._refuse_unfit(connection)
                with connection.transaction():
                    return self._migrate(connection)
        except psycopg.Error as error:
            raise _translated(error, self._place) from error

    def _refuse_unfit(self, connection: Connection) -> None:
        if connection.info.server_version < MINIMUM_VERSION:
            raise StorageUnusable(
                f"{self._place} is PostgreSQL {connection.info.server_version // 10000}: 15 or newer is needed."
            )
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise StorageUnusable(
                f"{self._place} is encoded in {encoding}: create one with ENCODING 'UTF8' TEMPLATE template0."
            )

    def _migrate(self, connection: Connection) -> int:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
        found = connection.execute(
            "SELECT to_regclass('schema_version') IS NOT NULL AND to_regclass('directory_version') IS NOT NULL, "
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
        pipeline = Pipeline(connection)
        old_tables = {table.name for table in self._tables(pipeline)}
        for step in steps:
            connection.execute(cast(Any, step.sql))
            connection.execute("INSERT INTO schema_version (version) VALUES (%s)", (step.version,))
        if steps:
            prime(connection, [table for table in self._tables(pipeline) if table.name not in old_tables])
        row = connection.execute("SELECT version FROM directory_version").fetchone()
        self.directory_version = row[0] if row else 0
        return version + len(steps)

    def _tables(self, pipeline: Pipeline) -> list[Table]:
        with pipeline:
            return tables_of(PostgresTx(pipeline, self._queries, self._clock(), self._ids))

    def _diagnosis(self, error: psycopg.OperationalError) -> Exception:
        """Tell why connecting failed at the start. The driver has no code for it, so the server is asked otherwise."""
        for maintenance in ("postgres", "template1"):
            try:
                with psycopg.connect(conninfo.make_conninfo(self._conninfo, dbname=maintenance)) as connection:
                    query = "SELECT FROM pg_database WHERE datname = %s"
                    if connection.execute(query, (self._database,)).fetchone() is None:
                        return StorageUnusable(f"{self._place} does not exist: create it (createdb) or name another.")
                    break
            except psycopg.Error:
                continue
        if error.pgconn is not None and (error.pgconn.needs_password or error.pgconn.used_password):
            return StorageUnusable(f"{self._place} refuses the user or the password: correct LINEBOOK_DATABASE.")
        said = str(error).strip().rsplit("FATAL:", maxsplit=1)
        return _unreachable(self._place, f"The server says: {said[1].strip()}" if len(said) > 1 else "")

    def close(self) -> None:
        """See `Engine`."""
        with suppress(IndexError):
            while True:
                self._idle.pop().connection.close()

    # -- transactions

    def read(self, work: Work[T]) -> T:
        """See `Engine`."""
        return self._transact(BEGIN_READING, work)[0]

    def write(self, work: Work[T]) -> T:
        """See `Engine`."""
        result, tx = self._transact(BEGIN_WRITING, work)
        if tx.new_directory_version is not None:
            self.directory_version = tx.new_directory_version
        return result

    def refresh(self) -> None:
        """See `Engine`."""
        row = self.read(lambda tx: tx.one("directory_version"))
        if row is not None:
            self.directory_version = row[0]

    def _transact(self, begin: Statement, work: Work[T]) -> tuple[T, PostgresTx]:
        try:
            try:
                return self._transact_once(begin, work)
            except _StaleConnection:
                # The idle ones are older than the server, all of them, so that the next is a new one.
                self.close()
                return self._transact_once(begin, work)
        except psycopg.Error as error:
            raise _translated(error, self._place) from error

    def _transact_once(self, begin: Statement, work: Work[T]) -> tuple[T, PostgresTx]:
        held, is_new = self._take()
        is_ending = False
        try:
            with held.pipeline as pipeline:
                tx = PostgresTx(pipeline, self._queries, self._clock(), self._ids)
                tx.begin(begin, renews_plans=held.plans_are_old())
                try:
                    result = work(tx)
                    is_ending = True
                    tx.commit()
                except BaseException:
                    tx.roll_back()
                    raise
        except psycopg.OperationalError as error:
            # Nothing can have been committed before the commit was asked for.
            if held.connection.closed and not (is_new or is_ending):
                raise _StaleConnection from error
            raise
        finally:
            self._put(held)
        return result, tx

    # -- connections

    def _connect(self) -> Connection:
        return psycopg.connect(self._conninfo, autocommit=True)

    def _take(self) -> tuple[_Held, bool]:
        """Give the connection that was used last, or a new one, and whether it is new."""
        try:
            return self._idle.pop(), False
        except IndexError:
            return _Held(self._connect()), True

    def _put(self, held: _Held) -> None:
        if held.connection.closed:
            return
        if len(self._idle) < IDLE_CONNECTIONS:
            self._idle.append(held)
        else:
            held.connection.close()


class _Held:
    """A connection with what it knows: its prepared statements and the age of their plans."""

    __slots__ = ("_planned_s", "connection", "pipeline")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.pipeline = Pipeline(connection)
        self._planned_s = time.monotonic()

    def plans_are_old(self) -> bool:
        """Say whether the plans are too old to be used, and count them as new from now on."""
        now_s = time.monotonic()
        if now_s - self._planned_s <= PLANS_MAX_AGE_S:
            return False
        self._planned_s = now_s
        return True


class _StaleConnection(Exception):
    """An idle connection turned out to be dead when it was used; the work may run again on another."""
