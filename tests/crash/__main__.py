"""`python -m tests.crash`: load and SIGKILL on the engines that are asked for; fails when anything was lost."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from linebook.storage.store import open_engine
from tests.bench.books import SESSION, fill_book
from tests.crash import imports, texting
from tests.crash.hub import HubProcess
from tests.crash.saves import SavesUnderKill
from tests.kit.postgres import PostgresCluster


def main() -> int:
    """Run the rounds; give 0 when nothing was lost."""
    parser = argparse.ArgumentParser(prog="make crash", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="kills per engine (default 20)")
    parser.add_argument("--engine", choices=("sqlite", "postgres"), action="append", help="default: both")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31), help="repeats a run")
    parser.add_argument("--suite", choices=sorted(SUITES), action="append", help="default: all")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    faults = 0
    for engine in arguments.engine or ("sqlite", "postgres"):
        for suite in arguments.suite or sorted(SUITES):
            with _database(engine) as (database, folder):
                faults += SUITES[suite](engine, database, folder, arguments.rounds, arguments.seed)
    return 1 if faults else 0


def _saves(name: str, database: str, folder: Path, rounds: int, seed: int) -> int:
    return asyncio.run(_rounds(name, database, folder, rounds, seed))


SUITES: Final = {"import": imports.run_rounds, "saves": _saves, "texting": texting.run_rounds}


async def _rounds(name: str, database: str, folder: Path, rounds: int, seed: int) -> int:
    account_id = fill_book(database, 0)
    suite = SavesUnderKill(account_id, SESSION, seed)
    with HubProcess(database, folder / "hub.log") as hub:
        for _ in range(rounds):
            await suite.load_and_kill(hub)
            # The next hub must come up on what the kill left before anything else touches it.
            hub.start()
            engine = open_engine(database)
            try:
                suite.check(engine)
            finally:
                engine.close()
    counts = suite.counts
    print(
        f"{name}: {counts.rounds} kills, {counts.acknowledged} writes acknowledged, {len(counts.faults)} faults; "
        f"{counts.in_flight} writes in flight at a kill, {counts.in_flight_kept} of them kept"
    )
    for fault in counts.faults[:20]:
        print(f"  {fault}", file=sys.stderr)
    return len(counts.faults)


@contextmanager
def _database(engine: str) -> Iterator[tuple[str, Path]]:
    with tempfile.TemporaryDirectory(prefix="linebook-crash-") as name:
        folder = Path(name)
        if engine == "sqlite":
            yield f"sqlite:///{folder / 'hub.db'}", folder
            return
        with PostgresCluster(fsync=True) as cluster:
            cluster.create_database("hub")
            yield cluster.url("hub"), folder


if __name__ == "__main__":
    sys.exit(main())
