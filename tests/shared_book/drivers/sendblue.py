"""The Sendblue door."""

from __future__ import annotations

from typing import Final

import httpx
from msgspec import UNSET

from linebook.dialects.sendblue import SENDBLUE
from tests.shared_book.drivers.base import HttpDoor, Json, given
from tests.shared_book.person import NotExpressible, Person, Ref


class SendblueDoor(HttpDoor):
    """Everything by name: tags, fields, and the assignee by e-mail address."""

    dialect = SENDBLUE
    says = frozenset(
        {
            "phone",
            "first_name",
            "last_name",
            "company",
            "assignee",
            "line_number",
            "fields",
            "tags",
            "is_opted_out",
        }
    )
    path: Final = "/api/v2/contacts"

    def __init__(self, client: httpx.AsyncClient, key_id: str, key_secret: str) -> None:
        super().__init__(client, {"sb-api-key-id": key_id, "sb-api-secret-key": key_secret})

    async def create(self, person: Person) -> None:
        body = self._body(person)
        opt_out = body.pop("opt_out", UNSET)
        saved = await self.call(
            "POST", self.path, json={**body, **given(number=person.phone), "update_if_exists": True}
        )
        if opt_out is not UNSET:
            await self.call("PUT", f"{self.path}/{saved['contact']['phone']}", json={"opt_out": opt_out})

    async def update(self, phone: str, person: Person) -> None:
        if person.phone not in (UNSET, phone):
            raise NotExpressible("another number")
        await self.call("PUT", f"{self.path}/{phone}", json=self._body(person))

    async def update_ref(self, ref: Ref, person: Person) -> None:
        if person.phone is not UNSET:
            raise NotExpressible("another number")
        await self.call("PUT", f"{self.path}/{ref.uuid}", json=self._body(person))

    def _body(self, person: Person) -> Json:
        self.check(person)
        tags = sorted(person.tags) if isinstance(person.tags, frozenset) else UNSET
        return given(
            first_name=person.first_name,
            last_name=person.last_name,
            company_name=person.company,
            assigned_to_email=person.assignee,
            sendblue_number=person.line_number,
            custom_variables=person.fields,
            tags=tags,
            opt_out=person.is_opted_out,
        )

    async def read(self, phone: str) -> Person | None:
        return await self._one(phone)

    async def read_ref(self, ref: Ref) -> Person | None:
        return await self._one(ref.uuid)

    async def _one(self, key: str) -> Person | None:
        answer = await self.find("GET", f"{self.path}/{key}")
        return None if answer is None else self._person(answer["contact"])

    async def list_all(self) -> list[Person]:
        return [self._person(one) for one in await self.call("GET", self.path, params={"limit": 1000})]

    def _person(self, view: Json) -> Person:
        return Person(
            phone=view["phone"],
            first_name=view["first_name"] or "",
            last_name=view["last_name"] or "",
            company=view["company_name"] or "",
            assignee=view["assigned_to_email"] or "",
            line_number=view["sendblue_number"] or "",
            verified=view["verified"],
            fields=view["custom_variables"],
            tags=frozenset(view["tags"]),
            is_opted_out=view["opt_out"],
        )

    async def delete(self, phone: str) -> None:
        await self.call("DELETE", f"{self.path}/{phone}")

    async def delete_ref(self, ref: Ref) -> None:
        await self.call("DELETE", f"{self.path}/{ref.uuid}")

    async def opt_out(self, phone: str, *, is_opted_out: bool = True) -> None:
        await self.call("POST", f"{self.path}/opt-out", json={"number": phone, "opted_out": is_opted_out})
