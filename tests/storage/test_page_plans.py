"""A page of a long list reads a page, also on a PostgreSQL that has no statistics of the list yet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from linebook.storage.postgres import SESSION
from linebook.storage.queries import load_queries

ROWS = 5_000
PAGE = 10


@pytest.fixture
def connection(postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection like the hub's, to a line with many conversations that nothing has counted."""
    with psycopg.connect(postgres_url, autocommit=True, options=SESSION) as connection:
        connection.execute(
            "INSERT INTO conversation SELECT 7, 1, n, n, '[]', 0, 0, true, NULL, n, 1, 1, 1, NULL "
            "FROM generate_series(1, %s) AS n",
            (ROWS,),
        )
        yield connection


def rows_read(plan: dict[str, Any], table: str) -> float:
    """How many rows a plan got from a table, by all of its scans."""
    own = plan["Actual Rows"] * plan["Actual Loops"] if plan.get("Relation Name") == table else 0
    return float(own + sum(rows_read(one, table) for one in plan.get("Plans", [])))


@pytest.mark.parametrize("offset", [0, 50])
def test_a_page_of_conversations_reads_a_page(connection: psycopg.Connection[Any], offset: int) -> None:
    statement = load_queries("postgres")["conversations_of_line"].rstrip().rstrip(";")
    params = {"account_id": 7, "line_id": 1, "offset": offset, "limit": PAGE}
    row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", params, prepare=True).fetchone()
    assert row is not None
    plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
    assert plan[0]["Plan"]["Actual Rows"] == PAGE
    assert rows_read(plan[0]["Plan"], "conversation") <= 2 * PAGE + offset
