"""A running delivery on a test's engine: sends texts, waits for what becomes of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from linebook.carriers.base import Carrier
from linebook.carriers.loopback import LoopbackCarrier
from linebook.core.message import Attachment, Message
from linebook.core.phone import national, parse_phone
from linebook.delivery.intake import StoreIntake
from linebook.delivery.line_worker import Timing
from linebook.delivery.worker import Delivery
from linebook.ids import Ids
from linebook.services.messages import SendMessage, send_messages
from linebook.storage import texting_rows
from linebook.storage.base import Engine
from linebook.storage.store import Store
from tests.kit.borrowed import borrowing_store
from tests.kit.builders import AUTHOR, run
from tests.kit.clock import TestClock
from tests.kit.hub import until

QUICK = Timing(poll_s=0.01, drain_s=1.0, lease_ms=30 * 24 * 3600 * 1000)
"""Leases outlast every time that a test lets pass at once."""


async def no_files(_account_id: int, _files: object) -> tuple[str, ...]:
    """Keep nothing: these texts have no files."""
    return ()


async def no_file(_account_id: int, _file: Attachment) -> bytes:
    """Every file is gone."""
    raise FileNotFoundError


@dataclass
class World:
    """What a test works with."""

    engine: Engine
    clock: TestClock
    store: Store
    carrier: LoopbackCarrier
    delivery: Delivery

    async def ends_in(self, account_id: int, message_id: int, status_code: int, message_status: int) -> Message:
        """Wait until a text has that state, and give it."""

        def there() -> bool:
            state = message(self.engine, account_id, message_id).state
            return (state.status_code, state.message_status) == (status_code, message_status)

        await until(there)
        return message(self.engine, account_id, message_id)


@asynccontextmanager
async def delivering(
    engine: Engine,
    clock: TestClock,
    *,
    timing: Timing = QUICK,
    carriers: Mapping[str, Carrier] | None = None,
    seed: int | None = None,
) -> AsyncIterator[World]:
    """Deliver the texts of an engine while the block runs."""
    store = borrowing_store(engine)
    await store.start()
    ids = Ids()
    loopback = LoopbackCarrier(StoreIntake(store, "loopback", no_files), ids)
    delivery = Delivery(store, clock, ids, carriers or {"loopback": loopback}, no_file, timing)
    store.watch(send_messages, delivery.wake)
    delivery.start()
    try:
        yield World(engine, clock, store, loopback, delivery)
    finally:
        await delivery.stop()
        await loopback.close()
        await store.stop()


def send(
    engine: Engine, account_id: int, line_id: int, *numbers: str, body: str = "Hello", **rest: object
) -> list[Message]:
    """Queue a text to each of these numbers, in one request."""
    request = SendMessage(
        line_id=line_id,
        recipients=tuple(parse_phone(one, national("US")) for one in numbers),
        body=body,
        author=AUTHOR,
        **rest,  # type: ignore[arg-type]
    )
    (outcome,) = run(engine, send_messages, account_id, request)
    assert not isinstance(outcome, Exception), outcome
    return list(outcome.messages)


def message(engine: Engine, account_id: int, message_id: int) -> Message:
    """Give a text as the database has it."""
    rows = engine.read(lambda tx: tx.all("messages_by_id", account_id=account_id, keys=[message_id]))
    return texting_rows.message_from_row(rows[0])


def outbox(engine: Engine, account_id: int, *message_ids: int) -> list[dict[str, object]]:
    """Give what is still to be sent of these texts."""
    names = ("message_id", "next_ms", "attempts", "owner", "is_in_doubt", "failure")
    rows = engine.read(lambda tx: tx.all("outbox_of_messages", account_id=account_id, keys=list(message_ids)))
    return [dict(zip(names, (row[1], row[4], row[5], row[6], bool(row[8]), row[10]), strict=True)) for row in rows]
