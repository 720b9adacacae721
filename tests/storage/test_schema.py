"""The live schema: whose rows a table holds, and that both engines have the same tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from linebook.storage.base import Engine
from linebook.storage.postgres import PostgresEngine
from linebook.storage.rows import CONTACT_COLUMNS
from linebook.storage.schema import DIRECTORY_TABLES, Table, TableKind, describe_schema
from linebook.storage.sqlite import SqliteEngine

SAME_TYPE = {("integer", "bigint"), ("integer", "boolean"), ("integer", "integer"), ("text", "text")}
ENGINES_OWN = {"schema_version"}
"""Where PostgreSQL keeps what is a number in the head of a SQLite file."""


@pytest.fixture
def tables(engine: Engine) -> dict[str, Table]:
    return {table.name: table for table in describe_schema(engine)}


@pytest.fixture
def both(request: pytest.FixtureRequest) -> Iterator[tuple[dict[str, Table], dict[str, Table]]]:
    file = SqliteEngine(request.getfixturevalue("sqlite_path"))
    server = PostgresEngine(request.getfixturevalue("postgres_url"))
    yield (
        {table.name: table for table in describe_schema(file)},
        {table.name: table for table in describe_schema(server) if table.name not in ENGINES_OWN},
    )
    file.close()
    server.close()


def test_in_an_account_table_every_unique_key_begins_with_the_account(tables: dict[str, Table]) -> None:
    account_tables = [table for table in tables.values() if table.kind is TableKind.ACCOUNT]
    assert {"contact", "history", "consent", "line"} <= {table.name for table in account_tables}
    for table in account_tables:
        unique = [key for key in table.keys if key.is_unique]
        assert unique, f"{table.name} has no unique key"
        assert {key.columns[0] for key in table.keys} == {"account_id"}, table
        assert table.columns[0].name == "account_id"
        assert not table.columns[0].is_nullable


def test_every_directory_table_is_there_and_has_a_primary_key(tables: dict[str, Table], engine: Engine) -> None:
    found = {table.name for table in tables.values() if table.kind is TableKind.DIRECTORY}
    assert found == DIRECTORY_TABLES - (ENGINES_OWN if engine.name == "sqlite" else set())
    for name in found:
        assert tables[name].keys[0].is_primary, tables[name]


def test_a_primary_key_comes_first_and_is_unique_and_whole(tables: dict[str, Table]) -> None:
    for table in tables.values():
        for number, key in enumerate(table.keys):
            assert key.is_primary <= (number == 0 and key.is_unique and not key.is_partial)


def test_the_columns_of_a_contact_are_those_that_rows_are_read_by(tables: dict[str, Table]) -> None:
    assert tuple(column.name for column in tables["contact"].columns) == CONTACT_COLUMNS


@pytest.mark.parametrize(("table", "label"), [("contact_tag", "tag_id"), ("group_member", "group_id")])
def test_a_link_table_is_the_index_from_a_label_to_its_contacts(
    tables: dict[str, Table], table: str, label: str
) -> None:
    columns = ("account_id", label, "contact_id")
    assert tuple(column.name for column in tables[table].columns) == columns
    assert [(key.columns, key.is_primary) for key in tables[table].keys] == [(columns, True)]


def test_only_what_may_be_missing_is_nullable(tables: dict[str, Table]) -> None:
    nullable = {column.name for column in tables["contact"].columns if column.is_nullable}
    assert nullable == {"phone", "email_key", "assignee_id", "origin_credential_id"}


def test_both_engines_have_the_same_tables_and_columns_in_the_same_order(
    both: tuple[dict[str, Table], dict[str, Table]],
) -> None:
    file, server = both
    assert list(file) == list(server)
    for name, table in file.items():
        twin = server[name]
        assert [(one.name, one.is_nullable) for one in table.columns] == [
            (one.name, one.is_nullable) for one in twin.columns
        ]
        types = {(one.type, other.type) for one, other in zip(table.columns, twin.columns, strict=True)}
        assert types <= SAME_TYPE, (name, types)


def test_both_engines_have_the_same_keys(both: tuple[dict[str, Table], dict[str, Table]]) -> None:
    file, server = both
    assert {name: table.keys for name, table in file.items()} == {name: table.keys for name, table in server.items()}
