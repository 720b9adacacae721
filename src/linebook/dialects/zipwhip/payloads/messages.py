"""Messages as the platform takes and shows them."""

from __future__ import annotations

import math
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.core.account import Account, Line
from linebook.core.contact import Contact
from linebook.core.delivery_status import StatusCode
from linebook.core.message import Message
from linebook.core.phone import Phone
from linebook.dialects.kit import Flat, InvalidParameter
from linebook.dialects.zipwhip.payloads.answers import Answer, date_text
from linebook.dialects.zipwhip.payloads.reading import NOTHING, Text, read_phone
from linebook.services.messages import SentMessages

RECIPIENT_NAMES: Final = ("contacts", "to", "destinationAddress", "contact")
"""The parameters that name recipients; all of them count (NOTES: message/send)."""

MESSAGE_NAMES: Final = ("message", "messages", "uuid", "uuids")
TRANSPORT: Final = 5
LAST_TIME_MS: Final = 2**53

_TRANSMISSION: Final = {
    StatusCode.SENT: "DELIVERED",
    StatusCode.IN_PROCESS: "ACCEPTED",
    StatusCode.QUEUED: "QUEUED",
    StatusCode.HELD: "QUEUED",
    StatusCode.ACCEPTED: "DELIVERED",
    StatusCode.FAILED: "ERROR",
    StatusCode.DELIVERED: "DELIVERED",
    StatusCode.UNDELIVERED: "ERROR",
}


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a send: its id, its conversation, its contact, its line."""

    message: str
    fingerprint: str
    contact: int
    device: int


class SentView(msgspec.Struct, frozen=True, kw_only=True):
    """What message/send made. With several recipients `root` is an id of its own and `fingerprint` is null."""

    root: str
    fingerprint: str | None
    tokens: list[Token]


class TransmissionState(msgspec.Struct, frozen=True):
    """How far a message is, in a word."""

    name: str


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """A message as the platform shows it."""

    id: str
    uuid: str
    body: str
    bodySize: int
    type: str
    address: str
    sourceAddress: str
    destAddress: str
    mobileNumber: str
    firstName: str
    lastName: str
    fromName: str | None
    contactId: int
    contactDeviceId: int
    deviceId: int
    fingerprint: str
    dateCreated: str
    lastUpdated: str | None
    scheduledDate: str | None
    dateRead: str | None
    dateDeleted: str | None
    dateDelivered: str | None
    isRead: bool
    isSelf: bool
    isParent: bool
    deleted: bool
    visible: bool
    errorState: bool
    isInFinalState: bool
    hasAttachment: bool
    transmissionState: TransmissionState
    statusCode: int
    messageStatus: int
    statusDesc: str | None
    parentId: int
    creatorId: int
    advertisement: str | None
    cc: str | None = None
    bcc: str | None = None
    to: str | None = None
    subject: str = ""
    thread: str = ""
    channel: str = ""
    fwd: str = ""
    loc: str = ""
    latlong: str = ""
    phoneKey: str = ""
    carrier: str = ""
    messageTransport: int = TRANSPORT
    metaDataId: int = 0
    version: int = 1


class MessagesEnvelope(Answer, frozen=True, kw_only=True):
    """The answer to message/list. `total` and `size` count the items of this answer."""

    total: int
    size: int
    response: list[MessageView]


class SendParams(msgspec.Struct, frozen=True, kw_only=True):
    """What message/send takes."""

    contacts: Annotated[
        Text,
        Meta(description="Numbers, or addresses of numbers and groups: repeated, or separated by commas. Required."),
    ] = UNSET
    to: Annotated[Text, Meta(description="Another spelling of `contacts`.")] = UNSET
    destinationAddress: Annotated[Text, Meta(description="Another spelling of `contacts`.")] = UNSET
    contact: Annotated[Text, Meta(description="Another spelling of `contacts`.")] = UNSET
    contactId: Annotated[Text, Meta(description="Ids of saved contacts, instead of their numbers.")] = UNSET
    body: Annotated[Text, Meta(description="The text, at most 600 bytes. Required, unless there is a file.")] = UNSET
    scheduledDate: Annotated[Text, Meta(description="When to send it: milliseconds since 1970. Empty: now.")] = UNSET
    fromName: Annotated[str, Meta(description="Who it is from.")] = ""
    advertisement: Annotated[str, Meta(description="A text that is put behind the body.")] = ""
    attachment: Annotated[Text, Meta(description="Storage keys of hostedContent/save, two at most.")] = UNSET


class MessageParams(msgspec.Struct, frozen=True, kw_only=True):
    """What message/get takes."""

    id: Annotated[int | UnsetType, Meta(description="The message's id. Required.")] = UNSET
    uuid: Annotated[int | UnsetType, Meta(description="Another spelling of `id`.")] = UNSET


class PageParams(msgspec.Struct, frozen=True, kw_only=True):
    """What lists of messages and conversations take."""

    start: Annotated[int | UnsetType, Meta(description="How many to leave out.")] = UNSET
    limit: Annotated[int | UnsetType, Meta(description="How many to give: 30 if nothing is said, at most 1000.")] = (
        UNSET
    )


class MarkParams(msgspec.Struct, frozen=True, kw_only=True):
    """What message/read and message/delete take."""

    message: Annotated[
        Text, Meta(description="Message ids: repeated, or separated by commas. Required, under one of its names.")
    ] = UNSET
    messages: Annotated[Text, Meta(description="Another spelling of `message`.")] = UNSET
    uuid: Annotated[Text, Meta(description="Another spelling of `message`.")] = UNSET
    uuids: Annotated[Text, Meta(description="Another spelling of `message`.")] = UNSET


# -- reading


class Recipients(msgspec.Struct, frozen=True):
    """Who a message is for, as the caller named them, in order: numbers, ids of groups and of contacts."""

    named: tuple[Phone | int, ...]
    """A number is a `Phone`, a group its id."""

    contact_ids: tuple[int, ...]


def read_recipients(flat: Flat, account: Account, line: Line) -> Recipients:
    """Read who a message is for. Raises `InvalidParameter`."""
    named: list[Phone | int] = []
    for name, value in flat.pairs:
        if name in RECIPIENT_NAMES:
            # A blank before a number is a plus that lost its encoding, so it stays.
            named += [_recipient(name, part, account, line) for part in value.split(",") if part.strip()]
    ids = [read_id("contactId", one) for one in flat.every("contactId")]
    return Recipients(tuple(named), tuple(ids))


def _recipient(name: str, text: str, account: Account, line: Line) -> Phone | int:
    address = text.strip()
    if address.startswith("device:/"):
        number, _, group = address.removeprefix("device:/").partition("/")
        if group.strip("/") in ("", "0"):
            return read_phone(name, number, account) if number else Phone.stored(line.address)
        return read_id(name, group)
    return read_phone(name, text, account)


def read_id(name: str, text: str) -> int:
    """Read an id. Raises `InvalidParameter`."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(2**63)) and int(text) < 2**63):
        raise InvalidParameter(name, "is not an id")
    return int(text)


