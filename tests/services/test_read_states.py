"""What a reader has not read yet: drained exactly once, in both modes, whatever is changed meanwhile."""

from __future__ import annotations

import random
import threading
from collections import Counter

import pytest

from linebook.core.account import Account
from linebook.core.contact import Contact
from linebook.errors import NotFound
from linebook.services import read_states
from linebook.services.contacts import SaveContact, save_contacts
from linebook.services.read_states import ReadUnread, read_unread
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import delete, run, save, saving
from tests.kit.clock import TestClock
from tests.kit.raw import look

pytestmark = pytest.mark.usefixtures("whole_books")

KEY, OTHER_KEY = 3, 4


def number(one: int) -> str:
    return f"+97259{one:07}"


def fill(engine: Engine, account: Account, count: int, first: int = 0) -> None:
    saves = [saving(number(one)) for one in range(first, first + count)]
    engine.write(lambda tx: save_contacts(tx, account.id, saves))


def read(
    engine: Engine,
    account: Account,
    *,
    limit: int = 1000,
    changed_too: bool = True,
    forget: bool = False,
    key: int = KEY,
) -> list[Contact]:
    request = ReadUnread(credential_id=key, changed_too=changed_too, limit=limit, forget=forget)
    return write_now(engine, read_unread, account.id, request)


def drain(engine: Engine, account: Account, limit: int = 1000, *, changed_too: bool = True) -> list[Contact]:
    found: list[Contact] = []
    while page := read(engine, account, limit=limit, changed_too=changed_too):
        found += page
    return found


def ids(contacts: list[Contact]) -> list[int]:
    return [contact.id for contact in contacts]


def ranges(engine: Engine) -> list[tuple[str, int, str]]:
    return [(name, seen, unread) for name, seen, unread in look(engine, "SELECT name, seen_no, unread FROM read_state")]


def test_an_account_that_is_not_there_has_nothing_to_read(engine: Engine) -> None:
    with pytest.raises(NotFound):
        run(engine, read_unread, 99, ReadUnread(credential_id=KEY, changed_too=True, limit=1))


def test_an_empty_book_is_read_at_once(engine: Engine, account: Account) -> None:
    assert read(engine, account) == []
    save(engine, account.id, number(1))
    assert len(read(engine, account)) == 1


@pytest.mark.parametrize("changed_too", [False, True])
@pytest.mark.parametrize("limit", [1, 7, 100, 101, 1000])
def test_a_drain_gives_every_contact_once_the_newest_first(
    engine: Engine, account: Account, limit: int, changed_too: bool
) -> None:
    fill(engine, account, 100)
    found = drain(engine, account, limit, changed_too=changed_too)
    assert ids(found) == sorted(ids(found), reverse=True) and len(found) == 100
    assert {unread for _, _, unread in ranges(engine)} == {"[]"}


def test_what_is_created_during_a_drain_comes_first_and_once(engine: Engine, account: Account) -> None:
    fill(engine, account, 10)
    first = read(engine, account, limit=4)
    fill(engine, account, 3, first=10)
    rest = drain(engine, account, limit=2)
    assert ids(rest)[:3] == sorted(ids(rest), reverse=True)[:3]
    assert sorted(ids(first) + ids(rest)) == sorted(set(ids(first) + ids(rest))) and len(rest) == 9


@pytest.mark.parametrize("changed_too", [False, True])
def test_what_is_changed_during_a_drain_comes_again_only_for_who_reads_changes(
    engine: Engine, account: Account, changed_too: bool
) -> None:
    fill(engine, account, 10)
    first = read(engine, account, limit=5, changed_too=changed_too)
    for one in (1, 8):  # the second was read, the first was not
        save(engine, account.id, number(one), notes="changed")
    rest = drain(engine, account, limit=3, changed_too=changed_too)
    assert len(rest) == (6 if changed_too else 5)
    assert Counter(ids(first + rest)).most_common(1)[0][1] == (2 if changed_too else 1)
    assert all(contact.notes == "changed" for contact in rest[:2]) is changed_too


def test_an_equal_write_that_touches_is_a_change_and_one_that_does_not_is_none(
    engine: Engine, account: Account
) -> None:
    save(engine, account.id, number(1))
    drain(engine, account)
    save(engine, account.id, number(1))
    assert read(engine, account) == []
    save(engine, account.id, number(1), touches=True)
    assert len(read(engine, account)) == 1


def test_the_modes_know_nothing_of_each_other(engine: Engine, account: Account) -> None:
    fill(engine, account, 5)
    assert len(drain(engine, account, changed_too=True)) == len(drain(engine, account, changed_too=False)) == 5


def test_deleted_contacts_are_not_given(engine: Engine, account: Account) -> None:
    fill(engine, account, 5)
    newest = read(engine, account, limit=1)[0]
    oldest = save(engine, account.id, number(0))
    for contact_id in (newest.id, oldest.id):
        delete(engine, account.id, contact_id)
    assert len(drain(engine, account, limit=2)) == 3


