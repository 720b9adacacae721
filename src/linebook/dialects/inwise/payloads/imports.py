"""What POST /contacts/batchInsert means: which column is what, and what one record of the file says about a contact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta

from linebook.core.author import Author
from linebook.core.contact import ContactPatch, FieldsChange, SetChange
from linebook.dialects.inwise.payloads.contacts import contents, field_number, match_of, read_email, read_mobile
from linebook.dialects.kit import InvalidParameter, MissingParameter, RequestError
from linebook.services.contacts import SaveContact
from linebook.services.csv_text import Record
from linebook.services.import_reports import ImportReport

EMAIL: Final = "email"
MOBILE: Final = "mobilenumber"
EXTERNAL_ID: Final = "externalid"
Target = str | int
"""What a column is: one of the words above, or the number of a personal field."""

COMPLETED: Final = "completed"
"""The only status: an answer comes when the import is done."""

GROUP_ID_DIGITS: Final = 18


class MappingBody(msgspec.Struct, frozen=True, kw_only=True):
    """What one column of the file is."""

    field_name: Annotated[
        str | None,
        Meta(
            description="`[Email]`, `[MobileNumber]`, `[ExternalId]`, or the number of a personal field.",
            examples=["1"],
        ),
    ] = None
    file_column_name: Annotated[str | None, Meta(description="The column's name in the header of the file.")] = None


class ImportBody(msgspec.Struct, frozen=True, kw_only=True):
    """What POST /contacts/batchInsert takes. `csv_file` and `fields_mapping` are required."""

    csv_file: Annotated[str | None, Meta(description="The file itself, comma-separated, its header first.")] = None
    fields_mapping: Annotated[
        list[MappingBody] | None, Meta(description="The columns to read; others are ignored.")
    ] = None
    group_id: Annotated[
        int | str | None, Meta(description="A group that every contact of the file joins; 0 or empty is none.")
    ] = None
    updateExistingContacts: Annotated[
        bool | None, Meta(description="Whether contacts that exist take what the file says; false if not given.")
    ] = None
    country_code: Annotated[
        str | int | None, Meta(description="The country code that numbers without one get, `972`.")
    ] = None
    trim_leading_zero: Annotated[bool | None, Meta(description="Drop the zero that local numbers begin with.")] = None


class RowError(msgspec.Struct, frozen=True):
    """Why one record was not imported. The header is row 1."""

    row: int
    message: str


class ImportView(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an import. The four counts make up the total."""

    id: int
    status: str
    total: int
    added: int
    updated: int
    skipped: int
    failed: int
    errors: list[RowError]


class BadRow(RequestError):
    """The record cannot be read."""


Targets = tuple[tuple[Target, int], ...]
"""What is read from each record, and at which position it stands."""


class RowReader(msgspec.Struct, frozen=True, kw_only=True):
    """Turns the records of one file into saves."""

    width: int
    targets: Targets
    code: str | int | None
    trim: bool
    updates: bool
    group_id: int | None
    names_are_fields: bool
    author: Author

    def save(self, record: Record) -> SaveContact:
        """Give what a record says about a contact; an empty cell says nothing.

        Raises `BadRow`, `MissingParameter` or `InvalidParameter`: what the single call would be refused with.
        """
        cells = record.cells
        if not record.is_closed:
            raise BadRow("The quotes of the row are not closed.")
        if len(cells) > self.width:
            raise BadRow("The row has more cells than the header.")
        given = {target: cells[position] for target, position in self.targets if position < len(cells)}
        email = read_email(given.pop(EMAIL, None))
        phone = read_mobile(given.pop(MOBILE, None), code=self.code, trim=self.trim, add=True)
        external_id = given.pop(EXTERNAL_ID, "")
        values = {target: text for target, text in given.items() if isinstance(target, int) and text}
        members, fields = contents(values, names_are_fields=self.names_are_fields)
        joins = SetChange((self.group_id,)) if self.group_id is not None else UNSET
        patch = ContactPatch(
            email=UNSET if email is None else email,
            phone=UNSET if phone is None else phone,
            first_name=members.get("first_name", UNSET),
            last_name=members.get("last_name", UNSET),
            external_id=external_id or UNSET,
            fields=FieldsChange(fields) if fields else UNSET,
            groups=joins,
        )
        return SaveContact(
            patch=patch,
            author=self.author,
            match=match_of(None, patch),
            patch_if_present=None if self.updates else ContactPatch(groups=joins),
        )


def column_targets(header: Sequence[str], mapping: Sequence[MappingBody] | None) -> Targets:
    """Give what is read of each record. Raises `MissingParameter` or `InvalidParameter` (NOTES: imports)."""
    if not mapping:
        raise MissingParameter("fields_mapping")
    positions: dict[str, int] = {}
    for position, name in enumerate(header):
        positions.setdefault(_key(name), position)
    targets: dict[Target, int] = {}
    for one in mapping:
        target = _target(one.field_name or "")
        column = _key(one.file_column_name or "")
        if target is None or not column or column not in positions or target in targets:
            raise InvalidParameter("fields_mapping", "names an unknown field or column, or a field twice")
        targets[target] = positions[column]
    if EMAIL not in targets and MOBILE not in targets:
        raise InvalidParameter("fields_mapping", "names no key")
    return tuple(targets.items())


def read_group_id(given: int | str | None) -> int | None:
    """Give the group that everybody joins, or None for none. Raises `InvalidParameter`."""
    text = str(given if given is not None else "").strip()
    if text in ("", "0"):
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= GROUP_ID_DIGITS) or not int(text):
        raise InvalidParameter("group_id", "is no group")
    return int(text)


def import_view(report: ImportReport) -> ImportView:
    """Give a report as the platform shows it."""
    return ImportView(
        id=report.id,
        status=COMPLETED,
        total=report.total,
        added=report.created,
        updated=report.updated,
        skipped=report.skipped,
        failed=report.failed,
        errors=[RowError(*error) for error in report.errors],
    )


def _key(name: str) -> str:
    return name.strip().casefold()


def _target(name: str) -> Target | None:
    word = _key(name)
    if word.startswith("[") and word.endswith("]"):
        word = word[1:-1].strip()
    bare = word.replace("_", "")
    return bare if bare in (EMAIL, MOBILE, EXTERNAL_ID) else field_number(word)
