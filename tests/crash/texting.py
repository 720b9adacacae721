"""message/send and webhooks under load, kills at random moments, and the truth when all has settled."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Final

from linebook.core.account import Account
from linebook.core.delivery_status import StatusCode
from linebook.core.message import EventKind
from linebook.services.accounts import get_account
from linebook.services.lines import list_lines
from linebook.services.outbox import next_due_ms
from linebook.services.webhooks import AddWebhook, add_webhooks
from linebook.storage import texting_rows
from linebook.storage.base import Engine, Tx
from linebook.storage.store import open_engine, write_now
from tests.bench.books import SESSION, fill_book
from tests.crash.hub import HubProcess
from tests.crash.wire import Connection, Gone
from tests.kit.builders import AUTHOR
from tests.kit.receiver import Hooks, receiver

WORKERS: Final = 12
SETTLE_S: Final = 120.0
SETTINGS: Final = {
    "LINEBOOK_LEASE_S": "0.4",
    "LINEBOOK_DOUBT_WAIT_S": "0.3",
    "LINEBOOK_WEBHOOK_NETWORKS": "127.0.0.0/8",
}


def run_rounds(name: str, database: str, folder: Path, rounds: int, seed: int) -> int:
    """Run the rounds on one engine; give how many faults there were."""
    return asyncio.run(_rounds(name, database, folder, rounds, seed))


async def _rounds(name: str, database: str, folder: Path, rounds: int, seed: int) -> int:
    account_id = fill_book(database, 0)
    rng = random.Random(seed)
    sent: dict[int, int] = {}
    async with receiver() as hooks:
        webhook_id = _listen(database, account_id, hooks)
        with HubProcess(database, folder / "hub.log", **SETTINGS) as hub:
            for _ in range(rounds):
                load = [asyncio.create_task(_send(hub.port, worker, sent)) for worker in range(WORKERS)]
                await asyncio.sleep(rng.uniform(0.1, 2.0))
                await asyncio.to_thread(hub.kill)
                await asyncio.gather(*load)
                await asyncio.to_thread(hub.start)
            engine = open_engine(database)
            try:
                account = engine.read(lambda tx: get_account(tx, account_id))
                is_settled = await _settled(engine, account, webhook_id)
                faults = _faults(engine, account, sent, hooks)
            finally:
                engine.close()
    faults += [] if is_settled else ["not everything was sent and told in time"]
    print(
        f"{name} texting: {rounds} kills, {len(sent)} texts acknowledged, {len(hooks.seen)} events told, "
        f"{len(faults)} faults"
    )
    for fault in faults[:20]:
        print(f"  {fault}")
    return len(faults)


def _listen(database: str, account_id: int, hooks: Hooks) -> int:
    engine = open_engine(database)
    try:
        request = AddWebhook(
            dialect="zipwhip", kinds=(EventKind.SEND, EventKind.PROGRESS), url=hooks.url(), author=AUTHOR
        )
        return write_now(engine, add_webhooks, account_id, request).id
    finally:
        engine.close()


async def _send(port: int, worker: int, sent: dict[int, int]) -> None:
    connection = Connection(port)
    number = f"+1206555{100 + worker:04}"
    try:
        while True:
            form = {"session": SESSION, "contacts": number, "body": f"{len(sent)}"}
            status, answer = await connection.post("/message/send", form)
            if status == 200 and answer["success"]:
                sent[int(answer["response"]["root"])] = worker
    except Gone:
        return
    finally:
        connection.close()


async def _settled(engine: Engine, account: Account, webhook_id: int) -> bool:
    """Wait until nothing waits for a carrier or a receiver; false when that takes too long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_S):
            while engine.read(lambda tx: _is_waiting(tx, account.id, webhook_id)):
                await asyncio.sleep(0.5)
            return True
    return False


def _is_waiting(tx: Tx, account_id: int, webhook_id: int) -> bool:
    if tx.all("deliveries_waiting", account_id=account_id, subscription_id=webhook_id, after_no=0, limit=1):
        return True
    for line in list_lines(tx, account_id):
        is_claimed = tx.all("outbox_left_behind", account_id=account_id, line_id=line.id, owner="-", limit=1)
        if is_claimed or next_due_ms(tx, account_id, line.id) is not None:
            return True
    return False


def _faults(engine: Engine, account: Account, sent: dict[int, int], hooks: Hooks) -> list[str]:
    faults: list[str] = []
    keys = sorted(sent)
    rows = engine.read(lambda tx: tx.all("messages_by_id", account_id=account.id, keys=keys))
    found = {one.id: one for one in map(texting_rows.message_from_row, rows)}
    told = Counter((seen.json()["id"], seen.json()["statusCode"]) for seen in hooks.seen)
    first_told: dict[int, list[int]] = {}
    for seen in hooks.seen:
        body = seen.json()
        if body["statusCode"] == StatusCode.QUEUED and body["id"] in sent:
            order = first_told.setdefault(sent[body["id"]], [])
            if body["id"] not in order:
                order.append(body["id"])
    for message_id in keys:
        message = found.get(message_id)
        if message is None:
            faults.append(f"{message_id}: acknowledged and not there")
            continue
        if message.state.status_code is not StatusCode.ACCEPTED:
            faults.append(f"{message_id}: ended in {message.state}")
        for code in (StatusCode.QUEUED, StatusCode.ACCEPTED):
            if not told[message_id, int(code)]:
                faults.append(f"{message_id}: nobody was told of {code.name}")
    faults += [f"worker {worker}: told out of order" for worker, ids in first_told.items() if ids != sorted(ids)]
    return faults
