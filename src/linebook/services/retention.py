"""What is kept of texting for a time only: events, tries to tell, receipts, ids. One step forgets some, in sets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

import msgspec

from linebook.core.carrier_ids import other_forms
from linebook.core.contact import LAST_ID
from linebook.core.message import first_message_id
from linebook.errors import DomainError
from linebook.services.accounts import hold_account
from linebook.services.labels import next_id
from linebook.services.webhooks import list_webhooks
from linebook.storage.base import Row, Tx

REFS_DONE: Final = "refs_forgotten"
"""The counter that holds the last message whose ids at the carrier were removed."""

AT_ONCE: Final = 500
"""How many rows of a kind one step forgets, so that nobody waits long for it."""


class KeepFor(msgspec.Struct, frozen=True, kw_only=True):
    """How long things are kept, in milliseconds.

    `events_ms` counts from when an event was told, or happened if nobody is to be told; `parked_ms` from when there was
    no more hope of telling it. What is still to be told is kept whatever its age. `receipts_ms` is also how long
    the ids that carriers gave to parts of texts are kept after the last news of them, or longer while an earlier text
    is still to be sent; `inbound_keys_ms` is how long a text that came in is known again.
    """

    attempts_ms: int
    events_ms: int
    inbound_keys_ms: int
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
        self._carrier_refs()
        self._inbound_keys()
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

    def _carrier_refs(self) -> None:
        """Remove the ids that carriers gave the parts of old texts, message by message from where the last step ended.

        An id has no time of its own, and an index for it would cost every text that is sent; the ids of messages rise
        with time. A text whose parts had news of late, or that is still to be sent, holds up those behind it.
        """
        before_ms = self._tx.now_ms - self._keep.receipts_ms
        done = self._tx.one("refs_forgotten", account_id=self._account_id, name=REFS_DONE)
        done_id = int(done[0]) if done else 0
        waiting = self._tx.one("outbox_oldest", account_id=self._account_id, after_id=done_id)
        before_id = min(first_message_id(before_ms), int(waiting[0]) if waiting else LAST_ID)
        asked = {"account_id": self._account_id, "after_id": done_id, "before_id": before_id, "limit": AT_ONCE}
        page = self._tx.all("messages_with_parts", **asked)
        parts: dict[int, list[Row]] = {}
        if page:
            ids = sorted({int(row[0]) for row in page})
            for row in self._tx.all("message_parts_of", account_id=self._account_id, keys=ids):
                parts.setdefault(int(row[1]), []).append(row)
        old = list(takewhile(lambda one: all(part[8] < before_ms for part in parts[one]), sorted(parts)))
        if not old:
            return
        self._has_more |= len(page) == AT_ONCE and len(old) == len(parts)
        refs = self._refs_of([row for message_id in old for row in parts[message_id] if row[4]])
        self._count += len(refs)
        self._tx.run_many("delete_carrier_refs", refs)
        next_id(self._tx, self._account_id, REFS_DONE, 1, old[-1] - done_id)

    def _refs_of(self, parts: Sequence[Row]) -> list[dict[str, object]]:
        """Give the ids by which carriers know these parts; a form of one that means another text now is not theirs."""
        message_ids = {row[1] for row in parts}
        refs: list[dict[str, object]] = []
        for carrier in sorted({row[3] for row in parts}):
            given = [row[4] for row in parts if row[3] == carrier]
            forms = sorted({form for ref in given for form in (ref, *other_forms(ref))})
            for ref, account_id, message_id, _ in self._tx.all("carrier_refs", carrier=carrier, keys=forms):
                if account_id == self._account_id and message_id in message_ids:
                    names = {"carrier": carrier, "ref": ref}
                    refs.append(names | {"account_id": account_id, "message_id": message_id})
        return refs

    def _inbound_keys(self) -> None:
        before_ms = self._tx.now_ms - self._keep.inbound_keys_ms
        asked = {"account_id": self._account_id, "before_ms": before_ms, "limit": AT_ONCE}
        old = self._tx.all("inbound_keys_before", **asked)
        if self._noted(old, len(old)):
            self._tx.run_many("delete_inbound_keys", [self._row(("carrier", "key"), one) for one in old])

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
