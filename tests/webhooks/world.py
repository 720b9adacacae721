"""Running webhooks on a test's engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from linebook.core.message import EventKind
from linebook.core.webhook import WebhookSubscription
from linebook.dialects.base import WebhookRules
from linebook.dialects.zipwhip.webhooks import ZipwhipWebhooks
from linebook.ids import Ids
from linebook.sealing import Sealer
from linebook.services.leases import EndLeases, KeepLeases, Leased, LeaseKind, end_leases, keep_leases
from linebook.services.messages import send_messages
from linebook.services.webhook_turns import Attempted, TakeWebhookTurn, WebhookTurn, take_webhook_turns
from linebook.services.webhooks import AddWebhook, add_webhooks
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from linebook.webhooks.dispatcher import Webhooks
from linebook.webhooks.guard import LOOPBACK_NETWORKS, WebhookGuard
from tests.kit.borrowed import borrowing_store
from tests.kit.builders import AUTHOR
from tests.kit.clock import TestClock

LEASE_MS = 60 * 24 * 3600 * 1000
"""Leases outlast every time that a test lets pass at once."""

SEALER = Sealer("11" * 32, None)


@asynccontextmanager
async def telling(
    engine: Engine,
    clock: TestClock,
    *,
    networks: str = LOOPBACK_NETWORKS,
    rules: WebhookRules | None = None,
    lease_ms: int = LEASE_MS,
) -> AsyncIterator[Webhooks]:
    """Tell of an engine's events while the block runs."""
    store = borrowing_store(engine)
    await store.start()
    all_rules = {"zipwhip": rules or ZipwhipWebhooks()}
    webhooks = Webhooks(store, clock, Ids(), WebhookGuard(networks), SEALER, all_rules, lease_ms=lease_ms, poll_s=0.01)
    store.watch(send_messages, webhooks.wake)
    webhooks.start()
    try:
        yield webhooks
    finally:
        await webhooks.stop()
        await store.stop()


def add_webhook(
    engine: Engine, account_id: int, line_id: int, url: str, *kinds: EventKind, sealed: str | None = None
) -> WebhookSubscription:
    """Add a webhook of Zipwhip's kind."""
    request = AddWebhook(
        dialect="zipwhip",
        kinds=kinds or (EventKind.SEND,),
        url=url,
        line_id=line_id,
        author=AUTHOR,
        sealed=sealed,
    )
    return write_now(engine, add_webhooks, account_id, request)


def tell_of(engine: Engine, account_id: int, webhook_id: int, *attempted: Attempted, room: int = 0) -> WebhookTurn:
    """Record tries to tell a webhook of events, as the worker that has it does, and take what is due."""
    until_ms = engine.read(lambda tx: tx.now_ms) + 1000
    held = frozenset({Leased(account_id, webhook_id)})
    owner = f"tests until {until_ms}"
    write_now(engine, keep_leases, account_id, KeepLeases(kind=LeaseKind.WEBHOOK, owner=owner, until_ms=until_ms))
    request = TakeWebhookTurn(webhook_id=webhook_id, owner=owner, attempted=attempted, room=room)
    turn = write_now(engine, take_webhook_turns, account_id, request)
    write_now(engine, end_leases, account_id, EndLeases(kind=LeaseKind.WEBHOOK, owner=owner, things=held))
    return turn
