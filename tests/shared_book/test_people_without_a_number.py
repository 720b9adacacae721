"""A contact without a phone, in dialects that know people by their number: listed, read, changed and deleted by id."""

from __future__ import annotations

from typing import Final

import msgspec
import pytest

from tests.shared_book.person import NotExpressible, Person, Ref, Refused
from tests.shared_book.world import ADA, ENGINES_AND_DOORS, World

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVERY_DOOR = pytest.mark.parametrize(("engine_name", "name"), ENGINES_AND_DOORS)

EVE: Final = Person(phone=None, email="eve@example.test", first_name="Eve")

CREATED_BY_ADDRESS: Final = {
    "zipwhip": "a number is missing",
    "inwise": "",
    "sendblue": "a number is missing",
    "heymarket": "a number is missing",
    "heymarket_v2": "",
    "cli": "",
}
"""Through which doors somebody without a number can be made; else why not."""

UPDATED_BY_ID: Final = {
    "zipwhip": "no word for it",
    "inwise": "",
    "sendblue": "",
    "heymarket": "",
    "heymarket_v2": "",
    "cli": "",
}
GIVEN_A_NUMBER: Final = {**UPDATED_BY_ID, "sendblue": "no word for it"}
DELETED_BY_ID: Final = {**UPDATED_BY_ID, "zipwhip": "", "inwise": "no word for it"}


def put_eve(world: World) -> Ref:
    world.put(EVE)
    return world.refs()[0]


def eve(world: World) -> Person:
    (ref,) = world.refs()
    return world.whole_ref(ref)


@EVERY_DOOR
async def test_somebody_without_a_number_is_listed_and_read_by_id(world: World, name: str) -> None:
    ref = put_eve(world)
    (listed,) = await world.doors[name].list_all()
    alone = await world.doors[name].read_ref(ref)
    assert alone is not None
    for shown in (listed, alone):
        assert (shown.phone, shown.first_name) == (None, "Eve")
        assert shown.is_opted_out in (False, msgspec.UNSET)


@EVERY_DOOR
async def test_somebody_without_a_number_can_be_made_where_there_is_another_key(world: World, name: str) -> None:
    said = Person(**{one: value for one, value in EVE.members().items() if one in world.doors[name].says})  # type: ignore[arg-type]
    if CREATED_BY_ADDRESS[name]:
        with pytest.raises(Refused) as refused:
            await world.doors[name].create(said)
        assert refused.value.status == 400
        assert world.refs() == []
    else:
        await world.doors[name].create(said)
        assert eve(world).phone is None


@EVERY_DOOR
async def test_somebody_without_a_number_is_changed_by_id_and_stays_without_one(world: World, name: str) -> None:
    ref = put_eve(world)
    if UPDATED_BY_ID[name]:
        with pytest.raises(NotExpressible):
            await world.doors[name].update_ref(ref, Person(last_name="Smith"))
    else:
        await world.doors[name].update_ref(ref, Person(last_name="Smith"))
        shown = eve(world)
        assert (shown.phone, shown.email, shown.last_name) == (None, EVE.email, "Smith")


@EVERY_DOOR
async def test_somebody_without_a_number_can_be_given_one(world: World, name: str) -> None:
    ref = put_eve(world)
    if GIVEN_A_NUMBER[name]:
        with pytest.raises(NotExpressible):
            await world.doors[name].update_ref(ref, Person(phone=ADA))
    else:
        await world.doors[name].update_ref(ref, Person(phone=ADA))
        for door in world.doors.values():
            shown = await door.read(ADA)
            assert shown is not None
            assert shown.first_name == "Eve"
        assert world.refs() == [ref]


@EVERY_DOOR
async def test_somebody_without_a_number_is_deleted_by_id(world: World, name: str) -> None:
    ref = put_eve(world)
    if DELETED_BY_ID[name]:
        with pytest.raises(NotExpressible):
            await world.doors[name].delete_ref(ref)
    else:
        await world.doors[name].delete_ref(ref)
        assert world.refs() == []


@EVERY_DOOR
async def test_what_needs_a_number_is_refused_without_one_and_not_dropped(world: World, name: str) -> None:
    ref, door = put_eve(world), world.doors[name]
    if "is_opted_out" in door.says:
        with pytest.raises(Refused) as refused:
            await door.update_ref(ref, Person(is_opted_out=True, last_name="Smith"))
        assert refused.value.status in (1, 400)
        assert eve(world).last_name == ""


async def test_writing_back_that_nobody_without_a_number_is_opted_out_is_no_fault(world: World) -> None:
    ref = put_eve(world)
    await world.heymarket.update_ref(ref, Person(last_name="Smith", is_opted_out=False))
    await world.heymarket_v2.update_ref(ref, Person(first_name="Eva", is_opted_out=False))
    shown = eve(world)
    assert (shown.first_name, shown.last_name) == ("Eva", "Smith")


async def test_a_status_needs_a_number(world: World) -> None:
    ref = put_eve(world)
    for path, more in (("status", {}), ("set_status", {"status": "blocked"})):
        with pytest.raises(Refused) as refused:
            await world.heymarket.call("POST", f"/v1/contact/{path}", json={"id": ref.id, **more})
        assert refused.value.status == 400


async def test_somebody_without_a_number_is_counted_and_is_not_in_lists_of_numbers(world: World) -> None:
    put_eve(world)
    world.put(Person(phone=ADA))
    assert (await world.sendblue.call("GET", "/api/v2/contacts/count"))["count"] == 2
    by_number = await world.sendblue.call("GET", "/api/v2/contacts", params={"order_by": "phone"})
    shared = await world.sendblue.call("GET", "/accounts/shared-contacts")
    assert [one["phone"] for one in by_number] == [one["number"] for one in shared["contacts"]] == [ADA]
    assert (await world.heymarket.call("POST", "/v1/contacts/count"))["count"] == 2
