"""The rules of the crash suite for texting: each sees what it is there for, and nothing where all is well."""

from __future__ import annotations

import pytest

from linebook.carriers.base import Inbound, Outgoing
from linebook.core.account import Account, Line
from linebook.core.delivery_status import ReceiptKind, state_of
from linebook.core.message import EventKind, Message
from linebook.services.message_results import RecordReceipt, RecordResult, record_receipts, record_results
from linebook.services.webhook_turns import Attempted
from linebook.services.webhooks import AddWebhook, add_webhooks
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.crash.carrier import Handed, Ledger
from tests.crash.texting_rules import Told, Truth, faults_at_the_end, faults_so_far
from tests.delivery.world import send
from tests.kit.builders import AUTHOR, add_line
from tests.kit.texting import CARRIER, receive, take
from tests.webhooks.world import tell_of

REF = "1000000001"


@pytest.fixture
def line(engine: Engine, account: Account) -> Line:
    return add_line(engine, account.id)


@pytest.fixture
def truth(engine: Engine, account: Account, line: Line) -> Truth:
    request = AddWebhook(
        dialect="zipwhip", kinds=(EventKind.SEND,), url="http://127.0.0.1:1/", line_id=line.id, author=AUTHOR
    )
    return Truth(account.id, write_now(engine, add_webhooks, account.id, request).id)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def sent(engine: Engine, account: Account, line: Line, truth: Truth) -> list[Message]:
    """Two texts of one conversation, accepted."""
    sent = [send(engine, account.id, line.id, "2065550101")[0] for _ in range(2)]
    truth.accepted |= {one.id for one in sent}
    return sent


def handed(message: Message, *, is_taken: bool = True, is_repeat: bool = False) -> Handed:
    text = Outgoing(message_id=message.id, source="", destination=message.phone, text="", is_repeat=is_repeat)
    return Handed(text, is_taken)


def be_sent(engine: Engine, account: Account, truth: Truth, ledger: Ledger, *sent: Message) -> None:
    """Let texts be taken by the carrier, and the receiver be told of them."""
    for number, message in enumerate(sent):
        take(engine, account.id, message, f"{int(REF, 16) + number:x}")
        ledger.handed[message.id].append(handed(message))
        truth.told.append(Told(message.id, int(message.state.status_code), message.state.message_status))
    tell_of(engine, account.id, truth.webhook_id, *(told(no) for no in event_numbers(engine, account)[: len(sent)]))


def event_numbers(engine: Engine, account: Account) -> list[int]:
    asked = {"account_id": account.id, "after_no": 0, "limit": 100}
    (webhook,) = engine.read(lambda tx: tx.all("webhook_subscriptions", account_id=account.id))
    rows = engine.read(lambda tx: tx.all("deliveries_waiting", subscription_id=webhook[1], **asked))
    return [row[0] for row in rows]


def told(event_no: int) -> Attempted:
    return Attempted(
        event_no=event_no,
        attempts=1,
        body="{}",
        status=200,
        error="",
        answer="",
        at_ms=1,
        duration_ms=1,
        next_ms=None,
    )


def test_where_all_went_well_there_is_no_fault(
    engine: Engine, account: Account, line: Line, *, truth: Truth, ledger: Ledger, sent: list[Message]
) -> None:
    assert faults_so_far(engine, truth, ledger) == []
    be_sent(engine, account, truth, ledger, *sent)
    bring_text(engine, account, line, ledger, times=1)
    receipt(engine, account, ledger, REF)
    assert faults_at_the_end(engine, truth, ledger) == []


def test_what_was_accepted_must_be_there_and_reach_the_carrier(
    engine: Engine, truth: Truth, ledger: Ledger, sent: list[Message]
) -> None:
    truth.accepted.add(5)
    assert faults_so_far(engine, truth, ledger) == ["5: accepted and not there"]
    found = faults_at_the_end(engine, truth, ledger)
    for message in sent:
        assert f"{message.id}: still in line" in found
        assert f"{message.id}: ended in QUEUED, the carrier has it: False" in found


def test_a_carrier_that_was_never_handed_a_text_did_not_take_it(
    engine: Engine, account: Account, truth: Truth, ledger: Ledger, sent: list[Message]
) -> None:
    be_sent(engine, account, truth, ledger, *sent)
    ledger.handed[sent[0].id] = [handed(sent[0], is_taken=False)]
    assert faults_at_the_end(engine, truth, ledger) == [f"{sent[0].id}: ended in ACCEPTED, the carrier has it: False"]


