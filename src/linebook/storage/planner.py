"""Teaches PostgreSQL's planner what new tables will look like; without it, it reads whole accounts while they are new.

Every index begins with account_id. Of a table without statistics the planner believes that an account has one row, so
each index is as good as the next to it, and plans are kept. One transaction fills a new table with samples of one
account, lets the server look at them, and takes them out: the statistics stay until the server makes its own.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from linebook.storage.schema import Table

SAMPLES: Final = 100
_SAMPLE: Final = {"bigint": "n", "integer": "n", "text": "'sample ' || n", "boolean": "n % 2 = 0"}


def prime(connection: psycopg.Connection[TupleRow], tables: Collection[Table]) -> None:
    """Give statistics to tables that this transaction has made; one that has rows is left alone."""
    for table in tables:
        name = sql.Identifier(table.name)
        if connection.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(name)).fetchone() is not None:
            continue
        is_one_row_an_account = any(key.is_unique and key.columns == ("account_id",) for key in table.keys)
        values = [
            sql.SQL("1" if column.name == "account_id" and not is_one_row_an_account else _SAMPLE[column.type])
            for column in table.columns
        ]
        connection.execute(
            sql.SQL("INSERT INTO {} SELECT {} FROM generate_series(1, {}) AS n").format(
                name, sql.SQL(", ").join(values), sql.Literal(SAMPLES)
            )
        )
        connection.execute(sql.SQL("ANALYZE {}").format(name))
        # In a transaction of its own below the one that made the table; there alone does it forget the number of rows,
        # and a table whose number is unknown is taken for one of ten pages, not for an empty one.
        with connection.transaction():
            connection.execute(sql.SQL("TRUNCATE {}").format(name))
