"""Conversations: get, list, mark as read, delete. They are made by their messages."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from linebook.core.message import Conversation, Message
from linebook.errors import ConversationNotFound, DomainError
from linebook.services.kept_messages import mark_deleted, mark_read
from linebook.services.texting import Texting
from linebook.storage import texting_rows
from linebook.storage.base import Tx

CHUNK = 1_000


class MarkConversation(msgspec.Struct, frozen=True, kw_only=True):
    """One request to mark a conversation of a line as read or as deleted."""

    line_id: int
    fingerprint: int


def read_conversations(
    tx: Tx, account_id: int, requests: Sequence[MarkConversation]
) -> list[Conversation | DomainError]:
    """Mark every message of conversations as read; give each as it is then. Domain error: `ConversationNotFound`."""
    texting = Texting(tx, account_id, len(requests))
    outcomes: list[Conversation | DomainError] = []
    for request in requests:
        conversation = _loaded(texting, request)
        if conversation is None:
            outcomes.append(ConversationNotFound())
            continue
        for message in _unread(tx, account_id, request):
            texting.know(message)
            mark_read(texting, message)
        outcomes.append(_loaded(texting, request) or conversation)
    texting.write()
    return outcomes


def delete_conversations(
    tx: Tx, account_id: int, requests: Sequence[MarkConversation]
) -> list[Conversation | DomainError]:
    """Delete conversations with every message in them; a new message brings one back, empty but for that message.

    Give each as it is then. Domain error: `ConversationNotFound`, for one that is deleted already too.
    """
    texting = Texting(tx, account_id, len(requests))
    outcomes: list[Conversation | DomainError] = []
    for request in requests:
        conversation = _loaded(texting, request)
        if conversation is None or conversation.deleted_ms is not None:
            outcomes.append(ConversationNotFound())
            continue
        for message in _all_messages(tx, account_id, request):
            texting.know(message)
            mark_deleted(texting, message)
        conversation = _loaded(texting, request) or conversation
        at_ms = texting.next_time()
        outcomes.append(
            texting.change_conversation(conversation, at_ms, last_message_id=0, unread_count=0, deleted_ms=at_ms)
        )
    texting.write()
    return outcomes


def get_conversation(tx: Tx, account_id: int, line_id: int, fingerprint: int) -> Conversation:
    """Give a conversation of a line. Raises `ConversationNotFound`, also for a deleted one."""
    row = tx.one("conversation_by_fingerprint", account_id=account_id, line_id=line_id, fingerprint=fingerprint)
    found = None if row is None else texting_rows.conversation_from_row(row)
    if found is None or found.deleted_ms is not None:
        raise ConversationNotFound
    return found


def conversations_of_line(tx: Tx, account_id: int, line_id: int, offset: int, limit: int) -> list[Conversation]:
    """Give a page of a line's conversations, that of the newest message first."""
    found = tx.all("conversations_of_line", account_id=account_id, line_id=line_id, offset=offset, limit=limit)
    return [texting_rows.conversation_from_row(row) for row in found]


def messages_of_conversation(
    tx: Tx, account_id: int, conversation: Conversation, offset: int, limit: int
) -> list[Message]:
    """Give a page of a conversation's messages, newest first, so many from the newest."""
    found = tx.all(
        "messages_of_conversation",
        account_id=account_id,
        line_id=conversation.line_id,
        fingerprint=conversation.fingerprint,
        offset=offset,
        limit=limit,
    )
    return [texting_rows.message_from_row(row) for row in found]


def _loaded(texting: Texting, request: MarkConversation) -> Conversation | None:
    texting.load_conversations([(request.line_id, request.fingerprint)])
    return texting.conversation(request.line_id, request.fingerprint)


def _unread(tx: Tx, account_id: int, request: MarkConversation) -> list[Message]:
    found: list[Message] = []
    while True:
        page = tx.all(
            "unread_messages",
            account_id=account_id,
            line_id=request.line_id,
            fingerprint=request.fingerprint,
            after_id=found[-1].id if found else 0,
            limit=CHUNK,
        )
        found += map(texting_rows.message_from_row, page)
        if len(page) < CHUNK:
            return found


def _all_messages(tx: Tx, account_id: int, request: MarkConversation) -> list[Message]:
    found: list[Message] = []
    while True:
        page = tx.all(
            "messages_of_conversation",
            account_id=account_id,
            line_id=request.line_id,
            fingerprint=request.fingerprint,
            offset=len(found),
            limit=CHUNK,
        )
        found += map(texting_rows.message_from_row, page)
        if len(page) < CHUNK:
            return found
