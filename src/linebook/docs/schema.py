"""The schema page: every table with its columns and keys, read from a fresh database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from linebook.docs.markdown import code, page, table
from linebook.storage.schema import Key, Table, TableKind, describe_schema
from linebook.storage.sqlite import SqliteEngine


def schema_page() -> str:
    """Give the page."""
    with TemporaryDirectory() as folder:
        engine = SqliteEngine(str(Path(folder) / "linebook.db"))
        try:
            engine.migrate()
            tables = describe_schema(engine)
        finally:
            engine.close()
    return page("Schema", "the migrations, as SQLite runs them", _parts(tables))


def _parts(tables: list[Table]) -> Iterator[str]:
    yield (
        "Types are SQLite's; PostgreSQL has the same tables, columns and keys, and `schema_version`, a number that "
        "SQLite keeps in the head of its file. Times end in `_ms` and count milliseconds since 1970, UTC."
    )
    yield "## Directory tables"
    yield "What must be found before the account is known."
    for one in tables:
        if one.kind is TableKind.DIRECTORY:
            yield from _table(one)
    yield "## Account tables"
    yield "Everything else: the primary key and every unique key begin with `account_id`, and every query names it."
    for one in tables:
        if one.kind is TableKind.ACCOUNT:
            yield from _table(one)


def _table(one: Table) -> Iterator[str]:
    yield f"### {one.name}"
    yield table(
        ["Column", "Type", "May be null"],
        [[code(column.name), column.type, "yes" if column.is_nullable else ""] for column in one.columns],
    )
    if one.keys:
        yield "\n".join(f"- {_key(key)}" for key in one.keys)


def _key(key: Key) -> str:
    kind = "primary key" if key.is_primary else "unique" if key.is_unique else "index"
    columns = ", ".join(code(column) for column in key.columns)
    return f"{kind} ({columns})" + (", some rows only" if key.is_partial else "")
