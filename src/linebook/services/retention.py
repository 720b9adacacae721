"""What is kept of texting for a time only: events, tries to tell them, receipts. One step forgets some, in sets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

import msgspec

from linebook.errors import DomainError
from linebook.services.accounts import hold_account
from linebook.services.webhooks import list_webhooks
from linebook.storage.base import Row, Tx

AT_ONCE: Final = 500
"""How many rows of a kind one step forgets, so that nobody waits long for it."""


class KeepFor(msgspec.Struct, frozen=True, kw_only=True):
    """How long things are kept, in milliseconds.

    `events_ms` counts from when an event was told, or happened if nobody is to be told; `parked_ms` from when there was
    no more hope of telling it. What is still to be told is kept whatever its age.
    """

    attempts_ms: int
    events_ms: int
    parked_ms: int
    receipts_ms: int


class Forget(msgspec.Struct, frozen=True, kw_only=True):
    """One step: of each kind the oldest rows, of events those behind `after_no`."""

    keep: KeepFor
    after_no: int = 0


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows a step removed, and the step to take next; None when nothing is left that is too old."""

    count: int
    next: Forget | None


def forget_old(tx: Tx, account_id: int, requests: Sequence[Forget]) -> list[Forgotten | DomainError]:
    """Remove what is older than it is to be kept, some of it: `next` until it is None.

    A webhook's log goes with the event that it is about. Raises `NotFound` for an account that does not exist.
    """
    hold_account(tx, account_id)
    return [_Step(tx, account_id, request).run() for request in requests]


class _Step:
    """One step for one account."""

    def __init__(self, tx: Tx, account_id: int, request: Forget) -> None:
        self._tx = tx
        self._account_id = account_id
        self._keep = request.keep
        self._after_no = request.after_no
        self._count = 0
        self._has_more = False

    def run(self) -> Forgotten:
        self._receipts()
        self._attempts()
        self._deliveries("done", self._keep.events_ms)
        self._deliveries("parked", self._keep.parked_ms)
        self._events()
        following = Forget(keep=self._keep, after_no=self._after_no) if self._has_more else None
        return Forgotten(count=self._count, next=following)

    def _noted(self, found: Sequence[object], page_size: int) -> bool:
        """Count what is removed, and whether the page was full of it; give whether there is anything."""
        self._count += len(found)
        self._has_more |= page_size == AT_ONCE and len(found) == page_size
        return bool(found)

    def _receipts(self) -> None:
        page = self._tx.all("receipts_oldest", account_id=self._account_id, limit=AT_ONCE)
        old = self._older(page, self._keep.receipts_ms)
        if self._noted(old, len(page)):
            self._tx.run("delete_receipts_to", account_id=self._account_id, last_no=old[-1][0])

    def _attempts(self) -> None:
        before_ms = self._tx.now_ms - self._keep.attempts_ms
        old = self._tx.all("attempts_before", account_id=self._account_id, before_ms=before_ms, limit=AT_ONCE)
        if self._noted(old, len(old)):
            names = ("subscription_id", "event_no", "attempt")
            self._tx.run_many("delete_attempts", [self._row(names, one) for one in old])

    def _deliveries(self, state: str, keep_ms: int) -> None:
        before_ms = self._tx.now_ms - keep_ms
        asked = {"account_id": self._account_id, "state": state, "before_ms": before_ms, "limit": AT_ONCE}
        old = self._tx.all("deliveries_ended", **asked)
        if self._noted(old, len(old)):
            rows = [self._row(("subscription_id", "event_no"), one) for one in old]
            self._tx.run_many("delete_deliveries", rows)
            self._tx.run_many("delete_attempts_of", rows)

    def _events(self) -> None:
        """Remove old events that no webhook has to do with any more; those that one has are passed over."""
        page = self._tx.all("events_after", account_id=self._account_id, after_no=self._after_no, limit=AT_ONCE)
        old = self._older(page, self._keep.events_ms)
        if not old:
            return
        first_no, last_no = int(old[0][0]), int(old[-1][0])
        kept = {
            row[0]
            for webhook in list_webhooks(self._tx, self._account_id)
            for row in self._tx.all(
                "deliveries_between",
                account_id=self._account_id,
                subscription_id=webhook.id,
                first_no=first_no,
                last_no=last_no,
            )
        }
        gone = [self._row(("no",), one) for one in old if one[0] not in kept]
        self._count += len(gone)
        self._has_more |= len(old) == AT_ONCE
        self._after_no = last_no
        self._tx.run_many("delete_events", gone)

    def _older(self, page: Sequence[Row], keep_ms: int) -> list[Row]:
        """Give the rows at the front of a page of (number, time) that are too old; times rise with the numbers."""
        before_ms = self._tx.now_ms - keep_ms
        return list(takewhile(lambda row: row[1] < before_ms, page))

    def _row(self, names: Sequence[str], values: Row) -> dict[str, object]:
        return {"account_id": self._account_id} | dict(zip(names, values, strict=False))
