"""Who is meant: one number however a door spells it, an address that two people share, labels by name and by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.shared_book.drivers import CommandDoor, Door
from tests.shared_book.person import Person, Refused
from tests.shared_book.world import ADA, ENGINES_AND_DOORS, GRACE, World

pytestmark = pytest.mark.asyncio(loop_scope="session")

FLAGS: Final[dict[str, Any]] = {
    "trim_mobile_number_leading_zero": True,
    "add_default_country_to_mobile_number_only_if_not_exists": True,
}
BY_ISRAEL: Final = {**FLAGS, "mobile_number_default_country_code": "972"}
BY_AMERICA: Final = {**FLAGS, "mobile_number_default_country_code": 1}

AMERICAN: Final = "+12065550123"
ISRAELI: Final = "+972541111111"

SPELLINGS: Final[list[tuple[str, str, str, dict[str, Any]]]] = [
    (AMERICAN, "zipwhip", "2065550123", {}),
    (AMERICAN, "zipwhip", "+12065550123", {}),
    (AMERICAN, "zipwhip", " 12065550123", {}),
    (AMERICAN, "zipwhip", "12065550123", {}),
    (AMERICAN, "zipwhip", "ptn:/2065550123", {}),
    (AMERICAN, "zipwhip", "(206) 555-0123", {}),
    (AMERICAN, "inwise", "12065550123", {}),
    (AMERICAN, "inwise", "+1 206 555 0123", {}),
    (AMERICAN, "inwise", "001-206-5550123", {}),
    (AMERICAN, "inwise", "2065550123", BY_AMERICA),
    (AMERICAN, "sendblue", "+12065550123", {}),
    (AMERICAN, "sendblue", "12065550123", {}),
    (AMERICAN, "sendblue", "2065550123", {}),
    (AMERICAN, "sendblue", "(206) 555.0123", {}),
    (AMERICAN, "heymarket", "12065550123", {}),
    (AMERICAN, "heymarket", "+12065550123", {}),
    (AMERICAN, "heymarket_v2", "12065550123", {}),
    (AMERICAN, "cli", "206-555-0123", {}),
    (AMERICAN, "cli", "+1 (206) 555-0123", {}),
    (ISRAELI, "zipwhip", "+972541111111", {}),
    (ISRAELI, "zipwhip", "ptn:/+972541111111", {}),
    (ISRAELI, "inwise", "972541111111", {}),
    (ISRAELI, "inwise", "972-54-1111111", {}),
    (ISRAELI, "inwise", "0541111111", BY_ISRAEL),
    (ISRAELI, "inwise", "054-111-1111", BY_ISRAEL),
    (ISRAELI, "inwise", "972541111111", BY_ISRAEL),
    (ISRAELI, "sendblue", "+972-54-111-1111", {}),
    (ISRAELI, "heymarket", "972541111111", {}),
    (ISRAELI, "heymarket_v2", "+972541111111", {}),
    (ISRAELI, "cli", "+972 54 111 1111", {}),
]
"""Whose number, the door, what is typed there, and the flags that go with it. The account is in the US."""

NUMBER_IS_THE_KEY: Final = ("zipwhip", "sendblue")
"""The doors through which nobody gets another number."""

AT_HOME: Final = [("zipwhip", "0541111111"), ("sendblue", "054-111-1111"), ("cli", "054 111 1111")]
"""What is typed in an account in Israel, where a door completes numbers by the region of the account."""


# -- numbers


def door_of(world: World, name: str) -> Door:
    """Give a door, the command line too, whatever the engine."""
    return world.cli if name == "cli" else world.doors[name]


async def test_a_number_is_one_contact_however_it_is_spelled(world: World) -> None:
    for number, name, typed, flags in SPELLINGS:
        world.inwise.flags = flags
        await door_of(world, name).create(Person(phone=typed, first_name=f"{name} {typed}"))
        shown = world.whole(number)
        assert shown.first_name == f"{name} {typed}"
    assert len(world.refs()) == 2
    for number, name, typed, flags in SPELLINGS:
        if not flags:
            found = await door_of(world, name).read(typed)
            assert found is not None, (name, typed)
            assert found.phone == number, (name, typed)


async def test_a_local_number_is_completed_in_the_region_of_the_account(
    open_world: Callable[[str], World],
) -> None:
    world = open_world("IL")
    for name, typed in AT_HOME:
        await door_of(world, name).create(Person(phone=typed, first_name=name))
        assert world.whole(ISRAELI).first_name == name
    await world.heymarket.create(Person(phone="972541111111", first_name="heymarket"))
    world.inwise.flags = BY_ISRAEL
    await world.inwise.create(Person(phone="0541111111", last_name="inwise"))
    shown = world.whole(ISRAELI)
    assert (shown.first_name, shown.last_name, len(world.refs())) == ("heymarket", "inwise", 1)


async def test_digits_that_no_flag_and_no_region_completes_are_a_number_of_their_own(world: World) -> None:
    world.put(Person(phone=ISRAELI))
    await world.inwise.create(Person(phone="0541111111", first_name="Nobody yet"))
    assert len(world.refs()) == 2
    assert world.whole(ISRAELI).first_name == ""


@pytest.mark.parametrize(("engine_name", "name"), [one for one in ENGINES_AND_DOORS if one[1] not in NUMBER_IS_THE_KEY])
async def test_a_number_that_somebody_else_has_is_refused_and_nothing_changes(world: World, name: str) -> None:
    world.put(Person(phone=ADA, first_name="Ada"), Person(phone=GRACE, first_name="Grace"))
    with pytest.raises(Refused) as refused:
        await world.doors[name].update(GRACE, Person(phone=ADA, first_name="Eve"))
    assert refused.value.status in (1, 400, 422)
    assert (world.whole(ADA).first_name, world.whole(GRACE).first_name) == ("Ada", "Grace")


# -- an e-mail address that two people share

OFFICE: Final = "office@example.test"


def put_two(world: World) -> None:
    world.put(
        Person(phone=ADA, email=OFFICE, first_name="Ada"),
        Person(phone=GRACE, email="Office@Example.test", first_name="Grace"),
    )


async def test_two_people_keep_the_address_that_they_share(world: World) -> None:
    for door in (world.zipwhip, world.heymarket, world.cli):
        await door.create(Person(phone=ADA, email=OFFICE))
        await door.create(Person(phone=GRACE, email=OFFICE))
    for name in world.doors.keys() - {"sendblue"}:
        assert [one.email for one in await world.doors[name].list_all()] == [OFFICE, OFFICE], name


async def test_a_shared_address_means_whoever_had_it_first(world: World) -> None:
    put_two(world)
    await world.inwise.save({"email": OFFICE, "fields": [{"name": "field2", "content": "Lovelace"}]})
    assert [one.last_name for one in await world.zipwhip.list_all()] == ["Lovelace", ""]
    found = await world.inwise.call("GET", "/rest/v1/contacts", params={"email": OFFICE})
    assert [one["mobile_number"] for one in found] == [ADA[1:]]
    channels = [{"channel_ids": [OFFICE], "channel_type": "email"}]
    found = await world.heymarket_v2.call("POST", "/v2/contacts/search", json={"contact_channels": channels})
    assert [one["phone"] for one in found] == [ADA[1:]]


async def test_who_shares_an_address_is_still_known_by_the_number(world: World) -> None:
    put_two(world)
    await world.inwise.create(Person(phone=GRACE, email=OFFICE, last_name="Hopper"))
    assert [one.last_name for one in await world.zipwhip.list_all()] == ["", "Hopper"]
    with pytest.raises(Refused) as refused:
        world.put(Person(phone="+12065550103", email="third@example.test"))
        await world.inwise.create(Person(phone="+12065550103", email=OFFICE))
    ada, _, third = world.refs()
    assert refused.value.body == {
        "code": 422,
        "message": f"The email exists for contact ID #{ada.id}.The mobile number exists for contact ID #{third.id}.",
    }


async def test_an_address_whose_first_owner_is_deleted_belongs_to_whoever_names_it_next(world: World) -> None:
    put_two(world)
    await world.sendblue.delete(ADA)
    await world.inwise.create(Person(phone=GRACE, email=OFFICE))
    await world.inwise.save({"email": OFFICE, "external_id": "found"})
    (grace,) = await world.inwise.list_all()
    assert (grace.phone, grace.external_id) == (GRACE, "found")


async def test_an_address_that_nobody_has_claimed_since_makes_somebody_new(world: World) -> None:
    put_two(world)
    await world.sendblue.delete(ADA)
    await world.inwise.save({"email": OFFICE})
    assert sorted(str(one.phone) for one in await world.inwise.list_all()) == [GRACE, "None"]


# -- labels


async def test_more_than_five_tags_survive_what_heymarket_writes(world: World) -> None:
    names = [f"tag {number}" for number in range(1, 8)]
    world.put(Person(phone=ADA, tags=frozenset(names)))
    for door in (world.heymarket, world.heymarket_v2):
        shown = await door.read(ADA)
        assert shown is not None
        assert shown.tags == frozenset(names[:5])
        await door.update(ADA, shown_again(shown))
        assert world.whole().tags == frozenset(names)
    await world.heymarket.update(ADA, Person(tags=frozenset({"tag 1", "new"})))
    assert world.whole().tags == frozenset({"tag 1", "tag 6", "tag 7", "new"})
    await world.heymarket.update(ADA, Person(tags=frozenset()))
    assert world.whole().tags == frozenset()


def shown_again(shown: Person) -> Person:
    """Give what a program writes that changes a name and sends everything else as it was shown."""
    return Person(first_name="Augusta", tags=shown.tags, fields=shown.fields)


async def test_a_field_is_one_by_its_number_and_by_its_label_in_any_case(world: World) -> None:
    await world.inwise.save({"mobile_number": ADA, "fields": [{"name": "field7", "content": "36"}]})
    (view,) = await world.sendblue.call("GET", "/api/v2/contacts")
    assert view["custom_variables"] == {"Field 7": "36"}
    await world.sendblue.update(ADA, Person(fields={"FIELD 7": "37", "CITY": "London"}))
    view = await world.heymarket.call("POST", "/v1/contact/get", json={"phone": ADA})
    assert view["custom"]["7"] == "37"
    shown = await world.zipwhip.read(ADA)
    assert shown is not None
    assert shown.fields == {"City": "London"}
    await world.heymarket.call("PUT", f"/v1/contact/{view['id']}", json={"phone": ADA, "custom": {"7": "38"}})
    found = await world.inwise.call("GET", f"/rest/v1/contacts/{view['id']}")
    assert {"name": "field7", "content": "38"} in found["fields"]


async def test_a_group_that_a_program_brings_along_is_known_by_its_number(world: World) -> None:
    await world.inwise.save({"mobile_number": ADA, "add_to_groups_ids": [5001]})
    lists = await world.heymarket.call("GET", "/n8n/v1/lists", headers=world.heymarket.n8n)
    assert lists == [{"id": 5001, "name": "Group 5001"}]
    assert world.whole().groups == frozenset({"Group 5001"})


async def test_an_unknown_assignee_becomes_a_user_that_all_doors_know(world: World) -> None:
    await world.sendblue.create(Person(phone=ADA, assignee="New@Example.test"))
    for name in world.doors.keys() - {"zipwhip", "inwise"}:
        shown = await world.doors[name].read(ADA)
        assert shown is not None
        assert shown.assignee == "New@Example.test", name
    found = await world.heymarket.call("GET", "/v1/users/get", params={"email": "new@example.test"})
    assert [one["email"] for one in found["memberships"]] == ["New@Example.test"]


async def test_a_label_that_another_process_has_just_made_is_shown_by_its_name(world: World) -> None:
    world.put(Person(phone=ADA), Person(phone=GRACE, tags=frozenset({"old"}), fields={"State": "WA"}))
    for door in world.doors.values():
        await door.read(GRACE)  # what the hub keeps in memory of labels is from before
    beside = CommandDoor(world.cli.run, str(world.account_id), lambda: None)
    await beside.update(ADA, Person(tags=frozenset({"VIP"}), fields={"City": "London", "Shoe size": "36"}))
    shown = {
        "sendblue": await world.sendblue.call("GET", f"/api/v2/contacts/{ADA}"),
        "heymarket": await world.heymarket.call("POST", "/v1/contact/get", json={"phone": ADA}),
        "heymarket_v2": await world.heymarket.call("POST", "/v2/contacts/list", json={"limit": 1}),
    }
    assert [name for name, view in shown.items() if "'VIP'" not in str(view)] == []
    for person in (await world.zipwhip.read(ADA), (await world.zipwhip.list_all())[0]):
        assert person is not None
        assert person.fields == {"City": "London"}
