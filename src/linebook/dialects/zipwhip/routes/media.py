"""Files: messages that carry them, keeping one, getting it back, the files of a message."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from linebook.core.file_kinds import NewFile
from linebook.core.message import ATTACHMENTS_MAX
from linebook.dialects.base import Call, DocumentedError, Evidence, Operation, Response
from linebook.dialects.kit import InvalidParameter, MissingParameter, UploadedFile
from linebook.dialects.zipwhip import samples
from linebook.dialects.zipwhip.payloads import media as payloads
from linebook.dialects.zipwhip.payloads.messages import read_time
from linebook.dialects.zipwhip.payloads.reading import NOTHING, read_phone
from linebook.dialects.zipwhip.routes.common import BAD_NUMBER, BAD_SESSION, BOTH, BUSY, MISSING, me
from linebook.dialects.zipwhip.routes.messages import SEND_REFUSALS, UNKNOWN_MESSAGE, line_of, send
from linebook.errors import AttachmentUnreadable
from linebook.services.attachments import attachments_by_id, attachments_of_messages
from linebook.services.kept_messages import get_message


async def messaging_send(call: Call) -> payloads.Queued:
    """Queue a text with files to one number."""
    params: payloads.MessagingParams = call.params
    if params.to is UNSET or params.to.strip() in NOTHING:
        raise MissingParameter("to")
    account = await call.runtime.directory.account(call.account_id)
    recipient = read_phone("to", params.to, account)
    due_ms = read_time("scheduledDate", params.scheduledDate)
    keys = call.flat.every("key")
    files = call.flat.files
    if params.body is UNSET and not (keys or files):
        raise MissingParameter("body")
    if len(keys) + len(files) > ATTACHMENTS_MAX:
        raise InvalidParameter("key", f"and files are more than {ATTACHMENTS_MAX}")
    kept = await _keep(call, files)
    body = "" if params.body is UNSET else params.body
    sent = await send(call, (recipient,), body, (*keys, *kept), due_ms=due_ms)
    return payloads.Queued(id=sent.messages[0].id)


async def content_save(call: Call) -> payloads.SavedContent:
    """Keep a file."""
    if not call.flat.files:
        raise MissingParameter("data")
    if len(call.flat.files) > 1:
        raise InvalidParameter("data", "must be one file")
    return payloads.SavedContent(url=(await _keep(call, call.flat.files))[0])


async def content_get(call: Call) -> Response:
    """Give the bytes of a kept file."""
    params: payloads.ContentParams = call.params
    key, account_id = params.storageKey, call.account_id
    found = await call.runtime.store.read(lambda tx: attachments_by_id(tx, account_id, [key]))
    if key not in found:
        raise InvalidParameter("storageKey", "is not the key of a kept file")
    data = await call.runtime.files.read(account_id, found[key])
    # What came in from outside must not be run by the browser that shows it.
    guards = ((b"x-content-type-options", b"nosniff"), (b"content-security-policy", b"sandbox; default-src 'none'"))
    return Response(200, data, found[key].kind.encode(), guards)


async def attachment_list(call: Call) -> payloads.AttachmentsEnvelope:
    """Give the files of a message."""
    params: payloads.AttachmentsParams = call.params
    if params.messageId is UNSET:
        raise MissingParameter("messageId", "Long")
    message_id, account_id, line = params.messageId, call.account_id, await line_of(call)
    _, files = await call.runtime.store.read(
        lambda tx: (
            get_message(tx, account_id, message_id, line.id),
            attachments_of_messages(tx, account_id, [message_id]),
        )
    )
    shown = [payloads.attachment_view(one, message_id, line.id) for one in files.get(message_id, [])]
    return payloads.AttachmentsEnvelope(total=len(shown), response=shown)


async def _keep(call: Call, files: list[UploadedFile]) -> tuple[str, ...]:
    """Keep files; give their storage keys. Raises `AttachmentUnreadable`."""
    limit = call.runtime.settings.attachments_limit_bytes
    if sum(len(one.data) for one in files) > limit:
        raise AttachmentUnreadable
    brought = [NewFile(one.file_name, one.content_type, one.data) for one in files]
    return tuple(one.id for one in await call.runtime.files.keep(call.account_id, brought, me(call)))


# -- declarations

_UNREADABLE: Final = DocumentedError(
    status=200,
    when="the file is empty, larger than 600 kB, not what it says, or of a type that no carrier takes",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": {"desc": "Attachment cannot be read", "code": -704}},
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="messaging/send",
        methods=BOTH,
        path="/messaging/send",
        summary="Send a text with files to one number",
        evidence=Evidence.DOCUMENTED,
        resource="Media",
        params=payloads.MessagingParams,
        result=payloads.Queued,
        handler=messaging_send,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, *SEND_REFUSALS, BUSY),
        notes="Files are parts of a multipart form, of any name, or storage keys; two at most, 600 kB together: JPEG, "
        "PNG, GIF or plain text by their content. The id in the answer is a number, unlike that of message/send.",
        example={"to": "2065550101", "body": "Your table is ready"},
        answer=samples.QUEUED_SEND,
    ),
    Operation(
        name="hostedContent/save",
        methods=("POST",),
        path="/hostedContent/save",
        summary="Keep a file and get its storage key",
        evidence=Evidence.CLIENT,
        resource="Media",
        params=payloads.ContentSaveParams,
        result=payloads.SavedContent,
        handler=content_save,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, _UNREADABLE, BUSY),
        notes="The file is a part of a multipart form, of any name. `url` is the storage key.",
        answer=samples.SAVED_CONTENT,
        is_example_made_up=True,
    ),
    Operation(
        name="hostedContent/get",
        methods=("GET", "POST"),
        path="/hostedContent/get",
        summary="The bytes of a kept file",
        evidence=Evidence.DOCUMENTED,
        resource="Media",
        params=payloads.ContentParams,
        result=str,
        is_raw=True,
        handler=content_get,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER),
        notes="The file itself with its own content type, nothing around it.",
        example={"storageKey": samples.STORAGE_KEY},
        is_example_made_up=True,
    ),
    Operation(
        name="messageAttachment/list",
        methods=BOTH,
        path="/messageAttachment/list",
        summary="The files of a message",
        evidence=Evidence.DOCUMENTED,
        resource="Media",
        params=payloads.AttachmentsParams,
        result=payloads.AttachmentsEnvelope,
        handler=attachment_list,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, UNKNOWN_MESSAGE),
        example={"messageId": samples.MESSAGE_ID},
        answer=samples.ATTACHMENTS,
        is_example_made_up=True,
    ),
)
