"""What must be true of texts, receipts and events whatever was killed: rules that hold at any time, and at the end.

The hub may work on while it is looked at: whoever asks hands copies, made before the database is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from linebook.core.account import OnDoubt
from linebook.core.delivery_status import StatusCode
from linebook.storage.base import Engine
from tests.crash.carrier import Handed, Ledger
from tests.kit.raw import snapshot

TAKEN: Final = {StatusCode.SENT, StatusCode.ACCEPTED, StatusCode.DELIVERED}


class Told(NamedTuple):
    """What a receiver knows an event by: the text and the state that the event brought."""

    message_id: int
    status_code: int
    message_status: int


@dataclass
class Truth:
    """What callers and the receiver know."""

    account_id: int
    webhook_id: int = 0
    accepted: set[int] = field(default_factory=set)
    told: list[Told] = field(default_factory=list)


class _Book:
    """What the database holds, on one snapshot."""

    def __init__(self, engine: Engine, truth: Truth) -> None:
        mine = f"account_id = {truth.account_id}"
        with snapshot(engine) as rows:
            texts = rows(f"SELECT id, direction, status_code, error, body FROM message WHERE {mine}")
            self.sent = {row[0]: (StatusCode(row[2]), str(row[3])) for row in texts if row[1] == "out"}
            self.received = _counted(row[4] for row in texts if row[1] == "in")
            self.in_line = {row[0] for row in rows(f"SELECT message_id FROM outbox WHERE {mine}")}
            doubts = rows(f"SELECT message_id, decision FROM doubt WHERE {mine}")
            self.resends = _counted(row[0] for row in doubts if row[1] == OnDoubt.RESEND)
            self.receipts = _counted(row[0] for row in rows(f"SELECT ref FROM receipt WHERE {mine}"))
            self.unmatched = [
                row[0]
                for row in rows(
                    "SELECT r.ref FROM receipt AS r JOIN carrier_ref AS c ON c.carrier = r.carrier AND c.ref = r.ref "
                    f"WHERE r.{mine} AND r.message_id IS NULL"
                )
            ]
            self.deliveries = rows(
                "SELECT d.fingerprint, d.state, e.message_id, e.status_code, e.message_status "
                "FROM webhook_delivery AS d JOIN event AS e ON e.account_id = d.account_id AND e.no = d.event_no "
                f"WHERE d.{mine} AND d.subscription_id = {truth.webhook_id} ORDER BY d.event_no"
            )


def faults_so_far(engine: Engine, truth: Truth, ledger: Ledger) -> list[str]:
    """Give what is wrong whatever still waits: what was accepted is gone, sent twice in secret, told in disorder."""
    return list(_so_far(engine, truth, ledger))


def faults_at_the_end(engine: Engine, truth: Truth, ledger: Ledger) -> list[str]:
    """Give what is wrong when nothing waits any more."""
    return list(_at_the_end(engine, truth, ledger))


def _so_far(engine: Engine, truth: Truth, ledger: Ledger) -> Iterator[str]:
    book = _Book(engine, truth)
    for message_id in sorted(truth.accepted - book.sent.keys()):
        yield f"{message_id}: accepted and not there"
    for message_id, found in ledger.handed.items():
        yield from _handed_over(message_id, found, book)
    for key in ledger.texts_stored:
        if book.received[ledger.texts[key].text] != 1:
            yield f"{key}: acknowledged and stored {book.received[ledger.texts[key].text]} times"
    for ref, times in ledger.receipts_stored.items():
        if book.receipts[ref] < times:
            yield f"receipt {ref}: acknowledged {times} times, stored {book.receipts[ref]} times"
    yield from _order(truth.told, book)


def _handed_over(message_id: int, handed: list[Handed], book: _Book) -> Iterator[str]:
    taken = sum(one.is_taken for one in handed)
    if taken - 1 > book.resends[message_id]:
        yield f"{message_id}: sent {taken} times, in doubt {book.resends[message_id]} times"
    may_have_left = False
    for one in handed:
        if may_have_left and not one.text.is_repeat:
            yield f"{message_id}: sent before, and handed over as if it were not"
        may_have_left |= one.is_taken


def _order(told: list[Told], book: _Book) -> Iterator[str]:
    """Look at each conversation: what was told of it first comes in the order of its events."""
    places = {one: place for place, one in reversed(list(enumerate(told)))}
    last: dict[int, int] = defaultdict(lambda: -1)
    for fingerprint, state, *event in book.deliveries:
        place = places.get(Told(*event))
        if place is None:
            # Not told yet: then none behind it may be.
            last[fingerprint] = max(last[fingerprint], -1 if state == "parked" else len(told))
        elif place < last[fingerprint]:
            yield f"{event}: told before an earlier event of its conversation"
        else:
            last[fingerprint] = place


def _at_the_end(engine: Engine, truth: Truth, ledger: Ledger) -> Iterator[str]:
    yield from _so_far(engine, truth, ledger)
    book = _Book(engine, truth)
    for message_id in sorted(truth.accepted & book.sent.keys()):
        state, error = book.sent[message_id]
        is_handed = any(one.is_taken for one in ledger.handed.get(message_id, ()))
        if message_id in book.in_line:
            yield f"{message_id}: still in line"
        if state.is_failure and not error:
            yield f"{message_id}: failed without a reason"
        if not state.is_failure and not (state in TAKEN and is_handed):
            yield f"{message_id}: ended in {state.name}, the carrier has it: {is_handed}"
    for key, brought in ledger.texts_brought.items():
        if book.received[ledger.texts[key].text] != 1:
            yield f"{key}: brought {brought} times, stored {book.received[ledger.texts[key].text]} times"
    for ref, brought in ledger.receipts_brought.items():
        if not ledger.receipts_stored[ref] <= book.receipts[ref] <= brought:
            yield f"receipt {ref}: brought {brought} times, stored {book.receipts[ref]} times"
    for ref in book.unmatched:
        yield f"receipt {ref}: kept for a text that is known, and never applied to it"
    told = set(truth.told)
    for _, state, *event in book.deliveries:
        if state == "waiting" or (state == "done" and Told(*event) not in told):
            yield f"{event}: {state}, and nobody was told"


def _counted(values: Iterator[Any]) -> dict[Any, int]:
    counts: dict[Any, int] = defaultdict(int)
    for value in values:
        counts[value] += 1
    return counts
