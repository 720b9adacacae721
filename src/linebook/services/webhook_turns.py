"""One step of the work for a webhook in one transaction: attempts are recorded, then what is due is given out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec

from linebook.core.account import Line
from linebook.core.delivery_status import DeliveryState
from linebook.core.message import EventKind, Message
from linebook.core.webhook import WebhookSubscription
from linebook.errors import DomainError, NotFound
from linebook.services.accounts import hold_account
from linebook.services.leases import Leased, LeaseKind, require_lease
from linebook.services.lines import get_line
from linebook.services.webhooks import get_webhook
from linebook.storage import texting_rows
from linebook.storage.base import Tx

PAGE: Final = 250
GONE: Final = "what it is about is gone"
"""Why an event is parked whose line or text is no longer there."""

PAGES_MAX: Final = 8
"""How far a step looks for conversations that nothing holds up."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, with the state that it brought. `message` is the text as it is by now; `data` the event's own."""

    no: int
    kind: EventKind
    line: Line
    fingerprint: int
    phone: str
    contact_id: int
    state: DeliveryState
    message: Message
    data: Mapping[str, Any]
    at_ms: int


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One event to tell now. `body` is what was sent before; None at the first try."""

    event: Event
    attempts: int
    body: str | None


class Attempted(msgspec.Struct, frozen=True, kw_only=True):
    """What came of telling one event. `next_ms` None: it is done, or parked if there is an `error`.

    `body` is None where none could be made.
    """

    event_no: int
    attempts: int
    body: str | None
    status: int
    error: str
    answer: str
    at_ms: int
    duration_ms: int
    next_ms: int | None


class TakeWebhookTurn(msgspec.Struct, frozen=True, kw_only=True):
    """One step: what came of tries, how the receiver fares, and how many further events are wanted.

    Events of the conversations in `busy` are not given: what came before them is on its way.
    """

    webhook_id: int
    owner: str
    attempted: tuple[Attempted, ...] = ()
    busy: frozenset[int] = frozenset()
    room: int = 0
    failures: int | None = None
    paused_until_ms: int | None = None


class WebhookTurn(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `next_ms` is when the next event is due as things are, None when none waits."""

    webhook: WebhookSubscription
    due: tuple[Due, ...] = ()
    next_ms: int | None = None


def take_webhook_turns(tx: Tx, account_id: int, requests: Sequence[TakeWebhookTurn]) -> list[WebhookTurn | DomainError]:
    """Record tries, whoever holds the webhooks by now, and give those who do what to tell next.

    Of each conversation the events come in order: one that waits for its next try holds up those behind it. One whose
    line or text is gone is parked. Domain errors: `NotOurs` (somebody else has the webhook; the tries are recorded all
    the same), `NotFound`.
    """
    hold_account(tx, account_id)
    outcomes: list[WebhookTurn | DomainError] = []
    for request in requests:
        try:
            get_webhook(tx, account_id, request.webhook_id)
            _record(tx, account_id, request.webhook_id, request.attempted)
            _note_health(tx, account_id, request)
            require_lease(tx, LeaseKind.WEBHOOK, Leased(account_id, request.webhook_id), request.owner)
            outcomes.append(_turn(tx, account_id, request))
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def _record(tx: Tx, account_id: int, webhook_id: int, attempted: Sequence[Attempted]) -> None:
    common = {"account_id": account_id, "subscription_id": webhook_id}
    if attempted:
        tx.run_many(
            "save_delivery_states",
            [
                common
                | {
                    "event_no": one.event_no,
                    "state": "waiting" if one.next_ms is not None else "parked" if one.error else "done",
                    "attempts": one.attempts,
                    "next_ms": one.next_ms or 0,
                    "body": one.body,
                    "error": one.error,
                    "updated_ms": one.at_ms,
                }
                for one in attempted
            ],
        )
        # A replay begins to count anew; its tries are kept behind the earlier ones.
        keys = [one.event_no for one in attempted]
        last = {row[0]: int(row[1] or 0) for row in tx.all("last_attempts", **common, keys=keys)}
        rows = [common | _attempt_row(last[one.event_no] + 1, one) for one in attempted]
        tx.run_many("insert_webhook_attempts", rows)


