"""Every member of a contact, written through each door and read through all: what the table says, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
import pytest
from msgspec import UNSET

from tests.shared_book.drivers import Door
from tests.shared_book.person import NotExpressible, Person
from tests.shared_book.table import TABLE, Row
from tests.shared_book.world import ADA, DESK, ENGINES_AND_DOORS, World

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVERY_WRITER = pytest.mark.parametrize(("engine_name", "writer"), ENGINES_AND_DOORS)

WHOLE: Final = Person(
    phone=ADA,
    email="ada@example.test",
    first_name="Ada",
    last_name="Lovelace",
    display_name="The Countess",
    company="Engines",
    notes="Prefers texts.\n\nCall after noon.",
    avatar="https://pictures.example.test/ada.png",
    assignee=DESK,
    line_number="+15553330000",
    external_id="crm-88",
    confirmation="pending",
    verified=True,
    fields={"Shoe size": "36", "City": "London", "Custom 1": "x"},
    tags=frozenset({"a", "b", "c", "d", "e", "f", "g"}),
    groups=frozenset({"Readers", "Writers"}),
    is_opted_out=True,
    is_blocked=True,
)
"""A person of whom everything is said, with more tags than Heymarket shows."""

Shown = Mapping[str, Mapping[str, Person]]
"""What every door shows of everybody: by door, then by number."""


def number(index: int, kind: int = 0) -> str:
    """Give the number of the person that a row of the table is tried on; `kind` tells apart the ways to try it."""
    return f"+120655501{index + 40 * kind:02}"


def placed(person: Person, phone: str) -> Person:
    return msgspec.structs.replace(person, phone=phone)


async def shown_by_all(world: World) -> Shown:
    """Read the whole book through every door."""
    shown = {name: {str(one.phone): one for one in await door.list_all()} for name, door in world.doors.items()}
    # A list has no word for consent on the command line, and none for a block at Heymarket's.
    for door in (one for one in (world.heymarket, world.cli) if one.name in world.doors):
        for phone in shown["sendblue"]:
            person = await door.read(phone) if world.consent(phone).changed_ms else None
            if person is not None:
                shown[door.name][phone] = person
    return shown


def wrong_cells(shown: Shown, phone: str, row: Row, said: Person | None = None) -> list[str]:
    """Compare what the doors show of one person with what the table says of a row; give what is wrong, door by door."""
    wrong: list[str] = []
    for name, people in shown.items():
        seen, expected = people[phone].members(), row.seen(name)
        if expected is None:
            hidden = row.said.members().keys() & seen.keys()
            wrong += [f"{row}: {name} shows {member}, the table says that it does not" for member in hidden]
            continue
        for member, value in (said or expected).members().items():
            if said is not None and member not in seen:
                continue
            if seen.get(member, UNSET) != value:
                wrong.append(f"{row}: {name} shows {member} {seen.get(member, UNSET)!r}, not {value!r}")
    return wrong


@EVERY_WRITER
async def test_what_is_said_through_one_door_is_seen_through_all(world: World, writer: str) -> None:
    door = world.doors[writer]
    tried: list[tuple[str, Row]] = []
    world.put(*(Person(phone=number(index, 1)) for index, row in enumerate(TABLE) if row.can_say(writer)))
    for index, row in enumerate(TABLE):
        if row.can_say(writer):
            created, updated = number(index), number(index, 1)
            await door.create(placed(on(row, created).said, created))
            await door.update(updated, on(row, updated).said)
            tried += [(created, on(row, created)), (updated, on(row, updated))]
    shown = await shown_by_all(world)
    assert [wrong for phone, row in tried for wrong in wrong_cells(shown, phone, row)] == []


def on(row: Row, phone: str) -> Row:
    """Give the row as it is for one person: a number and an address are nobody else's."""
    if row.said.phone is not UNSET:
        return msgspec.structs.replace(row, said=Person(phone=phone))
    if row.said.email is not UNSET:
        return msgspec.structs.replace(row, said=Person(email=f"Ada{phone[-2:]}@Example.test"))
    return row


