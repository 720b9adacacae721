"""Webhooks: who is told of which events and where, what they were told, and telling it once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from linebook.core.author import Author
from linebook.core.contact import LAST_ID, check_text
from linebook.core.message import EventKind
from linebook.core.webhook import ANY_LINE, WebhookSubscription
from linebook.errors import DomainError, InvalidMember, NotFound, WebhookNotFound
from linebook.services.accounts import hold_account
from linebook.services.labels import next_id
from linebook.services.lines import get_line
from linebook.storage import rows, texting_rows
from linebook.storage.base import Tx

FIRST_ID: Final = 100_000_001
"""Ids have nine digits, as programs expect them."""

SECRET_ABOUT: Final = "webhook"
"""What the secrets that sign are sealed about."""

URL_MAX: Final = 2_000
METHODS: Final = ("POST", "PUT", "GET")
WEBHOOKS_MAX: Final = 200
"""Most webhooks of one account: each event is weighed against all of them."""

REPLAY_AT_ONCE: Final = 1_000


class AddWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """One request to have events told. `line_id` 0 means every line; `sealed` is a secret to sign with."""

    dialect: str
    kinds: tuple[EventKind, ...]
    url: str
    author: Author
    method: str = "POST"
    line_id: int = ANY_LINE
    sealed: str | None = None
    options: str = "{}"


class ChangeWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """One request to have them told elsewhere. `line_id` None: whichever line the webhook is for."""

    id: int
    line_id: int | None = None
    url: str | None = None
    method: str | None = None


class DeleteWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """One request to have them told no more. `line_id` None: whichever line the webhook is for."""

    id: int
    line_id: int | None = None


class ReplayEvents(msgspec.Struct, frozen=True, kw_only=True):
    """One request to tell a webhook once more: of one event, or of all that it could not be told."""

    id: int
    event_no: int | None = None


class KeptDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way to a webhook: `waiting`, `done` or `parked`, and what was sent."""

    event_no: int
    state: str
    attempts: int
    next_ms: int
    body: str | None
    error: str
    updated_ms: int


class KeptAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try: the receiver's status, 0 when there was none, the beginning of its answer, what went wrong."""

    attempt: int
    at_ms: int
    duration_ms: int
    status: int
    error: str
    answer: str


def add_webhooks(tx: Tx, account_id: int, requests: Sequence[AddWebhook]) -> list[WebhookSubscription | DomainError]:
    """Add webhooks; they are told of what happens from this commit on. Domain errors: `InvalidMember`, `NotFound`."""
    hold_account(tx, account_id)
    outcomes: list[WebhookSubscription | DomainError] = []
    for request in requests:
        try:
            outcomes.append(_add(tx, account_id, request))
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def change_webhooks(
    tx: Tx, account_id: int, requests: Sequence[ChangeWebhook]
) -> list[WebhookSubscription | DomainError]:
    """Change where webhooks go, also for what waits already. Domain errors: `InvalidMember`, `NotFound`."""
    hold_account(tx, account_id)
    outcomes: list[WebhookSubscription | DomainError] = []
    for request in requests:
        try:
            webhook = get_webhook(tx, account_id, request.id, request.line_id)
            url = webhook.url if request.url is None else request.url
            method = webhook.method if request.method is None else request.method
            _check(url, method)
        except DomainError as error:
            outcomes.append(error)
            continue
        _change(tx, account_id, webhook.id, url, method)
        outcomes.append(get_webhook(tx, account_id, webhook.id))
    return outcomes


def delete_webhooks(
    tx: Tx, account_id: int, requests: Sequence[DeleteWebhook]
) -> list[WebhookSubscription | DomainError]:
    """Delete webhooks, and with them what they were and are to be told. Domain error: `NotFound`."""
    hold_account(tx, account_id)
    outcomes: list[WebhookSubscription | DomainError] = []
    for request in requests:
        try:
            webhook = get_webhook(tx, account_id, request.id, request.line_id)
        except DomainError as error:
            outcomes.append(error)
            continue
        tx.run("delete_webhook", account_id=account_id, id=webhook.id)
        tx.run("delete_webhook_deliveries", account_id=account_id, subscription_id=webhook.id)
        tx.run("delete_webhook_attempts", account_id=account_id, subscription_id=webhook.id)
        tx.run("delete_lease", kind="webhook", account_id=account_id, thing_id=webhook.id)
        outcomes.append(webhook)
    return outcomes


