"""The sandbox's words for webhooks: who is told, what was sent, and how each try went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.core.webhook import WebhookSubscription
from linebook.sandbox.payloads.texts import ACCOUNT
from linebook.services.webhooks import KeptAttempt, KeptDelivery

DELIVERIES_MAX: Final = 100
DELIVERIES: Final = 20


class WebhookParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose webhooks are asked for."""

    account: Annotated[int | UnsetType, ACCOUNT] = UNSET
    limit: Annotated[
        int, Meta(description=f"At most so many events of each, {DELIVERIES_MAX} or fewer.", ge=1, le=DELIVERIES_MAX)
    ] = DELIVERIES


class AttemptView(msgspec.Struct, frozen=True, kw_only=True):
    """One try to tell a receiver. `status` is its HTTP status, 0 when there was none."""

    no: int
    at_ms: int
    duration_ms: int
    status: int
    error: str
    answer: str


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way: `waiting`, `done` or `parked`, what was sent, and every try."""

    event: int
    state: str
    next_ms: int
    body: str | None
    error: str
    attempts: list[AttemptView]


class WebhookView(msgspec.Struct, frozen=True, kw_only=True):
    """A receiver of events, and what it was and is to be told, the newest first. `line_id` 0 means every line."""

    id: int
    dialect: str
    line_id: int
    events: list[str]
    url: str
    method: str
    failures: int
    paused_until_ms: int | None
    deliveries: list[DeliveryView]


def webhook_view(
    webhook: WebhookSubscription, deliveries: Sequence[KeptDelivery], attempts: Mapping[int, Sequence[KeptAttempt]]
) -> WebhookView:
    """Give a webhook as it is shown."""
    return WebhookView(
        id=webhook.id,
        dialect=webhook.dialect,
        line_id=webhook.line_id,
        events=[kind.value for kind in webhook.kinds],
        url=webhook.url,
        method=webhook.method,
        failures=webhook.failures,
        paused_until_ms=webhook.paused_until_ms,
        deliveries=[
            DeliveryView(
                event=one.event_no,
                state=one.state,
                next_ms=one.next_ms,
                body=one.body,
                error=one.error,
                attempts=[
                    AttemptView(
                        no=tried.attempt,
                        at_ms=tried.at_ms,
                        duration_ms=tried.duration_ms,
                        status=tried.status,
                        error=tried.error,
                        answer=tried.answer,
                    )
                    for tried in attempts[one.event_no]
                ],
            )
            for one in deliveries
        ],
    )
