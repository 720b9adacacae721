"""Fields, tags and groups: made by name or by a brought id, found under every spelling of their name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from linebook.core.account import FIRST_COUNTED_LABEL_ID, FIRST_COUNTED_SMALL_ID, Account, FieldKind
from linebook.core.contact import FieldsChange, SetChange, Unknown
from linebook.errors import DomainError, IdTaken, InvalidMember, NotFound
from linebook.services.labels import (
    CreateField,
    CreateGroup,
    CreateTag,
    create_fields,
    create_groups,
    create_tags,
    list_fields,
    list_groups,
    list_tags,
)
from linebook.storage.base import Engine, Tx
from linebook.storage.store import write_now
from tests.kit.builders import refusal, save, save_all, saving
from tests.kit.clock import START_MS
from tests.kit.raw import look

pytestmark = pytest.mark.usefixtures("whole_books")

Creating = Callable[..., Any]
Listing = Callable[[Tx, int], Sequence[Any]]

KINDS: dict[str, tuple[Creating, Creating, Listing, int]] = {
    "fields": (
        create_fields,
        lambda name, **rest: CreateField(label=name, **rest),
        list_fields,
        FIRST_COUNTED_SMALL_ID,
    ),
    "tags": (create_tags, lambda name, **rest: CreateTag(name=name, **rest), list_tags, FIRST_COUNTED_LABEL_ID),
    "groups": (create_groups, lambda name, **rest: CreateGroup(name=name, **rest), list_groups, FIRST_COUNTED_LABEL_ID),
}

each_kind = pytest.mark.parametrize("kind", KINDS)


def name_of(label: Any) -> str:
    return str(label.label if hasattr(label, "label") else label.name)


def create(engine: Engine, account_id: int, kind: str, *requests: tuple[str, dict[str, Any]]) -> list[Any]:
    service, request, _, _ = KINDS[kind]
    items = [request(name, **rest) for name, rest in requests]
    return list(engine.write(lambda tx: service(tx, account_id, items)))


def names(engine: Engine, account_id: int, kind: str) -> list[tuple[int, str]]:
    listing = KINDS[kind][2]
    return [(label.id, name_of(label)) for label in engine.read(lambda tx: listing(tx, account_id))]


def using(kind: str, *labels: str | int, **rest: Any) -> dict[str, Any]:
    """The part of a save that uses labels."""
    return {kind: FieldsChange(dict.fromkeys(labels, "x"), **rest) if kind == "fields" else SetChange(labels, **rest)}


# Refusals.


@each_kind
def test_a_label_needs_an_account_a_name_and_a_free_id(engine: Engine, account: Account, kind: str) -> None:
    first_counted = KINDS[kind][3]
    with pytest.raises(NotFound):
        create(engine, 99, kind, ("A", {}))
    for name in ("", " \t", "a\0", "\ud800", "x" * 256):
        refusal(InvalidMember, create(engine, account.id, kind, (name, {}))[0])
    outcomes = create(
        engine,
        account.id,
        kind,
        ("A", {"id": 5}),
        ("B", {"id": 5}),
        *(("C", {"id": one}) for one in (0, -1, first_counted, first_counted + 1, 2**63, 10**30)),
    )
    for outcome in outcomes[1:]:
        refusal(IdTaken, outcome)
    assert names(engine, account.id, kind) == [(5, "A")]


def test_a_colour_that_cannot_be_stored_is_refused(engine: Engine, account: Account) -> None:
    refusal(InvalidMember, create(engine, account.id, "tags", ("A", {"color": "\0"}))[0])
    assert names(engine, account.id, "tags") == []


# Making and finding.


@each_kind
def test_a_label_is_made_once_under_every_spelling(engine: Engine, account: Account, kind: str) -> None:
    first_counted = KINDS[kind][3]
    made = create(engine, account.id, kind, (" Straße ", {}), ("STRASSE", {}), ("B", {"id": 7}), ("b", {"id": 8}))
    assert [one.is_new for one in made] == [True, False, True, False]
    assert made[1].label == made[0].label
    assert names(engine, account.id, kind) == [(7, "B"), (first_counted, "Straße")]
    contact = save(engine, account.id, "2065551234", **using(kind, "strasse", "B ", 7))
    assert list(getattr(contact, kind)) == [7, first_counted]
    assert len(names(engine, account.id, kind)) == 2


@each_kind
def test_a_brought_id_gets_a_name_of_its_own(engine: Engine, account: Account, kind: str) -> None:
    word = kind.removesuffix("s").capitalize()
    first_counted = KINDS[kind][3]
    save(engine, account.id, "2065550001", **using(kind, f"{word} 5"))
    save(engine, account.id, "2065550002", **using(kind, 5, 6))
    assert names(engine, account.id, kind) == [(5, f"{word} 5'"), (6, f"{word} 6"), (first_counted, f"{word} 5")]


@each_kind
def test_brought_ids_never_meet_the_ones_that_are_counted(engine: Engine, account: Account, kind: str) -> None:
    first_counted = KINDS[kind][3]
    save(engine, account.id, "2065550001", **using(kind, first_counted - 1))
    (outcome,) = save_all(engine, account.id, saving("2065550002", **using(kind, first_counted)))
    refusal(InvalidMember, outcome)
    for number, name in enumerate(("A", "B")):
        contact = save(engine, account.id, "2065550001", **using(kind, name))
        assert first_counted + number in getattr(contact, kind)


@each_kind
def test_a_label_made_in_a_batch_is_found_by_the_next_save_of_it(engine: Engine, account: Account, kind: str) -> None:
    first_counted = KINDS[kind][3]
    save_all(
        engine,
        account.id,
        saving("2065550001", **using(kind, "New", "new")),
        saving("2065550002", **using(kind, "NEW", unknown=Unknown.REFUSE)),
        saving("2065550003", **using(kind, first_counted, unknown=Unknown.REFUSE)),
    )
    assert names(engine, account.id, kind) == [(first_counted, "New")]
    column = "contact_groups" if kind == "groups" else kind
    assert {text for (text,) in look(engine, f"SELECT {column} FROM contact")} == {
        f'{{"{first_counted}":"x"}}' if kind == "fields" else f"[{first_counted}]"
    }


def test_a_new_label_makes_every_process_forget_what_it_knew(engine: Engine, account: Account) -> None:
    before = engine.directory_version
    save(engine, account.id, "2065551234", tags=SetChange(("VIP",)))
    assert engine.directory_version > before
    before = engine.directory_version
    save(engine, account.id, "2065551234", tags=SetChange(("VIP",)), notes="x")
    assert engine.directory_version == before


def test_what_is_known_of_a_label_is_kept(engine: Engine, account: Account) -> None:
    write_now(engine, create_fields, account.id, CreateField(label="Born", kind=FieldKind.DATE, id=3))
    write_now(engine, create_tags, account.id, CreateTag(name="VIP", color="red"))
    write_now(engine, create_groups, account.id, CreateGroup(name="Friends"))
    (field,) = engine.read(lambda tx: list_fields(tx, account.id))
    (tag,) = engine.read(lambda tx: list_tags(tx, account.id))
    (group,) = engine.read(lambda tx: list_groups(tx, account.id))
    assert (field.id, field.label, field.kind, field.created_ms) == (3, "Born", FieldKind.DATE, START_MS)
    assert (tag.name, tag.color, tag.rev, tag.created_ms, tag.updated_ms) == ("VIP", "red", 1, START_MS, START_MS)
    assert (group.name, group.rev, group.created_ms) == ("Friends", 1, START_MS)
    assert len({tag.uuid, group.uuid}) == 2


def test_fields_named_twice_take_the_last_value(engine: Engine, account: Account) -> None:
    create(engine, account.id, "fields", ("Eyes", {"id": 7}))
    contact = save(engine, account.id, "2065551234", fields=FieldsChange({7: "red", "eyes": "blue", " EYES": ""}))
    assert contact.fields == {}
    contact = save(engine, account.id, "2065551234", fields=FieldsChange({"EYES": "", 7: "green"}))
    assert contact.fields == {7: "green"}


def test_a_refused_label_leaves_its_neighbours_in_the_batch_alone(engine: Engine, account: Account) -> None:
    outcomes: list[object | DomainError] = list(
        save_all(
            engine,
            account.id,
            saving("2065550001", tags=SetChange(("Kept",))),
            saving("2065550002", tags=SetChange(("Lost", ""))),
            saving("2065550003", tags=SetChange(("Kept",))),
        )
    )
    refusal(InvalidMember, outcomes[1])
    assert [name for _, name in names(engine, account.id, "tags")] == ["Kept"]
    assert look(engine, "SELECT count(*) FROM contact_tag") == [(2,)]
