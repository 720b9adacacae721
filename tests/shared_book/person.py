"""A person in nobody's words: what is said through one door, and what is seen through another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a person, or seen: UNSET is what a caller does not mention, or a door does not show.

    `phone` is complete (`+…`), None for a person without one. `assignee` is an e-mail address, empty for nobody.
    Fields, tags and groups go by name. Said fields are merged into those that are there, tags and groups are all there
    are.
    """

    phone: str | UnsetType | None = UNSET
    email: str | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    display_name: str | UnsetType = UNSET
    company: str | UnsetType = UNSET
    notes: str | UnsetType = UNSET
    avatar: str | UnsetType = UNSET
    assignee: str | UnsetType = UNSET
    line_number: str | UnsetType = UNSET
    external_id: str | UnsetType = UNSET
    confirmation: str | UnsetType = UNSET
    verified: bool | UnsetType = UNSET
    fields: Mapping[str, str] | UnsetType = UNSET
    tags: frozenset[str] | UnsetType = UNSET
    groups: frozenset[str] | UnsetType = UNSET
    is_opted_out: bool | UnsetType = UNSET
    is_blocked: bool | UnsetType = UNSET

    def members(self) -> dict[str, object]:
        """Give the members that are there."""
        return {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) is not UNSET}


MEMBERS = frozenset(Person.__struct_fields__)


class Ref(NamedTuple):
    """A contact by the ids that doors know it by, whether or not it has a number."""

    id: int
    uuid: str


class NotExpressible(Exception):
    """The door has no word for that."""


class Refused(Exception):
    """The door refused, in its platform's form."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body
