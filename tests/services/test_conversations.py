"""Kept messages and conversations: lists, reading, deleting, and what each leaves of a conversation."""

from __future__ import annotations

from functools import partial

import pytest

from linebook.core.account import Account, Line
from linebook.errors import ConversationNotFound, MessageNotFound
from linebook.services.conversations import (
    CHUNK,
    MarkConversation,
    delete_conversations,
    get_conversation,
    messages_of_conversation,
    read_conversations,
)
from linebook.services.inbound import Received, receive_texts
from linebook.services.kept_messages import (
    MarkMessages,
    delete_messages,
    get_message,
    messages_before,
    messages_of_line,
    read_messages,
)
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import add_line, refusal, run
from tests.kit.clock import START_MS
from tests.kit.texting import coming, events, listed, receive, send, stored, threads

ADA, GRACE = "2065550101", "2065550102"


@pytest.fixture
def line(engine: Engine, account: Account) -> Line:
    return add_line(engine, account.id)


def marking(line: Line, *ids: int) -> MarkMessages:
    return MarkMessages(line_id=line.id, ids=ids)


# Refusals.


def test_what_is_not_there_or_on_another_line_is_not_found(
    engine: Engine, account: Account, other: Account, line: Line
) -> None:
    second = add_line(engine, account.id, "4255551212")
    message = receive(engine, account.id, line.id).message
    for account_id, message_id, line_id in (
        (account.id, 12345, line.id),
        (account.id, 0, line.id),
        (account.id, -1, None),
        (account.id, 2**63, None),
        (account.id, message.id, second.id),
        (other.id, message.id, None),
    ):
        with pytest.raises(MessageNotFound):
            engine.read(partial(get_message, account_id=account_id, message_id=message_id, line_id=line_id))
    for line_id, fingerprint in ((line.id, 5), (second.id, message.fingerprint)):
        with pytest.raises(ConversationNotFound):
            engine.read(partial(get_conversation, account_id=account.id, line_id=line_id, fingerprint=fingerprint))
        request = MarkConversation(line_id=line_id, fingerprint=fingerprint)
        for service in (read_conversations, delete_conversations):
            (outcome,) = run(engine, service, account.id, request)
            refusal(ConversationNotFound, outcome)
    outcomes = run(engine, read_messages, account.id, marking(second, message.id), marking(line, 12345))
    assert outcomes == [0, 0]
    assert not stored(engine, account.id, message.id).is_read


# Lists.


def test_lists_are_newest_first_and_empty_past_the_end(engine: Engine, account: Account, line: Line) -> None:
    sent = [send(engine, account.id, line.id, ADA if number % 2 else GRACE, body=str(number))[0] for number in range(7)]
    newest_first = sent[::-1]
    assert listed(engine, account.id, line.id) == newest_first
    for offset in range(9):
        page = engine.read(partial(messages_of_line, account_id=account.id, line_id=line.id, offset=offset, limit=3))
        assert page == newest_first[offset : offset + 3]
    page = engine.read(lambda tx: messages_before(tx, account.id, line.id, sent[4].id, 2))
    assert page == [sent[3], sent[2]]
    grace, ada = threads(engine, account.id, line.id)
    assert [grace.last_message_id, ada.last_message_id] == [sent[6].id, sent[5].id]
    found = engine.read(lambda tx: messages_of_conversation(tx, account.id, ada, 1, 5))
    assert found == [sent[3], sent[1]]


# Reading.


def test_reading_messages_marks_them_once_and_counts_down(engine: Engine, account: Account, line: Line) -> None:
    first, second = (receive(engine, account.id, line.id, ADA).message for _ in range(2))
    (sent,) = send(engine, account.id, line.id, ADA)
    assert write_now(engine, read_messages, account.id, marking(line, first.id, first.id, sent.id)) == 2
    assert threads(engine, account.id, line.id)[0].unread_count == 1
    read = stored(engine, account.id, first.id)
    assert (read.is_read, read.read_ms is not None) == (True, True)
    assert not stored(engine, account.id, second.id).is_read
    assert write_now(engine, read_messages, account.id, marking(line, first.id)) == 1
    assert stored(engine, account.id, first.id) == read
    assert [kind for kind, _ in events(engine, account.id)].count("message.read") == 1


