"""Whole books read page by page: the time of a page must not depend on where it is, and nobody may be left out."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import httpx

from tests.bench.books import FIRST_NUMBER
from tests.bench.processes import hub

DRAIN_SESSION = "5b0d6c1e-0f5a-4a9b-9d39-3a0f6f0c2b13:10001"
WRITERS = 2
WALK_PAGE = 200
DRAIN_PAGE = 1_000
CALLS = 30


class Times:
    """How long each page of a walk took."""

    def __init__(self) -> None:
        self._took_ms: list[float] = []

    def take(self, call: Callable[[], httpx.Response]) -> Any:
        """Make a call that must succeed, and give what it answers."""
        started_s = time.perf_counter()
        answer = call()
        self._took_ms.append((time.perf_counter() - started_s) * 1000)
        return answer.raise_for_status().json()

    def median_ms(self) -> float:
        """Give the usual time."""
        return median(self._took_ms)

    def line(self) -> str:
        """Give the times at the beginning, in the middle and at the end: medians of a twentieth of the pages each."""
        pages = self._took_ms[:-1]  # the last one was empty
        share = max(len(pages) // 20, 1)
        middle = (len(pages) - share) // 2
        first, last = median(pages[:share]), median(pages[-share:])
        return (
            f"{len(pages):,} pages in {sum(pages) / 1000:.1f} s; a page at first {first:.2f} ms, in the middle "
            f"{median(pages[middle : middle + share]):.2f} ms, at last {last:.2f} ms, last / first {last / first:.2f}"
        )


class Writers:
    """Clients that create and change contacts as fast as they are answered."""

    def __init__(self, base_url: str, contacts: int) -> None:
        self.revisions: dict[int, int] = {}
        """Every contact that was written by its id, with the first revision that they were told of."""

        self.failed = 0
        self._base_url = base_url
        self._contacts = contacts
        self._may_end = threading.Event()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Write while the block runs; afterwards no write is under way."""
        threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._may_end.set()
            for thread in threads:
                thread.join()

    def _write(self, writer: int) -> None:
        with _client(self._base_url, "bench") as client:
            turn = writer
            while not self._may_end.is_set():
                # Steps that have no divisor in common with the book reach all of it; odd numbers are nobody's yet.
                at = (turn * 7_919) % self._contacts
                number = FIRST_NUMBER + 2 * at + (turn % 10 == 0)
                answer = client.post("/v1/contact", json={"phone": f"1{number}", "display_name": f"walk {turn}"})
                if answer.status_code == 200:
                    stub = answer.json()
                    self.revisions.setdefault(stub["id"], stub["rev"])
                else:
                    self.failed += 1
                turn += WRITERS


def measure_walk(*, database: str, contacts: int) -> None:
    """Walk the book from the latest change down while writers are busy, and print who was missed or seen twice."""
    with hub(database) as server, _client(server.url, "bench") as client:
        before = _count(client)
        times, seen = Times(), Counter[int]()
        writers = Writers(server.url, contacts)
        page = times.take(lambda: _page(client, None))
        start = page[0]["updated"]
        with writers.busy():
            while page:
                seen.update(one["id"] for one in page)
                page = times.take(lambda last=page[-1]["updated"]: _page(client, last))  # type: ignore[misc]
        print(times.line())
        above: set[int] = set()
        page = _page(client, None).json()
        while page and page[-1]["updated"] > start:
            above.update(one["id"] for one in page)
            page = _page(client, page[-1]["updated"]).json()
        above.update(one["id"] for one in page if one["updated"] > start)
        written = writers.revisions
        created = sum(rev == 1 for rev in written.values())
        quiet = {one: times_seen for one, times_seen in seen.items() if one not in written}
        after = _count(client)
    print(
        f"{before:,} contacts before, {len(written):,} written meanwhile, {created:,} of them new, {after:,} after; "
        f"writes that failed: {writers.failed}"
    )
    print(
        f"not written: {before - len(written) + created:,}, seen once {sum(one == 1 for one in quiet.values()):,}, "
        f"seen again {sum(one > 1 for one in quiet.values())}, missed {before - len(written) + created - len(quiet)}"
    )
    print(
        f"written: {len(written):,}, shown by one more walk down to where the first began "
        f"{len(above & written.keys()):,}, missed {len(written.keys() - above)}; "
        f"together {len(seen.keys() | above):,} of {after:,}"
    )


def measure_drain(*, database: str, contacts: int) -> None:
    """Read everything unread page by page through inwise, and print who was missed or seen twice."""
    seen, times = Counter[int](), Times()
    with hub(database) as server, _client(server.url, "drain") as client:
        path = f"/rest/v1/contacts/recently_updated?limit={DRAIN_PAGE}"
        while page := times.take(lambda: client.get(path)):
            seen.update(one["id"] for one in page)
    print(times.line())
    twice = sum(one > 1 for one in seen.values())
    print(f"{contacts:,} contacts, seen once {len(seen) - twice:,}, seen again {twice}, missed {contacts - len(seen)}")


def measure_lists(*, database: str, contacts: int, small: int) -> None:
    """Print the time of Sendblue's longest list in a small and in a large book."""
    print(f"{'':26} {small:>12,} {contacts:>12,}   ratio")
    with hub(database) as server, _client(server.url, "small") as few, _client(server.url, "bench") as many:
        for name, query in (
            ("newest first", ""),
            ("by phone", "&order_by=phone&order_direction=asc"),
            ("offset 10,000", "&offset=10000"),
        ):
            path = f"/api/v2/contacts?limit=1000{query}"
            small_times, large_times = Times(), Times()
            for _ in range(CALLS):
                small_times.take(lambda: few.get(path))  # noqa: B023 - called at once
                large_times.take(lambda: many.get(path))  # noqa: B023
            if "offset" in query:
                print(f"{name:26} {'':12} {large_times.median_ms():9.2f} ms")
                continue
            small_ms, large_ms = small_times.median_ms(), large_times.median_ms()
            print(f"{name:26} {small_ms:9.2f} ms {large_ms:9.2f} ms   {large_ms / small_ms:.2f}")


def _client(base_url: str, account: str) -> httpx.Client:
    """Give a client that shows the account's credential of every platform that has one of its own."""
    headers = {
        "X-API-Key": f"{account}-inwise-key",
        "sb-api-key-id": f"{account}-key",
        "sb-api-secret-key": f"{account}-secret",
        "Authorization": f"Bearer {account}-team-key",
    }
    return httpx.Client(base_url=base_url, headers=headers, timeout=60, trust_env=False)


def _page(client: httpx.Client, before: str | None) -> httpx.Response:
    body: dict[str, object] = {"limit": WALK_PAGE} | ({} if before is None else {"date": before})
    return client.post("/v1/contacts", json=body)


def _count(client: httpx.Client) -> int:
    return int(client.post("/v1/contacts/count", json={}).raise_for_status().json()["count"])
