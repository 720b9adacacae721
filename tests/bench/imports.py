"""A file of people into an empty book and into one that has them, beside the raw load of the same rows; live traffic.

`python -m tests.bench imports --engine sqlite --rows 1000000`. The import is `linebook contacts import` as people run
it: reading, number parsing, checks, matching, history and one outcome per record are in its time.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.books import SESSION, fill_book
from tests.bench.processes import hub
from tests.bench.raw_load import raw_rate
from tests.crash.wire import Connection
from tests.kit.postgres import PostgresCluster

LIVE_PER_S = 200
LIVE_CONNECTIONS = 16
QUIET_S = 8


def main(arguments: Sequence[str]) -> None:
    """Measure imports."""
    parser = argparse.ArgumentParser(prog="make bench ARGS='imports …'", description="Prints figures; asserts nothing.")
    parser.add_argument("--engine", choices=("sqlite", "postgres"), action="append", help="default: both")
    parser.add_argument("--rows", type=int, default=1_000_000, help="records in the file (default 1,000,000)")
    parser.add_argument("--no-live", action="store_true", help="leave out the measurement beside live traffic")
    chosen = parser.parse_args(arguments)
    for engine in chosen.engine or ("sqlite", "postgres"):
        with tempfile.TemporaryDirectory(prefix="linebook-bench-") as name:
            _measure(engine, Path(name), chosen.rows, is_live=not chosen.no_live)


def _measure(engine: str, folder: Path, rows: int, *, is_live: bool) -> None:
    file = folder / "people.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["Email", "Mobile", "First name", "Last name"])
        for n in range(rows):
            number = f"206{7_000_000 + n}"
            writer.writerow(
                [f"p{n}@example.org", f"({number[:3]}) {number[3:6]}-{number[6:]}", f"First{n}", f"Last{n}"]
            )
    print(f"\n== {engine}: {rows:,} records of e-mail, mobile, first and last name")
    with _database(engine, folder, "raw") as database:
        account_id = fill_book(database, 0)
        raw = {"empty book": raw_rate(database, account_id, rows), "full book": raw_rate(database, account_id, rows)}
    heads = f"{'raw/s':>9} {'import/s':>9} {'ratio':>6} {'read/s':>9} {'apply/s':>9} {'ratio':>6}"
    print(f"{'':12} {heads}  RSS MB at 10 % / end")
    with _database(engine, folder, "ours") as database:
        fill_book(database, 0)
        for book, per_s in raw.items():
            run = _import(database, file)
            print(
                f"{book:12} {per_s:9,.0f} {rows / run.seconds:9,.0f} {rows / run.seconds / per_s:6.2f} "
                f"{rows / run.reading_s:9,.0f} {rows / run.applying_s:9,.0f} {rows / run.applying_s / per_s:6.2f}  "
                f"{run.rss_at_tenth_mb:.0f} / {run.rss_at_end_mb:.0f}",
                flush=True,
            )
    if is_live:
        with _database(engine, folder, "live") as database:
            fill_book(database, 1_000)
            _measure_live(database, file, rows, raw["empty book"])


def _measure_live(database: str, file: Path, rows: int, raw: float) -> None:
    with hub(database) as server:
        port = int(server.url.rsplit(":", 1)[1])
        quiet = asyncio.run(_live(port, QUIET_S, None))
        done = threading.Event()
        took: list[float] = []

        def run() -> None:
            took.append(_run(database, "contacts", "import", str(file))[0])
            done.set()

        thread = threading.Thread(target=run)
        thread.start()
        busy = asyncio.run(_live(port, 24 * 3600, done))
        thread.join()
        per_s = rows / took[0]
        print(
            f"with {LIVE_PER_S} contact/save a second: p99 {_p99(quiet):.1f} ms without an import, "
            f"{_p99(busy):.1f} ms with; "
            f"{len(busy) / took[0]:.0f} a second answered; import {per_s:,.0f}/s, {per_s / raw:.3f} of raw; "
            f"hub RSS {server.resident_mb():.0f} MB"
        )


async def _live(port: int, seconds: float, until: threading.Event | None) -> list[float]:
    """Save contacts at a steady rate; give how long each took, in milliseconds, from when it was due."""
    took: list[float] = []
    began_s = time.monotonic()

    async def worker(number: int) -> None:
        connection = Connection(port)
        count = number
        while True:
            due_s = began_s + count / LIVE_PER_S
            if due_s - began_s > seconds or (until is not None and until.is_set()):
                break
            await asyncio.sleep(max(due_s - time.monotonic(), 0))
            form = {"session": SESSION, "mobileNumber": str(4_257_000_000 + count % 50_000), "firstName": f"n{count}"}
            status, _ = await connection.post("/contact/save", form)
            assert status == 200, status
            took.append((time.monotonic() - due_s) * 1000)
            count += LIVE_CONNECTIONS
        connection.close()

    await asyncio.gather(*(worker(number) for number in range(LIVE_CONNECTIONS)))
    return took


def _p99(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)] if took else 0.0


@dataclass
class _Run:
    """One import by the command."""

    seconds: float
    reading_s: float
    applying_s: float
    rss_at_tenth_mb: float
    rss_at_end_mb: float


def _import(database: str, file: Path) -> _Run:
    """Import by the command, first checked and then brought in, as two commands; each one's start is in its time.

    Memory is that of the command and of the process that reads for it.
    """
    reading_s, reading_mb = _run(database, "contacts", "import", str(file), "--dry-run")
    applying_s, applying_mb = _run(database, "imports", "resume", _newest(database))
    return _Run(
        seconds=reading_s + applying_s,
        reading_s=reading_s,
        applying_s=applying_s,
        rss_at_tenth_mb=max(_at(reading_mb, 0.1), _at(applying_mb, 0.1)),
        rss_at_end_mb=max(*reading_mb[len(reading_mb) // 2 :], *applying_mb[len(applying_mb) // 2 :]),
    )


def _newest(database: str) -> str:
    told = subprocess.run(
        [sys.executable, "-m", "linebook", "imports", "list", "--json", "--database", database],
        check=True,
        capture_output=True,
    )
    return str(json.loads(told.stdout)[0]["id"])


def _run(database: str, *arguments: str) -> tuple[float, list[float]]:
    """Run a command; give how long it took, and its memory from time to time."""
    command = [sys.executable, "-m", "linebook", *arguments, "--json", "--database", database]
    samples: list[float] = []
    began_s = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        samples.append(sum(map(_resident_mb, _family(process.pid))))
        time.sleep(0.05)
    assert process.returncode == 0, command
    return time.monotonic() - began_s, samples


def _at(samples: Sequence[float], part: float) -> float:
    return max(samples[: max(int(len(samples) * part) + 1, 1)])


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        return [pid, *(int(one) for one in children.read_text().split())]
    except OSError:
        return []


def _resident_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


@contextmanager
def _database(engine: str, folder: Path, name: str) -> Iterator[str]:
    if engine == "sqlite":
        path = folder / f"{name}.db"
        yield f"sqlite:///{path}"
        path.unlink()
        return
    with PostgresCluster(fsync=True, shared_buffers="1GB", max_wal_size="4GB") as cluster:
        cluster.create_database(name)
        yield cluster.url(name)
