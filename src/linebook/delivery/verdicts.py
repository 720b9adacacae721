"""What follows from a carrier's result: the text went, goes back in line for later, or has failed. No I/O."""

from __future__ import annotations

from typing import Final

from linebook.carriers.base import Failure, Result, Retry
from linebook.core.carrier_ids import other_forms
from linebook.core.delivery_status import ACCEPTED, QUEUED, DeliveryState, state_of
from linebook.services.message_results import RecordResult, SubmittedPart

FIRST_DELAY_MS: Final = 5_000
LAST_DELAY_MS: Final = 15 * 60_000
FIRST_PAUSE_MS: Final = 1_000
LAST_PAUSE_MS: Final = 60_000


def delay_ms(attempts: int) -> int:
    """Give how long a text waits after so many earlier tries: longer each time, at most a quarter of an hour."""
    return min(FIRST_DELAY_MS * [1, 3, 9, 27, 81, 243][min(attempts, 5)], LAST_DELAY_MS)


def pause_ms(pauses: int, retry_after_s: float | None = None) -> int:
    """Give how long a line waits after so many pauses in a row before this one; not less than the carrier asks for."""
    own = min(FIRST_PAUSE_MS << min(pauses, 10), LAST_PAUSE_MS)
    return max(own, round((retry_after_s or 0) * 1000))


def verdict(
    result: Result,
    carrier: str,
    *,
    attempts: int,
    now_ms: int,
    pause_until_ms: int,
    doubt_ms: int,
    is_repeat: bool = False,
) -> RecordResult:
    """Give what is recorded of a result. The line waits until `pause_until_ms`, where the failure makes it wait.

    `is_repeat`: the text was in doubt already. That it was not taken this time says nothing about the time before. A
    text of which a part was taken is in doubt as well: whoever sends it again sends that part twice.
    """
    failure = result.failure
    state = _state(result)
    parts = tuple(
        SubmittedPart(
            no=number,
            state=ACCEPTED if failure is not None else state,
            ref=part_id,
            other_refs=other_forms(part_id),
            words=result.words,
        )
        for number, part_id in enumerate(result.part_ids, 1)
    )
    if failure is None:
        return RecordResult(message_id=result.message_id, carrier=carrier, state=state, parts=parts, words=result.words)
    retry_ms = {
        Retry.NEVER: None,
        Retry.LATER: now_ms + max(delay_ms(attempts), round((result.retry_after_s or 0) * 1000)),
        Retry.PAUSE: max(pause_until_ms, now_ms),
        Retry.IN_DOUBT: now_ms + doubt_ms,
    }[failure.retry]
    may_have_left = is_repeat or bool(parts) or failure.retry is Retry.IN_DOUBT
    return RecordResult(
        message_id=result.message_id,
        carrier=carrier,
        state=state if retry_ms is None else QUEUED,
        parts=parts,
        words=result.words,
        error=failure.name.lower() if retry_ms is None else "",
        retry_ms=retry_ms,
        attempts=attempts if failure.retry is Retry.PAUSE else attempts + 1,
        failure=failure.name.lower(),
        is_in_doubt=may_have_left and retry_ms is not None,
    )


def unanswered(message_id: int, words: str = "") -> Result:
    """Give the result of a text that was handed over and never answered for."""
    return Result(message_id=message_id, failure=Failure.UNANSWERED, words=words)


def _state(result: Result) -> DeliveryState:
    if result.failure is None:
        return ACCEPTED if result.message_status is None else state_of(result.message_status)
    named = state_of(result.message_status or result.failure.message_status)
    return named if named.status_code.is_failure else state_of(result.failure.message_status)
