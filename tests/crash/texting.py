"""Sends, receipts, texts in and webhooks under load, kills at random moments, and the truth after each and at the end.

The carrier and the receiver live in this process and outlive the hub, so that what was handed over, acknowledged and
told is known whatever the hub remembers.
"""

from __future__ import annotations

import asyncio
import copy
import random
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from linebook.core.account import CredentialKind, Line, OnDoubt
from linebook.core.message import EventKind
from linebook.services.credentials import RegisterCredential, register_credentials
from linebook.services.lines import AddLine, add_lines, list_lines
from linebook.services.outbox import next_due_ms
from linebook.services.webhooks import AddWebhook, add_webhooks
from linebook.storage.base import Engine, Tx
from linebook.storage.store import open_engine, write_now
from tests.bench.books import SESSION, fill_book
from tests.crash.carrier import OutsideCarrier, outside_carrier
from tests.crash.hub import HubProcess
from tests.crash.texting_rules import Told, Truth, faults_at_the_end, faults_so_far
from tests.crash.wire import Connection, Gone
from tests.crash.wired import PORT_VARIABLE
from tests.kit.builders import AUTHOR
from tests.kit.receiver import Hooks, Seen, receiver

WORKERS: Final = 6
"""How many callers send over each line at once."""
PAUSE_S: Final = 0.004
NUMBERS_EACH: Final = 5
SETTLE_S: Final = 120.0
CAREFUL_SESSION: Final = "5b0d6c1e-0f5a-4a9b-9d39-3a0f6f0c2b21:10002"
CAREFUL_ADDRESS: Final = "+15556660142"
FROZEN_SHARE: Final = 0.3
"""In how many rounds the hub is frozen before it is killed, and another one takes its lines."""
REFUSED_SHARE: Final = 0.002
"""How often the receiver answers with an error."""
SETTINGS: Final = {
    "LINEBOOK_LEASE_S": "0.4",
    "LINEBOOK_DOUBT_WAIT_S": "0.3",
    "LINEBOOK_WEBHOOK_NETWORKS": "127.0.0.0/8",
}


def run_rounds(name: str, database: str, folder: Path, rounds: int, seed: int) -> int:
    """Run the rounds on one engine; give how many faults there were."""
    # A file has one hub at a time.
    frozen_share = FROZEN_SHARE if name == "postgres" else 0.0
    faults, truth, carrier = asyncio.run(_rounds(database, folder, rounds, seed, frozen_share))
    ledger = carrier.ledger
    repeats = sum(len(handed) > 1 for handed in ledger.handed.values())
    print(
        f"{name}: texting: {rounds} kills, {ledger.breaks} broken links; {len(truth.accepted)} texts accepted, "
        f"{repeats} handed over more than once, {ledger.receipts_stored.total()} receipts and "
        f"{ledger.texts_stored.total()} texts acknowledged, {len(truth.told)} events told; {len(faults)} faults"
    )
    for fault in faults[:20]:
        print(f"  {fault}", file=sys.stderr)
    return len(faults)


async def _rounds(
    database: str, folder: Path, rounds: int, seed: int, frozen_share: float
) -> tuple[list[str], Truth, OutsideCarrier]:
    account_id = fill_book(database, 0)
    rng = random.Random(seed)
    async with AsyncExitStack() as stack:
        hooks = await stack.enter_async_context(receiver())
        carrier = await stack.enter_async_context(outside_carrier(rng.randrange(2**31)))
        engine = open_engine(database)
        stack.callback(engine.close)
        world = _World(engine, account_id, carrier, _lines(engine, account_id), rng)
        hooks.answer = world.be_told
        world.truth.webhook_id = _listen(engine, account_id, hooks)
        settings = SETTINGS | {PORT_VARIABLE: str(carrier.port)}
        hub, other = (HubProcess(database, folder / "hub.log", "tests.crash.wired", **settings) for _ in range(2))
        stack.enter_context(hub)
        stack.push(other)
        for number in range(rounds):
            if rng.random() < frozen_share:
                await world.load_and_overtake(hub, other)
                hub, other = other, hub
            else:
                await world.load_and_kill(hub)
            known = copy.deepcopy((world.truth, carrier.ledger))
            world.note(await asyncio.to_thread(faults_so_far, engine, *known), number)
        if not await world.settled():
            world.faults.append("not everything was sent, stored and told in time")
        world.faults += faults_at_the_end(engine, world.truth, carrier.ledger)
    return world.faults, world.truth, carrier


