"""Results and receipts: states that never move back, parts, early and repeated receipts, retries, usage."""

from __future__ import annotations

import pytest

from linebook.core.account import Account, Line
from linebook.core.delivery_status import ACCEPTED, QUEUED, SENT, DeliveryState, ReceiptKind, state_of
from linebook.core.message import LineUsage, Message
from linebook.errors import MessageNotFound
from linebook.services.message_results import (
    ReceiptOutcome,
    RecordReceipt,
    RecordResult,
    RefOwner,
    SubmittedPart,
    owners_of_refs,
    record_receipts,
    record_results,
)
from linebook.services.usage import line_usages, month_of
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import add_line, refusal, run
from tests.kit.clock import START_MS, TestClock
from tests.kit.raw import look
from tests.kit.texting import CARRIER, events, in_line, send, stored, take

DELIVERED, EXPIRED, REJECTED = (state_of(one) for one in (1004, 1006, 1005))


@pytest.fixture
def line(engine: Engine, account: Account) -> Line:
    """A toll-free line: it alone learns of the handset."""
    return add_line(engine, account.id, "8885550100")


@pytest.fixture
def local(engine: Engine, account: Account) -> Line:
    return add_line(engine, account.id, "5556661234")


@pytest.fixture
def message(engine: Engine, account: Account, line: Line) -> Message:
    return send(engine, account.id, line.id)[0]


def receipt(engine: Engine, account: Account, ref: str, kind: ReceiptKind, status: int | None = None) -> ReceiptOutcome:
    request = RecordReceipt(carrier=CARRIER, ref=ref, kind=kind, message_status=status, words="said")
    return write_now(engine, record_receipts, account.id, request)


def result(message: Message, state: DeliveryState, *refs: str, **rest: object) -> RecordResult:
    parts = tuple(SubmittedPart(no=number, ref=ref, state=state) for number, ref in enumerate(refs, 1))
    return RecordResult(message_id=message.id, carrier=CARRIER, state=state, parts=parts, **rest)  # type: ignore[arg-type]


def kinds(engine: Engine, account: Account) -> list[str]:
    return [kind for kind, _ in events(engine, account.id)]


# Results.


def test_a_result_of_no_message_is_refused_and_its_neighbours_are_recorded(
    engine: Engine, account: Account, message: Message
) -> None:
    nothing = RecordResult(message_id=12345, carrier=CARRIER, state=ACCEPTED)
    outcomes = run(engine, record_results, account.id, nothing, result(message, ACCEPTED, "a-1"), nothing)
    refusal(MessageNotFound, outcomes[0])
    refusal(MessageNotFound, outcomes[2])
    assert isinstance(outcomes[1], Message) and outcomes[1].state == ACCEPTED


def test_a_message_of_another_account_is_not_found(
    engine: Engine, account: Account, other: Account, message: Message
) -> None:
    (outcome,) = run(engine, record_results, other.id, result(message, ACCEPTED, "a-1"))
    refusal(MessageNotFound, outcome)
    assert stored(engine, account.id, message.id) == message
    assert in_line(engine, account.id) == [message.id]


def test_what_the_carrier_took_leaves_the_line_and_counts_once(
    engine: Engine, account: Account, line: Line, message: Message
) -> None:
    taken = take(engine, account.id, message, "a-1")
    assert taken == stored(engine, account.id, message.id)
    assert (taken.state, taken.carrier, taken.sent_ms) == (ACCEPTED, CARRIER, START_MS)
    assert in_line(engine, account.id) == []
    assert kinds(engine, account) == ["message.send", "message.progress"]
    take(engine, account.id, message, "a-1")
    month = month_of(START_MS)
    assert engine.read(lambda tx: line_usages(tx, account.id)) == [
        LineUsage(line_id=line.id, month=month, sent_sms=1, sent_parts=1)
    ]
    assert kinds(engine, account) == ["message.send", "message.progress"]


def test_a_refused_message_has_its_reason_and_costs_nothing(engine: Engine, account: Account, message: Message) -> None:
    failed = write_now(engine, record_results, account.id, result(message, REJECTED, words="no way", error="rejected"))
    assert (failed.state, failed.error, failed.carrier_words, failed.sent_ms) == (REJECTED, "rejected", "no way", None)
    assert engine.read(lambda tx: line_usages(tx, account.id)) == []
    assert in_line(engine, account.id) == []


def test_a_message_that_is_tried_again_goes_back_in_line(engine: Engine, account: Account, message: Message) -> None:
    again = result(message, QUEUED, retry_ms=START_MS + 5000, attempts=2, failure="busy", is_in_doubt=True)
    kept = write_now(engine, record_results, account.id, again)
    assert kept.state == QUEUED
    (row,) = engine.read(lambda tx: tx.all("outbox_of_messages", account_id=account.id, keys=[message.id]))
    assert (row[4], row[5], row[6], bool(row[8]), row[10]) == (START_MS + 5000, 2, "", True, "busy")
    assert kinds(engine, account) == ["message.send"]


def test_sms_mms_and_parts_are_counted_by_line_and_month(
    engine: Engine, account: Account, line: Line, local: Line, clock: TestClock
) -> None:
    for one in (line, line, local):
        (message,) = send(engine, account.id, one.id, body="x" * 161)
        take(engine, account.id, message)
    clock.now_ms += 40 * 24 * 3_600_000
    (message,) = send(engine, account.id, line.id)
    take(engine, account.id, message)
    found = engine.read(lambda tx: line_usages(tx, account.id))
    assert [(one.line_id, one.sent_sms, one.sent_parts) for one in found] == [
        (line.id, 2, 4),
        (line.id, 1, 1),
        (local.id, 1, 2),
    ]


