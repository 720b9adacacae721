"""What is too old is forgotten in steps, and nothing that somebody still waits for."""

from __future__ import annotations

import pytest

from linebook.core.account import Account, Line
from linebook.core.carrier_ids import other_forms
from linebook.core.delivery_status import ACCEPTED, ReceiptKind
from linebook.core.message import EventKind
from linebook.errors import NotFound
from linebook.services import retention
from linebook.services.message_results import (
    RecordReceipt,
    RecordResult,
    SubmittedPart,
    record_receipts,
    record_results,
)
from linebook.services.retention import Forget, KeepFor, forget_old
from linebook.services.webhook_turns import Attempted
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import add_account, add_line
from tests.kit.clock import TestClock
from tests.kit.raw import look
from tests.kit.texting import CARRIER, count, receive, send, stored, take
from tests.webhooks.world import add_webhook, tell_of

DAY_MS = 24 * 3600 * 1000
KEEP = KeepFor(
    attempts_ms=DAY_MS,
    events_ms=2 * DAY_MS,
    inbound_keys_ms=5 * DAY_MS,
    parked_ms=4 * DAY_MS,
    receipts_ms=3 * DAY_MS,
)
TABLES = ("event", "webhook_delivery", "webhook_attempt", "receipt")
HOOK = "http://127.0.0.1:9/"


@pytest.fixture
def line(engine: Engine, account: Account) -> Line:
    return add_line(engine, account.id)


def forget(engine: Engine, account_id: int) -> int:
    """Forget until nothing is too old; give how many rows that were."""
    removed, step = 0, Forget(keep=KEEP)
    while True:
        done = write_now(engine, forget_old, account_id, step)
        removed += done.count
        if done.next is None:
            return removed
        step = done.next


def counts(engine: Engine) -> tuple[int, ...]:
    return tuple(count(engine, table) for table in TABLES)


def receipt(engine: Engine, account_id: int, ref: str) -> None:
    write_now(engine, record_receipts, account_id, RecordReceipt(carrier=CARRIER, ref=ref, kind=ReceiptKind.DELIVERED))


def attempted(event_no: int, clock: TestClock, error: str = "", next_ms: int | None = None) -> Attempted:
    return Attempted(
        event_no=event_no,
        attempts=1,
        body="{}",
        status=500 if error else 200,
        error=error,
        answer="",
        at_ms=clock(),
        duration_ms=1,
        next_ms=next_ms,
    )


def test_an_account_that_is_not_there_is_refused(engine: Engine, account: Account) -> None:
    with pytest.raises(NotFound):
        write_now(engine, forget_old, account.id + 1, Forget(keep=KEEP))


def test_each_kind_is_kept_for_its_own_time(engine: Engine, account: Account, clock: TestClock, line: Line) -> None:
    webhook = add_webhook(engine, account.id, line.id, HOOK)
    sent = send(engine, account.id, line.id, "2065550101")[0]
    receipt(engine, account.id, "early")
    (event_no,) = (row[0] for row in look(engine, "SELECT no FROM event"))
    tell_of(engine, account.id, webhook.id, attempted(event_no, clock))
    clock.advance(DAY_MS)
    assert (forget(engine, account.id), counts(engine)) == (0, (1, 1, 1, 1))
    clock.advance(1)
    assert (forget(engine, account.id), counts(engine)) == (1, (1, 1, 0, 1))
    clock.advance(DAY_MS)
    assert (forget(engine, account.id), counts(engine)) == (2, (0, 0, 0, 1))
    clock.advance(DAY_MS)
    assert (forget(engine, account.id), counts(engine)) == (1, (0, 0, 0, 0))
    assert stored(engine, account.id, sent.id) == sent


