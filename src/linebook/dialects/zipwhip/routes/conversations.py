"""Conversations: list, get, mark as read, delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import UNSET

from linebook.core.account import Line
from linebook.core.message import Conversation
from linebook.dialects.base import Call, DocumentedError, Evidence, Operation
from linebook.dialects.kit import InvalidParameter, MissingParameter
from linebook.dialects.zipwhip import samples
from linebook.dialects.zipwhip.payloads import conversations as payloads
from linebook.dialects.zipwhip.payloads.messages import PageParams
from linebook.dialects.zipwhip.payloads.reading import read_phone
from linebook.dialects.zipwhip.routes.common import (
    BAD_NUMBER,
    BAD_SESSION,
    BOTH,
    BUSY,
    MISSING,
    count_of,
    page_size,
)
from linebook.dialects.zipwhip.routes.messages import PAGE_MAX, PAGE_USUAL, line_of, views
from linebook.errors import ConversationNotFound
from linebook.services.contact_reads import contacts_by_id
from linebook.services.conversation_keys import find_fingerprint
from linebook.services.conversations import (
    MarkConversation,
    conversations_of_line,
    delete_conversations,
    get_conversation,
    messages_of_conversation,
    read_conversations,
)
from linebook.services.kept_messages import messages_by_id

FINGERPRINT_MAX: Final = 2**32 - 1


async def conversation_list(call: Call) -> payloads.ConversationsEnvelope:
    """Give a page of the line's conversations, that of the newest message first."""
    params: PageParams = call.params
    offset = count_of("start", params.start, 0)
    limit = page_size("limit", params.limit, PAGE_MAX, PAGE_USUAL)
    account_id, line = call.account_id, await line_of(call)
    found = await call.runtime.store.read(lambda tx: conversations_of_line(tx, account_id, line.id, offset, limit))
    shown = await _views(call, line, found)
    return payloads.ConversationsEnvelope(total=len(shown), size=len(shown), response=shown)


async def conversation_get(call: Call) -> payloads.ConversationAndMessages:
    """Give one conversation and a page of its messages, newest first."""
    params: payloads.ConversationPageParams = call.params
    offset = count_of("start", params.start, 0)
    limit = page_size("limit", params.limit, PAGE_MAX, PAGE_USUAL)
    fingerprint = await _fingerprint(call, params)
    account_id, line = call.account_id, await line_of(call)
    conversation, messages = await call.runtime.store.read(
        lambda tx: (
            found := get_conversation(tx, account_id, line.id, fingerprint),
            messages_of_conversation(tx, account_id, found, offset, limit),
        )
    )
    return payloads.ConversationAndMessages(
        conversation=(await _views(call, line, [conversation]))[0], messages=await views(call, line, messages)
    )


async def conversation_read(call: Call) -> bool:
    """Mark every message of a conversation as read."""
    await call.runtime.store.write(read_conversations, call.account_id, await _marked(call))
    return True


async def conversation_delete(call: Call) -> bool:
    """Delete a conversation with its messages."""
    await call.runtime.store.write(delete_conversations, call.account_id, await _marked(call))
    return True


async def _marked(call: Call) -> MarkConversation:
    fingerprint = await _fingerprint(call, call.params)
    return MarkConversation(line_id=call.credential.line_id or 0, fingerprint=fingerprint)


async def _fingerprint(call: Call, params: payloads.ConversationParams) -> int:
    """Give the fingerprint of the conversation that is meant. Raises `ConversationNotFound`."""
    if params.fingerprint is not UNSET:
        if not 0 <= params.fingerprint <= FINGERPRINT_MAX:
            raise InvalidParameter("fingerprint", "is not a fingerprint")
        return params.fingerprint
    if params.address is UNSET:
        raise MissingParameter("fingerprint")
    account = await call.runtime.directory.account(call.account_id)
    address = read_phone("address", params.address, account).text
    found = await call.runtime.store.read(lambda tx: find_fingerprint(tx, account.id, (address,)))
    if found is None:
        raise ConversationNotFound
    return found


async def _views(call: Call, line: Line, found: Sequence[Conversation]) -> list[payloads.ConversationView]:
    """Give conversations as the platform shows them, with their newest messages and the names of their contacts."""
    account_id = call.account_id
    last_ids = [one.last_message_id for one in found]
    contact_ids = [one.contact_id for one in found]
    messages, contacts = await call.runtime.store.read(
        lambda tx: (messages_by_id(tx, account_id, last_ids), contacts_by_id(tx, account_id, contact_ids))
    )
    return [
        payloads.conversation_view(one, line, messages.get(one.last_message_id), contacts.get(one.contact_id))
        for one in found
    ]


# -- declarations

_UNKNOWN: Final = DocumentedError(
    status=400,
    when="there is no such conversation on the line",
    evidence=Evidence.CHOICE,
    example={"success": False, "response": "Conversation not found"},
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        name="conversation/list",
        methods=BOTH,
        path="/conversation/list",
        summary="Conversations, the newest first",
        evidence=Evidence.DOCUMENTED,
        resource="Conversations",
        params=PageParams,
        result=payloads.ConversationsEnvelope,
        handler=conversation_list,
        errors=(BAD_SESSION, BAD_NUMBER),
        notes="`total` and `size` count the conversations of this answer; past the end they are 0.",
        example={"start": "0", "limit": "30"},
        answer=samples.CONVERSATIONS,
    ),
    Operation(
        name="conversation/get",
        methods=BOTH,
        path="/conversation/get",
        summary="One conversation and its messages, the newest first",
        evidence=Evidence.DOCUMENTED,
        resource="Conversations",
        params=payloads.ConversationPageParams,
        result=payloads.ConversationAndMessages,
        handler=conversation_get,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, _UNKNOWN),
        example={"fingerprint": samples.FINGERPRINT},
        answer=samples.CONVERSATION,
        is_example_made_up=True,
    ),
    Operation(
        name="conversation/read",
        methods=BOTH,
        path="/conversation/read",
        summary="Mark a conversation as read",
        evidence=Evidence.DOCUMENTED,
        resource="Conversations",
        params=payloads.ConversationParams,
        result=bool,
        handler=conversation_read,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, _UNKNOWN, BUSY),
        example={"fingerprint": samples.FINGERPRINT},
        answer=samples.TRUE,
        is_example_made_up=True,
    ),
    Operation(
        name="conversation/delete",
        methods=BOTH,
        path="/conversation/delete",
        summary="Delete a conversation and its messages",
        evidence=Evidence.DOCUMENTED,
        resource="Conversations",
        params=payloads.ConversationParams,
        result=bool,
        handler=conversation_delete,
        errors=(BAD_SESSION, MISSING, BAD_NUMBER, _UNKNOWN, BUSY),
        notes="A new message brings the conversation back, without those that were deleted.",
        example={"fingerprint": samples.FINGERPRINT},
        answer=samples.TRUE,
        is_example_made_up=True,
    ),
)
