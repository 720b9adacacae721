"""Texts that come in: once each, threaded, with a contact; what STOP, START and HELP do, and whom nobody hears."""

from __future__ import annotations

from itertools import count as counting

import pytest

from linebook.core.account import Account, Line
from linebook.core.consent import Consent, ConsentAction, StopScope
from linebook.core.delivery_status import ACCEPTED
from linebook.core.message import DEFAULT_REPLIES, LineUsage, WordReply
from linebook.core.stop_words import WordEffect
from linebook.errors import InvalidMember, NotFound
from linebook.services.accounts import DIRECTORY, CreateAccount, create_accounts
from linebook.services.consents import RecordConsent, consent_ledger, consents_of, record_consents
from linebook.services.contact_reads import contacts_by_phone
from linebook.services.inbound import InboundText, Received, receive_texts
from linebook.services.line_settings import SetLineSetting, set_line_settings
from linebook.services.usage import line_usages, month_of
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import AUTHOR, add_line, phone, refusal, run, save
from tests.kit.clock import START_MS
from tests.kit.raw import connected
from tests.kit.texting import (
    CARRIER,
    coming,
    count,
    events,
    in_line,
    listed,
    receive,
    send,
    send_all,
    sending,
    threads,
)

pytestmark = pytest.mark.usefixtures("whole_books")

ADA, GRACE = "2065550101", "2065550102"


@pytest.fixture
def line(engine: Engine, account: Account) -> Line:
    return add_line(engine, account.id)


def consent(engine: Engine, account: Account, line_id: int = 0) -> Consent:
    ada = phone(ADA)
    return engine.read(lambda tx: consents_of(tx, account.id, [ada], line_id))[ada]


def kinds(engine: Engine, account: Account) -> list[str]:
    return [kind for kind, _ in events(engine, account.id)]


# Refusals.


def test_a_text_to_no_line_or_from_nobody_is_refused_and_its_neighbour_is_kept(
    engine: Engine, account: Account, line: Line
) -> None:
    nobody = InboundText(line_id=line.id, sender=" ", body="hi", carrier=CARRIER)
    broken = InboundText(line_id=line.id, sender="+1206\0", body="hi", carrier=CARRIER)
    outcomes = run(engine, receive_texts, account.id, coming(99), nobody, broken, coming(line.id))
    refusal(NotFound, outcomes[0])
    refusal(InvalidMember, outcomes[1])
    refusal(InvalidMember, outcomes[2])
    assert isinstance(outcomes[3], Received)
    assert count(engine, "message") == 1


# Keeping.


def test_a_text_is_kept_unread_with_its_conversation_contact_event_and_usage(
    engine: Engine, account: Account, line: Line
) -> None:
    received = receive(engine, account.id, line.id, ADA, body="hi", part_count=2, at_ms=START_MS - 5000)
    message = received.message
    assert (received.is_new, received.effect) == (True, None)
    assert listed(engine, account.id, line.id) == [message]
    assert (message.is_inbound, message.is_read, message.state, message.phone) == (
        True,
        False,
        ACCEPTED,
        phone(ADA).text,
    )
    assert (message.body, message.part_count, message.sent_ms) == ("hi", 2, START_MS - 5000)
    (conversation,) = threads(engine, account.id, line.id)
    assert (conversation.unread_count, conversation.last_message_id) == (1, message.id)
    found = engine.read(lambda tx: contacts_by_phone(tx, account.id, [phone(ADA)]))
    assert found[phone(ADA)].id == message.contact_id
    assert events(engine, account.id) == [("message.receive", message.id)]
    assert in_line(engine, account.id) == []
    assert engine.read(lambda tx: line_usages(tx, account.id)) == [
        LineUsage(line_id=line.id, month=month_of(START_MS), received_sms=1, received_parts=2)
    ]


def test_an_answer_joins_the_conversation_of_what_it_answers(engine: Engine, account: Account, line: Line) -> None:
    ada = save(engine, account.id, ADA, first_name="Ada")
    (asked,) = send(engine, account.id, line.id, ADA)
    answer = receive(engine, account.id, line.id, ADA).message
    assert answer.fingerprint == asked.fingerprint and answer.contact_id == ada.id
    (conversation,) = threads(engine, account.id, line.id)
    assert (conversation.last_message_id, conversation.unread_count) == (answer.id, 1)