def test_what_is_still_to_be_told_is_kept_whatever_its_age(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    add_webhook(engine, account.id, line.id, HOOK)
    send(engine, account.id, line.id, "2065550101")
    clock.advance(1000 * DAY_MS)
    assert (forget(engine, account.id), counts(engine)) == (0, (1, 1, 0, 0))


def test_a_parked_event_stays_until_it_is_older_than_its_own_limit(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    webhook = add_webhook(engine, account.id, line.id, HOOK)
    send(engine, account.id, line.id, "2065550101")
    (event_no,) = (row[0] for row in look(engine, "SELECT no FROM event"))
    tell_of(engine, account.id, webhook.id, attempted(event_no, clock, "status 500"))
    clock.advance(4 * DAY_MS)
    assert (forget(engine, account.id), counts(engine)) == (1, (1, 1, 0, 0))
    clock.advance(1)
    assert (forget(engine, account.id), counts(engine)) == (2, (0, 0, 0, 0))


def test_an_event_is_kept_while_one_of_two_webhooks_has_to_do_with_it(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    told = add_webhook(engine, account.id, line.id, HOOK)
    untold = add_webhook(engine, account.id, line.id, HOOK)
    send(engine, account.id, line.id, "2065550101")
    (event_no,) = (row[0] for row in look(engine, "SELECT no FROM event"))
    tell_of(engine, account.id, told.id, attempted(event_no, clock))
    clock.advance(10 * DAY_MS)
    assert forget(engine, account.id) == 2
    assert look(engine, "SELECT subscription_id FROM webhook_delivery") == [(untold.id,)]
    assert count(engine, "event") == 1


def test_events_that_nobody_is_told_go_by_their_age(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    send(engine, account.id, line.id, "2065550101")
    clock.advance(DAY_MS + DAY_MS // 2)
    send(engine, account.id, line.id, "2065550102")
    clock.advance(DAY_MS)
    assert forget(engine, account.id) == 1
    assert count(engine, "event") == 1


def test_another_account_is_left_alone(engine: Engine, account: Account, clock: TestClock, line: Line) -> None:
    other = add_account(engine, "Other")
    send(engine, account.id, line.id, "2065550101")
    receipt(engine, account.id, "early")
    clock.advance(100 * DAY_MS)
    assert (forget(engine, other.id), counts(engine)) == (0, (1, 0, 0, 1))


def test_many_rows_go_in_bounded_steps_around_those_that_stay(
    engine: Engine, account: Account, clock: TestClock, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    add_webhook(engine, account.id, line.id, HOOK, EventKind.READ)
    waiting = add_line(engine, account.id, "5556660102")
    add_webhook(engine, account.id, waiting.id, HOOK)
    for number in range(4):
        send(engine, account.id, waiting.id, f"+1206555{number + 100:04}")
        send(engine, account.id, line.id, f"+1206555{number + 100:04}")
        receipt(engine, account.id, f"r{number}")
    clock.advance(100 * DAY_MS)
    first = write_now(engine, forget_old, account.id, Forget(keep=KEEP))
    assert first.count <= 2 * 3
    assert first.next is not None
    assert first.count + forget(engine, account.id) == 8
    assert counts(engine) == (4, 4, 0, 0)


# -- ids of carriers


def refs(engine: Engine) -> list[str]:
    return [row[0] for row in look(engine, "SELECT ref FROM carrier_ref ORDER BY ref")]


def test_the_ids_of_a_text_go_with_its_receipts_in_every_form(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    (old, *_) = send(engine, account.id, line.id, "2065550101")
    part = SubmittedPart(no=1, ref="0A", other_refs=other_forms("0A"), state=ACCEPTED)
    result = RecordResult(message_id=old.id, carrier=CARRIER, state=ACCEPTED, parts=(part,))
    write_now(engine, record_results, account.id, result)
    clock.advance(2 * DAY_MS)
    (young, *_) = send(engine, account.id, line.id, "2065550102")
    take(engine, account.id, young, "young")
    forget(engine, account.id)
    assert refs(engine) == ["0A", "10", "a", "young"]
    clock.advance(DAY_MS + 1000)
    forget(engine, account.id)
    assert refs(engine) == ["young"]
    assert stored(engine, account.id, old.id).state == ACCEPTED
    assert count(engine, "message_part") == 2
    clock.advance(2 * DAY_MS)
    forget(engine, account.id)
    assert refs(engine) == []


def test_the_ids_of_an_old_text_stay_while_there_is_news_of_it(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    (sent,) = send(engine, account.id, line.id, "2065550101")
    clock.advance(2 * DAY_MS)
    take(engine, account.id, sent, "late")
    clock.advance(3 * DAY_MS)
    forget(engine, account.id)
    assert refs(engine) == ["late"]
    clock.advance(1)
    assert forget(engine, account.id) > 0
    assert refs(engine) == []


def test_a_text_that_is_still_to_be_sent_is_not_passed_over(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    (waiting,) = send(engine, account.id, line.id, "2065550101", due_ms=clock() + 50 * DAY_MS)
    (sent,) = send(engine, account.id, line.id, "2065550102")
    take(engine, account.id, sent, "sent")
    clock.advance(50 * DAY_MS)
    forget(engine, account.id)
    assert refs(engine) == ["sent"]
    take(engine, account.id, waiting, "waited")
    clock.advance(3 * DAY_MS)
    forget(engine, account.id)
    assert refs(engine) == ["sent", "waited"]
    clock.advance(1)
    forget(engine, account.id)
    assert refs(engine) == []


def test_a_form_that_means_another_text_by_now_stays(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    (old,) = send(engine, account.id, line.id, "2065550101")
    take(engine, account.id, old, "0b")
    clock.advance(2 * DAY_MS)
    (young,) = send(engine, account.id, line.id, "2065550102")
    take(engine, account.id, young, "b")
    clock.advance(DAY_MS + 1000)
    forget(engine, account.id)
    assert refs(engine) == ["b"]


def test_the_ids_of_many_texts_go_in_bounded_steps_and_leave_those_of_other_accounts(
    engine: Engine, account: Account, clock: TestClock, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    other = add_account(engine, "Other")
    (foreign,) = send(engine, other.id, add_line(engine, other.id, "5556660103").id, "2065550101")
    take(engine, other.id, foreign, "foreign")
    for number in range(7):
        (sent,) = send(engine, account.id, line.id, f"+1206555{number + 100:04}")
        take(engine, account.id, sent, *(f"r{number}{part}" for part in range(number % 5)))
    clock.advance(100 * DAY_MS)
    first = write_now(engine, forget_old, account.id, Forget(keep=KEEP))
    assert first.next is not None
    assert len(refs(engine)) > 1
    forget(engine, account.id)
    assert refs(engine) == ["foreign"]


# -- texts that came in


def test_a_text_that_came_in_is_known_again_for_its_time_and_stays(
    engine: Engine, account: Account, clock: TestClock, line: Line
) -> None:
    first = receive(engine, account.id, line.id, key="k")
    clock.advance(5 * DAY_MS)
    forget(engine, account.id)
    assert not receive(engine, account.id, line.id, key="k").is_new
    clock.advance(1000)
    receive(engine, account.id, line.id, key="young")
    forget(engine, account.id)
    assert look(engine, "SELECT key FROM inbound_key") == [("young",)]
    assert stored(engine, account.id, first.message.id) == first.message


def test_the_keys_of_many_texts_go_in_bounded_steps(
    engine: Engine, account: Account, clock: TestClock, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    for number in range(7):
        receive(engine, account.id, line.id, key=f"k{number}")
    clock.advance(100 * DAY_MS)
    first = write_now(engine, forget_old, account.id, Forget(keep=KEEP))
    assert first.next is not None
    assert count(engine, "inbound_key") == 4
    forget(engine, account.id)
    assert count(engine, "inbound_key") == 0
