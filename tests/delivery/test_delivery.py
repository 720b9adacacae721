"""From the outbox to the carrier and back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from linebook.carriers.base import CarrierAnswer, CarrierRequest, Failure, Outgoing, Progress, Result
from linebook.core.account import Account, Line, OnDoubt
from linebook.core.consent import ConsentAction
from linebook.core.delivery_status import MESSAGE_STATUSES, QUEUED
from linebook.core.magic_numbers import Case
from linebook.errors import NotOurs
from linebook.services.accounts import DIRECTORY
from linebook.services.consents import RecordConsent, record_consents
from linebook.services.leases import KeepLeases, Leased, LeaseKind, keep_leases
from linebook.services.message_results import RecordResult
from linebook.services.outbox import (
    AdoptTexts,
    Claimed,
    HandBack,
    TakeTurn,
    Turn,
    adopt_texts,
    doubts_of,
    hand_back,
    take_turns,
)
from linebook.services.usage import line_usages
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.delivery.world import QUICK, delivering, outbox, send
from tests.kit.builders import AUTHOR, add_line, phone, refusal, run
from tests.kit.clock import TestClock
from tests.kit.hub import until


async def test_a_text_reaches_the_carrier_and_its_receipt_the_text(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    line = add_line(engine, account.id, is_toll_free=True)
    (sent,) = send(engine, account.id, line.id, "2065550101")
    assert outbox(engine, account.id, sent.id)
    async with delivering(engine, clock) as world:
        after = await world.ends_in(account.id, sent.id, 6, 1004)
    assert [(one.message_id, one.source, one.destination, one.text) for one in world.carrier.taken] == [
        (sent.id, line.address, "+12065550101", "Hello")
    ]
    assert after.carrier == "loopback"
    assert outbox(engine, account.id, sent.id) == []


DEAD_LEASE_MS = 15_000


@pytest.mark.parametrize("number", sorted(MESSAGE_STATUSES.keys() - {1001}))
async def test_a_magic_number_ends_in_its_state(
    engine: Engine, account: Account, clock: TestClock, number: int
) -> None:
    line = add_line(engine, account.id, is_toll_free=True)
    (sent,) = send(engine, account.id, line.id, f"+1500555{number:04}")
    status_code = 7 if number == 1007 else int(MESSAGE_STATUSES[number].status_code)
    async with delivering(engine, clock) as world:
        after = await world.ends_in(account.id, sent.id, status_code, number)
    assert outbox(engine, account.id, sent.id) == []
    assert bool(after.error) == (status_code == 5 and number not in {1005, 1006, 1100})


async def test_a_text_that_stays_in_the_queue_is_not_sent_again(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    line = add_line(engine, account.id)
    (sent,) = send(engine, account.id, line.id, "+15005551001")
    async with delivering(engine, clock) as world:
        await until(lambda: outbox(engine, account.id, sent.id) == [])
        after = await world.ends_in(account.id, sent.id, 2, 1001)
    assert (len(world.carrier.taken), after.sent_ms) == (1, None)


async def test_a_text_of_which_no_receipt_is_asked_for_was_sent(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    line = add_line(engine, account.id)
    (sent,) = send(engine, account.id, line.id, "+15005550999")
    async with delivering(engine, clock) as world:
        after = await world.ends_in(account.id, sent.id, 1, 999)
    assert after.sent_ms is not None
    assert [one.sent_sms for one in engine.read(lambda tx: line_usages(tx, account.id))] == [1]


@pytest.mark.parametrize("case", [Case.RECEIPT_TWICE, Case.RECEIPT_EARLY, Case.RECEIPT_OTHER_FORM])
async def test_a_receipt_counts_however_it_comes(
    engine: Engine, account: Account, clock: TestClock, case: Case
) -> None:
    line = add_line(engine, account.id, is_toll_free=True)
    (sent,) = send(engine, account.id, line.id, number_of(case))
    async with delivering(engine, clock) as world:
        await world.ends_in(account.id, sent.id, 6, 1004)
        await world.carrier.settled()
    assert len(world.carrier.taken) == 1
    assert receipt_count(engine, account.id, sent.id) == (2 if case is Case.RECEIPT_TWICE else 1)


async def test_every_part_of_a_long_text_has_its_receipt(engine: Engine, account: Account, clock: TestClock) -> None:
    line = add_line(engine, account.id, is_toll_free=True)
    (sent,) = send(engine, account.id, line.id, "2065550101", body="x" * 400)
    async with delivering(engine, clock) as world:
        await world.ends_in(account.id, sent.id, 6, 1004)
    assert sent.part_count == 3
    assert receipt_count(engine, account.id, sent.id) == 3


async def test_without_a_receipt_a_text_stays_with_the_carrier(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    line = add_line(engine, account.id, is_toll_free=True)
    (sent,) = send(engine, account.id, line.id, number_of(Case.NO_RECEIPT))
    async with delivering(engine, clock) as world:
        await world.ends_in(account.id, sent.id, 4, 1003)
        await world.carrier.settled()
    assert receipt_count(engine, account.id, sent.id) == 0


async def test_a_carrier_that_throttles_is_left_alone_and_the_text_keeps_its_tries(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    line = add_line(engine, account.id)
    (sent,) = send(engine, account.id, line.id, number_of(Case.THROTTLED))
    async with delivering(engine, clock) as world:
        await until(lambda: waiting_for(engine, account.id, sent.id, "throttled"))
        (row,) = outbox(engine, account.id, sent.id)
        assert (row["attempts"], row["owner"], row["is_in_doubt"]) == (0, "", False)
        assert row["next_ms"] == clock() + 1_000
        (other,) = send(engine, account.id, line.id, "2065550102")
        world.delivery.wake(account.id)
        await until(lambda: outbox(engine, account.id, other.id)[0]["owner"])
        assert [one.message_id for one in world.carrier.taken] == [sent.id]
        clock.advance(1_000)
        await world.ends_in(account.id, sent.id, 4, 1003)
        await world.ends_in(account.id, other.id, 4, 1003)
    assert [one.is_repeat for one in world.carrier.taken] == [False, False, False]


async def test_a_busy_carrier_gets_the_text_again_after_a_longer_while(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    line = add_line(engine, account.id)
    (sent,) = send(engine, account.id, line.id, number_of(Case.BUSY))
    async with delivering(engine, clock) as world:
        await until(lambda: waiting_for(engine, account.id, sent.id, "busy"))
        (row,) = outbox(engine, account.id, sent.id)
        assert (row["attempts"], row["next_ms"]) == (1, clock() + 5_000)
        (other,) = send(engine, account.id, line.id, "2065550102")
        await world.ends_in(account.id, other.id, 4, 1003)
        clock.advance(5_000)
        await world.ends_in(account.id, sent.id, 4, 1003)


@pytest.mark.parametrize("case", [Case.UNANSWERED, Case.LINK_LOST])
@pytest.mark.parametrize("on_doubt", list(OnDoubt))
async def test_a_text_without_an_answer_is_in_doubt_and_the_line_says_what_then(
    engine: Engine, account: Account, clock: TestClock, case: Case, on_doubt: OnDoubt
) -> None:
    line = add_line(engine, account.id, on_doubt=on_doubt)
    (sent,) = send(engine, account.id, line.id, number_of(case))
    async with delivering(engine, clock) as world:
        await until(lambda: world.carrier.taken)
        await world.carrier.settled()
        if case is Case.UNANSWERED:
            clock.advance(QUICK.answer_ms)
        await until(lambda: waiting_for(engine, account.id, sent.id, "unanswered"))
        (row,) = outbox(engine, account.id, sent.id)
        assert (row["is_in_doubt"], row["attempts"], row["next_ms"]) == (True, 1, clock() + QUICK.doubt_ms)
        assert doubts(engine, account.id, sent.id) == []
        clock.advance(QUICK.doubt_ms)
        if on_doubt is OnDoubt.RESEND:
            await world.ends_in(account.id, sent.id, 4, 1003)
        else:
            after = await world.ends_in(account.id, sent.id, 5, 1100)
            assert after.error == "in_doubt"
    assert [one.is_repeat for one in world.carrier.taken] == ([False, True] if on_doubt is OnDoubt.RESEND else [False])
    assert doubts(engine, account.id, sent.id) == [(1, on_doubt.value, "unanswered")]


@pytest.mark.parametrize("refusal", [Failure.THROTTLED, Failure.BUSY])
async def test_a_text_in_doubt_that_is_refused_once_is_still_handed_over_as_a_repeat(
    engine: Engine, account: Account, clock: TestClock, refusal: Failure
) -> None:
    line = add_line(engine, account.id)
    (sent,) = send(engine, account.id, line.id, "2065550101")
    carrier = Scripted([Failure.UNANSWERED, refusal, None])
    async with delivering(engine, clock, carriers={"loopback": carrier}) as world:
        await until(lambda: waiting_for(engine, account.id, sent.id, "unanswered"))
        clock.advance(QUICK.doubt_ms)
        await until(lambda: waiting_for(engine, account.id, sent.id, refusal.name.lower()))
        clock.advance(QUICK.doubt_ms)
        await world.ends_in(account.id, sent.id, 4, 1003)
    assert [one.is_repeat for one in carrier.taken] == [False, True, True]


async def test_what_a_killed_worker_had_claimed_is_in_doubt_for_the_next_one(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    line = add_line(engine, account.id)
    sent = send(engine, account.id, line.id, *(f"+1206555{n:04}" for n in range(100, 105)))
    ids = [one.id for one in sent]
    claim_as_somebody_who_dies(engine, account.id, line.id, room=3)
    async with delivering(engine, clock) as world:
        assert world.delivery.lines == frozenset()
        clock.advance(DEAD_LEASE_MS)
        await until(lambda: len(outbox(engine, account.id, *ids)) == 3)
        assert len(world.carrier.taken) == 2
        left = outbox(engine, account.id, *ids)
        assert [(one["is_in_doubt"], one["failure"]) for one in left] == [(True, "lost")] * 3
        clock.advance(QUICK.doubt_ms)
        for message_id in ids:
            await world.ends_in(account.id, message_id, 4, 1003)
    assert sorted(one.message_id for one in world.carrier.taken) == ids
    assert sorted(one.message_id for one in world.carrier.taken if one.is_repeat) == ids[:3]
    assert [len(doubts(engine, account.id, one)) for one in ids] == [1, 1, 1, 0, 0]


def test_what_another_worker_has_claimed_by_now_is_not_put_back(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    line = add_line(engine, account.id)
    (sent,) = send(engine, account.id, line.id, "2065550101")
    late = claim_as_somebody_who_dies(engine, account.id, line.id, room=1)
    clock.advance(DEAD_LEASE_MS)
    (now_theirs,) = claim_as(engine, account.id, line.id, "next", room=1, again_ms=clock())
    assert now_theirs.is_in_doubt
    (row,) = outbox(engine, account.id, sent.id)
    result = RecordResult(message_id=sent.id, carrier="loopback", state=QUEUED, retry_ms=clock(), failure="throttled")
    turn = TakeTurn(line_id=line.id, owner="dead", claimant="dead.1", results=(result,), patience_ms=QUICK.patience_ms)
    refusal(NotOurs, run(engine, take_turns, account.id, turn)[0])
    assert outbox(engine, account.id, sent.id) == [row]
    run(engine, hand_back, account.id, HandBack(texts=late, claimant="dead.1"))
    assert outbox(engine, account.id, sent.id) == [row]
    run(engine, hand_back, account.id, HandBack(texts=(now_theirs,), claimant="next.1"))
    assert outbox(engine, account.id, sent.id)[0]["owner"] == ""


async def test_a_worker_that_ends_in_order_leaves_nothing_claimed(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    line = add_line(engine, account.id, window_size=2, rate_per_s=1)
    ids = [one.id for one in send(engine, account.id, line.id, *(f"+1206555{n:04}" for n in range(100, 110)))]
    async with delivering(engine, clock) as world:
        await until(lambda: any(one["owner"] for one in outbox(engine, account.id, *ids)) and world.carrier.taken)
    left = outbox(engine, account.id, *ids)
    assert len(left) == len(ids) - len(world.carrier.taken) > 0
    assert {(one["owner"], one["is_in_doubt"], one["attempts"]) for one in left} == {("", False, 0)}
    async with delivering(engine, clock) as world:
        clock.advance(1_000)
        await until(lambda: world.carrier.taken)


async def test_a_rate_is_kept(engine: Engine, account: Account, clock: TestClock) -> None:
    line = add_line(engine, account.id, window_size=100, rate_per_s=20)
    send(engine, account.id, line.id, *(f"+1206555{n:04}" for n in range(100, 130)))
    async with delivering(engine, clock) as world:
        await until(lambda: len(world.carrier.taken) == 2)
        for seen in range(4, 11, 2):
            clock.advance(100)
            await until(lambda seen=seen: len(world.carrier.taken) == seen)  # type: ignore[misc]


async def test_a_conversation_passes_a_big_send(engine: Engine, account: Account, clock: TestClock) -> None:
    line = add_line(engine, account.id, window_size=2, rate_per_s=10)
    bulk = {one.id for one in send(engine, account.id, line.id, *(f"+1206555{n:04}" for n in range(100, 150)))}
    (single,) = send(engine, account.id, line.id, "2065550199")
    async with delivering(engine, clock) as world:
        await until(lambda: world.carrier.taken)
        (later,) = send(engine, account.id, line.id, "2065550198")
        while later.id not in {one.message_id for one in world.carrier.taken}:
            clock.advance(100)
            before = len(world.carrier.taken)
            await until(lambda before=before: len(world.carrier.taken) > before)  # type: ignore[misc]
    order = [one.message_id for one in world.carrier.taken]
    assert order[0] == single.id
    assert order.index(later.id) <= 6
    assert bulk & set(order)


async def test_a_stop_before_a_text_leaves_keeps_it_here(engine: Engine, account: Account, clock: TestClock) -> None:
    line = add_line(engine, account.id)
    later_ms = clock() + 3_600_000
    (sent,) = send(engine, account.id, line.id, "2065550101", due_ms=later_ms)
    stop = RecordConsent(phone=phone("2065550101"), action=ConsentAction.PERSON_STOP, author=AUTHOR)
    run(engine, record_consents, account.id, stop)
    async with delivering(engine, clock) as world:
        await until(lambda: world.delivery.lines)
        assert outbox(engine, account.id, sent.id)
        clock.advance(3_600_000)
        after = await world.ends_in(account.id, sent.id, 5, 1110)
    assert after.error == "opted_out"
    assert list(world.carrier.taken) == []


async def test_a_text_that_nobody_took_in_time_has_failed(engine: Engine, account: Account, clock: TestClock) -> None:
    line = add_line(engine, account.id)
    (sent,) = send(engine, account.id, line.id, "2065550101")
    clock.advance(QUICK.patience_ms + 1)
    async with delivering(engine, clock) as world:
        after = await world.ends_in(account.id, sent.id, 5, 1006)
    assert after.error == "expired"
    assert list(world.carrier.taken) == []


async def test_two_processes_share_the_work_and_send_nothing_twice(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    lines = [add_line(engine, account.id, f"+1555666010{n}") for n in range(3)]
    ids = [one.id for line in lines for one in send(engine, account.id, line.id, "2065550101", "2065550102")]
    async with delivering(engine, clock) as one, delivering(engine, clock) as other:
        for message_id in ids:
            await one.ends_in(account.id, message_id, 4, 1003)
        assert not one.delivery.lines & other.delivery.lines
        assert len(one.delivery.lines | other.delivery.lines) == 3
    assert sorted(text.message_id for text in (*one.carrier.taken, *other.carrier.taken)) == sorted(ids)


async def test_a_process_that_comes_later_gets_lines_and_nothing_is_sent_twice(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    lines = [add_line(engine, account.id, f"+1555666010{n}") for n in range(4)]
    async with delivering(engine, clock) as first:
        await until(lambda: len(first.delivery.lines) == 4)
        async with delivering(engine, clock) as later:
            await until(lambda: engine.read(lambda tx: tx.one("count_leases", kind="line worker")) == (2,))
            clock.advance(QUICK.lease_ms // 2)
            ids = [one.id for line in lines for one in send(engine, account.id, line.id, "2065550101", "2065550102")]
            await until(lambda: (len(first.delivery.lines), len(later.delivery.lines)) == (2, 2))
            ids += [one.id for line in lines for one in send(engine, account.id, line.id, "2065550103")]
            for message_id in ids:
                await first.ends_in(account.id, message_id, 4, 1003)
            taken = [text.message_id for text in (*first.carrier.taken, *later.carrier.taken)]
            assert later.carrier.taken
            assert not any(text.is_repeat for text in (*first.carrier.taken, *later.carrier.taken))
        await until(lambda: len(first.delivery.lines) == 4)
    assert sorted(taken) == sorted(ids)


class Scripted:
    """A carrier that answers one text after the other as it is told."""

    name = "loopback"

    def __init__(self, failures: list[Failure | None]) -> None:
        self._failures = iter(failures)
        self.taken: list[Outgoing] = []

    async def open(self, line: Line, progress: Progress) -> Scripted:
        self._progress = progress
        return self

    async def submit(self, texts: Sequence[Outgoing]) -> None:
        self.taken += texts
        self._progress.results([Result(message_id=one.message_id, failure=next(self._failures)) for one in texts])

    async def answer(self, request: CarrierRequest) -> CarrierAnswer | None:
        return None

    async def close(self) -> None:
        return None


def number_of(case: Case) -> str:
    return f"+1500557{case.value:04}"


def receipt_count(engine: Engine, account_id: int, message_id: int) -> int:
    rows = engine.read(lambda tx: tx.all("receipts_of_message", account_id=account_id, message_id=message_id, limit=99))
    return len(rows)


def waiting_for(engine: Engine, account_id: int, message_id: int, failure: str) -> bool:
    return [one["failure"] for one in outbox(engine, account_id, message_id)] == [failure]


def doubts(engine: Engine, account_id: int, message_id: int) -> list[tuple[int, str, str]]:
    found = engine.read(lambda tx: doubts_of(tx, account_id, message_id))
    return [(one.attempt, one.decision.value, one.failure) for one in found]


def claim_as_somebody_who_dies(engine: Engine, account_id: int, line_id: int, room: int) -> tuple[Claimed, ...]:
    return claim_as(engine, account_id, line_id, "dead", room, again_ms=0)


def claim_as(
    engine: Engine, account_id: int, line_id: int, owner: str, room: int, *, again_ms: int
) -> tuple[Claimed, ...]:
    """Work for a line as a process of that name does, up to what it has claimed."""
    keep = KeepLeases(kind=LeaseKind.LINE, owner=owner, until_ms=engine.read(lambda tx: tx.now_ms) + DEAD_LEASE_MS)
    kept = write_now(engine, keep_leases, DIRECTORY, keep)
    assert kept.held == frozenset({Leased(account_id, line_id)})
    claimant = f"{owner}.1"
    run(
        engine,
        adopt_texts,
        account_id,
        AdoptTexts(line_id=line_id, owner=owner, claimant=claimant, again_ms=again_ms),
    )
    turn = TakeTurn(line_id=line_id, owner=owner, claimant=claimant, room=room, patience_ms=QUICK.patience_ms)
    (outcome,) = run(engine, take_turns, account_id, turn)
    assert isinstance(outcome, Turn)
    assert len(outcome.claimed) == room
    return outcome.claimed
