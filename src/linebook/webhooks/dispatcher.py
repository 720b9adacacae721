"""Tells the webhooks that this process has leased: it takes what was not told from rows, and never counts on a mark."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Protocol

import structlog

from linebook.clock import Clock
from linebook.core.webhook import WebhookSubscription
from linebook.dialects.base import WebhookRules
from linebook.errors import LinebookError, NotFound, SecretUnreadable
from linebook.ids import Ids
from linebook.lease_keeper import LeaseKeeper
from linebook.leased_workers import LeasedWorkers
from linebook.services.leases import Leased, LeaseKind
from linebook.services.webhooks import SECRET_ABOUT, get_webhook
from linebook.storage.base import Tx
from linebook.storage.store import Store
from linebook.webhooks.guard import WebhookGuard
from linebook.webhooks.post import Caller
from linebook.webhooks.receiver import Receiver

LEASE_MS: Final = 15_000
POLL_S: Final = 0.25

_log = structlog.get_logger("linebook.webhooks")


class Opens(Protocol):
    """Opens sealed secrets."""

    def open(self, sealed: str, about: str) -> str:
        """Give the text that was sealed."""


class Webhooks:
    """The webhooks of one process."""

    def __init__(  # noqa: PLR0917 - the parts of a hub that it works with
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        guard: WebhookGuard,
        sealer: Opens,
        rules: Mapping[str, WebhookRules],
        *,
        lease_ms: int = LEASE_MS,
        poll_s: float = POLL_S,
    ) -> None:
        """Work for nobody yet. `rules` by the name of the dialect that a webhook speaks."""
        self._store = store
        self._clock = clock
        self._guard = guard
        self._sealer = sealer
        self._rules = rules
        self._poll_s = poll_s
        self._leases = LeaseKeeper(store, clock, LeaseKind.WEBHOOK, ids.secret(8), lease_ms)
        self._receivers = LeasedWorkers(self._leases, self._begin)
        self._unreadable: set[Leased] = set()
        self._task: asyncio.Task[None] | None = None

    @property
    def webhooks(self) -> frozenset[Leased]:
        """The webhooks that this process works for."""
        return self._receivers.things

    @property
    def receivers(self) -> list[Receiver]:
        """The workers of this process."""
        return self._receivers.workers

    def start(self) -> None:
        """Lease webhooks and tell. Needs a store that runs."""
        self._task = asyncio.create_task(self._run(), name="webhooks")

    async def stop(self) -> None:
        """Wait for the calls that are under way, record them, and let other processes have the webhooks."""
        if self._task is None:
            return
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._task = None
        await self._receivers.end()

    def wake(self, account_id: int) -> None:
        """Look at once whether the account's webhooks have something to tell."""
        for one in self._receivers.of_account(account_id):
            one.wake()

    async def look(self) -> None:
        """Keep the leases, begin and end workers by them, and wake those with something due. Done again and again."""
        await self._receivers.keep()
        held = sorted(self.webhooks)
        for leased, webhook, is_due in await self._store.read(lambda tx: _seen(tx, held)):
            if (one := self._receivers.get(leased)) is not None:
                one.notice(webhook, is_due=is_due)

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except LinebookError as error:
                _log.warning("webhooks cannot look for work", error=type(error).__name__)
            except Exception as error:
                _log.error("webhooks cannot look for work", error=repr(error))
            await asyncio.sleep(self._poll_s)

    async def _begin(self, leased: Leased) -> Receiver | None:
        try:
            webhook = await self._store.read(lambda tx: get_webhook(tx, leased.account_id, leased.thing_id))
        except NotFound:
            return None
        rules = self._rules.get(webhook.dialect)
        if rules is None:
            return None
        try:
            secret = None if webhook.sealed is None else self._sealer.open(webhook.sealed, SECRET_ABOUT)
        except SecretUnreadable:
            # What waits for it waits on: a body without its signature would be refused, or believed by mistake.
            if leased not in self._unreadable:
                self._unreadable.add(leased)
                _log.error("the secret of a webhook cannot be opened", webhook=webhook.id)
            return None
        return Receiver(
            self._store,
            self._clock,
            rules,
            webhook,
            leased.account_id,
            Caller(self._guard),
            secret,
            owner=self._leases.owner,
            until_ms=self._leases.until_ms,
            poll_s=self._poll_s,
        )


def _seen(tx: Tx, held: list[Leased]) -> list[tuple[Leased, WebhookSubscription, bool]]:
    seen: list[tuple[Leased, WebhookSubscription, bool]] = []
    for one in held:
        with suppress(NotFound):
            webhook = get_webhook(tx, one.account_id, one.thing_id)
            row = tx.one("delivery_due", account_id=one.account_id, subscription_id=one.thing_id, now_ms=tx.now_ms)
            seen.append((one, webhook, row is not None))
    return seen
