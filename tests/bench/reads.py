"""Reads in a small and in a large book: their cost must not depend on its size."""

from __future__ import annotations

import time
from statistics import median

import httpx

from tests.bench.books import SESSION
from tests.bench.processes import hub

SMALL_SESSION = "5b0d6c1e-0f5a-4a9b-9d39-3a0f6f0c2b12:10001"
CALLS = 300


def measure_reads(*, database: str, contacts: int, small: int) -> None:
    """Print the time of single reads: by number, first page, middle and last page, in both books of one database."""
    with hub(database) as server, httpx.Client(base_url=server.url, timeout=30) as client:
        paths = [_paths(SMALL_SESSION, small), _paths(SESSION, contacts)]
        print(f"{'':26} {small:>12,} {contacts:>12,}   ratio")
        for name in paths[0]:
            small_ms, large_ms = alternating(client, paths[0][name], paths[1][name])
            print(f"{name:26} {small_ms:9.2f} ms {large_ms:9.2f} ms   {large_ms / small_ms:.2f}")


def _paths(session: str, size: int) -> dict[str, str]:
    number = 2_065_000_000 + 2 * (size // 2)
    pages = max(size // 50, 1)
    return {
        "contact/get": f"/contact/get?session={session}&mobileNumber={number}",
        "list, first page of 50": f"/contact/list?session={session}&page=1&pageSize=50",
        "list, middle page": f"/contact/list?session={session}&page={pages // 2 + 1}&pageSize=50",
        "list, last page": f"/contact/list?session={session}&page={pages}&pageSize=50",
    }


def alternating(client: httpx.Client, first: str, second: str) -> tuple[float, float]:
    """Give the middle times of two reads that take turns, in milliseconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(CALLS):
        for path, several in ((first, times[0]), (second, times[1])):
            started_s = time.perf_counter()
            client.get(path).raise_for_status()
            several.append((time.perf_counter() - started_s) * 1000)
    return median(times[0]), median(times[1])
