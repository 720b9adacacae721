"""Orders that no index serves come out as those that one does serve."""

from __future__ import annotations

import pytest

from linebook.core.account import Account
from linebook.core.contact import Contact
from linebook.services.contact_lists import page_by_phone
from linebook.services.contact_pages import Listing, read_page
from linebook.services.contact_walks import WALK_PAGE, Sorting, page_by_walk
from linebook.storage.base import Engine
from tests.kit.builders import save, save_all, saving
from tests.kit.clock import TestClock
from tests.services.test_name_order import NAMES, follow, listed


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
