"""Contacts are told with the consent that counts; sets are stored whole or not at all."""

from __future__ import annotations

import asyncio

import pytest

from linebook.core.account import Account
from linebook.core.consent import ConsentAction
from linebook.core.contact import SetChange
from linebook.core.phone import Phone
from linebook.errors import ContactExists, InvalidMember, SetRefused
from linebook.services.consents import RecordConsent, consents_of, record_consents
from linebook.services.contact_reads import count_contacts
from linebook.services.contacts import DeleteContact, Present, SaveContact
from linebook.services.contacts_with_consent import (
    Told,
    delete_contact_sets,
    find_told,
    save_and_tell,
    save_whole_sets,
    tell_contacts,
)
from linebook.services.labels import list_tags
from linebook.storage.base import Engine
from linebook.storage.store import Store, write_now
from tests.kit.builders import AUTHOR, phone, refusal, run, save, saving

TOO_LONG = SetChange(add=("x" * 300,))


def stop(engine: Engine, account_id: int, number: str, action: ConsentAction = ConsentAction.PERSON_STOP) -> None:
    """Record that a number was opted out."""
    write_now(engine, record_consents, account_id, RecordConsent(phone=phone(number), action=action, author=AUTHOR))


def count(engine: Engine, account_id: int) -> int:
    """Count the book."""
    return engine.read(lambda tx: count_contacts(tx, account_id))


def test_what_is_saved_is_told_with_the_consent_of_its_number(engine: Engine, account: Account) -> None:
    stop(engine, account.id, "2065550101")
    save(engine, account.id, "2065550103")
    told = run(
        engine,
        save_and_tell,
        account.id,
        saving("2065550101"),
        saving("2065550102", team_opt_out=True),
        saving("2065550103", if_present=Present.REFUSE),
        saving("2065550104"),
        saving("2065550101", team_opt_out=False),
        saving(first_name="No number"),
    )
    refusal(ContactExists, told[2])
    assert [one.is_opted_out for one in told if isinstance(one, Told)] == [True, True, False, True, False]


def test_a_contact_is_found_by_number_and_by_uuid(engine: Engine, account: Account) -> None:
    stop(engine, account.id, "2065550101", ConsentAction.TEAM_STOP)
    contact = save(engine, account.id, "2065550101")

    def find(key: Phone | str) -> Told | None:
        return engine.read(lambda tx: find_told(tx, account.id, key))

    assert find(phone("2065550101")) == find(contact.uuid) == Told(contact, True)
    for unknown in (phone("2065550102"), "6f0c4b0e-6b0c-4d53-9b4e-0a4f5a3c1d11", "\0"):
        assert find(unknown) is None
    assert engine.read(lambda tx: tell_contacts(tx, account.id, [])) == []


def test_the_consent_of_many_numbers_is_that_of_each(engine: Engine, account: Account) -> None:
    for number in ("2065550101", "2065550103"):
        stop(engine, account.id, number)
    phones = [phone(f"206555010{one}") for one in range(1, 5)]
    found = engine.read(lambda tx: consents_of(tx, account.id, phones))
    assert [found[one].is_opted_out for one in phones] == [True, False, True, False]


def test_a_set_is_stored_in_its_order(engine: Engine, account: Account) -> None:
    sets: tuple[list[SaveContact], ...] = (
        [saving("2065550101", first_name="Ada"), saving("2065550101", last_name="L")],
        [],
        [saving("2065550102")],
    )
    first, empty, second = run(engine, save_whole_sets, account.id, *sets)
    assert isinstance(first, list) and isinstance(second, list)
    assert [one.contact.first_name for one in first] == ["Ada", "Ada"]
    assert empty == []
    assert second[0].contact.phone == phone("2065550102")
    assert count(engine, account.id) == 2


def test_one_contact_that_is_refused_undoes_its_set(engine: Engine, account: Account) -> None:
    bad = [saving("2065550101", tags=SetChange(add=("new",))), saving("2065550102", tags=TOO_LONG)]
    with pytest.raises(SetRefused) as caught:
        write_now(engine, save_whole_sets, account.id, bad)
    assert caught.value.index == 1
    assert isinstance(caught.value.reason, InvalidMember)
    assert count(engine, account.id) == 0
    assert engine.read(lambda tx: list_tags(tx, account.id)) == []


async def test_a_refused_set_does_not_harm_its_neighbours(engine: Engine, account: Account) -> None:
    store = Store(engine)
    await store.start()
    try:
        sets = [[saving(f"206555{n:04}")] for n in range(20)]
        sets[7] = [saving("2065559999"), saving("2065550107", tags=TOO_LONG)]
        outcomes = await asyncio.gather(
            *(store.write(save_whole_sets, account.id, one) for one in sets), return_exceptions=True
        )
    finally:
        await store.stop()
    assert [number for number, one in enumerate(outcomes) if isinstance(one, BaseException)] == [7]
    assert isinstance(outcomes[7], SetRefused)
    assert count(engine, account.id) == 19


def test_deleting_a_set_counts_those_that_were_there(engine: Engine, account: Account) -> None:
    for number in ("2065550101", "2065550102"):
        save(engine, account.id, number)

    def deletion(number: str) -> DeleteContact:
        return DeleteContact(author=AUTHOR, phone=phone(number))

    first = [deletion("2065550101"), deletion("2065550109"), deletion("2065550101")]
    assert run(engine, delete_contact_sets, account.id, first, [], [deletion("2065550102")]) == [1, 0, 1]
    assert count(engine, account.id) == 0
