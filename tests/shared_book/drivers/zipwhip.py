"""The Zipwhip door."""

from __future__ import annotations

from typing import Any, Final

import httpx
import msgspec
from msgspec import UNSET

from linebook.dialects.zipwhip import ZIPWHIP
from tests.shared_book.drivers.base import HttpDoor, Json, given
from tests.shared_book.person import NotExpressible, Person, Ref, Refused


class ZipwhipDoor(HttpDoor):
    """Flat parameters; a contact is its number, other custom fields than the platform's own are unknown."""

    dialect = ZIPWHIP
    says = frozenset({"phone", "email", "first_name", "last_name", "company", "notes", "fields"})
    extra: Final = {
        "City": "city",
        "State": "state",
        "Location": "loc",
        "Zip code": "zipcode",
        "Country": "country",
        "Address line 1": "addressLine1",
        "Address line 2": "addressLine2",
        "Job title": "jobTitle",
        "Phone key": "phoneKey",
        "Custom 1": "custom1",
        "Custom 2": "custom2",
    }

    def __init__(self, client: httpx.AsyncClient, session: str) -> None:
        super().__init__(client, {})
        self._session = session

    async def ask(self, name: str, **params: Any) -> Any:
        """Make a call by its name and give what it answers."""
        answer = await self.call("POST", f"/{name}", data={"session": self._session, **params})
        assert answer["success"] is True
        return answer["response"]

    def is_nobody(self, refused: Refused) -> bool:
        return refused.status == 400 and refused.body == {"success": False, "response": "Contact not found"}

    async def create(self, person: Person) -> None:
        self.check(person)
        said = given(
            mobileNumber=person.phone,
            email=person.email,
            firstName=person.first_name,
            lastName=person.last_name,
            businessName=person.company,
            notes=person.notes,
        )
        for label, text in (person.fields or {}).items():
            if label not in self.extra:
                raise NotExpressible(label)
            said[self.extra[label]] = text
        await self.ask("contact/save", **said)

    async def update(self, phone: str, person: Person) -> None:
        if person.phone not in (UNSET, phone):
            raise NotExpressible("another number")
        await self.create(msgspec.structs.replace(person, phone=phone))

    async def read(self, phone: str) -> Person | None:
        return await self._get(mobileNumber=phone)

    async def read_ref(self, ref: Ref) -> Person | None:
        return await self._get(id=ref.id)

    async def _get(self, **key: Any) -> Person | None:
        answer = await self.find("POST", "/contact/get", data={"session": self._session, **key})
        return None if answer is None else self._person(answer["response"])

    async def list_all(self) -> list[Person]:
        return [self._person(one) for one in await self.ask("contact/list")]

    def _person(self, view: Json) -> Person:
        number = view["mobileNumber"]
        assert view["address"] == (f"ptn:/{number}" if number else "")
        return Person(
            phone=("" if number.startswith("+") else "+1") + number if number else None,
            email=view["email"],
            first_name=view["firstName"],
            last_name=view["lastName"],
            company=view["businessName"],
            notes=view["notes"],
            fields={label: view[name] for label, name in self.extra.items() if view[name]},
        )

    async def delete(self, phone: str) -> None:
        assert await self.ask("contact/delete", contact=f"ptn:/{phone}") is True

    async def delete_ref(self, ref: Ref) -> None:
        assert await self.ask("contact/delete", contact=ref.id) is True
