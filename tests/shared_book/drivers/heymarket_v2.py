"""The Heymarket door, by its second version: contacts by UUID, reached over channels."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from tests.shared_book.drivers.base import Json
from tests.shared_book.drivers.heymarket import HeymarketDoor
from tests.shared_book.person import NotExpressible, Person, Ref


class HeymarketUuidDoor(HeymarketDoor):
    """As the first version, but for how a contact is named. It has no notes and no status of its own."""

    says = HeymarketDoor.says - {"notes", "is_blocked"}

    def __init__(self, *rest: Any) -> None:
        super().__init__(*rest)
        self.name = "heymarket_v2"

    async def create(self, person: Person) -> None:
        await self.call("POST", "/v2/contact", json={**await self.body(person), **self._reach(person)})

    async def update(self, phone: str, person: Person) -> None:
        view = await self._view(phone=phone)
        assert view is not None
        await self._put(view, person)

    async def update_ref(self, ref: Ref, person: Person) -> None:
        view = await self._view(uuid=ref.uuid)
        assert view is not None
        await self._put(view, person)

    async def _put(self, view: Json, person: Person) -> None:
        # A program that writes back what it was shown sends the channels, too.
        body = {"contact_channels": view["contact_channels"]} if person.phone is UNSET else self._reach(person)
        if person.email is not UNSET:
            body["contact_channels"] = [one for one in body["contact_channels"] if one["channel_type"] != "email"]
        await self.call("PUT", f"/v2/contact/{view['uuid']}", json={**await self.body(person), **body})

    def _reach(self, person: Person) -> Json:
        kind, value = ("phone", person.phone) if person.phone else ("email", person.email)
        return {"contact_channels": [{"channel_type": kind, "channel_id": value}]}

    async def _read(self, **key: Any) -> Person | None:
        view = await self._view(**key)
        return None if view is None else (await self.people([view]))[0]

    async def read_ref(self, ref: Ref) -> Person | None:
        return await self._read(uuid=ref.uuid)

    async def _view(self, **key: Any) -> Json | None:
        view: Json | None
        if "phone" in key:
            wanted = {"contact_channels": [{"channel_ids": [key["phone"]], "channel_type": "phone"}]}
            found = await self.call("POST", "/v2/contacts/search", json=wanted)
            assert len(found) <= 1
            view = found[0] if found else None
        else:
            view = await self.find("GET", f"/v2/contact/{key['uuid']}")
        return view

    async def list_all(self) -> list[Person]:
        return await self.people(await self.call("POST", "/v2/contacts/list", json={"limit": 200}))

    async def delete(self, phone: str) -> None:
        view = await self._view(phone=phone)
        assert view is not None
        await self.call("DELETE", f"/v2/contact/{view['uuid']}")

    async def delete_ref(self, ref: Ref) -> None:
        await self.call("DELETE", f"/v2/contact/{ref.uuid}")

    async def opt_out(self, phone: str, *, is_opted_out: bool = True) -> None:
        await self.update(phone, Person(is_opted_out=is_opted_out))

    async def block(self, phone: str, *, is_blocked: bool = True) -> None:
        raise NotExpressible("block")
