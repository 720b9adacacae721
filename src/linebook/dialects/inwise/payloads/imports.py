"""What POST /contacts/batchInsert means: which column is what, and what one record of the file says about a contact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta

from linebook.core.contact import ContactPatch, FieldsChange, check_patch
from linebook.core.imports import (
    ImportColumn,
    ImportOptions,
    ImportPlan,
    ImportState,
    MatchBy,
    Reject,
    StagedRecord,
)
from linebook.dialects.inwise.errors import message_of
from linebook.dialects.inwise.payloads.contacts import (
    FIRST_NAME,
    LAST_NAME,
    contents,
    field_number,
    match_of,
    read_email,
    read_mobile,
)
from linebook.dialects.kit import InvalidParameter, MissingParameter, RequestError
from linebook.errors import DomainError
from linebook.services.csv_text import Record
from linebook.services.import_rows import storable
from linebook.services.kept_imports import Import

EMAIL: Final = "email"
MOBILE: Final = "mobilenumber"
EXTERNAL_ID: Final = "externalid"
Target = str | int
"""What a column is: one of the words above, or the number of a personal field."""

COMPLETED: Final = "completed"
"""The status that callers see: an answer comes when the import is done."""

_STATUS: Final = {
    ImportState.STAGING: "queued",
    ImportState.STAGED: "queued",
    ImportState.APPLYING: "running",
    ImportState.CANCELLED: "cancelled",
    ImportState.DISCARDED: "cancelled",
}
"""What an import is called that was interrupted, or came in through another door."""

ERRORS_MAX: Final = 1_000
"""Most failed records that a report names; the count has them all."""

_MEMBERS: Final = {EMAIL: "email", MOBILE: "phone", EXTERNAL_ID: "external_id"}
_NAMES: Final = {FIRST_NAME: "first_name", LAST_NAME: "last_name"}

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


class RowReader:
    """Turns the records of one file into what is staged of them."""

    def __init__(
        self,
        header: Sequence[str],
        targets: Targets,
        *,
        region: str,
        code: str | int | None,
        trim: bool,
        updates: bool,
        group_id: int | None,
        names_are_fields: bool,
    ) -> None:
        """Lay out the columns: those of the file, and behind them what a column means besides its first meaning."""
        self._width = len(header)
        self._code = code
        self._trim = trim
        self._names_are_fields = names_are_fields
        self._targets = targets
        names, columns = list(header), [ImportColumn() for _ in header]
        self._again: list[int] = []
        self._places: dict[Target, int] = {}
        for target, position in targets:
            place = position
            if columns[place].member != ImportColumn().member:
                place = len(columns)
                names.append(header[position])
                columns.append(ImportColumn())
                self._again.append(position)
            columns[place] = self._column(target)
            self._places[target] = place
        self.plan = ImportPlan(
            header=tuple(map(storable, names)),
            columns=tuple(columns),
            options=ImportOptions(
                region=region,
                country_code=None if code is None else str(code),
                trims_zero=trim,
                updates=updates,
                match=MatchBy.BOTH,
                groups=() if group_id is None else (group_id,),
            ),
        )

    def _column(self, target: Target) -> ImportColumn:
        if isinstance(target, str):
            return ImportColumn(member=_MEMBERS[target])
        if self._names_are_fields and target in _NAMES:
            return ImportColumn(member=_NAMES[target])
        return ImportColumn(member="field", field=target)

    def read(self, record: Record) -> StagedRecord | Reject:
        """Give what a record says, or why the single call would be refused; an empty cell says nothing."""
        try:
            return self._staged(record)
        except DomainError as error:
            return Reject(record.number, message_of(error), list(map(storable, record.cells)))

    def _staged(self, record: Record) -> StagedRecord:
        if not record.is_closed:
            raise BadRow("The quotes of the row are not closed.")
        if len(record.cells) > self._width:
            raise BadRow("The row has more cells than the header.")
        original = [*record.cells, *[""] * (self._width - len(record.cells))]
        original += [original[position] for position in self._again]
        cells = original[:]
        given = {target: cells[place] for target, place in self._places.items()}
        email = read_email(given.pop(EMAIL, None))
        phone = read_mobile(given.pop(MOBILE, None), code=self._code, trim=self._trim, add=True)
        external_id = given.pop(EXTERNAL_ID, "")
        values = {target: text for target, text in given.items() if isinstance(target, int) and text}
        members, fields = contents(values, names_are_fields=self._names_are_fields)
        patch = ContactPatch(
            email=UNSET if email is None else email,
            phone=UNSET if phone is None else phone,
            first_name=members.get("first_name", UNSET),
            last_name=members.get("last_name", UNSET),
            external_id=external_id or UNSET,
            fields=FieldsChange(fields) if fields else UNSET,
        )
        match_of(None, patch)
        check_patch(patch)
        for target, text in ((EMAIL, email), (MOBILE, None if phone is None else phone.text)):
            if target in self._places:
                cells[self._places[target]] = text or ""
        cells = [
            cell if self.plan.columns[place].member != "ignore" else storable(cell) for place, cell in enumerate(cells)
        ]
        originals = {place: storable(one) for place, one in enumerate(original) if one != cells[place]}
        return StagedRecord(record.number, cells, originals)


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


def import_view(one: Import, rejects: Sequence[Reject]) -> ImportView:
    """Give an import as the platform shows it; `rejects` are the first of its records that failed."""
    return ImportView(
        id=one.id,
        status=_STATUS.get(one.state, COMPLETED),
        total=one.records,
        added=one.created,
        updated=one.updated,
        skipped=one.unchanged + one.skipped,
        failed=one.failed,
        errors=[RowError(reject.number, reject.reason) for reject in rejects],
    )


def _key(name: str) -> str:
    return name.strip().casefold()


def _target(name: str) -> Target | None:
    word = _key(name)
    if word.startswith("[") and word.endswith("]"):
        word = word[1:-1].strip()
    bare = word.replace("_", "")
    return bare if bare in (EMAIL, MOBILE, EXTERNAL_ID) else field_number(word)
