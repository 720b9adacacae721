"""Every named statement finds its rows by an index, on a fresh database without statistics, and is used somewhere."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import apsw
import psycopg
import pytest

import linebook
from linebook.storage.migrations import migrations
from linebook.storage.postgres import PostgresEngine
from linebook.storage.queries import load_queries
from linebook.storage.schema import DIRECTORY_TABLES, describe_schema
from linebook.storage.sqlite import SqliteEngine

SQLITE: Final = load_queries("sqlite")
POSTGRES: Final = load_queries("postgres")

SMALL_LIST: Final = "every label of an account is wanted, and an account has few"
CATALOG: Final = "reads the catalog, for the schema page and the tests"
WHOLE_ACCOUNT: Final = "an account is deleted, and all that it has goes with it"
FINDING_ONE_ROW: Final = {"clear_account", "clear_name_follower"}
FULL_WALKS: Final = {
    "fields": SMALL_LIST,
    "tags": SMALL_LIST,
    "groups": SMALL_LIST,
    "webhook_subscriptions": "every webhook of an account is asked about an event, and an account has few",
    "stop_words": "an account has few words of its own",
    "line_usages": "a row per line and month, all of them shown",
    "free_import_work": "the table holds only imports that are being worked on, and those are few",
    "directory_version": "the table has one row",
    "bump_directory_version": "the table has one row",
    "schema_columns": CATALOG,
    "schema_keys": CATALOG,
    "consent_counts": "the sandbox counts the consents of a test's account",
    **dict.fromkeys(
        (name for name in SQLITE if name.startswith("clear_") and name not in FINDING_ONE_ROW), WHOLE_ACCOUNT
    ),
}
"""What may read a whole table, or a whole account's part of one, and why."""

ACCOUNT_ALONE: Final = {"account_id"}
ONE_ROW: Final = {"name_follower"}
"""Tables with one row an account, which the account alone finds."""

USES: Final = {"all", "one", "run", "run_many"}


def params_of(name: str) -> tuple[set[str], set[str]]:
    """The parameters of a statement on SQLite and on PostgreSQL."""
    return set(re.findall(r":(\w+)", SQLITE[name])), set(re.findall(r"%\((\w+)\)s", POSTGRES[name]))


ACCOUNT_TABLES: Final = {
    match[1]
    for step in migrations("sqlite")
    for match in re.finditer(r"CREATE TABLE (\w+)", step.sql)
    if match[1] not in DIRECTORY_TABLES
}

# The plans.


@pytest.fixture(scope="module")
def file(sqlite_template: Path) -> Iterator[apsw.Connection]:
    with closing(apsw.Connection(str(sqlite_template), flags=apsw.SQLITE_OPEN_READONLY)) as file:
        yield file


@pytest.fixture(scope="module")
def server(
    new_database: Callable[[str | None], str], postgres_template: str
) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    url = new_database(postgres_template)
    with psycopg.connect(PostgresEngine(url)._conninfo, autocommit=True) as server:
        yield server


def walks_on_sqlite(file: apsw.Connection, name: str) -> list[str]:
    """Give the steps of a statement's plan that read a whole table or a whole account."""
    statement = SQLITE[name]
    tables = {str(table) for (table,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    aliases = {table: table for table in tables}
    for table, alias in re.findall(r"(?:FROM|JOIN|UPDATE|INTO)\s+(\w+)\s+AS\s+(\w+)", statement):
        aliases[alias] = table
    bindings = dict.fromkeys(params_of(name)[0])
    walks = []
    for *_, step in file.execute("EXPLAIN QUERY PLAN " + statement, bindings):
        kind, _, rest = str(step).partition(" ")
        table = aliases.get(rest.split(" ", 1)[0])
        if table not in tables:
            continue
        bounds = re.search(r"\((.*)\)$", rest)
        is_wide = bounds is not None and set(re.findall(r"(\w+)[=<>]", bounds[1])) <= ACCOUNT_ALONE
        if kind == "SCAN" or (is_wide and table not in ONE_ROW):
            walks.append(str(step))
    return walks


def walks_on_postgres(server: psycopg.Connection[tuple[Any, ...]], name: str) -> list[str]:
    """Give the nodes of a statement's generic plan that read a whole table or a whole account."""
    return [walk for node in plan_on_postgres(server, name) if (walk := _walk(node))]


def plan_on_postgres(server: psycopg.Connection[tuple[Any, ...]], name: str) -> list[dict[str, Any]]:
    """Give the nodes of a statement's generic plan."""
    names = sorted(params_of(name)[1])
    statement = POSTGRES[name]
    for number, param in enumerate(names, 1):
        statement = statement.replace(f"%({param})s", f"${number}")
    nothing = f"({', '.join(['NULL'] * len(names))})" if names else ""
    server.execute(cast(Any, f"PREPARE explained AS {statement.replace('%%', '%')}"))
    try:
        answer = server.execute(cast(Any, f"EXPLAIN (FORMAT JSON) EXECUTE explained{nothing}")).fetchone()
    finally:
        server.execute("DEALLOCATE explained")
    assert answer is not None
    return list(_nodes(answer[0][0]["Plan"]))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", []):
        yield from _nodes(below)


def _walk(node: dict[str, Any]) -> str:
    kind = node["Node Type"]
    if kind == "Seq Scan":
        return json.dumps(node)
    if kind not in {"Index Scan", "Index Only Scan", "Bitmap Index Scan"}:
        return ""
    bounds = set(re.findall(r"(\w+) (?:=|<|>|<=|>=|IS) ", node.get("Index Cond", "")))
    return json.dumps(node) if bounds <= ACCOUNT_ALONE and node.get("Relation Name") not in ONE_ROW else ""


@pytest.mark.parametrize("name", sorted(SQLITE.keys() - FULL_WALKS.keys()))
def test_a_statement_on_sqlite_searches_by_more_than_the_account(file: apsw.Connection, name: str) -> None:
    assert walks_on_sqlite(file, name) == []


@pytest.mark.parametrize("name", sorted(POSTGRES.keys() - FULL_WALKS.keys()))
def test_a_statement_on_postgres_searches_by_more_than_the_account(
    server: psycopg.Connection[tuple[Any, ...]], name: str
) -> None:
    assert walks_on_postgres(server, name) == []


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("carrier_refs", "ref"),
        ("receipts_waiting", "ref"),
        ("inbound_keys_known", "key"),
        ("conversations_by_fingerprint", "fingerprint"),
    ],
)
def test_keys_behind_a_shared_column_on_postgres_are_looked_up_one_by_one(
    server: psycopg.Connection[tuple[Any, ...]], name: str, column: str
) -> None:
    bounds = [node["Index Cond"] for node in plan_on_postgres(server, name) if "Index Cond" in node]
    assert len(bounds) == 1
    assert f"({column} = " in bounds[0]