def test_reading_a_conversation_marks_all_of_it_and_nothing_else(engine: Engine, account: Account, line: Line) -> None:
    many = run_texts(engine, account, line, CHUNK + 3)
    other = receive(engine, account.id, line.id, GRACE).message
    request = MarkConversation(line_id=line.id, fingerprint=many[0])
    outcome = write_now(engine, read_conversations, account.id, request)
    assert outcome.unread_count == 0
    assert [one.unread_count for one in threads(engine, account.id, line.id)] == [1, 0]
    assert not stored(engine, account.id, other.id).is_read
    told = [message_id for kind, message_id in events(engine, account.id) if kind == "message.read"]
    assert len(told) == len(set(told)) == CHUNK + 3


def run_texts(engine: Engine, account: Account, line: Line, count: int) -> list[int]:
    """Receive so many texts of one person; give the fingerprint of each."""
    outcomes = run(engine, receive_texts, account.id, *(coming(line.id, ADA) for _ in range(count)))
    return [one.message.fingerprint for one in outcomes if isinstance(one, Received)]


# Deleting.


def test_deleted_messages_are_hidden_and_the_conversation_shows_the_one_before(
    engine: Engine, account: Account, line: Line
) -> None:
    first, second, third = (receive(engine, account.id, line.id, ADA, body=str(one)).message for one in range(3))
    assert write_now(engine, delete_messages, account.id, marking(line, third.id, second.id)) == 2
    assert [one.id for one in listed(engine, account.id, line.id)] == [first.id]
    (conversation,) = threads(engine, account.id, line.id)
    assert (conversation.last_message_id, conversation.unread_count) == (first.id, 1)
    gone = stored(engine, account.id, third.id)
    assert gone.is_deleted and gone.deleted_ms is not None and gone.deleted_ms >= START_MS
    assert write_now(engine, delete_messages, account.id, marking(line, third.id)) == 0
    assert write_now(engine, delete_messages, account.id, marking(line, first.id)) == 1
    (conversation,) = threads(engine, account.id, line.id)
    assert (conversation.last_message_id, conversation.unread_count) == (0, 0)
    told = [message_id for kind, message_id in events(engine, account.id) if kind == "message.delete"]
    assert sorted(told) == [first.id, second.id, third.id]


def test_a_deleted_conversation_comes_back_with_a_new_message_alone(
    engine: Engine, account: Account, line: Line
) -> None:
    old = [receive(engine, account.id, line.id, ADA).message, *send(engine, account.id, line.id, ADA)]
    kept = receive(engine, account.id, line.id, GRACE).message
    request = MarkConversation(line_id=line.id, fingerprint=old[0].fingerprint)
    outcome = write_now(engine, delete_conversations, account.id, request)
    assert outcome.deleted_ms is not None
    assert [one.id for one in listed(engine, account.id, line.id)] == [kept.id]
    assert [one.last_message_id for one in threads(engine, account.id, line.id)] == [kept.id]
    with pytest.raises(ConversationNotFound):
        engine.read(lambda tx: get_conversation(tx, account.id, line.id, old[0].fingerprint))
    (again,) = run(engine, delete_conversations, account.id, request)
    refusal(ConversationNotFound, again)
    new = receive(engine, account.id, line.id, ADA).message
    assert [one.id for one in listed(engine, account.id, line.id)] == [new.id, kept.id]
    back = engine.read(lambda tx: get_conversation(tx, account.id, line.id, new.fingerprint))
    assert (back.unread_count, back.last_message_id) == (1, new.id)
