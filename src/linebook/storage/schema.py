"""What the live schema looks like, read from the database itself, in the same words for both engines."""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from linebook.storage.base import Engine, Tx

DIRECTORY_TABLES: Final = frozenset(
    {
        "account",
        "carrier_ref",
        "credential",
        "directory_version",
        "import_work",
        "lease",
        "line_address",
        "schema_version",
    }
)
"""What must be found before the account is known. In every other table each unique key begins with account_id."""


class TableKind(enum.StrEnum):
    """Whose rows a table holds."""

    ACCOUNT = "account"
    DIRECTORY = "directory"


class Column(msgspec.Struct, frozen=True):
    """A column: its type in the engine's words, lower case."""

    name: str
    type: str
    is_nullable: bool


class Key(msgspec.Struct, frozen=True):
    """A primary key, a unique key or a plain index; `is_partial`: it holds some of the rows only."""

    columns: tuple[str, ...]
    is_primary: bool
    is_unique: bool
    is_partial: bool


class Table(msgspec.Struct, frozen=True):
    """A table, its columns in the order of `SELECT *`, its primary key first among its keys."""

    name: str
    kind: TableKind
    columns: tuple[Column, ...]
    keys: tuple[Key, ...]


def describe_schema(engine: Engine) -> list[Table]:
    """Give every table of a migrated database by name. Raises what `Engine.read` raises."""
    return engine.read(tables_of)


def tables_of(tx: Tx) -> list[Table]:
    """Give every table by name, as a transaction sees it."""
    columns: dict[str, list[Column]] = {}
    for table, name, kind, is_nullable in tx.all("schema_columns"):
        columns.setdefault(table, []).append(Column(name, kind, bool(is_nullable)))
    keys: dict[str, dict[str, Key]] = {table: {} for table in columns}
    for table, is_primary, is_unique, is_partial, name, column, *_ in tx.all("schema_keys"):
        begun = keys[table].get(name)
        before = begun.columns if begun is not None else ()
        keys[table][name] = Key((*before, column), bool(is_primary), bool(is_unique), bool(is_partial))
    return [
        Table(
            table,
            TableKind.DIRECTORY if table in DIRECTORY_TABLES else TableKind.ACCOUNT,
            tuple(columns[table]),
            tuple(keys[table].values()),
        )
        for table in sorted(columns)
    ]
