"""Sending: what is refused and why, what a request leaves behind, recipients, limits, schedules."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.account import Account, Line
from linebook.core.consent import ConsentAction
from linebook.core.delivery_status import QUEUED
from linebook.core.message import message_time_ms
from linebook.core.phone import Phone
from linebook.errors import (
    AttachmentUnreadable,
    DomainError,
    InvalidMember,
    MessageTooLong,
    NoCarrier,
    NoRoute,
    NotFound,
    OptedOut,
    SendRefused,
    SendUnavailable,
)
from linebook.services.attachments import KeepAttachment, attachments_of_messages, keep_attachments
from linebook.services.consents import RecordConsent, record_consents
from linebook.services.contact_reads import contacts_by_phone
from linebook.services.messages import DUE_MAX_MS, SendMessage, SentMessages
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import AUTHOR, add_line, phone, refusal, save, save_all, saving
from tests.kit.clock import START_MS, TestClock
from tests.kit.raw import look
from tests.kit.texting import count, events, in_line, listed, send, send_all, sending, stored, threads

pytestmark = pytest.mark.usefixtures("whole_books")

ADA, GRACE, JOAN = "2065550101", "2065550102", "2065550103"


@pytest.fixture
def line(engine: Engine, account: Account) -> Line:
    return add_line(engine, account.id)


def opt_out(engine: Engine, account: Account, number: str, action: ConsentAction, line_id: int = 0) -> None:
    change = RecordConsent(phone=phone(number), action=action, author=AUTHOR, line_id=line_id)
    write_now(engine, record_consents, account.id, change)


def keep(engine: Engine, account: Account, size_bytes: int = 1000) -> str:
    request = KeepAttachment(digest="d" * 64, size_bytes=size_bytes, kind="image/png", file_name="a.png", author=AUTHOR)
    return write_now(engine, keep_attachments, account.id, request).id


# Refusals.


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"body": ""}, InvalidMember),
        ({"body": " \n\t "}, InvalidMember),
        ({"body": "a\0b"}, InvalidMember),
        ({"body": "\ud800"}, InvalidMember),
        ({"from_name": "\0"}, InvalidMember),
        ({"recipients": ()}, InvalidMember),
        ({"due_ms": START_MS + DUE_MAX_MS + 1}, InvalidMember),
        ({"attachments": ("a", "b", "c")}, InvalidMember),
        ({"body": "x" * 601}, MessageTooLong),
        ({"body": "é" * 301}, MessageTooLong),
        ({"body": "x" * 590, "advertisement": "y" * 10}, MessageTooLong),
        ({"attachments": ("nothing",)}, AttachmentUnreadable),
        ({"recipients": (Phone.stored("5551234"),)}, NoRoute),
        ({"recipients": (phone("+15005561234"),)}, OptedOut),
        ({"recipients": (phone("+15005560855"),)}, SendUnavailable),
        ({"recipients": (phone("+15005560704"),)}, AttachmentUnreadable),
        ({"recipients": (phone("+15005560703"),)}, InvalidMember),
        ({"recipients": (phone("+15005560700"),)}, NoCarrier),
        ({"recipients": (phone("+15005560394"),)}, MessageTooLong),
        ({"recipients": (phone("+15005560124"),)}, NoRoute),
        ({"recipients": (phone("+15005560001"),)}, SendRefused),
        ({"recipients": (phone(ADA), phone("+15005560124"))}, NoRoute),
    ],
)
def test_what_cannot_be_sent_is_refused_by_its_reason_and_leaves_nothing(
    engine: Engine, account: Account, line: Line, members: dict[str, Any], kind: type[DomainError]
) -> None:
    whole: dict[str, Any] = {"recipients": (phone(ADA),), "body": "hello"} | members
    before = count(engine, "contact")
    (outcome,) = send_all(engine, account.id, SendMessage(line_id=line.id, author=AUTHOR, **whole))
    refusal(kind, outcome)
    assert [count(engine, table) for table in ("message", "outbox", "event", "conversation", "conversation_key")] == [
        0
    ] * 5
    assert count(engine, "contact") == before


@pytest.mark.parametrize("code", [-1234, -855, -704, -700, -394, -124, -1])
def test_a_number_of_the_loopback_carrier_gives_the_code_that_it_ends_in(
    engine: Engine, account: Account, line: Line, code: int
) -> None:
    (outcome,) = send_all(engine, account.id, sending(line.id, f"+1500556{-code:04}"))
    assert isinstance(outcome, SendRefused)
    assert outcome.code == code


def test_an_unknown_line_is_refused(engine: Engine, account: Account, other: Account) -> None:
    theirs = add_line(engine, other.id, "4255551212")
    for line_id in (99, theirs.id + 1, 0, -1, 2**63):
        (outcome,) = send_all(engine, account.id, sending(line_id))
        refusal(NotFound, outcome)


def test_a_line_without_a_carrier_that_can_be_used_sends_nothing(engine: Engine, account: Account) -> None:
    line = add_line(engine, account.id, "4255551212", carrier="pigeon")
    (outcome,) = send_all(engine, account.id, sending(line.id))
    refusal(NoCarrier, outcome)


@pytest.mark.parametrize("action", [ConsentAction.PERSON_STOP, ConsentAction.TEAM_STOP, ConsentAction.BLOCK])
def test_nobody_who_asked_for_silence_is_texted_and_everyone_who_did_is_named(
    engine: Engine, account: Account, line: Line, action: ConsentAction
) -> None:
    for number in (ADA, JOAN):
        opt_out(engine, account, number, action)
    outcomes = send_all(engine, account.id, sending(line.id, ADA, GRACE, JOAN), sending(line.id, GRACE))
    assert refusal(OptedOut, outcomes[0]).numbers == (phone(ADA).text, phone(JOAN).text)
    assert isinstance(outcomes[1], SentMessages)
    assert [one.phone for one in listed(engine, account.id, line.id)] == [phone(GRACE).text]
    assert contacts_of(engine, account, ADA, JOAN) == []


def contacts_of(engine: Engine, account: Account, *numbers: str) -> list[int]:
    wanted = [phone(one) for one in numbers]
    return [one.id for one in engine.read(lambda tx: contacts_by_phone(tx, account.id, wanted)).values()]


def test_a_stop_to_one_line_closes_that_line_alone(engine: Engine, account: Account, line: Line) -> None:
    second = add_line(engine, account.id, "4255551212")
    opt_out(engine, account, ADA, ConsentAction.PERSON_STOP, line.id)
    outcomes = send_all(engine, account.id, sending(line.id, ADA), sending(second.id, ADA))
    refusal(OptedOut, outcomes[0])
    assert isinstance(outcomes[1], SentMessages)


def test_files_that_are_too_large_together_are_refused(engine: Engine, account: Account, line: Line) -> None:
    keys = (keep(engine, account, 300_001), keep(engine, account, 300_000))
    (outcome,) = send_all(engine, account.id, sending(line.id, ADA, attachments=keys))
    refusal(AttachmentUnreadable, outcome)


# What a request leaves.


def test_a_text_is_queued_with_its_event_its_place_in_line_and_its_conversation(
    engine: Engine, account: Account, line: Line
) -> None:
    (message,) = send(engine, account.id, line.id, ADA, body="hello", user_id=3, from_name="Desk", external_id="x-1")
    assert stored(engine, account.id, message.id) == message
    assert (message.state, message.phone, message.body, message.part_count) == (QUEUED, phone(ADA).text, "hello", 1)
    assert (message.is_mms, message.is_read, message.is_inbound, message.parent_id) == (False, True, False, 0)
    assert (message.user_id, message.from_name, message.external_id) == (3, "Desk", "x-1")
    assert (message.door, message.credential_id) == (AUTHOR.door, AUTHOR.credential_id)
    assert message_time_ms(message.id) == message.created_ms == START_MS
    assert events(engine, account.id) == [("message.send", message.id)]
    assert in_line(engine, account.id) == [message.id]
    (conversation,) = threads(engine, account.id, line.id)
    assert conversation.last_message_id == message.id
    assert conversation.addresses == (phone(ADA).text,)
    assert (conversation.unread_count, conversation.fingerprint) == (0, message.fingerprint)


def test_an_unknown_recipient_becomes_a_contact_and_a_known_one_stays_as_it_is(
    engine: Engine, account: Account, line: Line
) -> None:
    ada = save(engine, account.id, ADA, first_name="Ada")
    messages = send(engine, account.id, line.id, ADA, GRACE)
    grace = contacts_of(engine, account, GRACE)
    assert [one.contact_id for one in messages] == [ada.id, *grace]
    assert contacts_of(engine, account, ADA) == [ada.id]


def test_a_line_that_texts_itself_makes_no_contact_of_itself(engine: Engine, account: Account, line: Line) -> None:
    (message,) = send(engine, account.id, line.id, line.address)
    assert message.contact_id == 0
    assert count(engine, "contact") == 0


def test_several_recipients_get_a_message_each_below_one_parent(engine: Engine, account: Account, line: Line) -> None:
    (sent,) = send_all(engine, account.id, sending(line.id, ADA, GRACE, ADA, JOAN))
    assert isinstance(sent, SentMessages)
    assert [one.phone for one in sent.messages] == [phone(one).text for one in (ADA, GRACE, JOAN)]
    ids = [one.id for one in sent.messages]
    assert ids == sorted(ids) and sent.parent_id > ids[-1]
    assert {one.parent_id for one in sent.messages} == {sent.parent_id}
    assert len({one.fingerprint for one in sent.messages}) == len(threads(engine, account.id, line.id)) == 3


def test_one_number_has_one_fingerprint_on_every_line_and_a_conversation_on_each(
    engine: Engine, account: Account, line: Line
) -> None:
    second = add_line(engine, account.id, "4255551212")
    (first,) = send(engine, account.id, line.id, ADA)
    (again,) = send(engine, account.id, line.id, ADA)
    (other,) = send(engine, account.id, second.id, ADA)
    assert first.fingerprint == again.fingerprint == other.fingerprint
    assert 0 < first.fingerprint < 2**32
    assert [len(threads(engine, account.id, one)) for one in (line.id, second.id)] == [1, 1]
    assert threads(engine, account.id, line.id)[0].last_message_id == again.id


def test_requests_of_one_batch_are_numbered_in_order_without_a_gap(
    engine: Engine, account: Account, line: Line
) -> None:
    send_all(engine, account.id, *(sending(line.id, ADA, body=str(number)) for number in range(5)))
    found = listed(engine, account.id, line.id)
    assert [one.body for one in found] == ["4", "3", "2", "1", "0"]
    taken = sorted([one.no for one in found] + event_numbers(engine, account))
    assert taken == list(range(1, 11))


def event_numbers(engine: Engine, account: Account) -> list[int]:
    return [number for (number,) in look(engine, f"SELECT no FROM event WHERE account_id = {account.id}")]


def test_ids_rise_even_when_the_clock_goes_back(engine: Engine, account: Account, line: Line, clock: TestClock) -> None:
    (first,) = send(engine, account.id, line.id)
    clock.now_ms -= 3_600_000
    (second,) = send(engine, account.id, line.id)
    assert second.id > first.id
    assert second.created_ms > first.created_ms


def test_long_texts_are_counted_in_parts_and_a_text_with_a_file_is_an_mms(
    engine: Engine, account: Account, line: Line
) -> None:
    (short,) = send(engine, account.id, line.id, body="x" * 160)
    (long,) = send(engine, account.id, line.id, body="x" * 161)
    (wide,) = send(engine, account.id, line.id, body="ж" * 71)
    key = keep(engine, account)
    (picture,) = send(engine, account.id, line.id, body="", attachments=(key,))
    assert [one.part_count for one in (short, long, wide, picture)] == [1, 2, 2, 1]
    assert [one.is_mms for one in (short, picture)] == [False, True]
    files = engine.read(lambda tx: attachments_of_messages(tx, account.id, [short.id, picture.id]))
    assert {message_id: [one.id for one in found] for message_id, found in files.items()} == {picture.id: [key]}


def test_the_advertisement_is_sent_with_the_body(engine: Engine, account: Account, line: Line) -> None:
    (message,) = send(engine, account.id, line.id, body="hello", advertisement="sent by Desk")
    assert message.body == "hello\nsent by Desk"


@pytest.mark.parametrize(("ahead_ms", "is_later"), [(60_000, True), (DUE_MAX_MS, True), (0, False), (-60_000, False)])
def test_a_scheduled_text_waits_and_one_whose_time_is_past_goes_at_once(
    engine: Engine, account: Account, line: Line, ahead_ms: int, is_later: bool
) -> None:
    (message,) = send(engine, account.id, line.id, due_ms=START_MS + ahead_ms)
    assert message.due_ms == (START_MS + ahead_ms if is_later else None)
    (row,) = engine.read(lambda tx: tx.all("outbox_of_messages", account_id=account.id, keys=[message.id]))
    assert row[4] == (START_MS + ahead_ms if is_later else message.created_ms)


def test_many_recipients_wait_behind_conversations(engine: Engine, account: Account, line: Line) -> None:
    many = send(engine, account.id, line.id, ADA, GRACE)
    (one,) = send(engine, account.id, line.id, JOAN)
    ids = [message.id for message in (*many, one)]
    rows = engine.read(lambda tx: tx.all("outbox_of_messages", account_id=account.id, keys=ids))
    assert {row[1]: row[3] for row in rows} == {many[0].id: 1, many[1].id: 1, one.id: 0}


def test_accounts_do_not_see_each_others_texts(engine: Engine, account: Account, line: Line, other: Account) -> None:
    theirs = add_line(engine, other.id, "4255551212")
    key = keep(engine, other)
    (message,) = send(engine, account.id, line.id)
    assert listed(engine, other.id, line.id) == [] and threads(engine, other.id, line.id) == []
    with pytest.raises(NotFound):
        stored(engine, other.id, message.id)
    (outcome,) = send_all(engine, account.id, sending(line.id, ADA, attachments=(key,)))
    refusal(AttachmentUnreadable, outcome)
    assert theirs.id == line.id, "ids are counted by each account, so only the account tells them apart"


def test_contacts_of_one_transaction_are_made_once(engine: Engine, account: Account, line: Line) -> None:
    send_all(engine, account.id, sending(line.id, ADA), sending(line.id, ADA, GRACE))
    assert count(engine, "contact") == 2
    save_all(engine, account.id, saving(ADA, first_name="Ada"))
    send(engine, account.id, line.id, ADA)
    assert count(engine, "contact") == 2
