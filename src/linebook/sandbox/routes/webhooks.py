"""The call about webhooks: who is told of what, and how each try went."""

from __future__ import annotations

from typing import Final

from linebook.dialects.base import Call, DocumentedError, Evidence, Operation
from linebook.sandbox import samples
from linebook.sandbox.payloads import webhooks as payloads
from linebook.sandbox.routes.common import FOREIGN_PAGE, UNKNOWN_ACCOUNT, chosen
from linebook.sandbox.texts import account_of
from linebook.services.webhooks import list_attempts, list_deliveries, list_webhooks
from linebook.storage.base import Tx


async def get_webhooks(call: Call) -> list[payloads.WebhookView]:
    """Give an account's webhooks with the newest events that each was to be told of."""
    account_id, limit = chosen(call.params.account), call.params.limit
    return await call.runtime.store.read(lambda tx: _webhooks(tx, account_id, limit))


def _webhooks(tx: Tx, account_id: int | None, limit: int) -> list[payloads.WebhookView]:
    account = account_of(tx, account_id)
    found: list[payloads.WebhookView] = []
    for webhook in list_webhooks(tx, account.id):
        deliveries = list_deliveries(tx, account.id, webhook.id, limit=limit)
        attempts = {one.event_no: list_attempts(tx, account.id, webhook.id, one.event_no) for one in deliveries}
        found.append(payloads.webhook_view(webhook, deliveries, attempts))
    return found


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="webhooks.list",
        methods=("GET",),
        path="/_sandbox/webhooks",
        summary="Webhooks, what they were told, and every try",
        evidence=Evidence.CHOICE,
        resource="Webhooks",
        params=payloads.WebhookParams,
        result=list[payloads.WebhookView],
        handler=get_webhooks,
        needs_credential=False,
        errors=(
            DocumentedError(
                status=400,
                when="a parameter cannot be used",
                evidence=Evidence.CHOICE,
                example={"error": "limit: Expected `int` <= 100", "parameter": "limit"},
            ),
            FOREIGN_PAGE,
            UNKNOWN_ACCOUNT,
        ),
        notes="They are added through the platforms' own calls, or with `linebook webhooks`.",
        answer=[samples.WEBHOOK],
    ),
)
