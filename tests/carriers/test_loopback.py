"""The carrier in memory does what a number asks for, and brings what it has until it is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from linebook.carriers.base import CarrierRequest, Failure, Inbound, Outgoing, Receipt, Result, Retry
from linebook.carriers.loopback import AGAIN_S, LATE_S, LoopbackCarrier
from linebook.core.account import Line
from linebook.core.delivery_status import MESSAGE_STATUSES, ReceiptKind
from linebook.core.magic_numbers import Case
from linebook.errors import StorageUnavailable
from tests.kit.clock import seeded_ids

LINE = Line(
    account_id=1,
    id=2,
    address="+15556661234",
    label="",
    carrier="loopback",
    window_size=10,
    rate_per_s=None,
    is_toll_free=True,
    is_multi_user=False,
    created_ms=0,
    updated_ms=0,
)


class Book:
    """Takes what a carrier tells and brings; refuses the first `refusals` times."""

    def __init__(self, refusals: int = 0) -> None:
        self.told: list[Result | Receipt | Inbound | Failure] = []
        self.refusals = refusals

    def results(self, results: Sequence[Result]) -> None:
        self.told += results

    def lost(self, failure: Failure, words: str) -> None:
        assert words
        self.told.append(failure)

    async def receipts(self, receipts: Sequence[Receipt]) -> None:
        self._refuse()
        self.told += receipts

    async def texts(self, texts: Sequence[Inbound]) -> None:
        self._refuse()
        self.told += texts

    def _refuse(self) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StorageUnavailable


class Sleeper:
    """Sleeps no time at all, and knows how long it would have been."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, delay_s: float) -> None:
        self.slept.append(delay_s)
        await asyncio.sleep(0)


def text(destination: str, message_id: int = 1, body: str = "Hello") -> Outgoing:
    return Outgoing(message_id=message_id, source=LINE.address, destination=destination, text=body)


async def play(*texts: Outgoing, book: Book | None = None, sleeper: Sleeper | None = None, **more: float) -> Book:
    book = book or Book()
    carrier = LoopbackCarrier(book, seeded_ids(), sleep=sleeper or Sleeper(), **more)
    link = await carrier.open(LINE, book)
    await link.submit(texts)
    await carrier.settled()
    await link.close()
    await carrier.close()
    assert list(carrier.taken) == list(texts)
    return book


def number_of(case: Case) -> str:
    return f"+1500557{case.value:04}"


def kinds(book: Book) -> list[str]:
    """What was told, in order: results as `taken` or their failure, receipts as their kind, texts as they are."""
    return [
        "taken"
        if isinstance(one, Result) and one.failure is None
        else one.failure.name
        if isinstance(one, Result) and one.failure is not None
        else one.kind.value
        if isinstance(one, Receipt)
        else one.text
        if isinstance(one, Inbound)
        else one.name  # type: ignore[union-attr]
        for one in book.told
    ]


async def test_a_set_is_taken_and_delivered_and_every_part_has_an_id_of_its_own() -> None:
    book = await play(text("+12065550101", 1), text("+12065550102", 2, "x" * 161))
    results = [one for one in book.told if isinstance(one, Result)]
    receipts = [one for one in book.told if isinstance(one, Receipt)]
    assert [(one.message_id, one.failure, len(one.part_ids)) for one in results] == [(1, None, 1), (2, None, 2)]
    ids = [part for one in results for part in one.part_ids]
    assert len(set(ids)) == 3
    assert [(one.part_id, one.kind, one.line_address) for one in receipts] == [
        (part, ReceiptKind.DELIVERED, LINE.address) for part in ids
    ]


@pytest.mark.parametrize(
    ("case", "told"),
    [
        (Case.NO_RECEIPT, ["taken"]),
        (Case.RECEIPT_TWICE, ["taken", "delivered", "delivered"]),
        (Case.RECEIPT_LATE, ["taken", "delivered"]),
        (Case.RECEIPT_EARLY, ["delivered", "taken"]),
        (Case.RECEIPT_OTHER_FORM, ["taken", "delivered"]),
        (Case.OPT_OUT, ["STOP", "OPTED_OUT"]),
        (Case.UNANSWERED, []),
        (Case.THROTTLED, ["THROTTLED"]),
        (Case.BUSY, ["BUSY"]),
        (Case.REPLY, ["taken", "delivered", "Hello"]),
        (Case.LINK_LOST, ["UNREACHABLE"]),
    ],
)
async def test_a_case_is_played(case: Case, told: list[str]) -> None:
    sleeper = Sleeper()
    assert kinds(await play(text(number_of(case)), sleeper=sleeper)) == told
    assert sleeper.slept == ([LATE_S] if case is Case.RECEIPT_LATE else [])


@pytest.mark.parametrize("case", [Case.UNANSWERED, Case.THROTTLED, Case.BUSY])
async def test_a_second_try_is_taken(case: Case) -> None:
    again = text(number_of(case))
    assert kinds(await play(again, again))[-2:] == ["taken", "delivered"]


async def test_a_link_that_is_lost_tells_no_result_any_more() -> None:
    book = await play(text(number_of(Case.LINK_LOST), 1), text(number_of(Case.NO_RECEIPT), 2))
    assert kinds(book) == ["UNREACHABLE"]


@pytest.mark.parametrize("number", sorted(MESSAGE_STATUSES))
async def test_every_message_status_is_what_a_result_or_a_receipt_names(number: int) -> None:
    book = await play(text(f"+1500555{number:04}"))
    named = [one for one in book.told if isinstance(one, Result | Receipt) and one.message_status == number]
    assert named
    row = MESSAGE_STATUSES[number]
    if row.smpp_status or number == 1110:
        (result,) = named
        assert isinstance(result, Result) and result.failure is not None
        assert result.failure.retry is Retry.NEVER


async def test_a_delay_and_the_round_trip_are_waited_for() -> None:
    sleeper = Sleeper()
    await play(text("+15005580250"), text("+12065550101"), sleeper=sleeper, round_trip_s=0.04)
    assert sorted(sleeper.slept) == pytest.approx([0.04, 0.29])


async def test_what_cannot_be_stored_is_brought_again_unchanged() -> None:
    sleeper = Sleeper()
    book = await play(text(number_of(Case.REPLY)), book=Book(refusals=3), sleeper=sleeper)
    assert kinds(book) == ["taken", "delivered", "Hello"]
    assert sleeper.slept == [AGAIN_S] * 3


async def test_two_carriers_give_no_id_twice() -> None:
    first, second = LoopbackCarrier(Book()), LoopbackCarrier(Book())
    assert not {first.new_part_id() for _ in range(100)} & {second.new_part_id() for _ in range(100)}


async def test_it_takes_no_requests() -> None:
    assert await LoopbackCarrier(Book()).answer(CarrierRequest("POST", "/carriers/loopback", b"", {}, b"")) is None


def test_every_failure_says_what_follows_from_it() -> None:
    assert len({one.text for one in Failure}) == len(Failure) == 12
    for failure in Failure:
        row = MESSAGE_STATUSES[failure.message_status]
        assert row.status_code.is_failure, failure
    assert {one for one in Failure if one.retry is Retry.IN_DOUBT} == {Failure.UNANSWERED}
