"""Texts from the outbox to the carrier and back, and events to receivers: `python -m tests.bench texting`."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvloop

from linebook.carriers.base import CarrierAnswer, CarrierRequest, Outgoing, Progress, Receipt, Result
from linebook.clock import system_clock
from linebook.core.account import Account, Line
from linebook.core.delivery_status import ReceiptKind
from linebook.core.message import EventKind
from linebook.core.phone import Phone
from linebook.delivery.intake import StoreIntake
from linebook.delivery.line_worker import Timing
from linebook.delivery.worker import Delivery
from linebook.dialects.zipwhip.webhooks import ZipwhipWebhooks
from linebook.ids import Ids
from linebook.sealing import Sealer
from linebook.services.messages import SendMessage, send_messages
from linebook.services.webhooks import AddWebhook, add_webhooks
from linebook.storage.base import Engine
from linebook.storage.store import Store, open_engine, write_now
from linebook.webhooks.dispatcher import Webhooks
from linebook.webhooks.guard import LOOPBACK_NETWORKS, WebhookGuard
from linebook.webhooks.post import CALLS_AT_ONCE, Caller
from tests.bench.bare_receiver import bare_receiver
from tests.bench.texting_http import measure_message_lists, measure_sends
from tests.delivery.world import no_file, no_files
from tests.kit.builders import AUTHOR, add_account, add_line
from tests.kit.postgres import PostgresCluster
from tests.kit.receiver import receiver

ROUND_TRIP_S = 0.04
RECIPIENTS = 500
SECTIONS = ("sends", "lists", "delivery")


class Wire:
    """A carrier that takes everything after a round trip and sends no receipts of its own."""

    name = "loopback"

    def __init__(self, round_trip_s: float) -> None:
        self.round_trip_s = round_trip_s
        self.part_ids: list[str] = []

    async def open(self, line: Line, progress: Progress) -> WireLink:
        return WireLink(self, progress)

    async def answer(self, request: CarrierRequest) -> CarrierAnswer | None:
        return None

    async def close(self) -> None:
        return None


class WireLink:
    """One link of it."""

    def __init__(self, wire: Wire, progress: Progress) -> None:
        self._wire = wire
        self._progress = progress

    async def submit(self, texts: Sequence[Outgoing]) -> None:
        results = [Result(message_id=one.message_id, part_ids=(f"p{one.message_id:x}",)) for one in texts]
        self._wire.part_ids += [one.part_ids[0] for one in results]
        loop = asyncio.get_running_loop()
        loop.call_later(self._wire.round_trip_s, self._progress.results, results)

    async def close(self) -> None:
        return None


def main(arguments: Sequence[str]) -> None:
    """Measure on the engines that are asked for, and print."""
    parser = argparse.ArgumentParser(prog="make bench ARGS='texting …'", description="Prints figures; asserts nothing.")
    parser.add_argument("--engine", choices=("sqlite", "postgres"), action="append", help="default: both")
    parser.add_argument("--backlog", type=int, default=100_000, help="texts to drain (default 100,000)")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of a measured window (default 5)")
    parser.add_argument("--events", type=int, default=2_000, help="events to tell (default 2,000)")
    parser.add_argument("--listed", type=int, default=1_000_000, help="texts of the long lists (default 1,000,000)")
    parser.add_argument("--section", choices=SECTIONS, action="append", help="default: all")
    given = parser.parse_args(arguments)
    sections = given.section or SECTIONS
    for engine in given.engine or ("sqlite", "postgres"):
        print(f"\n== {engine}", flush=True)
        with _database(engine) as database:
            if "sends" in sections:
                measure_sends(database=database, seconds=round(given.seconds), rounds=3)
            if "lists" in sections:
                measure_message_lists(database=database, count=given.listed)
        if "delivery" not in sections:
            continue
        with _engine(engine) as opened, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_measure(opened, given))


async def _measure(engine: Engine, given: argparse.Namespace) -> None:
    account = add_account(engine, "Bench")
    for number, window in enumerate((1, 10, 50)):
        line = add_line(engine, account.id, f"+155566601{number:02}", window_size=window)
        count = round(window / ROUND_TRIP_S * given.seconds)
        took_s, _ = await _drain(engine, account, line, count, ROUND_TRIP_S)
        rate, most = count / took_s, window / ROUND_TRIP_S
        print(f"window {window:3}: {rate:8.0f} texts/s of {most:.0f} = {rate / most:.0%}", flush=True)
    line = add_line(engine, account.id, "+15556660110", window_size=500)
    took_s, part_ids = await _drain(engine, account, line, given.backlog, 0.0)
    print(f"drain of {given.backlog:,}: {given.backlog / took_s:8.0f} texts/s", flush=True)
    took_s = await _receipts(engine, line, part_ids)
    print(f"receipts: {len(part_ids) / took_s:8.0f}/s", flush=True)
    took_s, bare_s = await _events(engine, account, line, given.events)
    print(f"webhooks beside one that hangs: {given.events / took_s:8.0f}/s", end="", flush=True)
    print(f" ({given.events / bare_s:.0f} bare calls/s)", flush=True)


async def _drain(
    engine: Engine, account: Account, line: Line, count: int, round_trip_s: float
) -> tuple[float, list[str]]:
    """Give how long a backlog took from the first text that left until the last result was recorded."""
    _queue(engine, account, line, count)
    wire = Wire(round_trip_s)
    async with _store(engine) as store:
        delivery = Delivery(store, system_clock, Ids(), {"loopback": wire}, no_file, Timing())
        delivery.start()
        await _until(lambda: bool(wire.part_ids), 0.001)
        began_s = time.monotonic()
        await _until(lambda: len(wire.part_ids) == count, 0.005)
        await _until(lambda: delivery.in_flight == 0, 0.001)
        took_s = time.monotonic() - began_s
        await delivery.stop()
    return took_s, wire.part_ids


async def _receipts(engine: Engine, line: Line, part_ids: list[str]) -> float:
    async with _store(engine) as store:
        intake = StoreIntake(store, "loopback", no_files)
        receipts = [
            Receipt(part_id=one, kind=ReceiptKind.DELIVERED, line_address=line.address, words="DELIVRD")
            for one in part_ids
        ]
        sets = [receipts[first : first + 100] for first in range(0, len(receipts), 100)]
        began_s = time.monotonic()
        for first in range(0, len(sets), 8):
            await asyncio.gather(*(intake.receipts(one) for one in sets[first : first + 8]))
        return time.monotonic() - began_s


async def _events(engine: Engine, account: Account, line: Line, count: int) -> tuple[float, float]:
    """Give how long a receiver in a process of its own is told, until all is recorded, and how long bare calls take."""
    async with receiver() as hung, _store(engine) as store:
        hung.answer = lambda _seen: None
        guard, sealer, rules = WebhookGuard(LOOPBACK_NETWORKS), Sealer("11" * 32, None), ZipwhipWebhooks()
        with bare_receiver() as url:
            bare_s = await _bare_calls(guard, url, count)
            told = [
                write_now(
                    engine,
                    add_webhooks,
                    account.id,
                    AddWebhook(dialect="zipwhip", kinds=(EventKind.SEND,), url=one, line_id=line.id, author=AUTHOR),
                )
                for one in (hung.url(), url)
            ]
            _queue(engine, account, line, count)
            webhooks = Webhooks(store, system_clock, Ids(), guard, sealer, {"zipwhip": rules})
            asked = {"account_id": account.id, "subscription_id": told[-1].id, "after_no": 0, "limit": 1}
            began_s = time.monotonic()
            webhooks.start()
            while await store.read(lambda tx: tx.one("deliveries_waiting", **asked)):
                await asyncio.sleep(0.02)
            took_s = time.monotonic() - began_s
        rules.timeout_s = 0.1
        await webhooks.stop()
        return took_s, bare_s


async def _bare_calls(guard: WebhookGuard, url: str, count: int) -> float:
    caller, left = Caller(guard), iter(range(count))

    async def call() -> None:
        for _ in left:
            await caller.call("POST", url, {"Content-Type": "application/json"}, b"{}" * 300, 10.0)

    began_s = time.monotonic()
    await asyncio.gather(*(call() for _ in range(CALLS_AT_ONCE)))
    took_s = time.monotonic() - began_s
    await caller.close()
    return took_s


def _queue(engine: Engine, account: Account, line: Line, count: int) -> None:
    for first in range(0, count, RECIPIENTS):
        phones = tuple(Phone.stored(f"+1206{n:07}") for n in range(first, min(first + RECIPIENTS, count)))
        request = SendMessage(line_id=line.id, recipients=phones, body="Your table is ready", author=AUTHOR)
        write_now(engine, send_messages, account.id, request)


async def _until(what: Callable[[], bool], pause_s: float) -> None:
    while not what():
        await asyncio.sleep(pause_s)


@asynccontextmanager
async def _store(engine: Engine) -> AsyncIterator[Store]:
    store = Store(engine)
    await store.start()
    try:
        yield store
    finally:
        await store.stop()


@contextmanager
def _engine(name: str) -> Iterator[Engine]:
    with _database(name) as database:
        engine = open_engine(database)
        engine.migrate()
        yield engine
        engine.close()


@contextmanager
def _database(name: str) -> Iterator[str]:
    """Give the URL of an empty database."""
    if name == "sqlite":
        with tempfile.TemporaryDirectory(prefix="linebook-bench-") as folder:
            yield f"sqlite:///{Path(folder) / 'texting.db'}"
        return
    with PostgresCluster(fsync=True, shared_buffers="1GB", max_wal_size="4GB") as cluster:
        cluster.create_database("texting")
        yield cluster.url("texting")
