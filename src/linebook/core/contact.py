"""A contact, what may be said about one, and the one merge of the two. No I/O, no clock, no words of a vendor."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from linebook.core.phone import Phone
from linebook.errors import InvalidMember

NOTES_MAX: Final = 1000
"""Most characters in a contact's notes (Zipwhip's documented limit, applied by its dialect)."""

EMAIL_MAX: Final = 254
"""Most characters in an e-mail address (RFC 5321); what is longer names nobody, and would not fit an index."""

EXTERNAL_ID_MAX: Final = 255
"""Most characters in a contact's external id, which is looked up by an index."""

NOTES_ADDED_MAX: Final = 100_000
"""Most characters in a contact's notes when a paragraph is added to them; programs that add one a night need an end."""

LAST_ID: Final = 2**63 - 1
"""The highest number that a database keeps as an id."""

_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+")
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


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
    created_no: int
    created_ms: int
    updated_ms: int
    origin_door: str
    origin_credential_id: int | None

    @property
    def shown_name(self) -> str:
        """The name to show: the display name, or first and last name."""
        return self.display_name or full_name(self.first_name, self.last_name)


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
    """Which tags (or groups) are put on and taken off. What is in both ends up on. `only` takes off all not put on.

    `seen` limits `only` for callers who are never shown more than so many, by rising id: what they cannot see stays on.
    """

    add: tuple[Label, ...] = ()
    remove: tuple[Label, ...] = ()
    only: bool = False
    unknown: Unknown = Unknown.CREATE
    seen: int | None = None

    def apply(self, present: tuple[int, ...]) -> tuple[int, ...]:
        """Give the rising set that holds after the change. Every one must be named by id."""
        if self.only:
            kept: Iterable[int] = () if self.seen is None else present[self.seen :]
        else:
            kept = (one for one in present if one not in self.remove)
        return tuple(sorted({*kept, *(int(one) for one in self.add)}))


class ContactPatch(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller says about a contact. Each member is absent (UNSET), empty, or set: not given is not empty.

    Empty is `""` for texts and None for phone and assignee. `shown_name` is a display name from callers who see the
    derived one in its place: it counts only where it differs from what would be shown anyway. `notes_added` is put
    behind the notes as a paragraph of its own.
    """

    phone: Phone | UnsetType | None = UNSET
    email: str | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    display_name: str | UnsetType = UNSET
    company: str | UnsetType = UNSET
    notes: str | UnsetType = UNSET
    avatar: str | UnsetType = UNSET
    external_id: str | UnsetType = UNSET
    assignee_id: int | UnsetType | None = UNSET
    line_number: str | UnsetType = UNSET
    confirmation: Confirmation | UnsetType = UNSET
    verified: bool | UnsetType = UNSET
    fields: FieldsChange | UnsetType = UNSET
    tags: SetChange | UnsetType = UNSET
    groups: SetChange | UnsetType = UNSET
    shown_name: str | UnsetType = UNSET
    notes_added: str | UnsetType = UNSET


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

_plain: Final = attrgetter(*PLAIN_MEMBERS)

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
    created_no=0,
    created_ms=0,
    updated_ms=0,
    origin_door="",
    origin_credential_id=None,
)
"""What a contact is before anything was said about it."""


def full_name(first_name: str, last_name: str) -> str:
    """Give the name that first and last name make together."""
    return f"{first_name} {last_name}".strip()


def new_email_key(email: str) -> str | None:
    """Give the `email_key` of an address that is asked for once."""
    trimmed = email.strip()
    if len(trimmed) > EMAIL_MAX or _ADDRESS.fullmatch(trimmed) is None or not is_storable(trimmed):
        return None
    return trimmed.casefold()


@lru_cache(maxsize=4096)  # a save asks several times
def email_key(email: str) -> str | None:
    """Give the form under which two spellings of one e-mail address are equal, or None for what is no address.

    Trimmed, case-folded. Old clients send the text `None` for a missing address: it names nobody.
    """
    return new_email_key(email)


def is_storable(text: str) -> bool:
    """Whether every database keeps the text as it is: it has no NUL character and no half of a surrogate pair."""
    return "\0" not in text and (text.isascii() or _LONE_SURROGATE.search(text) is None)


def check_text(member: str, text: str, longest: int | None = None) -> None:
    """Refuse text that cannot be kept, or is longer than `longest` characters. Raises `InvalidMember`."""
    if not is_storable(text):
        raise InvalidMember(member, "has a character that cannot be stored")
    if longest is not None and len(text) > longest:
        raise InvalidMember(member, f"has more than {longest} characters")


def check_patch(patch: ContactPatch) -> None:
    """Refuse a patch with a value that cannot be kept; asked before anything is looked up. Raises `InvalidMember`.

    Names of fields, tags and groups are not looked at: they matter only to whoever makes one.
    """
    values = _plain(patch)
    if not is_storable("".join([value for value in values if type(value) is str])):
        for member, value in zip(PLAIN_MEMBERS, values, strict=True):
            if type(value) is str:
                check_text(member, value)
    if patch.shown_name is not UNSET:
        check_text("display_name", patch.shown_name)
    if patch.notes_added is not UNSET:
        check_text("notes", patch.notes_added)
    if patch.external_id is not UNSET:
        check_text("external_id", patch.external_id, EXTERNAL_ID_MAX)
    if isinstance(patch.assignee_id, int) and not 1 <= patch.assignee_id <= LAST_ID:
        raise InvalidMember("assignee_id", "is no id")
    if patch.fields is not UNSET:
        for text in patch.fields.values.values():
            check_text("fields", text)


def merge(contact: Contact, patch: ContactPatch) -> dict[str, object]:
    """Give the members of `contact` that the patch changes, with their new values; empty when it changes nothing.

    Pure, and the only place where a patch meets a contact. `email_key` is not decided here: who may claim an
    address depends on the other contacts. Raises `InvalidMember` when notes grow beyond every measure.
    """
    changes: dict[str, object] = {
        member: value
        for member, value, present in zip(PLAIN_MEMBERS, _plain(patch), _plain(contact), strict=True)
        if value is not UNSET and value != present
    }
    if patch.shown_name is not UNSET:
        display_name = _display_name(contact, patch, patch.shown_name)
        if display_name != contact.display_name:
            changes["display_name"] = display_name
    if patch.notes_added is not UNSET and patch.notes_added.strip():
        notes = contact.notes if patch.notes is UNSET else patch.notes
        changes["notes"] = f"{notes}\n\n{patch.notes_added}" if notes else patch.notes_added
        check_text("notes", f"{changes['notes']}", NOTES_ADDED_MAX)
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


def _display_name(contact: Contact, patch: ContactPatch, shown: str) -> str:
    """Give the display name to keep: none, where the given one only repeats what is shown without one."""
    if shown == contact.shown_name and not contact.display_name:
        return ""
    first_name = contact.first_name if patch.first_name is UNSET else patch.first_name
    last_name = contact.last_name if patch.last_name is UNSET else patch.last_name
    return "" if shown == full_name(first_name, last_name) else shown
