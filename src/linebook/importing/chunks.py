"""Makes chunks out of the rows of a table: checked, encoded, with what cannot be used and what is repeated beside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

import msgspec

from linebook.core.imports import Chunk, ImportPlan, Reject, Repeat, StagedRecord
from linebook.importing.repeats import SeenKeys
from linebook.services.import_rows import RecordReader

CHUNK: Final = 1_000
"""How many records are staged together."""

CHUNK_CHARACTERS: Final = 1_000_000
"""A chunk of very long records has fewer of them."""


class FileRow(Protocol):
    """A row as the readers of files give it."""

    number: int
    cells: list[str]
    problem: str


def make_chunks(
    plan: ImportPlan, rows: Iterable[FileRow], *, size: int = CHUNK, read_bytes: Callable[[], int] | None = None
) -> Iterator[Chunk]:
    """Give the rows as chunks, at constant memory. Raises `ValueError` like `RecordReader`."""
    reader, see = RecordReader(plan), SeenKeys().see
    encode = msgspec.json.Encoder().encode
    good: list[StagedRecord] = []
    rejects: list[Reject] = []
    repeats: list[Repeat] = []
    characters = 0

    def chunk() -> Chunk:
        made = Chunk(encode(good), len(good), rejects[:], repeats[:], len(repeats), read_bytes() if read_bytes else 0)
        good.clear()
        rejects.clear()
        repeats.clear()
        return made

    for row in rows:
        record = reader.read(row.number, row.cells, row.problem)
        if isinstance(record, Reject):
            rejects.append(record)
        else:
            good.append(record)
            earlier: int | None = None
            for key in reader.keys(record):
                first = see(key, record.number)
                earlier = first if earlier is None else earlier
            if earlier is not None:
                repeats.append(Repeat(record.number, earlier))
        characters += sum(map(len, row.cells))
        if len(good) + len(rejects) >= size or characters > CHUNK_CHARACTERS:
            yield chunk()
            characters = 0
    if good or rejects:
        yield chunk()
