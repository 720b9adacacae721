"""The outbox: one step of a line's work in one transaction. Results are recorded, then the next texts are claimed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from linebook.core.account import Line, OnDoubt
from linebook.core.consent import Consent
from linebook.core.delivery_status import OPTED_OUT, DeliveryState, state_of
from linebook.core.message import Attachment, Message
from linebook.core.phone import Phone, UnusablePhone
from linebook.errors import DomainError, NotOurs
from linebook.services.attachments import attachments_of_messages
from linebook.services.clocks import TEXTING, Clock
from linebook.services.consents import consents_of
from linebook.services.leases import Leased, LeaseKind, require_lease
from linebook.services.lines import get_line
from linebook.services.message_results import RecordResult, record_results
from linebook.services.messages import BULK, SINGLE
from linebook.storage import texting_rows
from linebook.storage.base import Tx

PRIORITIES: Final = (SINGLE, BULK)
"""Every priority a text may have. Nothing of a higher number is claimed while there is something due of a lower one."""

LEFT_BEHIND_AT_ONCE: Final = 500

UNKNOWN: Final = state_of(1100)
EXPIRED: Final = state_of(1006)


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A text to hand to the carrier now. `is_in_doubt`: it may have left before. `attempts` were made before."""

    message: Message
    attempts: int
    is_in_doubt: bool
    attachments: tuple[Attachment, ...] = ()


