"""The order by name follows the book, whatever happens to it, and costs those nothing who never ask for it."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from linebook.core.account import Account
from linebook.core.contact import Contact
from linebook.errors import NotFound, StorageUnavailable
from linebook.name_follower import NameFollower
from linebook.services.contact_lists import page_by_phone
from linebook.services.contact_pages import Listing, read_page
from linebook.services.contact_walks import WALK_PAGE, Sorting, page_by_walk
from linebook.services.contacts import contacts_after
from linebook.services.name_order import (
    KEY_MAX,
    NAMELESS,
    FollowNames,
    NamePosition,
    follow_names,
    name_key,
    name_position,
    page_by_name,
)
from linebook.storage.base import Engine
from linebook.storage.store import Store, write_now
from tests.kit.builders import add_account, delete, run, save, save_all, saving
from tests.kit.clock import TestClock
from tests.kit.raw import look

NAMES = ("Ada", "ada", "Émile", "Zoë", "", "Łukasz", "ÅSA", "anna maria", "Ödön", "李", "Bo")


def step(engine: Engine, account_id: int, limit: int = 500) -> NamePosition:
    """Follow one step."""
    return write_now(engine, follow_names, account_id, FollowNames(limit))


def follow(engine: Engine, account_id: int, limit: int = 500) -> int:
    """Follow to the end and give how many steps it took."""
    steps = 1
    while not (position := step(engine, account_id, limit)).has_reached(position.newest_no):
        steps += 1
    return steps


def listed(
    engine: Engine, account_id: int, *, by_last: bool = False, falling: bool = False, offset: int = 0, limit: int = 1000
) -> list[Contact]:
    """Give a page of the name order."""
    return engine.read(
        lambda tx: page_by_name(tx, account_id, by_last=by_last, falling=falling, offset=offset, limit=limit)
    )


def first_names(engine: Engine, account_id: int) -> list[str]:
    """Give the first names in their order."""
    return [one.first_name for one in listed(engine, account_id)]


def everybody(engine: Engine, account_id: int) -> list[Contact]:
    """Give the whole book."""
    return engine.read(lambda tx: contacts_after(tx, account_id, 0, 100_000))


def sort_key(contact: Contact, by_last: bool) -> tuple[str, str, int]:
    """Give what a contact is ordered by."""
    first, last = name_key(contact.first_name), name_key(contact.last_name)
    return (last, first, contact.id) if by_last else (first, last, contact.id)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Ada", "ada"),
        ("  Ada  Maria ", "ada maria"),
        ("ÉMILE", "emile"),
        ("Straße", "strasse"),
        ("Zoë", "zoe"),
        ("", NAMELESS),
        (" \t ", NAMELESS),
        ("x" * 100, "x" * KEY_MAX),
        ("é" * 100, "e" * KEY_MAX),
        ("李", "李"),
    ],
)
def test_names_are_ordered_without_regard_to_case_accents_and_blanks(name: str, key: str) -> None:
    assert name_key(name) == key


def test_a_missing_name_comes_behind_every_name() -> None:
    assert sorted(["", "zz", "李", "\U0010fffe"], key=name_key) == ["zz", "李", "\U0010fffe", ""]


def test_an_unknown_account_cannot_be_followed(engine: Engine) -> None:
    with pytest.raises(NotFound):
        write_now(engine, follow_names, 999, FollowNames())
    assert engine.read(lambda tx: name_position(tx, 999)) == NamePosition(None, 0)


def test_who_never_asks_pays_nothing(engine: Engine, account: Account) -> None:
    save(engine, account.id, "2065550101", first_name="Ada")
    assert look(engine, "SELECT count(*) FROM contact_name") == [(0,)]
    assert look(engine, "SELECT count(*) FROM name_follower") == [(0,)]
    assert engine.read(lambda tx: name_position(tx, account.id)) == NamePosition(None, 1)


def test_an_empty_book_is_followed_at_once(engine: Engine, account: Account) -> None:
    assert step(engine, account.id) == NamePosition(0, 0)
    assert first_names(engine, account.id) == []


@pytest.mark.parametrize("by_last", [False, True])
@pytest.mark.parametrize("falling", [False, True])
def test_the_order_is_that_of_the_names(engine: Engine, account: Account, by_last: bool, falling: bool) -> None:
    pairs = [(first, last) for first in NAMES for last in NAMES[:4]]
    save_all(
        engine,
        account.id,
        *(saving(f"206555{n:04}", first_name=pair[0], last_name=pair[1]) for n, pair in enumerate(pairs)),
    )
    follow(engine, account.id)
    wanted = sorted(everybody(engine, account.id), key=lambda one: sort_key(one, by_last), reverse=falling)
    assert listed(engine, account.id, by_last=by_last, falling=falling) == wanted
    pages = [
        one
        for offset in range(0, 50, 7)
        for one in listed(engine, account.id, by_last=by_last, falling=falling, offset=offset, limit=7)
    ]
    assert pages == wanted


def test_it_follows_in_bounded_steps(engine: Engine, account: Account) -> None:
    save_all(engine, account.id, *(saving(f"206555{n:04}", first_name=f"N{n:02}") for n in range(20)))
    assert step(engine, account.id, 6) == NamePosition(6, 20)
    assert first_names(engine, account.id) == [f"N{n:02}" for n in range(6)]
    assert follow(engine, account.id, 6) == 3
    assert len(listed(engine, account.id)) == 20


def test_requests_of_one_transaction_are_one_step(engine: Engine, account: Account) -> None:
    save_all(engine, account.id, *(saving(f"206555{n:04}", first_name=f"N{n:02}") for n in range(20)))
    assert run(engine, follow_names, account.id, *[FollowNames(6)] * 5) == [NamePosition(6, 20)] * 5


def test_the_beginning_does_not_walk_the_history_of_before(engine: Engine, account: Account) -> None:
    contact = save(engine, account.id, "2065550101", first_name="Ada")
    for n in range(30):
        save(engine, account.id, "2065550101", first_name=f"Ada {n}")
    save(engine, account.id, "2065550102", first_name="Bo")
    delete(engine, account.id, contact.id)
    assert follow(engine, account.id, 2) == 1
    assert first_names(engine, account.id) == ["Bo"]


def test_changes_and_deletions_are_followed(engine: Engine, account: Account) -> None:
    ada = save(engine, account.id, "2065550101", first_name="Ada")
    save(engine, account.id, "2065550102", first_name="Bo")
    follow(engine, account.id)
    save(engine, account.id, "2065550101", first_name="Zoe")
    save(engine, account.id, "2065550103", first_name="Al")
    follow(engine, account.id, 1)
    assert first_names(engine, account.id) == ["Al", "Bo", "Zoe"]
    delete(engine, account.id, ada.id)
    follow(engine, account.id, 1)
    assert first_names(engine, account.id) == ["Al", "Bo"]
    assert look(engine, "SELECT count(*) FROM contact_name") == [(2,)]


def test_a_deleted_id_may_come_back(engine: Engine, account: Account) -> None:
    save(engine, account.id, "2065550101", first_name="Ada", chosen_id=5)
    follow(engine, account.id)
    delete(engine, account.id, 5)
    save(engine, account.id, "2065550102", first_name="Bo", chosen_id=5)
    follow(engine, account.id)
    assert first_names(engine, account.id) == ["Bo"]


def test_a_page_is_full_although_contacts_were_deleted_since(engine: Engine, account: Account) -> None:
    saved = [save(engine, account.id, f"206555{n:04}", first_name=f"N{n:02}") for n in range(10)]
    follow(engine, account.id)
    for one in (saved[1], saved[2], saved[5]):
        delete(engine, account.id, one.id)
    page = listed(engine, account.id, limit=4)
    assert [one.first_name for one in page] == ["N00", "N03", "N04", "N06"]


def test_accounts_do_not_mix(engine: Engine, account: Account) -> None:
    other = add_account(engine, "Other")
    save(engine, account.id, "2065550101", first_name="Ours")
    save(engine, other.id, "2065550101", first_name="Theirs")
    follow(engine, account.id)
    follow(engine, other.id)
    assert first_names(engine, account.id) == ["Ours"]
    assert first_names(engine, other.id) == ["Theirs"]


def test_after_any_changes_in_any_steps_the_order_is_that_of_the_book(engine: Engine, account: Account) -> None:
    chance = random.Random(7)
    for _ in range(60):
        number = f"206555{chance.randrange(30):04}"
        if chance.random() < 0.3 and (found := everybody(engine, account.id)):
            delete(engine, account.id, chance.choice(found).id)
        else:
            save(engine, account.id, number, first_name=chance.choice(NAMES), last_name=chance.choice(NAMES))
        if chance.random() < 0.3:
            step(engine, account.id, chance.randrange(1, 5))
    follow(engine, account.id, 3)
    for by_last in (False, True):
        wanted = sorted(everybody(engine, account.id), key=lambda one: sort_key(one, by_last))
        assert listed(engine, account.id, by_last=by_last) == wanted
    assert look(engine, "SELECT count(*) FROM contact_name") == [(len(everybody(engine, account.id)),)]


@pytest.mark.parametrize("falling", [False, True])
def test_a_walk_gives_the_same_pages_without_the_order(engine: Engine, account: Account, falling: bool) -> None:
    saves = [saving(f"206555{n:04}", first_name=NAMES[n % 11], last_name=NAMES[n % 7]) for n in range(40)]
    save_all(engine, account.id, *saves, saving(first_name="Nobody's number"))
    follow(engine, account.id)

    def walked(sorting: Sorting, offset: int) -> list[Contact]:
        return engine.read(lambda tx: page_by_walk(tx, account.id, sorting, falling=falling, offset=offset, limit=9))

    for offset in (0, 5, 36, 100):
        for sorting, by_last in ((Sorting.FIRST_NAME, False), (Sorting.LAST_NAME, True)):
            page = listed(engine, account.id, by_last=by_last, falling=falling, offset=offset, limit=9)
            assert walked(sorting, offset) == page
        by_phone = engine.read(
            lambda tx: page_by_phone(tx, account.id, falling=falling, offset=offset, limit=9)  # noqa: B023
        )
        assert walked(Sorting.PHONE, offset) == by_phone


def test_a_walk_reads_a_book_of_several_pages(engine: Engine, account: Account) -> None:
    save_all(engine, account.id, *(saving(f"+1206{n:07}", first_name=f"{n % 97:02}") for n in range(WALK_PAGE + 10)))
    found = engine.read(lambda tx: page_by_walk(tx, account.id, Sorting.FIRST_NAME, falling=True, offset=0, limit=3))
    assert [one.first_name for one in found] == ["96"] * 3


def test_a_list_since_a_time_may_be_ordered_by_anything(engine: Engine, account: Account, clock: TestClock) -> None:
    save(engine, account.id, "2065550101", first_name="Before")
    since_ms = clock.advance(1000)
    for number, name in (("2065550104", "Bo"), ("2065550102", "Cy"), ("2065550103", "Al")):
        save(engine, account.id, number, first_name=name)

    def names(sorting: Sorting | None) -> list[str]:
        listing = Listing(sorting=sorting, since_ms=since_ms, limit=10)
        return [one.contact.first_name for one in engine.read(lambda tx: read_page(tx, account.id, listing))]

    assert names(None) == ["Bo", "Cy", "Al"]
    assert names(Sorting.FIRST_NAME) == ["Al", "Bo", "Cy"]
    assert names(Sorting.PHONE) == ["Cy", "Al", "Bo"]


# -- the follower


async def test_the_follower_answers_for_everything_committed_before(engine: Engine, account: Account) -> None:
    store = Store(engine)
    await store.start()
    try:
        follower = NameFollower(store)
        save(engine, account.id, "2065550101", first_name="Ada")
        assert await follower.catch_up(account.id)
        assert first_names(engine, account.id) == ["Ada"]
        save(engine, account.id, "2065550102", first_name="Bo")
        assert first_names(engine, account.id) == ["Ada"]
        await follower.follow()
        assert first_names(engine, account.id) == ["Ada", "Bo"]
    finally:
        await store.stop()


async def test_the_follower_has_no_patience_without_end(engine: Engine, account: Account) -> None:
    store = Store(engine)
    await store.start()
    try:
        save_all(engine, account.id, *(saving(f"+1206{n:07}", first_name="A") for n in range(1_200)))
        follower = NameFollower(store, patience_s=-1.0)
        assert not await follower.catch_up(account.id)
        await follower.follow()
        assert await follower.catch_up(account.id)
    finally:
        await store.stop()


async def test_in_the_background_only_accounts_that_asked_are_followed(engine: Engine, account: Account) -> None:
    other = add_account(engine, "Other")
    save(engine, account.id, "2065550101", first_name="Ada")
    save(engine, other.id, "2065550101", first_name="Eve")
    step(engine, account.id)
    save(engine, account.id, "2065550102", first_name="Bo")
    store = Store(engine)
    await store.start()
    follower = NameFollower(store, interval_s=0.001)
    try:
        # It learns from the database whom it followed before this process began.
        follower.start()
        async with asyncio.timeout(20):
            while first_names(engine, account.id) != ["Ada", "Bo"]:
                await asyncio.sleep(0.005)
    finally:
        await follower.stop()
        await store.stop()
    assert engine.read(lambda tx: name_position(tx, account.id)).has_reached(2)
    assert engine.read(lambda tx: name_position(tx, other.id)).change_no is None


async def test_the_follower_outlives_a_database_that_is_away(engine: Engine, account: Account) -> None:
    save(engine, account.id, "2065550101", first_name="Ada")
    step(engine, account.id)
    store = Store(engine)
    await store.start()
    follower = NameFollower(store, interval_s=0.001)
    failures = 0
    read = store.read

    async def failing_read(work: Any) -> Any:
        nonlocal failures
        failures += 1
        if failures <= 3:
            raise StorageUnavailable
        return await read(work)

    store.read = failing_read  # type: ignore[method-assign]
    try:
        follower.start()
        save(engine, account.id, "2065550102", first_name="Bo")
        async with asyncio.timeout(20):
            while first_names(engine, account.id) != ["Ada", "Bo"]:
                await asyncio.sleep(0.005)
    finally:
        await follower.stop()
        await store.stop()
    assert failures > 3
