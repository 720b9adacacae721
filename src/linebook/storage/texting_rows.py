"""Turns rows of texting into the domain's types and back. The one place that knows the order of their columns."""

from __future__ import annotations

from typing import Final

import msgspec

from linebook.core.delivery_status import DeliveryState, StatusCode
from linebook.core.message import Attachment, Conversation, Direction, EventKind, LineUsage, Message
from linebook.core.webhook import WebhookSubscription
from linebook.storage.base import Row
from linebook.storage.rows import to_json

_decode_texts: Final = msgspec.json.Decoder(tuple[str, ...]).decode
_decode_kinds: Final = msgspec.json.Decoder(tuple[EventKind, ...]).decode
_CODES: Final = {int(one): one for one in StatusCode}


def state_from(status_code: int, message_status: int) -> DeliveryState:
    """Give the state that two columns hold."""
    return DeliveryState(_CODES[status_code], message_status)


def message_from_row(row: Row) -> Message:
    """Give the message that a row of `message` holds."""
    return Message(
        id=row[1],
        no=row[2],
        line_id=row[3],
        fingerprint=row[4],
        direction=Direction(row[5]),
        phone=row[6],
        contact_id=row[7],
        body=row[8],
        part_count=row[9],
        attachment_count=row[10],
        is_mms=bool(row[11]),
        state=state_from(row[12], row[13]),
        is_read=bool(row[14]),
        created_ms=row[15],
        updated_ms=row[16],
        due_ms=row[17],
        sent_ms=row[18],
        delivered_ms=row[19],
        read_ms=row[20],
        deleted_ms=row[21],
        parent_id=row[22],
        carrier=row[23],
        carrier_words=row[24],
        error=row[25],
        from_name=row[26],
        advertisement=row[27],
        external_id=row[28],
        user_id=row[29],
        door=row[30],
        credential_id=row[31],
    )


def message_to_row(account_id: int, message: Message) -> dict[str, object]:
    """Give the row that keeps a message, by column."""
    return {
        "account_id": account_id,
        "id": message.id,
        "no": message.no,
        "line_id": message.line_id,
        "fingerprint": message.fingerprint,
        "direction": message.direction.value,
        "phone": message.phone,
        "contact_id": message.contact_id,
        "body": message.body,
        "part_count": message.part_count,
        "attachment_count": message.attachment_count,
        "is_mms": message.is_mms,
        "status_code": int(message.state.status_code),
        "message_status": message.state.message_status,
        "is_read": message.is_read,
        "created_ms": message.created_ms,
        "updated_ms": message.updated_ms,
        "due_ms": message.due_ms,
        "sent_ms": message.sent_ms,
        "delivered_ms": message.delivered_ms,
        "read_ms": message.read_ms,
        "deleted_ms": message.deleted_ms,
        "parent_id": message.parent_id,
        "carrier": message.carrier,
        "carrier_words": message.carrier_words,
        "error": message.error,
        "from_name": message.from_name,
        "advertisement": message.advertisement,
        "external_id": message.external_id,
        "user_id": message.user_id,
        "door": message.door,
        "credential_id": message.credential_id,
    }


def conversation_from_row(row: Row) -> Conversation:
    """Give the conversation that a row of `conversation` holds."""
    return Conversation(
        line_id=row[1],
        fingerprint=row[2],
        id=row[3],
        addresses=_decode_texts(row[4]),
        contact_id=row[5],
        unread_count=row[6],
        is_open=bool(row[7]),
        assignee_id=row[8],
        last_message_id=row[9],
        rev=row[10],
        created_ms=row[11],
        updated_ms=row[12],
        deleted_ms=row[13],
    )


def conversation_to_row(account_id: int, conversation: Conversation) -> dict[str, object]:
    """Give the row that keeps a conversation, by column."""
    values: dict[str, object] = msgspec.structs.asdict(conversation)
    return values | {"account_id": account_id, "addresses": to_json(conversation.addresses)}


def attachment_from_row(row: Row) -> Attachment:
    """Give the kept file that a row of `attachment` holds."""
    return Attachment(id=row[1], digest=row[2], size_bytes=row[3], kind=row[4], file_name=row[5], created_ms=row[6])


def usage_from_row(row: Row) -> LineUsage:
    """Give what a row of `line_usage` holds."""
    return LineUsage(
        line_id=row[1],
        month=row[2],
        sent_sms=row[3],
        sent_mms=row[4],
        sent_parts=row[5],
        received_sms=row[6],
        received_mms=row[7],
        received_parts=row[8],
    )


def subscription_from_row(row: Row) -> WebhookSubscription:
    """Give the subscription that a row of `webhook_subscription` holds."""
    return WebhookSubscription(
        id=row[1],
        dialect=row[2],
        line_id=row[3],
        kinds=_decode_kinds(row[4]),
        url=row[5],
        method=row[6],
        sealed=row[7],
        options=row[8],
        is_active=bool(row[9]),
        failures=row[10],
        paused_until_ms=row[11],
        created_ms=row[12],
        updated_ms=row[13],
        credential_id=row[14],
    )
