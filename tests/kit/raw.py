"""Looks into a database behind the back of its engine, on a connection of its own."""

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
