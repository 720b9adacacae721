"""The command line as a door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec import UNSET

from tests.kit.shell import CommandLine
from tests.shared_book.drivers.base import Closed, Json
from tests.shared_book.person import MEMBERS, Person, Ref, Refused


class CommandDoor(Closed):
    """The command line beside a running hub. It says and shows every member."""

    name = "cli"
    says = MEMBERS

    def __init__(self, command_line: CommandLine, account: str, refresh: Callable[[], None]) -> None:
        self.run = command_line
        self._account = account
        self._refresh = refresh

    def data(self, *arguments: str) -> Any:
        """Run a command and give its JSON. Raises `Refused` with its exit code."""
        ended = self.run("--account", self._account, *arguments, "--json")
        # A hub looks every second what other processes have made; this one looks now.
        self._refresh()
        if ended.code:
            raise Refused(ended.code, ended.error)
        return ended.data

    async def create(self, person: Person) -> None:
        key = [] if not person.phone else [person.phone]
        self._save(key if key else ["--new"], msgspec.structs.replace(person, phone=UNSET))

    async def update(self, phone: str, person: Person) -> None:
        self._save([phone, "--existing"], person)

    async def update_ref(self, ref: Ref, person: Person) -> None:
        self._save([f"id:{ref.id}", "--existing"], person)

    def _save(self, key: list[str], person: Person) -> None:
        options: list[str] = []
        for name, value in person.members().items():
            word = name.replace("_", "-")
            match value:
                case str():
                    options += [f"--{word}", value]
                case None:
                    options += [f"--{word}", ""]
                case Mapping():
                    for label, text in value.items():
                        options += ["--field", f"{label}={text}"]
                case frozenset():
                    options += self._set_options(word.removesuffix("s"), key[0], value)
                case _:
                    options.append(_FLAGS[name][0 if value else 1])
        self.data("contacts", "save", *key, *options)

    def _set_options(self, word: str, key: str, names: frozenset[str]) -> list[str]:
        present: set[str] = set()
        if not key.startswith("--"):
            view = self._view(key)
            present = {one["name"] for one in view[f"{word}s"]} if view is not None else set()
        return [
            *(part for one in sorted(names) for part in (f"--{word}", one)),
            *(part for one in sorted(present - names) for part in (f"--un{word}", one)),
        ]

    async def read(self, phone: str) -> Person | None:
        view = self._view(phone)
        return None if view is None else self._person(view, with_consent=True)

    async def read_ref(self, ref: Ref) -> Person | None:
        return await self.read(f"id:{ref.id}")

    async def list_all(self) -> list[Person]:
        return [self._person(one) for one in self.data("contacts", "list", "--limit", "1000")]

    def _view(self, key: str) -> Json | None:
        try:
            view: Json = self.data("contacts", "show", key)
        except Refused as refused:
            assert "There is no contact" in str(refused.body), refused
            return None
        return view

    def _person(self, view: Json, *, with_consent: bool = False) -> Person:
        person = Person(
            phone=view["phone"],
            email=view["email"],
            first_name=view["first_name"],
            last_name=view["last_name"],
            display_name=view["display_name"],
            company=view["company"],
            notes=view["notes"],
            avatar=view["avatar"],
            assignee=self._user(view["assignee_id"]) if view["assignee_id"] else "",
            line_number=view["line_number"],
            external_id=view["external_id"],
            confirmation=view["confirmation"],
            verified=view["verified"],
            fields={one["label"]: one["value"] for one in view["fields"]},
            tags=frozenset(one["name"] for one in view["tags"]),
            groups=frozenset(one["name"] for one in view["groups"]),
        )
        if not with_consent:
            return person
        return msgspec.structs.replace(
            person,
            is_opted_out=view["opted_out_by_person"] or view["opted_out_by_team"],
            is_blocked=view["blocked"],
        )

    def _user(self, user_id: int) -> str:
        return next(str(one["email"]) for one in self.data("user", "list") if one["id"] == user_id)

    async def delete(self, phone: str) -> None:
        self.data("contacts", "delete", phone, "--yes")

    async def delete_ref(self, ref: Ref) -> None:
        self.data("contacts", "delete", f"id:{ref.id}", "--yes")

    async def opt_out(self, phone: str, *, is_opted_out: bool = True) -> None:
        self._save([phone], Person(is_opted_out=is_opted_out))

    async def block(self, phone: str, *, is_blocked: bool = True) -> None:
        self._save([phone], Person(is_blocked=is_blocked))


_FLAGS: Final = {
    "verified": ("--verified", "--unverified"),
    "is_opted_out": ("--opt-out", "--opt-in"),
    "is_blocked": ("--block", "--unblock"),
}