def read_time(name: str, text: Text) -> int | None:
    """Read a time in milliseconds, with a fraction too; None where nothing is said. Raises `InvalidParameter`."""
    if text is UNSET or text.strip() in NOTHING:
        return None
    try:
        at_ms = float(text)
    except ValueError as error:
        raise InvalidParameter(name, "is not a time in milliseconds") from error
    if not math.isfinite(at_ms) or not 0 <= at_ms <= LAST_TIME_MS:
        raise InvalidParameter(name, "is not a time in milliseconds")
    return int(at_ms)


# -- writing


def sent_view(sent: SentMessages) -> SentView:
    """Give the answer to message/send."""
    tokens = [
        Token(
            message=str(one.id),
            fingerprint=str(one.fingerprint),
            contact=one.contact_id,
            device=one.line_id,
        )
        for one in sent.messages
    ]
    is_single = len(tokens) == 1
    return SentView(root=str(sent.parent_id), fingerprint=tokens[0].fingerprint if is_single else None, tokens=tokens)


def message_view(message: Message, line: Line, contact: Contact | None) -> MessageView:
    """Give a message as the platform shows it, with the name of its contact."""
    source, destination = line.address, message.phone
    if message.is_inbound:
        source, destination = destination, source
    code = message.state.status_code
    return MessageView(
        id=str(message.id),
        uuid=str(message.id),
        body=message.body,
        bodySize=len(message.body),
        type="MO" if message.is_inbound else "ZO",
        address=f"ptn:/{message.phone}",
        sourceAddress=source,
        destAddress=destination,
        mobileNumber=message.phone,
        firstName=contact.first_name if contact else "",
        lastName=contact.last_name if contact else "",
        fromName=message.from_name or None,
        contactId=message.contact_id,
        contactDeviceId=message.line_id,
        deviceId=message.line_id,
        fingerprint=str(message.fingerprint),
        dateCreated=date_text(message.created_ms),
        lastUpdated=date_text(message.updated_ms),
        scheduledDate=_date(message.due_ms),
        dateRead=_date(message.read_ms),
        dateDeleted=_date(message.deleted_ms),
        dateDelivered=_date(message.delivered_ms),
        isRead=message.is_read,
        isSelf=message.phone == line.address,
        isParent=False,
        deleted=message.is_deleted,
        visible=not message.is_deleted,
        errorState=code.is_failure,
        isInFinalState=code not in (StatusCode.IN_PROCESS, StatusCode.QUEUED, StatusCode.HELD),
        hasAttachment=message.attachment_count > 0,
        transmissionState=TransmissionState(_TRANSMISSION[code]),
        statusCode=int(code),
        messageStatus=message.state.message_status,
        statusDesc=message.state.text if code.is_failure else None,
        parentId=message.parent_id,
        creatorId=message.user_id or 0,
        advertisement=message.advertisement or None,
    )


def _date(at_ms: int | None) -> str | None:
    return None if at_ms is None else date_text(at_ms)
