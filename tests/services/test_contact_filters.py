"""Lists by exact values, and what saving by e-mail address and in batches means for keys and counts."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.account import Account
from linebook.core.contact import EXTERNAL_ID_MAX, Contact, SetChange
from linebook.errors import KeyConflict
from linebook.services.contact_filters import Filters, newest_contacts
from linebook.services.contact_lists import contacts_with_external_id
from linebook.services.contacts import Match, SaveBatch, Saved, SaveKind, save_contact_batch
from linebook.services.labels import list_groups
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import delete, phone, refusal, run, save, save_all, saving

pytestmark = pytest.mark.usefixtures("whole_books")

BY_BOTH = Match(by_phone=True, by_email=True)
ADDRESS = "shared@example.test"


def newest(engine: Engine, account: Account, offset: int = 0, limit: int = 100, **filters: Any) -> list[Contact]:
    wanted = Filters(**filters)
    return engine.read(lambda tx: newest_contacts(tx, account.id, wanted, offset=offset, limit=limit))


def ids(contacts: list[Contact]) -> list[int]:
    return [contact.id for contact in contacts]


@pytest.fixture
def people(engine: Engine, account: Account, other: Account) -> list[Contact]:
    """Six contacts by rising id; the second was changed last. Another account has the same values."""
    for one in (account, other):
        for number in range(6):
            save(
                engine,
                one.id,
                f"206555010{number}",
                email=f"{number}@example.test",
                external_id="even" if number % 2 == 0 else "odd",
                groups=SetChange((5,) if number < 4 else (6,)),
            )
    found = [save(engine, account.id, f"206555010{number}") for number in range(6)]
    found[1] = save(engine, account.id, "2065550101", notes="changed")
    return found


def test_without_filters_the_last_change_comes_first(engine: Engine, account: Account, people: list[Contact]) -> None:
    order = [people[1].id, *(people[one].id for one in (5, 4, 3, 2, 0))]
    assert ids(newest(engine, account)) == order
    assert ids(newest(engine, account, offset=4, limit=5)) == order[4:]
    assert newest(engine, account, offset=6) == []


def test_filters_are_exact_and_all_count(engine: Engine, account: Account, people: list[Contact]) -> None:
    first, second = people[0], people[1]
    assert newest(engine, account, email=" 1@EXAMPLE.test") == [second]
    assert newest(engine, account, phone=phone("2065550101"), email="1@example.test", group_id=5) == [second]
    assert newest(engine, account, phone=phone("2065550101"), email="0@example.test") == []
    assert newest(engine, account, phone=phone("2065550101"), group_id=6) == []
    assert newest(engine, account, phone=phone("2065550101"), external_id="even") == []
    assert newest(engine, account, email="1@example.test", offset=1) == []
    assert newest(engine, account, email="nobody@example.test") == newest(engine, account, email="nobody") == []
    assert ids(newest(engine, account, external_id="even")) == [people[4].id, people[2].id, first.id]
    assert ids(newest(engine, account, group_id=5, offset=1, limit=2)) == [people[2].id, second.id]
    assert ids(newest(engine, account, group_id=5, external_id="odd")) == [people[3].id, second.id]
    assert ids(newest(engine, account, group_id=5, external_id="odd", offset=1)) == [second.id]
    for nothing in (0, -1, 99, 2**63):
        assert newest(engine, account, group_id=nothing) == []
    assert newest(engine, account, external_id="\0") == newest(engine, account, external_id="\ud800") == []
    for nobodys in ("\0", "a\ud800", "x" * (EXTERNAL_ID_MAX + 1)):
        assert engine.read(lambda tx, text=nobodys: contacts_with_external_id(tx, account.id, text, 10)) == []  # type: ignore[misc]


# -- an address that two people share


def share(engine: Engine, account: Account) -> tuple[Contact, Contact]:
    first = save(engine, account.id, "2065550101", email=ADDRESS)
    return first, save(engine, account.id, "2065550102", email=ADDRESS)


def test_a_shared_address_finds_the_one_who_claimed_it(engine: Engine, account: Account) -> None:
    first, second = share(engine, account)
    assert (first.email_key, second.email_key) == (ADDRESS, None)
    assert newest(engine, account, email=ADDRESS) == [first]
    assert save(engine, account.id, match=BY_BOTH, email=ADDRESS, notes="x").id == first.id


def test_showing_a_shared_address_again_is_no_conflict(engine: Engine, account: Account) -> None:
    first, second = share(engine, account)
    assert save(engine, account.id, "2065550102", match=BY_BOTH, email=ADDRESS.upper()).id == second.id
    by_id = Match(id=second.id, by_phone=True, by_email=True)
    assert save(engine, account.id, match=by_id, email=ADDRESS).id == second.id
    third = save(engine, account.id, "2065550103")
    outcome = save_all(engine, account.id, saving("2065550103", match=BY_BOTH, email=ADDRESS))[0]
    conflict = refusal(KeyConflict, outcome)
    assert (conflict.email_owner, conflict.phone_owner) == (first.id, third.id)


def test_an_address_given_up_is_claimed_by_who_shows_it_next(engine: Engine, account: Account) -> None:
    first, second = share(engine, account)
    save(engine, account.id, "2065550101", email="other@example.test")
    again = save(engine, account.id, "2065550102", match=BY_BOTH, email=ADDRESS, touches=True)
    assert (again.id, again.email_key) == (second.id, ADDRESS)
    assert newest(engine, account, email=ADDRESS) == [again]
    delete(engine, account.id, again.id)
    save(engine, account.id, "2065550101", email=ADDRESS)
    assert ids(newest(engine, account, email=ADDRESS)) == [first.id]


# -- batches


def test_batches_are_saved_in_order_and_answered_apart(engine: Engine, account: Account) -> None:
    batches = (
        SaveBatch([saving("2065550101", notes="1"), saving("2065550102", chosen_id=-1)]),
        SaveBatch([]),
        SaveBatch([saving("2065550101", notes="2"), saving("2065550101", notes="2")]),
    )
    first, nothing, last = run(engine, save_contact_batch, account.id, *batches)
    assert isinstance(first, list) and isinstance(last, list) and nothing == []
    assert isinstance(first[0], Saved) and first[0].kind is SaveKind.CREATED and not isinstance(first[1], Saved)
    assert [one.kind for one in last if isinstance(one, Saved)] == [SaveKind.UPDATED, SaveKind.UNCHANGED]


# -- how many contacts a group has


def counts(engine: Engine, account: Account) -> dict[int, int]:
    return {group.id: group.member_count for group in engine.read(lambda tx: list_groups(tx, account.id))}


def test_groups_count_their_contacts(engine: Engine, account: Account, other: Account) -> None:
    save(engine, other.id, "2065550101", groups=SetChange((5,)))
    saves = [saving(f"206555010{number}", groups=SetChange((5, 6))) for number in range(3)]
    outcomes = save_all(engine, account.id, *saves, saving("2065550100", groups=SetChange((7,), only=True)))
    assert counts(engine, account) == {5: 2, 6: 2, 7: 1}
    kept = [one.contact for one in outcomes if isinstance(one, Saved)]
    delete(engine, account.id, kept[1].id)
    save(engine, account.id, "2065550102", groups=SetChange(remove=(5,)))
    assert counts(engine, account) == {5: 0, 6: 1, 7: 1}
    write_now(engine, save_contact_batch, account.id, SaveBatch(saves))
    assert counts(engine, account) == {5: 3, 6: 3, 7: 1}
    assert counts(engine, other) == {5: 1}


def test_a_refused_save_counts_nothing(engine: Engine, account: Account) -> None:
    refused = saving("2065550101", groups=SetChange((5,)), chosen_id=-1)
    assert not isinstance(save_all(engine, account.id, refused)[0], Saved)
    assert counts(engine, account) == {}
