"""What became of finished imports: counts of outcomes, and why records failed. It imports nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from linebook.core.author import Author
from linebook.core.contact import LAST_ID
from linebook.errors import DomainError, NotFound
from linebook.services.clocks import take_clock
from linebook.services.labels import next_id
from linebook.storage import rows
from linebook.storage.base import Tx

ERRORS_MAX: Final = 1_000
"""Most failed records that a report names; the count has them all."""

RecordError = tuple[int, str]
"""A record by its number, the header being 1, and why it failed."""

_decode_errors: Final = msgspec.json.Decoder(list[RecordError]).decode


class KeepReport(msgspec.Struct, frozen=True, kw_only=True):
    """One request to keep what became of an import. Every record has one outcome, so the four counts make the total.

    `skipped` are records of contacts that were there already and whose data stayed as it was.
    """

    created: int
    updated: int
    skipped: int
    failed: int
    errors: Sequence[RecordError]
    author: Author


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an import."""

    id: int
    created: int
    updated: int
    skipped: int
    failed: int
    errors: list[RecordError]
    at_ms: int
    author: Author

    @property
    def total(self) -> int:
        """How many records there were."""
        return self.created + self.updated + self.skipped + self.failed


def keep_reports(tx: Tx, account_id: int, requests: Sequence[KeepReport]) -> list[ImportReport | DomainError]:
    """Keep reports and give each with its id."""
    take_clock(tx, account_id)
    reports: list[ImportReport | DomainError] = []
    for request in requests:
        report = ImportReport(
            id=next_id(tx, account_id, "import", 1),
            created=request.created,
            updated=request.updated,
            skipped=request.skipped,
            failed=request.failed,
            errors=list(request.errors[:ERRORS_MAX]),
            at_ms=tx.now_ms,
            author=request.author,
        )
        tx.run(
            "insert_import_report",
            account_id=account_id,
            id=report.id,
            created=report.created,
            updated=report.updated,
            skipped=report.skipped,
            failed=report.failed,
            errors=rows.to_json(report.errors),
            at_ms=report.at_ms,
            door=report.author.door,
            credential_id=report.author.credential_id,
        )
        reports.append(report)
    return reports


def get_report(tx: Tx, account_id: int, import_id: int) -> ImportReport:
    """Give a report. Raises `NotFound`."""
    row = tx.one("import_report", account_id=account_id, id=import_id) if 1 <= import_id <= LAST_ID else None
    if row is None:
        raise NotFound(f"There is no import {import_id}.")
    return ImportReport(
        id=row[0],
        created=row[1],
        updated=row[2],
        skipped=row[3],
        failed=row[4],
        errors=_decode_errors(row[5]),
        at_ms=row[6],
        author=Author(row[7], row[8]),
    )
