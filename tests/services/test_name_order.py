"""The order by name follows the book, whatever happens to it, and costs those nothing who never ask for it."""

from __future__ import annotations

import random

import pytest

from linebook.core.account import Account
from linebook.core.contact import Contact
from linebook.errors import NotFound
from linebook.services.contact_reads import contacts_after
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
from linebook.storage.store import write_now
from tests.kit.builders import add_account, delete, run, save, save_all, saving
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