def test_a_failure_needs_a_reason(
    engine: Engine, account: Account, truth: Truth, ledger: Ledger, sent: list[Message]
) -> None:
    be_sent(engine, account, truth, ledger, sent[0])
    result = RecordResult(message_id=sent[1].id, carrier=CARRIER, state=state_of(1005))
    write_now(engine, record_results, account.id, result)
    assert f"{sent[1].id}: failed without a reason" in faults_at_the_end(engine, truth, ledger)


def test_a_text_that_was_sent_twice_must_have_been_in_doubt_and_be_marked(
    engine: Engine, truth: Truth, ledger: Ledger, sent: list[Message]
) -> None:
    once, twice = sent
    ledger.handed[once.id] = [handed(once)]
    ledger.handed[twice.id] = [handed(twice, is_taken=False), handed(twice)]
    assert faults_so_far(engine, truth, ledger) == []
    ledger.handed[twice.id] = [handed(twice), handed(twice, is_repeat=True)]
    secret = f"{twice.id}: sent 2 times, in doubt 0 times"
    assert faults_so_far(engine, truth, ledger) == [secret]
    ledger.handed[twice.id] = [handed(twice), handed(twice)]
    unmarked = f"{twice.id}: sent before, and handed over as if it were not"
    assert faults_so_far(engine, truth, ledger) == [secret, unmarked]


def bring_text(engine: Engine, account: Account, line: Line, ledger: Ledger, times: int) -> None:
    """Bring and acknowledge a text that was stored so many times."""
    ledger.texts["in-1"] = Inbound(id="in-1", source="", destination="", text="a text")
    ledger.texts_brought["in-1"] += 1
    ledger.texts_stored["in-1"] += 1
    for number in range(times):
        receive(engine, account.id, line.id, body="a text", key=f"k{number}")


@pytest.mark.parametrize("times", [0, 2])
def test_a_text_that_was_acknowledged_is_stored_exactly_once(
    engine: Engine, account: Account, line: Line, *, truth: Truth, ledger: Ledger, times: int
) -> None:
    bring_text(engine, account, line, ledger, times)
    assert faults_so_far(engine, truth, ledger) == [f"in-1: acknowledged and stored {times} times"]


def receipt(engine: Engine, account: Account, ledger: Ledger, ref: str) -> None:
    """Bring and acknowledge a receipt that was stored."""
    ledger.receipts_brought[ref] += 1
    ledger.receipts_stored[ref] += 1
    request = RecordReceipt(carrier=CARRIER, ref=ref, kind=ReceiptKind.DELIVERED)
    write_now(engine, record_receipts, account.id, request)


def test_a_receipt_is_stored_as_often_as_it_was_acknowledged(
    engine: Engine, account: Account, truth: Truth, ledger: Ledger
) -> None:
    receipt(engine, account, ledger, REF)
    assert faults_at_the_end(engine, truth, ledger) == []
    ledger.receipts_stored[REF] += 1
    assert f"receipt {REF}: acknowledged 2 times, stored 1 times" in faults_so_far(engine, truth, ledger)
    ledger.receipts_stored[REF] = ledger.receipts_brought[REF] = 0
    assert faults_at_the_end(engine, truth, ledger) == [f"receipt {REF}: brought 0 times, stored 1 times"]


def test_a_receiver_is_told_everything_and_in_order(
    engine: Engine, account: Account, truth: Truth, ledger: Ledger, sent: list[Message]
) -> None:
    be_sent(engine, account, truth, ledger, *sent)
    first, second = truth.told
    truth.told = [second, first, second]
    assert faults_so_far(engine, truth, ledger) == [f"{[*second]}: told before an earlier event of its conversation"]
    truth.told = [second]
    found = faults_at_the_end(engine, truth, ledger)
    assert f"{[*second]}: told before an earlier event of its conversation" in found
    assert f"{[*first]}: done, and nobody was told" in found
    truth.told = [first]
    assert faults_so_far(engine, truth, ledger) == []


def test_an_event_that_waits_at_the_end_is_a_fault(
    engine: Engine, account: Account, truth: Truth, ledger: Ledger, sent: list[Message]
) -> None:
    be_sent(engine, account, truth, ledger, sent[0])
    take(engine, account.id, sent[1], REF + "f")
    ledger.handed[sent[1].id].append(handed(sent[1]))
    (fault,) = faults_at_the_end(engine, truth, ledger)
    assert fault.startswith(f"[{sent[1].id}, ")
    assert fault.endswith(": waiting, and nobody was told")