@dataclass
class _World:
    """One hub's lines, callers, carrier and receiver."""

    engine: Engine
    account_id: int
    carrier: OutsideCarrier
    lines: dict[str, Line]
    rng: random.Random
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.truth = Truth(self.account_id)

    def note(self, faults: list[str], number: int) -> None:
        """Keep what was found after a round."""
        self.faults += [f"round {number}: {one}" for one in faults]

    def be_told(self, seen: Seen) -> int:
        """Receive one event, or answer with an error, so that it comes again."""
        if self.rng.random() < REFUSED_SHARE:
            return 500
        body = seen.json()
        self.truth.told.append(Told(body["id"], body["statusCode"], body["messageStatus"]))
        return 200

    async def load_and_kill(self, hub: HubProcess) -> None:
        """Send and bring texts, and kill the hub at a random moment; another one comes up."""
        async with self._load() as send_to:
            send_to(hub)
            # The moment is drawn, not waited for: nothing depends on what had happened by then.
            await asyncio.sleep(self.rng.uniform(0.1, 2.0))
            await asyncio.to_thread(hub.kill)
        await asyncio.to_thread(hub.start)

    async def load_and_overtake(self, hub: HubProcess, other: HubProcess) -> None:
        """Freeze the hub until its leases are another one's, let both go on, and kill the first."""
        async with self._load() as send_to:
            send_to(hub)
            await asyncio.sleep(self.rng.uniform(0.1, 1.0))
            hub.freeze()
            await asyncio.to_thread(other.start)
            send_to(other)
            await asyncio.sleep(self.rng.uniform(0.2, 1.0))
            hub.thaw()
            await asyncio.sleep(self.rng.uniform(0.1, 1.5))
            await asyncio.to_thread(hub.kill)

    @asynccontextmanager
    async def _load(self) -> AsyncIterator[Callable[[HubProcess], None]]:
        """Bring texts to the lines while the block runs, and send over the hubs that it names until they are gone."""
        is_over = asyncio.Event()
        texting = [self.carrier.later(self.carrier.text_to(line.address)) for line in self.lines.values()]
        sending: list[asyncio.Task[None]] = []

        def send_to(hub: HubProcess) -> None:
            for session in self.lines:
                for worker in range(WORKERS):
                    sending.append(asyncio.create_task(self._send(hub.port, session, worker, is_over)))

        yield send_to
        for one in texting:
            one.cancel()
        is_over.set()
        await asyncio.gather(*sending)

    async def settled(self) -> bool:
        """Wait until nothing waits for the carrier, the receiver or the hub; false when that takes too long."""
        deadline_s = time.monotonic() + SETTLE_S
        while time.monotonic() < deadline_s:
            if self.carrier.is_idle and not await asyncio.to_thread(self.engine.read, self._is_waiting):
                return True
            await asyncio.sleep(0.2)
        return False

    def _is_waiting(self, tx: Tx) -> bool:
        asked = {"account_id": self.account_id, "subscription_id": self.truth.webhook_id, "after_no": 0, "limit": 1}
        if tx.all("deliveries_waiting", **asked):
            return True
        return any(
            next_due_ms(tx, self.account_id, line.id) is not None
            or tx.all("outbox_left_behind", account_id=self.account_id, line_id=line.id, owner="-", limit=1)
            for line in self.lines.values()
        )

    async def _send(self, port: int, session: str, worker: int, is_over: asyncio.Event) -> None:
        connection = Connection(port)
        try:
            while not is_over.is_set():
                number = f"+1206555{100 + worker * NUMBERS_EACH + self.rng.randrange(NUMBERS_EACH):04}"
                form = {"session": session, "contacts": number, "body": f"{len(self.truth.accepted)}"}
                status, answer = await connection.post("/message/send", form)
                if status == 200 and answer["success"]:
                    self.truth.accepted.add(int(answer["response"]["root"]))
                await asyncio.sleep(PAUSE_S)
        except Gone:
            return
        finally:
            connection.close()


def _lines(engine: Engine, account_id: int) -> dict[str, Line]:
    """Give two lines by the sessions that send over them: one that resends what is in doubt, one that fails it."""
    (usual,) = engine.read(lambda tx: list_lines(tx, account_id))
    careful = write_now(engine, add_lines, account_id, AddLine(address=CAREFUL_ADDRESS, on_doubt=OnDoubt.FAIL))
    shown = RegisterCredential(kind=CredentialKind.ZIPWHIP_SESSION, secret=CAREFUL_SESSION, line_id=careful.id)
    write_now(engine, register_credentials, account_id, shown)
    return {SESSION: usual, CAREFUL_SESSION: careful}


def _listen(engine: Engine, account_id: int, hooks: Hooks) -> int:
    kinds = (EventKind.SEND, EventKind.PROGRESS, EventKind.RECEIVE)
    request = AddWebhook(dialect="zipwhip", kinds=kinds, url=hooks.url(), author=AUTHOR)
    return write_now(engine, add_webhooks, account_id, request).id
