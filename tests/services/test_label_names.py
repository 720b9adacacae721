"""Naming groups and fields by the ids that programs bring: made when new, renamed when not."""

from __future__ import annotations

import pytest

from linebook.core.account import FIRST_COUNTED_LABEL_ID, FIRST_COUNTED_SMALL_ID, Account, Field, FieldKind, Group
from linebook.core.contact import FieldsChange, SetChange
from linebook.errors import IdTaken, InvalidMember, NameTaken, NotFound
from linebook.services.label_names import NameField, NameGroup, name_fields, name_groups
from linebook.services.labels import CreateField, CreateGroup, create_fields, create_groups, list_fields, list_groups
from linebook.storage.base import Engine
from linebook.storage.store import write_now
from tests.kit.builders import refusal, run, save
from tests.kit.clock import TestClock

pytestmark = pytest.mark.usefixtures("whole_books")


def groups(engine: Engine, account: Account) -> dict[int, str]:
    return {group.id: group.name for group in engine.read(lambda tx: list_groups(tx, account.id))}


def fields(engine: Engine, account: Account) -> dict[int, tuple[str, FieldKind]]:
    found = engine.read(lambda tx: list_fields(tx, account.id))
    return {field.id: (field.label, field.kind) for field in found}


@pytest.mark.parametrize("label_id", [0, -1, FIRST_COUNTED_LABEL_ID, 2**70])
def test_an_id_that_may_not_be_chosen_is_refused(engine: Engine, account: Account, label_id: int) -> None:
    refusal(IdTaken, run(engine, name_groups, account.id, NameGroup(id=label_id, name="Members"))[0])
    refusal(IdTaken, run(engine, name_fields, account.id, NameField(id=label_id, label="Level"))[0])


@pytest.mark.parametrize("name", ["", "  ", "x" * 256, "a\0b", "\ud800"])
def test_a_name_that_cannot_be_kept_is_refused(engine: Engine, account: Account, name: str) -> None:
    refusal(InvalidMember, run(engine, name_groups, account.id, NameGroup(id=5, name=name))[0])
    refusal(InvalidMember, run(engine, name_fields, account.id, NameField(id=5, label=name))[0])
    assert groups(engine, account) == {} and fields(engine, account) == {}


def test_an_account_that_is_not_there_names_nothing(engine: Engine) -> None:
    for service, request in ((name_groups, NameGroup(id=5, name="x")), (name_fields, NameField(id=5, label="x"))):
        with pytest.raises(NotFound):
            run(engine, service, 99, request)  # type: ignore[arg-type]


def test_a_refusal_harms_no_neighbour(engine: Engine, account: Account) -> None:
    wanted = (NameGroup(id=5, name=""), NameGroup(id=6, name=" Members "), NameGroup(id=6, name="Friends"))
    bad, first, second = run(engine, name_groups, account.id, *wanted)
    refusal(InvalidMember, bad)
    assert isinstance(first, Group) and isinstance(second, Group)
    assert (first.name, first.rev, second.name, second.rev) == ("Members", 1, "Friends", 2)


def test_a_group_that_contacts_made_gets_its_name_and_keeps_its_members(
    engine: Engine, account: Account, clock: TestClock
) -> None:
    save(engine, account.id, "2065550101", groups=SetChange((5001,)))
    clock.advance(5)
    named = write_now(engine, name_groups, account.id, NameGroup(id=5001, name="Customers"))
    assert (named.name, named.rev, named.member_count) == ("Customers", 2, 1)
    assert named.updated_ms == named.created_ms + 5
    assert write_now(engine, name_groups, account.id, NameGroup(id=5001, name="Customers")) == named


def test_two_groups_may_have_one_name(engine: Engine, account: Account) -> None:
    for group_id in (5, 6):
        write_now(engine, name_groups, account.id, NameGroup(id=group_id, name="Members"))
    assert groups(engine, account) == {5: "Members", 6: "Members"}


def test_a_group_that_was_counted_out_can_be_renamed(engine: Engine, account: Account) -> None:
    counted = write_now(engine, create_groups, account.id, CreateGroup(name="Members")).label
    write_now(engine, name_groups, account.id, NameGroup(id=counted.id, name="Friends"))
    assert groups(engine, account) == {counted.id: "Friends"}


def test_a_field_that_contacts_made_gets_its_label_and_keeps_its_values(engine: Engine, account: Account) -> None:
    contact = save(engine, account.id, "2065550101", fields=FieldsChange({7: "gold"}))
    named = write_now(engine, name_fields, account.id, NameField(id=7, label=" Level "))
    assert named == Field(id=7, label="Level", kind=FieldKind.TEXT, created_ms=named.created_ms)
    assert save(engine, account.id, "2065550101", fields=FieldsChange({"LEVEL": "silver"})).fields == {7: "silver"}
    assert contact.fields == {7: "gold"}


def test_a_field_without_a_kind_keeps_its_own(engine: Engine, account: Account) -> None:
    for kind, kept in (
        (FieldKind.DATE, FieldKind.DATE),
        (None, FieldKind.DATE),
        (FieldKind.NUMBER, FieldKind.NUMBER),
    ):
        assert write_now(engine, name_fields, account.id, NameField(id=7, label="Born", kind=kind)).kind is kept


def test_a_label_belongs_to_one_field(engine: Engine, account: Account) -> None:
    counted = write_now(engine, create_fields, account.id, CreateField(label="Level")).label
    assert counted.id >= FIRST_COUNTED_SMALL_ID
    refusal(NameTaken, run(engine, name_fields, account.id, NameField(id=7, label=" LEVEL"))[0])
    write_now(engine, name_fields, account.id, NameField(id=counted.id, label="level"))
    assert fields(engine, account) == {counted.id: ("level", FieldKind.TEXT)}
