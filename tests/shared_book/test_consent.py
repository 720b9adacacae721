"""Consent belongs to the number: it is one for all doors, outlives contacts, and the person's word is the person's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import pytest

from linebook.core.consent import ConsentAction
from tests.shared_book.person import NotExpressible, Person, Ref, Refused
from tests.shared_book.world import ADA, ENGINES_AND_DOORS, GRACE, World

pytestmark = pytest.mark.asyncio(loop_scope="session")

Saying = Callable[[World, str, bool], Awaitable[object]]
"""Says through some call whether a number is opted out (or blocked)."""

Deleting = Callable[[World, str, Ref], Awaitable[object]]


async def heymarket_batch(world: World, phone: str, value: bool) -> None:
    batch = [{"phone": phone, "is_opted_out": value}]
    assert await world.heymarket.call("POST", "/v1/batch/contacts?overwrite=true", json=batch) == "ok"


async def heymarket_bulk(world: World, phone: str, value: bool) -> None:
    bulk = {"contacts": [{"phone": phone, "is_opted_out": value}]}
    assert (await world.heymarket.call("POST", "/v2/contacts", json=bulk))["failed_contacts"] == []


async def heymarket_active(world: World, phone: str, value: bool) -> None:
    status = {"phone": phone, "status": "unsubscribed" if value else "active"}
    assert await world.heymarket.call("POST", "/v1/contact/set_status", json=status) == "success"


OPT_OUTS: Final[dict[str, Saying]] = {
    "sendblue update": lambda world, phone, value: world.sendblue.update(phone, Person(is_opted_out=value)),
    "sendblue opt-out": lambda world, phone, value: world.sendblue.opt_out(phone, is_opted_out=value),
    "heymarket create": lambda world, phone, value: world.heymarket.create(Person(phone=phone, is_opted_out=value)),
    "heymarket update": lambda world, phone, value: world.heymarket.update(phone, Person(is_opted_out=value)),
    "heymarket set_status": lambda world, phone, value: world.heymarket.opt_out(phone, is_opted_out=value),
    "heymarket set_status active": heymarket_active,
    "heymarket batch": heymarket_batch,
    "heymarket v2 update": lambda world, phone, value: world.heymarket_v2.update(phone, Person(is_opted_out=value)),
    "heymarket v2 bulk": heymarket_bulk,
    "cli": lambda world, phone, value: world.cli.opt_out(phone, is_opted_out=value),
}
"""Every call that opts a number out and in again. Zipwhip and inwise have none."""

PAIRS: Final = list(zip(OPT_OUTS, [*list(OPT_OUTS)[3:], *list(OPT_OUTS)[:3]], strict=True))
"""Each of them with another one."""

BLOCKS: Final[dict[str, Saying]] = {
    "heymarket set_status": lambda world, phone, value: world.heymarket.block(phone, is_blocked=value),
    "cli": lambda world, phone, value: world.cli.block(phone, is_blocked=value),
}
"""Every call that blocks a number and lifts the block. The other platforms have no such thing."""

SHOWS_OPT_OUT: Final = frozenset({"sendblue", "heymarket", "heymarket_v2", "cli"})


async def sendblue_bulk(world: World, phone: str, _: Ref) -> None:
    answer = await world.sendblue.call("DELETE", "/api/v2/contacts", json={"contact_ids": [phone]})
    assert answer["amount"] == 1


DELETIONS: Final[dict[str, Deleting]] = {
    "zipwhip by address": lambda world, phone, _: world.zipwhip.delete(phone),
    "zipwhip by id": lambda world, _, ref: world.zipwhip.delete_ref(ref),
    "sendblue by number": lambda world, phone, _: world.sendblue.delete(phone),
    "sendblue by contact_id": lambda world, _, ref: world.sendblue.delete_ref(ref),
    "sendblue in bulk": sendblue_bulk,
    "heymarket": lambda world, _, ref: world.heymarket.delete_ref(ref),
    "heymarket v2": lambda world, _, ref: world.heymarket_v2.delete_ref(ref),
    "cli": lambda world, phone, _: world.cli.delete(phone),
}
"""Every call that deletes a contact. inwise has none."""


async def check_shown(world: World, phone: str, is_opted_out: bool, *, is_blocked: bool = False) -> None:
    """Ask every door that shows consent about a number that has a contact."""
    for name in SHOWS_OPT_OUT & world.doors.keys():
        shown = await world.doors[name].read(phone)
        assert shown is not None, name
        assert shown.is_opted_out is is_opted_out, name
        if name in ("heymarket", "cli"):
            assert shown.is_blocked is is_blocked, name


# -- deletion


@pytest.mark.parametrize("way", DELETIONS)
async def test_a_deleted_contact_is_gone_everywhere_and_its_number_keeps_its_consent(world: World, way: str) -> None:
    world.put(Person(phone=ADA, first_name="Ada"), Person(phone=GRACE, first_name="Grace"))
    for action in (ConsentAction.TEAM_STOP, ConsentAction.PERSON_STOP, ConsentAction.BLOCK):
        world.record(action)
    before = world.consent()
    await DELETIONS[way](world, ADA, world.refs()[0])
    assert world.consent() == before
    for name, door in world.doors.items():
        assert await door.read(ADA) is None, name
        assert [one.first_name for one in await door.list_all()] == ["Grace"], name
    await world.zipwhip.create(Person(phone=ADA, first_name="Augusta"))
    await check_shown(world, ADA, is_opted_out=True, is_blocked=True)
    assert world.consent() == before


async def test_inwise_has_no_word_for_deletion(world: World) -> None:
    world.put(Person(phone=ADA))
    with pytest.raises(NotExpressible):
        await world.inwise.delete(ADA)
    with pytest.raises(Refused) as refused:
        await world.inwise.call("DELETE", f"/rest/v1/contacts/{world.refs()[0].id}")
    assert refused.value.status == 405


# -- opt-out and block


@pytest.mark.parametrize(("out", "back"), PAIRS)
async def test_an_opt_out_through_any_call_is_seen_in_all_and_lifted_through_another(
    world: World, out: str, back: str
) -> None:
    world.put(Person(phone=ADA))
    await OPT_OUTS[out](world, ADA, True)
    await check_shown(world, ADA, is_opted_out=True)
    consent = world.consent()
    assert (consent.by_team, consent.by_person, consent.is_blocked) == (True, False, False)
    await OPT_OUTS[back](world, ADA, False)
    await check_shown(world, ADA, is_opted_out=False)
    assert world.consent().may_text


@pytest.mark.parametrize("on", BLOCKS)
async def test_a_block_through_any_call_is_seen_in_all_and_is_no_opt_out(world: World, on: str) -> None:
    world.put(Person(phone=ADA))
    for off in BLOCKS:
        await BLOCKS[on](world, ADA, True)
        await check_shown(world, ADA, is_opted_out=False, is_blocked=True)
        await BLOCKS[off](world, ADA, False)
        await check_shown(world, ADA, is_opted_out=False, is_blocked=False)


@pytest.mark.parametrize("name", ["zipwhip", "inwise"])
async def test_a_door_without_a_word_for_consent_leaves_it_alone(world: World, name: str) -> None:
    door = world.doors[name]
    for say in (door.opt_out, door.block):
        with pytest.raises(NotExpressible):
            await say(ADA)
    world.put(Person(phone=ADA, is_opted_out=True, is_blocked=True))
    before = world.consent()
    await door.update(ADA, Person(first_name="Ada"))
    await world.inwise.update(ADA, Person(confirmation="confirmed"))  # "it never undoes an unsubscribe"
    assert world.consent() == before


async def test_consent_follows_the_number_and_not_the_person(world: World) -> None:
    world.put(Person(phone=ADA, first_name="Ada", is_opted_out=True))
    await world.heymarket.update(ADA, Person(phone=GRACE))
    await check_shown(world, GRACE, is_opted_out=False)
    assert not world.consent(ADA).may_text
    await world.cli.update(GRACE, Person(phone=ADA))
    await check_shown(world, ADA, is_opted_out=True)


# -- the person's own word


@pytest.mark.parametrize("way", OPT_OUTS)
async def test_a_nightly_sync_lifts_what_the_team_said_and_never_what_the_person_said(world: World, way: str) -> None:
    world.put(Person(phone=ADA), Person(phone=GRACE))
    world.record(ConsentAction.PERSON_STOP, ADA)
    world.record(ConsentAction.TEAM_STOP, ADA)
    world.record(ConsentAction.TEAM_STOP, GRACE)
    for phone in (ADA, GRACE):
        await OPT_OUTS[way](world, phone, False)
    assert (world.consent(ADA).by_person, world.consent(ADA).by_team) == (True, False)
    assert world.consent(GRACE).may_text
    await check_shown(world, ADA, is_opted_out=True)
    await check_shown(world, GRACE, is_opted_out=False)
    world.record(ConsentAction.PERSON_START, ADA)
    await check_shown(world, ADA, is_opted_out=False)


async def test_a_sync_that_writes_back_what_it_was_shown_does_not_lift_a_stop(world: World) -> None:
    world.put(Person(phone=ADA, first_name="Ada"), Person(phone=GRACE, first_name="Grace"))
    world.record(ConsentAction.PERSON_STOP, ADA)
    for name in SHOWS_OPT_OUT & world.doors.keys():
        door = world.doors[name]
        for shown in await door.list_all():
            said = {one: value for one, value in shown.members().items() if one in door.rewrites}
            await door.create(Person(**said))  # type: ignore[arg-type]
        assert world.consent(ADA).by_person
        assert world.consent(GRACE).may_text


@pytest.mark.parametrize("way", OPT_OUTS)
async def test_an_opt_out_that_repeats_a_stop_is_the_team_s_word_as_well(world: World, way: str) -> None:
    world.put(Person(phone=ADA))
    world.record(ConsentAction.PERSON_STOP)
    await OPT_OUTS[way](world, ADA, True)
    world.record(ConsentAction.PERSON_START)
    await check_shown(world, ADA, is_opted_out=True)
    await OPT_OUTS[way](world, ADA, False)
    await check_shown(world, ADA, is_opted_out=False)


# -- numbers without a contact


@pytest.mark.parametrize(("engine_name", "creator"), ENGINES_AND_DOORS)
async def test_a_number_is_opted_out_and_blocked_before_anybody_has_it(world: World, creator: str) -> None:
    await world.sendblue.opt_out(ADA)
    await world.heymarket.block(ADA)
    world.record(ConsentAction.PERSON_STOP, GRACE)
    for door in world.doors.values():
        assert await door.list_all() == []
    assert world.refs() == []
    for phone in (ADA, GRACE):
        await world.doors[creator].create(Person(phone=phone, first_name="Ada"))
        await check_shown(world, phone, is_opted_out=True, is_blocked=phone == ADA)
    assert (world.consent(GRACE).by_person, world.consent(GRACE).by_team) == (True, False)


async def test_the_consent_of_a_number_without_a_contact_can_be_asked(world: World) -> None:
    await world.heymarket.opt_out(ADA)
    status = await world.heymarket.call("POST", "/v1/contact/status", json={"phone": ADA})
    assert status == {
        "id": 0,
        "phone": ADA[1:],
        "unsubscribed": True,
        "unsubscribed_admin": True,
        "unsubscribed_contact": False,
        "blocked": False,
    }
    assert await world.sendblue.find("GET", f"/api/v2/contacts/{ADA}") is None
    await world.sendblue.opt_out(ADA, is_opted_out=False)
    assert world.consent().may_text
