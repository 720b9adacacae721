"""Conversations as the platform takes and shows them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.core.account import Line
from linebook.core.contact import Contact
from linebook.core.message import Conversation, Message
from linebook.dialects.zipwhip.payloads.answers import Answer, date_text
from linebook.dialects.zipwhip.payloads.messages import MessageView
from linebook.dialects.zipwhip.payloads.reading import Text


class ConversationView(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation as the platform shows it, with its newest message and that message's contact."""

    id: int
    fingerprint: str
    address: str
    cc: str | None
    bcc: str | None
    deviceId: int
    deviceAddress: str
    unreadCount: int
    lastContactId: int
    lastContactDeviceId: int
    lastContactFirstName: str
    lastContactLastName: str
    lastContactMobileNumber: str
    lastMessageBody: str
    lastMessageDate: str
    lastNonDeletedMessageDate: str
    lastUpdated: str
    dateCreated: str
    deleted: bool
    new: bool
    version: int


class ConversationsEnvelope(Answer, frozen=True, kw_only=True):
    """The answer to conversation/list. `total` and `size` count the items of this answer."""

    total: int
    size: int
    response: list[ConversationView]


class ConversationAndMessages(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation and a page of its messages, newest first."""

    conversation: ConversationView
    messages: list[MessageView]


class ConversationParams(msgspec.Struct, frozen=True, kw_only=True):
    """What names one conversation: its fingerprint, or the address of the other side."""

    fingerprint: Annotated[
        int | UnsetType, Meta(description="The conversation's fingerprint. Required, unless `address` is given.")
    ] = UNSET
    address: Annotated[Text, Meta(description="The address of the other side, `ptn:/…`.")] = UNSET


class ConversationPageParams(ConversationParams, frozen=True, kw_only=True):
    """What conversation/get takes."""

    start: Annotated[int | UnsetType, Meta(description="How many messages to leave out.")] = UNSET
    limit: Annotated[
        int | UnsetType, Meta(description="How many messages to give: 30 if nothing is said, at most 1000.")
    ] = UNSET


def conversation_view(
    conversation: Conversation, line: Line, last: Message | None, contact: Contact | None
) -> ConversationView:
    """Give a conversation as the platform shows it."""
    address = conversation.addresses[0]
    last_date = date_text(last.created_ms if last is not None else conversation.updated_ms)
    return ConversationView(
        id=conversation.id,
        fingerprint=str(conversation.fingerprint),
        address=f"ptn:/{address}",
        cc=None,
        bcc=None,
        deviceId=line.id,
        deviceAddress=f"device:/{line.address}/0",
        unreadCount=conversation.unread_count,
        lastContactId=conversation.contact_id,
        lastContactDeviceId=line.id,
        lastContactFirstName=contact.first_name if contact else "",
        lastContactLastName=contact.last_name if contact else "",
        lastContactMobileNumber=address,
        lastMessageBody=last.body if last is not None else "",
        lastMessageDate=last_date,
        lastNonDeletedMessageDate=last_date,
        lastUpdated=date_text(conversation.updated_ms),
        dateCreated=date_text(conversation.created_ms),
        deleted=conversation.deleted_ms is not None,
        new=False,
        version=conversation.rev,
    )
