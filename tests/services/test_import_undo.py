"""An undo puts back what an import changed and nobody changed since, and counts what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from linebook.core.account import Account
from linebook.core.contact import SetChange
from linebook.core.imports import ImportColumn, ImportState, MatchBy
from linebook.services.consents import consents_of
from linebook.services.contact_reads import contacts_by_phone
from linebook.services.imports import CancelImport, cancel_imports
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import delete, phone, save
from tests.kit.importing import bring_in, counts, now, stage, start, step, take_back
from tests.kit.raw import look

pytestmark = pytest.mark.usefixtures("whole_books")

MEMBERS = "id, phone, first_name, last_name, email, company, fields, tags, contact_groups"


def book(engine: Engine, account_id: int) -> list[tuple[Any, ...]]:
    return look(engine, f"SELECT {MEMBERS} FROM contact WHERE account_id = {account_id} ORDER BY account_id, id")


@pytest.mark.parametrize("limit", [1, 2, 2_000])
def test_the_book_is_as_it_was(engine: Engine, account: Account, limit: int) -> None:
    save(engine, account.id, "2065550101", first_name="Ada", company="Acme", tags=SetChange(("VIP",)))
    save(engine, account.id, "2065550102", first_name="Bo", email="bo@example.org")
    before = book(engine, account.id)
    text = (
        "Phone,First name,Email,Tags,City\n2065550101,Eve,eve@example.org,new,London\n2065550102,Bob,b@example.org,,\n"
        "2065550103,Cy,,new,\n2065550101,Eva,,,Paris\n2065550103,Cyd,,,\n2065550102,Bob,,,\n"
    )
    one = bring_in(engine, account.id, text)
    assert counts(one) == {"created": 1, "updated": 4, "unchanged": 1, "repeated": 3}
    assert book(engine, account.id) != before
    undone = take_back(engine, account.id, one.id, limit)
    assert undone.state is ImportState.UNDONE
    assert (undone.undone, undone.kept, undone.undo_left) == (5, 0, 0)
    assert book(engine, account.id) == before


@pytest.mark.parametrize("limit", [1, 2_000])
def test_what_somebody_changed_since_is_kept(engine: Engine, account: Account, limit: int) -> None:
    save(engine, account.id, "2065550101", first_name="Ada")
    text = "Phone,First name\n2065550101,Eve\n2065550102,Bo\n2065550103,Cy\n2065550104,Di\n"
    one = bring_in(engine, account.id, text)
    save(engine, account.id, "2065550101", last_name="Lovelace")
    save(engine, account.id, "2065550102", first_name="Bob")
    gone = engine.read(lambda tx: contacts_by_phone(tx, account.id, [phone("2065550103")]))[phone("2065550103")]
    delete(engine, account.id, gone.id)
    undone = take_back(engine, account.id, one.id, limit)
    assert (undone.undone, undone.kept) == (1, 3)
    assert [(row[1], row[2]) for row in book(engine, account.id)] == [("+12065550101", "Eve"), ("+12065550102", "Bob")]


@pytest.mark.parametrize("limit", [1, 2_000])
def test_a_change_between_two_records_of_one_person_keeps_the_first(
    engine: Engine, account: Account, limit: int
) -> None:
    text = "Phone,First name\n2065550101,Ada\n2065550101,Eve\n"
    one = start(engine, account.id, stage(engine, account.id, text).id)
    step(engine, account.id, one.id, 1)
    save(engine, account.id, "2065550101", company="Acme")
    step(engine, account.id, one.id, 1)
    undone = take_back(engine, account.id, one.id, limit)
    assert (undone.undone, undone.kept) == (1, 1)
    assert [row[2:6] for row in book(engine, account.id)] == [("Ada", "", "", "Acme")]


def test_a_number_that_somebody_else_has_by_now_is_not_taken_back(engine: Engine, account: Account) -> None:
    save(engine, account.id, "2065550101", email="ada@example.org")
    text = "Phone,Email\n2065550102,ada@example.org\n"
    one = bring_in(engine, account.id, text, match=MatchBy.EMAIL)
    assert counts(one) == {"updated": 1}
    save(engine, account.id, "2065550101", first_name="New")
    undone = take_back(engine, account.id, one.id)
    assert (undone.undone, undone.kept) == (0, 1)
    assert {row[1] for row in book(engine, account.id)} == {"+12065550101", "+12065550102"}


@pytest.mark.parametrize("is_there", [True, False])
def test_what_the_team_said_is_put_back_too(engine: Engine, account: Account, is_there: bool) -> None:
    number = phone("2065550101")
    if is_there:
        save(engine, account.id, "2065550101", first_name="Ada")
    columns = [ImportColumn(member="phone"), ImportColumn(member="opt_out"), ImportColumn(member="blocked")]
    text = "Phone,Opted,Blocked\n2065550101,yes,\n2065550101,,yes\n"
    one = bring_in(engine, account.id, text, columns=columns)
    state = engine.read(lambda tx: consents_of(tx, account.id, [number]))[number]
    assert state.by_team and state.is_blocked
    assert take_back(engine, account.id, one.id).undone == 2
    state = engine.read(lambda tx: consents_of(tx, account.id, [number]))[number]
    assert not state.by_team and not state.is_blocked


def test_an_import_that_was_stopped_half_way_is_undone_as_far_as_it_came(engine: Engine, account: Account) -> None:
    text = "Phone\n" + "".join(f"206555010{n}\n" for n in range(6))
    one = start(engine, account.id, stage(engine, account.id, text).id)
    step(engine, account.id, one.id, 4)
    write_now(engine, cancel_imports, account.id, CancelImport(one.id))
    assert (take_back(engine, account.id, one.id, 3).undone, book(engine, account.id)) == (4, [])
    assert now(engine, account.id, one.id).state is ImportState.UNDONE
