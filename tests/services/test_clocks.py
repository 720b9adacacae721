"""The account's clock: numbers without a gap and times that rise, in the order of commits."""

from __future__ import annotations

from collections import Counter

import pytest

from linebook.core.account import Account
from linebook.core.contact import SetChange
from linebook.errors import NotFound
from linebook.services.clocks import SPREAD_MS, TEXTING, Clock, take_clock
from linebook.services.contacts import Match, SaveContact
from linebook.storage.base import Engine, Tx
from tests.kit.builders import delete, save, save_all, saving
from tests.kit.clock import START_MS, TestClock
from tests.kit.raw import look

pytestmark = pytest.mark.usefixtures("whole_books")


def newcomers(count: int, first: int = 0) -> list[SaveContact]:
    return [saving(f"206{number:07}") for number in range(first, first + count)]


def times(engine: Engine) -> list[int]:
    """The times of all contacts in the order of their changes."""
    return [at_ms for (at_ms,) in look(engine, "SELECT updated_ms FROM contact ORDER BY account_id, change_no")]


def given(engine: Engine, account: Account, count: int) -> list[int]:
    return engine.write(lambda tx: Clock(tx, account.id).times(count))


def test_the_clock_of_nobody_cannot_be_taken(engine: Engine) -> None:
    with pytest.raises(NotFound):
        engine.write(lambda tx: take_clock(tx, 99))


def test_a_new_account_has_two_clocks_that_stand_at_the_beginning(engine: Engine, account: Account) -> None:
    rows = look(engine, "SELECT name, change_no, last_ms, last_id, row_count FROM account_clock ORDER BY name")
    assert rows == [("book", 0, 0, 2**30, 0), ("texting", 0, 0, 0, 0)]


def test_a_single_change_happens_now(engine: Engine, account: Account, clock: TestClock) -> None:
    assert given(engine, account, 1) == [START_MS]
    clock.advance(5)
    assert save(engine, account.id, "2065551234").created_ms == START_MS + 5


def test_changes_within_a_millisecond_get_one_each(engine: Engine, account: Account) -> None:
    for number in range(3):
        save_all(engine, account.id, *newcomers(2, first=2 * number))
    assert times(engine) == list(range(START_MS, START_MS + 6))


def test_a_clock_that_is_set_back_does_not_set_the_book_back(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    save(engine, account.id, "2065550001")
    clock.advance(-3_600_000)
    assert save(engine, account.id, "2065550002").updated_ms == START_MS + 1
    clock.advance(3_600_010)
    assert save(engine, account.id, "2065550003").updated_ms == START_MS + 10


@pytest.mark.parametrize("count", [1, 2, 100, SPREAD_MS, SPREAD_MS + 1])
def test_up_to_two_seconds_of_rows_have_a_millisecond_each(engine: Engine, account: Account, count: int) -> None:
    assert given(engine, account, count) == list(range(START_MS, START_MS + count))


@pytest.mark.parametrize("count", [SPREAD_MS + 2, 5_000, 40_000])
def test_more_rows_are_spread_evenly_over_two_seconds(engine: Engine, account: Account, count: int) -> None:
    told = given(engine, account, count)
    assert (told[0], told[-1], len(told)) == (START_MS, START_MS + SPREAD_MS, count)
    assert told == sorted(told)
    shared = Counter(told)
    counts = {shared[at_ms] for at_ms in range(START_MS, START_MS + SPREAD_MS)}
    assert max(counts) - min(counts) <= 1


def test_large_transactions_do_not_run_further_and_further_ahead(engine: Engine, account: Account) -> None:
    for number in range(3):
        save_all(engine, account.id, *newcomers(1500, first=1500 * number))
    told = times(engine)
    assert told == sorted(told)
    # The second one begins behind the first and ends at the bound; from then on there is a millisecond a transaction.
    assert [told[1499], told[1500], told[2999]] == [START_MS + 1499, START_MS + 1500, START_MS + SPREAD_MS]
    assert set(told[3000:]) == {START_MS + SPREAD_MS + 1}


def test_numbers_count_changes_and_nothing_else(engine: Engine, account: Account) -> None:
    contact = save(engine, account.id, "2065550001")  # 1
    save(engine, account.id, "2065550001")
    save_all(engine, account.id, saving(match=Match(id=5)), saving("2065550001", match=Match(id=6)))
    save_all(engine, account.id, saving("2065550001", notes="x"), saving("2065550001", notes="y"))  # 2, 3
    delete(engine, account.id, contact.id)  # 4
    assert save(engine, account.id, "2065550001", tags=SetChange(("VIP",))).change_no == 5
    assert look(engine, "SELECT change_no, row_count FROM account_clock WHERE name = 'book'") == [(5, 1)]


def test_a_transaction_that_is_undone_uses_no_number(engine: Engine, account: Account) -> None:
    with pytest.raises(ZeroDivisionError):
        engine.write(lambda tx: (Clock(tx, account.id).next_no(), 1 / 0))
    assert save(engine, account.id, "2065550001").change_no == 1


def test_a_clock_of_which_nothing_was_used_is_left_as_it_is(engine: Engine, account: Account) -> None:
    before = look(engine, "SELECT * FROM account_clock ORDER BY name")
    engine.write(lambda tx: Clock(tx, account.id).put(START_MS + 99))
    assert look(engine, "SELECT * FROM account_clock ORDER BY name") == before


def test_the_two_clocks_go_each_on_their_own(engine: Engine, account: Account) -> None:
    def work(tx: Tx) -> tuple[int, int]:
        clock = Clock(tx, account.id, TEXTING)
        told = clock.next_no(), clock.next_id()
        clock.put(START_MS + 7)
        return told

    assert engine.write(work) == (1, 1)
    assert engine.write(work) == (2, 2)
    assert save(engine, account.id, "2065550001").change_no == 1
    assert look(engine, "SELECT name, last_ms FROM account_clock ORDER BY name") == [
        ("book", START_MS),
        ("texting", START_MS + 7),
    ]