@pytest.mark.parametrize(("at_ms", "month"), [(0, 197001), (1_798_761_599_999, 202612), (1_798_761_600_000, 202701)])
def test_a_month_ends_at_midnight_of_its_last_day_in_utc(at_ms: int, month: int) -> None:
    assert month_of(at_ms) == month


# Receipts.


def test_a_delivery_moves_a_toll_free_text_on_and_a_local_one_not(
    engine: Engine, account: Account, message: Message, local: Line
) -> None:
    take(engine, account.id, message, "a-1")
    outcome = receipt(engine, account, "a-1", ReceiptKind.DELIVERED)
    assert outcome.message is not None
    assert (outcome.message.state, outcome.message.delivered_ms) == (DELIVERED, START_MS)
    (near,) = send(engine, account.id, local.id)
    take(engine, account.id, near, "b-1")
    receipt(engine, account, "b-1", ReceiptKind.DELIVERED)
    assert stored(engine, account.id, near.id).state == ACCEPTED


@pytest.mark.parametrize(
    ("said", "ends_in"),
    [
        ((ReceiptKind.DELIVERED, ReceiptKind.EXPIRED), DELIVERED),
        ((ReceiptKind.EXPIRED, ReceiptKind.DELIVERED), EXPIRED),
        ((ReceiptKind.DELIVERED, ReceiptKind.ACCEPTED), DELIVERED),
        ((ReceiptKind.ACCEPTED, ReceiptKind.REJECTED), REJECTED),
        ((ReceiptKind.DELIVERED, ReceiptKind.DELIVERED), DELIVERED),
    ],
)
def test_the_first_final_state_stays_and_each_receipt_is_kept(
    engine: Engine, account: Account, message: Message, said: tuple[ReceiptKind, ...], ends_in: DeliveryState
) -> None:
    take(engine, account.id, message, "a-1")
    for kind in said:
        receipt(engine, account, "a-1", kind)
    assert stored(engine, account.id, message.id).state == ends_in
    assert kinds(engine, account).count("message.progress") == 2
    assert len(look(engine, "SELECT no FROM receipt WHERE message_id IS NOT NULL")) == 2


def test_a_receipt_before_the_result_waits_for_it(engine: Engine, account: Account, message: Message) -> None:
    early = receipt(engine, account, "a-1", ReceiptKind.DELIVERED)
    assert early.message is None
    assert stored(engine, account.id, message.id).state == QUEUED
    assert take(engine, account.id, message, "a-1").state == DELIVERED
    assert stored(engine, account.id, message.id).delivered_ms == START_MS
    assert look(engine, "SELECT no FROM receipt WHERE message_id IS NULL") == []


def test_an_early_receipt_in_another_form_of_the_id_is_matched(
    engine: Engine, account: Account, message: Message
) -> None:
    receipt(engine, account, "26", ReceiptKind.DELIVERED)
    part = SubmittedPart(no=1, ref="1A", other_refs=("1a", "26"), state=ACCEPTED)
    whole = RecordResult(message_id=message.id, carrier=CARRIER, state=ACCEPTED, parts=(part,))
    assert write_now(engine, record_results, account.id, whole).state == DELIVERED


def test_an_id_as_it_was_given_wins_over_another_form_of_one(
    engine: Engine, account: Account, line: Line, message: Message
) -> None:
    (second,) = send(engine, account.id, line.id)
    first_part = SubmittedPart(no=1, ref="26", state=ACCEPTED)
    second_part = SubmittedPart(no=1, ref="1a", other_refs=("26",), state=ACCEPTED)
    for one, part in ((message, first_part), (second, second_part)):
        whole = RecordResult(message_id=one.id, carrier=CARRIER, state=ACCEPTED, parts=(part,))
        write_now(engine, record_results, account.id, whole)
    found = engine.read(lambda tx: owners_of_refs(tx, CARRIER, ["26", "1a", "nothing"]))
    assert found == {"26": RefOwner(account.id, message.id, 1), "1a": RefOwner(account.id, second.id, 1)}


def test_a_long_text_is_delivered_with_its_last_part_and_failed_with_its_first_failure(
    engine: Engine, account: Account, line: Line
) -> None:
    (first,) = send(engine, account.id, line.id, body="x" * 161)
    (second,) = send(engine, account.id, line.id, body="x" * 161)
    take(engine, account.id, first, "a-1", "a-2")
    take(engine, account.id, second, "b-1", "b-2")
    receipt(engine, account, "a-2", ReceiptKind.DELIVERED)
    assert stored(engine, account.id, first.id).state == ACCEPTED
    receipt(engine, account, "a-1", ReceiptKind.DELIVERED)
    assert stored(engine, account.id, first.id).state == DELIVERED
    receipt(engine, account, "b-1", ReceiptKind.REJECTED, 1150)
    assert stored(engine, account.id, second.id).state == state_of(1150)


def test_a_receipt_of_another_accounts_message_changes_nothing_of_it(
    engine: Engine, account: Account, other: Account, message: Message
) -> None:
    take(engine, account.id, message, "a-1")
    outcome = receipt(engine, other, "a-1", ReceiptKind.DELIVERED)
    assert outcome.message is None
    assert stored(engine, account.id, message.id).state == ACCEPTED


def test_a_carrier_that_acknowledges_nothing_leaves_the_text_as_sent(
    engine: Engine, account: Account, message: Message
) -> None:
    assert take(engine, account.id, message, state=SENT).state == SENT
    assert stored(engine, account.id, message.id).sent_ms == START_MS