@pytest.mark.parametrize("name", FULL_WALKS)
def test_a_statement_that_may_walk_does(
    file: apsw.Connection, server: psycopg.Connection[tuple[Any, ...]], name: str
) -> None:
    assert FULL_WALKS[name] is CATALOG or walks_on_sqlite(file, name) or walks_on_postgres(server, name)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM contact",
        "SELECT * FROM contact WHERE company = :company",
        "SELECT * FROM contact AS c WHERE c.account_id = :account_id AND c.company = :company",
        "SELECT count(*) FROM contact WHERE account_id = :account_id",
        "UPDATE contact SET notes = '' WHERE account_id = :account_id",
    ],
)
def test_a_walk_is_seen(
    monkeypatch: pytest.MonkeyPatch,
    file: apsw.Connection,
    server: psycopg.Connection[tuple[Any, ...]],
    statement: str,
) -> None:
    for queries, form in ((SQLITE, r":\1"), (POSTGRES, r"%(\1)s")):
        walking: Mapping[str, str] = {**queries, "walking": re.sub(r":(\w+)", form, statement)}
        monkeypatch.setitem(globals(), "SQLITE" if queries is SQLITE else "POSTGRES", walking)
    assert walks_on_sqlite(file, "walking")
    assert walks_on_postgres(server, "walking")


def test_a_table_with_one_row_an_account_is_one(sqlite_template: Path) -> None:
    engine = SqliteEngine(sqlite_template)
    tables = describe_schema(engine)
    engine.close()
    assert {table.name for table in tables if table.keys[0].columns == ("account_id",)} == ONE_ROW


# The names.


def test_both_engines_have_the_same_statements() -> None:
    assert set(SQLITE) == set(POSTGRES)


@pytest.mark.parametrize("name", sorted(SQLITE))
def test_a_statement_takes_the_same_parameters_on_both_engines(name: str) -> None:
    file, server = params_of(name)
    if server == {"rows"}:
        columns = re.search(r"json_to_recordset\(%\(rows\)s::json\) AS r \((.*?)\)", POSTGRES[name], re.DOTALL)
        assert columns is not None
        server = {column.split()[0] for column in columns[1].split(",")}
    assert file == server


def tables_named(statement: str) -> list[str]:
    """The tables that a statement reads or changes rows of, one for each time."""
    names = re.findall(r"(?:FROM|JOIN|UPDATE|USING)\s+(\w+)", statement)
    return [name for name in names if name in ACCOUNT_TABLES]


@pytest.mark.parametrize("queries", [SQLITE, POSTGRES], ids=["sqlite", "postgres"])
def test_a_statement_names_the_account_of_every_account_table(queries: Mapping[str, str]) -> None:
    silent = []
    for name, statement in queries.items():
        bounds = re.findall(r"account_id = (?::account_id|%\(account_id\)s|r\.account_id)", statement)
        inserts = re.search(r"INSERT INTO (\w+)", statement)
        is_silent = len(bounds) < len(tables_named(statement))
        if is_silent or (inserts and inserts[1] in ACCOUNT_TABLES and "account_id" not in statement):
            silent.append(name)
    assert silent == []


@cache
def strings_and_uses(path: Path) -> tuple[set[str], set[str]]:
    """Give every string of a module, and those that name a statement where one is run."""
    strings, used = set(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            strings.add(node.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in USES and node.args:
            owner, name = node.func.value, node.args[0]
            is_tx = isinstance(owner, ast.Name) and owner.id == "tx"
            is_own = isinstance(owner, ast.Attribute) and owner.attr == "_tx"
            if (is_tx or is_own) and isinstance(name, ast.Constant):
                used.add(str(name.value))
    return strings, used


SOURCES: Final = sorted(Path(linebook.__file__).parent.rglob("*.py"))


def test_every_statement_is_used() -> None:
    strings = set[str]().union(*(strings_and_uses(path)[0] for path in SOURCES))
    assert set(SQLITE) - strings == set()


def test_every_statement_that_is_used_exists() -> None:
    used = set[str]().union(*(strings_and_uses(path)[1] for path in SOURCES))
    assert len(used) > 30
    assert used - set(SQLITE) == set()


def test_one_name_for_two_statements_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sqlite").mkdir()
    for path in (tmp_path / "one.sql", tmp_path / "sqlite" / "two.sql"):
        path.write_text("-- name: twice()\n-- A statement.\nSELECT 1;\n")
    monkeypatch.setattr("linebook.storage.queries.SQL_DIR", tmp_path)
    with pytest.raises(ValueError, match="twice"):
        load_queries.__wrapped__("sqlite")