def replay_events(tx: Tx, account_id: int, requests: Sequence[ReplayEvents]) -> list[int | DomainError]:
    """Have webhooks told once more; give of how many events. Run again until 0. Domain error: `NotFound`."""
    outcomes: list[int | DomainError] = []
    for request in requests:
        try:
            outcomes.append(_replay(tx, account_id, request))
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def get_webhook(tx: Tx, account_id: int, webhook_id: int, line_id: int | None = None) -> WebhookSubscription:
    """Give a webhook, of that line if one is named. Raises `WebhookNotFound`."""
    row = tx.one("webhook_by_id", account_id=account_id, id=webhook_id) if 1 <= webhook_id <= LAST_ID else None
    found = None if row is None else texting_rows.subscription_from_row(row)
    if found is None or line_id not in (None, found.line_id):
        raise WebhookNotFound
    return found


def list_webhooks(tx: Tx, account_id: int) -> list[WebhookSubscription]:
    """Give an account's webhooks by rising id."""
    return [texting_rows.subscription_from_row(row) for row in tx.all("webhook_subscriptions", account_id=account_id)]


def list_deliveries(
    tx: Tx, account_id: int, webhook_id: int, before_no: int = LAST_ID, limit: int = 100
) -> list[KeptDelivery]:
    """Give what a webhook was and is to be told, the newest event first, before an event number."""
    found = tx.all(
        "deliveries_of_webhook", account_id=account_id, subscription_id=webhook_id, before_no=before_no, limit=limit
    )
    return [
        KeptDelivery(
            event_no=row[0],
            state=row[1],
            attempts=row[2],
            next_ms=row[3],
            body=row[4],
            error=row[5],
            updated_ms=row[6],
        )
        for row in found
    ]


def list_attempts(tx: Tx, account_id: int, webhook_id: int, event_no: int) -> list[KeptAttempt]:
    """Give every try to tell a webhook of an event, in order."""
    found = tx.all("attempts_of_delivery", account_id=account_id, subscription_id=webhook_id, event_no=event_no)
    return [
        KeptAttempt(attempt=row[0], at_ms=row[1], duration_ms=row[2], status=row[3], error=row[4], answer=row[5])
        for row in found
    ]


def _add(tx: Tx, account_id: int, request: AddWebhook) -> WebhookSubscription:
    _check(request.url, request.method)
    if not request.kinds:
        raise InvalidMember("events", "are missing")
    if request.line_id != ANY_LINE:
        get_line(tx, account_id, request.line_id)
    if len(list_webhooks(tx, account_id)) >= WEBHOOKS_MAX:
        raise InvalidMember("url", f"there are {WEBHOOKS_MAX} webhooks already")
    webhook_id = next_id(tx, account_id, "webhook", FIRST_ID)
    tx.run(
        "insert_webhook",
        account_id=account_id,
        id=webhook_id,
        dialect=request.dialect,
        line_id=request.line_id,
        kinds=rows.to_json(request.kinds),
        url=request.url,
        method=request.method,
        sealed=request.sealed,
        options=request.options,
        now_ms=tx.now_ms,
        credential_id=request.author.credential_id,
    )
    tx.run("insert_lease", kind="webhook", account_id=account_id, thing_id=webhook_id)
    return get_webhook(tx, account_id, webhook_id)


def _check(url: str, method: str) -> None:
    check_text("url", url)
    if len(url) > URL_MAX:
        raise InvalidMember("url", f"has more than {URL_MAX} characters")
    if not url.isprintable() or not url.lower().startswith(("http://", "https://")):
        raise InvalidMember("url", "must begin with http:// or https://")
    if method not in METHODS:
        raise InvalidMember("method", f"must be one of {', '.join(METHODS)}")


def _change(tx: Tx, account_id: int, webhook_id: int, url: str, method: str) -> None:
    tx.run("update_webhook", account_id=account_id, id=webhook_id, url=url, method=method, now_ms=tx.now_ms)


def _replay(tx: Tx, account_id: int, request: ReplayEvents) -> int:
    webhook = get_webhook(tx, account_id, request.id)
    if request.event_no is None:
        found = tx.all("deliveries_parked", account_id=account_id, subscription_id=webhook.id, limit=REPLAY_AT_ONCE)
        numbers = [int(row[0]) for row in found]
    else:
        row = tx.one("delivery_by_no", account_id=account_id, subscription_id=webhook.id, event_no=request.event_no)
        if row is None:
            raise NotFound(f"The webhook {webhook.id} was not to be told of an event {request.event_no}.")
        numbers = [request.event_no]
    tx.run_many(
        "replay_deliveries",
        [
            {
                "account_id": account_id,
                "subscription_id": webhook.id,
                "event_no": number,
                "next_ms": tx.now_ms,
            }
            for number in numbers
        ],
    )
    _change(tx, account_id, webhook.id, webhook.url, webhook.method)
    return len(numbers)
