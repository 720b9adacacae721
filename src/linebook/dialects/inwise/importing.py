"""Carries a file of contacts into the book, part by part, and counts what became of every record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from linebook.dialects.inwise.errors import message_of
from linebook.dialects.inwise.payloads.imports import RowReader
from linebook.errors import DomainError, GateFull, StorageRefused
from linebook.runtime import Runtime
from linebook.services.contacts import SaveBatch, SaveContact, Saved, SaveKind, save_contact_batch
from linebook.services.csv_text import Record
from linebook.services.import_reports import ERRORS_MAX, KeepReport, RecordError

PART: Final = 500
"""How many records are committed together, and hold up other writers for as long."""

PATIENCE: Final = 60
"""How often a part is handed in again while the gate is full; other parts of the file are in the book by then."""

PAUSE_S: Final = 0.5


class Import:
    """One file on its way into one account's book."""

    def __init__(self, runtime: Runtime, account_id: int, reader: RowReader) -> None:
        """Begin with nothing."""
        self._store = runtime.store
        self._account_id = account_id
        self._reader = reader
        self._counts = dict.fromkeys(SaveKind, 0)
        self._failed = 0
        self._errors: list[RecordError] = []
        self._is_begun = False

    async def run(self, records: Iterator[Record]) -> KeepReport:
        """Import records in order, each seeing what the ones before it did; give the count of outcomes.

        Raises `Unavailable` when the book cannot be written: what was committed by then stays, and the same file sent
        again goes over it without harm.
        """
        while part := list(islice(records, PART)):
            await self._import(part)
        updates = self._reader.updates
        return KeepReport(
            created=self._counts[SaveKind.CREATED],
            updated=self._counts[SaveKind.UPDATED] if updates else 0,
            skipped=self._counts[SaveKind.UNCHANGED] + (0 if updates else self._counts[SaveKind.UPDATED]),
            failed=self._failed,
            errors=self._errors,
            author=self._reader.author,
        )

    async def _import(self, part: list[Record]) -> None:
        outcomes: dict[int, Saved | DomainError] = {}
        saves: dict[int, SaveContact] = {}
        for record in part:
            try:
                saves[record.number] = self._reader.save(record)
            except DomainError as error:
                outcomes[record.number] = error
        outcomes.update(zip(saves, await self._save(list(saves.values())), strict=True))
        for record in part:
            self._count(record.number, outcomes[record.number])

    async def _save(self, saves: list[SaveContact]) -> Sequence[Saved | DomainError]:
        if not saves:
            return []
        try:
            return await self._commit(saves)
        except StorageRefused:
            if len(saves) == 1:
                return [UnstorableRow()]
            # One of them is the culprit: halves find it.
            middle = len(saves) // 2
            return [*await self._save(saves[:middle]), *await self._save(saves[middle:])]

    async def _commit(self, saves: list[SaveContact]) -> Sequence[Saved | DomainError]:
        left = PATIENCE if self._is_begun else 0
        while True:
            try:
                outcomes = await self._store.write(save_contact_batch, self._account_id, SaveBatch(saves))
            except GateFull:
                if not left:
                    raise
                left -= 1
                await asyncio.sleep(PAUSE_S)
            else:
                self._is_begun = True
                return outcomes

    def _count(self, number: int, outcome: Saved | DomainError) -> None:
        if isinstance(outcome, Saved):
            self._counts[outcome.kind] += 1
            return
        self._failed += 1
        if len(self._errors) < ERRORS_MAX:
            self._errors.append((number, message_of(outcome)))


class UnstorableRow(DomainError):
    """The row holds a value that cannot be stored."""
