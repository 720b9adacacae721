"""`python -m tests.bench`: fills the books, runs every measurement on the engines that are asked for, prints tables."""

from __future__ import annotations

import argparse
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.books import fill_book
from tests.bench.processes import run_reference
from tests.bench.reads import SMALL_SESSION, measure_reads
from tests.bench.saves import measure_saves
from tests.kit.postgres import PostgresCluster

SMALL_BOOK = 1_000


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="make bench ARGS='…'", description="Prints figures; asserts nothing.")
    parser.add_argument("--engine", choices=("sqlite", "postgres"), action="append", help="default: both")
    parser.add_argument("--contacts", type=int, default=1_000_000, help="contacts present (default 1,000,000)")
    parser.add_argument("--seconds", type=int, default=8, help="length of one measurement (default 8)")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each contender (default 3)")
    arguments = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {arguments.contacts:,} contacts, 64 connections")
    for engine in arguments.engine or ("sqlite", "postgres"):
        with _databases(engine) as (database, usual_database):
            print(f"\n== {engine}: filling", flush=True)
            fill_book(database, arguments.contacts)
            fill_book(database, SMALL_BOOK, "small", SMALL_SESSION)
            run_reference("usual", "fill", str(arguments.contacts), USUAL_DATABASE=usual_database)
            print(f"== {engine}: contact/save", flush=True)
            measure_saves(
                database=database,
                usual_database=usual_database,
                contacts=arguments.contacts,
                seconds=arguments.seconds,
                rounds=arguments.rounds,
            )
            print(f"== {engine}: reads", flush=True)
            measure_reads(database=database, contacts=arguments.contacts, small=SMALL_BOOK)


@contextmanager
def _databases(engine: str) -> Iterator[tuple[str, str]]:
    """Give the URLs of an empty database for the hub and one for the usual reference."""
    if engine == "sqlite":
        with tempfile.TemporaryDirectory(prefix="linebook-bench-") as folder:
            place = Path(folder)
            yield f"sqlite:///{place / 'hub.db'}", f"sqlite+aiosqlite:///{place / 'usual.db'}"
        return
    with PostgresCluster(fsync=True, shared_buffers="1GB", max_wal_size="4GB") as cluster:
        for name in ("hub", "usual"):
            cluster.create_database(name)
        yield cluster.url("hub"), cluster.url("usual").replace("postgresql://", "postgresql+asyncpg://")


if __name__ == "__main__":
    main()
