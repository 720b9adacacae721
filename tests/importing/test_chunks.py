"""Chunks of a file: whole, checked, in order, with what is repeated told exactly."""

from __future__ import annotations

import io
from collections.abc import Iterator

import msgspec
import pytest

from linebook.core.imports import Chunk, Repeat, StagedRecord
from linebook.files.tables import TableOptions, TableRow, open_table
from linebook.importing.chunks import make_chunks
from linebook.importing.repeats import SeenKeys
from tests.kit.importing import plan_of


def chunks_of(text: str, size: int = 2) -> list[Chunk]:
    table = open_table(io.BytesIO(text.encode()), TableOptions(format="csv"))
    return list(make_chunks(plan_of(table.header), table.rows(), size=size))


def numbers(chunk: Chunk) -> list[int]:
    return [record.number for record in msgspec.json.decode(chunk.records, type=list[StagedRecord])]


def test_every_row_is_in_one_chunk_and_in_order() -> None:
    chunks = chunks_of("Phone,First name\n2065550101,A\nx,B\n2065550102,C\n2065550103,D\ny,E\n")
    assert [(numbers(one), [reject.number for reject in one.rejects]) for one in chunks] == [
        ([2], [3]),
        ([4, 5], []),
        ([], [6]),
    ]
    assert [one.good for one in chunks] == [1, 2, 0]


def test_a_file_without_a_row_has_no_chunk() -> None:
    assert chunks_of("Phone\n") == []


def test_what_is_repeated_is_told_across_chunks() -> None:
    chunks = chunks_of("Phone\n2065550101\n2065550102\n(206) 555-0101\n+12065550101\n")
    assert [(one.repeated, one.repeats) for one in chunks] == [(0, []), (2, [Repeat(4, 2), Repeat(5, 2)])]


def test_very_long_records_make_small_chunks() -> None:
    def rows() -> Iterator[TableRow]:
        for number in range(2, 8):
            yield TableRow(number, ["2065550101", "n" * 600_000])

    chunks = list(make_chunks(plan_of(["Phone", "Company"]), rows(), size=100))
    assert [one.good + len(one.rejects) for one in chunks] == [2, 2, 2]


@pytest.mark.parametrize("count", [10, 5_000, 20_000])
def test_a_key_is_new_once_and_known_by_its_first_record_ever_after(count: int) -> None:
    seen = SeenKeys()
    keys = [f"key {n}" for n in range(count)]
    assert seen.see(keys, range(count)) == [None] * count
    assert seen.see(keys, [-1] * count) == list(range(count))
    assert seen.see(["another", "another", "key 1"], [7, 8, 9]) == [None, 7, 1]
