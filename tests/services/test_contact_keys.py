"""Whose number and whose address it is: conflicts, claims, and keys that move from one contact to another."""

from __future__ import annotations

from itertools import permutations

import msgspec
import pytest

from linebook.core.account import Account
from linebook.core.contact import Contact
from linebook.core.phone import Phone
from linebook.errors import ContactNotFound, KeyConflict
from linebook.services.contacts import Match, Saved, SaveKind, save_contacts
from linebook.storage.base import Engine
from linebook.storage.gate import commit
from tests.kit.builders import delete, get, phone, refusal, save, save_all, saving
from tests.kit.raw import look

pytestmark = pytest.mark.usefixtures("whole_books")

BY_BOTH = Match(by_phone=True, by_email=True)
BY_EMAIL = Match(by_email=True)


@pytest.fixture
def ada(engine: Engine, account: Account) -> Contact:
    return save(engine, account.id, "2065550001", email="ada@example.org", first_name="Ada")


@pytest.fixture
def bob(engine: Engine, account: Account) -> Contact:
    return save(engine, account.id, "2065550002", email="bob@example.org", first_name="Bob")


def owners(conflict: KeyConflict) -> tuple[int | None, int | None]:
    return conflict.email_owner, conflict.phone_owner


def keys(engine: Engine) -> set[tuple[object, ...]]:
    """Every contact with its number, its address and whether it claims it."""
    rows = look(engine, "SELECT first_name, phone, email, email_key FROM contact")
    return {(name, number and number[-4:], email, key is not None) for name, number, email, key in rows}


# Conflicts.


def test_a_number_of_another_is_a_conflict_by_id(engine: Engine, account: Account, ada: Contact, bob: Contact) -> None:
    for match in (Match(id=bob.id), Match(uuid=bob.uuid)):
        (outcome,) = save_all(engine, account.id, saving("2065550001", match=match))
        assert owners(refusal(KeyConflict, outcome)) == (None, ada.id)
    assert get(engine, account.id, bob.id) == bob


def test_both_keys_of_others_are_both_told_by_id(engine: Engine, account: Account, ada: Contact, bob: Contact) -> None:
    other = save(engine, account.id, "2065550003")
    told = saving("2065550001", email="bob@example.org", match=Match(id=other.id, by_email=True))
    assert owners(refusal(KeyConflict, save_all(engine, account.id, told)[0])) == (bob.id, ada.id)
    assert get(engine, account.id, other.id) == other


def test_two_keys_that_name_two_people_tell_both(engine: Engine, account: Account, ada: Contact, bob: Contact) -> None:
    told = saving("2065550001", email="BOB@example.org", match=BY_BOTH, first_name="Who")
    assert owners(refusal(KeyConflict, save_all(engine, account.id, told)[0])) == (bob.id, ada.id)
    assert [get(engine, account.id, one.id) for one in (ada, bob)] == [ada, bob]


def test_a_number_that_nobody_was_looked_up_by_must_be_free(engine: Engine, account: Account, ada: Contact) -> None:
    for match in (Match(), BY_EMAIL):
        (outcome,) = save_all(engine, account.id, saving("2065550001", email="new@example.org", match=match))
        assert owners(refusal(KeyConflict, outcome)) == (None, ada.id)


def test_the_patch_for_a_contact_that_exists_may_not_take_a_number_either(
    engine: Engine, account: Account, ada: Contact, bob: Contact
) -> None:
    told = saving("2065550001", first_name="Ada", patch_if_present=saving("2065550002").patch)
    assert owners(refusal(KeyConflict, save_all(engine, account.id, told)[0])) == (None, bob.id)
    assert get(engine, account.id, ada.id) == ada


def test_a_conflict_harms_no_neighbour(engine: Engine, account: Account, ada: Contact, bob: Contact) -> None:
    outcomes = save_all(
        engine,
        account.id,
        saving("2065550003", first_name="Cyd"),
        saving("2065550001", match=Match(id=bob.id), first_name="Bad"),
        saving("2065550002", first_name="Rob"),
    )
    refusal(KeyConflict, outcomes[1])
    assert {row[0] for row in keys(engine)} == {"Ada", "Rob", "Cyd"}


def test_the_digits_that_are_shown_of_a_number_change_nothing(engine: Engine, account: Account, ada: Contact) -> None:
    local = save(engine, account.id, phone=Phone.stored("2065550009"))
    other = save(engine, account.id, phone=Phone.stored("+2065550009"))
    told = saving(phone=other.phone, notes="shown", match=Match(id=local.id), phone_is_shown=True)
    (outcome,) = save_all(engine, account.id, told)
    assert isinstance(outcome, Saved) and (outcome.contact.phone, outcome.contact.notes) == (local.phone, "shown")
    (outcome,) = save_all(engine, account.id, msgspec.structs.replace(told, phone_is_shown=False))
    assert owners(refusal(KeyConflict, outcome)) == (None, other.id)
    moved = saving("2065550010", match=Match(id=ada.id), phone_is_shown=True)
    (outcome,) = save_all(engine, account.id, moved)
    assert isinstance(outcome, Saved) and outcome.contact.phone == phone("2065550010")
    refusal(ContactNotFound, save_all(engine, account.id, saving(match=Match(id=5), phone_is_shown=True))[0])


