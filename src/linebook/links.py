"""Builds what texts leave and come in through: the carriers, the delivery over them, and their door on our port."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from linebook.carriers.base import Attachment, Carrier, CarrierRequest
from linebook.carriers.loopback import LoopbackCarrier, Sleep
from linebook.clock import Clock
from linebook.core.carrier_kinds import LOOPBACK
from linebook.core.file_kinds import NewFile
from linebook.delivery.intake import KeepFiles, StoreIntake, receive_receipt_sets, receive_text_sets
from linebook.delivery.line_worker import ReadFile, Timing
from linebook.delivery.worker import Delivery
from linebook.dialects.base import WebhookRules
from linebook.errors import Unavailable
from linebook.ids import Ids
from linebook.message_files import MessageFiles
from linebook.runtime import Runtime
from linebook.services.inbound import INBOUND
from linebook.services.kept_messages import delete_messages, read_messages
from linebook.services.messages import send_messages
from linebook.services.outbox import take_turns
from linebook.settings import Settings
from linebook.storage.store import Store
from linebook.webhooks.dispatcher import Webhooks

CARRIER_PATHS: Final = "/carriers/"
"""Where carriers reach us: the name of a carrier follows, and what it likes behind that."""


def build_carriers(
    settings: Settings, store: Store, ids: Ids, files: MessageFiles, sleep: Sleep = asyncio.sleep
) -> Mapping[str, Carrier]:
    """Give every carrier by the name that lines call it. `sleep` is how the one in memory waits."""
    limit_bytes = settings.inbound_limit_bytes if files.folder is not None else None
    loopback = LoopbackCarrier(StoreIntake(store, LOOPBACK, keeper(files), limit_bytes), ids, sleep=sleep)
    return {loopback.name: loopback}


def build_delivery(  # noqa: PLR0917 - the parts of a hub that it works with
    settings: Settings, store: Store, clock: Clock, ids: Ids, carriers: Mapping[str, Carrier], read_file: ReadFile
) -> Delivery:
    """Give a process's delivery, which looks for work as soon as a text is queued here."""
    timing = Timing(
        lease_ms=round(settings.lease_s * 1000),
        patience_ms=round(settings.text_patience_s * 1000),
        doubt_ms=round(settings.doubt_wait_s * 1000),
    )
    delivery = Delivery(store, clock, ids, carriers, read_file, timing)
    store.watch(send_messages, delivery.wake)
    # The answers to words are texts as well.
    store.watch(receive_text_sets, delivery.wake)
    return delivery


def keeper(files: MessageFiles) -> KeepFiles:
    """Give what keeps the files of texts that come in."""

    async def keep(account_id: int, attachments: Sequence[Attachment]) -> tuple[str, ...]:
        brought = [NewFile(one.name, one.media_type, one.content) for one in attachments]
        return tuple(one.id for one in await files.keep_any(account_id, brought, INBOUND))

    return keep


def build_webhooks(runtime: Runtime, rules: Mapping[str, WebhookRules]) -> Webhooks:
    """Give a process's webhooks, which look for work as soon as something happens here."""
    store = runtime.store
    lease_ms = round(runtime.settings.lease_s * 1000)
    webhooks = Webhooks(
        store, runtime.clock, runtime.ids, runtime.webhook_guard, runtime.sealer, rules, lease_ms=lease_ms
    )
    store.watch(send_messages, webhooks.wake)
    store.watch(read_messages, webhooks.wake)
    store.watch(delete_messages, webhooks.wake)
    store.watch(take_turns, webhooks.wake)
    store.watch(receive_receipt_sets, webhooks.wake)
    store.watch(receive_text_sets, webhooks.wake)
    return webhooks


class CarrierDoor:
    """Hands requests to `/carriers/<name>…` to the carrier of that name; its own answer says what was stored."""

    def __init__(self, carriers: Mapping[str, Carrier], limit_bytes: int) -> None:
        self._carriers = carriers
        self._limit_bytes = limit_bytes

    async def answer(self, request: Request) -> Response:
        """Answer one request: 404 for no such carrier, 413 for a body too large, 503 when nothing could be stored."""
        name = request.url.path.removeprefix(CARRIER_PATHS).partition("/")[0]
        carrier = self._carriers.get(name)
        if carrier is None:
            return PlainTextResponse("There is no such carrier.\n", status_code=404)
        body = b""
        async for some in request.stream():
            body += some
            if len(body) > self._limit_bytes:
                return PlainTextResponse("The body is too large.\n", status_code=413)
        asked = CarrierRequest(
            method=request.method,
            path=request.url.path,
            query=request.scope["query_string"],
            headers=dict(request.headers.raw),
            body=body,
        )
        try:
            answer = await carrier.answer(asked)
        except Unavailable as error:
            retry_after = {"retry-after": str(error.retry_after_s)}
            return PlainTextResponse("Try again later.\n", status_code=503, headers=retry_after)
        if answer is None:
            return PlainTextResponse("This carrier sends no requests.\n", status_code=404)
        return Response(answer.body, status_code=answer.status, headers={"content-type": answer.content_type.decode()})
