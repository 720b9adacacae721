"""SQLite through apsw: one writer, readers that cannot write, write-ahead log, checkpoints beside the writer."""

from __future__ import annotations

import functools
import operator
import os
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

import apsw
import msgspec

from linebook.clock import Clock, system_clock
from linebook.errors import (
    StorageRefused,
    StorageUnavailable,
    StorageUnusable,
)
from linebook.ids import Ids
from linebook.storage.base import Ask, Row, Work, unsendable
from linebook.storage.migrations import foreign, steps_after
from linebook.storage.queries import load_queries

APPLICATION_ID: Final = 0x6C626F6B
"""Marks a file as ours (`lbok`)."""

WRITER_CACHE_KIB: Final = 65_536
READER_CACHE_KIB: Final = 4_096
CHECKPOINT_PAGES: Final = 4_000
RESTART_PAGES: Final = 32_000
"""Beyond this the writer itself empties the log, which a checkpoint beside a busy writer never can."""
RESTART_WAIT_MS: Final = 100
"""How long the writer waits for readers of old snapshots when it empties the log."""
RESTART_PAUSE_S: Final = 1.0
"""How long the writer leaves the log alone after such readers kept it from emptying it."""

_PARAMETER: Final = re.compile(r":(\w+)")

T = TypeVar("T")
FileId = tuple[int, int]


def _translated(error: apsw.Error, place: str) -> Exception:
    match error:
        case apsw.BusyError() | apsw.LockedError() | apsw.ProtocolError():
            return StorageUnavailable(f"{place} is locked by another process: end that process, or try again later.")
        case apsw.NotADBError() | apsw.CorruptError():
            return StorageUnusable(f"{place} is damaged or is not a database: restore it from a backup.")
        case apsw.FullError():
            return StorageUnavailable(f"The disk that holds {place[0].lower()}{place[1:]} is full: make room on it.")
        case apsw.CantOpenError():
            return StorageUnusable(f"{place} cannot be opened: does its folder exist, and may this user write there?")
        case apsw.ReadOnlyError() | apsw.PermissionsError() | apsw.AuthError():
            return StorageUnusable(f"{place} may not be written by this user: change its owner or its permissions.")
        case apsw.IOError():
            return StorageUnavailable(f"{place} cannot be read or written: look after the disk that holds it.")
        case apsw.ConstraintError() | apsw.MismatchError() | apsw.TooBigError() | apsw.RangeError():
            return StorageRefused(str(error))
        case _:
            return error


@functools.cache
def _values_of(statement: str) -> Callable[[Mapping[str, object]], tuple[object, ...]]:
    """Give what takes a statement's values out of a row, in the order in which SQLite counts its parameters."""
    names = tuple(dict.fromkeys(_PARAMETER.findall(statement)))
    if len(names) > 1:
        return operator.itemgetter(*names)
    return lambda row: tuple(row[name] for name in names)


class SqliteTx:
    """A transaction on one connection."""

    def __init__(self, connection: apsw.Connection, queries: Mapping[str, str], now_ms: int, ids: Ids) -> None:
        self._cursor = connection.cursor()
        self._queries = queries
        self.now_ms = now_ms
        self.ids = ids
        self.new_directory_version: int | None = None

    def all(self, name: str, /, **params: object) -> list[Row]:
        """See `Tx`."""
        try:
            if "keys" in params:
                params["keys"] = msgspec.json.encode(params["keys"]).decode()
            return self._cursor.execute(self._queries[name], params).fetchall()
        except (UnicodeEncodeError, OverflowError) as error:
            raise unsendable(error) from error

    def one(self, name: str, /, **params: object) -> Row | None:
        """See `Tx`."""
        rows = self.all(name, **params)
        return rows[0] if rows else None

    def all_of(self, asks: Sequence[Ask]) -> list[list[Row]]:
        """See `Tx`."""
        return [self.all(name, **params) for name, params in asks]

    def run(self, name: str, /, **params: object) -> None:
        """See `Tx`."""
        try:
            self._cursor.execute(self._queries[name], params)
        except (UnicodeEncodeError, OverflowError) as error:
            raise unsendable(error) from error

    def run_many(self, name: str, /, rows: Sequence[Mapping[str, object]]) -> None:
        """See `Tx`."""
        statement = self._queries[name]
        try:
            # By place, which is a third quicker than by name.
            self._cursor.executemany(statement, map(_values_of(statement), rows))
        except (UnicodeEncodeError, OverflowError) as error:
            raise unsendable(error) from error

    def bump_directory(self) -> None:
        """See `Tx`."""
        row = self.one("bump_directory_version")
        self.new_directory_version = row[0] if row else None