# Claims of an address.


def test_an_address_belongs_to_the_first_who_claims_it(engine: Engine, account: Account, ada: Contact) -> None:
    shared = save(engine, account.id, "2065550002", first_name="Al", email=" ADA@example.org")
    assert (shared.email, shared.email_key) == (" ADA@example.org", None)
    assert save(engine, account.id, match=BY_EMAIL, email="ada@example.org", notes="x").id == ada.id
    renamed = save(engine, account.id, "2065550002", email="al@example.org")
    assert renamed.email_key == "al@example.org"


def test_who_shares_an_address_may_show_it_again(engine: Engine, account: Account, ada: Contact) -> None:
    shared = save(engine, account.id, "2065550002", email="ada@example.org")
    (outcome,) = save_all(engine, account.id, saving("2065550002", email="ada@example.org", match=BY_BOTH))
    assert outcome == Saved(SaveKind.UNCHANGED, shared)


def test_an_address_that_is_given_up_is_claimed_by_the_next_who_names_it(
    engine: Engine, account: Account, ada: Contact
) -> None:
    second = save(engine, account.id, "2065550002", email="ada@example.org")
    third = save(engine, account.id, "2065550003", email="ada@example.org")
    save(engine, account.id, match=Match(id=ada.id), email="")
    assert get(engine, account.id, second.id) == second
    claimed = save(engine, account.id, match=Match(id=third.id), email="ada@example.org", touches=True)
    assert claimed.email_key == "ada@example.org"
    assert get(engine, account.id, third.id) == claimed


def test_what_others_of_a_batch_name_gives_nobody_a_claim(engine: Engine, account: Account, ada: Contact) -> None:
    second = save(engine, account.id, "2065550002", email="ada@example.org", first_name="Second")
    save(engine, account.id, match=Match(id=ada.id), email="")
    save_all(
        engine,
        account.id,
        saving("2065550002", touches=True),
        saving("2065550003", email="ada@example.org", first_name="Third"),
    )
    assert keys(engine) >= {
        ("Second", "0002", "ada@example.org", False),
        ("Third", "0003", "ada@example.org", True),
    }
    assert second.email_key is None


def test_an_address_of_a_deleted_contact_is_free(engine: Engine, account: Account, ada: Contact) -> None:
    delete(engine, account.id, ada.id)
    again = save(engine, account.id, match=BY_BOTH, email="ada@example.org")
    assert again.id != ada.id
    assert again.email_key == "ada@example.org"


def test_another_spelling_of_ones_own_address_keeps_the_claim(engine: Engine, account: Account, ada: Contact) -> None:
    after = save(engine, account.id, match=BY_EMAIL, email="ADA@EXAMPLE.ORG")
    assert (after.id, after.email, after.email_key) == (ada.id, "ADA@EXAMPLE.ORG", "ada@example.org")


def test_two_newcomers_in_one_batch_claim_in_order(engine: Engine, account: Account) -> None:
    outcomes = save_all(
        engine,
        account.id,
        saving("2065550001", email="a@b.c", first_name="First"),
        saving("2065550002", email="A@b.c", first_name="Second"),
        saving(match=BY_EMAIL, email="a@B.c", notes="matched"),
    )
    assert keys(engine) == {("First", "0001", "a@B.c", True), ("Second", "0002", "A@b.c", False)}
    assert isinstance(outcomes[2], Saved)
    assert outcomes[2].kind is SaveKind.UPDATED


# Keys that move.


def test_a_number_that_is_given_up_is_taken_in_the_same_batch(
    engine: Engine, account: Account, ada: Contact, bob: Contact
) -> None:
    save_all(
        engine,
        account.id,
        saving(match=Match(id=ada.id), phone=None, email=""),
        saving("2065550001", match=Match(id=bob.id), email="ada@example.org"),
    )
    assert keys(engine) == {("Ada", None, "", False), ("Bob", "0001", "ada@example.org", True)}


def test_a_number_that_is_given_up_is_taken_by_a_newcomer_in_the_same_batch(
    engine: Engine, account: Account, ada: Contact
) -> None:
    outcomes = save_all(
        engine,
        account.id,
        saving("2065550009", match=Match(id=ada.id), email="new@example.org"),
        saving("2065550001", email="ada@example.org", first_name="New"),
    )
    assert all(isinstance(outcome, Saved) for outcome in outcomes)
    assert keys(engine) == {("Ada", "0009", "new@example.org", True), ("New", "0001", "ada@example.org", True)}