@EVERY_WRITER
async def test_what_a_door_has_no_word_for_survives_whatever_is_written_there(world: World, writer: str) -> None:
    door = world.doors[writer]
    tried = [(number(index), row) for index, row in enumerate(TABLE) if not row.can_say(writer)]
    world.put(*(placed(row.said, phone) for phone, row in tried))
    for phone, row in tried:
        with pytest.raises(NotExpressible):
            await door.create(placed(row.said, phone))
        await rewrite(door, phone)
        await door.update(phone, Person(last_name="Byron"))
    shown = await shown_by_all(world)
    assert {shown[writer][phone].last_name for phone, _ in tried} <= {"Byron"}
    assert [wrong for phone, row in tried for wrong in wrong_cells(shown, phone, row)] == []


async def rewrite(door: Door, phone: str = ADA) -> None:
    """Read a person and write everything back that is shown and can be said, as synchronising programs do."""
    shown = await door.read(phone)
    assert shown is not None
    said = {name: value for name, value in shown.members().items() if name in door.rewrites}
    await door.update(phone, msgspec.convert(said, Person))


@EVERY_WRITER
async def test_what_is_emptied_through_one_door_is_empty_through_all(world: World, writer: str) -> None:
    rows = [(number(index), row) for index, row in enumerate(TABLE) if row.empty is not None and row.can_empty(writer)]
    world.put(*(placed(row.said, phone) for phone, row in rows))
    for phone, row in rows:
        assert row.empty is not None
        await world.doors[writer].update(phone, row.empty)
    shown = await shown_by_all(world)
    empty = Person(fields={})
    assert [
        wrong
        for phone, row in rows
        for wrong in wrong_cells(shown, phone, row, empty if row.said.fields else row.empty)
    ] == []


@EVERY_WRITER
async def test_nothing_is_lost_when_a_program_reads_a_contact_and_writes_it_back(world: World, writer: str) -> None:
    world.put(WHOLE)
    assert world.whole() == WHOLE
    await rewrite(world.doors[writer])
    assert world.whole() == WHOLE


@EVERY_WRITER
async def test_nothing_is_lost_when_a_program_saves_a_known_number_as_if_it_were_new(world: World, writer: str) -> None:
    world.put(WHOLE)
    await world.doors[writer].create(Person(phone=ADA, first_name="Augusta"))
    assert world.whole() == msgspec.structs.replace(WHOLE, first_name="Augusta")
    assert len(world.refs()) == 1


async def test_a_person_is_the_same_alone_and_in_a_list(world: World) -> None:
    world.put(WHOLE, Person(phone="+12065550109", first_name="Somebody", last_name="Else"))
    (ref, _) = world.refs()
    for door in world.doors.values():
        listed = {one.phone: one for one in await door.list_all()}
        alone = await door.read(ADA)
        assert alone is not None
        assert await door.read_ref(ref) == alone
        assert {name: value for name, value in alone.members().items() if name in listed[ADA].members()} == listed[
            ADA
        ].members()


async def test_history_tells_through_which_door_each_change_came(world: World) -> None:
    await world.inwise.create(Person(phone=ADA, first_name="Ada"))
    await world.heymarket.update(ADA, Person(display_name="The Countess"))
    await world.sendblue.update(ADA, Person(tags=frozenset({"VIP"}), is_opted_out=True))
    await world.zipwhip.update(ADA, Person(notes="Prefers texts."))
    await world.cli.update(ADA, Person(last_name="Lovelace"))
    assert [(one.door, sorted(one.old)) for one in world.history(world.refs()[0])] == [
        ("shell", ["last_name"]),
        ("zipwhip", ["notes"]),
        ("sendblue", ["by_team", "tags"]),
        ("heymarket", ["display_name"]),
    ]