class SqliteEngine:
    """One SQLite file. Writes come one at a time; reads run beside them on snapshots."""

    name = "sqlite"
    writers = 1
    one_account_per_batch = False

    def __init__(
        self, path: str | Path, *, clock: Clock = system_clock, ids: Ids | None = None, busy_timeout_s: float = 5.0
    ) -> None:
        self.path = Path(path)
        self.directory_version = 0
        self._clock = clock
        self._ids = ids or Ids()
        self._place = f"The database {self.path}"
        self._busy_ms = int(busy_timeout_s * 1000)
        self._queries = load_queries("sqlite")
        self._write_lock = threading.Lock()
        self._writer: apsw.Connection | None = None
        self._file_id: FileId | None = None
        self._idle_readers: deque[tuple[FileId, apsw.Connection]] = deque()
        self._checkpointer = _new_checkpointer()
        self._checkpoint_is_due = threading.Event()
        self._restart_is_due = False
        self._restart_not_before_s = 0.0

    # -- life

    def migrate(self) -> int:
        """See `Engine`. Creates the file when it is missing; its folder must exist. A refused file stays as it is."""
        try:
            with self._write_lock:
                return self._migrate(self._open_writer(creates=True))
        except apsw.Error as error:
            raise _translated(error, self._place) from error

    def _migrate(self, connection: apsw.Connection) -> int:
        connection.execute("BEGIN IMMEDIATE")
        try:
            self._refuse_foreign(connection, may_be_empty=True)
            version = int(connection.pragma("user_version"))
            steps = steps_after("sqlite", version, self._place)
            for step in steps:
                connection.execute(step.sql).fetchall()
                connection.pragma("user_version", step.version)
            connection.pragma("application_id", APPLICATION_ID)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._close_writer()
            raise
        self.directory_version = connection.execute(self._queries["directory_version"]).get
        return version + len(steps)

    def close(self) -> None:
        """See `Engine`. Whoever closes the file last empties the write-ahead log into it."""
        self._checkpointer.shutdown(wait=True)
        self._checkpointer = _new_checkpointer()
        while self._idle_readers:
            self._idle_readers.pop()[1].close()
        with self._write_lock:
            # SQLite empties the log with the last connection; while another process writes, it would be held up.
            self._close_writer()

    # -- transactions

    def read(self, work: Work[T]) -> T:
        """See `Engine`."""
        try:
            file_id, connection = self._take_reader()
            try:
                connection.execute("BEGIN")
                try:
                    return work(SqliteTx(connection, self._queries, self._clock(), self._ids))
                finally:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
            finally:
                self._idle_readers.append((file_id, connection))
        except apsw.Error as error:
            raise _translated(error, self._place) from error

    def write(self, work: Work[T]) -> T:
        """See `Engine`."""
        try:
            with self._write_lock:
                connection = self._open_writer()
                if self._restart_is_due and time.monotonic() >= self._restart_not_before_s:
                    self._restart_log(connection)
                connection.execute("BEGIN IMMEDIATE")
                tx = SqliteTx(connection, self._queries, self._clock(), self._ids)
                try:
                    result = work(tx)
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
                if tx.new_directory_version is not None:
                    self.directory_version = tx.new_directory_version
                return result
        except apsw.Error as error:
            raise _translated(error, self._place) from error

    def refresh(self) -> None:
        """See `Engine`."""
        row = self.read(lambda tx: tx.one("directory_version"))
        if row is not None:
            self.directory_version = row[0]

    # -- connections

    def _open_writer(self, *, creates: bool = False) -> apsw.Connection:
        file_id = self._current_file_id()
        if self._writer is not None and file_id == self._file_id:
            return self._writer
        if file_id is None and (self._writer is not None or not creates):
            raise self._missing()
        self._close_writer()
        flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if creates else 0)
        connection = apsw.Connection(str(self.path), flags=flags)
        try:
            connection.set_busy_timeout(self._busy_ms)
            # Looked at before anything is set: a file that is not ours must not be touched.
            self._refuse_foreign(connection, may_be_empty=creates)
            if self._begin_log(connection) != "wal":
                raise StorageUnusable(
                    f"{self._place} is on a disk that does not allow a write-ahead log: move it to a local disk."
                )
            connection.pragma("synchronous", "full")
            connection.pragma("cache_size", -WRITER_CACHE_KIB)
            connection.pragma("wal_autocheckpoint", 0)
            connection.pragma("temp_store", "memory")
        except BaseException:
            connection.close()
            raise
        connection.set_wal_hook(self._on_commit)
        self._writer = connection
        self._file_id = self._current_file_id()
        return connection

    def _begin_log(self, connection: apsw.Connection) -> object:
        """Switch to a write-ahead log; give the mode that holds then.

        While another connection switches the same new file, SQLite refuses at once, whatever the busy time-out says.
        """
        deadline_s = time.monotonic() + self._busy_ms / 1000
        while True:
            try:
                return connection.pragma("journal_mode", "wal")
            except apsw.BusyError:
                if time.monotonic() >= deadline_s:
                    raise
            time.sleep(0.01)

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _take_reader(self) -> tuple[FileId, apsw.Connection]:
        file_id = self._current_file_id()
        if file_id is None:
            raise self._missing()
        with suppress(IndexError):
            while True:
                held = self._idle_readers.pop()
                if held[0] == file_id:
                    return held
                held[1].close()
        connection = apsw.Connection(str(self.path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            connection.set_busy_timeout(self._busy_ms)
            self._refuse_foreign(connection, may_be_empty=False)
            connection.pragma("query_only", True)
            connection.pragma("cache_size", -READER_CACHE_KIB)
        except BaseException:
            connection.close()
            raise
        return file_id, connection

    def _refuse_foreign(self, connection: apsw.Connection, *, may_be_empty: bool) -> None:
        if connection.pragma("application_id") == APPLICATION_ID:
            return
        is_empty = (
            not connection.pragma("user_version") and not connection.execute("SELECT count(*) FROM sqlite_schema").get
        )
        # Another process may have made it linebook's between those looks; the mark comes with the tables, at once.
        if not is_empty and connection.pragma("application_id") == APPLICATION_ID:
            return
        if not is_empty:
            raise foreign(self._place)
        if not may_be_empty:
            raise StorageUnusable(f"{self._place} is empty: put the right file there, or start linebook again.")

    def _missing(self) -> StorageUnavailable:
        return StorageUnavailable(f"{self._place} is missing: it was moved or deleted while in use. Put it back.")

    def _current_file_id(self) -> FileId | None:
        try:
            status = os.stat(self.path)
        except OSError:
            return None
        return (status.st_dev, status.st_ino)

    # -- checkpoints

    def _on_commit(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        # The commit is durable already: whatever fails here must not make it look undone.
        if pages >= RESTART_PAGES:
            self._restart_is_due = True
        if pages >= CHECKPOINT_PAGES and not self._checkpoint_is_due.is_set():
            self._checkpoint_is_due.set()
            try:
                self._checkpointer.submit(self._checkpoint)
            except RuntimeError:  # the interpreter is ending
                self._checkpoint_is_due.clear()
        return apsw.SQLITE_OK

    def _checkpoint(self) -> None:
        try:
            connection = apsw.Connection(str(self.path), flags=apsw.SQLITE_OPEN_READWRITE)
            try:
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            finally:
                connection.close()
        except apsw.Error:
            # Only housekeeping: the writer goes on, and the next commit asks again.
            pass
        finally:
            self._checkpoint_is_due.clear()

    def _restart_log(self, connection: apsw.Connection) -> None:
        self._restart_is_due = False
        connection.set_busy_timeout(RESTART_WAIT_MS)
        try:
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
        except apsw.BusyError:
            # Somebody reads an old snapshot. Only housekeeping, again: the log grows until that reader is done.
            self._restart_not_before_s = time.monotonic() + RESTART_PAUSE_S
        finally:
            connection.set_busy_timeout(self._busy_ms)


def _new_checkpointer() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="checkpoint")
