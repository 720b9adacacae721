"""Looks and reaches into a database behind the back of its engine, on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, cast

import apsw
import psycopg

from linebook.storage.base import Engine
from linebook.storage.postgres import PostgresEngine
from linebook.storage.sqlite import SqliteEngine

Query = Callable[[str], list[tuple[Any, ...]]]
"""Gives the rows of a statement."""

Everything = dict[str, list[tuple[Any, ...]]]
"""The rows of every table."""


@contextmanager
def snapshot(engine: Engine) -> Iterator[Query]:
    """Give a way to read anything, all on one consistent snapshot."""
    if isinstance(engine, SqliteEngine):
        with closing(apsw.Connection(str(engine.path), flags=apsw.SQLITE_OPEN_READONLY)) as file:
            file.execute("BEGIN")
            yield lambda statement: file.execute(statement).fetchall()
    elif isinstance(engine, PostgresEngine):
        with psycopg.connect(engine._conninfo) as server:
            server.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield lambda statement: server.execute(cast(Any, statement)).fetchall()
    else:
        raise TypeError(f"no way into {engine!r}")


def change(engine: Engine, statement: str) -> None:
    """Change rows as nothing of ours does."""
    if isinstance(engine, SqliteEngine):
        with closing(apsw.Connection(str(engine.path))) as file:
            file.set_busy_timeout(5_000)
            file.execute(statement)
    elif isinstance(engine, PostgresEngine):
        with psycopg.connect(engine._conninfo) as server:
            server.execute(cast(Any, statement))
    else:
        raise TypeError(f"no way into {engine!r}")


class Onlooker:
    """Says what all tables hold, and reads them only after somebody has written: tests ask thousands of times.

    It keeps one connection, opened at first use, until `close`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._file: apsw.Connection | None = None
        self._server: psycopg.Connection[Any] | None = None
        self._version: Any = None
        self._seen: Everything = {}

    def everything(self) -> Everything:
        """Give all rows of all tables as they lie there; the same object as long as nobody has written.

        Leases are left out: workers make them last longer whatever anybody asks.
        """
        if isinstance(self._engine, SqliteEngine):
            return self._in_file(self._engine)
        if isinstance(self._engine, PostgresEngine):
            return self._on_server(self._engine)
        raise TypeError(f"no way into {self._engine!r}")

    def close(self) -> None:
        """Close the connection."""
        if self._file is not None:
            self._file.close()
        if self._server is not None:
            self._server.close()
        self._file = self._server = None

    def _in_file(self, engine: SqliteEngine) -> Everything:
        if self._file is None:
            self._file = apsw.Connection(str(engine.path), flags=apsw.SQLITE_OPEN_READONLY)
            self._version = None
        with self._file:  # one snapshot
            (version,) = self._file.execute("PRAGMA data_version").fetchall()
            if version != self._version:
                names = self._file.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'lease'")
                self._seen = {
                    str(name): self._file.execute(f'SELECT * FROM "{name}"').fetchall() for (name,) in names.fetchall()
                }
                self._version = version
        return self._seen

    def _on_server(self, engine: PostgresEngine) -> Everything:
        try:
            version = self._last_write(engine)
        except psycopg.OperationalError:  # the server was restarted, or a test cut off everybody
            self.close()
            version = self._last_write(engine)
        assert self._server is not None
        if version != self._version:
            names = self._server.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'lease'"
            ).fetchall()
            statement = " UNION ALL ".join(f"SELECT '{name}', t::text FROM \"{name}\" AS t" for (name,) in names)
            found: Everything = {}
            for name, text in self._server.execute(cast(Any, statement)).fetchall():
                found.setdefault(name, []).append((text,))
            self._seen, self._version = found, version
        return self._seen

    def _last_write(self, engine: PostgresEngine) -> Any:
        """Give the number after that of the last transaction that wrote anything."""
        if self._server is None:
            self._server = psycopg.connect(engine._conninfo, autocommit=True)
            self._version = None
        return self._server.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").fetchone()


def look(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    """Give the rows of one reading statement."""
    with snapshot(engine) as query:
        return query(statement)


@contextmanager
def connected(engine: Engine) -> Iterator[Callable[[str], object]]:
    """Give a way to run anything on another connection, without a transaction around it."""
    if isinstance(engine, SqliteEngine):
        with closing(apsw.Connection(str(engine.path), flags=apsw.SQLITE_OPEN_READWRITE)) as file:
            yield file.execute
    elif isinstance(engine, PostgresEngine):
        with psycopg.connect(engine._conninfo, autocommit=True) as server:
            yield lambda statement: server.execute(cast(Any, statement))
    else:
        raise TypeError(f"no way into {engine!r}")


def cut_off(engine: Engine) -> None:
    """End every connection that an engine has to its PostgreSQL server; when this returns, they are dead."""
    with connected(engine) as execute:
        execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