def test_a_number_that_is_taken_before_it_is_given_up_is_a_conflict(
    engine: Engine, account: Account, ada: Contact, bob: Contact
) -> None:
    outcomes = save_all(
        engine,
        account.id,
        saving("2065550001", match=Match(id=bob.id)),
        saving("2065550009", match=Match(id=ada.id)),
        saving("2065550001", match=Match(id=bob.id)),
    )
    assert owners(refusal(KeyConflict, outcomes[0])) == (None, ada.id)
    assert {row[:2] for row in keys(engine)} == {("Ada", "0009"), ("Bob", "0001")}


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_two_contacts_swap_their_keys(
    engine: Engine, account: Account, ada: Contact, bob: Contact, in_one_batch: bool
) -> None:
    saves = [
        saving(match=Match(id=ada.id), phone=None, email=""),
        saving("2065550001", match=Match(id=bob.id), email="ada@example.org"),
        saving("2065550002", match=Match(id=ada.id), email="bob@example.org"),
    ]
    for batch in [saves] if in_one_batch else [[one] for one in saves]:
        assert all(isinstance(outcome, Saved) for outcome in save_all(engine, account.id, *batch))
    assert keys(engine) == {("Ada", "0002", "bob@example.org", True), ("Bob", "0001", "ada@example.org", True)}


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_three_contacts_pass_their_keys_around_in_one_batch(
    engine: Engine, account: Account, order: tuple[int, ...]
) -> None:
    people = [save(engine, account.id, f"206555000{n}", email=f"{n}@b.c", first_name=str(n)) for n in range(3)]
    release = [saving(match=Match(id=people[n].id), phone=None, email="") for n in order]
    take = [
        saving(f"206555000{(n + 1) % 3}", match=Match(id=people[n].id), email=f"{(n + 1) % 3}@b.c")
        for n in reversed(order)
    ]
    assert all(isinstance(outcome, Saved) for outcome in save_all(engine, account.id, *release, *take))
    assert keys(engine) == {(str(n), f"000{(n + 1) % 3}", f"{(n + 1) % 3}@b.c", True) for n in range(3)}


def test_a_number_comes_back_to_its_owner_within_a_batch(
    engine: Engine, account: Account, ada: Contact, bob: Contact
) -> None:
    outcomes = save_all(
        engine,
        account.id,
        saving("2065550009", match=Match(id=ada.id)),
        saving("2065550001", match=Match(id=bob.id)),
        saving("2065550002", match=Match(id=bob.id)),
        saving("2065550001", match=Match(id=ada.id)),
    )
    assert all(isinstance(outcome, Saved) for outcome in outcomes)
    assert {row[:2] for row in keys(engine)} == {("Ada", "0001"), ("Bob", "0002")}


def test_later_saves_find_a_contact_by_the_keys_it_has_by_then(engine: Engine, account: Account, ada: Contact) -> None:
    outcomes = save_all(
        engine,
        account.id,
        saving("2065550009", match=Match(id=ada.id), email="new@example.org"),
        saving("2065550009", notes="by number"),
        saving(match=BY_EMAIL, email="new@example.org", company="by address"),
        saving("2065550001", creates=False),
    )
    refusal(ContactNotFound, outcomes[3])
    after = get(engine, account.id, ada.id)
    assert after is not None
    assert (after.rev, after.notes, after.company) == (4, "by number", "by address")


def test_a_number_saved_deleted_and_saved_again_is_another_contact(engine: Engine, account: Account) -> None:
    first = save(engine, account.id, "2065550001", email="a@b.c", chosen_id=5)
    delete(engine, account.id, first.id)
    second = save(engine, account.id, "2065550001", email="a@b.c")
    delete(engine, account.id, second.id)
    third = save(engine, account.id, "2065550001", email="a@b.c", chosen_id=5)
    assert (first.id, third.id) == (5, 5)
    assert len({first.uuid, second.uuid, third.uuid}) == 3
    fourth = save(engine, account.id, phone=phone("2065550004"))
    assert fourth.id == second.id + 1


def test_keys_that_move_in_a_batch_that_is_run_again_move_once(
    engine: Engine, account: Account, ada: Contact, bob: Contact
) -> None:
    swap = [
        saving(match=Match(id=ada.id), phone=None),
        saving("2065550001", match=Match(id=bob.id)),
        saving("2065550002", match=Match(id=ada.id)),
    ]
    with pytest.raises(ZeroDivisionError):
        engine.write(lambda tx: (save_contacts(tx, account.id, swap), 1 / 0))
    commit(engine, lambda tx: save_contacts(tx, account.id, swap))
    assert {row[:2] for row in keys(engine)} == {("Ada", "0002"), ("Bob", "0001")}
