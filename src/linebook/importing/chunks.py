"""Makes chunks out of the rows of a table: checked, encoded, with what cannot be used and what is repeated beside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec

from linebook.core.imports import Chunk, ImportPlan, Reject, Repeat, StagedRecord
from linebook.importing.repeats import SeenKeys
from linebook.services.import_rows import FileRow, RecordReader

CHUNK: Final = 1_000
"""How many records are staged together."""

CHUNK_CHARACTERS: Final = 1_000_000
"""A chunk of very long records has fewer of them."""


def make_chunks(
    plan: ImportPlan, rows: Iterable[FileRow], *, size: int = CHUNK, read_bytes: Callable[[], int] | None = None
) -> Iterator[Chunk]:
    """Give the rows as chunks, at constant memory. Raises `ValueError` like `RecordReader`."""
    reader, seen = RecordReader(plan), SeenKeys()
    encode = msgspec.json.Encoder().encode
    for batch in _batches(rows, size):
        good: list[StagedRecord] = []
        rejects: list[Reject] = []
        keys: list[str] = []
        numbers: list[int] = []
        for record in reader.read_all(batch):
            if isinstance(record, Reject):
                rejects.append(record)
                continue
            good.append(record)
            for key in reader.keys(record):
                keys.append(key)
                numbers.append(record.number)
        earlier: dict[int, int] = {}
        for number, first in zip(numbers, seen.see(keys, numbers), strict=True):
            if first is not None:
                earlier.setdefault(number, first)
        repeats = [Repeat(number, first) for number, first in earlier.items()]
        yield Chunk(encode(good), len(good), rejects, repeats, len(repeats), read_bytes() if read_bytes else 0)


def _batches(rows: Iterable[FileRow], size: int) -> Iterator[list[FileRow]]:
    batch: list[FileRow] = []
    characters = 0
    for row in rows:
        batch.append(row)
        characters += sum(map(len, row.cells))
        if len(batch) >= size or characters > CHUNK_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
