"""The carrier in memory while it is stopped for an account: that account's links break, and others do not notice."""

from __future__ import annotations

import msgspec
import pytest

from linebook.carriers.base import Failure, LinkRefused, Retry
from linebook.carriers.loopback import STOPPED, LoopbackCarrier
from tests.carriers.test_loopback import LINE, Book, Sleeper, text
from tests.kit.clock import seeded_ids

OTHERS = msgspec.structs.replace(LINE, account_id=2)


async def test_an_open_link_breaks_once_and_a_new_one_is_refused_until_it_is_started() -> None:
    book = Book()
    carrier = LoopbackCarrier(book, seeded_ids(), sleep=Sleeper())
    await carrier.open(LINE, book)
    carrier.stop_for(1)
    carrier.stop_for(1)
    assert book.told == [Failure.UNREACHABLE]
    assert carrier.is_stopped_for(1)
    with pytest.raises(LinkRefused) as refused:
        await carrier.open(LINE, book)
    assert (refused.value.failure.retry, refused.value.words) == (Retry.PAUSE, STOPPED)
    carrier.start_for(1)
    link = await carrier.open(LINE, book)
    await link.submit([text("+12065550100")])
    await carrier.settled()
    assert len(book.told) == 3


async def test_what_is_on_its_way_when_it_stops_is_not_answered() -> None:
    book = Book()
    carrier = LoopbackCarrier(book, seeded_ids(), sleep=Sleeper())
    link = await carrier.open(LINE, book)
    await link.submit([text("+15005580100")])
    carrier.stop_for(1)
    await carrier.settled()
    assert [one for one in book.told if not hasattr(one, "kind")] == [Failure.UNREACHABLE]


async def test_other_accounts_do_not_notice_and_a_closed_link_is_not_broken() -> None:
    mine, theirs = Book(), Book()
    carrier = LoopbackCarrier(mine, seeded_ids(), sleep=Sleeper())
    closed = await carrier.open(LINE, mine)
    await closed.close()
    await carrier.open(OTHERS, theirs)
    carrier.stop_for(1)
    assert (mine.told, theirs.told) == ([], [])
    carrier.stop_for(2)
    assert theirs.told == [Failure.UNREACHABLE]
    carrier.start_for_all()
    assert not carrier.is_stopped_for(1)
    assert not carrier.is_stopped_for(2)