@pytest.mark.parametrize("changed_too", [False, True])
def test_forgetting_begins_anew_in_both_modes(engine: Engine, account: Account, changed_too: bool) -> None:
    fill(engine, account, 5)
    drain(engine, account, changed_too=False)
    drain(engine, account, changed_too=True)
    assert len(read(engine, account, limit=2, changed_too=changed_too, forget=True)) == 2
    assert len(drain(engine, account, changed_too=changed_too)) == 3
    assert len(drain(engine, account, changed_too=not changed_too)) == 5


def test_readers_do_not_share_what_they_have_read(engine: Engine, account: Account, other: Account) -> None:
    fill(engine, account, 3)
    fill(engine, other, 2)
    assert len(read(engine, account)) == len(read(engine, account, key=OTHER_KEY)) == 3
    assert len(read(engine, other)) == 2
    read(engine, account, key=OTHER_KEY, forget=True, limit=1)
    assert read(engine, account) == read(engine, other) == []


def test_several_requests_of_one_batch_share_nothing(engine: Engine, account: Account) -> None:
    fill(engine, account, 10)
    request = ReadUnread(credential_id=KEY, changed_too=True, limit=4)
    pages = run(engine, read_unread, account.id, request, request, request, request)
    assert [len(page) for page in pages if isinstance(page, list)] == [4, 4, 2, 0]
    assert len({one.id for page in pages if isinstance(page, list) for one in page}) == 10


def test_a_read_that_is_undone_has_read_nothing(engine: Engine, account: Account) -> None:
    fill(engine, account, 3)
    request = ReadUnread(credential_id=KEY, changed_too=True, limit=2)

    class Undone(Exception):
        pass

    def work(tx: object) -> None:
        assert len(read_unread(tx, account.id, [request])[0]) == 2  # type: ignore[arg-type]
        raise Undone

    with pytest.raises(Undone):
        engine.write(work)
    assert len(drain(engine, account)) == 3


def test_parallel_readers_and_writers_lose_nothing_and_share_nothing(engine: Engine, account: Account) -> None:
    is_done = threading.Event()
    found: list[int] = []
    failures: list[BaseException] = []

    def write(first: int) -> None:
        for one in range(first, first + 40):
            write_now(engine, save_contacts, account.id, saving(number(one)))

    def read_on() -> None:
        while not is_done.is_set():
            found.extend(ids(read(engine, account, limit=3, changed_too=False)))

    def guarded(work: object, *arguments: object) -> None:
        try:
            work(*arguments)  # type: ignore[operator]
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=guarded, args=(write, first)) for first in (0, 100, 200)]
    readers = [threading.Thread(target=guarded, args=(read_on,)) for _ in range(3)]
    for thread in (*writers, *readers):
        thread.start()
    for thread in writers:
        thread.join()
    is_done.set()
    for thread in readers:
        thread.join()
    assert failures == []
    found += ids(drain(engine, account, changed_too=False))
    assert len(found) == len(set(found)) == 120


@pytest.mark.parametrize("seed", range(4))
def test_against_a_mark_on_every_contact(engine: Engine, account: Account, clock: TestClock, seed: int) -> None:
    """Whatever is created, changed, deleted, read and forgotten: the ranges give what marks on contacts would."""
    rng = random.Random(seed)
    marks: dict[bool, dict[int, int]] = {False: {}, True: {}}  # what was handed out: contact id to its number
    book: dict[int, Contact] = {}
    for _ in range(150):
        clock.advance(rng.randrange(3))
        match rng.randrange(6):
            case 0 | 1:
                contact = save(engine, account.id, number(rng.randrange(40)), notes=str(rng.random()))
                book[contact.id] = contact
            case 2 if book:
                gone = rng.choice(list(book))
                delete(engine, account.id, gone)
                del book[gone]
            case _:
                changed_too, limit, forget = rng.random() < 0.5, rng.randrange(1, 9), rng.random() < 0.05
                if forget:
                    marks = {False: {}, True: {}}
                order = "change_no" if changed_too else "created_no"
                unread = [one for one in book.values() if marks[changed_too].get(one.id) != getattr(one, order)]
                expected = sorted(unread, key=lambda one, order=order: -getattr(one, order))  # type: ignore[misc]
                page = read(engine, account, limit=limit, changed_too=changed_too, forget=forget)
                assert page == expected[:limit]
                marks[changed_too].update({one.id: getattr(one, order) for one in page})


def test_the_ranges_stay_few_for_a_reader_who_always_falls_behind(
    engine: Engine, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_states, "RANGES_MAX", 5)
    found: list[Contact] = []
    for turn in range(40):
        fill(engine, account, 3, first=3 * turn)
        found += read(engine, account, limit=1)
        (_, _, unread) = ranges(engine)[0]
        assert unread.count("[") <= 6
    found += drain(engine, account, limit=7)
    assert len(found) == len(set(ids(found))) == 120


def test_a_large_book_is_drained_at_the_same_cost_for_every_page(engine: Engine, account: Account) -> None:
    fill(engine, account, 5000)
    saves: list[SaveContact] = [saving(number(one), notes="again") for one in range(0, 5000, 7)]
    read(engine, account, limit=2500)
    engine.write(lambda tx: save_contacts(tx, account.id, saves))
    found = drain(engine, account)
    assert len(found) == len(set(ids(found)))
    assert len(ranges(engine)) == 1
