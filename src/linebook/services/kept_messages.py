"""Messages that are there: get, list, mark as read, delete."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from linebook.core.contact import LAST_ID
from linebook.core.message import Conversation, EventKind, Message
from linebook.errors import DomainError, MessageNotFound
from linebook.services.texting import Texting
from linebook.storage import texting_rows
from linebook.storage.base import Tx


class MarkMessages(msgspec.Struct, frozen=True, kw_only=True):
    """One request to mark messages of a line, named by their ids, as read or as deleted."""

    line_id: int
    ids: tuple[int, ...]


def read_messages(tx: Tx, account_id: int, requests: Sequence[MarkMessages]) -> list[int | DomainError]:
    """Mark messages as read; give for each request how many of them there were. What was read before stays so."""
    texting = Texting(tx, account_id, len(requests))
    found = _load(texting, requests)
    for message in _each(found):
        mark_read(texting, message)
    texting.write()
    return [len(one) for one in found]


def delete_messages(tx: Tx, account_id: int, requests: Sequence[MarkMessages]) -> list[int | DomainError]:
    """Delete messages: lists leave them out. Give for each request how many of them there were and were not deleted."""
    texting = Texting(tx, account_id, len(requests))
    found = [[message for message in one if not message.is_deleted] for one in _load(texting, requests)]
    gone = {message.id: message for message in _each(found)}
    for message in gone.values():
        mark_deleted(texting, message)
    for key in {(message.line_id, message.fingerprint) for message in gone.values()}:
        conversation = texting.conversation(*key)
        if conversation is not None and conversation.last_message_id in gone:
            _find_last(tx, texting, conversation, gone)
    texting.write()
    return [len(one) for one in found]


def mark_read(texting: Texting, message: Message) -> None:
    """Mark a loaded message as read, and its loaded conversation with it."""
    message = texting.message(message.id) or message
    if message.is_read:
        return
    at_ms = texting.next_time()
    message = texting.change(message, at_ms, is_read=True, read_ms=at_ms)
    _count_unread(texting, message, at_ms)
    texting.tell(EventKind.READ, message, at_ms)


def mark_deleted(texting: Texting, message: Message) -> None:
    """Mark a loaded message as deleted. Which message is the conversation's last is for the caller to find out."""
    at_ms = texting.next_time()
    was_unread = not message.is_read
    message = texting.change(message, at_ms, deleted_ms=at_ms, is_read=True)
    if was_unread:
        _count_unread(texting, message, at_ms)
    texting.tell(EventKind.DELETE, message, at_ms)


def get_message(tx: Tx, account_id: int, message_id: int, line_id: int | None = None) -> Message:
    """Give a message, deleted ones too; with a line only one of that line. Raises `MessageNotFound`."""
    message = messages_by_id(tx, account_id, [message_id]).get(message_id)
    if message is None or (line_id is not None and message.line_id != line_id):
        raise MessageNotFound
    return message


def messages_by_id(tx: Tx, account_id: int, ids: Iterable[int]) -> dict[int, Message]:
    """Give the messages of these ids that exist, deleted ones too."""
    keys = sorted({one for one in ids if 0 < one <= LAST_ID})
    found = tx.all("messages_by_id", account_id=account_id, keys=keys) if keys else []
    return {one.id: one for one in map(texting_rows.message_from_row, found)}


def messages_of_line(tx: Tx, account_id: int, line_id: int, offset: int, limit: int) -> list[Message]:
    """Give a page of a line's messages, newest first, so many from the newest. For clients that know offsets only."""
    found = tx.all("messages_of_line", account_id=account_id, line_id=line_id, offset=offset, limit=limit)
    return [texting_rows.message_from_row(row) for row in found]


def messages_before(tx: Tx, account_id: int, line_id: int, before_id: int, limit: int) -> list[Message]:
    """Give a page of a line's messages, newest first: those before an id."""
    found = tx.all("messages_of_line_before", account_id=account_id, line_id=line_id, before_id=before_id, limit=limit)
    return [texting_rows.message_from_row(row) for row in found]


def _load(texting: Texting, requests: Sequence[MarkMessages]) -> list[list[Message]]:
    """Give for each request the messages of its line that it names, their conversations loaded."""
    texting.load_messages(one for request in requests for one in request.ids)
    found: list[list[Message]] = []
    for request in requests:
        named = [texting.message(one) for one in dict.fromkeys(request.ids)]
        found.append([one for one in named if one is not None and one.line_id == request.line_id])
    texting.load_conversations({(one.line_id, one.fingerprint) for one in _each(found)})
    return found


def _each(found: list[list[Message]]) -> list[Message]:
    return [message for one in found for message in one]


def _count_unread(texting: Texting, message: Message, at_ms: int) -> None:
    conversation = texting.conversation(message.line_id, message.fingerprint)
    if conversation is not None and message.is_inbound and conversation.unread_count > 0:
        texting.change_conversation(conversation, at_ms, unread_count=conversation.unread_count - 1)


def _find_last(tx: Tx, texting: Texting, conversation: Conversation, gone: dict[int, Message]) -> None:
    """Find the newest message that is left of a conversation; the tables still show those that are going."""
    at_ms = texting.next_time()
    of_it = sum(1 for one in gone.values() if one.fingerprint == conversation.fingerprint)
    page = tx.all(
        "messages_of_conversation",
        account_id=texting.account_id,
        line_id=conversation.line_id,
        fingerprint=conversation.fingerprint,
        offset=0,
        limit=of_it + 1,
    )
    left = next((one for one in map(texting_rows.message_from_row, page) if one.id not in gone), None)
    texting.change_conversation(conversation, at_ms, last_message_id=0 if left is None else left.id)
