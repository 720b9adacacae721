"""Webhooks: add, update, list, delete."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from linebook.dialects.base import Call, DocumentedError, Evidence, Operation
from linebook.dialects.kit import MissingParameter
from linebook.dialects.zipwhip.payloads import webhooks as payloads
from linebook.dialects.zipwhip.routes.common import (
    BAD_NUMBER,
    BAD_SESSION,
    BOTH,
    BUSY,
    MISSING,
    NAME,
    OPERATOR,
    me,
    require_manager,
)
from linebook.services.webhooks import (
    AddWebhook,
    ChangeWebhook,
    DeleteWebhook,
    add_webhooks,
    change_webhooks,
    delete_webhooks,
    list_webhooks,
)


async def webhook_add(call: Call) -> list[payloads.WebhookView]:
    """Have an event of the line told to a URL."""
    params: payloads.AddParams = call.params
    require_manager(call)
    if params.event is UNSET:
        raise MissingParameter("event")
    if params.url is UNSET:
        raise MissingParameter("url")
    request = AddWebhook(
        dialect=NAME,
        kinds=(payloads.read_kind(params.type, params.event),),
        url=params.url.strip(),
        method=payloads.read_method(params.method),
        line_id=call.credential.line_id or 0,
        author=me(call),
    )
    await call.runtime.webhook_guard.check(request.url)
    return [payloads.webhook_view(await call.runtime.store.write(add_webhooks, call.account_id, request))]


async def webhook_update(call: Call) -> list[payloads.WebhookView]:
    """Tell a webhook's events elsewhere; what is not given stays."""
    params: payloads.UpdateParams = call.params
    require_manager(call)
    if params.webhookId is UNSET:
        raise MissingParameter("webhookId", "Long")
    request = ChangeWebhook(
        id=params.webhookId,
        line_id=call.credential.line_id or 0,
        url=None if params.url is UNSET else params.url.strip(),
        method=None if params.method is UNSET else payloads.read_method(params.method),
    )
    if request.url is not None:
        await call.runtime.webhook_guard.check(request.url)
    return [payloads.webhook_view(await call.runtime.store.write(change_webhooks, call.account_id, request))]


async def webhook_list(call: Call) -> list[payloads.WebhookView]:
    """Give the webhooks of the line."""
    account_id, line_id = call.account_id, call.credential.line_id
    found = await call.runtime.store.read(lambda tx: list_webhooks(tx, account_id))
    return [payloads.webhook_view(one) for one in found if one.dialect == NAME and one.line_id == line_id]


async def webhook_delete(call: Call) -> list[payloads.WebhookView]:
    """Delete a webhook, and what it was still to be told."""
    params: payloads.WebhookDeleteParams = call.params
    require_manager(call)
    if params.webhookId is UNSET:
        raise MissingParameter("webhookId", "Long")
    request = DeleteWebhook(id=params.webhookId, line_id=call.credential.line_id or 0)
    await call.runtime.store.write(delete_webhooks, call.account_id, request)
    return []


# -- declarations

_UNKNOWN: Final = DocumentedError(
    status=400,
    when="there is no such webhook on the line",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": "Webhook not found"},
)
_BAD_URL: Final = DocumentedError(
    status=400,
    when="the URL leads into a network that webhooks may not call",
    evidence=Evidence.CHOICE,
    example={
        "success": False,
        "response": {"desc": "Wrong arguments: url leads into a network that webhooks may not call", "code": -703},
    },
)
_WEBHOOK: Final = {
    "webhookId": 100000001,
    "type": "message",
    "event": "receive",
    "url": "https://hooks.example.com/receive",
    "method": "POST",
}
_ONE: Final = {"success": True, "response": [_WEBHOOK]}

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="webhook/add",
        methods=BOTH,
        path="/webhook/add",
        summary="Have an event reported to a URL",
        evidence=Evidence.DOCUMENTED,
        resource="Webhooks",
        params=payloads.AddParams,
        result=list[payloads.WebhookView],
        handler=webhook_add,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, OPERATOR, _BAD_URL, BUSY),
        notes="Private networks are refused unless the setting `webhook_networks` permits them.",
        example={"type": "message", "event": "receive", "url": "http://127.0.0.1:9/receive"},
        answer=_ONE,
    ),
    Operation(
        name="webhook/update",
        methods=("POST",),
        path="/webhook/update",
        summary="Change the URL or the method of a webhook",
        evidence=Evidence.DOCUMENTED,
        resource="Webhooks",
        params=payloads.UpdateParams,
        result=list[payloads.WebhookView],
        handler=webhook_update,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, _UNKNOWN, OPERATOR, _BAD_URL, BUSY),
        notes="What waits for the webhook already goes to the new place as well.",
        example={"webhookId": "100000001", "method": "PUT"},
        is_example_made_up=True,
        answer=_ONE,
    ),
    Operation(
        name="webhook/list",
        methods=BOTH,
        path="/webhook/list",
        summary="The webhooks of the line",
        evidence=Evidence.DOCUMENTED,
        resource="Webhooks",
        result=list[payloads.WebhookView],
        handler=webhook_list,
        errors=(BAD_SESSION,),
        answer=_ONE,
    ),
    Operation(
        name="webhook/delete",
        methods=("POST",),
        path="/webhook/delete",
        summary="Delete a webhook",
        evidence=Evidence.DOCUMENTED,
        resource="Webhooks",
        params=payloads.WebhookDeleteParams,
        result=list[payloads.WebhookView],
        handler=webhook_delete,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, _UNKNOWN, OPERATOR, BUSY),
        example={"webhookId": "100000001"},
        is_example_made_up=True,
        answer={"success": True, "response": []},
    ),
)
