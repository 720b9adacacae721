"""Runs the fuzz suite: sends, counts, prints, and fails when anything came back that must not."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.fuzz.document_run import DocumentRun
from tests.fuzz.hub_thread import hub_thread
from tests.fuzz.ledger import Ledger
from tests.fuzz.raw_run import BROKEN, RawRun
from tests.fuzz.targets import TARGETS
from tests.kit.postgres import PostgresCluster
from tests.kit.wire import BODY_LIMIT_BYTES

FAULTS_SHOWN = 20
SECRET_KEY = "f0e1" * 16
"""Seals what the hub must read back; a database server has no place to keep a key of its own."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run with these arguments; give 0 when nothing was found."""
    options = _options(arguments)
    print(f"seed {options.seed}, {options.cases} cases an operation and part, on {options.engine}", flush=True)
    started_s = time.monotonic()
    deadline_s = started_s + options.seconds
    ledgers: list[Ledger] = []
    with _database(options.engine) as url, tempfile.TemporaryDirectory() as files:
        settings = {"body_limit_bytes": BODY_LIMIT_BYTES, "login_failures": 1_000_000, "secret_key": SECRET_KEY}
        with hub_thread(url, files_folder=files, **settings) as running:
            for target in TARGETS:
                if options.dialect in (None, target.name):
                    ledger = Ledger()
                    RawRun(target, running, ledger, deadline_s).run(options.cases, options.seed)
                    DocumentRun(target, running, ledger, deadline_s).run(options.cases, options.seed)
                    ledger.check_depth(BROKEN)
                    print(f"\n{target.dialect.title}\n{ledger.table()}", flush=True)
                    ledgers.append(ledger)
    total = sum(sum(ledger.statuses.values()) for ledger in ledgers)
    print(f"\n{total} cases in {time.monotonic() - started_s:.0f} s")
    found = [(fault, ledger.fault_counts[key]) for ledger in ledgers for key, fault in ledger.faults.items()]
    for fault, times in found[:FAULTS_SHOWN]:
        print(f"\nFAULT in {fault.operation} ({fault.part}), {times} times: {fault.what}\n  {fault.request}")
    if found:
        print(f"\n{len(found)} kinds of fault; the same run again: --seed {options.seed} --cases {options.cases}")
    is_late = time.monotonic() > deadline_s
    if is_late:
        print(f"\nThe time was up after {options.seconds} s: not every case was sent. Give more with --seconds.")
    return 1 if found or is_late else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=200, help="cases for each operation and part (%(default)s)")
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--dialect", choices=[target.name for target in TARGETS], help="one platform instead of all")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32), help="repeats a run")
    parser.add_argument("--seconds", type=float, default=2_400, help="longest time (%(default)s)")
    return parser.parse_args(arguments)


@contextmanager
def _database(engine: str) -> Iterator[str]:
    if engine == "postgres":
        with PostgresCluster() as cluster:
            yield cluster.create_database("fuzz")
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/linebook.db"


if __name__ == "__main__":
    sys.exit(main())