def test_a_text_that_a_carrier_brings_twice_is_kept_once(engine: Engine, account: Account, line: Line) -> None:
    first = receive(engine, account.id, line.id, ADA, key="c-1")
    again = receive(engine, account.id, line.id, ADA, key="c-1")
    assert (again.is_new, again.message) == (False, first.message)
    together = run(engine, receive_texts, account.id, *(coming(line.id, ADA, key="c-2") for _ in range(3)))
    assert [one.is_new for one in together if isinstance(one, Received)] == [True, False, False]
    assert len({one.message.id for one in together if isinstance(one, Received)}) == 1
    assert count(engine, "message") == 2
    assert kinds(engine, account) == ["message.receive"] * 2
    receive(engine, account.id, line.id, ADA)
    receive(engine, account.id, line.id, ADA)
    assert count(engine, "message") == 4, "without a key nothing says that two texts are one"


def test_a_sender_with_a_name_has_a_conversation_and_no_contact(engine: Engine, account: Account, line: Line) -> None:
    text = InboundText(line_id=line.id, sender="MyBank", body="STOP", carrier=CARRIER)
    received = write_now(engine, receive_texts, account.id, text)
    assert (received.message.contact_id, received.effect) == (0, None)
    assert threads(engine, account.id, line.id)[0].addresses == ("MyBank",)
    assert count(engine, "contact") == count(engine, "consent") == 0
    assert in_line(engine, account.id) == []


def test_a_text_is_not_lost_for_a_character_that_cannot_be_kept(engine: Engine, account: Account, line: Line) -> None:
    assert receive(engine, account.id, line.id, ADA, body="a\0b\ud800c").message.body == "a\ufffdb?c"


# Words.


def test_a_stop_closes_is_told_and_answered_once(engine: Engine, account: Account, line: Line) -> None:
    received = receive(engine, account.id, line.id, ADA, body=" Stop \n")
    assert received.effect is WordEffect.STOP
    assert consent(engine, account).by_person
    (entry,) = engine.read(lambda tx: consent_ledger(tx, account.id, phone(ADA)))
    assert (entry.action, entry.word, entry.door) == (ConsentAction.PERSON_STOP, "Stop", "inbound")
    assert kinds(engine, account) == ["message.receive", "optout.change", "message.send"]
    reply, stop = listed(engine, account.id, line.id)
    assert stop == received.message
    assert (reply.is_inbound, reply.body) == (False, DEFAULT_REPLIES[WordReply.STOPPED])
    (row,) = engine.read(lambda tx: tx.all("outbox_of_messages", account_id=account.id, keys=[reply.id]))
    assert bool(row[9]), "it may go to somebody who asked for silence"
    receive(engine, account.id, line.id, ADA, body="STOP")
    assert kinds(engine, account)[3:] == ["message.receive"]
    assert in_line(engine, account.id) == [reply.id]


def test_two_stops_of_one_batch_are_answered_once(engine: Engine, account: Account, line: Line) -> None:
    run(engine, receive_texts, account.id, coming(line.id, ADA, body="STOP"), coming(line.id, ADA, body="QUIT"))
    assert kinds(engine, account).count("optout.change") == len(in_line(engine, account.id)) == 1


def test_a_stop_that_is_brought_twice_is_heeded_once(engine: Engine, account: Account, line: Line) -> None:
    receive(engine, account.id, line.id, ADA, body="STOP", key="c-1")
    receive(engine, account.id, line.id, ADA, body="UNSTOP", key="c-2")
    receive(engine, account.id, line.id, ADA, body="STOP", key="c-1")
    assert not consent(engine, account).by_person


def test_after_unstop_texts_go_again_and_the_teams_own_stop_stays(engine: Engine, account: Account, line: Line) -> None:
    receive(engine, account.id, line.id, ADA, body="STOP")
    team = RecordConsent(phone=phone(ADA), action=ConsentAction.TEAM_STOP, author=AUTHOR)
    write_now(engine, record_consents, account.id, team)
    receive(engine, account.id, line.id, ADA, body="unstop")
    state = consent(engine, account)
    assert (state.by_person, state.by_team) == (False, True)
    assert kinds(engine, account).count("optout.change") == 2


