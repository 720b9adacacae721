"""Carries a file of contacts into the book while the caller waits: staged and applied like any other import."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

import msgspec

from linebook.core.author import Author
from linebook.core.imports import Chunk, ImportState, Reject, StagedRecord
from linebook.dialects.inwise.errors import message_of
from linebook.dialects.inwise.payloads.imports import RowReader
from linebook.errors import DomainError, GateFull, StorageRefused
from linebook.runtime import Runtime
from linebook.services.csv_text import Record
from linebook.services.import_steps import Step, StepDone, apply_steps
from linebook.services.imports import (
    BeginImport,
    FinishStaging,
    StageChunk,
    WorkOn,
    apply_imports,
    begin_imports,
    finish_staging,
    stage_chunks,
)
from linebook.services.kept_imports import Import

FILE_NAME: Final = "batchInsert"
STAGED: Final = 1_000
"""How many records are staged together."""

PART: Final = 500
"""How many records are committed together, and hold up other writers for as long."""

PATIENCE: Final = 60
"""How often a part is handed in again while the gate is full; other parts of the file are in the book by then."""

PAUSE_S: Final = 0.5

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
Service = Callable[[Any, int, Sequence[Item]], Sequence[Outcome | DomainError]]


class FileImport:
    """One file on its way into one account's book."""

    def __init__(self, runtime: Runtime, account_id: int, reader: RowReader, author: Author) -> None:
        """Begin with nothing."""
        self._store = runtime.store
        self._account_id = account_id
        self._reader = reader
        self._author = author
        self._owner = f"call {runtime.ids.uuid4()}"
        self._encode = msgspec.json.Encoder().encode

    async def run(self, records: Iterator[Record]) -> Import:
        """Stage all records, then apply them in order; give the import when it is done.

        Raises `Unavailable` when the book cannot be written. Nothing is in the book when that is so at the beginning;
        later, what was committed stays, a hub goes on with the rest, and the same file sent again does no harm.
        """
        begin = BeginImport(name=FILE_NAME, plan=self._reader.plan, author=self._author)
        one = await self._store.write(begin_imports, self._account_id, begin)
        while part := list(islice(records, STAGED)):
            await self._commit(stage_chunks, StageChunk(one.id, self._chunk(part)))
        await self._commit(finish_staging, FinishStaging(one.id))
        one = await self._commit(apply_imports, WorkOn(import_id=one.id, owner=self._owner))
        while one.state is ImportState.APPLYING:
            one = (await self._step(one)).state
        return one

    def _chunk(self, part: list[Record]) -> Chunk:
        good: list[StagedRecord] = []
        rejects: list[Reject] = []
        for record in part:
            staged = self._reader.read(record)
            if isinstance(staged, Reject):
                rejects.append(staged)
            else:
                good.append(staged)
        return Chunk(self._encode(good), len(good), rejects, [], 0)

    async def _step(self, one: Import) -> StepDone:
        limit, refuses = PART, False
        while True:
            try:
                return await self._commit(apply_steps, Step(one.id, self._owner, limit, refuses, explain))
            except StorageRefused:
                # One of them is the culprit: halves find it.
                refuses = limit == 1
                limit = max(min(limit, one.waiting) // 2, 1)

    async def _commit(self, service: Service[Item, Outcome], item: Item) -> Outcome:
        left = PATIENCE
        while True:
            try:
                return await self._store.write(service, self._account_id, item)
            except GateFull:
                if not left:
                    raise
                left -= 1
                await asyncio.sleep(PAUSE_S)


def explain(error: DomainError) -> str:
    """Give the sentence that names why a record failed, as the single call would."""
    return message_of(error)
