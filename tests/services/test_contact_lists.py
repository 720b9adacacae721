"""Walks through the book by the times of its rows meet everybody exactly once, whatever rows share a millisecond."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest

from linebook.core.account import Account
from linebook.core.contact import Contact
from linebook.services.contact_lists import (
    LAST_NO,
    Order,
    Wanted,
    count_by_number,
    last_no_before,
    page_at_time,
    page_by_number,
    page_from_time,
)
from linebook.services.contact_reads import contacts_after
from linebook.services.contact_time_pages import TimePage, count_in_pages, read_time_page
from linebook.services.users import AddUser, add_users
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import delete, save, save_all, saving
from tests.kit.clock import START_MS, TestClock
from tests.kit.raw import connected

ORDERS = pytest.mark.parametrize("order", [Order.CHANGE, Order.CREATION], ids=str)
COUNT = 90
MEMBERS = {Order.CHANGE: ("change_no", "updated_ms"), Order.CREATION: ("created_no", "created_ms")}


def number_of(contact: Contact, order: Order) -> int:
    return int(getattr(contact, MEMBERS[order][0]))


def time_of(contact: Contact, order: Order) -> int:
    return int(getattr(contact, MEMBERS[order][1]))


def everybody(engine: Engine, account: Account) -> list[Contact]:
    return engine.read(lambda tx: contacts_after(tx, account.id, 0, 100_000))


def fill(engine: Engine, account: Account, count: int = COUNT) -> None:
    """Save contacts in one transaction, then some of them again, and delete others, so that numbers have gaps."""
    save_all(engine, account.id, *(saving(f"20655{number:05}", first_name=f"P{number}") for number in range(count)))
    save_all(engine, account.id, *(saving(f"20655{number:05}", notes="again") for number in range(0, count, 3)))
    for contact in everybody(engine, account)[1::17]:
        delete(engine, account.id, contact.id)


def set_times(engine: Engine, account: Account, order: Order, time_after: Callable[[int], int]) -> None:
    """Give the rows times that rise with their numbers: each from the one before by `time_after`."""
    number, column = MEMBERS[order]
    at_ms = START_MS
    with connected(engine) as run:
        for contact in sorted(everybody(engine, account), key=lambda one: number_of(one, order)):
            at_ms = time_after(at_ms)
            run(f"UPDATE contact SET {column} = {at_ms} WHERE {number} = {number_of(contact, order)}")


def walk_down(
    engine: Engine, account: Account, order: Order, limit: int, wanted: Wanted | None = None
) -> list[list[Contact]]:
    """Walk as a client does that knows nothing but the time of the last row."""
    pages: list[list[Contact]] = []
    before_ms: int | None = None
    while True:
        at_ms = before_ms
        page = engine.read(
            lambda tx, at_ms=at_ms: page_at_time(  # type: ignore[misc]
                tx, account.id, order, before_ms=at_ms, limit=limit, wanted=wanted
            )
        )
        if not page:
            return pages
        pages.append(page)
        before_ms = time_of(page[-1], order)


def walk_up(engine: Engine, account: Account, order: Order, limit: int) -> list[Contact]:
    """Walk by a cursor that is given the last row again, until there is nothing but that."""
    seen: dict[int, Contact] = {}
    from_ms: int | None = None
    while True:
        at_ms = from_ms
        page = engine.read(
            lambda tx, at_ms=at_ms: page_from_time(tx, account.id, order, from_ms=at_ms, limit=limit)  # type: ignore[misc]
        )
        fresh = [one for one in page if one.id not in seen]
        if not fresh:
            return list(seen.values())
        assert len({one.id for one in page}) == len(page)
        seen |= {one.id: one for one in fresh}
        from_ms = time_of(page[-1], order)


def assert_whole(engine: Engine, account: Account, order: Order, pages: Sequence[Sequence[Contact]]) -> None:
    """Everybody exactly once, newest first, no millisecond on two pages."""
    met = [one for page in pages for one in page]
    expected = sorted(everybody(engine, account), key=lambda one: number_of(one, order), reverse=True)
    assert [one.id for one in met] == [one.id for one in expected]
    for page, following in pairwise(pages):
        assert time_of(following[0], order) < time_of(page[-1], order)


# -- one number for a time


@ORDERS
def test_a_time_is_found_among_the_numbers(engine: Engine, account: Account, order: Order) -> None:
    fill(engine, account, 60)
    jump = random.Random(5)
    set_times(engine, account, order, lambda at_ms: at_ms + jump.choice((0, 0, 1, 1, 7, 1000)))
    contacts = everybody(engine, account)
    times = {time_of(one, order) for one in contacts}
    for before_ms in sorted({0, START_MS, LAST_NO, *times, *(at_ms + 1 for at_ms in times)}):
        bound = engine.read(lambda tx, at=before_ms: last_no_before(tx, account.id, order, at))  # type: ignore[misc]
        for one in contacts:
            assert (number_of(one, order) <= bound) == (time_of(one, order) < before_ms)


def test_an_empty_book_has_empty_pages(engine: Engine, account: Account) -> None:
    for order in (Order.CHANGE, Order.CREATION):
        assert engine.read(lambda tx, order=order: page_at_time(tx, account.id, order, limit=5)) == []  # type: ignore[misc]
        assert engine.read(lambda tx, order=order: page_from_time(tx, account.id, order, from_ms=1, limit=5)) == []  # type: ignore[misc]


# -- walks


@pytest.mark.parametrize("limit", [1, 7, 30, 85, 500])
@ORDERS
def test_a_walk_down_meets_everybody_once(engine: Engine, account: Account, order: Order, limit: int) -> None:
    fill(engine, account)
    pages = walk_down(engine, account, order, limit)
    assert_whole(engine, account, order, pages)
    assert all(len(page) == limit for page in pages[:-1])  # one row a millisecond: pages have their size


@pytest.mark.parametrize("sharing", [2, 29, 30, 31, 61, 1000])
@pytest.mark.parametrize("limit", [1, 30])
def test_rows_that_share_a_millisecond_stay_on_one_page(
    engine: Engine, account: Account, limit: int, sharing: int
) -> None:
    fill(engine, account)
    given = iter(range(10**6))
    set_times(engine, account, Order.CHANGE, lambda _: START_MS + next(given) // sharing)
    assert_whole(engine, account, Order.CHANGE, walk_down(engine, account, Order.CHANGE, limit))
    expected = {one.id for one in everybody(engine, account)}
    assert {one.id for one in walk_up(engine, account, Order.CHANGE, limit)} == expected


@pytest.mark.parametrize("seed", range(4))
@ORDERS
def test_random_times_lose_nobody(engine: Engine, account: Account, order: Order, seed: int) -> None:
    fill(engine, account)
    chance = random.Random(seed)
    share = chance.choice((0.2, 0.6, 0.95))
    set_times(engine, account, order, lambda at_ms: at_ms + (0 if chance.random() < share else chance.randint(1, 3)))
    for limit in (1, chance.randint(2, 12), 30):
        assert_whole(engine, account, order, walk_down(engine, account, order, limit))
        rising = walk_up(engine, account, order, limit)
        assert [one.id for one in rising] == [
            one.id for one in sorted(everybody(engine, account), key=lambda one: number_of(one, order))
        ]


def test_a_bulk_load_shares_milliseconds_and_is_walked_all_the_same(engine: Engine, account: Account) -> None:
    count = 4_500
    save_all(engine, account.id, *(saving(f"20655{number:05}") for number in range(count)))
    times = [one.updated_ms for one in everybody(engine, account)]
    assert len(set(times)) < count
    assert max(times) - min(times) <= 2_000
    pages = walk_down(engine, account, Order.CHANGE, 30)
    assert_whole(engine, account, Order.CHANGE, pages)
    assert max(map(len, pages)) < 40


def test_a_page_by_cursor_is_that_of_the_whole_list(engine: Engine, account: Account) -> None:
    fill(engine, account)
    whole = engine.read(lambda tx: page_by_number(tx, account.id, Order.CHANGE, falling=True, limit=10_000))
    middle = whole[40].updated_ms
    page = engine.read(lambda tx: page_at_time(tx, account.id, Order.CHANGE, before_ms=middle, limit=10))
    assert [one.id for one in page] == [one.id for one in whole[41:51]]
    rising = engine.read(lambda tx: page_from_time(tx, account.id, Order.CHANGE, from_ms=middle, limit=10))
    assert [one.id for one in rising] == [one.id for one in reversed(whole[31:41])]


def test_other_accounts_are_not_walked(engine: Engine, account: Account, other: Account) -> None:
    save(engine, other.id, "2065550000", first_name="Neighbour")
    fill(engine, account, 20)
    assert_whole(engine, account, Order.CHANGE, walk_down(engine, account, Order.CHANGE, 3))
    assert len(walk_down(engine, other, Order.CHANGE, 3)) == 1


# -- walks beside writers


def test_a_walk_meets_everybody_who_is_not_written_meanwhile(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    count, busy = 600, 200
    save_all(engine, account.id, *(saving(f"20655{number:05}") for number in range(count)))
    ids = [one.id for one in everybody(engine, account)]
    stop = threading.Event()
    written: set[int] = set()
    failures: list[BaseException] = []
    turns = threading.Semaphore(0)

    def write() -> None:
        chance = random.Random(3)
        try:
            while not stop.is_set():
                turns.acquire(timeout=1)
                clock.advance(1)
                numbers = [chance.randrange(busy) for _ in range(chance.choice((1, 5, 40)))]
                save_all(
                    engine,
                    account.id,
                    *(saving(f"20655{number:05}", notes=f"{chance.random()}") for number in numbers),
                )
                written.update(ids[number] for number in numbers)
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        started_ms = max(one.updated_ms for one in everybody(engine, account))
        met: list[int] = []
        before_ms: int | None = None
        while True:
            turns.release()
            at_ms = before_ms
            page = engine.read(
                lambda tx, at_ms=at_ms: page_at_time(tx, account.id, Order.CHANGE, before_ms=at_ms, limit=13)  # type: ignore[misc]
            )
            if not page:
                break
            met += [one.id for one in page]
            before_ms = page[-1].updated_ms
    finally:
        stop.set()
        turns.release(len(writers))
        for writer in writers:
            writer.join()
    assert failures == []
    assert len(met) == len(set(met))  # who moves to the top is not met again below
    assert set(ids) - written <= set(met)
    again = [one for page in walk_down(engine, account, Order.CHANGE, 13) for one in page]
    later = {one.id for one in again if one.updated_ms >= started_ms}
    assert set(ids) - set(met) <= later


# -- only some contacts


@pytest.fixture
def searched(engine: Engine, account: Account) -> dict[str, int]:
    """A few people who are looked for, and many others."""
    users = [write_now(engine, add_users, account.id, AddUser(email=f"u{number}@example.org")) for number in (1, 2)]
    people: dict[str, dict[str, Any]] = {
        "ada": {"first_name": "Ada", "last_name": "Lovelace", "assignee_id": users[0].id},
        "elodie": {"first_name": "Élodie", "last_name": "ØRSTED", "assignee_id": users[1].id},
        "signs": {"first_name": "100%_!", "email": "Signs@Example.ORG"},
        "shown": {"display_name": "The Countess", "assignee_id": users[0].id},
    }
    ids = {
        name: save(engine, account.id, f"206555{number:04}", **members).id
        for number, (name, members) in enumerate(people.items())
    }
    save_all(engine, account.id, *(saving(f"42555{number:05}", first_name="Nobody") for number in range(40)))
    return ids | {"user1": users[0].id, "user2": users[1].id}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ada", ["ada"]),
        ("ADA L", ["ada"]),
        ("lovelace", ["ada"]),
        ("élodie", ["elodie"]),
        ("ÉLODIE", ["elodie"]),
        ("ørsted", ["elodie"]),
        ("100%", ["signs"]),
        ("_!", ["signs"]),
        ("_", ["signs"]),
        ("signs@example", ["signs"]),
        ("countess", ["shown"]),
        ("2065550001", ["elodie"]),
        ("+12065550", ["ada", "elodie", "shown", "signs"]),
        ("a%a", []),
        ("nobody at all", []),
    ],
)
def test_a_text_is_found_in_names_address_and_number(
    engine: Engine, account: Account, searched: dict[str, int], text: str, found: list[str]
) -> None:
    wanted = Wanted(text=text)
    for order in (Order.CHANGE, Order.CREATION):
        pages = walk_down(engine, account, order, 2, wanted)
        assert sorted(one.id for page in pages for one in page) == sorted(searched[name] for name in found)
        count = engine.read(lambda tx, order=order: count_by_number(tx, account.id, order, wanted=wanted))  # type: ignore[misc]
        assert count == len(found)


def test_contacts_of_an_assignee_are_listed(engine: Engine, account: Account, searched: dict[str, int]) -> None:
    def listed(**page: Any) -> list[int]:
        return [told.contact.id for told in engine.read(lambda tx: read_time_page(tx, account.id, TimePage(**page)))]

    first = Wanted(assignee_id=searched["user1"])
    assert listed(limit=30, wanted=first) == [searched["shown"], searched["ada"]]
    assert listed(limit=30, wanted=first, falling=False) == [searched["ada"], searched["shown"]]
    assert listed(limit=1, offset=1, wanted=first) == [searched["ada"]]
    assert listed(limit=30, wanted=Wanted(assignee_id=searched["user1"], text="ada")) == [searched["ada"]]
    assert listed(limit=30, wanted=Wanted(assignee_id=searched["user2"], text="ada")) == []
    assert listed(limit=30, wanted=Wanted(assignee_id=404)) == []


# -- pages by number, and counts


@pytest.mark.parametrize("falling", [True, False])
@pytest.mark.parametrize("bounded", [True, False])
def test_numbered_pages_have_exactly_their_size(engine: Engine, account: Account, falling: bool, bounded: bool) -> None:
    fill(engine, account, 50)
    given = iter(range(10**6))
    set_times(engine, account, Order.CHANGE, lambda _: START_MS + next(given) // 8)
    contacts = sorted(everybody(engine, account), key=lambda one: one.change_no, reverse=falling)
    at_ms = contacts[len(contacts) // 2].updated_ms if bounded else None
    inside = [one.id for one in contacts if at_ms is None or (one.updated_ms < at_ms) is falling]
    met: list[int] = []
    for number in range(20):
        page = TimePage(falling=falling, at_ms=at_ms, limit=7, offset=number * 7)
        told = engine.read(lambda tx, page=page: read_time_page(tx, account.id, page))  # type: ignore[misc]
        assert len(told) == len(inside[number * 7 : number * 7 + 7])
        met += [one.contact.id for one in told]
    assert met == inside
    whole = TimePage(falling=falling, at_ms=at_ms, limit=1)
    assert engine.read(lambda tx: count_in_pages(tx, account.id, whole)) == len(inside)


def test_a_page_far_behind_the_end_is_empty(engine: Engine, account: Account) -> None:
    fill(engine, account, 5)
    page = TimePage(limit=30, offset=2**53)
    assert engine.read(lambda tx: read_time_page(tx, account.id, page)) == []
