"""What whoever writes contacts into a file is handed, and what the ids in it are called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from linebook.core.consent import Consent
from linebook.core.contact import Contact

PLAIN_COLUMNS: Final = (
    "id",
    "uuid",
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
    "fields",
    "tags",
    "contact_groups",
    "created_ms",
    "updated_ms",
)
"""The values of a `PlainContact`, in this order; fields, tags and groups as the JSON texts that they are stored as."""

_REMEMBERED_MAX: Final = 10_000

PlainContact = tuple[Any, ...]
"""A contact as it is stored. Making a `Contact` of each would take longer than all the rest of a table."""


class Exported(msgspec.Struct, frozen=True):
    """A contact, and the consent of its number on every line; None where nothing is known of it."""

    contact: Contact
    consent: Consent | None = None


class ExportedPlain(msgspec.Struct, frozen=True, gc=False):
    """The same for tables."""

    values: PlainContact
    consent: Consent | None = None


class BookNames(msgspec.Struct, frozen=True, kw_only=True):
    """What the ids in an account's contacts are called: fields, tags and groups by name, users by e-mail address."""

    fields: Mapping[int, str] = {}
    tags: Mapping[int, str] = {}
    groups: Mapping[int, str] = {}
    users: Mapping[int, str] = {}

    def tags_of(self, contact: Contact) -> list[str]:
        """Give the names of a contact's tags."""
        return [self.tags.get(one, f"tag {one}") for one in contact.tags]

    def groups_of(self, contact: Contact) -> list[str]:
        """Give the names of a contact's groups."""
        return [self.groups.get(one, f"group {one}") for one in contact.groups]

    def assignee_of(self, contact: Contact) -> str:
        """Give the address of whom a contact is assigned to; empty for nobody, and for one without an address."""
        return "" if contact.assignee_id is None else self.users.get(contact.assignee_id, "")


class TimeTexts:
    """Writes times like `time_text`, and remembers the seconds, which neighbours share."""

    def __init__(self) -> None:
        self._seconds: dict[int, str] = {}

    def __call__(self, at_ms: int) -> str:
        """Give the text of a time."""
        second = at_ms // 1000
        text = self._seconds.get(second)
        if text is None:
            if len(self._seconds) > _REMEMBERED_MAX:
                self._seconds.clear()
            text = self._seconds[second] = time_text(second * 1000)[:-4]
        return f"{text}{at_ms % 1000:03d}Z"


def time_text(at_ms: int) -> str:
    """Give a time in ISO 8601: UTC, with milliseconds."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
