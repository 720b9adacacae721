"""What an import is: its plan, its states, one record's outcome. No I/O, and no words of a platform."""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from linebook.core.contact import Label

TEXT_MEMBERS: Final = (
    "first_name",
    "last_name",
    "display_name",
    "company",
    "notes",
    "avatar",
    "external_id",
    "line_number",
)
"""The members of a contact that a cell gives as they are."""

MEMBERS: Final = frozenset(
    {
        *TEXT_MEMBERS,
        "phone",
        "email",
        "name",
        "id",
        "tags",
        "groups",
        "opt_out",
        "blocked",
        "assignee_email",
        "confirmation",
        "verified",
        "field",
        "ignore",
    }
)
"""What a column can mean."""

SEVERAL: Final = frozenset({"field", "ignore"})
"""What more than one column can mean."""


class ImportState(enum.StrEnum):
    """How far an import is."""

    STAGING = "staging"
    """Records are being handed in. Nothing is in the book."""
    STAGED = "staged"
    """All records were looked at, and the report can be read. Nothing is in the book."""
    APPLYING = "applying"
    """Chunk by chunk the records go into the book."""
    DONE = "done"
    """Every record has its outcome."""
    CANCELLED = "cancelled"
    """Stopped; what was applied stays in the book, and the rest can go on."""
    DISCARDED = "discarded"
    """Stopped before its file was read to the end: nothing of it is in the book or ever will be."""
    UNDOING = "undoing"
    """What it changed, and nobody changed since, is being put back."""
    UNDONE = "undone"
    """Everything was put back that could be."""


class RecordKind(enum.IntEnum):
    """What became of one record. Numbers, because millions of them are kept."""

    CREATED = 1
    UPDATED = 2
    UNCHANGED = 3
    SKIPPED = 4
    """The contact was there already, and the import only adds."""
    FAILED = 5


class MatchBy(enum.StrEnum):
    """What tells that a record is about somebody who is in the book already."""

    PHONE = "phone"
    """The number; the e-mail address for a record without a number."""
    EMAIL = "email"
    """The e-mail address; the number for a record without one."""
    BOTH = "both"
    """Either; where they name two people, the record fails."""


class ImportColumn(msgspec.Struct, frozen=True, kw_only=True):
    """What a column of the file means. `field`: the custom field, by id or by label, where `member` says so."""

    member: str = "ignore"
    field: Label | None = None


class ImportOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How records are read and what they may do.

    Numbers without a country are completed for `region`; or, where one of these is given, by `country_code` and
    `trims_zero`. `updates`: contacts that exist take what the file says; otherwise the file only adds people. A blank
    cell leaves what is there, or with `blank_clears` empties it. `groups` are joined also by contacts that are skipped;
    `tags` are put on who is added or updated. `adds_keyless`: records with neither number, address nor a free id are
    added too, each time anew.
    """

    region: str
    country_code: str | None = None
    trims_zero: bool = False
    updates: bool = True
    match: MatchBy = MatchBy.PHONE
    blank_clears: bool = False
    groups: tuple[Label, ...] = ()
    tags: tuple[Label, ...] = ()
    adds_keyless: bool = False


class ImportPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What an import was told at its beginning; it does not change."""

    header: tuple[str, ...]
    columns: tuple[ImportColumn, ...]
    options: ImportOptions

    def positions(self, member: str) -> list[int]:
        """Give where the columns of that meaning stand."""
        return [place for place, column in enumerate(self.columns) if column.member == member]


class StagedRecord(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One record that can be applied: the cells in canonical form; `originals` are those that were written otherwise.

    `number` is where the record stands in the file: its line, or its row.
    """

    number: int
    cells: list[str]
    originals: dict[int, str] = {}

    def original_cells(self) -> list[str]:
        """Give the cells as the file has them."""
        return [self.originals.get(place, cell) for place, cell in enumerate(self.cells)]


class Reject(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One record that is not in the book: its number, the reason in a sentence, its cells as the file has them."""

    number: int
    reason: str
    cells: list[str]


class Repeat(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A record with the key of an earlier one, and that one's number. Both are applied, in order."""

    number: int
    earlier: int


class Outcome(msgspec.Struct, frozen=True, array_like=True, gc=False, omit_defaults=True):
    """What became of a record: the contact, the change the record made (0 for none), what its consent was before."""

    number: int
    kind: RecordKind
    contact_id: int = 0
    change_no: int = 0
    consent: dict[str, bool] = {}


class Chunk(msgspec.Struct, frozen=True):
    """Some records of a file on their way from a reader to the staging: as JSON, already checked."""

    records: bytes
    good: int
    rejects: list[Reject]
    repeats: list[Repeat]
    repeated: int
    read_bytes: int = 0
    """How much of the file was read by then."""
