"""Files of messages as the platform takes and shows them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linebook.core.message import Attachment
from linebook.dialects.zipwhip.payloads.answers import Answer, date_text
from linebook.dialects.zipwhip.payloads.reading import Text


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    """What messaging/send made. Here the id is a number."""

    id: int
    status: str = "queued"


class SavedContent(msgspec.Struct, frozen=True, kw_only=True):
    """The storage key of a kept file, whatever the name of the member says."""

    url: str


class AttachmentView(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a message as the platform shows it."""

    fileName: str
    dateCreated: str
    fileSizeBytes: int
    mimeType: str
    storageKey: str
    messageId: int
    deviceId: int


class AttachmentsEnvelope(Answer, frozen=True, kw_only=True):
    """The answer to messageAttachment/list."""

    total: int
    response: list[AttachmentView]


class MessagingParams(msgspec.Struct, frozen=True, kw_only=True):
    """What messaging/send takes beside file parts."""

    to: Annotated[Text, Meta(description="The number, exactly one. Required.")] = UNSET
    body: Annotated[Text, Meta(description="The text, at most 600 bytes. Required, unless there is a file.")] = UNSET
    key: Annotated[Text, Meta(description="Storage keys of hostedContent/save, instead of files.")] = UNSET
    scheduledDate: Annotated[Text, Meta(description="When to send it: milliseconds since 1970. Empty: now.")] = UNSET


class ContentSaveParams(msgspec.Struct, frozen=True, kw_only=True):
    """What hostedContent/save takes."""

    data: Annotated[Text, Meta(description="The file: a part of a multipart form, under this or any name.")] = UNSET


class ContentParams(msgspec.Struct, frozen=True, kw_only=True):
    """What hostedContent/get takes."""

    storageKey: Annotated[str, Meta(description="The storage key of a kept file.")]


class AttachmentsParams(msgspec.Struct, frozen=True, kw_only=True):
    """What messageAttachment/list takes."""

    messageId: Annotated[int | UnsetType, Meta(description="The message's id. Required.")] = UNSET


def attachment_view(attachment: Attachment, message_id: int, line_id: int) -> AttachmentView:
    """Give a file of a message as the platform shows it."""
    return AttachmentView(
        fileName=attachment.file_name,
        dateCreated=date_text(attachment.created_ms),
        fileSizeBytes=attachment.size_bytes,
        mimeType=attachment.kind,
        storageKey=attachment.id,
        messageId=message_id,
        deviceId=line_id,
    )
