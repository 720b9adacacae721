"""Deleting contacts, and what is told afterwards of who changed what."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.account import Account
from linebook.core.author import Author
from linebook.core.contact import FieldsChange, SetChange
from linebook.errors import ContactNotFound
from linebook.services.contact_history import Change, contact_history
from linebook.services.contact_reads import count_contacts
from linebook.services.contacts import DeleteContact, Match, delete_contacts, save_contacts
from linebook.storage.base import Engine, Tx
from linebook.storage.store import write_now
from tests.kit.builders import AUTHOR, delete, get, phone, refusal, run, save, save_all, saving
from tests.kit.clock import START_MS, TestClock
from tests.kit.raw import look

pytestmark = pytest.mark.usefixtures("whole_books")


def history(engine: Engine, account_id: int, contact_id: int, **rest: Any) -> list[Change]:
    return engine.read(lambda tx: contact_history(tx, account_id, contact_id, **rest))


def deleting(**key: Any) -> DeleteContact:
    return DeleteContact(author=AUTHOR, **key)


# Refusals.


def test_nobody_cannot_be_deleted(engine: Engine, account: Account) -> None:
    contact = save(engine, account.id, "2065551234")
    nobody: list[dict[str, Any]] = [{}, {"phone": phone("2065550000")}]
    nobody += [{"id": one} for one in (0, -1, contact.id + 1, 2**63, 10**30)]
    nobody += [{"uuid": one} for one in ("", "x", "\0", "\ud800")]
    for outcome in run(engine, delete_contacts, account.id, *(deleting(**key) for key in nobody)):
        refusal(ContactNotFound, outcome)
    assert get(engine, account.id, contact.id) == contact


def test_a_contact_cannot_be_deleted_twice(engine: Engine, account: Account) -> None:
    contact = save(engine, account.id, "2065551234")
    outcomes = run(engine, delete_contacts, account.id, deleting(id=contact.id), deleting(phone=contact.phone))
    assert outcomes[0] == contact
    refusal(ContactNotFound, outcomes[1])
    with pytest.raises(ContactNotFound):
        delete(engine, account.id, contact.id)


def test_nobody_has_no_history(engine: Engine, account: Account) -> None:
    for contact_id in (0, -1, 5, 2**31, 2**63, 10**30):
        with pytest.raises(ContactNotFound):
            history(engine, account.id, contact_id)


# Deleting.


@pytest.mark.parametrize("key", ["id", "uuid", "phone"])
def test_a_contact_is_deleted_by_each_key_and_given_as_it_was(engine: Engine, account: Account, key: str) -> None:
    kept = save(engine, account.id, "2065550001")
    contact = save(
        engine, account.id, "2065551234", email="a@b.c", tags=SetChange(("VIP",)), groups=SetChange(("Friends",))
    )
    assert write_now(engine, delete_contacts, account.id, deleting(**{key: getattr(contact, key)})) == contact
    assert get(engine, account.id, contact.id) is None
    assert get(engine, account.id, kept.id) == kept
    assert look(engine, "SELECT * FROM contact_tag") == look(engine, "SELECT * FROM group_member") == []
    assert engine.read(lambda tx: count_contacts(tx, account.id)) == 1


def test_the_first_key_given_counts(engine: Engine, account: Account) -> None:
    one, two, three = (save(engine, account.id, f"206555000{number}") for number in range(3))
    write_now(engine, delete_contacts, account.id, deleting(id=one.id, uuid=two.uuid, phone=three.phone))
    assert get(engine, account.id, one.id) is None
    write_now(engine, delete_contacts, account.id, deleting(uuid=two.uuid, phone=three.phone))
    assert get(engine, account.id, two.id) is None
    assert get(engine, account.id, three.id) == three


# History.


def test_a_contact_that_was_never_changed_has_no_history(engine: Engine, account: Account) -> None:
    contact = save(engine, account.id, "2065551234")
    assert history(engine, account.id, contact.id) == []


def test_history_tells_who_changed_what_and_when_newest_first(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    contact = save(engine, account.id, "2065551234", first_name="Ada", fields=FieldsChange({7: "red"}))
    clock.advance(10)
    save(
        engine,
        account.id,
        "2065559999",
        match=Match(id=contact.id),
        author=Author("console", 3),
        first_name="Augusta",
        verified=True,
        fields=FieldsChange({7: ""}),
        tags=SetChange(("VIP",)),
    )
    save(engine, account.id, "2065550000")
    clock.advance(10)
    save(engine, account.id, "2065559999", author=Author("import"), touches=True)
    assert history(engine, account.id, contact.id) == [
        Change(4, contact.id, "update", START_MS + 20, "import", None, {}),
        Change(
            2,
            contact.id,
            "update",
            START_MS + 10,
            "console",
            3,
            {"phone": "+12065551234", "first_name": "Ada", "verified": False, "fields": {"7": "red"}, "tags": []},
        ),
    ]
    assert [change.change_no for change in history(engine, account.id, contact.id, limit=1)] == [4]


def test_history_has_what_was_between_two_changes_of_one_batch(engine: Engine, account: Account) -> None:
    names = ["A", "B", "C"]
    save_all(engine, account.id, *(saving("2065551234", first_name=name) for name in names))
    contact_id = look(engine, "SELECT id FROM contact")[0][0]
    told = history(engine, account.id, contact_id)
    assert [(change.change_no, change.old) for change in told] == [(3, {"first_name": "B"}), (2, {"first_name": "A"})]


def test_a_deleted_contact_keeps_its_history_and_all_that_it_was(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    contact = save(engine, account.id, "2065551234", first_name="Ada", email="a@b.c", chosen_id=5)
    after = save(engine, account.id, "2065551234", company="New", groups=SetChange(("Friends",)))
    clock.advance(10)
    delete(engine, account.id, contact.id)
    told = history(engine, account.id, contact.id)
    assert [(one.change_no, one.action, one.at_ms) for one in told] == [
        (3, "delete", START_MS + 10),
        (2, "update", START_MS + 1),
    ]
    whole = told[0].old
    assert whole["phone"] == "+12065551234"
    assert (whole["company"], whole["groups"], whole["rev"]) == ("New", list(after.groups), 2)
    assert (whole["uuid"], whole["email_key"], whole["created_no"]) == (contact.uuid, "a@b.c", 1)


def test_an_id_in_use_again_has_the_history_of_its_new_owner(engine: Engine, account: Account) -> None:
    for name in ("First", "Second", "Third"):
        save(engine, account.id, "2065551234", chosen_id=5, first_name=name)
        save(engine, account.id, "2065551234", notes=name)
        if name != "Third":
            delete(engine, account.id, 5)
    assert [change.old for change in history(engine, account.id, 5)] == [{"notes": ""}]
    delete(engine, account.id, 5)
    assert [change.action for change in history(engine, account.id, 5)] == ["delete", "update"]
    assert history(engine, account.id, 5)[0].old["first_name"] == "Third"


def test_a_contact_made_and_deleted_in_one_transaction_leaves_its_history(engine: Engine, account: Account) -> None:
    def work(tx: Tx) -> None:
        save_contacts(tx, account.id, [saving("2065551234", chosen_id=5), saving("2065551234", notes="x")])
        delete_contacts(tx, account.id, [deleting(id=5)])
        save_contacts(tx, account.id, [saving("2065551234", chosen_id=5, notes="y")])

    engine.write(work)
    assert look(engine, "SELECT id, notes, change_no FROM contact") == [(5, "y", 4)]
    assert look(engine, "SELECT change_no, action FROM history ORDER BY change_no") == [(2, "update"), (3, "delete")]
    assert history(engine, account.id, 5) == []
