"""What every door has in common: its manner, and for the dialects calling and checking the form of what comes back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

import httpx
import msgspec
from msgspec import UNSET

from linebook.app import DIALECTS
from linebook.dialects.base import Dialect
from linebook.dialects.kit import compile_path
from tests.shared_book.person import NotExpressible, Person, Ref, Refused

Json = dict[str, Any]


class Door(Protocol):
    """One way into the book. Each method raises `NotExpressible` for what cannot be said there, else `Refused`."""

    name: str
    says: frozenset[str]
    """The members of a person that can be said through it."""

    @property
    def rewrites(self) -> frozenset[str]:
        """Those that a program can write back as they were shown; what can only be added to is none of them."""

    async def create(self, person: Person) -> None:
        """Save a person by number (or, without one, by address): a new one, or what is said of the present one."""

    async def update(self, phone: str, person: Person) -> None:
        """Change what is said of the person who has the number."""

    async def update_ref(self, ref: Ref, person: Person) -> None:
        """The same, by id."""

    async def read(self, phone: str) -> Person | None:
        """Give the person who has the number, as far as it is shown here; the number as a caller here types it."""

    async def read_ref(self, ref: Ref) -> Person | None:
        """The same, by id."""

    async def list_all(self) -> list[Person]:
        """Give everybody in the book."""

    async def delete(self, phone: str) -> None:
        """Delete the person who has the number."""

    async def delete_ref(self, ref: Ref) -> None:
        """The same, by id."""

    async def opt_out(self, phone: str, *, is_opted_out: bool = True) -> None:
        """Set the team's opt-out of a number, or lift it."""

    async def block(self, phone: str, *, is_blocked: bool = True) -> None:
        """Block a number, or unblock it."""


class Closed:
    """Refuses what a door has no word for; each door puts its own words in place of these."""

    says: frozenset[str] = frozenset()

    @property
    def rewrites(self) -> frozenset[str]:
        """See `Door`."""
        return self.says

    def check(self, person: Person) -> None:
        """Raise `NotExpressible` for a person of whom something is said that cannot be said here."""
        unsayable = person.members().keys() - self.says
        if unsayable:
            raise NotExpressible(", ".join(sorted(unsayable)))

    async def update_ref(self, ref: Ref, person: Person) -> None:
        raise NotExpressible("an update by id")

    async def delete(self, phone: str) -> None:
        raise NotExpressible("deletion")

    async def delete_ref(self, ref: Ref) -> None:
        raise NotExpressible("deletion")

    async def opt_out(self, phone: str, *, is_opted_out: bool = True) -> None:
        raise NotExpressible("opt-out")

    async def block(self, phone: str, *, is_blocked: bool = True) -> None:
        raise NotExpressible("block")


class HttpDoor(Closed):
    """What the four dialects share: calling, and checking the form of what comes back."""

    dialect: Dialect

    def __init__(self, client: httpx.AsyncClient, headers: Mapping[str, str]) -> None:
        self._client = client
        self._headers = dict(headers)
        self.name = self.dialect.name

    async def call(self, method: str, path: str, **rest: Any) -> Any:
        """Make a call and give the decoded body. Raises `Refused`; fails on an answer of another form."""
        headers = {**self._headers, **rest.pop("headers", {})}
        answer = await self._client.request(method, path, headers=headers, **rest)
        if answer.status_code >= 400:
            msgspec.json.decode(answer.content, type=self.dialect.failure)
            raise Refused(answer.status_code, answer.json())
        self._check_form(method, path, answer.content)
        return answer.json()

    async def find(self, method: str, path: str, **rest: Any) -> Any:
        """Make a call about one contact; give None where it is refused because there is nobody."""
        try:
            return await self.call(method, path, **rest)
        except Refused as refused:
            if self.is_nobody(refused):
                return None
            raise

    def is_nobody(self, refused: Refused) -> bool:
        """Whether a refusal says that there is no such contact."""
        return refused.status == 404

    def _check_form(self, method: str, path: str, body: bytes) -> None:
        for methods, pattern, decoder in _forms(self.dialect.name):
            if method in methods and pattern.match(path.partition("?")[0]):
                decoder.decode(body)
                return
        raise AssertionError(f"{self.name} declares no {method} {path}")


@cache
def _forms(dialect_name: str) -> list[tuple[tuple[str, ...], re.Pattern[str], msgspec.json.Decoder[Any]]]:
    """Give the form of every answer of a dialect, by method and path; exact paths first."""
    dialect = next(one for one in DIALECTS if one.name == dialect_name)
    served = [one for one in dialect.operations if one.handler is not None]
    return [
        (one.methods, compile_path(one.path), msgspec.json.Decoder(dialect.answer_shape(one)))
        for one in sorted(served, key=lambda operation: "{" in operation.path)
    ]


def given(**members: Any) -> Json:
    """Give what is not UNSET."""
    return {name: value for name, value in members.items() if value is not UNSET}