def test_a_yes_of_somebody_who_never_said_stop_is_a_text_like_any_other(
    engine: Engine, account: Account, line: Line
) -> None:
    receive(engine, account.id, line.id, ADA, body="Yes")
    assert kinds(engine, account) == ["message.receive"]
    assert count(engine, "consent") == 0


def test_help_is_answered_each_time_but_not_to_those_who_asked_for_silence(
    engine: Engine, account: Account, line: Line
) -> None:
    receive(engine, account.id, line.id, ADA, body="help")
    receive(engine, account.id, line.id, ADA, body="HELP")
    assert [one.body for one in listed(engine, account.id, line.id) if not one.is_inbound] == [
        DEFAULT_REPLIES[WordReply.HELP]
    ] * 2
    receive(engine, account.id, line.id, ADA, body="STOP")
    before = len(in_line(engine, account.id))
    receive(engine, account.id, line.id, ADA, body="HELP")
    assert len(in_line(engine, account.id)) == before


def test_what_a_line_answers_can_be_set_and_switched_off(engine: Engine, account: Account, line: Line) -> None:
    for name, value in ((WordReply.STOPPED, "Bye."), (WordReply.STARTED, "")):
        setting = SetLineSetting(line_id=line.id, name=name.value, value=value)
        write_now(engine, set_line_settings, account.id, setting)
    receive(engine, account.id, line.id, ADA, body="STOP")
    receive(engine, account.id, line.id, ADA, body="START")
    assert [one.body for one in listed(engine, account.id, line.id) if not one.is_inbound] == ["Bye."]


def test_an_account_may_have_words_of_its_own_and_give_up_usual_ones(
    engine: Engine, account: Account, line: Line
) -> None:
    with connected(engine) as execute:
        for word, action in (("genug", "stop"), ("end", "")):
            execute(f"INSERT INTO stop_word (account_id, word, action) VALUES ({account.id}, '{word}', '{action}')")
    assert receive(engine, account.id, line.id, ADA, body="END").effect is None
    assert receive(engine, account.id, line.id, ADA, body="Genug!").effect is WordEffect.STOP
    assert consent(engine, account).by_person


@pytest.mark.parametrize(
    ("scope", "word", "closed"),
    [
        (StopScope.ACCOUNT, "STOP", (True, True)),
        (StopScope.LINE, "STOP", (True, False)),
        (StopScope.LINE, "STOPALL", (True, True)),
    ],
)
def test_what_a_stop_closes_is_the_accounts_choice(
    engine: Engine, scope: StopScope, word: str, closed: tuple[bool, bool]
) -> None:
    account = write_now(engine, create_accounts, DIRECTORY, CreateAccount(name="Scoped", stop_scope=scope))
    lines = [add_line(engine, account.id, address) for address in ("5556661234", "4255551212")]
    receive(engine, account.id, lines[0].id, ADA, body=word)
    outcomes = send_all(engine, account.id, *(sending(one.id, ADA) for one in lines))
    assert tuple(isinstance(one, Exception) for one in outcomes) == closed
    receive(engine, account.id, lines[0].id, ADA, body="START")
    outcomes = send_all(engine, account.id, *(sending(one.id, ADA) for one in lines))
    assert not any(isinstance(one, Exception) for one in outcomes)


# Who is blocked.


def test_nobody_hears_of_texts_of_somebody_who_is_blocked(engine: Engine, account: Account, line: Line) -> None:
    numbers = counting(1)
    block = RecordConsent(phone=phone(ADA), action=ConsentAction.BLOCK, author=AUTHOR)
    write_now(engine, record_consents, account.id, block)
    kept = receive(engine, account.id, line.id, ADA, body="let me in", key=f"c-{next(numbers)}").message
    assert kept.is_deleted and kept.is_read
    assert listed(engine, account.id, line.id) == []
    assert threads(engine, account.id, line.id) == []
    assert events(engine, account.id) == [] and count(engine, "contact") == 0
    receive(engine, account.id, line.id, ADA, body="STOP", key=f"c-{next(numbers)}")
    assert consent(engine, account).by_person, "the word of a person is heeded whatever the team thinks of them"
    assert in_line(engine, account.id) == []