def _note_health(tx: Tx, account_id: int, request: TakeWebhookTurn) -> None:
    if request.failures is not None:
        tx.run(
            "set_webhook_health",
            account_id=account_id,
            id=request.webhook_id,
            failures=request.failures,
            paused_until_ms=request.paused_until_ms,
        )


def _attempt_row(attempt: int, one: Attempted) -> dict[str, object]:
    return {
        "event_no": one.event_no,
        "attempt": attempt,
        "at_ms": one.at_ms,
        "duration_ms": one.duration_ms,
        "status": one.status,
        "error": one.error,
        "answer": one.answer,
    }


def _turn(tx: Tx, account_id: int, request: TakeWebhookTurn) -> WebhookTurn:
    webhook = get_webhook(tx, account_id, request.webhook_id)
    chosen: list[tuple[int, int, str | None]] = []
    held = set(request.busy)
    next_ms: int | None = None
    after_no = 0
    for _ in range(PAGES_MAX if request.room > 0 else 1):
        page = tx.all(
            "deliveries_waiting",
            account_id=account_id,
            subscription_id=webhook.id,
            after_no=after_no,
            limit=PAGE,
        )
        for event_no, fingerprint, attempts, due_ms, body in page:
            if fingerprint in held:
                continue
            if due_ms <= tx.now_ms and len(chosen) < request.room:
                chosen.append((event_no, attempts, body))
            else:
                held.add(fingerprint)
                next_ms = due_ms if next_ms is None else min(next_ms, due_ms)
        if len(page) < PAGE or len(chosen) >= request.room:
            break
        after_no = page[-1][0]
    due = _due(tx, account_id, chosen)
    told = {one.event.no for one in due}
    _record(tx, account_id, webhook.id, [_gone(tx, *one) for one in chosen if one[0] not in told])
    return WebhookTurn(webhook=webhook, due=due, next_ms=next_ms)


def _gone(tx: Tx, event_no: int, attempts: int, body: str | None) -> Attempted:
    """Give what is recorded of an event whose line or text is gone: it is parked, and holds up nobody."""
    return Attempted(
        event_no=event_no,
        attempts=attempts + 1,
        body=body,
        status=0,
        error=GONE,
        answer="",
        at_ms=tx.now_ms,
        duration_ms=0,
        next_ms=None,
    )


def _due(tx: Tx, account_id: int, chosen: Sequence[tuple[int, int, str | None]]) -> tuple[Due, ...]:
    """Give those of the chosen events that can still be told."""
    if not chosen:
        return ()
    found = {row[1]: row for row in tx.all("events_by_no", account_id=account_id, keys=[one[0] for one in chosen])}
    ids = sorted({row[5] for row in found.values()})
    messages = {
        one.id: one
        for one in map(texting_rows.message_from_row, tx.all("messages_by_id", account_id=account_id, keys=ids))
    }
    lines: dict[int, Line] = {}
    for line_id in {row[3] for row in found.values()}:
        with suppress(NotFound):
            lines[line_id] = get_line(tx, account_id, line_id)
    whole = {no: row for no, row in found.items() if row[3] in lines and row[5] in messages}
    return tuple(
        Due(event=_event(whole[event_no], lines, messages), attempts=attempts, body=body)
        for event_no, attempts, body in chosen
        if event_no in whole
    )


def _event(row: tuple[Any, ...], lines: Mapping[int, Line], messages: Mapping[int, Message]) -> Event:
    return Event(
        no=row[1],
        kind=EventKind(row[2]),
        line=lines[row[3]],
        fingerprint=row[4],
        phone=row[6],
        contact_id=row[7],
        state=texting_rows.state_from(row[8], row[9]),
        message=messages[row[5]],
        data=json.loads(row[10]),
        at_ms=row[11],
    )
