"""Webhooks as the platform takes and shows them, and the bodies that receivers are sent."""

from __future__ import annotations

from time import gmtime, strftime
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.core.message import EventKind
from linebook.core.webhook import WebhookSubscription
from linebook.dialects.kit import InvalidParameter
from linebook.dialects.zipwhip.payloads.messages import TRANSPORT
from linebook.dialects.zipwhip.payloads.reading import NOTHING, Text
from linebook.services.webhook_turns import Event

METHODS: Final = ("POST", "PUT", "GET")

_encode: Final = msgspec.json.Encoder().encode
_KINDS: Final = {str(kind): kind for kind in EventKind}


class AddParams(msgspec.Struct, frozen=True, kw_only=True):
    """What webhook/add takes."""

    event: Annotated[
        Text, Meta(description="receive, send, progress, read, delete; for the type optout: change. Required.")
    ] = UNSET
    url: Annotated[Text, Meta(description="Where to send it. Required.")] = UNSET
    type: Annotated[str, Meta(description="message or optout.")] = "message"
    method: Annotated[str, Meta(description="POST, PUT or GET.")] = "POST"


class UpdateParams(msgspec.Struct, frozen=True, kw_only=True):
    """What webhook/update takes."""

    webhookId: Annotated[int | UnsetType, Meta(description="Which webhook. Required.")] = UNSET
    url: Annotated[Text, Meta(description="Where to send it from now on.")] = UNSET
    method: Annotated[Text, Meta(description="POST, PUT or GET.")] = UNSET


class WebhookDeleteParams(msgspec.Struct, frozen=True, kw_only=True):
    """What webhook/delete takes."""

    webhookId: Annotated[int | UnsetType, Meta(description="Which webhook. Required.")] = UNSET


class WebhookView(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook as the platform shows it."""

    webhookId: int
    type: str
    event: str
    url: str
    method: str


class MessageBody(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent for an event of a message: the message by itself, the same members for every event."""

    body: str
    bodySize: int
    address: str
    finalSource: str
    finalDestination: str
    messageType: str
    fingerprint: str
    id: int
    contactId: int
    deviceId: int
    read: bool
    deleted: bool
    hasAttachment: bool
    statusCode: int
    messageStatus: int
    dateCreated: str
    dateRead: str | None
    dateDeleted: str | None
    dateDelivered: str | None
    scheduledDate: str | None
    cc: str | None = None
    bcc: str | None = None
    visible: bool = True
    messageTransport: int = TRANSPORT


class OptOutBody(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent when a person asked for silence, or for texts again (NOTES: optout change)."""

    finalSource: str
    finalDestination: str
    address: str
    deviceId: int
    contactId: int
    fingerprint: str
    body: str
    optedOut: bool
    dateCreated: str


def read_kind(kind: str, event: str) -> EventKind:
    """Read a type and an event, in any case. Raises `InvalidParameter`."""
    kind = "message" if kind.strip() in NOTHING else kind.strip().lower()
    if kind not in ("message", "optout"):
        raise InvalidParameter("type", "must be message or optout")
    found = _KINDS.get(f"{kind}.{event.strip().lower()}")
    if found is None:
        raise InvalidParameter("event", f"is no event of the type {kind}")
    return found


def read_method(method: str) -> str:
    """Read a method, in any case. Raises `InvalidParameter`."""
    found = "POST" if method.strip() in NOTHING else method.strip().upper()
    if found not in METHODS:
        raise InvalidParameter("method", "must be POST, PUT or GET")
    return found


def webhook_view(webhook: WebhookSubscription) -> WebhookView:
    """Give a webhook as the platform shows it. One of several events, as the shell makes them, shows the first."""
    kind, _, event = webhook.kinds[0].partition(".")
    return WebhookView(webhookId=webhook.id, type=kind, event=event, url=webhook.url, method=webhook.method)


def event_body(event: Event) -> bytes:
    """Give what a receiver is sent, as things were when it happened."""
    return _encode(_opt_out(event) if event.kind is EventKind.OPT_OUT else _message(event))


def _message(event: Event) -> MessageBody:
    message, kind = event.message, event.kind
    source, destination = event.line.address, message.phone
    if message.is_inbound:
        source, destination = destination, source
    is_deleted = kind is EventKind.DELETE
    is_read = not message.is_inbound or kind is EventKind.READ or (is_deleted and message.is_read)
    return MessageBody(
        body=message.body,
        bodySize=len(message.body),
        address=f"ptn:/{message.phone}",
        finalSource=source,
        finalDestination=destination,
        messageType="MO" if message.is_inbound else "ZO",
        fingerprint=str(message.fingerprint),
        id=message.id,
        contactId=message.contact_id,
        deviceId=message.line_id,
        read=is_read,
        deleted=is_deleted,
        hasAttachment=message.attachment_count > 0,
        statusCode=int(event.state.status_code),
        messageStatus=event.state.message_status,
        dateCreated=_date(message.created_ms),
        dateRead=_date(event.at_ms) if kind is EventKind.READ else _optional(message.read_ms) if is_read else None,
        dateDeleted=_date(event.at_ms) if is_deleted else None,
        dateDelivered=_optional(message.delivered_ms) if event.state == message.state else None,
        scheduledDate=_optional(message.due_ms),
    )


def _opt_out(event: Event) -> OptOutBody:
    return OptOutBody(
        finalSource=event.phone,
        finalDestination=event.line.address,
        address=f"ptn:/{event.phone}",
        deviceId=event.line.id,
        contactId=event.contact_id,
        fingerprint=str(event.fingerprint),
        body=str(event.data.get("word", "")),
        optedOut=bool(event.data.get("opted_out", False)),
        dateCreated=_date(event.at_ms),
    )


def _date(at_ms: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(at_ms // 1000))


def _optional(at_ms: int | None) -> str | None:
    return None if at_ms is None else _date(at_ms)
