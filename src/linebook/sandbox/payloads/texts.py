"""The sandbox's words for texts: what lines sent and got, with everything a test may want to assert."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.core.delivery_status import DeliveryState
from linebook.core.message import Attachment, Direction, Message
from linebook.sandbox.texts import Found

ACCOUNT: Final = Meta(description="An account's id; without one it is the demo account.")
PAGE_MAX: Final = 500
PAGE: Final = 100
FILES_MAX: Final = 10

Account = Annotated[int | UnsetType, ACCOUNT]
MessageId = Annotated[str, Meta(description="A message's id, as texts and platforms give it.", max_length=19)]


class TextParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which texts are asked for."""

    account: Account = UNSET
    line: Annotated[str, Meta(description="The address of a line; without one, all lines.", max_length=64)] = ""
    number: Annotated[str, Meta(description="The other side's number; without one, everybody.", max_length=64)] = ""
    before: Annotated[
        str, Meta(description="Only texts older than the one with this id: `next_before`.", max_length=19)
    ] = ""
    limit: Annotated[int, Meta(description=f"At most so many, {PAGE_MAX} or fewer.", ge=1, le=PAGE_MAX)] = PAGE


class TextsParams(TextParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which texts are asked for, in either direction."""

    direction: Annotated[Literal["", "in", "out"], Meta(description="`in` or `out`; without one, both.")] = ""
    known: Annotated[
        int | UnsetType,
        Meta(description="`changes` of an earlier answer: nothing is listed if nothing happened since."),
    ] = UNSET


class FileParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose file is asked for."""

    account: Account = UNSET


class FileView(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a text. `url` gives its bytes."""

    id: str
    name: str
    kind: str
    size_bytes: int
    url: str


class PartView(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a text that went to the carrier, by the carrier's id."""

    no: int
    carrier_id: str
    state: str
    message_status: int
    carrier_words: str


class TextView(msgspec.Struct, frozen=True, kw_only=True):
    """A text as it is now. Ids are texts, because they have more digits than the numbers of some languages hold.

    `state` is the status code in a word, `received` for a text that came in; `reason` is the message status in a
    sentence, and `error` why linebook itself gave up.
    """

    id: str
    line: str
    number: str
    direction: Direction
    body: str
    state: str
    status_code: int
    message_status: int
    reason: str
    error: str
    carrier_words: str
    is_mms: bool
    part_count: int
    parts: list[PartView]
    attachments: list[FileView]
    contact_id: int | None
    parent_id: str | None
    external_id: str
    is_read: bool
    is_deleted: bool
    created_ms: int
    due_ms: int | None
    sent_ms: int | None
    delivered_ms: int | None


class TextsView(msgspec.Struct, frozen=True, kw_only=True):
    """A page of texts, the newest first. `changes` grows with everything that happens to a text of the account."""

    account: int
    changes: int
    texts: list[TextView]
    next_before: str | None


class FileBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that comes with a text."""

    content: Annotated[bytes, Meta(description="Its bytes in base64.", min_length=1)]
    name: Annotated[str, Meta(description="Its name.", max_length=255)] = ""


class InboundBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text that somebody sends to a line."""

    number: Annotated[
        str, Meta(description="Who sends it; a number without a country is the account's.", max_length=64)
    ]
    account: Account = UNSET
    line: Annotated[str, Meta(description="The address it goes to; without one, the first line.", max_length=64)] = ""
    body: Annotated[str, Meta(description="What it says.")] = ""
    attachments: Annotated[
        list[FileBody], Meta(description=f"Files that come with it, {FILES_MAX} or fewer.", max_length=FILES_MAX)
    ] = []
    id: Annotated[
        str, Meta(description="The carrier's id: the same one again is the same text again.", max_length=200)
    ] = ""


class ReceivedView(msgspec.Struct, frozen=True, kw_only=True):
    """A text that came in. `effect` is what its word asked for: `stop`, `start`, `help` or null."""

    text: TextView
    is_new: bool
    effect: str | None


class ReceiptBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the carrier reports about a text that it took."""

    message: MessageId
    status: Annotated[int, Meta(description="The message status that it leads to: one of `GET /_sandbox/magic`.")]
    account: Account = UNSET
    part: Annotated[int, Meta(description="Of that part alone; without one, of every part.", ge=1)] | UnsetType = UNSET
    words: Annotated[str, Meta(description="The carrier's own words.", max_length=255)] = ""


def state_word(state: DeliveryState, direction: Direction = Direction.OUT) -> str:
    """Give the word for a state."""
    return "received" if direction is Direction.IN else state.status_code.name.lower()


def text_view(found: Found, message: Message) -> TextView:
    """Give a text as it is shown."""
    return TextView(
        id=str(message.id),
        line=found.address_of.get(message.line_id, ""),
        number=message.phone,
        direction=message.direction,
        body=message.body,
        state=state_word(message.state, message.direction),
        status_code=int(message.state.status_code),
        message_status=message.state.message_status,
        reason="" if message.is_inbound else message.state.text,
        error=message.error,
        carrier_words=message.carrier_words,
        is_mms=message.is_mms,
        part_count=message.part_count,
        parts=[
            PartView(
                no=part.no,
                carrier_id=part.ref,
                state=state_word(part.state),
                message_status=part.state.message_status,
                carrier_words=part.words,
            )
            for part in found.parts.get(message.id, ())
        ],
        attachments=[_file(found.account_id, one) for one in found.files.get(message.id, ())],
        contact_id=message.contact_id or None,
        parent_id=str(message.parent_id) if message.parent_id else None,
        external_id=message.external_id,
        is_read=message.is_read,
        is_deleted=message.is_deleted,
        created_ms=message.created_ms,
        due_ms=message.due_ms,
        sent_ms=message.sent_ms,
        delivered_ms=message.delivered_ms,
    )


def texts_view(found: Found, limit: int) -> TextsView:
    """Give a page of texts as it is shown."""
    is_full = len(found.messages) == limit
    return TextsView(
        account=found.account_id,
        changes=found.changes,
        texts=[text_view(found, one) for one in found.messages],
        next_before=str(found.messages[-1].id) if is_full else None,
    )


def _file(account_id: int, one: Attachment) -> FileView:
    return FileView(
        id=one.id,
        name=one.file_name,
        kind=one.kind,
        size_bytes=one.size_bytes,
        url=f"/_sandbox/attachments/{one.id}?account={account_id}",
    )
