"""What follows from each result of a carrier."""

from __future__ import annotations

import pytest

from linebook.carriers.base import Failure, Result, Retry
from linebook.core.delivery_status import ACCEPTED, QUEUED, SENT, state_of
from linebook.delivery.verdicts import LAST_DELAY_MS, LAST_PAUSE_MS, delay_ms, pause_ms, unanswered, verdict
from linebook.services.message_results import RecordResult

NOW = 1_000_000


def judged(result: Result, attempts: int = 2) -> RecordResult:
    return verdict(result, "loopback", attempts=attempts, now_ms=NOW, pause_until_ms=NOW + 700, doubt_ms=9_000)


def test_a_taken_text_is_with_the_carrier_and_its_parts_are_known_in_every_form() -> None:
    record = judged(Result(message_id=1, part_ids=("00FF", "x"), words="OK"))
    assert (record.state, record.retry_ms, record.error) == (ACCEPTED, None, "")
    assert [(one.no, one.ref, one.other_refs, one.state) for one in record.parts] == [
        (1, "00FF", ("ff", "255"), ACCEPTED),
        (2, "x", (), ACCEPTED),
    ]
    assert judged(Result(message_id=1, message_status=1002)).state == SENT


@pytest.mark.parametrize("failure", list(Failure))
def test_a_failure_is_final_or_says_when_it_is_tried_again(failure: Failure) -> None:
    record = judged(Result(message_id=1, failure=failure))
    again = {Retry.NEVER: None, Retry.LATER: NOW + delay_ms(2), Retry.PAUSE: NOW + 700, Retry.IN_DOUBT: NOW + 9_000}
    assert record.retry_ms == again[failure.retry]
    assert record.is_in_doubt == (failure.retry is Retry.IN_DOUBT)
    assert record.failure == failure.name.lower()
    if failure.retry is Retry.NEVER:
        assert (record.state, record.error) == (state_of(failure.message_status), failure.name.lower())
    else:
        assert (record.state, record.error) == (QUEUED, "")
        assert record.attempts == (2 if failure.retry is Retry.PAUSE else 3)


@pytest.mark.parametrize("failure", list(Failure))
def test_a_part_that_was_taken_is_known_and_would_go_twice_with_the_whole_text(failure: Failure) -> None:
    record = judged(Result(message_id=1, failure=failure, part_ids=("7",)))
    # Its receipt finds the text.
    assert [one.state for one in record.parts] == [ACCEPTED]
    assert record.is_in_doubt == (failure.retry is not Retry.NEVER)


def test_the_carriers_own_reason_counts_as_long_as_it_is_a_failure() -> None:
    assert judged(Result(message_id=1, failure=Failure.REJECTED, message_status=1152)).state == state_of(1152)
    assert judged(Result(message_id=1, failure=Failure.REJECTED, message_status=1004)).state == state_of(1005)


def test_a_carrier_may_ask_for_more_patience() -> None:
    record = judged(Result(message_id=1, failure=Failure.BUSY, retry_after_s=3_600.0))
    assert record.retry_ms == NOW + 3_600_000
    assert pause_ms(0, 90.0) == 90_000


def test_delays_and_pauses_grow_to_a_bound() -> None:
    delays = [delay_ms(attempts) for attempts in range(40)]
    pauses = [pause_ms(count) for count in range(40)]
    assert (delays[0], delays[-1]) == (5_000, LAST_DELAY_MS)
    assert (pauses[0], pauses[-1]) == (1_000, LAST_PAUSE_MS)
    assert delays == sorted(delays)
    assert pauses == sorted(pauses)


@pytest.mark.parametrize("failure", [one for one in Failure if one.retry is not Retry.NEVER])
def test_a_doubt_stays_until_the_text_is_taken_or_has_failed(failure: Failure) -> None:
    asked = {"attempts": 1, "now_ms": NOW, "pause_until_ms": NOW, "doubt_ms": 9_000, "is_repeat": True}
    assert verdict(Result(message_id=1, failure=failure), "loopback", **asked).is_in_doubt  # type: ignore[arg-type]
    for ended in (Result(message_id=1), Result(message_id=1, failure=Failure.REJECTED)):
        assert not verdict(ended, "loopback", **asked).is_in_doubt  # type: ignore[arg-type]


def test_no_answer_is_a_doubt() -> None:
    assert judged(unanswered(5, "gone")).is_in_doubt
