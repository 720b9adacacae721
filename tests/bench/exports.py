"""Exports of a whole book beside the bare driver that reads the same rows; memory at two sizes, which must be one."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import cast

import apsw
import msgspec
import psycopg

from tests.bench.books import fill_book
from tests.kit.postgres import PostgresCluster

ROUNDS = 3
FORMATS = ("csv", "jsonl", "vcard")
XLSX_ROWS = 50_000
"""Workbooks are slow and end at a million rows: the smaller book is enough to tell how slow."""

STATEMENT = "SELECT * FROM contact WHERE account_id = {} ORDER BY id"


class Taken(msgspec.Struct, frozen=True):
    """What one run took."""

    seconds: float
    resident_mb: float


def main(arguments: Sequence[str]) -> None:
    """Measure; `arguments` are those behind `exports`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench exports", description="Prints figures.")
    parser.add_argument("--engine", choices=("sqlite", "postgres"), action="append", help="default: both")
    parser.add_argument("--rows", type=int, default=1_000_000, help="contacts in the large book (default 1,000,000)")
    given = parser.parse_args(arguments)
    for engine in given.engine or ("sqlite", "postgres"):
        if engine == "sqlite":
            with tempfile.TemporaryDirectory(prefix="linebook-bench-") as folder:
                measure_exports(engine, f"sqlite:///{Path(folder) / 'hub.db'}", given.rows)
        else:
            with PostgresCluster(fsync=True, shared_buffers="1GB", max_wal_size="4GB") as cluster:
                cluster.create_database("hub")
                measure_exports(engine, cluster.url("hub"), given.rows)


def measure_exports(engine: str, database: str, rows: int) -> None:
    """Print rows a second of each kind of file, as a ratio to the bare driver's, and the memory of two sizes."""
    small = max(rows // 10, 1)
    account_id = fill_book(database, rows)
    fill_book(database, small, "tenth", "small-session")
    bare: list[float] = []
    taken: dict[str, list[tuple[Taken, Taken]]] = {form: [] for form in FORMATS}
    for _ in range(ROUNDS):
        bare.append(_read_bare(database, account_id))
        for form in FORMATS:
            taken[form].append((_export(database, "tenth", form), _export(database, "bench", form)))
    bare_rate = rows / min(bare)
    print(f"\n== {engine}: {rows:,} contacts read by the bare driver: {bare_rate:,.0f} rows/s")
    print(f"{'':8} {'rows/s':>10} {'ratio to bare':>14} {f'RSS MB at {small:,}':>20} {f'at {rows:,}':>14}")
    for form, several in taken.items():
        part, whole = (min(runs, key=lambda one: one.seconds) for runs in zip(*several, strict=True))
        # The difference of the two leaves out what every start of the program takes.
        rate = (rows - small) / max(whole.seconds - part.seconds, 0.001)
        print(f"{form:8} {rate:10,.0f} {rate / bare_rate:14.2f} {part.resident_mb:20.0f} {whole.resident_mb:14.0f}")
    if small <= XLSX_ROWS:
        part = _export(database, "tenth", "xlsx")
        print(f"{'xlsx':8} {small / part.seconds:10,.0f} {'':14} {part.resident_mb:20.0f}")


def _read_bare(database: str, account_id: int) -> float:
    statement = STATEMENT.format(account_id)
    started_s = time.perf_counter()
    if database.startswith("sqlite"):
        with closing(apsw.Connection(database.removeprefix("sqlite:///"), flags=apsw.SQLITE_OPEN_READONLY)) as file:
            for _ in file.execute(statement):
                pass
    else:
        with psycopg.connect(database) as server, server.cursor("bare") as cursor:
            cursor.itersize = 1_000
            for _ in cursor.execute(cast(psycopg.abc.Query, statement)):
                pass
    return time.perf_counter() - started_s


def _export(database: str, account: str, form: str) -> Taken:
    """Run the command in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="linebook-bench-") as folder:
        command = [sys.executable, "-m", "linebook", "--database", database, "--account", account]
        started_s = time.perf_counter()
        process = subprocess.Popen(
            [*command, "contacts", "export", "--format", form, "-o", str(Path(folder) / "book")],
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"the export ended with {process.returncode}")
        return Taken(time.perf_counter() - started_s, usage.ru_maxrss / 1024)
