"""A contact, what may be said about one, and the one merge of the two. No I/O, no clock, no words of a vendor."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from linebook.core.phone import Phone

NOTES_MAX: Final = 1000
"""Most characters in a contact's notes (Zipwhip's documented limit, applied by its dialect)."""


class Confirmation(enum.StrEnum):
    """How sure it is that the person agreed to be in the book."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    PENDING = "pending"


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A person in the book, whole: the row, with its fields, tags and groups.

    Texts are empty when unknown, never None. `fields` maps field id to text; `tags` and `groups` rise.
    `display_name` is empty unless somebody set it: `shown_name` derives one.
    """

    id: int
    uuid: str
    phone: Phone | None
    email: str
    email_key: str | None
    first_name: str
    last_name: str
    display_name: str
    company: str
    notes: str
    avatar: str
    external_id: str
    assignee_id: int | None
    line_number: str
    confirmation: Confirmation
    verified: bool
    fields: Mapping[int, str]
    tags: tuple[int, ...]
    groups: tuple[int, ...]
    rev: int
    change_no: int
    previous_no: int | None
    created_no: int
    created_ms: int
    updated_ms: int
    origin_door: str
    origin_credential_id: int | None

    @property
    def shown_name(self) -> str:
        """The name to show: the display name, or first and last name."""
        return self.display_name or f"{self.first_name} {self.last_name}".strip()


class Unknown(enum.Enum):
    """What happens to a field, tag or group that is named and does not exist."""

    CREATE = enum.auto()
    DROP = enum.auto()
    REFUSE = enum.auto()


Label = int | str
"""A field, tag or group by id, or by name."""


class FieldsChange(msgspec.Struct, frozen=True):
    """Which custom field values change: `values` by field, an empty text removes one; `replace` empties all others."""

    values: Mapping[Label, str] = {}
    replace: bool = False
    unknown: Unknown = Unknown.CREATE

    def apply(self, present: Mapping[int, str]) -> dict[int, str]:
        """Give the values that hold after the change, by rising field id. Every field must be named by id."""
        merged = {} if self.replace else dict(present)
        for field_id, text in self.values.items():
            if text:
                merged[int(field_id)] = text
            else:
                merged.pop(int(field_id), None)
        return dict(sorted(merged.items()))


class SetChange(msgspec.Struct, frozen=True):
    """Which tags (or groups) are put on and taken off. What is in both ends up on. `only` takes off all not put on."""

    add: tuple[Label, ...] = ()
    remove: tuple[Label, ...] = ()
    only: bool = False
    unknown: Unknown = Unknown.CREATE

    def apply(self, present: tuple[int, ...]) -> tuple[int, ...]:
        """Give the rising set that holds after the change. Every one must be named by id."""
        kept = () if self.only else (one for one in present if one not in self.remove)
        return tuple(sorted({*kept, *(int(one) for one in self.add)}))


class ContactPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller says about a contact. Each member is absent (UNSET), empty, or set: not given is not empty.

    Empty is `""` for texts and None for phone and assignee.
    """

    phone: Phone | None | UnsetType = UNSET
    email: str | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    display_name: str | UnsetType = UNSET
    company: str | UnsetType = UNSET
    notes: str | UnsetType = UNSET
    avatar: str | UnsetType = UNSET
    external_id: str | UnsetType = UNSET
    assignee_id: int | None | UnsetType = UNSET
    line_number: str | UnsetType = UNSET
    confirmation: Confirmation | UnsetType = UNSET
    verified: bool | UnsetType = UNSET
    fields: FieldsChange | UnsetType = UNSET
    tags: SetChange | UnsetType = UNSET
    groups: SetChange | UnsetType = UNSET


PLAIN_MEMBERS: Final = (
    "phone",
    "email",
    "first_name",
    "last_name",
    "display_name",
    "company",
    "notes",
    "avatar",
    "external_id",
    "assignee_id",
    "line_number",
    "confirmation",
    "verified",
)
"""The members that a patch replaces as they are; fields, tags and groups have changes of their own."""

BLANK: Final = Contact(
    id=0,
    uuid="",
    phone=None,
    email="",
    email_key=None,
    first_name="",
    last_name="",
    display_name="",
    company="",
    notes="",
    avatar="",
    external_id="",
    assignee_id=None,
    line_number="",
    confirmation=Confirmation.CONFIRMED,
    verified=False,
    fields={},
    tags=(),
    groups=(),
    rev=0,
    change_no=0,
    previous_no=None,
    created_no=0,
    created_ms=0,
    updated_ms=0,
    origin_door="",
    origin_credential_id=None,
)
"""What a contact is before anything was said about it."""


def email_key(email: str) -> str | None:
    """Give the form under which two spellings of one e-mail address are equal, or None for what is no address.

    Trimmed, case-folded. Old clients send the text `None` for a missing address: it names nobody.
    """
    trimmed = email.strip()
    name, at, domain = trimmed.partition("@")
    if not (name and at and domain) or "@" in domain or any(letter.isspace() for letter in trimmed):
        return None
    return trimmed.casefold()


def merge(contact: Contact, patch: ContactPatch) -> dict[str, object]:
    """Give the members of `contact` that the patch changes, with their new values; empty when it changes nothing.

    Pure, and the only place where a patch meets a contact. `email_key` is not decided here: who may claim an
    address depends on the other contacts.
    """
    changes: dict[str, object] = {}
    for member in PLAIN_MEMBERS:
        value = getattr(patch, member)
        if value is not UNSET and value != getattr(contact, member):
            changes[member] = value
    if patch.fields is not UNSET:
        fields = patch.fields.apply(contact.fields)
        if fields != contact.fields:
            changes["fields"] = fields
    if patch.tags is not UNSET:
        tags = patch.tags.apply(contact.tags)
        if tags != contact.tags:
            changes["tags"] = tags
    if patch.groups is not UNSET:
        groups = patch.groups.apply(contact.groups)
        if groups != contact.groups:
            changes["groups"] = groups
    return changes

