"""Writers through all dialects at the same time on one number: one contact, nothing lost, every answer in form."""

from __future__ import annotations

import asyncio
from typing import Final

import pytest

from tests.shared_book.person import Person, Refused
from tests.shared_book.world import ADA, World

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROUNDS: Final = 15


async def test_writers_through_four_dialects_at_once_make_one_contact_and_lose_nothing(world: World) -> None:
    async def write_notes() -> None:
        for turn in range(ROUNDS):
            await world.zipwhip.create(Person(phone=ADA, notes=f"{turn}", fields={"City": f"{turn}"}))

    async def write_external_id() -> None:
        for turn in range(ROUNDS):
            await world.inwise.create(Person(phone=ADA, external_id=f"{turn}", groups=frozenset({f"{turn}"})))

    async def write_company() -> None:
        for turn in range(ROUNDS):
            await world.sendblue.create(Person(phone=ADA, company=f"{turn}", fields={"Size": f"{turn}"}))

    async def write_avatar() -> None:
        for turn in range(ROUNDS):
            await world.heymarket.create(Person(phone=ADA, avatar=f"{turn}", tags=frozenset({f"{turn}"})))

    async def write_display_name() -> None:
        for turn in range(ROUNDS):
            await world.heymarket_v2.create(Person(phone=ADA, display_name=f"{turn}"))

    await asyncio.gather(write_notes(), write_external_id(), write_company(), write_avatar(), write_display_name())
    last = f"{ROUNDS - 1}"
    shown = world.whole()
    assert (shown.notes, shown.external_id, shown.company, shown.avatar, shown.display_name) == (last,) * 5
    assert (shown.tags, shown.groups) == (frozenset({last}), frozenset({last}))
    assert shown.fields == {"City": last, "Size": last}
    (ref,) = world.refs()
    assert len(world.history(ref)) == 5 * ROUNDS - 1


async def test_writers_and_deleters_at_once_leave_one_contact_or_none(world: World) -> None:
    refused: list[int] = []

    async def write(name: str) -> None:
        for turn in range(ROUNDS):
            await world.doors[name].create(Person(phone=ADA, first_name=f"{name} {turn}"))

    async def insist() -> None:
        for _ in range(ROUNDS):
            try:
                await world.sendblue.call("POST", "/api/v2/contacts", json={"number": ADA})
            except Refused as error:
                refused.append(error.status)

    async def delete(name: str) -> None:
        for _ in range(ROUNDS):
            try:
                await world.doors[name].delete(ADA)
            except (Refused, AssertionError):
                await asyncio.sleep(0)

    writers = ("zipwhip", "inwise", "sendblue", "heymarket", "heymarket_v2")
    await asyncio.gather(*map(write, writers), insist(), *map(delete, ("zipwhip", "sendblue")))
    assert set(refused) <= {409}
    await world.zipwhip.create(Person(phone=ADA, first_name="last"))
    assert [one.first_name for one in await world.sendblue.list_all()] == ["last"]


async def test_writers_at_once_on_one_address_make_one_contact(world: World) -> None:
    body = {"email": "office@example.test", "external_id": "x"}
    channel = {"contact_channels": [{"channel_type": "email", "channel_id": "Office@Example.test"}]}
    ids = await asyncio.gather(
        *(world.inwise.save(body) for _ in range(ROUNDS)),
        *(world.heymarket.call("POST", "/v2/contact", json=channel) for _ in range(ROUNDS)),
    )
    (ref,) = world.refs()
    assert {one if isinstance(one, int) else one["id"] for one in ids} == {ref.id}
