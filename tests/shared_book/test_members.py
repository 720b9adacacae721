"""Every member of a contact, written through each door and read through all: what the table says, cell by cell."""

from __future__ import annotations

from typing import Final

import msgspec
import pytest
from msgspec import UNSET

from tests.shared_book.drivers import Door
from tests.shared_book.person import NotExpressible, Person
from tests.shared_book.table import TABLE, Row
from tests.shared_book.world import ADA, DESK, DOORS, World

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVERY_ROW = pytest.mark.parametrize("row", TABLE, ids=str)
EVERY_WRITER = pytest.mark.parametrize("writer", DOORS)

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


async def check_seen(world: World, row: Row) -> None:
    """Read the person through every door and compare with the row."""
    for name, door in world.doors.items():
        shown = await door.read(ADA)
        assert shown is not None, name
        expected = row.seen(name)
        if expected is None:
            hidden = row.said.members().keys() & shown.members().keys()
            assert not hidden, f"{name} shows {hidden}, the table says that it shows nothing of the {row}"
        else:
            assert_shows(name, shown, expected)


def assert_shows(door: str, shown: Person, expected: Person) -> None:
    """Compare the members that are expected, and only these."""
    seen = {member: getattr(shown, member) for member in expected.members()}
    assert seen == expected.members(), f"through {door}"


def with_phone(person: Person) -> Person:
    return msgspec.structs.replace(person, phone=ADA)


@EVERY_ROW
@EVERY_WRITER
async def test_what_is_said_through_one_door_is_seen_through_all(world: World, writer: str, row: Row) -> None:
    door = world.doors[writer]
    if row.can_say(writer):
        await door.create(with_phone(row.said))
        await check_seen(world, row)
        await door.update(ADA, row.said)
        await check_seen(world, row)
    else:
        with pytest.raises(NotExpressible):
            await door.create(with_phone(row.said))
        await world.cli.create(with_phone(row.said))
        await rewrite(door)
        await door.update(ADA, Person(last_name="Byron"))
        assert (await world.whole()).last_name == "Byron"
        await check_seen(world, row)


async def rewrite(door: Door) -> None:
    """Read a person and write everything back that is shown and can be said, as synchronising programs do."""
    shown = await door.read(ADA)
    assert shown is not None
    await door.update(ADA, Person(**{name: value for name, value in shown.members().items() if name in door.rewrites}))  # type: ignore[arg-type]


EMPTYING = [(row, door) for row in TABLE for door in DOORS if row.empty is not None and row.can_empty(door)]


@pytest.mark.parametrize(("row", "writer"), EMPTYING, ids=[f"{row}-{door}" for row, door in EMPTYING])
async def test_what_is_emptied_through_one_door_is_empty_through_all(world: World, row: Row, writer: str) -> None:
    await world.cli.create(with_phone(row.said))
    assert row.empty is not None
    await world.doors[writer].update(ADA, row.empty)
    for name, door in world.doors.items():
        shown = await door.read(ADA)
        assert shown is not None, name
        for member, empty in row.empty.members().items():
            assert getattr(shown, member) in (UNSET, {} if member == "fields" else empty), name


@EVERY_WRITER
async def test_nothing_is_lost_when_a_program_reads_a_contact_and_writes_it_back(world: World, writer: str) -> None:
    await world.cli.create(WHOLE)
    assert await world.whole() == WHOLE
    await rewrite(world.doors[writer])
    assert await world.whole() == WHOLE


@EVERY_WRITER
async def test_nothing_is_lost_when_a_program_saves_a_known_number_as_if_it_were_new(world: World, writer: str) -> None:
    await world.cli.create(WHOLE)
    await world.doors[writer].create(Person(phone=ADA, first_name="Augusta"))
    assert await world.whole() == msgspec.structs.replace(WHOLE, first_name="Augusta")
    assert len(world.refs()) == 1


async def test_history_tells_through_which_door_each_change_came(world: World) -> None:
    await world.inwise.create(Person(phone=ADA, first_name="Ada"))
    await world.heymarket.update(ADA, Person(display_name="The Countess"))
    await world.sendblue.update(ADA, Person(tags=frozenset({"VIP"}), is_opted_out=True))
    await world.zipwhip.update(ADA, Person(notes="Prefers texts."))
    await world.cli.update(ADA, Person(last_name="Lovelace"))
    changes = world.history(world.refs()[0])
    assert [(one.door, sorted(one.old)) for one in changes] == [
        ("shell", ["last_name"]),
        ("zipwhip", ["notes"]),
        ("sendblue", ["by_team", "tags"]),
        ("heymarket", ["display_name"]),
    ]
