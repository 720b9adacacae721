"""The fixed reference of imports: ready rows into the same indexed table, as fast as the bare driver puts them there.

SQLite: one transaction, `executemany` of an upsert over ready tuples. PostgreSQL: the merge of a temporary table that
was filled before the clock started.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import apsw
import psycopg

from linebook.ids import Ids
from linebook.storage.rows import CONTACT_COLUMNS

_COLUMNS = ", ".join(CONTACT_COLUMNS)
_CHANGES = (
    "email = excluded.email, email_key = excluded.email_key, first_name = excluded.first_name, "
    "last_name = excluded.last_name, rev = contact.rev + 1, updated_ms = excluded.updated_ms"
)


def ready_rows(account_id: int, count: int) -> Iterator[tuple[Any, ...]]:
    """Give rows of `contact` with e-mail, number, first and last name."""
    ids = Ids()
    for n in range(count):
        yield (
            account_id, 2**30 + 1 + n, ids.uuid7(1), f"+1206{7_000_000 + n}", f"p{n}@example.org", f"p{n}@example.org",
            f"First{n}", f"Last{n}", "", "", "", "", "", None, "", "confirmed", False, "{}", "[]", "[]", 1, n + 1,
            n + 1, 1_700_000_000_000 + n, 1_700_000_000_000 + n, "raw", None,
        )  # fmt: skip


def raw_rate(database: str, account_id: int, count: int) -> float:
    """Give how many rows a second go in; twice called, the second time they are there already."""
    if database.startswith("sqlite:///"):
        return _raw_sqlite(database.removeprefix("sqlite:///"), account_id, count)
    return _raw_postgres(database, account_id, count)


def _raw_sqlite(path: str, account_id: int, count: int) -> float:
    rows = list(ready_rows(account_id, count))
    connection = apsw.Connection(path)
    try:
        for pragma in ("journal_mode = wal", "synchronous = full", "cache_size = -65536"):
            connection.execute(f"PRAGMA {pragma}")
        marks = ", ".join("?" * len(CONTACT_COLUMNS))
        began_s = time.perf_counter()
        with connection:
            connection.executemany(
                f"INSERT INTO contact ({_COLUMNS}) VALUES ({marks}) "
                f"ON CONFLICT (account_id, phone) DO UPDATE SET {_CHANGES}",
                rows,
            )
        return count / (time.perf_counter() - began_s)
    finally:
        connection.close()


def _raw_postgres(url: str, account_id: int, count: int) -> float:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TEMPORARY TABLE ready (LIKE contact)")
        with connection.cursor().copy(f"COPY ready ({_COLUMNS}) FROM STDIN") as copy:
            for row in ready_rows(account_id, count):
                copy.write_row(row)
        connection.execute("ANALYZE ready")
        began_s = time.perf_counter()
        connection.execute(
            f"INSERT INTO contact ({_COLUMNS}) SELECT {_COLUMNS} FROM ready "
            f"ON CONFLICT (account_id, phone) DO UPDATE SET {_CHANGES}"
        )
        connection.commit()
        return count / (time.perf_counter() - began_s)
