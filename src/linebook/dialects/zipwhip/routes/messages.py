"""Messages: send, get, list, mark as read, delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec import UNSET

from linebook.core.account import Line
from linebook.core.message import Message
from linebook.core.phone import Phone
from linebook.dialects.base import Call, DocumentedError, Evidence, Operation
from linebook.dialects.kit import InvalidParameter, MissingParameter
from linebook.dialects.zipwhip import samples
from linebook.dialects.zipwhip.payloads import messages as payloads
from linebook.dialects.zipwhip.routes.common import (
    BAD_NUMBER,
    BAD_SESSION,
    BOTH,
    BUSY,
    MISSING,
    count_of,
    me,
    page_size,
)
from linebook.errors import ContactNotFound, InvalidMember
from linebook.services.contact_lists import members_of_group
from linebook.services.contact_reads import contacts_by_id
from linebook.services.kept_messages import MarkMessages, delete_messages, get_message, messages_of_line, read_messages
from linebook.services.messages import SendMessage, SentMessages, send_messages

PAGE_MAX: Final = 1000
PAGE_USUAL: Final = 30
"""How many items come when the caller does not say (NOTES: message/list)."""

RECIPIENTS_MAX: Final = 1000
MARK_MAX: Final = 1000

_PARAMETERS: Final = {"recipients": "contacts", "due": "scheduledDate", "attachments": "attachment"}
"""What the platform calls the members that our services refuse."""


async def message_send(call: Call) -> payloads.SentView:
    """Queue a text to each recipient."""
    params: payloads.SendParams = call.params
    attachments = tuple(call.flat.every("attachment"))
    if params.body is UNSET and not attachments:
        raise MissingParameter("body")
    recipients = await recipients_of(call)
    sent = await send(
        call,
        recipients,
        "" if params.body is UNSET else params.body,
        attachments,
        due_ms=payloads.read_time("scheduledDate", params.scheduledDate),
        from_name=params.fromName,
        advertisement=params.advertisement,
    )
    return payloads.sent_view(sent)


async def message_get(call: Call) -> payloads.MessageView:
    """Give one message."""
    params: payloads.MessageParams = call.params
    message_id = params.id if params.id is not UNSET else params.uuid
    if message_id is UNSET:
        raise MissingParameter("id", "Long")
    account_id, line = call.account_id, await line_of(call)
    message = await call.runtime.store.read(lambda tx: get_message(tx, account_id, message_id, line.id))
    return (await views(call, line, [message]))[0]


async def message_list(call: Call) -> payloads.MessagesEnvelope:
    """Give a page of the line's messages, newest first."""
    params: payloads.PageParams = call.params
    offset = count_of("start", params.start, 0)
    limit = page_size("limit", params.limit, PAGE_MAX, PAGE_USUAL)
    account_id, line = call.account_id, await line_of(call)
    found = await call.runtime.store.read(lambda tx: messages_of_line(tx, account_id, line.id, offset, limit))
    shown = await views(call, line, found)
    return payloads.MessagesEnvelope(total=len(shown), size=len(shown), response=shown)


async def message_read(call: Call) -> bool:
    """Mark messages as read; true when there was at least one of them."""
    return bool(await call.runtime.store.write(read_messages, call.account_id, _marked(call)))


async def message_delete(call: Call) -> bool:
    """Delete messages; true when there was at least one of them."""
    return bool(await call.runtime.store.write(delete_messages, call.account_id, _marked(call)))


def _marked(call: Call) -> MarkMessages:
    wanted = call.flat.every(*payloads.MESSAGE_NAMES)
    if not wanted:
        raise MissingParameter("message")
    if len(wanted) > MARK_MAX:
        raise InvalidParameter("message", f"at most {MARK_MAX} at once")
    ids = tuple(payloads.read_id("message", one) for one in wanted)
    return MarkMessages(line_id=call.credential.line_id or 0, ids=ids)


# -- what other resources share


async def line_of(call: Call) -> Line:
    """Give the line of the session."""
    return await call.runtime.directory.line(call.account_id, call.credential.line_id or 0)


async def recipients_of(call: Call) -> tuple[Phone, ...]:
    """Give whom a message is for, groups and contacts as their numbers. Raises `MissingParameter` for nobody."""
    account = await call.runtime.directory.account(call.account_id)
    recipients = payloads.read_recipients(call.flat, account, await line_of(call))
    if not (recipients.named or recipients.contact_ids):
        raise MissingParameter("contacts")
    if len(recipients.named) + len(recipients.contact_ids) > RECIPIENTS_MAX:
        raise InvalidParameter("contacts", f"at most {RECIPIENTS_MAX} at once")
    phones: list[Phone] = []
    for one in recipients.named:
        phones += [one] if isinstance(one, Phone) else await _members(call, one)
    phones += await _numbers(call, recipients.contact_ids)
    if len(phones) > RECIPIENTS_MAX:
        raise InvalidParameter("contacts", f"at most {RECIPIENTS_MAX} at once")
    return tuple(dict.fromkeys(phones))


async def _members(call: Call, group_id: int) -> list[Phone]:
    account_id = call.account_id
    most = RECIPIENTS_MAX + 1
    found = await call.runtime.store.read(lambda tx: members_of_group(tx, account_id, group_id, 0, most))
    phones = [one.phone for one in found if one.phone is not None]
    if not phones:
        raise InvalidParameter("contacts", "has a group in which nobody has a number")
    return phones


