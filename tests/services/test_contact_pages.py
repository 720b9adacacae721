"""Pages of contacts: by key, by offset from either end, and the count that is kept."""

from __future__ import annotations

import pytest

from linebook.core.account import Account
from linebook.services.contact_reads import contacts_after, contacts_at, count_contacts
from linebook.storage.base import Engine
from tests.kit.builders import delete, save_all, saving

pytestmark = pytest.mark.usefixtures("whole_books")

COUNT = 11
HUGE = [2**31, 2**63 - 1, 2**63, 10**30]


@pytest.fixture
def people(engine: Engine, account: Account) -> list[int]:
    """The ids of some contacts, in order, with gaps."""
    saves = [saving(f"206555{n:04}", chosen_id=n if n % 3 == 0 else None) for n in range(COUNT, 0, -1)]
    save_all(engine, account.id, *saves, saving("2065550099", chosen_id=99))
    delete(engine, account.id, 99)
    all_ids = [contact.id for contact in engine.read(lambda tx: contacts_after(tx, account.id, 0, 1000))]
    assert len(all_ids) == COUNT
    assert all_ids == sorted(all_ids)
    return all_ids


def after(engine: Engine, account_id: int, after_id: int, limit: int) -> list[int]:
    return [contact.id for contact in engine.read(lambda tx: contacts_after(tx, account_id, after_id, limit))]


def at(engine: Engine, account_id: int, offset: int, limit: int) -> tuple[list[int], int]:
    contacts, count = engine.read(lambda tx: contacts_at(tx, account_id, offset, limit))
    return [contact.id for contact in contacts], count


def test_an_empty_book_has_empty_pages(engine: Engine, account: Account) -> None:
    assert after(engine, account.id, 0, 10) == []
    assert at(engine, account.id, 0, 10) == ([], 0)
    assert at(engine, account.id, 5, 10) == ([], 0)
    assert engine.read(lambda tx: count_contacts(tx, account.id)) == 0


def test_odd_bounds_give_what_they_can(engine: Engine, account: Account, people: list[int]) -> None:
    assert after(engine, account.id, -5, 2) == people[:2]
    assert after(engine, account.id, 0, 0) == []
    assert after(engine, account.id, 0, -1) == []
    assert at(engine, account.id, -5, 2) == (people[:2], COUNT)
    assert at(engine, account.id, 0, 0) == ([], COUNT)
    assert at(engine, account.id, 0, -1) == ([], COUNT)
    for huge in HUGE:
        assert after(engine, account.id, huge, 10) == []
        assert at(engine, account.id, huge, 10) == ([], COUNT)
        assert at(engine, account.id, 0, huge) == (people, COUNT)
    assert after(engine, account.id, 0, 2**62) == people


@pytest.mark.parametrize("size", [1, 2, 4, COUNT, COUNT + 1])
def test_pages_by_key_give_everybody_once_in_order(
    engine: Engine, account: Account, people: list[int], size: int
) -> None:
    walked: list[int] = []
    while page := after(engine, account.id, walked[-1] if walked else 0, size):
        assert len(page) <= size
        walked += page
    assert walked == people


def test_a_page_by_key_begins_behind_any_number(engine: Engine, account: Account, people: list[int]) -> None:
    for number in (1, 2, 3, 4, 5, people[-1] - 1):
        assert after(engine, account.id, number, 3) == [one for one in people if one > number][:3]


def test_pages_by_offset_are_the_same_from_either_end(engine: Engine, account: Account, people: list[int]) -> None:
    for offset in range(COUNT + 3):
        for limit in (1, 3, COUNT, COUNT + 5):
            assert at(engine, account.id, offset, limit) == (people[offset : offset + limit], COUNT)


def test_the_kept_count_follows_every_change(engine: Engine, account: Account, people: list[int]) -> None:
    save_all(engine, account.id, saving("2065550001"), saving("2065559999"), saving("2065559999"))
    delete(engine, account.id, people[0])
    assert engine.read(lambda tx: count_contacts(tx, account.id)) == COUNT