class TakeTurn(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the work for a line: what came of texts, and how many further ones are wanted.

    `owner` has the lease of the line, `claimant` is under what name texts are claimed: a new one each time somebody
    begins to work for the line. A text that was due longer than `patience_ms` ago has failed.
    """

    line_id: int
    owner: str
    claimant: str
    results: tuple[RecordResult, ...] = ()
    room: int = 0
    patience_ms: int


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `next_ms` is when the next text of the line is due as things are, None when there is none."""

    line: Line
    claimed: tuple[Claimed, ...] = ()
    next_ms: int | None = None


class AdoptTexts(msgspec.Struct, frozen=True, kw_only=True):
    """The wish to take over what others have claimed of a line; it is in doubt, and waits until `again_ms`."""

    line_id: int
    owner: str
    claimant: str
    again_ms: int


class HandBack(msgspec.Struct, frozen=True, kw_only=True):
    """The wish to give texts back that `claimant` has claimed and not handed to the carrier."""

    texts: tuple[Claimed, ...]
    claimant: str


class _Due(msgspec.Struct, frozen=True, kw_only=True):
    message: Message
    attempts: int
    is_in_doubt: bool
    is_exempt: bool
    failure: str


def take_turns(tx: Tx, account_id: int, requests: Sequence[TakeTurn]) -> list[Turn | DomainError]:
    """Record results, whoever holds the lines by now, and give those who do their next texts, claimed.

    Consent is looked at again for every text, and the time that it waited; a text in doubt is sent again or failed, as
    its line says, and which is recorded. Domain errors: `NotOurs` (somebody else has the line; the results are recorded
    all the same), `NotFound` (the line).
    """
    # The clock comes first whatever follows, so that turns of several processes come one after the other.
    Clock(tx, account_id, TEXTING)
    results = [
        # Another worker that has claimed a text meanwhile has handed it over, too: it says when that is tried again.
        result if result.retry_ms is None else msgspec.structs.replace(result, claimant=request.claimant)
        for request in requests
        for result in request.results
    ]
    if results:
        record_results(tx, account_id, results)
    outcomes: list[Turn | DomainError] = []
    for request in requests:
        try:
            require_lease(tx, LeaseKind.LINE, Leased(account_id, request.line_id), request.owner)
            outcomes.append(_turn(tx, account_id, request))
        except DomainError as error:
            outcomes.append(error)
    return outcomes


def adopt_texts(tx: Tx, account_id: int, requests: Sequence[AdoptTexts]) -> list[int | DomainError]:
    """Put in doubt what others have claimed of the lines; give how many texts that were. Run again until it is 0.

    Domain error: `NotOurs`.
    """
    Clock(tx, account_id, TEXTING)
    outcomes: list[int | DomainError] = []
    for request in requests:
        try:
            require_lease(tx, LeaseKind.LINE, Leased(account_id, request.line_id), request.owner)
        except NotOurs as error:
            outcomes.append(error)
            continue
        found = tx.all(
            "outbox_left_behind",
            account_id=account_id,
            line_id=request.line_id,
            owner=request.claimant,
            limit=LEFT_BEHIND_AT_ONCE,
        )
        tx.run_many(
            "put_back_outbox",
            [
                _back(
                    account_id, row[0], next_ms=request.again_ms, attempts=row[1] + 1, is_in_doubt=True, failure="lost"
                )
                for row in found
            ],
        )
        outcomes.append(len(found))
    return outcomes


def hand_back(tx: Tx, account_id: int, requests: Sequence[HandBack]) -> list[DomainError | None]:
    """Give texts back that did not leave, to be claimed by anybody at once; what others have claimed stays theirs."""
    Clock(tx, account_id, TEXTING)
    given = [
        _back(
            account_id,
            one.message.id,
            next_ms=one.message.due_ms or tx.now_ms,
            attempts=one.attempts,
            is_in_doubt=one.is_in_doubt,
            failure="",
            claimant=request.claimant,
        )
        for request in requests
        for one in request.texts
    ]
    if given:
        tx.run_many("put_back_outbox", given)
    return [None] * len(requests)


def next_due_ms(tx: Tx, account_id: int, line_id: int) -> int | None:
    """Give when the next text of a line is due that nobody has claimed; None when there is none."""
    found = [
        tx.one("outbox_next", account_id=account_id, line_id=line_id, priority=priority) for priority in PRIORITIES
    ]
    return min((int(row[0]) for row in found if row is not None), default=None)


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """What was done about a text of which it was not known whether it had left, and where the doubt came from."""

    attempt: int
    decision: OnDoubt
    failure: str
    at_ms: int


def doubts_of(tx: Tx, account_id: int, message_id: int) -> list[Doubt]:
    """Give every decision about a text in doubt, in order; none for a text that never was."""
    found = tx.all("doubts_of_message", account_id=account_id, message_id=message_id)
    return [Doubt(attempt=row[0], decision=OnDoubt(row[1]), failure=row[2], at_ms=row[3]) for row in found]


def _turn(tx: Tx, account_id: int, request: TakeTurn) -> Turn:
    line = get_line(tx, account_id, request.line_id)
    claimed = _claim(tx, account_id, line, request) if request.room > 0 else ()
    return Turn(line=line, claimed=claimed, next_ms=next_due_ms(tx, account_id, line.id))


def _claim(tx: Tx, account_id: int, line: Line, request: TakeTurn) -> tuple[Claimed, ...]:
    due = _due(tx, account_id, line.id, request.room)
    if not due:
        return ()
    permitted = _permitted(tx, account_id, line.id, [one for one in due if not one.is_exempt])
    ended: list[RecordResult] = []
    doubts: list[dict[str, object]] = []
    claimed: list[Claimed] = []
    for one in due:
        message = one.message
        waits_since_ms = message.due_ms or message.created_ms
        if one.is_in_doubt:
            doubts.append(_doubt(tx, account_id, line, one))
        if one.is_in_doubt and line.on_doubt is OnDoubt.FAIL:
            ended.append(_end(line, message.id, UNKNOWN, "in_doubt"))
        elif not (one.is_exempt or permitted.get(message.phone, False)):
            ended.append(_end(line, message.id, OPTED_OUT, "opted_out"))
        elif tx.now_ms - waits_since_ms > request.patience_ms:
            ended.append(_end(line, message.id, EXPIRED, "expired", one.failure))
        else:
            claimed.append(Claimed(message=message, attempts=one.attempts, is_in_doubt=one.is_in_doubt))
    if doubts:
        tx.run_many("save_doubts", doubts)
    if ended:
        record_results(tx, account_id, ended)
    if claimed:
        tx.run_many(
            "claim_outbox",
            [
                {
                    "account_id": account_id,
                    "message_id": one.message.id,
                    "owner": request.claimant,
                    "claimed_ms": tx.now_ms,
                }
                for one in claimed
            ],
        )
    return _with_attachments(tx, account_id, claimed)


def _due(tx: Tx, account_id: int, line_id: int, room: int) -> list[_Due]:
    found: list[tuple[int, int, bool, bool, str]] = []
    for priority in PRIORITIES:
        if len(found) < room:
            found += tx.all(
                "outbox_due",
                account_id=account_id,
                line_id=line_id,
                priority=priority,
                now_ms=tx.now_ms,
                limit=room - len(found),
            )
    if not found:
        return []
    messages = tx.all("messages_by_id", account_id=account_id, keys=[row[0] for row in found])
    by_id = {message.id: message for message in map(texting_rows.message_from_row, messages)}
    return [
        _Due(
            message=by_id[row[0]],
            attempts=row[1],
            is_in_doubt=bool(row[2]),
            is_exempt=bool(row[3]),
            failure=row[4],
        )
        for row in found
    ]


def _permitted(tx: Tx, account_id: int, line_id: int, due: Sequence[_Due]) -> dict[str, bool]:
    phones: list[Phone] = []
    for one in due:
        try:
            phones.append(Phone.stored(one.message.phone))
        except UnusablePhone:
            continue
    states: dict[Phone, Consent] = consents_of(tx, account_id, phones, line_id) if phones else {}
    return {phone.text: consent.may_text for phone, consent in states.items()}


def _with_attachments(tx: Tx, account_id: int, claimed: Sequence[Claimed]) -> tuple[Claimed, ...]:
    ids = [one.message.id for one in claimed if one.message.attachment_count]
    files = attachments_of_messages(tx, account_id, ids) if ids else {}
    return tuple(
        msgspec.structs.replace(one, attachments=tuple(files[one.message.id])) if one.message.id in files else one
        for one in claimed
    )


def _end(line: Line, message_id: int, state: DeliveryState, error: str, words: str = "") -> RecordResult:
    return RecordResult(message_id=message_id, carrier=line.carrier, state=state, words=words, error=error)


def _doubt(tx: Tx, account_id: int, line: Line, one: _Due) -> dict[str, object]:
    return {
        "account_id": account_id,
        "message_id": one.message.id,
        "attempt": one.attempts,
        "line_id": line.id,
        "decision": line.on_doubt.value,
        "failure": one.failure,
        "at_ms": tx.now_ms,
    }


def _back(
    account_id: int,
    message_id: int,
    *,
    next_ms: int,
    attempts: int,
    is_in_doubt: bool,
    failure: str,
    claimant: str = "",
) -> dict[str, object]:
    return {
        "account_id": account_id,
        "message_id": message_id,
        "next_ms": next_ms,
        "attempts": attempts,
        "owner": "",
        "claimed_ms": 0,
        "is_in_doubt": is_in_doubt,
        "failure": failure,
        "claimant": claimant,
    }