async def _numbers(call: Call, contact_ids: Sequence[int]) -> list[Phone]:
    if not contact_ids:
        return []
    account_id = call.account_id
    found = await call.runtime.store.read(lambda tx: contacts_by_id(tx, account_id, contact_ids))
    phones: list[Phone] = []
    for contact_id in contact_ids:
        if contact_id not in found:
            raise ContactNotFound
        phone = found[contact_id].phone
        if phone is None:
            raise InvalidParameter("contactId", "is of a contact without a number")
        phones.append(phone)
    return phones


async def send(
    call: Call, recipients: Sequence[Phone], body: str, attachments: Sequence[str], **more: Any
) -> SentMessages:
    """Send through the one service that sends. Raises what it raises, in the platform's names of parameters."""
    settings, caller = call.runtime.settings, call.credential
    request = SendMessage(
        line_id=caller.line_id or 0,
        recipients=tuple(recipients),
        body=body,
        author=me(call),
        user_id=caller.user_id,
        attachments=tuple(attachments),
        is_signed=True,
        body_limit_bytes=settings.message_limit_bytes,
        attachments_limit_bytes=settings.attachments_limit_bytes,
        **more,
    )
    try:
        return await call.runtime.store.write(send_messages, caller.account_id, request)
    except InvalidMember as error:
        raise InvalidParameter(_PARAMETERS.get(error.member, error.member), error.reason) from error


async def views(call: Call, line: Line, found: Sequence[Message]) -> list[payloads.MessageView]:
    """Give messages as the platform shows them, with the names of their contacts."""
    account_id, ids = call.account_id, sorted({one.contact_id for one in found if one.contact_id})
    contacts = await call.runtime.store.read(lambda tx: contacts_by_id(tx, account_id, ids)) if ids else {}
    return [payloads.message_view(one, line, contacts.get(one.contact_id)) for one in found]


# -- declarations

UNKNOWN_MESSAGE: Final = DocumentedError(
    status=400,
    when="there is no such message on the line",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": "Message not found"},
)


def _refused(desc: str, code: int, when: str, evidence: Evidence) -> DocumentedError:
    return DocumentedError(
        status=200, when=when, evidence=evidence, example={"success": False, "response": {"desc": desc, "code": code}}
    )


SEND_REFUSALS: Final = (
    _refused(
        "You cannot send to line opted out numbers: +12065550199 !",
        -1234,
        "a recipient asked for silence, or is blocked",
        Evidence.DOCUMENTED,
    ),
    _refused("Invalid parameter length: body has more than 600 bytes", -394, "the text is too long", Evidence.INFERRED),
    _refused("Attachment cannot be read", -704, "a file is gone, or too large", Evidence.CHOICE),
    _refused("No carrier for this line", -700, "the line has no carrier that can be used", Evidence.CHOICE),
    _refused("Unable to determine carrier", -124, "a number is not complete", Evidence.INFERRED),
    _refused("Unknown error", -1, "anything else", Evidence.DOCUMENTED),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="message/send",
        methods=BOTH,
        path="/message/send",
        summary="Send a text to one or more numbers",
        evidence=Evidence.DOCUMENTED,
        resource="Messages",
        params=payloads.SendParams,
        result=payloads.SentView,
        handler=message_send,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, *SEND_REFUSALS, BUSY),
        notes="Refusals of the message itself come with status 200 and a code, as the platform sent them. "
        "Of several recipients all are texted, or none.",
        example={"contacts": "2065550101", "body": "Your table is ready"},
        answer=samples.SENT,
    ),
    Operation(
        name="message/get",
        methods=BOTH,
        path="/message/get",
        summary="One message",
        evidence=Evidence.DOCUMENTED,
        resource="Messages",
        params=payloads.MessageParams,
        result=payloads.MessageView,
        handler=message_get,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, UNKNOWN_MESSAGE),
        example={"id": samples.MESSAGE_ID},
        answer=samples.MESSAGE,
        is_example_made_up=True,
    ),
    Operation(
        name="message/list",
        methods=BOTH,
        path="/message/list",
        summary="The line's messages, the newest first",
        evidence=Evidence.DOCUMENTED,
        resource="Messages",
        params=payloads.PageParams,
        result=payloads.MessagesEnvelope,
        handler=message_list,
        errors=(BAD_SESSION, BAD_NUMBER),
        notes="`total` and `size` count the messages of this answer; past the end they are 0.",
        example={"start": "0", "limit": "30"},
        answer=samples.MESSAGES,
    ),
    Operation(
        name="message/read",
        methods=BOTH,
        path="/message/read",
        summary="Mark messages as read",
        evidence=Evidence.DOCUMENTED,
        resource="Messages",
        params=payloads.MarkParams,
        result=bool,
        handler=message_read,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, BUSY),
        notes="`response` is false when none of them is on the line.",
        example={"message": samples.MESSAGE_ID},
        answer=samples.TRUE,
    ),
    Operation(
        name="message/delete",
        methods=BOTH,
        path="/message/delete",
        summary="Hide messages",
        evidence=Evidence.DOCUMENTED,
        resource="Messages",
        params=payloads.MarkParams,
        result=bool,
        handler=message_delete,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, BUSY),
        notes="Lists leave them out; message/get still has them. A queued one is sent all the same.",
        example={"message": samples.MESSAGE_ID},
        answer=samples.TRUE,
    ),
)
