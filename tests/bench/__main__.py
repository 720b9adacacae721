"""`python -m tests.bench`: fills the books, runs every measurement on the engines that are asked for, prints tables."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import exports, imports, texting
from tests.bench.books import fill_book
from tests.bench.dialects import measure_dialects
from tests.bench.processes import run_reference
from tests.bench.reads import SMALL_SESSION, measure_reads
from tests.bench.saves import measure_saves
from tests.bench.walks import DRAIN_SESSION, measure_drain, measure_lists, measure_walk
from tests.kit.postgres import PostgresCluster

SMALL_BOOK = 1_000
DRAIN_MAX = 300_000
SECTIONS = ("saves", "reads", "dialects")
OWN_BENCHES = {"exports": exports.main, "imports": imports.main, "texting": texting.main}


def main() -> None:
    """Measure. What is a bench of its own stands as the first word, with options of its own."""
    if sys.argv[1:2] and sys.argv[1] in OWN_BENCHES:
        OWN_BENCHES[sys.argv[1]](sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="make bench ARGS='…'", description="Prints figures; asserts nothing.")
    parser.add_argument("--engine", choices=("sqlite", "postgres"), action="append", help="default: both")
    parser.add_argument("--contacts", type=int, default=1_000_000, help="contacts present (default 1,000,000)")
    parser.add_argument("--seconds", type=int, default=8, help="length of one measurement (default 8)")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each contender (default 3)")
    parser.add_argument("--section", choices=SECTIONS, action="append", help="default: all")
    arguments = parser.parse_args()
    sections = arguments.section or SECTIONS
    print(f"{platform.platform()}, Python {platform.python_version()}, {arguments.contacts:,} contacts, 64 connections")
    for engine in arguments.engine or ("sqlite", "postgres"):
        with _databases(engine) as (database, usual_database):
            print(f"\n== {engine}: filling", flush=True)
            fill_book(database, arguments.contacts)
            fill_book(database, SMALL_BOOK, "small", SMALL_SESSION)
            if "saves" in sections:
                run_reference("usual", "fill", str(arguments.contacts), USUAL_DATABASE=usual_database)
                print(f"== {engine}: contact/save", flush=True)
                measure_saves(
                    database=database,
                    usual_database=usual_database,
                    contacts=arguments.contacts,
                    seconds=arguments.seconds,
                    rounds=arguments.rounds,
                )
            if "reads" in sections:
                print(f"== {engine}: reads", flush=True)
                measure_reads(database=database, contacts=arguments.contacts, small=SMALL_BOOK)
            if "dialects" in sections:
                _measure_dialects(engine, database, arguments)


def _measure_dialects(engine: str, database: str, arguments: argparse.Namespace) -> None:
    # The walk comes first: it counts on a book that holds what it was filled with and little more.
    print(f"== {engine}: a walk over all contacts by Heymarket's dates", flush=True)
    measure_walk(database=database, contacts=arguments.contacts)
    drained = min(arguments.contacts, DRAIN_MAX)
    print(f"== {engine}: inwise's recently_updated over {drained:,} contacts", flush=True)
    fill_book(database, drained, "drain", DRAIN_SESSION)
    measure_drain(database=database, contacts=drained)
    print(f"== {engine}: Sendblue's lists of 1,000", flush=True)
    measure_lists(database=database, contacts=arguments.contacts, small=SMALL_BOOK)
    print(f"== {engine}: saves through each dialect", flush=True)
    measure_dialects(database=database, contacts=arguments.contacts, seconds=arguments.seconds, rounds=arguments.rounds)


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
