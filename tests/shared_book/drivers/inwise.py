"""The inwise door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import httpx

from linebook.dialects.inwise import INWISE
from tests.shared_book.drivers.base import HttpDoor, Json, given
from tests.shared_book.person import Person, Ref


class InwiseDoor(HttpDoor):
    """Fields and groups by number, names as fields 1 and 2. `flags` go into every write, to complete local numbers."""

    dialect = INWISE
    says = frozenset({"phone", "email", "first_name", "last_name", "external_id", "confirmation", "fields", "groups"})
    base: Final = "/rest/v1"

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        super().__init__(client, {"x-api-key": key})
        self.flags: Json = {}

    async def create(self, person: Person) -> None:
        await self.save(await self._body(person))

    async def update(self, phone: str, person: Person) -> None:
        view = await self._view(phone)
        assert view is not None
        await self.save({**await self._body(person), "id": view["id"]})

    async def update_ref(self, ref: Ref, person: Person) -> None:
        await self.save({**await self._body(person), "id": ref.id})

    async def save(self, body: Json) -> int:
        """Send a contact and give its id."""
        answer = await self.call("POST", f"{self.base}/contacts", json={**self.flags, **body})
        return int(answer["id"])

    async def _body(self, person: Person) -> Json:
        self.check(person)
        body = given(
            mobile_number=person.phone,
            email=person.email,
            external_id=person.external_id,
            confirmation_status=person.confirmation,
        )
        fields = given(field1=person.first_name, field2=person.last_name)
        if person.fields:
            numbers = {title: name for name, title in (await self._titles()).items()}
            for label, text in person.fields.items():
                if label not in numbers:
                    made = await self.call("POST", f"{self.base}/fields", json={"title": label})
                    numbers[label] = made["name"]
                fields[numbers[label]] = text
        if fields:
            body["fields"] = [{"name": name, "content": text} for name, text in fields.items()]
        if isinstance(person.groups, frozenset):
            made_groups = [await self.call("POST", f"{self.base}/groups", json={"name": one}) for one in person.groups]
            body["add_to_groups_ids"] = [one["id"] for one in made_groups]
            body["remove_from_all_other_groups"] = True
        return body

    async def _titles(self) -> dict[str, str]:
        return {one["name"]: one["title"] for one in await self.call("GET", f"{self.base}/fields")}

    async def read(self, phone: str) -> Person | None:
        view = await self._view(phone)
        return None if view is None else (await self._people([view]))[0]

    async def _view(self, phone: str) -> Json | None:
        found = await self.call("GET", f"{self.base}/contacts", params={"mobile_number": phone})
        assert len(found) <= 1
        return found[0] if found else None

    async def read_ref(self, ref: Ref) -> Person | None:
        view = await self.find("GET", f"{self.base}/contacts/{ref.id}")
        return None if view is None else (await self._people([view]))[0]

    async def list_all(self) -> list[Person]:
        return await self._people(await self.call("GET", f"{self.base}/contacts"))

    async def _people(self, views: Iterable[Json]) -> list[Person]:
        titles = await self._titles()
        groups = {one["id"]: one["name"] for one in await self.call("GET", f"{self.base}/groups")}
        return [self._person(view, titles, groups) for view in views]

    def _person(self, view: Json, titles: Mapping[str, str], groups: Mapping[int, str]) -> Person:
        fields = {one["name"]: one["content"] for one in view["fields"]}
        return Person(
            phone=None if view["mobile_number"] is None else f"+{view['mobile_number']}",
            email=view["email"] or "",
            first_name=fields.pop("field1", ""),
            last_name=fields.pop("field2", ""),
            external_id=view["external_id"] or "",
            confirmation=view["confirmation_status"],
            fields={titles[name]: text for name, text in fields.items()},
            groups=frozenset(groups[one] for one in view["groups_ids"]),
        )
