"""The Heymarket door, by its first version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import httpx
import msgspec
from msgspec import UNSET

from linebook.dialects.heymarket import HEYMARKET
from tests.shared_book.drivers.base import HttpDoor, Json, given
from tests.shared_book.person import NotExpressible, Person, Ref


class HeymarketDoor(HttpDoor):
    """Fields, tags and users by id; a note is put behind the others, through the n8n surface."""

    dialect = HEYMARKET
    says = frozenset(
        {
            "phone",
            "email",
            "first_name",
            "last_name",
            "display_name",
            "notes",
            "avatar",
            "assignee",
            "fields",
            "tags",
            "is_opted_out",
            "is_blocked",
        }
    )

    def __init__(self, client: httpx.AsyncClient, key: str, n8n_key: str) -> None:
        super().__init__(client, {"authorization": f"Bearer {key}"})
        self.n8n = {"x-heymarket-api-key": n8n_key}

    @property
    def rewrites(self) -> frozenset[str]:
        return self.says - {"notes"}

    async def create(self, person: Person) -> None:
        await self.call("POST", "/v1/contact", json={**await self.body(person), "phone": person.phone})
        await self._say_more(person.phone, person)

    async def update(self, phone: str, person: Person) -> None:
        view = await self._view(phone=phone)
        assert view is not None
        await self._put(view, person)

    async def update_ref(self, ref: Ref, person: Person) -> None:
        view = await self._view(id=ref.id)
        assert view is not None
        await self._put(view, person)

    async def _put(self, view: Json, person: Person) -> None:
        # A number that is not said is sent as it is shown: the platform asks for one.
        phone = view["phone"] if person.phone is UNSET else person.phone
        body = await self.body(person)
        await self.call("PUT", f"/v1/contact/{view['id']}", json={**body, "phone": phone or ""})
        await self._say_more(phone, person)

    async def body(self, person: Person) -> Json:
        """Give what a write says of a person, without number, notes and block."""
        self.check(person)
        body = given(
            email=person.email,
            first=person.first_name,
            last=person.last_name,
            display_name=person.display_name,
            avatar=person.avatar,
            is_opted_out=person.is_opted_out,
        )
        if isinstance(person.assignee, str):
            body["assignee_id"] = await self._user_id(person.assignee) if person.assignee else -1
        if person.fields:
            titles = [{"title": label} for label in person.fields]
            made = await self.call("POST", "/v1/contacts/fields", json=titles)
            body["custom"] = {str(one["id"]): text for one, text in zip(made, person.fields.values(), strict=True)}
        if isinstance(person.tags, frozenset):
            tags = [await self.call("POST", "/v1/tag", json={"tag": one}) for one in sorted(person.tags)]
            body["tags"] = [{"tag_id": one["id"]} for one in tags]
        return body

    async def _say_more(self, phone: object, person: Person) -> None:
        if person.notes is not UNSET:
            if not person.notes:
                raise NotExpressible("empty notes")
            note = {"phone_number": phone, "note": person.notes}
            await self.call("POST", "/n8n/v1/contacts", json=note, headers=self.n8n)
        if person.is_blocked is not UNSET:
            await self.block(str(phone), is_blocked=person.is_blocked)

    async def _user_id(self, email: str) -> int:
        found = await self.call("GET", "/v1/users/get", params={"email": email})
        return int(found["memberships"][0]["id"])

    async def read(self, phone: str) -> Person | None:
        return await self._read(phone=phone)

    async def read_ref(self, ref: Ref) -> Person | None:
        return await self._read(id=ref.id)

    async def _read(self, **key: Any) -> Person | None:
        view = await self._view(**key)
        if view is None:
            return None
        person = (await self.people([view]))[0]
        if person.phone is None:
            return person
        status = await self.call("POST", "/v1/contact/status", json={"id": view["id"]})
        assert status["unsubscribed"] is person.is_opted_out
        return msgspec.structs.replace(person, is_blocked=status["blocked"])

    async def _view(self, **key: Any) -> Json | None:
        view: Json | None = await self.find("POST", "/v1/contact/get", json=key)
        return view

    async def list_all(self) -> list[Person]:
        return await self.people(await self.call("POST", "/v1/contacts", json={"limit": 200}))

    async def people(self, views: Iterable[Json]) -> list[Person]:
        """Give what contacts show, in names."""
        titles = {str(one["id"]): one["title"] for one in await self.call("POST", "/v1/contact-fields")}
        users = {one["id"]: one["email"] for one in (await self.call("GET", "/v1/team"))["members"]}
        return [self._person(view, titles, users) for view in views]

    def _person(self, view: Json, titles: Mapping[str, str], users: Mapping[int, str]) -> Person:
        return Person(
            phone=f"+{view['phone']}" if view["phone"] else None,
            email=view["email"],
            first_name=view["first"],
            last_name=view["last"],
            display_name=view["display_name"],
            notes="\n\n".join(one["text"] for one in view.get("note", ())),
            avatar=view.get("avatar", ""),
            assignee=users[view["assigned_user_id"]] if view["assigned_user_id"] else "",
            external_id=view.get("external_id", ""),
            fields={titles[one]: text for one, text in view["custom"].items()},
            tags=frozenset(one["tag"] for one in view["tags"]),
            is_opted_out=view["is_opted_out"],
        )

    async def delete(self, phone: str) -> None:
        view = await self._view(phone=phone)
        assert view is not None
        await self.call("DELETE", f"/v1/contact/{view['id']}")

    async def delete_ref(self, ref: Ref) -> None:
        await self.call("DELETE", f"/v1/contact/{ref.id}")

    async def opt_out(self, phone: str, *, is_opted_out: bool = True) -> None:
        await self._set_status(phone, "unsubscribed" if is_opted_out else "subscribed")

    async def block(self, phone: str, *, is_blocked: bool = True) -> None:
        await self._set_status(phone, "blocked" if is_blocked else "unblocked")

    async def _set_status(self, phone: str, status: str) -> None:
        await self.call("POST", "/v1/contact/set_status", json={"phone": phone, "status": status})
